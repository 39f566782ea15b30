//! The stories: all events, people, villages and firms are invented.

use bantin::config::SourceKind;
use bantin::model::{
    Carrier, Enclosure, Entry, EntrySource, FeedMeta, Image, Instant, Person, ProvinceSlug, SourceId, StoryKey,
    StoryView, TopicId,
};
use chrono::{DateTime, TimeDelta};

/// One source of the newsroom.
pub struct Line {
    pub id: &'static str,
    pub was: &'static [&'static str],
    pub title: &'static str,
    pub outlet: &'static str,
    pub url: &'static str,
    pub site: &'static str,
    pub province: &'static str,
    pub kind: SourceKind,
    /// The document's own Atom id, where it is Atom.
    pub atom_id: Option<&'static str>,
}

/// The sources of the newsroom.
pub const SOURCES: &[Line] = &[
    Line {
        id: "bao-ninh-binh",
        was: &["bao-ha-nam"],
        title: "Báo Ninh Bình",
        outlet: "Báo Ninh Bình",
        url: "https://baoninhbinh.example.vn/rss/home.rss",
        site: "https://baoninhbinh.example.vn/",
        province: "ninh-binh",
        kind: SourceKind::Feed,
        atom_id: None,
    },
    Line {
        id: "cong-ttdt-ninh-binh",
        was: &[],
        title: "Cổng thông tin điện tử tỉnh Ninh Bình",
        outlet: "Cổng TTĐT Ninh Bình",
        url: "https://ninhbinh.example.gov.vn/tin-tuc",
        site: "https://ninhbinh.example.gov.vn/",
        province: "ninh-binh",
        kind: SourceKind::Html,
        atom_id: None,
    },
    Line {
        id: "bao-quang-ninh",
        was: &[],
        title: "Báo Quảng Ninh · Thời sự",
        outlet: "Báo Quảng Ninh",
        url: "https://baoquangninh.example.vn/rss/thoi-su.rss",
        site: "https://baoquangninh.example.vn/thoi-su",
        province: "quang-ninh",
        kind: SourceKind::Auto,
        atom_id: None,
    },
    Line {
        id: "dai-ca-mau",
        was: &[],
        title: "Đài PT-TH Cà Mau",
        outlet: "Đài PT-TH Cà Mau",
        url: "https://ctv.example.vn/atom.xml",
        site: "https://ctv.example.vn/",
        province: "ca-mau",
        kind: SourceKind::Feed,
        atom_id: Some("tag:ctv.example.vn,2012:tin"),
    },
    Line {
        id: "bao-lao-cai",
        was: &[],
        title: "Báo Lào Cai",
        outlet: "Báo Lào Cai",
        url: "https://baolaocai.example.vn/feed",
        site: "https://baolaocai.example.vn/",
        province: "lao-cai",
        kind: SourceKind::Feed,
        atom_id: None,
    },
    Line {
        id: "hue-ngay-nay",
        was: &[],
        title: "Huế ngày nay",
        outlet: "Huế ngày nay",
        url: "https://huengaynay.example.vn/feed.json",
        site: "https://huengaynay.example.vn/",
        province: "hue",
        kind: SourceKind::Feed,
        atom_id: None,
    },
    Line {
        id: "bao-dak-lak",
        was: &[],
        title: "Báo Đắk Lắk",
        outlet: "Báo Đắk Lắk",
        url: "https://baodaklak.example.vn/rss",
        site: "https://baodaklak.example.vn/",
        province: "dak-lak",
        kind: SourceKind::Feed,
        atom_id: None,
    },
    Line {
        id: "vinh-long-online",
        was: &[],
        title: "Vĩnh Long Online",
        outlet: "Báo Vĩnh Long",
        url: "https://baovinhlong.example.vn/rss/tin-moi",
        site: "https://baovinhlong.example.vn/",
        province: "vinh-long",
        kind: SourceKind::Feed,
        atom_id: None,
    },
    Line {
        id: "bao-ha-tinh",
        was: &[],
        title: "Báo Hà Tĩnh",
        outlet: "Báo Hà Tĩnh",
        url: "https://baohatinh.example.vn/rss",
        site: "https://baohatinh.example.vn/",
        province: "ha-tinh",
        kind: SourceKind::Feed,
        atom_id: None,
    },
];

