//! The habits of Vietnamese newsrooms, as far as they show in a body: captions, placeholders, by-lines, credits, and the
//! lists of other articles below the text.

use super::article::{part_line, same_words};
use super::fields::{is_date_line, is_publication_line};
use super::links;
use super::page::Page;
use super::parts::{Kind, MAX_CAPTION_CHARS, Paragraph, Part, Picture, push_escaped};
use crate::dates::Context;
use crate::model::Image;
use crate::text;
use crate::text::credit::{self, Credit};
use crate::text::noise::{is_noise, is_placeholder_caption};

/// Most words of a caption that only its place gives away.
const MAX_CAPTION_WORDS: usize = 60;

/// Most words of a caption that stands below a placeholder, neither centred nor slanted: one to two lines of print.
const MAX_PLAIN_CAPTION_WORDS: usize = 35;

/// Fewest link-only paragraphs in a row that are a list of other pages. An article may end in two links to documents.
const MIN_LINK_LIST: usize = 4;

/// Fewest characters of a paragraph that can be the beginning of a text: no headline or teaser ends in a full stop after so many.
const MIN_BEGINNING_CHARS: usize = 80;

/// What is made of the parts of a body.
#[derive(Debug, Default)]
pub(crate) struct Made {
    /// One a paragraph.
    pub(crate) lines: Vec<String>,
    pub(crate) html: String,
    pub(crate) images: Vec<Image>,
    pub(crate) credit: Option<String>,
    pub(crate) author: Option<String>,
    /// The line below the text that says when it was published, unread.
    pub(crate) dated_below: Option<String>,
}

/// Makes text, HTML and pictures of the parts of a body, without what is none of the article.
pub(crate) fn make(mut parts: Vec<Part>, title: Option<&str>, page: &Page, cx: &Context) -> Made {
    cut_at_heading(&mut parts);
    let (placeholders, dated_below) = drop_noise(&mut parts, title, cx);
    caption_pictures(&mut parts, placeholders);
    cut_tail(&mut parts, page);
    keep_signatures(&mut parts);
    let credit = take_credit(&mut parts);
    let signed = take_author(&mut parts);
    drop_photographers(&mut parts);
    let (credit, beside) = credit.map_or((None, None), |credit| (Some(credit.outlet), credit.author));
    let mut made = Made { credit, author: signed.or(beside), dated_below, ..Made::default() };
    write(&parts, &mut made);
    made
}

/// Takes out lines that are none of the text: counters, tools, placeholders, the headline once more, a bare date. Returns
/// whether any placeholder of an editor was met: then short lines below pictures are captions; and the date below the text.
fn drop_noise(parts: &mut Vec<Part>, title: Option<&str>, cx: &Context) -> (bool, Option<String>) {
    let mut placeholders = false;
    let (mut texts_before, mut prose_before) = (0, false);
    let mut kept_lines = |paragraph: &mut Paragraph| {
        let before = paragraph.lines.len();
        let counts = usize::from(paragraph.kept);
        paragraph.lines.retain(|line| {
            if is_placeholder_caption(line) {
                placeholders = true;
                return false;
            }
            // Only the head and short lines are looked at closely: no paragraph of prose is a counter.
            if line.chars().count() > 200 {
                texts_before += counts;
                prose_before = true;
                return true;
            }
            let repeated = texts_before < 4 && title.is_some_and(|title| same_words(line, title));
            let is_date = if prose_before { is_publication_line } else { is_date_line };
            let dated = texts_before < 4 && is_date(line, cx);
            texts_before += counts;
            prose_before |= line.chars().count() >= MIN_BEGINNING_CHARS;
            !(repeated || dated || is_noise(line))
        });
        if paragraph.lines.len() < before {
            paragraph.html = paragraph.lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br>");
        }
        !paragraph.lines.is_empty()
    };
    parts.retain_mut(|part| match part {
        Part::Text(paragraph) => kept_lines(paragraph),
        Part::Table { lines, .. } => !lines.iter().all(|line| is_noise(line)),
        Part::Picture(_) | Part::Embed { .. } => true,
    });
    placeholders |= parts.iter().any(|part| matches!(part, Part::Picture(picture) if has_placeholder(picture)));
    (placeholders, take_date_below(parts, cx))
}

