//! What the command line says. The doc comments here are what `--help`, the man pages and the completions show.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Arg, Args, Parser, Subcommand, ValueEnum};

use crate::extract::html::profile;

/// Polls provincial news sources, recognises the same story wherever it appears, and republishes one merged feed plus a
/// feed per topic.
#[derive(Debug, Parser)]
#[command(name = "bantin", version, disable_help_subcommand = false, max_term_width = 100)]
#[command(after_help = "Exit status: 0 fine, 1 did not succeed, 2 wrong usage, 78 bad configuration.\n\n\
    Start with `bantin demo`: it needs no file and no network.")]
pub struct Cli {
    /// The configuration [default: ./feeds.toml, then /etc/bantin/feeds.toml]
    #[arg(long, short, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// How much to log: error, warn, info, debug, trace, or a filter such as `bantin::fetch=debug`
    #[arg(long, global = true, value_name = "LEVEL", env = "BANTIN_LOG")]
    pub log: Option<String>,

    /// The form of the log: `json` writes one object a line
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORM", env = "BANTIN_LOG_FORMAT")]
    pub log_format: Format,

    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// How tables and logs are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// JSON
    Json,
}

/// `--format`
#[derive(Debug, Clone, Copy, Args)]
pub struct Output {
    /// How to print the table
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    pub format: Format,
}

