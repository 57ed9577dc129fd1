//! Key Vault audit events: `AuditEvent` as streamed, in `AzureDiagnostics` and in
//! the table `AZKVAuditLogs`.

use super::common::{self, Deed, cloud, moment, number, signal};
use crate::get;
use crate::json::Json;
use crate::mapped::{Mapped, Raw};
use crate::ocsf::{self, Head};
use crate::redact;
use crate::row::{Row, lower};
use selvedge_model::Fact;
use selvedge_model::event::{Api, ApiResponse, HttpRequest, Identity, Named, Resource, User};
use selvedge_model::fact::Cite;
use selvedge_model::ocsf::class;

/// What OCSF has a place for.
pub(super) const MAPPED: &[&str] = &[
    "time",
    "TimeGenerated",
    "operationName",
    "callerIpAddress",
    "httpStatusCode",
    "httpStatusCode_d",
    "requestUri",
    "requestUri_s",
    "id",
    "id_s",
    "clientInfo",
    "clientInfo_s",
    "correlationId",
    "resultSignature",
    "resultDescription",
    "resourceId",
    "_ResourceId",
    "durationMs",
];

/// Ends of names of claims: whole as streamed, and as columns of
/// `AzureDiagnostics`, where other signs than letters become `_`.
const OBJECT_ID: [&str; 4] = ["oid", "/claims/objectidentifier", "claim_oid_g", "claims_objectidentifier_g"];
const UPN: [&str; 5] = ["upn", "unique_name", "/claims/upn", "claim_upn_s", "claim_unique_name_s"];
const UPN_COLUMN: &str = "claims_upn_s";
const APP: [&str; 3] = ["appid", "claim_appid_g", "claim_appid_s"];

struct Call<'a> {
    row: Row<'a>,
    operation: &'a str,
    code: Option<i64>,
    user: User<'a>,
    app: Option<&'a str>,
    /// Address of the secret, key or certificate.
    object: Option<&'a str>,
}

fn claim<'a>(row: &Row<'a>, names: &[&str]) -> Option<&'a str> {
    let claims = row.object(&["identity"]).and_then(|identity| get::any(identity, &["claim", "claims"]));
    let ends = |key: &str, name: &str| {
        let from = key.len().checked_sub(name.len());
        from.and_then(|from| key.get(from..)).is_some_and(|tail| tail.eq_ignore_ascii_case(name))
    };
    let in_claims = |name: &str| {
        let claims = claims.filter(|claims| claims.is_object())?;
        let whole = |key: &str| if name.starts_with('/') { ends(key, name) } else { key.eq_ignore_ascii_case(name) };
        claims.members().find(|(key, _)| whole(key)).and_then(|(_, value)| get::as_text(value))
    };
    let in_columns = |name: &str| {
        let columns = (name.len() > 6 && name.contains("claim") && row.outer.is_object()).then(|| row.outer.members());
        columns.into_iter().flatten().find(|(key, _)| ends(key, name)).and_then(|(_, value)| get::as_text(value))
    };
    names.iter().find_map(|name| in_claims(name).or_else(|| in_columns(name)))
}

