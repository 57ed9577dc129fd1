//! Every way of AWS has a small account that has it, and several that nearly have it.

use selvedge_content::Content;
use selvedge_graph::Estate;
use selvedge_graph::paths::{Survey, Ways};
use selvedge_model::EntityId;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ACCOUNT: &str = "111122223333";

#[derive(Deserialize, Clone)]
struct Case {
    way: String,
    allow: Vec<String>,
    /// The service that the administrator's role trusts.
    role: Option<String>,
    /// What acts as that role.
    host: Option<String>,
    target: Option<String>,
    #[serde(default)]
    uncertain: bool,
}

/// One thing that is different from the account that has the way.
#[derive(Clone, Debug, PartialEq)]
enum Lack {
    Nothing,
    /// A call is not allowed.
    Call(String),
    /// It is denied, too.
    Denied(String),
    /// A boundary does not allow it.
    Bounded(String),
    /// The organization forbids it.
    Forbidden(String),
    /// It is allowed on other things.
    Elsewhere(String),
    /// A condition of the statement is not met.
    Conditioned,
    /// The role trusts another service.
    OtherService,
    /// What is reached may do nothing.
    Harmless,
}

fn arn(rest: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{rest}")
}

fn everything() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
}

fn listing() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]})
}

impl Case {
    fn is_role(&self) -> bool {
        self.target.as_deref() == Some("self-role")
    }

    fn attacker(&self) -> String {
        if self.is_role() { arn("role/attacker") } else { arn("user/attacker") }
    }

    /// What the attacker's own policy says.
    fn policy(&self, lack: &Lack) -> Value {
        let left: Vec<&String> = self
            .allow
            .iter()
            .filter(|call| !matches!(lack, Lack::Call(gone) | Lack::Elsewhere(gone) if gone == *call))
            .collect();
        let mut statements = vec![json!({"Effect": "Allow", "Action": left, "Resource": "*"})];
        match lack {
            Lack::Denied(call) => statements.push(json!({"Effect": "Deny", "Action": call, "Resource": "*"})),
            Lack::Elsewhere(call) => statements
                .push(json!({"Effect": "Allow", "Action": call, "Resource": "arn:aws:iam::999988887777:role/nobody"})),
            Lack::Conditioned => {
                statements[0]["Condition"] = json!({"StringEquals": {"aws:PrincipalTag/team": "other"}});
            }
            _ => {}
        }
        statements.retain(|one| one["Action"] != json!([]));
        json!({"Version": "2012-10-17", "Statement": statements})
    }

