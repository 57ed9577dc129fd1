//! Logs of the data planes, of networks, and the findings that every estate has.

use super::Desk;
use crate::records::seven_digits;
use selvedge_model::RecordKind;
use serde_json::{Value, json};

/// How often in a million draws a watching service says something.
pub(super) const RARE: u32 = 1_500;

/// A Key Vault is asked.
pub(super) fn key_vault(desk: &mut Desk<'_>) {
    let fill = desk.fill();
    let (operation, person) = match desk.rng.between(0, 9_999) {
        0..=6_999 => ("SecretGet", false),
        7_000..=8_199 => ("KeyUnwrap", false),
        8_200..=8_699 => ("KeyDecrypt", false),
        8_700..=8_999 => ("SecretList", false),
        9_000..=9_499 => ("Authentication", false),
        9_500..=9_699 => ("CertificateGet", false),
        9_700..=9_769 => ("SecretSet", false),
        9_770..=9_849 => ("SecretList", true),
        9_850..=9_889 => ("SecretGet", true),
        9_890..=9_909 => ("SecretSet", true),
        9_910..=9_919 => ("CertificateCreate", false),
        9_920..=9_929 => ("SecretDelete", false),
        9_930..=9_933 => ("VaultPatch", true),
        9_934..=9_959 => ("VaultGet", true),
        9_960..=9_963 => ("SecretBackup", false),
        _ => ("KeyGet", false),
    };
    let refused = desk.rng.chance(8);
    let status = if operation == "Authentication" {
        401
    } else if refused {
        403
    } else {
        200
    };
    let who = desk.estate.person(desk.rng).clone();
    let app = desk.estate.app(desk.rng).clone();
    let claim = if person {
        json!({ "oid": who.id, "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn": who.upn, "appid": "c44b4083-3bb0-49c1-b47d-974e53cbdf3c" })
    } else {
        json!({ "oid": app.id, "appid": app.app_id, "xms_mirid": fill.text("/subscriptions/{sub}/resourcegroups/{rg}/providers/Microsoft.Web/sites/{name}") })
    };
    let record = json!({
        "time": seven_digits(desk.at, "Z"),
        "category": "AuditEvent",
        "operationName": operation,
        "resultType": "Success",
        "resultSignature": if status == 200 { "OK" } else { "Forbidden" },
        "correlationId": desk.rng.guid(),
        "callerIpAddress": if person { who.ip } else { format!("20.7.4.{}", desk.rng.between(2, 250)) },
        "identity": { "claim": claim },
        "properties": {
            "clientInfo": "azsdk-net-Security.KeyVault.Secrets/4.7.0",
            "httpStatusCode": status,
            "id": fill.text("https://kv-{name}.vault.azure.net/secrets/{service}"),
            "requestUri": fill.text("https://kv-{name}.vault.azure.net/secrets/{service}?api-version=7.5"),
            "tlsVersion": "TLS1_3",
            "trustedService": false,
        },
        "resourceId": fill.text("/SUBSCRIPTIONS/{sub}/RESOURCEGROUPS/{rg}/PROVIDERS/MICROSOFT.KEYVAULT/VAULTS/KV-{name}"),
        "operationVersion": "7.5",
        "resultDescription": "",
        "durationMs": "14",
    });
    desk.put(RecordKind::KeyVault, record);
}

/// Storage, flow logs, web requests, workflows, the Kubernetes API.
pub(super) fn other(desk: &mut Desk<'_>) {
    match desk.rng.between(0, 99) {
        0..=34 => storage(desk),
        35..=64 => vpc_flow(desk),
        65..=79 => azure_flow(desk),
        80..=90 => web_request(desk),
        91..=94 => workflow(desk),
        _ => cluster(desk),
    }
}

