//! Rules applied to stories.

use regex::{Regex, RegexBuilder};

use super::evidence::{Evidence, Place, Strength};
use super::words::{Kind, Text, Words};
use crate::config::Topic;
use crate::model::{ProvinceSlug, SourceId, TopicId};
use crate::text::{fold, fold_pattern, has_marks, slug};

/// What is known of a story when its topics are looked for.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Plain text.
    pub title: &'a str,
    /// The first paragraph or the source's summary, plain text; may be empty.
    pub lead: &'a str,
    /// The rest, plain text, paragraphs separated by line breaks; may be empty, and may repeat the lead.
    pub body: &'a str,
    /// Who gave it.
    pub source: &'a SourceId,
    /// The source's `section`: what its editor chose.
    pub sections: &'a [TopicId],
    /// Where the source belongs.
    pub province: Option<&'a ProvinceSlug>,
    /// The source's `tags`.
    pub tags: &'a [String],
    /// Labels that the source gave the item.
    pub categories: &'a [String],
}

impl<'a> Subject<'a> {
    /// A subject from `source` without any text, to be filled in.
    pub fn of(source: &'a SourceId) -> Self {
        Self { title: "", lead: "", body: "", source, sections: &[], province: None, tags: &[], categories: &[] }
    }
}

/// Splits the plain text of an article into its lead, which is the first paragraph, and the rest.
pub fn lead_and_body(text: &str) -> (&str, &str) {
    text.split_once('\n').unwrap_or((text, ""))
}

/// A topic that a story falls under.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// Which.
    pub topic: TopicId,
    /// How well it fits; comparable between the topics of one story only.
    pub score: f32,
    /// Why, the weightiest first; never empty.
    pub evidence: Vec<Evidence>,
}

/// The rules of all topics, compiled once; shared between threads.
#[derive(Debug)]
pub struct Matcher {
    topics: Vec<Rules>,
    words: Words,
}

/// What is left of a topic beside its words.
#[derive(Debug)]
struct Rules {
    topic: Topic,
    patterns: Vec<(String, Regex)>,
    title_slug: String,
    /// Whether it has no rules but restricting ones, and so takes all that they admit.
    restricts_only: bool,
}

/// Longest pattern program; a pattern refused at the door for its size is one nobody writes by hand.
const PATTERN_SIZE: usize = 1 << 20;

/// Longest part of a first paragraph that is a lead, in bytes: where a source gives its text as one single paragraph,
/// most of it is body. Leads of the press have up to some 80 syllables of about six bytes.
const LONGEST_LEAD: usize = 600;

/// What one hit is worth by where it stands.
const IN_TITLE: f32 = 3.0;
const IN_LEAD: f32 = 1.5;
const IN_BODY: f32 = 1.0;
/// What a weak word is worth, a strong one being 1.
const WEAK: f32 = 0.5;
/// What a section or category chosen by an editor is worth: more than any number of words.
const CHOSEN: f32 = 1000.0;
/// What a pattern is worth: a strong word of three syllables.
const PATTERN: f32 = 1.3;
/// A topic that rests on weak words alone is dropped where the best one has this many times its score and rests on more …
const TAIL_BESIDE_SURE: f32 = 2.0;
/// … or on weak words too. On the labelled corpus the two leave 1.6 topics an article of 3.3, and the right one among them
/// in 92 articles of a hundred of 95.
const TAIL: f32 = 2.5;

impl Matcher {
    /// Compiles `topics`. Patterns that do not compile (they are refused at the door) match nothing.
    pub fn new(topics: &[Topic]) -> Self {
        let rules = |topic: &Topic| Rules {
            patterns: topic.regex.iter().filter_map(|pattern| Some((pattern.clone(), compile(pattern)?))).collect(),
            title_slug: slug(&topic.title),
            restricts_only: topic.strong.is_empty()
                && topic.weak.is_empty()
                && topic.regex.is_empty()
                && topic.sections.is_empty()
                && !(topic.provinces.is_empty() && topic.sources.is_empty() && topic.tags.is_empty()),
            topic: topic.clone(),
        };
        Self { topics: topics.iter().map(rules).collect(), words: Words::new(topics) }
    }

