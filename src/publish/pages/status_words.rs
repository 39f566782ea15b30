//! What the sysadmin's page says, in Vietnamese and in English. Outcomes say in English themselves what they mean.

use crate::config::Language;
use crate::model::{Outcome, Phase, SiteChange, TlsProblem, Wall, counted};

/// The fixed words of the page.
pub(super) struct StatusWords {
    pub title: &'static str,
    pub troubles: &'static str,
    pub all_well: &'static str,
    pub nothing_enabled: &'static str,
    pub broken: &'static str,
    pub silent: &'static str,
    pub odd: &'static str,
    pub moved: &'static str,
    pub certificate: &'static str,
    pub fine: &'static str,
    pub waiting: &'static str,
    pub disabled: &'static str,
    pub source: &'static str,
    pub newest: &'static str,
    pub rhythm: &'static str,
    pub next_poll: &'static str,
    pub last_success: &'static str,
    pub never: &'static str,
    pub silent_advice: &'static str,
    pub moved_advice: &'static str,
    pub certificate_advice: &'static str,
    pub parked: &'static str,
    pub robots: &'static str,
    pub version: &'static str,
    pub running_since: &'static str,
    pub database: &'static str,
    pub disk_free: &'static str,
    pub last_backup: &'static str,
    pub no_backup: &'static str,
    pub unknown: &'static str,
    pub more: &'static str,
}

static VIETNAMESE: StatusWords = StatusWords {
    title: "Tình trạng các nguồn",
    troubles: "Chính bantin đang gặp trục trặc",
    all_well: "Mọi nguồn đang bật đều bình thường.",
    nothing_enabled: "Chưa nguồn nào được bật: đặt enabled = true cho các nguồn muốn lấy tin, rồi chạy systemctl reload bantin.",
    broken: "Hỏng",
    silent: "Im lặng khác thường",
    odd: "Nên xem qua",
    moved: "Đã chuyển địa chỉ",
    certificate: "Chứng chỉ sắp hết hạn",
    fine: "Bình thường",
    waiting: "Chưa hỏi lần nào",
    disabled: "Đang tắt",
    source: "Nguồn",
    newest: "Tin mới nhất",
    rhythm: "Nhịp thường",
    next_poll: "Lần hỏi tới",
    last_success: "Lần cuối lấy được",
    never: "chưa lần nào",
    silent_advice: "mở trang nguồn bằng trình duyệt: nếu ở đó có tin mới, feed đã hỏng hoặc đã chuyển chỗ (thử bantin inspect)",
    moved_advice: "ghi địa chỉ mới vào feeds.toml; bantin đã tự hỏi ở đó",
    certificate_advice: "báo cho đơn vị quản lý trang, kẻo sắp tới không lấy được tin",
    parked: "máy chủ đã hai lần nói rằng địa chỉ này không còn nữa, nên nguồn được để yên",
    robots: "Bỏ qua robots.txt vì:",
    version: "Phiên bản",
    running_since: "Chạy từ",
    database: "Cơ sở dữ liệu",
    disk_free: "Đĩa còn trống",
    last_backup: "Sao lưu gần nhất",
    no_backup: "chưa có (bantin backup)",
    unknown: "không rõ",
    more: "Số liệu:",
};

