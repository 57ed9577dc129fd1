//! The table of the evaluation facts (section 8), row by row, and what goes beyond it:
//! `cases/iam.jsonl`. A row with a letter is a variant that differs in one thing.

use selvedge_access::check::check;
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn the_table() {
    let rows: Vec<Value> =
        include_str!("cases/iam.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut wrong = Vec::new();
    for row in &rows {
        let (answer, problems) = check(row).unwrap_or_else(|fault| panic!("{}: {fault:?}", row["row"]));
        if answer["reason"] != row["expect"] {
            wrong.push(format!("row {}: expected {}, got {answer}, problems {problems:?}", row["row"], row["expect"]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let numbers: BTreeSet<u32> = rows.iter().filter_map(|row| row["row"].as_str()?.parse().ok()).collect();
    assert_eq!(numbers, (1..=52).collect(), "every row of the facts is here");
}

#[test]
fn what_cannot_be_read_is_named() {
    for (line, at) in [
        (r#"{}"#, "/request"),
        (r#"{"request":{"principal":"anonymous","resource":"*"}}"#, "/request/action"),
        (r#"{"request":{"principal":"anonymous","action":"GetObject","resource":"*"}}"#, "/request/action"),
        (r#"{"request":{"principal":7,"action":"s3:GetObject","resource":"*"}}"#, "/request/principal"),
        (
            r#"{"request":{"principal":"anonymous","action":"s3:GetObject","resource":"*","context":[]}}"#,
            "/request/context",
        ),
        (
            r#"{"request":{"principal":"anonymous","action":"s3:GetObject","resource":"*","context":{"a":{}}}}"#,
            "/request/context/a",
        ),
        (
            r#"{"request":{"principal":"anonymous","action":"s3:GetObject","resource":"*","principal_account":7}}"#,
            "/request/principal_account",
        ),
        (r#"{"request":{"principal":"anonymous","action":"s3:GetObject","resource":"*"},"policies":[]}"#, "/policies"),
        (
            r#"{"request":{"principal":"anonymous","action":"s3:GetObject","resource":"*"},"policies":{"scp":[]}}"#,
            "/policies/scp",
        ),
        (
            r#"{"request":{"principal":"anonymous","action":"s3:GetObject","resource":"*"},"policies":{"scps":[{}]}}"#,
            "/policies/scps/0",
        ),
    ] {
        let line: Value = serde_json::from_str(line).unwrap();
        assert_eq!(check(&line).unwrap_err().at, at, "{line}");
    }
}

#[test]
fn an_answer_says_what_decided() {
    let line: Value = serde_json::from_str(
        r#"{"id":"q1","request":{"principal":"arn:aws:iam::111111111111:user/a","action":"s3:GetObject",
            "resource":"arn:aws:s3:::b/k","context":{},"principal_account":"111111111111","resource_account":"111111111111"},
            "policies":{"identity":[{"Version":"2012-10-17","Statement":[{"Sid":"Read","Effect":"Allow","Action":"s3:*","Resource":"*"}]}],
            "boundary":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ec2:*","Resource":"*"}]}}}"#,
    )
    .unwrap();
    let (answer, problems) = check(&line).unwrap();
    assert_eq!(problems, []);
    let expected = r#"{"id":"q1","decision":"deny","reason":"implicit-deny","decided_by":["boundary"],"missing":[]}"#;
    assert_eq!(answer, serde_json::from_str::<Value>(expected).unwrap());
}

#[test]
fn what_is_missing_is_the_key_itself() {
    let row = include_str!("cases/iam.jsonl").lines().find(|line| line.starts_with(r#"{"row":"25b""#)).unwrap();
    let (answer, _) = check(&serde_json::from_str(row).unwrap()).unwrap();
    assert_eq!(answer["missing"], serde_json::json!(["aws:RequestTag/t"]));
}
