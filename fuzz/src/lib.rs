//! What each fuzz target does with its bytes: one function for each parser of
//! foreign input. A panic, an overflow, a hang or a broken promise is a finding.
//!
//! They are functions of a library so that a finding can be replayed without
//! the fuzzer: see README.md.

use selvedge_detect::json::{Doc, Scratch};
use selvedge_detect::sigma::{LogSource, RuleEngine, Seen, SigmaRules};
use selvedge_detect::{Framer, Piece, complete, facts, normalise as to_event, redact, unwrap};
use selvedge_model::fact::Cite;
use selvedge_model::canon;
use serde_json::Value;
use std::ops::ControlFlow;

/// The framer: the same pieces whatever the chunks, each a part of the input,
/// in order and apart.
pub fn framer(data: &[u8]) {
    let (size, bytes) = data.split_first().map_or((1, data), |(first, rest)| (usize::from(*first).max(1), rest));
    let whole = pieces(bytes, bytes.len().max(1));
    assert_eq!(whole, pieces(bytes, size), "chunks of {size} give other pieces");
    let mut end = 0;
    for (byte, _, _, text) in &whole {
        assert!(*byte >= end, "pieces overlap or go back");
        end = byte + text.len();
        assert_eq!(bytes.get(*byte..end), Some(text.as_slice()), "a piece is not where it says");
    }
}

/// Place, line, what it is, and its bytes.
fn pieces(bytes: &[u8], chunk: usize) -> Vec<(usize, u64, String, Vec<u8>)> {
    let (mut framer, mut out) = (Framer::new(), Vec::new());
    let mut take = |piece: Piece<'_>| {
        let (at, what, text) = match piece {
            Piece::Json(at, text, _) => (at, "json", text),
            Piece::Row(at, text) => (at, "row", text),
            Piece::Line(at, text) => (at, "line", text),
            Piece::Broken(at, why) => (at, why, &[][..]),
        };
        let byte = usize::try_from(at.byte).expect("within the input");
        out.push((byte, at.line, format!("{what}, {}", at.starts_line), text.to_vec()));
    };
    for part in bytes.chunks(chunk) {
        framer.push(part, &mut take);
    }
    framer.finish(&mut take);
    out
}

/// The JSON parser against serde_json's, then mapping to OCSF and facts, and the
/// whole once more.
pub fn normalise(data: &[u8]) {
    let mut scratch = Scratch::default();
    let doc = match (Doc::parse(data, &mut scratch), serde_json::from_slice::<Value>(data)) {
        (Ok(doc), _) => doc,
        (Err(_), Err(_)) => return,
        (Err(stop), Ok(_)) => panic!("serde_json reads it: {stop:?}"),
    };
    let one = || {
        let mut out = Vec::new();
        unwrap(doc.root(), data, &mut |found| {
            let mut done = to_event(&found, jiff::Timestamp::UNIX_EPOCH);
            let id = done.event.id(found.bytes);
            let cite = || Cite { event: id, record: done.event.record_id(), at: done.event.occurred_at };
            let facts = facts(&done.event, id, &found, &done.read, true).owned(cite);
            assert!(facts.iter().all(|fact| fact.cite().event == id));
            complete(&mut done.event, &found);
            out.push((serde_json::to_string(&done.event.ocsf).expect("an event is JSON"), facts));
        });
        out
    };
    let done = one();
    assert_eq!(done, one(), "not the same twice");
    let record = doc.root().to_value();
    let clean = redact::redact(&record);
    assert_eq!(redact::redact(&clean), clean, "redacting again changes more");
}

/// Inventory exports.
pub fn estate(data: &[u8]) {
    let (mut estate, mut problems) = (selvedge_graph::Estate::default(), Vec::new());
    estate.add("fuzz.json", data, &mut problems);
    estate.finish();
    let once = estate.clone();
    estate.add("fuzz.json", data, &mut problems);
    estate.finish();
    estate.unused_documents = once.unused_documents;
    assert_eq!(estate, once, "a document read twice counts twice");
}

/// IAM policies: reading, and judging one request by them.
pub fn policy(data: &[u8]) {
    use selvedge_access::{Context, Policy, PolicySet, Request, evaluate};
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (policy, _) = Policy::parse(text);
    let context = Context::open().with("aws:userid", "AROAX:alice").with("aws:TokenIssueTime", "2026-05-18T17:00:00Z");
    let request = Request::new("s3:GetObject", "arn:aws:s3:::claims/a.csv", context);
    let set = PolicySet::of_identity([("fuzz", policy)]);
    let answer = evaluate(&set, &request);
    assert_eq!(answer, evaluate(&set, &request), "not the same twice");
}

