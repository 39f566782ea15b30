//! Portals without a feed: a page that lists articles, and their pages, with the noise that real ones are made of.
//!
//! One is read by a shipped profile, the other by selectors of its own; the latter is redesigned while the demo runs, so
//! that one sees how that shows.

use std::fmt::Write as _;
use std::time::Duration;

use super::articles::Article;
use super::documents::escape;

/// When the second portal gets its new clothes.
pub(super) const REDESIGN: Duration = Duration::from_secs(60);

/// One portal of the newsroom.
pub(super) struct Portal {
    /// The id of its source, and the first part of its addresses.
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) province: &'static str,
    /// Its listing.
    pub(super) path: &'static str,
    /// How its source is configured beyond that.
    pub(super) keys: &'static str,
    /// Whether it is the one that changes.
    changes: bool,
}

pub(super) const PORTALS: [Portal; 2] = [
    Portal {
        id: "cong-tam-dao-ha",
        title: "Cổng thông tin Tam Đảo Hạ",
        province: "Vĩnh Phúc",
        path: "/cong-tam-dao-ha/tin-tuc-su-kien",
        keys: "kind     = \"html\"\nprofile  = \"vnportal\"\narticle  = true\n",
        changes: false,
    },
    Portal {
        id: "cong-song-lo",
        title: "Cổng thông tin Sông Lô",
        province: "Tuyên Quang",
        path: "/cong-song-lo/tin-moi",
        keys: "kind     = \"html\"\narticle  = true\n[source.html]\nitem = \".tin-moi .dong-tin\"\nlink = \"a.tieu-de\"\ndate = \".ngay\"\n",
        changes: true,
    },
];

/// The listing of a portal's articles when the demo has run for `elapsed`.
pub(super) fn listing(portal: &Portal, articles: &[Article], elapsed: Duration) -> String {
    let visits = 20_000 + elapsed.as_secs();
    let mut rows = String::new();
    for article in articles {
        let (title, lead) = (escape(&article.title), escape(&article.paragraphs[0]));
        let link = format!("/{}/{}.html", article.paper, article.slug);
        let date = article.published.format("%d/%m/%Y");
        let _ = match (portal.changes, elapsed >= REDESIGN) {
            (false, _) => writeln!(
                rows,
                "<div class=\"item\"><a class=\"title\" href=\"{link}\">{title}</a><span class=\"PostDate\">{date}</span>\
                 <div class=\"Summary\">{lead}</div></div>"
            ),
            (true, false) => writeln!(
                rows,
                "<li class=\"dong-tin\"><a class=\"tieu-de\" href=\"{link}\">{title}</a> <i class=\"ngay\">({date})</i><p>{lead}</p></li>"
            ),
            (true, true) => writeln!(
                rows,
                "<article class=\"card\"><h3 class=\"card__title\"><a href=\"{link}\">{title}</a></h3>\
                 <time class=\"card__time\">{date}</time><p class=\"card__desc\">{lead}</p></article>"
            ),
        };
    }
    let list = match (portal.changes, elapsed >= REDESIGN) {
        (false, _) => format!("<div class=\"UIListNews_Default\">{rows}</div>"),
        (true, false) => format!("<ul class=\"tin-moi\">{rows}</ul>"),
        (true, true) => format!("<section class=\"cards\">{rows}</section>"),
    };
    frame(portal, portal.title, &list, visits)
}

/// The page of one of its articles.
pub(super) fn page(portal: &Portal, article: &Article, elapsed: Duration) -> String {
    let visits = 591 + elapsed.as_secs() / 3;
    let mut body = String::new();
    for (number, paragraph) in article.paragraphs.iter().enumerate().skip(1) {
        let _ = writeln!(body, "<p style=\"text-align: justify;\">{}</p>", escape(paragraph));
        if number == 1 {
            let _ = writeln!(
                body,
                "<p style=\"text-align: center;\"><img src=\"/anh/{}.jpg\" alt=\"anh tin bai\"></p>\
                 <p style=\"text-align: center;\"><em>Hình ảnh do cộng tác viên của cổng cung cấp.</em></p>",
                article.slug
            );
        }
    }
    if let Some(credit) = article.credit {
        let _ = writeln!(body, "<p style=\"text-align: right;\"><strong>{}</strong></p>", escape(credit));
    }
    let main = format!(
        "<div class=\"ArticleHeader\"><h1>{}</h1></div><div class=\"PostDate\">{}</div><div>Lượt xem: {visits}</div>\
         <div class=\"ArticleSummary\">{}</div><div class=\"ArticleContent\">{body}</div>\
         <div class=\"share\"><a href=\"#\">In trang</a> <a href=\"#\">Gửi email</a></div>",
        escape(&article.title),
        article.published.format("%d/%m/%Y | %H:%M"),
        escape(&article.paragraphs[0]),
    );
    frame(portal, &article.title, &main, visits)
}

fn frame(portal: &Portal, title: &str, main: &str, visits: u64) -> String {
    format!(
        "<!doctype html>\n<html lang=\"vi\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\n<body>\n\
         <div class=\"banner\"><img src=\"/anh/co.gif\" alt=\"Ảnh cờ động\"></div>\n\
         <ul class=\"menu\"><li><a href=\"/\">Trang chủ</a></li><li><a href=\"{path}\">Tin tức</a></li></ul>\n\
         <div class=\"slider\">No title... No title...</div>\n{main}\n\
         <div class=\"thong-ke\">Thống kê truy cập<br>Đang online: {online}<br>Hôm nay: {visits}<br>Tất cả: {total}</div>\n\
         <a href=\"/dang-nhap\">Đăng nhập</a>\n</body></html>\n",
        title = escape(title),
        path = portal.path,
        online = visits % 17 + 1,
        total = visits * 31,
    )
}
