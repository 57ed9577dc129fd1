//! Entra sign-ins: interactive, non-interactive, service principal, managed
//! identity; as Event Hub rows, as Graph answers them, as Log Analytics exports.
//!
//! Field rules: facts "logs" section 6 and "federation" section 0.

use crate::azure;
use crate::get;
use crate::json::Json;
use crate::mapped::{Mapped, Raw, identity};
use crate::ocsf::{self, Head};
use crate::row::{Row, lower};
use selvedge_model::event::{
    Actor, AutonomousSystem, Cloud, Endpoint, HttpRequest, Location, Named, Ocsf, Session, Text, User,
};
use selvedge_model::fact::{Cite, SignIn};
use selvedge_model::{Fact, Timestamp, guid, time};

/// Maps a record; the error says which field is missing or wrong.
pub(crate) fn map<'a>(raw: Raw<'a>) -> Result<Mapped<'a>, String> {
    let row = Row::new(raw.json);
    let at = moment(&row).ok_or("createdDateTime and time are missing or no time")?;
    let category = category(&row);
    let key = row.text(&["id"]).map(|id| format!("{}/{}", category.to_ascii_lowercase(), id.to_ascii_lowercase()));
    let uid: Text<'_> = row.text(&["id"]).map_or_else(|| raw.digest_id(), Into::into);
    Ok(Mapped {
        identity: identity(tenant_of(&row), key),
        occurred_at: at,
        revision: row.moment(&["time"]),
        ocsf: to_ocsf(&row, at, category, uid),
    })
}

/// The facts of a record.
pub(crate) fn facts(raw: Json<'_>, cite: impl FnOnce() -> Cite) -> Vec<Fact> {
    vec![Fact::SignIn(Box::new(fact(&Row::new(raw), cite())))]
}

fn moment(row: &Row<'_>) -> Option<Timestamp> {
    row.moment(&["createdDateTime"]).or_else(|| row.moment(&["time"])).or_else(|| row.moment(&["TimeGenerated"]))
}

/// The directory whose log this is. The envelope says it best; a guest's home
/// tenant is somebody else's and only stands in where nothing else is said. Log
/// Analytics calls its own workspace `TenantId` and the directory `AADTenantId`.
fn tenant_of<'a>(row: &Row<'a>) -> Text<'a> {
    let inner = |name: &str| get::any(row.inner, &[name]).and_then(get::as_text);
    let outer = row.outer_text(&["tenantId"]);
    let found = row
        .outer_text(&["AADTenantId"])
        .or_else(|| outer.filter(|_| !azure::is_table(row)))
        .or_else(|| azure::tenant_in(row.outer_text(&["resourceId"])?))
        .or_else(|| inner("tenantId").filter(|_| !azure::is_table(row)))
        .or_else(|| inner("resourceTenantId"))
        .or_else(|| inner("homeTenantId"));
    lower(found.unwrap_or_default())
}

/// The log's category.
fn category<'a>(row: &Row<'a>) -> &'a str {
    row.text(&["category"]).or_else(|| category_of_table(row)).unwrap_or_else(|| category_of_graph(row))
}

/// Tables of Log Analytics are named by the category, but for the first.
fn category_of_table<'a>(row: &Row<'a>) -> Option<&'a str> {
    let table = row.outer_text(&["Type"])?;
    let name = table.strip_prefix("AAD").unwrap_or(table);
    name.to_ascii_lowercase().ends_with("signinlogs").then_some(name)
}

/// Microsoft Graph names no category; the kinds of its sign-ins are the logs'
/// categories, so that one sign-in has one identity in both.
fn category_of_graph(row: &Row<'_>) -> &'static str {
    let kind = row.find(&["signInEventTypes"]).and_then(|kinds| kinds.elements().find_map(Json::as_str));
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
}

/// The address, as the row has it.
fn ip<'a>(row: &Row<'a>) -> &'a str {
    row.text(&["ipAddress", "callerIpAddress"]).unwrap_or_default()
}

/// The result: the error code, "0" for success.
fn result<'a>(row: &Row<'a>) -> Text<'a> {
    let status = row.object(&["status"]).and_then(|status| get::any(status, &["errorCode"]));
    let code = status.and_then(get::as_integer).map(|code| Text::from(code.to_string()));
    let told = || row.text(&["resultType"]).filter(|told| !told.eq_ignore_ascii_case("none")).map(Text::from);
    let found = code.or_else(told).or_else(|| row.text(&["resultSignature"]).map(Text::from)).unwrap_or_default();
    // The portal, and collectors, write the word.
    if found.eq_ignore_ascii_case("success") { "0".into() } else { found }
}

