//! Finding the list of articles on a page of which nothing is known.
//!
//! What was observed about such pages: every article of the list stands in an element of its own, which holds links to
//! that article alone (picture, title, `Chi tiết`); the elements of one list are called alike and stand in parents that
//! are called alike; titles are longer than the names of sections; dates, leads and pictures stand beside them. Menus have
//! short texts and nothing beside them; most-read lists, tag clouds and adverts are called so, or headed so.
//!
//! So: every link that may be a headline claims the elements around it; the highest element with one claim is its block;
//! blocks alike form a group; the group with the best blocks is the list, and those like it join it. What it must never
//! do: take the menu of a page for news. Better to find nothing and say so.

use std::collections::{BTreeMap, HashMap, HashSet};

use ego_tree::NodeId;
use scraper::ElementRef;

use super::fields::{self, Block};
use super::links::{self, Furniture, Link, Shape, Territories};
use super::page::{Page, called};
use super::select::Selectors;
use crate::dates;
use crate::text;

/// Least average worth of the blocks of a list, see [`worth`]. A menu of long names reaches 2, a bare list of linked
/// headlines with article addresses 3.5.
const MIN_WORTH: f32 = 3.0;

/// Least worth of a block, relative to the list's average, to join a list that it is not part of by structure.
const MIN_RELATIVE_WORTH: f32 = 0.7;

/// Most siblings behind a title that are looked at for its date and lead.
const MAX_BESIDE: usize = 6;

/// Most blocks that are judged; those further down are older.
const MAX_BLOCKS: usize = 1_000;

/// A block and what it is worth as part of a list.
struct Judged<'a> {
    block: Block<'a>,
    /// What the element and its parent are called; equal for all blocks of one list.
    kin: String,
    shape: Option<Shape>,
    title: Option<String>,
    worth: f32,
    /// Whether a date, a lead or a picture stands with it.
    rich: bool,
    dated: bool,
    furniture: bool,
}

/// The blocks of the page's list of articles, in document order; empty if there is none.
pub(crate) fn discover<'a>(page: &'a Page, cx: &dates::Context) -> Vec<Block<'a>> {
    let links = links::links(page);
    let (found, territories) = claimed_blocks(&links);
    let mut judged = judge(found, page, cx);
    // Where all of the page is called furniture, the name means nothing.
    if judged.iter().all(|one| one.furniture) {
        judged.iter_mut().for_each(|one| one.furniture = false);
    }
    judged.retain(|one| !one.furniture);
    let mean = |group: &[usize]| group.iter().map(|&i| judged[i].worth).sum::<f32>() / group.len() as f32;
    // A list weighs by the square of what its blocks are worth and only a little by how many they are: menus are long.
    let weight = |group: &[usize]| mean(group).powi(2) * (1.0 + group.len() as f32).ln();
    let groups = groups(&judged);
    let Some(list) = groups
        .iter()
        .filter(|group| group.len() >= 2 && mean(group) >= MIN_WORTH)
        .max_by(|a, b| weight(a).total_cmp(&weight(b)).then(b[0].cmp(&a[0])))
    else {
        return Vec::new();
    };
    let mut chosen: HashSet<usize> = list.iter().copied().collect();
    let (typical, rich) = (mean(list), list.iter().filter(|&&i| judged[i].rich).count() * 2 > list.len());
    let shapes: HashSet<&Shape> = list.iter().filter_map(|&i| judged[i].shape.as_ref()).collect();
    for (i, one) in judged.iter().enumerate() {
        let alike = one.shape.as_ref().is_some_and(|shape| shapes.contains(shape));
        if alike && one.worth >= typical * MIN_RELATIVE_WORTH && (one.rich || !rich) {
            chosen.insert(i);
        }
    }
    if rich {
        join_sections(&judged, &shapes, &mut chosen);
    } else {
        drop_strangers(&judged, &mut chosen);
    }
    let dated = list.iter().filter(|&&i| judged[i].dated).count() * 2 > list.len();
    let short = short_titles(page, &links, &territories, list.iter().map(|&i| &judged[i]), dated, cx);
    let chosen = judged.into_iter().enumerate().filter(|(i, _)| chosen.contains(i)).map(|(_, one)| one.block);
    let mut blocks: Vec<Block<'a>> = chosen.collect();
    if !short.is_empty() {
        blocks.extend(short);
        let nodes = page.html.tree.root().descendants().enumerate();
        let places: HashMap<NodeId, usize> = nodes.map(|(place, node)| (node.id(), place)).collect();
        blocks.sort_by_key(|block| places.get(&block.elements[0].id()).copied());
    }
    blocks
}

