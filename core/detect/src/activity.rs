//! Azure Activity Log: the Event Hub form, the REST form and the Log Analytics
//! table `AzureActivity`.
//!
//! Field rules: facts "logs" section 5. Event Hub rows write resource ids and
//! operations in capitals, so keys are lower-cased.

mod changes;
mod finding;
mod grant;

pub(crate) use changes::changes;

use crate::get;
use crate::json::Json;
use crate::mapped::{Mapped, Raw, identity};
use crate::ocsf::{self, Head};
use crate::row::{Row, lower};
use selvedge_model::event::{Actor, Api, ApiResponse, Cloud, Endpoint, Named, Ocsf, Resource, Text, User};
use selvedge_model::fact::{ArmUse, Cite};
use selvedge_model::{Fact, Severity, Timestamp, guid, time};

const OBJECT_ID: &str = "http://schemas.microsoft.com/identity/claims/objectidentifier";
const TENANT_ID: &str = "http://schemas.microsoft.com/identity/claims/tenantid";
const UPN: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn";
const NAME: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";

/// What all forms say, under one name each.
struct Activity<'a> {
    raw: Json<'a>,
    at: Timestamp,
    written: Option<Timestamp>,
    data_id: Option<&'a str>,
    correlation: &'a str,
    tenant: Text<'a>,
    operation: &'a str,
    resource: &'a str,
    category: &'a str,
    status: Status,
    status_text: &'a str,
    ip: Option<&'a str>,
    object_id: Option<String>,
    upn: Option<&'a str>,
    app_id: Option<&'a str>,
    uti: Option<&'a str>,
    location: Option<&'a str>,
    level: Option<&'a str>,
}

/// An operation's status, from either vocabulary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Status {
    Started,
    Accepted,
    Succeeded,
    Failed,
    Other,
}

impl Status {
    fn parse(text: &str) -> Self {
        match text.to_ascii_lowercase().trim_end_matches('.') {
            "start" | "started" => Self::Started,
            "accept" | "accepted" | "in progress" => Self::Accepted,
            "success" | "succeeded" | "0" => Self::Succeeded,
            "failure" | "failed" | "clienterror" | "servererror" => Self::Failed,
            _ => Self::Other,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Accepted => "accepted",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Other => "other",
        }
    }
}

const STATUS: [&str; 4] = ["status", "resultType", "ActivityStatusValue", "ActivityStatus"];

/// Maps a record; the error says which field is missing or wrong.
pub(crate) fn map<'a>(raw: Raw<'a>) -> Result<Mapped<'a>, String> {
    let row = read(raw.json)?;
    let record: Text<'a> = match row.data_id {
        Some(id) => id.into(),
        None if row.correlation.is_empty() => raw.digest_id(),
        None => row.correlation.into(),
    };
    let ocsf = match finding::of(&row) {
        Some(found) => finding::to_ocsf(&row, found, record),
        None => to_ocsf(&row, record),
    };
    Ok(Mapped { identity: identity(row.tenant.clone(), row.data_id), occurred_at: row.at, revision: row.written, ocsf })
}

/// The facts of a record; for an alert of Defender also what it reports.
pub(crate) fn facts(raw: Json<'_>, cite: impl FnOnce() -> Cite) -> Vec<Fact> {
    let Ok(row) = read(raw) else { return Vec::new() };
    let cite = cite();
    let report = finding::of(&row).and_then(|found| finding::signal(&row, found, cite.clone()));
    let own = Fact::ArmUse(Box::new(fact(&row, cite)));
    std::iter::once(own).chain(report).collect()
}

/// A row of the Log Analytics table, told by columns that only it has. Old ones
/// lack `OperationNameValue`.
fn is_table_row(raw: Json<'_>) -> bool {
    let classic =
        || get::any(raw, &["time", "eventTimestamp"]).is_none() && get::any(raw, &["TimeGenerated"]).is_some();
    get::any(raw, &["OperationNameValue", "EventSubmissionTimestamp"]).is_some() || classic()
}

