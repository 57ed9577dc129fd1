//! What tier 2 keeps of a CloudTrail record.

use super::trail::Trail;
use super::{insight, portal};
use crate::get;
use crate::normalise::Facts;
use selvedge_model::fact::{AssumeMethod, AwsCall, Cite, RoleAssumption};
use selvedge_model::{Fact, Timestamp, arn, time};

/// The facts of a record. None for a call that belongs to no role session, unless
/// `wanted`: a rule matched it.
pub(crate) fn facts<'a>(trail: &Trail<'a>, cite: impl FnOnce() -> Cite, wanted: bool) -> Facts<'a> {
    if let Some(insight) = trail.insight {
        return Facts::from(vec![Fact::Signal(Box::new(insight::signal(trail, insight, cite())))]);
    }
    let session_created = session_created(trail);
    let assumes = method(trail);
    if portal::is_one(trail) {
        let call = wanted.then(|| call(trail, session_created));
        return Facts { others: vec![Fact::Portal(Box::new(portal::fact(trail, cite())))], call };
    }
    if session_created.is_none() && assumes.is_none() && !wanted {
        return Facts::default();
    }
    let assumption = assumes.and_then(|method| assumption(trail, method, cite));
    let others = assumption.map(|fact| Fact::RoleAssumption(Box::new(fact))).into_iter().collect();
    Facts { others, call: Some(call(trail, session_created)) }
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

fn assumption(trail: &Trail<'_>, method: AssumeMethod, cite: impl FnOnce() -> Cite) -> Option<RoleAssumption> {
    let (request, answer) = (trail.request?, trail.answer?);
    let asked = |key: &str| get::text(request, &[key]).map(str::to_owned);
    let answered = |path: &[&str]| get::text(answer, path).map(str::to_owned);
    let role_arn = asked("roleArn")?;
    let assertion = get::any(request, &["sAMLAssertionID"]).and_then(get::as_text);
    Some(RoleAssumption {
        principal_id: answered(&["assumedRoleUser", "assumedRoleId"])?,
        cite: cite(),
        method,
        account: arn::Arn::parse(&role_arn).map_or_else(|| trail.account().to_owned(), |a| a.account.to_owned()),
        role_arn,
        session_name: asked("roleSessionName").unwrap_or_default(),
        access_key_id: answered(&["credentials", "accessKeyId"]).unwrap_or_default(),
        assertion_id: assertion.map(|id| id.trim_start_matches('_').to_ascii_lowercase()),
        subject: answered(&["subject"]).or_else(|| answered(&["subjectFromWebIdentityToken"])),
        name_qualifier: answered(&["nameQualifier"]).or_else(|| trail.identity.provider.map(str::to_owned)),
        issuer: answered(&["issuer"]).or_else(|| answered(&["provider"])),
        provider_arn: asked("principalArn"),
        audience: answered(&["audience"]),
        source_identity: asked("sourceIdentity").or_else(|| answered(&["sourceIdentity"])),
        caller_key: trail.identity.access_key_id.map(str::to_owned),
        caller_principal: trail.identity.principal_id.map(str::to_owned),
        duration_secs: get::integer(request, &["durationSeconds"]),
        ip: own(trail.source_ip),
    })
}

/// When the role session began that made the call.
fn session_created(trail: &Trail<'_>) -> Option<Timestamp> {
    trail.identity.principal_id.filter(|id| id.contains(':'))?;
    trail.identity.created().map(time::to_second)
}

fn call<'a>(trail: &Trail<'a>, session_created: Option<Timestamp>) -> AwsCall<'a> {
    let identity = &trail.identity;
    let error = trail.error.or_else(|| trail.login_failed().then_some("Failure"));
    let sent = || trail.additional.and_then(|additional| get::count(additional, &["bytesTransferredOut"]));
    AwsCall {
        account: trail.account(),
        principal_type: identity.kind.unwrap_or_default(),
        principal_id: identity.principal_id.unwrap_or_default(),
        principal_arn: identity.arn.unwrap_or_default(),
        access_key_id: identity.access_key_id.unwrap_or_default(),
        session_created,
        role_arn: identity.issuer_arn(),
        source_identity: identity.source_identity(),
        service: trail.service.unwrap_or_default(),
        operation: trail.operation.unwrap_or_default(),
        read_only: trail.read_only.unwrap_or(false),
        ip: trail.source_ip.unwrap_or_default(),
        user_agent: trail.user_agent.unwrap_or_default(),
        error,
        explicit_deny: trail.error_message.is_some_and(|said| said.contains("explicit deny")),
        // A refused call moves nothing, whatever the record claims.
        bytes_out: if error.is_some() { 0 } else { sent().unwrap_or(0) },
        target: target(trail),
        vpc_endpoint: trail.vpc_endpoint,
        on_behalf_of: identity.on_behalf_of.and_then(|on| get::text(on, &["userId"])),
    }
}

/// Parameters that name the thing a call is about, best first.
const TARGETS: [&str; 8] =
    ["bucketName", "roleArn", "roleName", "userName", "keyId", "secretId", "functionName", "policyArn"];

/// The thing the call names, where its name says enough on its own.
fn target<'a>(trail: &Trail<'a>) -> Option<&'a str> {
    let request = trail.request.filter(|request| request.is_object())?;
    let mut named: [Option<&str>; TARGETS.len()] = Default::default();
    let mut seen = [false; TARGETS.len()];
    // One walk for all of them; of several members of a name the first counts.
    for (key, value) in request.members() {
        let slots = TARGETS.iter().zip(named.iter_mut().zip(&mut seen));
        if let Some((_, (slot, seen))) = slots.into_iter().find(|(name, _)| name.len() == key.len() && **name == key)
            && !std::mem::replace(seen, true)
        {
            *slot = get::as_text(value);
        }
    }
    named.into_iter().flatten().next()
}
