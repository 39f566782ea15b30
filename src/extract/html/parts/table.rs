//! Tables: around pictures, of data, or of nothing but layout; and captions that are marked as such.

use scraper::ElementRef;

use super::names::is_called_caption;
use super::{MAX_CAPTION_CHARS, Part, Style, Walk, push_escaped};
use crate::extract::html::page::{image_address, text_within};

impl Walk<'_> {
    /// A table: of pictures with their captions, of data, or of nothing but layout.
    pub(super) fn table(&mut self, table: ElementRef<'_>) {
        self.flush();
        let rows: Vec<ElementRef<'_>> = own_rows(table);
        let has_picture = |row: &ElementRef<'_>| {
            row.descendent_elements().any(|el| el.value().name() == "img" && image_address(el, self.page).is_some())
        };
        let pictures = rows.iter().filter(|row| has_picture(row)).count();
        let cells =
            |row: &ElementRef<'_>| row.child_elements().filter(|el| matches!(el.value().name(), "td" | "th")).count();
        let wide = rows.iter().filter(|row| cells(row) >= 2).count();
        let nested = table.descendent_elements().filter(|el| *el != table).any(|el| el.value().name() == "table");
        if pictures > 0 && pictures * 2 >= rows.len() && rows.len() <= 12 {
            return self.picture_table(&rows, &|row| has_picture(&row));
        }
        let long_cell = table
            .descendent_elements()
            .filter(|el| el.value().name() == "td")
            .any(|cell| cell.child_elements().filter(|el| matches!(el.value().name(), "p" | "div")).count() > 3);
        if wide >= 2 && wide * 2 >= rows.len() && pictures == 0 && !nested && !long_cell {
            return self.data_table(&rows);
        }
        let outer = self.style;
        for row in rows {
            for cell in row.child_elements() {
                self.style = Style { at: Some(cell.id()), kind: outer.kind, ..Style::default() };
                self.align(cell, "td");
                self.style.caption = outer.caption || is_called_caption(cell, self.rules);
                self.children(*cell);
                self.flush();
            }
        }
        self.style = outer;
    }

    fn picture_table(&mut self, rows: &[ElementRef<'_>], has_picture: &dyn Fn(ElementRef<'_>) -> bool) {
        let outer = self.style;
        let start = self.parts.len();
        let mut below_picture = false;
        for row in rows {
            let picture = has_picture(*row);
            for cell in row.child_elements() {
                let words = text_within(cell, 4 * MAX_CAPTION_CHARS);
                let short = words.chars().count() <= MAX_CAPTION_CHARS;
                self.style = Style { at: Some(cell.id()), ..Style::default() };
                // The row below a picture is its caption, and so is what stands below the picture in one cell.
                self.style.caption = short && (below_picture || picture);
                self.children(*cell);
                self.flush();
            }
            below_picture = picture;
        }
        self.style = outer;
        attach_captions(&mut self.parts, start);
    }

    fn data_table(&mut self, rows: &[ElementRef<'_>]) {
        let mut html = String::from("<table>");
        let mut lines = Vec::new();
        for row in rows {
            let mut line = Vec::new();
            html.push_str("<tr>");
            for cell in row.child_elements().filter(|el| matches!(el.value().name(), "td" | "th")) {
                let name = cell.value().name();
                let words = text_within(cell, 20_000);
                html.push_str(&format!("<{name}>"));
                push_escaped(&words, &mut html);
                html.push_str(&format!("</{name}>"));
                if !words.is_empty() {
                    line.push(words);
                }
            }
            html.push_str("</tr>");
            if !line.is_empty() {
                lines.push(line.join(" "));
            }
        }
        html.push_str("</table>");
        if !lines.is_empty() {
            self.parts.push(Part::Table { html, lines });
        }
    }
}

/// Gives marked captions from `start` on to the pictures before them and takes them out of the text.
pub(super) fn attach_captions(parts: &mut Vec<Part>, start: usize) {
    let mut at = start;
    let mut waiting: Vec<usize> = Vec::new();
    let mut served = false;
    while at < parts.len() {
        match &parts[at] {
            Part::Picture(_) => {
                // A picture after a caption begins the next group.
                if std::mem::take(&mut served) {
                    waiting.clear();
                }
                waiting.push(at);
            }
            Part::Text(paragraph) if paragraph.is_caption => {
                let line = paragraph.line();
                if !waiting.is_empty() {
                    for &picture in &waiting {
                        if let Part::Picture(picture) = &mut parts[picture] {
                            picture.caption = Some(match picture.caption.take() {
                                Some(first) if served => format!("{first} {line}"),
                                _ => line.clone(),
                            });
                        }
                    }
                    served = true;
                    parts.remove(at);
                    continue;
                }
            }
            _ => {
                waiting.clear();
                served = false;
            }
        }
        at += 1;
    }
}

/// The rows of a table itself, not of tables in it.
fn own_rows(table: ElementRef<'_>) -> Vec<ElementRef<'_>> {
    let mut rows = Vec::new();
    for child in table.child_elements() {
        match child.value().name() {
            "tr" | "caption" => rows.push(child),
            "tbody" | "thead" | "tfoot" => rows.extend(child.child_elements().filter(|el| el.value().name() == "tr")),
            _ => {}
        }
    }
    rows
}
