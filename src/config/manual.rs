//! What every key of `feeds.toml` means, one sentence each: the text of feeds.toml(5).
//!
//! The readers know the keys by `ALL_KEYS`; a test holds that this table explains exactly those.

use super::desk::{ALL_KEYS, NOT_YET};

/// One table of the file, for the manual page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableManual {
    /// As its header is written: `[site]`, `[[source]]`, `article = { … } in [source.html]`.
    pub header: &'static str,
    /// What it is about, one sentence.
    pub about: &'static str,
    /// Its keys and what each means, one sentence.
    pub keys: Vec<(&'static str, &'static str)>,
}

/// Everything that this version obeys, in the order of the file.
pub fn manual() -> Vec<TableManual> {
    let mut tables = Vec::new();
    for (name, header, about, keys) in MANUAL {
        let obeyed = |key: &str| !NOT_YET.contains(&(name, key));
        let keys = keys.iter().copied().filter(|(key, _)| obeyed(key)).collect();
        tables.push(TableManual { header, about, keys });
    }
    debug_assert_eq!(tables.len() + 1, ALL_KEYS.len(), "the first of ALL_KEYS is the file itself");
    tables
}

/// A table: its name as in `ALL_KEYS`, its header, what it is about, its keys.
type Row = (&'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

const MANUAL: &[Row] = &[
    (
        "site",
        "[site]",
        "What readers see.",
        &[
            ("title", "The name of the whole, for readers; required."),
            ("subtitle", "One sentence under the title."),
            ("url", "Where readers reach it, from outside; feeds name it in themselves; required."),
            (
                "tag",
                "A domain and a year in which it was yours (RFC 4151), such as \"tin.example.vn,2026\": every entry id is made \
                 from it, so it is set once and never changed. Default: the host of url, and 2026.",
            ),
            ("language", "Of the pages: \"vi\" or \"en\". Default: \"vi\"."),
            (
                "timezone",
                "Of schedules, and of dates that sources write without a zone: an IANA name. Default: \"Asia/Ho_Chi_Minh\".",
            ),
            ("author", "Who makes the feeds; every entry names its own author besides."),
            ("rights", "Whose the contents are."),
        ],
    ),
    (
        "server",
        "[server]",
        "Where it listens.",
        &[
            (
                "listen",
                "Addresses for readers: \"127.0.0.1:8080\", \"[::]:8080\" or \"unix:PATH\"; without effect while systemd passes \
                 the sockets (bantin.socket). Default: [\"127.0.0.1:8080\"].",
            ),
            (
                "socket_mode",
                "Mode of the Unix sockets in listen, in octal: who may write may connect. That of admin is always 0600. \
                 Default: \"0666\".",
            ),
            ("admin", "An address of its own for the people who run it: metrics and the state of every source."),
            (
                "trusted_proxies",
                "Addresses or networks of the proxies whose X-Forwarded-For is believed, for the log; the other end of a Unix \
                 socket always is. X-Forwarded-Proto and -Host are never read: addresses are made of site.url.",
            ),
            (
                "token",
                "A secret that readers must show for everything but /health: as ?token=, as a password with any user name, or as \
                 a bearer token.",
            ),
        ],
    ),
    (
        "store",
        "[store]",
        "What it keeps.",
        &[
            (
                "path",
                "The one database file. Default: bantin.db in the state directory that systemd gives, else data/bantin.db \
                 beside this file.",
            ),
            (
                "keep",
                "Items older than this are deleted; who they were is remembered, so that they never come back as new. Default: \
                 \"400d\".",
            ),
            ("tidy", "When that is done and free space given back: cron. Default: \"40 3 * * *\"."),
        ],
    ),
    (
        "poll",
        "[poll]",
        "How it polls. Most of these can be given for one source, too.",
        &[
            ("schedule", "When, for sources that do not say: cron as in crontab(5). Default: \"*/20 * * * *\"."),
            ("timeout", "Of a whole request, from connecting to the last byte. Default: \"30s\"."),
            ("max_body", "The largest document that is read, after decompression. Default: \"10 MiB\"."),
            ("concurrency", "Requests under way at once, to all hosts together. Default: 64."),
            ("host_interval", "The least time between two requests to one host. Default: \"1s\"."),
            ("memory", "What all documents that are being read at once may take. Default: \"128 MiB\"."),
            (
                "contact",
                "A page or mail address for the User-Agent, so that a webmaster can ask you; write it before you poll anybody.",
            ),
            ("user_agent", "The whole User-Agent, instead of the one made of the contact."),
            ("proxy", "A proxy for all requests: http://, https://, socks5:// or socks5h://; may be a secret."),
            ("headers", "Further request headers, by name; values may be secrets."),
            (
                "robots",
                "Whether robots.txt is asked before HTML pages are read: true, or the reason why not, in words.",
            ),
            (
                "allow_private_addresses",
                "Whether addresses of your own network may be asked; a link in a feed may lead anywhere. Default: false.",
            ),
            (
                "tls_fetch_intermediate",
                "Whether a certificate that a server forgets to send is fetched and then verified as usual. Default: false.",
            ),
        ],
    ),
    (
        "publish",
        "[publish]",
        "What it publishes.",
        &[
            ("items", "Entries in a feed. Default: 100."),
            (
                "directory",
                "A folder for the same documents as files, for a web server; must be writable for the service.",
            ),
            ("content", "\"summary\" or \"full\": how much of an article entries carry. Default: \"summary\"."),
            ("formats", "The forms of every feed. Default: [\"atom\", \"rss\", \"json\"]."),
        ],
    ),
    (
        "stories",
        "[stories]",
        "When items are the same story.",
        &[
            ("window", "How far apart in time two items are still compared word by word. Default: \"30d\"."),
            (
                "same",
                "The share (0 to 1) of the shorter text that the longer one must contain to be the same story; lower merges more, and a false merge hides news. Default: 0.7.",
            ),
            ("related", "The share from which two stories are shown as related; both stay. Default: 0.5."),
        ],
    ),
    (
        "source",
        "[[source]]",
        "One source; as many as you like.",
        &[
            ("id", "Its name for commands and addresses: a to z, 0 to 9 and -; required."),
            ("was", "Ids that it had before, so that what is stored under them stays its own."),
            ("title", "Its name for readers. Default: the id."),
            ("url", "The address to poll; required."),
            (
                "kind",
                "\"auto\", \"feed\", \"html\" (a page that lists articles), \"sitemap\" or \"json\". Default: \"auto\".",
            ),
            ("enabled", "Whether it is polled. Default: true."),
            ("province", "Whose news it carries, by name or slug; also former provinces."),
            ("outlet", "The paper, station or portal that it belongs to; sources of one outlet are one voice."),
            ("aliases", "Other names of the outlet, as other papers credit it."),
            ("section", "Topics that its editor has chosen already: ids."),
            ("tags", "Words of your own, for the rules of topics."),
            ("rank", "Who is taken for the origin of a story when nothing else decides; higher wins. Default: 0."),
            ("schedule", "As in [poll]."),
            ("language", "Of its items, such as \"vi\"."),
            ("timezone", "Of its dates that carry no zone. Default: that of [site]."),
            ("date_order", "\"day-first\" or \"month-first\", for dates such as 04/10/2026. Default: found out."),
            ("content", "As in [publish], for its items."),
            (
                "article",
                "Whether the page of each new item is read once for its text; on when there are selectors for it.",
            ),
            ("profile", "Selectors that are shipped for many portals of one make."),
            ("html", "The selectors of its list: the table [source.html]."),
            ("json", "The pointers into its answer: the table [source.json]."),
            ("timeout", "As in [poll]."),
            ("max_body", "As in [poll]."),
            ("user_agent", "As in [poll]."),
            ("proxy", "As in [poll]."),
            ("headers", "As in [poll]."),
            ("robots", "As in [poll]; a reason given here is shown by bantin sources."),
            ("allow_private_addresses", "As in [poll]."),
            ("tls_fetch_intermediate", "As in [poll]."),
            ("ca", "A PEM file with a certificate that its chain lacks."),
            ("tls_pin", "The SHA-256 of the one certificate to accept from it."),
        ],
    ),
    (
        "source.html",
        "[source.html]",
        "CSS selectors of a page that lists articles, below its [[source]]; what is left out is found by itself.",
        &[
            ("item", "One entry of the list."),
            ("link", "Inside it, the link to the article."),
            ("title", "Inside it, the title."),
            ("date", "Inside it, the date."),
            ("lead", "Inside it, the first sentences."),
            ("image", "Inside it, the picture."),
            ("next", "The link to the next page of the list."),
            ("article", "The selectors of an article page, see below."),
        ],
    ),
    (
        "source.html.article",
        "article = { … } in [source.html]",
        "CSS selectors of an article page.",
        &[
            ("title", "The title."),
            ("lead", "The first sentences."),
            ("body", "The text."),
            ("date", "When it was published."),
            ("author", "Who wrote it."),
            ("credit", "Whom it was taken over from."),
            ("image", "The picture."),
            ("caption", "What stands below the picture."),
            ("remove", "What is no part of the text."),
        ],
    ),
    (
        "source.json",
        "[source.json]",
        "JSON Pointers (RFC 6901), below its [[source]].",
        &[
            ("items", "Into the document: the list of items."),
            ("id", "Into an item: what names it for ever."),
            ("link", "Into an item: the address of the article."),
            ("title", "Into an item: the title."),
            ("date", "Into an item: when it was published."),
            ("updated", "Into an item: when it was last changed."),
            ("lead", "Into an item: the first sentences."),
            ("body", "Into an item: the text."),
            ("image", "Into an item: the picture."),
            ("author", "Into an item: who wrote it."),
            ("category", "Into an item: the section it stands in."),
        ],
    ),
    (
        "topic",
        "[[topic]]",
        "One topic; as many as you like. At least one rule is required.",
        &[
            ("id", "Its name in addresses: a to z, 0 to 9 and -; required."),
            ("title", "Its name for readers; required."),
            ("strong", "Words of which one in title or lead is enough."),
            ("weak", "Words of which two different ones are needed, or one beside the section."),
            ("none", "Words that keep a story out."),
            ("provinces", "Only stories of these provinces."),
            ("sources", "Only stories of these sources."),
            ("sections", "Stories whose source has one of these as its section."),
            ("tags", "Only stories of sources with one of these tags."),
            ("regex", "Regular expressions, for the rest."),
            (
                "token",
                "A secret that readers must show for its feeds and its page, as in [server]; it is then listed nowhere and no file \
                 of it is written. Its stories stand in the other feeds all the same.",
            ),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_manual_explains_exactly_the_keys_that_are_known() {
        let explained: BTreeSet<_> =
            MANUAL.iter().flat_map(|(table, _, _, keys)| keys.iter().map(move |(key, _)| (*table, *key))).collect();
        let known: BTreeSet<_> = ALL_KEYS
            .iter()
            .filter(|(table, _, _)| !table.is_empty())
            .flat_map(|(table, _, keys)| keys.iter().map(move |key| (*table, *key)))
            .collect();
        let missing: Vec<_> = known.difference(&explained).collect();
        let unknown: Vec<_> = explained.difference(&known).collect();
        assert!(missing.is_empty() && unknown.is_empty(), "not explained: {missing:?}; explained in vain: {unknown:?}");
    }

    #[test]
    fn every_table_of_the_file_has_a_header_of_its_own() {
        let headers: BTreeSet<_> = manual().iter().map(|table| table.header).collect();
        assert_eq!(headers.len(), ALL_KEYS.len() - 1);
    }

    #[test]
    fn what_is_not_obeyed_yet_is_not_promised() {
        for (table, key) in NOT_YET {
            let Some((_, header, _, _)) = MANUAL.iter().find(|(name, _, _, _)| name == table) else { continue };
            let page = manual();
            let written = page.iter().find(|one| one.header == *header).expect("it was made from this row");
            assert!(written.keys.iter().all(|(name, _)| name != key), "{table}.{key}");
        }
    }

    #[test]
    fn every_explanation_is_a_sentence() {
        for (key, text) in manual().iter().flat_map(|table| &table.keys) {
            assert!(text.ends_with('.') && !text.starts_with(char::is_lowercase), "{key}: {text}");
        }
    }
}