fn storage(desk: &mut Desk<'_>) {
    let fill = desk.fill();
    let (operation, category, status) = match desk.rng.between(0, 999) {
        0..=549 => ("GetBlob", "StorageRead", 200),
        550..=749 => ("PutBlob", "StorageWrite", 201),
        750..=849 => ("GetBlobProperties", "StorageRead", 200),
        850..=919 => ("ListBlobs", "StorageRead", 200),
        920..=939 => ("GetBlob", "StorageRead", 404),
        940..=969 => ("DeleteBlob", "StorageDelete", 202),
        970..=984 => ("GetBlobServiceProperties", "StorageRead", 200),
        985..=989 => ("CreateContainer", "StorageWrite", 201),
        990..=991 => ("DeleteContainer", "StorageDelete", 202),
        992..=994 => ("GetUserDelegationKey", "StorageRead", 200),
        _ => ("GetContainerProperties", "StorageRead", 403),
    };
    let kind = match desk.rng.between(0, 99) {
        0..=69 => "OAuth",
        70..=84 => "AccountKey",
        85..=96 => "SAS",
        97..=98 => "TrustedAccess",
        _ => "Anonymous",
    };
    let identity = if kind == "OAuth" {
        json!({ "type": "OAuth", "requester": { "objectId": fill.get("app_object"), "tenantId": fill.get("tenant"), "appId": fill.get("app_id") } })
    } else {
        json!({ "type": kind, "tokenHash": "key1(AB12)" })
    };
    // A signature in the hands of a partner is used from the internet.
    let from = if kind == "SAS" && desk.rng.chance(300) {
        "203.0.113.77:54321".to_owned()
    } else {
        format!("{}:40122", fill.get("private_ip"))
    };
    let record = json!({
        "time": seven_digits(desk.at, "Z"),
        "resourceId": fill.text("/subscriptions/{sub}/resourceGroups/{rg}/providers/Microsoft.Storage/storageAccounts/st{service}{n}/blobServices/default"),
        "category": category,
        "operationName": operation,
        "operationVersion": "2023-11-03",
        "schemaVersion": "1.0",
        "statusCode": status,
        "statusText": if status < 300 { "Success" } else { "BlobNotFound" },
        "durationMs": 9,
        "callerIpAddress": from,
        "correlationId": desk.rng.guid(),
        "identity": identity,
        "location": "westeurope",
        "properties": { "accountName": fill.text("st{service}{n}"), "userAgentHeader": "azsdk-python-storage-blob/12.23", "serviceType": "blob", "objectKey": fill.text("/st{service}{n}/data/{hex8}") },
        "uri": fill.text("https://st{service}{n}.blob.core.windows.net:443/data/{hex8}"),
        "protocol": "HTTPS",
        "resourceType": "Microsoft.Storage/storageAccounts/blobServices",
    });
    desk.put(RecordKind::AzureStorage, record);
}

/// A line of a VPC flow log by its columns.
fn vpc_flow(desk: &mut Desk<'_>) {
    let fill = desk.fill();
    let inside = fill.get("private_ip").to_owned();
    let outside = format!("198.51.100.{}", desk.rng.between(30, 250));
    let high = desk.rng.between(32_768, 60_999);
    let web = *desk.one(&[443, 443, 443, 80]);
    let (from, to, from_port, to_port, action) = match desk.rng.between(0, 99) {
        0..=39 => (
            inside,
            format!("10.2.3.{}", desk.rng.between(4, 200)),
            high,
            *desk.one(&[5432, 443, 6379, 8080, 9092, 53]),
            "ACCEPT",
        ),
        40..=69 => (inside, outside, high, web, "ACCEPT"),
        70..=84 => (outside, inside, web, high, "ACCEPT"),
        85..=92 => (outside, inside, high, *desk.one(&[22, 23, 3389, 445, 8080, 5432]), "REJECT"),
        93..=97 => (outside, inside, high, 443, "ACCEPT"),
        98 => (inside, "10.2.3.9".into(), high, *desk.one(&[22, 3389, 445]), "ACCEPT"),
        _ => (inside, outside, high, *desk.one(&[123, 25, 587, 22]), "ACCEPT"),
    };
    let second = desk.at.as_second();
    let record = json!({
        "version": 2, "account-id": fill.get("account"), "interface-id": fill.text("eni-0{hex8}"), "srcaddr": from, "dstaddr": to,
        "srcport": from_port, "dstport": to_port, "protocol": 6, "packets": desk.rng.between(1, 400),
        "bytes": desk.rng.between(60, 900_000), "start": second, "end": second + 60, "action": action, "log-status": "OK",
    });
    desk.put(RecordKind::VpcFlow, record);
}