/// Takes out a last line that says when the text was published: `Cập nhật: 17/03/2026 16:42`.
fn take_date_below(parts: &mut Vec<Part>, cx: &Context) -> Option<String> {
    let prose = parts.iter().rposition(is_prose)?;
    let below = parts.iter().enumerate().skip(prose + 1).rev().take(4);
    let (at, line) = below.into_iter().find_map(|(at, part)| match part {
        Part::Text(text) if !text.is_links() => text
            .lines
            .last()
            .filter(|line| is_publication_line(line, cx))
            .map(|line| ((at, text.lines.len() - 1), line.clone())),
        _ => None,
    })?;
    drop_lines(parts, &[at]);
    Some(line)
}

/// Whether the editor left a picture with the text that his program puts there. Most pictures have none at all.
fn has_placeholder(picture: &Picture) -> bool {
    !picture.alt.is_empty() && is_placeholder_caption(&picture.alt)
}

fn escaped(line: &str) -> String {
    let mut html = String::new();
    push_escaped(line, &mut html);
    html
}

/// Finds the caption of each picture that has none yet: the next paragraph if it is centred or slanted where the others
/// are not, or names the photographer, or is short and the picture was left with the editor's placeholder.
fn caption_pictures(parts: &mut Vec<Part>, placeholders: bool) {
    let texts: Vec<&Paragraph> =
        parts.iter().filter_map(|part| if let Part::Text(text) = part { Some(text) } else { None }).collect();
    let share =
        |is: &dyn Fn(&Paragraph) -> bool| texts.iter().filter(|text| is(text)).count() * 10 / texts.len().max(1);
    // What most paragraphs are tells nothing of one.
    let centre_tells = share(&|text| text.centred) <= 6;
    let slant_tells = share(&|text| text.slanted) <= 6;
    let mut lengths: Vec<usize> =
        texts.iter().filter(|text| !text.centred && !text.slanted).map(|text| words(&text.line())).collect();
    lengths.sort_unstable();
    let typical = lengths.get(lengths.len() * 3 / 4).copied().unwrap_or(0);
    let mut i = 0;
    while i < parts.len() {
        let next = i + 1;
        let caption = match (&parts[i], parts.get(next)) {
            (Part::Picture(picture), Some(Part::Text(text)))
                if picture.caption.is_none() && text.kind == Kind::Plain =>
            {
                let line = text.line();
                let (words, chars) = (words(&line), line.chars().count());
                let placed = text.centred && centre_tells || text.slanted && slant_tells;
                let photographed = words <= MAX_PLAIN_CAPTION_WORDS && names_photographer(&line);
                let below_placeholder = placeholders
                    && words <= MAX_PLAIN_CAPTION_WORDS
                    && words * 3 <= typical * 2
                    && text.lines.len() == 1;
                let is = chars <= MAX_CAPTION_CHARS
                    && words <= MAX_CAPTION_WORDS
                    && !text.is_links()
                    && (placed || photographed || below_placeholder);
                is.then_some(line)
            }
            _ => None,
        };
        if let Some(caption) = caption {
            parts.remove(next);
            // Pictures side by side share the caption below them.
            let first = (0..=i)
                .rev()
                .take_while(|&at| matches!(&parts[at], Part::Picture(one) if one.caption.is_none()))
                .last();
            for part in &mut parts[first.unwrap_or(i)..=i] {
                if let Part::Picture(picture) = part {
                    picture.caption = Some(caption.clone());
                }
            }
        }
        i += 1;
    }
    for part in parts.iter_mut() {
        if let Part::Picture(picture) = part {
            picture.caption = picture.caption.take().filter(|caption| !is_placeholder_caption(caption));
        }
    }
}

