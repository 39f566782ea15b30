//! What a fragment will cost the real HTML parser, estimated from above while it is rewritten.
//!
//! Browsers end paragraphs, items and cells by themselves, and reopen formatting that was not closed (`<p><b>a<p>b` has
//! two `b`). A hostile page can make that quadratic in time and in the size of the tree, and nesting makes every later
//! tag dearer. So we follow the nesting as the standard describes it, roughly and where in doubt too deep.

use super::element::Role;

/// Deepest nesting that is read as markup. Articles seen have at most some thirty levels.
pub(super) const DEEPEST: usize = 200;

/// Most nodes that the real parser is given, those counted too that it would make itself. The longest articles seen have
/// a few thousand.
const MOST_NODES: usize = 60_000;

/// The estimate so far. Its methods return `None` as soon as the fragment is too dear.
#[derive(Default)]
pub(super) struct Load {
    open: Vec<(&'static str, Role)>,
    /// Formatting that was open when what held it ended: it will be reopened.
    carried: Vec<&'static str>,
    nodes: usize,
}

impl Load {
    /// Counts one text, or one element without content.
    pub(super) fn node(&mut self) -> Option<()> {
        self.nodes += 1;
        (self.nodes <= MOST_NODES).then_some(())
    }

    /// Counts a start tag.
    pub(super) fn start(&mut self, name: &'static str, role: Role) -> Option<()> {
        match role {
            Role::Void => return self.node(),
            Role::Inline | Role::Formatting | Role::Ruby => {}
            // An anchor ends the one before.
            Role::Anchor => {
                if let Some(at) = self.find(|role| role == Role::Anchor, is_wall) {
                    self.open.remove(at);
                }
            }
            Role::Item | Role::Term => {
                let stops = |(name, role): (&str, Role)| is_special(role) && !matches!(name, "address" | "div" | "p");
                let mut at = self.open.len();
                while at > 0 {
                    at -= 1;
                    if self.open[at].1 == role {
                        self.cut(at, true);
                        break;
                    }
                    if stops(self.open[at]) {
                        break;
                    }
                }
                self.end_paragraph();
            }
            Role::Caption | Role::Section | Role::Row | Role::Cell => {
                let base = self
                    .open
                    .iter()
                    .rposition(|&(_, role)| matches!(role, Role::Table | Role::Other))
                    .map_or(0, |at| at + 1);
                let ends = |open: Role| match role {
                    Role::Cell => open == Role::Cell,
                    Role::Row => matches!(open, Role::Row | Role::Cell | Role::Caption),
                    _ => matches!(open, Role::Section | Role::Row | Role::Cell | Role::Caption),
                };
                if let Some(at) = self.open[base..].iter().position(|&(_, open)| ends(open)) {
                    // Formatting is not carried out of a cell.
                    self.cut(base + at, false);
                }
            }
            _ => self.end_paragraph(),
        }
        self.nodes += self.carried.len();
        if role != Role::Rule && !matches!(name, "source" | "col") {
            self.open.push((name, role));
        }
        (self.open.len() + self.carried.len() <= DEEPEST).then_some(())?;
        self.node()
    }

    /// Counts an end tag.
    pub(super) fn end(&mut self, name: &str, role: Role) {
        let stops = |(name, open): (&str, Role)| match role {
            Role::Inline | Role::Ruby => is_special(open),
            Role::Caption | Role::Section | Role::Row | Role::Cell => matches!(open, Role::Table | Role::Other),
            Role::Table => false,
            Role::Item => is_wall(open) || matches!(name, "ul" | "ol"),
            _ => is_wall(open),
        };
        let mut at = self.open.len();
        while at > 0 {
            at -= 1;
            if self.open[at].0 == name {
                let is_formatting = matches!(role, Role::Formatting | Role::Anchor);
                if is_formatting && self.open[at..].iter().any(|&(_, role)| is_special(role)) {
                    // What stands in it stays open.
                    self.open.remove(at);
                } else {
                    self.cut(at, role != Role::Cell);
                }
                return;
            }
            if stops(self.open[at]) {
                break;
            }
        }
        if let Some(at) = self.carried.iter().rposition(|&carried| carried == name) {
            self.carried.remove(at);
        }
    }

    /// Where the nearest open element is that `wanted` asks for, none that `stops` above it.
    fn find(&self, wanted: impl Fn(Role) -> bool, stops: impl Fn(Role) -> bool) -> Option<usize> {
        let at = self.open.iter().rposition(|&(_, role)| wanted(role) || stops(role))?;
        wanted(self.open[at].1).then_some(at)
    }

    fn end_paragraph(&mut self) {
        if let Some(at) = self.find(|role| role == Role::Paragraph, is_wall) {
            self.cut(at, true);
        }
    }

    /// Closes everything from `at` up; the formatting in it, but for that at `at` itself, may have to be reopened.
    fn cut(&mut self, at: usize, carries: bool) {
        if carries {
            let formatting =
                self.open[at + 1..].iter().filter(|(_, role)| matches!(role, Role::Formatting | Role::Anchor));
            self.carried.extend(formatting.map(|&(name, _)| name));
        }
        self.open.truncate(at);
    }
}

/// Elements that no end tag outside of tables reaches through.
fn is_wall(role: Role) -> bool {
    matches!(role, Role::Table | Role::Cell | Role::Caption | Role::Other)
}

/// Elements that the end of text-level ones does not reach through.
fn is_special(role: Role) -> bool {
    !matches!(role, Role::Inline | Role::Formatting | Role::Anchor | Role::Ruby | Role::Void)
}

#[cfg(test)]
mod tests {
    use super::super::element::element;
    use super::*;

    /// Follows `html`, made of bare tags, and returns how deep it stands at the end; `None` if it was too dear.
    fn depth(html: &str) -> Option<usize> {
        let mut load = Load::default();
        for tag in html.split('<').skip(1) {
            let tag = tag.trim_end_matches('>');
            match tag.strip_prefix('/') {
                Some(name) => load.end(name, element(name)?.role),
                None => load.start(element(tag)?.name, element(tag)?.role)?,
            }
        }
        Some(load.open.len())
    }

    #[test]
    fn knows_what_ends_by_itself() {
        assert_eq!(depth("<div><p><p><ul><li><li><p>"), Some(4));
        assert_eq!(depth("<table><tr><td><b><td><tr><td>"), Some(3));
        assert_eq!(depth("<a><a><a>"), Some(1));
    }

    #[test]
    fn knows_what_does_not() {
        assert_eq!(depth("<span><div></span>"), Some(2));
        assert_eq!(depth("<ul><li><ul><li></ul></ul>"), Some(0));
        assert_eq!(depth("<ul><li><ul></li>"), Some(3));
        assert_eq!(depth("<div><table></div>"), Some(2));
    }

    #[test]
    fn refuses_what_is_too_deep_or_too_much() {
        assert_eq!(depth(&"<div>".repeat(DEEPEST + 1)), None);
        assert_eq!(depth(&"<span><div></span>".repeat(DEEPEST)), None);
        assert_eq!(depth(&"<p><b>".repeat(DEEPEST + 1)), None);
        assert_eq!(depth(&"<br>".repeat(MOST_NODES + 1)), None);
        assert!(depth(&"<p></p>".repeat(MOST_NODES / 2)).is_some());
    }
}
