//! One parsed page: its tree, its address, and the few questions everything else asks of them.

use ego_tree::NodeRef;
use scraper::{ElementRef, Html, Node, Selector};
use url::Url;

use super::tame::tame;
use crate::text;

/// Longest address believed, bytes. Servers refuse longer ones.
const MAX_ADDRESS_BYTES: usize = 2048;

/// A page, parsed from HTML that was made harmless before.
pub(crate) struct Page {
    pub(crate) html: Html,
    /// What relative addresses are resolved against: the page's `<base>`, else where it was served from.
    pub(crate) base: Url,
    /// Where it was served from.
    pub(crate) address: Url,
}

impl Page {
    /// Parses a page that was served from `address`. Anything is a page; the worst is an empty one.
    pub(crate) fn parse(html: &str, address: &Url) -> Self {
        Self::parse_tamed(&tame(html), address)
    }

    /// Parses a page that has been made harmless already.
    pub(crate) fn parse_tamed(tamed: &str, address: &Url) -> Self {
        let html = Html::parse_document(tamed);
        let base = first(&html, "base[href]")
            .and_then(|base| address.join(base.attr("href")?.trim()).ok())
            .filter(|base| matches!(base.scheme(), "http" | "https"))
            .unwrap_or_else(|| address.clone());
        Self { html, base, address: address.clone() }
    }

    /// The first element that matches `css`, which must be well-formed.
    pub(crate) fn first(&self, css: &'static str) -> Option<ElementRef<'_>> {
        first(&self.html, css)
    }

    /// All elements that match `css`, which must be well-formed, in document order.
    pub(crate) fn all(&self, css: &'static str) -> Vec<ElementRef<'_>> {
        self.html.select(&selector(css)).collect()
    }

    /// The absolute form of an `http(s)` address written in the page; `None` for other schemes, fragments and nonsense.
    pub(crate) fn resolve(&self, href: &str) -> Option<Url> {
        resolve(&self.base, href)
    }

    /// The content of the first `<meta>` whose `name`, `property` or `itemprop` is `name`, tidied; `None` if blank.
    pub(crate) fn meta(&self, name: &str) -> Option<String> {
        self.html.root_element().descendent_elements().filter(|el| el.value().name() == "meta").find_map(|el| {
            let key = el.attr("property").or_else(|| el.attr("name")).or_else(|| el.attr("itemprop"))?;
            if !key.trim().eq_ignore_ascii_case(name) {
                return None;
            }
            Some(text::clean_line(el.attr("content")?).into_owned()).filter(|content| !content.is_empty())
        })
    }

    /// The page's own language tag, with hyphens.
    pub(crate) fn language(&self) -> Option<String> {
        let tag = self.html.root_element().attr("lang").or_else(|| self.html.root_element().attr("xml:lang"))?;
        let tag = tag.trim().replace('_', "-");
        let well_formed = (2..=35).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        well_formed.then_some(tag)
    }

    /// Addresses of the feeds that the page's head offers, absolute, each once.
    pub(crate) fn feed_links(&self) -> Vec<String> {
        let mut links: Vec<String> = Vec::new();
        for el in self.all("link[rel][href]") {
            let rel = el.attr("rel").unwrap_or_default().to_ascii_lowercase();
            let kind = el.attr("type").unwrap_or_default().to_ascii_lowercase();
            let is_feed = ["rss+xml", "atom+xml", "feed+json", "rdf+xml"].iter().any(|known| kind.contains(known))
                || kind.contains("xml") && el.attr("href").is_some_and(|href| href.contains("rss"));
            if rel.split_ascii_whitespace().any(|word| word == "alternate") && is_feed {
                let href = el.attr("href").and_then(|href| self.resolve(href)).map(String::from);
                links.extend(href.filter(|href| !links.contains(href)));
            }
        }
        links
    }
}

/// The absolute form of an `http(s)` address; `None` for other schemes, bare fragments and nonsense.
pub(crate) fn resolve(base: &Url, href: &str) -> Option<Url> {
    let href = href.trim();
    if href.is_empty() || href.starts_with('#') || href.len() > MAX_ADDRESS_BYTES {
        return None;
    }
    let url = base.join(href).ok()?;
    let usable = matches!(url.scheme(), "http" | "https") && url.has_host() && url.as_str().len() <= MAX_ADDRESS_BYTES;
    usable.then_some(url)
}

/// A selector written in this program.
pub(crate) fn selector(css: &'static str) -> Selector {
    Selector::parse(css).expect("selectors written in this program are well-formed")
}

fn first<'a>(html: &'a Html, css: &'static str) -> Option<ElementRef<'a>> {
    html.select(&selector(css)).next()
}

/// Whether an element of this name begins and ends a line.
pub(crate) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "hgroup"
            | "hr"
            | "html"
            | "legend"
            | "li"
            | "main"
            | "menu"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "tr"
            | "ul"
    )
}

