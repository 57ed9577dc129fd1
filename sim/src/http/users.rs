//! `user` of Microsoft Graph v1.0.

use super::Served;
use super::answer::{Failure, with_body};
use crate::entra::User;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use selvedge_actions::{GraphMutation, Mutation};
use selvedge_model::time::iso_second;
use selvedge_ports::Outcome;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::ops::Bound;

const METADATA: &str = "https://graph.microsoft.com/v1.0/$metadata";
const PAGE: usize = 100;
const LARGEST_PAGE: usize = 999;

/// A property of `microsoft.graph.user` that this face knows.
pub(crate) struct Property {
    pub(crate) name: &'static str,
    /// Type as the metadata names it.
    pub(crate) edm: &'static str,
    /// Whether Graph gives it without `$select`.
    by_default: bool,
    /// Whether a PATCH may name it at all.
    writable: bool,
}

const fn property(name: &'static str, edm: &'static str, by_default: bool, writable: bool) -> Property {
    Property { name, edm, by_default, writable }
}

pub(crate) const PROPERTIES: &[Property] = &[
    property("id", "Edm.String", true, false),
    property("businessPhones", "Collection(Edm.String)", true, true),
    property("displayName", "Edm.String", true, true),
    property("givenName", "Edm.String", true, true),
    property("jobTitle", "Edm.String", true, true),
    property("mail", "Edm.String", true, true),
    property("mobilePhone", "Edm.String", true, true),
    property("officeLocation", "Edm.String", true, true),
    property("preferredLanguage", "Edm.String", true, true),
    property("surname", "Edm.String", true, true),
    property("userPrincipalName", "Edm.String", true, true),
    property("accountEnabled", "Edm.Boolean", false, true),
    property("createdDateTime", "Edm.DateTimeOffset", false, false),
    property("onPremisesSyncEnabled", "Edm.Boolean", false, false),
    property("signInSessionsValidFromDateTime", "Edm.DateTimeOffset", false, false),
    property("userType", "Edm.String", false, true),
];

fn known(name: &str) -> Option<&'static Property> {
    PROPERTIES.iter().find(|property| property.name == name)
}

fn value_of(user: &User, name: &str) -> Value {
    match name {
        "id" => json!(user.id),
        "businessPhones" => json!([]),
        "displayName" => json!(user.display_name),
        "mail" | "userPrincipalName" => json!(user.upn),
        "accountEnabled" => json!(user.state.stored().enabled),
        "createdDateTime" => json!(iso_second(user.created)),
        "onPremisesSyncEnabled" => json!(user.on_premises),
        "signInSessionsValidFromDateTime" => json!(iso_second(user.sessions_valid_from())),
        "userType" => json!(user.user_type),
        // Known to Graph, and this tenant has none.
        _ => Value::Null,
    }
}

/// The properties asked for, and how the context names them.
struct Selection {
    names: Vec<&'static str>,
    context: String,
}

impl Selection {
    fn read(query: &BTreeMap<String, String>) -> Result<Self, Failure> {
        let Some(select) = query.get("$select") else {
            let names = PROPERTIES.iter().filter(|property| property.by_default).map(|property| property.name);
            return Ok(Self { names: names.collect(), context: format!("{METADATA}#users") });
        };
        let mut names = Vec::new();
        for name in select.split(',').map(str::trim) {
            let property = known(name).ok_or_else(|| {
                let message = format!(
                    "Parsing OData Select and Expand failed: Could not find a property named '{name}' on type 'microsoft.graph.user'."
                );
                Failure::new(StatusCode::BAD_REQUEST, "BadRequest", message)
            })?;
            names.push(property.name);
        }
        let context = format!("{METADATA}#users({})", names.join(","));
        Ok(Self { names, context })
    }

    fn show(&self, user: &User) -> Map<String, Value> {
        self.names.iter().map(|name| ((*name).to_owned(), value_of(user, name))).collect()
    }
}

fn only_options(query: &BTreeMap<String, String>, allowed: &[&str]) -> Result<(), Failure> {
    match query.keys().find(|key| !allowed.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            Err(Failure::new(StatusCode::BAD_REQUEST, "BadRequest", format!("Query option '{key}' is not supported.")))
        }
    }
}

/// A user's object id, by that or by the UPN.
fn resolve(served: &Served, id: &str) -> Result<String, Failure> {
    let state = served.cloud.lock();
    let tenant = state.tenants.get(&served.face.tenant).ok_or_else(|| Failure::no_user(id))?;
    let found = tenant.users.values().find(|user| user.id == id || user.upn.eq_ignore_ascii_case(id));
    found.map(|user| user.id.clone()).ok_or_else(|| Failure::no_user(id))
}

/// `GET /users/{id}`.
pub(crate) async fn show(
    State(served): State<Served>,
    Path(id): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    served.require(&headers, "User.Read.All")?;
    served.cloud.fault_of_read("GET /users/{id}").map_err(|error| Failure::of(&error, &id))?;
    only_options(&query, &["$select"])?;
    let selection = Selection::read(&query)?;
    let found = resolve(&served, &id)?;
    let state = served.cloud.lock();
    let user = state.tenants.get(&served.face.tenant).and_then(|tenant| tenant.users.get(&found));
    let mut body = selection.show(user.ok_or_else(|| Failure::no_user(&id))?);
    body.insert("@odata.context".into(), json!(format!("{}/$entity", selection.context)));
    Ok(with_body(StatusCode::OK, &Value::Object(body)))
}

