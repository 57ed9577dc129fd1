//! What tier 2 keeps of a CloudTrail record.

use super::insight;
use super::trail::Trail;
use crate::get;
use crate::json::Json;
use selvedge_model::fact::{AssumeMethod, AwsSessionKey, AwsUse, Cite, RoleAssumption};
use selvedge_model::{Fact, arn, time};

/// The facts of a record. Empty for a call that belongs to no role session,
/// unless `wanted`: a rule matched it.
pub(crate) fn facts(raw: Json<'_>, cite: impl FnOnce() -> Cite, wanted: bool) -> Vec<Fact> {
    let trail = Trail::read(raw);
    if let Some(insight) = trail.insight {
        return vec![Fact::Signal(Box::new(insight::signal(&trail, insight, cite())))];
    }
    let session = session(&trail);
    let assumes = method(&trail);
    if session.is_none() && assumes.is_none() && !wanted {
        return Vec::new();
    }
    let cite = cite();
    let mut out = Vec::with_capacity(2);
    if let Some(fact) = assumes.and_then(|method| assumption(&trail, method, &cite)) {
        out.push(Fact::RoleAssumption(Box::new(fact)));
    }
    out.push(Fact::AwsUse(Box::new(api_use(&trail, session, cite))));
    out
}

fn own(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

fn method(trail: &Trail<'_>) -> Option<AssumeMethod> {
    if trail.error.is_some() {
        return None;
    }
    match trail.operation? {
        "AssumeRoleWithSAML" => Some(AssumeMethod::Saml),
        "AssumeRoleWithWebIdentity" => Some(AssumeMethod::WebIdentity),
        "AssumeRole" => Some(AssumeMethod::Role),
        _ => None,
    }
}

fn assumption(trail: &Trail<'_>, method: AssumeMethod, cite: &Cite) -> Option<RoleAssumption> {
    let (request, answer) = (trail.request?, trail.answer?);
    let asked = |key: &str| get::text(request, &[key]).map(str::to_owned);
    let answered = |path: &[&str]| get::text(answer, path).map(str::to_owned);
    let role_arn = asked("roleArn")?;
    let assertion = get::any(request, &["sAMLAssertionID"]).and_then(get::as_text);
    Some(RoleAssumption {
        cite: cite.clone(),
        method,
        account: arn::Arn::parse(&role_arn).map_or_else(|| trail.account().to_owned(), |a| a.account.to_owned()),
        role_arn,
        session_name: asked("roleSessionName").unwrap_or_default(),
        principal_id: answered(&["assumedRoleUser", "assumedRoleId"])?,
        access_key_id: answered(&["credentials", "accessKeyId"]).unwrap_or_default(),
        assertion_id: assertion.map(|id| id.trim_start_matches('_').to_ascii_lowercase()),
        subject: answered(&["subject"]).or_else(|| answered(&["subjectFromWebIdentityToken"])),
        name_qualifier: answered(&["nameQualifier"]).or_else(|| trail.identity.provider.map(str::to_owned)),
        issuer: answered(&["issuer"]).or_else(|| answered(&["provider"])),
        provider_arn: asked("principalArn"),
        source_identity: asked("sourceIdentity").or_else(|| answered(&["sourceIdentity"])),
        caller_key: trail.identity.access_key_id.map(str::to_owned),
        caller_principal: trail.identity.principal_id.map(str::to_owned),
        duration_secs: get::integer(request, &["durationSeconds"]),
        ip: own(trail.source_ip),
    })
}

/// The role session that made the call.
fn session(trail: &Trail<'_>) -> Option<AwsSessionKey> {
    let principal = trail.identity.principal_id.filter(|id| id.contains(':'))?;
    let created = trail.identity.created()?;
    Some(AwsSessionKey { principal_id: principal.to_owned(), created: time::to_second(created) })
}

fn api_use(trail: &Trail<'_>, session: Option<AwsSessionKey>, cite: Cite) -> AwsUse {
    let identity = &trail.identity;
    let error = trail.error.or_else(|| trail.login_failed().then_some("Failure"));
    let sent = || trail.additional.and_then(|additional| get::count(additional, &["bytesTransferredOut"]));
    AwsUse {
        cite,
        account: trail.account().to_owned(),
        principal_type: own(identity.kind),
        principal_id: own(identity.principal_id),
        principal_arn: own(identity.arn),
        access_key_id: own(identity.access_key_id),
        session,
        role_arn: identity.issuer_arn().map(str::to_owned),
        source_identity: identity.source_identity().map(str::to_owned),
        service: own(trail.service),
        operation: own(trail.operation),
        read_only: trail.read_only.unwrap_or(false),
        ip: own(trail.source_ip),
        user_agent: own(trail.user_agent),
        error: error.map(str::to_owned),
        explicit_deny: trail.error_message.is_some_and(|said| said.contains("explicit deny")),
        // A refused call moves nothing, whatever the record claims.
        bytes_out: if error.is_some() { 0 } else { sent().unwrap_or(0) },
        target: target(trail).map(str::to_owned),
        vpc_endpoint: trail.vpc_endpoint.map(str::to_owned),
    }
}

/// The thing the call names, where its name says enough on its own.
fn target<'a>(trail: &Trail<'a>) -> Option<&'a str> {
    let request = trail.request?;
    ["bucketName", "roleArn", "roleName", "userName", "keyId", "secretId", "functionName", "policyArn"]
        .iter()
        .find_map(|key| get::text(request, &[key]))
}
