//! The ways between the clouds.

use super::*;

const ACCOUNT: &str = "111122223333";

/// AWS: a role that is trusted by a provider, an administrator's unless harmless.
fn aws(trust: &Value, harmless: bool) -> Documents {
    let policy = if harmless {
        json!({"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"})
    } else {
        json!({"Effect": "Allow", "Action": "*", "Resource": "*"})
    };
    let document = json!({"Version": "2012-10-17", "Statement": [policy]});
    vec![(
        format!("{ACCOUNT}/details.json"),
        json!({"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [{
            "Arn": format!("arn:aws:iam::{ACCOUNT}:role/admin"), "RoleName": "admin", "RoleId": "AROA1",
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "RolePolicyList": [{"PolicyName": "p", "PolicyDocument": document}],
            "InstanceProfileList": [{"Arn": format!("arn:aws:iam::{ACCOUNT}:instance-profile/admin"), "InstanceProfileName": "admin"}]}]}),
    )]
}

fn saml_trust(audience: &str) -> Value {
    json!({"Effect": "Allow", "Principal": {"Federated": format!("arn:aws:iam::{ACCOUNT}:saml-provider/entra")},
        "Action": "sts:AssumeRoleWithSAML", "Condition": {"StringEquals": {"SAML:aud": audience}}})
}

const AWS_SAML: &str = "https://signin.aws.amazon.com/saml";
const AWS_SP: &str = "ffffffff-0000-0000-0000-000000000001";
const ROLE_ID: &str = "ffffffff-0000-0000-0000-000000000009";

/// The application that signs people in to AWS, and who is assigned it.
fn saml(trust: &Value, harmless: bool, assigned: Option<&str>, user_type: &str, role: Option<&str>) -> Documents {
    let mut out = aws(trust, harmless);
    out.extend(people());
    let at = out.iter().position(|(name, _)| name.ends_with("users.json")).unwrap();
    out[at].1["value"][0]["userType"] = json!(user_type);
    let value = format!("arn:aws:iam::{ACCOUNT}:role/admin,arn:aws:iam::{ACCOUNT}:saml-provider/entra");
    out.push(graph(
        "servicePrincipals",
        json!([{"id": AWS_SP, "appId": "ffffffff-0000-0000-0000-000000000002", "displayName": "AWS",
        "servicePrincipalType": "Application", "servicePrincipalNames": [AWS_SAML], "preferredSingleSignOnMode": "saml",
        "appRoles": [{"id": ROLE_ID, "value": value, "displayName": "admin", "isEnabled": true}]}]),
    ));
    if let Some(principal) = assigned {
        out.push(graph(&format!("servicePrincipals('{AWS_SP}')/appRoleAssignedTo"), json!([{"id": "y", "principalId": principal, "principalType": "User", "resourceId": AWS_SP, "appRoleId": ROLE_ID}])));
    }
    out.push(graph("organization", json!([{"id": TENANT}])));
    if let Some(role) = role {
        out.push(graph(
            "roleManagement/directory/roleAssignments",
            json!([{"id": "ra1", "principalId": ATTACKER, "roleDefinitionId": role, "directoryScopeId": "/"}]),
        ));
    }
    out
}

#[test]
fn saml_to_aws() {
    let goal = EntityId::aws_account(ACCOUNT);
    let (good, other) = (saml_trust(AWS_SAML), saml_trust("https://elsewhere"));
    let application = Some("158c047a-c907-4556-b7ef-446551a6b5f7");
    for (way, documents, expect) in [
        ("x1", saml(&good, false, Some(ATTACKER), "Member", None), Some(true)),
        ("x1", saml(&good, true, Some(ATTACKER), "Member", None), None),
        ("x1", saml(&other, false, Some(ATTACKER), "Member", None), None),
        ("x1", saml(&good, false, Some(VICTIM), "Member", None), None),
        ("x19", saml(&good, false, Some(ATTACKER), "Guest", None), Some(true)),
        ("x19", saml(&other, false, Some(ATTACKER), "Guest", None), None),
        ("x2", saml(&good, false, None, "Member", application), Some(true)),
        ("x2", saml(&other, false, None, "Member", application), None),
        ("x2", saml(&good, false, None, "Member", None), None),
        ("x3", saml(&good, false, None, "Member", application), Some(true)),
        ("x3", saml(&good, true, None, "Member", application), None),
    ] {
        assert_eq!(found(&documents, &user(ATTACKER), way, &goal), expect, "{way}");
    }
}

