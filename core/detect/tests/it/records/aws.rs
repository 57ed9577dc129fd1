//! Findings, flow logs and OCSF events of AWS, and CloudTrail's rarer shapes.

use super::{SECRET, aws, session, with};
use serde_json::{Value, json};

pub(super) fn all() -> Vec<(&'static str, Value)> {
    [trails(), guardduty(), security_hub(), flows(), ocsf()].concat()
}

fn trails() -> Vec<(&'static str, Value)> {
    let insight = |state: &str| {
        json!({
            "eventVersion": "1.08", "eventTime": "2026-05-18T17:00:00Z", "awsRegion": "eu-west-1",
            "eventID": format!("00000000-0000-4000-8000-1000000000{:02x}", state.len()), "eventType": "AwsCloudTrailInsight",
            "recipientAccountId": "111122223333", "sharedEventID": "00000000-0000-4000-8000-200000000001",
            "insightDetails": {"state": state, "eventSource": "iam.amazonaws.com", "eventName": "CreateAccessKey",
                "insightType": "ApiCallRateInsight", "insightContext": {
                    "statistics": {"baseline": {"average": 0.01}, "insight": {"average": 12.0}, "insightDuration": 3},
                    "attributions": [{"attribute": "userIdentityArn", "insight": [
                        {"value": "arn:aws:sts::111122223333:assumed-role/Analyst/alice@contoso.example", "average": 12.0}],
                        "baseline": []}]}},
            "eventCategory": "Insight"})
    };
    vec![
        ("insight begins", insight("Start")),
        ("insight ends", insight("End")),
        (
            "network activity refused",
            aws(
                "kms",
                "Decrypt",
                json!({"eventType": "AwsVpceEvent", "eventCategory": "NetworkActivity", "managementEvent": false,
                    "userIdentity": {"type": "AWSAccount", "principalId": "AROAEXAMPLE9:x", "accountId": "444455556666"},
                    "errorCode": "VpceAccessDenied", "errorMessage": "The request was denied due to a VPC endpoint policy",
                    "vpcEndpointId": "vpce-0123456789abcdef0", "vpcEndpointAccountId": "111122223333"}),
            ),
        ),
        (
            "requestParameters as text",
            aws(
                "s3",
                "PutBucketPolicy",
                json!({"userIdentity": session().to_string(), "requestParameters": json!({"bucketName": "records",
                    "bucketPolicy": {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject"}]}}).to_string()}),
            ),
        ),
        (
            "PutRolePolicy",
            aws(
                "iam",
                "PutRolePolicy",
                json!({"userIdentity": session(), "requestParameters": {"roleName": "Web", "policyName": "All",
                    "policyDocument": "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\"Resource\":\"*\"}]}"}}),
            ),
        ),
    ]
}

/// A finding in the form of events.
pub(crate) fn finding(kind: &str, more: Value) -> Value {
    let base = json!({
        "schemaVersion": "2.0", "accountId": "111122223333", "region": "eu-west-1", "partition": "aws",
        "id": "f0f0f0f0f0f0f0f0f0f0f0f0f0f00001",
        "arn": "arn:aws:guardduty:eu-west-1:111122223333:detector/d0/finding/f0f0f0f0f0f0f0f0f0f0f0f0f0f00001",
        "type": kind, "severity": 8, "createdAt": "2026-05-18T17:30:00.123Z", "updatedAt": "2026-05-18T18:30:00.123Z",
        "title": "Credentials were used from an unusual address.", "description": "An API was called.",
        "resource": {"resourceType": "AccessKey", "accessKeyDetails": {"accessKeyId": "ASIAEXAMPLE1",
            "principalId": "AROAEXAMPLE1:alice@contoso.example", "userType": "AssumedRole", "userName": "Analyst"}},
        "service": {"serviceName": "guardduty", "detectorId": "d0", "count": 3, "archived": false, "resourceRole": "TARGET",
            "eventFirstSeen": "2026-05-18T17:21:16Z", "eventLastSeen": "2026-05-18T18:20:00Z", "additionalInfo": {},
            "action": {"actionType": "AWS_API_CALL", "awsApiCallAction": {"api": "GetObject",
                "serviceName": "s3.amazonaws.com", "callerType": "Remote IP", "errorCode": "AccessDenied",
                "remoteIpDetails": {"ipAddressV4": "203.0.113.7", "country": {"countryName": "Sweden"},
                    "city": {"cityName": "Lund"}, "organization": {"asn": "64500", "asnOrg": "Example"}},
                "affectedResources": {"AWS::S3::Bucket": "records"}}}}});
    with(base, more)
}

fn service(action: Value) -> Value {
    json!({"serviceName": "guardduty", "detectorId": "d0", "count": 1, "eventFirstSeen": "2026-05-18T17:21:16Z",
        "eventLastSeen": "2026-05-18T17:21:16Z", "action": action})
}

fn instance() -> Value {
    json!({"resourceType": "Instance", "instanceDetails": {"instanceId": "i-0abc", "imageId": "ami-0abc",
        "networkInterfaces": [{"networkInterfaceId": "eni-0abc", "vpcId": "vpc-0abc", "privateIpAddress": "10.0.0.7"}]}})
}

fn guardduty() -> Vec<(&'static str, Value)> {
    let remote = json!({"ipAddressV4": "198.51.100.9"});
    let local = json!({"ipAddressV4": "10.0.0.7"});
    let port = |port: u16| json!({"port": port, "portName": "x"});
    vec![
        ("GuardDuty API call", finding("UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom", json!({}))),
        (
            "GuardDuty connection",
            finding(
                "CryptoCurrency:EC2/BitcoinTool.B",
                json!({"resource": instance(), "severity": 9.1, "service": service(json!({"actionType": "NETWORK_CONNECTION",
                "networkConnectionAction": {"connectionDirection": "OUTBOUND", "protocol": "TCP", "blocked": false,
                    "localIpDetails": local, "localPortDetails": port(51000), "remoteIpDetails": remote,
                    "remotePortDetails": port(8333)}}))}),
            ),
        ),
        (
            "GuardDuty port probe",
            finding(
                "Recon:EC2/PortProbeUnprotectedPort",
                json!({"resource": instance(), "severity": 2, "service": service(json!({"actionType": "PORT_PROBE",
                "portProbeAction": {"blocked": false, "portProbeDetails": [
                    {"localPortDetails": port(22), "localIpDetails": local, "remoteIpDetails": remote}]}}))}),
            ),
        ),
        (
            "GuardDuty DNS request",
            finding(
                "Trojan:EC2/DNSDataExfiltration",
                json!({"resource": instance(), "service": service(json!({"actionType": "DNS_REQUEST",
                "dnsRequestAction": {"domain": "x.example", "protocol": "UDP", "blocked": false}}))}),
            ),
        ),
        (
            "GuardDuty Kubernetes call",
            finding(
                "PrivilegeEscalation:Kubernetes/PrivilegedContainer",
                json!({"resource": {"resourceType": "EKSCluster",
                    "eksClusterDetails": {"name": "prod", "arn": "arn:aws:eks:eu-west-1:111122223333:cluster/prod"},
                    "kubernetesDetails": {"kubernetesUserDetails": {"username": "system:anonymous", "uid": "u0"}}},
                "service": service(json!({"actionType": "KUBERNETES_API_CALL", "kubernetesApiCallAction": {
                    "requestUri": "/api/v1/pods", "verb": "create", "statusCode": 201, "sourceIPs": ["198.51.100.9"],
                    "remoteIpDetails": remote}}))}),
            ),
        ),
        (
            "GuardDuty database sign-in",
            finding(
                "CredentialAccess:RDS/AnomalousBehavior.SuccessfulBruteForce",
                json!({"resource": {"resourceType": "RDSDBInstance",
                    "rdsDbInstanceDetails": {"dbInstanceIdentifier": "orders",
                        "dbInstanceArn": "arn:aws:rds:eu-west-1:111122223333:db:orders"},
                    "rdsDbUserDetails": {"user": "admin", "database": "orders"}},
                "service": service(json!({"actionType": "RDS_LOGIN_ATTEMPT", "rdsLoginAttemptAction": {
                    "remoteIpDetails": remote, "loginAttributes": [{"user": "admin", "failedLoginAttempts": 90}]}}))}),
            ),
        ),
        (
            "GuardDuty attack sequence",
            finding(
                "AttackSequence:S3/CompromisedData",
                json!({"severity": 9.5, "resource": {"resourceType": "AttackSequence"}, "service": {
                    "serviceName": "guardduty", "detectorId": "d0", "eventFirstSeen": "2026-05-18T17:21:16Z",
                    "eventLastSeen": "2026-05-18T17:51:16Z", "detection": {"sequence": {"uid": "s0",
                        "actors": [{"id": "a0", "user": {"name": "Analyst", "uid": "AROAEXAMPLE1:alice@contoso.example",
                            "type": "AssumedRole", "credentialUid": "ASIAEXAMPLE1", "account": {"uid": "111122223333"}}}],
                        "endpoints": [{"id": "e0", "ip": "203.0.113.7"}],
                        "resources": [{"uid": "arn:aws:s3:::records", "name": "records", "resourceType": "S3_BUCKET"}],
                        "sequenceIndicators": [{"key": "ATTACK_TECHNIQUE", "values": ["T1530", "T1078.004"]},
                            {"key": "ATTACK_TACTIC", "values": ["Exfiltration", "Collection"]}],
                        "signals": []}}}}),
            ),
        ),
        ("GuardDuty from the API", pascal(&finding("Discovery:S3/AnomalousBehavior", json!({})))),
        (
            "GuardDuty sample",
            finding("Stealth:IAMUser/CloudTrailLoggingDisabled", json!({"title": "[SAMPLE] x", "severity": "5"})),
        ),
    ]
}

/// The same with names as the API writes them.
pub(crate) fn pascal(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, inner)| {
                let mut chars = key.chars();
                let first = chars.next().map(|c| c.to_ascii_uppercase()).into_iter();
                (first.chain(chars).collect::<String>(), pascal(inner))
            })
            .collect(),
        Value::Array(list) => list.iter().map(pascal).collect(),
        other => other.clone(),
    }
}

/// A finding in ASFF.
pub(crate) fn asff(product: &str, kind: &str, more: Value) -> Value {
    let base = json!({
        "SchemaVersion": "2018-10-08", "Id": format!("arn:aws:{product}:eu-west-1:111122223333:x/finding/f0"),
        "ProductArn": format!("arn:aws:securityhub:eu-west-1::product/aws/{product}"), "ProductName": product,
        "CompanyName": "AWS", "Region": "eu-west-1", "GeneratorId": "g0", "AwsAccountId": "111122223333", "Types": [kind],
        "CreatedAt": "2026-05-18T17:30:00.123Z", "UpdatedAt": "2026-05-18T18:30:00.123Z",
        "FirstObservedAt": "2026-05-18T17:21:16.000Z", "LastObservedAt": "2026-05-18T18:20:00.000Z",
        "Severity": {"Label": "HIGH", "Normalized": 70, "Product": 8}, "Title": "Something was found", "Description": "At length.",
        "Resources": [{"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::records", "Partition": "aws", "Region": "eu-west-1"}],
        "WorkflowState": "NEW", "Workflow": {"Status": "NEW"}, "RecordState": "ACTIVE"});
    with(base, more)
}

fn security_hub() -> Vec<(&'static str, Value)> {
    let key = json!({"Type": "AwsIamAccessKey", "Id": "AWS::IAM::AccessKey:ASIAEXAMPLE1", "Partition": "aws",
        "Details": {"AwsIamAccessKey": {"PrincipalId": "AROAEXAMPLE1:alice@contoso.example", "PrincipalType": "AssumedRole",
            "PrincipalName": "Analyst"}}});
    vec![
        (
            "ASFF of GuardDuty",
            asff(
                "guardduty",
                "TTPs/Initial Access/UnauthorizedAccess:IAMUser-MaliciousIPCaller.Custom",
                json!({"Resources": [key], "ProductFields": {
                    "aws/guardduty/service/action/awsApiCallAction/remoteIpDetails/ipAddressV4": "203.0.113.7"}}),
            ),
        ),
        (
            "ASFF of a control",
            asff(
                "securityhub",
                "Software and Configuration Checks/Industry and Regulatory Standards/AWS-Foundational-Security-Best-Practices",
                json!({"Compliance": {"Status": "FAILED", "SecurityControlId": "EC2.19", "RelatedRequirements": ["PCI 1.2"],
                        "AssociatedStandards": [{"StandardsId": "standards/aws-foundational-security-best-practices/v/1.0.0"}]},
                    "Remediation": {"Recommendation": {"Text": "Close it.", "Url": "https://example.com/fix"}},
                    "Workflow": {"Status": "NOTIFIED"}}),
            ),
        ),
        (
            "ASFF of Inspector",
            asff(
                "inspector",
                "Software and Configuration Checks/Vulnerabilities/CVE",
                json!({"Vulnerabilities": [
                    {"Id": "CVE-2026-0001", "Vendor": {"Name": "NVD", "VendorSeverity": "HIGH"}, "FixAvailable": "YES",
                        "ReferenceUrls": ["https://example.com/cve"]},
                    {"Id": "ALAS-2026-1"}, {}]}),
            ),
        ),
        (
            "ASFF of Macie",
            asff(
                "macie",
                "Sensitive Data Identifications/PII/SensitiveData:S3Object-Personal",
                json!({"Severity": {"Normalized": 45}}),
            ),
        ),
        (
            "ASFF of Access Analyzer",
            asff(
                "access-analyzer",
                "Software and Configuration Checks/AWS Security Best Practices/External Access Granted",
                json!({"Resources": [{"Type": "AwsS3Bucket", "Id": "arn:aws:s3:::records", "Details": {"Other": {
                    "External Principal Type": "AWS", "External Principal": "444455556666", "Condition": "none",
                    "Action Granted": "s3:GetObject,s3:GetObjectVersion"}}}]}),
            ),
        ),
        (
            "ASFF suppressed",
            asff(
                "custom",
                "Unusual Behaviors/User",
                json!({"Workflow": {"Status": "SUPPRESSED"}, "RecordState": "ARCHIVED",
                "UpdatedAt": "2026-05-18 18:30:00.000000000", "ProductFields": {"password": SECRET}}),
            ),
        ),
    ]
}

fn flows() -> Vec<(&'static str, Value)> {
    vec![
        (
            "flow of version 2",
            json!({"version": "2", "account-id": "111122223333", "interface-id": "eni-0abc", "srcaddr": "10.0.0.7",
                "dstaddr": "203.0.113.7", "srcport": "443", "dstport": "51000", "protocol": "6", "packets": "10", "bytes": "840",
                "start": "1779124876", "end": "1779124936", "action": "ACCEPT", "log-status": "OK"}),
        ),
        (
            "flow of version 8",
            json!({"log-status": "OK", "action": "REJECT", "pkt-srcaddr": "198.51.100.9", "srcaddr": "10.0.0.1",
                "dstaddr": "10.0.0.7", "pkt-dstaddr": "10.0.0.7", "dstport": 22, "srcport": 51000, "protocol": 6, "type": "IPv4",
                "flow-direction": "ingress", "traffic-path": "-", "tcp-flags": 2, "vpc-id": "vpc-0abc", "subnet-id": "subnet-0abc",
                "instance-id": "i-0abc", "interface-id": "eni-0abc", "region": "eu-west-1", "az-id": "euw1-az1",
                "account-id": "111122223333", "start": 1779124876, "end": 1779124936, "bytes": 40, "packets": 1, "version": 8,
                "reject-reason": "BPA", "ecs-cluster-name": "web", "sublocation-type": "-"}),
        ),
        (
            "flow without data",
            json!({"version": 5, "account_id": "unknown", "interface_id": "eni-0abc", "srcaddr": "-", "dstaddr": "-",
                "srcport": null, "start": 1779124876, "end": 1779124936, "action": "-", "log_status": "NODATA"}),
        ),
        (
            "flow in camel case",
            json!({"srcAddr": "2001:db8::1", "dstAddr": "fd00::7", "dstPort": 443, "protocol": 58,
                "start": "2026-05-18T17:21:16Z", "accountId": "111122223333", "action": "ACCEPT", "trafficPath": "8"}),
        ),
    ]
}

fn ocsf() -> Vec<(&'static str, Value)> {
    let metadata = |version: &str, product: &str, uid: &str| {
        json!({"version": version, "uid": uid, "profiles": ["cloud"],
            "product": {"name": product, "vendor_name": "AWS", "version": "1.08", "feature": {"name": "Management"}}})
    };
    let cloud = json!({"provider": "AWS", "region": "eu-west-1", "account": {"uid": "111122223333"}});
    let who = json!({"type": "AssumedRole", "name": "Analyst", "uid": "arn:aws:sts::111122223333:assumed-role/Analyst/alice@contoso.example",
        "uid_alt": "AROAEXAMPLE1:alice@contoso.example", "credential_uid": "ASIAEXAMPLE1", "account": {"uid": "111122223333"}});
    vec![
        (
            "OCSF API Activity of rc.2",
            json!({"metadata": metadata("1.0.0-rc.2", "CloudTrail", "e0"), "time": 1779124876000_i64, "class_uid": 3005,
                "class_name": "API Activity", "category_uid": 3, "activity_id": 2, "activity_name": "Read", "type_uid": 300502,
                "severity_id": 1, "status_id": 1, "cloud": {"provider": "AWS", "region": "eu-west-1"},
                "api": {"operation": "ListBuckets", "service": {"name": "s3.amazonaws.com"}, "request": {"uid": "r0"}, "response": {}},
                "actor": {"user": {"type": "AssumedRole", "uid": "AROAEXAMPLE1:alice@contoso.example",
                        "uuid": "arn:aws:sts::111122223333:assumed-role/Analyst/alice@contoso.example",
                        "account_uid": "111122223333", "credential_uid": "ASIAEXAMPLE1"},
                    "session": {"created_time": 1779124800000_i64, "mfa": false, "issuer": "arn:aws:iam::111122223333:role/Analyst"},
                    "idp": {}},
                "src_endpoint": {"ip": "203.0.113.7"}, "http_request": {"user_agent": "aws-cli/2.15.0"},
                "unmapped": [["recipientAccountId", "111122223333"], ["readOnly", "true"],
                    ["responseElements.credentials.sessionToken", SECRET]]}),
        ),
        (
            "OCSF Authentication of 1.1",
            json!({"metadata": metadata("1.1.0", "CloudTrail", "e1"), "time": 1779124876000_i64, "class_uid": 3002,
                "category_uid": 3, "activity_id": 1, "type_uid": 300201, "severity_id": 1, "status_id": 1, "cloud": cloud,
                "api": {"operation": "AssumeRoleWithSAML", "service": {"name": "sts.amazonaws.com"}, "request": {"uid": "r1",
                        "data": "{\"roleArn\":\"arn:aws:iam::111122223333:role/Analyst\",\"roleSessionName\":\"alice@contoso.example\",\"sAMLAssertionID\":\"_49F7D321-4642-41B6-A5B7-B74341544F00\",\"durationSeconds\":3600}"},
                    "response": {"data": format!("{{\"assumedRoleUser\":{{\"assumedRoleId\":\"AROAEXAMPLE1:alice@contoso.example\"}},\"credentials\":{{\"accessKeyId\":\"ASIAEXAMPLE1\",\"sessionToken\":\"{SECRET}\"}},\"subject\":\"alice@contoso.example\"}}")}},
                "actor": {"user": {"type": "SAMLUser", "name": "alice@contoso.example", "uid_alt": "x1JpHcXAMPLE=:alice@contoso.example"},
                    "idp": {"name": "x1JpHcXAMPLE="}},
                "user": {"uid": "arn:aws:iam::111122223333:role/Analyst", "name": "alice@contoso.example"},
                "src_endpoint": {"ip": "203.0.113.7"}}),
        ),
        (
            "OCSF Network Activity of 1.3",
            json!({"metadata": metadata("1.3.0", "Amazon VPC", ""), "time": 1779124876000_i64, "class_uid": 4001, "category_uid": 4,
                "activity_id": 6, "type_uid": 400106, "severity_id": 1, "cloud": cloud, "action_id": 1, "disposition_id": 1,
                "src_endpoint": {"ip": "10.0.0.7", "port": 443, "interface_uid": "eni-0abc", "svc_name": "-"},
                "dst_endpoint": {"ip": "203.0.113.7", "port": 51000},
                "connection_info": {"direction_id": 2, "direction": "Egress", "protocol_num": 6, "protocol_ver": "IPv4"},
                "traffic": {"bytes": 840, "packets": 10}, "start_time": 1779124876000_i64}),
        ),
        (
            "OCSF DNS Activity",
            json!({"metadata": metadata("1.1.0", "Route 53", "e3"), "time": 1779124876000_i64, "class_uid": 4003, "category_uid": 4,
                "activity_id": 2, "severity_id": 1, "cloud": cloud, "src_endpoint": {"ip": "10.0.0.7"}, "rcode_id": 3, "rcode": "NXDomain",
                "query": {"hostname": "x.example.", "type": "A", "class": "IN"}, "answers": [{"rdata": "192.0.2.1", "type": "A"}]}),
        ),
        (
            "OCSF finding of Security Hub v2",
            json!({"metadata": metadata("1.5.0", "GuardDuty", "m0"), "time": 1779124876000_i64, "class_uid": 2004, "category_uid": 2,
                "activity_id": 1, "severity_id": 4, "status_id": 1, "status": "New", "cloud": cloud, "is_alert": true,
                "finding_info": {"uid": "f0", "title": "Unusual", "types": ["UnauthorizedAccess:IAMUser/MaliciousIPCaller.Custom"],
                    "created_time": 1779124876000_i64, "modified_time": 1779128476000_i64,
                    "attacks": [{"technique": {"uid": "T1078.004", "name": "Cloud Accounts"}, "tactic": {"uid": "TA0001", "name": "Initial Access"}}]},
                "evidences": [{"actor": {"user": who}, "src_endpoint": {"ip": "203.0.113.7"},
                    "api": {"operation": "GetObject", "service": {"name": "s3"}}}],
                "resources": [{"uid": "arn:aws:s3:::records", "type": "AWS::S3::Bucket", "region": "eu-west-1"}]}),
        ),
        (
            "OCSF Security Finding",
            json!({"metadata": metadata("1.0.0-rc.2", "Security Hub", ""), "time": 1779124876000_i64, "class_uid": 2001,
                "category_uid": 2, "activity_id": 2, "severity_id": 3, "state_id": 3, "state": "Suppressed", "cloud": {"provider": "AWS"},
                "finding": {"uid": "f1", "title": "A control", "types": ["Software and Configuration Checks/Industry and Regulatory Standards/X"],
                    "remediation": {"desc": "Fix.", "kb_articles": ["https://example.com/fix"]}},
                "compliance": {"status": "FAILED", "requirements": ["PCI1.2"]},
                "resources": [{"uid": "arn:aws:s3:::records", "details": "{\"a\":1}"}]}),
        ),
        (
            "OCSF of a host",
            json!({"metadata": metadata("1.1.0", "Agent", "h0"), "time": 1779124876000_i64, "class_uid": 1007, "category_uid": 1,
                "class_name": "Process Activity", "activity_id": 1, "severity_id": 1, "process": {"pid": 7, "cmd_line": "id"},
                "device": {"hostname": "h"}}),
        ),
    ]
}
