//! The documents of the sample newsroom: feeds in every form that is met in the wild, with their habits, and article pages.
//!
//! These imitate what *others* write, mistakes included; what bantin itself publishes is made by `publish`.

use std::fmt::Write as _;

use chrono::Utc;
use serde_json::json;

use super::articles::Article;

/// How a paper writes its feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// RSS 2.0 as it should be: full text in `content:encoded`, permanent links as guid.
    Rss,
    /// RSS 2.0 in which only some categories stand, with `https` links that carry tracking parameters.
    RssSection,
    /// RSS 2.0 with HTML in the description, a tag that does not exist, and titles encoded twice.
    RssEncodedTwice,
    /// RSS 2.0 with bare ampersands, undeclared entities, tags left open, a control character, and no end.
    RssBroken,
    /// RSS 2.0 with numbers for guids and dates without a zone.
    RssNumbered,
    /// RSS 2.0 with nothing but a short description.
    RssSummary,
    /// RSS 1.0.
    Rdf,
    /// Atom with XHTML content.
    AtomXhtml,
    /// Atom with escaped HTML and no `published`.
    AtomHtml,
    /// JSON Feed 1.1.
    Json,
}

impl Form {
    pub(super) fn media_type(self) -> &'static str {
        match self {
            Self::Rdf => "application/rdf+xml; charset=utf-8",
            Self::AtomXhtml | Self::AtomHtml => "application/atom+xml; charset=utf-8",
            Self::Json => "application/feed+json; charset=utf-8",
            // As half of the papers have it.
            Self::RssBroken | Self::RssNumbered => "text/xml",
            _ => "application/rss+xml; charset=utf-8",
        }
    }
}

/// What a feed says about itself.
pub(super) struct Channel<'a> {
    pub(super) title: &'a str,
    /// The home page, absolute.
    pub(super) home: String,
    /// The address of the document, absolute.
    pub(super) address: String,
}

/// Writes `articles`, newest first, in the form of their paper. `link` gives the address of an article.
pub(super) fn feed(
    form: Form,
    channel: &Channel<'_>,
    articles: &[Article],
    link: impl Fn(&Article) -> String,
) -> String {
    match form {
        Form::Rdf => rdf(channel, articles, link),
        Form::AtomXhtml | Form::AtomHtml => atom(form, channel, articles, link),
        Form::Json => json_feed(channel, articles, link),
        Form::RssBroken => broken(channel, articles, link),
        _ => rss(form, channel, articles, link),
    }
}

/// Escapes text for XML and HTML.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

/// The whole text as HTML, with the credit line below it.
fn html(article: &Article) -> String {
    let mut out = String::new();
    for paragraph in &article.paragraphs {
        let _ = writeln!(out, "<p>{}</p>", escape(paragraph));
    }
    if let Some(credit) = article.credit {
        let _ = writeln!(out, "<p><em>{}</em></p>", escape(credit));
    }
    out
}

fn rss(form: Form, channel: &Channel<'_>, articles: &[Article], link: impl Fn(&Article) -> String) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<channel>\n<title>{}</title>\n<link>{}</link>\n\
         <description>Tin mới nhất của {}</description>\n<language>vi</language>\n",
        escape(channel.title),
        escape(&channel.home),
        escape(channel.title),
    );
    for (index, article) in articles.iter().enumerate() {
        let (link, lead) = (escape(&link(article)), escape(&article.paragraphs[0]));
        let (date, title) = (article.published.to_rfc2822(), escape(&article.title));
        let _ = writeln!(out, "<item>");
        let _ = match form {
            Form::RssEncodedTwice => writeln!(
                out,
                "<title><![CDATA[ {} ]]></title>\n<link>\n{link}\n</link>\n<guid>\n{link}\n</guid>\n<pubDate>{date}</pubDate>\n\
                 <description><![CDATA[<a href=\"{link}\"></a></br>{}]]></description>",
                named_entities(&article.title),
                html(article),
            ),
            Form::RssNumbered => writeln!(
                out,
                "<title>{title}</title>\n<link>{link}</link>\n<guid isPermaLink=\"false\">{}</guid>\n<pubDate>{}</pubDate>\n\
                 <description>{}</description>",
                1200 + (articles.len() - index),
                article.published.format("%d/%m/%Y %H:%M:%S"),
                escape(&html(article)),
            ),
            Form::RssSummary => writeln!(
                out,
                "<title>{title}</title>\n<link>{link}</link>\n<guid isPermaLink=\"true\">{link}</guid>\n<pubDate>{date}</pubDate>\n\
                 <category>{}</category>\n<description>{lead}</description>",
                escape(article.category),
            ),
            _ => writeln!(
                out,
                "<title>{title}</title>\n<link>{link}</link>\n<guid>{link}</guid>\n<pubDate>{date}</pubDate>\n\
                 <dc:creator>{}</dc:creator>\n<category>{}</category>\n<description>{lead}</description>{}",
                escape(article.author),
                escape(article.category),
                if article.summary_only {
                    String::new()
                } else {
                    format!("\n<content:encoded><![CDATA[{}]]></content:encoded>", html(article))
                },
            ),
        };
        let _ = writeln!(out, "</item>");
    }
    out.push_str("</channel>\n</rss>\n");
    out
}

