//! What is said of the file as such: its tables and keys, and TOML that is none.

use super::*;

#[test]
fn keys_that_are_to_come_are_refused_and_not_offered() {
    refused_whole(
        r#"title = "x"
[topics]
x = 1
[[feed]]
token = "x"
[site]
title = "T"
url = "https://1.2.3.4/"
[server]
tokn = "x"
[poll]
max_body = "1 GiB"
[[source]]
id = "a"
url = "https://a.example/"
host_interval = "1s"
[source.html]
schedule = "x"
section = []
[[topic]]
id = "t"
title = "T"
strong = ["x"]
"#,
        r#"error: feeds.toml:1:1: unknown key `title`
  expected one of `site`, `server`, `store`, `poll`, `publish`, `stories`, `source`, `topic`

hint: `title` is a key of `[site]`, `[[source]]` and `[[topic]]`

error: feeds.toml:2:2: `topics` is not yet known to this version

hint: leave it out for now: a key without effect would only seem to work

error: feeds.toml:4:3: `feed` is not yet known to this version

hint: leave it out for now: a key without effect would only seem to work

error: feeds.toml:10:1: [server]: unknown key `tokn`
  expected one of `listen`, `socket_mode`, `admin`, `trusted_proxies`, `token`

hint: did you mean `token`?

error: feeds.toml:12:12: [poll]: one body of `max_body` would not fit into `memory`
  expected `memory` to be the greater of the two, by far

error: feeds.toml:16:1: source `a`: unknown key `host_interval`
  expected one of `id`, `was`, `title`, `url`, `kind`, `enabled`, `province`, `outlet`, `aliases`, `section`, `tags`, `rank`, `schedule`, `language`, `timezone`, `date_order`, `content`, `article`, `profile`, `html`, `json`, `timeout`, `max_body`, `user_agent`, `proxy`, `headers`, `robots`, `allow_private_addresses`, `tls_fetch_intermediate`, `ca`, `tls_pin`

hint: `host_interval` is a key of `[poll]`

error: feeds.toml:18:1: source `a`: unknown key `html.schedule`
  expected one of `item`, `link`, `title`, `date`, `lead`, `image`, `next`, `article`

hint: `schedule` is a key of `[poll]` and `[[source]]`

error: feeds.toml:19:1: source `a`: unknown key `html.section`
  expected one of `item`, `link`, `title`, `date`, `lead`, `image`, `next`, `article`

hint: `section` is a key of `[[source]]`"#,
    );
}

#[test]
fn unknown_keys_are_refused_with_what_is_known_and_what_was_meant() {
    refused(
        r#"[[source]]
id = "bao-ha-nam"
url = "https://a.example/"
shcedule = "*/5 * * * *"
[server]
port = 80
"#,
        r#"error: feeds.toml:10:1: source `bao-ha-nam`: unknown key `shcedule`
  expected one of `id`, `was`, `title`, `url`, `kind`, `enabled`, `province`, `outlet`, `aliases`, `section`, `tags`, `rank`, `schedule`, `language`, `timezone`, `date_order`, `content`, `article`, `profile`, `html`, `json`, `timeout`, `max_body`, `user_agent`, `proxy`, `headers`, `robots`, `allow_private_addresses`, `tls_fetch_intermediate`, `ca`, `tls_pin`

hint: did you mean `schedule`?

error: feeds.toml:12:1: [server]: unknown key `port`
  expected one of `listen`, `socket_mode`, `admin`, `trusted_proxies`, `token`"#,
    );
}

#[test]
fn unknown_tables_are_refused() {
    refused(
        r#"[sourc]
x = 1
[pool]
timeout = "1s"
"#,
        r#"error: feeds.toml:7:2: unknown key `sourc`
  expected one of `site`, `server`, `store`, `poll`, `publish`, `stories`, `source`, `topic`

hint: did you mean `source`?

error: feeds.toml:9:2: unknown key `pool`
  expected one of `site`, `server`, `store`, `poll`, `publish`, `stories`, `source`, `topic`

hint: did you mean `poll`?"#,
    );
}

