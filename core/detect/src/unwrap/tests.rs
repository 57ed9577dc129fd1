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
        (
            json!({"category":"UserManagement","activityDisplayName":"Add user","initiatedBy":{}}),
            RecordKind::EntraAudit,
        ),
        (
            json!({"category":"Administrative","operationName":"MICROSOFT.LOGIC/WORKFLOWS/WRITE","resourceId":"/SUBSCRIPTIONS/1"}),
            RecordKind::AzureActivity,
        ),
        (
            json!({"category":{"value":"Administrative"},"operationName":{"value":"Microsoft.Web/sites/write"},"resourceId":"/subscriptions/1"}),
            RecordKind::AzureActivity,
        ),
        (json!({"eventDataId":"1","operationName":{"value":"Microsoft.Web/sites/write"}}), RecordKind::AzureActivity),
        (
            json!({"Type":"AzureActivity","EventDataId":"1","OperationNameValue":"MICROSOFT.WEB/SITES/WRITE"}),
            RecordKind::AzureActivity,
        ),
        (
            json!({"CategoryValue":"Administrative","OperationNameValue":"MICROSOFT.WEB/SITES/WRITE","_ResourceId":"/subscriptions/1"}),
            RecordKind::AzureActivity,
        ),
        // Notifications and envelopes of others' records are no log.
        (json!({"eventSource":"aws:s3","eventName":"ObjectCreated:Put","s3":{}}), RecordKind::Unmapped),
        (json!({"digestStartTime":"t","logFiles":[]}), RecordKind::Unmapped),
        (json!({"insightDetails":{},"eventTime":"t"}), RecordKind::CloudTrail),
        (json!({"type":"x","severity":8,"service":{"detectorId":"d"}}), RecordKind::GuardDuty),
        (json!({"Type":"x","Severity":8,"Service":{"DetectorId":"d"}}), RecordKind::GuardDuty),
        (json!({"type":"x","severity":8,"service":{"serviceName":"guardduty"}}), RecordKind::GuardDuty),
        (json!({"Type":"x","Severity":8,"Service":{"ServiceName":"guardduty"}}), RecordKind::GuardDuty),
        (json!({"type":"x","severity":8,"service":{"serviceName":"other"}}), RecordKind::Unmapped),
        (json!({"type":"x","severity":8,"service":{"name":"d"}}), RecordKind::Unmapped),
        (json!({"ProductArn":"p","AwsAccountId":"1","Id":"i"}), RecordKind::SecurityHub),
        (json!({"ProductArn":"p","AwsAccountId":"1"}), RecordKind::Unmapped),
        (json!({"class_uid":6003,"metadata":{"version":"1.1.0"}}), RecordKind::Ocsf),
        (json!({"class_uid":"6003","metadata":{"version":"1.1.0"}}), RecordKind::Ocsf),
        (json!({"class_uid":6003,"metadata":{}}), RecordKind::Unmapped),
        (json!({"srcaddr":"-","dstaddr":"-"}), RecordKind::VpcFlow),
        (json!({"SrcAddr":"1","DstAddr":"2"}), RecordKind::VpcFlow),
        (json!({"pkt_srcaddr":"1","pkt_dstaddr":"2"}), RecordKind::VpcFlow),
        (json!({"interface-id":"eni","log-status":"NODATA"}), RecordKind::VpcFlow),
        (json!({"srcaddr":"10.0.0.7","srcport":"53","query_name":"x"}), RecordKind::Unmapped),
        (json!({"hello":"world"}), RecordKind::Unmapped),
        (json!({"event":"text"}), RecordKind::Unmapped),
        // The Activity Log, however little there is of it.
        (
            json!({"category":"Administrative","operationName":"Microsoft.Compute/virtualMachines/write"}),
            RecordKind::AzureActivity,
        ),
        (json!({"operationName":"MICROSOFT.NETWORK/APPLICATIONSECURITYGROUPS/DELETE"}), RecordKind::AzureActivity),
        (json!({"Type":"AzureActivity","OperationName":"Create role assignment"}), RecordKind::AzureActivity),
        (
            json!({"category":"Security","operationName":"Microsoft.Security/locations/alerts/activate/action","resourceId":"/s"}),
            RecordKind::AzureActivity,
        ),
        (
            json!({"category":"NetworkSecurityGroupRuleCounter","operationName":"Microsoft.Network/x/y"}),
            RecordKind::Unmapped,
        ),
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
        (
            json!({"RequestMethod":"GET","RequestUri":"https://graph.microsoft.com/v1.0/me","ResponseStatusCode":200}),
            RecordKind::GraphActivity,
        ),
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
        (
            json!({"incidentWebUrl":"u","displayName":"d","severity":"low","createdDateTime":"t"}),
            RecordKind::MicrosoftIncident,
        ),
        (json!({"category":"SentinelHealth","operationName":"x"}), RecordKind::MicrosoftIncident),
        // Flows.
        (json!({"category":"NetworkSecurityGroupFlowEvent","properties":{"flows":[]}}), RecordKind::AzureFlow),
        (json!({"flowRecords":{"flows":[]}}), RecordKind::AzureFlow),
        (json!({"FlowType":"x","L4Protocol":"T","FlowDirection":"O"}), RecordKind::AzureFlow),
        (json!({"Type":"AzureNetworkAnalytics_CL","SubType_s":"Topology","Name_s":"vm"}), RecordKind::Unmapped),
        // Resource logs.
        (json!({"category":"AppServiceHTTPLogs"}), RecordKind::AppService),
        (json!({"CsMethod":"GET","CsUriStem":"/","ScStatus":200}), RecordKind::AppService),
        (
            json!({"category":"AppServiceConsoleLogs","properties":{"CsMethod":"GET","CsUriStem":"/","ScStatus":200}}),
            RecordKind::Unmapped,
        ),
        (json!({"category":"StorageWrite"}), RecordKind::AzureStorage),
        (json!({"Type":"StorageBlobLogs"}), RecordKind::AzureStorage),
        (
            json!({"operationName":"PutBlob","properties":{"accountName":"a","objectKey":"/a/b"}}),
            RecordKind::AzureStorage,
        ),
        (
            json!({"category":"Administrative","operationName":"Microsoft.Storage/storageAccounts/write","resourceId":"/subscriptions/1/x/storageAccounts/a/blobServices/default","callerIpAddress":"::1"}),
            RecordKind::AzureActivity,
        ),
        (
            json!({"category":"AuditEvent","resourceId":"/S/1/PROVIDERS/MICROSOFT.KEYVAULT/VAULTS/K"}),
            RecordKind::KeyVault,
        ),
        (json!({"category":"AuditEvent","resourceId":"/S/1/PROVIDERS/MICROSOFT.AUTOMATION/A/B"}), RecordKind::Unmapped),
        (
            json!({"Type":"AzureDiagnostics","Category":"AuditEvent","ResourceProvider":"MICROSOFT.KEYVAULT"}),
            RecordKind::KeyVault,
        ),
        (
            json!({"category":"WorkflowRuntime","operationName":"Microsoft.Logic/workflows/workflowRunStarted","resourceId":"/s"}),
            RecordKind::LogicApps,
        ),
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

