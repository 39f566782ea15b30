//! What an address and its link tell about what lies behind them: an article, a section, or nothing of ours.

use std::collections::HashMap;

use ego_tree::NodeId;
use scraper::ElementRef;
use url::Url;

use super::page::{Page, called, is_block, text_of, text_within};
use crate::text;

/// Fewest characters of a text that may be a headline; section names are mostly shorter.
const MIN_HEADLINE_CHARS: usize = 20;

/// Fewest syllables of a text that may be a headline. `Xây dựng Đảng và hệ thống chính trị` has nine, so this alone
/// does not tell a menu from a list.
const MIN_HEADLINE_SYLLABLES: usize = 4;

/// Most links of a page that are looked at; the largest home page seen has 900.
const MAX_LINKS: usize = 5_000;

/// A link that may lead to an article of this site.
#[derive(Debug, Clone)]
pub(crate) struct Link<'a> {
    pub(crate) anchor: ElementRef<'a>,
    /// Absolute, without fragment.
    pub(crate) url: String,
    /// Whether the text looks like a headline, or the address like an article's and the text is more than a word.
    pub(crate) headline: bool,
}

/// The links of a page to other pages of the same site, in document order.
pub(crate) fn links(page: &Page) -> Vec<Link<'_>> {
    let mut links = Vec::new();
    for anchor in page.all("a[href]").into_iter().take(MAX_LINKS) {
        let Some(mut url) = anchor.attr("href").and_then(|href| page.resolve(href)) else { continue };
        url.set_fragment(None);
        if !same_site(&page.address, &url) || url.path() == "/" && url.query().is_none() || is_same(&page.address, &url)
        {
            continue;
        }
        let text = text_of(anchor);
        let shaped = is_article_shaped(&url);
        let headline = is_headline(&text) || shaped && text.chars().count() >= 12 && text.contains(' ');
        links.push(Link { anchor, url: url.into(), headline });
    }
    links
}

/// Whether `text` is long enough for a headline.
pub(crate) fn is_headline(text: &str) -> bool {
    text.chars().count() >= MIN_HEADLINE_CHARS && text.split(' ').count() >= MIN_HEADLINE_SYLLABLES
}

fn is_same(a: &Url, b: &Url) -> bool {
    a.host_str() == b.host_str() && a.path() == b.path() && a.query() == b.query()
}

/// Whether two addresses belong to one site: the same host but for `www.`, or hosts below the same registered name.
pub(crate) fn same_site(a: &Url, b: &Url) -> bool {
    match (a.host_str(), b.host_str()) {
        (Some(a), Some(b)) => a == b || registered(a) == registered(b) && a.parse::<std::net::IpAddr>().is_err(),
        _ => false,
    }
}

/// The part of a host name that its owner registered, by the rule of `.vn`: two labels, three below `gov.vn` and its kind.
fn registered(host: &str) -> &str {
    let labels: Vec<&str> = host.rsplitn(4, '.').collect();
    let second = labels.get(1).copied().unwrap_or_default();
    let public = matches!(
        second,
        "com" | "net" | "org" | "edu" | "gov" | "info" | "name" | "pro" | "health" | "int" | "ac" | "co"
    );
    let keep = if public && labels.len() > 2 { 3 } else { 2 };
    let length: usize = labels.iter().take(keep).map(|label| label.len() + 1).sum();
    &host[host.len().saturating_sub(length.saturating_sub(1))..]
}

/// Whether an address looks like that of an article: a slug of many words, a long number, a date, an id in the query.
pub(crate) fn is_article_shaped(url: &Url) -> bool {
    let path = url.path();
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let words = stem.split(['-', '_']).filter(|word| !word.is_empty()).count();
    let longest_number = stem.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0);
    let extension = last.len() > stem.len();
    let id_in_query = url.query_pairs().any(|(key, value)| {
        let key = key.to_ascii_lowercase();
        let names_an_article = ["itemid", "newsid", "articleid", "id", "item", "tinid", "postid", "p", "vid", "entry"];
        names_an_article.contains(&key.as_str()) && value.len() >= 2 && value.bytes().any(|b| b.is_ascii_digit())
    });
    let tail = stem.rsplit(['-', '_']).next().unwrap_or_default();
    let hexadecimal_id = words >= 2 && is_hexadecimal_id(tail);
    words >= 6
        || longest_number >= 5
        || hexadecimal_id
        || words >= 4 && (extension || longest_number >= 3)
        || id_in_query
}