/// Adds the bare headlines below the rich ones of a page in sections: each section begins with a large article and goes on
/// with small ones. A bare list beside the whole of the rich ones is another box.
fn join_sections(judged: &[Judged<'_>], shapes: &HashSet<&Shape>, chosen: &mut HashSet<usize>) {
    let mut held: HashMap<NodeId, usize> = HashMap::new();
    for &i in chosen.iter() {
        for up in judged[i].block.elements[0].ancestors() {
            *held.entry(up.id()).or_default() += 1;
        }
    }
    // The section of each headline: the innermost element around it that holds a rich one, but not all of them.
    let mut sections: HashMap<String, (HashSet<NodeId>, Vec<usize>)> = HashMap::new();
    for (i, one) in judged.iter().enumerate() {
        let alike = one.shape.as_ref().is_some_and(|shape| shapes.contains(shape));
        if chosen.contains(&i) || !alike || one.worth < MIN_WORTH * MIN_RELATIVE_WORTH {
            continue;
        }
        let around = one.block.elements[0].ancestors().filter_map(ElementRef::wrap);
        let section = around.into_iter().find(|up| held.contains_key(&up.id()));
        let Some(section) = section.filter(|section| held[&section.id()] < chosen.len()) else { continue };
        let entry = sections.entry(name_and_classes(section)).or_default();
        entry.0.insert(section.id());
        entry.1.push(i);
    }
    for (places, headlines) in sections.into_values() {
        if places.len() >= 2 {
            chosen.extend(headlines);
        }
    }
}

/// Share of a list without dates and leads whose addresses must be alike for others to be strangers.
const MOST_ALIKE: f32 = 0.6;

/// Takes out of a list of bare headlines those that stand elsewhere and whose addresses have another shape: a menu of long
/// names has the same structure.
fn drop_strangers(judged: &[Judged<'_>], chosen: &mut HashSet<usize>) {
    let mut shapes: HashMap<&Shape, Vec<usize>> = HashMap::new();
    for &i in chosen.iter() {
        if let Some(shape) = &judged[i].shape {
            shapes.entry(shape).or_default().push(i);
        }
    }
    let Some(most) = shapes.into_values().max_by_key(Vec::len) else { return };
    if most.len() as f32 <= chosen.len() as f32 * MOST_ALIKE {
        return;
    }
    let parent = |i: usize| judged[i].block.elements[0].parent().map(|parent| parent.id());
    let places: HashSet<Option<NodeId>> = most.iter().map(|&i| parent(i)).collect();
    chosen.retain(|i| most.contains(i) || places.contains(&parent(*i)) || judged[*i].rich);
}

/// Blocks of the list whose titles are too short for headlines: they stand among the others and are called like them. Their
/// address must look like an article's, or they must have a date as the others have; `Xem thêm` has neither.
fn short_titles<'a, 'j>(
    page: &'a Page,
    links: &[Link<'a>],
    territories: &Territories,
    list: impl Iterator<Item = &'j Judged<'a>>,
    dated: bool,
    cx: &dates::Context,
) -> Vec<Block<'a>>
where
    'a: 'j,
{
    let places: HashSet<(Option<NodeId>, &str)> =
        list.map(|one| (one.block.elements[0].parent().map(|parent| parent.id()), one.kin.as_str())).collect();
    let mut found: Vec<Block<'a>> = Vec::new();
    for link in links.iter().filter(|link| !link.headline).take(MAX_BLOCKS) {
        let around = std::iter::once(link.anchor).chain(link.anchor.ancestors().filter_map(ElementRef::wrap)).take(12);
        let Some(top) = around
            .take_while(|el| !territories.is_claimed(*el))
            .find(|el| places.contains(&(el.parent().map(|parent| parent.id()), kin(*el).as_str())))
        else {
            continue;
        };
        if let Some(known) = found.iter_mut().find(|block| block.elements[0] == top) {
            known.anchors.extend((known.url == link.url).then_some(link.anchor));
            continue;
        }
        let block = Block { elements: vec![top], anchors: vec![link.anchor], url: link.url.clone() };
        let fields = fields::read_by_itself(&block, page, cx);
        let shaped = url::Url::parse(&block.url).is_ok_and(|url| links::is_article_shaped(&url));
        if fields.title.is_some() && (shaped || dated && fields.date.is_some()) {
            found.push(block);
        }
    }
    found
}

/// Blocks that are one list: called alike, and worth about as much in each element that holds some of them. A menu and a
/// list may both be an `ul` of `li` without any name.
fn groups(judged: &[Judged<'_>]) -> Vec<Vec<usize>> {
    let mut kinds: BTreeMap<&str, BTreeMap<Option<NodeId>, Vec<usize>>> = BTreeMap::new();
    for (i, one) in judged.iter().enumerate() {
        let parent = one.block.elements[0].parent().map(|parent| parent.id());
        kinds.entry(&one.kin).or_default().entry(parent).or_default().push(i);
    }
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for holders in kinds.into_values() {
        let mean = |group: &[usize]| group.iter().map(|&i| judged[i].worth).sum::<f32>() / group.len() as f32;
        let most = holders.values().map(|group| mean(group)).fold(f32::MIN, f32::max);
        let (alike, others): (Vec<_>, Vec<_>) =
            holders.into_values().partition(|group| mean(group) >= most * MIN_RELATIVE_WORTH);
        let mut alike = alike.concat();
        alike.sort_unstable();
        groups.push(alike);
        groups.extend(others);
    }
    groups
}

/// The blocks that are called like those of known titles, in document order, and how many of the titles were met; the page's
/// list found by itself where no title was. `known` are folded.
///
/// After a redesign nothing of the old structure is left, but the latest articles are mostly still there.
pub(crate) fn known_blocks<'a>(page: &'a Page, known: &[String], cx: &dates::Context) -> (Vec<Block<'a>>, usize) {
    let links = links::links(page);
    let judged = judge(claimed_blocks(&links).0, page, cx);
    let is_known = |one: &Judged<'_>| one.title.as_ref().is_some_and(|title| known.contains(&text::folded(title)));
    let met: Vec<&Judged<'_>> = judged.iter().filter(|one| is_known(one)).collect();
    // The kind of block with the most known titles; of equal ones the one with the richest blocks.
    let mut kinds: BTreeMap<&str, (usize, f32)> = BTreeMap::new();
    for one in &met {
        let entry = kinds.entry(&one.kin).or_default();
        *entry = (entry.0 + 1, entry.1.max(one.worth));
    }
    let count = met.iter().map(|one| one.block.url.as_str()).collect::<HashSet<_>>().len();
    let best = kinds.into_iter().max_by(|(_, a), (_, b)| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    match best.map(|(kin, _)| kin.to_owned()) {
        Some(kin) => (judged.into_iter().filter(|one| one.kin == kin).map(|one| one.block).collect(), count),
        None => (discover(page, cx), 0),
    }
}

/// The block of every article that a headline links to, in the order of the headlines, and who claims what.
fn claimed_blocks<'a>(links: &[Link<'a>]) -> (Vec<Block<'a>>, Territories) {
    // Articles are numbered by address; an address that no headline leads to is none.
    let mut numbers: HashMap<&str, usize> = HashMap::new();
    for link in links.iter().filter(|link| link.headline) {
        let next = numbers.len();
        numbers.entry(&link.url).or_insert(next);
    }
    let number = |link: &Link<'_>| numbers.get(link.url.as_str()).copied();
    let territories = Territories::of(links.iter().filter_map(|link| Some((link.anchor, number(link)?))));
    let mut seen: HashSet<NodeId> = HashSet::new();
    let mut blocks: Vec<Block<'a>> = Vec::new();
    for link in links.iter().filter(|link| link.headline).take(MAX_BLOCKS) {
        let top = territories.block_of(link.anchor);
        if !seen.insert(top.id()) {
            continue;
        }
        let anchors = links.iter().filter(|other| other.url == link.url).map(|other| other.anchor);
        let anchors =
            anchors.filter(|anchor| anchor.id() == top.id() || anchor.ancestors().any(|up| up.id() == top.id()));
        blocks.push(Block { anchors: anchors.collect(), elements: vec![top], url: link.url.clone() });
    }
    widen(&mut blocks, &territories);
    (blocks, territories)
}

/// Adds to each block the siblings behind it that belong to no article: in a flat list (`dt`, `dd`; `h3`, `p`) the date
/// and the lead stand beside the title and not around it.
pub(super) fn widen(blocks: &mut [Block<'_>], territories: &Territories) {
    let tops: HashSet<NodeId> = blocks.iter().map(|block| block.elements[0].id()).collect();
    let place = |block: &Block<'_>| {
        let top = block.elements[0];
        (top.parent().map(|parent| parent.id()), top.value().name().to_owned())
    };
    let mut kin: HashMap<(Option<NodeId>, String), usize> = HashMap::new();
    for block in blocks.iter() {
        *kin.entry(place(block)).or_default() += 1;
    }
    let mut most: HashMap<(Option<NodeId>, String), usize> = HashMap::new();
    let mut last: Vec<usize> = Vec::new();
    for (i, block) in blocks.iter_mut().enumerate() {
        let first = block.elements[0];
        let place = place(block);
        // Only beside another block of the same kind: else what follows is the rest of the page.
        if kin.get(&place).is_none_or(|count| *count < 2) {
            continue;
        }
        let mut is_last = true;
        for sibling in first.next_siblings().filter_map(ElementRef::wrap).take(MAX_BESIDE) {
            if tops.contains(&sibling.id()) || territories.is_claimed(sibling) {
                is_last = false;
                break;
            }
            let name = sibling.value().name();
            if !matches!(name, "script" | "style" | "hr" | "br" | "form" | "iframe" | "ul" | "ol" | "nav") {
                block.elements.push(sibling);
            }
        }
        if is_last {
            last.push(i);
        } else {
            let most = most.entry(place).or_default();
            *most = (*most).max(block.elements.len());
        }
    }
    // What stands behind the last block is the end of the list, beyond as much as the others have.
    for i in last {
        let length = most.get(&place(&blocks[i])).copied().unwrap_or(1);
        blocks[i].elements.truncate(length);
    }
}

fn judge<'a>(blocks: Vec<Block<'a>>, page: &Page, cx: &dates::Context) -> Vec<Judged<'a>> {
    let mut furniture = Furniture::default();
    let selectors = Selectors::default();
    let judge = |block: Block<'a>| {
        let fields = fields::read(&block, &selectors, page, cx);
        let shaped = url::Url::parse(&block.url).is_ok_and(|url| links::is_article_shaped(&url));
        let title = fields.title.as_deref().map_or(0, |title| title.chars().count());
        let marked = block.anchors.iter().any(|anchor| {
            anchor
                .ancestors()
                .filter_map(ElementRef::wrap)
                .take(3)
                .any(|up| matches!(up.value().name(), "h1" | "h2" | "h3" | "h4" | "h5"))
        });
        let worth = worth(title, shaped, marked, &fields);
        Judged {
            kin: kin(block.elements[0]),
            shape: links::shape(&block.url),
            worth,
            rich: fields.date.is_some() || fields.lead.is_some() || fields.image.is_some(),
            dated: fields.date.is_some(),
            title: fields.title,
            furniture: furniture.holds(block.elements[0]) || is_advert(&block),
            block,
        }
    };
    blocks.into_iter().map(judge).collect()
}

