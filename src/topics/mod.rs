//! Which topics a story falls under, and by which rule.