fn words(line: &str) -> usize {
    line.split(' ').filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// `Ảnh: Lê Mận`, `(Ảnh tư liệu)`, at the end of a line or alone.
fn names_photographer(line: &str) -> bool {
    let folded = text::folded(line);
    ["ảnh:", "(ảnh", "ảnh minh họa", "ảnh tư liệu", "nguồn ảnh", "photo:"].iter().any(|mark| folded.contains(mark))
}

fn is_prose(part: &Part) -> bool {
    matches!(part, Part::Text(text) if text.chars() >= 160 && !text.is_links())
}

/// Cuts off the heading of lists of other articles below the text, and all that follows it.
fn cut_at_heading(parts: &mut Vec<Part>) {
    let heads_others = |part: &Part| {
        let line = part_line(part);
        line.chars().count() <= 60 && heads_other_articles(&line)
    };
    let last_prose = parts.iter().rposition(is_prose);
    if let Some(cut) = (0..parts.len()).find(|&at| last_prose.is_none_or(|last| at > last) && heads_others(&parts[at]))
    {
        parts.truncate(cut);
    }
}

/// Cuts off what stands below the text: lists of other articles.
fn cut_tail(parts: &mut Vec<Part>, page: &Page) {
    // Links to other articles between the paragraphs.
    parts.retain(|part| match part {
        Part::Text(text) if text.is_links() && text.chars() < 300 => !leads_elsewhere(text, page),
        _ => true,
    });
    drop_link_lists(parts);
    // Below the last paragraph of prose mostly links: teasers of other articles.
    if let Some(last) = parts.iter().rposition(is_prose) {
        let below =
            parts[last + 1..].iter().filter_map(|part| if let Part::Text(text) = part { Some(text) } else { None });
        let (linked, all) = below.fold((0, 0), |(linked, all), text| (linked + text.linked_chars, all + text.chars()));
        if linked * 2 > all {
            let is_signed = |part: &&Part| matches!(part, Part::Text(text) if is_signature(text));
            let signed = parts[last + 1..].iter().take_while(is_signed).count();
            parts.truncate(last + 1 + signed);
        }
    }
}

/// Takes out runs of paragraphs that are nothing but links: menus and lists of articles that stand inside of a body.
fn drop_link_lists(parts: &mut Vec<Part>) {
    let is_link = |part: &Part| matches!(part, Part::Text(text) if text.is_links());
    let mut at = 0;
    while at < parts.len() {
        let run = parts[at..].iter().take_while(|part| is_link(part)).count();
        if run >= MIN_LINK_LIST && run < parts.len() {
            parts.drain(at..at + run);
        } else {
            at += run.max(1);
        }
    }
}

/// Whether a line stands over links to other articles.
fn heads_other_articles(line: &str) -> bool {
    const HEADS: [&str; 26] = [
        "tin lien quan",
        "bai lien quan",
        "bai viet lien quan",
        "tin bai lien quan",
        "cac tin khac",
        "tin khac",
        "cac tin lien quan",
        "cac bai khac",
        "cac bai viet khac",
        "cac tin da dua",
        "tin da dua",
        "tin cung chuyen muc",
        "cung chuyen muc",
        "bai cung chuyen muc",
        "tin moi hon",
        "tin cu hon",
        "cac tin moi hon",
        "cac tin cu hon",
        "tin moi nhat",
        "xem them",
        "doc them",
        "co the ban quan tam",
        "tin noi bat",
        "y kien ban doc",
        "binh luan",
        "tu khoa",
    ];
    let plain = text::stripped(&text::folded(line));
    let plain = plain.trim_matches(|c: char| !c.is_alphanumeric());
    HEADS.iter().any(|head| {
        plain == *head
            || plain.strip_prefix(head).is_some_and(|rest| rest.len() <= 12 && !rest.starts_with(char::is_alphanumeric))
    })
}

/// Whether a paragraph that is hardly anything but a link leads to another article: it says so (`>> Xem thêm: …`), or it is
/// the headline of an article of the same site.
fn leads_elsewhere(text: &Paragraph, page: &Page) -> bool {
    let line = text.line();
    let plain = text::stripped(&text::folded(&line));
    let target = text.html.split_once("<a href=\"").and_then(|(_, rest)| rest.split_once('"')).map(|(href, _)| href);
    let article = target.and_then(|href| page.resolve(&href.replace("&amp;", "&"))).is_some_and(|url| {
        let file =
            [".pdf", ".doc", ".docx", ".xls", ".xlsx", ".zip", ".rar"].iter().any(|end| url.path().ends_with(end));
        !file && links::same_site(&page.address, &url) && links::is_article_shaped(&url)
    });
    line.starts_with(['>', '»', '►', '→', '☞'])
        || ["xem them", "doc them", "tin lien quan", "xem tiep", "read more", "lien quan:"]
            .iter()
            .any(|head| plain.starts_with(head))
        || article && links::is_headline(&line)
}

/// Whether a line is a sentence or more, and no headline.
fn is_sentence(line: &str) -> bool {
    line.chars().count() >= MIN_BEGINNING_CHARS && line.ends_with(['.', '!', '?', '…', '”', '"'])
}

/// Keeps the prose right above the first paragraph that counts, where only line breaks part them: a beginning in bold
/// is taken for a heading by some. A lead that is written as a heading is one nowhere.
fn keep_beginning(parts: &mut [Part]) {
    let begins = |part: &Part| matches!(part, Part::Text(text) if text.kept && text.kind != Kind::Heading && is_sentence(&text.line()));
    let above = parts.iter().position(begins).unwrap_or(0);
    for part in &mut parts[..above] {
        if let Part::Text(text) = part
            && text.kind == Kind::Heading
            && !text.is_links()
        {
            text.kept |= is_sentence(&text.line());
        }
    }
    let first = parts.iter().enumerate().find_map(|(at, part)| match part {
        Part::Text(text) if text.kept => Some((at, text.at)),
        _ => None,
    });
    let Some((first, place)) = first else { return };
    for part in parts[..first].iter_mut().rev() {
        let Part::Text(text) = part else { continue };
        if text.at != place || !is_sentence(&text.line()) || text.is_links() {
            break;
        }
        text.kept = true;
    }
}

/// Takes out the paragraphs that do not count as text, but for the lines of credit and author right below it: who looks
/// for the text of a page takes them for scraps.
fn keep_signatures(parts: &mut Vec<Part>) {
    keep_beginning(parts);
    let is_kept = |part: &Part| !matches!(part, Part::Text(text) if !text.kept);
    let last = parts.iter().rposition(|part| matches!(part, Part::Text(text) if text.kept)).unwrap_or(0);
    let mut at = 0;
    parts.retain(|part| {
        at += 1;
        let near = (last + 1..=last + 5).contains(&(at - 1));
        is_kept(part) || near && matches!(part, Part::Text(text) if is_signature(text))
    });
}

/// Whether a paragraph says who wrote the text or where it was taken from.
fn is_signature(text: &Paragraph) -> bool {
    let line = text.line();
    !text.is_links()
        && line.chars().count() <= 120
        && (text.to_the_right || author_of(&line).is_some() || credit::take(&mut vec![line]).is_some())
}

/// Takes the line that credits another outlet out of the text.
fn take_credit(parts: &mut Vec<Part>) -> Option<Credit> {
    let mut places: Vec<(usize, usize)> = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    for (at, part) in parts.iter().enumerate() {
        if let Part::Text(text) = part {
            for (line_at, line) in text.lines.iter().enumerate() {
                places.push((at, line_at));
                lines.push(line.clone());
            }
        }
    }
    let before = lines.clone();
    let credit = credit::take(&mut lines)?;
    // Only lines at head and tail are taken or shortened, so what is left is found again in order.
    let mut left = lines.into_iter().peekable();
    let mut dropped: Vec<(usize, usize)> = Vec::new();
    for (line, place) in before.iter().zip(places) {
        match left.peek() {
            Some(next) if next == line => {
                left.next();
            }
            Some(next) if !next.is_empty() && line.contains(next.as_str()) => {
                let shortened = left.next().unwrap_or_default();
                if let Part::Text(text) = &mut parts[place.0] {
                    text.html = match line.strip_suffix(shortened.as_str()) {
                        Some(taken) => without_head(&text.html, taken),
                        None => text.html.replace(&escaped(line), &escaped(&shortened)),
                    };
                    text.lines[place.1] = shortened;
                }
            }
            _ => dropped.push(place),
        }
    }
    drop_lines(parts, &dropped);
    Some(credit)
}

/// The HTML of a paragraph without its first words, which are `taken`; the markup stays.
fn without_head(html: &str, taken: &str) -> String {
    let mut left = escaped(taken).chars().filter(|c| !c.is_whitespace()).count();
    let mut out = String::with_capacity(html.len());
    let mut in_tag = false;
    let mut at_start = true;
    for c in html.chars() {
        match c {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                out.push(c);
                continue;
            }
            _ => {}
        }
        if in_tag {
            out.push(c);
        } else if left > 0 {
            left -= usize::from(!c.is_whitespace());
        } else if !(at_start && c.is_whitespace()) {
            at_start = false;
            out.push(c);
        }
    }
    out.replace("<strong></strong>", "").replace("<em></em>", "")
}

