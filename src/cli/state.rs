//! Commands about the database as a whole: `backup`, `restore`, `prune`.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use chrono::Utc;

use super::progress;
use crate::config::Config;
use crate::daemon::control::{self, Answer, Request};
use crate::daemon::upkeep::{self as work, Tidied};
use crate::daemon::writer::Writer;
use crate::model::counted;
use crate::store::sqlite::Store;
use crate::store::sqlite::upkeep::{self, Sound};

/// How often the bar of a backup looks at how much has been written.
const LOOK: std::time::Duration = std::time::Duration::from_millis(200);

/// `bantin backup FILE`
pub fn backup(config: &Config, file: &Path, overwrite: bool) -> anyhow::Result<ExitCode> {
    let database = &config.store.path;
    let file = std::path::absolute(file)?;
    if file.exists() && !overwrite {
        bail!("`{}` is there already: name another file, or say `--overwrite`", file.display());
    }
    if same(&file, database) {
        bail!("`{}` is the database itself: name another file", file.display());
    }
    let folder = work::folder_of(&file);
    let runtime = super::run::runtime()?;
    // Heard from now on: who is ended by a signal removes nothing.
    let stopped = runtime.block_on(async { super::run::told_to_stop() })?;
    let beside = tempfile::Builder::new()
        .prefix(".bantin-backup-")
        .tempfile_in(folder)
        .with_context(|| format!("`{}` cannot be written to", folder.display()))?;
    let total = upkeep::room(database).file;
    let copied = runtime.block_on(async {
        let copying = async {
            fits(database, folder).await?;
            match control::connect(database).await {
                Some(peer) => copy_through(peer, &beside).await,
                None => copy_here(database, beside.path()).await,
            }
        };
        tokio::select! {
            copied = with_bar(total, beside.path(), copying) => copied,
            () = stopped => bail!("stopped; no half a backup is left behind"),
        }
    });
    // SQLite may still be writing into a file that has no name any more.
    runtime.shutdown_background();
    let sound = copied?;
    beside.as_file().sync_all()?;
    if overwrite {
        beside.persist(&file).map_err(|error| error.error)
    } else {
        beside.persist_noclobber(&file).map_err(|error| error.error)
    }
    .with_context(|| format!("the backup cannot be put at `{}`", file.display()))?;
    File::open(folder)?.sync_all()?;
    eprintln!(
        "`{}`: {}, {}, verified; `bantin restore` puts it back",
        file.display(),
        counted(sound.stories, "story"),
        counted(sound.items, "item")
    );
    Ok(ExitCode::SUCCESS)
}

async fn with_bar<T>(total: u64, growing: &Path, work: impl Future<Output = T>) -> T {
    let bar = progress::bar(total >> 20);
    bar.set_message("MiB copied");
    tokio::pin!(work);
    let done = loop {
        tokio::select! {
            done = &mut work => break done,
            () = tokio::time::sleep(LOOK) => bar.set_position(upkeep::room(growing).file >> 20),
        }
    };
    bar.finish_and_clear();
    done
}

/// Copies through the daemon that has the database.
async fn copy_through(mut peer: control::Peer, beside: &tempfile::NamedTempFile) -> anyhow::Result<Sound> {
    let data = beside.as_file().metadata()?;
    let into = beside.path().to_owned();
    peer.send(&Request::Backup { into: into.clone(), seen_as: (data.dev(), data.ino()) }).await?;
    loop {
        match peer.receive::<Answer>().await?.context("the daemon stopped before the copy was made")? {
            Answer::Copied { path, .. } if path != into => {
                // The daemon may not write where we want it.
                let fetched = std::fs::copy(&path, &into).with_context(|| {
                    format!("the copy that the daemon made at `{}` cannot be fetched", path.display())
                });
                let removed = std::fs::remove_file(&path);
                fetched?;
                removed.with_context(|| format!("`{}` is left behind", path.display()))?;
                return Ok(upkeep::verify(&into)?);
            }
            Answer::Copied { items, stories, .. } => return Ok(Sound { items, stories, newest_poll: None }),
            Answer::Error { message } => bail!(message),
            _ => {}
        }
    }
}

async fn fits(database: &Path, folder: &Path) -> anyhow::Result<()> {
    let (database, folder) = (database.to_owned(), folder.to_owned());
    Ok(tokio::task::spawn_blocking(move || work::fits(&database, &folder))
        .await
        .context("nobody looked for room")??)
}

async fn copy_here(database: &Path, into: &Path) -> anyhow::Result<Sound> {
    let (database, into) = (database.to_owned(), into.to_owned());
    tokio::task::spawn_blocking(move || {
        upkeep::copy(&database, &into)?;
        let sound = upkeep::verify(&into)?;
        upkeep::note_backup(&database, Utc::now());
        anyhow::Ok(sound)
    })
    .await
    .context("copying ended without an answer")?
}

