//! What is said of sources and topics, and of the values that polling goes by.

use super::*;

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