fn drop_lines(parts: &mut Vec<Part>, dropped: &[(usize, usize)]) {
    for (at, part) in parts.iter_mut().enumerate() {
        let Part::Text(text) = part else { continue };
        if !dropped.iter().any(|(part, _)| *part == at) {
            continue;
        }
        let mut line_at = 0;
        text.lines.retain(|_| {
            line_at += 1;
            !dropped.contains(&(at, line_at - 1))
        });
        text.html = text.lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br>");
    }
    parts.retain(|part| !matches!(part, Part::Text(text) if text.lines.is_empty()));
}

/// Takes the outlet that names itself at the head of a lead, or is credited at its end.
pub(crate) fn take_dateline(lead: &mut String) -> Option<String> {
    let mut lines = vec![std::mem::take(lead)];
    let credit = credit::take(&mut lines);
    *lead = lines.pop().unwrap_or_default();
    credit.map(|credit| credit.outlet)
}

/// The outlet in a line that was selected as the credit.
pub(crate) fn credit_of(line: &str) -> Option<String> {
    let mut lines = vec![line.to_owned()];
    match credit::take(&mut lines) {
        Some(credit) => Some(credit.outlet),
        None => Some(line.trim().to_owned()).filter(|line| (2..=80).contains(&line.chars().count())),
    }
}