fn country<'a>(row: &Row<'a>) -> Option<&'a str> {
    row.object(&["location", "locationDetails"])
        .and_then(|location| get::any(location, &["countryOrRegion"]))
        .and_then(get::as_text)
        .or_else(|| {
            // `DE`, and the portal's `Bonn, Nordrhein-Westfalen, DE`.
            let place = row.find(&["location"]).and_then(Json::as_str)?;
            place.rsplit(',').next().map(str::trim).filter(|country| country.len() == 2)
        })
}

fn asn(row: &Row<'_>) -> Option<i64> {
    row.integer(&["autonomousSystemNumber"])
}

/// In Log Analytics `ResourceId` is the log's own resource.
fn resource_id<'a>(row: &Row<'a>) -> &'a str {
    get::any(row.inner, &["resourceIdentity", "resourceId"]).and_then(get::as_text).unwrap_or_default()
}

fn fact(row: &Row<'_>, cite: Cite) -> SignIn {
    let device = row.object(&["deviceDetail"]);
    // The portal's download has these in columns of their own.
    let of_device = |name: &str| device.map_or_else(|| row.find(&[name]), |device| get::any(device, &[name]));
    let token = || row.text(&["uniqueTokenIdentifier"]).and_then(guid::from_unique_token_identifier);
    let (fresh_credential, fresh_mfa) = freshness(row);
    let own = |names: &[&str]| row.text(names).unwrap_or_default().to_owned();
    let low = |names: &[&str]| row.text(names).unwrap_or_default().to_ascii_lowercase();
    SignIn {
        request_id: row.text(&["id"]).map(str::to_ascii_lowercase).or_else(token).unwrap_or_default(),
        tenant: tenant_of(row).into_owned(),
        user_id: low(&["userId"]),
        upn: row.text(&["userPrincipalName"]).unwrap_or_default().to_lowercase(),
        service_principal_id: row.text(&["servicePrincipalId"]).map(str::to_ascii_lowercase),
        app_id: low(&["appId"]),
        app_name: own(&["appDisplayName"]),
        resource_id: resource_id(row).to_ascii_lowercase(),
        session_id: row.text(&["sessionId"]).map(str::to_ascii_lowercase),
        ip: ip(row).to_owned(),
        asn: asn(row),
        country: country(row).map(str::to_owned),
        device_id: of_device("deviceId").and_then(get::as_text).unwrap_or_default().to_ascii_lowercase(),
        device_trusted: ["isCompliant", "isManaged"].iter().any(|n| of_device(n).and_then(get::as_bool) == Some(true)),
        os: of_device("operatingSystem").and_then(get::as_text).unwrap_or_default().to_owned(),
        browser: of_device("browser").and_then(get::as_text).unwrap_or_default().to_owned(),
        user_agent: own(&["userAgent"]),
        interactive: get::any(row.inner, &["isInteractive"])
            .and_then(get::as_bool)
            .unwrap_or_else(|| category(row).eq_ignore_ascii_case("SignInLogs")),
        fresh_credential,
        fresh_mfa,
        incoming_token: low(&["incomingTokenType"]),
        result: result(row).into_owned(),
        cite,
        federated_credential_id: row.text(&["federatedCredentialId"]).map(str::to_ascii_lowercase),
    }
}

/// Whether a credential, and whether a second factor, was shown in this very
/// sign-in: a step that succeeded and was neither "previously satisfied" nor
/// "satisfied by claim in the token".
fn freshness(row: &Row<'_>) -> (bool, bool) {
    let steps = row.find(&["authenticationDetails"]);
    let (mut first, mut second) = (false, false);
    for step in steps.into_iter().flat_map(Json::elements) {
        let part = |name: &str| get::any(step, &[name]).and_then(get::as_text).unwrap_or_default();
        let claimed = part("authenticationStepResultDetail").to_ascii_lowercase().contains("claim in the token");
        if claimed || get::any(step, &["succeeded"]).and_then(get::as_bool) == Some(false) {
            continue;
        }
        let method = part("authenticationMethod").to_ascii_lowercase();
        if !method.is_empty() && !method.contains("previously satisfied") {
            first = true;
            second = second || (method != "password" && method != "none");
        }
    }
    (first, second)
}

