//! Lists of every shape, on pages of which nothing is known.

use bantin::dates::Context;
use bantin::extract::html::{Listing, listing};
use url::Url;

const TITLES: [&str; 6] = [
    "Khánh thành cầu Bến Sậy nối hai bờ sông",
    "Hợp tác xã xuất lô bưởi đầu tiên sang thị trường khó tính",
    "Thư viện lưu động về với học sinh vùng cao",
    "Diễn tập ứng phó sạt lở và tìm kiếm cứu nạn",
    "Giải đua thuyền truyền thống thu hút 24 đội tranh tài",
    "Trạm y tế đưa phòng khám từ xa vào hoạt động",
];

const LEAD: &str =
    "Sau mười bốn tháng thi công, công trình đã được đưa vào sử dụng trong niềm vui của bà con trong xã.";

const MENU: &str = "<div class=khung-tren><ul><li><a href=/gioi-thieu>Giới thiệu</a></li><li><a href=/xay-dung-dang>Xây dựng Đảng và hệ thống chính trị</a></li>
    <li><a href=/hoc-tap-va-lam-theo>Học tập và làm theo tư tưởng, đạo đức, phong cách Hồ Chí Minh</a></li>
    <li><a href=/chi-dao-dieu-hanh>Thông tin chỉ đạo điều hành của tỉnh</a></li><li><a href=/van-ban>Văn bản quy phạm pháp luật mới</a></li></ul></div>";

const ENDING: &str = "<div class=chan-trang>Bản quyền thuộc về Ủy ban nhân dân tỉnh. <a href=/lien-he>Liên hệ với ban biên tập trang</a></div>";

fn link(i: usize) -> String {
    format!("/tin/bai-bao-so-mot-hai-ba-{}.html", 100_100 + i)
}

fn read(body: &str) -> Listing {
    let cx = Context {
        zone: chrono_tz::Asia::Ho_Chi_Minh,
        order: None,
        now: Some("2026-03-20T05:00:00Z".parse().expect("a time")),
    };
    let html = format!("<html><body>{MENU}{body}{ENDING}</body></html>");
    listing(&html, &Url::parse("https://tinh.example/tin/").expect("an address"), None, &cx)
}

/// Writes a list of one block for each title.
fn list(block: impl Fn(usize, &str, &str) -> String) -> String {
    TITLES.iter().enumerate().map(|(i, title)| block(i, title, &link(i))).collect()
}

/// All six articles and nothing else, in order; `dated` and `led`: each with its date, its lead.
#[track_caller]
fn check(body: &str, dated: bool, led: bool) {
    let found = read(body);
    let titles: Vec<&str> = found.items.iter().filter_map(|item| item.title.as_deref()).collect();
    assert_eq!(titles, TITLES, "{:?}", found.problems);
    for (i, item) in found.items.iter().enumerate() {
        assert_eq!(item.link.as_deref(), Some(format!("https://tinh.example{}", link(i)).as_str()));
        let date = item.published.map(|at| at.format("%Y-%m-%d").to_string());
        assert_eq!(date.as_deref(), dated.then(|| format!("2026-03-{:02}", 18 - i)).as_deref(), "{i}");
        assert_eq!(item.summary.as_deref(), led.then_some(LEAD), "{i}");
    }
}

#[test]
fn bare_links_in_a_list() {
    check(
        &format!("<ul class=ds>{}</ul>", list(|_, title, link| format!("<li><a href={link}>{title}</a></li>"))),
        false,
        false,
    );
}

#[test]
fn links_with_a_date_in_brackets() {
    let list = list(|i, title, link| format!("<li><a href={link}>{title}</a> ({:02}/03/2026)</li>", 18 - i));
    check(&format!("<ul>{list}</ul>"), true, false);
}

#[test]
fn links_with_a_day_that_names_no_year() {
    let list = list(|i, title, link| format!("<li><a href={link}>{title}</a> <i>({}/3)</i></li>", 18 - i));
    check(&format!("<ul>{list}</ul>"), true, false);
}

#[test]
fn a_year_of_two_digits_in_small_print() {
    let list = list(|i, title, link| {
        format!("<tr><td><a href={link}>{title}</a><br><small>{}/03/26</small></td></tr>", 18 - i)
    });
    check(&format!("<table>{list}</table>"), true, false);
}