#[test]
fn tokens_of_entra_in_aws() {
    let goal = EntityId::aws_account(ACCOUNT);
    let issuer = format!("sts.windows.net/{TENANT}/");
    let trust = |subject: Option<&str>| {
        let mut equals = json!({format!("{issuer}:aud"): "api://aws"});
        if let Some(subject) = subject {
            equals[format!("{issuer}:sub")] = json!(subject);
        }
        json!({"Effect": "Allow", "Principal": {"Federated": format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}")},
            "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringEquals": equals}})
    };
    let principal = "cccccccc-0000-0000-0000-000000000003";
    let from = EntityId::new(selvedge_model::EntityKind::ServicePrincipal, principal);
    for (trust, harmless, expect) in [
        (trust(Some(principal)), false, Some(true)),
        (trust(None), false, Some(false)),
        (trust(Some(VICTIM)), false, None),
        (trust(Some(principal)), true, None),
    ] {
        let mut documents = aws(&trust, harmless);
        documents.extend(entra(&json!({}), "user", true));
        assert_eq!(found(&documents, &from, "x7", &goal), expect, "{trust}");
        // X8: whoever runs code where the identity is has it.
        let case = held("az-logic-app-contributor", "Microsoft.Logic/workflows", "Microsoft.Logic/workflows/write");
        let mut documents = aws(&trust, harmless);
        let mut theirs = azure(&case, Lack::Harmless);
        let at = theirs.iter().position(|(name, _)| name == "resources.json").unwrap();
        theirs[at].1["value"][0]["identity"]["principalId"] = json!(principal);
        documents.extend(theirs);
        assert_eq!(found(&documents, &user(ATTACKER), "x7", &goal), expect, "{trust}");
    }
}

