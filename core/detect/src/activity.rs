//! Azure Activity Log: the Event Hub form, the REST form and the Log Analytics
//! table `AzureActivity`.
//!
//! Field rules: facts "logs" section 5. Event Hub rows write resource ids and
//! operations in capitals, so keys are lower-cased.

use crate::get;
use crate::mapped::{Mapped, event_id};
use crate::ocsf::{self, Head};
use selvedge_model::event::{Actor, Api, ApiResponse, Cloud, Endpoint, Named, Ocsf, Resource, User};
use selvedge_model::fact::{ArmUse, Cite};
use selvedge_model::{Digest, Fact, RecordId, RecordKind, Timestamp, guid, time};
use serde_json::Value;

const OBJECT_ID: &str = "http://schemas.microsoft.com/identity/claims/objectidentifier";
const TENANT_ID: &str = "http://schemas.microsoft.com/identity/claims/tenantid";
const UPN: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn";
const NAME: &str = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name";

/// What both forms say, under one name each.
struct Row {
    at: Timestamp,
    written: Option<Timestamp>,
    data_id: Option<String>,
    correlation: String,
    tenant: String,
    operation: String,
    resource: String,
    category: String,
    status: Status,
    status_text: String,
    ip: Option<String>,
    object_id: Option<String>,
    upn: Option<String>,
    app_id: Option<String>,
    uti: Option<String>,
    location: Option<String>,
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

/// Maps a record; the error says which field is missing or wrong.
pub(crate) fn map(raw: &Value, digest: Digest) -> Result<Mapped, String> {
    let row = read(raw)?;
    let event = event_id(RecordKind::AzureActivity, &row.tenant, row.data_id.as_deref(), digest);
    let record = RecordId::new(
        row.data_id
            .clone()
            .unwrap_or_else(|| if row.correlation.is_empty() { digest.to_string() } else { row.correlation.clone() }),
    );
    let cite = Cite { event, record: record.clone(), at: row.at };
    Ok(Mapped {
        event,
        record_id: record.clone(),
        occurred_at: row.at,
        revision: row.written,
        ocsf: to_ocsf(&row, &record, digest),
        facts: vec![Fact::ArmUse(Box::new(fact(&row, cite)))],
    })
}

/// A row of the Log Analytics table, told by a column that only it has.
fn is_table_row(raw: &Value) -> bool {
    get::any(raw, &["OperationNameValue"]).is_some()
}

fn read(raw: &Value) -> Result<Row, String> {
    let at = ["eventTimestamp", "time", "TimeGenerated"]
        .iter()
        .find_map(|key| get::any(raw, &[key]).and_then(Value::as_str).and_then(time::parse))
        .ok_or("time and eventTimestamp are missing or no time")?;
    let value_of = |names: &[&str]| {
        let found = get::any(raw, names)?;
        get::as_text(found).or_else(|| get::text(found, &["value"]))
    };
    let identity = get::any(raw, &["identity"]).and_then(get::object).unwrap_or(Value::Null);
    let claims = get::any(raw, &["claims", "Claims_d"])
        .and_then(get::object)
        .or_else(|| get::at(&identity, &["claims"]).and_then(get::object))
        .unwrap_or(Value::Null);
    let claim = |name: &str| get::any(&claims, &[name]).and_then(get::as_text);
    let status_text = value_of(&["status", "resultType", "ActivityStatusValue"]).unwrap_or_default();
    let resource = value_of(&["resourceId", "_ResourceId"]).unwrap_or_default();
    let caller = value_of(&["caller"]);
    // In the table `AzureActivity` the column `TenantId` is the workspace.
    let logged_tenant = if is_table_row(raw) { value_of(&["AADTenantId"]) } else { value_of(&["tenantId"]) };
    Ok(Row {
        at,
        written: get::moment(raw, &["submissionTimestamp"]).or_else(|| get::moment(raw, &["EventSubmissionTimestamp"])),
        data_id: value_of(&["eventDataId"]).or_else(|| get::text(raw, &["properties", "eventDataId"])),
        correlation: value_of(&["correlationId"]).unwrap_or_default(),
        tenant: logged_tenant.or_else(|| claim(TENANT_ID)).unwrap_or_default().to_ascii_lowercase(),
        operation: value_of(&["OperationNameValue", "operationName"]).ok_or("operationName is missing")?,
        resource,
        category: value_of(&["CategoryValue", "category"]).unwrap_or_default(),
        status: Status::parse(&status_text),
        status_text,
        ip: value_of(&["callerIpAddress"])
            .or_else(|| get::text(raw, &["httpRequest", "clientIpAddress"]))
            .or_else(|| claim("ipaddr")),
        object_id: claim(OBJECT_ID).or_else(|| claim("oid")).and_then(|id| guid::parse(&id)),
        upn: claim(UPN).or_else(|| claim(NAME)).or(caller).filter(|name| name.contains('@')),
        app_id: claim("appid"),
        uti: claim("uti"),
        location: value_of(&["location"]),
    })
}

fn fact(row: &Row, cite: Cite) -> ArmUse {
    ArmUse {
        cite,
        tenant: row.tenant.clone(),
        correlation_id: row.correlation.to_ascii_lowercase(),
        operation: row.operation.to_ascii_lowercase(),
        resource: row.resource.to_ascii_lowercase(),
        object_id: row.object_id.clone().unwrap_or_default(),
        upn: row.upn.clone().unwrap_or_default().to_lowercase(),
        sign_in: row.uti.as_deref().and_then(guid::from_unique_token_identifier),
        ip: row.ip.clone().unwrap_or_default(),
        status: row.status.word().into(),
    }
}

fn to_ocsf(row: &Row, record: &RecordId, digest: Digest) -> Ocsf {
    let verb = row.operation.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    let activity = match verb.as_str() {
        "write" => (3, "Update"),
        "delete" => (4, "Delete"),
        "read" => (2, "Read"),
        _ => (99, "Other"),
    };
    let status = match row.status {
        Status::Succeeded => Some(true),
        Status::Failed => Some(false),
        _ => None,
    };
    let mut out = ocsf::build(Head {
        class: ocsf::API_ACTIVITY,
        activity,
        time: row.at,
        status,
        uid: record.as_str(),
        product: ("Microsoft", "Azure Activity Log"),
        feature: (!row.category.is_empty()).then(|| row.category.clone()),
        digest,
        profiles: &["cloud"],
    });
    out.metadata.correlation_uid = (!row.correlation.is_empty()).then(|| row.correlation.clone());
    out.metadata.logged_time = row.written.map(time::epoch_ms);
    out.status_code = (!row.status_text.is_empty()).then(|| row.status_text.clone());
    if out.status_id.is_none() && !row.status_text.is_empty() {
        // Begun, but not done: neither success nor failure.
        out.status_id = Some(99);
        out.status = Some(row.status_text.clone());
    }
    let user = User {
        uid: row.object_id.clone(),
        name: row.upn.clone(),
        type_id: Some(if row.upn.is_some() { 1 } else { 0 }),
        ..User::default()
    };
    let user = (user.uid.is_some() || user.name.is_some()).then_some(user);
    let nobody = user.is_none() && row.app_id.is_none();
    out.actor = Some(Actor {
        user,
        app_uid: row.app_id.clone(),
        app_name: nobody.then(|| ocsf::UNKNOWN.into()),
        ..Actor::default()
    });
    let provider = row.operation.split('/').next().unwrap_or_default();
    out.api = Some(Api {
        operation: row.operation.clone(),
        service: Some(Named { uid: None, name: Some(provider.into()) }),
        request: None,
        response: (row.status == Status::Failed).then(|| ApiResponse {
            code: None,
            error: Some(row.status_text.clone()),
            error_message: None,
        }),
    });
    out.src_endpoint = Some(source(row));
    out.cloud = Some(Cloud {
        provider: "Azure".into(),
        account: subscription(&row.resource).map(|uid| Named { uid: Some(uid), name: None }),
        region: row.location.clone(),
    });
    if !row.resource.is_empty() {
        out.resources.push(Resource { uid: Some(row.resource.clone()), name: None, type_: None, owner: None });
    }
    ocsf::observe(&mut out);
    out
}

/// Where the call came from.
fn source(row: &Row) -> Endpoint {
    match row.ip.as_deref() {
        Some(ip) if ocsf::is_ip(ip) => Endpoint { ip: Some(ip.into()), ..Endpoint::default() },
        Some(other) => Endpoint { domain: Some(other.into()), ..Endpoint::default() },
        None => Endpoint { svc_name: Some(ocsf::UNKNOWN.into()), ..Endpoint::default() },
    }
}

/// The subscription in an ARM id, lower-cased.
fn subscription(resource: &str) -> Option<String> {
    let mut parts = resource.split('/');
    parts.by_ref().find(|p| p.eq_ignore_ascii_case("subscriptions"))?;
    parts.next().map(str::to_ascii_lowercase)
}