/// Whether the text below an element of this name is none that people read on the page.
pub(crate) fn is_hidden(name: &str) -> bool {
    matches!(
        name,
        "script"
            | "style"
            | "noscript"
            | "template"
            | "head"
            | "title"
            | "iframe"
            | "object"
            | "select"
            | "option"
            | "textarea"
            | "button"
            | "datalist"
            | "audio"
            | "video"
            | "canvas"
    )
}

/// The text of an element as one line; blocks and line breaks count as blanks, a protected mail address is shown.
pub(crate) fn text_of(el: ElementRef<'_>) -> String {
    text_within(el, usize::MAX)
}

/// The beginning of the text of an element, about `max_bytes` of it, so that asking many elements around each other
/// costs no more than the page is worth.
pub(crate) fn text_within(el: ElementRef<'_>, max_bytes: usize) -> String {
    let mut raw = String::new();
    push_text(*el, max_bytes, &mut raw);
    text::clean_line(&raw).into_owned()
}

/// Appends the text below `node`, untidied, until `out` has more than `max_bytes`.
fn push_text(node: NodeRef<'_, Node>, max_bytes: usize, out: &mut String) {
    match node.value() {
        Node::Text(text) => out.push_str(text),
        Node::Element(element) => {
            let name = element.name();
            if is_hidden(name) {
                return;
            }
            if let Some(mail) = element.attr("data-cfemail").and_then(unprotect_mail) {
                out.push_str(&mail);
                return;
            }
            let breaks = is_block(name) || name == "br";
            if breaks {
                out.push(' ');
            }
            // As deep as the tree, which `tame` bounds.
            for child in node.children() {
                if out.len() > max_bytes {
                    return;
                }
                push_text(child, max_bytes, out);
            }
            if breaks {
                out.push(' ');
            }
        }
        _ => {}
    }
}

/// The text of a `<title>`, which is hidden from [`text_of`].
pub(crate) fn text_of_title(el: ElementRef<'_>) -> String {
    text::clean_line(&el.text().collect::<String>()).into_owned()
}

/// The text that stands directly in an element, outside of the elements in it, untidied.
pub(crate) fn own_text(el: ElementRef<'_>) -> String {
    el.children().filter_map(|child| child.value().as_text().map(|text| &**text)).collect()
}

/// Reads a mail address that a content delivery network hid from robots: hexadecimal bytes, each combined with the first.
pub(crate) fn unprotect_mail(hex: &str) -> Option<String> {
    let byte = |i: usize| u8::from_str_radix(hex.get(i..i + 2)?, 16).ok();
    if hex.len() > 512 {
        return None;
    }
    let key = byte(0)?;
    let bytes: Vec<u8> = (2..hex.len()).step_by(2).map(|i| byte(i).map(|b| b ^ key)).collect::<Option<_>>()?;
    let mail = String::from_utf8(bytes).ok()?;
    let plausible = mail.contains('@') && mail.chars().all(|c| c.is_ascii_graphic());
    plausible.then_some(mail)
}

/// The class, id and role of an element in lower case, for telling what it is by how its makers called it.
pub(crate) fn called(el: ElementRef<'_>) -> String {
    let mut names = String::new();
    for attribute in ["class", "id", "role"] {
        if let Some(value) = el.attr(attribute) {
            names.push(' ');
            names.push_str(&value.to_ascii_lowercase());
        }
    }
    names
}