/// `yyyy-mm-dd hh:mm` in Vietnam.
pub fn instant(text: &str) -> Instant {
    DateTime::parse_from_str(&format!("{text} +07:00"), "%Y-%m-%d %H:%M %:z").expect("a date of the newsroom").to_utc()
}

/// The source of this id, as an entry names it.
pub fn source(id: &str) -> EntrySource {
    let line = SOURCES.iter().find(|line| line.id == id).expect("a source of the newsroom");
    EntrySource {
        id: Some(SourceId::new(line.id)),
        title: line.title.to_owned(),
        outlet: Some(line.outlet.to_owned()),
        url: line.url.to_owned(),
        meta: FeedMeta {
            id: line.atom_id.map(str::to_owned),
            title: Some(line.outlet.to_owned()),
            link: Some(line.site.to_owned()),
            self_link: line.atom_id.map(|_| line.url.to_owned()),
            updated: Some(instant("2026-11-23 14:00")),
            rights: line.atom_id.map(|_| "© Đài PT-TH Cà Mau".to_owned()),
            language: Some("vi-VN".to_owned()),
            ..FeedMeta::default()
        },
    }
}

/// A story with everything ordinary about it.
pub fn entry(key: &str, source_id: &str, at: &str, title: &str, summary: &str, topics: &[&str]) -> Entry {
    let source = source(source_id);
    let line = SOURCES.iter().find(|line| line.id == source_id).expect("a source of the newsroom");
    let link = format!("{}tin/{key}.html", line.site.trim_end_matches("thoi-su"));
    Entry {
        story: StoryKey::new(key),
        atom_id: link.clone(),
        title: title.to_owned(),
        link: Some(link),
        summary: summary.to_owned(),
        content: None,
        published: instant(at),
        updated: instant(at),
        included: instant(at) + TimeDelta::minutes(7),
        authors: vec![Person { name: line.outlet.to_owned(), ..Person::default() }],
        categories: Vec::new(),
        topics: topics.iter().map(|&id| TopicId::new(id)).collect(),
        province: Some(ProvinceSlug::new(line.province)),
        images: Vec::new(),
        enclosures: Vec::new(),
        credit: None,
        language: None,
        rights: None,
        source,
        original_source: None,
        copies: Vec::new(),
    }
}

fn copy(source_id: &str, at: &str, title: &str) -> Carrier {
    let source = source(source_id);
    let site = SOURCES.iter().find(|line| line.id == source_id).expect("a source of the newsroom").site;
    let link = format!("{site}dang-lai/{}.html", at.replace([' ', ':', '-'], ""));
    Carrier { source, title: title.to_owned(), link: Some(link), published: instant(at), is_origin: false }
}

/// The page of a story as a store would give it.
pub fn view(entry: &Entry, all: &[Entry]) -> StoryView {
    let origin = Carrier {
        source: entry.source.clone(),
        title: entry.title.clone(),
        link: entry.link.clone(),
        published: entry.published,
        is_origin: true,
    };
    let mut carriers = vec![origin];
    carriers.extend(entry.copies.iter().cloned());
    carriers.sort_by_key(|carrier| carrier.published);
    let related = all
        .iter()
        .filter(|other| other.story != entry.story && other.topics.iter().any(|topic| entry.topics.contains(topic)))
        .take(4)
        .map(|other| (other.story.clone(), other.title.clone(), other.published))
        .collect();
    let mut shown = entry.clone();
    shown.content = Some(BODY.to_owned());
    StoryView { entry: shown, text: TEXT.to_owned(), carriers, related }
}

