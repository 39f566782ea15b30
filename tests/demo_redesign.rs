//! The portal of the demo that is redesigned while it runs, as its sysadmin sees it: the status page, the metrics, `sources`,
//! and `inspect --from`, whose proposal is put in and read.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use bantin::demo::{self, Opened};
use chrono::{TimeDelta, Utc};
use common::{Desk, ask, bantin, stdout, wait_for};
use serde_json::Value;

/// A running demo whose clock can be put forward.
struct Demo {
    opened: Opened,
    ahead: Arc<AtomicI64>,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Demo {
    fn start() -> Self {
        let ahead = Arc::new(AtomicI64::new(0));
        let seconds = Arc::clone(&ahead);
        let clock = Arc::new(move || Utc::now() + TimeDelta::seconds(seconds.load(Ordering::Relaxed)));
        let (tell, told) = std::sync::mpsc::channel();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let ready = move |opened: &Opened| drop(tell.send(opened.clone()));
            let until = async {
                let _ = stopped.await;
            };
            let runtime = tokio::runtime::Runtime::new().expect("a runtime");
            runtime.block_on(demo::run(0, clock, ready, until)).expect("the demo runs");
        });
        let opened = told.recv_timeout(common::PATIENCE).expect("the demo opens");
        Self { opened, ahead, stop: Some(stop), thread: Some(thread) }
    }

    /// What `bantin sources` says of the portal that changes.
    fn portal(&self) -> Value {
        let config = self.opened.config.to_str().expect("a plain path");
        let output =
            bantin().args(["sources", "--format", "json", "--config", config]).output().expect("the program runs");
        let rows: Value = serde_json::from_str(&stdout(&output)).unwrap_or_default();
        let row = rows.as_array().and_then(|rows| rows.iter().find(|row| row["source"] == "cong-song-lo"));
        row.cloned().unwrap_or_default()
    }

    fn admin(&self, path: &str) -> String {
        let base = self.opened.status.strip_suffix("status").expect("an address that ends so");
        ask(base, path, &[]).expect("the sysadmin is answered").text().to_owned()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[test]
fn a_redesign_shows_everywhere_and_inspect_finds_the_way_back() {
    let demo = Demo::start();
    wait_for("the portal to be read", || (demo.portal()["items"].as_u64() >= Some(2)).then_some(()));
    demo.ahead.store(61, Ordering::Relaxed);
    let row =
        wait_for("the redesign to be told", || Some(demo.portal()).filter(|row| row["outcome"] == "site-changed"));
    assert_eq!(row["items"], 2, "what was read before stays: {row}");
    let metrics = demo.admin("/metrics");
    let counts = |name: &str| {
        let value = metrics.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        value.and_then(|value| value.parse::<u64>().ok()).is_some_and(|count| count > 0)
    };
    assert!(counts("bantin_polls_total{outcome=\"site-changed\"}"), "{metrics}");
    assert!(counts("bantin_source_failures{source=\"cong-song-lo\"}"), "{metrics}");
    let status = demo.admin("/status");
    assert!(status.contains("bantin inspect") && status.contains("site-changed"), "{status}");

    let config = demo.opened.config.to_str().expect("a plain path");
    let text = std::fs::read_to_string(&demo.opened.config).expect("the demo's configuration");
    let url =
        text.lines().find(|line| line.ends_with("/cong-song-lo/tin-moi\"")).and_then(|line| line.split('"').nth(1));
    let url = url.expect("the portal's address");
    let output = bantin()
        .args(["inspect", url, "--from", "cong-song-lo", "--config", config])
        .output()
        .expect("the program runs");
    let proposed = stdout(&output);
    assert!(proposed.contains("2 of the last 2 titles"), "{proposed}");
    // Put in as it is printed, it is read.
    let desk = Desk::new(&proposed);
    desk.succeeds(&["check"]);
    let rows: Value = serde_json::from_str(&desk.succeeds(&["poll", "--format", "json"])).expect("JSON");
    assert!(rows[0]["new"].as_u64() >= Some(2), "{rows}: {proposed}");
}