/// The operation's own part of a row; the table has it under two names.
fn properties(raw: Json<'_>) -> Option<Json<'_>> {
    get::any(raw, &["properties"]).filter(|p| p.is_object()).or_else(|| get::any(raw, &["Properties_d"]))
}

/// The body of the request, else of the answer: what was asked for.
fn body(raw: Json<'_>) -> Option<Json<'_>> {
    let properties = properties(raw)?;
    let body = |name: &str| get::any(properties, &[name]).filter(|body| body.is_object());
    body("requestbody").or_else(|| body("responseBody"))
}

fn read(raw: Json<'_>) -> Result<Activity<'_>, String> {
    // Only the envelope says these things: `properties` are the operation's own.
    let row = Row { outer: raw, inner: raw };
    let at = row.moment(&["eventTimestamp", "time", "TimeGenerated", "p_event_time"]);
    let at = at.ok_or("time and eventTimestamp are missing or no time")?;
    let own = |names: &[&str]| properties(raw).and_then(|p| get::any(p, names)).and_then(get::as_text);
    let claims = get::any(raw, &["claims", "Claims_d"])
        .filter(|found| found.is_object())
        .or_else(|| get::any(raw, &["identity"]).and_then(|identity| get::any(identity, &["claims"])));
    let claim = |name: &str| claims.and_then(|claims| get::any(claims, &[name])).and_then(get::as_text);
    let authorization = get::any(raw, &["identity"]).and_then(|identity| get::any(identity, &["authorization"]));
    let principal = || authorization.and_then(|a| get::text(a, &["evidence", "principalId"]));
    let caller = row.text(&["caller"]);
    // In the table `AzureActivity` the column `TenantId` is the workspace.
    let tenant = if is_table_row(raw) { row.text(&["AADTenantId"]) } else { row.text(&["tenantId"]) };
    let object_id = claim(OBJECT_ID).or_else(|| claim("oid")).or_else(principal);
    Ok(Activity {
        raw,
        at,
        written: row.moment(&["submissionTimestamp", "EventSubmissionTimestamp"]),
        data_id: row.text(&["eventDataId"]).or_else(|| own(&["eventDataId"])),
        correlation: row.text(&["correlationId"]).unwrap_or_default(),
        tenant: lower(tenant.or_else(|| claim(TENANT_ID)).unwrap_or_default()),
        operation: row.value_of(&["OperationNameValue", "operationName"]).ok_or("operationName is missing")?,
        resource: row.text(&["resourceId", "_ResourceId"]).unwrap_or_default(),
        category: row.value_of(&["CategoryValue", "category"]).unwrap_or_default(),
        status: Status::parse(row.value_of(&STATUS).unwrap_or_default()),
        status_text: row.value_of(&STATUS).unwrap_or_default(),
        ip: row
            .text(&["callerIpAddress"])
            .or_else(|| {
                get::any(raw, &["httpRequest"]).and_then(|r| get::any(r, &["clientIpAddress"])).and_then(get::as_text)
            })
            .or_else(|| claim("ipaddr")),
        // A workload's caller is its object id.
        object_id: object_id.or(caller).and_then(guid::parse),
        upn: claim(UPN).or_else(|| claim(NAME)).or(caller).filter(|name| name.contains('@')),
        app_id: claim("appid"),
        uti: claim("uti"),
        location: row.text(&["location"]),
        level: row.text(&["level"]),
    })
}

fn fact(row: &Activity<'_>, cite: Cite) -> ArmUse {
    ArmUse {
        cite,
        tenant: row.tenant.to_string(),
        correlation_id: row.correlation.to_ascii_lowercase(),
        operation: row.operation.to_ascii_lowercase(),
        resource: row.resource.to_ascii_lowercase(),
        object_id: row.object_id.clone().unwrap_or_default(),
        upn: row.upn.unwrap_or_default().to_lowercase(),
        sign_in: row.uti.and_then(guid::from_unique_token_identifier),
        ip: row.ip.unwrap_or_default().to_owned(),
        status: row.status.word().into(),
    }
}

fn to_ocsf<'a>(row: &Activity<'a>, record: Text<'a>) -> Box<Ocsf<'a>> {
    let status = match row.status {
        Status::Succeeded => Some(true),
        Status::Failed => Some(false),
        _ => None,
    };
    let grant = grant::of(row);
    let (class, activity) = match &grant {
        Some(grant) => (ocsf::USER_ACCESS, grant.activity),
        None => (ocsf::API_ACTIVITY, activity_of(row.operation)),
    };
    let mut out = ocsf::build(Head {
        class,
        activity,
        time: row.at,
        status,
        uid: record,
        product: ("Microsoft", "Azure Activity Log"),
        feature: some(row.category),
        profiles: &["cloud"],
    });
    out.metadata.correlation_uid = some(row.correlation);
    out.metadata.logged_time = row.written.map(time::epoch_ms);
    out.metadata.tenant_uid = Some(row.tenant.clone()).filter(|t| !t.is_empty());
    out.status_code = some(row.status_text);
    ocsf::grade(&mut out, severity(row.level));
    if out.status_id.is_none() && !row.status_text.is_empty() {
        // Begun, but not done: neither success nor failure.
        out.status_id = Some(99);
        out.status = some(row.status_text);
    }
    let user = User {
        uid: row.object_id.clone().map(Into::into),
        name: row.upn.map(Into::into),
        type_id: Some(if row.upn.is_some() { 1 } else { 0 }),
        ..User::default()
    };
    let user = (user.uid.is_some() || user.name.is_some()).then_some(user);
    let nobody = user.is_none() && row.app_id.is_none();
    out.actor = Some(Actor {
        user,
        app_uid: row.app_id.map(Into::into),
        app_name: nobody.then(|| ocsf::UNKNOWN.into()),
        ..Actor::default()
    });
    let provider = row.operation.split('/').next().unwrap_or_default();
    out.api = Some(Api {
        operation: row.operation.into(),
        service: Some(Named { uid: None, name: Some(provider.into()) }),
        request: None,
        response: (row.status == Status::Failed).then(|| ApiResponse {
            code: None,
            error: Some(row.status_text.into()),
            error_message: None,
        }),
    });
    out.src_endpoint = Some(source(row.ip));
    out.cloud = Some(Cloud {
        provider: "Azure",
        account: account(row).map(|uid| Named { uid: Some(uid), name: None }),
        region: row.location.map(Into::into),
    });
    if let Some(grant) = grant {
        out.user = Some(grant.user);
        out.more().privileges = vec![grant.privilege];
    }
    if !row.resource.is_empty() {
        out.resources.push(Resource { uid: Some(row.resource.into()), ..Resource::default() });
    }
    ocsf::observe(&mut out);
    out
}

fn some(text: &str) -> Option<Text<'_>> {
    (!text.is_empty()).then_some(text.into())
}

/// What the last part of an operation's name says is done.
fn activity_of(operation: &str) -> u8 {
    let verb = operation.rsplit('/').next().unwrap_or_default();
    let is = |word: &str| verb.eq_ignore_ascii_case(word);
    if is("write") {
        3
    } else if is("delete") {
        4
    } else if is("read") {
        2
    } else {
        99
    }
}

/// The Activity Log's level says how the log takes a row, not how bad it is: a
/// failed call is an error. Only its highest level counts.
fn severity(level: Option<&str>) -> Severity {
    if level.is_some_and(|level| level.eq_ignore_ascii_case("critical")) { Severity::High } else { Severity::Info }
}

/// Where a call came from, by an address or host name that a log gives.
pub(crate) fn source(ip: Option<&str>) -> Endpoint<'_> {
    match ip {
        Some(ip) if ocsf::is_ip(ip) => Endpoint { ip: Some(ip.into()), ..Endpoint::default() },
        Some(other) => Endpoint { domain: Some(other.into()), ..Endpoint::default() },
        None => Endpoint { svc_name: Some(ocsf::UNKNOWN.into()), ..Endpoint::default() },
    }
}

/// The subscription that a row is of.
fn account<'a>(row: &Activity<'a>) -> Option<Text<'a>> {
    let column = || get::any(row.raw, &["SubscriptionId", "_SubscriptionId"]).and_then(get::as_text).map(lower);
    subscription(row.resource).or_else(column)
}

/// The subscription in an ARM id, lower-cased.
pub(crate) fn subscription(resource: &str) -> Option<Text<'_>> {
    let mut parts = resource.split('/');
    parts.by_ref().find(|p| p.eq_ignore_ascii_case("subscriptions"))?;
    parts.next().map(lower)
}
