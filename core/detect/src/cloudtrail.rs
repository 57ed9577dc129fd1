//! AWS CloudTrail: record to OCSF and to facts.
//!
//! Field rules: facts "logs" section 1; the OCSF mapping follows the schema
//! project's published CloudTrail mapping (classes 3001, 3002 and 6003).

use crate::get;
use crate::mapped::{Mapped, cloudtrail_event_id};
use crate::ocsf::{self, Head};
use selvedge_model::event::{
    Actor, Api, ApiResponse, Cloud, Endpoint, HttpRequest, Named, Ocsf, Resource, Session, User,
};
use selvedge_model::fact::{AssumeMethod, AwsSessionKey, AwsUse, Cite, RoleAssumption};
use selvedge_model::{Digest, Fact, RecordId, Timestamp, arn, time};
use serde_json::Value;

/// Operations that hand out or begin a session, or are a stage of that.
const AUTHENTICATION: [&str; 11] = [
    "ConsoleLogin",
    "CheckMfa",
    "AssumeRole",
    "AssumeRoleWithSAML",
    "AssumeRoleWithWebIdentity",
    "AssumeRoot",
    "GetSessionToken",
    "GetFederationToken",
    "UserAuthentication",
    "Federate",
    "GetRoleCredentials",
];

/// IAM operations on users and roles, with their Account Change activity. AWS's
/// own mapping counts a role's place in an instance profile as attached policy.
const ACCOUNT_CHANGE: [(&str, u8, &str); 18] = [
    ("CreateUser", 1, "Create"),
    ("DeleteUser", 6, "Delete"),
    ("ChangePassword", 3, "Password Change"),
    ("UpdateLoginProfile", 4, "Password Reset"),
    ("AttachUserPolicy", 7, "Attach Policy"),
    ("PutUserPolicy", 7, "Attach Policy"),
    ("DetachUserPolicy", 8, "Detach Policy"),
    ("DeleteUserPolicy", 8, "Detach Policy"),
    ("EnableMFADevice", 10, "MFA Factor Enable"),
    ("DeactivateMFADevice", 11, "MFA Factor Disable"),
    ("CreateRole", 1, "Create"),
    ("DeleteRole", 6, "Delete"),
    ("AttachRolePolicy", 7, "Attach Policy"),
    ("PutRolePolicy", 7, "Attach Policy"),
    ("AddRoleToInstanceProfile", 7, "Attach Policy"),
    ("DetachRolePolicy", 8, "Detach Policy"),
    ("DeleteRolePolicy", 8, "Detach Policy"),
    ("RemoveRoleFromInstanceProfile", 8, "Detach Policy"),
];

/// Maps a record; the error says which field is missing or wrong.
pub(crate) fn map(raw: &Value, digest: Digest) -> Result<Mapped, String> {
    let occurred_at = get::moment(raw, &["eventTime"]).ok_or("eventTime is missing or no time")?;
    let record = get::text(raw, &["eventID"]);
    let account = account_of(raw);
    let event = cloudtrail_event_id(&account, record.as_deref(), digest);
    let record = RecordId::new(record.unwrap_or_else(|| digest.to_string()));
    let cite = Cite { event, record: record.clone(), at: occurred_at };
    Ok(Mapped {
        event,
        record_id: record.clone(),
        occurred_at,
        revision: get::moment(raw, &["addendum", "updatedTime"]),
        ocsf: to_ocsf(raw, occurred_at, &record, &account, digest),
        facts: facts(raw, &cite, &account),
    })
}

fn account_of(raw: &Value) -> String {
    get::text(raw, &["recipientAccountId"])
        .or_else(|| get::text(raw, &["userIdentity", "accountId"]))
        .unwrap_or_default()
}

fn to_ocsf(raw: &Value, at: Timestamp, record: &RecordId, account: &str, digest: Digest) -> Ocsf {
    let operation = get::text_or_empty(raw, &["eventName"]);
    let error = get::text(raw, &["errorCode"]);
    let failed = error.is_some() || login_failed(raw);
    let (class, activity) = class_of(raw, &operation);
    let mut out = ocsf::build(Head {
        class,
        activity,
        time: at,
        status: Some(!failed),
        uid: record.as_str(),
        product: ("AWS", "CloudTrail"),
        feature: get::text(raw, &["eventCategory"]),
        digest,
        profiles: &["cloud"],
    });
    out.metadata.event_code = get::text(raw, &["eventType"]);
    out.metadata.original_time = get::text(raw, &["eventTime"]);
    out.status_code = error.clone();
    out.status_detail = get::text(raw, &["errorMessage"]);
    out.actor = Some(actor(raw));
    out.api = Some(Api {
        operation: if operation.is_empty() { ocsf::UNKNOWN.into() } else { operation },
        service: get::text(raw, &["eventSource"]).map(named),
        request: get::text(raw, &["requestID"]).map(|uid| Named { uid: Some(uid), name: None }),
        response: error.map(|error| ApiResponse {
            code: None,
            error: Some(error),
            error_message: get::text(raw, &["errorMessage"]),
        }),
    });
    out.src_endpoint = Some(source(raw));
    out.http_request = get::text(raw, &["userAgent"]).map(|ua| HttpRequest { user_agent: Some(ua), http_method: None });
    out.cloud = Some(Cloud {
        provider: "AWS".into(),
        account: (!account.is_empty()).then(|| Named { uid: Some(account.into()), name: None }),
        region: get::text(raw, &["awsRegion"]),
    });
    // Each class has its own place for what the call was about.
    if class == ocsf::AUTHENTICATION {
        authentication(raw, &mut out);
    } else if class == ocsf::ACCOUNT_CHANGE {
        out.user = Some(changed(raw));
    } else {
        out.resources = resources(raw);
    }
    ocsf::observe(&mut out);
    out
}

