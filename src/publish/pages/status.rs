//! The page for the sysadmin: who is broken, since when, why in words, and what to do; who is silent, who has moved,
//! which certificate ends. Shown on the admin listener only; unlike all other pages it tells what time it is.

use crate::config::Language;
use crate::model::{Instant, Outcome, SourceId};
use crate::publish::markup::Markup;
use crate::publish::masthead::Masthead;
use crate::schedule::{Concern, Silence};

use super::frame::policy;
use super::status_words::{self as say, StatusWords};

const STYLE: &str = include_str!("status.css");

/// Everything the page shows.
#[derive(Debug, Clone)]
pub struct StatusView {
    /// The time it is.
    pub now: Instant,
    /// When the daemon started.
    pub started: Instant,
    /// What is not as it should be with the daemon itself, in sentences.
    pub troubles: Vec<String>,
    /// Where the database lies.
    pub database: String,
    /// Bytes of it.
    pub database_bytes: u64,
    /// Bytes free on its file system, where that is known.
    pub disk_free_bytes: Option<u64>,
    /// When it was last backed up.
    pub backed_up_at: Option<Instant>,
    /// Every source of the configuration, in its order.
    pub sources: Vec<SourceStatus>,
}

/// One source.
#[derive(Debug, Clone)]
pub struct SourceStatus {
    /// Its id.
    pub id: SourceId,
    /// Shown to people.
    pub title: String,
    /// The address that is asked.
    pub url: String,
    /// Whether it is polled.
    pub enabled: bool,
    /// How its last poll went; `None` before the first.
    pub outcome: Option<Outcome>,
    /// When it last succeeded.
    pub succeeded_at: Option<Instant>,
    /// Date of its newest item.
    pub newest: Option<Instant>,
    /// Seconds that usually pass between two items.
    pub usual_gap_seconds: Option<u64>,
    /// When it is asked next.
    pub next_poll: Option<Instant>,
    /// Why its robots.txt is ignored.
    pub robots_ignored: Option<String>,
    /// What there is to tell.
    pub concerns: Vec<Concern>,
}

/// The `Content-Security-Policy` of the page.
pub fn status_policy() -> String {
    policy(STYLE, "data:")
}

