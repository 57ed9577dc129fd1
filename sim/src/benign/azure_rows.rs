//! Activity Log rows of the month, in the three shapes in which they are handed
//! out: Event Hub, the REST API, Log Analytics.

use super::fill::Fill;
use super::tables::{Doing, words};
use super::{Desk, weighted};
use crate::records::seven_digits;
use selvedge_model::RecordKind;
use serde_json::{Value, json};

/// Who asks Azure Resource Manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arm {
    /// A deployment pipeline.
    Pipeline,
    /// An administrator.
    Admin,
    /// A colleague with a role on their group's resources.
    Colleague,
    /// The managed identity of a policy assignment.
    Policy,
    /// A managed identity of ours.
    Workload,
    /// A service of Microsoft, with that name.
    Platform(&'static str),
}

impl Arm {
    /// As a table names it.
    fn named(word: &str, name: &'static str) -> Self {
        match word {
            "Pipeline" => Self::Pipeline,
            "Admin" => Self::Admin,
            "Colleague" => Self::Colleague,
            "Policy" => Self::Policy,
            "Workload" => Self::Workload,
            "Platform" => Self::Platform(name),
            _ => panic!("the table names an actor that is none: {word}"),
        }
    }
}

/// Does one thing of a table. A step is an operation, on what below the resource
/// group (a resource that begins with `/` is whole), and the body.
pub(super) fn act(desk: &mut Desk<'_>, table: &[Doing]) {
    let doing = weighted(desk.rng, table, |doing| doing.rate);
    let mut fill = desk.fill();
    let caller = Caller::new(Arm::named(doing.by, doing.name), &mut fill, desk);
    let shape = desk.rng.between(0, 9);
    for step in &doing.steps {
        let (action, rest) = words(step.line);
        let (resource, body) = words(rest);
        let row = Row { action, resource, body, caller: &caller, fill: &fill, correlation: desk.rng.guid() };
        let end = if step.more("fails").is_some() { "Failed" } else { "Succeeded" };
        let phases = if action.ends_with("/action") { vec!["Started", end] } else { vec!["Started", "Accepted", end] };
        for phase in phases {
            let record = row.shaped(shape, phase, desk);
            desk.put(RecordKind::AzureActivity, record);
        }
    }
}

/// The caller of one act.
struct Caller {
    id: String,
    name: String,
    upn: Option<String>,
    app: String,
    ip: String,
}

impl Caller {
    fn new(by: Arm, fill: &mut Fill, desk: &mut Desk<'_>) -> Self {
        let cloud = format!("20.50.{}.{}", desk.rng.between(0, 99), desk.rng.between(2, 250));
        let service = |name: &str, app: &str, id: String, ip: String| Self {
            id,
            name: name.to_owned(),
            upn: None,
            app: app.to_owned(),
            ip,
        };
        match by {
            Arm::Admin | Arm::Colleague => {
                let person = if by == Arm::Admin { desk.estate.admin(desk.rng) } else { desk.estate.person(desk.rng) };
                fill.actor(person);
                Self {
                    id: person.id.clone(),
                    name: person.name.clone(),
                    upn: Some(person.upn.clone()),
                    app: "c44b4083-3bb0-49c1-b47d-974e53cbdf3c".into(),
                    ip: person.ip.clone(),
                }
            }
            Arm::Pipeline => {
                let app = desk.estate.pipeline(desk.rng);
                service(&app.name, &app.app_id, app.id.clone(), cloud)
            }
            Arm::Policy | Arm::Workload => {
                let (id, app) = (desk.rng.guid(), desk.rng.guid());
                service("managed identity", &app, id, cloud)
            }
            Arm::Platform(name) => {
                let (id, app) = (desk.rng.guid(), desk.rng.guid());
                service(name, &app, id, cloud)
            }
        }
    }

    fn claims(&self, tenant: &str) -> Value {
        let mut claims = json!({
            "aud": "https://management.azure.com/",
            "iss": format!("https://sts.windows.net/{tenant}/"),
            "ver": "1.0",
            "appid": self.app,
            "http://schemas.microsoft.com/identity/claims/objectidentifier": self.id,
            "http://schemas.microsoft.com/identity/claims/tenantid": tenant,
        });
        match &self.upn {
            Some(upn) => {
                claims["name"] = json!(self.name);
                claims["ipaddr"] = json!(self.ip);
                claims["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn"] = json!(upn);
                claims["http://schemas.microsoft.com/claims/authnmethodsreferences"] = json!("pwd,mfa");
            }
            None => claims["idtyp"] = json!("app"),
        }
        claims
    }
}

