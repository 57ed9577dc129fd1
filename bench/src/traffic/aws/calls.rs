//! The calls of a day, as data: who makes them, how often, what is asked and
//! answered. Holes are those of [`crate::traffic::template`].

/// Callers, to be combined.
pub(super) const SERVICE: u8 = 1;
pub(super) const LINKED: u8 = 2;
pub(super) const WORKLOAD: u8 = 4;
pub(super) const USER: u8 = 8;
pub(super) const PERSON: u8 = 16;
pub(super) const VENDOR: u8 = 32;
/// Each of them.
pub(super) const CALLERS: [u8; 6] = [SERVICE, LINKED, WORKLOAD, USER, PERSON, VENDOR];

/// What a call does, which decides several members of its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    /// A management event that changes nothing.
    Read,
    /// A management event that changes something.
    Write,
    /// A data event that reads.
    Get,
    /// A data event that writes.
    Put,
}

/// A kind of call.
#[derive(Debug, Clone, Copy)]
pub(super) struct Call {
    pub(super) by: u8,
    /// How often, beside the others of the same caller.
    pub(super) weight: u64,
    pub(super) does: Does,
    /// First label of the service's host, and the operation.
    pub(super) name: (&'static str, &'static str),
    pub(super) request: &'static str,
    pub(super) response: &'static str,
    /// Further members, each followed by a comma.
    pub(super) more: &'static str,
}

pub(super) const fn read(by: u8, weight: u64, name: (&'static str, &'static str), request: &'static str) -> Call {
    Call { by, weight, does: Does::Read, name, request, response: "null", more: "" }
}

pub(super) const fn write(
    by: u8,
    weight: u64,
    name: (&'static str, &'static str),
    request: &'static str,
    response: &'static str,
) -> Call {
    Call { by, weight, does: Does::Write, name, request, response, more: "" }
}