/// Renders the page.
pub fn status(masthead: &Masthead, view: &StatusView) -> String {
    let site = masthead.site();
    let page = Page { masthead, view, words: say::of(site.language), language: site.language };
    let mut out = Markup::starting_with("<!doctype html>\n");
    out.element("html", &[("lang", site.language.tag())], |html| {
        html.element("head", &[], |head| {
            head.empty("meta", &[("charset", "utf-8")]);
            head.leaf("title", &[], &format!("{} · {}", page.words.title, site.title));
            head.empty("meta", &[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
            head.empty("meta", &[("name", "color-scheme"), ("content", "light dark")]);
            head.empty("meta", &[("name", "robots"), ("content", "noindex")]);
            head.element("style", &[], |style| style.trusted(STYLE));
        });
        html.line();
        html.element("body", &[], |body| page.write(body));
    });
    out.line();
    out.finish()
}

struct Page<'a> {
    masthead: &'a Masthead,
    view: &'a StatusView,
    words: &'static StatusWords,
    language: Language,
}

/// A group of sources with something in common: its anchor, colour and heading.
#[derive(Clone, Copy)]
struct Group {
    anchor: &'static str,
    colour: &'static str,
    heading: &'static str,
}

impl Page<'_> {
    fn write(&self, body: &mut Markup) {
        let words = self.words;
        body.element("header", &[], |header| {
            header.leaf("h1", &[], words.title);
            let at = self.masthead.words().date_time(self.view.now, self.masthead.site().timezone);
            header.leaf("p", &[("class", "soft")], &format!("{} · {at}", self.masthead.site().title));
        });
        body.line();
        let enabled: Vec<&SourceStatus> = self.view.sources.iter().filter(|source| source.enabled).collect();
        let with = |wanted: fn(&Concern) -> bool| -> Vec<(&SourceStatus, &Concern)> {
            let all = enabled.iter().flat_map(|source| source.concerns.iter().map(move |concern| (*source, concern)));
            all.filter(|(_, concern)| wanted(concern)).collect()
        };
        let groups = [
            (Group { anchor: "broken", colour: "bad", heading: words.broken }, with(Concern::is_broken)),
            (
                Group { anchor: "silent", colour: "warn", heading: words.silent },
                with(|concern| matches!(concern, Concern::Silent(_))),
            ),
            (
                Group { anchor: "odd", colour: "warn", heading: words.odd },
                with(|concern| matches!(concern, Concern::Odd { .. })),
            ),
            (
                Group { anchor: "moved", colour: "warn", heading: words.moved },
                with(|concern| matches!(concern, Concern::Moved { .. })),
            ),
            (
                Group { anchor: "certificate", colour: "warn", heading: words.certificate },
                with(|concern| matches!(concern, Concern::Certificate { .. })),
            ),
        ];
        let (waiting, asked): (Vec<&SourceStatus>, Vec<&SourceStatus>) =
            enabled.iter().copied().partition(|source| source.outcome.is_none());
        let fine: Vec<&SourceStatus> = asked.into_iter().filter(|source| source.concerns.is_empty()).collect();
        let disabled: Vec<&SourceStatus> = self.view.sources.iter().filter(|source| !source.enabled).collect();
        let rest = [
            (Group { anchor: "waiting", colour: "", heading: words.waiting }, waiting.len()),
            (Group { anchor: "fine", colour: "good", heading: words.fine }, fine.len()),
            (Group { anchor: "disabled", colour: "", heading: words.disabled }, disabled.len()),
        ];
        let tiles = groups.iter().map(|(group, found)| (*group, found.len())).chain(rest);
        self.write_tiles(body, tiles.filter(|(_, count)| *count > 0));
        self.write_troubles(body);
        let calm = groups.iter().all(|(_, found)| found.is_empty());
        if enabled.is_empty() {
            body.leaf("p", &[("class", "well")], words.nothing_enabled);
        } else if calm && waiting.is_empty() && self.view.troubles.is_empty() {
            body.leaf("p", &[("class", "well")], words.all_well);
        }
        for (group, found) in &groups {
            self.section(body, *group, found.len(), |section| {
                let (alike, single) = by_kind(found.iter().map(|(source, concern)| (*source, self.told(concern))));
                for kind in &alike {
                    self.write_kind(section, kind);
                }
                section.element("ul", &[], |list| {
                    for (source, told) in &single {
                        self.write_card(list, source, told);
                    }
                });
            });
        }
        self.section(body, rest[0].0, waiting.len(), |section| self.write_names(section, &waiting));
        self.section(body, rest[1].0, fine.len(), |section| self.write_table(section, &fine));
        self.section(body, rest[2].0, disabled.len(), |section| self.write_names(section, &disabled));
        self.write_footer(body);
    }

    fn write_tiles(&self, body: &mut Markup, tiles: impl Iterator<Item = (Group, usize)>) {
        body.element("nav", &[("class", "tiles"), ("aria-label", self.words.title)], |nav| {
            for (group, count) in tiles {
                nav.element("a", &[("href", &format!("#{}", group.anchor)), ("class", group.colour)], |tile| {
                    tile.leaf("strong", &[], &self.masthead.words().number(count as u64));
                    tile.text(group.heading);
                });
            }
        });
        body.line();
    }

    fn write_troubles(&self, body: &mut Markup) {
        if self.view.troubles.is_empty() {
            return;
        }
        body.element("section", &[("class", "trouble")], |section| {
            section.leaf("h2", &[], self.words.troubles);
            section.element("ul", &[], |list| {
                for trouble in &self.view.troubles {
                    list.leaf("li", &[], trouble);
                }
            });
        });
        body.line();
    }

    fn section(&self, body: &mut Markup, group: Group, count: usize, inside: impl FnOnce(&mut Markup)) {
        if count == 0 {
            return;
        }
        body.element("section", &[("id", group.anchor), ("class", group.colour)], |section| {
            section.leaf("h2", &[], &format!("{} ({count})", group.heading));
            inside(section);
        });
        body.line();
    }

    /// Sources that fail alike: why and what to do once, then who.
    fn write_kind(&self, section: &mut Markup, kind: &[(&SourceStatus, Told)]) {
        let Some((_, first)) = kind.first() else { return };
        section.element("div", &[("class", "kind")], |block| {
            write_reason(block, first, &say::sources(kind.len(), self.language));
            block.element("ul", &[], |list| {
                for (source, told) in kind {
                    list.element("li", &[], |one| {
                        write_name(one, source);
                        self.write_facts(one, source, told, &told.since);
                    });
                    list.line();
                }
            });
        });
        section.line();
    }

    fn write_card(&self, list: &mut Markup, source: &SourceStatus, told: &Told) {
        list.element("li", &[("class", "card")], |card| {
            write_name(card, source);
            write_reason(card, told, &told.since);
            if let Some(url) = &told.moved_to {
                card.leaf("pre", &[], &format!("url = \"{url}\""));
            }
            self.write_facts(card, source, told, "");
        });
        list.line();
    }

    /// Writes the address of a source, and its times after `since`.
    fn write_facts(&self, out: &mut Markup, source: &SourceStatus, told: &Told, since: &str) {
        let words = self.words;
        out.element("p", &[("class", "soft address")], |line| self.write_address(line, &source.url));
        if !since.is_empty() {
            out.leaf("p", &[("class", "soft")], since);
        }
        out.element("dl", &[], |facts| {
            let fact = |facts: &mut Markup, name: &str, value: &str| {
                facts.element("div", &[], |pair| {
                    pair.leaf("dt", &[], name);
                    pair.leaf("dd", &[], value);
                });
            };
            if told.is_broken {
                fact(facts, words.last_success, &self.past(source.succeeded_at));
            }
            if let Some(newest) = source.newest {
                fact(facts, words.newest, &self.past(Some(newest)));
            }
            if let Some(next) = source.next_poll {
                fact(facts, words.next_poll, &self.future(next));
            }
        });
    }

    /// What is wrong, in words.
    fn told(&self, concern: &Concern) -> Told {
        let words = self.words;
        let ago = |at: Instant| say::ago(self.seconds_since(at), self.language);
        let mut told = Told { is_broken: concern.is_broken(), ..Told::default() };
        match concern {
            Concern::Broken { outcome, since, failures } => {
                outcome.name().clone_into(&mut told.head);
                (told.means, told.advice) = say::outcome(outcome, self.language);
                told.since = say::broken_for(&ago(*since), *failures, self.language);
            }
            Concern::Parked { .. } => {
                Outcome::Gone.name().clone_into(&mut told.head);
                words.parked.clone_into(&mut told.means);
                (_, told.advice) = say::outcome(&Outcome::Gone, self.language);
            }
            Concern::Odd { outcome, since } => {
                outcome.name().clone_into(&mut told.head);
                (told.means, told.advice) = say::outcome(outcome, self.language);
                told.since = ago(*since);
            }
            Concern::Silent(Silence { since, usual_gap_seconds, longest_gap_seconds }) => {
                let quiet = self.seconds_since(*since);
                told.head = say::silence(quiet, *usual_gap_seconds, *longest_gap_seconds, self.language);
                told.advice = Some(words.silent_advice.to_owned());
            }
            Concern::Moved { at, url } => {
                words.moved.clone_into(&mut told.head);
                told.means = ago(*at);
                told.advice = Some(words.moved_advice.to_owned());
                told.moved_to = Some(url.clone());
            }
            Concern::Certificate { expires } => {
                told.head = self.masthead.words().brief(*expires, self.masthead.site().timezone);
                told.means = self.future(*expires);
                told.advice = Some(words.certificate_advice.to_owned());
            }
        }
        told
    }

    /// Addresses are links where a browser may follow them: only `http` and `https`.
    fn write_address(&self, line: &mut Markup, url: &str) {
        if url.starts_with("https://") || url.starts_with("http://") {
            line.leaf("a", &[("href", url), ("rel", "noreferrer noopener")], url);
        } else {
            line.text(url);
        }
    }

    fn write_names(&self, section: &mut Markup, sources: &[&SourceStatus]) {
        section.element("ul", &[("class", "list")], |list| {
            for source in sources {
                list.element("li", &[], |item| {
                    item.text(&source.title);
                    if source.title != source.id.as_str() {
                        item.text(" ");
                        item.leaf("code", &[], source.id.as_str());
                    }
                });
            }
        });
    }

    fn write_table(&self, section: &mut Markup, sources: &[&SourceStatus]) {
        let words = self.words;
        section.element("table", &[], |table| {
            table.element("thead", &[], |head| {
                head.element("tr", &[], |row| {
                    for name in [words.source, words.newest, words.rhythm, words.next_poll] {
                        row.leaf("th", &[("scope", "col")], name);
                    }
                });
            });
            table.element("tbody", &[], |rows| {
                for source in sources {
                    rows.element("tr", &[], |row| {
                        row.element("td", &[], |cell| {
                            cell.text(&source.title);
                            if source.title != source.id.as_str() {
                                cell.text(" ");
                                cell.leaf("code", &[], source.id.as_str());
                            }
                            if let Some(reason) = &source.robots_ignored {
                                cell.leaf("div", &[("class", "soft")], &format!("{} {reason}", words.robots));
                            }
                        });
                        let rhythm = source.usual_gap_seconds.map(|gap| say::every(gap, self.language));
                        let cells = [
                            (words.newest, source.newest.map(|at| self.past(Some(at)))),
                            (words.rhythm, rhythm),
                            (words.next_poll, source.next_poll.map(|at| self.future(at))),
                        ];
                        for (name, value) in cells {
                            row.leaf("td", &[("data-name", name)], value.as_deref().unwrap_or("–"));
                        }
                    });
                    rows.line();
                }
            });
        });
    }

    fn write_footer(&self, body: &mut Markup) {
        let (view, words, zone) = (self.view, self.words, self.masthead.site().timezone);
        let brief = |at: Instant| self.masthead.words().brief(at, zone);
        body.element("footer", &[], |footer| {
            footer.element("dl", &[], |facts| {
                let facts_of = [
                    (words.version, format!("bantin {}", env!("CARGO_PKG_VERSION"))),
                    (words.running_since, brief(view.started)),
                    (words.database, format!("{} ({})", view.database, bytes(view.database_bytes))),
                    (words.disk_free, view.disk_free_bytes.map_or_else(|| words.unknown.to_owned(), bytes)),
                    (words.last_backup, view.backed_up_at.map_or_else(|| words.no_backup.to_owned(), brief)),
                ];
                for (name, value) in facts_of {
                    facts.leaf("dt", &[], name);
                    facts.leaf("dd", &[], &value);
                }
            });
            footer.element("p", &[], |line| {
                line.text(words.more);
                for (href, name) in [("/metrics", "/metrics"), ("/debug", "/debug")] {
                    line.text(" ");
                    line.leaf("a", &[("href", href)], name);
                }
            });
        });
    }

    fn seconds_since(&self, at: Instant) -> u64 {
        u64::try_from((self.view.now - at).num_seconds()).unwrap_or(0)
    }

    /// A time that has passed, in words.
    fn past(&self, at: Option<Instant>) -> String {
        match at {
            Some(at) => say::ago(self.seconds_since(at), self.language),
            None => self.words.never.to_owned(),
        }
    }

    /// A time to come, in words.
    fn future(&self, at: Instant) -> String {
        match u64::try_from((at - self.view.now).num_seconds()) {
            Ok(seconds) => say::ahead(seconds, self.language),
            Err(_) => self.past(Some(at)),
        }
    }
}

