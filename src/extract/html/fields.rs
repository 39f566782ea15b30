//! Title, date, lead and picture out of the block that stands around one link of a listing.

use scraper::ElementRef;

use super::article::has_clock;
use super::listing::read_date;
use super::page::{Page, called, image_address, is_block, is_hidden, own_text, text_within};
use super::select::{CompiledSelector, Selectors};
use crate::dates;
use crate::text;

/// Longest title believed, characters. The longest headline of all samples has 170; some sites link whole paragraphs.
const MAX_TITLE_CHARS: usize = 300;

/// Fewest characters of a lead.
const MIN_LEAD_CHARS: usize = 40;

/// Longest text that is looked at as a date, characters: `Thứ Ba, 20/12/2022 | 15:30 GMT+7 | Lượt xem: 1.234`.
const MAX_DATE_CHARS: usize = 80;

/// Letters that may stand around a date in its element: weekday, `Đăng ngày`, `Lượt xem`, an author.
const MAX_LETTERS_AROUND_A_DATE: usize = 32;

/// What stands around one link: an element, or a run of siblings in a list without elements of its own.
#[derive(Debug, Clone)]
pub(crate) struct Block<'a> {
    pub(crate) elements: Vec<ElementRef<'a>>,
    /// The anchors of this article inside of it, in document order; at least one.
    pub(crate) anchors: Vec<ElementRef<'a>>,
    /// Absolute.
    pub(crate) url: String,
}

impl<'a> Block<'a> {
    fn descendants(&self) -> impl Iterator<Item = ElementRef<'a>> + '_ {
        // An element counts as its own descendant.
        self.elements.iter().flat_map(|el| el.descendent_elements())
    }
}

/// The parts of one item, as found.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Fields {
    pub(crate) title: Option<String>,
    /// The text or attribute that holds the date, unread: its order may have to be voted on.
    pub(crate) date: Option<String>,
    pub(crate) lead: Option<String>,
    /// Absolute.
    pub(crate) image: Option<String>,
}

/// Reads a block: by selectors where there are any, by itself for the rest.
pub(crate) fn read(block: &Block<'_>, how: &Selectors, page: &Page, cx: &dates::Context) -> Fields {
    let by = |selector: &Option<CompiledSelector>| {
        let selector = selector.as_ref()?;
        block.elements.iter().find_map(|el| selector.value(*el))
    };
    let (title, title_at) = match by(&how.title) {
        Some(title) => (Some(title), None),
        None => title(block).map_or((None, None), |(title, at)| (Some(title), Some(at))),
    };
    let chosen = by(&how.date).filter(|raw| reads_as_date(raw, cx));
    // A selector may find the day alone, where the clock stands beside it.
    let date = match (chosen, date(block, title.as_deref(), cx)) {
        (Some(chosen), Some(found)) if adds_clock(&chosen, &found, cx) => Some(found),
        (Some(chosen), _) => Some(chosen),
        (None, found) => found,
    };
    let lead = by(&how.lead).or_else(|| lead(block, title.as_deref(), title_at, date.as_deref()));
    let chosen = how.image.as_ref().and_then(|selector| {
        let address = |el: ElementRef<'_>, attribute: Option<&str>| match attribute {
            Some(attribute) => page.resolve(el.attr(attribute)?).map(String::from),
            None => image_address(el, page),
        };
        block.elements.iter().find_map(|el| selector.value_by(*el, address))
    });
    let image = chosen.or_else(|| {
        block.descendants().filter(|el| el.value().name() == "img").find_map(|img| image_address(img, page))
    });
    let lead = lead
        .map(|lead| without_invitation(without_date(&lead, date.as_deref())).to_owned())
        .filter(|lead| !lead.is_empty());
    Fields { title: title.map(shorten), date, lead, image }
}

/// Reads a block by itself.
pub(crate) fn read_by_itself(block: &Block<'_>, page: &Page, cx: &dates::Context) -> Fields {
    read(block, &Selectors::default(), page, cx)
}

fn shorten(title: String) -> String {
    match title.char_indices().nth(MAX_TITLE_CHARS) {
        Some((end, _)) => format!("{}…", title[..end].trim_end()),
        None => title,
    }
}

fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

fn names_title(called: &str) -> bool {
    ["title", "tieude", "tieu-de", "headline", "tentin"].iter().any(|word| called.contains(word))
}

/// The title of a block, and the element that holds it.
fn title<'a>(block: &Block<'a>) -> Option<(String, ElementRef<'a>)> {
    let mut best: Option<(u32, usize, String, ElementRef<'a>)> = None;
    let mut offer = |rank: u32, title: String, at: ElementRef<'a>| {
        let length = title.chars().count();
        // Of two that are equally marked as titles the longer one is the title; the other says `Chi tiết`.
        if length >= 8 && best.as_ref().is_none_or(|(r, l, ..)| (rank, length.min(120)) > (*r, (*l).min(120))) {
            best = Some((rank, length, title, at));
        }
    };
    for anchor in &block.anchors {
        let inside = anchor
            .descendent_elements()
            .filter(|el| el != anchor)
            .filter(|el| is_heading(el.value().name()) || names_title(&called(*el)));
        for el in inside {
            offer(3, text_within(el, 2000), el);
        }
        let around = anchor
            .ancestors()
            .filter_map(ElementRef::wrap)
            .take_while(|el| !block.elements.contains(el) || is_heading(el.value().name()))
            .any(|el| is_heading(el.value().name()));
        let marked =
            around || block.elements.iter().any(|el| is_heading(el.value().name())) || names_title(&called(*anchor));
        let whole = text_within(*anchor, 2000);
        // "Xem chi tiết" below a headline that is no link.
        if whole.chars().count() <= MAX_TITLE_CHARS && !without_invitation(&whole).is_empty() {
            offer(if marked { 3 } else { 2 }, whole, *anchor);
        }
    }
    // A heading beside the link, and at last what the link and its picture are called.
    if best.is_none() {
        for el in block.descendants().filter(|el| is_heading(el.value().name()) || names_title(&called(*el))) {
            let title = text_within(el, 2000);
            if title.chars().count() <= MAX_TITLE_CHARS {
                offer_to(&mut best, 1, title, el);
            }
        }
    }
    if best.is_none() {
        for anchor in &block.anchors {
            let alt = anchor.descendent_elements().find_map(|el| el.attr("alt"));
            for name in [anchor.attr("title"), anchor.attr("aria-label"), alt].into_iter().flatten() {
                offer_to(&mut best, 0, text::clean_line(name).into_owned(), *anchor);
            }
        }
    }
    // A title of a word or two is better than none.
    if best.is_none() {
        for anchor in &block.anchors {
            let word = text_within(*anchor, 2000);
            if word.chars().count() >= 2
                && !without_invitation(&word).is_empty()
                && word.chars().any(char::is_alphabetic)
            {
                best = Some((0, 0, word, *anchor));
                break;
            }
        }
    }
    let (_, _, mut title, at) = best?;
    // A title cut short on the page stands in full in the link's own title.
    if let Some(cut) = title.strip_suffix("...").or_else(|| title.strip_suffix('…')) {
        let full = block.anchors.iter().filter_map(|anchor| anchor.attr("title")).map(text::clean_line);
        if let Some(full) = full.into_iter().find(|full| full.starts_with(cut.trim_end())) {
            title = full.into_owned();
        }
    }
    let bare = title.trim_start_matches(['»', '›', '•', '·', '-', '–', '*', '+', '>', '■', '►', '▪']).trim_start();
    Some((bare.to_owned(), at))
}

fn offer_to<'a>(best: &mut Option<(u32, usize, String, ElementRef<'a>)>, rank: u32, title: String, at: ElementRef<'a>) {
    let length = title.chars().count();
    if length >= 8 && best.as_ref().is_none_or(|(_, longest, ..)| length > *longest) {
        *best = Some((rank, length, title, at));
    }
}

/// Whether a text chosen by a selector has a date in it.
fn reads_as_date(raw: &str, cx: &dates::Context) -> bool {
    dates::parse(raw, cx).is_some() || dates::find(raw, cx).is_some()
}