#[test]
fn days_on_the_leaf_of_a_calendar() {
    for leaf in ["<b>DAY</b><span>03/2026</span>", "<b>DAY</b><span>Th03</span><span>2026</span>"] {
        let list = list(|i, title, link| {
            let leaf = leaf.replace("DAY", &(18 - i).to_string());
            format!(
                "<li class=o><div class=k>{leaf}</div><div class=t><a href={link}>{title}</a><p>{LEAD}</p></div></li>"
            )
        });
        check(&format!("<ul class=ds>{list}</ul>"), true, true);
    }
}

#[test]
fn counters_of_visits_and_comments_are_no_day() {
    let list = list(|i, title, link| {
        format!(
            "<li><a href={link}>{title}</a><p>{LEAD}</p><div class=dem><span>{}</span><span>3</span></div></li>",
            18 - i
        )
    });
    check(&format!("<ul class=ds>{list}</ul>"), false, true);
}

#[test]
fn counters_of_comments_beside_a_date_are_no_heading() {
    let list = list(|i, title, link| {
        let ago = if i < 2 { format!("{} giờ trước", 36 + 24 * i) } else { format!("{} ngày trước", i + 2) };
        format!("<div class=o><a href={link}>{title}</a><div class=m>{ago} · 5 bình luận</div><p>{LEAD}</p></div>")
    });
    let found = read(&format!("<div>{list}</div>"));
    assert_eq!(found.items.len(), TITLES.len());
    assert!(found.items.iter().all(|item| item.published.is_some()));
}

#[test]
fn a_clock_beside_the_day_is_read_with_it() {
    let list = list(|i, title, link| {
        format!(
            "<div class=o><h3><a href={link}>{title}</a></h3><div><i class=gio>15:30</i> | <i class=ngay>{}/03/2026</i></div></div>",
            18 - i
        )
    });
    let found = read(&format!("<div class=ds>{list}</div>"));
    let first = found.items[0].published.map(|at| at.to_rfc3339());
    assert_eq!(first.as_deref(), Some("2026-03-18T15:30:00+07:00"));
}

#[test]
fn what_invites_to_read_on_and_the_date_in_front_are_no_lead() {
    let list = list(|i, title, link| {
        format!(
            "<div class=o><h3><a href={link}>{title}</a></h3><p class=mo-ta><i>{}/03/2026</i> {LEAD} <a href={link}>Xem chi tiết</a></p></div>",
            18 - i
        )
    });
    check(&format!("<div class=ds>{list}</div>"), true, true);
}

#[test]
fn a_date_that_a_script_would_write_is_read_from_its_attribute() {
    let list = list(|i, title, link| {
        format!(
            "<div class=o><h3><a href={link}>{title}</a></h3><span class=time-ago title='2026-03-{:02}T08:00:00'></span></div>",
            18 - i
        )
    });
    check(&format!("<div class=ds>{list}</div>"), true, false);
}

#[test]
fn a_headline_without_a_link_above_a_link_without_a_headline() {
    let list = list(|i, title, link| {
        format!(
            "<div class=o><a href={link}><img src=/i/{i}.jpg></a><h5>{title}</h5><small>{:02}/03/2026</small><p>{LEAD}</p><a class=nut href={link}>Xem chi tiết</a></div>",
            18 - i
        )
    });
    check(&format!("<div class=ds>{list}</div>"), true, true);
}

#[test]
fn sections_of_one_large_and_some_small_articles() {
    let item = |i: usize| format!("<a href={}>{}</a>", link(i), TITLES[i]);
    let section = |from: usize| {
        format!(
            "<div class=muc><h2><a href=/muc-{from}>Chuyên mục</a></h2><div class=lon><h3>{}</h3><span>{:02}/03/2026</span><p>{LEAD}</p></div><ul><li>{}</li><li>{}</li></ul></div>",
            item(from),
            18 - from,
            item(from + 1),
            item(from + 2)
        )
    };
    let found = read(&format!("{}{}", section(0), section(3)));
    assert_eq!(found.items.iter().filter_map(|item| item.title.as_deref()).collect::<Vec<_>>(), TITLES);
}

