//! Kinds and envelopes.

use super::*;
use serde_json::{Value, json};

fn found(record: &Value) -> Vec<(RecordKind, String)> {
    let text = record.to_string();
    let mut scratch = Scratch::default();
    let doc = Doc::parse(text.as_bytes(), &mut scratch).unwrap();
    let mut out = Vec::new();
    unwrap(doc.root(), text.as_bytes(), &mut |found| out.push((found.kind, found.json.raw().to_owned())));
    out
}

#[test]
fn kinds_table() {
    for (record, kind) in [
        (json!({"eventSource":"s3.amazonaws.com","eventName":"GetObject"}), RecordKind::CloudTrail),
        (json!({"source":"aws.s3","detail":{"eventSource":"a","eventName":"b"}}), RecordKind::CloudTrail),
        (json!({"source":"com.x","detail":{"eventSource":"a","eventName":"b"}}), RecordKind::Unmapped),
        (
            json!({"source":"aws.s3","account":"1","detail":{"eventSource":"a","eventName":"b","recipientAccountId":"2"}}),
            RecordKind::Unmapped,
        ),
        (json!({"category":"NonInteractiveUserSignInLogs","properties":{}}), RecordKind::EntraSignIn),
        (json!({"Category":"SignInLogs"}), RecordKind::EntraSignIn),
        (
            json!({"createdDateTime":"t","appId":"a","status":{},"conditionalAccessStatus":"success"}),
            RecordKind::EntraSignIn,
        ),
        (json!({"category":"AuditLogs","properties":{}}), RecordKind::EntraAudit),
        (json!({"category":"UserManagement","activityDisplayName":"Add user","initiatedBy":{}}), RecordKind::EntraAudit),
        (
            json!({"category":"Administrative","operationName":"MICROSOFT.LOGIC/WORKFLOWS/WRITE","resourceId":"/SUBSCRIPTIONS/1"}),
            RecordKind::AzureActivity,
        ),
        (
            json!({"category":{"value":"Administrative"},"operationName":{"value":"Microsoft.Web/sites/write"},"resourceId":"/subscriptions/1"}),
            RecordKind::AzureActivity,
        ),
        (
            json!({"eventDataId":"1","operationName":{"value":"Microsoft.Web/sites/write"}}),
            RecordKind::AzureActivity,
        ),
        (
            json!({"Type":"AzureActivity","EventDataId":"1","OperationNameValue":"MICROSOFT.WEB/SITES/WRITE"}),
            RecordKind::AzureActivity,
        ),
        (
            json!({"CategoryValue":"Administrative","OperationNameValue":"MICROSOFT.WEB/SITES/WRITE","_ResourceId":"/subscriptions/1"}),
            RecordKind::AzureActivity,
        ),
        (json!({"hello":"world"}), RecordKind::Unmapped),
        (json!({"event":"text"}), RecordKind::Unmapped),
        // The Activity Log, however little there is of it.
        (json!({"category":"Administrative","operationName":"Microsoft.Compute/virtualMachines/write"}), RecordKind::AzureActivity),
        (json!({"operationName":"MICROSOFT.NETWORK/APPLICATIONSECURITYGROUPS/DELETE"}), RecordKind::AzureActivity),
        (json!({"Type":"AzureActivity","OperationName":"Create role assignment"}), RecordKind::AzureActivity),
        (json!({"category":"Security","operationName":"Microsoft.Security/locations/alerts/activate/action","resourceId":"/s"}), RecordKind::AzureActivity),
        (json!({"category":"NetworkSecurityGroupRuleCounter","operationName":"Microsoft.Network/x/y"}), RecordKind::Unmapped),
        (json!({"operationName":"GET /v1/users"}), RecordKind::Unmapped),
        (json!({"Type":"AADServicePrincipalSignInLogs","Id":"1"}), RecordKind::EntraSignIn),
        (json!({"CreatedDateTime":"t","AppId":"a","UserPrincipalName":"u","ResultType":"0"}), RecordKind::EntraSignIn),
        (json!({"createdDateTime":"t","userPrincipalName":"u","status":{"errorCode":0}}), RecordKind::EntraSignIn),
        (json!({"createdDateTime":"t","appId":"a","displayName":"an application"}), RecordKind::Unmapped),
        (json!({"createdDateTime":"t","userPrincipalName":"u","displayName":"a user"}), RecordKind::Unmapped),
        (json!({"createdDateTime":"t","status":"active","displayName":"a review"}), RecordKind::Unmapped),
        (json!({"Type":"AuditLogs","OperationName":"Add user"}), RecordKind::EntraAudit),
        // Identity Protection and PIM.
        (json!({"category":"UserRiskEvents","properties":{}}), RecordKind::EntraRisk),
        (json!({"RiskEventType":"generic","Type":"AADUserRiskEvents"}), RecordKind::EntraRisk),
        (json!({"riskEventType":"unlikelyTravel"}), RecordKind::EntraRisk),
        (json!({"id":"1","riskState":"atRisk","riskLevel":"low","riskLastUpdatedDateTime":"t"}), RecordKind::EntraRisk),
        (json!({"alertDefinitionId":"DirectoryRole_x_StaleSignInAlert"}), RecordKind::EntraRisk),
        (json!({"alertDefinitionId":"my-rule"}), RecordKind::Unmapped),
        (
            json!({"createdDateTime":"t","appId":"a","status":{},"conditionalAccessStatus":"success","riskState":"none","riskEventTypes":[]}),
            RecordKind::EntraSignIn,
        ),
        // Microsoft Graph.
        (json!({"category":"MicrosoftGraphActivityLogs","properties":{}}), RecordKind::GraphActivity),
        (json!({"RequestMethod":"GET","RequestUri":"https://graph.microsoft.com/v1.0/me","ResponseStatusCode":200}), RecordKind::GraphActivity),
        (json!({"requestUri":"/x","method":"GET"}), RecordKind::Unmapped),
        // Defender and Sentinel.
        (json!({"type":"Microsoft.Security/Locations/alerts","properties":{}}), RecordKind::DefenderAlert),
        (json!({"type":"Microsoft.Insights/metricAlerts","properties":{}}), RecordKind::Unmapped),
        (json!({"type":"Microsoft.Security/assessments","properties":{}}), RecordKind::DefenderAlert),
        (json!({"type":"Microsoft.Security/pricings","properties":{}}), RecordKind::Unmapped),
        (json!({"SystemAlertId":"1","AlertType":"x"}), RecordKind::DefenderAlert),
        (json!({"Type":"SecurityAlert"}), RecordKind::DefenderAlert),
        (json!({"category":"AdvancedHunting-AlertInfo","properties":{}}), RecordKind::DefenderAlert),
        (json!({"category":"AdvancedHunting-DeviceProcessEvents","properties":{}}), RecordKind::Unmapped),
        (json!({"title":"t","severity":"low","detectionSource":"x","serviceSource":"y"}), RecordKind::DefenderAlert),
        (json!({"title":"t","severity":"low"}), RecordKind::Unmapped),
        (json!({"type":"Microsoft.SecurityInsights/Incidents","properties":{}}), RecordKind::MicrosoftIncident),
        (json!({"type":"Microsoft.SecurityInsights/alertRules","properties":{}}), RecordKind::Unmapped),
        (json!({"IncidentNumber":1,"IncidentName":"n","Severity":"Low","Title":"t"}), RecordKind::MicrosoftIncident),
        (json!({"incidentWebUrl":"u","displayName":"d","severity":"low","createdDateTime":"t"}), RecordKind::MicrosoftIncident),
        (json!({"category":"SentinelHealth","operationName":"x"}), RecordKind::MicrosoftIncident),
        // Flows.
        (json!({"category":"NetworkSecurityGroupFlowEvent","properties":{"flows":[]}}), RecordKind::AzureFlow),
        (json!({"flowRecords":{"flows":[]}}), RecordKind::AzureFlow),
        (json!({"FlowType":"x","L4Protocol":"T","FlowDirection":"O"}), RecordKind::AzureFlow),
        (json!({"Type":"AzureNetworkAnalytics_CL","SubType_s":"Topology","Name_s":"vm"}), RecordKind::Unmapped),
        // Resource logs.
        (json!({"category":"AppServiceHTTPLogs"}), RecordKind::AppService),
        (json!({"CsMethod":"GET","CsUriStem":"/","ScStatus":200}), RecordKind::AppService),
        (json!({"category":"AppServiceConsoleLogs","properties":{"CsMethod":"GET","CsUriStem":"/","ScStatus":200}}), RecordKind::Unmapped),
        (json!({"category":"StorageWrite"}), RecordKind::AzureStorage),
        (json!({"Type":"StorageBlobLogs"}), RecordKind::AzureStorage),
        (json!({"operationName":"PutBlob","properties":{"accountName":"a","objectKey":"/a/b"}}), RecordKind::AzureStorage),
        (
            json!({"category":"Administrative","operationName":"Microsoft.Storage/storageAccounts/write","resourceId":"/subscriptions/1/x/storageAccounts/a/blobServices/default","callerIpAddress":"::1"}),
            RecordKind::AzureActivity,
        ),
        (json!({"category":"AuditEvent","resourceId":"/S/1/PROVIDERS/MICROSOFT.KEYVAULT/VAULTS/K"}), RecordKind::KeyVault),
        (json!({"category":"AuditEvent","resourceId":"/S/1/PROVIDERS/MICROSOFT.AUTOMATION/A/B"}), RecordKind::Unmapped),
        (json!({"Type":"AzureDiagnostics","Category":"AuditEvent","ResourceProvider":"MICROSOFT.KEYVAULT"}), RecordKind::KeyVault),
        (json!({"category":"WorkflowRuntime","operationName":"Microsoft.Logic/workflows/workflowRunStarted","resourceId":"/s"}), RecordKind::LogicApps),
        (json!({"category":"kube-audit-admin","properties":{"log":"{}"}}), RecordKind::AksAudit),
        (json!({"category":"kube-apiserver","properties":{"log":"I0518"}}), RecordKind::Unmapped),
        (json!({"auditID":"1","verb":"get","stage":"ResponseComplete"}), RecordKind::AksAudit),
    ] {
        let found: Vec<RecordKind> = found(&record).into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(found, [kind], "{record}");
    }
}

#[test]
fn objects_that_are_text_are_unfolded() {
    let row = json!({
        "OperationNameValue": "MICROSOFT.WEB/SITES/WRITE",
        "_ResourceId": "/subscriptions/1",
        "CategoryValue": "Administrative",
        "Claims": "{\"appid\":\"x\"}",
        "Note": "{not json",
        "Quote": "say \"hi\"",
        "Properties": "{\"requestbody\":\"{\\\"a\\\":[1]}\",\"log\":\"{\\\"b\\\":1}\"}",
    });
    let (kind, text) = found(&row).remove(0);
    assert_eq!(kind, RecordKind::AzureActivity);
    let value: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["Claims"], json!({"appid":"x"}));
    assert_eq!(value["Properties"], json!({"requestbody":{"a":[1]},"log":"{\"b\":1}"}));
    assert_eq!((&value["Note"], &value["Quote"]), (&json!("{not json"), &json!("say \"hi\"")));
}
