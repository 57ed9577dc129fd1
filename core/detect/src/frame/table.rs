//! Tables: comma-separated values with a heading, as Log Analytics exports them.

/// Most columns of a table.
const MAX_COLUMNS: usize = 2_000;

/// Of this many columns some may share a name, as in the portal's own downloads;
/// the first counts.
const MANY: usize = 20;

/// Whether a file's first line is the heading of a table: at least three names,
/// each a word that a column may have, none twice. A column of row numbers in
/// front, as notebooks export it, has no name.
pub(super) fn is_heading(line: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(line) else { return false };
    let Some(mut names) = cells(text) else { return false };
    if names.first().is_some_and(String::is_empty) {
        names.remove(0);
    }
    let is_name = |name: &String| {
        !name.is_empty()
            && name.len() <= 128
            && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| {
                c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | ' ' | '(' | ')' | '[' | ']' | '/' | ':')
            })
    };
    let mut sorted: Vec<&String> = names.iter().collect();
    sorted.sort_unstable();
    sorted.dedup();
    names.len() >= 3
        && names.len() <= MAX_COLUMNS
        && (sorted.len() == names.len() || names.len() >= MANY)
        && names.iter().all(is_name)
}

/// The cells of one row: parts between commas; a part in quotes may hold commas,
/// line ends and doubled quotes (RFC 4180). `None` if a quote is out of place.
pub(crate) fn cells(row: &str) -> Option<Vec<String>> {
    let mut out = Vec::new();
    let mut rest = row;
    loop {
        let (cell, behind) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_cell(quoted)?,
            None => match rest.find(',') {
                Some(end) => (rest.get(..end)?.to_owned(), rest.get(end..)?),
                None => (rest.to_owned(), ""),
            },
        };
        out.push(cell);
        match behind.strip_prefix(',') {
            Some(next) if out.len() <= MAX_COLUMNS => rest = next,
            None if behind.is_empty() => return Some(out),
            _ => return None,
        }
    }
}

/// The cell whose opening quote was read, and what follows its closing one.
fn quoted_cell(text: &str) -> Option<(String, &str)> {
    let mut cell = String::new();
    let mut rest = text;
    loop {
        let end = rest.find('"')?;
        cell.push_str(rest.get(..end)?);
        let behind = rest.get(end.saturating_add(1)..)?;
        match behind.strip_prefix('"') {
            Some(more) => {
                cell.push('"');
                rest = more;
            }
            None => return Some((cell, behind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_table() {
        for (row, expect) in [
            ("a,b,c", Some(vec!["a", "b", "c"])),
            ("a,,", Some(vec!["a", "", ""])),
            ("\"a,b\",\"say \"\"hi\"\"\",\"x\ny\"", Some(vec!["a,b", "say \"hi\"", "x\ny"])),
            ("", Some(vec![""])),
            ("\"a\"b,c", None),
            ("\"a", None),
        ] {
            let found = cells(row);
            assert_eq!(found, expect.map(|e| e.into_iter().map(str::to_owned).collect()), "{row}");
        }
    }

    #[test]
    fn headings_table() {
        for (line, expect) in [
            ("TimeGenerated,OperationName,Category", true),
            ("\"TimeGenerated [UTC]\",\"OperationName\",\"Category\"", true),
            ("version account-id interface-id", false),
            ("a,b", false),
            ("a,a,b", false),
            (",TenantId,TimeGenerated,FlowStartTime", true),
            ("a,,b,c", false),
            (",a,b", false),
            ("2026-01-01,x,y", false),
            ("{\"a\":1},b,c", false),
            ("Hello, this is a log, yes it is!", false),
        ] {
            assert_eq!(is_heading(line.as_bytes()), expect, "{line}");
        }
    }
}