#[test]
fn bare_links_below_headings_of_days() {
    let day = |day: usize, from: usize| {
        let links: String =
            (from..from + 3).map(|i| format!("<li><a href={}>{}</a></li>", link(i), TITLES[i])).collect();
        format!("<h4>Ngày {day}/03/2026</h4><ul>{links}</ul>")
    };
    check(&format!("<div>{}{}</div>", day(18, 0), day(17, 3)), false, false);
}

#[test]
fn rows_of_a_table() {
    let list = list(|i, title, link| {
        format!("<tr><td>{}</td><td><a href={link}>{title}</a></td><td>{}-3-2026</td></tr>", i + 1, 18 - i)
    });
    check(&format!("<table><tr><th>STT</th><th>Tiêu đề</th><th>Ngày đăng</th></tr>{list}</table>"), true, false);
}

#[test]
fn two_rows_for_each_article() {
    let list = list(|i, title, link| {
        format!("<tr><td><a href={link}>{title}</a></td></tr><tr><td>{:02}/03/2026 08:00</td></tr>", 18 - i)
    });
    check(&format!("<table>{list}</table>"), true, false);
}

#[test]
fn a_flat_definition_list() {
    let list = list(|i, title, link| {
        format!("<dt><a href={link}>{title}</a></dt><dd class=ngay>{:02}/03/2026</dd><dd>{LEAD}</dd>", 18 - i)
    });
    check(&format!("<dl>{list}</dl>"), true, true);
}

#[test]
fn headings_and_paragraphs_side_by_side() {
    let list =
        list(|i, title, link| format!("<h3><a href={link}>{title}</a></h3><p>{LEAD}</p><p>{:02}/03/2026</p>", 18 - i));
    check(&format!("<div id=ds>{list}<p><a href='/tin/?trang=2'>Trang sau</a></p></div>"), true, true);
}

#[test]
fn cards_that_are_one_link() {
    let list = list(|i, title, link| {
        format!(
            "<a class=card href={link}><img src=/anh/{i}.jpg><h3>{title}</h3><span>{:02}/03/2026</span><p>{LEAD}</p></a>",
            18 - i
        )
    });
    check(&format!("<div class=luoi>{list}</div>"), true, true);
}

#[test]
fn a_grid_of_rows_and_columns() {
    let cells: Vec<String> = TITLES
        .iter()
        .enumerate()
        .map(|(i, title)| {
            let link = link(i);
            format!("<div class=col-md-4><div class=the><a href={link}><img src=/anh/{i}.jpg></a><h4><a href={link}>{title}</a></h4><i>{:02}/03/2026</i></div></div>", 18 - i)
        })
        .collect();
    let rows: String = cells.chunks(3).map(|row| format!("<div class=row>{}</div>", row.concat())).collect();
    check(&format!("<div class=noi-dung>{rows}</div>"), true, false);
}

#[test]
fn a_large_first_article_above_the_list() {
    let mut blocks = TITLES.iter().enumerate().map(|(i, title)| {
        let (link, date) = (link(i), format!("{:02}/03/2026", 18 - i));
        match i {
            0 => format!("<div class=noi-bat><a href={link}><img src=/anh/0.jpg></a><h2><a href={link}>{title}</a></h2><em>{date}</em><p>{LEAD}</p></div>"),
            _ => format!("<li><h3><a href={link}>{title}</a></h3><span class=ngay>{date}</span><p>{LEAD}</p></li>"),
        }
    });
    let first = blocks.next().unwrap_or_default();
    check(&format!("<div class=cot-trai>{first}<ul>{}</ul></div>", blocks.collect::<String>()), true, true);
}

#[test]
fn a_most_read_box_that_looks_the_same() {
    let block = |title: &str, link: &str| {
        format!("<div class=tin><h3><a href={link}>{title}</a></h3><span>18/03/2026</span></div>")
    };
    let others: String = (0..5)
        .map(|i| {
            block(
                &format!("Bài cũ được đọc nhiều thứ {i} trong tuần qua"),
                &format!("/tin/bai-cu-mot-hai-ba-9000{i}.html"),
            )
        })
        .collect();
    let list = list(|i, title, link| {
        format!("<div class=tin><h3><a href={link}>{title}</a></h3><span>{:02}/03/2026</span></div>", 18 - i)
    });
    check(
        &format!(
            "<div class=trai>{list}</div><div class=phai><div class=hop><h4>Tin đọc nhiều</h4>{others}</div></div>"
        ),
        true,
        false,
    );
}