/// A concern in words.
#[derive(Debug, Clone, Default)]
struct Told {
    /// What is wrong, in a word.
    head: String,
    /// What that means.
    means: String,
    /// What to do.
    advice: Option<String>,
    /// Since when.
    since: String,
    /// Where the source is now.
    moved_to: Option<String>,
    /// Whether the source gives nothing.
    is_broken: bool,
}

/// From so many on, sources that fail alike are told together: with less, a reader finds each faster by itself.
const ALIKE: usize = 3;

/// A source and what is wrong with it.
type Case<'a> = (&'a SourceStatus, Told);

/// Parts cases into those that are broken alike, most first, and the others; each in its order.
fn by_kind<'a>(cases: impl Iterator<Item = Case<'a>>) -> (Vec<Vec<Case<'a>>>, Vec<Case<'a>>) {
    let mut kinds: Vec<Vec<Case<'_>>> = Vec::new();
    for (source, told) in cases {
        let alike = |kind: &&mut Vec<Case<'_>>| {
            let first = &kind[0].1;
            told.is_broken && (&first.head, &first.means, &first.advice) == (&told.head, &told.means, &told.advice)
        };
        match kinds.iter_mut().find(alike) {
            Some(kind) => kind.push((source, told)),
            None => kinds.push(vec![(source, told)]),
        }
    }
    let (mut alike, single): (Vec<_>, Vec<_>) = kinds.into_iter().partition(|kind| kind.len() >= ALIKE);
    alike.sort_by_key(|kind| std::cmp::Reverse(kind.len()));
    (alike, single.into_iter().flatten().collect())
}

fn write_name(out: &mut Markup, source: &SourceStatus) {
    out.leaf("h3", &[], &source.title);
    if source.title != source.id.as_str() {
        out.leaf("code", &[("class", "soft")], source.id.as_str());
    }
}

/// Writes what is wrong and what to do; `more` stands behind it in brackets.
fn write_reason(out: &mut Markup, told: &Told, more: &str) {
    out.element("p", &[("class", "what")], |what| {
        what.leaf("b", &[], &told.head);
        if !told.means.is_empty() {
            what.text(": ");
            what.text(&told.means);
        }
        if !more.is_empty() {
            what.text(&format!(" ({more})"));
        }
    });
    if let Some(advice) = &told.advice {
        out.element("p", &[("class", "todo")], |todo| todo.text(advice));
    }
}

/// Bytes as people read them.
fn bytes(count: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "two digits are shown")]
    let of = |unit: u64| count as f64 / unit as f64;
    match count {
        n if n < 1 << 20 => format!("{:.0} KiB", of(1 << 10)),
        n if n < 1 << 30 => format!("{:.0} MiB", of(1 << 20)),
        _ => format!("{:.1} GiB", of(1 << 30)),
    }
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