/// Takes the line with the author's name out of the text: one of the last that begins like a by-line, or a short one that
/// stands to the right.
fn take_author(parts: &mut Vec<Part>) -> Option<String> {
    let texts: Vec<usize> =
        parts.iter().enumerate().filter(|(_, part)| matches!(part, Part::Text(_))).map(|(at, _)| at).collect();
    // At the end mostly; some portals put it at the head.
    let head = texts.iter().take(2).filter(|_| texts.len() > 4);
    for &at in texts.iter().rev().take(4).chain(head) {
        let Part::Text(text) = &parts[at] else { continue };
        let last = text.lines.len() - 1;
        let line = &text.lines[last];
        let alone = text.lines.len() == 1;
        let author = author_of(line).or_else(|| {
            let count = words(line);
            let name =
                alone && text.to_the_right && texts.len() > 1 && (1..=6).contains(&count) && line.chars().count() <= 60;
            // A name has no full stop behind it, and each of its words a capital.
            let named = line.split(' ').all(|word| !word.starts_with(char::is_lowercase))
                && !line.contains([':', '?', '!', '"']);
            let signed = (name && named).then(|| line.trim_matches(['(', ')', '.', ' ']).to_owned());
            // "Nguyễn Văn An - Đài Truyền thanh xã": a name, then the office it belongs to.
            signed.or_else(|| {
                let (name, office) = line.split_once([',', '–', '-']).filter(|_| alone && text.to_the_right)?;
                let name = name.trim();
                let named =
                    (2..=5).contains(&words(name)) && name.split(' ').all(|word| word.starts_with(char::is_uppercase));
                (named && words(office) <= 10 && !line.ends_with(['.', '?', '!', ':'])).then(|| name.to_owned())
            })
        });
        if let Some(author) = author {
            drop_lines(parts, &[(at, last)]);
            return Some(author);
        }
    }
    None
}