#[test]
fn a_side_column_of_bare_links_beside_a_rich_list() {
    let others: String = (0..8)
        .map(|i| {
            format!(
                "<li><a href=/tin/bai-cu-mot-hai-ba-9000{i}.html>Văn bản mới thứ {i} của tỉnh vừa ban hành</a></li>"
            )
        })
        .collect();
    let list = list(|i, title, link| {
        format!(
            "<div class=tin><h3><a href={link}>{title}</a></h3><span>{:02}/03/2026</span><p>{LEAD}</p></div>",
            18 - i
        )
    });
    check(&format!("<div class=trai>{list}</div><div class=phai><ul>{others}</ul></div>"), true, true);
}

#[test]
fn adverts_tags_and_strangers_are_no_articles() {
    let list = list(|i, title, link| {
        format!(
            "<div class=tin><h3><a href={link}>{title}</a></h3><span>{:02}/03/2026</span><a href=/chu-de/nong-thon-moi>Nông thôn mới</a></div>",
            18 - i
        )
    });
    let advert = "<div class=tin><h3><a href=/quang-cao/khuyen-mai-mua-he-soi-dong-2026.html>Khuyến mãi mùa hè sôi động cho mọi nhà</a></h3><span>18/03/2026</span></div>";
    let stranger = "<div class=tin><h3><a href=https://bao.khac.example/tin/mot-bai-bao-cua-nguoi-khac-1.html>Một bài báo của trang khác hẳn</a></h3><span>18/03/2026</span></div>";
    check(&format!("<div>{list}{advert}{stranger}</div>"), true, false);
}

#[test]
fn relative_times_and_lazy_pictures() {
    let block = |i: usize, title: &str, link: &str| {
        format!(
            "<li><a href={link}><img src=/blank.gif data-src=/anh/{i}.jpg></a><a href={link}>{title}</a><span>{} phút trước</span></li>",
            i + 5
        )
    };
    let found = read(&format!("<ul>{}</ul>", list(block)));
    assert_eq!(found.items.len(), 6);
    assert_eq!(found.items[0].published.map(|at| at.to_rfc3339()).as_deref(), Some("2026-03-20T11:55:00+07:00"));
    assert_eq!(found.items[5].images[0].url, "https://tinh.example/anh/5.jpg");
}

#[test]
fn dates_of_one_page_are_read_in_the_order_they_prove() {
    let list =
        list(|i, title, link| format!("<li><a href={link}>{title}</a><span>3/{}/2026 6:44:00 PM</span></li>", 18 - i));
    check(&format!("<ul>{list}</ul>"), true, false);
}

#[test]
fn a_title_that_the_list_cuts_short_is_completed_from_its_link() {
    let found = read(&format!(
        "<ul>{}</ul>",
        list(|_, title, link| format!(
            "<li><a href={link} title='{title}'>{}…</a></li>",
            title.split(' ').take(6).collect::<Vec<_>>().join(" ")
        ))
    ));
    let titles: Vec<&str> = found.items.iter().filter_map(|item| item.title.as_deref()).collect();
    assert_eq!(titles, TITLES);
}

#[test]
fn a_short_title_among_long_ones_is_an_article_too() {
    let mut list = list(|i, title, link| format!("<li><a href={link}>{title}</a> <i>{:02}/03/2026</i></li>", 18 - i));
    let short = "<li><a href=/tin/hop-bao.html>Họp báo</a> <i>17/03/2026</i></li>";
    let second = list.match_indices("<li>").nth(1).map_or(0, |(at, _)| at);
    list.insert_str(second, short);
    let found = read(&format!("<ul class=ds>{list}<li><a href=/tin>Xem thêm</a></li></ul>"));
    let titles: Vec<&str> = found.items.iter().filter_map(|item| item.title.as_deref()).collect();
    assert_eq!(titles[..3], [TITLES[0], "Họp báo", TITLES[1]]);
    assert_eq!(titles.len(), 7);
}