static ENGLISH: StatusWords = StatusWords {
    title: "Status of the sources",
    troubles: "bantin itself is in trouble",
    all_well: "Every enabled source is fine.",
    nothing_enabled: "No source is enabled: set enabled = true for those you want, then run systemctl reload bantin.",
    broken: "Broken",
    silent: "Unusually silent",
    odd: "Worth a look",
    moved: "Moved",
    certificate: "Certificate ends soon",
    fine: "Fine",
    waiting: "Not asked yet",
    disabled: "Disabled",
    source: "Source",
    newest: "Newest item",
    rhythm: "Usual rhythm",
    next_poll: "Next poll",
    last_success: "Last success",
    never: "never",
    silent_advice: "open the source's site in a browser: if there is news on it, the feed is broken or has moved (try bantin inspect)",
    moved_advice: "enter the new address in feeds.toml; bantin asks there already",
    certificate_advice: "tell the publisher, or polls will soon fail",
    parked: "the server has said twice that this address is gone, so the source is left alone",
    robots: "robots.txt is ignored:",
    version: "Version",
    running_since: "Running since",
    database: "Database",
    disk_free: "Free on disk",
    last_backup: "Last backup",
    no_backup: "none yet (bantin backup)",
    unknown: "unknown",
    more: "Figures:",
};

/// The words of a language.
pub(super) fn of(language: Language) -> &'static StatusWords {
    match language {
        Language::Vi => &VIETNAMESE,
        Language::En => &ENGLISH,
    }
}

/// A span of time in the unit that says most: `5 giờ`, `3 days`.
pub(super) fn span(seconds: u64, language: Language) -> String {
    let (count, vi, en) = match seconds {
        s if s < 90 * 60 => ((s / 60).max(1), "phút", "minute"),
        s if s < 36 * 3600 => ((s + 1800) / 3600, "giờ", "hour"),
        s => ((s + 43_200) / 86_400, "ngày", "day"),
    };
    match language {
        Language::Vi => format!("{count} {vi}"),
        Language::En => format!("{count} {en}{}", if count == 1 { "" } else { "s" }),
    }
}

/// How long ago: `5 giờ trước`.
pub(super) fn ago(seconds: u64, language: Language) -> String {
    match language {
        Language::Vi => format!("{} trước", span(seconds, language)),
        Language::En => format!("{} ago", span(seconds, language)),
    }
}

/// In how long: `5 giờ nữa`.
pub(super) fn ahead(seconds: u64, language: Language) -> String {
    match language {
        Language::Vi => format!("{} nữa", span(seconds, language)),
        Language::En => format!("in {}", span(seconds, language)),
    }
}

/// `mỗi 2 giờ`, `every 2 hours`.
pub(super) fn every(seconds: u64, language: Language) -> String {
    match language {
        Language::Vi => format!("khoảng {} một tin", span(seconds, language)),
        Language::En => format!("every {}", span(seconds, language)),
    }
}

/// Since when a source is broken and how often it failed: `từ 5 giờ trước, 12 lần liền`.
pub(super) fn broken_for(ago: &str, failures: u32, language: Language) -> String {
    match language {
        Language::Vi if failures == 1 => format!("từ {ago}, mới một lần"),
        Language::Vi => format!("từ {ago}, {failures} lần liền"),
        Language::En if failures == 1 => format!("since {ago}, once"),
        Language::En => format!("since {ago}, {failures} times in a row"),
    }
}

/// `3 nguồn`, `3 sources`.
pub(super) fn sources(count: usize, language: Language) -> String {
    match language {
        Language::Vi => format!("{count} nguồn"),
        Language::En => counted(count, "source"),
    }
}

/// What a silent source does and what it usually does.
pub(super) fn silence(quiet: u64, usual: u64, longest: u64, language: Language) -> String {
    let [quiet, usual, longest] = [quiet, usual, longest].map(|seconds| span(seconds, language));
    match language {
        Language::Vi => format!(
            "{quiet} nay không có tin mới; thường khoảng {usual} một tin, lần nghỉ dài nhất gần đây là {longest}"
        ),
        Language::En => {
            format!("nothing new for {quiet}; usually something every {usual}, longest recent pause {longest}")
        }
    }
}

/// What an outcome means, and what to do about it.
pub(super) fn outcome(outcome: &Outcome, language: Language) -> (String, Option<String>) {
    match language {
        Language::En => (outcome.meaning(), outcome.advice().map(str::to_owned)),
        Language::Vi => vietnamese(outcome),
    }
}