#[test]
fn what_is_missing_is_told_where_its_table_begins() {
    refused(
        r#"[[source]]
title = "x"
[[topic]]
id = "t"
[[topic]]
title = "t"
none = ["x"]
"#,
        r#"error: feeds.toml:7:1: source number 1: id is missing
  expected 1 to 64 of `a-z`, `0-9` and `-`, such as `bao-quang-ninh-kinh-te`

error: feeds.toml:7:1: source number 1: url is missing
  expected the address to poll

error: feeds.toml:9:1: topic `t`: title is missing
  expected a name for readers, such as `title = "Dân vận"`

error: feeds.toml:9:1: topic `t`: there is no rule
  expected at least one of `strong`, `weak`, `sections`, `regex`, `provinces`, `sources`, `tags`

error: feeds.toml:11:1: topic number 2: id is missing
  expected 1 to 64 of `a-z`, `0-9` and `-`, such as `bao-quang-ninh-kinh-te`

error: feeds.toml:11:1: topic number 2: there is no rule
  expected at least one of `strong`, `weak`, `sections`, `regex`, `provinces`, `sources`, `tags`"#,
    );
}

#[test]
fn wrong_types_are_named_with_the_value() {
    refused(
        r#"[publish]
items = "100"
directory = 1
[[source]]
id = "a"
url = 1
title = ""
aliases = "x"
enabled = "yes"
tags = ["a", 1]
html = "x"
"#,
        r#"error: feeds.toml:8:9: [publish]: items is the text `100`
  expected a whole number from 1 to 10000

error: feeds.toml:9:13: [publish]: directory is the number `1`
  expected text in quotes

error: feeds.toml:12:7: source `a`: url is the number `1`
  expected text in quotes

error: feeds.toml:13:9: source `a`: title `` is empty

error: feeds.toml:14:11: source `a`: aliases is the text `x`
  expected a list of texts in brackets

hint: write `aliases = ["x"]`

error: feeds.toml:15:11: source `a`: enabled is the text `yes`
  expected `true` or `false`

error: feeds.toml:16:14: source `a`: tags holds the number `1`
  expected texts in quotes only

error: feeds.toml:17:8: source `a`: html is the text `x`
  expected a table of selectors `[source.html]`"#,
    );
}

#[test]
fn a_source_needs_two_brackets() {
    refused(
        r#"[source]
id = "a"
"#,
        r#"error: feeds.toml:7:1: `source` is not a list of tables
  expected `[[source]]`, with two brackets"#,
    );
}

#[test]
fn broken_syntax_hides_nothing_but_its_own_line() {
    refused(
        r#"[[source]]
id = "a
url = "https://a.example/"
shcedule = "x"
[[source]
id = b
x
"#,
        r#"error: feeds.toml:8:8: not TOML: invalid basic string, expected `"`

error: feeds.toml:10:1: source `a`: unknown key `shcedule`
  expected one of `id`, `was`, `title`, `url`, `kind`, `enabled`, `province`, `outlet`, `aliases`, `section`, `tags`, `rank`, `schedule`, `language`, `timezone`, `date_order`, `content`, `article`, `profile`, `html`, `json`, `timeout`, `max_body`, `user_agent`, `proxy`, `headers`, `robots`, `allow_private_addresses`, `tls_fetch_intermediate`, `ca`, `tls_pin`

hint: did you mean `schedule`?

error: feeds.toml:11:10: not TOML: unclosed array table, expected `]`

error: feeds.toml:13:2: not TOML: key with no value, expected `=`"#,
    );
}

#[test]
fn a_doubled_key_is_refused() {
    refused(
        r#"[[source]]
id = "a"
id = "b"
url = "https://a.example/"
"#,
        r#"error: feeds.toml:9:1: not TOML: duplicate key"#,
    );
}
