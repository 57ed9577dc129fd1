//! Text on a terminal: its width, words wrapped to it, and tables that fit.
//!
//! Nothing here quotes: whoever hands in foreign text has quoted it.

use anstyle::Style;
use std::fmt::Write as _;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Width where it is not known.
const DEFAULT_WIDTH: usize = 80;

/// Narrower columns cannot be read, wider lines neither.
const WIDTHS: std::ops::RangeInclusive<usize> = 40..=160;

/// Room between two columns.
const GAP: usize = 2;

/// A column is not made narrower than this.
const MIN_COLUMN: usize = 10;

/// The width of the terminal that stdout is; 80 if it is none.
pub(crate) fn width() -> usize {
    let known = terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0));
    known.map_or(DEFAULT_WIDTH, |width| width.clamp(*WIDTHS.start(), *WIDTHS.end()))
}

/// Columns that text takes.
pub(crate) fn columns(text: &str) -> usize {
    text.width()
}

/// Breaks text between words, and long words where they have joints.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let mut word = word;
        while let Some(line) = lines.last_mut() {
            let used = columns(line);
            let gap = usize::from(used > 0);
            if used + gap + columns(word) <= width {
                if gap > 0 {
                    line.push(' ');
                }
                line.push_str(word);
                break;
            }
            if used > 0 {
                lines.push(String::new());
                continue;
            }
            let (head, rest) = word.split_at(joint(word, width));
            line.push_str(head);
            word = rest;
            lines.push(String::new());
        }
    }
    lines
}

/// Where to break a word that is longer than `width`.
fn joint(word: &str, width: usize) -> usize {
    let (mut used, mut end, mut joint) = (0, 0, 0);
    for (at, c) in word.char_indices() {
        used += c.width().unwrap_or(0);
        if used > width && end > 0 {
            break;
        }
        end = at + c.len_utf8();
        if matches!(c, '/' | ':' | '-' | '_' | '.' | ',' | '@' | '=') {
            joint = end;
        }
    }
    if joint * 2 > end { joint } else { end }
}

/// `first`, then text wrapped beside and below it.
pub(crate) fn hanging(first: &str, text: &str, width: usize) -> String {
    let indent = columns(first);
    let mut out = String::new();
    for (n, line) in wrapped(text, width.saturating_sub(indent).max(MIN_COLUMN)).iter().enumerate() {
        let lead = if n == 0 { first.to_owned() } else { " ".repeat(indent) };
        let _ = writeln!(out, "{}", format!("{lead}{line}").trim_end());
    }
    out
}