    fn documents(&self, lack: &Lack) -> Vec<(String, Value)> {
        let victim = if *lack == Lack::Harmless { listing() } else { everything() };
        let inline = |document: &Value| json!([{"PolicyName": "own", "PolicyDocument": document}]);
        let tags = json!([{"Key": "team", "Value": "mine"}]);
        let own = self.policy(lack);
        let mut attacker = json!({"Arn": self.attacker(), "Tags": tags});
        if let Lack::Bounded(_) = lack {
            attacker["PermissionsBoundary"] = json!({"PermissionsBoundaryArn": arn("policy/boundary")});
        }
        let (mut users, mut roles, mut groups, mut policies) = (vec![], vec![], vec![], vec![]);
        let target = self.target.as_deref().unwrap_or_default();
        if target == "own-policy" {
            attacker["AttachedManagedPolicies"] = json!([{"PolicyArn": arn("policy/own"), "PolicyName": "own"}]);
            policies.push(policy("own", &own));
        } else if target != "self-group" || *lack != Lack::Nothing {
            attacker[if self.is_role() { "RolePolicyList" } else { "UserPolicyList" }] = inline(&own);
        }
        if target == "self-group" {
            attacker["GroupList"] = json!(["team"]);
            let list = if *lack == Lack::Nothing { inline(&own) } else { json!([]) };
            groups.push(
                json!({"Arn": arn("group/team"), "GroupName": "team", "GroupId": "AGPA2", "GroupPolicyList": list}),
            );
        }
        let trust = |principal: Value| json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]});
        if self.is_role() {
            attacker["RoleName"] = json!("attacker");
            attacker["RoleId"] = json!("AROA1");
            attacker["AssumeRolePolicyDocument"] = trust(json!({"Service": "ec2.amazonaws.com"}));
            roles.push(attacker);
        } else {
            attacker["UserName"] = json!("attacker");
            attacker["UserId"] = json!("AIDA1");
            users.push(attacker);
        }
        let mut role = |name: &str, principal: Value, document: &Value, attached: bool| {
            let mut role = json!({"Arn": arn(&format!("role/{name}")), "RoleName": name, "RoleId": format!("AROA{name}"),
                "AssumeRolePolicyDocument": trust(principal)});
            if attached {
                role["AttachedManagedPolicies"] = json!([{"PolicyArn": arn("policy/theirs"), "PolicyName": "theirs"}]);
                policies.push(policy("theirs", document));
            } else {
                role["RolePolicyList"] = inline(document);
            }
            if self.role.as_deref() == Some("ec2.amazonaws.com") {
                role["InstanceProfileList"] =
                    json!([{"Arn": arn("instance-profile/theirs"), "InstanceProfileName": "theirs"}]);
            }
            roles.push(role);
        };
        let root = json!({"AWS": arn("root")});
        match target {
            "assumable-role" => role("theirs", root, &victim, false),
            "any-role" => role("theirs", json!({"Service": "ec2.amazonaws.com"}), &victim, false),
            "plain-assumable-role" => role("theirs", root, &listing(), true),
            "plain-role" => role("theirs", json!({"Service": "ec2.amazonaws.com"}), &listing(), true),
            _ => {}
        }
        if let Some(service) = &self.role {
            let service = if *lack == Lack::OtherService { "backup.amazonaws.com" } else { service };
            role("theirs", json!({"Service": service}), &victim, false);
        }
        if let "user" | "user-two-keys" | "plain-user" = target {
            let document = if target == "plain-user" { listing() } else { victim.clone() };
            users.push(json!({"Arn": arn("user/theirs"), "UserName": "theirs", "UserId": "AIDA2", "UserPolicyList": inline(&document)}));
        }
        if target == "group" {
            groups.push(json!({"Arn": arn("group/theirs"), "GroupName": "theirs", "GroupId": "AGPA1", "GroupPolicyList": inline(&victim)}));
        }
        let boundary = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "NotAction":
            if let Lack::Bounded(call) = lack { call.as_str() } else { "x:y" }, "Resource": "*"}]});
        policies.push(policy("boundary", &boundary));
        let mut out = vec![(
            format!("{ACCOUNT}/details.json"),
            json!({"UserDetailList": users, "RoleDetailList": roles, "GroupDetailList": groups, "Policies": policies}),
        )];
        out.extend(self.hosts());
        if target.starts_with("user") || target == "plain-user" {
            let key = |n: u8| json!({"UserName": "theirs", "AccessKeyId": format!("AKIAIOSFODNN7EXAMPL{n}"), "Status": "Active"});
            let keys = if target == "user-two-keys" { vec![key(1), key(2)] } else { vec![key(1)] };
            out.push((format!("{ACCOUNT}/keys.json"), json!({"AccessKeyMetadata": keys})));
        }
        if let Lack::Forbidden(call) = lack {
            out.extend(organization(call));
        }
        out
    }

    fn hosts(&self) -> Vec<(String, Value)> {
        match self.host.as_deref() {
            Some("lambda") => vec![(
                format!("{ACCOUNT}/functions.json"),
                json!({"Functions": [{"FunctionName": "job", "Role": arn("role/theirs"),
                    "FunctionArn": format!("arn:aws:lambda:eu-west-1:{ACCOUNT}:function:job")}]}),
            )],
            Some("ec2") => vec![(
                format!("{ACCOUNT}/describe-instances-eu-west-1.json"),
                json!({"Reservations": [{"Instances": [{"InstanceId": "i-0abc1234567890def",
                    "IamInstanceProfile": {"Arn": arn("instance-profile/theirs")}}]}]}),
            )],
            _ => vec![],
        }
    }

    fn estate(&self, lack: &Lack) -> Estate {
        let mut estate = Estate::default();
        let mut problems = Vec::new();
        for (name, document) in self.documents(lack) {
            estate.add(&name, document.to_string().as_bytes(), &mut problems);
        }
        problems.extend(estate.finish());
        assert!(problems.is_empty(), "{}: {problems:?}", self.way);
        estate
    }

    /// The way's edges of the attacker that lead to the account, and whether one is certain.
    fn found(&self, ways: &Ways, lack: &Lack) -> Option<bool> {
        let (_, survey) = Survey::of_estate(&self.estate(lack), ways);
        let goal = BTreeSet::from([EntityId::aws_account(ACCOUNT)]);
        let towards = survey.net.towards(&goal);
        let attacker = EntityId::aws(&self.attacker());
        let mut edges = survey.net.from(&attacker).filter(|edge| edge.way == self.way);
        let on = |edge: &selvedge_graph::paths::Edge| {
            towards
                .path(&edge.to)
                .filter(|_| towards.leads(&edge.to))
                .map(|rest| edge.certain && rest.iter().all(|e| e.certain))
        };
        edges.by_ref().filter_map(on).max()
    }

    fn lacks(&self) -> Vec<Lack> {
        let mut out = vec![Lack::Conditioned];
        for call in &self.allow {
            out.extend([
                Lack::Call(call.clone()),
                Lack::Denied(call.clone()),
                Lack::Bounded(call.clone()),
                Lack::Forbidden(call.clone()),
                Lack::Elsewhere(call.clone()),
            ]);
        }
        if self.role.is_some() {
            out.extend([Lack::Harmless, Lack::OtherService]);
        }
        if matches!(self.target.as_deref(), Some("assumable-role" | "any-role" | "user" | "user-two-keys" | "group")) {
            out.push(Lack::Harmless);
        }
        out
    }
}

