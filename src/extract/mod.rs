//! The front door for documents: bytes in; kind, feed, raw items and problems out.