/// What a block is worth as part of a list: up to 4 for the length of its title, 2 for an address like an article's, 1.5
/// for a heading, 3 for a date, 2 for a lead, 1 for a picture.
fn worth(title_chars: usize, shaped: bool, marked: bool, fields: &fields::Fields) -> f32 {
    let points = |is: bool, points: f32| if is { points } else { 0.0 };
    (title_chars.min(100) as f32 / 25.0)
        + if shaped { 2.0 } else { -1.0 }
        + points(marked, 1.5)
        + points(fields.date.is_some(), 3.0)
        + points(fields.lead.is_some(), 2.0)
        + points(fields.image.is_some(), 1.0)
}

fn is_advert(block: &Block<'_>) -> bool {
    let path = url::Url::parse(&block.url).map(|url| url.path().to_ascii_lowercase()).unwrap_or_default();
    let sponsored = |anchor: &ElementRef<'_>| anchor.attr("rel").is_some_and(|rel| rel.contains("sponsored"));
    path.contains("quang-cao") || path.contains("/ads/") || block.anchors.iter().any(sponsored)
}

/// What the blocks of one list have in common: how block and parent are called, without numbers and states.
fn kin(top: ElementRef<'_>) -> String {
    let parent = top.parent().and_then(ElementRef::wrap);
    let mut kin = parent.map(name_and_classes).unwrap_or_default();
    kin.push('>');
    kin.push_str(&name_and_classes(top));
    kin
}

fn name_and_classes(el: ElementRef<'_>) -> String {
    const STATES: [&str; 14] = [
        "alt",
        "ms-alternating",
        "active",
        "first",
        "last",
        "odd",
        "even",
        "current",
        "selected",
        "clearfix",
        "clear",
        "row",
        "top",
        "big",
    ];
    let mut classes: Vec<String> = called(el)
        .split_ascii_whitespace()
        .filter(|_| el.attr("class").is_some())
        .map(|token| token.chars().filter(|c| !c.is_ascii_digit()).collect::<String>())
        .map(|token| token.trim_matches(['-', '_']).to_owned())
        .filter(|token| token.len() > 1 && !STATES.contains(&token.as_str()) && !token.starts_with("col-"))
        .collect();
    classes.sort_unstable();
    classes.dedup();
    format!("{}.{}", el.value().name(), classes.join("."))
}