/// `bantin restore FILE`
pub fn restore(config: &Config, file: &Path) -> anyhow::Result<ExitCode> {
    let database = std::path::absolute(&config.store.path)?;
    if same(file, &database) {
        bail!("`{}` is the database itself: name a backup of it", file.display());
    }
    let folder = work::folder_of(&database);
    std::fs::create_dir_all(folder).with_context(|| format!("`{}` cannot be made", folder.display()))?;
    let running = super::run::runtime()?.block_on(control::connect(&database));
    let claim = match control::claim(&database) {
        Ok(claim) if running.is_none() => claim,
        Ok(_) => return Err(still_running(&database)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(still_running(&database)),
        Err(error) => return Err(error).with_context(|| format!("`{}` cannot be claimed", database.display())),
    };
    // Copied rather than moved, so that a backup with a log beside it is taken with its log, and stays where it is.
    let beside = tempfile::Builder::new()
        .prefix(work::RESTORE_PREFIX)
        .tempfile_in(folder)
        .with_context(|| format!("`{}` cannot be written to", folder.display()))?;
    let spinner = progress::bar(3);
    spinner.set_message("verifying the backup");
    upkeep::verify(file)?;
    spinner.inc(1);
    spinner.set_message("copying it");
    upkeep::copy(file, beside.path())?;
    spinner.inc(1);
    spinner.set_message("verifying the copy");
    let sound = upkeep::verify(beside.path())?;
    spinner.finish_and_clear();
    let like = std::fs::metadata(&database).or_else(|_| std::fs::metadata(folder))?;
    let now = Utc::now();
    let aside = upkeep::beside(&database, &format!(".before-restore-{}", now.format("%Y%m%dT%H%M%SZ")));
    let had_one = database.exists();
    let copy = beside.into_temp_path();
    upkeep::replace(&database, &copy, &aside, now)?;
    // The copy is at its place now; there is nothing left to remove.
    let _ = copy.keep();
    if std::fs::metadata(&database)?.uid() != like.uid() {
        std::os::unix::fs::chown(&database, Some(like.uid()), Some(like.gid()))
            .with_context(|| format!("`{}` cannot be given to the user that bantin runs as", database.display()))?;
    }
    File::open(&database)?.sync_all()?;
    File::open(folder)?.sync_all()?;
    drop(claim);
    eprintln!(
        "`{}` is restored: {}, {}{}",
        database.display(),
        counted(sound.stories, "story"),
        counted(sound.items, "item"),
        sound
            .newest_poll
            .map_or_else(String::new, |at| format!(", last polled {}", super::look::time(at, config.site.timezone))),
    );
    if had_one {
        eprintln!("the one before is kept as `{}`; delete it when all is well", aside.display());
    }
    Ok(ExitCode::SUCCESS)
}

fn still_running(database: &Path) -> anyhow::Error {
    anyhow::anyhow!(
        "bantin is running with `{}`: stop it first (`systemctl stop bantin.service bantin.socket`), start it again after",
        database.display()
    )
}

/// `bantin prune`
pub fn prune(config: &Config, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let database = &config.store.path;
    let tidied = super::run::runtime()?.block_on(async {
        match control::connect(database).await {
            Some(peer) => prune_through(peer).await,
            None => prune_here(config).await,
        }
    })?;
    writeln!(
        out,
        "{} and {} older than `store.keep` deleted, {} KiB given back",
        counted(tidied.stories, "story"),
        counted(tidied.items, "item"),
        tidied.bytes / 1024
    )?;
    Ok(ExitCode::SUCCESS)
}

async fn prune_through(mut peer: control::Peer) -> anyhow::Result<Tidied> {
    peer.send(&Request::Prune).await?;
    let mut so_far = Tidied::default();
    loop {
        match peer.receive::<Answer>().await?.context("the daemon stopped before it was done")? {
            Answer::Pruned { stories, items, bytes } => so_far = Tidied { stories, items, bytes },
            Answer::Done => return Ok(so_far),
            Answer::Error { message } => bail!(message),
            _ => {}
        }
    }
}

async fn prune_here(config: &Config) -> anyhow::Result<Tidied> {
    let database = &config.store.path;
    if !database.exists() {
        return Err(crate::store::StoreError::Missing { path: database.display().to_string() }.into());
    }
    let _claim = control::claim(database).map_err(|_| still_running(database))?;
    let (writer, thread) = Writer::start(Store::open(database)?, || {});
    let done = work::tidy(&writer, config.store.keep, Utc::now(), |_| {}).await;
    drop(writer);
    tokio::task::spawn_blocking(move || thread.join()).await.context("the writer ended without an answer")?.ok();
    Ok(done?)
}

fn same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| PathBuf::from(path));
    real(one) == real(other)
}
