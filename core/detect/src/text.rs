//! Logs that are text: VPC flow logs, and tables as Log Analytics exports them.
//! Each line becomes a JSON object, so that one mapping reads all forms.

mod portal;

use crate::frame::cells;
use portal::Download;
use serde_json::Value;

/// The default fields of VPC flow logs, in order. Source: Amazon VPC User Guide,
/// "Flow log records".
const DEFAULT_FLOW: [&str; 14] = [
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "protocol",
    "packets",
    "bytes",
    "start",
    "end",
    "action",
    "log-status",
];

/// Names by which a heading is known to be a flow log's.
const FLOW_NAMES: [&str; 12] = [
    "version",
    "account-id",
    "interface-id",
    "srcaddr",
    "dstaddr",
    "srcport",
    "dstport",
    "action",
    "log-status",
    "start",
    "end",
    "bytes",
];

const NO_LOG: &str = "neither JSON nor a text log that is known here";

/// What a line of a text log is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// The names of what follows.
    Heading,
    /// A record, as JSON.
    Record(String),
    /// Nothing that can be read; why.
    Unreadable(&'static str),
}

/// The lines of one file.
#[derive(Debug, Default)]
pub struct TextLog {
    columns: Option<Vec<String>>,
    table: Option<Vec<String>>,
    download: Option<Download>,
}

impl TextLog {
    /// Reads a line of text.
    pub fn line(&mut self, line: &[u8]) -> Line {
        let Ok(text) = std::str::from_utf8(line) else {
            return Line::Unreadable(if self.columns.is_some() { "the line is not valid UTF-8" } else { NO_LOG });
        };
        let fields: Vec<&str> = text.split_whitespace().collect();
        if is_flow_heading(&fields) {
            self.columns = Some(fields.iter().map(|field| (*field).to_ascii_lowercase()).collect());
            return Line::Heading;
        }
        // CloudWatch exports put the time of delivery in front.
        let fields = match fields.split_first() {
            Some((first, rest)) if first.contains('T') && selvedge_model::time::parse(first).is_some() => rest,
            _ => &fields,
        };
        match &self.columns {
            Some(columns) if columns.len() == fields.len() => record(columns, fields),
            Some(_) => Line::Unreadable("the line has not as many fields as the heading of this flow log"),
            None if is_default_flow(fields) => record(&DEFAULT_FLOW, fields),
            None => Line::Unreadable(NO_LOG),
        }
    }

    /// Reads a row of a table; the first is its heading.
    pub fn row(&mut self, row: &[u8]) -> Line {
        let cells = std::str::from_utf8(row).ok().and_then(cells);
        let Some(cells) = cells else {
            return Line::Unreadable("the row is not valid: check its quotes and that it is UTF-8");
        };
        let Some(columns) = &self.table else {
            // Exports of the portal name the time zone in the heading.
            let name = |name: String| name.strip_suffix(" [UTC]").map(str::to_owned).unwrap_or(name);
            let columns: Vec<String> = cells.into_iter().map(name).collect();
            self.download = portal::download(&columns);
            self.table = Some(columns);
            return Line::Heading;
        };
        if cells.len() != columns.len() {
            return Line::Unreadable("the row has not as many cells as the table's heading");
        }
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        match &self.download {
            Some(download) => Line::Record(download.row(&cells).to_string()),
            None => record(columns, &cells),
        }
    }
}

/// An object of those fields that say something.
fn record<S: AsRef<str>>(names: &[S], values: &[&str]) -> Line {
    let mut out = String::from("{");
    for (name, value) in names.iter().zip(values).filter(|(_, value)| !value.is_empty()) {
        if out.len() > 1 {
            out.push(',');
        }
        out.push_str(&Value::from(name.as_ref()).to_string());
        out.push(':');
        out.push_str(&Value::from(*value).to_string());
    }
    out.push('}');
    Line::Record(out)
}

/// VPC flow logs in files begin with the names of their fields.
fn is_flow_heading(fields: &[&str]) -> bool {
    let known = fields.iter().filter(|field| FLOW_NAMES.iter().any(|name| field.eq_ignore_ascii_case(name))).count();
    fields.len() >= 3 && known >= 3 && fields.iter().all(|field| field.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// The default format without a heading: version, account and twelve fields.
fn is_default_flow(fields: &[&str]) -> bool {
    fields.len() == DEFAULT_FLOW.len()
        && fields.first().is_some_and(|version| version.parse::<u8>().is_ok())
        && fields.get(1).is_some_and(|account| {
            *account == "unknown" || (account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()))
        })
}

#[cfg(test)]
mod tests;