    /// Returns the topics that `subject` falls under, best first; none is common.
    pub fn classify(&self, subject: &Subject<'_>) -> Vec<Hit> {
        if self.topics.is_empty() {
            return Vec::new();
        }
        let text = Folded::new(subject);
        let counts = self.count(subject, &text);
        let mut hits: Vec<Scored> = Vec::new();
        let mut first = 0;
        for (at, rules) in self.topics.iter().enumerate() {
            let words = self.words.list[first..].iter().take_while(|word| word.topic == at).count();
            hits.extend(self.judge(rules, subject, &text, &counts, first..first + words));
            first += words;
        }
        let best = hits.iter().map(|scored| scored.hit.score).fold(0.0, f32::max);
        let tail = if hits.iter().any(|scored| scored.is_sure) { TAIL_BESIDE_SURE } else { TAIL };
        hits.retain(|scored| scored.is_sure || scored.hit.score * tail >= best);
        // Stable: of equals the one configured first.
        hits.sort_by(|a, b| b.hit.score.total_cmp(&a.hit.score));
        hits.into_iter().map(|scored| scored.hit).collect()
    }

    /// How often each word stands in each place.
    fn count(&self, subject: &Subject<'_>, text: &Folded) -> Vec<[u16; 3]> {
        let mut counts = vec![[0u16; 3]; self.words.list.len()];
        let mut add = |word: usize, place: Place| {
            let count = &mut counts[word][place as usize];
            *count = count.saturating_add(1);
        };
        self.words.find(text.text(), |word, end| add(word, text.place(end)));
        let (lead, rest) = split_lead(subject.lead);
        for (part, place) in
            [(subject.title, Place::Title), (lead, Place::Lead), (rest, Place::Body), (subject.body, Place::Body)]
        {
            self.words.find_capitals(part, |word| add(word, place));
        }
        counts
    }

    /// Applies the rules of one topic, whose words are `words`.
    fn judge(
        &self,
        rules: &Rules,
        subject: &Subject<'_>,
        text: &Folded,
        counts: &[[u16; 3]],
        words: std::ops::Range<usize>,
    ) -> Option<Scored> {
        let topic = &rules.topic;
        let mut evidence: Vec<(f32, Evidence)> = Vec::new();
        if !topic.sources.is_empty() {
            let source = topic.sources.iter().find(|source| *source == subject.source)?.to_string();
            evidence.push((0.0, Evidence::Source { source }));
        }
        if !topic.provinces.is_empty() {
            let province = topic.provinces.iter().find(|province| Some(*province) == subject.province)?.to_string();
            evidence.push((0.0, Evidence::Province { province }));
        }
        if !topic.tags.is_empty() {
            let tag = topic.tags.iter().find(|tag| subject.tags.contains(tag))?.clone();
            evidence.push((0.0, Evidence::Tag { tag }));
        }
        let mut is_chosen = false;
        if let Some(section) =
            subject.sections.iter().find(|section| **section == topic.id || topic.sections.contains(section))
        {
            is_chosen = true;
            evidence.push((CHOSEN, Evidence::Section { section: section.to_string() }));
        }
        let named = |label: &&String| {
            let label = slug(label);
            !label.is_empty() && (label == topic.id.as_str() || label == rules.title_slug)
        };
        if let Some(category) = subject.categories.iter().find(named) {
            is_chosen = true;
            evidence.push((CHOSEN, Evidence::Category { category: category.clone() }));
        }
        let mut is_strong = false;
        let mut different = 0;
        for at in words {
            let total = counts[at];
            if total == [0; 3] {
                continue;
            }
            let word = &self.words.list[at];
            // Where a longer word of the topic matched, this one is part of it and says nothing more.
            let own: [u16; 3] = std::array::from_fn(|place| {
                word.within.iter().fold(total[place], |left, &longer| left.saturating_sub(counts[longer][place]))
            });
            let Some(place) =
                [Place::Title, Place::Lead, Place::Body].into_iter().find(|&place| own[place as usize] > 0)
            else {
                continue;
            };
            let strength = match word.kind {
                Kind::None => return None,
                Kind::Strong => Strength::Strong,
                Kind::Weak => Strength::Weak,
            };
            if strength == Strength::Strong && place != Place::Body {
                is_strong = true;
            }
            different += 1;
            evidence.push((
                weight(strength, word.syllables, own),
                Evidence::Word {
                    word: word.text.clone(),
                    strength,
                    place,
                    times: own.iter().map(|&n| u32::from(n)).sum(),
                },
            ));
        }
        for (pattern, regex) in &rules.patterns {
            let places = [(Place::Title, text.title()), (Place::Lead, text.lead())];
            if let Some((place, _)) = places.into_iter().find(|(_, text)| regex.is_match(text)) {
                is_strong = true;
                let worth = if place == Place::Title { IN_TITLE } else { IN_LEAD };
                evidence.push((PATTERN * worth, Evidence::Pattern { pattern: pattern.clone(), place }));
            }
        }
        // A weak word beside the section is the section's own case; it only makes the topic weigh more.
        let is_sure = is_chosen || is_strong || rules.restricts_only;
        if !is_sure && different < 2 {
            return None;
        }
        evidence.sort_by(|a, b| b.0.total_cmp(&a.0));
        let score = evidence.iter().map(|(weight, _)| weight).sum();
        let evidence = evidence.into_iter().map(|(_, evidence)| evidence).collect();
        Some(Scored { hit: Hit { topic: topic.id.clone(), score, evidence }, is_sure })
    }
}

