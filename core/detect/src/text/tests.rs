//! Flow logs and tables.

use super::*;

fn check(lines: &[&str], expect: &[&str]) {
    let mut log = TextLog::default();
    let found: Vec<String> = lines
        .iter()
        .map(|line| match log.line(line.as_bytes()) {
            Line::Heading => "heading".to_owned(),
            Line::Record(json) => json,
            Line::Unreadable(why) => why.chars().take(8).collect(),
        })
        .collect();
    assert_eq!(found, expect, "{lines:?}");
}

#[test]
fn flow_logs() {
    check(
        &["dstaddr srcaddr action version", "1.1.1.1 2.2.2.2 ACCEPT 5", "1.1.1.1 2.2.2.2"],
        &["heading", r#"{"dstaddr":"1.1.1.1","srcaddr":"2.2.2.2","action":"ACCEPT","version":"5"}"#, "the line"],
    );
    let default = "2 123456789012 eni-1 10.0.0.1 10.0.0.2 443 50000 6 10 840 1418530010 1418530070 ACCEPT OK";
    let object = r#"{"version":"2","account-id":"123456789012","interface-id":"eni-1","srcaddr":"10.0.0.1","dstaddr":"10.0.0.2","srcport":"443","dstport":"50000","protocol":"6","packets":"10","bytes":"840","start":"1418530010","end":"1418530070","action":"ACCEPT","log-status":"OK"}"#;
    check(&[default, &format!("2026-01-01T00:00:00.000Z {default}"), "hello world"], &[object, object, "neither "]);
}

#[test]
fn tables() {
    let mut log = TextLog::default();
    assert_eq!(log.row(b"TimeGenerated [UTC],Caller,Claims"), Line::Heading);
    assert_eq!(
        log.row(b"2026,\"a, \"\"b\"\"\",\"{\"\"x\"\":1}\""),
        Line::Record(r#"{"TimeGenerated":"2026","Caller":"a, \"b\"","Claims":"{\"x\":1}"}"#.to_owned())
    );
    assert_eq!(log.row(b"2026,,"), Line::Record(r#"{"TimeGenerated":"2026"}"#.to_owned()));
    assert!(matches!(log.row(b"2026,x"), Line::Unreadable(_)));
    assert!(matches!(log.row(b"2026,\"x\"y,z"), Line::Unreadable(_)));
}