fn policy(name: &str, document: &Value) -> Value {
    json!({"Arn": arn(&format!("policy/{name}")), "PolicyName": name, "PolicyId": format!("ANPA{name}"), "DefaultVersionId": "v1",
        "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": true, "Document": document}]})
}

fn organization(denied: &str) -> Vec<(String, Value)> {
    let content =
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": denied, "Resource": "*"}]});
    vec![
        (
            "organization.json".into(),
            json!({"Organization": {"Id": "o-abcdefghij", "MasterAccountId": "999988887777", "Arn": "arn:aws:organizations::999988887777:organization/o-abcdefghij"}}),
        ),
        ("list-parents.json".into(), json!({"ChildId": ACCOUNT, "Parents": [{"Id": "r-ab12", "Type": "ROOT"}]})),
        (
            "describe-policy.json".into(),
            json!({"Policy": {"PolicySummary": {"Id": "p-guard123", "Name": "guard", "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": false},
                "Content": content.to_string()}}),
        ),
        (
            "list-targets-for-policy.p-guard123.json".into(),
            json!({"PolicyId": "p-guard123", "Targets": [{"TargetId": "r-ab12", "Type": "ROOT"}]}),
        ),
    ]
}

fn cases() -> Vec<Case> {
    yaml_serde::from_str(include_str!("../../paths/aws.tests.yaml")).unwrap()
}

pub(crate) fn ways() -> Ways {
    let content = Content::embedded();
    Ways::read(content.paths.iter().map(|file| (file.path.as_str(), file.text.as_str()))).unwrap()
}

#[test]
fn every_way_of_aws_is_there_and_goes_with_each_thing_it_takes() {
    let ways = ways();
    let cases = cases();
    assert_eq!(cases.iter().map(|case| &case.way).collect::<BTreeSet<_>>().len(), 65);
    let mut wrong = Vec::new();
    for case in &cases {
        let found = case.found(&ways, &Lack::Nothing);
        if found != Some(!case.uncertain) {
            wrong.push(format!("{}: {found:?}", case.way));
        }
        for lack in case.lacks() {
            // Whether a call may be made does not hang on the region or the plain name.
            if let Some(found) = case.found(&ways, &lack) {
                wrong.push(format!("{} without {lack:?}: still there ({found})", case.way));
            }
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_a_change_moves_is_found_as_by_a_survey_of_the_whole() {
    let ways = ways();
    for case in cases() {
        let estate = case.estate(&Lack::Nothing);
        crate::standing::hold(&estate, &ways);
        let others: Vec<_> = case.lacks().iter().map(|lack| case.estate(lack).view()).collect();
        crate::standing::follow(&estate, &others, &ways);
    }
}

/// What strangers may do, as findings' subjects with their rules.
fn open_to_strangers(documents: &[(&str, Value)]) -> Vec<(String, String)> {
    let mut estate = Estate::default();
    let mut problems = Vec::new();
    for (name, document) in documents {
        estate.add(&format!("{ACCOUNT}/{name}"), document.to_string().as_bytes(), &mut problems);
    }
    problems.extend(estate.finish());
    assert!(problems.is_empty(), "{problems:?}");
    let (_, survey) = Survey::of_estate(&estate, &ways());
    survey.exposures.iter().map(|one| (one.resource.key.clone(), one.who.clone())).collect()
}

#[test]
fn roles_that_let_strangers_in() {
    let github = arn("oidc-provider/token.actions.githubusercontent.com");
    let aud = json!({"StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}});
    let with = |operator: &str, subject: &str| {
        let mut condition = aud.clone();
        condition[operator]["token.actions.githubusercontent.com:sub"] = json!(subject);
        condition
    };
    let web = "sts:AssumeRoleWithWebIdentity";
    let issuer = "sts.windows.net/33e01921-4d64-4f8c-a055-5bdaffd5e33d/";
    let connector = json!({"Federated": arn(&format!("oidc-provider/{issuer}"))});
    let for_app = |more: Value| {
        let mut equals = json!({format!("{issuer}:aud"): "api://1462b192-27f7-4cb9-8523-0f4ecb54b47e"});
        equals.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"StringEquals": equals})
    };
    for (principal, action, condition, expect) in [
        (connector.clone(), web, for_app(json!({})), Some("Microsoft's connectors of any tenant")),
        (connector.clone(), web, for_app(json!({"sts:RoleSessionName": "MicrosoftSentinel_1"})), None),
        (connector, web, for_app(json!({format!("{issuer}:sub"): "x"})), None),
        (json!("*"), "sts:AssumeRole", json!({}), Some("anybody with an AWS account")),
        (json!({"AWS": "*"}), "sts:AssumeRole", json!({"StringEquals": {"sts:ExternalId": "x"}}), None),
        (json!({"AWS": "*"}), "sts:AssumeRole", json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}), None),
        (json!({"AWS": arn("root")}), "sts:AssumeRole", json!({}), None),
        (json!({"AWS": "999988887777"}), "sts:AssumeRole", json!({}), Some("AWS account 999988887777")),
        (
            json!({"AWS": "arn:aws:iam::999988887777:root"}),
            "sts:AssumeRole",
            json!({"StringEquals": {"sts:ExternalId": "x"}}),
            None,
        ),
        (json!({"Service": "ec2.amazonaws.com"}), "sts:AssumeRole", json!({}), None),
        (json!({"Federated": github}), web, aud.clone(), Some("every workflow of GitHub")),
        (json!({"Federated": github}), web, with("StringLike", "repo:b/*"), None),
        (json!({"Federated": github}), web, with("StringLike", "repo:*"), Some("every workflow of GitHub")),
        (json!({"Federated": github}), web, with("ForAllValues:StringLike", "repo:b/*"), None),
    ] {
        let mut statement = json!({"Effect": "Allow", "Principal": principal, "Action": action});
        if condition != json!({}) {
            statement["Condition"] = condition.clone();
        }
        let details = json!({"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [{"Arn": arn("role/r"), "RoleName": "r", "RoleId": "AROA1",
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}]});
        let found = open_to_strangers(&[("details.json", details)]);
        let who = found.first().map(|(_, who)| who.as_str());
        let fits = match (who, expect) {
            (Some(who), Some(expect)) => who.starts_with(expect),
            (None, None) => true,
            _ => false,
        };
        assert!(fits, "{principal} {condition}: {who:?}");
    }
}

