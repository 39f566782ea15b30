//! HTTP for readers: representations, ETags, 304, search.