#[test]
fn aws_in_entra_and_workflows_of_both() {
    let root = json!({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"});
    let role = EntityId::aws(&format!("arn:aws:iam::{ACCOUNT}:role/admin"));
    let credential = |issuer: &str, subject: &str| {
        graph(
            &format!("applications('{APP_OBJECT}')/federatedIdentityCredentials"),
            json!([{"id": "f1", "name": "f", "issuer": issuer, "subject": subject, "audiences": ["api://AzureADTokenExchange"]}]),
        )
    };
    let arn = format!("arn:aws:iam::{ACCOUNT}:role/admin");
    let outbound = "https://0a1b2c3d-0000-0000-0000-000000000000.tokens.sts.global.api.aws";
    for (way, from, issuer, subject, harmless, expect) in [
        ("x11", role.clone(), outbound, arn.as_str(), false, Some(false)),
        ("x11", role.clone(), outbound, "arn:aws:iam::111122223333:role/other", false, None),
        ("x11", role, outbound, arn.as_str(), true, None),
        (
            "x15",
            EntityId::new(selvedge_model::EntityKind::Resource, "workflow repo:b/app"),
            "https://token.actions.githubusercontent.com",
            "repo:b/app:ref:refs/heads/main",
            false,
            Some(true),
        ),
        (
            "x9",
            EntityId::new(
                selvedge_model::EntityKind::Resource,
                "subject pod of https://oidc.eks.eu-west-1.amazonaws.com/id/X",
            ),
            "https://oidc.eks.eu-west-1.amazonaws.com/id/X",
            "pod",
            false,
            Some(true),
        ),
    ] {
        // The role must be able to have AWS vouch for it; a harmless one cannot.
        let mut documents = aws(&root, harmless);
        documents.extend(entra(&json!({}), "application", false));
        documents.push(credential(issuer, subject));
        assert_eq!(found(&documents, &from, way, &prod()), expect, "{way} {subject}");
    }
    // The repository that AWS trusts as well.
    let trust = json!({"Effect": "Allow", "Principal": {"Federated": format!("arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com")},
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:b/app:*"},
        "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}});
    let from = EntityId::new(selvedge_model::EntityKind::Resource, "workflow repo:b/app");
    assert_eq!(found(&aws(&trust, false), &from, "x15", &EntityId::aws_account(ACCOUNT)), Some(true));
    assert_eq!(found(&aws(&trust, true), &from, "x15", &EntityId::aws_account(ACCOUNT)), None);
}

#[test]
fn providers_and_identity_center_from_aws() {
    let goal = EntityId::aws_account(ACCOUNT);
    let attacker = |allow: &str| {
        json!({"Arn": format!("arn:aws:iam::{ACCOUNT}:user/attacker"), "UserName": "attacker", "UserId": "AIDA1",
            "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": allow, "Resource": "*"}]}}]})
    };
    let from = EntityId::aws(&format!("arn:aws:iam::{ACCOUNT}:user/attacker"));
    let with = |mut documents: Documents, allow: &str| {
        documents[0].1["UserDetailList"] = json!([attacker(allow)]);
        documents
    };
    let check = |way: &str, documents: Documents, expect: Option<bool>| {
        assert_eq!(found(&documents, &from, way, &goal), expect, "{way}");
    };
    check("x4", with(aws(&saml_trust(AWS_SAML), false), "iam:UpdateSAMLProvider"), Some(true));
    check("x4", with(aws(&saml_trust(AWS_SAML), true), "iam:UpdateSAMLProvider"), None);
    check("x4", with(aws(&saml_trust(AWS_SAML), false), "iam:ListSAMLProviders"), None);
    let reserved = |owner: &str| {
        let mut documents = aws(&saml_trust(AWS_SAML), false);
        let role = &mut documents[0].1["RoleDetailList"][0];
        role["RoleName"] = json!("AWSReservedSSO_Admin_0123456789abcdef");
        role["Arn"] = json!(format!(
            "arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
        ));
        documents.push(("sso.json".into(), json!({"Instances": [{"InstanceArn": "arn:aws:sso:::instance/ssoins-1", "IdentityStoreId": "d-1", "OwnerAccountId": owner}]})));
        documents
    };
    check("x6", with(reserved(ACCOUNT), "sso:CreateAccountAssignment"), Some(true));
    check("x6", with(reserved("999988887777"), "sso:CreateAccountAssignment"), None);
    check("x6-group", with(reserved(ACCOUNT), "identitystore:CreateGroupMembership"), Some(true));
    check("x6-group", with(reserved(ACCOUNT), "identitystore:ListGroups"), None);
}

#[test]
fn identity_center_from_entra() {
    let goal = EntityId::aws_account(ACCOUNT);
    let set = "arn:aws:sso:::permissionSet/ssoins-1/ps-1";
    let estate = |external: &str, assigned: &str| {
        let mut documents = aws(&saml_trust(AWS_SAML), false);
        let role = &mut documents[0].1["RoleDetailList"][0];
        role["RoleName"] = json!("AWSReservedSSO_Admin_0123456789abcdef");
        role["Arn"] = json!(format!(
            "arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef"
        ));
        documents.extend(entra(&json!({"role": "fdd7a751-b60b-444a-984c-02652fe8fa1c"}), "user", true));
        documents.push(("set.json".into(), json!({"PermissionSet": {"Name": "Admin", "PermissionSetArn": set}})));
        documents.push(("store-groups.json".into(), json!({"Groups": [{"GroupId": "g-1", "DisplayName": "admins", "IdentityStoreId": "d-1", "ExternalIds": [{"Issuer": format!("https://sts.windows.net/{TENANT}/"), "Id": external}]}]})));
        documents.push(("assignments-of-sets.json".into(), json!({"AccountAssignments": [{"AccountId": ACCOUNT, "PermissionSetArn": set, "PrincipalType": "GROUP", "PrincipalId": assigned}]})));
        documents
    };
    let found = |documents: Documents| found(&documents, &user(ATTACKER), "x5", &goal);
    assert_eq!(found(estate(GROUP, "g-1")), Some(true));
    assert_eq!(found(estate("dddddddd-0000-0000-0000-00000000ffff", "g-1")), None);
    assert_eq!(found(estate(GROUP, "g-2")), None);
}

