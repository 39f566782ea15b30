//! Tables for people (columns) and for programs (one JSON array), from the same rows.

use std::io::{self, Write};

use serde_json::{Map, Value};

use super::args::Format;

/// A table: names of columns, and rows of JSON values in that order.
pub struct Table {
    columns: &'static [&'static str],
    rows: Vec<Vec<Value>>,
}

impl Table {
    /// An empty table.
    pub fn new(columns: &'static [&'static str]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row; it has as many values as there are columns.
    pub fn row(&mut self, values: Vec<Value>) {
        debug_assert_eq!(values.len(), self.columns.len(), "a row has a value for every column");
        self.rows.push(values);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Prints it.
    ///
    /// # Errors
    ///
    /// When `out` does not take it.
    pub fn print(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Json => self.print_json(out),
            Format::Text => self.print_text(out),
        }
    }

    fn print_json(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"[")?;
        for (at, row) in self.rows.iter().enumerate() {
            out.write_all(if at == 0 { b"\n  " } else { b",\n  " })?;
            let object: Map<String, Value> =
                self.columns.iter().map(|name| (*name).to_owned()).zip(row.iter().cloned()).collect();
            serde_json::to_writer(&mut *out, &object)?;
        }
        out.write_all(b"\n]\n")
    }

    fn print_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let cells: Vec<Vec<String>> = self.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        let heads: Vec<String> = self.columns.iter().map(|name| name.replace('_', " ").to_uppercase()).collect();
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|at| cells.iter().map(|row| width(&row[at])).chain([width(&heads[at])]).max().unwrap_or(0))
            .collect();
        let numeric: Vec<bool> = (0..self.columns.len())
            .map(|at| !self.rows.is_empty() && self.rows.iter().all(|row| row[at].is_number() || row[at].is_null()))
            .collect();
        let mut line = |row: &[String]| -> io::Result<()> {
            let mut text = String::new();
            for (at, value) in row.iter().enumerate() {
                let pad = " ".repeat(widths[at] - width(value));
                if numeric[at] {
                    text.push_str(&pad);
                    text.push_str(value);
                } else {
                    text.push_str(value);
                    text.push_str(&pad);
                }
                text.push_str("  ");
            }
            writeln!(out, "{}", text.trim_end())
        };
        line(&heads)?;
        cells.iter().try_for_each(|row| line(row))
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.replace(['\n', '\t'], " "),
        Value::Array(values) => values.iter().map(cell).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// Columns a text takes on a terminal; Vietnamese needs one a character once it is NFC, combining marks none.
fn width(text: &str) -> usize {
    text.chars().filter(|c| !matches!(u32::from(*c), 0x300..=0x36f | 0x200b..=0x200d)).count()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn printed(format: Format) -> String {
        let mut table = Table::new(&["source", "new_items"]);
        table.row(vec![json!("bao-ha-giang"), json!(12)]);
        table.row(vec![json!("đài"), Value::Null]);
        let mut out = Vec::new();
        table.print(format, &mut out).expect("a vector takes everything");
        String::from_utf8(out).expect("tables are UTF-8")
    }

    #[test]
    fn columns_stand_under_their_names_and_numbers_to_the_right() {
        assert_eq!(
            printed(Format::Text),
            "SOURCE        NEW ITEMS\nbao-ha-giang         12\nđài                   -\n"
        );
    }

    #[test]
    fn json_has_an_object_a_row_with_the_names_as_they_are() {
        let value: Value = serde_json::from_str(&printed(Format::Json)).expect("it is JSON");
        assert_eq!(value, json!([{"source": "bao-ha-giang", "new_items": 12}, {"source": "đài", "new_items": null}]));
    }
}
