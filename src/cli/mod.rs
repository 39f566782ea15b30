//! Commands, tables, progress, exit status.
