//! The manual pages: those of the commands by `clap_mangen`, feeds.toml(5) from the table of its keys.

use std::io::{self, Write};
use std::path::Path;

use clap::CommandFactory as _;

use super::args::Cli;
use crate::config;

const DESCRIPTION: &str = "A TOML file. \\fBbantin check\\fR says everything that is wrong with it at once; a running daemon \
    takes a changed file on SIGHUP (\\fBsystemctl reload bantin\\fR), whole or not at all.\n.PP\n\
    Durations are written \"30s\", \"5 min\", \"2h\", \"400d\"; sizes \"512 KiB\", \"10 MiB\". A relative path is relative to the \
    file. A secret is not written here but named: { credential = \"NAME\" } (LoadCredential= of systemd.exec(5)), \
    { env = \"NAME\" } or { file = \"PATH\" }.";

/// Prints bantin(1).
pub fn print(out: &mut dyn Write) -> io::Result<()> {
    clap_mangen::Man::new(Cli::command()).render(out)
}

/// Writes `bantin.1`, a page for every command, and `feeds.toml.5`.
pub fn write(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(Cli::command(), folder)?;
    std::fs::write(folder.join("feeds.toml.5"), feeds_toml())
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
    fn nothing_of_a_text_is_taken_for_a_command_of_roff() {
        assert_eq!(escape(".so /etc/shadow"), "\\&.so /etc/shadow");
        assert_eq!(escape("a\\fBb-c"), "a\\efBb\\-c");
    }
}