#[test]
fn buckets_that_anybody_reads() {
    let bucket = json!({"Buckets": [{"Name": "b", "CreationDate": "2026-01-01T00:00:00Z"}]});
    let policy = |principal: Value, condition: Value| {
        let mut statement = json!({"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"});
        if condition != json!({}) {
            statement["Condition"] = condition;
        }
        (
            "get-bucket-policy.b.json",
            json!({"Bucket": "b", "Policy": json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()}),
        )
    };
    let block = |on: bool| json!({"PublicAccessBlockConfiguration": {"BlockPublicAcls": on, "IgnorePublicAcls": on, "BlockPublicPolicy": on, "RestrictPublicBuckets": on}});
    let list = (
        "get-bucket-acl.b.json",
        json!({"Bucket": "b", "Owner": {"ID": "o"}, "Grants": [{"Grantee": {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}]}),
    );
    let all = || ("list-buckets.json", bucket.clone());
    for (name, documents, expect) in [
        ("anybody", vec![all(), policy(json!("*"), json!({}))], Some("anybody")),
        ("from one place", vec![all(), policy(json!("*"), json!({"IpAddress": {"aws:SourceIp": "8.8.8.0/24"}}))], None),
        (
            "from everywhere",
            vec![all(), policy(json!("*"), json!({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}))],
            Some("anybody"),
        ),
        (
            "of the organization",
            vec![all(), policy(json!({"AWS": "*"}), json!({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}))],
            None,
        ),
        ("blocked", vec![all(), policy(json!("*"), json!({})), ("get-public-access-block.b.json", block(true))], None),
        (
            "not blocked",
            vec![all(), policy(json!("*"), json!({})), ("get-public-access-block.b.json", block(false))],
            Some("anybody"),
        ),
        (
            "blocked by the account",
            vec![all(), policy(json!("*"), json!({})), ("get-public-access-block.json", block(true))],
            None,
        ),
        ("one account", vec![all(), policy(json!({"AWS": "999988887777"}), json!({}))], None),
        ("a list", vec![all(), list.clone()], Some("anybody")),
        ("a list that is ignored", vec![all(), list.clone(), ("get-public-access-block.b.json", block(true))], None),
    ] {
        let found = open_to_strangers(&documents);
        assert_eq!(found.first().map(|(_, who)| who.as_str()), expect, "{name}: {found:?}");
    }
}
