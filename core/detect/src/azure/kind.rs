//! Which of these kinds a record is, told from its content.

use crate::get;
use crate::json::Json;
use selvedge_model::RecordKind;

/// Names of categories of diagnostic logs and of Log Analytics tables.
const NAMES: [(&str, RecordKind); 46] = [
    ("MicrosoftGraphActivityLogs", RecordKind::GraphActivity),
    ("UserRiskEvents", RecordKind::EntraRisk),
    ("RiskyUsers", RecordKind::EntraRisk),
    ("ServicePrincipalRiskEvents", RecordKind::EntraRisk),
    ("RiskyServicePrincipals", RecordKind::EntraRisk),
    ("AADUserRiskEvents", RecordKind::EntraRisk),
    ("AADRiskyUsers", RecordKind::EntraRisk),
    ("AADServicePrincipalRiskEvents", RecordKind::EntraRisk),
    ("AADRiskyServicePrincipals", RecordKind::EntraRisk),
    ("SecurityAlert", RecordKind::DefenderAlert),
    ("AlertInfo", RecordKind::DefenderAlert),
    ("AlertEvidence", RecordKind::DefenderAlert),
    ("SecurityRecommendation", RecordKind::DefenderAlert),
    ("SecurityNestedRecommendation", RecordKind::DefenderAlert),
    ("SecurityIncident", RecordKind::MicrosoftIncident),
    ("SentinelHealth", RecordKind::MicrosoftIncident),
    ("SentinelAudit", RecordKind::MicrosoftIncident),
    ("NetworkSecurityGroupFlowEvent", RecordKind::AzureFlow),
    ("FlowLogFlowEvent", RecordKind::AzureFlow),
    ("NTANetAnalytics", RecordKind::AzureFlow),
    ("AppServiceHTTPLogs", RecordKind::AppService),
    ("AppServiceAuditLogs", RecordKind::AppService),
    ("AppServiceIPSecAuditLogs", RecordKind::AppService),
    ("StorageRead", RecordKind::AzureStorage),
    ("StorageWrite", RecordKind::AzureStorage),
    ("StorageDelete", RecordKind::AzureStorage),
    ("StorageBlobLogs", RecordKind::AzureStorage),
    ("StorageFileLogs", RecordKind::AzureStorage),
    ("StorageQueueLogs", RecordKind::AzureStorage),
    ("StorageTableLogs", RecordKind::AzureStorage),
    ("AZKVAuditLogs", RecordKind::KeyVault),
    ("WorkflowRuntime", RecordKind::LogicApps),
    ("LogicAppWorkflowRuntime", RecordKind::LogicApps),
    ("kube-audit", RecordKind::AksAudit),
    ("kube-audit-admin", RecordKind::AksAudit),
    ("AKSAudit", RecordKind::AksAudit),
    ("AKSAuditAdmin", RecordKind::AksAudit),
    // What the names of these kinds' neighbours are, so that no shape is asked.
    ("AppServiceConsoleLogs", RecordKind::Unmapped),
    ("AppServiceAppLogs", RecordKind::Unmapped),
    ("AppServicePlatformLogs", RecordKind::Unmapped),
    ("AppServiceFileAuditLogs", RecordKind::Unmapped),
    ("FunctionAppLogs", RecordKind::Unmapped),
    ("kube-apiserver", RecordKind::Unmapped),
    ("kube-controller-manager", RecordKind::Unmapped),
    ("kube-scheduler", RecordKind::Unmapped),
    ("NetworkSecurityGroupRuleCounter", RecordKind::Unmapped),
];

/// The kind of a record, if it is one of these. Records of the Activity Log,
/// sign-ins and directory audits are told before.
pub(crate) fn kind(value: Json<'_>) -> Option<RecordKind> {
    if !value.is_object() {
        return None;
    }
    let category = text(value, &["category", "CategoryValue"]);
    let table = text(value, &["Type"]);
    let named = [category, table].into_iter().find_map(|name| by_name(name, value));
    if let Some(kind) = named {
        return (kind != RecordKind::Unmapped).then_some(kind);
    }
    if category.eq_ignore_ascii_case("AuditEvent") && is_key_vault(value) {
        return Some(RecordKind::KeyVault);
    }
    by_shape(value, category)
}

/// Defender XDR streams its tables under this name.
const HUNTING: &str = "AdvancedHunting-";

fn by_name(name: &str, value: Json<'_>) -> Option<RecordKind> {
    if name.eq_ignore_ascii_case("AzureNetworkAnalytics_CL") {
        // The table also holds topology.
        return Some(if is_traffic(value) { RecordKind::AzureFlow } else { RecordKind::Unmapped });
    }
    let name = name.strip_prefix(HUNTING).unwrap_or(name);
    NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, kind)| *kind)
}

fn text<'a>(value: Json<'a>, names: &[&str]) -> &'a str {
    get::any(value, names).and_then(Json::as_str).unwrap_or_default()
}

/// Of the row itself, or of its `properties`.
fn has(value: Json<'_>, name: &str) -> bool {
    let inner = || get::any(value, &["properties"]).filter(|p| p.is_object());
    get::any(value, &[name]).is_some() || inner().is_some_and(|p| get::any(p, &[name]).is_some())
}

fn has_all(value: Json<'_>, names: &[&str]) -> bool {
    names.iter().all(|name| has(value, name))
}