/// Text in a style.
pub(crate) fn styled(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// A heading.
pub(crate) const BOLD: Style = Style::new().bold();
/// What matters less.
pub(crate) const DIM: Style = Style::new().dimmed();

/// Paragraphs, each in a style.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cell(Vec<(Style, String)>);

impl Cell {
    /// A paragraph in a style.
    pub(crate) fn styled(style: Style, text: impl Into<String>) -> Self {
        Self(vec![(style, text.into())])
    }

    /// A paragraph for each text.
    pub(crate) fn lines(texts: impl IntoIterator<Item = String>) -> Self {
        Self(texts.into_iter().map(|text| (Style::new(), text)).collect())
    }

    /// With a paragraph below.
    #[must_use]
    pub(crate) fn below(mut self, style: Style, text: impl Into<String>) -> Self {
        self.0.push((style, text.into()));
        self
    }

    fn width(&self) -> usize {
        self.0.iter().map(|(_, text)| columns(text)).max().unwrap_or_default()
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::styled(Style::new(), text)
    }
}

/// How a column is laid out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Column {
    /// As wide as its widest cell.
    Fixed(&'static str),
    /// The same, numbers: aligned to the right.
    Number(&'static str),
    /// Wrapped if there is no room.
    Text(&'static str),
}

impl Column {
    fn head(self) -> &'static str {
        match self {
            Self::Fixed(head) | Self::Number(head) | Self::Text(head) => head,
        }
    }
}

/// Rows under a heading, at most `width` columns wide where that can be.
pub(crate) fn table(heads: &[Column], rows: &[Vec<Cell>], width: usize) -> String {
    let widths = layout(heads, rows, width);
    let mut out = String::new();
    let head: Vec<Cell> = heads.iter().map(|column| Cell::styled(DIM, column.head())).collect();
    for row in std::iter::once(&head).chain(rows) {
        self::row(heads, row, &widths, &mut out);
    }
    out
}

/// The columns' widths: text columns give way until all fits.
fn layout(heads: &[Column], rows: &[Vec<Cell>], width: usize) -> Vec<usize> {
    let natural: Vec<usize> = heads
        .iter()
        .enumerate()
        .map(|(n, head)| {
            rows.iter().filter_map(|row| row.get(n)).map(Cell::width).max().unwrap_or(0).max(columns(head.head()))
        })
        .collect();
    let gaps = GAP * heads.len().saturating_sub(1);
    let is_text = |n: usize| matches!(heads.get(n), Some(Column::Text(_)));
    let fixed: usize = natural.iter().enumerate().filter(|(n, _)| !is_text(*n)).map(|(_, width)| width).sum();
    // The narrowest first: what they do not need goes to the others.
    let mut texts: Vec<usize> = (0..heads.len()).filter(|n| is_text(*n)).collect();
    texts.sort_by_key(|n| natural.get(*n).copied());
    let mut room = width.saturating_sub(fixed + gaps);
    let mut widths = natural;
    for (done, n) in texts.iter().enumerate() {
        let share = (room / (texts.len() - done)).max(MIN_COLUMN);
        if let Some(own) = widths.get_mut(*n) {
            *own = (*own).min(share);
            room = room.saturating_sub(*own);
        }
    }
    widths
}

fn row(heads: &[Column], row: &[Cell], widths: &[usize], out: &mut String) {
    let cells: Vec<Vec<(Style, String)>> = row
        .iter()
        .zip(widths)
        .map(|(cell, width)| {
            let lines = cell.0.iter().flat_map(|(style, text)| wrapped(text, *width).into_iter().map(|l| (*style, l)));
            lines.collect()
        })
        .collect();
    for n in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
        let mut line = String::new();
        let mut owed = 0;
        for ((head, lines), width) in heads.iter().zip(&cells).zip(widths) {
            let empty = (Style::new(), String::new());
            let (style, text) = lines.get(n).unwrap_or(&empty);
            let pad = width.saturating_sub(columns(text));
            let (before, after) = if matches!(head, Column::Number(_)) { (pad, 0) } else { (0, pad) };
            if !text.is_empty() {
                // Spaces are written before text only, so that no line ends in them.
                line.push_str(&" ".repeat(owed + before));
                line.push_str(&styled(*style, text));
                owed = after + GAP;
            } else {
                owed += width + GAP;
            }
        }
        out.push_str(&line);
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn words_and_long_words_are_broken() {
        for (text, width, expected) in [
            ("a b c", 80, vec!["a b c"]),
            ("aa bb cc", 5, vec!["aa bb", "cc"]),
            ("", 10, vec![""]),
            ("arn:aws:iam::1111:role/Reader", 12, vec!["arn:aws:iam:", ":1111:role/", "Reader"]),
            ("see abcdefghijkl", 6, vec!["see", "abcdef", "ghijkl"]),
            ("日本語日本語", 6, vec!["日本語", "日本語"]),
            ("日", 1, vec!["日", ""]),
        ] {
            assert_eq!(wrapped(text, width), expected, "{text} at {width}");
        }
    }

    #[test]
    fn a_table_fits_its_width_and_loses_nothing() {
        let heads = [Column::Fixed("LEVEL"), Column::Number("N"), Column::Text("TITLE"), Column::Text("FILE")];
        let long = "words ".repeat(20).trim().to_owned();
        let rows: Vec<Vec<Cell>> = vec![
            vec!["low".into(), "7".into(), "short".into(), "a/b.yaml".into()],
            vec![
                "critical".into(),
                "12345".into(),
                long.clone().into(),
                Cell::from("x".repeat(90)).below(DIM, "below"),
            ],
        ];
        for width in [40, 80, 140, 400] {
            let text = plain(&table(&heads, &rows, width));
            assert!(text.lines().all(|line| columns(line) <= width.max(50) && line == line.trim_end()), "{text}");
            assert_eq!(text.matches("words").count(), 20, "{text}");
            assert_eq!(text.matches('x').count(), 90, "{text}");
            assert!(text.contains("below"), "{text}");
        }
    }
}