#[test]
fn machines_keys_and_networks_that_join_the_clouds() {
    let goal = EntityId::aws_account(ACCOUNT);
    let ec2 = json!({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"});
    let arc = held("x12", "Microsoft.HybridCompute/machines", "Microsoft.HybridCompute/machines/extensions/write");
    let estate = |instance: &str, harmless: bool| {
        let mut documents = aws(&ec2, harmless);
        documents.push((
            format!("{ACCOUNT}/describe-instances-eu-west-1.json"),
            json!({"Reservations": [{"Instances": [{"InstanceId": "i-0abc1234567890def", "IamInstanceProfile": {"Arn": format!("arn:aws:iam::{ACCOUNT}:instance-profile/admin")}}]}]}),
        ));
        let mut theirs = azure(&arc, Lack::Harmless);
        let at = theirs.iter().position(|(name, _)| name == "resources.json").unwrap();
        theirs[at].1["value"][0]["properties"] = json!({"cloudMetadata": {"provider": "AWS"}, "detectedProperties": {"instanceId": instance, "cloudprovider": "AWS"}});
        documents.extend(theirs);
        documents
    };
    for (instance, harmless, expect) in [
        ("i-0abc1234567890def", false, Some(true)),
        ("i-0abc1234567890def", true, None),
        ("i-0ffffffffffffffff", false, None),
    ] {
        assert_eq!(found(&estate(instance, harmless), &user(ATTACKER), "x12", &goal), expect, "{instance}");
    }
    // X13: a key of AWS in an application's settings.
    let site = held("x13", "Microsoft.Web/sites", "Microsoft.Web/sites/config/list/action");
    for (key, expect) in [("AKIAIOSFODNN7EXAMPL1", Some(true)), ("AKIAIOSFODNN7EXAMPL2", None)] {
        let mut documents = aws(&ec2, false);
        documents[0].1["UserDetailList"] = json!([{"Arn": format!("arn:aws:iam::{ACCOUNT}:user/deploy"), "UserName": "deploy", "UserId": "AIDA1",
            "UserPolicyList": [{"PolicyName": "p", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}}]}]);
        documents.push((format!("{ACCOUNT}/keys.json"), json!({"AccessKeyMetadata": [{"UserName": "deploy", "AccessKeyId": "AKIAIOSFODNN7EXAMPL1", "Status": "Active"}]})));
        documents.extend(azure(&site, Lack::Harmless));
        let id = format!("{}/providers/Microsoft.Web/sites/thing/config/appsettings", scope("/resourceGroups/app"));
        documents.push(arm("settings", json!([{"id": id, "type": "Microsoft.Web/sites/config", "name": "appsettings", "properties": {"AWS_ACCESS_KEY_ID": key}}])));
        assert_eq!(found(&documents, &user(ATTACKER), "az-app-settings", &goal), expect, "{key}");
        let thing = EntityId::arm(&format!("{}/providers/Microsoft.Web/sites/thing", scope("/resourceGroups/app")));
        assert_eq!(found(&documents, &thing, "x13", &goal), expect, "{key}");
    }
    // X14: a secret of Entra beside the id of its application.
    for (variables, expect) in [
        (json!({"AZURE_CLIENT_ID": APP, "AZURE_CLIENT_SECRET": "hidden"}), Some(true)),
        (json!({"AZURE_CLIENT_ID": APP}), None),
    ] {
        let mut documents = entra(&json!({}), "application", false);
        let function = format!("arn:aws:lambda:eu-west-1:{ACCOUNT}:function:job");
        documents.push((format!("{ACCOUNT}/functions.json"), json!({"Functions": [{"FunctionName": "job", "FunctionArn": function, "Environment": {"Variables": variables}}]})));
        assert_eq!(found(&documents, &EntityId::aws(&function), "x14", &prod()), expect, "{variables}");
    }
    // X16, X17: a database that lets the application's addresses in.
    let database = "arn:aws:rds:eu-west-1:111122223333:db:ledger";
    for (way, address, host, expect) in [
        ("x16", "20.1.2.3/32", "none", Some(false)),
        ("x17", "20.1.2.3/32", "ledger.abc.eu-west-1.rds.amazonaws.com", Some(true)),
        ("x16", "20.9.9.9/32", "none", None),
        ("x17", "20.9.9.9/32", "ledger.abc.eu-west-1.rds.amazonaws.com", None),
    ] {
        let mut documents = azure(&site, Lack::Harmless);
        let at = documents.iter().position(|(name, _)| name == "resources.json").unwrap();
        documents[at].1["value"][0]["properties"] = json!({"possibleOutboundIpAddresses": "20.1.2.2,20.1.2.3"});
        let id = format!("{}/providers/Microsoft.Web/sites/thing/config/appsettings", scope("/resourceGroups/app"));
        documents.push(arm("settings", json!([{"id": id, "type": "Microsoft.Web/sites/config", "name": "appsettings", "properties": {"DB_HOST": host}}])));
        documents.push((format!("{ACCOUNT}/describe-db-instances-eu-west-1.json"), json!({"DBInstances": [{"DBInstanceIdentifier": "ledger", "DBInstanceArn": database,
            "Engine": "postgres", "Endpoint": {"Address": "ledger.abc.eu-west-1.rds.amazonaws.com", "Port": 5432}, "VpcSecurityGroups": [{"VpcSecurityGroupId": "sg-0a"}],
            "TagList": [{"Key": "data-classification", "Value": "confidential"}]}]})));
        documents.push((format!("{ACCOUNT}/describe-security-groups-eu-west-1.json"), json!({"SecurityGroups": [{"GroupId": "sg-0a", "GroupName": "db", "VpcId": "vpc-1", "OwnerId": ACCOUNT,
            "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "IpRanges": [{"CidrIp": address}]}], "IpPermissionsEgress": []}]})));
        let thing = EntityId::arm(&format!("{}/providers/Microsoft.Web/sites/thing", scope("/resourceGroups/app")));
        let goal = EntityId::aws(database);
        assert_eq!(found(&documents, &thing, way, &goal), expect, "{way} {address} {host}");
    }
    // X20: a permission over domains.
    let tenant = EntityId::new(selvedge_model::EntityKind::Tenant, TENANT);
    let principal = EntityId::new(selvedge_model::EntityKind::ServicePrincipal, "cccccccc-0000-0000-0000-000000000003");
    for (role, expect) in
        [("7e05723c-0bb0-42da-be95-ae9f08a6e53c", Some(false)), ("df021288-bdef-4463-88db-98f22de89214", None)]
    {
        let mut documents = entra(&json!({}), "user", true);
        documents.push(graph("servicePrincipals('cccccccc-0000-0000-0000-000000000003')/appRoleAssignments",
            json!([{"id": "x", "principalId": "cccccccc-0000-0000-0000-000000000003", "principalType": "ServicePrincipal", "resourceId": GRAPH_SP, "appRoleId": role}])));
        assert_eq!(found(&documents, &principal, "x20", &tenant), expect, "{role}");
    }
}
