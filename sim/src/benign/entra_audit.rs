//! The directory's audit log: people join, move and leave, applications come and
//! go, policies are edited.

use super::fill::Fill;
use super::tables::Doing;
use super::{Desk, weighted};
use crate::records::seven_digits;
use selvedge_model::RecordKind;
use serde_json::{Value, json};

/// One thing that is done in the directory.
pub(super) fn act(desk: &mut Desk<'_>, table: &[Doing]) {
    let doing = weighted(desk.rng, table, |doing| doing.rate);
    let mut fill = desk.fill();
    let own = doing.by == "Own";
    let person = if own { desk.estate.person(desk.rng) } else { desk.estate.admin(desk.rng) };
    fill.actor(person);
    let by = match doing.by {
        "Admin" | "Own" => json!({ "user": {
            "id": person.id, "displayName": person.name, "userPrincipalName": person.upn,
            "ipAddress": person.ip, "userType": "Member", "homeTenantId": "", "roles": [],
        } }),
        "App" => json!({ "app": {
            "appId": null, "displayName": doing.name, "servicePrincipalId": desk.rng.guid(), "servicePrincipalName": null,
        } }),
        // The account of the directory synchronisation of old.
        "Sync" => json!({ "user": {
            "id": desk.rng.guid(), "displayName": "On-Premises Directory Synchronization Service Account",
            "userPrincipalName": "Sync_SRV01_0a1b2c3d4e5f@contoso.example", "ipAddress": "198.51.100.21", "roles": [],
        } }),
        "OurApp" => {
            let app = desk.estate.app(desk.rng);
            json!({ "app": { "appId": app.app_id, "displayName": app.name, "servicePrincipalId": app.id } })
        }
        other => panic!("the table names an actor that is none: {other}"),
    };
    let (shape, correlation) = (desk.rng.between(0, 9), desk.rng.guid());
    for step in &doing.steps {
        let row = Row::read(step.line);
        let properties = row.properties(&fill, &by, &correlation, desk);
        let record = row.shaped(shape, properties, &fill, desk);
        desk.put(RecordKind::EntraAudit, record);
    }
}

/// A step: activity, category, service, kind and name of the target, and the
/// changes as triples of property, old and new value.
struct Row {
    activity: &'static str,
    category: &'static str,
    service: &'static str,
    kind: &'static str,
    name: &'static str,
    changes: Vec<[String; 3]>,
}

impl Row {
    fn read(line: &'static str) -> Self {
        let mut parts = line.split(" | ");
        let mut next = || parts.next().unwrap_or_default();
        let (activity, category, service, kind, name) = (next(), next(), next(), next(), next());
        let changes = match next() {
            "" => Vec::new(),
            text => serde_json::from_str(text).unwrap_or_else(|error| panic!("{error} in the table's {text}")),
        };
        Self { activity, category, service, kind, name, changes }
    }

    fn properties(&self, fill: &Fill, by: &Value, correlation: &str, desk: &mut Desk<'_>) -> Value {
        let value = |text: &String| if text.is_empty() { Value::Null } else { json!(fill.text(text)) };
        let change = |[name, old, new]: &[String; 3]| json!({ "displayName": name, "oldValue": value(old), "newValue": value(new) });
        let name = fill.text(self.name);
        let is_user = self.kind == "User";
        json!({
            "id": format!("Directory_{}_{}", desk.rng.guid(), desk.rng.between(1_000_000, 9_999_999)),
            "category": self.category,
            "correlationId": correlation,
            "result": "success",
            "resultReason": "",
            "activityDisplayName": self.activity,
            "activityDateTime": seven_digits(desk.at, "+00:00"),
            "loggedByService": self.service,
            "operationType": if self.activity.starts_with("Add") { "Add" } else { "Update" },
            "userAgent": null,
            "initiatedBy": by,
            "targetResources": [{
                "id": fill.get("user_id"),
                "displayName": if is_user { Value::Null } else { json!(name) },
                "type": self.kind,
                "userPrincipalName": if is_user { json!(name) } else { Value::Null },
                "modifiedProperties": self.changes.iter().map(change).collect::<Vec<_>>(),
                "administrativeUnits": [],
            }],
            "additionalDetails": [{ "key": "User-Agent", "value": "Mozilla/5.0" }],
        })
    }

    /// As Event Hub carries it, as Graph answers, as Log Analytics exports.
    fn shaped(&self, shape: u64, properties: Value, fill: &Fill, desk: &mut Desk<'_>) -> Value {
        match shape {
            0..=6 => json!({
                "time": seven_digits(desk.at, "Z"),
                "resourceId": format!("/tenants/{}/providers/Microsoft.aadiam", fill.get("tenant")),
                "operationName": self.activity,
                "operationVersion": "1.0",
                "category": "AuditLogs",
                "tenantId": fill.get("tenant"),
                "resultSignature": "None",
                "durationMs": 0,
                "callerIpAddress": "203.0.113.9",
                "correlationId": properties["correlationId"],
                "Level": 4,
                "properties": properties,
            }),
            7..=8 => properties,
            _ => json!({
                "TimeGenerated": seven_digits(desk.at, "Z"),
                "TenantId": fill.get("tenant"),
                "Type": "AuditLogs",
                "Category": properties["category"],
                "OperationName": self.activity,
                "ActivityDisplayName": self.activity,
                "ActivityDateTime": properties["activityDateTime"],
                "Id": properties["id"],
                "CorrelationId": properties["correlationId"],
                "LoggedByService": properties["loggedByService"],
                "Result": "success",
                "ResultReason": "",
                "InitiatedBy": properties["initiatedBy"].to_string(),
                "TargetResources": properties["targetResources"].to_string(),
                "AdditionalDetails": properties["additionalDetails"].to_string(),
            }),
        }
    }
}