/// Every command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the daemon: poll on schedule, publish, serve, until told to stop
    #[command(
        after_help = "SIGTERM or Ctrl-C stops it, SIGHUP reads the configuration again (a bad one changes nothing)."
    )]
    Run {
        /// Let the clock run so many times as fast, to try in minutes what a day does
        #[arg(long, hide = true, default_value_t = 1, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
        clock_speed: u32,
    },

    /// Show everything on a bundled sample newsroom: no network, no file, nothing kept
    #[command(
        after_help = "The first line on stdout is the address to open. Ctrl-C ends it and removes its temporary directory."
    )]
    Demo {
        /// The port to listen on; 0 takes any free one
        #[arg(long, default_value_t = 8080, value_name = "N")]
        port: u16,
    },

    /// Report every problem of the configuration
    Check {
        /// The file to check instead of the one in use
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
        /// Also poll each source once and report what was found; stores nothing
        #[arg(long)]
        fetch: bool,
        /// Say nothing when all is well
        #[arg(long, short)]
        quiet: bool,
        /// How to print what `--fetch` found
        #[command(flatten)]
        output: Output,
    },

    /// Poll now, once, publish, and exit
    #[command(
        after_help = "Exit status 0 if every source answered, 1 if some failed. Goes through a running daemon if there is one."
    )]
    Poll {
        /// Ids of sources [default: all that are enabled and have not asked to be left alone]
        #[arg(value_name = "SOURCE")]
        sources: Vec<String>,
        /// How to print what came of it
        #[command(flatten)]
        output: Output,
    },

    /// Print the next 24 hours of requests, per host
    Plan {
        /// How to print it
        #[command(flatten)]
        output: Output,
    },

    /// Show how each source is doing: one line a source, or the poll history of one
    #[command(
        after_help = "bantin-outcomes(7) explains each outcome. Where polling stands still, what the daemon says of it follows on \
        stderr."
    )]
    Sources {
        /// Show this source in full, with its last polls
        #[arg(value_name = "SOURCE")]
        source: Option<String>,
        /// How to print it
        #[command(flatten)]
        output: Output,
    },

    /// Search the text of all stories, with or without accents
    #[command(
        after_help = "A word written with marks is found only so written; one without marks is found either way.\n\
        \"Quoted words\" must stand together."
    )]
    Search {
        /// The words
        #[arg(required = true, value_name = "QUERY")]
        query: Vec<String>,
        /// How many stories to show
        #[arg(long, default_value_t = 20, value_name = "N")]
        limit: usize,
        /// How to print them
        #[command(flatten)]
        output: Output,
    },

    /// Explain an item or story: where it came from, why it is in its topics, what it was merged with
    Why {
        /// An article's address, an item's id, or a story's key
        #[arg(value_name = "WHAT")]
        what: String,
        /// How to print it
        #[command(flatten)]
        output: Output,
    },

    /// Take an item out of its story, for good
    #[command(
        after_help = "The two stories are kept apart whatever comes later; each is shown to the readers of the other as related.\n\
        The id stays with the item that the story was first published under; the other part is published under its own.\n\
        Goes through a running daemon if there is one. Exit status 1 if there is nothing to split."
    )]
    Split {
        /// The item: its address or id
        #[arg(value_name = "WHAT")]
        what: String,
        /// Whose it is, where several sources gave it the same address
        #[arg(long, value_name = "SOURCE")]
        source: Option<String>,
    },

    /// Join two stories into one, for good
    #[command(
        after_help = "The story that was published first keeps its id and its page; the other's page leads there.\n\
        `bantin split` undoes it. Goes through a running daemon if there is one."
    )]
    Merge {
        /// One story: an item's address or id, or the story's key
        #[arg(value_name = "WHAT")]
        one: String,
        /// The other
        #[arg(value_name = "WHAT")]
        other: String,
    },

    /// Withdraw a story from every feed, archive and page at once, for good
    #[command(after_help = "Copies of it that come later stay away, too. Nothing undoes it but a backup.\n\
        Goes through a running daemon if there is one. Exit status 1 if no stored article has that address.")]
    Takedown {
        /// The article's address, or that of its page here
        #[arg(value_name = "URL")]
        url: String,
    },

    /// Print what bantin makes of a document, one JSON line each, touching no database
    Read(ReadArgs),

    /// Find the feeds of a page, or propose selectors for its list and show what they would give: TOML to paste
    #[command(
        after_help = "After a redesign, `bantin inspect ADDRESS --from SOURCE` finds the list by the titles that the source had last."
    )]
    Inspect {
        /// An address, or a file
        #[arg(value_name = "URL")]
        page: String,
        /// The source whose page this was before: its recent titles tell where the list is now
        #[arg(long, value_name = "SOURCE")]
        from: Option<String>,
        /// The address of a page that is read from a file
        #[arg(long, value_name = "URL")]
        base: Option<String>,
        /// The zone of dates that carry none
        #[arg(long, default_value = "Asia/Ho_Chi_Minh", value_name = "ZONE")]
        timezone: String,
    },

    /// Print the daemon's own judgement over labelled examples
    Eval {
        /// What to judge
        #[arg(value_enum, value_name = "WHAT")]
        what: EvalWhat,
        /// One JSON object a line
        #[arg(value_name = "FILE.jsonl")]
        file: PathBuf,
        /// The zone of dates that carry none
        #[arg(long, default_value = "UTC", value_name = "ZONE")]
        timezone: String,
        /// What time it is, for relative dates (RFC 3339) [default: now]
        #[arg(long, value_name = "TIME")]
        now: Option<String>,
        /// Say on stderr how far it is, also where that is no terminal (on one, it shows by itself)
        #[arg(long)]
        progress: bool,
    },

    /// Add the feeds of an OPML file to the configuration: prints `[[source]]` blocks to paste. Folders named after a province
    /// or a topic become the source's `province` or `section`, others its `tags`
    Import {
        /// The file
        #[arg(value_name = "FILE.opml")]
        file: PathBuf,
    },

    /// Print our sources as OPML, or all items as JSON lines
    Export {
        /// What to print
        #[arg(value_enum, value_name = "WHAT")]
        what: ExportWhat,
    },

    /// Copy the database to a file, also while the daemon runs; the copy is verified
    #[command(
        after_help = "The file appears whole or not at all, and not where it would take the last room: beside the database 64 MiB \
        must stay free. `bantin restore FILE` puts it back."
    )]
    Backup {
        /// Where the copy goes
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Replace the file if it is there
        #[arg(long)]
        overwrite: bool,
    },

    /// Put a backup in the place of the database; the one before is kept aside
    #[command(
        after_help = "The daemon must be stopped. Ids stay what they are, and what was published after the backup was made \
        does not come back as new."
    )]
    Restore {
        /// The backup
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },

    /// Delete items older than `store.keep` now, and give the room back
    #[command(
        after_help = "The daemon does this by itself at `store.tidy`. Who the items were is remembered, so that they never \
        come back as new."
    )]
    Prune,

    /// Check configuration, database, network, clock and service, and say what to do about each finding
    #[command(
        after_help = "Changes nothing, and asks no site for anything: some hosts of sources are looked up and connected to.\n\
        Run it as root, or as the user that bantin runs as, so that it may see everything.\n\
        Exit status 0 if nothing is broken (a warning is none), 1 if something is, 78 if the configuration is bad."
    )]
    Doctor {
        /// How to print the findings
        #[command(flatten)]
        output: Output,
    },

    /// Print the completion script of a shell
    Completions {
        /// Which one
        #[arg(value_enum, value_name = "SHELL")]
        shell: clap_complete::Shell,
    },

    /// Print the manual page, or write those of all commands and of feeds.toml into a folder
    Man {
        /// Write `bantin.1`, a page a command, `feeds.toml.5` and `bantin-outcomes.7` here instead
        #[arg(value_name = "FOLDER")]
        folder: Option<PathBuf>,
    },
}

