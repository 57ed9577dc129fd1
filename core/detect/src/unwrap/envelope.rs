//! Envelopes: what carries records and is none itself.
//!
//! An envelope is opened only by its own marks. What lies in it is handed out one
//! by one, known or not, so that every record is counted once and none is lost.

use super::{Found, layer};
use crate::get;
use crate::json::{Doc, Json, Scratch};
use crate::kind::kind_of;
use crate::text::{Line, TextLog};
use selvedge_model::RecordKind;

/// What an envelope holds.
enum Held<'a> {
    /// A record or another envelope.
    Json(Json<'a>),
    /// The same, as text.
    Text(Json<'a>),
    /// A row of a query: a list of objects with one column each.
    Row(Json<'a>),
}

/// Opens an envelope; `false` if it is none.
pub(super) fn open(json: Json<'_>, layers: u8, out: &mut dyn FnMut(Found<'_>)) -> bool {
    let Some(layers) = layers.checked_sub(1) else { return false };
    let Some(held) = contents(json) else { return false };
    for part in held {
        match part {
            Held::Json(inner) => layer(inner, inner.raw().as_bytes(), layers, out),
            Held::Text(inner) => text(inner, layers, out),
            Held::Row(inner) => row(inner, layers, out),
        }
    }
    true
}

fn contents(json: Json<'_>) -> Option<Vec<Held<'_>>> {
    if !json.is_object() {
        return None;
    }
    // EventBridge: its own marks first, so that nobody else's `detail` counts.
    if let Some(detail) = json.get("detail") {
        return is_from_aws(json).then(|| detail_of(detail)).flatten();
    }
    notification(json).or_else(|| log_events(json)).or_else(|| trail_answer(json)).or_else(|| known_list(json)).or_else(
        || {
            let inner = json.get("event").filter(|inner| inner.is_object() && known(*inner))?;
            Some(vec![Held::Json(inner)])
        },
    )
}

/// What EventBridge carries: a record, or a batch of findings.
fn detail_of(detail: Json<'_>) -> Option<Vec<Held<'_>>> {
    if known(detail) {
        return Some(vec![Held::Json(detail)]);
    }
    known_list(detail)
}

/// A list of findings, of which at least one is known.
fn known_list(json: Json<'_>) -> Option<Vec<Held<'_>>> {
    let list = ["findings", "Findings"].iter().find_map(|key| json.get(key)).filter(|list| list.is_array())?;
    list.elements().any(known).then(|| list.elements().map(Held::Json).collect())
}

/// A member that is text.
fn written<'a>(json: Json<'a>, key: &str) -> Option<Json<'a>> {
    json.get(key).filter(|text| text.as_str().is_some())
}

/// The texts of that name in a list, of which at least one is there; elements
/// without one stand for themselves.
fn each_written<'a>(json: Json<'a>, list: &str, key: &str) -> Option<Vec<Held<'a>>> {
    let list = json.get(list).filter(|list| list.elements().any(|one| written(one, key).is_some()))?;
    Some(list.elements().map(|one| written(one, key).map_or(Held::Json(one), Held::Text)).collect())
}

