//! A configuration made ready to work with: everything that is read once from it, replaced as a whole on reload.

use std::borrow::Borrow;
use std::sync::{Arc, OnceLock};

use super::ingest::Newsstand;
use crate::config::{Config, Content, Source, Stories};
use crate::dedup::Thresholds;
use crate::extract::html::profile;
use crate::extract::html::select::Selectors;
use crate::model::{Instant, Map, SourceId};
use crate::publish::{Masthead, Province};
use crate::schedule::{self, CronError, Timetable};
use crate::store::sqlite::{Catalog, CatalogSource};
use crate::topics::Matcher;

/// The configuration in force.
pub struct Setup {
    /// As it was read.
    pub config: Config,
    /// By id, in file order, disabled ones too.
    pub sources: Vec<Arc<Source>>,
    /// When each source may be polled.
    pub timetables: Map<SourceId, Timetable>,
    /// The topics' rules.
    pub matcher: Matcher,
    /// What every document says about who publishes it, and when the file with these words last changed.
    masthead: OnceLock<Arc<Masthead>>,
    worded_at: Option<Instant>,
    /// Who carries stories; asked for where there is one.
    stand: OnceLock<Newsstand>,
    index: Map<SourceId, usize>,
    selectors: Map<SourceId, Selectors>,
}

impl Setup {
    /// Makes a configuration ready.
    ///
    /// # Errors
    ///
    /// Schedules that cannot be read. None can be left once `config` has checked them with [`schedule::Cron::parse`].
    pub fn new(config: Config) -> Result<Self, Vec<(SourceId, CronError)>> {
        let timetables = schedule::timetables(&config.sources, config.site.timezone)?;
        let sources = config.sources.clone();
        let index = sources.iter().enumerate().map(|(at, source)| (source.id.clone(), at)).collect();
        let matcher = Matcher::new(&config.topics);
        let worded_at = super::publisher::changed_at(&config);
        let selectors = selectors(&config);
        Ok(Self {
            sources,
            timetables,
            matcher,
            masthead: OnceLock::new(),
            worded_at,
            stand: OnceLock::new(),
            index,
            selectors,
            config,
        })
    }

    /// A source by its id.
    pub fn source<Id: Borrow<str> + ?Sized>(&self, id: &Id) -> Option<&Arc<Source>> {
        self.index.get(id.borrow()).map(|at| &self.sources[*at])
    }

    /// What every document says about who publishes it.
    pub fn masthead(&self) -> &Arc<Masthead> {
        self.masthead.get_or_init(|| Arc::new(Masthead::new(&self.config, provinces(&self.config), self.worded_at)))
    }

    /// Who carries stories.
    pub fn stand(&self) -> &Newsstand {
        self.stand.get_or_init(|| newsstand(&self.config))
    }

    /// How the listing of a source is read; `None`: by itself.
    pub fn selectors(&self, id: &SourceId) -> Option<&Selectors> {
        self.selectors.get(id)
    }

    /// The sources that are polled.
    pub fn enabled(&self) -> impl Iterator<Item = &Arc<Source>> {
        self.sources.iter().filter(|source| source.enabled)
    }

    /// What readers are told about sources.
    pub fn catalog(&self) -> Catalog {
        catalog(&self.config)
    }
}

/// What readers are told about the sources of a configuration.
pub fn catalog(config: &Config) -> Catalog {
    let of = |source: &Source| CatalogSource {
        title: (!source.title_is_default).then(|| source.title.clone()),
        outlet: source.outlet.clone(),
        url: source.url.to_string(),
        province: source.province.clone(),
        full_content: source.content == Content::Full,
    };
    Catalog { sources: config.sources.iter().map(|source| (source.id.clone(), of(source))).collect() }
}

/// The selectors of listings and article pages, by source.
fn selectors(config: &Config) -> Map<SourceId, Selectors> {
    config.sources.iter().filter_map(|source| Some((source.id.clone(), selectors_of(source)?))).collect()
}

/// The selectors of one source: its own over those of its profile. Values were checked with the configuration; a source
/// without any is read by itself.
pub fn selectors_of(source: &Source) -> Option<Selectors> {
    let html = &source.html;
    let has_any = source.profile.is_some() || !html.listing.is_empty() || !html.article.is_empty();
    has_any.then(|| profile::selectors(source.profile.as_deref(), &html.listing, &html.article).ok()).flatten()
}

/// Who carries stories. An outlet's other names stand at one of its sources and hold for all of them.
fn newsstand(config: &Config) -> Newsstand {
    let mut aliases: Map<&str, Vec<&str>> = Map::default();
    for source in &config.sources {
        let outlet = source.outlet.as_deref().unwrap_or(&source.title);
        aliases.entry(outlet).or_default().extend(source.aliases.iter().map(String::as_str));
    }
    let names = |source: &Source| -> Arc<[String]> {
        let outlet = source.outlet.as_deref().unwrap_or(&source.title);
        let others = aliases.get(outlet).into_iter().flatten().copied();
        std::iter::once(outlet).chain(others).map(str::to_owned).collect()
    };
    Newsstand {
        outlets: config.sources.iter().map(|source| (source.id.clone(), names(source))).collect(),
        ranks: config.sources.iter().map(|source| (source.id.clone(), source.rank)).collect(),
        thresholds: thresholds(&config.stories),
    }
}

/// How alike is the same story, by `[stories]`.
pub fn thresholds(stories: &Stories) -> Thresholds {
    Thresholds {
        same: stories.same as f32,
        related: stories.related as f32,
        window: chrono::TimeDelta::from_std(stories.window).unwrap_or(Thresholds::default().window),
        ..Thresholds::default()
    }
}

fn provinces(config: &Config) -> Vec<Province> {
    config
        .provinces
        .all()
        .iter()
        .map(|province| Province {
            slug: province.slug.clone(),
            name: province.name.clone(),
            former: province.former.iter().map(|former| former.slug.to_string()).collect(),
        })
        .collect()
}
