//! CloudTrail records, version 1.09.

use crate::place::Place;
use crate::rng::Rng;
use crate::session::AwsSession;
use jiff::Timestamp;
use selvedge_model::time::iso_second;
use serde_json::{Map, Value, json};

const CIPHER: &str = "TLS_AES_128_GCM_SHA256";

/// What differs from record to record.
pub(crate) struct Trail<'a> {
    pub(crate) account: &'a str,
    pub(crate) at: Timestamp,
    pub(crate) identity: Value,
    pub(crate) source: &'a str,
    pub(crate) name: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) region: &'a str,
    pub(crate) ip: &'a str,
    pub(crate) user_agent: &'a str,
    pub(crate) host: &'a str,
    pub(crate) read_only: bool,
    pub(crate) data: bool,
    pub(crate) request: Value,
    pub(crate) response: Value,
    pub(crate) error: Option<(&'a str, String)>,
    pub(crate) additional: Option<Value>,
    pub(crate) resources: Option<Value>,
}

impl<'a> Trail<'a> {
    /// A management call by a session, with nothing special about it.
    pub(crate) fn call(
        session: &'a AwsSession,
        from: &'a Place,
        at: Timestamp,
        source: &'a str,
        name: &'a str,
    ) -> Self {
        Self {
            account: &session.account,
            at,
            identity: assumed_role(session),
            source,
            name,
            kind: "AwsApiCall",
            region: "eu-west-1",
            ip: &from.ip,
            user_agent: &from.user_agent,
            host: "",
            read_only: true,
            data: false,
            request: Value::Null,
            response: Value::Null,
            error: None,
            additional: None,
            resources: None,
        }
    }

    /// The record's id and the record.
    pub(crate) fn record(self, rng: &mut Rng) -> (String, Value) {
        let id = rng.guid();
        let mut out = Map::new();
        let mut put = |key: &str, value: Value| {
            out.insert(key.into(), value);
        };
        put("eventVersion", json!("1.09"));
        put("userIdentity", self.identity);
        put("eventTime", json!(iso_second(self.at)));
        put("eventSource", json!(self.source));
        put("eventName", json!(self.name));
        put("awsRegion", json!(self.region));
        put("sourceIPAddress", json!(self.ip));
        put("userAgent", json!(self.user_agent));
        if let Some((code, message)) = self.error {
            put("errorCode", json!(code));
            put("errorMessage", json!(message));
        }
        put("requestParameters", self.request);
        put("responseElements", self.response);
        if let Some(additional) = self.additional {
            put("additionalEventData", additional);
        }
        if let Some(resources) = self.resources {
            put("resources", resources);
        }
        put("requestID", json!(rng.guid()));
        put("eventID", json!(id));
        put("readOnly", json!(self.read_only));
        put("eventType", json!(self.kind));
        put("managementEvent", json!(!self.data));
        put("recipientAccountId", json!(self.account));
        put("eventCategory", json!(if self.data { "Data" } else { "Management" }));
        if !self.host.is_empty() {
            put(
                "tlsDetails",
                json!({ "tlsVersion": "TLSv1.3", "cipherSuite": CIPHER, "clientProvidedHostHeader": self.host }),
            );
        }
        (id, Value::Object(out))
    }
}

/// `userIdentity` of a role session.
pub(crate) fn assumed_role(session: &AwsSession) -> Value {
    let mut context = json!({
        "sessionIssuer": {
            "type": "Role",
            "principalId": session.role_id,
            "arn": session.role_arn,
            "accountId": session.account,
            "userName": session.role_name,
        },
        "webIdFederationData": {},
        "attributes": { "creationDate": iso_second(session.issued_at), "mfaAuthenticated": "false" },
    });
    if let (Some(map), Some(source)) = (context.as_object_mut(), &session.source_identity) {
        map.insert("sourceIdentity".into(), json!(source));
    }
    json!({
        "type": "AssumedRole",
        "principalId": session.user_id(),
        "arn": session.arn(),
        "accountId": session.account,
        "accessKeyId": session.access_key,
        "sessionContext": context,
    })
}

/// `userIdentity` of somebody who presents a SAML assertion.
pub(crate) fn saml_user(name_qualifier: &str, subject: &str) -> Value {
    json!({
        "type": "SAMLUser",
        "principalId": format!("{name_qualifier}:{subject}"),
        "userName": subject,
        "identityProvider": name_qualifier,
    })
}

/// `additionalEventData` of an S3 data event. A refused call has sent no bytes,
/// and says nothing about them.
pub(crate) fn s3_additional(bytes_out: Option<u64>, rng: &mut Rng) -> Value {
    let mut out = json!({
        "SignatureVersion": "SigV4",
        "CipherSuite": CIPHER,
        "bytesTransferredIn": 0,
        "AuthenticationMethod": "AuthHeader",
        "x-amz-id-2": rng.hex(30),
    });
    if let (Some(map), Some(bytes)) = (out.as_object_mut(), bytes_out) {
        map.insert("bytesTransferredOut".into(), json!(bytes));
    }
    out
}
