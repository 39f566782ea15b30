//! What looks like the name of an outlet, of a person, or of neither.

use super::super::fold::{folded, stripped};
use super::matching::host_of;

/// Longest name of an outlet, in words: `Cổng thông tin điện tử Ủy ban nhân dân thành phố …`.
pub(super) const MAX_WORDS: usize = 14;

/// Longest credit line in bytes; addresses make them long.
pub(super) const MAX_LINE: usize = 400;

/// What names an outlet by its kind, in front of its name. Folded, without marks.
#[rustfmt::skip]
const OUTLET_KINDS: &[&str] = &[
    "bao dien tu", "bao", "ban tin", "cong thong tin dien tu", "cong thong tin", "cong ttdt", "cong tt dt",
    "dai phat thanh", "dai pt", "dai ptth", "dai th", "dai tieng noi", "dai truyen hinh", "dai truyen thanh",
    "hang tin", "kenh", "tap chi", "tap san", "thong tan xa", "thoi bao", "trang thong tin", "trang tin",
    "trang ttdt", "truyen hinh", "ttxvn", "website",
];

/// National outlets that credits name without their kind. Folded, without marks.
#[rustfmt::skip]
pub(super) const KNOWN: &[&str] = &[
    "24h", "afp", "an ninh thu do", "ap", "bbc", "bna", "chinhphu", "cafebiz", "cafef", "cnn", "cong thuong",
    "cpv", "dai doan ket", "dan sinh", "dan tri", "dan viet", "dang cong san", "dat viet", "doi song phap luat",
    "gd&td", "giao duc va thoi dai", "giao thong", "giadinh.net", "gia dinh & xa hoi", "ictpress", "infonet",
    "ict news", "ictnews", "kenh14", "kinh te do thi", "kinh te nong thon", "lao dong", "lao dong thu do", "ndo",
    "nguoi dua tin", "nguoi lao dong", "ha noi moi", "hanoimoi", "hnm", "hno", "nhan dan", "nong nghiep viet nam",
    "nong thon ngay nay", "petrotimes", "phap luat viet nam", "phu nu", "phu nu viet nam", "qdnd",
    "quan doi nhan dan", "reuters", "sai gon giai phong", "saigon times", "sggp", "sputnik",
    "suc khoe va doi song", "suc khoe doi song", "tan hoa xa", "thanh nien", "the thao & van hoa",
    "thoi bao tai chinh", "tien phong", "tin tuc", "tri thuc tre", "tri thuc truc tuyen", "tto", "tuoi tre",
    "tuoi tre online", "vietnam+", "vietnamnet", "vietnamplus", "viet nam plus", "vna", "vneconomy", "vnexpress",
    "vnews", "vov", "vov online", "vtc", "vtc news", "vtv", "vtv news", "xay dung", "zing", "zing news",
];

/// Agencies that sign with nothing but their name. Folded, without marks.
pub(super) const AGENCIES: &[&str] = &["ttxvn", "vna", "vov", "vtv", "vietnam+", "vnews", "bna"];

/// What editorial offices begin with. Folded, without marks.
#[rustfmt::skip]
const OFFICES: &[&str] = &[
    "ban", "bbt", "btv", "cong", "ctv", "doan", "hoi", "nhom", "phong", "pv", "so", "to", "toa soan", "trung tam",
    "ubnd", "van phong", "vp",
];

/// Titles of people: what follows `Theo` is somebody who said something. Folded, without marks.
#[rustfmt::skip]
const PEOPLE: &[&str] = &[
    "anh", "ba", "bac", "bi", "bs", "cac", "chi", "chu", "chuyen", "co", "cu", "dai", "dong", "em", "giam", "giao",
    "gs", "ho", "ks", "lanh", "linh", "luat", "mot", "nghe", "nguoi", "nha", "nhieu", "nhung", "ong", "pgs", "pho",
    "sieu", "th", "thac", "thay", "thieu", "thuong", "tien", "toi", "tran", "trung", "truong", "ts", "ths",
    "tuong", "vi", "y",
];

/// Papers that are cited and not republished: `Theo Quyết định số …`. Folded, without marks.
#[rustfmt::skip]
const PAPERS: &[&str] = &[
    "bao cao", "chi thi", "chuong trinh", "cong dien", "cong van", "ke hoach", "ket luan", "lich", "luat",
    "nghi dinh", "nghi quyet", "phap lenh", "quy che", "quy dinh", "quy hoach", "quyet dinh", "thong bao",
    "thong ke", "thong tu", "to trinh",
];