fn azure_flow(desk: &mut Desk<'_>) {
    let fill = desk.fill();
    let tuple =
        format!("{},{},10.1.0.4,40211,443,6,I,E,NX,4,812,6,5210", desk.at.as_millisecond(), fill.get("private_ip"));
    let record = json!({
        "time": seven_digits(desk.at, "Z"),
        "flowLogVersion": 4,
        "flowLogGUID": desk.rng.guid(),
        "macAddress": "00224871C205",
        "category": "FlowLogFlowEvent",
        "flowLogResourceID": fill.text("/SUBSCRIPTIONS/{sub}/RESOURCEGROUPS/NETWORKWATCHERRG/PROVIDERS/MICROSOFT.NETWORK/NETWORKWATCHERS/NW/FLOWLOGS/V"),
        "targetResourceID": fill.text("/subscriptions/{sub}/resourceGroups/{rg}/providers/Microsoft.Network/virtualNetworks/vnet-{name}"),
        "operationName": "FlowLogFlowEvent",
        "flowRecords": { "flows": [{ "aclID": fill.get("guid"), "flowGroups": [{ "rule": "DefaultRule_AllowVnetInBound", "flowTuples": [tuple] }] }] },
    });
    desk.put(RecordKind::AzureFlow, record);
}

fn web_request(desk: &mut Desk<'_>) {
    let fill = desk.fill();
    let (path, query, status) = *desk.one(&[
        ("/", "", 200),
        ("/api/orders", "page=2", 200),
        ("/api/orders/17", "", 200),
        ("/health", "", 200),
        ("/login", "returnUrl=%2F", 302),
        ("/static/app.js", "v=17", 304),
        ("/favicon.ico", "", 404),
        ("/.env", "", 404),
        ("/wp-login.php", "", 404),
        ("/search", "q=select+shoes", 200),
        ("/api/upload", "", 201),
        ("/actuator/health", "", 404),
        ("/.git/config", "", 404),
        ("/admin/host/status", "", 200),
    ]);
    let record = json!({
        "time": seven_digits(desk.at, "Z"),
        "resourceId": fill.text("/SUBSCRIPTIONS/{sub}/RESOURCEGROUPS/{rg}/PROVIDERS/MICROSOFT.WEB/SITES/{name}"),
        "category": "AppServiceHTTPLogs",
        "properties": json!({
            "CsHost": fill.text("{name}.azurewebsites.net"), "CsMethod": "GET", "CsUriStem": path, "CsUriQuery": query, "CIp": "203.0.113.44",
            "SPort": "443", "ScStatus": status, "ScSubStatus": "0", "ScWin32Status": "0", "TimeTaken": 31, "UserAgent": "Mozilla/5.0", "CsUsername": "",
            "ScBytes": 1822, "CsBytes": 922, "Result": "Success",
        }),
    });
    desk.put(RecordKind::AppService, record);
}