/// What lies in an envelope is handed out one by one, each once.
#[test]
fn envelopes_table() {
    use RecordKind::{CloudTrail, GuardDuty, Ocsf, SecurityHub, Unmapped, VpcFlow};
    let trail = json!({"eventSource":"s3.amazonaws.com","eventName":"GetObject","recipientAccountId":"1"});
    let finding = json!({"type":"x","severity":8,"service":{"detectorId":"d"}});
    let asff = json!({"ProductArn":"p","AwsAccountId":"1","Id":"i"});
    let ocsf = json!({"class_uid":2004,"metadata":{"version":"1.5.0"}});
    let flow = "2 111122223333 eni-0abc 10.0.0.7 203.0.113.7 443 51000 6 10 840 1 2 ACCEPT OK";
    let bus = |detail: &Value| json!({"version":"0","source":"aws.x","detail-type":"x","account":"1","detail":detail});
    let sns = |text: &Value| json!({"Type":"Notification","MessageId":"m","Message":text.to_string()});
    let queue = |texts: &[String]| {
        let messages: Vec<Value> =
            texts.iter().map(|text| json!({"MessageId":"m","ReceiptHandle":"r","Body":text})).collect();
        json!({"Messages": messages})
    };
    for (what, envelope, kinds) in [
        ("EventBridge, GuardDuty", bus(&finding), vec![GuardDuty]),
        ("EventBridge, ASFF batch", bus(&json!({"findings":[asff, asff]})), vec![SecurityHub, SecurityHub]),
        (
            "EventBridge, a batch with a stranger",
            bus(&json!({"findings":[asff, {"a":1}]})),
            vec![SecurityHub, Unmapped],
        ),
        ("EventBridge, Security Hub v2", bus(&json!({"findings":[ocsf]})), vec![Ocsf]),
        ("EventBridge, something else", bus(&json!({"state":"running"})), vec![Unmapped]),
        ("an envelope that is not AWS's", json!({"source":"com.x","detail":{"findings":[asff]}}), vec![Unmapped]),
        (
            "an envelope that is not AWS's, in a message",
            sns(&json!({"source":"com.x","detail":finding})),
            vec![Unmapped],
        ),
        ("SNS", sns(&trail), vec![CloudTrail]),
        ("SNS with EventBridge", sns(&bus(&finding)), vec![GuardDuty]),
        ("SNS with words", json!({"Type":"Notification","Message":"hello"}), vec![Unmapped]),
        ("SNS with a list of nothing", json!({"Type":"Notification","Message":"[]"}), vec![Unmapped]),
        ("SNS that asks to confirm", json!({"Type":"SubscriptionConfirmation","Message":"x"}), vec![Unmapped]),
        ("SNS for Lambda", json!({"EventSource":"aws:sns","Sns":{"Message":trail.to_string()}}), vec![CloudTrail]),
        ("SQS", queue(&[trail.to_string(), "no JSON".into()]), vec![CloudTrail, Unmapped]),
        ("SQS with SNS", queue(&[sns(&trail).to_string()]), vec![CloudTrail]),
        ("SQS with a batch", queue(&[json!({"Records":[trail, trail]}).to_string()]), vec![CloudTrail, CloudTrail]),
        (
            "SQS with notes from S3",
            queue(&[json!({"Records":[{"eventSource":"aws:s3","eventName":"ObjectCreated:Put"}]}).to_string()]),
            vec![Unmapped],
        ),
        (
            "SQS for Lambda",
            json!({"messageId":"m","eventSource":"aws:sqs","body":sns(&trail).to_string()}),
            vec![CloudTrail],
        ),
        (
            "CloudWatch",
            json!({"messageType":"DATA_MESSAGE","logEvents":[{"id":"1","timestamp":1,"message":trail.to_string()},
                {"id":"2","timestamp":1,"message":flow}, {"id":"3","timestamp":1,"message":"START"}, {"id":"4"}]}),
            vec![CloudTrail, VpcFlow, Unmapped, Unmapped],
        ),
        (
            "CloudWatch about itself",
            json!({"messageType":"CONTROL_MESSAGE","logEvents":[{"message":"x"}]}),
            vec![Unmapped],
        ),
        ("CloudWatch, single", json!({"timestamp":1,"ingestionTime":2,"message":trail.to_string()}), vec![CloudTrail]),
        ("a log line of others", json!({"timestamp":1,"message":"{\"a\":1}"}), vec![Unmapped]),
        (
            "lookup-events",
            json!({"Events":[{"EventId":"1","CloudTrailEvent":trail.to_string()}, {"EventId":"2"}]}),
            vec![CloudTrail, Unmapped],
        ),
        ("lookup-events, single", json!({"EventId":"1","CloudTrailEvent":trail.to_string()}), vec![CloudTrail]),
        (
            "CloudTrail Lake",
            json!({"QueryStatus":"FINISHED","QueryResultRows":[[{"eventSource":"s3.amazonaws.com"},{"eventName":"GetObject"}],
                [{"eventJson":trail.to_string()}], [{"n":"7"}], "x"]}),
            vec![CloudTrail, CloudTrail, Unmapped, Unmapped],
        ),
        ("GetFindings", json!({"Findings":[finding, finding, 7]}), vec![GuardDuty, GuardDuty, Unmapped]),
        ("findings of a stranger", json!({"findings":[{"a":1},{"b":2}]}), vec![Unmapped]),
    ] {
        let found: Vec<RecordKind> = found(&envelope).into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(found, kinds, "{what}");
    }
}