fn some(text: &str) -> Option<Text<'_>> {
    (!text.is_empty()).then_some(text.into())
}

fn to_ocsf<'a>(row: &Row<'a>, at: Timestamp, category: &'a str, uid: Text<'a>) -> Box<Ocsf<'a>> {
    let result = result(row);
    let succeeded = result == "0";
    let mut out = ocsf::build(Head {
        class: ocsf::AUTHENTICATION,
        activity: 1,
        time: at,
        status: Some(succeeded),
        uid,
        product: ("Microsoft", "Microsoft Entra ID"),
        feature: Some(category.into()),
        profiles: &["cloud"],
    });
    out.metadata.correlation_uid = row.text(&["correlationId"]).map(Into::into);
    out.metadata.logged_time = row.moment(&["time"]).map(time::epoch_ms);
    out.status_code = Some(result).filter(|r| !r.is_empty());
    out.status_detail = row
        .object(&["status"])
        .and_then(|status| get::any(status, &["failureReason"]))
        .and_then(get::as_text)
        .or_else(|| row.text(&["resultDescription"]))
        .filter(|_| !succeeded)
        .map(Into::into);
    let app_name = row.text(&["appDisplayName"]);
    let user = who(row);
    out.actor = Some(Actor {
        user: Some(user.clone()),
        app_uid: row.lower(&["appId"]),
        app_name: app_name.map(Into::into),
        ..Actor::default()
    });
    out.user = Some(user);
    let (_, fresh_mfa) = freshness(row);
    out.session =
        row.lower(&["sessionId"]).map(|uid| Session { uid: Some(uid), is_mfa: Some(fresh_mfa), ..Session::default() });
    // What was required was also done, here or earlier, if Entra let it in.
    let required =
        row.text(&["authenticationRequirement"]).is_some_and(|r| r.to_ascii_lowercase().starts_with("multifactor"));
    out.is_mfa = Some(fresh_mfa || (required && succeeded));
    let service = some(resource_id(row)).map(|id| lower_text(&id));
    let name = row.text(&["resourceDisplayName"]).or(app_name);
    out.more().service =
        Some(Named { name: name.or_else(|| service.is_none().then_some(ocsf::UNKNOWN)).map(Into::into), uid: service });
    out.src_endpoint = Some(source(row));
    out.http_request =
        row.text(&["userAgent"]).map(|agent| HttpRequest { user_agent: Some(agent.into()), ..HttpRequest::default() });
    let tenant = tenant_of(row);
    out.cloud = Some(Cloud {
        provider: "Azure",
        account: Some(Named { uid: Some(tenant.clone()), name: None }).filter(|_| !tenant.is_empty()),
        region: None,
    });
    ocsf::observe(&mut out);
    out
}

fn lower_text(text: &str) -> Text<'static> {
    text.to_ascii_lowercase().into()
}

/// Who signed in: a user, else a workload.
fn who<'a>(row: &Row<'a>) -> User<'a> {
    let user_id = row.lower(&["userId"]);
    let workload = user_id.is_none();
    let uid = if workload { row.lower(&["servicePrincipalId"]) } else { user_id };
    let upn = row.lower(&["userPrincipalName"]);
    let name = if workload { row.text(&["servicePrincipalName"]).map(Text::from).or(upn) } else { upn };
    User {
        name: name.or_else(|| uid.is_none().then(|| ocsf::UNKNOWN.into())),
        uid,
        type_id: Some(if workload { 4 } else { 1 }),
        ..User::default()
    }
}

fn source<'a>(row: &Row<'a>) -> Endpoint<'a> {
    let ip = ip(row);
    let is_ip = ocsf::is_ip(ip);
    let device =
        row.object(&["deviceDetail"]).and_then(|device| get::any(device, &["deviceId"])).and_then(get::as_text);
    let city =
        || row.object(&["location", "locationDetails"]).and_then(|l| get::any(l, &["city"])).and_then(get::as_text);
    Endpoint {
        ip: is_ip.then(|| ip.into()),
        uid: device.map(lower),
        svc_name: (!is_ip && device.is_none()).then(|| ocsf::UNKNOWN.into()),
        autonomous_system: asn(row).map(|number| AutonomousSystem { number: Some(number), name: None }),
        location: country(row).map(|country| Location {
            country: Some(country.into()),
            city: city().map(Into::into),
            region: None,
        }),
        ..Endpoint::default()
    }
}