fn workflow(desk: &mut Desk<'_>) {
    let fill = desk.fill();
    let (operation, level) = *desk.one(&[
        ("Microsoft.Logic/workflows/workflowRunStarted", "Information"),
        ("Microsoft.Logic/workflows/workflowRunCompleted", "Information"),
        ("Microsoft.Logic/workflows/workflowTriggerCompleted", "Information"),
        ("Microsoft.Logic/workflows/workflowActionCompleted", "Information"),
    ]);
    let record = json!({
        "time": seven_digits(desk.at, "Z"),
        "workflowId": fill.text("/SUBSCRIPTIONS/{sub}/RESOURCEGROUPS/{rg}/PROVIDERS/MICROSOFT.LOGIC/WORKFLOWS/{name}"),
        "resourceId": fill.text("/SUBSCRIPTIONS/{sub}/RESOURCEGROUPS/{rg}/PROVIDERS/MICROSOFT.LOGIC/WORKFLOWS/{name}"),
        "category": "WorkflowRuntime",
        "level": level,
        "operationName": operation,
        "properties": { "$schema": "2016-06-01", "status": "Succeeded", "code": "OK", "resource": { "workflowName": fill.get("name"), "triggerName": "Recurrence", "runId": fill.get("hex32") } },
    });
    desk.put(RecordKind::LogicApps, record);
}

fn cluster(desk: &mut Desk<'_>) {
    let fill = desk.fill();
    let (verb, resource, user, code) = *desk.one(&[
        ("get", "leases", "system:node:aks-system-1", 200),
        ("update", "leases", "system:kube-controller-manager", 200),
        ("list", "pods", "system:serviceaccount:monitoring:prometheus", 200),
        ("watch", "configmaps", "system:serviceaccount:kube-system:coredns", 200),
        ("create", "pods", "system:serviceaccount:kube-system:replicaset-controller", 201),
        ("patch", "deployments", "system:serviceaccount:argocd:argocd-application-controller", 200),
        ("get", "secrets", "system:serviceaccount:external-secrets:external-secrets", 200),
        ("get", "pods", "anna.adler@contoso.example", 200),
        ("create", "subjectaccessreviews", "system:serviceaccount:gatekeeper-system:gatekeeper-admin", 201),
        ("delete", "pods", "system:serviceaccount:kube-system:replicaset-controller", 200),
    ]);
    let log = json!({
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "level": "Metadata", "auditID": desk.rng.guid(), "stage": "ResponseComplete",
        "requestURI": format!("/api/v1/namespaces/{}/{resource}", fill.get("service")), "verb": verb, "user": { "username": user, "groups": ["system:authenticated"] },
        "sourceIPs": [fill.get("private_ip")], "userAgent": "k8s", "objectRef": { "resource": resource, "namespace": fill.get("service"), "name": fill.get("name"), "apiVersion": "v1" },
        "responseStatus": { "metadata": {}, "code": code }, "requestReceivedTimestamp": seven_digits(desk.at, "Z"), "stageTimestamp": seven_digits(desk.at, "Z"),
    });
    let record = json!({
        "time": seven_digits(desk.at, "Z"),
        "category": "kube-audit",
        "operationName": "Microsoft.ContainerService/managedClusters/diagnosticLogs/Read",
        "resourceId": fill.text("/SUBSCRIPTIONS/{sub}/RESOURCEGROUPS/{rg}/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/AKS-{stage}"),
        "properties": { "log": log.to_string(), "stream": "stdout", "pod": "kube-apiserver-5c", "containerID": fill.get("hex32") },
    });
    desk.put(RecordKind::AksAudit, record);
}

