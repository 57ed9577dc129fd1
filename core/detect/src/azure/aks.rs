//! Audit logs of the Kubernetes API in AKS: `kube-audit` and `kube-audit-admin` as
//! streamed and in `AzureDiagnostics`, where the audit event is text in `log`;
//! the tables `AKSAudit` and `AKSAuditAdmin`; and audit events by themselves.

use super::common::{self, Deed, cloud, signal};
use crate::get;
use crate::json::{Doc, Json, Scratch};
use crate::mapped::{Mapped, Raw, identity};
use crate::ocsf::{self, Head};
use crate::row::{Row, lower};
use selvedge_model::event::{Api, ApiResponse, Endpoint, HttpRequest, Named, Resource, Text, Url, User};
use selvedge_model::fact::Cite;
use selvedge_model::ocsf::{class, id};
use selvedge_model::{Fact, Timestamp, guid, time};

/// What OCSF has a place for.
pub(super) const MAPPED: &[&str] =
    &["time", "TimeGenerated", "verb", "sourceIPs", "userAgent", "requestURI", "auditID", "location"];

/// What an audit event says. It borrows nothing: where it is text in a row, it
/// is parsed only for this.
#[derive(Debug, Default)]
struct Audit {
    id: Option<String>,
    stage: String,
    verb: String,
    user: String,
    /// Object id in Entra.
    object_id: Option<String>,
    ip: Option<String>,
    agent: Option<String>,
    uri: Option<String>,
    resource: String,
    subresource: Option<String>,
    namespace: Option<String>,
    name: Option<String>,
    code: Option<i64>,
    received: Option<Timestamp>,
}

fn audit(event: Json<'_>) -> Audit {
    let part = |value: Option<Json<'_>>, names: &[&str]| {
        value.and_then(|value| get::any(value, names)).and_then(get::as_text).map(str::to_owned)
    };
    let own = |names: &[&str]| part(Some(event), names);
    let user = get::any(event, &["user"]);
    let object = get::any(event, &["objectRef"]);
    let oids = user.and_then(|user| get::any(user, &["extra"])).and_then(|extra| get::any(extra, &["oid"]));
    let oid = oids.and_then(|oids| oids.elements().find_map(get::as_text)).and_then(guid::parse);
    let name = part(user, &["username"]).unwrap_or_default();
    let status = get::any(event, &["responseStatus"]);
    let moment = |name: &str| get::any(event, &[name]).and_then(Json::as_str).and_then(time::parse);
    Audit {
        id: own(&["auditID"]),
        stage: own(&["stage"]).unwrap_or_default(),
        verb: own(&["verb"]).unwrap_or_default(),
        object_id: oid.or_else(|| guid::parse(&name)),
        user: name,
        ip: get::any(event, &["sourceIPs"]).and_then(|ips| ips.elements().find_map(get::as_text)).map(str::to_owned),
        agent: own(&["userAgent"]),
        uri: own(&["requestURI"]),
        resource: part(object, &["resource"]).unwrap_or_default(),
        subresource: part(object, &["subresource"]),
        namespace: part(object, &["namespace"]),
        name: part(object, &["name"]),
        code: status.and_then(|status| get::any(status, &["code"])).and_then(get::as_text).and_then(common::whole),
        received: moment("requestReceivedTimestamp")
            .or_else(|| moment("stageTimestamp"))
            .or_else(|| moment("RequestReceivedTime")),
    }
}

/// The text of the audit event in a row.
fn log<'a>(row: &Row<'a>) -> Option<&'a str> {
    row.find(&["log", "log_s"]).and_then(Json::as_str)
}

fn read(row: &Row<'_>) -> Result<Audit, String> {
    let inline = row.find(&["log", "log_s"]).filter(|log| log.is_object());
    match (log(row), inline) {
        (Some(text), _) => {
            let mut scratch = Scratch::default();
            let doc = Doc::parse(text.as_bytes(), &mut scratch).map_err(|_| "the log is not JSON")?;
            Ok(audit(doc.root()))
        }
        (None, Some(event)) => Ok(audit(event)),
        (None, None) => Ok(audit(row.outer)),
    }
}

impl Audit {
    /// `create pods/exec`.
    fn operation(&self) -> String {
        let sub = self.subresource.as_ref().map(|sub| format!("/{sub}")).unwrap_or_default();
        let whole = format!("{} {}{sub}", self.verb, self.resource);
        let whole = whole.trim();
        if whole.is_empty() { ocsf::UNKNOWN.to_owned() } else { whole.to_owned() }
    }

    /// `default/pods/web`.
    fn object(&self) -> Option<String> {
        let parts = [self.namespace.as_deref(), Some(self.resource.as_str()), self.name.as_deref()];
        let parts: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        (!parts.is_empty()).then(|| parts.join("/"))
    }

