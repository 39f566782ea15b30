//! Other people's grammars and parsers, where they are at hand.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;

use bantin::config::Content;
use bantin::model::{Entry, FeedKey};
use bantin::publish::{self, Format};

use crate::newsroom::{self, content, masthead};

/// The whole newsroom, and the same with bodies.
fn feeds() -> Vec<Vec<Entry>> {
    let mut full = newsroom::entries();
    for entry in &mut full {
        entry.content = Some(
            "<p>Toàn văn &amp; hơn thế.</p><figure><img src=\"https://a.example/b.jpg\" alt=\"\"></figure>".to_owned(),
        );
    }
    vec![newsroom::entries(), full, Vec::new()]
}

#[test]
fn feed_rs_reads_every_format_back() {
    for entries in feeds() {
        let key = FeedKey::Merged;
        for format in Format::ALL {
            let document = publish::feed(&masthead(), &key, format, &content(entries.clone()));
            let feed = feed_rs::parser::parse(&document.representation.plain()[..]).expect("a feed");
            assert_eq!(feed.title.map(|title| title.content).as_deref(), Some("Bản tin các tỉnh"));
            assert_eq!(feed.entries.len(), entries.len(), "{format:?}");
            for (read, written) in feed.entries.iter().zip(&entries) {
                assert_eq!(read.id, written.atom_id, "{format:?}");
                assert_eq!(read.title.as_ref().map(|title| title.content.as_str()), Some(written.title.as_str()));
                assert_eq!(read.published, Some(written.published), "{format:?}");
                assert!(!read.authors.is_empty(), "{format:?}");
                let is_full = written.content.is_some();
                let body = read.content.as_ref().and_then(|content| content.body.as_deref()).unwrap_or_default();
                assert_eq!(body.starts_with("<p>Toàn văn"), is_full, "{format:?}: {body}");
            }
        }
    }
}

#[test]
fn the_rss_crate_reads_our_rss_back() {
    let bytes = publish::rss(&masthead(), &FeedKey::Merged, &content(newsroom::entries()));
    let channel = rss::Channel::read_from(&bytes[..]).expect("RSS");
    assert_eq!(channel.items().len(), newsroom::entries().len());
    for (item, entry) in channel.items().iter().zip(newsroom::entries()) {
        assert_eq!(item.guid().map(rss::Guid::value), Some(entry.atom_id.as_str()));
        assert_eq!(item.source().and_then(rss::Source::title), Some(entry.source.title.as_str()));
    }
}

/// The grammar of RFC 4287, appendix B, with `jing`.
#[test]
fn atom_follows_the_grammar() {
    let grammar = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus/schemas/atom.rnc"));
    let jing_is_there = Command::new("jing").output().is_ok();
    if !grammar.is_file() || !jing_is_there {
        eprintln!("SKIPPED: atom_follows_the_grammar needs `jing` and ../shared/corpus/schemas/atom.rnc");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let mut files = Vec::new();
    for (number, entries) in feeds().into_iter().enumerate() {
        let file = directory.path().join(format!("{number}.atom"));
        std::fs::write(&file, publish::atom(&masthead(), &FeedKey::Merged, &content(entries))).unwrap();
        files.push(file);
    }
    let output = Command::new("jing").arg("-c").arg(&grammar).args(&files).output().expect("jing runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    // The grammar would also tell us if it were not asked.
    let broken = directory.path().join("broken.atom");
    std::fs::write(&broken, "<feed xmlns='http://www.w3.org/2005/Atom'><title>x</title></feed>").unwrap();
    assert!(!Command::new("jing").arg("-c").arg(&grammar).arg(&broken).output().unwrap().status.success());
}

#[test]
fn a_masthead_knows_whose_bodies_are_published() {
    let masthead = newsroom::masthead_with(|config| {
        config.publish.content = Content::Full;
        Arc::make_mut(&mut config.sources[1]).content = Content::Summary;
    });
    assert_eq!(masthead.content_of(None), Content::Full);
    assert_eq!(masthead.content_of(Some(&bantin::model::SourceId::new("cong-ttdt-ninh-binh"))), Content::Summary);
    assert_eq!(masthead.content_of(Some(&bantin::model::SourceId::new("left-long-ago"))), Content::Full);
}