fn vietnamese(outcome: &Outcome) -> (String, Option<String>) {
    const WAIT: &str = "chưa cần làm gì; bantin tự hỏi lại";
    const BROWSER: &str = "mở địa chỉ bằng trình duyệt và sửa lại cho đúng";
    const INSPECT: &str = "tìm địa chỉ mới bằng bantin inspect; sau khi làm lại trang, feed hay chuyển chỗ";
    let (means, advice) = match outcome {
        Outcome::NotModified => ("máy chủ trả lời rằng không có gì mới".to_owned(), ""),
        Outcome::Unchanged => ("vẫn là tài liệu lần trước".to_owned(), ""),
        Outcome::NewItems { new, edited: 0 } => (format!("{new} tin mới"), ""),
        Outcome::NewItems { new, edited } => (format!("{new} tin mới, {edited} tin được sửa"), ""),
        Outcome::NoNewItems { edited: 0 } => ("đã đọc, không có tin mới".to_owned(), ""),
        Outcome::NoNewItems { edited } => (format!("đã đọc, không có tin mới, {edited} tin được sửa"), ""),
        Outcome::Empty => (
            "tài liệu không có tin nào".to_owned(),
            "mở trang nguồn bằng trình duyệt; nếu ở đó có tin, hãy tìm feed mới",
        ),
        Outcome::HtmlInsteadOfFeed => (
            "nhận được một trang web thay vì feed".to_owned(),
            "chạy bantin inspect với địa chỉ này để tìm feed, hoặc đặt kind = \"html\"",
        ),
        Outcome::LoginOrChallenge { wall: Wall::Login } => (
            "máy chủ bắt đăng nhập".to_owned(),
            "feed không còn công khai; hỏi đơn vị quản lý, hoặc ghi thông tin đăng nhập vào headers",
        ),
        Outcome::LoginOrChallenge { wall: Wall::Challenge } => (
            "máy chủ đòi trình duyệt: nó trả về trang kiểm tra".to_owned(),
            "nhờ đơn vị quản lý cho phần mềm đọc tin đi qua, hoặc hỏi thưa hơn",
        ),
        Outcome::Gone => (
            "máy chủ nói địa chỉ này đã bỏ hẳn (HTTP 410)".to_owned(),
            "xoá nguồn này, hoặc tìm địa chỉ mới bằng bantin inspect",
        ),
        Outcome::NotFound => ("không có gì ở địa chỉ này (HTTP 404)".to_owned(), INSPECT),
        Outcome::Forbidden { status } => (
            format!("máy chủ từ chối (HTTP {status})"),
            "hỏi đơn vị quản lý; có trang chặn địa chỉ nước ngoài hoặc phần mềm lạ",
        ),
        Outcome::Throttled { status, retry_after_seconds: Some(seconds) } => (
            format!("máy chủ yêu cầu chờ {} (HTTP {status})", span(*seconds, Language::Vi)),
            "chưa cần làm gì; nếu cứ lặp lại, cho nguồn này một lịch thưa hơn",
        ),
        Outcome::Throttled { status, retry_after_seconds: None } => (
            format!("máy chủ nói ta hỏi quá dày (HTTP {status})"),
            "chưa cần làm gì; nếu cứ lặp lại, cho nguồn này một lịch thưa hơn",
        ),
        Outcome::ServerError { status } => (format!("máy chủ của nguồn bị lỗi (HTTP {status})"), WAIT),
        Outcome::UnexpectedStatus { status } => (format!("câu trả lời vô nghĩa ở đây (HTTP {status})"), BROWSER),
        Outcome::Timeout { phase } => {
            let means = match phase {
                Phase::Dns => "máy chủ tên miền không trả lời kịp",
                Phase::Connect => "không nối được kịp thời",
                Phase::Tls => "không bắt tay TLS kịp thời",
                Phase::Answer => "đã nối được nhưng không có trả lời kịp thời",
                Phase::Body => "câu trả lời bắt đầu rồi nhưng không kịp kết thúc",
            };
            let advice = match phase {
                Phase::Answer | Phase::Body => "chưa cần làm gì; nếu lúc nào cũng chậm, cho nguồn này timeout dài hơn",
                _ => "chưa cần làm gì; nếu mọi nguồn đều thế, xem mạng của mình bằng bantin doctor",
            };
            (means.to_owned(), advice)
        }
        Outcome::Dns { no_such_name: true } => {
            ("tên miền không tồn tại".to_owned(), "xem lại chính tả; trang có thể đã chuyển hoặc đóng cửa")
        }
        Outcome::Dns { no_such_name: false } => (
            "lúc này không tra được tên miền".to_owned(),
            "chưa cần làm gì; nếu mọi nguồn đều thế, xem mạng của mình bằng bantin doctor",
        ),
        Outcome::Refused => ("máy chủ không nhận kết nối ở cổng này".to_owned(), WAIT),
        Outcome::Unreachable { detail } => (
            format!("không tới được máy chủ: {detail}"),
            "chưa cần làm gì; nếu mọi nguồn đều thế, xem mạng của mình bằng bantin doctor",
        ),
        Outcome::Interrupted { detail } => (format!("kết nối đứt giữa chừng: {detail}"), WAIT),
        Outcome::Tls { problem } => return vietnamese_tls(problem),
        Outcome::TooLarge { limit_bytes, .. } => (
            format!("tài liệu lớn hơn max_body cho phép ({limit_bytes} byte)"),
            "nếu tài liệu ấy đúng, tăng max_body cho nguồn này",
        ),
        Outcome::RedirectLoop { hops } => (format!("chuyển hướng vòng quanh (bỏ cuộc sau {hops} lần)"), BROWSER),
        Outcome::BadRedirect { detail } => (format!("chuyển hướng không dẫn tới đâu: {detail}"), BROWSER),
        Outcome::BadEncoding { detail } => {
            (format!("câu trả lời nén hỏng: {detail}"), "báo cho đơn vị quản lý: máy chủ nén sai")
        }
        Outcome::BlockedAddress { detail } => (
            format!("địa chỉ thuộc mạng riêng nên không được hỏi: {detail}"),
            "nếu đúng là muốn thế, đặt allow_private_addresses = true trong [poll]; nếu không, tên miền đã sai",
        ),
        Outcome::Robots { .. } => (
            "robots.txt không cho đọc trang này".to_owned(),
            "hỏi đơn vị quản lý, hoặc ghi robots = \"lý do\" cho nguồn này",
        ),
        Outcome::Unreadable { cause } => (
            format!("không đọc được tài liệu: {cause}"),
            "chạy bantin read với địa chỉ này và gửi kết quả cho đơn vị quản lý",
        ),
        Outcome::Proxy { detail } => {
            (format!("proxy không làm việc: {detail}"), "xem lại proxy và nó có đang chạy không")
        }
        Outcome::Misconfigured { detail } => {
            (format!("feeds.toml ghi điều không làm được: {detail}"), "sửa lại rồi chạy bantin check")
        }
        Outcome::MassChange { items, matched, .. } => (
            format!(
                "{items} tin trông như mới, nhưng {matched} tin trong đó đã có dưới tên khác: giữ lại cho đến khi một lần hỏi nữa xác nhận"
            ),
            "không cần làm gì; lần hỏi sau sẽ nhận các tên mới, tin cũ không hiện lại như tin mới",
        ),
        Outcome::SiteChanged { change } => (
            match change {
                SiteChange::NoList => "trang đã đổi: không còn tìm thấy danh sách tin",
                SiteChange::NoDates => "trang đã đổi: không tin nào trong danh sách còn có ngày",
                SiteChange::ShortTexts => "trang đã đổi: bài viết chỉ còn một phần mười độ dài thường lệ",
            }
            .to_owned(),
            "những gì đã đọc vẫn giữ; chạy bantin inspect ĐỊA-CHỈ --from NGUỒN để có bộ chọn cho trang mới; ngày hoặc bài vắng quá một tuần thì trang được nhận như hiện có",
        ),
    };
    (means, (!advice.is_empty()).then(|| advice.to_owned()))
}

