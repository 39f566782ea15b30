//! The 34 provinces since 1 July 2025, the 63 they were made of, and every way their names are written.
//!
//! The table is `data/provinces.toml`, compiled in; a sysadmin's own in `/etc/bantin/provinces.toml` takes its place.
//! Names are compared by their letters alone: `Thanh Hoá`, `Thanh Hóa`, `thanh-hoa`, `THANH HOA` and the decomposed
//! form of each are one. No two provinces differ in marks only (a test holds it).
//!
//! ```
//! use bantin::config::provinces;
//!
//! let slug = provinces::resolve("tỉnh Hà Nam").expect("a former province");
//! assert_eq!(slug.as_str(), "ninh-binh");
//! assert_eq!(provinces::builtin().name(&slug), Some("Ninh Bình"));
//! ```

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;
use std::sync::{Arc, LazyLock, OnceLock};

use toml::de::{DeTable, DeValue};
use unicode_normalization::UnicodeNormalization;

use super::ConfigErrors;
use super::field::{Field, Place, fields, peek};
use super::remark::{Note, Notes};
use crate::model::{ProvinceSlug, is_slug};

/// What a unit of the first level is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProvinceKind {
    /// Tỉnh.
    Province,
    /// Thành phố trực thuộc trung ương.
    City,
}

/// One of the present provinces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Province {
    /// Number in the national list, two digits: `37`.
    pub code: String,
    /// For display: `Ninh Bình`.
    pub name: String,
    /// Province or city.
    pub kind: ProvinceKind,
    /// Part of addresses: `ninh-binh`.
    pub slug: ProvinceSlug,
    /// Other names.
    pub aliases: Vec<String>,
    /// What it was made of; a province that was not merged has itself here.
    pub former: Vec<FormerProvince>,
}

/// One of the 63 provinces before 1 July 2025.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormerProvince {
    /// For display: `Hà Nam`.
    pub name: String,
    /// `ha-nam`
    pub slug: ProvinceSlug,
    /// ISO 3166-2 before the merger: `VN-63`.
    pub iso: String,
    /// Other names.
    pub aliases: Vec<String>,
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found<'a> {
    /// The present province.
    pub province: &'a Province,
    /// The former one, where the name is of one that is no more.
    pub former: Option<&'a FormerProvince>,
}

/// A table of provinces and all their names.
#[derive(Debug)]
pub struct Provinces {
    /// The compiled-in one is read when somebody first looks into it.
    table: OnceLock<Table>,
}

#[derive(Debug, Default)]
struct Table {
    list: Vec<Province>,
    /// Key of a name (see [`key`]) to its province and, for names of former ones only, the former one.
    names: HashMap<String, (usize, Option<usize>)>,
}

/// The table that is compiled in.
pub fn builtin() -> Arc<Provinces> {
    static BUILTIN: LazyLock<Arc<Provinces>> = LazyLock::new(|| Arc::new(Provinces { table: OnceLock::new() }));
    Arc::clone(&BUILTIN)
}

/// Finds the present province that `name` belongs to in the compiled-in table; see [`Provinces::find`].
pub fn resolve(name: &str) -> Option<ProvinceSlug> {
    builtin().resolve(name)
}

impl Provinces {
    /// Reads a table in the form of `data/provinces.toml`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, with line and column; also a name that two provinces would share.
    pub fn parse(text: &str, file: Option<&Path>) -> Result<Self, ConfigErrors> {
        Table::parse(text, file).map(|table| Self { table: table.into() })
    }

    fn table(&self) -> &Table {
        self.table.get_or_init(|| {
            let text = include_str!("../../data/provinces.toml");
            Table::parse(text, None).expect("a test reads the compiled-in table")
        })
    }
}

impl Table {
    fn parse(text: &str, file: Option<&Path>) -> Result<Self, ConfigErrors> {
        let notes =
            Notes::new(file.map_or_else(|| "provinces.toml".to_owned(), |file| file.display().to_string()), text);
        let (root, faults) = DeTable::parse_recoverable(text);
        for fault in faults {
            notes.syntax_error(fault.span().map_or(0, |span| span.start), fault.message());
        }
        let mut provinces = Self::default();
        for field in fields(&notes, Place::File, root.get_ref()) {
            match (field.name(), field.value()) {
                ("province", DeValue::Array(list)) => {
                    for (index, element) in list.iter().enumerate() {
                        let DeValue::Table(table) = element.get_ref() else { continue };
                        provinces.read_province(&notes, index + 1, element.span().start, table);
                    }
                }
                _ => field.unknown(&["province"], None),
            }
        }
        if provinces.list.is_empty() {
            notes.absence(Note::at(0, "there is no province").expected("`[[province]]`"));
        }
        provinces.list.sort_by(|a, b| a.code.cmp(&b.code));
        provinces.index(&notes);
        match notes.finish() {
            (errors, _) if errors.is_empty() => Ok(provinces),
            (errors, warnings) => Err(ConfigErrors::Invalid { errors, warnings }),
        }
    }

