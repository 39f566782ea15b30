//! What elements inside of a body are, by how their makers called them: captions, or no text at all.

use scraper::ElementRef;

use crate::extract::html::page::{called, text_within};
use crate::extract::html::select::ArticleSelectors;

/// Whether an element is called a caption.
pub(super) fn is_called_caption(el: ElementRef<'_>, rules: &ArticleSelectors) -> bool {
    if rules.caption.as_ref().is_some_and(|caption| caption.matches(el)) {
        return true;
    }
    let Some(class) = el.attr("class") else { return false };
    let class = class.to_ascii_lowercase();
    let named = [
        "caption",
        "image_desc",
        "image-desc",
        "imgdesc",
        "img-desc",
        "chuthich",
        "chu-thich",
        "chu_thich",
        "photodesc",
    ]
    .iter()
    .any(|word| class.contains(word));
    named && !el.descendent_elements().any(|inner| inner.value().name() == "img")
}

/// Whether an element inside of a body is no text of the article: removed by rule, hidden, or called so.
pub(super) fn is_unwanted(el: ElementRef<'_>, rules: &ArticleSelectors, heed_names: bool) -> bool {
    if rules.remove.as_ref().is_some_and(|remove| remove.matches(el)) || el.attr("hidden").is_some() {
        return true;
    }
    let style = el.attr("style").unwrap_or_default().to_ascii_lowercase();
    if style.contains("display:none") || style.contains("display: none") || style.contains("visibility:hidden") {
        return true;
    }
    match el.value().name() {
        _ if !heed_names => return false,
        "nav" | "footer" | "form" | "aside" | "menu" => {}
        _ if is_called_unwanted(&called(el)) => {}
        _ => return false,
    }
    // A name proves nothing against a page of text: `share-content` may be all there is.
    const ENOUGH: usize = 20_000;
    let words = text_within(el, ENOUGH);
    let anchors = el.descendent_elements().filter(|inner| inner.value().name() == "a").take(500);
    let linked: usize = anchors.map(|anchor| text_within(anchor, ENOUGH).chars().count()).sum();
    words.chars().count().saturating_sub(linked) < 1_000
}

/// By the words of class and id, as a whole and part by part.
fn is_called_unwanted(called: &str) -> bool {
    const PARTS: [&str; 41] = [
        "share",
        "sharing",
        "social",
        "sociallist",
        "related",
        "relate",
        "lienquan",
        "tags",
        "tag",
        "print",
        "toolbar",
        "tools",
        "rating",
        "vote",
        "comment",
        "comments",
        "advert",
        "advertisement",
        "ads",
        "adv",
        "adsbygoogle",
        "banner",
        "quangcao",
        "breadcrumb",
        "breadcrumbs",
        "pagination",
        "newsletter",
        "subscribe",
        "login",
        "luotxem",
        "viewcount",
        "statistic",
        "sidebar",
        "fontsize",
        "zalo",
        "like",
        "widget",
        "popup",
        "modal",
        "promo",
        "sponsored",
    ];
    const WHOLE: [&str; 9] = [
        "tinlienquan",
        "relatednews",
        "relatedarticle",
        "boxlienquan",
        "newsrelated",
        "cacbaikhac",
        "tinkhac",
        "tincungchuyenmuc",
        "articlerelated",
    ];
    called.split_ascii_whitespace().any(|token| {
        let joined: String = token.chars().filter(char::is_ascii_alphanumeric).collect();
        WHOLE.iter().any(|word| joined.contains(word)) || token.split(['-', '_', ':']).any(|part| PARTS.contains(&part))
    })
}
