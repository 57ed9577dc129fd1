//! Entra sign-ins: interactive, non-interactive, service principal, managed
//! identity; as Event Hub rows, as Graph answers them, as Log Analytics exports.
//!
//! Field rules: facts "logs" section 6 and "federation" section 0.

use crate::get;
use crate::mapped::{Mapped, event_id};
use crate::ocsf::{self, Head};
use selvedge_model::event::{
    Actor, AutonomousSystem, Cloud, Endpoint, HttpRequest, Location, Named, Ocsf, Session, User,
};
use selvedge_model::fact::{Cite, SignIn};
use selvedge_model::{Digest, Fact, RecordId, RecordKind, guid, time};
use serde_json::Value;

/// Maps a record; the error says which field is missing or wrong.
pub(crate) fn map(raw: &Value, digest: Digest) -> Result<Mapped, String> {
    let nested = get::any(raw, &["properties"]).and_then(get::object);
    let row = Row { outer: raw, inner: nested.as_ref().unwrap_or(raw) };
    let at = row.moment(&["createdDateTime"]).or_else(|| row.moment(&["time", "TimeGenerated"]));
    let at = at.ok_or("createdDateTime and time are missing or no time")?;
    let tenant = tenant_of(&row);
    let id = row.text(&["id"]).map(|id| id.to_ascii_lowercase());
    let category = row.text(&["category"]).unwrap_or_else(|| category_of_graph(&row));
    let key = id.as_ref().map(|id| format!("{}/{id}", category.to_ascii_lowercase()));
    let event = event_id(RecordKind::EntraSignIn, &tenant, key.as_deref(), digest);
    let record = RecordId::new(row.text(&["id"]).unwrap_or_else(|| digest.to_string()));
    let cite = Cite { event, record: record.clone(), at };
    let fact = fact(&row, cite, &tenant, &category, id);
    Ok(Mapped {
        event,
        record_id: record.clone(),
        occurred_at: at,
        revision: row.moment(&["time"]),
        ocsf: to_ocsf(&row, &fact, &category, &record, digest),
        facts: vec![Fact::SignIn(Box::new(fact))],
    })
}

/// The directory whose log this is. The envelope says it best; a guest's home
/// tenant is somebody else's and only stands in where nothing else is said. Log
/// Analytics calls its own workspace `TenantId` and the directory `AADTenantId`.
fn tenant_of(row: &Row<'_>) -> String {
    let text = |value: &Value, name: &str| get::any(value, &[name]).and_then(get::as_text);
    text(row.outer, "AADTenantId")
        .or_else(|| text(row.outer, "tenantId"))
        .or_else(|| text(row.inner, "tenantId"))
        .or_else(|| text(row.inner, "resourceTenantId"))
        .or_else(|| text(row.inner, "homeTenantId"))
        .unwrap_or_default()
        .to_ascii_lowercase()
}

/// A row with its `properties`: names are looked for inside first.
struct Row<'a> {
    outer: &'a Value,
    inner: &'a Value,
}

impl Row<'_> {
    fn find(&self, names: &[&str]) -> Option<&Value> {
        get::any(self.inner, names).or_else(|| get::any(self.outer, names))
    }

    fn text(&self, names: &[&str]) -> Option<String> {
        self.find(names).and_then(get::as_text)
    }

    fn moment(&self, names: &[&str]) -> Option<selvedge_model::Timestamp> {
        self.find(names).and_then(Value::as_str).and_then(time::parse)
    }

    fn object(&self, names: &[&str]) -> Value {
        self.find(names).and_then(get::object).unwrap_or(Value::Null)
    }
}