/// Whether `found` is the same day as `chosen`, and names the clock that `chosen` does not.
fn adds_clock(chosen: &str, found: &str, cx: &dates::Context) -> bool {
    match (read_date(chosen, cx), read_date(found, cx)) {
        (Some(day), Some(minute)) => !has_clock(day) && has_clock(minute) && day.date_naive() == minute.date_naive(),
        _ => false,
    }
}

/// Whether a text is a date in numbers and nothing else: `17/3`, `(17-3)`, `17.03.26`. Only where it has an element to itself:
/// inside of a text it may be a score or a share. `3-1` and `4.5` are these there too.
fn is_bare_date(line: &str, cx: &dates::Context) -> bool {
    let bare = line.trim_matches(|c: char| c.is_whitespace() || "()[]|•·–-,".contains(c));
    let numbers = bare.split(['/', '-', '.']);
    let is_sure =
        bare.contains('/') || line.trim_start().starts_with(['(', '[']) || numbers.clone().all(|n| n.len() > 1);
    is_sure
        && (3..=10).contains(&bare.len())
        && (2..=3).contains(&numbers.clone().count())
        && numbers
            .into_iter()
            .all(|number| (1..=4).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit()))
        && dates::parse(bare, cx).is_some()
}

/// Most elements and characters of a date whose day, month and year have an element each.
const MAX_LEAF_ELEMENTS: usize = 8;
const MAX_LEAF_CHARS: usize = 24;

/// The date of a calendar's leaf: `<b>17</b><span>Th03</span><span>2026</span>`. Two numbers alone are counters unless the
/// element is called a date.
fn leaf(el: ElementRef<'_>, cx: &dates::Context) -> Option<String> {
    if el.descendent_elements().take(MAX_LEAF_ELEMENTS + 1).count() > MAX_LEAF_ELEMENTS || el.value().name() == "a" {
        return None;
    }
    let pieces: Vec<String> =
        el.text().map(|piece| text::clean_line(piece).into_owned()).filter(|piece| !piece.is_empty()).collect();
    let chars: usize = pieces.iter().map(|piece| piece.chars().count()).sum();
    if !(2..=4).contains(&pieces.len()) || chars > MAX_LEAF_CHARS {
        return None;
    }
    let is_day = |piece: &String| piece.parse::<u32>().is_ok_and(|day| (1..=31).contains(&day)) && piece.len() <= 2;
    let has_month = pieces.iter().any(|piece| {
        let plain = text::stripped(&text::folded(piece));
        plain.starts_with("th") && plain.len() > 2 || piece.contains('/')
    });
    let says_so = ["date", "calendar", "ngay", "time", "lich"].iter().any(|word| called(el).contains(word));
    let named = has_month || says_so || pieces.len() == 3 && pieces[2].len() == 4;
    if !named || !pieces.iter().any(is_day) {
        return None;
    }
    [pieces.join("/"), pieces.join(" ")].into_iter().find(|line| dates::parse(line, cx).is_some())
}

/// Whether a text of the block is little more than a date.
pub(crate) fn is_date_line(line: &str, cx: &dates::Context) -> bool {
    if line.chars().count() > MAX_DATE_CHARS || !line.bytes().any(|b| b.is_ascii_digit()) {
        return line.chars().count() <= 24 && (dates::find(line, cx).is_some() || is_recent_day(line, cx));
    }
    let Some((range, _)) = dates::find(line, cx) else { return is_recent_day(line, cx) };
    let around = line[..range.start].chars().chain(line[range.end..].chars());
    around.filter(|c| c.is_alphabetic()).count() <= MAX_LETTERS_AROUND_A_DATE
}