/// Two IAM policies, one a line, compared: a witness is what it says it is.
pub fn compare(data: &[u8]) {
    use selvedge_access::Policy;
    use selvedge_access::compare::{Verdict, compare};
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (a, b) = text.split_once('\n').unwrap_or((text, ""));
    let (a, b) = (Policy::parse(a).0, Policy::parse(b).0);
    let found = compare(&a, &b);
    assert_eq!(found.verdict == Verdict::Incomparable, found.a_only.is_some() && found.b_only.is_some());
    assert!(!matches!(compare(&a, &a).verdict, Verdict::ALooser | Verdict::BLooser | Verdict::Incomparable));
}

/// Conditions of Azure's role assignments: reading, and evaluating with nothing known.
pub fn condition(data: &[u8]) {
    use selvedge_access::azure::condition::{Condition, Context};
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(condition) = Condition::parse(text) {
        let (open, complete) = (condition.holds(&Context::open()), condition.holds(&Context::complete()));
        assert_eq!(open, condition.holds(&Context::open()), "not the same twice");
        drop(complete);
    }
}

/// Sigma rule files: loading, and showing a record to what was loaded.
pub fn sigma(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (rules, _) = SigmaRules::load([("fuzz.yaml", text)]);
    let record = serde_json::json!({"eventSource": "s3.amazonaws.com", "eventName": "GetObject",
        "userIdentity": {"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/a/b"}, "list": ["x", 1, null]});
    let text = record.to_string();
    let mut scratch = Scratch::default();
    let doc = Doc::parse(text.as_bytes(), &mut scratch).expect("JSON");
    for source in [LogSource::CLOUDTRAIL, LogSource::ENTRA_SIGN_IN] {
        for hit in rules.matches(Seen { source, json: doc.root(), ocsf: None }) {
            assert!(rules.rule(hit.rule).is_some(), "a hit names no rule");
        }
    }
}

/// Thresholds.
pub fn thresholds(data: &[u8]) {
    if let Ok(text) = std::str::from_utf8(data) {
        let _ = selvedge_respond::Thresholds::parse("fuzz.yaml", text);
    }
}

/// Answers of IAM and STS.
pub fn aws_answers(data: &[u8]) {
    use selvedge_aws::{answers, xml};
    let read = xml::Node::parse(data);
    let _ =
        (answers::role(data), answers::role_policy(data), answers::policy_page(data), answers::caller_account(data));
    let refused = answers::error(data);
    assert!(read.is_ok() || (refused.is_none() && !answers::acknowledges(data, "PutRolePolicy")));
}

/// Answers of Microsoft Graph.
pub fn graph_answers(data: &[u8]) {
    use selvedge_azure::answers;
    let _ = (answers::user(data), answers::boolean(data), answers::error(data));
}

/// Files: plain, and behind the first bytes of gzip, zstd and UTF-16.
pub fn gunzip(data: &[u8]) {
    const GZIP: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03";
    const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";
    const UTF16: &[u8] = b"\xff\xfe";
    let folder = tempfile::tempdir().expect("a folder for temporary files");
    let path = folder.path().join("fuzz");
    for bytes in [data.to_vec(), [GZIP, data].concat(), [ZSTD, data].concat(), [UTF16, data].concat()] {
        std::fs::write(&path, &bytes).expect("a writable folder for temporary files");
        let mut seen = 0_u64;
        let report = selvedge_files::read_file(&path, &mut |chunk| {
            seen += chunk.len() as u64;
            // A few bytes can decode to very many.
            if seen > 64 << 20 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        assert_eq!(report.decoded, seen, "handed out and counted differ");
        assert!(report.decoded > 0 || !report.problems.is_empty(), "nothing came out, and nothing was said");
    }
}

/// What the journal keeps: read, written and read again it is the same.
pub fn journal(data: &[u8]) {
    round_trip::<selvedge_ports::Entry>(data);
    round_trip::<selvedge_graph::Record>(data);
    round_trip::<selvedge_actions::Plan>(data);
    round_trip::<selvedge_respond::Incident>(data);
}

fn round_trip<T: serde::Serialize + serde::de::DeserializeOwned>(data: &[u8]) {
    let Ok(value) = serde_json::from_slice::<T>(data) else { return };
    let written = canon::to_vec(&value);
    let again: T = serde_json::from_slice(&written).expect("what was written can be read");
    assert_eq!(canon::to_vec(&again), written, "another form after reading it again");
}