/// The address of a picture: where lazy pages keep the real one, the largest of a set, or `src`.
///
/// Placeholders (a blank pixel, `data:`) and the furniture of the page (icons, counters, avatars) are none.
pub(crate) fn image_address(img: ElementRef<'_>, page: &Page) -> Option<String> {
    if tiny(img) {
        return None;
    }
    const LAZY: [&str; 9] = [
        "data-src",
        "data-original",
        "data-lazy-src",
        "data-lazy",
        "data-url",
        "data-image",
        "data-original-src",
        "data-thumb",
        "data-full",
    ];
    let lazy = LAZY.iter().filter_map(|name| img.attr(name)).map(str::to_owned);
    let sets = ["data-srcset", "data-lazy-srcset", "srcset"].iter().filter_map(|name| largest(img.attr(name)?));
    let picture = img.parent().and_then(ElementRef::wrap).filter(|parent| parent.value().name() == "picture");
    let sources = picture.into_iter().flat_map(|picture| {
        let sources = picture.child_elements().filter(|child| child.value().name() == "source");
        sources.filter_map(|source| largest(source.attr("data-srcset").or_else(|| source.attr("srcset"))?))
    });
    let plain = img.attr("src").map(str::to_owned);
    lazy.chain(plain.filter(|src| !is_placeholder(src)))
        .chain(sets)
        .chain(sources)
        .filter(|address| !is_placeholder(address))
        .find_map(|address| page.resolve(&address))
        .map(String::from)
}

/// The candidate with the largest width or density of a `srcset`.
fn largest(set: &str) -> Option<String> {
    let mut best: Option<(f32, &str)> = None;
    // Candidates are separated by a comma and white space; commas inside of addresses are followed by neither.
    for candidate in set.split(", ").flat_map(|part| part.split(",\n")) {
        let mut words = candidate.split_ascii_whitespace();
        let Some(address) = words.next() else { continue };
        let size = words.next().and_then(|word| word.trim_end_matches(['w', 'x', ',']).parse().ok()).unwrap_or(1.0);
        if best.is_none_or(|(largest, _)| size > largest) {
            best = Some((size, address.trim_end_matches(',')));
        }
    }
    best.map(|(_, address)| address.to_owned())
}

/// Whether the page itself says that a picture is smaller than any that belongs to an article.
fn tiny(img: ElementRef<'_>) -> bool {
    let size = |name| img.attr(name).and_then(|value| value.trim().trim_end_matches("px").parse::<u32>().ok());
    size("width").is_some_and(|width| width < 48) || size("height").is_some_and(|height| height < 48)
}