    fn read_province(&mut self, notes: &Notes<'_>, number: usize, at: usize, table: &DeTable<'_>) {
        const KEYS: &[&str] = &["code", "name", "kind", "slug", "aliases", "former"];
        const KINDS: &[(&str, ProvinceKind)] = &[("province", ProvinceKind::Province), ("city", ProvinceKind::City)];

        let place = match peek(table, "slug") {
            Some((_, slug)) => Place::One("province", slug),
            None => Place::Numbered("province", number),
        };
        let (mut code, mut name, mut kind, mut slug) = (None, None, None, None);
        let (mut aliases, mut former) = (Vec::new(), Vec::new());
        for field in fields(notes, place, table) {
            match field.name() {
                "code" => code = field.text(),
                "name" => name = field.text(),
                "kind" => kind = field.word(KINDS),
                "slug" => slug = read_slug(&field),
                "aliases" => aliases = field.texts().unwrap_or_default(),
                "former" => match field.value() {
                    DeValue::Array(list) => {
                        for element in list.iter() {
                            let DeValue::Table(table) = element.get_ref() else { continue };
                            former.extend(read_former(notes, place, element.span().start, table));
                        }
                    }
                    _ => field.error(field.wrong("is no list").expected("`[{ name = …, slug = …, iso = … }]`")),
                },
                _ => field.unknown(KEYS, None),
            }
        }
        match (code, name, kind, slug) {
            (Some(code), Some(name), Some(kind), Some(slug)) => {
                self.list.push(Province { code, name, kind, slug, aliases, former });
            }
            _ if notes.has_errors() => {}
            _ => notes.absence(
                Note::at(at, format!("{place}something is missing")).expected("`code`, `name`, `kind` and `slug`"),
            ),
        }
    }

    /// Makes the index of names. Present names come first, so that `Ninh Bình` is the present province and not the
    /// part of it that bore the name before.
    fn index(&mut self, notes: &Notes<'_>) {
        let mut names: HashMap<String, (usize, Option<usize>)> = HashMap::new();
        let mut add = |name: &str, index: usize, former: Option<usize>| match names.entry(key(name)) {
            Entry::Vacant(entry) => {
                entry.insert((index, former));
            }
            Entry::Occupied(entry) if entry.get().0 == index => {}
            Entry::Occupied(entry) => {
                let other = &self.list[entry.get().0];
                let message = format!("`{name}` would name both `{}` and `{}`", other.slug, self.list[index].slug);
                notes.error(Note::at(0, message));
            }
        };
        for (index, province) in self.list.iter().enumerate() {
            add(&province.name, index, None);
            add(province.slug.as_str(), index, None);
            province.aliases.iter().for_each(|alias| add(alias, index, None));
        }
        for (index, province) in self.list.iter().enumerate() {
            for (number, former) in province.former.iter().enumerate() {
                for name in [former.name.as_str(), former.slug.as_str(), former.iso.as_str()] {
                    add(name, index, Some(number));
                }
                former.aliases.iter().for_each(|alias| add(alias, index, Some(number)));
            }
        }
        self.names = names;
    }
}

impl Provinces {
    /// All present provinces, in the order of their codes.
    pub fn all(&self) -> &[Province] {
        &self.table().list
    }