/// The body that story pages of sites with `content = "full"` show.
pub const BODY: &str = "<p>Từ sáng sớm, hơn hai trăm người dân ba thôn đã có mặt trên bờ kênh Đông, người mang cuốc, \
người đẩy xe, cùng đoàn viên thanh niên xã dọn hai cây số rưỡi lòng kênh đã bồi lắng từ mùa mưa năm trước.</p>\
<blockquote><p>Việc của thôn thì thôn làm, xã chỉ lo thêm cái máy xúc, bà Phạm Thị Hòe, tổ trưởng tổ dân vận thôn Thượng, nói.</p></blockquote>\
<h3>Ba buổi sáng, một con kênh</h3><p>Theo tính toán của hợp tác xã, nước sẽ về tới cánh đồng cuối kênh sớm hơn bốn ngày so với vụ trước, \
đủ cho <a href=\"https://baoninhbinh.example.vn/vu-xuan\">lịch gieo cấy vụ xuân</a>.</p>\
<table><tbody><tr><th>Thôn</th><th>Mét kênh</th></tr><tr><td>Thượng</td><td>900</td></tr><tr><td>Trung</td><td>850</td></tr></tbody></table>";

const TEXT: &str = "Từ sáng sớm, hơn hai trăm người dân ba thôn đã có mặt trên bờ kênh Đông.\nNước sẽ về tới cánh đồng cuối kênh sớm hơn bốn ngày.";