fn is_placeholder(address: &str) -> bool {
    let address = address.trim().to_ascii_lowercase();
    if address.is_empty() || address.starts_with("data:") || address.starts_with("about:") {
        return true;
    }
    let file = address.split(['?', '#']).next().unwrap_or_default().rsplit('/').next().unwrap_or_default().to_owned();
    const STANDING_IN: [&str; 9] =
        ["blank", "spacer", "pixel", "1x1", "transparent", "loading", "lazyload", "placeholder", "noimage"];
    const FURNITURE: [&str; 8] = ["icon", "icons", "ico", "btn", "button", "arrow", "bullet", "sprite"];
    let mut words = file.split(|c: char| !c.is_ascii_alphanumeric());
    let first = words.next().unwrap_or_default();
    // "Mới!" in letters that move, behind or before the headlines of old portals.
    const FLAGS: [&str; 6] = ["new", "news", "hot", "moi", "star", "flag"];
    file.ends_with(".svg")
        || file
            .strip_suffix(".gif")
            .is_some_and(|stem| FLAGS.contains(&stem.trim_matches(|c: char| !c.is_alphabetic())))
        || FURNITURE.contains(&first)
        || file.starts_with("no-image")
        || file.starts_with("no_image")
        || STANDING_IN.contains(&first)
        || words.any(|word| STANDING_IN.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(html: &str) -> Page {
        Page::parse(html, &Url::parse("https://tinh.example/tin/trang.html").unwrap())
    }

    #[track_caller]
    fn image(img: &str, expected: Option<&str>) {
        let page = page(img);
        let address = image_address(page.first("img").expect("a picture"), &page);
        assert_eq!(address.as_deref(), expected);
    }

    #[test]
    fn resolves_against_the_base_of_the_page() {
        let page = page("<base href='/goc/'><a href='a.html'>x</a>");
        assert_eq!(page.resolve("a.html").unwrap().as_str(), "https://tinh.example/goc/a.html");
    }

    #[test]
    fn ignores_a_base_that_is_no_web_address() {
        let page = page("<base href='javascript:alert(1)//'>");
        assert_eq!(page.resolve("a").unwrap().as_str(), "https://tinh.example/tin/a");
    }

    #[test]
    fn a_moving_flag_is_no_picture() {
        image("<img src='/images/new.gif'>", None);
        image("<img src='/images/New2.gif'>", None);
        image("<img src='/images/new-bridge.jpg'>", Some("https://tinh.example/images/new-bridge.jpg"));
    }

    #[test]
    fn gives_no_address_for_scripts_mail_and_fragments() {
        let page = page("");
        for href in ["javascript:void(0)", "mailto:a@b.vn", "tel:113", "#dau", "", "data:text/html,x", "http://"] {
            assert_eq!(page.resolve(href), None, "{href}");
        }
    }

    #[test]
    fn text_is_one_line_without_scripts_and_forms() {
        let page = page("<p>Một<br>hai <b>ba</b><script>x</script><select><option>y</select></p>");
        assert_eq!(text_of(page.first("p").unwrap()), "Một hai ba");
    }

    #[test]
    fn shows_a_protected_mail_address() {
        // "toasoan@tinh.example" with the key 0x2a.
        let hex: String = std::iter::once(0x2a).chain("toasoan@tinh.example".bytes().map(|b| b ^ 0x2a)).fold(
            String::new(),
            |mut hex, b: u8| {
                hex.push_str(&format!("{b:02x}"));
                hex
            },
        );
        let page = page(&format!("<p>Thư: <a class=__cf_email__ data-cfemail={hex}>[email&#160;protected]</a></p>"));
        assert_eq!(text_of(page.first("p").unwrap()), "Thư: toasoan@tinh.example");
        assert_eq!(unprotect_mail("2a"), None);
        assert_eq!(unprotect_mail("zz"), None);
        assert_eq!(unprotect_mail("2ấ"), None);
    }

    #[test]
    fn prefers_the_address_that_a_lazy_picture_keeps_back() {
        image("<img src=/blank.gif data-src=/anh/a.jpg>", Some("https://tinh.example/anh/a.jpg"));
        image(
            "<img src='data:image/gif;base64,R0' data-original='//cdn.example/a.jpg'>",
            Some("https://cdn.example/a.jpg"),
        );
    }

    #[test]
    fn takes_the_largest_of_a_set() {
        image(
            "<img srcset='/a-300.jpg 300w, /a-900.jpg 900w, /a-600.jpg 600w'>",
            Some("https://tinh.example/a-900.jpg"),
        );
        image(
            "<picture><source srcset='/b.webp 2x'><img src='/loading.gif'></picture>",
            Some("https://tinh.example/b.webp"),
        );
    }

    #[test]
    fn takes_no_furniture_for_a_picture() {
        image("<img src=/images/icon-print.png>", None);
        image("<img src=/a.jpg width=16 height=16>", None);
        image("<img src=/images/logo.svg>", None);
        image("<img src=/anh/blueprint-icons.jpg>", Some("https://tinh.example/anh/blueprint-icons.jpg"));
        image("<img alt=x>", None);
    }

    #[test]
    fn finds_the_feeds_that_the_head_offers() {
        let page = page(
            "<link rel=alternate type='application/rss+xml' href='/rss/home.rss'>
             <link rel='alternate' type='application/rss+xml' href='/rss/home.rss'>
             <link rel=alternate hreflang=en href='/en'><link rel=stylesheet href=a.css>",
        );
        assert_eq!(page.feed_links(), ["https://tinh.example/rss/home.rss"]);
    }

    #[test]
    fn reads_meta_by_name_or_property_without_case() {
        let page = page("<meta property='OG:Title' content=' Tin  mới '><meta name=description content=''>");
        assert_eq!(page.meta("og:title").as_deref(), Some("Tin mới"));
        assert_eq!(page.meta("description"), None);
    }
}
