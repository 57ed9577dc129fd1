//! Records of others, read where `SELVEDGE_CORPUS` says.
#![expect(clippy::disallowed_methods, reason = "the corpus lies outside the project")]

use flate2::read::MultiGzDecoder;
use selvedge_detect::frame::At;
use selvedge_detect::text::{Line, TextLog};
use selvedge_detect::{Framer, Piece};
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The corpus; without it says what is skipped.
pub(crate) fn folder(cases: &str) -> Option<PathBuf> {
    let found = std::env::var_os("SELVEDGE_CORPUS").map(PathBuf::from);
    if found.is_none() {
        eprintln!("skipped: {cases} (SELVEDGE_CORPUS is not set)");
    }
    found
}

/// A JSON file.
pub(crate) fn json(path: &Path) -> Value {
    let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// A file of one JSON value a line.
pub(crate) fn json_lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// All files under a folder, in order.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect();
    found.sort();
    found
}

/// Every record of the corpus with where it is from.
pub(crate) fn records(corpus: &Path) -> Vec<(String, Value)> {
    let mut out = Vec::new();
    for path in files(&corpus.join("crosscloud_sample/logs")) {
        framed(&path, &mut out);
    }
    for path in files(&corpus.join("panther")) {
        for (line, row) in (1..).zip(json_lines(&path)) {
            out.push((format!("{}:{line}", path.display()), row["event"].clone()));
        }
    }
    for path in files(&corpus.join("stratus")) {
        for event in json(&path)["events"].as_array().unwrap() {
            out.push((path.display().to_string(), event.clone()));
        }
    }
    for pair in json_lines(&corpus.join("security_lake/pairs.jsonl")) {
        let input = pair["input"].as_str().unwrap();
        out.extend(raw_records(&pair).into_iter().map(|raw| (input.to_owned(), raw)));
    }
    out
}

/// The rows of traffic analytics.
pub(crate) fn nsg_flow(corpus: &Path) -> Vec<(String, Value)> {
    let mut out = Vec::new();
    framed(&corpus.join("nsg_flow/az_net_flows.csv"), &mut out);
    out
}

/// The JSON records of a pair's raw log; none if it is a text log.
pub(crate) fn raw_records(pair: &Value) -> Vec<Value> {
    let raw = pair["raw"].as_str().unwrap_or_default();
    let mut out = Vec::new();
    pieces(raw.as_bytes(), "", &mut out);
    out.into_iter().map(|(_, record)| record).filter(Value::is_object).collect()
}

fn framed(path: &Path, out: &mut Vec<(String, Value)>) {
    let mut bytes = std::fs::read(path).unwrap();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut decoded = Vec::new();
        MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut decoded).unwrap();
        bytes = decoded;
    }
    pieces(&bytes, &path.display().to_string(), out);
}

fn pieces(bytes: &[u8], name: &str, out: &mut Vec<(String, Value)>) {
    let mut framer = Framer::new();
    let mut log = TextLog::default();
    let text = |at: At, line: Line| match line {
        Line::Heading => None,
        Line::Record(json) => Some((format!("{name}:{}", at.line), serde_json::from_str(&json).unwrap())),
        Line::Unreadable(why) => panic!("{name}:{}: {why}", at.line),
    };
    let mut take = |piece: Piece<'_>| match piece {
        Piece::Json(at, record, _) => {
            out.push((format!("{name}:{}", at.line), serde_json::from_slice(record).unwrap()))
        }
        Piece::Line(at, line) => out.extend(text(at, log.line(line))),
        Piece::Row(at, row) => out.extend(text(at, log.row(row))),
        Piece::Broken(at, why) => panic!("{name}:{}: {why}", at.line),
    };
    framer.push(bytes, &mut take);
    framer.finish(&mut take);
}