fn one(text: Json<'_>) -> Vec<Held<'_>> {
    vec![Held::Text(text)]
}

/// SNS and SQS, as they are sent, as a queue is read, and as Lambda gets them.
fn notification(json: Json<'_>) -> Option<Vec<Held<'_>>> {
    let is = |key: &str, word: &str| json.get(key).and_then(Json::as_str) == Some(word);
    if is("Type", "Notification") {
        return written(json, "Message").map(one);
    }
    let of_sns = || json.get("Sns").and_then(|sns| written(sns, "Message")).map(one);
    let of_lambda = || if is("eventSource", "aws:sqs") { written(json, "body").map(one) } else { None };
    let of_queue = || json.get("ReceiptHandle").and_then(|_| written(json, "Body")).map(one);
    of_sns().or_else(of_lambda).or_else(of_queue).or_else(|| each_written(json, "Messages", "Body"))
}

/// Log events of CloudWatch: what a subscription sends, and single ones of
/// `filter-log-events`, whose text must be a record to count as one.
fn log_events(json: Json<'_>) -> Option<Vec<Held<'_>>> {
    if json.get("logEvents").is_some() {
        // A test message of the service itself says so and holds no records.
        let of_control = json.get("messageType").and_then(Json::as_str) == Some("CONTROL_MESSAGE");
        return if of_control { None } else { each_written(json, "logEvents", "message") };
    }
    json.get("timestamp")?;
    written(json, "message").filter(|text| text.as_str().is_some_and(is_record)).map(one)
}

/// CloudTrail's own answers: `lookup-events`, and queries of CloudTrail Lake.
fn trail_answer(json: Json<'_>) -> Option<Vec<Held<'_>>> {
    let single = || written(json, "CloudTrailEvent").map(one);
    let of_lake = || written(json, "eventJson").filter(|text| text.as_str().is_some_and(is_record)).map(one);
    let rows = || {
        let rows = json.get("QueryResultRows").filter(|rows| rows.elements().any(Json::is_array))?;
        Some(rows.elements().map(Held::Row).collect())
    };
    single().or_else(|| each_written(json, "Events", "CloudTrailEvent")).or_else(of_lake).or_else(rows)
}

fn known(json: Json<'_>) -> bool {
    kind_of(json) != RecordKind::Unmapped
}

/// Whether text is a record of a known kind.
fn is_record(text: &str) -> bool {
    let mut scratch = Scratch::default();
    Doc::parse(text.as_bytes(), &mut scratch).is_ok_and(|doc| known(doc.root())) || flow_line(text).is_some()
}

/// Whether an EventBridge envelope is AWS's own. Anybody who may put events on a
/// bus can wrap a made-up record, but only AWS may use a source that begins with
/// `aws.` (EventBridge, PutEvents), and AWS names the account of a CloudTrail
/// record twice alike. Findings come from member accounts as well.
fn is_from_aws(envelope: Json<'_>) -> bool {
    let of_aws = get::text(envelope, &["source"]).is_some_and(|source| source.starts_with("aws."));
    let outer = get::text(envelope, &["account"]);
    let inner = get::text(envelope, &["detail", "recipientAccountId"]);
    of_aws && (outer.is_none() || inner.is_none() || outer == inner)
}

/// Keys under which text holds a list of records.
const LISTS: [&str; 3] = ["Records", "records", "value"];

/// Hands out what a text holds: records, a line of a flow log, or, if it is
/// neither, itself.
fn text(json: Json<'_>, layers: u8, out: &mut dyn FnMut(Found<'_>)) {
    let text = json.as_str().unwrap_or_default();
    let mut scratch = Scratch::default();
    if let Ok(doc) = Doc::parse(text.as_bytes(), &mut scratch)
        && (doc.root().is_object() || doc.root().is_array())
    {
        let root = doc.root();
        let list = LISTS.iter().find_map(|key| root.get(key)).filter(|list| list.is_array() && !known(root));
        let list = list.or(root.is_array().then_some(root)).filter(|list| list.elements().next().is_some());
        return match list {
            Some(list) => list.elements().for_each(|one| layer(one, one.raw().as_bytes(), layers, out)),
            None if root.is_object() => layer(root, text.as_bytes(), layers, out),
            None => out(Found { kind: RecordKind::Unmapped, json, bytes: text.as_bytes() }),
        };
    }
    if let Some(record) = flow_line(text)
        && let Ok(doc) = Doc::parse(record.as_bytes(), &mut Scratch::default())
    {
        return out(Found { kind: RecordKind::VpcFlow, json: doc.root(), bytes: text.as_bytes() });
    }
    out(Found { kind: RecordKind::Unmapped, json, bytes: text.as_bytes() });
}

/// A line of a flow log in the default format.
fn flow_line(text: &str) -> Option<String> {
    match TextLog::default().line(text.as_bytes()) {
        Line::Record(record) => Some(record),
        Line::Heading | Line::Unreadable(_) => None,
    }
}

/// Hands out a row of CloudTrail Lake: the record in its column `eventJson`, else
/// the columns as the members of one record.
fn row(json: Json<'_>, layers: u8, out: &mut dyn FnMut(Found<'_>)) {
    let mut record = String::from("{");
    for (name, value) in json.elements().flat_map(Json::members) {
        if name == "eventJson" && value.as_str().is_some_and(is_record) {
            return text(value, layers, out);
        }
        if record.len() > 1 {
            record.push(',');
        }
        record.push_str(&serde_json::Value::from(name).to_string());
        record.push(':');
        record.push_str(&value.to_value().to_string());
    }
    record.push('}');
    let mut scratch = Scratch::default();
    match Doc::parse(record.as_bytes(), &mut scratch) {
        Ok(doc) if json.is_array() => layer(doc.root(), json.raw().as_bytes(), layers, out),
        _ => out(Found { kind: RecordKind::Unmapped, json, bytes: json.raw().as_bytes() }),
    }
}