fn named(name: String) -> Named {
    Named { uid: None, name: Some(name) }
}

fn login_failed(raw: &Value) -> bool {
    get::text(raw, &["responseElements", "ConsoleLogin"]).is_some_and(|v| v == "Failure")
        || get::text(raw, &["serviceEventDetails", "UserAuthentication"]).is_some_and(|v| v == "Failure")
}

fn class_of(raw: &Value, operation: &str) -> (ocsf::Class, (u8, &'static str)) {
    if AUTHENTICATION.contains(&operation) {
        let activity = if operation == "CheckMfa" { (99, "Other") } else { (1, "Logon") };
        return (ocsf::AUTHENTICATION, activity);
    }
    let of_iam = get::text(raw, &["eventSource"]).is_some_and(|s| s == "iam.amazonaws.com");
    if let Some((_, id, name)) = ACCOUNT_CHANGE.iter().find(|(op, ..)| of_iam && *op == operation) {
        return (ocsf::ACCOUNT_CHANGE, (*id, name));
    }
    let starts = |words: &[&str]| words.iter().any(|w| operation.starts_with(w));
    let activity = if get::boolean(raw, &["readOnly"]) == Some(true)
        || starts(&["Get", "List", "Describe", "Head", "Lookup", "BatchGet", "Query", "Scan", "Decrypt"])
    {
        (2, "Read")
    } else if starts(&["Create", "Run", "Import", "Allocate", "Register", "Copy", "Start"]) {
        (1, "Create")
    } else if starts(&["Delete", "Remove", "Terminate", "Deregister", "Release"]) {
        (4, "Delete")
    } else if get::boolean(raw, &["readOnly"]) == Some(false)
        || starts(&["Put", "Update", "Modify", "Set", "Attach", "Detach", "Add", "Enable", "Disable", "Stop"])
    {
        (3, "Update")
    } else {
        (99, "Other")
    };
    (ocsf::API_ACTIVITY, activity)
}

/// The caller.
fn user(raw: &Value) -> User {
    let identity = get::at(raw, &["userIdentity"]).unwrap_or(&Value::Null);
    let kind = get::text(identity, &["type"]);
    let mut user = User {
        uid: get::text(identity, &["arn"])
            .or_else(|| get::text(identity, &["principalId"]))
            .or_else(|| get::text(identity, &["onBehalfOf", "userId"])),
        uid_alt: get::text(identity, &["principalId"]),
        name: get::text(identity, &["userName"])
            .or_else(|| get::text(identity, &["sessionContext", "sessionIssuer", "userName"]))
            .or_else(|| get::text(identity, &["invokedBy"])),
        type_id: Some(match kind.as_deref() {
            Some("Root") => 2,
            Some("IAMUser" | "SAMLUser" | "IdentityCenterUser" | "FederatedUser") => 1,
            Some("AWSService") => 4,
            Some(_) => 99,
            None => 0,
        }),
        type_: kind,
        credential_uid: get::text(identity, &["accessKeyId"]),
        account: get::text(identity, &["accountId"]).map(|uid| Named { uid: Some(uid), name: None }),
    };
    if user.uid.is_none() && user.name.is_none() && user.account.is_none() {
        user.name = Some(ocsf::UNKNOWN.into());
    }
    user
}

/// The user or role that an IAM call changed.
fn changed(raw: &Value) -> User {
    let request = get::at(raw, &["requestParameters"]).unwrap_or(&Value::Null);
    let answer = get::at(raw, &["responseElements"]).unwrap_or(&Value::Null);
    let name = get::text(request, &["userName"]).or_else(|| get::text(request, &["roleName"]));
    // These two are about the caller unless they name somebody.
    let of_caller =
        matches!(get::text_or_empty(raw, &["eventName"]).as_str(), "ChangePassword" | "DeactivateMFADevice");
    if name.is_none() && of_caller {
        return user(raw);
    }
    let made = get::at(answer, &["user"]).or_else(|| get::at(answer, &["role"])).unwrap_or(&Value::Null);
    User {
        name: name.or_else(|| Some(ocsf::UNKNOWN.into())),
        uid: get::text(made, &["arn"]),
        uid_alt: get::text(made, &["userId"]).or_else(|| get::text(made, &["roleId"])),
        ..User::default()
    }
}

/// Fills what only Authentication has: who was let in to what, and by which
/// session. Whoever assumes a role authenticates as that role's session.
fn authentication(raw: &Value, out: &mut Ocsf) {
    let role = get::text(raw, &["requestParameters", "roleArn"]);
    out.user = Some(match role {
        Some(role) => User {
            uid: Some(role),
            uid_alt: get::text(raw, &["responseElements", "assumedRoleUser", "assumedRoleId"]),
            name: get::text(raw, &["requestParameters", "roleSessionName"]),
            ..User::default()
        },
        None => user(raw),
    });
    out.session = granted_session(raw);
    out.service = get::text(raw, &["eventSource"]).or_else(|| Some(ocsf::UNKNOWN.into())).map(named);
    out.dst_endpoint = get::text(raw, &["additionalEventData", "LoginTo"])
        .map(|url| Endpoint { svc_name: Some(url), ..Endpoint::default() });
    out.is_mfa = match get::text(raw, &["additionalEventData", "MFAUsed"]).as_deref() {
        Some("Yes") => Some(true),
        Some("No") => Some(false),
        _ => get::boolean(raw, &["userIdentity", "sessionContext", "attributes", "mfaAuthenticated"]),
    };
}

fn actor(raw: &Value) -> Actor {
    let identity = get::at(raw, &["userIdentity"]).unwrap_or(&Value::Null);
    let context = get::at(identity, &["sessionContext"]);
    let session = context.map(|context| Session {
        uid: get::text(identity, &["arn"]),
        issuer: get::text(context, &["sessionIssuer", "arn"]),
        credential_uid: None,
        is_mfa: get::boolean(context, &["attributes", "mfaAuthenticated"]),
        created_time: get::moment(context, &["attributes", "creationDate"]).map(time::epoch_ms),
    });
    let idp = get::text(identity, &["identityProvider"])
        .or_else(|| get::text(identity, &["sessionContext", "webIdFederationData", "federatedProvider"]));
    Actor {
        user: Some(user(raw)),
        session,
        idp: idp.map(named),
        app_uid: None,
        app_name: get::text(identity, &["invokedBy"]),
        invoked_by: get::text(identity, &["invokedBy"]),
    }
}

/// The session that the call gave out.
fn granted_session(raw: &Value) -> Option<Session> {
    let answer = get::at(raw, &["responseElements"])?;
    let key = get::text(answer, &["credentials", "accessKeyId"])?;
    Some(Session {
        uid: get::text(answer, &["assumedRoleUser", "arn"]),
        issuer: get::text(raw, &["requestParameters", "roleArn"]),
        credential_uid: Some(key),
        is_mfa: None,
        created_time: get::moment(raw, &["eventTime"]).map(time::epoch_ms),
    })
}

fn source(raw: &Value) -> Endpoint {
    let mut endpoint = Endpoint { uid: get::text(raw, &["vpcEndpointId"]), ..Endpoint::default() };
    match get::text(raw, &["sourceIPAddress"]) {
        Some(ip) if ocsf::is_ip(&ip) => endpoint.ip = Some(ip),
        Some(name) if name.ends_with(".amazonaws.com") => {
            endpoint.svc_name = Some(name.clone());
            endpoint.domain = Some(name);
        }
        Some(other) => endpoint.svc_name = Some(other),
        None => {
            let invoker = get::text(raw, &["userIdentity", "invokedBy"]);
            endpoint.svc_name = invoker.or_else(|| endpoint.uid.is_none().then(|| ocsf::UNKNOWN.into()));
        }
    }
    endpoint
}

fn resources(raw: &Value) -> Vec<Resource> {
    let listed = get::at(raw, &["resources"]).and_then(Value::as_array);
    listed
        .into_iter()
        .flatten()
        .filter_map(|r| {
            let uid = get::any(r, &["ARN", "arn"]).and_then(get::as_text)?;
            let owner = get::any(r, &["accountId"])
                .and_then(get::as_text)
                .map(|uid| User { account: Some(Named { uid: Some(uid), name: None }), ..User::default() });
            Some(Resource { uid: Some(uid), name: None, type_: get::text(r, &["type"]), owner })
        })
        .collect()
}

fn facts(raw: &Value, cite: &Cite, account: &str) -> Vec<Fact> {
    let mut out = Vec::new();
    if let Some(fact) = assumption(raw, cite, account) {
        out.push(Fact::RoleAssumption(Box::new(fact)));
    }
    out.push(Fact::AwsUse(Box::new(api_use(raw, cite, account))));
    out
}

fn assumption(raw: &Value, cite: &Cite, account: &str) -> Option<RoleAssumption> {
    let method = match get::text(raw, &["eventName"])?.as_str() {
        "AssumeRoleWithSAML" => AssumeMethod::Saml,
        "AssumeRoleWithWebIdentity" => AssumeMethod::WebIdentity,
        "AssumeRole" => AssumeMethod::Role,
        _ => return None,
    };
    if get::at(raw, &["errorCode"]).is_some() {
        return None;
    }
    let request = get::at(raw, &["requestParameters"])?;
    let answer = get::at(raw, &["responseElements"])?;
    let role_arn = get::text(request, &["roleArn"])?;
    let assertion = get::any(request, &["sAMLAssertionID"]).and_then(get::as_text);
    Some(RoleAssumption {
        cite: cite.clone(),
        method,
        account: arn::Arn::parse(&role_arn).map_or_else(|| account.to_owned(), |a| a.account.to_owned()),
        role_arn,
        session_name: get::text_or_empty(request, &["roleSessionName"]),
        principal_id: get::text(answer, &["assumedRoleUser", "assumedRoleId"])?,
        access_key_id: get::text_or_empty(answer, &["credentials", "accessKeyId"]),
        assertion_id: assertion.map(|id| id.trim_start_matches('_').to_ascii_lowercase()),
        subject: get::text(answer, &["subject"]).or_else(|| get::text(answer, &["subjectFromWebIdentityToken"])),
        name_qualifier: get::text(answer, &["nameQualifier"])
            .or_else(|| get::text(raw, &["userIdentity", "identityProvider"])),
        issuer: get::text(answer, &["issuer"]).or_else(|| get::text(answer, &["provider"])),
        provider_arn: get::text(request, &["principalArn"]),
        source_identity: get::text(request, &["sourceIdentity"]).or_else(|| get::text(answer, &["sourceIdentity"])),
        caller_key: get::text(raw, &["userIdentity", "accessKeyId"]),
        caller_principal: get::text(raw, &["userIdentity", "principalId"]),
        duration_secs: get::integer(request, &["durationSeconds"]),
        ip: get::text_or_empty(raw, &["sourceIPAddress"]),
    })
}

fn api_use(raw: &Value, cite: &Cite, account: &str) -> AwsUse {
    let identity = get::at(raw, &["userIdentity"]).unwrap_or(&Value::Null);
    let context = get::at(identity, &["sessionContext"]).unwrap_or(&Value::Null);
    let principal_id = get::text_or_empty(identity, &["principalId"]);
    let created = get::moment(context, &["attributes", "creationDate"]);
    let session = created
        .filter(|_| principal_id.contains(':'))
        .map(|created| AwsSessionKey { principal_id: principal_id.clone(), created: time::to_second(created) });
    let error = get::text(raw, &["errorCode"]).or_else(|| login_failed(raw).then(|| "Failure".to_owned()));
    // A refused call moves nothing, whatever the record claims.
    let bytes_out =
        if error.is_some() { 0 } else { get::count(raw, &["additionalEventData", "bytesTransferredOut"]).unwrap_or(0) };
    AwsUse {
        cite: cite.clone(),
        account: account.to_owned(),
        principal_type: get::text_or_empty(identity, &["type"]),
        principal_id,
        principal_arn: get::text_or_empty(identity, &["arn"]),
        access_key_id: get::text_or_empty(identity, &["accessKeyId"]),
        session,
        role_arn: get::text(context, &["sessionIssuer", "arn"]),
        source_identity: get::text(context, &["sourceIdentity"]),
        service: get::text_or_empty(raw, &["eventSource"]),
        operation: get::text_or_empty(raw, &["eventName"]),
        read_only: get::boolean(raw, &["readOnly"]).unwrap_or(false),
        ip: get::text_or_empty(raw, &["sourceIPAddress"]),
        user_agent: get::text_or_empty(raw, &["userAgent"]),
        error,
        explicit_deny: get::text(raw, &["errorMessage"]).is_some_and(|said| said.contains("explicit deny")),
        bytes_out,
        target: target(raw),
        vpc_endpoint: get::text(raw, &["vpcEndpointId"]),
    }
}

/// The thing the call names, where its name says enough on its own.
fn target(raw: &Value) -> Option<String> {
    let request = get::at(raw, &["requestParameters"])?;
    for key in ["bucketName", "roleArn", "roleName", "userName", "keyId", "secretId", "functionName", "policyArn"] {
        if let Some(found) = get::text(request, &[key]) {
            return Some(found);
        }
    }
    None
}