/// Takes out the last lines that say whose the pictures are: neither text nor author.
fn drop_photographers(parts: &mut Vec<Part>) {
    let mut dropped = Vec::new();
    let texts = parts.iter().enumerate().rev().filter_map(|(at, part)| match part {
        Part::Text(text) => Some((at, text)),
        _ => None,
    });
    for (at, text) in texts.take(3) {
        let last = text.lines.len() - 1;
        if is_photographer(&text.lines[last]) {
            dropped.push((at, last));
        }
    }
    drop_lines(parts, &dropped);
}

/// Whether a line says whose the pictures are and nothing else: `Ảnh: TTXVN`, `(Nguồn ảnh: Internet)`, `Đồ họa: Lê Mận`.
fn is_photographer(line: &str) -> bool {
    const HEADS: [&str; 12] = [
        "anh",
        "nguon anh",
        "anh tu lieu",
        "anh minh hoa",
        "hinh",
        "hinh anh",
        "photo",
        "photos",
        "video",
        "clip",
        "do hoa",
        "infographic",
    ];
    let Some((head, name)) = line.split_once(':').filter(|_| words(line) <= 10) else { return false };
    let head = text::stripped(&text::folded(head));
    let name = name.trim().trim_matches(['(', ')', '.', ' ']);
    HEADS.contains(&head.trim_matches(|c: char| !c.is_alphanumeric()))
        && super::meta::is_name(name)
        && name.starts_with(|c: char| !c.is_lowercase())
        && !name.contains(['?', '!', ';'])
}

/// The name in a by-line (`Tin, ảnh: P.Y`, `Tác giả: Lê Thị Mận`).
pub(crate) fn author_of(line: &str) -> Option<String> {
    if line.chars().count() > 100 {
        return None;
    }
    let (head, name) = line.split_once(':')?;
    let plain = text::stripped(&text::folded(head));
    const HEADS: [&str; 18] = [
        "tin, anh",
        "bai, anh",
        "tin - anh",
        "bai - anh",
        "tin va anh",
        "bai va anh",
        "bai & anh",
        "tin & anh",
        "tin",
        "bai",
        "tin bai",
        "tac gia",
        "nguoi viet",
        "thuc hien",
        "bai viet",
        "tin, bai",
        "tin, bai, anh",
        "pv",
    ];
    // "Bài: Thu Hà - Ảnh: Minh Đức"
    let photographer = ["ảnh:", "Ảnh:", "ẢNH:"].iter().filter_map(|mark| name.find(mark)).min();
    let name = photographer.map_or(name, |at| name[..at].trim_end_matches([' ', '-', '–', ';', ',', '/', '|', '.']));
    let name = name.trim().trim_matches(['(', ')', ' ']);
    let known = HEADS.contains(&plain.trim_matches(|c: char| !c.is_alphanumeric()));
    (known && super::meta::is_name(name)).then(|| name.to_owned())
}

