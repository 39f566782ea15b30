//! The words of dates: months, weekdays, zones, half days and units in the languages that feeds are written in.
//!
//! Words stand here folded (lower case, without marks), as [`super::token`] looks them up. One spelling has one sense;
//! a word that means two things (`mar`: March, or Tuesday in four languages) has a sense of its own, and the grammar
//! decides by its place.

/// What a word means in a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sense {
    /// Not a word of dates.
    Unknown,
    /// A single ASCII letter, lower case: `T`, `Z`, `h`, the `p` of `p.m.`
    Letter(u8),
    /// 1 to 12.
    Month(u8),
    /// 1 (Monday) to 7.
    Weekday(u8),
    /// `mar`.
    MonthOrWeekday(u8, u8),
    /// `ago`: August, or "ago".
    Ago,
    /// `thu`: Thursday, or Vietnamese `thứ` before the number of a weekday.
    Thu,
    /// `chủ` of `chủ nhật`.
    Chu,
    /// `nhật`.
    Nhat,
    /// `CN`.
    Cn,
    /// `sa`: Saturday in German, AM in Vietnamese.
    SaturdayOrAm,
    /// `ngày`.
    Ngay,
    /// `tháng`, `thg`.
    Thang,
    /// `th`: English ordinal, or Vietnamese `Th12`.
    Th,
    /// `năm`: year, or five.
    Nam,
    /// `giờ`.
    Gio,
    /// A number in words.
    Digit(u8),
    /// `st`, `nd`, `rd`, `º`.
    Ordinal,
    /// Before noon.
    Am,
    /// After noon.
    Pm,
    /// `trưa`.
    Noon,
    /// `đêm`.
    Night,
    /// A unit, other than the Vietnamese words above.
    Hour,
    /// `phút`, `min`.
    Minute,
    /// `giây`, `sec`.
    Second,
    /// English; Vietnamese is [`Sense::Ngay`].
    Day,
    /// `tuần`, `week`.
    Week,
    /// English; Vietnamese is [`Sense::Thang`].
    Months,
    /// English; Vietnamese is [`Sense::Nam`].
    Year,
    /// `trước`.
    Truoc,
    /// `cách` of `cách đây`.
    Cach,
    /// `hôm`.
    Hom,
    /// `qua` of `hôm qua`; Portuguese Wednesday.
    Qua,
    /// `nay`.
    Nay,
    /// `kia`.
    Kia,
    /// `vừa`.
    Vua,
    /// `xong`.
    Xong,
    /// `mới`.
    Moi,
    /// `ngoái` of `năm ngoái`.
    Ngoai,
    /// `yesterday`.
    Yesterday,
    /// `today`.
    Today,
    /// `just` of `just now`.
    Just,
    /// `now`.
    Now,
    /// UTC and its names; may be followed by an offset.
    Utc,
    /// An abbreviation of a zone, minutes east.
    Zone(i16),
    /// A zone's name when `time` follows, minutes east.
    ZoneName(i16),
    /// `daylight`, `summer`: one hour more.
    Daylight,
    /// `of`, `de`: between the parts of a date.
    Of,
    /// `lúc`, `at`-words, `Uhr`: between date and clock.
    Filler,
    /// Behind a number: year, month, day, hour, minute, second (0 to 5) in Chinese, Japanese and Korean.
    Glyph(u8),
}

impl Sense {
    /// The month this word can be.
    pub fn month(self) -> Option<u8> {
        match self {
            Self::Month(m) | Self::MonthOrWeekday(m, _) => Some(m),
            Self::Ago => Some(8),
            _ => None,
        }
    }

    /// The weekday this word can be, all by itself.
    pub fn weekday(self) -> Option<u8> {
        match self {
            Self::Weekday(w) | Self::MonthOrWeekday(_, w) => Some(w),
            Self::Thu => Some(4),
            Self::Qua => Some(3),
            Self::SaturdayOrAm => Some(6),
            Self::Cn => Some(7),
            _ => None,
        }
    }
}

/// Looks a folded word up.
pub(super) fn sense_of(folded: &str) -> Sense {
    if let [letter] = folded.as_bytes() {
        return Sense::Letter(*letter);
    }
    match WORDS.binary_search_by(|(word, _)| (*word).cmp(folded)) {
        Ok(at) => WORDS[at].1,
        Err(_) => Sense::Unknown,
    }
}