/// Microsoft Graph names no category; the kinds of its sign-ins are the logs'
/// categories, so that one sign-in has one identity in both.
fn category_of_graph(row: &Row<'_>) -> String {
    let kinds = row.find(&["signInEventTypes"]).and_then(Value::as_array);
    let kind = kinds.into_iter().flatten().find_map(Value::as_str);
    match kind.unwrap_or_default() {
        "interactiveUser" => "SignInLogs",
        "nonInteractiveUser" => "NonInteractiveUserSignInLogs",
        "servicePrincipal" => "ServicePrincipalSignInLogs",
        "managedIdentity" => "ManagedIdentitySignInLogs",
        _ => match get::boolean(row.inner, &["isInteractive"]) {
            Some(true) => "SignInLogs",
            Some(false) => "NonInteractiveUserSignInLogs",
            None => "SignIn",
        },
    }
    .into()
}

fn fact(row: &Row<'_>, cite: Cite, tenant: &str, category: &str, id: Option<String>) -> SignIn {
    let device = row.object(&["deviceDetail"]);
    let location = row.object(&["location", "locationDetails"]);
    let status = row.object(&["status"]);
    let token = row.text(&["uniqueTokenIdentifier"]).and_then(|t| guid::from_unique_token_identifier(&t));
    let (fresh_credential, fresh_mfa) = freshness(row);
    let interactive =
        get::boolean(row.inner, &["isInteractive"]).unwrap_or_else(|| category.eq_ignore_ascii_case("SignInLogs"));
    SignIn {
        request_id: id.or(token).unwrap_or_default(),
        tenant: tenant.to_owned(),
        user_id: row.text(&["userId"]).unwrap_or_default().to_ascii_lowercase(),
        upn: row.text(&["userPrincipalName"]).unwrap_or_default().to_lowercase(),
        service_principal_id: row.text(&["servicePrincipalId"]).map(|s| s.to_ascii_lowercase()),
        app_id: row.text(&["appId"]).unwrap_or_default().to_ascii_lowercase(),
        app_name: row.text(&["appDisplayName"]).unwrap_or_default(),
        // In Log Analytics `ResourceId` is the log's own resource.
        resource_id: get::any(row.inner, &["resourceIdentity", "resourceId"])
            .and_then(get::as_text)
            .unwrap_or_default()
            .to_ascii_lowercase(),
        session_id: row.text(&["sessionId"]).map(|s| s.to_ascii_lowercase()),
        ip: row.text(&["ipAddress", "callerIpAddress"]).unwrap_or_default(),
        asn: row.find(&["autonomousSystemNumber"]).and_then(|v| v.as_i64().or_else(|| v.as_str()?.parse().ok())),
        country: get::text(&location, &["countryOrRegion"])
            .or_else(|| row.find(&["location"]).and_then(Value::as_str).filter(|s| s.len() == 2).map(Into::into)),
        device_id: get::text_or_empty(&device, &["deviceId"]).to_ascii_lowercase(),
        device_trusted: get::boolean(&device, &["isCompliant"]).unwrap_or(false)
            || get::boolean(&device, &["isManaged"]).unwrap_or(false),
        os: get::text_or_empty(&device, &["operatingSystem"]),
        browser: get::text_or_empty(&device, &["browser"]),
        user_agent: row.text(&["userAgent"]).unwrap_or_default(),
        interactive,
        fresh_credential,
        fresh_mfa,
        incoming_token: row.text(&["incomingTokenType"]).unwrap_or_default().to_ascii_lowercase(),
        result: get::integer(&status, &["errorCode"])
            .map(|c| c.to_string())
            .or_else(|| row.text(&["resultType"]))
            .unwrap_or_default(),
        cite,
    }
}

/// Whether a credential, and whether a second factor, was shown in this very
/// sign-in: a step that succeeded and was neither "previously satisfied" nor
/// "satisfied by claim in the token".
fn freshness(row: &Row<'_>) -> (bool, bool) {
    let steps = row.object(&["authenticationDetails"]);
    let fresh: Vec<String> = steps
        .as_array()
        .into_iter()
        .flatten()
        .filter(|step| get::boolean(step, &["succeeded"]) != Some(false))
        .filter(|step| {
            !get::text_or_empty(step, &["authenticationStepResultDetail"])
                .to_ascii_lowercase()
                .contains("claim in the token")
        })
        .filter_map(|step| get::text(step, &["authenticationMethod"]))
        .map(|method| method.to_ascii_lowercase())
        .filter(|method| !method.contains("previously satisfied"))
        .collect();
    let second = fresh.iter().any(|method| method != "password" && method != "none");
    (!fresh.is_empty(), second)
}

