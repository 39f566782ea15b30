//! Articles and bulletins of our own, as papers and portals write them.

use super::{Item, item};

/// Articles of which no two are one story.
pub fn articles() -> Vec<Item> {
    [
        (
            "Khánh thành cầu Bến Đá nối hai bờ sông Vạc",
            "Sáng 5/6, UBND huyện Yên Khánh khánh thành cầu Bến Đá, công trình nối hai xã ven sông Vạc sau bốn năm thi công.\n\
             Cầu dài 312 m, rộng 9 m, tổng vốn đầu tư 87 tỷ đồng từ ngân sách tỉnh và nguồn xã hội hóa. Phát biểu tại buổi lễ, \
             Chủ tịch UBND huyện Trần Văn Hòa cho biết cây cầu thay cho bến phà mà người dân hai bờ đã dùng hơn 40 năm, nhất là \
             học sinh phải dậy từ 4 giờ sáng để kịp giờ học. Ông Nguyễn Đình Thuỷ, 67 tuổi, người lái phà cuối cùng, được mời \
             đi chuyến xe đầu tiên qua cầu. Huyện sẽ trải nhựa tuyến đường dẫn dài 1.250 m trong quý IV năm nay.\n\
             Theo ban quản lý dự án, trong ba tháng đầu các xe trên 10 tấn chưa được qua cầu để theo dõi độ lún của mố phía đông.",
        ),
        (
            "Làng lụa Nha Xá giữ nghề bằng đơn hàng trực tuyến",
            "Từ đầu năm đến nay, hơn 60 hộ dệt ở làng Nha Xá bán được gần 12.000 m lụa qua các sàn thương mại điện tử.\n\
             Chị Đỗ Thị Hạnh, chủ một xưởng tám khung dệt, kể rằng đơn hàng đầu tiên đến từ một cửa hàng áo dài ở Cần Thơ vào \
             đêm giao thừa. Xưởng của chị nay thuê thêm năm thợ, phần lớn là phụ nữ từng bỏ nghề đi làm công nhân. Hợp tác xã \
             mở lớp chụp ảnh sản phẩm và viết lời giới thiệu, mỗi lớp 20 người, học vào buổi tối. Điều làng lo nhất là giá tơ \
             nguyên liệu đã tăng một phần ba so với năm ngoái, trong khi khách quen chưa chịu trả thêm.\n\
             Nghệ nhân Phạm Văn Toàn nói máy móc có thể dệt nhanh gấp mười, nhưng hoa văn chìm thì vẫn phải nhờ bàn tay.",
        ),
        (
            "Bắt nhóm trộm cáp viễn thông liên huyện",
            "Công an huyện Kim Bảng vừa tạm giữ ba người để điều tra hành vi cắt trộm cáp viễn thông trên địa bàn nhiều xã.\n\
             Khoảng 2 giờ ngày 14/6, tổ tuần tra phát hiện một xe tải nhỏ không biển số dừng sát cột cáp ở cánh đồng thôn Đanh. \
             Khi bị kiểm tra, ba người trên xe bỏ chạy về hướng bờ mương và bị khống chế sau gần một giờ truy đuổi. Trong thùng \
             xe có 430 kg cáp đồng đã bóc vỏ, hai kìm cộng lực và một máy cắt cầm tay. Bước đầu nhóm này khai đã gây ra chín vụ \
             từ tháng Ba, làm gián đoạn liên lạc của hơn 2.700 thuê bao.\n\
             Cơ quan điều tra đề nghị các cơ sở thu mua phế liệu cung cấp thông tin về người bán cáp đồng trong thời gian trên.",
        ),
        (
            "Hơn 300 học sinh vùng cao thử làm nhà khoa học",
            "Cuối tuần qua, trường nội trú huyện Mường Lát biến sân trường thành phòng thí nghiệm ngoài trời cho học sinh.\n\
             Các em tự ráp kính thiên văn từ ống nhựa, đo độ chua của nước suối và thả những chiếc dù giấy từ mái nhà ba tầng để \
             tính tốc độ rơi. Cô giáo vật lý Lò Thị Mai mất hai tháng xin linh kiện cũ từ các trường dưới xuôi, có thùng đi nhờ \
             xe chở rau suốt 180 km. Em Giàng A Páo lần đầu nhìn thấy vành của sao Thổ và hỏi vì sao nó không rơi xuống. Nhà \
             trường dự định mở câu lạc bộ vào mỗi chiều thứ Bảy, mời cựu học sinh đang học đại học về hướng dẫn.\n\
             Phụ huynh đóng góp củi và ngô nếp cho bếp ăn của ngày hội, coi đó là phần việc của mình.",
        ),
        (
            "River ferry gives way to a bridge after forty years",
            "The last wooden ferry on the Vac river made its final crossing on Friday as a new bridge opened to traffic.\n\
             The 312-metre bridge links two communes whose children used to get up at four in the morning to reach school. \
             District officials said the work had cost 87 billion dong and taken four years, twice as long as planned, because \
             the eastern pier kept sinking into the clay. Trucks heavier than ten tonnes will be turned away for three months \
             while engineers measure how far it settles. The ferryman, who is 67, rode in the first car across and said he \
             would miss the talk more than the river.\n\
             The approach road is still gravel; asphalt is promised before the end of the year.",
        ),
    ]
    .into_iter()
    .map(|(title, text)| item(title, text))
    .collect()
}

