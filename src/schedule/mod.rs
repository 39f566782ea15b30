//! When to poll: cron, offsets, due times, back-off, publisher's hints. Pure.