/// Letters of the western alphabet as named entities, as an editor made for another language stores them.
fn named_entities(text: &str) -> String {
    const NAMES: &[(char, &str)] = &[
        ('à', "agrave"),
        ('á', "aacute"),
        ('â', "acirc"),
        ('ã', "atilde"),
        ('è', "egrave"),
        ('é', "eacute"),
        ('ê', "ecirc"),
        ('ì', "igrave"),
        ('í', "iacute"),
        ('ò', "ograve"),
        ('ó', "oacute"),
        ('ô', "ocirc"),
        ('ù', "ugrave"),
        ('ú', "uacute"),
        ('ý', "yacute"),
    ];
    let mut out = String::new();
    for c in text.chars() {
        match NAMES.iter().find(|(letter, _)| *letter == c) {
            Some((_, name)) => {
                let _ = write!(out, "&{name};");
            }
            None => out.push(c),
        }
    }
    out
}

/// The faults are those of real feeds; every one can be repaired, and no item has to be lost.
fn broken(channel: &Channel<'_>, articles: &[Article], link: impl Fn(&Article) -> String) -> String {
    let mut out = format!(
        "\n<?xml version=\"1.0\" encoding=\"utf-16\"?>\n<rss version=2.0>\n<channel>\n<title>{}</title>\n<link>{}</link>\n\
         <description>Tin bi&#7875;n&nbsp;đảo & đất liền\u{b}</description>\n",
        channel.title, channel.home,
    );
    for article in articles {
        let link = link(article);
        let date = article.published.format("%a, %d %b %Y %H:%M:%S GMT+7");
        let paragraphs = article.paragraphs.join("<br>\n");
        let _ = writeln!(
            out,
            "<item>\n<title>{}</title>\n<link>{link}?cat=2&id={}</link>\n<pubDate>{date}</pubDate>\n\
             <description><p>{paragraphs}&nbsp;</description>\n</item>",
            article.title, article.slug,
        );
    }
    out.push_str("</channel>\n");
    out
}

fn rdf(channel: &Channel<'_>, articles: &[Article], link: impl Fn(&Article) -> String) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" \
         xmlns=\"http://purl.org/rss/1.0/\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n<channel rdf:about=\"{}\">\n\
         <title>{}</title>\n<link>{}</link>\n<description>Tin trong vùng</description>\n<dc:language>vi</dc:language>\n\
         <items><rdf:Seq>\n",
        escape(&channel.address),
        escape(channel.title),
        escape(&channel.home),
    );
    for article in articles {
        let _ = writeln!(out, "<rdf:li rdf:resource=\"{}\"/>", escape(&link(article)));
    }
    out.push_str("</rdf:Seq></items>\n</channel>\n");
    for article in articles {
        let link = escape(&link(article));
        let _ = writeln!(
            out,
            "<item rdf:about=\"{link}\">\n<title>{}</title>\n<link>{link}</link>\n<dc:creator>{}</dc:creator>\n\
             <dc:date>{}</dc:date>\n<dc:subject>{}</dc:subject>\n<description>{}</description>\n</item>",
            escape(&article.title),
            escape(article.author),
            article.published.format("%Y-%m-%dT%H:%M%:z"),
            escape(article.category),
            escape(&html(article)),
        );
    }
    out.push_str("</rdf:RDF>\n");
    out
}