    /// Finds what `name` stands for: a present or former name, slug, alias or (former) ISO code, in any spelling, also
    /// behind `tỉnh`, `thành phố`, `TP.`, `thủ đô` or before `province`, `city`.
    pub fn find(&self, name: &str) -> Option<Found<'_>> {
        /// Longer than any name; what is longer is not worth folding.
        const LONGEST: usize = 200;
        if name.len() > LONGEST {
            return None;
        }
        let key = key(name);
        let direct = self.table().names.get(&key);
        let &(index, former) = direct.or_else(|| self.table().names.get(without_kind(&key)?))?;
        let province = self.table().list.get(index)?;
        Some(Found { province, former: former.and_then(|number| province.former.get(number)) })
    }

    /// Finds the slug of the present province that `name` belongs to; see [`Self::find`].
    pub fn resolve(&self, name: &str) -> Option<ProvinceSlug> {
        self.find(name).map(|found| found.province.slug.clone())
    }

    /// The province with this slug.
    pub fn by_slug(&self, slug: &ProvinceSlug) -> Option<&Province> {
        self.table().list.iter().find(|province| province.slug == *slug)
    }

    /// The name for display of the province with this slug.
    pub fn name(&self, slug: &ProvinceSlug) -> Option<&str> {
        self.by_slug(slug).map(|province| province.name.as_str())
    }

    /// Every name and slug, for "did you mean".
    pub(super) fn spellings(&self) -> impl Iterator<Item = &str> {
        self.table().list.iter().flat_map(|province| {
            let former = province.former.iter().flat_map(|former| [former.slug.as_str(), former.name.as_str()]);
            [province.slug.as_str(), province.name.as_str()].into_iter().chain(former)
        })
    }
}

fn read_slug(field: &Field<'_, '_>) -> Option<ProvinceSlug> {
    let slug = field.raw()?;
    if !is_slug(slug) {
        field.error(field.wrong_text(field.at(), slug, "is not a slug").expected("letters a-z, digits and hyphens"));
        return None;
    }
    Some(ProvinceSlug::new(slug))
}

fn read_former(notes: &Notes<'_>, place: Place<'_>, at: usize, table: &DeTable<'_>) -> Option<FormerProvince> {
    let (mut name, mut slug, mut iso, mut aliases) = (None, None, None, Vec::new());
    for field in fields(notes, place, table) {
        match field.name() {
            "name" => name = field.text(),
            "slug" => slug = read_slug(&field),
            "iso" => iso = field.text(),
            "aliases" => aliases = field.texts().unwrap_or_default(),
            _ => field.unknown(&["name", "slug", "iso", "aliases"], None),
        }
    }
    let former = name.zip(slug).zip(iso).map(|((name, slug), iso)| FormerProvince { name, slug, iso, aliases });
    if former.is_none() && !notes.has_errors() {
        notes.absence(Note::at(at, format!("{place}something is missing")).expected("`name`, `slug` and `iso`"));
    }
    former
}