/// Words that only sentences have, with their marks.
#[rustfmt::skip]
const VERBS: &[&str] = &[
    "bị", "cho", "chưa", "có", "của", "cũng", "đã", "đang", "đều", "được", "không", "là", "này", "nên", "phải",
    "rằng", "sẽ", "thì", "vẫn", "với", "vừa",
];

/// Abbreviations in brackets that are no outlets: roles, offices, places. Folded, without marks.
#[rustfmt::skip]
const NO_OUTLETS: &[&str] = &[
    "asean", "btv", "ccb", "covid-19", "ctv", "hcm", "hdnd", "hnd", "ktv", "ldld", "lhpn", "mttq", "tp.hcm", "tphcm",
    "ubnd", "video",
];

/// Acronyms that begin sentences and end with the `O` of an online newspaper. Folded.
#[rustfmt::skip]
pub(super) const NO_NEWSPAPERS: &[&str] = &[
    "who", "wto", "nato", "fao", "ilo", "imo", "ceo", "cfo", "iso", "ngo", "ufo", "euro", "gmo", "ico",
    "ipo",
];

/// Whether a text is an acronym such as newspapers sign with (`CTO`, `ĐTTD`, `ICTPress`): no blank, mostly capitals.
pub(super) fn is_online(text: &str) -> bool {
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    let len = text.chars().count();
    let plain = text.chars().all(|c| c.is_alphanumeric() || ".&+-".contains(c));
    plain && (3..=12).contains(&len) && capitals >= 3 && !NO_OUTLETS.contains(&stripped(&folded(text)).as_str())
}

/// Whether a name is an outlet's beyond doubt: by its kind (`Báo …`), its host, or because everybody knows it.
pub(super) fn is_outlet(name: &str) -> bool {
    let name = name.trim();
    if host_of(name).is_some() {
        return !name.contains(' ');
    }
    if !is_name(name) {
        return false;
    }
    let bare = stripped(&folded(name));
    let known = |part: &str| KNOWN.contains(&part.trim());
    // "BBC, Dân trí"
    if bare.split([',', '/', ';', '-']).all(|part| known(part) || known(part.trim().trim_start_matches("bao "))) {
        return true;
    }
    // "HQ Online": an acronym that says itself that it is a newspaper.
    if bare.strip_suffix(" online").is_some()
        && name.split(' ').next().is_some_and(|first| words(name) == 2 && first.chars().all(char::is_uppercase))
    {
        return true;
    }
    // Bảo is a person's name.
    let first = folded(name.split_whitespace().next().unwrap_or_default());
    if bare.starts_with("bao ") && first != "báo" && first != "bao" {
        return false;
    }
    let first_is_capital = name.starts_with(char::is_uppercase) || bare.starts_with("bao ");
    let kind = OUTLET_KINDS.iter().find(|kind| begins_with_words(&bare, kind));
    let Some(kind) = kind.filter(|_| first_is_capital) else { return false };
    let rest = bare[kind.len()..].trim();
    let alone = matches!(*kind, "ttxvn" | "thong tan xa");
    (alone || !rest.is_empty()) && !PAPERS.iter().any(|paper| begins_with_words(&bare, paper)) && {
        // "Báo Hà Nam" has a name behind its kind, "báo chí nước ngoài" has none.
        let behind = name.split_whitespace().nth(kind.split(' ').count());
        behind.is_none_or(|word| word.starts_with(|c: char| c.is_uppercase() || c.is_numeric() || "(\"“".contains(c)))
            || words(kind) > 1
    }
}

/// Whether a text can be a name at all: short, begins like one, has no words of sentences.
pub(super) fn is_name(text: &str) -> bool {
    let text = text.trim();
    if text.len() > MAX_LINE || words(text) > MAX_WORDS {
        return false;
    }
    if host_of(text).is_some() {
        return !text.contains(' ');
    }
    let begins = text.starts_with(|c: char| c.is_uppercase() || c.is_numeric()) || {
        let bare = stripped(&folded(text));
        ["bao ", "dai ", "cong ", "trang ", "tap chi ", "internet", "vn", "tuoitre", "bao"]
            .iter()
            .any(|front| bare.starts_with(front))
    };
    begins
        && !text.contains(['?', '!', ';', ':'])
        && !text.contains(". ")
        && !text.split_whitespace().any(|word| VERBS.contains(&folded(word).trim_matches([',', '.'])))
}

/// Whether every word is written as names are, small words aside.
pub(super) fn is_proper(text: &str) -> bool {
    const SMALL: [&str; 22] = [
        "và", "của", "tin", "tức", "trẻ", "trí", "động", "dân", "niên", "điện", "tử", "online", "tỉnh", "huyện", "xã",
        "phố", "news", "the", "of", "express", "tế", "&",
    ];
    let mut words = text.split_whitespace().peekable();
    words.peek().is_some()
        && words.all(|word| {
            word.starts_with(|c: char| !c.is_lowercase())
                || SMALL.contains(&folded(word).trim_matches([',', '.']))
                || host_of(word).is_some()
        })
}

