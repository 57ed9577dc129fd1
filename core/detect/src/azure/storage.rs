//! Azure Storage resource logs: blobs, files, queues and tables.

use super::common::{self, Deed, cloud, moment, number, signal, some, unquoted};
use crate::get;
use crate::json::Json;
use crate::mapped::{Mapped, Raw, identity};
use crate::ocsf::{self, Head};
use crate::row::{Row, lower};
use selvedge_model::Fact;
use selvedge_model::event::{Databucket, HttpRequest, Text, User};
use selvedge_model::fact::Cite;
use selvedge_model::ocsf::{class, id};

/// What OCSF has a place for.
pub(super) const MAPPED: &[&str] = &[
    "time",
    "TimeGenerated",
    "operationName",
    "statusCode",
    "statusText",
    "callerIpAddress",
    "uri",
    "userAgentHeader",
    "correlationId",
    "location",
    "RequesterObjectId",
    "RequesterUpn",
    "RequesterAppId",
    "referrerHeader",
    "durationMs",
];

struct Access<'a> {
    row: Row<'a>,
    operation: &'a str,
    code: Option<i64>,
    text: &'a str,
    ok: Option<bool>,
    account: &'a str,
    /// Container, share, queue or table, and what is in it.
    bucket: Option<&'a str>,
    service: &'a str,
    user: User<'a>,
    app: Option<&'a str>,
}

fn read(raw: Json<'_>) -> Access<'_> {
    let row = Row::new(raw);
    let requester = row.object(&["identity"]).and_then(|identity| get::any(identity, &["requester"]));
    let of = |name: &str| requester.and_then(|requester| get::any(requester, &[name])).and_then(get::as_text);
    let code = number(&row, &["statusCode"]);
    let text = row.text(&["statusText", "metricResponseType"]).unwrap_or_default();
    let key = row.text(&["objectKey"]).map(unquoted).unwrap_or_default();
    let account = row.text(&["accountName"]).or_else(|| host(&row)?.split('.').next()).unwrap_or_default();
    Access {
        operation: row.text(&["operationName"]).unwrap_or(ocsf::UNKNOWN),
        ok: code
            .map(|code| code < 400)
            .or_else(|| (!text.is_empty()).then(|| text.to_ascii_lowercase().contains("success"))),
        code,
        text,
        bucket: bucket(key, account).or_else(|| bucket(path(&row)?, account)),
        service: row.text(&["serviceType"]).or_else(|| host(&row)?.split('.').nth(1)).unwrap_or_default(),
        account,
        user: User {
            uid: of("objectId").or_else(|| row.text(&["RequesterObjectId"])).map(lower),
            name: of("upn").or_else(|| row.text(&["RequesterUpn"])).map(lower),
            ..User::default()
        },
        app: of("appId").or_else(|| row.text(&["RequesterAppId"])),
        row,
    }
}

/// Host of the address that was asked for.
fn host<'a>(row: &Row<'a>) -> Option<&'a str> {
    let (_, rest) = row.text(&["uri"])?.split_once("://")?;
    rest.split(['/', '?', ':']).next()
}

fn path<'a>(row: &Row<'a>) -> Option<&'a str> {
    let (_, rest) = row.text(&["uri"])?.split_once("://")?;
    rest.find('/').and_then(|at| rest.get(at..))?.split('?').next()
}

/// The first part of `/account/container/blob` that is not the account.
fn bucket<'a>(key: &'a str, account: &str) -> Option<&'a str> {
    key.split('/').find(|part| !part.is_empty() && !part.eq_ignore_ascii_case(account))
}

/// What the name of an operation says is done.
fn activity(operation: &str) -> u8 {
    use class::datastore_activity as done;
    const STARTS: [(&str, u8); 20] = [
        ("List", done::LIST),
        ("Query", done::QUERY),
        ("Get", done::READ),
        ("Peek", done::READ),
        ("Read", done::READ),
        ("Preflight", done::CONNECT),
        ("Create", done::CREATE),
        ("Delete", done::DELETE),
        ("Remove", done::DELETE),
        ("Clear", done::DELETE),
        ("Put", done::WRITE),
        ("Append", done::WRITE),
        ("Copy", done::WRITE),
        ("Insert", done::WRITE),
        ("Write", done::WRITE),
        ("Flush", done::WRITE),
        ("Set", done::UPDATE),
        ("Update", done::UPDATE),
        ("Rename", done::UPDATE),
        ("Undelete", done::UPDATE),
    ];
    let starts = |word: &str| operation.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    STARTS.iter().find(|(word, _)| starts(word)).map_or(done::OTHER, |(_, activity)| *activity)
}