/// Envelopes in envelopes end; what is too deep is one unmapped record.
#[test]
fn envelopes_are_opened_to_a_depth() {
    let mut record = json!({"eventSource":"s3.amazonaws.com","eventName":"GetObject"});
    for _ in 0..12 {
        record = json!({"Type":"Notification","Message":record.to_string()});
    }
    assert_eq!(found(&record).into_iter().map(|(kind, _)| kind).collect::<Vec<_>>(), [RecordKind::Unmapped]);
}

#[test]
fn objects_of_cloudtrail_that_are_text_are_unfolded() {
    let record = json!({"eventSource":"s3.amazonaws.com","eventName":"PutBucketPolicy","userAgent":"{x}",
        "requestParameters":"{\"bucketName\":\"b\"}","responseElements":"{cut"});
    let value: Value = serde_json::from_str(&found(&record).remove(0).1).unwrap();
    assert_eq!(value["requestParameters"], json!({"bucketName":"b"}));
    assert_eq!((&value["userAgent"], &value["responseElements"]), (&json!("{x}"), &json!("{cut")));
    // A table's names are all lower-case.
    let record = json!({"eventsource":"s3.amazonaws.com","eventname":"GetObject","eventtime":"t",
        "useridentity":{"principalid":"p","sessioncontext":{"attributes":{"creationdate":"t"}}},
        "requestparameters":"{\"bucketName\":\"b\",\"eventname\":1}"});
    let (kind, text) = found(&record).remove(0);
    assert_eq!(kind, RecordKind::CloudTrail);
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap(),
        json!({"eventSource":"s3.amazonaws.com",
        "eventName":"GetObject","eventTime":"t",
        "userIdentity":{"principalId":"p","sessionContext":{"attributes":{"creationDate":"t"}}},
        "requestParameters":{"bucketName":"b","eventname":1}})
    );
}
