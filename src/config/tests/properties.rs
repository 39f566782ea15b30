//! What must hold for every text, however broken.

use proptest::prelude::*;

use super::*;

/// A file that uses every table and most keys, to be damaged.
const RICH: &str = r#"
[site]
title = "Bản tin"
url = "https://tin.example.vn/"
[server]
listen = ["127.0.0.1:8080", "unix:x.sock"]
admin = "127.0.0.1:9090"
[poll]
schedule = "*/20 * * * *"
timeout = "30s"
max_body = "10 MiB"
headers = { a = "b", c = { env = "D" } }
robots = "vì sao"
[publish]
items = 100
formats = ["atom"]
[stories]
same = 0.8
[[source]]
id = "a"
url = "https://a.example/"
kind = "html"
province = "Hà Nam"
section = ["t"]
[source.html]
item = ".x"
article = { body = ".y" }
[[source]]
id = "b"
url = "https://b.example/"
kind = "json"
json = { items = "/a/0" }
date_order = "day-first"
[[topic]]
id = "t"
title = "T"
strong = ["một hai"]
regex = ["a+"]
provinces = ["Huế"]
"#;

/// Reads `text`; whatever is said about it must stand in it.
fn check(text: &str) {
    let (errors, warnings) = match parse(text, None, &Surroundings::bare()) {
        Ok((_, warnings)) => (Vec::new(), warnings),
        Err(ConfigErrors::Invalid { errors, warnings }) => {
            assert!(!errors.is_empty());
            (errors, warnings)
        }
        Err(other) => panic!("{other}"),
    };
    let lines: Vec<&str> = text.split('\n').collect();
    for remark in errors.iter().chain(&warnings) {
        assert!((1..=lines.len()).contains(&remark.line), "{remark}");
        assert!((1..=lines[remark.line - 1].chars().count() + 1).contains(&remark.column), "{remark}");
        assert!(!remark.message.contains('\n') && !remark.message.ends_with('.'), "{remark}");
    }
}

proptest! {
    #[test]
    fn any_text_is_answered(text in "\\PC{0,200}") {
        check(&text);
    }

    #[test]
    fn any_toml_like_text_is_answered(text in "[\\[\\]{}=\"'.,#a-c0-9 \n\\-ế\\\\]{0,120}") {
        check(&text);
    }

    #[test]
    fn a_damaged_file_is_answered(cut in 0..RICH.len(), length in 0_usize..40, put in "[\\[\\]{}=\"a1 \n]{0,4}") {
        let start = (0..=cut).rev().find(|&at| RICH.is_char_boundary(at)).unwrap();
        let end = (start + length.min(RICH.len() - start)..=RICH.len()).find(|&at| RICH.is_char_boundary(at)).unwrap();
        check(&format!("{}{put}{}", &RICH[..start], &RICH[end..]));
    }

    #[test]
    fn every_value_may_be_of_every_type(line in 0_usize..60, value in prop::sample::select(vec![
        "1", "1.5", "true", "\"\"", "\"x\"", "[]", "[1]", "[\"x\"]", "{}", "{ a = 1 }", "1979-05-27", "nan", "[[]]",
    ])) {
        let lines = RICH.lines().enumerate().map(|(number, text)| match text.split_once(" = ") {
            Some((key, _)) if number == line => format!("{key} = {value}\n"),
            _ => format!("{text}\n"),
        });
        check(&lines.collect::<String>());
    }
}

#[test]
fn the_name_of_a_secret_over_several_lines_is_answered_on_one() {
    for way in ["env", "credential", "file"] {
        check(&format!("[poll]\nheaders = {{ c = {{ {way} = \"\"\"a\nb\"\"\" }} }}\n"));
    }
}