/// What makes one bulletin of a kind another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Day and month, as it is spoken of.
    pub day: u32,
    /// Where.
    pub province: &'static str,
    /// Two numbers that matter.
    pub numbers: (u32, u32),
}

/// Provinces of which bulletins are written; no one's name is part of another's.
pub const PROVINCES: [&str; 8] =
    ["Hà Tĩnh", "Lâm Đồng", "Cao Bằng", "Ninh Bình", "Quảng Trị", "Sơn La", "An Giang", "Thái Nguyên"];

/// Kinds of [`bulletin`].
pub const KINDS: usize = 6;

/// A bulletin of one of [`KINDS`] moulds.
pub fn bulletin(kind: usize, facts: &Facts) -> Item {
    let Facts { day, province, numbers: (one, two) } = facts;
    let (title, text) = match kind {
        0 => (
            format!("Dự báo thời tiết {province} ngày {day}/6"),
            format!(
                "Thời tiết {province} ngày {day}/6: ngày nắng, chiều tối có mưa rào.\nTheo Trung tâm Dự báo khí tượng thủy văn, \
                 ngày {day}/6, khu vực {province} có mưa rào và dông rải rác, gió đông nam cấp 3. Trong cơn dông có khả năng xảy \
                 ra tố, lốc và gió giật mạnh. Nhiệt độ thấp nhất {one} độ C, cao nhất {two} độ C. Người dân cần theo dõi các bản \
                 tin tiếp theo để chủ động phòng tránh."
            ),
        ),
        1 => (
            format!("Lịch cắt điện {province} ngày {day}/6"),
            format!(
                "Công ty Điện lực {province} thông báo lịch tạm ngừng cấp điện ngày {day}/6.\nTừ {one} giờ 30 đến {two} giờ, khu \
                 vực trung tâm {province} mất điện để sửa chữa lưới điện định kỳ. Công ty mong khách hàng thông cảm và chủ động \
                 trong sản xuất, sinh hoạt; mọi thắc mắc xin gọi trung tâm chăm sóc khách hàng của điện lực tỉnh {province}."
            ),
        ),
        2 => (
            format!("{province}: thêm {one} ca mắc mới ngày {day}/6"),
            format!(
                "Sáng {day}/6, Sở Y tế {province} ghi nhận thêm {one} ca mắc mới, nâng tổng số ca trong năm lên {two}.\nCác ca mắc \
                 đều được cách ly, điều trị theo quy định. Ngành y tế {province} đề nghị người dân không chủ quan, thực hiện \
                 nghiêm các biện pháp phòng bệnh, khai báo khi có triệu chứng và tiêm đủ liều vắc xin theo hướng dẫn."
            ),
        ),
        3 => (
            format!("Giá lúa tại {province} ngày {day}/6"),
            format!(
                "Giá lúa tươi tại {province} sáng {day}/6 dao động quanh mức {one}.{two} đồng/kg.\nThương lái cho biết sức mua tại \
                 {province} chậm, giao dịch lai rai, chủ yếu là lúa thơm. Các kho tiếp tục mua vào để trả hợp đồng. Chuyên gia \
                 khuyên nông dân theo dõi sát thị trường, thu hoạch đúng độ chín và liên hệ hợp tác xã để được hỗ trợ phơi sấy."
            ),
        ),
        4 => (
            format!("Bộ Nội vụ làm việc với UBND tỉnh {province}"),
            format!(
                "Ngày {day}/6, đoàn công tác của Bộ Nội vụ đã có buổi làm việc với UBND tỉnh {province}.\nBáo cáo với đoàn, lãnh \
                 đạo tỉnh {province} cho biết đến nay tỉnh đã tinh giản {one} biên chế, sắp xếp {two} đơn vị sự nghiệp công lập. \
                 Trưởng đoàn đánh giá cao những kết quả đạt được, đề nghị tỉnh tiếp tục đẩy mạnh cải cách hành chính, nâng cao \
                 chất lượng phục vụ người dân và doanh nghiệp."
            ),
        ),
        _ => (
            format!("Weather in {province} on {day}/6"),
            format!(
                "Weather in {province} on {day}/6: sunny by day, showers in the evening.\nThe forecasting centre expects showers \
                 and thunderstorms in {province} on {day}/6 with a south-easterly wind. Gusts are likely during storms. The \
                 lowest temperature will be {one} degrees, the highest {two} degrees. Residents are asked to follow the next \
                 bulletins and to keep away from trees and power lines."
            ),
        ),
    };
    item(&title, &text)
}