fn read(raw: Json<'_>) -> Call<'_> {
    let row = Row::new(raw);
    let upn = claim(&row, &UPN).or_else(|| claim(&row, &[UPN_COLUMN]));
    Call {
        operation: row.text(&["operationName"]).unwrap_or(ocsf::UNKNOWN),
        code: number(&row, &["httpStatusCode", "httpStatusCode_d"]),
        user: User { uid: claim(&row, &OBJECT_ID).map(lower), name: upn.map(lower), ..User::default() },
        app: claim(&row, &APP),
        object: row.text(&["id", "id_s", "requestUri", "requestUri_s"]).filter(|id| id.contains("://")),
        row,
    }
}

/// What the name of an operation says is done.
fn activity(operation: &str) -> u8 {
    use class::api_activity as done;
    // In the order in which they count: `SecretGetDeleted`, `RoleAssignmentCreate`.
    const PARTS: [(&str, u8); 26] = [
        ("getdeleted", done::READ),
        ("listdeleted", done::READ),
        ("delete", done::DELETE),
        ("purge", done::DELETE),
        ("create", done::CREATE),
        ("list", done::READ),
        ("get", done::READ),
        ("decrypt", done::READ),
        ("encrypt", done::READ),
        ("unwrap", done::READ),
        ("wrap", done::READ),
        ("sign", done::READ),
        ("verify", done::READ),
        ("backup", done::READ),
        ("release", done::READ),
        ("import", done::CREATE),
        ("put", done::CREATE),
        ("set", done::CREATE),
        ("restore", done::CREATE),
        ("recover", done::CREATE),
        ("merge", done::UPDATE),
        ("patch", done::UPDATE),
        ("update", done::UPDATE),
        ("rotate", done::UPDATE),
        ("renew", done::UPDATE),
        ("changed", done::UPDATE),
    ];
    let name = operation.to_ascii_lowercase();
    // The verb stands at the end, or in front of a suffix: `SecretListVersions`.
    PARTS.iter().find(|(part, _)| name.contains(part)).map_or(done::OTHER, |(_, activity)| *activity)
}

/// Maps a record; the error says which field is missing or wrong.
pub(super) fn map<'a>(raw: Raw<'a>) -> Result<Mapped<'a>, String> {
    let call = read(raw.json);
    let row = &call.row;
    let at = moment(row, &[])?;
    let mut out = ocsf::build(Head {
        class: class::API_ACTIVITY,
        activity: activity(call.operation),
        time: at,
        status: call.code.map(|code| code < 400),
        uid: raw.digest_id(),
        product: ("Microsoft", "Azure Key Vault"),
        feature: row.outer_text(&["category", "Type"]).map(Into::into),
        profiles: &["cloud"],
    });
    if out.activity_id == class::api_activity::OTHER {
        out.activity_name = Some(call.operation.into());
    }
    out.metadata.correlation_uid = row.text(&["correlationId"]).map(Into::into);
    out.status_code = call.code.map(|code| code.to_string().into());
    out.status_detail = row.text(&["resultDescription", "resultSignature"]).map(Into::into);
    out.actor = Some(common::actor(call.user.clone(), call.app, None));
    out.api = Some(Api {
        operation: call.operation.into(),
        service: Some(Named { uid: None, name: Some("Microsoft.KeyVault".into()) }),
        request: None,
        response: call.code.map(|code| ApiResponse {
            code: i32::try_from(code).is_ok().then_some(code),
            error: (code >= 400).then(|| row.text(&["resultSignature"]).unwrap_or("refused").into()),
            error_message: row.text(&["resultDescription"]).filter(|_| code >= 400).map(Into::into),
        }),
    });
    out.src_endpoint = Some(common::source(row.text(&["callerIpAddress"])));
    out.http_request = Some(HttpRequest {
        user_agent: row.text(&["clientInfo", "clientInfo_s"]).map(Into::into),
        url: row.text(&["requestUri", "requestUri_s"]).and_then(common::url),
        ..HttpRequest::default()
    })
    .filter(|request| request.user_agent.is_some() || request.url.is_some());
    out.cloud = Some(cloud(common::subscription(row), row.outer_text(&["location"])));
    let vault = Some(common::resource_id(row)).filter(|id| !id.is_empty());
    let ids = [call.object, vault].into_iter().flatten();
    out.resources = ids.map(|uid| Resource { uid: Some(redact::address(uid)), ..Resource::default() }).collect();
    ocsf::observe(&mut out);
    // Its correlation id is the client's, and may be that of many calls.
    Ok(Mapped { identity: Identity::Bytes, occurred_at: at, revision: None, ocsf: out })
}

/// The facts of a record.
pub(super) fn facts(raw: Json<'_>, cite: impl FnOnce() -> Cite) -> Vec<Fact> {
    let call = read(raw);
    let row = &call.row;
    let object = call.object.map(|object| redact::address(object).into_owned()).unwrap_or_default();
    let deed = Deed {
        cloud: "azure",
        account: common::subscription(row).unwrap_or_default(),
        actor: call.user.uid.clone().unwrap_or_default(),
        name: call.user.name.clone().unwrap_or_default(),
        session: None,
        ip: common::ip(row.text(&["callerIpAddress"])),
        operation: call.operation,
        targets: vec![common::target(common::resource_id(row)), object],
    };
    signal(deed, None, cite())
}
