//! Which story an item belongs to: fingerprints in, verdict with evidence out.