/// Whether two addresses name one article: both look like an article's, and the last part of their paths is the same (below
/// another section, on the site for phones, at another outlet), or on one site the number of the article is.
pub(crate) fn names_same_article(one: &str, other: &str) -> bool {
    let (Ok(one), Ok(other)) = (Url::parse(one), Url::parse(other)) else { return false };
    if !is_article_shaped(&one) || !is_article_shaped(&other) {
        return false;
    }
    let last = |url: &Url| {
        let last = url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        last.rsplit_once('.').map_or(last, |(stem, _)| stem).to_lowercase()
    };
    let number = |url: &Url| {
        let numbers = last(url);
        let longest = numbers.split(|c: char| !c.is_ascii_digit()).max_by_key(|digits| digits.len()).map(str::to_owned);
        let asked = url.query_pairs().map(|(_, value)| value.into_owned()).find(|value| is_number(value));
        longest.filter(|digits| is_number(digits)).or(asked)
    };
    let (slug, same_slug) = (last(&one), last(&one) == last(&other));
    let telling =
        slug.split(['-', '_']).filter(|word| !word.is_empty()).count() >= 4 || slug.bytes().any(|b| b.is_ascii_digit());
    same_slug && telling && one.query() == other.query()
        || same_site(&one, &other) && number(&one).is_some() && number(&one) == number(&other)
}

fn is_number(digits: &str) -> bool {
    digits.len() >= 5 && digits.bytes().all(|b| b.is_ascii_digit())
}

/// The seven hexadecimal digits that some systems end their addresses in.
fn is_hexadecimal_id(tail: &str) -> bool {
    tail.len() >= 6 && tail.bytes().all(|b| b.is_ascii_hexdigit()) && tail.bytes().any(|b| b.is_ascii_digit())
}

/// The shape of an address: what all articles of one site have in common, and its sections and tags have not.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Shape {
    host: String,
    extension: String,
    /// Letters and digits of the last number of the last segment: `-a123456` and `-post123456` differ from `-123456`.
    id: String,
    query_keys: Vec<String>,
}

pub(crate) fn shape(url: &str) -> Option<Shape> {
    let url = Url::parse(url).ok()?;
    let last = url.path().trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let (stem, extension) = last.rsplit_once('.').unwrap_or((last, ""));
    // "…-nam-2025" ends in a year of the title; "…-viet-nam-4521" does not.
    let is_year = |end: &str| end.parse().is_ok_and(|year: u32| (1900..2100).contains(&year));
    let ends_in_year = stem.rsplit_once("-nam-").is_some_and(|(_, end)| is_year(end));
    let tail = if ends_in_year { "" } else { stem.rsplit(['-', '_']).next().unwrap_or_default() };
    let digits = tail.bytes().filter(u8::is_ascii_digit).count();
    let id = match digits {
        _ if is_hexadecimal_id(tail) => "#".to_owned(),
        0..3 => String::new(),
        _ => tail.chars().filter(|c| !c.is_ascii_digit()).take(8).collect::<String>() + "#",
    };
    Some(Shape {
        host: url.host_str().unwrap_or_default().trim_start_matches("www.").to_owned(),
        extension: extension.to_ascii_lowercase(),
        id,
        query_keys: url.query_pairs().map(|(key, _)| key.into_owned()).collect(),
    })
}

/// For every element: whether the links below it lead to one article or to several.
pub(crate) struct Territories {
    /// The one article below an element, as an index; `None` if there are several.
    owner: HashMap<NodeId, Option<usize>>,
}

