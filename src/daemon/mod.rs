//! The loop: poll, ingest, publish, reload, stop; control socket; systemd.
