//! What an item wears never changes a verdict; what a bulletin says always does.

use proptest::prelude::*;
use unicode_normalization::UnicodeNormalization as _;

use super::texts::{Facts, KINDS, PROVINCES, articles, bulletin};
use super::{Item, are_one, stories};

/// What republishing does to an item without changing what it says.
#[derive(Debug, Clone, Copy)]
enum Dress {
    Nfd,
    TonesElsewhere,
    Capitals,
    WhiteSpace(u8),
    CreditLine(u8),
    Dateline(u8),
    Placeholder(u8),
    Html(u8),
    Dates(u8),
    Links,
}

fn dress() -> impl Strategy<Value = Dress> {
    prop_oneof![
        Just(Dress::Nfd),
        Just(Dress::TonesElsewhere),
        Just(Dress::Capitals),
        any::<u8>().prop_map(Dress::WhiteSpace),
        any::<u8>().prop_map(Dress::CreditLine),
        any::<u8>().prop_map(Dress::Dateline),
        any::<u8>().prop_map(Dress::Placeholder),
        any::<u8>().prop_map(Dress::Html),
        any::<u8>().prop_map(Dress::Dates),
        Just(Dress::Links),
    ]
}

/// At most one of each kind, in the order in which an article meets them: written, then published, then extracted.
fn wardrobe() -> impl Strategy<Value = Vec<Dress>> {
    proptest::collection::vec(dress(), 0..5).prop_map(|mut all| {
        let rank = |dress: &Dress| match dress {
            Dress::Dates(_) => 0,
            Dress::TonesElsewhere => 1,
            Dress::Placeholder(_) => 2,
            Dress::Dateline(_) => 3,
            Dress::CreditLine(_) => 4,
            Dress::Links => 5,
            Dress::Html(_) => 6,
            Dress::WhiteSpace(_) => 7,
            Dress::Capitals => 8,
            Dress::Nfd => 9,
        };
        all.sort_by_key(rank);
        all.dedup_by_key(|dress| rank(dress));
        // Capitals take their tags and entities from HTML: no source writes `&NBSP;`.
        if all.iter().any(|dress| matches!(dress, Dress::Html(_))) {
            all.retain(|dress| !matches!(dress, Dress::Capitals));
        }
        all
    })
}

fn worn(item: &Item, all: &[Dress]) -> Item {
    let mut item = item.clone();
    for dress in all {
        put_on(&mut item, *dress);
    }
    item
}

fn put_on(item: &mut Item, dress: Dress) {
    let pick = |list: &[&str], n: u8| list[usize::from(n) % list.len()].to_owned();
    match dress {
        Dress::Nfd => {
            item.title = item.title.nfd().collect();
            item.text = item.text.nfd().collect();
        }
        Dress::TonesElsewhere => {
            for (one, other) in [("hòa", "hoà"), ("Hòa", "Hoà"), ("thủy", "thuỷ"), ("Thuỷ", "Thủy"), ("khóa", "khoá")]
            {
                item.title = item.title.replace(one, other);
                item.text = item.text.replace(one, other);
            }
        }
        Dress::Capitals => {
            item.title = item.title.to_uppercase();
            item.text = item.text.to_uppercase();
        }
        Dress::WhiteSpace(n) => {
            let blank = pick(&["\u{a0}", "  ", "\t", " \u{200b}"], n);
            let step = 3 + usize::from(n) % 5;
            let words: Vec<&str> = item.text.split(' ').collect();
            item.text = words.chunks(step).map(|chunk| chunk.join(" ")).collect::<Vec<_>>().join(&blank);
        }
        Dress::CreditLine(n) => {
            let line = pick(
                &[
                    "Nguồn: Báo Hà Nam",
                    "Theo TTXVN",
                    "(Theo Dân trí)",
                    "Tác giả: Hoàng Lan",
                    "Nguồn tin: baohanam.com.vn",
                ],
                n,
            );
            item.text = format!("{}\n{line}", item.text);
        }
        Dress::Dateline(n) => {
            item.text = format!("{}{}", pick(&["TTO - ", "(Chinhphu.vn) - ", "(BHN) – "], n), item.text)
        }
        Dress::Placeholder(n) => {
            let line = pick(&["anh tin bai", "Ảnh minh họa", "(Ảnh: TTXVN)", "Lượt xem: 591"], n);
            item.text = item.text.replacen('\n', &format!("\n{line}\n"), 1);
        }
        Dress::Html(n) => {
            item.text = match n % 3 {
                0 => item.text.split('\n').map(|line| format!("<p class=\"MsoNormal\">{line}</p>")).collect(),
                1 => item.text.replace('\n', "<br/>").replacen(' ', "&nbsp;", 4),
                _ => format!(
                    "<div>{}</div><!-- het bai --><img src=\"/a.jpg\" alt=\"\"/>",
                    item.text.replace('\n', "<br>")
                ),
            };
        }
        Dress::Dates(n) => {
            for (day, month) in (1..=28).map(|day| (day, 6)) {
                let other = match n % 4 {
                    0 => format!("{day}-{month}"),
                    1 => format!("{day:02}/{month:02}"),
                    2 => format!("{day} tháng {month}"),
                    _ => format!("{day}/{month}/2026"),
                };
                let written = format!(" {day}/{month}");
                // Not within a longer number.
                let replace = |text: &str| {
                    text.split(&written)
                        .map(str::to_owned)
                        .reduce(|before, after| format!("{before} {other}{after}"))
                        .unwrap_or_default()
                };
                item.title = replace(&item.title);
                item.text = replace(&item.text);
            }
        }
        Dress::Links => {
            item.text.push_str(
                "\nTin liên quan\nGiá vàng tăng phiên thứ ba liên tiếp\nĐội tuyển nữ vào bán kết giải khu vực",
            );
        }
    }
}