/// Writes lines, HTML and pictures.
fn write(parts: &[Part], made: &mut Made) {
    let mut in_list = false;
    for part in parts {
        let entry = matches!(part, Part::Text(Paragraph { kind: Kind::Entry, .. }));
        if in_list && !entry {
            made.html.push_str("</ul>\n");
        }
        if entry && !in_list {
            made.html.push_str("<ul>");
        }
        in_list = entry;
        match part {
            Part::Text(text) => {
                made.lines.extend(text.lines.iter().cloned());
                let (open, close) = match text.kind {
                    Kind::Plain => ("<p>", "</p>\n"),
                    Kind::Heading => ("<h3>", "</h3>\n"),
                    Kind::Entry => ("<li>", "</li>"),
                    Kind::Quote => ("<blockquote><p>", "</p></blockquote>\n"),
                };
                made.html.push_str(open);
                made.html.push_str(&text.html);
                made.html.push_str(close);
            }
            Part::Picture(picture) => {
                let described =
                    picture.caption.as_ref().or(Some(&picture.alt).filter(|alt| !is_placeholder_caption(alt)));
                made.html.push_str("<figure><img src=\"");
                push_escaped(&picture.url, &mut made.html);
                made.html.push_str("\" alt=\"");
                push_escaped(described.map_or("", |described| described.as_str()), &mut made.html);
                made.html.push_str("\">");
                if let Some(caption) = &picture.caption {
                    made.html.push_str("<figcaption>");
                    push_escaped(caption, &mut made.html);
                    made.html.push_str("</figcaption>");
                }
                made.html.push_str("</figure>\n");
                made.images.push(Image { url: picture.url.clone(), caption: picture.caption.clone() });
            }
            Part::Table { html, lines } => {
                made.lines.extend(lines.iter().cloned());
                made.html.push_str(html);
                made.html.push('\n');
            }
            Part::Embed { url } => {
                made.html.push_str("<p><a href=\"");
                push_escaped(url, &mut made.html);
                made.html.push_str("\">Video</a></p>\n");
            }
        }
    }
    if in_list {
        made.html.push_str("</ul>\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_of_a_paragraph_goes_and_its_markup_stays() {
        assert_eq!(without_head("<strong>(CTO)</strong> - Ngày <em>8-1</em>", "(CTO) - "), "Ngày <em>8-1</em>");
        assert_eq!(without_head("<em>A &amp; B</em>: hai", "A & B: "), "hai");
    }

    #[test]
    fn lines_of_photographers_are_told_from_text() {
        for line in ["Ảnh: TTXVN", "(Nguồn ảnh: Internet)", "Đồ họa: Lê Mận", "ẢNH: LÊ MẬN - TTXVN"]
        {
            assert!(is_photographer(line), "{line}");
        }
        for line in
            ["Ảnh: cắt băng khánh thành", "Hình ảnh: ai đã từng đến đây?", "Tin, ảnh: Lê Mận", "Ảnh đẹp", "Ảnh:"]
        {
            assert!(!is_photographer(line), "{line}");
        }
    }

    #[test]
    fn by_lines_name_their_author() {
        for (line, author) in [
            ("Tin, ảnh: P.Y", Some("P.Y")),
            ("Bài và ảnh: Lê Thị Mận", Some("Lê Thị Mận")),
            ("Tác giả: Đỗ Hạnh", Some("Đỗ Hạnh")),
            ("Bài: Đỗ Hạnh - Ảnh: Lê Mận", Some("Đỗ Hạnh")),
            ("Thời gian: 8 giờ", None),
            ("Ảnh: Lê Mận", None),
        ] {
            assert_eq!(author_of(line).as_deref(), author, "{line}");
        }
    }
}
