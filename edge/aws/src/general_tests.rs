//! What is sent for a row of the catalogue, and what is made of its answer.

use super::*;
use crate::config::AwsConfig;
use selvedge_ports::actions::ops::{iam, kms, lambda, organizations, s3};

fn wire(region: &str) -> Wire {
    Wire::new(&AwsConfig { region: region.into(), ..AwsConfig::default() }).unwrap()
}

#[test]
fn requests_are_as_their_rows_say() {
    let name = [("RoleName", "a+b"), ("PolicyArn", "arn:aws:iam::aws:policy/AWSDenyAll")];
    let settings = Doc::map([("Bucket", "data")]).with(&["PublicAccessBlockConfiguration", "BlockPublicAcls"], true);
    let number = Doc::map([("FunctionName", "f")]).with(&["ReservedConcurrentExecutions"], 0);
    let policy = Doc::map([("Bucket", "data"), ("Policy", "{\"a\": 1}")]);
    for (call, line, headers, body) in [
        (
            Call::new("1", iam::ATTACH_ROLE_POLICY, Doc::map(name)),
            "POST https://iam.amazonaws.com/ iam us-east-1",
            "content-type=application/x-www-form-urlencoded; charset=utf-8",
            "Action=AttachRolePolicy&Version=2010-05-08&PolicyArn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FAWSDenyAll&RoleName=a%2Bb",
        ),
        (
            Call::new("1", organizations::DESCRIBE_POLICY, Doc::map([("PolicyId", "p-1")])).within("us-east-1"),
            "POST https://organizations.us-east-1.amazonaws.com/ organizations us-east-1",
            "content-type=application/x-amz-json-1.1 x-amz-target=AWSOrganizationsV20161128.DescribePolicy",
            r#"{"PolicyId":"p-1"}"#,
        ),
        (
            Call::new("1", kms::DISABLE_KEY, Doc::map([("KeyId", "k")])).within("cn-north-1"),
            "POST https://kms.cn-north-1.amazonaws.com.cn/ kms cn-north-1",
            "content-type=application/x-amz-json-1.1 x-amz-target=TrentService.DisableKey",
            r#"{"KeyId":"k"}"#,
        ),
        (
            Call::new("1", s3::PUT_PUBLIC_ACCESS_BLOCK, settings).within("eu-west-1"),
            "PUT https://s3.eu-west-1.amazonaws.com/data?publicAccessBlock s3 eu-west-1",
            "content-type=application/xml",
            "<PublicAccessBlockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>",
        ),
        (
            Call::new("1", s3::PUT_BUCKET_POLICY, policy).within("eu-west-1"),
            "PUT https://s3.eu-west-1.amazonaws.com/data?policy s3 eu-west-1",
            "",
            "{\"a\": 1}",
        ),
        (
            Call::new("1", lambda::PUT_CONCURRENCY, number).within("eu-west-1"),
            "PUT https://lambda.eu-west-1.amazonaws.com/2017-10-31/functions/f/concurrency lambda eu-west-1",
            "content-type=application/json",
            r#"{"ReservedConcurrentExecutions":0}"#,
        ),
    ] {
        let request = request(&wire("eu-west-1"), &call).unwrap();
        let own = format!("{} {} {} {}", request.method, request.url, request.service, request.region);
        let all: Vec<String> = request.headers.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!((own.as_str(), all.join(" ").as_str(), request.body.as_str()), (line, headers, body));
    }
}

#[test]
fn a_path_cannot_be_left() {
    for bucket in ["", "..", "."] {
        let call = Call::new("1", s3::GET_BUCKET_POLICY, Doc::map([("Bucket", bucket)])).within("eu-west-1");
        assert!(request(&wire("eu-west-1"), &call).is_none(), "{bucket}");
    }
    let call = Call::new("1", s3::GET_BUCKET_POLICY, Doc::map([("Bucket", "a/../b?c")])).within("eu-west-1");
    let url = request(&wire("eu-west-1"), &call).unwrap().url;
    assert_eq!(url.path(), "/a%2F..%2Fb%3Fc");
}

#[test]
fn answers_become_documents() {
    let role = br#"<GetRoleResponse xmlns="x"><GetRoleResult><Role><RoleId>AROAX</RoleId>
        <AssumeRolePolicyDocument>%7B%22a%22%3A+1%7D</AssumeRolePolicyDocument><Tags><member><Key>k</Key><Value>v</Value></member></Tags>
        </Role></GetRoleResult></GetRoleResponse>"#;
    let doc = answer(&Call::new("1", iam::GET_ROLE, Doc::default()), role).unwrap();
    assert_eq!(
        doc.to_json(),
        r#"{"Role":{"AssumeRolePolicyDocument":"{\"a\":+1}","RoleId":"AROAX","Tags":[{"Key":"k","Value":"v"}]}}"#
    );
    let place = b"<LocationConstraint xmlns=\"x\">eu-west-1</LocationConstraint>";
    let doc = answer(&Call::new("1", s3::GET_BUCKET_LOCATION, Doc::default()), place).unwrap();
    assert_eq!(doc.to_json(), r#"{"LocationConstraint":"eu-west-1"}"#);
    for (call, bytes) in [
        (iam::GET_ROLE, &b"<html/>"[..]),
        (iam::GET_ROLE, b"<GetUserResponse/>"),
        (kms::DESCRIBE_KEY, b"<html/>"),
        (kms::DESCRIBE_KEY, b"[1]"),
    ] {
        assert_eq!(answer(&Call::new("1", call, Doc::default()), bytes), None, "{call:?}");
        assert!(!acknowledges(&Call::new("1", call, Doc::default()), bytes), "{call:?}");
    }
}

#[test]
fn pages_are_joined() {
    let page = |text: &str| Doc::parse(text).unwrap();
    let first = page(r#"{"AttachedPolicies":[1],"IsTruncated":"true","Marker":"m"}"#);
    assert_eq!(next_page(&first), Some(("Marker", "m".into())));
    let last = page(r#"{"AttachedPolicies":[2],"IsTruncated":"false"}"#);
    assert_eq!(next_page(&last), None);
    assert_eq!(joined(first, &last).items_at(&["AttachedPolicies"]).len(), 2);
    assert_eq!(next_page(&page(r#"{"NextToken":"t"}"#)), Some(("NextToken", "t".into())));
    assert_eq!(next_page(&page(r#"{"NextToken":null}"#)), None);
}