fn facts() -> impl Strategy<Value = Facts> {
    (1u32..=28, 0..PROVINCES.len(), 3u32..9, 10u32..21).prop_map(|(day, province, one, two)| Facts {
        day,
        province: PROVINCES[province],
        numbers: (one, two),
    })
}

/// The same facts but for one of them.
fn changed(facts: &Facts, what: usize, by: usize) -> Facts {
    let mut facts = facts.clone();
    match what {
        0 => facts.day = (facts.day + by as u32) % 28 + 1,
        1 => {
            let at = PROVINCES.iter().position(|province| *province == facts.province).expect("it is one of them");
            facts.province = PROVINCES[(at + 1 + by % (PROVINCES.len() - 1)) % PROVINCES.len()];
        }
        _ => {
            // Within what hours, degrees and counts can be.
            let by = 1 + by as u32 % 5;
            facts.numbers = (3 + (facts.numbers.0 - 3 + by) % 6, 10 + (facts.numbers.1 - 10 + by) % 11);
        }
    }
    facts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_an_article_wears_never_changes_a_verdict(
        one in 0..5usize, other in 0..5usize, first in wardrobe(), second in wardrobe(),
    ) {
        let articles = articles();
        let pair = (worn(&articles[one], &first), worn(&articles[other], &second));
        prop_assert_eq!(are_one(&pair.0, &pair.1), one == other, "{:?}\n{:?}", pair.0, pair.1);
    }

    #[test]
    fn what_a_bulletin_wears_never_changes_a_verdict(
        kind in 0..KINDS, facts in facts(), first in wardrobe(), second in wardrobe(),
    ) {
        let bulletin = bulletin(kind, &facts);
        let pair = (worn(&bulletin, &first), worn(&bulletin, &second));
        prop_assert!(are_one(&pair.0, &pair.1), "{:?}\n{:?}", pair.0, pair.1);
    }

    #[test]
    fn another_day_province_or_number_makes_another_bulletin(
        kind in 0..KINDS, facts in facts(), what in 0..3usize, by in 0..7usize, first in wardrobe(), second in wardrobe(),
    ) {
        let other = changed(&facts, what, by);
        prop_assume!(other != facts);
        let pair = (worn(&bulletin(kind, &facts), &first), worn(&bulletin(kind, &other), &second));
        prop_assert!(!are_one(&pair.0, &pair.1), "{:?}\n{:?}", pair.0, pair.1);
    }

    #[test]
    fn summary_and_text_are_one_story_whichever_comes_first(
        article in 0..5usize, cut in 0..4usize, first in wardrobe(), second in wardrobe(),
    ) {
        let whole = articles()[article].clone();
        let words: Vec<&str> = whole.text.split(' ').collect();
        let text = match cut {
            0 => whole.text.lines().next().unwrap_or_default().to_owned(),
            1 => format!("{}...", words[..40].join(" ")),
            2 => format!("{} […]", words[..60].join(" ")),
            _ => whole.text.lines().take(2).collect::<Vec<_>>().join(" "),
        };
        let summary = Item { text, ..whole.clone() };
        let (whole, summary) = (worn(&whole, &first), worn(&summary, &second));
        prop_assert!(are_one(&whole, &summary), "text first\n{:?}\n{:?}", whole, summary);
        prop_assert!(are_one(&summary, &whole), "summary first\n{:?}\n{:?}", summary, whole);
    }

    #[test]
    fn the_same_items_give_the_same_stories(order in proptest::collection::vec((0..5usize, wardrobe()), 1..8)) {
        let articles = articles();
        let items: Vec<Item> = order.iter().map(|(at, all)| worn(&articles[*at], all)).collect();
        let found = stories(&items);
        prop_assert_eq!(&found, &stories(&items));
        // Each article is one story, whatever it wore and whatever stood between.
        for (at, (article, _)) in order.iter().enumerate() {
            let first = order.iter().position(|(other, _)| other == article).expect("it is there");
            prop_assert_eq!(found[at], first);
        }
    }
}
