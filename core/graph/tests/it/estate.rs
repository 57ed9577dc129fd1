//! Inventory: what each kind of document becomes, and that the order of files
//! does not matter.

use proptest::prelude::*;
use selvedge_graph::estate::{Classes, Criticality, DataClass, View, diff};
use selvedge_graph::{EdgeKind, Estate};
use selvedge_model::{EntityId, EntityKind, Problem};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const TENANT: &str = "0b0f6a52-5b66-4f3e-9c2e-4f6a3d1c2b1a";
const OID: &str = "5a1c93e4-27b8-4f60-8d15-c3e97a40b62f";
const SP: &str = "38c22c9f-4260-4150-b53b-1e4f0410e5df";
const GROUP: &str = "7c01a0e2-9a82-4945-8470-12bc7e70c1eb";
const SUB: &str = "/subscriptions/91613ac8-74fb-42e7-bae5-b6677d1a8c0d";

fn import(documents: &[(&str, Value)]) -> (Estate, Vec<Problem>) {
    let mut estate = Estate::default();
    let mut problems = Vec::new();
    for (source, value) in documents {
        estate.add(source, value.to_string().as_bytes(), &mut problems);
    }
    problems.extend(estate.finish());
    (estate, problems)
}

/// Relations as `from kind to`, by the last part of the keys.
fn relations(view: &View) -> BTreeSet<String> {
    let short = |id: &EntityId| id.key.rsplit(['/', ':']).next().unwrap().to_owned();
    view.relations.keys().map(|(from, kind, to)| format!("{} {kind:?} {}", short(from), short(to))).collect()
}

/// A document alone becomes these items (word and name) and these relations.
fn check(source: &str, document: Value, items: &[(&str, &str)], wanted: &[&str]) {
    let (estate, problems) = import(&[(source, document)]);
    assert_eq!(problems, [], "{source}");
    assert_eq!(estate.unused_documents, 0, "{source}");
    let view = estate.view();
    let got: BTreeSet<(&str, &str)> = view.items.values().map(|i| (i.word.as_str(), i.name.as_str())).collect();
    for item in items {
        assert!(got.contains(item), "{source}: {item:?} is not in {got:#?}");
    }
    let got = relations(&view);
    for relation in wanted {
        assert!(got.contains(*relation), "{source}: {relation} is not in {got:#?}");
    }
    let state = serde_json::to_vec(&estate).unwrap();
    assert_eq!(serde_json::from_slice::<Estate>(&state).unwrap(), estate, "{source}: it is not kept as it is");
}

