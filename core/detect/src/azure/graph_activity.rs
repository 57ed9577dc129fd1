//! Microsoft Graph activity logs: calls of the Graph API.

use super::common::{self, Deed, cloud, moment, number, signal, some};
use crate::json::Json;
use crate::mapped::{Mapped, Raw, identity};
use crate::ocsf::{self, Head};
use crate::redact;
use crate::row::{Row, lower};
use selvedge_model::event::{Api, ApiResponse, HttpRequest, Named, Resource, Session, Text, User};
use selvedge_model::fact::Cite;
use selvedge_model::ocsf::{class, id};
use selvedge_model::{Fact, guid};

/// What OCSF has a place for.
pub(super) const MAPPED: &[&str] = &[
    "time",
    "timeGenerated",
    "TimeGenerated",
    "requestId",
    "operationId",
    "correlationId",
    "requestMethod",
    "requestUri",
    "responseStatusCode",
    "responseSizeBytes",
    "userId",
    "servicePrincipalId",
    "appId",
    "ipAddress",
    "callerIpAddress",
    "userAgent",
    "sessionId",
    "c_sid",
    "tenantId",
    "AadTenantId",
    "resultSignature",
    "location",
];

struct Call<'a> {
    row: Row<'a>,
    method: &'a str,
    uri: &'a str,
    code: Option<i64>,
    /// A user's object id, else a service principal's.
    uid: Option<Text<'a>>,
    is_user: bool,
    /// Id of the sign-in that the token is from.
    sign_in: Option<String>,
}

fn read(raw: Json<'_>) -> Call<'_> {
    let row = Row::new(raw);
    let user = row.lower(&["userId"]);
    Call {
        method: row.text(&["requestMethod"]).unwrap_or_default(),
        uri: row.text(&["requestUri"]).unwrap_or_default(),
        code: number(&row, &["responseStatusCode"]).or_else(|| number(&row, &["resultSignature"])),
        is_user: user.is_some(),
        uid: user.or_else(|| row.lower(&["servicePrincipalId"])),
        sign_in: ["signInActivityId", "uniqueTokenId", "uniqueTokenIdentifier"]
            .iter()
            .find_map(|name| row.text(&[name]).and_then(guid::from_unique_token_identifier)),
        row,
    }
}

impl<'a> Call<'a> {
    /// `POST /v1.0/users`: the method and the path.
    fn operation(&self) -> String {
        let behind = self.uri.split_once("://").map_or(self.uri, |(_, rest)| rest);
        let path = behind.find('/').and_then(|at| behind.get(at..)).unwrap_or_default();
        let path = path.split('?').next().unwrap_or_default();
        let whole = format!("{} {path}", self.method);
        let whole = whole.trim();
        if whole.is_empty() { ocsf::UNKNOWN.to_owned() } else { whole.to_owned() }
    }

    /// Ids of the objects that the path names.
    fn objects(&self) -> Vec<String> {
        let path = self.uri.split('?').next().unwrap_or_default();
        path.split(['/', '(', ')', '\'', '=']).filter(|part| part.len() == 36).filter_map(guid::parse).collect()
    }

    fn activity(&self) -> u8 {
        let is = |word: &str| self.method.eq_ignore_ascii_case(word);
        if is("GET") || is("HEAD") {
            class::api_activity::READ
        } else if is("POST") {
            class::api_activity::CREATE
        } else if is("PUT") || is("PATCH") {
            class::api_activity::UPDATE
        } else if is("DELETE") {
            class::api_activity::DELETE
        } else {
            class::api_activity::OTHER
        }
    }
}

/// Maps a record; the error says which field is missing or wrong.
pub(super) fn map<'a>(raw: Raw<'a>) -> Result<Mapped<'a>, String> {
    let call = read(raw.json);
    let row = &call.row;
    let at = moment(row, &["timeGenerated"])?;
    let own = row.text(&["requestId"]);
    let tenant = common::tenant(row);
    let ok = call.code.map(|code| code < 400);
    let mut out = ocsf::build(Head {
        class: class::API_ACTIVITY,
        activity: call.activity(),
        time: at,
        status: ok,
        uid: own.map_or_else(|| raw.digest_id(), Into::into),
        product: ("Microsoft", "Microsoft Graph"),
        feature: Some("MicrosoftGraphActivityLogs".into()),
        profiles: &["cloud"],
    });
    if call.activity() == class::api_activity::OTHER {
        out.activity_name = some(call.method).or(out.activity_name);
    }
    out.metadata.correlation_uid = row.text(&["operationId", "correlationId"]).map(Into::into);
    out.metadata.tenant_uid = Some(tenant.clone()).filter(|tenant| !tenant.is_empty());
    out.status_code = call.code.map(|code| code.to_string().into());
    let session = row.lower(&["sessionId", "c_sid"]);
    let type_id = if call.is_user { id::user_type::USER } else { id::user_type::SERVICE };
    let user = User { uid: call.uid.clone(), type_id: Some(type_id), ..User::default() };
    let mut actor = common::actor(user, row.text(&["appId"]), None);
    actor.session = session.map(|uid| Session { uid: Some(uid), ..Session::default() });
    out.actor = Some(actor);
    out.api = Some(Api {
        operation: call.operation().into(),
        service: Some(Named { uid: None, name: Some("graph.microsoft.com".into()) }),
        request: own.map(|uid| Named { uid: Some(uid.into()), name: None }),
        response: call.code.map(|code| ApiResponse {
            code: i32::try_from(code).is_ok().then_some(code),
            error: (code >= 400).then(|| code.to_string().into()),
            error_message: None,
        }),
    });
    out.src_endpoint = Some(common::source(row.text(&["ipAddress", "callerIpAddress"])));
    out.http_request = Some(HttpRequest {
        user_agent: row.text(&["userAgent"]).map(Into::into),
        http_method: some(call.method),
        url: common::url(call.uri),
        ..HttpRequest::default()
    });
    out.more().http_response = common::answer(call.code, number(row, &["responseSizeBytes"]), None);
    out.cloud = Some(cloud(Some(tenant.clone()), row.text(&["location"])));
    let objects = call.objects().into_iter().map(|uid| Resource { uid: Some(uid.into()), ..Resource::default() });
    out.resources = objects.collect();
    ocsf::observe(&mut out);
    Ok(Mapped { identity: identity(tenant, own.map(lower)), occurred_at: at, revision: None, ocsf: out })
}

/// The facts of a record.
pub(super) fn facts(raw: Json<'_>, cite: impl FnOnce() -> Cite) -> Vec<Fact> {
    let call = read(raw);
    let row = &call.row;
    let operation = call.operation();
    let deed = Deed {
        cloud: "entra",
        account: common::tenant(row),
        actor: call.uid.clone().unwrap_or_default(),
        name: Text::default(),
        session: call.sign_in.clone().or_else(|| row.text(&["sessionId", "c_sid"]).map(str::to_ascii_lowercase)),
        ip: common::ip(row.text(&["ipAddress", "callerIpAddress"])),
        operation: &redact::address(&operation),
        targets: call.objects(),
    };
    signal(deed, None, cite())
}
