//! `read` and `eval`: the daemon's own reading and judging, without configuration or database.

use std::io::{BufRead as _, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, anyhow, bail};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use url::Url;

use super::args::{Cli, EvalWhat, ReadArgs, ReadKind};
use super::progress;
use crate::daemon::setup;
use crate::dates;
use crate::dedup;
use crate::extract::html::{ArticleHint, profile};
use crate::extract::{self, How, Input, Kind, Unreadable, report};
use crate::fetch::{Answer, Client, Request, Settings};
use crate::model::Instant;
use crate::topics;

/// `bantin read`
pub fn read(cli: &Cli, args: &ReadArgs, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let zone = zone(&args.timezone)?;
    let now = now(args.now.as_deref())?;
    let kind = match args.kind {
        ReadKind::Auto => Kind::Auto,
        ReadKind::Feed => Kind::Feed,
        ReadKind::Html => Kind::Html,
        ReadKind::Article => Kind::Article,
        ReadKind::Sitemap => Kind::Sitemap,
        ReadKind::Json => Kind::Json,
    };
    let base =
        args.base.as_deref().map(|base| Url::parse(base).with_context(|| format!("`--base {base}`"))).transpose()?;
    let selectors = args.profile.as_deref().and_then(profile::profile).map(|profile| &profile.selectors);
    let how = How { selectors, ..How::default() };
    let mut all_ok = true;
    if let Some(list) = &args.batch {
        let content_type = args.content_type.as_deref();
        let options =
            report::Options { how, content_type, base: base.as_ref(), ..report::Options::new(kind, zone, now) };
        let lines = report::read_batch(list, options).with_context(|| format!("cannot read `{}`", list.display()))?;
        for line in lines {
            all_ok &= line.ok;
            writeln!(out, "{}", line.json)?;
        }
        return Ok(exit(all_ok));
    }
    for name in &args.documents {
        let result = match document(cli, name) {
            Ok(found) => {
                let url = base.clone().or(found.url);
                let hint = ArticleHint { last_modified: found.last_modified, ..ArticleHint::default() };
                let input = Input {
                    bytes: &found.bytes,
                    content_type: args.content_type.as_deref().or(found.content_type.as_deref()),
                    url: url.as_ref(),
                    kind,
                    zone,
                    date_order: None,
                    now,
                };
                extract::read_with(&input, How { hint: Some(&hint), ..how })
            }
            Err(reason) => Err(Unreadable::File { reason: format!("{reason:#}") }),
        };
        all_ok &= result.is_ok();
        writeln!(out, "{}", report::report_line(name, &result))?;
    }
    Ok(exit(all_ok))
}

/// A document and what came with it.
pub(super) struct Found {
    pub(super) bytes: Vec<u8>,
    pub(super) content_type: Option<String>,
    pub(super) url: Option<Url>,
    last_modified: Option<Instant>,
}

/// The document at an address or in a file.
pub(super) fn document(cli: &Cli, name: &str) -> anyhow::Result<Found> {
    let address = Url::parse(name).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let Some(url) = address else {
        return Ok(Found { bytes: std::fs::read(name)?, content_type: None, url: None, last_modified: None });
    };
    super::start_log(cli, "error");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Whoever names an address on the command line may mean their own machine.
    let client = Client::new(Settings { allow_private_addresses: true, ..Settings::default() });
    let fetched = runtime.block_on(client.fetch(&Request::new(url, Utc::now())));
    let final_url = fetched.final_url().clone();
    match fetched.answer {
        Answer::Document(document) => {
            let (content_type, last_modified) = (document.content_type.clone(), document.last_modified);
            let bytes = document.body.into_parts().0;
            Ok(Found { bytes, content_type, url: Some(final_url), last_modified })
        }
        Answer::NotModified(_) => bail!("the server answered 304 to a request that was not conditional"),
        Answer::Failed(outcome) => bail!("{}", outcome.meaning()),
    }
}

/// `bantin eval`
pub fn eval(
    cli: &Cli,
    what: EvalWhat,
    file: &Path,
    timezone: &str,
    time: Option<&str>,
    says_progress: bool,
    out: &mut dyn Write,
) -> anyhow::Result<ExitCode> {
    let input = std::fs::File::open(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let configured = cli.config.is_some().then(|| super::load(cli)).transpose()?;
    match what {
        EvalWhat::Stories => {
            let thresholds = configured.map_or_else(Default::default, |config| setup::thresholds(&config.stories));
            let total = std::fs::metadata(file).map_or(0, |meta| meta.len());
            let bar = progress::bar(total);
            let examples = bar.wrap_read(input);
            let mut said = 0;
            for judged in dedup::eval(std::io::BufReader::new(examples), thresholds) {
                let judged = judged.with_context(|| format!("`{}`", file.display()))?;
                writeln!(out, "{}\t{}", judged.id, judged.story)?;
                let tenth = bar.position() * 10 / total.max(1);
                if says_progress && bar.is_hidden() && tenth > said {
                    said = tenth;
                    eprintln!("judged {} % of `{}`", tenth * 10, file.display());
                }
            }
            bar.finish_and_clear();
        }
        EvalWhat::Dates => {
            let cx = dates::Context { zone: zone(timezone)?, order: None, now: Some(now(time)?) };
            std::io::BufReader::new(input).lines().enumerate().try_for_each(|(number, line)| {
                let line = line?;
                if line.trim().is_empty() {
                    return anyhow::Ok(());
                }
                let answer = dates::eval_line(&line, &cx)
                    .ok_or_else(|| anyhow!("`{}`:{}: not a JSON object with `raw`", file.display(), number + 1))?;
                Ok(writeln!(out, "{answer}")?)
            })?;
        }
        EvalWhat::Topics => {
            let matcher = match &configured {
                Some(config) => topics::Matcher::new(&config.topics),
                None => topics::Matcher::new(&topics::shipped()),
            };
            let examples = std::io::BufReader::new(input);
            topics::eval(&matcher, examples, out).with_context(|| format!("`{}`", file.display()))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// A zone by its name.
pub(super) fn zone(name: &str) -> anyhow::Result<Tz> {
    name.parse().map_err(|_| anyhow!("`--timezone {name}` is not a zone of the IANA list, such as `Asia/Ho_Chi_Minh`"))
}

fn now(time: Option<&str>) -> anyhow::Result<Instant> {
    match time {
        None => Ok(Utc::now()),
        Some(text) => match DateTime::parse_from_rfc3339(text) {
            Ok(time) => Ok(time.to_utc()),
            Err(_) => bail!("`--now {text}` is not a time such as `2026-11-23T08:00:00+07:00`"),
        },
    }
}

fn exit(all_ok: bool) -> ExitCode {
    if all_ok { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