/// Whether a text is the name of a person or an editorial office: a few capitalised words.
pub(super) fn is_author(text: &str) -> bool {
    let named = |word: &str| word.starts_with(char::is_uppercase) || word == "và";
    let plain = !text.is_empty() && words(text) <= 7 && !text.contains(['?', '!', ':', ';']);
    plain && (is_office(text) || text.split([' ', '-', ',', '&']).filter(|word| !word.is_empty()).all(named))
}

/// Whether a text is the name of an editorial office: `BBT`, `Ban Biên tập`, `Văn phòng UBND xã`.
pub(super) fn is_office(text: &str) -> bool {
    if text.is_empty() || text.len() > MAX_LINE || words(text) > 8 || !text.starts_with(char::is_uppercase) {
        return false;
    }
    let bare = stripped(&folded(text));
    let acronym = text.chars().all(char::is_uppercase) && (2..=6).contains(&text.chars().count());
    acronym || OFFICES.iter().any(|office| begins_with_words(&bare, office)) && is_name(text)
}

/// Whether what follows `Theo` is a person who speaks or a paper that is cited.
pub(super) fn is_cited(rest: &str) -> bool {
    let bare = stripped(&folded(rest));
    let first = bare.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let person = PEOPLE.contains(&first) && !is_outlet(tidy(rest));
    // "THEO DÕI CHÚNG TÔI"
    person || first == "doi" || PAPERS.iter().any(|paper| begins_with_words(&bare, paper))
}

/// Whether a credit is one of pictures or numbers: `Nguồn ảnh: …`.
pub(super) fn is_picture(outlet: &str) -> bool {
    let bare = stripped(&folded(outlet));
    ["anh", "hinh", "video", "clip", "do hoa", "so lieu", "du lieu", "nhac", "phim"]
        .iter()
        .any(|front| begins_with_words(&bare, front))
}

pub(super) fn words(text: &str) -> usize {
    text.split_whitespace().count()
}

/// Whether `text` begins with `words` and not in the middle of one.
pub(super) fn begins_with_words(text: &str, words: &str) -> bool {
    text.strip_prefix(words).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

/// What stands behind the first of `phrases` that `text` begins with.
pub(super) fn after_words<'a>(text: &'a str, phrases: &[&str]) -> Option<&'a str> {
    let (first, behind) = first_word(text)?;
    phrases.iter().find_map(|phrase| {
        let mut words = phrase.split(' ');
        if words.next() != Some(first.as_str()) {
            return None;
        }
        words.try_fold(behind, |rest, word| first_word(rest).filter(|(next, _)| next == word).map(|(_, behind)| behind))
    })
}

/// The first word of a text without marks, and what stands behind it; `None` where there is none that a phrase could have.
fn first_word(text: &str) -> Option<(String, &str)> {
    /// Twice its length is more than any spelling of a word without marks takes, thrice with combining ones; the longest
    /// word of a phrase has seven letters.
    const LONGEST: usize = 6 * 7;
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_alphanumeric() && !is_mark(c)).unwrap_or(text.len());
    if end == 0 || end > LONGEST {
        return None;
    }
    Some((stripped(&folded(&text[..end])), text[end..].trim_start()))
}

pub(super) fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// The outlet's name out of what stands behind the words of a credit: an author in front of it and a date behind it go.
pub(super) fn tidy(text: &str) -> &str {
    let mut name = text.trim().trim_matches(['"', '“', '”', '*', ' ']).trim_end_matches(['.', ',', ';']);
    if let Some((author, inner)) = name.strip_suffix([')', ']']).and_then(|name| name.rsplit_once(['(', '['])) {
        let inner = inner.trim();
        let dated = inner.starts_with(|c: char| c.is_ascii_digit());
        name = if dated || !is_name(inner) || is_outlet(author) && !is_outlet(inner) { author.trim() } else { inner };
    }
    if host_of(name).is_none() {
        if let Some((first, last)) = name.rsplit_once('/')
            && !is_outlet(first)
            && is_outlet(last)
        {
            name = last.trim();
        }
        for cut in [" ngày ", ", ngày ", ", số ", " số ", " đăng ngày "] {
            name = name.split_once(cut).map_or(name, |(front, _)| front);
        }
    }
    name.trim().trim_end_matches([',', '-', '–', '.', ' '])
}
