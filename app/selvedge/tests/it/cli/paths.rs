//! Who could reach what, over permissions and over the network; what a change does; policies
//! compared; and what `replay` says of an estate without logs.

use super::Program;
use serde_json::{Value, json};
use std::path::Path;

const ACCOUNT: &str = "111122223333";

fn arn(rest: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{rest}")
}

fn document(statements: &Value) -> Value {
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn write(folder: &Path, name: &str, value: &Value) {
    let path = folder.join("inventory").join(ACCOUNT).join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, value.to_string()).unwrap();
}

/// A developer who may pass an administrator's role to a new function; a machine on the internet
/// that acts as a role that may write its own policies; a bucket that anybody reads.
fn estate(folder: &Path) {
    let trust = |service: &str| {
        document(&json!([{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]))
    };
    let inline = |statements: Value| json!([{"PolicyName": "own", "PolicyDocument": document(&statements)}]);
    let allow = |actions: Value| json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]);
    let details = json!({
        "UserDetailList": [{"Arn": arn("user/dev"), "UserName": "dev", "UserId": "AIDA1",
            "UserPolicyList": inline(allow(json!(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"])))}],
        "GroupDetailList": [], "Policies": [],
        "RoleDetailList": [
            {"Arn": arn("role/admin"), "RoleName": "admin", "RoleId": "AROA1", "AssumeRolePolicyDocument": trust("lambda.amazonaws.com"),
             "RolePolicyList": inline(allow(json!("*")))},
            {"Arn": arn("role/web"), "RoleName": "web", "RoleId": "AROA2", "AssumeRolePolicyDocument": trust("ec2.amazonaws.com"),
             "RolePolicyList": inline(allow(json!("iam:PutRolePolicy"))),
             "InstanceProfileList": [{"Arn": arn("instance-profile/web"), "InstanceProfileName": "web"}]},
        ],
    });
    write(folder, "account-authorization-details.json", &details);
    write(
        folder,
        "describe-instances-eu-west-1.json",
        &json!({"Reservations": [{"Instances": [{"InstanceId": "i-0aaaaaaaaaaaaaaaa",
        "SubnetId": "subnet-1", "VpcId": "vpc-1", "PublicIpAddress": "54.1.2.3", "PrivateIpAddress": "10.0.1.4",
        "IamInstanceProfile": {"Arn": arn("instance-profile/web")}, "SecurityGroups": [{"GroupId": "sg-1"}],
        "Tags": [{"Key": "Name", "Value": "web-1"}]}]}]}),
    );
    write(
        folder,
        "describe-subnets-eu-west-1.json",
        &json!({"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24"}]}),
    );
    write(
        folder,
        "describe-route-tables-eu-west-1.json",
        &json!({"RouteTables": [{"RouteTableId": "rtb-1", "VpcId": "vpc-1",
        "Associations": [{"Main": true}], "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}]}]}),
    );
    write(
        folder,
        "describe-security-groups-eu-west-1.json",
        &json!({"SecurityGroups": [{"GroupId": "sg-1", "GroupName": "web", "VpcId": "vpc-1",
        "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}], "IpPermissionsEgress": []}]}),
    );
    let public = document(
        &json!([{"Sid": "Public", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::site-data/*"}]),
    );
    write(folder, "get-bucket-policy.site-data.json", &json!({"Bucket": "site-data", "Policy": public.to_string()}));
}

fn program() -> (tempfile::TempDir, Program) {
    let folder = tempfile::tempdir().unwrap();
    estate(folder.path());
    let program = Program::new(folder.path());
    (folder, program)
}

#[test]
fn an_estate_without_logs_shows_its_findings() {
    let (folder, program) = program();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    let ran = program.expect(0, &["replay", "empty", "--estate", "inventory", "--state", "state", "--json"]);
    let objects = ran.objects();
    let found: Vec<&Value> = objects.iter().filter(|one| one["type"] == "finding").collect();
    let of = |rule: &str| -> Vec<&str> {
        found.iter().filter(|one| one["rule"] == rule).map(|one| one["subject"].as_str().unwrap()).collect()
    };
    assert_eq!(of("lambda-001"), [arn("user/dev")]);
    assert_eq!(of("iam-005"), [arn("role/web")]);
    assert_eq!(of("exposed-to-internet"), ["i-0aaaaaaaaaaaaaaaa"]);
    assert_eq!(of("exposed-resource"), ["arn:aws:s3:::site-data"]);
    assert_eq!(found.len(), 4, "{found:?}");
    let escalation = found.iter().find(|one| one["rule"] == "lambda-001").unwrap();
    assert_eq!((&escalation["severity"], &escalation["tactics"]), (&json!("high"), &json!(["privilege-escalation"])));
    assert!(!escalation["evidence"].as_array().unwrap().is_empty());
    assert_eq!(objects.last().unwrap()["findings"], 4);
}

#[test]
fn paths_are_told_step_by_step_with_what_cuts_them() {
    let (folder, program) = program();
    let ran = program.expect(0, &["paths", "--estate", "inventory", "--cut"]);
    insta::assert_snapshot!("paths", ran.out);
    let all = program
        .expect(0, &["paths", "--estate", "inventory", "--from", "anybody", "--to", "aws-account", "--json"])
        .objects();
    let ways: Vec<&str> =
        all[0]["steps"].as_array().unwrap().iter().map(|step| step["way"].as_str().unwrap()).collect();
    assert_eq!(ways, ["open-to-internet", "aws-instance-role", "iam-005"]);
    assert_eq!(all[0]["certain"], false);
    assert!(program.expect(0, &["paths", "--estate", "inventory", "--from", "admin"]).out.contains("1 step"));
    program.expect(0, &["paths", "--estate", "inventory", "--cut", "--report", "paths.html"]);
    let page = std::fs::read_to_string(folder.path().join("paths.html")).unwrap();
    assert!(page.contains("<svg") && page.contains("lambda-001") && page.contains("The least cut"), "{page}");
    for (args, says) in [
        (["paths", "--estate", "inventory", "--from", "nobody"].as_slice(), "nobody in the estate goes by nobody"),
        (&["paths", "--estate", "inventory", "--to", "nowhere"], "nothing goes by that"),
        (&["paths", "--state", "nothing-here"], "no inventory is known"),
    ] {
        let ran = program.expect(1, args);
        assert!(ran.err.contains(says), "{args:?}: {}", ran.err);
    }
}

#[test]
fn what_is_in_reach_of_an_identity_a_session_and_a_host() {
    let (folder, program) = program();
    write(
        folder.path(),
        "keys.json",
        &json!({"AccessKeyMetadata": [{"UserName": "dev", "AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "Status": "Active"}]}),
    );
    let reach = |from: &str| program.expect(0, &["paths", "--estate", "inventory", "--from", from, "--reach"]).out;
    insta::assert_snapshot!("reach", reach("i-0aaaaaaaaaaaaaaaa"));
    let session = format!("arn:aws:sts::{ACCOUNT}:assumed-role/web/i-0aaaaaaaaaaaaaaaa");
    assert_eq!(reach(&session), reach(&arn("role/web")));
    assert_eq!(reach("AKIAIOSFODNN7EXAMPLE"), reach("dev"));
    let all = program.expect(0, &["paths", "--estate", "inventory", "--from", "dev", "--reach", "--json"]).objects();
    assert_eq!((&all[0]["what"]["key"], &all[0]["matters"]), (&json!(ACCOUNT), &json!(true)));
    assert_eq!(all.last().unwrap()["reached"], json!(all.len() - 1));
    program.expect(2, &["paths", "--estate", "inventory", "--reach"]);
}

#[test]
fn a_change_is_rehearsed_and_told() {
    let (folder, program) = program();
    let changes = json!([
        {"op": "detach", "principal": arn("user/dev"), "policy": "own"},
        {"op": "put-policy", "principal": arn("role/web"), "name": "own", "document": document(&json!([{"Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]))},
        {"op": "set-trust", "role": "admin", "document": document(&json!([{"Effect": "Allow", "Principal": {"AWS": arn("user/dev")}, "Action": "sts:AssumeRole"}]))},
    ]);
    std::fs::write(folder.path().join("changes.json"), changes.to_string()).unwrap();
    let ran = program.expect(0, &["what-if", "changes.json", "--estate", "inventory"]);
    insta::assert_snapshot!("what-if", ran.out);
    // The estate is as it was.
    assert!(program.expect(0, &["paths", "--estate", "inventory"]).out.contains("lambda-001"));
    for (text, says) in [
        ("{", "not JSON"),
        (r#"[{"op":"wish"}]"#, "change 1"),
        (r#"[{"op":"remove","entity":"nobody"}]"#, "nothing in the estate goes by nobody"),
        (r#"[{"op":"leave","principal":"dev","group":"admin"}]"#, "no such relation"),
    ] {
        std::fs::write(folder.path().join("bad.json"), text).unwrap();
        let ran = program.expect(1, &["what-if", "bad.json", "--estate", "inventory"]);
        assert!(ran.err.contains(says), "{text}: {}", ran.err);
    }
}

#[test]
fn who_may_do_what_is_told_with_the_reason() {
    let (_folder, program) = program();
    let who = |action: &str, resource: &str| {
        program.expect(0, &["access", "who-can", action, resource, "--estate", "inventory"]).out
    };
    let text = who("iam:PassRole", &arn("role/admin"));
    assert!(
        text.starts_with("2 may iam:PassRole") && text.contains("user dev") && text.contains("role admin"),
        "{text}"
    );
    // Anybody may read the bucket by its own policy.
    assert!(who("s3:GetObject", "arn:aws:s3:::site-data/x").starts_with("3 may"));
    let can = program.expect(0, &["access", "can", "dev", "--estate", "inventory", "--json"]).objects();
    let actions: Vec<&str> = can.iter().map(|one| one["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]);
    let explain = |action: &str| {
        let args = ["access", "explain", "web", action, "*", "--estate", "inventory", "--json"];
        let answer = program.expect(0, &args).objects().remove(0);
        (answer["decision"].as_str().unwrap().to_owned(), answer["by"].clone())
    };
    assert_eq!(
        explain("iam:PutRolePolicy"),
        ("allow".into(), json!([format!("{}.Statement[0]", arn("role/web/inline/own"))]))
    );
    assert_eq!(explain("iam:PutUserPolicy"), ("deny".into(), json!(["identity"])));
}

#[test]
fn the_network_answers_with_its_rules() {
    let (_folder, program) = program();
    let reach = |from: &str, port: &str| {
        let args = ["network", "reach", from, "web-1", port, "--estate", "inventory", "--json"];
        program.expect(0, &args).objects().remove(0)
    };
    let open = reach("internet", "22");
    assert_eq!(open["verdict"], "yes");
    assert_eq!(
        open["by"],
        json!([
            "public address 54.1.2.3",
            "rtb-1 routes the internet to igw-1",
            "security group sg-1: allows tcp 22-22"
        ])
    );
    assert_eq!(reach("8.8.8.8", "80")["verdict"], "no");
    let ran = program.expect(0, &["network", "exposed", "--estate", "inventory"]);
    assert!(ran.out.contains("web-1: tcp 22"), "{}", ran.out);
    program.expect(1, &["network", "reach", "internet", "nowhere", "22", "--estate", "inventory"]);
    program.expect(1, &["network", "reach", "internet", "dev", "22", "--estate", "inventory"]);
}

#[test]
fn policies_are_compared_with_a_request_that_shows_the_difference() {
    let (folder, program) = program();
    let put = |name: &str, value: &Value| std::fs::write(folder.path().join(name), value.to_string()).unwrap();
    let one =
        |actions: Value| document(&json!([{"Effect": "Allow", "Action": actions, "Resource": "arn:aws:s3:::b/*"}]));
    put("wide.json", &one(json!("s3:*")));
    put("narrow.json", &one(json!(["s3:GetObject", "s3:PutObject"])));
    put("same.json", &one(json!(["s3:PutObject", "S3:getobject"])));
    put("other.json", &one(json!("s3:DeleteObject")));
    put(
        "odd.json",
        &document(&json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"Odd": {"k:k": "x"}}}])),
    );
    let compare =
        |a: &str, b: &str, code| program.expect(code, &["policy", "compare", a, b, "--json"]).objects().remove(0);
    assert_eq!(compare("narrow.json", "same.json", 0)["verdict"], "equivalent");
    let looser = compare("wide.json", "narrow.json", 0);
    assert_eq!((&looser["verdict"], &looser["witness"]["allowed_by"]), (&json!("a-looser"), &json!("a")));
    assert_eq!(compare("narrow.json", "wide.json", 0)["verdict"], "b-looser");
    let both = compare("narrow.json", "other.json", 0);
    assert_eq!((&both["verdict"], &both["witness"]["b_only"]["allowed_by"]), (&json!("incomparable"), &json!("b")));
    assert_eq!(compare("odd.json", "wide.json", 1)["verdict"], "unknown");
    let words = program.expect(0, &["policy", "compare", "narrow.json", "other.json"]).out;
    assert!(words.starts_with("incomparable: ") && words.contains("Only other.json allows"), "{words}");
    std::fs::write(folder.path().join("broken.json"), "{").unwrap();
    assert!(program.expect(1, &["policy", "compare", "broken.json", "wide.json"]).err.contains("broken.json:1"));
}
