//! Every message of the door, word by word: changing one is a visible diff.

use super::*;

/// Reads [`LEAST`] and `rest`, whose first line is line 7, with nothing refused for now.
#[track_caller]
fn refused(rest: &str, expected: &str) {
    let actual = errors(&format!("{}{rest}", LEAST.trim_start()), &Surroundings::bare());
    assert_eq!(actual, expected, "\n{actual}\n");
}

/// Reads a whole file as the program does, with everything refused that is refused for now.
#[track_caller]
fn refused_whole(text: &str, expected: &str) {
    let Err(errors) = parse(text, Some(Path::new("feeds.toml")), &Surroundings::bare()) else {
        panic!("it was taken:\n{text}");
    };
    let actual = errors.to_string();
    assert_eq!(actual, expected, "\n{actual}\n");
}

#[track_caller]
fn warned(text: &str, around: &Surroundings<'_>, expected: &str) {
    let (_, warnings) = parse(text, Some(Path::new("feeds.toml")), around).unwrap_or_else(|errors| panic!("{errors}"));
    let actual = warnings.iter().map(Warning::to_string).collect::<Vec<_>>().join("\n\n");
    assert_eq!(actual, expected, "\n{actual}\n");
}

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
fn an_empty_file_lacks_a_site() {
    refused_whole(
        r#""#,
        r#"error: feeds.toml:1:1: there is no `[site]`
  expected a table `[site]` with `title` and `url`"#,
    );
}

#[test]
fn the_site_is_checked() {
    refused_whole(
        r#"[site]
title = ""
url = "tin.example.vn"
tag = "Tin.vn,2026"
language = "fr"
author = 1
"#,
        r#"error: feeds.toml:2:9: [site]: title `` is empty

error: feeds.toml:3:7: [site]: url `tin.example.vn` is not an absolute address
  expected an address that begins with `https://` or `http://`

hint: did you mean `https://tin.example.vn`?

error: feeds.toml:4:7: [site]: tag `Tin.vn,2026` has capitals
  expected `tin.vn,2026`

error: feeds.toml:5:12: [site]: language `fr` is not known
  expected one of `vi`, `en`

error: feeds.toml:6:10: [site]: author is the number `1`
  expected text in quotes"#,
    );
}

#[test]
fn the_site_needs_title_and_address() {
    refused_whole(
        r#"[site]
"#,
        r#"error: feeds.toml:1:1: [site]: title is missing
  expected a name for readers, such as `title = "Bản tin các tỉnh"`

error: feeds.toml:1:1: [site]: url is missing
  expected the public address, such as `url = "https://tin.example.vn/"`"#,
    );
}

#[test]
fn an_address_without_a_name_needs_a_tag() {
    refused_whole(
        r#"[site]
title = "T"
url = "http://[::1]/"
"#,
        r#"error: feeds.toml:1:1: [site]: tag is missing, and the host of `http://[::1]/` cannot stand in for it
  expected a domain you hold and the year, such as `tag = "tin.example.vn,2026"`"#,
    );
}