/// What a word is worth that stands so often in title, lead and body: the first time most, longer words more.
fn weight(strength: Strength, syllables: usize, [title, lead, body]: [u16; 3]) -> f32 {
    let strength = match strength {
        Strength::Strong => 1.0,
        Strength::Weak => WEAK,
    };
    let length = match syllables {
        1 => 0.7,
        2 => 1.0,
        _ => 1.3,
    };
    let times = |n: u16| f32::from(n).ln_1p() / std::f32::consts::LN_2;
    strength * length * (IN_TITLE * times(title) + IN_LEAD * times(lead) + IN_BODY * times(body))
}

/// A hit, and whether it rests on more than weak words.
struct Scored {
    hit: Hit,
    is_sure: bool,
}

/// A pattern as it runs over folded text.
fn compile(pattern: &str) -> Option<Regex> {
    RegexBuilder::new(&fold_pattern(pattern)).case_insensitive(true).size_limit(PATTERN_SIZE).build().ok()
}

/// Splits a lead that is too long for one between two of its words.
fn split_lead(lead: &str) -> (&str, &str) {
    if lead.len() <= LONGEST_LEAD {
        return (lead, "");
    }
    let near = (0..=LONGEST_LEAD).rev().find(|&at| lead.is_char_boundary(at)).unwrap_or(0);
    lead.split_at(lead[..near].rfind(char::is_whitespace).unwrap_or(near))
}

/// Title, lead and body folded into one string, each line apart so that no word reaches over the border.
struct Folded {
    all: String,
    title_end: usize,
    lead_end: usize,
    is_unmarked: bool,
}

impl Folded {
    fn new(subject: &Subject<'_>) -> Self {
        let mut all = String::with_capacity(subject.title.len() + subject.lead.len() + subject.body.len() + 16);
        let push = |text: &str, all: &mut String| {
            for line in text.split('\n') {
                fold(line, all);
                all.push('\n');
            }
        };
        push(subject.title, &mut all);
        let title_end = all.len();
        let (lead, rest) = split_lead(subject.lead);
        push(lead, &mut all);
        let lead_end = all.len();
        push(rest, &mut all);
        push(subject.body, &mut all);
        let is_unmarked = !has_marks(&all);
        Self { all, title_end, lead_end, is_unmarked }
    }

