//! The alert rules and the dashboard are about metrics that are really there, and do what they say.

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use common::daemon::Daemon;
use common::{BAO_A, Desk, Page, ask, item, rss, wait_for};
use serde_json::Value;

/// A family of metrics as it is exported.
#[derive(Debug, Default)]
struct Family {
    kind: String,
    labels: BTreeSet<String>,
}

/// What Prometheus itself puts on every sample.
const GIVEN: [&str; 2] = ["job", "instance"];

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/monitoring").join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(file(name)).expect("it is in the repository")
}

/// The metrics of a daemon that has polled, failed, published, been asked, and been backed up.
fn exposition() -> String {
    let broken = "[[source]]\nid = \"bao-hong\"\nurl = \"PRESS/gone.rss\"\nschedule = \"0 0 1 1 *\"\n";
    let desk = Desk::new(&format!("{BAO_A}{broken}"));
    desk.opens_admin();
    let first = item("https://bao.example/1.html", "Lễ hội mùa thu", "Sun, 22 Nov 2026 08:00:00 +0700");
    desk.press.put("/a.rss", Page::rss(rss("Báo A", &[first])));
    let daemon = Daemon::start(&desk);
    daemon.waits_for_page("/feed.atom", "Lễ hội");
    desk.succeeds(&["backup", "copy.db"]);
    let admin = daemon.admin();
    wait_for("both polls", || {
        let text = ask(&admin, "/metrics", &[]).expect("the admin address answers").text().to_owned();
        (text.contains("outcome=\"not-found\"} 1") && text.contains("outcome=\"new-items\"} 1")).then_some(text)
    })
}

fn families(exposition: &str) -> BTreeMap<String, Family> {
    let mut families = BTreeMap::<String, Family>::new();
    let mut current = String::new();
    for line in exposition.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').expect("a name and a type");
            families.insert(name.to_owned(), Family { kind: kind.to_owned(), ..Family::default() });
            name.clone_into(&mut current);
        } else if let Some((labels, _)) = line.split_once('{').and_then(|(_, rest)| rest.split_once('}')) {
            let names = labels.split("\",").filter_map(|label| label.split_once('=')).map(|(name, _)| name.to_owned());
            families.get_mut(&current).expect("its type stands above").labels.extend(names);
        }
    }
    // No source of these tests speaks TLS.
    for (name, family) in &mut families {
        if name.starts_with("bantin_source_") {
            family.labels.insert("source".to_owned());
        }
    }
    families
}

/// The expressions of the rules: one line, or folded over several.
fn expressions_of_rules(rules: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut lines = rules.lines().peekable();
    while let Some(line) = lines.next() {
        let Some(value) = line.trim_start().strip_prefix("expr: ") else { continue };
        let mut expression = value.trim_start_matches(">-").to_owned();
        let indent = |line: &str| line.len() - line.trim_start().len();
        if value == ">-" {
            while let Some(next) = lines.next_if(|next| indent(next) > indent(line)) {
                expression.push(' ');
                expression.push_str(next.trim());
            }
        }
        found.push(expression);
    }
    found
}

/// Every text under one of `keys`, anywhere.
fn texts(value: &Value, keys: &[&str], found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                match value {
                    Value::String(text) if keys.contains(&key.as_str()) => found.push(text.clone()),
                    other => texts(other, keys, found),
                }
            }
        }
        Value::Array(list) => list.iter().for_each(|value| texts(value, keys, found)),
        _ => {}
    }
}

/// Says what an expression asks for that is not there, or not so.
fn check(expression: &str, families: &BTreeMap<String, Family>) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut labels = BTreeSet::from(GIVEN.map(str::to_owned));
    labels.insert("le".to_owned());
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut at = 0;
    while let Some(start) = expression[at..].find(|c: char| is_word(c)).map(|offset| at + offset) {
        let end = expression[start..].find(|c| !is_word(c)).map_or(expression.len(), |length| start + length);
        let name = &expression[start..end];
        at = end;
        if !name.starts_with("bantin_") && !name.starts_with("process_") {
            continue;
        }
        let histogram = ["_bucket", "_sum", "_count"].iter().find_map(|end| name.strip_suffix(end));
        let family = families
            .get(name)
            .or_else(|| histogram.and_then(|name| families.get(name)).filter(|family| family.kind == "histogram"));
        let Some(family) = family else {
            wrong.push(format!("`{name}` is not exported"));
            continue;
        };
        labels.extend(family.labels.iter().cloned());
        let before = &expression[..start];
        let counts = ["rate(", "increase("].iter().any(|function| before.ends_with(function));
        if counts && family.kind == "gauge" {
            wrong.push(format!("`{name}` is a gauge and has no rate"));
        }
        if !counts && family.kind == "counter" && !before.ends_with("changes(") {
            wrong.push(format!("`{name}` is a counter, whose value alone means nothing"));
        }
        let matchers = expression[end..].strip_prefix('{').and_then(|rest| rest.split_once('}')).map(|(all, _)| all);
        for (label, _) in matchers.into_iter().flat_map(|all| all.split(", ")).filter_map(|one| one.split_once('=')) {
            let label = label.trim_end_matches(['!', '~']);
            if !family.labels.contains(label) && !GIVEN.contains(&label) {
                wrong.push(format!("`{name}` has no label `{label}`"));
            }
        }
    }
    for part in expression.split("by (").skip(1).chain(expression.split("on (").skip(1)) {
        for label in part.split(')').next().unwrap_or_default().split(", ") {
            if !labels.contains(label) {
                wrong.push(format!("nothing here has the label `{label}`"));
            }
        }
    }
    wrong
}