/// Whether a line says when something was published and nothing else: beside the date stands only what sites write there. In
/// the midst of a text `Lễ hội kéo dài đến ngày 20/3/2026.` is little more than a date too, and is text.
pub(crate) fn is_publication_line(line: &str, cx: &dates::Context) -> bool {
    const BESIDE: &str = " thu hai ba tu nam sau bay chu chua nhat cn ngay thang gio phut giay luc vao cap dang xuat ban \
        gui viet tao sua doi tin bai luot xem doc so lan date time posted published updated created last views view hits on at sa ch \
        am pm gmt utc ict h g p ";
    if !is_date_line(line, cx) {
        return false;
    }
    let Some((range, _)) = dates::find(line, cx) else { return true };
    let around = text::stripped(&text::folded(&format!("{} {}", &line[..range.start], &line[range.end..])));
    around.split(|c: char| !c.is_alphabetic()).all(|word| word.is_empty() || BESIDE.contains(&format!(" {word} ")))
}

/// Whether a short line begins with nothing but a day counted from now: `Hôm qua`, `Hôm nay · 5 bình luận`. In prose the
/// words mean nothing.
fn is_recent_day(line: &str, cx: &dates::Context) -> bool {
    let first = line.split(['·', '|', '•', '–', '-']).next().unwrap_or_default();
    let plain = text::stripped(&text::folded(first));
    matches!(plain.trim(), "hom qua" | "hom nay" | "hom kia" | "vua xong") && dates::parse(line, cx).is_some()
}

/// The text that holds the date of a block: a `<time>`, what is called a date, any short text that is little else.
fn date(block: &Block<'_>, title: Option<&str>, cx: &dates::Context) -> Option<String> {
    let mut named = None;
    let mut plain = None;
    let mut pieced = None;
    for el in block.descendants() {
        let name = el.value().name();
        if is_hidden(name) {
            continue;
        }
        let called = called(el);
        let says_so = name == "time"
            || ["date", "time", "ngay", "publish", "post", "meta", "clock"].iter().any(|word| called.contains(word));
        // Where a script writes `2 giờ trước`, the date itself is often kept in an attribute.
        if says_so && named.is_none() && name != "a" {
            let kept =
                ["title", "data-time", "data-date", "data-datetime", "content"].iter().filter_map(|name| el.attr(name));
            named = kept.map(str::trim).find(|at| is_date_line(at, cx)).map(str::to_owned);
        }
        if name == "time" || el.attr("datetime").is_some() {
            let at = el.attr("datetime").map(str::trim).filter(|at| dates::parse(at, cx).is_some());
            if let Some(at) = at {
                return Some(at.to_owned());
            }
        }
        // The smallest element that holds it: one whose own text has a digit or a word of time.
        let own = own_text(el);
        if own.trim().is_empty() {
            if pieced.is_none() {
                pieced = leaf(el, cx);
            }
            continue;
        }
        // The whole element unless the title is part of it, else what stands in it beside other elements.
        let whole = text_within(el, 1000);
        let own = text::clean_line(&own).into_owned();
        let holds_title = title.is_some_and(|title| whole.contains(title));
        let Some(line) = [whole, own]
            .into_iter()
            .skip(usize::from(holds_title))
            .find(|line| is_date_line(line, cx) || is_bare_date(line, cx))
        else {
            continue;
        };
        let line = beside_clock(el, &line).unwrap_or(line);
        let line = with_clock(el, line, block, title, cx);
        if says_so && named.is_none() {
            named = Some(line);
        } else if plain.is_none() {
            plain = Some(line);
        }
    }
    // Of a leaf, month and year alone may read as a date too.
    let whole = pieced.as_ref().is_some_and(|leaf| plain.as_ref().is_some_and(|part| leaf.contains(part.as_str())));
    if whole { named.or(pieced) } else { named.or(plain).or(pieced) }
}

/// A date that names no clock, with the one in the element beside it: `<i>16:42</i> | <b>17/03/2026</b>`.
pub(crate) fn beside_clock(el: ElementRef<'_>, line: &str) -> Option<String> {
    if line.contains(':') {
        return None;
    }
    let is_clock = |line: &str| {
        let mut numbers = line.split([':', 'h']).map(str::trim);
        let digits = |number: Option<&str>| {
            number.is_some_and(|n| (1..=2).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()))
        };
        line.len() <= 8 && digits(numbers.next()) && digits(numbers.next()) && numbers.all(|n| digits(Some(n)))
    };
    let before = el.prev_siblings().find_map(ElementRef::wrap);
    let behind = el.next_siblings().find_map(ElementRef::wrap);
    let clock = [before, behind].into_iter().flatten().map(|el| text_within(el, 40)).find(|line| is_clock(line))?;
    Some(format!("{clock} {line}"))
}