    fn text(&self) -> Text<'_> {
        Text { folded: &self.all, is_unmarked: self.is_unmarked }
    }

    fn place(&self, end: usize) -> Place {
        if end <= self.title_end {
            Place::Title
        } else if end <= self.lead_end {
            Place::Lead
        } else {
            Place::Body
        }
    }

    fn title(&self) -> &str {
        self.all[..self.title_end].trim_end()
    }

    fn lead(&self) -> &str {
        self.all[self.title_end..self.lead_end].trim_end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A topic with rules as one line: `strong:…; weak:…; none:…; regex:…; sections:…; sources:…; provinces:…; tags:…`, each
    /// a list separated by `|`.
    fn topic(id: &str, rules: &str) -> Topic {
        let list = |name: &str| -> Vec<String> {
            let rule = rules.split(';').find_map(|rule| rule.trim().strip_prefix(name)?.strip_prefix(':'));
            rule.map_or_else(Vec::new, |words| words.split('|').map(|word| word.trim().to_owned()).collect())
        };
        Topic {
            id: TopicId::new(id),
            title: id.to_uppercase(),
            strong: list("strong"),
            weak: list("weak"),
            none: list("none"),
            provinces: list("provinces").into_iter().map(ProvinceSlug::new).collect(),
            sources: list("sources").into_iter().map(SourceId::new).collect(),
            sections: list("sections").into_iter().map(TopicId::new).collect(),
            tags: list("tags"),
            regex: list("regex"),
            token: None,
        }
    }

    /// Topics (`id = rules`) and a text (`title | lead | body`): the ids of the topics it falls under.
    #[track_caller]
    fn check(topics: &[(&str, &str)], text: &str, expected: &[&str]) {
        let hits = classify(topics, text, |subject| subject);
        let found: Vec<&str> = hits.iter().map(|hit| hit.topic.as_str()).collect();
        assert_eq!(found, expected, "{text}");
    }

    fn classify(topics: &[(&str, &str)], text: &str, with: impl for<'a> Fn(Subject<'a>) -> Subject<'a>) -> Vec<Hit> {
        let topics: Vec<Topic> = topics.iter().map(|(id, rules)| topic(id, rules)).collect();
        let mut parts = text.split('|').map(str::trim);
        let source = SourceId::new("bao-ha-nam");
        let mut part = || parts.next().unwrap_or_default();
        let subject = Subject { title: part(), lead: part(), body: part(), ..Subject::of(&source) };
        Matcher::new(&topics).classify(&with(subject))
    }

    #[test]
    fn one_strong_word_in_title_or_lead_is_enough() {
        let topics = [("dan-van", "strong:dân vận khéo")];
        check(&topics, "Mô hình “Dân vận khéo”", &["dan-van"]);
        check(&topics, "Tin | Mô hình dân vận khéo", &["dan-van"]);
        check(&topics, "Tin | Lead | Mô hình dân vận khéo", &[]);
    }

    #[test]
    fn it_takes_two_different_weak_words() {
        let topics = [("dan-van", "weak:đoàn thể|hội viên")];
        check(&topics, "Đoàn thể, đoàn thể và đoàn thể", &[]);
        check(&topics, "Đoàn thể || hội viên", &["dan-van"]);
    }

    #[test]
    fn a_weak_word_inside_another_is_not_a_second_one() {
        let topics = [("a", "weak:công an|công an tỉnh")];
        check(&topics, "Công an tỉnh họp", &[]);
        check(&topics, "Công an tỉnh họp với công an xã", &["a"]);
    }

    #[test]
    fn strong_words_in_the_body_count_like_weak_ones() {
        let topics = [("a", "strong:dân vận|MTTQ; weak:đoàn thể")];
        check(&topics, "Tin || dân vận và MTTQ", &["a"]);
        check(&topics, "Tin || dân vận và đoàn thể", &["a"]);
    }

    #[test]
    fn a_veto_keeps_the_story_out_wherever_it_stands() {
        let topics = [("quoc-te", "strong:quốc tế; none:khách quốc tế")];
        check(&topics, "Tin quốc tế", &["quoc-te"]);
        check(&topics, "Tin quốc tế || đón khách quốc tế", &[]);
    }

    #[test]
    fn spelling_never_matters() {
        let topics = [("xay-dung-dang", "strong:Tỉnh uỷ")];
        for title in ["TỈNH ỦY HÀ NAM", "tỉnh uỷ Hà Nam", "Ti\u{309}nh u\u{309}y Hà Nam", "Tỉnh\u{a0}ủ\u{200b}y Hà Nam"]
        {
            check(&topics, title, &["xay-dung-dang"]);
        }
    }

    #[test]
    fn marks_count_unless_there_are_none_at_all() {
        let topics = [("bao", "strong:bão số")];
        check(&topics, "Báo số ra hôm nay", &[]);
        check(&topics, "Bao so 3 vao bo", &["bao"]);
        check(&topics, "Bao so 3 | vào bờ", &[]);
    }

    #[test]
    fn only_whole_syllables_count() {
        check(&[("gia", "strong:gia")], "giao thông quốcgia", &[]);
    }

    #[test]
    fn the_section_of_the_source_decides() {
        let sections = [TopicId::new("kinh-te")];
        let with = |topics: &[(&str, &str)]| -> Vec<String> {
            let hits = classify(topics, "Tin", |subject| Subject { sections: &[], ..subject });
            assert!(hits.is_empty());
            let topics: Vec<Topic> = topics.iter().map(|(id, rules)| topic(id, rules)).collect();
            let source = SourceId::new("x");
            let subject = Subject { title: "Dân vận khéo", sections: &sections, ..Subject::of(&source) };
            Matcher::new(&topics).classify(&subject).iter().map(|hit| hit.topic.to_string()).collect()
        };
        assert_eq!(with(&[("dan-van", "strong:dân vận"), ("kinh-te", "weak:giá")]), ["kinh-te", "dan-van"]);
        assert_eq!(with(&[("thi-truong", "sections:kinh-te|tai-chinh")]), ["thi-truong"]);
        assert_eq!(with(&[("xa-hoi", "sections:doi-song")]), Vec::<String>::new());
    }

    #[test]
    fn a_category_named_like_the_topic_counts_as_a_section() {
        let categories = ["Tin nổi bật".to_owned(), "Kinh  tế".to_owned()];
        let source = SourceId::new("x");
        let subject = Subject { title: "Tin", categories: &categories, ..Subject::of(&source) };
        let hits = Matcher::new(&[topic("kinh-te", "strong:giá"), topic("xa-hoi", "strong:giá")]).classify(&subject);
        assert_eq!(hits.len(), 1);
        assert_eq!(hits[0].evidence, [Evidence::Category { category: "Kinh  tế".to_owned() }]);
    }

    #[test]
    fn restrictions_keep_others_out_and_alone_take_everything() {
        let hanam = ProvinceSlug::new("ninh-binh");
        let tags = ["portal".to_owned()];
        let source = SourceId::new("cong-ttdt");
        let subject = Subject { title: "Dân vận", province: Some(&hanam), tags: &tags, ..Subject::of(&source) };
        let falls = |rules: &str| !Matcher::new(&[topic("a", rules)]).classify(&subject).is_empty();
        assert!(falls("strong:dân vận; provinces:ninh-binh|hue"));
        assert!(!falls("strong:dân vận; provinces:hue"));
        assert!(!falls("strong:dân vận; provinces:ninh-binh; tags:bao"));
        assert!(falls("provinces:ninh-binh"));
        assert!(falls("sources:cong-ttdt; tags:portal"));
        assert!(!falls("sources:bao-hue"));
        assert!(!falls("provinces:ninh-binh; sections:kinh-te"));
    }

    #[test]
    fn patterns_match_folded_title_and_lead() {
        let topics = [("nq", r"regex:nghị quyết số \d+-nq/tw|Ủy\s+ban")];
        check(&topics, "NGHỊ QUYẾT SỐ 57-NQ/TW", &["nq"]);
        check(&topics, "Tin | họp uỷ ban", &["nq"]);
        check(&topics, "Tin || Nghị quyết số 57-NQ/TW", &[]);
        check(&[("a", "regex:(")], "(", &[]);
    }

    #[test]
    fn the_best_topic_comes_first() {
        let topics = [
            ("phap-luat", "strong:khởi tố"),
            ("giao-thong", "strong:tai nạn giao thông"),
            ("y-te", "strong:bệnh viện"),
        ];
        check(
            &topics,
            "Tai nạn giao thông trên quốc lộ | Khởi tố tài xế, nạn nhân vào bệnh viện | bệnh viện",
            &["giao-thong", "y-te", "phap-luat"],
        );
    }

    #[test]
    fn weak_tails_are_dropped_beside_better_topics() {
        let topics = [("y-te", "strong:bệnh viện|bác sĩ"), ("xa-hoi", "weak:gia đình|khó khăn")];
        check(&topics, "Bệnh viện tỉnh thêm bác sĩ || gia đình khó khăn", &["y-te"]);
        check(&topics, "Tin || gia đình khó khăn", &["xa-hoi"]);
    }

    #[test]
    fn a_long_first_paragraph_is_not_all_lead() {
        let topics = [("a", "strong:dân vận")];
        check(&topics, &format!("Tin | {} dân vận", "một hai ba ".repeat(80)), &[]);
        check(&topics, &format!("Tin | dân vận {}", "một hai ba ".repeat(80)), &["a"]);
    }

    #[test]
    fn words_do_not_reach_from_title_into_lead() {
        check(&[("a", "strong:dân vận")], "Nhân dân | vận động", &[]);
    }

    #[test]
    fn evidence_says_what_was_found_where() {
        let topics = [("dan-van", "strong:dân vận khéo; weak:đoàn thể; regex:khéo$")];
        let hits = classify(&topics, "Dân vận khéo | Đoàn thể | dân vận khéo", |subject| subject);
        let said: Vec<String> = hits[0].evidence.iter().map(ToString::to_string).collect();
        assert_eq!(
            said,
            [
                "strong word `dân vận khéo` in the title, 2 times in all",
                "pattern `khéo$` in the title",
                "weak word `đoàn thể` in the lead"
            ]
        );
    }

    #[test]
    fn many_threads_share_one_matcher() {
        fn shared<T: Send + Sync>() {}
        shared::<Matcher>();
    }

    #[test]
    fn hostile_texts_are_read_in_linear_time() {
        let matcher = Matcher::new(&super::super::shipped());
        let source = SourceId::new("x");
        for unit in ["dân vận ", "a", "\u{300}", "AI ", "\n", ", ", "bệnh "] {
            let body = unit.repeat(if cfg!(debug_assertions) { 10_000 } else { 200_000 });
            matcher.classify(&Subject { title: &body, body: &body, ..Subject::of(&source) });
        }
    }
}
