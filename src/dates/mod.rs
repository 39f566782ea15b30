//! Reads every date string that sources write.