/// `GET /users`, page by page in the order of the ids.
pub(crate) async fn list(
    State(served): State<Served>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    served.require(&headers, "User.Read.All")?;
    served.cloud.fault_of_read("GET /users").map_err(|error| Failure::of(&error, ""))?;
    only_options(&query, &["$select", "$top", "$skiptoken"])?;
    let selection = Selection::read(&query)?;
    let top = match query.get("$top").map(|text| text.parse::<usize>()) {
        None => PAGE,
        Some(Ok(n)) if (1..=LARGEST_PAGE).contains(&n) => n,
        Some(_) => {
            let message = format!("Invalid page size specified: must be between 1 and {LARGEST_PAGE} inclusive.");
            return Err(Failure::bad_request(message));
        }
    };
    let state = served.cloud.lock();
    let users = state.tenants.get(&served.face.tenant).map(|tenant| &tenant.users);
    let start = query.get("$skiptoken").map_or(Bound::Unbounded, |after| Bound::Excluded(after.clone()));
    let mut rest = users.into_iter().flat_map(|users| users.range((start.clone(), Bound::Unbounded)));
    let page: Vec<&User> = rest.by_ref().take(top).map(|(_, user)| user).collect();
    let mut body = json!({ "@odata.context": selection.context });
    if let (Some(_), Some(last)) = (rest.next(), page.last()) {
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("localhost");
        let select = query.get("$select").map(|select| format!("&$select={select}")).unwrap_or_default();
        body["@odata.nextLink"] = json!(format!("http://{host}/v1.0/users?$top={top}{select}&$skiptoken={}", last.id));
    }
    body["value"] = page.into_iter().map(|user| Value::Object(selection.show(user))).collect();
    Ok(with_body(StatusCode::OK, &body))
}

/// `PATCH /users/{id}`: of all writable properties, this face lets a token
/// change `accountEnabled`.
pub(crate) async fn change(
    State(served): State<Served>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    served.require(&headers, "User.EnableDisableAccount.All")?;
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"));
    if !is_json {
        let message = "Write requests (excluding DELETE) must contain the Content-Type header declaration.";
        return Err(Failure::new(StatusCode::BAD_REQUEST, "BadRequest", message));
    }
    let enabled = read_patch(&body)?;
    let id = resolve(&served, &id)?;
    if let Some(enabled) = enabled {
        act(&served, GraphMutation::SetAccountEnabled { id: id.clone(), enabled }, &id)?;
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// The wanted `accountEnabled`, if the body names it.
fn read_patch(body: &[u8]) -> Result<Option<bool>, Failure> {
    let parsed: Option<Value> = serde_json::from_slice(body).ok();
    let Some(Value::Object(properties)) = parsed else {
        let message = "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.";
        return Err(Failure::new(StatusCode::BAD_REQUEST, "BadRequest", message));
    };
    let mut enabled = None;
    for (name, value) in properties.iter().filter(|(name, _)| !name.starts_with("@odata.")) {
        let Some(property) = known(name) else {
            return Err(Failure::bad_request(format!("Invalid property '{name}'.")));
        };
        if !property.writable {
            let message = format!("Property '{name}' is read-only and cannot be set.");
            return Err(Failure::bad_request(message));
        }
        if !fits(property.edm, value) {
            let message = format!("Invalid value specified for property '{name}' of resource 'User'.");
            return Err(Failure::bad_request(message));
        }
        if property.name != "accountEnabled" {
            return Err(Failure::forbidden());
        }
        enabled = value.as_bool();
    }
    Ok(enabled)
}

/// Whether a value can stand for a property of that type. A collection cannot
/// be null, and neither can `accountEnabled`, the only boolean that is writable.
fn fits(edm: &str, value: &Value) -> bool {
    match edm {
        "Edm.Boolean" => value.is_boolean(),
        "Collection(Edm.String)" => value.as_array().is_some_and(|list| list.iter().all(Value::is_string)),
        _ => value.is_string() || value.is_null(),
    }
}

/// `POST /users/{id}/revokeSignInSessions`.
pub(crate) async fn revoke(
    State(served): State<Served>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    served.require(&headers, "User.RevokeSessions.All")?;
    let id = resolve(&served, &id)?;
    act(&served, GraphMutation::RevokeSignInSessions { id: id.clone() }, &id)?;
    Ok(with_body(StatusCode::OK, &json!({ "@odata.context": format!("{METADATA}#Edm.Boolean"), "value": true })))
}

fn act(served: &Served, op: GraphMutation, id: &str) -> Result<(), Failure> {
    let mutation = Mutation::Graph { tenant: served.face.tenant.clone(), op };
    match served.cloud.receive_now(&mutation) {
        None | Some(Outcome::Unknown { .. }) => Err(Failure::lost()),
        Some(Outcome::Applied { .. }) => Ok(()),
        Some(Outcome::NotApplied { error }) => Err(Failure::of(&error, id)),
    }
}