/// The line of a date's element, or that around it where the clock stands beside the day: `<i>16:42</i> | <i>17/03/2026</i>`.
fn with_clock(el: ElementRef<'_>, line: String, block: &Block<'_>, title: Option<&str>, cx: &dates::Context) -> String {
    let inside = !block.elements.contains(&el);
    let around = el.parent().and_then(ElementRef::wrap).filter(|_| inside).map(|up| text_within(up, 400));
    match around {
        Some(around)
            if is_date_line(&around, cx)
                && title.is_none_or(|title| !around.contains(title))
                && adds_clock(&line, &around, cx) =>
        {
            around
        }
        _ => line,
    }
}

/// Whether an element is called what editors call a lead.
pub(crate) fn names_lead(called: &str) -> bool {
    const NAMES: [&str; 15] = [
        "sapo",
        "lead",
        "desc",
        "summary",
        "brief",
        "intro",
        "mota",
        "mo-ta",
        "tomtat",
        "tom-tat",
        "trichdan",
        "trich-dan",
        "chapeau",
        "excerpt",
        "abstract",
    ];
    NAMES.iter().any(|word| called.contains(word))
}

/// A lead without the date of its block in front.
fn without_date<'a>(line: &'a str, date: Option<&str>) -> &'a str {
    match date.and_then(|date| line.strip_prefix(date)) {
        Some(rest) => rest.trim_start_matches(|c: char| c.is_whitespace() || "()-–|:•·".contains(c)),
        None => line,
    }
}

/// A lead without the words that invite to read on.
fn without_invitation(line: &str) -> &str {
    // The longer ones first: "Xem" alone would stay.
    const INVITATIONS: [&str; 10] =
        ["xem chi tiết", "xem tiếp", "xem thêm", "đọc tiếp", "đọc thêm", "chi tiết", "[...]", "[…]", "read more", ">>"];
    let mut line = line.trim_end();
    while let Some(invitation) = INVITATIONS.iter().find(|words| {
        let start = line.len().checked_sub(words.len());
        start.is_some_and(|start| line.is_char_boundary(start) && line[start..].to_lowercase() == **words)
    }) {
        line = line[..line.len() - invitation.len()].trim_end();
    }
    line
}

/// The lead of a block: what is called so, else its longest text that is neither title nor date.
fn lead(
    block: &Block<'_>,
    title: Option<&str>,
    title_at: Option<ElementRef<'_>>,
    date: Option<&str>,
) -> Option<String> {
    let usable = |line: &str| {
        line.chars().count() >= MIN_LEAD_CHARS
            && title.is_none_or(|title| line != title)
            && date.is_none_or(|date| line != date)
    };
    let mut best: Option<(bool, usize, String)> = None;
    for el in block.descendants() {
        let name = el.value().name();
        if is_hidden(name) || is_heading(name) || title_at.is_some_and(|at| at == el || has_ancestor(el, at)) {
            continue;
        }
        let own = own_text(el);
        if own.trim().len() < 20 {
            continue;
        }
        // A paragraph with inline markup is read whole; a box with loose text between other boxes only by that text.
        let holds_others = title_at.is_some_and(|at| has_ancestor(at, el))
            || el.descendent_elements().any(|inner| inner != el && is_block(inner.value().name()));
        let line = if holds_others { text::clean_line(&own).into_owned() } else { text_within(el, 4000) };
        let line = without_date(&line, date).to_owned();
        if !usable(&line) {
            continue;
        }
        let called = called(el);
        let named = names_lead(&called);
        let length = line.chars().count();
        if best.as_ref().is_none_or(|(n, l, _)| (named, length) > (*n, *l)) {
            best = Some((named, length, line));
        }
    }
    best.map(|(_, _, line)| line)
}

fn has_ancestor(el: ElementRef<'_>, wanted: ElementRef<'_>) -> bool {
    el.ancestors().any(|ancestor| ancestor.id() == wanted.id())
}