use Sense::{
    Ago, Am, Cach, Chu, Cn, Day, Daylight, Digit, Filler, Gio, Glyph, Hom, Hour, Just, Kia, Minute, Moi, Month,
    MonthOrWeekday, Months, Nam, Nay, Ngay, Ngoai, Nhat, Night, Noon, Now, Of, Ordinal, Pm, Qua, SaturdayOrAm, Second,
    Th, Thang, Thu, Today, Truoc, Utc, Vua, Week, Weekday, Xong, Year, Yesterday, Zone, ZoneName,
};

/// Sorted by bytes; the test below holds that.
#[rustfmt::skip]
static WORDS: &[(&str, Sense)] = &[
    ("abr", Month(4)), ("abril", Month(4)), ("acdt", Zone(630)), ("acst", Zone(570)), ("adt", Zone(-180)),
    ("aedt", Zone(660)), ("aest", Zone(600)), ("ago", Ago), ("agosto", Month(8)), ("ags", Month(8)),
    ("agt", Month(8)), ("agu", Month(8)), ("agustos", Month(8)), ("agustus", Month(8)), ("akdt", Zone(-480)),
    ("akst", Zone(-540)), ("almt", Zone(300)), ("am", Am), ("an", Digit(1)), ("aout", Month(8)), ("apr", Month(4)),
    ("april", Month(4)), ("aprila", Month(4)), ("aprile", Month(4)), ("aprilie", Month(4)), ("aprilis", Month(4)),
    ("ara", Month(12)), ("aralik", Month(12)), ("art", Zone(-180)), ("ast", Zone(-240)), ("at", Zone(-240)),
    ("aug", Month(8)), ("august", Month(8)), ("augusta", Month(8)), ("augusti", Month(8)), ("augustus", Month(8)),
    ("augusztus", Month(8)), ("avr", Month(4)), ("avril", Month(4)), ("awst", Zone(480)), ("ba", Digit(3)),
    ("bay", Digit(7)), ("bon", Digit(4)), ("brezen", Month(3)), ("brezna", Month(3)), ("brst", Zone(-120)),
    ("brt", Zone(-180)), ("bst", Zone(60)), ("cach", Cach), ("carsamba", Weekday(3)), ("cat", Zone(120)),
    ("cdt", Zone(-300)), ("central", ZoneName(-360)), ("cerven", Month(6)), ("cervence", Month(7)),
    ("cervenec", Month(7)), ("cervna", Month(6)), ("cest", Zone(120)), ("cet", Zone(60)), ("ch", Pm),
    ("chap", Digit(12)), ("chieu", Pm), ("chin", Digit(9)), ("chst", Zone(600)), ("chu", Chu), ("clst", Zone(-180)),
    ("clt", Zone(-240)), ("cn", Cn), ("cot", Zone(-300)), ("cst", Zone(-360)), ("csutortok", Weekday(4)),
    ("ct", Zone(-360)), ("ctvrtek", Weekday(4)), ("cuma", Weekday(5)), ("cumartesi", Weekday(6)), ("cze", Month(6)),
    ("czerwca", Month(6)), ("czerwiec", Month(6)), ("czw", Weekday(4)), ("czwartek", Weekday(4)), ("day", Day),
    ("daylight", Daylight), ("days", Day), ("de", Of), ("dec", Month(12)), ("december", Month(12)),
    ("decembra", Month(12)), ("decembre", Month(12)), ("decembrie", Month(12)), ("del", Of), ("dem", Night),
    ("den", Of), ("des", Month(12)), ("desember", Month(12)), ("dez", Month(12)), ("dezember", Month(12)),
    ("dezembro", Month(12)), ("di", Weekday(2)), ("dic", Month(12)), ("dicembre", Month(12)),
    ("diciembre", Month(12)), ("dienst", Weekday(2)), ("dienstag", Weekday(2)), ("dim", Weekday(7)),
    ("dimanche", Weekday(7)), ("dinsdag", Weekday(2)), ("do", Weekday(4)), ("dom", Weekday(7)),
    ("domenica", Weekday(7)), ("domingo", Weekday(7)), ("don", Weekday(4)), ("donderdag", Weekday(4)),
    ("donnerstag", Weekday(4)), ("duben", Month(4)), ("dubna", Month(4)), ("duminica", Weekday(7)),
    ("eastern", ZoneName(-300)), ("eat", Zone(180)), ("edt", Zone(-240)), ("eest", Zone(180)), ("eet", Zone(120)),
    ("eki", Month(10)), ("ekim", Month(10)), ("el", Of), ("elo", Month(8)), ("elokuu", Month(8)),
    ("elokuuta", Month(8)), ("ene", Month(1)), ("enero", Month(1)), ("er", Ordinal), ("est", Zone(-300)),
    ("et", Zone(-300)), ("eyl", Month(9)), ("eylul", Month(9)), ("feb", Month(2)), ("febbraio", Month(2)),
    ("feber", Month(2)), ("febr", Month(2)), ("febrero", Month(2)), ("februar", Month(2)), ("februara", Month(2)),
    ("februari", Month(2)), ("februarie", Month(2)), ("february", Month(2)), ("fev", Month(2)),
    ("fevereiro", Month(2)), ("fevr", Month(2)), ("fevrier", Month(2)), ("fr", Weekday(5)), ("fre", Weekday(5)),
    ("fredag", Weekday(5)), ("freitag", Weekday(5)), ("fri", Weekday(5)), ("friday", Weekday(5)), ("gen", Month(1)),
    ("gener", Month(1)), ("gennaio", Month(1)), ("giay", Second), ("gieng", Digit(1)), ("gio", Gio),
    ("giovedi", Weekday(4)), ("giu", Month(6)), ("giugno", Month(6)), ("gmt", Utc), ("gru", Month(12)),
    ("grudnia", Month(12)), ("grudzien", Month(12)), ("gst", Zone(240)), ("hai", Digit(2)), ("haz", Month(6)),
    ("haziran", Month(6)), ("heina", Month(7)), ("heinakuu", Month(7)), ("heinakuuta", Month(7)),
    ("helmi", Month(2)), ("helmikuu", Month(2)), ("helmikuuta", Month(2)), ("hetfo", Weekday(1)), ("heure", Hour),
    ("heures", Hour), ("hkt", Zone(480)), ("hoi", Filler), ("hom", Hom), ("hour", Hour), ("hours", Hour),
    ("hr", Hour), ("hrs", Hour), ("hst", Zone(-600)), ("huhti", Month(4)), ("huhtikuu", Month(4)),
    ("huhtikuuta", Month(4)), ("ian", Month(1)), ("ianuarie", Month(1)), ("ict", Zone(420)),
    ("indochina", ZoneName(420)), ("ist", Zone(330)), ("iul", Month(7)), ("iulie", Month(7)), ("iun", Month(6)),
    ("iunie", Month(6)), ("jaanuar", Month(1)), ("jaen", Month(1)), ("jaenner", Month(1)), ("jan", Month(1)),
    ("janeiro", Month(1)), ("janner", Month(1)), ("januar", Month(1)), ("januara", Month(1)), ("januari", Month(1)),
    ("january", Month(1)), ("janv", Month(1)), ("janvier", Month(1)), ("jeu", Weekday(4)), ("jeudi", Weekday(4)),
    ("joi", Weekday(4)), ("joulu", Month(12)), ("joulukuu", Month(12)), ("joulukuuta", Month(12)),
    ("jst", Zone(540)), ("jue", Weekday(4)), ("jueves", Weekday(4)), ("juil", Month(7)), ("juillet", Month(7)),
    ("juin", Month(6)), ("jul", Month(7)), ("jula", Month(7)), ("julho", Month(7)), ("juli", Month(7)),
    ("julio", Month(7)), ("julius", Month(7)), ("july", Month(7)), ("jumat", Weekday(5)), ("jun", Month(6)),
    ("juna", Month(6)), ("june", Month(6)), ("junho", Month(6)), ("juni", Month(6)), ("junio", Month(6)),
    ("junius", Month(6)), ("just", Just), ("kamis", Weekday(4)), ("kas", Month(11)), ("kasim", Month(11)),
    ("kedd", Weekday(2)), ("kesa", Month(6)), ("kesakuu", Month(6)), ("kesakuuta", Month(6)),
    ("keskiviikko", Weekday(3)), ("khuya", Night), ("kia", Kia), ("kl", Filler), ("klo", Filler), ("kst", Zone(540)),
    ("kveten", Month(5)), ("kvetna", Month(5)), ("kwi", Month(4)), ("kwiecien", Month(4)), ("kwietnia", Month(4)),
    ("lauantai", Weekday(6)), ("le", Of), ("leden", Month(1)), ("ledna", Month(1)), ("lip", Month(7)),
    ("lipca", Month(7)), ("lipiec", Month(7)), ("lis", Month(11)), ("listopad", Month(11)), ("listopada", Month(11)),
    ("loka", Month(10)), ("lokakuu", Month(10)), ("lokakuuta", Month(10)), ("lordag", Weekday(6)), ("luc", Filler),
    ("lug", Month(7)), ("luglio", Month(7)), ("lun", Weekday(1)), ("lundi", Weekday(1)), ("lunedi", Weekday(1)),
    ("lunes", Weekday(1)), ("luni", Weekday(1)), ("lutego", Month(2)), ("luty", Month(2)),
    ("ma", Weekday(1)), ("maalis", Month(3)), ("maaliskuu", Month(3)), ("maaliskuuta", Month(3)),
    ("maanantai", Weekday(1)), ("maandag", Weekday(1)), ("maart", Month(3)), ("maerz", Month(3)), ("mag", Month(5)),
    ("maggio", Month(5)), ("mai", Month(5)), ("maio", Month(5)), ("maj", Month(5)), ("maja", Month(5)),
    ("majus", Month(5)), ("man", Weekday(1)), ("mandag", Weekday(1)), ("mar", MonthOrWeekday(3, 2)),
    ("marc", Month(3)), ("marca", Month(3)), ("march", Month(3)), ("marcius", Month(3)), ("marco", Month(3)),
    ("mardi", Weekday(2)), ("marec", Month(3)), ("maret", Month(3)), ("marras", Month(11)), ("marraskuu", Month(11)),
    ("marraskuuta", Month(11)), ("mars", Month(3)), ("mart", Month(3)), ("martedi", Weekday(2)),
    ("martes", Weekday(2)), ("marti", Weekday(2)), ("martie", Month(3)), ("marts", Month(3)), ("marz", Month(3)),
    ("marzec", Month(3)), ("marzo", Month(3)), ("may", Month(5)), ("mayis", Month(5)), ("mayo", Month(5)),
    ("mdt", Zone(-360)), ("mei", Month(5)), ("mer", Weekday(3)), ("mercoledi", Weekday(3)), ("mercredi", Weekday(3)),
    ("mest", Zone(120)), ("mesz", Zone(120)), ("met", Zone(60)), ("mez", Zone(60)), ("mi", Weekday(3)),
    ("mie", Weekday(3)), ("miercoles", Weekday(3)), ("miercuri", Weekday(3)), ("min", Minute),
    ("minggu", Weekday(7)), ("mins", Minute), ("minute", Minute), ("minutes", Minute), ("mittwoch", Weekday(3)),
    ("mo", Weekday(1)), ("moi", Moi), ("mon", Weekday(1)), ("monday", Weekday(1)), ("montag", Weekday(1)),
    ("month", Months), ("months", Months), ("mot", Digit(1)), ("mountain", ZoneName(-420)), ("mrt", Month(3)),
    ("mrz", Month(3)), ("msd", Zone(240)), ("msk", Zone(180)), ("mst", Zone(-420)), ("mt", Zone(-420)),
    ("muoi", Digit(10)), ("myt", Zone(480)), ("nam", Nam), ("nay", Nay), ("nd", Ordinal), ("ndt", Zone(-150)),
    ("nedele", Weekday(7)), ("ngay", Ngay), ("ngoai", Ngoai), ("nhat", Nhat), ("nie", Weekday(7)),
    ("niedziela", Weekday(7)), ("nis", Month(4)), ("nisan", Month(4)), ("noiembrie", Month(11)),
    ("nopember", Month(11)), ("nov", Month(11)), ("november", Month(11)), ("novembra", Month(11)),
    ("novembre", Month(11)), ("novembro", Month(11)), ("noviembre", Month(11)), ("now", Now), ("npt", Zone(345)),
    ("nst", Zone(-210)), ("nzdt", Zone(780)), ("nzst", Zone(720)), ("oca", Month(1)), ("ocak", Month(1)),
    ("oct", Month(10)), ("october", Month(10)), ("octobre", Month(10)), ("octombrie", Month(10)),
    ("octubre", Month(10)), ("of", Of), ("okt", Month(10)), ("oktober", Month(10)), ("oktobra", Month(10)),
    ("on", Filler), ("one", Digit(1)), ("ons", Weekday(3)), ("onsdag", Weekday(3)), ("ore", Filler),
    ("ott", Month(10)), ("ottobre", Month(10)), ("out", Month(10)), ("outubro", Month(10)),
    ("pacific", ZoneName(-480)), ("patek", Weekday(5)), ("paz", Month(10)), ("pazar", Weekday(7)),
    ("pazartesi", Weekday(1)), ("pazdziernik", Month(10)), ("pazdziernika", Month(10)), ("pdt", Zone(-420)),
    ("pebruari", Month(2)), ("pentek", Weekday(5)), ("perjantai", Weekday(5)), ("persembe", Weekday(4)),
    ("pet", Zone(-300)), ("ph", Minute), ("pht", Zone(480)), ("phut", Minute), ("piatek", Weekday(5)),
    ("pkt", Zone(300)), ("pm", Pm), ("pon", Weekday(1)), ("pondeli", Weekday(1)), ("poniedzialek", Weekday(1)),
    ("posted", Filler), ("prosince", Month(12)), ("prosinec", Month(12)), ("pst", Zone(-480)), ("pt", Zone(-480)),
    ("qua", Qua), ("quarta", Weekday(3)), ("qui", Weekday(4)), ("quinta", Weekday(4)), ("rabu", Weekday(3)),
    ("rd", Ordinal), ("rijen", Month(10)), ("rijna", Month(10)), ("sa", SaturdayOrAm), ("sab", Weekday(6)),
    ("sabado", Weekday(6)), ("sabato", Weekday(6)), ("sabtu", Weekday(6)), ("sali", Weekday(2)), ("sam", Weekday(6)),
    ("sambata", Weekday(6)), ("samedi", Weekday(6)), ("samstag", Weekday(6)), ("sang", Am), ("sast", Zone(120)),
    ("sat", Weekday(6)), ("saturday", Weekday(6)), ("sau", Digit(6)), ("sec", Second), ("second", Second),
    ("seconds", Second), ("secs", Second), ("seg", Weekday(1)), ("segunda", Weekday(1)), ("selasa", Weekday(2)),
    ("senin", Weekday(1)), ("sep", Month(9)), ("sept", Month(9)), ("september", Month(9)), ("septembra", Month(9)),
    ("septembre", Month(9)), ("septembrie", Month(9)), ("septiembre", Month(9)), ("set", Month(9)),
    ("setembro", Month(9)), ("setiembre", Month(9)), ("settembre", Month(9)), ("sex", Weekday(5)),
    ("sexta", Weekday(5)), ("sgt", Zone(480)), ("sie", Month(8)), ("sierpien", Month(8)), ("sierpnia", Month(8)),
    ("so", Weekday(7)), ("sob", Weekday(6)), ("sobota", Weekday(6)), ("sondag", Weekday(7)),
    ("sonnabend", Weekday(6)), ("sonntag", Weekday(7)), ("sr", Weekday(3)), ("sroda", Weekday(3)),
    ("srpen", Month(8)), ("srpna", Month(8)), ("sst", Zone(-660)), ("st", Ordinal), ("standard", Filler),
    ("streda", Weekday(3)), ("sty", Month(1)), ("styczen", Month(1)), ("stycznia", Month(1)), ("sub", Month(2)),
    ("subat", Month(2)), ("summer", Daylight), ("sun", Weekday(7)), ("sunday", Weekday(7)),
    ("sunnuntai", Weekday(7)), ("syys", Month(9)), ("syyskuu", Month(9)), ("syyskuuta", Month(9)),
    ("szept", Month(9)), ("szeptember", Month(9)), ("szerda", Weekday(3)), ("szombat", Weekday(6)),
    ("tam", Digit(8)), ("tammi", Month(1)), ("tammikuu", Month(1)), ("tammikuuta", Month(1)), ("tem", Month(7)),
    ("temmuz", Month(7)), ("ter", Weekday(2)), ("terca", Weekday(2)), ("th", Th), ("thang", Thang), ("the", Of),
    ("thg", Thang), ("thu", Thu), ("thur", Weekday(4)), ("thurs", Weekday(4)), ("thursday", Weekday(4)),
    ("tiistai", Weekday(2)), ("time", Filler), ("tirsdag", Weekday(2)), ("tis", Weekday(2)), ("tisdag", Weekday(2)),
    ("today", Today), ("toi", Pm), ("tors", Weekday(4)), ("torsdag", Weekday(4)), ("torstai", Weekday(4)),
    ("touko", Month(5)), ("toukokuu", Month(5)), ("toukokuuta", Month(5)), ("trt", Zone(180)), ("trua", Noon),
    ("truoc", Truoc), ("tu", Digit(4)), ("tuan", Week), ("tue", Weekday(2)), ("tues", Weekday(2)),
    ("tuesday", Weekday(2)), ("uhr", Filler), ("um", Filler), ("unor", Month(2)), ("unora", Month(2)), ("ut", Utc),
    ("utc", Utc), ("utery", Weekday(2)), ("uyt", Zone(-180)), ("uzt", Zone(300)), ("vai", Digit(2)), ("vao", Filler),
    ("vasarnap", Weekday(7)), ("ven", Weekday(5)), ("vendredi", Weekday(5)), ("venerdi", Weekday(5)),
    ("vet", Zone(-240)), ("vie", Weekday(5)), ("viernes", Weekday(5)), ("vineri", Weekday(5)), ("vr", Weekday(5)),
    ("vrijdag", Weekday(5)), ("vua", Vua), ("wat", Zone(60)), ("wed", Weekday(3)), ("wednesday", Weekday(3)),
    ("weds", Weekday(3)), ("week", Week), ("weeks", Week), ("west", Zone(60)), ("wet", Zone(0)), ("wib", Zone(420)),
    ("wit", Zone(540)), ("wita", Zone(480)), ("wo", Weekday(3)), ("woensdag", Weekday(3)), ("wrz", Month(9)),
    ("wrzesien", Month(9)), ("wrzesnia", Month(9)), ("wt", Weekday(2)), ("wto", Weekday(2)), ("wtorek", Weekday(2)),
    ("xong", Xong), ("year", Year), ("years", Year), ("yesterday", Yesterday), ("za", Weekday(6)),
    ("zari", Month(9)), ("zaterdag", Weekday(6)), ("zo", Weekday(7)), ("zondag", Weekday(7)), ("ª", Ordinal),
    ("º", Ordinal), ("απρ", Month(4)), ("απριλιοσ", Month(4)), ("απριλιου", Month(4)), ("αυγ", Month(8)),
    ("αυγουστοσ", Month(8)), ("αυγουστου", Month(8)), ("δεκ", Month(12)), ("δεκεμβριοσ", Month(12)),
    ("δεκεμβριου", Month(12)), ("δευ", Weekday(1)), ("δευτερα", Weekday(1)), ("ιαν", Month(1)),
    ("ιανουαριοσ", Month(1)), ("ιανουαριου", Month(1)), ("ιουλ", Month(7)), ("ιουλιοσ", Month(7)),
    ("ιουλιου", Month(7)), ("ιουν", Month(6)), ("ιουνιοσ", Month(6)), ("ιουνιου", Month(6)), ("κυρ", Weekday(7)),
    ("κυριακη", Weekday(7)), ("μαι", Month(5)), ("μαιοσ", Month(5)), ("μαιου", Month(5)), ("μαρ", Month(3)),
    ("μαρτιοσ", Month(3)), ("μαρτιου", Month(3)), ("νοε", Month(11)), ("νοεμ", Month(11)), ("νοεμβριοσ", Month(11)),
    ("νοεμβριου", Month(11)), ("οκτ", Month(10)), ("οκτωβριοσ", Month(10)), ("οκτωβριου", Month(10)),
    ("παρ", Weekday(5)), ("παρασκευη", Weekday(5)), ("πεμ", Weekday(4)), ("πεμπτη", Weekday(4)), ("σαβ", Weekday(6)),
    ("σαββατο", Weekday(6)), ("σεπ", Month(9)), ("σεπτ", Month(9)), ("σεπτεμβριοσ", Month(9)),
    ("σεπτεμβριου", Month(9)), ("τετ", Weekday(3)), ("τεταρτη", Weekday(3)), ("τρι", Weekday(2)),
    ("τριτη", Weekday(2)), ("φεβ", Month(2)), ("φεβρουαριοσ", Month(2)), ("φεβρουαριου", Month(2)),
    ("авг", Month(8)), ("август", Month(8)), ("августа", Month(8)), ("апр", Month(4)), ("апрель", Month(4)),
    ("апреля", Month(4)), ("бер", Month(3)), ("березень", Month(3)), ("березня", Month(3)), ("вер", Month(9)),
    ("вересень", Month(9)), ("вересня", Month(9)), ("воскресенье", Weekday(7)), ("вс", Weekday(7)),
    ("вт", Weekday(2)), ("вторник", Weekday(2)), ("вівторок", Weekday(2)), ("груд", Month(12)),
    ("грудень", Month(12)), ("грудня", Month(12)), ("дек", Month(12)), ("декабрь", Month(12)),
    ("декабря", Month(12)), ("жовт", Month(10)), ("жовтень", Month(10)), ("жовтня", Month(10)), ("июл", Month(7)),
    ("июль", Month(7)), ("июля", Month(7)), ("июн", Month(6)), ("июнь", Month(6)), ("июня", Month(6)),
    ("квіт", Month(4)), ("квітень", Month(4)), ("квітня", Month(4)), ("лип", Month(7)), ("липень", Month(7)),
    ("липня", Month(7)), ("лист", Month(11)), ("листопад", Month(11)), ("листопада", Month(11)), ("лют", Month(2)),
    ("лютии", Month(2)), ("лютого", Month(2)), ("маи", Month(5)), ("мар", Month(3)), ("март", Month(3)),
    ("марта", Month(3)), ("мая", Month(5)), ("нд", Weekday(7)), ("неділя", Weekday(7)), ("ноя", Month(11)),
    ("нояб", Month(11)), ("ноябрь", Month(11)), ("ноября", Month(11)), ("окт", Month(10)), ("октябрь", Month(10)),
    ("октября", Month(10)), ("пн", Weekday(1)), ("понедельник", Weekday(1)), ("понеділок", Weekday(1)),
    ("пт", Weekday(5)), ("пятница", Weekday(5)), ("пятниця", Weekday(5)), ("сб", Weekday(6)), ("сен", Month(9)),
    ("сент", Month(9)), ("сентябрь", Month(9)), ("сентября", Month(9)), ("середа", Weekday(3)), ("серп", Month(8)),
    ("серпень", Month(8)), ("серпня", Month(8)), ("ср", Weekday(3)), ("среда", Weekday(3)), ("суббота", Weekday(6)),
    ("субота", Weekday(6)), ("січ", Month(1)), ("січень", Month(1)), ("січня", Month(1)), ("трав", Month(5)),
    ("травень", Month(5)), ("травня", Month(5)), ("фев", Month(2)), ("февр", Month(2)), ("февраль", Month(2)),
    ("февраля", Month(2)), ("черв", Month(6)), ("червень", Month(6)), ("червня", Month(6)), ("четвер", Weekday(4)),
    ("четверг", Weekday(4)), ("чт", Weekday(4)), ("янв", Month(1)), ("январь", Month(1)), ("января", Month(1)),
    ("上", Am), ("下", Pm), ("分", Glyph(4)), ("前", Am), ("午", Filler), ("号", Glyph(2)), ("后", Pm), ("年", Glyph(0)),
    ("後", Pm), ("日", Glyph(2)), ("时", Glyph(3)), ("時", Glyph(3)), ("月", Glyph(1)), ("点", Glyph(3)), ("秒", Glyph(5)),
    ("點", Glyph(3)), ("금요일", Weekday(5)), ("년", Glyph(0)), ("목요일", Weekday(4)), ("분", Glyph(4)), ("수요일", Weekday(3)),
    ("시", Glyph(3)), ("오전", Am), ("오후", Pm), ("월", Glyph(1)), ("월요일", Weekday(1)), ("일", Glyph(2)),
    ("일요일", Weekday(7)), ("초", Glyph(5)), ("토요일", Weekday(6)), ("화요일", Weekday(2)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted_and_unique() {
        for pair in WORDS.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} must stand before {}", pair[1].0, pair[0].0);
        }
    }

    #[test]
    fn every_word_is_found() {
        for (word, sense) in WORDS {
            assert_eq!(sense_of(word), *sense, "{word}");
        }
    }
}
