//! The manual pages: those of the commands by `clap_mangen`, feeds.toml(5) from the table of its keys, bantin-outcomes(7)
//! from what outcomes say of themselves.

use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory as _;

use super::args::Cli;
use crate::config;
use crate::model::{Outcome, Severity, every_case, one_of_each};

const DESCRIPTION: &str = "A TOML file. \\fBbantin check\\fR says everything that is wrong with it at once; a running daemon \
    takes a changed file on SIGHUP (\\fBsystemctl reload bantin\\fR), whole or not at all.\n.PP\n\
    Durations are written \"30s\", \"5 min\", \"2h\", \"400d\"; sizes \"512 KiB\", \"10 MiB\". A relative path is relative to the \
    file. A secret is not written here but named: { credential = \"NAME\" } (LoadCredential= of systemd.exec(5)), \
    { env = \"NAME\" } or { file = \"PATH\" }.";

const OUTCOMES: &str = "Every poll of a source ends in one of these. \\fBbantin sources\\fR and the page /status show the last \
    one of each source, with the values of the case; the journal has it as the field OUTCOME, /metrics as the label \
    outcome. A source that fails is asked more and more rarely, and always again; nothing that was published goes away.";

/// Prints bantin(1).
pub fn print(out: &mut dyn Write) -> io::Result<()> {
    clap_mangen::Man::new(Cli::command()).render(out)
}

/// Writes `bantin.1`, a page for every command, `feeds.toml.5`, and `bantin-outcomes.7`.
pub fn write(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(Cli::command(), folder)?;
    std::fs::write(folder.join("feeds.toml.5"), feeds_toml())?;
    std::fs::write(folder.join("bantin-outcomes.7"), outcomes())
}

/// feeds.toml(5) in the language of man(7).
fn feeds_toml() -> String {
    let mut page = format!(".TH feeds.toml 5 \"\" \"bantin {}\"\n", env!("CARGO_PKG_VERSION"));
    section(&mut page, "NAME", "feeds.toml \\- what bantin polls, how, and what it publishes");
    let places: Vec<_> = config::PLACES.iter().map(|place| escape(place)).collect();
    section(&mut page, "SYNOPSIS", &places.join(", "));
    section(&mut page, "DESCRIPTION", DESCRIPTION);
    for table in config::manual() {
        section(&mut page, &escape(table.header), &escape(table.about));
        for (key, text) in &table.keys {
            page.push_str(&format!(".TP\n\\fB{}\\fR\n{}\n", escape(key), escape(text)));
        }
    }
    let others = "\\fBbantin\\fR(1), \\fBbantin\\-check\\fR(1), \\fBbantin\\-plan\\fR(1), \\fBcrontab\\fR(5)";
    section(&mut page, "SEE ALSO", others);
    page
}

/// bantin-outcomes(7): what each outcome means and what to do about it, in the words of the program.
fn outcomes() -> String {
    let mut page = format!(".TH bantin\\-outcomes 7 \"\" \"bantin {}\"\n", env!("CARGO_PKG_VERSION"));
    section(&mut page, "NAME", "bantin\\-outcomes \\- how a poll can go, and what to do about it");
    section(&mut page, "DESCRIPTION", OUTCOMES);
    for (severity, title) in [
        (Severity::Fine, "AS IT SHOULD BE"),
        (Severity::Notice, "WORTH A LOOK IF IT STAYS SO"),
        (Severity::Passing, "USUALLY PASSES BY ITSELF"),
        (Severity::Broken, "STAYS UNTIL SOMEBODY DOES SOMETHING"),
    ] {
        section(&mut page, title, "");
        for outcome in one_of_each().iter().filter(|outcome| outcome.severity() == severity) {
            page.push_str(&format!(".TP\n\\fB{}\\fR\n", escape(outcome.name())));
            let cases: Vec<Outcome> = every_case().into_iter().filter(|case| case.name() == outcome.name()).collect();
            for (at, case) in cases.iter().enumerate() {
                let meaning = sentence(&case.meaning());
                page.push_str(&match at {
                    0 => format!("{}\n", escape(&meaning)),
                    _ => format!(".br\nOr: {}.\n", escape(&case.meaning())),
                });
                // Where cases have an advice in common it stands behind the last.
                let next = cases.get(at + 1).map(Outcome::advice);
                if let Some(advice) = case.advice().filter(|_| next != Some(case.advice())) {
                    page.push_str(&format!(".br\n{}\n", escape(&sentence(advice))));
                }
            }
        }
    }
    section(&mut page, "SEE ALSO", "\\fBbantin\\-sources\\fR(1), \\fBbantin\\-poll\\fR(1), \\fBfeeds.toml\\fR(5)");
    page
}

/// With a capital and a full stop; what ends in dots has them already.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    let end = if text.ends_with('…') { "" } else { "." };
    first.chain(letters).chain(end.chars()).collect()
}

fn section(page: &mut String, name: &str, text: &str) {
    page.push_str(&format!(".SH \"{name}\"\n{text}\n"));
}

/// Text as it must be written for roff: no command at the beginning of a line, no escape by accident, real hyphens.
fn escape(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-").replace('…', "...");
    match text.starts_with(['.', '\'']) {
        true => format!("\\&{text}"),
        false => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_every_key_in_its_section() {
        let page = feeds_toml();
        for table in config::manual() {
            let from = page.find(&format!(".SH \"{}\"\n", escape(table.header))).expect(table.header);
            let section = page[from + 4..].split("\n.SH ").next().unwrap_or_default();
            for (key, _) in &table.keys {
                assert!(section.contains(&format!("\n\\fB{}\\fR\n", escape(key))), "{} {key}", table.header);
            }
        }
    }

    #[test]
    fn the_page_of_outcomes_explains_each_once() {
        let page = outcomes();
        for outcome in one_of_each() {
            let entry = format!("\n.TP\n\\fB{}\\fR\n", escape(outcome.name()));
            assert_eq!(page.matches(&entry).count(), 1, "{}", outcome.name());
        }
        for case in every_case() {
            let entry =
                page.split("\n.TP\n").find(|entry| entry.starts_with(&format!("\\fB{}\\fR\n", escape(case.name()))));
            let entry = entry.expect("it is there");
            let says = |text: &str| entry.contains(&escape(text)) || entry.contains(&escape(&sentence(text)));
            assert!(says(&case.meaning()), "{}: {}", case.name(), case.meaning());
            assert!(case.advice().is_none_or(says), "{}: {:?}", case.name(), case.advice());
        }
    }

    #[test]
    fn nothing_of_a_text_is_taken_for_a_command_of_roff() {
        assert_eq!(escape(".so /etc/shadow"), "\\&.so /etc/shadow");
        assert_eq!(escape("a\\fBb-c"), "a\\efBb\\-c");
    }
}