/// What `eval` judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum EvalWhat {
    /// Prints `id<TAB>story`
    Stories,
    /// Prints `id<TAB>topic,topic…`, best first
    Topics,
    /// Prints `raw<TAB>instant` in UTC
    Dates,
}

/// What `export` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExportWhat {
    /// The sources, for other feed readers
    Opml,
    /// Every stored item, one JSON object a line
    Jsonl,
}

/// What a document is taken for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum ReadKind {
    /// Find out
    #[default]
    Auto,
    /// RSS, Atom or JSON Feed
    Feed,
    /// A page that lists articles
    Html,
    /// The page of one article
    Article,
    /// A sitemap, or an index of sitemaps
    Sitemap,
    /// The answer of a JSON endpoint
    Json,
}

/// `read`
#[derive(Debug, Args)]
pub struct ReadArgs {
    /// What the documents are
    #[arg(long, value_enum, default_value_t, value_name = "KIND")]
    pub kind: ReadKind,
    /// Read pages by this shipped profile instead of by themselves
    #[arg(long, value_name = "PROFILE", value_parser = ProfileName)]
    pub profile: Option<String>,
    /// The address the document came from, for relative links [default: its own]
    #[arg(long, value_name = "URL")]
    pub base: Option<String>,
    /// The HTTP `Content-Type` it came with
    #[arg(long, value_name = "TYPE")]
    pub content_type: Option<String>,
    /// The zone of dates that carry none
    #[arg(long, default_value = "UTC", value_name = "ZONE")]
    pub timezone: String,
    /// What time it is, for relative dates (RFC 3339) [default: now]
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
    /// Read the documents that this list names, one JSON object with `file` (and optionally `base_url`,
    /// `http_content_type`) a line
    #[arg(long, value_name = "LIST.jsonl", conflicts_with = "documents")]
    pub batch: Option<PathBuf>,
    /// Files or addresses
    #[arg(required_unless_present = "batch", value_name = "FILE-OR-URL")]
    pub documents: Vec<String>,
}

/// The names that `--profile` takes, looked up where they are asked for: other commands do not read the profiles.
#[derive(Debug, Clone, Copy)]
struct ProfileName;

impl TypedValueParser for ProfileName {
    type Value = String;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        PossibleValuesParser::new(profile::profile_names()).parse_ref(command, arg, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(profile::profile_names().into_iter().map(PossibleValue::new)))
    }
}