/// Maps a record; the error says which field is missing or wrong.
pub(super) fn map<'a>(raw: Raw<'a>) -> Result<Mapped<'a>, String> {
    let access = read(raw.json);
    let row = &access.row;
    let at = moment(row, &[])?;
    let own = row.text(&["correlationId"]);
    let mut out = ocsf::build(Head {
        class: class::DATASTORE_ACTIVITY,
        activity: activity(access.operation),
        time: at,
        status: access.ok,
        uid: own.map_or_else(|| raw.digest_id(), Into::into),
        product: ("Microsoft", "Azure Storage"),
        feature: row.outer_text(&["category", "Type"]).map(Into::into),
        profiles: &["cloud"],
    });
    if out.activity_id == class::datastore_activity::OTHER {
        out.activity_name = Some(access.operation.into());
    }
    // The name of the call: finer than the class's activities.
    out.metadata.event_code = Some(access.operation.into());
    out.status_code = access.code.map(|code| code.to_string().into());
    out.status_detail = some(access.text);
    out.actor = Some(common::actor(access.user.clone(), access.app, None));
    out.src_endpoint = Some(common::source(row.text(&["callerIpAddress"])));
    out.http_request = Some(HttpRequest {
        user_agent: row.text(&["userAgentHeader"]).map(|agent| unquoted(agent).into()),
        url: row.text(&["uri"]).and_then(common::url),
        referrer: row.text(&["referrerHeader"]).map(unquoted).map(crate::redact::address),
        ..HttpRequest::default()
    })
    .filter(|request| request.user_agent.is_some() || request.url.is_some());
    let more = out.more();
    more.http_response = common::answer(access.code, None, number(row, &["durationMs"]));
    let blob = access.service.eq_ignore_ascii_case("blob") || access.service.eq_ignore_ascii_case("dfs");
    let type_id = if blob { id::databucket_type::AZURE_BLOB } else { id::databucket_type::OTHER };
    more.databucket = Some(Databucket {
        uid: some(common::resource_id(row)),
        name: access
            .bucket
            .or(Some(access.account))
            .filter(|name| !name.is_empty())
            .or(Some(ocsf::UNKNOWN))
            .map(Into::into),
        type_id,
        type_: if blob { id::databucket_type::name(type_id).map(Into::into) } else { some(access.service) },
    });
    more.type_id = Some(id::datastore_type::DATABUCKET);
    out.cloud = Some(cloud(common::subscription(row), row.outer_text(&["location"])));
    ocsf::observe(&mut out);
    // One request may be several operations, each with a row.
    let key = own.map(|own| format!("{own}/{}/{}", row.text(&["operationCount"]).unwrap_or("0"), access.operation));
    let container = Text::from(access.account.to_ascii_lowercase());
    Ok(Mapped { identity: identity(container, key), occurred_at: at, revision: None, ocsf: out })
}

/// The facts of a record.
pub(super) fn facts(raw: Json<'_>, cite: impl FnOnce() -> Cite) -> Vec<Fact> {
    let access = read(raw);
    let row = &access.row;
    let key = row.text(&["objectKey"]).map(unquoted).unwrap_or_default().to_owned();
    let deed = Deed {
        cloud: "azure",
        account: common::subscription(row).unwrap_or_default(),
        actor: access.user.uid.clone().unwrap_or_default(),
        name: access.user.name.clone().unwrap_or_default(),
        session: None,
        ip: common::ip(row.text(&["callerIpAddress"])),
        operation: access.operation,
        targets: vec![common::target(common::resource_id(row)), key],
    };
    signal(deed, None, cite())
}