/// Calls that come with more than request and answer.
pub(super) const SPECIAL: &[Call] = &[
    Call {
        by: WORKLOAD | USER,
        weight: 140,
        does: Does::Get,
        name: ("s3", "GetObject"),
        request: r#"{"bucketName":"<(b>contoso-<pick:assets|events|exports|models|backups>-<few:60><)>","Host":"<b>.s3.<region>.amazonaws.com","key":"<(k><pick:dt|day|ingest>=2026-05-<n:10:18>/<pick:part|chunk|segment>-<n:10000:99999>-<hex:8>.<pick:parquet|json.gz|avro|csv><)>"}"#,
        response: "null",
        more: OBJECT,
    },
    Call {
        by: WORKLOAD | SERVICE | USER,
        weight: 55,
        does: Does::Put,
        name: ("s3", "PutObject"),
        request: r#"{"bucketName":"<(b>contoso-<pick:logs|events|exports|trail>-<few:40><)>","Host":"<b>.s3.<region>.amazonaws.com"<?500>,"x-amz-acl":"bucket-owner-full-control"<?>,"x-amz-server-side-encryption":"<pick:aws:kms|AES256>","key":"<(k>AWSLogs/<account>/<words:1:1>/2026/05/<n:10:18>/<hex:16>_<n:1000:9999>.log.gz<)>"}"#,
        response: r#"{"x-amz-server-side-encryption":"aws:kms","x-amz-expiration":"expiry-date=\"Fri, <n:10:28> Aug 2026 00:00:00 GMT\", rule-id=\"<words:1:1>\""<?400>,"x-amz-version-id":"<base64:32>"<?>}"#,
        more: OBJECT,
    },
    Call {
        by: WORKLOAD,
        weight: 40,
        does: Does::Get,
        name: ("s3", "HeadObject"),
        request: r#"{"bucketName":"<(b>contoso-<pick:assets|events|models>-<few:60><)>","Host":"s3.<region>.amazonaws.com","key":"<(k><words:1:1>/<words:1:1>/<hex:40><)>"}"#,
        response: "null",
        more: OBJECT,
    },
    Call {
        by: WORKLOAD | SERVICE,
        weight: 240,
        does: Does::Read,
        name: ("kms", "Decrypt"),
        request: r#"{"encryptionContext":{<pick:"aws:s3:arn"|"aws:secretsmanager:arn"|"PARAMETER_ARN">:"arn:aws:<pick:s3|secretsmanager|ssm>:<region>:<account>:<words:1:1>/<hex:20>"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"}"#,
        response: "null",
        more: KEY,
    },
    Call {
        by: WORKLOAD | SERVICE,
        weight: 130,
        does: Does::Read,
        name: ("kms", "GenerateDataKey"),
        request: r#"{"encryptionContext":{"aws:s3:arn":"arn:aws:s3:::contoso-<words:1:1>-<few:60>/<words:1:1>/<hex:24>"},"keySpec":"AES_256","keyId":"arn:aws:kms:<region>:<account>:key/<guid>"}"#,
        response: "null",
        more: KEY,
    },
    Call {
        by: LINKED | WORKLOAD,
        weight: 20,
        does: Does::Write,
        name: ("kms", "CreateGrant"),
        request: r#"{"retiringPrincipal":"ec2.<region>.amazonaws.com","constraints":{"encryptionContextSubset":{"aws:ebs:id":"vol-0<hex:16>"}},"granteePrincipal":"<arn>","keyId":"arn:aws:kms:<region>:<account>:key/<guid>","operations":["Decrypt"<?500>,"GenerateDataKeyWithoutPlaintext"<?>]}"#,
        response: r#"{"grantId":"<hex:64>","keyId":"arn:aws:kms:<region>:<account>:key/<guid>"}"#,
        more: KEY,
    },
    Call {
        by: WORKLOAD,
        weight: 90,
        does: Does::Get,
        name: ("dynamodb", "GetItem"),
        request: r#"{"tableName":"<(t><words:1:1>-<pick:state|items|locks>-<few:30><)>","key":{"<pick:pk|id>":"<words:1:1>#<hex:12>"},"consistentRead":<pick:true|false>}"#,
        response: "null",
        more: TABLE,
    },
    Call {
        by: WORKLOAD,
        weight: 50,
        does: Does::Put,
        name: ("dynamodb", "UpdateItem"),
        request: r##"{"tableName":"<(t><words:1:1>-<pick:state|items|locks>-<few:30><)>","key":{"pk":"<words:1:1>#<hex:12>"},"returnValues":"NONE","expressionAttributeNames":{"#<words:1:1>":"<words:1:1>"}}"##,
        response: "null",
        more: TABLE,
    },
    Call {
        by: WORKLOAD | SERVICE,
        weight: 60,
        does: Does::Put,
        name: ("lambda", "Invoke"),
        request: r#"{"functionName":"arn:aws:lambda:<region>:<account>:function:<(f><words:1:1>-<words:1:1>-<few:40><)>","sourceArn":"arn:aws:events:<region>:<account>:rule/<words:1:1>-<few:30>"}"#,
        response: "null",
        more: r#""additionalEventData":{"functionVersion":"arn:aws:lambda:<region>:<account>:function:<f>:<pick:$LATEST|7|12|31>"},"resources":[{"accountId":"<account>","type":"AWS::Lambda::Function","ARN":"arn:aws:lambda:<region>:<account>:function:<f>"}],"#,
    },
    Call {
        by: SERVICE | WORKLOAD,
        weight: 200,
        does: Does::Read,
        name: ("sts", "AssumeRole"),
        request: r#"{"roleArn":"<(r>arn:aws:iam::<account>:role/<(n><pick:task|exec|lambda|job>-<words:1:1>-<few:60><)><)>","roleSessionName":"<(s><hex:16><?300>-<n:1000:99999><?><)>"<?300>,"externalId":"<guid>"<?>,"durationSeconds":<pick:900|3600|3600|43200>}"#,
        response: r#"{"credentials":{"accessKeyId":"ASIA<caps:16>","sessionToken":"IQoJb3JpZ2luX2VjE<base64:48>","expiration":"May 18, 2026, <n:1:12>:<n:10:59>:<n:10:59> <pick:AM|PM>"},"assumedRoleUser":{"assumedRoleId":"AROA<caps:17>:<s>","arn":"arn:aws:sts::<account>:assumed-role/<n>/<s>"}}"#,
        more: r#""resources":[{"accountId":"<account>","type":"AWS::IAM::Role","ARN":"<r>"}],"#,
    },
    Call {
        by: WORKLOAD,
        weight: 14,
        does: Does::Read,
        name: ("sts", "AssumeRoleWithWebIdentity"),
        request: r#"{"roleArn":"<(r>arn:aws:iam::<account>:role/<(n>irsa-<words:1:1>-<few:40><)><)>","roleSessionName":"<(s>botocore-session-<n:1778000000:1779999999><)>"}"#,
        response: r#"{"credentials":{"accessKeyId":"ASIA<caps:16>","sessionToken":"IQoJb3JpZ2luX2VjE<base64:80>","expiration":"May 18, 2026, 6:15:00 PM"},"subjectFromWebIdentityToken":"system:serviceaccount:<words:1:1>:<words:1:1>","assumedRoleUser":{"assumedRoleId":"AROA<caps:17>:<s>","arn":"arn:aws:sts::<account>:assumed-role/<n>/<s>"},"provider":"arn:aws:iam::<account>:oidc-provider/oidc.eks.<region>.amazonaws.com/id/<caps:32>","audience":"sts.amazonaws.com"}"#,
        more: r#""resources":[{"accountId":"<account>","type":"AWS::IAM::Role","ARN":"<r>"}],"#,
    },
    Call {
        by: VENDOR,
        weight: 30,
        does: Does::Read,
        name: ("s3", "GetBucketAcl"),
        request: r#"{"acl":"","bucketName":"<(b>contoso-<pick:assets|events|exports|models|backups|logs>-<few:60><)>","Host":"<b>.s3.<region>.amazonaws.com"}"#,
        response: "null",
        more: r#""additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"<base64:76>","bytesTransferredOut":<n:400:900>},"resources":[{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<b>"}],"#,
    },
];

const OBJECT: &str = r#""additionalEventData":{"SignatureVersion":"SigV4","CipherSuite":"<pick:TLS_AES_128_GCM_SHA256|ECDHE-RSA-AES128-GCM-SHA256>","bytesTransferredIn":<pick:0|0|0|118|2048>,"AuthenticationMethod":"AuthHeader","x-amz-id-2":"<base64:76>","bytesTransferredOut":<n:0:983040>},"resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::<b>/<k>"},{"accountId":"<account>","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::<b>"}],"#;
const KEY: &str = r#""resources":[{"accountId":"<account>","type":"AWS::KMS::Key","ARN":"arn:aws:kms:<region>:<account>:key/<guid>"}],"#;
const TABLE: &str = r#""resources":[{"accountId":"<account>","type":"AWS::DynamoDB::Table","ARN":"arn:aws:dynamodb:<region>:<account>:table/<t>"}],"#;
