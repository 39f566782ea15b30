//! Names of people as feeds write them.

use crate::model::Person;

/// Reads an RSS author: `Name`, `mail@host`, `mail@host (Name)`, `Name <mail@host>`, `Name (mail@host)` and the like.
///
/// `None` where there is no name and no mail address. A lone mail address is its own name.
pub fn from_text(text: &str) -> Option<Person> {
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    let email = text.split(|c: char| c.is_whitespace() || "()<>[],;\"".contains(c)).find(|word| is_email(word));
    let email = email.map(|word| word.trim_start_matches("mailto:").trim_matches(['.', ':']).to_owned());
    let Some(email) = email else {
        return Some(Person { name: text.to_owned(), ..Person::default() });
    };
    let name = text.replacen(&email, " ", 1).replace("mailto:", " ");
    let name = name.trim_matches(|c: char| c.is_whitespace() || "()<>[],;:\"-–—".contains(c));
    // Brackets that were round the address in the middle are left over as an empty pair.
    let name = name.replace("()", " ").replace("( )", " ").replace("< >", " ").replace("<>", " ");
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = if name.is_empty() { email.clone() } else { name };
    Some(Person { name, uri: None, email: Some(email) })
}

fn is_email(word: &str) -> bool {
    let word = word.trim_start_matches("mailto:").trim_matches(['.', ':']);
    let Some((local, host)) = word.split_once('@') else { return false };
    let is_part =
        |part: &str| part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+' | b'%'));
    !local.is_empty() && is_part(local) && is_part(host) && host.contains('.') && !host.starts_with('.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, name: &str, email: Option<&str>) {
        let person = from_text(text).unwrap();
        assert_eq!((person.name.as_str(), person.email.as_deref()), (name, email), "for {text:?}");
    }

    #[test]
    fn splits_names_from_addresses() {
        check("toasoan@tin.example (Nguyễn Văn A)", "Nguyễn Văn A", Some("toasoan@tin.example"));
        check("Nguyễn Văn A <a@tin.example>", "Nguyễn Văn A", Some("a@tin.example"));
        check("Nguyễn Văn A (a@tin.example)", "Nguyễn Văn A", Some("a@tin.example"));
        check("Nguyễn Văn A\u{a0}a@tin.example", "Nguyễn Văn A", Some("a@tin.example"));
        check("（Nguyễn） a@tin.example", "（Nguyễn）", Some("a@tin.example"));
        check("a@tin.example", "a@tin.example", Some("a@tin.example"));
    }

    #[test]
    fn keeps_what_holds_no_address() {
        check("Thế Anh", "Thế Anh", None);
        check("@baotinh", "@baotinh", None);
        assert_eq!(from_text(" \n"), None);
    }
}
