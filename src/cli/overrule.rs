//! `split`, `merge`, `takedown`: through the daemon that has the database, else here.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;

use super::args::Cli;
use super::run::{publish_and_close, runtime};
use crate::config::{Config, MissingSecrets};
use crate::daemon::control::{self, Answer, Request};
use crate::daemon::engine::system_clock;
use crate::daemon::overrule::{self, Wish};
use crate::daemon::run::{self, Parts};
use crate::store::StoreError;

/// Carries out one of the three; prints the sentence that says what has become of it.
pub fn decide(cli: &Cli, wish: Wish, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    super::start_log(cli, "error");
    let (config, _) = super::load_with_warnings(cli, MissingSecrets::Noted)?;
    let line = runtime()?.block_on(async {
        match control::connect(&config.store.path).await {
            Some(peer) => decide_through(peer, wish).await,
            None => decide_here(config, wish).await,
        }
    })?;
    writeln!(out, "{line}")?;
    Ok(ExitCode::SUCCESS)
}

/// Through the daemon that has the database.
async fn decide_through(mut peer: control::Peer, wish: Wish) -> anyhow::Result<String> {
    peer.send(&Request::Overrule(wish)).await?;
    let mut said = Vec::new();
    loop {
        let answer = peer.receive::<Answer>().await?;
        match answer.context("the daemon ended the connection: is it of an older version? restart it and try again")? {
            Answer::Said { line } => said.push(line),
            Answer::Done => return Ok(said.join("\n")),
            Answer::Error { message } => anyhow::bail!(message),
            _ => {}
        }
    }
}

/// In this process; publishes, and closes the database.
async fn decide_here(config: Config, wish: Wish) -> anyhow::Result<String> {
    // A command that changes stories has nothing to do where there are none.
    if !config.store.path.exists() {
        return Err(StoreError::Missing { path: config.store.path.display().to_string() }.into());
    }
    let Parts { engine, changed: _changed, thread } = run::parts(config, system_clock())?;
    let deciding = Arc::clone(&engine);
    let decided = tokio::task::spawn_blocking(move || overrule::carry_out(&deciding, &wish))
        .await
        .context("the command ended without an answer")?;
    // Also after a refusal: what an earlier command could not publish is published now.
    publish_and_close(engine, thread).await?;
    Ok(decided?)
}