#[test]
fn doubtful_things_are_warned_of() {
    warned(
        r#"[site]
title = "T"
url = "https://tin.example.vn/"
[server]
listen = ["127.0.0.1:8080"]
[[source]]
id = "a"
url = "https://a.example/"
province = "ha-noi"
headers = { Cookie = "abc" }
[[source]]
id = "b"
url = "https://a.example/#x"
section = ["t4"]
[[topic]]
id = "t1"
title = "T"
strong = ["..."]
[[topic]]
id = "t2"
title = "T"
weak = ["một"]
[[topic]]
id = "t3"
title = "T"
strong = ["một"]
provinces = ["Huế"]
[[topic]]
id = "t4"
title = "T"
weak = ["một"]
[[topic]]
id = "t5"
title = "T"
sections = ["t1"]
[[topic]]
id = "t6"
title = "T"
provinces = ["Hà Nội"]
"#,
        &Surroundings { sockets_passed: true, ..Surroundings::bare() },
        r#"feeds.toml:1:1: [site]: tag is left to its default, `tin.example.vn,2026`

hint: write `tag = "tin.example.vn,2026"`, so that ids stay what they are when the address changes

feeds.toml:1:1: [poll]: there is no contact

hint: write `contact = "https://…"` or a mail address: a webmaster who cannot ask you will block you

feeds.toml:5:10: [server]: listen is without effect: systemd passes the sockets

hint: change `ListenStream=` of `bantin.socket`, or disable that unit

feeds.toml:10:22: source `a`: headers.Cookie stands in the file in plain text

hint: write `{ credential = "NAME" }`, `{ env = "NAME" }` or `{ file = "PATH" }`

feeds.toml:13:7: source `b`: url `https://a.example/` is polled twice, first in line 8

feeds.toml:15:1: topic `t1`: nothing can match it: no enabled source has its section

feeds.toml:18:11: topic `t1`: strong `...` has no letter or digit and is never found

feeds.toml:19:1: topic `t2`: nothing can match it: one `weak` word is not enough, and no enabled source has its section

feeds.toml:23:1: topic `t3`: nothing can match it: no enabled source has its `provinces`, `sources` and `tags`

feeds.toml:32:1: topic `t5`: nothing can match it: no enabled source has its section"#,
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
fn a_bad_schedule_is_refused_with_its_value() {
    refused(
        r#"[[source]]
id = "a"
url = "https://a.example/"
schedule = "*/5 * *"
"#,
        r#"error: feeds.toml:10:12: source `a`: schedule `*/5 * *` has 3 fields, expected 5, 6 or 7"#,
    );
}

#[test]
fn ids_must_fit_into_an_address_and_stand_once() {
    refused(
        r#"[[source]]
id = "a"
url = "https://a.example/"
[[source]]
id = "a"
url = "https://b.example/"
[[source]]
id = "Báo A"
url = "https://c.example/"
[[source]]
id = 3
url = "https://d.example/"
"#,
        r#"error: feeds.toml:11:6: source `a`: id is used twice, first in line 8

error: feeds.toml:14:6: source `Báo A`: id is not one that an address can hold
  expected 1 to 64 of `a-z`, `0-9` and `-`, such as `bao-quang-ninh-kinh-te`

error: feeds.toml:17:6: source number 4: id is the number `3`
  expected text in quotes"#,
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
fn references_must_lead_somewhere() {
    refused(
        r#"[[source]]
id = "bao-a"
url = "https://a.example/"
section = ["kinh-te", "kinhte", "zzz"]
province = "Hà Nm"
[[topic]]
id = "kinh-te"
title = "Kinh tế"
sources = ["bao-b", "x"]
sections = ["kinh-t"]
provinces = ["Atlantis"]
"#,
        r#"error: feeds.toml:10:23: source `bao-a`: section `kinhte` is not the id of a topic
  expected the `id` of one of the `[[topic]]`s

hint: did you mean `kinh-te`?

error: feeds.toml:10:33: source `bao-a`: section `zzz` is not the id of a topic
  expected the `id` of one of the `[[topic]]`s

error: feeds.toml:11:12: source `bao-a`: province `Hà Nm` is not a province
  expected a name or slug of one of the 34 provinces or their predecessors, such as `ninh-binh` or `Hà Nam`

hint: did you mean `Hà Nam`?

error: feeds.toml:15:12: topic `kinh-te`: sources `bao-b` is not the id of a source
  expected the `id` of one of the `[[source]]`s

hint: did you mean `bao-a`?

error: feeds.toml:15:21: topic `kinh-te`: sources `x` is not the id of a source
  expected the `id` of one of the `[[source]]`s

error: feeds.toml:16:13: topic `kinh-te`: sections `kinh-t` is not the id of a topic
  expected the `id` of one of the `[[topic]]`s

hint: did you mean `kinh-te`?

error: feeds.toml:17:14: topic `kinh-te`: provinces `Atlantis` is not a province
  expected a name or slug of one of the 34 provinces or their predecessors, such as `ninh-binh` or `Hà Nam`"#,
    );
}

#[test]
fn only_addresses_that_can_be_polled_are_taken() {
    refused(
        r#"[[source]]
id = "a"
url = "bao.example/rss"
[[source]]
id = "b"
url = "ftp://bao.example/"
[[source]]
id = "c"
url = "https://u:p@bao.example/"
[[source]]
id = "d"
url = "https://"
"#,
        r#"error: feeds.toml:9:7: source `a`: url `bao.example/rss` is not an absolute address
  expected an address that begins with `https://` or `http://`

hint: did you mean `https://bao.example/rss`?

error: feeds.toml:12:7: source `b`: url `ftp://bao.example/` has the scheme `ftp`
  expected an address that begins with `https://` or `http://`

error: feeds.toml:15:7: source `c`: url `https://…@bao.example/` holds a user or password, which would be published with it

hint: write `headers = { authorization = { credential = "NAME" } }` instead

error: feeds.toml:18:7: source `d`: url `https://` is not an address: empty host
  expected an address that begins with `https://` or `http://`"#,
    );
}

#[test]
fn quantities_need_a_unit_and_sense() {
    refused(
        r#"[store]
keep = "5 min"
[publish]
items = 0
[stories]
same = 1.5
window = 30
[[source]]
id = "a"
url = "https://a.example/"
timeout = "30 parsecs"
max_body = "10 MX"
rank = "x"
"#,
        r#"error: feeds.toml:8:8: [store]: keep `5 min` is out of range
  expected from `1d` to `36500d`

error: feeds.toml:10:9: [publish]: items `0` is out of range
  expected a whole number from 1 to 10000

error: feeds.toml:12:8: [stories]: same `1.5` is out of range
  expected a number from 0 to 1, such as `0.8`

error: feeds.toml:13:10: [stories]: window `30` has no unit
  expected a number with a unit, such as `30s`, `5 min`, `2h` or `400d`, in quotes

error: feeds.toml:17:11: source `a`: timeout `30 parsecs` is not a duration
  expected a number with a unit, such as `30s`, `5 min`, `2h` or `400d`

error: feeds.toml:18:12: source `a`: max_body `10 MX` is not a size
  expected a number with a unit, such as `512 KiB`, `10 MiB` or `1 GiB`

error: feeds.toml:19:8: source `a`: rank is the text `x`
  expected a whole number from -1000 to 1000"#,
    );
}

#[test]
fn words_must_be_among_the_known_ones() {
    refused(
        r#"[publish]
content = "ful"
formats = ["atom", "rs"]
[[source]]
id = "a"
url = "https://a.example/"
kind = "htm"
date_order = "dmy"
language = "vi_VN"
timezone = "Asia/Ho_Chi_Min"
[[source]]
id = "b"
url = "https://b.example/"
timezone = "+07:00"
"#,
        r#"error: feeds.toml:8:11: [publish]: content `ful` is not known
  expected one of `summary`, `full`

hint: did you mean `full`?

error: feeds.toml:9:20: [publish]: formats `rs` is not known
  expected one of `atom`, `rss`, `json`

hint: did you mean `rss`?

error: feeds.toml:13:8: source `a`: kind `htm` is not known
  expected one of `auto`, `feed`, `html`, `sitemap`, `json`

hint: did you mean `html`?

error: feeds.toml:14:14: source `a`: date_order `dmy` is not known
  expected one of `day-first`, `month-first`

error: feeds.toml:15:12: source `a`: language `vi_VN` is not a language tag
  expected a tag such as `vi`, `en` or `zh-Hans`

hint: did you mean `vi-VN`?

error: feeds.toml:16:12: source `a`: timezone `Asia/Ho_Chi_Min` is not a time zone
  expected an IANA name such as `Asia/Ho_Chi_Minh`

hint: did you mean `Asia/Ho_Chi_Minh`?

error: feeds.toml:20:12: source `b`: timezone `+07:00` is not a time zone
  expected an IANA name such as `Asia/Ho_Chi_Minh`

hint: did you mean `Asia/Ho_Chi_Minh`?"#,
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
fn a_token_that_protects_little_is_worth_a_warning() {
    let variables = [("KHOA", "ngan")];
    let lookup = env(&variables);
    let around = Surroundings { env: &lookup, ..Surroundings::bare() };
    warned(
        &format!("{}[server]\ntoken = {{ env = \"KHOA\" }}\n[publish]\ndirectory = \"public\"\n", LEAST.trim_start()),
        &around,
        r#"feeds.toml:7:1: [server]: token does not protect the files in `publish.directory`

hint: let the web server that reads them ask for a password, or leave `directory` out

feeds.toml:8:9: [server]: token has 4 characters, few enough to be guessed

hint: make one with `openssl rand -hex 16`"#,
    );
}

#[test]
fn listeners_and_trust_are_checked() {
    refused(
        r#"[server]
listen = [":8080", "localhost:1", "127.0.0.1:80", "127.0.0.1:80"]
admin = "127.0.0.1:80"
trusted_proxies = ["10.0.0.0/40"]
token = "abc"
socket_mode = "0777"
"#,
        r#"error: feeds.toml:8:11: [server]: listen `:8080` is not an address to listen on
  expected an address with a port such as `127.0.0.1:8080` or `[::]:8080`, or `unix:PATH`

hint: write `[::]:8080` for all addresses, `127.0.0.1:8080` for this machine only

error: feeds.toml:8:20: [server]: listen `localhost:1` is not an address to listen on
  expected an address with a port such as `127.0.0.1:8080` or `[::]:8080`, or `unix:PATH`

hint: did you mean `127.0.0.1:1`?

error: feeds.toml:8:51: [server]: listen `127.0.0.1:80` is given twice

error: feeds.toml:9:9: [server]: admin `127.0.0.1:80` is one of the public addresses of `listen`
  expected an address of its own: what it shows is not for readers

error: feeds.toml:10:20: [server]: trusted_proxies `10.0.0.0/40` has a prefix that is not a number up to 32
  expected an address or a network such as `127.0.0.1`, `10.0.0.0/8` or `fd00::/8`

error: feeds.toml:11:9: [server]: token stands in the file in plain text
  expected `{ credential = "NAME" }`, `{ env = "NAME" }` or `{ file = "PATH" }`

error: feeds.toml:12:15: [server]: socket_mode `0777` is no mode of a socket, which nobody executes
  expected an octal mode such as `"0660"`: owner and group, and nobody else"#,
    );
}

#[test]
fn regular_expressions_must_compile_and_stay_small() {
    refused(
        r#"[[topic]]
id = "t"
title = "T"
regex = ["(", "a{1000}{1000}", "ok"]
"#,
        r#"error: feeds.toml:10:10: topic `t`: regex `(` is not a regular expression: unclosed group

error: feeds.toml:10:15: topic `t`: regex `a{1000}{1000}` would take more than 1 MiB of memory"#,
    );
}

#[test]
fn headers_and_secrets_are_checked() {
    refused(
        r#"[[source]]
id = "a"
url = "https://a.example/"
headers = { Host = "x", "a b" = "x", User-Agent = "x", X-A = "é", X-B = { evn = "X" }, X-C = { env = "X" }, X-D = { env = "X", file = "y" }, X-E = { file = "/no/such" } }
proxy = "localhost:3128"
robots = false
"#,
        r#"error: feeds.toml:10:20: source `a`: headers.Host is written by bantin itself and cannot be set

error: feeds.toml:10:33: source `a`: headers.a b is not the name of a header

error: feeds.toml:10:51: source `a`: headers.User-Agent has a key of its own
  expected `user_agent = "…"`

error: feeds.toml:10:62: source `a`: headers.X-A cannot be sent in a header
  expected ASCII letters, digits and punctuation only

error: feeds.toml:10:73: source `a`: headers.X-B cannot be taken from `evn`
  expected one of `credential`, `env`, `file`

hint: did you mean `env`?

error: feeds.toml:10:94: source `a`: headers.X-C env `X` is not set in the environment

hint: in a unit: `EnvironmentFile=`, or better a credential

error: feeds.toml:10:115: source `a`: headers.X-D names 2 places
  expected one of `{ credential = "NAME" }`, `{ env = "NAME" }` or `{ file = "PATH" }`

error: feeds.toml:10:148: source `a`: headers.X-E file `/no/such` cannot be read from `/no/such`: No such file or directory (os error 2)

error: feeds.toml:11:9: source `a`: proxy `localhost:3128` is not the address of a proxy
  expected `http://HOST:PORT`, `https://HOST:PORT`, `socks5://HOST:PORT` or `socks5h://HOST:PORT`

error: feeds.toml:12:10: source `a`: robots is `false`, which gives no reason
  expected `true`, or the reason why robots.txt is ignored, in quotes"#,
    );
}

#[test]
fn selectors_pointers_and_certificates_are_checked() {
    refused(
        r#"[[source]]
id = "a"
url = "https://a.example/"
kind = "feed"
[source.html]
item = ""
lnik = "a"
article = { bdy = "x" }
date = ".x"
[[source]]
id = "b"
url = "http://b.example/"
profile = "Không"
tls_pin = "ab"
ca = "no.pem"
[source.json]
items = "data"
[[source]]
id = "c"
url = "http://b.example/c"
tls_pin = "abababababababababababababababababababababababababababababababab"
"#,
        r#"error: feeds.toml:7:1: source `a`: `[source.html]` has selectors of a listing page, and the kind is another
  expected `kind = "html"`, or `article` selectors only

error: feeds.toml:12:8: source `a`: html.item `` is empty
  expected a CSS selector

error: feeds.toml:13:1: source `a`: unknown key `html.lnik`
  expected one of `item`, `link`, `title`, `date`, `lead`, `image`, `next`, `article`

hint: did you mean `link`?

error: feeds.toml:14:13: source `a`: unknown key `html.article.bdy`
  expected one of `title`, `lead`, `body`, `date`, `author`, `credit`, `image`, `caption`, `remove`

hint: did you mean `body`?

error: feeds.toml:19:11: source `b`: profile `Không` is not a profile
  expected 1 to 64 of `a-z`, `0-9` and `-`, such as `bao-quang-ninh-kinh-te`

error: feeds.toml:20:11: source `b`: tls_pin `ab` is not a fingerprint
  expected the SHA-256 of the certificate, 64 hexadecimal digits

error: feeds.toml:21:6: source `b`: ca `no.pem` cannot be read: No such file or directory (os error 2)

error: feeds.toml:23:9: source `b`: json.items `data` is not a JSON Pointer
  expected `/data/items` and its kind; empty for the whole

error: feeds.toml:24:1: source `c`: `ca` and `tls_pin` have no meaning for an `http://` address
  expected an `https://` address"#,
    );
}

#[test]
fn former_ids_are_claimed_once_and_are_former() {
    refused(
        r#"[[source]]
id = "a"
was = ["b", "c", "c", "C!"]
url = "https://a.example/"
[[source]]
id = "b"
url = "https://b.example/"
"#,
        r#"error: feeds.toml:9:8: source `a`: was `b` is the id of a source that is still there

error: feeds.toml:9:18: source `a`: was `c` is claimed twice, first in line 9

error: feeds.toml:9:23: source `a`: was `C!` is not an id
  expected 1 to 64 of `a-z`, `0-9` and `-`, such as `bao-quang-ninh-kinh-te`"#,
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