/// All stories, newest article first.
pub fn entries() -> Vec<Entry> {
    let mut all = Vec::new();
    let mut add = |entry: Entry| all.push(entry);

    let mut canal = entry(
        "k3n4hd0ng7xq",
        "bao-ninh-binh",
        "2026-11-23 14:05",
        "Ba thôn ở xã Đồng Lý cùng dọn kênh Đông trước vụ xuân",
        "Hơn hai trăm người dân cùng đoàn viên thanh niên dọn hai cây số rưỡi lòng kênh đã bồi lắng từ mùa mưa năm trước, để nước về tới cánh đồng cuối kênh sớm hơn bốn ngày.",
        &["dan-van", "nong-nghiep"],
    );
    canal.authors = vec![Person { name: "Minh Đường".to_owned(), ..Person::default() }];
    canal.copies = vec![
        copy("cong-ttdt-ninh-binh", "2026-11-23 14:40", "Xã Đồng Lý ra quân nạo vét kênh Đông"),
        copy("bao-ha-tinh", "2026-11-23 15:12", "Ninh Bình: Ba thôn cùng dọn kênh Đông trước vụ xuân"),
        copy("vinh-long-online", "2026-11-23 16:30", "Ba thôn ở Ninh Bình cùng dọn kênh trước vụ xuân"),
    ];
    canal.categories = vec!["Nông thôn mới".to_owned(), "Thuỷ lợi".to_owned()];
    add(canal);

    add(entry(
        "cau4r0ng2bay",
        "bao-quang-ninh",
        "2026-11-23 11:20",
        "Thông xe cầu Vân Hải, đường ra đảo Ngọc Thạch ngắn lại bốn mươi phút",
        "Cầu dài 1.180 mét, bốn làn xe, khánh thành sớm hai tháng. Xe khách được qua cầu từ 6 giờ sáng mai; phà cũ chạy thêm một tuần rồi nghỉ.",
        &["giao-thong"],
    ));

    let mut shrimp = entry(
        "t0mrung5camau",
        "dai-ca-mau",
        "2026-11-23 09:45",
        "Nuôi tôm dưới tán rừng: 420 hộ ở Rạch Tàu ký cam kết không dùng kháng sinh",
        "Các hộ góp chung một quỹ kiểm nghiệm; lô hàng nào có tồn dư thì cả tổ cùng chịu. Vụ đầu tiên bán được giá cao hơn 12% so với tôm nuôi công nghiệp.",
        &["nong-nghiep", "moi-truong"],
    );
    shrimp.rights = Some("© 2026 Đài PT-TH Cà Mau".to_owned());
    shrimp.enclosures = vec![Enclosure {
        url: "https://ctv.example.vn/am-thanh/tom-rung.mp3".to_owned(),
        media_type: Some("audio/mpeg".to_owned()),
        length: Some(4_815_162),
    }];
    add(shrimp);

    let mut english = entry(
        "hueenglish01",
        "hue-ngay-nay",
        "2026-11-23 08:30",
        "Village choir of Thủy Vân to sing the rowing songs of the Hương river abroad",
        "Twelve singers, the youngest of whom is fourteen, have been invited to three cities next spring.",
        &["van-hoa"],
    );
    english.language = Some("en".to_owned());
    add(english);

    let mut school = entry(
        "tr1ngban9lop",
        "bao-lao-cai",
        "2026-11-22 17:10",
        "Điểm trường Sín Chải có lớp học hai buổi, học sinh không còn phải đi bộ chín cây số",
        "Sáu phòng học và một bếp ăn được dựng trong bốn tháng từ tiền góp của phụ huynh, giáo viên và một nhóm cựu học sinh.",
        &["giao-duc"],
    );
    school.copies = vec![copy("bao-dak-lak", "2026-11-22 20:00", "Lào Cai: Điểm trường Sín Chải có lớp học hai buổi")];
    school.credit = Some("Bản tin Giáo dục vùng cao".to_owned());
    add(school);

    add(entry(
        "kh4mb3nh0nha",
        "bao-dak-lak",
        "2026-11-22 15:00",
        "Bác sĩ về buôn: mỗi tháng hai ngày khám bệnh tại nhà cộng đồng",
        "Chương trình bắt đầu ở mười hai buôn của hai xã vùng xa, ưu tiên người già và phụ nữ mang thai.",
        &["y-te", "dan-van"],
    ));
    add(entry(
        "m4n2nuoc6ngot",
        "vinh-long-online",
        "2026-11-22 10:25",
        "Độ mặn trên sông Cổ Chiên lên sớm, các xã ven sông đóng cống trữ nước ngọt",
        "Trạm đo Quới An ghi nhận 1,8 phần nghìn sáng nay, sớm hơn trung bình nhiều năm mười một ngày. Người trồng cây ăn trái được khuyên trữ nước trong mương vườn ngay trong tuần này.",
        &["moi-truong", "nong-nghiep"],
    ));
    add(entry(
        "ch0phienso88",
        "cong-ttdt-ninh-binh",
        "2026-11-22 07:50",
        "Chợ phiên Yên Hạ thanh toán không tiền mặt: bà con đã quen quét mã",
        "Sau ba tháng thử, tám trong mười gian hàng nhận chuyển khoản; tổ công nghệ số của thôn trực tại chợ mỗi phiên.",
        &["chuyen-doi-so"],
    ));
    add(entry(
        "d3bienhatinh",
        "bao-ha-tinh",
        "2026-11-21 18:35",
        "Hoàn thành bảy cây số đê biển Kỳ Lợi trước mùa gió chướng",
        "Đoạn đê mới cao hơn đê cũ 1,2 mét, mặt đê rộng đủ cho xe cứu hộ tránh nhau. Hai trăm hộ sát chân đê không phải di dời trong mùa bão năm nay.",
        &["moi-truong", "giao-thong"],
    ));
    add(entry(
        "huegiaydo777",
        "hue-ngay-nay",
        "2026-11-21 14:15",
        "Làng giấy Thanh Tiên mở lớp dạy nghề cho người trẻ",
        "Lớp đầu tiên có mười bảy học viên, người lớn tuổi nhất sáu mươi hai, nhỏ nhất mười lăm.",
        &["van-hoa", "giao-duc"],
    ));
    let mut portal = entry(
        "k1emtraso456",
        "cong-ttdt-ninh-binh",
        "2026-11-21 08:00",
        "Kiểm tra công tác chuẩn bị Ngày hội Đại đoàn kết tại các khu dân cư",
        "",
        &["dan-van"],
    );
    portal.credit = Some("Báo Ninh Bình".to_owned());
    add(portal);
    let mut nolink = entry(
        "khongdiachi1",
        "bao-quang-ninh",
        "2026-11-20 16:45",
        "Thông báo lịch cắt nước tại phường Hà Lầm ngày 22 và 23 tháng 11",
        "Nước sẽ có lại chậm nhất lúc 18 giờ mỗi ngày; xe bồn phục vụ tại nhà văn hoá khu 3.",
        &[],
    );
    nolink.link = None;
    nolink.atom_id = "tag:tin.example.vn,2026:item/5fd2c1".to_owned();
    nolink.images = vec![Image { url: "https://baoquangninh.example.vn/anh/nuoc.jpg".to_owned(), caption: None }];
    add(nolink);
    all
}
