//! The portals' own downloads: tables whose columns have titles for people.
//! They are written with the names that the API gives the same things.
//!
//! The titles are what the Entra and Azure portals wrote in 2025; a title that is
//! not known here keeps its own name.

use serde_json::{Map, Value, json};

/// Which download a heading is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Log {
    /// Entra sign-ins of any kind.
    SignIns,
    /// Entra audit.
    Audit,
    /// Azure Activity Log.
    Activity,
}

/// A download, told by its heading.
#[derive(Debug)]
pub(super) struct Download {
    log: Log,
    /// What each column is called in a row; for the audit log its plain title.
    names: Vec<String>,
}

/// Titles of the sign-in download, without regard to case and doubled spaces.
const SIGN_INS: [(&str, &str); 39] = [
    ("date (utc)", "createdDateTime"),
    ("request id", "id"),
    ("user agent", "userAgent"),
    ("correlation id", "correlationId"),
    ("user id", "userId"),
    ("user", "userDisplayName"),
    ("username", "userPrincipalName"),
    ("user type", "userType"),
    ("cross tenant access type", "crossTenantAccessType"),
    ("incoming token type", "incomingTokenType"),
    ("authentication protocol", "authenticationProtocol"),
    ("unique token identifier", "uniqueTokenIdentifier"),
    ("client credential type", "clientCredentialType"),
    ("application", "appDisplayName"),
    ("application id", "appId"),
    ("resource", "resourceDisplayName"),
    ("resource id", "resourceIdentity"),
    ("resource tenant id", "resourceTenantId"),
    ("home tenant id", "homeTenantId"),
    ("ip address", "ipAddress"),
    ("location", "location"),
    ("status", "resultSignature"),
    ("sign-in error code", "resultType"),
    ("failure reason", "resultDescription"),
    ("client app", "clientAppUsed"),
    ("device id", "deviceId"),
    ("browser", "browser"),
    ("operating system", "operatingSystem"),
    ("compliant", "isCompliant"),
    ("managed", "isManaged"),
    ("join type", "trustType"),
    ("authentication requirement", "authenticationRequirement"),
    ("session id", "sessionId"),
    ("autonomous system number", "autonomousSystemNumber"),
    ("conditional access", "conditionalAccessStatus"),
    ("service principal id", "servicePrincipalId"),
    ("service principal name", "servicePrincipalName"),
    ("managed identity type", "managedIdentityType"),
    ("flagged for review", "flaggedForReview"),
];

/// Titles of the Activity Log's download.
const ACTIVITY: [(&str, &str); 11] = [
    ("correlation id", "CorrelationId"),
    ("operation name", "OperationName"),
    ("status", "ActivityStatus"),
    ("event category", "CategoryValue"),
    ("level", "Level"),
    ("time", "TimeGenerated"),
    ("subscription", "SubscriptionId"),
    ("event initiated by", "Caller"),
    ("resource type", "ResourceType"),
    ("resource group", "ResourceGroup"),
    ("resource", "ResourceId"),
];

fn plain(title: &str) -> String {
    title.split_whitespace().collect::<Vec<_>>().join(" ").to_ascii_lowercase()
}

/// Tells a download by its heading.
pub(super) fn download(columns: &[String]) -> Option<Download> {
    let titles: Vec<String> = columns.iter().map(|title| plain(title)).collect();
    let has = |title: &str| titles.iter().any(|known| known == title);
    let log = if has("date (utc)") && has("request id") && (has("ip address") || has("application id")) {
        Log::SignIns
    } else if has("date (utc)") && has("activity") && has("actortype") {
        Log::Audit
    } else if has("event initiated by") && has("operation name") {
        Log::Activity
    } else {
        return None;
    };
    let known: &[(&str, &str)] = match log {
        Log::SignIns => &SIGN_INS,
        Log::Activity => &ACTIVITY,
        Log::Audit => return Some(Download { log, names: titles }),
    };
    let named = |(title, column): (&String, &String)| {
        known.iter().find(|(known, _)| known == title).map_or_else(|| column.clone(), |(_, name)| (*name).to_owned())
    };
    Some(Download { log, names: titles.iter().zip(columns).map(named).collect() })
}

impl Download {
    /// The row as the API has it.
    pub(super) fn row(&self, cells: &[&str]) -> Value {
        match self.log {
            Log::SignIns => Value::Object(self.renamed(cells)),
            Log::Activity => {
                let mut row = self.renamed(cells);
                // Operations have titles, too, so that only this tells the log.
                row.insert("Type".into(), "AzureActivity".into());
                Value::Object(row)
            }
            Log::Audit => self.audit(cells),
        }
    }

    fn renamed(&self, cells: &[&str]) -> Map<String, Value> {
        let mut out = Map::new();
        for (name, cell) in self.names.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            // Of two columns with one title the first counts.
            out.entry(name.as_str()).or_insert_with(|| Value::from(*cell));
        }
        out
    }

    /// `Target1Type`, `Target1ModifiedProperty2NewValue` become lists.
    fn audit(&self, cells: &[&str]) -> Value {
        let cell = |title: &str| {
            let at = self.names.iter().position(|name| name == title);
            at.and_then(|at| cells.get(at)).copied().filter(|cell| !cell.is_empty())
        };
        let some = |title: &str| cell(title).map_or(Value::Null, Value::from);
        let upn = cell("actoruserprincipalname");
        let id = some("actorobjectid");
        let name = some("actordisplayname");
        let by_user = upn.is_some() || cell("actortype").is_some_and(|kind| kind.eq_ignore_ascii_case("user"));
        let actor = if by_user {
            json!({"user": {"id": id, "displayName": name, "userPrincipalName": upn, "ipAddress": some("ipaddress")}})
        } else {
            json!({"app": {"servicePrincipalId": id, "displayName": name}})
        };
        let target = |n: u32| {
            let part = |name: &str| some(&format!("target{n}{name}"));
            let change = |m: u32| {
                let part = |name: &str| part(&format!("modifiedproperty{m}{name}"));
                let name = part("name");
                let (old, new) = (part("oldvalue"), part("newvalue"));
                (!name.is_null()).then(|| json!({"displayName": name, "oldValue": old, "newValue": new}))
            };
            let known = ["type", "displayname", "objectid"].iter().any(|name| !part(name).is_null());
            known.then(|| {
                json!({"type": part("type"), "displayName": part("displayname"), "id": part("objectid"),
                    "userPrincipalName": part("userprincipalname"), "modifiedProperties": (1..).map_while(change).collect::<Vec<_>>()})
            })
        };
        json!({"activityDateTime": some("date (utc)"), "correlationId": some("correlationid"), "loggedByService": some("service"),
            "category": some("category"), "activityDisplayName": some("activity"), "result": some("result"),
            "resultReason": some("resultreason"), "callerIpAddress": some("ipaddress"), "initiatedBy": actor,
            "targetResources": (1..).map_while(target).collect::<Vec<_>>()})
    }
}
