//! A sample newsroom served over loopback.