    fn activity(&self) -> u8 {
        match self.verb.to_ascii_lowercase().as_str() {
            "get" | "list" | "watch" => class::api_activity::READ,
            "create" => class::api_activity::CREATE,
            "update" | "patch" => class::api_activity::UPDATE,
            "delete" | "deletecollection" => class::api_activity::DELETE,
            _ => class::api_activity::OTHER,
        }
    }
}

fn moment(row: &Row<'_>, audit: &Audit) -> Result<Timestamp, String> {
    let own = row.moment(&["time", "TimeGenerated"]).or(audit.received);
    own.map_or_else(|| common::moment(row, &["requestReceivedTimestamp"]), Ok)
}

/// Maps a record; the error says which field is missing or wrong.
pub(super) fn map<'a>(raw: Raw<'a>) -> Result<Mapped<'a>, String> {
    let row = Row::new(raw.json);
    let audit = read(&row)?;
    let at = moment(&row, &audit)?;
    let cluster = common::resource_id(&row);
    let mut out = ocsf::build(Head {
        class: class::API_ACTIVITY,
        activity: audit.activity(),
        time: at,
        status: audit.code.map(|code| code < 400),
        uid: audit.id.clone().map_or_else(|| raw.digest_id(), Into::into),
        product: ("Microsoft", "Azure Kubernetes Service"),
        feature: row.outer_text(&["category", "Type"]).map(Into::into),
        profiles: &["cloud"],
    });
    if audit.activity() == class::api_activity::OTHER && !audit.verb.is_empty() {
        out.activity_name = Some(audit.verb.clone().into());
    }
    out.status_code = audit.code.map(|code| code.to_string().into());
    out.metadata.logged_time = audit.received.map(time::epoch_ms);
    let service = audit.user.starts_with("system:");
    let user = User {
        uid: audit.object_id.clone().map(Into::into),
        name: Some(audit.user.clone()).filter(|name| !name.is_empty()).map(Into::into),
        type_id: Some(if service { id::user_type::SERVICE } else { id::user_type::USER }),
        ..User::default()
    };
    out.actor = Some(common::actor(user, None, None));
    out.api = Some(Api {
        operation: audit.operation().into(),
        service: Some(Named { uid: None, name: Some("kubernetes".into()) }),
        request: audit.id.clone().map(|uid| Named { uid: Some(uid.into()), name: None }),
        response: audit.code.map(|code| ApiResponse {
            code: i32::try_from(code).is_ok().then_some(code),
            error: (code >= 400).then(|| code.to_string().into()),
            error_message: None,
        }),
    });
    let ip = audit.ip.clone().filter(|ip| ocsf::is_ip(ip));
    out.src_endpoint = Some(Endpoint {
        svc_name: ip.is_none().then(|| ocsf::UNKNOWN.into()),
        ip: ip.map(Into::into),
        ..Endpoint::default()
    });
    let path = audit.uri.as_ref().and_then(|uri| uri.split('?').next()).filter(|path| !path.is_empty());
    out.http_request = (audit.agent.is_some() || path.is_some()).then(|| HttpRequest {
        user_agent: audit.agent.clone().map(Into::into),
        url: path.map(|path| Url { path: Some(path.to_owned().into()), ..Url::default() }),
        ..HttpRequest::default()
    });
    out.cloud = Some(cloud(common::subscription(&row), row.outer_text(&["location"])));
    if let Some(object) = audit.object() {
        let type_ = Some(audit.resource.clone()).filter(|kind| !kind.is_empty()).map(Into::into);
        out.resources.push(Resource { name: Some(object.into()), type_, ..Resource::default() });
    }
    if !cluster.is_empty() {
        out.resources.push(Resource { uid: Some(cluster.into()), ..Resource::default() });
    }
    ocsf::observe(&mut out);
    // Both categories hold the same event; each of its stages is one record.
    let key = audit.id.as_ref().map(|id| format!("{id}/{}/{}", audit.stage, audit.verb));
    Ok(Mapped { identity: identity(lower(cluster), key), occurred_at: at, revision: None, ocsf: out })
}

/// The facts of a record.
pub(super) fn facts(raw: Json<'_>, cite: impl FnOnce() -> Cite) -> Vec<Fact> {
    let row = Row::new(raw);
    let Ok(audit) = read(&row) else { return Vec::new() };
    let operation = audit.operation();
    let actor = audit.object_id.clone().unwrap_or_else(|| audit.user.clone());
    let deed = Deed {
        cloud: "azure",
        account: common::subscription(&row).unwrap_or_default(),
        actor: actor.into(),
        name: Text::from(audit.user.clone()),
        session: None,
        ip: audit.ip.as_deref().unwrap_or_default(),
        operation: &operation,
        targets: vec![common::target(common::resource_id(&row)), audit.object().unwrap_or_default()],
    };
    signal(deed, None, cite())
}