fn to_ocsf(row: &Row<'_>, fact: &SignIn, category: &str, record: &RecordId, digest: Digest) -> Ocsf {
    let mut out = ocsf::build(Head {
        class: ocsf::AUTHENTICATION,
        activity: (1, "Logon"),
        time: fact.cite.at,
        status: Some(fact.succeeded()),
        uid: record.as_str(),
        product: ("Microsoft", "Microsoft Entra ID"),
        feature: Some(category.to_owned()),
        digest,
        profiles: &["cloud"],
    });
    out.metadata.correlation_uid = row.text(&["correlationId"]);
    out.metadata.logged_time = row.moment(&["time"]).map(time::epoch_ms);
    out.status_code = Some(fact.result.clone()).filter(|r| !r.is_empty());
    let workload = fact.user_id.is_empty();
    let some = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
    let uid = if workload { fact.service_principal_id.clone() } else { some(&fact.user_id) };
    let name = if workload { row.text(&["servicePrincipalName"]).or_else(|| some(&fact.upn)) } else { some(&fact.upn) };
    let user = User {
        name: name.or_else(|| uid.is_none().then(|| ocsf::UNKNOWN.into())),
        uid,
        type_id: Some(if workload { 4 } else { 1 }),
        ..User::default()
    };
    out.actor = Some(Actor {
        user: Some(user.clone()),
        app_uid: Some(fact.app_id.clone()).filter(|a| !a.is_empty()),
        app_name: Some(fact.app_name.clone()).filter(|a| !a.is_empty()),
        ..Actor::default()
    });
    out.user = Some(user);
    out.session = fact.session_id.clone().map(|uid| Session {
        uid: Some(uid),
        is_mfa: Some(fact.fresh_mfa),
        ..Session::default()
    });
    // What was required was also done, here or earlier, if Entra let it in.
    let required =
        row.text(&["authenticationRequirement"]).is_some_and(|r| r.eq_ignore_ascii_case("multiFactorAuthentication"));
    out.is_mfa = Some(fact.fresh_mfa || (required && fact.succeeded()));
    let service = some(&fact.resource_id);
    out.service = Some(Named {
        name: row
            .text(&["resourceDisplayName"])
            .or_else(|| some(&fact.app_name))
            .or_else(|| service.is_none().then(|| ocsf::UNKNOWN.into())),
        uid: service,
    });
    let is_ip = ocsf::is_ip(&fact.ip);
    out.src_endpoint = Some(Endpoint {
        ip: is_ip.then(|| fact.ip.clone()),
        uid: Some(fact.device_id.clone()).filter(|d| !d.is_empty()),
        svc_name: (!is_ip && fact.device_id.is_empty()).then(|| ocsf::UNKNOWN.into()),
        autonomous_system: fact.asn.map(|number| AutonomousSystem { number }),
        location: fact
            .country
            .clone()
            .map(|country| Location { country: Some(country), city: get::text(&row.object(&["location"]), &["city"]) }),
        ..Endpoint::default()
    });
    out.http_request = Some(HttpRequest { user_agent: Some(fact.user_agent.clone()), http_method: None })
        .filter(|_| !fact.user_agent.is_empty());
    out.cloud = Some(Cloud {
        provider: "Azure".into(),
        account: Some(Named { uid: Some(fact.tenant.clone()), name: None }).filter(|_| !fact.tenant.is_empty()),
        region: None,
    });
    ocsf::observe(&mut out);
    out
}