impl Territories {
    /// Maps who stands where; `claims` are elements and the number of the article they belong to.
    pub(crate) fn of<'a>(claims: impl Iterator<Item = (ElementRef<'a>, usize)>) -> Self {
        let mut owner: HashMap<NodeId, Option<usize>> = HashMap::new();
        for (el, article) in claims {
            for node in std::iter::once(*el).chain(el.ancestors()) {
                match owner.get(&node.id()) {
                    None => {
                        owner.insert(node.id(), Some(article));
                    }
                    // Whoever stands above knows it already.
                    Some(None) => break,
                    Some(Some(other)) if *other == article => break,
                    Some(Some(_)) => {
                        owner.insert(node.id(), None);
                    }
                }
            }
        }
        Self { owner }
    }

    /// Whether several articles have links below `el`.
    pub(crate) fn is_shared(&self, el: ElementRef<'_>) -> bool {
        matches!(self.owner.get(&el.id()), Some(None))
    }

    /// Whether any article has a link below `el`.
    pub(crate) fn is_claimed(&self, el: ElementRef<'_>) -> bool {
        self.owner.contains_key(&el.id())
    }

    /// The highest element around `el` that belongs to the same article alone.
    pub(crate) fn block_of<'a>(&self, el: ElementRef<'a>) -> ElementRef<'a> {
        let mut block = el;
        for parent in el.ancestors().filter_map(ElementRef::wrap) {
            if self.is_shared(parent) || matches!(parent.value().name(), "body" | "html" | "main") {
                break;
            }
            block = parent;
        }
        block
    }
}

/// Tells which parts of a page never hold the list: navigation, most-read boxes, tags, adverts.
#[derive(Default)]
pub(crate) struct Furniture {
    known: HashMap<NodeId, bool>,
}

impl Furniture {
    /// Whether `el` is or stands in such a part.
    pub(crate) fn holds(&mut self, el: ElementRef<'_>) -> bool {
        if let Some(&known) = self.known.get(&el.id()) {
            return known;
        }
        // One call deeper for each level of the tree, which `tame` bounds.
        let answer = is_furniture_itself(el) || el.parent().and_then(ElementRef::wrap).is_some_and(|up| self.holds(up));
        self.known.insert(el.id(), answer);
        answer
    }
}

fn is_furniture_itself(el: ElementRef<'_>) -> bool {
    let name = el.value().name();
    match name {
        "nav" | "footer" => return true,
        "body" | "html" | "main" | "article" | "h1" | "h2" | "h3" | "a" => return false,
        _ => {}
    }
    if named_furniture(&called(el)) {
        return true;
    }
    is_block(name) && headed_furniture(el)
}

/// By the words of class and id.
fn named_furniture(called: &str) -> bool {
    const WORDS: [&str; 45] = [
        "nav",
        "navbar",
        "menu",
        "mainmenu",
        "submenu",
        "megamenu",
        "topmenu",
        "menutop",
        "breadcrumb",
        "breadcrumbs",
        "footer",
        "pagination",
        "pager",
        "paging",
        "phantrang",
        "tags",
        "tag",
        "tagcloud",
        "tukhoa",
        "keyword",
        "keywords",
        "mostread",
        "mostview",
        "mostviewed",
        "popular",
        "topview",
        "docnhieu",
        "xemnhieu",
        "tindocnhieu",
        "tinxemnhieu",
        "related",
        "lienquan",
        "tinlienquan",
        "advert",
        "ads",
        "adv",
        "banner",
        "quangcao",
        "qc",
        "weblink",
        "lienket",
        "marquee",
        "ticker",
        "comment",
        "comments",
    ];
    let mut joined = String::new();
    for token in called.split_ascii_whitespace() {
        joined.clear();
        // `box-most-read` counts as `mostread`, and as each of its words but the vague ones.
        joined.extend(token.chars().filter(|c| c.is_ascii_alphanumeric()));
        if WORDS.contains(&joined.as_str())
            || ["mostread", "mostview", "docnhieu", "xemnhieu", "lienquan", "quangcao", "breadcrumb"]
                .iter()
                .any(|word| joined.contains(word))
        {
            return true;
        }
        let parts = token.split(['-', '_']).filter(|part| !part.is_empty());
        if parts.clone().count() > 1
            && parts.into_iter().any(|part| {
                matches!(
                    part,
                    "nav"
                        | "navbar"
                        | "menu"
                        | "footer"
                        | "pagination"
                        | "breadcrumb"
                        | "tags"
                        | "popular"
                        | "related"
                        | "advert"
                        | "ads"
                        | "banner"
                        | "comments"
                        | "paging"
                )
            })
        {
            return true;
        }
    }
    false
}