#[test]
fn iam() {
    let trust = json!({"Statement": [
        {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/entra"}},
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:role/Other"}}]});
    let encoded: String = trust.to_string().bytes().map(|b| format!("%{b:02X}")).collect();
    let document = json!({
        "UserDetailList": [{"UserName": "bo", "UserId": "AIDABO", "Arn": "arn:aws:iam::111122223333:user/bo",
            "GroupList": ["Ops"], "AttachedManagedPolicies": [], "CreateDate": "2025-04-12T00:00:00+00:00",
            "PermissionsBoundary": {"PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/Edge"},
            "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": {"Statement": []}}]}],
        "GroupDetailList": [{"GroupName": "Ops", "GroupId": "AGPAX", "Arn": "arn:aws:iam::111122223333:group/x/Ops"}],
        "RoleDetailList": [{"RoleName": "R", "RoleId": "AROAR", "Arn": "arn:aws:iam::111122223333:role/R",
            "AssumeRolePolicyDocument": encoded,
            "AttachedManagedPolicies": [{"PolicyName": "Ro", "PolicyArn": "arn:aws:iam::aws:policy/Ro"}],
            "InstanceProfileList": [{"Arn": "arn:aws:iam::111122223333:instance-profile/web",
                "InstanceProfileName": "web", "Roles": [{"Arn": "arn:aws:iam::111122223333:role/R"}]}]}],
        "Policies": [{"PolicyName": "Ro", "PolicyId": "ANPA", "Arn": "arn:aws:iam::aws:policy/Ro",
            "DefaultVersionId": "v2", "PolicyVersionList": [
                {"VersionId": "v1", "IsDefaultVersion": false, "Document": {"Statement": [{"Sid": "old"}]}},
                {"VersionId": "v2", "IsDefaultVersion": true, "Document": {"Statement": [{"Sid": "new"}]}}]}],
    });
    check(
        "a/111122223333/details.json",
        document.clone(),
        &[
            ("iam:user", "bo"),
            ("iam:group", "Ops"),
            ("iam:role", "R"),
            ("iam:policy", "Ro"),
            ("iam:inline-policy", "p"),
        ],
        &[
            "bo MemberOf Ops",
            "bo Attached p",
            "bo BoundedBy Edge",
            "R Trusts entra",
            "R Trusts Other",
            "R Attached Ro",
            "web RunsAs R",
        ],
    );
    let (estate, _) = import(&[("a/111122223333/d.json", document)]);
    assert_eq!(estate.roles.values().next().unwrap().federated.len(), 1, "also where the policy is percent-encoded");
    let view = estate.view();
    let policy = &view.items[&EntityId::aws("arn:aws:iam::aws:policy/Ro")];
    assert!(policy.attributes["document"].to_string().contains("new"), "{policy:?}");
    let user = &view.items[&EntityId::aws("arn:aws:iam::111122223333:user/bo")];
    assert_eq!(user.created.unwrap().to_string(), "2025-04-12T00:00:00Z");
    assert_eq!(user.scope, Some(EntityId::aws_account("111122223333")));
}

#[test]
fn access_keys_find_their_user_by_name_and_account() {
    let users =
        json!({"Users": [{"UserName": "bo", "UserId": "AIDABO", "Arn": "arn:aws:iam::111122223333:user/t/bo"}]});
    let keys = json!({"AccessKeyMetadata": [{"UserName": "bo", "AccessKeyId": "AKIA1", "Status": "Active"}]});
    for (folder, joined) in [("111122223333", true), ("444455556666", false), ("x", false)] {
        let (estate, _) = import(&[("a/users.json", users.clone()), (&format!("{folder}/keys.json"), keys.clone())]);
        let view = estate.view();
        assert_eq!(relations(&view).contains("bo Holds AKIA1"), joined, "{folder}");
        let ground = view.relations.values().find(|ground| ground.derived_by.is_some());
        assert_eq!(ground.is_some(), joined, "what no document states says what derived it");
    }
}

#[test]
fn ec2_and_load_balancers() {
    check(
        "aws/111122223333/describe-instances-eu-west-1.json",
        json!({"Reservations": [{"OwnerId": "111122223333", "Instances": [{"InstanceId": "i-1", "SubnetId": "subnet-1",
            "Tags": [{"Key": "Name", "Value": "web"}], "PublicIpAddress": "203.0.113.9",
            "SecurityGroups": [{"GroupId": "sg-1"}], "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1"}],
            "IamInstanceProfile": {"Arn": "arn:aws:iam::111122223333:instance-profile/web"}}]}]}),
        &[("ec2:instance", "web")],
        &[
            "i-1 LiesIn subnet-1",
            "sg-1 Guards i-1",
            "i-1 HasInterface eni-1",
            "i-1 HasAddress 203.0.113.9",
            "i-1 RunsAs web",
        ],
    );
    check(
        "sg.json",
        json!({"SecurityGroups": [{"GroupId": "sg-1", "GroupName": "web", "VpcId": "vpc-1", "OwnerId": "111122223333",
            "IpPermissions": [{"IpRanges": [{"CidrIp": "0.0.0.0/0"}], "UserIdGroupPairs": [{"GroupId": "sg-2"}]}]}]}),
        &[("ec2:security-group", "sg-1")],
        &["sg-1 LiesIn vpc-1", "sg-1 AllowsFrom 0", "sg-1 AllowsFrom sg-2"],
    );
    check(
        "rtb.json",
        json!({"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1", "Routes": [{"GatewayId": "igw-1"}],
            "Associations": [{"SubnetId": "subnet-1"}]}]}),
        &[("ec2:route-table", "rtb-1")],
        &["subnet-1 RoutesTo rtb-1", "rtb-1 RoutesTo igw-1"],
    );
    check(
        "pcx.json",
        json!({"VpcPeeringConnections": [{"VpcPeeringConnectionId": "pcx-1", "RequesterVpcInfo": {"VpcId": "vpc-1"},
            "AccepterVpcInfo": {"VpcId": "vpc-2"}}]}),
        &[],
        &["pcx-1 PeersWith vpc-1", "pcx-1 PeersWith vpc-2"],
    );
    let arn = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/front/1";
    check(
        "elb.json",
        json!({"LoadBalancers": [{"LoadBalancerArn": arn, "LoadBalancerName": "front", "VpcId": "vpc-1",
            "SecurityGroups": ["sg-1"], "DNSName": "front.example"}]}),
        &[("elbv2:load-balancer", "front")],
        &["sg-1 Guards 1", "1 HasAddress front.example"],
    );
    check("vpcs.json", json!({"Vpcs": []}), &[], &[]);
}