fn ends_with(text: &str, ending: &str) -> bool {
    let from = text.len().checked_sub(ending.len());
    from.and_then(|from| text.get(from..)).is_some_and(|tail| tail.eq_ignore_ascii_case(ending))
}

fn contains(text: &str, part: &str) -> bool {
    text.as_bytes().windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

/// Whether a record is of a kind.
type Test = fn(Json<'_>) -> bool;

/// By what only such records have.
fn by_shape(value: Json<'_>, category: &str) -> Option<RecordKind> {
    // The Activity Log speaks of all services in its own categories.
    if has(value, "eventDataId") || get::any(value, &["authorization", "claims"]).is_some() {
        return None;
    }
    let tests: [(Test, RecordKind); 8] = [
        (is_incident, RecordKind::MicrosoftIncident),
        (is_alert, RecordKind::DefenderAlert),
        (is_risk, RecordKind::EntraRisk),
        (is_graph_call, RecordKind::GraphActivity),
        (|value| has(value, "flowRecords") || super::holds_tuples(value), RecordKind::AzureFlow),
        (is_traffic, RecordKind::AzureFlow),
        (|value| has_all(value, &["CsMethod", "CsUriStem", "ScStatus"]), RecordKind::AppService),
        (is_kubernetes, RecordKind::AksAudit),
    ];
    let found = tests.iter().find(|(test, _)| test(value)).map(|(_, kind)| *kind);
    // A category that is not one of the names above is of some other log.
    found.or_else(|| (category.is_empty() && is_storage(value)).then_some(RecordKind::AzureStorage))
}

/// ARM writes the type of an object under `type`.
fn arm_type(value: Json<'_>) -> &str {
    text(value, &["type"])
}

fn is_incident(value: Json<'_>) -> bool {
    let top = |name: &str| get::any(value, &[name]).is_some();
    let of_sentinel = || {
        let kind = arm_type(value);
        contains(kind, "Microsoft.SecurityInsights/") && ends_with(kind, "/incidents")
    };
    let columns = || ["IncidentNumber", "IncidentName", "Severity", "Title"].iter().all(|name| top(name));
    let of_graph = || {
        text(value, &["@odata.type"]).eq_ignore_ascii_case("#microsoft.graph.security.incident")
            || (["incidentWebUrl", "displayName", "severity", "createdDateTime"].iter().all(|name| top(name))
                && !top("detectionSource"))
    };
    of_sentinel() || columns() || of_graph()
}

fn is_alert(value: Json<'_>) -> bool {
    let top = |name: &str| get::any(value, &[name]).is_some();
    let kind = arm_type(value);
    let of_arm = contains(kind, "Microsoft.Security/")
        && (ends_with(kind, "/alerts") || ends_with(kind, "/assessments") || ends_with(kind, "/subAssessments"));
    of_arm
        || (top("SystemAlertId") && (top("AlertType") || top("AlertName") || top("AlertDisplayName")))
        || (["detectionSource", "serviceSource", "severity", "title"].iter().all(|name| top(name)))
        || (top("RecommendationName") && top("RecommendationState"))
        || (["AlertId", "EntityType", "EvidenceRole"].iter().all(|name| top(name)))
}

fn is_risk(value: Json<'_>) -> bool {
    let name = text(value, &["@odata.type"]);
    let definition = text(value, &["alertDefinitionId"]);
    has(value, "riskEventType")
        || has_all(value, &["riskState", "riskLevel", "riskLastUpdatedDateTime"])
        || has_all(value, &["riskType", "riskState", "detectedDateTime"])
        || (!definition.is_empty() && ends_with(definition, "Alert"))
        || (name.starts_with("#microsoft.graph.")
            && (ends_with(name, "AlertIncident") || ends_with(name, "AlertConfiguration")))
}

fn is_graph_call(value: Json<'_>) -> bool {
    has_all(value, &["requestUri", "requestMethod"])
        && (has(value, "signInActivityId") || has(value, "responseStatusCode"))
}

/// Traffic analytics; columns of the older table end in the letter of their type.
fn is_traffic(value: Json<'_>) -> bool {
    let named = |name: &str, typed: &str| get::any(value, &[name, typed]).is_some();
    named("FlowType", "FlowType_s") && named("L4Protocol", "L4Protocol_s") && named("FlowDirection", "FlowDirection_s")
}

fn is_kubernetes(value: Json<'_>) -> bool {
    has_all(value, &["auditID", "verb", "stage"])
}

/// Whether an `AuditEvent` is a vault's: other services have such a category.
fn is_key_vault(value: Json<'_>) -> bool {
    let id = text(value, &["resourceId", "_ResourceId"]);
    contains(id, "/PROVIDERS/MICROSOFT.KEYVAULT/")
        || text(value, &["ResourceProvider"]).eq_ignore_ascii_case("MICROSOFT.KEYVAULT")
}

/// A row of a storage account without a category.
fn is_storage(value: Json<'_>) -> bool {
    const SERVICES: [&str; 4] = ["/blobServices/", "/fileServices/", "/queueServices/", "/tableServices/"];
    let id = text(value, &["resourceId", "_ResourceId"]);
    let of_account = contains(id, "/storageAccounts/") && SERVICES.iter().any(|service| contains(id, service));
    let operation = text(value, &["operationName"]);
    let named = !operation.is_empty() && !operation.contains('/');
    named && ((of_account && has(value, "callerIpAddress")) || has_all(value, &["accountName", "objectKey"]))
}