#[test]
fn two_sections_called_alike_are_one_list() {
    let blocks: Vec<String> = TITLES
        .iter()
        .enumerate()
        .map(|(i, title)| {
            format!("<div class=muc><a href={0}>{title}</a><time>{1:02}/03/2026</time></div>", link(i), 18 - i)
        })
        .collect();
    let (first, second) = blocks.split_at(3);
    let body = format!(
        "<div class=khoi><h2><a href=/thoi-su>Thời sự</a></h2>{}</div><div class=khoi><h2><a href=/kinh-te>Kinh tế</a></h2>{}</div>",
        first.concat(),
        second.concat()
    );
    check(&body, true, false);
}

#[test]
fn a_date_that_only_the_address_tells_is_read_there() {
    let body = list(|i, title, _| {
        format!(
            "<div class=muc><a href='/portal/Pages/2026-3-{}/bai-bao-so-mot-hai-ba.aspx?i={i}00'>{title}</a><br>{LEAD}</div>",
            18 - i
        )
    });
    let found = read(&body);
    assert_eq!(found.items.len(), TITLES.len());
    for (i, item) in found.items.iter().enumerate() {
        assert_eq!(item.published.map(|at| at.to_rfc3339()), Some(format!("2026-03-{}T00:00:00+07:00", 18 - i)));
        assert_eq!(item.date_from, Some(bantin::model::DateFrom::Url));
    }
}

#[test]
fn a_page_of_nothing_but_menus_gives_nothing_and_says_so() {
    let found = read("<p>Trang đang được xây dựng.</p>");
    assert!(found.items.is_empty(), "{:?}", found.items);
    assert_eq!(found.problems[0].code, "no-list");
}

#[test]
fn the_next_page_is_found_by_mark_word_or_number() {
    let list = format!("<ul>{}</ul>", list(|_, title, link| format!("<li><a href={link}>{title}</a></li>")));
    for (paging, next) in [
        ("<a rel=next href='?p=2'>x</a>", Some("https://tinh.example/tin/?p=2")),
        ("<a href='/tin/?p=1'>1</a><a href='/tin/trang-2'>Trang sau</a>", Some("https://tinh.example/tin/trang-2")),
        ("<span class=current>1</span><a href='?p=2'>2</a><a href='?p=3'>3</a>", Some("https://tinh.example/tin/?p=2")),
        ("<b class=active>3</b><a href='?p=2'>2</a><a href='?p=4'>4</a>", Some("https://tinh.example/tin/?p=4")),
        ("<a href='javascript:__doPostBack(1)'>2</a><a href='javascript:next()'>»</a>", None),
        ("<a href='https://khac.example/?p=2'>Sau</a>", None),
    ] {
        assert_eq!(read(&format!("{list}<div class=trang>{paging}</div>")).next.as_deref(), next, "{paging}");
    }
}

#[test]
fn days_in_numbers_alone_are_dates() {
    for (open, between, close) in
        [("", "/", ""), ("", "-0", ""), ("(", "-", ")"), ("[", ".0", ".26]"), ("| ", "/", "/2026")]
    {
        let block = |i, title: &str, link: &str| {
            format!("<div class=tin><a href={link}>{title}</a><span>{open}{}{between}3{close}</span></div>", 18 - i)
        };
        check(&list(block), true, false);
    }
}

#[test]
fn scores_ratings_and_counters_are_no_dates() {
    for beside in [
        "<span>4.5</span>",
        "<span class=diem>3-1</span>",
        "<span>2-10</span>",
        "<b>12</b><i>5</i>",
        "<span><b>12</b><i>5</i></span>",
        "<span class=luot><b>15</b> <i>03</i></span>",
        "<span>1.234</span>",
        "<span>12.5.1</span>",
        "<span>100/200</span>",
        "<span>5 / 5</span>",
    ] {
        let found = read(&list(|_, title, link| format!("<div class=tin><a href={link}>{title}</a>{beside}</div>")));
        assert_eq!(found.items.len(), TITLES.len(), "{beside}");
        let dates: Vec<_> = found.items.iter().filter_map(|item| item.published).collect();
        assert!(dates.is_empty(), "{beside}: {dates:?}");
    }
}