/// One operation of an act.
struct Row<'a> {
    action: &'a str,
    resource: &'a str,
    body: &'a str,
    caller: &'a Caller,
    fill: &'a Fill,
    correlation: String,
}

impl Row<'_> {
    fn resource(&self) -> String {
        if self.resource.starts_with('/') {
            self.fill.text(self.resource)
        } else {
            self.fill.text(&format!("/subscriptions/{{sub}}/resourceGroups/{{rg}}/providers/{}", self.resource))
        }
    }

    fn properties(&self, phase: &str) -> Value {
        let resource = self.resource();
        let mut out = json!({
            "eventCategory": "Administrative",
            "entity": resource,
            "message": self.action,
            "hierarchy": self.fill.text("{tenant}/mg-platform/{sub}"),
        });
        if phase == "Started" && !self.body.is_empty() {
            out["requestbody"] = json!(self.fill.text(self.body));
        } else if phase == "Failed" {
            out["statusCode"] = json!("Forbidden");
            out["statusMessage"] = json!(r#"{"error":{"code":"AuthorizationFailed","message":"no authorization"}}"#);
        } else {
            out["statusCode"] = json!("OK");
            if !self.body.is_empty() {
                out["responseBody"] = json!(self.fill.text(self.body));
            }
        }
        out
    }

    fn shaped(&self, shape: u64, phase: &str, desk: &mut Desk<'_>) -> Value {
        let (scope, action, at) = (self.resource(), self.action, seven_digits(desk.at, "Z"));
        let tenant = self.fill.get("tenant");
        let caller = self.caller.upn.clone().unwrap_or_else(|| self.caller.id.clone());
        match shape {
            0..=5 => json!({
                "time": at,
                "resourceId": scope.to_uppercase(),
                "operationName": action.to_uppercase(),
                "category": "Administrative",
                "resultType": match phase { "Started" => "Start", "Accepted" => "Accept", "Succeeded" => "Success", _ => "Failure" },
                "resultSignature": format!("{phase}."),
                "durationMs": "0",
                "callerIpAddress": self.caller.ip,
                "correlationId": self.correlation,
                "identity": {
                    "authorization": { "scope": scope, "action": action, "evidence": {
                        "role": "Contributor",
                        "roleAssignmentScope": self.fill.text("/subscriptions/{sub}"),
                        "principalId": self.caller.id.replace('-', ""),
                        "principalType": if self.caller.upn.is_some() { "User" } else { "ServicePrincipal" },
                    } },
                    "claims": self.caller.claims(tenant),
                },
                "level": if phase == "Failed" { "Error" } else { "Information" },
                "location": "global",
                "tenantId": tenant,
                "properties": self.properties(phase),
            }),
            6..=7 => {
                let word = |value: &str| json!({ "value": value, "localizedValue": value });
                json!({
                    "authorization": { "action": action, "scope": scope },
                    "caller": caller,
                    "category": word("Administrative"),
                    "claims": self.caller.claims(tenant),
                    "correlationId": self.correlation,
                    "eventDataId": desk.rng.guid(),
                    "eventTimestamp": at,
                    "submissionTimestamp": at,
                    "httpRequest": { "clientIpAddress": self.caller.ip, "method": "PUT" },
                    "level": "Informational",
                    "operationId": self.correlation,
                    "operationName": word(action),
                    "resourceGroupName": self.fill.get("rg"),
                    "resourceId": scope,
                    "status": word(phase),
                    "subStatus": word(""),
                    "subscriptionId": self.fill.get("sub"),
                    "tenantId": tenant,
                    "properties": self.properties(phase),
                })
            }
            _ => json!({
                "TimeGenerated": at,
                "TenantId": self.fill.get("guid"),
                "OperationNameValue": action.to_uppercase(),
                "ActivityStatusValue": match phase { "Started" => "Start", "Accepted" => "Accept", "Succeeded" => "Success", _ => "Failure" },
                "CategoryValue": "Administrative",
                "Caller": caller,
                "CallerIpAddress": self.caller.ip,
                "CorrelationId": self.correlation,
                "EventDataId": desk.rng.guid(),
                "ResourceGroup": self.fill.get("rg").to_uppercase(),
                "_ResourceId": scope.to_lowercase(),
                "SubscriptionId": self.fill.get("sub"),
                "Claims": self.caller.claims(tenant).to_string(),
                "Authorization": json!({ "action": action, "scope": scope }).to_string(),
                "Properties": self.properties(phase).to_string(),
                "Type": "AzureActivity",
            }),
        }
    }
}
