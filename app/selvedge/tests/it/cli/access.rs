//! `selvedge access`: one answer a line, whatever the lines beside it are.

use super::Program;
use serde_json::Value;

const POLICY: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;

fn line(id: &str, action: &str) -> String {
    let account = "111111111111";
    format!(
        r#"{{"id":"{id}","request":{{"principal":"arn:aws:iam::{account}:user/a","action":"{action}","resource":"arn:aws:s3:::b/k","context":{{}},"principal_account":"{account}","resource_account":"{account}"}},"policies":{{"identity":[{POLICY}]}}}}"#
    )
}

#[test]
fn requests_are_answered_line_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    let lines = [line("1", "s3:GetObject"), String::new(), line("2", "ec2:RunInstances")].join("\n");
    // Some tools put a mark of the byte order before a text.
    std::fs::write(folder.path().join("requests.jsonl"), format!("\u{feff}{lines}")).unwrap();
    let answers = program.expect(0, &["access", "check", "requests.jsonl", "--json"]).objects();
    let [first, second] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!((&first["id"], &first["decision"], &first["reason"]), (&"1".into(), &"allow".into(), &"allow".into()));
    assert_eq!(first["decided_by"][0], "identity[0].Statement[0]#Read");
    assert_eq!((&second["decision"], &second["reason"]), (&Value::from("deny"), &Value::from("implicit-deny")));
    let words = program.expect(0, &["access", "check", "requests.jsonl"]).out;
    let expected = "allow   allow         1: by identity[0].Statement[0]#Read\n\
                    deny    implicit-deny 2: not allowed by identity\n";
    assert_eq!(words, expected);
}

#[test]
fn a_line_that_holds_no_request_is_named_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    let bad = r#"{"id":"x","request":{"principal":"anonymous","resource":"*"}}"#;
    let lines = ["{", bad, &line("3", "s3:GetObject")].join("\n");
    std::fs::write(folder.path().join("requests.jsonl"), lines).unwrap();
    let ran = program.expect(1, &["access", "check", "requests.jsonl", "--json"]);
    let answers = ran.objects();
    let [unread, third] = answers.as_slice() else { panic!("{answers:?}") };
    assert_eq!((&unread["id"], &unread["decision"]), (&Value::from("x"), &Value::from("unknown")));
    assert_eq!(third["decision"], "allow");
    assert!(ran.err.contains("requests.jsonl:1") && ran.err.contains("requests.jsonl:2"), "{}", ran.err);
    assert!(ran.err.contains("/request/action"), "{}", ran.err);
    program.expect(1, &["access", "check", "nothing.jsonl"]);
}

#[test]
fn conditions_are_true_false_or_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::new(folder.path());
    let line = |id: &str, condition: &str| {
        let context = r#"{"request":{"action":"a/read","attributes":{"owner":"alice"}},"action":"a/read"}"#;
        format!(r#"{{"id":"{id}","condition":"{condition}","context":{context}}}"#)
    };
    let lines = [
        line("1", "@Request[owner] StringEquals 'alice'"),
        line("2", "@Request[owner] StringEquals 'bob'"),
        line("3", "@Request[owner] StringEquals"),
    ];
    std::fs::write(folder.path().join("conditions.jsonl"), lines.join("\n")).unwrap();
    let ran = program.expect(0, &["access", "condition", "conditions.jsonl", "--json"]);
    let results: Vec<Value> = ran.objects().iter().map(|answer| answer["result"].clone()).collect();
    assert_eq!(results, [Value::Bool(true), Value::Bool(false), Value::from("error")]);
    assert!(ran.err.contains("conditions.jsonl:3"), "{}", ran.err);
}