/// The letters and digits of a name, small, without marks: `TP. Hồ Chí Minh` becomes `tphochiminh`.
fn key(name: &str) -> String {
    // Most names in a configuration are slugs: no Unicode work for them.
    if name.is_ascii() {
        return name.bytes().filter(u8::is_ascii_alphanumeric).map(|b| char::from(b.to_ascii_lowercase())).collect();
    }
    // Decomposed, the marks stand alone and fall out with everything else that is no letter.
    name.nfd()
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'đ' { 'd' } else { c })
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// The key without the word for what kind of place it is, if there is one.
fn without_kind(key: &str) -> Option<&str> {
    let before = ["tinh", "thanhphotructhuoctrunguong", "thanhpho", "thudo", "tp"]
        .iter()
        .find_map(|kind| key.strip_prefix(kind));
    before.or_else(|| ["province", "city"].iter().find_map(|kind| key.strip_suffix(kind)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[track_caller]
    fn check(name: &str, slug: &str) {
        assert_eq!(resolve(name).as_ref().map(ProvinceSlug::as_str), Some(slug), "{name}");
    }

    #[test]
    fn there_are_34_made_of_63() {
        let provinces = builtin();
        assert_eq!(provinces.all().len(), 34);
        assert_eq!(provinces.all().iter().map(|province| province.former.len()).sum::<usize>(), 63);
        let isos: BTreeSet<_> = provinces.all().iter().flat_map(|p| &p.former).map(|former| &former.iso).collect();
        assert_eq!(isos.len(), 63, "every ISO code once");
        let slugs: BTreeSet<_> = provinces.all().iter().flat_map(|p| &p.former).map(|former| &former.slug).collect();
        assert_eq!(slugs.len(), 63, "every former slug once");
        let cities = provinces.all().iter().filter(|province| province.kind == ProvinceKind::City);
        assert_eq!(cities.count(), 7);
    }

    #[test]
    fn they_come_in_the_order_of_their_codes() {
        let provinces = builtin();
        let codes: Vec<u8> = provinces.all().iter().map(|province| province.code.parse().unwrap()).collect();
        assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
        assert_eq!((codes[0], codes[33]), (1, 96));
    }

    #[test]
    fn every_slug_is_made_of_its_name() {
        let provinces = builtin();
        for province in provinces.all() {
            assert_eq!(key(province.slug.as_str()), key(&province.name));
            for former in &province.former {
                assert_eq!(key(former.slug.as_str()), key(&former.name));
            }
        }
    }

    #[test]
    fn every_name_is_found_in_every_spelling() {
        let provinces = builtin();
        for province in provinces.all() {
            let names = std::iter::once((&province.name, province.slug.as_str()))
                .chain(province.former.iter().map(|former| (&former.name, former.slug.as_str())));
            for (name, slug) in names {
                let decomposed: String = name.nfd().collect();
                for spelling in [
                    name.clone(),
                    decomposed.clone(),
                    name.to_uppercase(),
                    decomposed.to_uppercase(),
                    slug.to_owned(),
                    slug.replace('-', ""),
                    slug.replace('-', " "),
                    format!("tỉnh {name}"),
                    format!("Thành phố {name}"),
                    format!("TP. {name}"),
                    name.replace(" - ", " – "),
                    name.replace(" - ", "-"),
                    name.replace(" - ", " "),
                ] {
                    check(&spelling, province.slug.as_str());
                }
            }
        }
    }

    #[test]
    fn odd_names_are_understood() {
        for (name, slug) in [
            ("Thanh Hoá", "thanh-hoa"),
            ("Khánh Hoà", "khanh-hoa"),
            ("Đắc Lắc", "dak-lak"),
            ("Đăk Lăk", "dak-lak"),
            ("TP.HCM", "ho-chi-minh"),
            ("TP. Hồ Chí Minh", "ho-chi-minh"),
            ("TPHCM", "ho-chi-minh"),
            ("Sài Gòn", "ho-chi-minh"),
            ("Ho Chi Minh City", "ho-chi-minh"),
            ("Thừa Thiên - Huế", "hue"),
            ("Thừa Thiên Huế", "hue"),
            ("Bà Rịa – Vũng Tàu", "ho-chi-minh"),
            ("Vũng Tàu", "ho-chi-minh"),
            ("hanam", "ninh-binh"),
            ("ha-nam", "ninh-binh"),
            ("Hoà Bình", "phu-tho"),
            ("Bắc Cạn", "thai-nguyen"),
            ("Hà Tây", "ha-noi"),
            ("Hanoi", "ha-noi"),
            ("Thủ đô Hà Nội", "ha-noi"),
            ("VN-63", "ninh-binh"),
        ] {
            check(name, slug);
        }
    }

    #[test]
    fn unknown_names_are_not_guessed() {
        for name in ["", "-", "tỉnh", "Hà", "Quảng", "Đông Lào", "Ninh Bình 2", "tinhtinh"] {
            assert_eq!(resolve(name), None, "{name}");
        }
        assert_eq!(resolve(&"hà nội ".repeat(100)), None);
    }

    #[test]
    fn a_name_that_still_stands_is_the_present_province() {
        let provinces = builtin();
        assert_eq!(provinces.find("Ninh Bình").unwrap().former, None);
        assert_eq!(provinces.find("Hà Nam").unwrap().former.unwrap().name, "Hà Nam");
        assert_eq!(provinces.find("Thừa Thiên Huế").unwrap().former.unwrap().slug.as_str(), "thua-thien-hue");
    }

    #[test]
    fn a_table_in_which_two_share_a_name_is_refused() {
        let one = |code: u8, slug: &str, alias: &str| {
            format!(
                "[[province]]\ncode = \"{code}\"\nname = \"{slug}\"\nkind = \"province\"\nslug = \"{slug}\"\naliases = [\"{alias}\"]\n"
            )
        };
        let text = one(11, "a-an", "Cả") + &one(12, "b-an", "cà");
        let error = Provinces::parse(&text, None).unwrap_err().to_string();
        assert_eq!(error, "error: provinces.toml:1:1: `cà` would name both `a-an` and `b-an`");
    }

    #[test]
    fn a_broken_table_is_refused_with_all_its_lines() {
        let text = "[[province]]\ncode = \"01\"\nkind = \"town\"\nslug = \"Hà\"\nsulg = 1\n";
        let error = Provinces::parse(text, Some(Path::new("/etc/x.toml"))).unwrap_err().to_string();
        for part in ["/etc/x.toml:3:8: ", "/etc/x.toml:4:8: ", "/etc/x.toml:5:1: ", "did you mean `slug`?"] {
            assert!(error.contains(part), "{error}");
        }
        assert!(Provinces::parse("", None).is_err());
    }
}
