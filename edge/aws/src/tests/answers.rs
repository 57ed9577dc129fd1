//! The parsers over answers of the recorded shape.

use crate::answers::{self, AnswerError};

const IAM: &str = "xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"";

fn iam(operation: &str, result: &str) -> Vec<u8> {
    format!(
        "<{operation}Response {IAM}>\n  <{operation}Result>{result}</{operation}Result>\n  <ResponseMetadata><RequestId>7a62c49f-347e</RequestId></ResponseMetadata>\n</{operation}Response>"
    )
    .into_bytes()
}

#[test]
fn a_role_with_and_without_tags() {
    let role = |tags: &str| {
        iam(
            "GetRole",
            &format!(
                "<Role><Path>/app/</Path><Arn>arn:aws:iam::111122223333:role/app/R</Arn><RoleName>R</RoleName><AssumeRolePolicyDocument>%7B%7D</AssumeRolePolicyDocument><RoleId>AROAEXAMPLE</RoleId>{tags}<RoleLastUsed/></Role>"
            ),
        )
    };
    let image = answers::role(&role(
        "<Tags><member><Key>owner</Key><Value>a &amp; b</Value></member><member><Key>k</Key><Value/></member></Tags>",
    ))
    .unwrap();
    assert_eq!((image.arn.as_str(), image.path.as_str()), ("arn:aws:iam::111122223333:role/app/R", "/app/"));
    assert_eq!((image.name.as_str(), image.role_id.as_str()), ("R", "AROAEXAMPLE"));
    let tags: Vec<_> = image.tags.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(tags, [("k", ""), ("owner", "a & b")]);
    assert!(answers::role(&role("")).unwrap().tags.is_empty());
}

#[test]
fn documents_come_back_byte_for_byte() {
    for (encoded, expect) in [
        ("%7B%22Version%22%3A%222012-10-17%22%7D", "{\"Version\":\"2012-10-17\"}"),
        ("%7B%0A%20%20%22Sid%22%3A%20%22a%2Bb+c%22%0A%7D", "{\n  \"Sid\": \"a+b+c\"\n}"),
        ("%C3%A9%25", "é%"),
        ("", ""),
    ] {
        let body = iam(
            "GetRolePolicy",
            &format!("<RoleName>R</RoleName><PolicyName>P</PolicyName><PolicyDocument>{encoded}</PolicyDocument>"),
        );
        assert_eq!(answers::role_policy(&body).as_deref(), Ok(expect));
    }
}

#[test]
fn pages_say_where_the_next_one_starts() {
    for (rest, expect) in [
        ("<IsTruncated>false</IsTruncated>", Ok(None)),
        ("", Ok(None)),
        ("<IsTruncated>true</IsTruncated><Marker>m/1=</Marker>", Ok(Some("m/1="))),
        ("<IsTruncated>true</IsTruncated>", Err(AnswerError::Missing("Marker of a truncated page"))),
    ] {
        let body =
            iam("ListRolePolicies", &format!("<PolicyNames><member>A</member><member>B</member></PolicyNames>{rest}"));
        let page = answers::policy_page(&body);
        assert_eq!(page.as_ref().map(|p| p.next.as_deref()).map_err(Clone::clone), expect, "{rest}");
        if let Ok(page) = page {
            assert_eq!(page.names, ["A", "B"]);
        }
    }
}

#[test]
fn a_grant_and_a_caller() {
    let grant = answers::grant(
        b"<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials><AccessKeyId>ASIAX</AccessKeyId><SecretAccessKey>k/+=</SecretAccessKey><SessionToken>t/+=</SessionToken><Expiration>2026-05-18T18:00:00Z</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>AROAX:selvedge-act</AssumedRoleId><Arn>arn:aws:sts::111122223333:assumed-role/R/selvedge-act</Arn></AssumedRoleUser></AssumeRoleResult></AssumeRoleResponse>",
    )
    .ok()
    .unwrap();
    assert_eq!(
        (grant.access_key_id.as_str(), grant.secret_access_key.as_str(), grant.session_token.as_str()),
        ("ASIAX", "k/+=", "t/+=")
    );
    assert_eq!(grant.user_id, "AROAX:selvedge-act");
    assert_eq!(grant.expiration.to_string(), "2026-05-18T18:00:00Z");
    let caller = b"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>a</Arn><UserId>u</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
    assert_eq!(answers::caller_account(caller).as_deref(), Ok("111122223333"));
}

#[test]
fn errors_of_either_shape_and_nothing_else() {
    for (body, expect) in [
        (
            "<ErrorResponse><Error><Type>Sender</Type><Code>NoSuchEntity</Code><Message>gone</Message></Error><RequestId>r</RequestId></ErrorResponse>",
            Some(("NoSuchEntity", "gone")),
        ),
        (
            "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>slow</Message></Error></Errors></Response>",
            Some(("RequestLimitExceeded", "slow")),
        ),
        ("<Error><Code>AccessDenied</Code></Error>", Some(("AccessDenied", ""))),
        ("<html><Code>x</Code></html>", None),
        ("<ErrorResponse/>", None),
        ("{\"Code\":\"x\"}", None),
        ("", None),
    ] {
        let error = answers::error(body.as_bytes());
        assert_eq!(error.as_ref().map(|e| (e.code.as_str(), e.message.as_str())), expect, "{body}");
    }
}

#[test]
fn one_answer_is_not_taken_for_another() {
    let put = b"<PutRolePolicyResponse><ResponseMetadata/></PutRolePolicyResponse>";
    assert!(answers::acknowledges(put, "PutRolePolicy"));
    assert!(!answers::acknowledges(put, "DeleteRolePolicy"));
    assert!(!answers::acknowledges(b"<html/>", "PutRolePolicy"));
    assert!(!answers::acknowledges(b"", "PutRolePolicy"));
    assert!(answers::role(put).is_err());
    assert!(answers::role_policy(put).is_err());
    assert!(
        answers::policy_page(b"<ListRolePoliciesResponse><ListRolePoliciesResult/></ListRolePoliciesResponse>")
            .is_err()
    );
    assert!(answers::grant(put).is_err());
    assert!(answers::caller_account(put).is_err());
}