#[test]
fn stores() {
    let key = "arn:aws:kms:eu-west-1:111122223333:key/k1";
    let policy = json!({"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:role/Far"},
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::claims/*"}]})
    .to_string();
    for (source, beside) in [
        ("111122223333/get-bucket-policy.claims.json", None),
        ("111122223333/s3api-get-bucket-policy-claims.json", None),
        ("111122223333/claims/get-bucket-policy.json", None),
        ("x.json", Some("claims")),
        // The policy's own resources tell it, too.
        ("y.json", None),
    ] {
        let mut document = json!({"Policy": policy});
        if let Some(name) = beside {
            document["Bucket"] = json!(name);
        }
        check(source, document, &[("s3:bucket", "claims")], &["claims Allows Far"]);
    }
    check(
        "111122223333/get-bucket-encryption.claims.json",
        json!({"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {
            "SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}]}}),
        &[("s3:bucket", "claims")],
        &["claims EncryptedWith k1"],
    );
    check(
        "rds.json",
        json!({"DBInstances": [{"DBInstanceIdentifier": "db", "DBInstanceArn": "arn:aws:rds:eu-west-1:111122223333:db:db",
            "KmsKeyId": key, "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-1"}], "PubliclyAccessible": true}]}),
        &[("rds:instance", "db")],
        &["db EncryptedWith k1", "sg-1 Guards db"],
    );
    check(
        "fn.json",
        json!({"Functions": [{"FunctionName": "f", "FunctionArn": "arn:aws:lambda:eu-west-1:111122223333:function:f",
            "Role": "arn:aws:iam::111122223333:role/F", "Environment": {"Variables": {"PASSWORD": "hunter2"}}}]}),
        &[("lambda:function", "f")],
        &["f RunsAs F"],
    );
    check(
        "secrets.json",
        json!({"SecretList": [{"ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s-1", "Name": "s",
            "KmsKeyId": key}]}),
        &[("secretsmanager:secret", "s")],
        &["s-1 EncryptedWith k1"],
    );
}

#[test]
fn values_that_may_be_secret_are_not_kept() {
    let (estate, _) = import(&[
        (
            "f.json",
            json!({"Functions": [{"FunctionName": "f", "FunctionArn": "arn:aws:lambda:r:111122223333:function:f",
            "Environment": {"Variables": {"PASSWORD": "hunter2"}}}]}),
        ),
        (
            "g.json",
            json!({"data": [{"id": format!("{SUB}/resourceGroups/g/providers/Microsoft.Web/sites/a"),
            "type": "microsoft.web/sites", "properties": {"siteConfig": {"appSettings": [{"value": "hunter2"}]}}}]}),
        ),
    ]);
    let kept = serde_json::to_string(&estate).unwrap();
    assert!(kept.contains("PASSWORD") && !kept.contains("hunter2"), "{kept}");
}

#[test]
fn organization_and_identity_center() {
    check(
        "org.json",
        json!({"Accounts": [{"Id": "111122223333", "Name": "prod", "Arn": "arn:aws:organizations::9:account/o-1/111122223333"}]}),
        &[("organizations:account", "prod")],
        &["111122223333 In o-1"],
    );
    check(
        "list-targets-for-policy.p-ab12.json",
        json!({"Targets": [{"TargetId": "111122223333", "Type": "ACCOUNT"}, {"TargetId": "ou-1-2", "Type": "ORGANIZATIONAL_UNIT"}]}),
        &[],
        &["p-ab12 Governs 111122223333", "p-ab12 Governs ou-1-2"],
    );
    check(
        "scp.json",
        json!({"Policy": {"PolicySummary": {"Id": "p-ab12", "Name": "guard", "Type": "SERVICE_CONTROL_POLICY",
            "Arn": "arn:aws:organizations::9:policy/o-1/service_control_policy/p-ab12"}, "Content": "{\"Statement\":[]}"}}),
        &[("organizations:policy", "guard")],
        &[],
    );
    let set = "arn:aws:sso:::permissionSet/ssoins-1/ps-1";
    let documents = [
        ("a/set.json", json!({"PermissionSet": {"Name": "Dev", "PermissionSetArn": set}})),
        (
            "a/assign.json",
            json!({"AccountAssignments": [{"AccountId": "111122223333", "PermissionSetArn": set,
            "PrincipalType": "USER", "PrincipalId": "u-1"}]}),
        ),
        (
            "a/users.json",
            json!({"Users": [{"UserId": "u-1", "UserName": "alice@contoso.com", "IdentityStoreId": "d-1",
            "ExternalIds": [{"Issuer": format!("https://sts.windows.net/{TENANT}/"), "Id": OID}]}]}),
        ),
        (
            "a/roles.json",
            json!({"Roles": [
            {"RoleName": "AWSReservedSSO_Dev_0123456789abcdef", "RoleId": "AROA1",
             "Arn": "arn:aws:iam::111122223333:role/aws-reserved/AWSReservedSSO_Dev_0123456789abcdef"},
            {"RoleName": "AWSReservedSSO_Dev_fedcba9876543210", "RoleId": "AROA2",
             "Arn": "arn:aws:iam::444455556666:role/aws-reserved/AWSReservedSSO_Dev_fedcba9876543210"}]}),
        ),
    ];
    let (estate, problems) = import(&documents);
    assert_eq!(problems, []);
    let got = relations(&estate.view());
    for relation in [
        format!("u-1 SyncedFrom {OID}"),
        "u-1 Assigned ps-1@111122223333".to_owned(),
        "ps-1@111122223333 Grants AWSReservedSSO_Dev_0123456789abcdef".to_owned(),
    ] {
        assert!(got.contains(&relation), "{relation} is not in {got:#?}");
    }
    assert!(!got.iter().any(|r| r.contains("fedcba")), "the other account is not assigned: {got:#?}");
}

#[test]
fn azure() {
    let vm = format!("{SUB}/resourceGroups/Rg/providers/Microsoft.Compute/virtualMachines/Vm");
    let nic = format!("{SUB}/resourceGroups/Rg/providers/Microsoft.Network/networkInterfaces/nic");
    let row = json!({"id": vm, "name": "Vm", "type": "microsoft.compute/virtualmachines", "tenantId": TENANT,
        "location": "westeurope", "tags": {"criticality": "high"}, "identity": {"principalId": SP},
        "properties": {"networkProfile": {"networkInterfaces": [{"id": nic}]}}});
    let wanted = ["vm HasInterface nic", &format!("vm RunsAs {SP}"), "vm In rg"];
    check(
        "graph.json",
        json!({"data": [row], "count": 1, "totalRecords": 1}),
        &[("microsoft.compute/virtualmachines", "Vm")],
        &wanted,
    );
    check("rows.json", json!([row]), &[("microsoft.compute/virtualmachines", "Vm")], &wanted);
    check("arm.json", json!({"value": [row]}), &[("microsoft.compute/virtualmachines", "Vm")], &wanted);
    let id = format!("{SUB}/providers/Microsoft.Authorization/roleAssignments/a1");
    let definition = format!("{SUB}/providers/Microsoft.Authorization/roleDefinitions/d1");
    let inner = json!({"principalId": GROUP, "principalType": "Group", "roleDefinitionId": definition, "scope": SUB});
    let mut flat = inner.clone();
    flat["id"] = json!(id);
    flat["type"] = json!("Microsoft.Authorization/roleAssignments");
    let deep = json!({"id": id, "type": "Microsoft.Authorization/roleAssignments", "properties": inner});
    let sub = SUB.rsplit('/').next().unwrap();
    let wanted = [format!("{GROUP} Assigned a1"), "a1 Grants d1".to_owned(), format!("a1 Grants {sub}")];
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    check("az.json", json!([flat]), &[("arm:role-assignment", &id.to_lowercase())], &wanted);
    check("api.json", json!({"value": [deep]}), &[("arm:role-assignment", &id.to_lowercase())], &wanted);
    check(
        "defs.json",
        json!([{"id": definition, "type": "Microsoft.Authorization/roleDefinitions", "roleName": "Owner", "permissions": [{"actions": ["*"]}]}]),
        &[("arm:role-definition", "Owner")],
        &[],
    );
    check(
        "deny.json",
        json!({"value": [{"id": format!("{SUB}/providers/Microsoft.Authorization/denyAssignments/x"),
            "type": "Microsoft.Authorization/denyAssignments", "properties": {"denyAssignmentName": "no", "scope": SUB,
            "principals": [{"id": SP, "type": "ServicePrincipal"}]}}]}),
        &[("arm:deny-assignment", "no")],
        &[&format!("x Governs {sub}"), &format!("x Governs {SP}")],
    );
    check(
        "subs.json",
        json!([{"id": sub, "name": "Prod", "tenantId": TENANT, "state": "Enabled", "cloudName": "AzureCloud"}]),
        &[("arm:subscription", "Prod")],
        &[],
    );
}

#[test]
fn entra() {
    let context = |set: &str| format!("https://graph.microsoft.com/v1.0/$metadata#{set}");
    check(
        &format!("{TENANT}/users.json"),
        json!({"@odata.context": context("users(id,userPrincipalName)"), "value": [{"id": OID, "userPrincipalName": "Alice@contoso.com"}]}),
        &[("graph:user", "alice@contoso.com")],
        &[],
    );
    check(
        "groups.json",
        json!({"@odata.context": context("groups(members())"), "value": [{"id": GROUP, "displayName": "Ops",
            "members": [{"@odata.type": "#microsoft.graph.user", "id": OID}]}]}),
        &[("graph:group", "Ops")],
        &[&format!("{OID} MemberOf {GROUP}")],
    );
    for (source, set) in [
        ("m.json".to_owned(), format!("groups('{GROUP}')/members")),
        (format!("members.{GROUP}.json"), "directoryObjects".to_owned()),
        (format!("{GROUP}/members.json"), "directoryObjects".to_owned()),
    ] {
        let document =
            json!({"@odata.context": context(&set), "value": [{"@odata.type": "#microsoft.graph.user", "id": OID}]});
        check(&source, document, &[], &[&format!("{OID} MemberOf {GROUP}")]);
    }
    check(
        "roles.json",
        json!({"@odata.context": context("roleManagement/directory/roleAssignments"), "value": [
            {"id": "ra", "principalId": SP, "roleDefinitionId": "62e90394-69f5-4237-9190-012177145e10", "directoryScopeId": "/"}]}),
        &[("graph:role-assignment", "ra")],
        &[&format!("{SP} Assigned ra"), "ra Grants 62e90394-69f5-4237-9190-012177145e10"],
    );
    check(
        "pim.json",
        json!({"@odata.context": context("roleManagement/directory/roleEligibilityScheduleInstances"), "value": [
            {"id": "e", "principalId": SP, "roleDefinitionId": "62e90394-69f5-4237-9190-012177145e10"}]}),
        &[("graph:role-eligibility", "e")],
        &[&format!("{SP} EligibleFor e")],
    );
    check(
        "ca.json",
        json!({"@odata.context": context("identity/conditionalAccess/policies"), "value": [{"id": "ca", "displayName": "MFA",
            "state": "enabled", "conditions": {"users": {"includeGroups": [GROUP], "includeUsers": ["All"]}}}]}),
        &[("graph:conditional-access", "MFA")],
        &[&format!("ca Governs {GROUP}")],
    );
    check(
        "devices.json",
        json!({"@odata.context": context("devices"), "value": [{"id": SP, "deviceId": OID, "displayName": "LAP"}]}),
        &[("graph:device", "LAP")],
        &[],
    );
    // The list of an application's credentials names it by object id; it is known by application id.
    let (estate, _) = import(&[
        (
            "apps.json",
            json!({"@odata.context": context("applications"), "value": [{"id": SP, "appId": GROUP, "displayName": "App"}]}),
        ),
        (
            "fic.json",
            json!({"@odata.context": context(&format!("applications('{SP}')/federatedIdentityCredentials")),
            "value": [{"id": "f", "name": "gh", "issuer": "https://token.actions.githubusercontent.com", "subject": "repo:o/r:ref:x"}]}),
        ),
        (
            "sps.json",
            json!({"@odata.context": context("servicePrincipals"), "value": [{"id": OID, "appId": GROUP, "displayName": "App"}]}),
        ),
    ]);
    let got = relations(&estate.view());
    for relation in [format!("{GROUP} Trusts token.actions.githubusercontent.com"), format!("{OID} InstanceOf {GROUP}")]
    {
        assert!(got.contains(&relation), "{relation} is not in {got:#?}");
    }
    assert!(estate.applications.len() == 1, "a credential is no application: {:?}", estate.applications);
}

#[test]
fn what_is_only_a_part_says_so() {
    let page = |n: u32, more: bool| {
        let mut value = json!({"@odata.context": "x/$metadata#users", "value": [{"id": format!("u{n}"), "userPrincipalName": format!("u{n}@x")}]});
        if more {
            value["@odata.nextLink"] = json!("https://x");
        }
        value
    };
    for (documents, incomplete) in [
        (vec![("users-1.json", page(1, true)), ("users-2.json", page(2, false))], 0),
        (vec![("users-1.json", page(1, true)), ("users-3.json", page(3, false))], 1),
        (vec![("users-1.json", page(1, true))], 1),
        (vec![("users.json", page(1, true)), ("users-2.json", page(2, false))], 1),
        (vec![("users-1.json", page(1, true)), ("users-2.json", json!({"Vpcs": []}))], 1),
        (vec![("users-1.json", json!({"Vpcs": [], "NextToken": "t"}))], 1),
        (
            vec![(
                "rg.json",
                json!({"data": [{"id": format!("{SUB}/resourceGroups/g"), "type": "x/y"}], "totalRecords": 2}),
            )],
            1,
        ),
    ] {
        let (_, problems) = import(&documents);
        let told = problems.iter().filter(|problem| problem.why.starts_with("incomplete: ")).count();
        assert_eq!((told, problems.len()), (incomplete, incomplete), "{documents:?}: {problems:?}");
    }
}

#[test]
fn what_is_not_known_is_told() {
    let role = json!({"RoleDetailList": [{"RoleName": "R", "RoleId": "AROA", "Arn": "arn:aws:iam::111122223333:role/R",
        "AttachedManagedPolicies": [{"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}]}], "Policies": []});
    let (estate, _) = import(&[("r.json", role), ("buckets.json", json!({"Buckets": [{"Name": "b"}]}))]);
    let lacks = estate.view().lacks;
    for says in [
        "no managed policies",
        "no organization policies",
        "ReadOnlyAccess",
        "no bucket policies",
        "1 resources of AWS are in no account",
    ] {
        assert!(lacks.iter().any(|lack| lack.contains(says)), "{says} is not in {lacks:#?}");
    }
    assert_eq!(Estate::default().view().lacks, Vec::<String>::new());
}

fn vpc(cidr: &str) -> Value {
    json!({"Vpcs": [{"VpcId": "vpc-1", "CidrBlock": cidr, "OwnerId": "111122223333"}]})
}

#[test]
fn of_two_that_contradict_each_other_both_are_named_and_the_later_by_name_holds() {
    let (estate, problems) = import(&[("b.json", vpc("10.1.0.0/16")), ("a.json", vpc("10.0.0.0/16"))]);
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert!(
        problem.place == "b.json" && problem.why.contains("a.json") && problem.why.contains("CidrBlock"),
        "{problem:?}"
    );
    let cidr = |estate: &Estate| estate.view().items[&EntityId::aws("vpc-1")].text("CidrBlock").unwrap().to_owned();
    assert_eq!(cidr(&estate), "10.1.0.0/16");
    // A later import holds, whatever its name.
    let mut later = estate.clone();
    later.add("0.json", vpc("10.2.0.0/16").to_string().as_bytes(), &mut Vec::new());
    assert_eq!(later.finish(), []);
    assert_eq!(cidr(&later), "10.2.0.0/16");
    // A document that is read again forgets what it does not say any more.
    for name in ["0.json", "a.json", "b.json"] {
        later.add(name, json!({"Vpcs": []}).to_string().as_bytes(), &mut Vec::new());
    }
    assert_eq!(later.finish(), []);
    assert!(later.view().items.is_empty());
}

#[test]
fn classes_of_the_operator_and_of_tags() {
    let (mut estate, _) = import(&[
        ("b.json", json!({"Buckets": [{"Name": "claims-raw"}, {"Name": "logs"}]})),
        ("111122223333/get-bucket-tagging.logs.json", json!({"TagSet": [{"Key": "Data-Class", "Value": "Internal"}]})),
    ]);
    let classes: Classes = serde_json::from_value(
        json!({"class": [{"match": "claims-*", "data_class": "restricted", "criticality": "high"}]}),
    )
    .unwrap();
    estate.add_classes("classes.toml", classes);
    estate.finish();
    let view = estate.view();
    for (name, class, criticality) in
        [("claims-raw", DataClass::Restricted, Criticality::High), ("logs", DataClass::Internal, Criticality::Unknown)]
    {
        let item = &view.items[&EntityId::new(EntityKind::Bucket, name)];
        let (data, critical) = (item.data_class.as_ref().unwrap(), item.criticality.as_ref().unwrap());
        assert_eq!((data.value, critical.value), (class, criticality), "{name}");
        assert_eq!(data.evidence.len(), 1, "{name}: {data:?}");
    }
}

#[test]
fn a_diff_tells_what_was_and_what_is() {
    let (old, _) = import(&[("x/a.json", vpc("10.0.0.0/16")), ("x/b.json", json!({"Buckets": [{"Name": "old"}]}))]);
    let (new, _) = import(&[("y/a.json", vpc("10.1.0.0/16")), ("y/b.json", json!({"Buckets": [{"Name": "new"}]}))]);
    let (old, new) = (old.view(), new.view());
    let found = diff::diff(&old, &new);
    assert_eq!(found.added.iter().map(|item| item.name.as_str()).collect::<Vec<_>>(), ["new"]);
    assert_eq!(found.removed.iter().map(|item| item.name.as_str()).collect::<Vec<_>>(), ["old"]);
    let [(item, changes)] = found.changed.as_slice() else { panic!("{found:?}") };
    assert_eq!((item.name.as_str(), changes.len()), ("vpc-1", 1));
    assert_eq!(
        (changes[0].attribute.as_str(), changes[0].before.as_deref(), changes[0].after.as_deref()),
        ("CidrBlock", Some("10.0.0.0/16"), Some("10.1.0.0/16"))
    );
    assert!(diff::diff(&new, &new).is_empty());
}

/// Documents that overlap and contradict each other.
fn some() -> Vec<(&'static str, Value)> {
    let user = |name: &str| json!({"@odata.context": "x/$metadata#users", "value": [{"id": OID, "userPrincipalName": "a@x", "displayName": name}]});
    let role = |path: &str| json!({"RoleDetailList": [{"RoleName": "R", "RoleId": "AROA", "Arn": "arn:aws:iam::111122223333:role/R", "Path": path}]});
    vec![
        ("a.json", vpc("10.0.0.0/16")),
        ("b.json", vpc("10.1.0.0/16")),
        ("c.json", vpc("10.0.0.0/16")),
        ("d.json", user("A")),
        ("e.json", user("B")),
        ("f.json", role("/x/")),
        ("g.json", role("/y/")),
        ("h-1.json", json!({"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1"}], "NextToken": "x"})),
        ("h-2.json", json!({"Subnets": [{"SubnetId": "subnet-2", "VpcId": "vpc-1"}]})),
        ("i.json", json!({"tenantId": TENANT, "samlApps": [{"appId": "A1", "providers": ["p"]}]})),
        (
            "j.json",
            json!({"@odata.context": "x/$metadata#applications", "value": [{"appId": "a1", "displayName": "AWS", "identifierUris": ["https://signin.aws.amazon.com/saml"]}]}),
        ),
        (
            "k.json",
            json!({"@odata.context": "x/$metadata#servicePrincipals", "value": [{"id": SP, "appId": "a1", "displayName": "AWS!"}]}),
        ),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_files_does_not_matter(order in Just((0..some().len()).collect::<Vec<_>>()).prop_shuffle()) {
        let all = some();
        let (expect, problems) = import(&all);
        prop_assert_eq!(problems.len(), 3);
        let shuffled: Vec<(&str, Value)> = order.into_iter().map(|n| all[n].clone()).collect();
        let (estate, found) = import(&shuffled);
        prop_assert_eq!(&estate, &expect);
        prop_assert_eq!(found, problems);
        prop_assert_eq!(estate.view(), expect.view());
        // The same again changes nothing.
        let mut again = estate;
        all.iter().rev().for_each(|(source, value)| again.add(source, value.to_string().as_bytes(), &mut Vec::new()));
        again.finish();
        prop_assert_eq!(again, expect);
    }

    #[test]
    fn no_document_makes_it_panic(text in r#"\{"(Vpcs|Users|RoleDetailList|value|data|Policy|Targets|Reservations)":(\[\{"(id|Arn|VpcId|UserId|Instances)":("[a-z:/]{0,12}"|\[\]|1|null)\}\]|"[{}a-z%]{0,9}"|null)\}"#) {
        let mut estate = Estate::default();
        estate.add("a/get-bucket-policy.json", text.as_bytes(), &mut Vec::new());
        estate.finish();
        let _ = estate.view();
    }
}

#[test]
fn every_kind_of_edge_is_of_one_family_and_keeps_its_name() {
    use selvedge_graph::store::EdgeFamily;
    let families: BTreeSet<EdgeFamily> = EdgeKind::ALL.iter().map(|kind| kind.family()).collect();
    assert_eq!(families.len(), EdgeFamily::ALL.len());
    let names: Vec<Value> = EdgeKind::ALL.iter().map(|kind| json!(kind)).collect();
    assert_eq!(
        names[..9],
        ["is", "holds", "session-of", "came-from", "trusts", "serves", "accessed", "changed", "in"].map(Value::from)
    );
    assert_eq!(names.iter().map(Value::to_string).collect::<BTreeSet<_>>().len(), EdgeKind::ALL.len());
}
