//! What is said of the site and its server, and what is only warned of.

use super::*;

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