fn atom(form: Form, channel: &Channel<'_>, articles: &[Article], link: impl Fn(&Article) -> String) -> String {
    let updated = articles.first().map(|article| article.published.to_rfc3339()).unwrap_or_default();
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"vi\">\n<id>{0}</id>\n\
         <title>{1}</title>\n<updated>{updated}</updated>\n<link rel=\"self\" href=\"{0}\"/>\n<link rel=\"alternate\" \
         type=\"text/html\" href=\"{2}\"/>\n<rights>© {1}</rights>\n",
        escape(&channel.address),
        escape(channel.title),
        escape(&channel.home),
    );
    for article in articles {
        let link = escape(&link(article));
        let date = article.published.to_rfc3339();
        let _ = writeln!(
            out,
            "<entry>\n<id>tag:{},2026:{}</id>\n<title>{}</title>\n<link href=\"{link}\"/>\n<updated>{date}</updated>\n\
             <author><name>{}</name></author>\n<category term=\"{}\"/>",
            article.paper,
            article.slug,
            escape(&article.title),
            escape(article.author),
            escape(article.category),
        );
        let _ = match form {
            Form::AtomXhtml => writeln!(
                out,
                "<published>{date}</published>\n<content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">{}</div></content>\n</entry>",
                html(article),
            ),
            _ => writeln!(
                out,
                "<summary>{}</summary>\n<content type=\"html\">{}</content>\n</entry>",
                escape(&article.paragraphs[0]),
                escape(&html(article)),
            ),
        };
    }
    out.push_str("</feed>\n");
    out
}

fn json_feed(channel: &Channel<'_>, articles: &[Article], link: impl Fn(&Article) -> String) -> String {
    let items: Vec<_> = articles
        .iter()
        .map(|article| {
            let link = link(article);
            json!({
                "id": link,
                "url": link,
                "title": article.title,
                "content_html": html(article),
                "summary": article.paragraphs[0],
                "date_published": article.published.to_rfc3339(),
                "authors": [{ "name": article.author }],
                "tags": [article.category],
                "language": "vi",
            })
        })
        .collect();
    let feed = json!({
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.title,
        "home_page_url": channel.home,
        "feed_url": channel.address,
        "language": "vi",
        "items": items,
    });
    serde_json::to_string_pretty(&feed).unwrap_or_default()
}

/// The page of an article, with the things around it that are not the article. `visits` is shown as the view counter.
pub(super) fn page(paper: &str, article: &Article, visits: u64) -> String {
    format!(
        "<!doctype html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title} - {paper}</title>\n\
         <meta property=\"article:published_time\" content=\"{date}\">\n{STYLE}</head>\n<body>\n\
         <header><a href=\"/\">{paper}</a> <small>Báo mẫu: mọi người và sự việc ở đây đều do chúng tôi đặt ra.</small></header>\n\
         <article>\n<h1>{title}</h1>\n<p class=\"ngay\">{shown} · {author} · {category}</p>\n\
         <p class=\"luot-xem\">Lượt xem: {visits}</p>\n{body}</article>\n<footer>Bản quyền thuộc về {paper}</footer>\n</body>\n</html>\n",
        title = escape(&article.title),
        paper = escape(paper),
        date = article.published.to_rfc3339(),
        shown = article.published.format("%d/%m/%Y %H:%M"),
        author = escape(article.author),
        category = escape(article.category),
        body = html(article),
    )
}

/// The front page of the newsroom: which papers there are, and where their feeds are.
pub(super) fn front(papers: impl Iterator<Item = (&'static str, String)>) -> String {
    let mut out = format!(
        "<!doctype html>\n<html lang=\"vi\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Tòa soạn mẫu</title>\n{STYLE}</head>\n\
         <body>\n<article>\n<h1>Tòa soạn mẫu</h1>\n<p>Các báo dưới đây không có thật; bantin đọc chúng trong bản chạy thử.</p>\n<ul>\n"
    );
    for (name, address) in papers {
        let _ = writeln!(out, "<li><a href=\"{}\">{}</a></li>", escape(&address), escape(name));
    }
    out.push_str("</ul>\n</article>\n</body>\n</html>\n");
    out
}

const STYLE: &str = "<style>:root{color-scheme:light dark}body{font:1.1rem/1.6 Georgia,serif;max-width:40rem;margin:2rem auto;\
padding:0 1rem}header,footer,.ngay,.luot-xem{font:0.85rem system-ui,sans-serif;opacity:.75}h1{line-height:1.25}</style>\n";

/// The date of the newest article in the form of HTTP.
pub(super) fn last_modified(articles: &[Article]) -> Option<String> {
    let newest = articles.first()?.published.with_timezone(&Utc);
    Some(newest.format("%a, %d %b %Y %H:%M:%S GMT").to_string())
}
