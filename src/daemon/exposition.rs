//! Text of Prometheus' exposition format, version 0.0.4: one family after the other, each with help and type.

use std::fmt::{Display, Write as _};

use super::metrics::{BOUNDS, Histogram};

/// The media type.
pub const MEDIA_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Labels of one sample.
pub type Labels<'a> = &'a [(&'static str, &'a str)];

/// A page of metrics being written.
#[derive(Debug, Default)]
pub struct Exposition {
    out: String,
}

impl Exposition {
    /// Begins a family; its samples follow.
    pub fn family(&mut self, name: &'static str, kind: &'static str, help: &str) -> Family<'_> {
        let _ = writeln!(self.out, "# HELP {name} {help}\n# TYPE {name} {kind}");
        Family { out: &mut self.out, name }
    }

    /// A counter without labels.
    pub fn counter(&mut self, name: &'static str, help: &str, value: impl Display) {
        self.family(name, "counter", help).sample(&[], value);
    }

    /// A gauge without labels.
    pub fn gauge(&mut self, name: &'static str, help: &str, value: impl Display) {
        self.family(name, "gauge", help).sample(&[], value);
    }

    /// A gauge without labels where there is a value.
    pub fn gauge_if(&mut self, name: &'static str, help: &str, value: Option<impl Display>) {
        if let Some(value) = value {
            self.gauge(name, help, value);
        }
    }

    /// A histogram of durations in seconds.
    pub fn histogram(&mut self, name: &'static str, help: &str, histogram: &Histogram) {
        let (cumulated, all, seconds) = histogram.read();
        self.family(name, "histogram", help);
        for (bound, count) in BOUNDS.iter().zip(cumulated) {
            let _ = writeln!(self.out, "{name}_bucket{{le=\"{bound}\"}} {count}");
        }
        let _ = writeln!(self.out, "{name}_bucket{{le=\"+Inf\"}} {all}\n{name}_sum {seconds}\n{name}_count {all}");
    }

    /// The whole page.
    pub fn finish(self) -> String {
        self.out
    }
}

/// The samples of one family.
pub struct Family<'e> {
    out: &'e mut String,
    name: &'static str,
}

impl Family<'_> {
    /// Writes a sample.
    pub fn sample(&mut self, labels: Labels<'_>, value: impl Display) {
        self.out.push_str(self.name);
        for (at, (name, text)) in labels.iter().enumerate() {
            let _ = write!(self.out, "{}{name}=\"", if at == 0 { '{' } else { ',' });
            for c in text.chars() {
                match c {
                    '\\' => self.out.push_str("\\\\"),
                    '"' => self.out.push_str("\\\""),
                    '\n' => self.out.push_str("\\n"),
                    c => self.out.push(c),
                }
            }
            self.out.push('"');
        }
        if !labels.is_empty() {
            self.out.push('}');
        }
        let _ = writeln!(self.out, " {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_families_as_prometheus_reads_them() {
        let mut page = Exposition::default();
        page.counter("bantin_x_total", "Things", 3);
        page.family("bantin_y", "gauge", "By label").sample(&[("a", "q\"\\\n"), ("b", "đài")], 1.5);
        page.gauge_if("bantin_z", "Absent", None::<u64>);
        assert_eq!(
            page.finish(),
            "# HELP bantin_x_total Things\n# TYPE bantin_x_total counter\nbantin_x_total 3\n\
             # HELP bantin_y By label\n# TYPE bantin_y gauge\nbantin_y{a=\"q\\\"\\\\\\n\",b=\"đài\"} 1.5\n"
        );
    }

    #[test]
    fn a_histogram_ends_with_all_and_their_sum() {
        let mut page = Exposition::default();
        page.histogram("bantin_d_seconds", "Durations", &Histogram::default());
        let page = page.finish();
        assert!(page.contains("bantin_d_seconds_bucket{le=\"0.05\"} 0\n"), "{page}");
        assert!(page.ends_with("_bucket{le=\"+Inf\"} 0\nbantin_d_seconds_sum 0\nbantin_d_seconds_count 0\n"), "{page}");
    }
}