fn vietnamese_tls(problem: &TlsProblem) -> (String, Option<String>) {
    let (means, advice) = match problem {
        TlsProblem::Expired { not_after } => (
            match not_after {
                Some(date) => format!("chứng chỉ đã hết hạn ngày {}", date.format("%d/%m/%Y")),
                None => "chứng chỉ đã hết hạn".to_owned(),
            },
            "báo cho đơn vị quản lý; trong lúc chờ, tls_pin với SHA-256 của chứng chỉ cho phép dùng nó",
        ),
        TlsProblem::NotYetValid { .. } => {
            ("chứng chỉ chưa có hiệu lực".to_owned(), "xem đồng hồ máy này, rồi báo cho đơn vị quản lý")
        }
        TlsProblem::WrongName { expected } => (
            format!("chứng chỉ không phải của {expected}"),
            "tìm địa chỉ có đúng tên máy chủ; hay thừa hoặc thiếu www.",
        ),
        TlsProblem::UnknownIssuer { .. } => (
            "chứng chỉ do một nơi mà máy này không tin ký".to_owned(),
            "ghi chứng chỉ của nơi ký vào ca, hoặc SHA-256 của máy chủ vào tls_pin",
        ),
        TlsProblem::IncompleteChain { .. } => (
            "máy chủ không gửi chứng chỉ trung gian".to_owned(),
            "đặt tls_fetch_intermediate = true trong [poll], hoặc ghi chứng chỉ thiếu vào ca",
        ),
        TlsProblem::TooOld => (
            "máy chủ chỉ biết TLS đã lỗi thời".to_owned(),
            "báo cho đơn vị quản lý; nhiều máy chủ như thế vẫn cho đọc feed qua http://",
        ),
        TlsProblem::PinMismatch { found } => (
            format!("chứng chỉ không phải cái đã ghim mà là {found}"),
            "nếu đơn vị quản lý đã đổi chứng chỉ, ghi SHA-256 mới vào tls_pin",
        ),
        TlsProblem::Other { detail } => {
            (format!("không nối an toàn được: {detail}"), "mở địa chỉ bằng trình duyệt, rồi báo cho đơn vị quản lý")
        }
    };
    (means, Some(advice.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::one_of_each;

    /// The rows of a README's table of outcomes: what to do, by name. Code is marked there, not in the page's words.
    fn table(readme: &str) -> BTreeMap<&str, String> {
        let rows = readme.lines().filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |")?.split_once("` | "));
        rows.flat_map(|(names, advice)| names.split("` `").map(|name| (name, advice.replace('`', "")))).collect()
    }

    /// Reads the README of a language, and expects its table to say of each outcome what the program says.
    #[track_caller]
    fn check(file: &str, language: Language) {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let readme = std::fs::read_to_string(path).expect("it lies beside Cargo.toml");
        let table = table(&readme);
        for one in one_of_each() {
            let (_, advice) = outcome(&one, language);
            let Some(advice) = advice.map(|advice| advice.replace('`', "")) else {
                assert!(readme.contains(&format!("`{}`", one.name())), "{file} does not name `{}`", one.name());
                continue;
            };
            assert_eq!(table.get(one.name()), Some(&advice), "{file}, the row of `{}`", one.name());
        }
    }

    #[test]
    fn the_readme_says_what_to_do_about_each_outcome() {
        check("README.md", Language::En);
    }

    #[test]
    fn so_does_the_vietnamese_one() {
        check("README.vi.md", Language::Vi);
    }
}