/// A finding of the kind that every estate has.
pub(super) fn alert(desk: &mut Desk<'_>) {
    let fill = desk.fill();
    match desk.rng.between(0, 9) {
        0..=3 => {
            let (kind, severity) = *desk.one(&[
                ("Recon:EC2/PortProbeUnprotectedPort", 2.0),
                ("UnauthorizedAccess:EC2/SSHBruteForce", 2.0),
                ("Policy:S3/BucketBlockPublicAccessDisabled", 2.0),
                ("Behavior:EC2/NetworkPortUnusual", 5.0),
                ("Policy:IAMUser/RootCredentialUsage", 2.0),
                ("Discovery:IAMUser/AnomalousBehavior", 2.0),
                ("UnauthorizedAccess:IAMUser/ConsoleLoginSuccess.B", 5.0),
            ]);
            let record = json!({
                "schemaVersion": "2.0", "accountId": fill.get("account"), "region": fill.get("region"), "partition": "aws", "id": fill.get("hex32"),
                "arn": fill.text("arn:aws:guardduty:{region}:{account}:detector/{hex32}/finding/{hex32}"), "type": kind, "severity": severity,
                "resource": { "resourceType": "Instance", "instanceDetails": { "instanceId": fill.text("i-0{hex17}") } },
                "service": { "serviceName": "guardduty", "action": { "actionType": "PORT_PROBE" }, "count": 3, "archived": false, "additionalInfo": {} },
                "createdAt": seven_digits(desk.at, "Z"), "updatedAt": seven_digits(desk.at, "Z"), "title": "Something was seen", "description": "Something was seen.",
            });
            desk.put(RecordKind::GuardDuty, record);
        }
        4..=6 => {
            let (title, label) = *desk.one(&[
                ("S3.5 S3 buckets should require SSL", "MEDIUM"),
                ("EC2.8 instances should use IMDSv2", "HIGH"),
                ("IAM.6 Hardware MFA for the root user", "CRITICAL"),
                ("CVE-2026-1 in libx", "HIGH"),
            ]);
            let record = json!({
                "SchemaVersion": "2018-10-08", "Id": fill.get("guid"), "ProductArn": fill.text("arn:aws:securityhub:{region}::product/aws/securityhub"), "ProductName": "Security Hub",
                "GeneratorId": "security-control/S3.5", "AwsAccountId": fill.get("account"), "Types": ["Software and Configuration Checks/Industry and Regulatory Standards"],
                "CreatedAt": seven_digits(desk.at, "Z"), "UpdatedAt": seven_digits(desk.at, "Z"), "Severity": { "Label": label }, "Title": title, "Description": title,
                "Compliance": { "Status": "FAILED" }, "Workflow": { "Status": "NEW" }, "RecordState": "ACTIVE", "Resources": [{ "Type": "AwsS3Bucket", "Id": fill.text("arn:aws:s3:::contoso-{name}") }],
            });
            desk.put(RecordKind::SecurityHub, record);
        }
        7..=8 => {
            let (name, severity) = *desk.one(&[
                ("Storage_AnonymousAccessAnomaly", "Low"),
                ("VM_LoginBruteForceValidUserFailed", "Medium"),
                ("AppServices_ScanSinglePage", "Informational"),
            ]);
            let record = json!({
                "id": fill.text("/subscriptions/{sub}/resourceGroups/{rg}/providers/Microsoft.Security/locations/westeurope/alerts/{guid}"), "name": fill.get("guid"), "type": "Microsoft.Security/Locations/alerts",
                "properties": { "alertType": name, "severity": severity, "status": "Active", "intent": "PreAttack", "alertDisplayName": name, "systemAlertId": fill.get("guid"), "startTimeUtc": seven_digits(desk.at, "Z"),
                    "timeGeneratedUtc": seven_digits(desk.at, "Z"), "productName": "Microsoft Defender for Cloud", "resourceIdentifiers": [], "entities": [] },
            });
            desk.put(RecordKind::DefenderAlert, record);
        }
        _ => desk.put(RecordKind::EntraRisk, risk(&fill, &seven_digits(desk.at, "Z"))),
    }
}

fn risk(fill: &super::fill::Fill, at: &str) -> Value {
    json!({
        "time": at, "category": "UserRiskEvents", "operationName": "User Risk Detection", "tenantId": fill.get("tenant"),
        "properties": {
            "id": fill.get("hex32"), "requestId": fill.get("guid"), "correlationId": fill.get("guid2"), "riskEventType": "unfamiliarFeatures", "riskState": "remediated",
            "riskLevel": "low", "riskDetail": "userPassedMFADrivenByRiskBasedPolicy", "source": "IdentityProtection", "detectionTimingType": "realtime", "activity": "signin",
            "ipAddress": "192.0.2.8", "userId": fill.get("user_id"), "userPrincipalName": fill.get("upn"), "detectedDateTime": at, "lastUpdatedDateTime": at,
        },
    })
}
