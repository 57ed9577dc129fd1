//! One record, several forms: what Event Hub streams, what Graph answers and
//! what Log Analytics exports must give the same facts and the same identity.

use crate::{Done, normalised as read};
use selvedge_model::fact::{ArmUse, SignIn};
use selvedge_model::{Fact, Timestamp};
use serde_json::{Value, json};

const TENANT: &str = "11111111-1111-4111-8111-111111111111";
const WORKSPACE: &str = "99999999-9999-4999-8999-999999999999";
const USER: &str = "22222222-2222-4222-8222-222222222222";
const SIGN_IN: &str = "49f7d321-4642-41b6-a5b7-b74341544f00";

fn sign_in(record: &Value) -> (Done, SignIn) {
    let read = read(record);
    match read.facts.first() {
        Some(Fact::SignIn(fact)) => {
            let mut fact = (**fact).clone();
            fact.cite.at = Timestamp::UNIX_EPOCH; // tables round to milliseconds or seconds
            (read, fact)
        }
        other => panic!("no sign-in: {other:?}"),
    }
}

fn arm_use(record: &Value) -> (Done, ArmUse) {
    let read = read(record);
    match read.facts.first() {
        Some(Fact::ArmUse(fact)) => {
            let fact = (**fact).clone();
            (read, fact)
        }
        other => panic!("no Azure operation: {other:?}"),
    }
}

fn properties() -> Value {
    json!({
        "id": SIGN_IN, "createdDateTime": "2026-03-01T09:00:00Z", "userPrincipalName": "ada@example.com",
        "userId": USER, "appId": "c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "appDisplayName": "Azure Portal",
        "ipAddress": "203.0.113.77", "status": {"errorCode": 0}, "userAgent": "Mozilla/5.0",
        "deviceDetail": {"deviceId": "", "operatingSystem": "Linux", "browser": "Firefox 127.0"},
        "location": {"countryOrRegion": "SE", "city": "Lund"}, "conditionalAccessStatus": "success",
        "resourceId": "797f4846-ba00-4fd7-ba43-dac1f8f63013", "homeTenantId": TENANT, "resourceTenantId": TENANT,
        "isInteractive": false, "incomingTokenType": "refreshToken", "autonomousSystemNumber": 64500,
        "sessionId": "s1", "correlationId": "c1", "authenticationDetails": [
            {"authenticationMethod": "Previously satisfied", "succeeded": true,
             "authenticationStepResultDetail": "MFA requirement satisfied by claim in the token"}],
    })
}

/// As a row of `AADNonInteractiveUserSignInLogs`: columns, nested ones as text.
fn table_row() -> Value {
    let renamed =
        [("id", "Id"), ("ipAddress", "IPAddress"), ("resourceId", "ResourceIdentity"), ("location", "LocationDetails")];
    let mut row = serde_json::Map::new();
    for (key, value) in properties().as_object().expect("an object") {
        let column = renamed
            .iter()
            .find(|(from, _)| from == key)
            .map_or_else(|| key.split_at(1).0.to_uppercase() + key.split_at(1).1, |(_, to)| (*to).to_owned());
        let nested = value.is_object() || value.is_array();
        row.insert(column, if nested { json!(value.to_string()) } else { value.clone() });
    }
    row.insert("AutonomousSystemNumber".into(), json!("64500"));
    let extra = json!({
        "TimeGenerated": "2026-03-01T09:00:00Z", "TenantId": WORKSPACE, "AADTenantId": TENANT, "Location": "SE",
        "Category": "NonInteractiveUserSignInLogs", "OperationName": "Sign-in activity", "ResultType": "0",
        "ResourceId": format!("/tenants/{TENANT}/providers/Microsoft.aadiam"), "Type": "AADNonInteractiveUserSignInLogs",
    });
    row.extend(extra.as_object().expect("an object").clone());
    Value::Object(row)
}

#[test]
fn a_sign_in_reads_alike_in_every_form() {
    let streamed = json!({
        "time": "2026-03-01T09:02:00Z", "category": "NonInteractiveUserSignInLogs", "tenantId": TENANT,
        "operationName": "Sign-in activity", "resultType": "0", "properties": properties(),
    });
    let mut answered = properties();
    answered["signInEventTypes"] = json!(["nonInteractiveUser"]);
    let (reference, fact) = sign_in(&streamed);
    assert_eq!(fact.tenant, TENANT);
    assert_eq!(fact.country.as_deref(), Some("SE"));
    for (form, record) in [("Graph", answered), ("Log Analytics", table_row())] {
        let (read, other) = sign_in(&record);
        assert_eq!(other, fact, "{form}");
        assert_eq!(read.id, reference.id, "{form}: one sign-in has one identity");
    }
}

#[test]
fn graph_names_the_log_by_the_kind_of_sign_in() {
    for (kinds, interactive, category) in [
        (json!(["interactiveUser"]), json!(true), "SignInLogs"),
        (json!(["nonInteractiveUser"]), json!(false), "NonInteractiveUserSignInLogs"),
        (json!(["servicePrincipal"]), json!(false), "ServicePrincipalSignInLogs"),
        (json!(["managedIdentity"]), json!(false), "ManagedIdentitySignInLogs"),
        (Value::Null, json!(true), "SignInLogs"),
        (Value::Null, json!(false), "NonInteractiveUserSignInLogs"),
    ] {
        let mut answered = properties();
        answered["signInEventTypes"] = kinds;
        answered["isInteractive"] = interactive;
        let streamed = json!({"category": category, "tenantId": TENANT, "properties": answered});
        assert_eq!(read(&answered).id, read(&streamed).id, "{category}");
    }
}

#[test]
fn an_azure_operation_reads_alike_as_a_table_row() {
    let claims = json!({
        "http://schemas.microsoft.com/identity/claims/objectidentifier": USER,
        "http://schemas.microsoft.com/identity/claims/tenantid": TENANT,
        "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn": "ada@example.com",
        "uti": "IdP3SUJGtkGlt7dDQVRPAA",
    });
    let resource = "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Logic/workflows/wf";
    let answered = json!({
        "eventTimestamp": "2026-03-01T09:05:00Z", "eventDataId": "e1", "correlationId": "c1", "tenantId": TENANT,
        "operationName": {"value": "Microsoft.Logic/workflows/write"}, "status": {"value": "Succeeded"},
        "category": {"value": "Administrative"}, "resourceId": resource, "caller": "ada@example.com",
        "httpRequest": {"clientIpAddress": "203.0.113.77"}, "claims": claims,
    });
    let row = |claims: (&str, Value)| {
        let mut row = json!({
            "TimeGenerated": "2026-03-01T09:05:00Z", "EventDataId": "e1", "CorrelationId": "c1", "TenantId": WORKSPACE,
            "OperationNameValue": "MICROSOFT.LOGIC/WORKFLOWS/WRITE", "OperationName": "Create or Update Workflow",
            "ActivityStatusValue": "Success", "CategoryValue": "Administrative", "_ResourceId": resource.to_lowercase(),
            "Caller": "ada@example.com", "CallerIpAddress": "203.0.113.77", "Type": "AzureActivity",
        });
        row[claims.0] = claims.1;
        row
    };
    let (reference, fact) = arm_use(&answered);
    assert_eq!(fact.sign_in.as_deref(), Some(SIGN_IN));
    for record in [row(("Claims", json!(claims.to_string()))), row(("Claims_d", claims.clone()))] {
        let (read, other) = arm_use(&record);
        assert_eq!(other, fact, "{record}");
        assert_eq!(read.id, reference.id, "one operation's row has one identity");
    }
}