/// Runs `promtool`; `None`, loudly, where it is not installed.
fn promtool(args: &[&str], input: &str) -> Option<()> {
    let mut command = Command::new("promtool");
    command.args(args).current_dir(file("")).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            eprintln!("SKIPPED: promtool {}: {error} (Debian: apt-get install prometheus)", args.join(" "));
            return None;
        }
    };
    child.stdin.take().expect("it was piped").write_all(input.as_bytes()).expect("it is read");
    let output = child.wait_with_output().expect("it ends");
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "promtool {}:\n{said}", args.join(" "));
    Some(())
}

#[test]
fn rules_and_dashboard_ask_for_what_is_exported() {
    let exposition = exposition();
    let families = families(&exposition);
    let rules = expressions_of_rules(&text("bantin.rules.yml"));
    assert!(rules.len() >= 15, "{rules:?}");
    let dashboard: Value = serde_json::from_str(&text("grafana.json")).expect("the dashboard is JSON");
    let mut queries = Vec::new();
    texts(&dashboard, &["expr"], &mut queries);
    assert!(queries.len() >= 30, "{}", queries.len());
    let mut variables = Vec::new();
    texts(&dashboard, &["query"], &mut variables);
    for expression in rules.iter().chain(&queries) {
        let wrong = check(expression, &families);
        assert!(wrong.is_empty(), "{expression}:\n{}", wrong.join("\n"));
    }
    assert!(variables.iter().any(|query| query.contains("bantin_build_info")), "{variables:?}");
    assert!(families.contains_key("bantin_build_info"));

    let asked: String = rules.join(" ") + &queries.join(" ");
    for promised in [
        "bantin_polls_total",
        "bantin_poll_duration_seconds",
        "bantin_poll_bytes_total",
        "bantin_items_new_total",
        "bantin_items_updated_total",
        "bantin_items_copies_total",
        "bantin_stories",
        "bantin_publish_duration_seconds",
        "bantin_http_requests_total",
        "bantin_database_size_bytes",
        "bantin_database_wal_size_bytes",
        "bantin_writer_queue_depth",
        "bantin_source_last_success_timestamp_seconds",
        "bantin_source_newest_item_timestamp_seconds",
        "bantin_source_failures",
        "bantin_source_next_poll_timestamp_seconds",
        "bantin_source_silent_after_seconds",
    ] {
        assert!(asked.contains(promised), "{promised} is on no panel and in no rule");
    }

    promtool(&["check", "metrics"], &exposition);
}

#[test]
fn the_check_finds_what_is_not_so() {
    let exposition = "# HELP bantin_a_total A.\n# TYPE bantin_a_total counter\nbantin_a_total{outcome=\"x\",host=\"y\"} 1\n\
                      # HELP bantin_b B.\n# TYPE bantin_b gauge\nbantin_b 1\n\
                      # HELP bantin_c_seconds C.\n# TYPE bantin_c_seconds histogram\nbantin_c_seconds_sum 1\n";
    let families = families(exposition);
    for (expression, expected) in [
        ("rate(bantin_a_total{outcome=\"x\", job=\"j\"}[5m])", ""),
        ("sum by (le) (rate(bantin_c_seconds_bucket[5m]))", ""),
        ("bantin_gone > 1", "`bantin_gone` is not exported"),
        ("bantin_b_sum > 1", "`bantin_b_sum` is not exported"),
        ("rate(bantin_b[5m])", "`bantin_b` is a gauge and has no rate"),
        ("bantin_a_total > 5", "`bantin_a_total` is a counter, whose value alone means nothing"),
        ("bantin_b{source=\"x\"}", "`bantin_b` has no label `source`"),
        ("sum by (source) (bantin_b)", "nothing here has the label `source`"),
    ] {
        assert_eq!(check(expression, &families).join("; "), expected, "{expression}");
    }
}

#[test]
fn promtool_takes_the_rules_and_they_fire_when_they_should() {
    let ran = promtool(&["check", "rules", "bantin.rules.yml"], "");
    if ran.is_some() {
        promtool(&["test", "rules", "bantin.rules.test.yml"], "");
    }
}

#[test]
fn alerts_name_commands_that_there_are() {
    let rules = text("bantin.rules.yml");
    let commands: BTreeSet<&str> = rules
        .split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|quoted| quoted.strip_prefix("bantin "))
        .filter_map(|rest| rest.split(' ').next())
        .collect();
    assert!(commands.contains("doctor") && commands.contains("sources"), "{commands:?}");
    for command in commands {
        let output = common::bantin().args([command, "--help"]).output().expect("the program runs");
        assert!(output.status.success(), "`bantin {command}` is no command");
    }
}

#[test]
fn every_alert_says_what_to_do_and_is_tried() {
    let (rules, tests) = (text("bantin.rules.yml"), text("bantin.rules.test.yml"));
    let names: Vec<&str> =
        rules.lines().filter_map(|line| line.trim_start().strip_prefix("- alert: ")).map(str::trim).collect();
    for part in ["summary: ", "description: ", "severity: "] {
        assert_eq!(
            rules.lines().filter(|line| !line.starts_with('#') && line.contains(part)).count(),
            names.len(),
            "{part}"
        );
    }
    for name in tests.split("alertname: ").skip(1).filter_map(|rest| rest.split([',', ' ', '\n']).next()) {
        assert!(names.contains(&name), "{name} is tried and not there");
    }
    for name in names {
        assert!(tests.contains(&format!("- alertname: {name}\n")), "nothing shows that {name} fires");
        assert!(tests.contains(&format!("- {{ alertname: {name}, ")), "nothing shows that {name} waits");
    }
}