/// By the words that stand over it.
fn headed_furniture(el: ElementRef<'_>) -> bool {
    const HEADINGS: [&str; 17] = [
        "doc nhieu",
        "xem nhieu",
        "quan tam nhieu",
        "duoc quan tam",
        "tin lien quan",
        "bai lien quan",
        "lien ket web",
        "website lien ket",
        "lien ket website",
        "quang cao",
        "tu khoa",
        "the tag",
        "co the ban quan tam",
        "tham do y kien",
        "thong ke truy cap",
        "binh luan",
        "most read",
    ];
    // The heading is the first thing in the box, alone or in a wrapper.
    let mut first =
        el.child_elements().find(|child| !matches!(child.value().name(), "img" | "i" | "a" | "br" | "input"));
    for _ in 0..3 {
        let Some(head) = first else { return false };
        let line = text_within(head, 400);
        if line.len() > 400 {
            first = head.child_elements().next();
            continue;
        }
        let is_title = line.chars().count() <= 40;
        return is_title && {
            let plain = text::stripped(&text::folded(&line));
            // "5 bình luận" beside a date is a counter.
            let counts = |before: &str| before.trim_end().ends_with(|c: char| c.is_ascii_digit());
            HEADINGS.iter().any(|heading| plain.split_once(heading).is_some_and(|(before, _)| !counts(before)))
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(address: &str) -> Url {
        Url::parse(address).unwrap()
    }

    #[track_caller]
    fn shaped(path: &str, expected: bool) {
        assert_eq!(is_article_shaped(&url(&format!("https://a.vn{path}"))), expected, "{path}");
    }

    #[test]
    fn addresses_of_articles_are_told_from_those_of_sections() {
        for path in [
            "/khanh-thanh-cau-ben-say-a196670.html",
            "/d20220607082731436.htm",
            "/Default.aspx?tabid=62&ItemID=4521",
            "/thoi-su/202603/khanh-thanh-cau-0f3a9c1/",
            "/khanh-thanh-cau-ben-say-noi-hai-bo",
        ] {
            shaped(path, true);
        }
        for path in
            ["/thoi-su", "/kinh-te/", "/xay-dung-dang", "/tin-tuc?page=2", "/Default.aspx?tabid=62", "/lien-he.html"]
        {
            shaped(path, false);
        }
    }

    #[test]
    fn two_addresses_of_one_article_are_told_from_those_of_two() {
        let here = "https://bao.vn/thoi-su/khanh-thanh-cau-ben-say-100123.html";
        for other in [
            "https://m.bao.vn/khanh-thanh-cau-ben-say-100123.html",
            "https://baotinh.vn/tin/khanh-thanh-cau-ben-say-100123.html",
            "https://bao.vn/d100123.html",
        ] {
            assert!(names_same_article(here, other), "{other}");
        }
        assert!(names_same_article("https://a.vn/tin?id=100123", "https://a.vn/khanh-thanh-cau-100123.html"));
        for other in [
            "https://bao.vn/",
            "https://bao.vn/thoi-su",
            "https://bao.vn/thoi-su/khanh-thanh-cau-ben-say-100124.html",
            "https://khac.vn/d100123.html",
            "khanh-thanh-cau-ben-say-100123.html",
        ] {
            assert!(!names_same_article(here, other), "{other}");
        }
        assert!(!names_same_article("https://a.vn/chi-tiet.aspx?id=17001", "https://a.vn/chi-tiet.aspx?id=17002"));
    }

    #[test]
    fn the_year_of_a_title_is_no_id_and_an_id_is_no_year() {
        let shape = |slug: &str| shape(&format!("https://a.vn/{slug}.html"));
        let plain = shape("khanh-thanh-cau-ben-say");
        assert_eq!(shape("ke-hoach-nam-2025"), plain);
        let numbered = shape("khanh-thanh-cau-ben-say-4522");
        assert_ne!(numbered, plain);
        assert_eq!(shape("hoi-nong-dan-viet-nam-4521"), numbered);
    }

    #[test]
    fn one_site_has_one_registered_name() {
        let same = |a: &str, b: &str| same_site(&url(a), &url(b));
        assert!(same("https://baocantho.com.vn/", "https://www.baocantho.com.vn/x"));
        assert!(same("https://hanam.gov.vn/", "https://stttt.hanam.gov.vn/x"));
        assert!(!same("https://hanam.gov.vn/", "https://ninhbinh.gov.vn/x"));
        assert!(!same("https://a.com.vn/", "https://b.com.vn/"));
        assert!(same("http://127.0.0.1:8080/a", "http://127.0.0.1:8080/b"));
        assert!(!same("http://10.0.0.1/", "http://192.0.0.1/"));
    }

    #[test]
    fn articles_of_one_site_have_one_shape() {
        let one = shape("https://a.vn/khanh-thanh-cau-post100123.html");
        assert_eq!(one, shape("https://www.a.vn/mot-bai-khac-han-post100999.html"));
        assert_ne!(one, shape("https://a.vn/khanh-thanh-cau-event12345.html"));
        assert_ne!(one, shape("https://a.vn/thoi-su"));
        assert_eq!(shape("https://a.vn/x/bai-mot-0f3a9c1/"), shape("https://a.vn/x/bai-hai-77aa001/"));
    }

    #[track_caller]
    fn furniture(html: &str, expected: bool) {
        let page = Page::parse(&format!("<main>{html}</main>"), &url("https://a.vn/"));
        let link = page.first("a#x").expect("a link");
        assert_eq!(Furniture::default().holds(link), expected, "{html}");
    }

    #[test]
    fn furniture_is_known_by_name_or_by_heading() {
        furniture("<nav><a id=x>x</a></nav>", true);
        furniture("<div class='box-most-read'><a id=x>x</a></div>", true);
        furniture("<div class=hop><h4>Tin đọc nhiều</h4><ul><li><a id=x>x</a></ul></div>", true);
        furniture("<div><div class=dau><span>XEM NHIỀU NHẤT</span></div><p><a id=x>x</a></p></div>", true);
        furniture("<ul class='tags clearfix'><li><a id=x>x</a></ul>", true);
    }

    #[test]
    fn a_list_of_news_is_no_furniture() {
        furniture("<div class=list-news><h2>Tin mới</h2><a id=x>x</a></div>", false);
        furniture("<article class='post tag-nong-thon'><h2><a id=x>x</a></h2></article>", false);
        furniture("<div class=advance-layout><a id=x>x</a></div>", false);
        furniture("<div><a id=x>x</a><p>26 phút trước · 5 bình luận</p></div>", false);
        furniture(
            "<div><p>Lãnh đạo tỉnh xem nhiều gian hàng tại hội chợ trong buổi sáng khai mạc hôm nay</p><a id=x>x</a></div>",
            false,
        );
    }

    #[test]
    fn a_block_ends_where_another_article_begins() {
        let page = Page::parse(
            "<div id=list><div id=a><p><a id=one href=/1>1</a></p></div><div id=b><a id=two href=/2>2</a></div></div>",
            &url("https://a.vn/"),
        );
        let (one, two) = (page.first("#one").unwrap(), page.first("#two").unwrap());
        let territories = Territories::of([(one, 0), (two, 1)].into_iter());
        assert_eq!(territories.block_of(one).attr("id"), Some("a"));
        assert!(territories.is_shared(page.first("#list").unwrap()));
    }
}
