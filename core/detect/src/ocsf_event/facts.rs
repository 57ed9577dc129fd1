//! What tier 2 keeps of an OCSF event: the facts of the log that it was made of,
//! as far as it still tells them.

use super::{class, finding, finding_of, id, is_cloudtrail, left, object, when};
use crate::json::Json;
use crate::{get, loose, ocsf, tactics};
use selvedge_model::event::{Actor, Api, Endpoint, Text, User};
use selvedge_model::fact::{AssumeMethod, AwsSessionKey, AwsUse, Cite, Report, RoleAssumption, Signal};
use selvedge_model::ocsf::id::finding_status;
use selvedge_model::{Confidence, Fact, Severity, Timestamp, arn, time};
use serde_json::{Map, Value};

/// How far a product is believed that does not say itself.
const BELIEF: u16 = 600;

/// The facts of a record.
pub(crate) fn facts(row: Json<'_>, cite: impl FnOnce() -> Cite, wanted: bool) -> Vec<Fact> {
    if when(row).is_none() {
        return Vec::new();
    }
    if is_cloudtrail(row) && finding_of(row).is_none() {
        return trail(row, cite, wanted);
    }
    if finding_of(row).is_none() && !wanted {
        return Vec::new();
    }
    vec![Fact::Signal(Box::new(signal(row, cite())))]
}

/// What CloudTrail said that OCSF keeps elsewhere: requests and answers, as
/// objects, as text, or flat with dotted names.
struct Said {
    request: Value,
    answer: Value,
    unmapped: Map<String, Value>,
}

impl Said {
    fn read(row: Json<'_>) -> Self {
        let data = |part: &str| match loose::at(row, &["api", part, "data"]).map(Json::to_value) {
            Some(Value::String(text)) => serde_json::from_str(&text).unwrap_or_default(),
            other => other.unwrap_or_default(),
        };
        let unmapped = get::any(row, &["unmapped"]).map(|unmapped| left::as_map(unmapped.to_value()));
        Self { request: data("request"), answer: data("response"), unmapped: unmapped.unwrap_or_default() }
    }

    /// A value by its path in the CloudTrail record.
    fn find(&self, path: &str) -> Option<String> {
        let walk = |from: &Value, path: &str| path.split('.').try_fold(from, |v, key| v.get(key)).and_then(scalar);
        let rest = |root: &str| path.strip_prefix(root).and_then(|rest| rest.strip_prefix('.'));
        let of_request = || walk(&self.request, rest("requestParameters")?);
        let of_answer = || walk(&self.answer, rest("responseElements")?);
        let flat = || self.unmapped.get(path).and_then(scalar);
        let nested = || {
            let (head, tail) = path.split_once('.')?;
            walk(self.unmapped.get(head)?, tail)
        };
        of_request().or_else(of_answer).or_else(flat).or_else(nested)
    }

    fn asked(&self, name: &str) -> Option<String> {
        self.find(&format!("requestParameters.{name}"))
    }

    fn answered(&self, name: &str) -> Option<String> {
        self.find(&format!("responseElements.{name}"))
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() && text != "null" => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}

fn own(text: &Option<Text<'_>>) -> String {
    text.as_deref().unwrap_or_default().to_owned()
}

fn trail(row: Json<'_>, cite: impl FnOnce() -> Cite, wanted: bool) -> Vec<Fact> {
    let actor = get::any(row, &["actor"]).and_then(object::actor).unwrap_or_default();
    let user = actor.user.clone().unwrap_or_default();
    let api = get::any(row, &["api"]).and_then(object::api);
    let principal = principal(&user);
    let session = session(&principal, &actor);
    let method = method(api.as_ref());
    if session.is_none() && method.is_none() && !wanted {
        return Vec::new();
    }
    let said = Said::read(row);
    let cite = cite();
    let mut out = Vec::with_capacity(2);
    if let Some(fact) = method.and_then(|method| assumption(row, method, &said, &user, &principal, &cite)) {
        out.push(Fact::RoleAssumption(Box::new(fact)));
    }
    out.push(Fact::AwsUse(Box::new(api_use(row, &actor, api.as_ref(), &said, session, cite))));
    out
}

/// `AROA…:session`: beside the ARN, or where there is no ARN.
fn principal(user: &User<'_>) -> String {
    let is_arn = |text: &Text<'_>| text.starts_with("arn:");
    let lone = user.uid.as_ref().filter(|uid| !is_arn(uid));
    user.uid_alt.as_ref().or(lone).map(|id| id.to_string()).unwrap_or_default()
}

fn session(principal: &str, actor: &Actor<'_>) -> Option<AwsSessionKey> {
    let created = actor.session.as_ref()?.created_time?;
    let created = Timestamp::from_millisecond(created).ok()?;
    principal
        .contains(':')
        .then(|| AwsSessionKey { principal_id: principal.to_owned(), created: time::to_second(created) })
}

fn method(api: Option<&Api<'_>>) -> Option<AssumeMethod> {
    let api = api?;
    if api.response.as_ref().is_some_and(|response| response.error.is_some()) {
        return None;
    }
    match api.operation.as_ref() {
        "AssumeRoleWithSAML" => Some(AssumeMethod::Saml),
        "AssumeRoleWithWebIdentity" => Some(AssumeMethod::WebIdentity),
        "AssumeRole" => Some(AssumeMethod::Role),
        _ => None,
    }
}

fn assumption(
    row: Json<'_>,
    method: AssumeMethod,
    said: &Said,
    caller: &User<'_>,
    principal: &str,
    cite: &Cite,
) -> Option<RoleAssumption> {
    // Authentication puts the role at its user, and the key at its session.
    let user = get::any(row, &["user"]).and_then(object::user).unwrap_or_default();
    let given = get::any(row, &["session"]).map(object::session).unwrap_or_default();
    let role_of_user = user.uid.as_deref().filter(|uid| uid.contains(":role/")).map(str::to_owned);
    let role_arn = said.asked("roleArn").or(role_of_user)?;
    let issued = user.uid_alt.as_deref().filter(|id| id.contains(':')).map(str::to_owned);
    Some(RoleAssumption {
        cite: cite.clone(),
        method,
        account: arn::Arn::parse(&role_arn).map_or_else(|| account(row, said), |arn| arn.account.to_owned()),
        session_name: said.asked("roleSessionName").unwrap_or_else(|| own(&user.name)),
        principal_id: said.answered("assumedRoleUser.assumedRoleId").or(issued)?,
        access_key_id: said.answered("credentials.accessKeyId").unwrap_or_else(|| own(&given.credential_uid)),
        assertion_id: said.asked("sAMLAssertionID").map(|id| id.trim_start_matches('_').to_ascii_lowercase()),
        subject: said.answered("subject").or_else(|| said.answered("subjectFromWebIdentityToken")),
        name_qualifier: said.answered("nameQualifier").or_else(|| {
            let idp = get::any(row, &["actor"]).and_then(object::actor).and_then(|actor| actor.idp)?;
            idp.name.map(Text::into_owned)
        }),
        issuer: said.answered("issuer").or_else(|| said.answered("provider")),
        provider_arn: said.asked("principalArn"),
        audience: said.answered("audience"),
        source_identity: said.asked("sourceIdentity").or_else(|| said.answered("sourceIdentity")),
        caller_key: caller.credential_uid.as_deref().map(str::to_owned),
        caller_principal: (!principal.is_empty()).then(|| principal.to_owned()),
        duration_secs: said.asked("durationSeconds").and_then(|secs| secs.parse().ok()),
        ip: address(row),
        role_arn,
    })
}

fn account(row: Json<'_>, said: &Said) -> String {
    let of_caller = || {
        let user = object::user(loose::at(row, &["actor", "user"])?)?;
        user.account?.uid.map(Text::into_owned)
    };
    object::account(row).or_else(|| said.find("recipientAccountId")).or_else(of_caller).unwrap_or_default()
}

fn address(row: Json<'_>) -> String {
    let Some(Endpoint { ip, domain, svc_name, .. }) = get::any(row, &["src_endpoint"]).and_then(object::endpoint)
    else {
        return String::new();
    };
    ip.or(domain).or(svc_name).map(Text::into_owned).unwrap_or_default()
}

fn api_use(
    row: Json<'_>,
    actor: &Actor<'_>,
    api: Option<&Api<'_>>,
    said: &Said,
    session: Option<AwsSessionKey>,
    cite: Cite,
) -> AwsUse {
    let user = actor.user.clone().unwrap_or_default();
    let response = api.and_then(|api| api.response.as_ref());
    let error = response.and_then(|response| response.error.as_deref()).map(str::to_owned);
    // A failed sign-in has no code.
    let error = error.or_else(|| (id(row, "status_id") == Some(2)).then(|| "Failure".to_owned()));
    let message = response.and_then(|response| response.error_message.as_deref()).map(str::to_owned);
    let bytes = said.find("additionalEventData.bytesTransferredOut").and_then(|bytes| bytes.parse::<f64>().ok());
    let issuer = actor.session.as_ref().and_then(|session| session.issuer.as_deref());
    let target = ["bucketName", "roleArn", "roleName", "userName", "keyId", "secretId", "functionName", "policyArn"];
    AwsUse {
        account: account(row, said),
        principal_type: own(&user.type_),
        principal_id: principal(&user),
        principal_arn: own(&user.uid.filter(|uid| uid.starts_with("arn:"))),
        access_key_id: own(&user.credential_uid),
        session,
        role_arn: issuer.filter(|issuer| issuer.starts_with("arn:")).map(str::to_owned),
        source_identity: said.find("userIdentity.sessionContext.sourceIdentity"),
        service: api.and_then(|api| api.service.as_ref()).map(|service| own(&service.name)).unwrap_or_default(),
        operation: api.map(|api| api.operation.to_string()).unwrap_or_default(),
        read_only: said.find("readOnly").map_or_else(|| id(row, "activity_id") == Some(2), |word| word == "true"),
        ip: address(row),
        user_agent: loose::str(row, &["http_request", "user_agent"]).unwrap_or_default().to_owned(),
        explicit_deny: message.is_some_and(|said| said.contains("explicit deny")),
        // A refused call moves nothing.
        bytes_out: bytes.filter(|bytes| error.is_none() && (0.0..9.0e15).contains(bytes)).unwrap_or(0.0) as u64,
        error,
        target: target.iter().find_map(|name| said.asked(name)),
        vpc_endpoint: loose::str(row, &["src_endpoint", "uid"]).filter(|id| id.starts_with("vpce-")).map(str::to_owned),
        on_behalf_of: said.find("userIdentity.onBehalfOf.userId"),
        cite,
    }
}

/// Any other event: who, from where, to what; for findings what is reported.
fn signal(row: Json<'_>, cite: Cite) -> Signal {
    let evidences = || loose::list(row, &["evidences"]);
    let actor = get::any(row, &["actor"]).and_then(object::actor);
    let actor = actor.or_else(|| evidences().find_map(|one| get::any(one, &["actor"]).and_then(object::actor)));
    let actor = actor.unwrap_or_default();
    let user = actor.user.unwrap_or_default();
    let key = actor.session.and_then(|session| session.credential_uid).or_else(|| user.credential_uid.clone());
    let endpoint = |name: &'static str| {
        let of =
            move |holder: Json<'_>| loose::str(holder, &[name, "ip"]).filter(|ip| ocsf::is_ip(ip)).map(str::to_owned);
        of(row).or_else(|| evidences().find_map(of))
    };
    let listed = loose::list(row, &["resources"]).filter_map(object::resource);
    let mut targets: Vec<String> =
        listed.filter_map(|resource| resource.uid.or(resource.name)).map(Text::into_owned).collect();
    targets.extend(endpoint("dst_endpoint"));
    let kind = kind(row);
    Signal {
        cite,
        cloud: loose::str(row, &["cloud", "provider"]).unwrap_or_default().to_ascii_lowercase(),
        account: object::account(row).unwrap_or_default(),
        actor: own(&user.uid_alt.or(user.uid)),
        actor_name: own(&user.name),
        session: key.map(Text::into_owned),
        ip: endpoint("src_endpoint").unwrap_or_default(),
        report: report(row, &kind),
        operation: kind,
        targets,
    }
}

fn kind(row: Json<'_>) -> String {
    let found = finding_of(row);
    let of_finding = found.and_then(|found| {
        let first = loose::list(found, &["types"]).find_map(Json::as_str);
        first.or_else(|| loose::str(found, &["analytic", "name"])).or_else(|| loose::str(found, &["title"]))
    });
    let said = of_finding.or_else(|| loose::str(row, &["api", "operation"]));
    said.or_else(|| loose::str(row, &["type_name"])).unwrap_or(ocsf::UNKNOWN).to_owned()
}

/// A detection that is open reports; a sample, or a state of things, does not.
fn report(row: Json<'_>, kind: &str) -> Option<Report> {
    let found = finding_of(row)?;
    let status = id(row, "status_id").or_else(|| id(row, "state_id"));
    let closed =
        [finding_status::SUPPRESSED, finding_status::RESOLVED, finding_status::ARCHIVED, finding_status::DELETED];
    let title = loose::str(found, &["title"]).unwrap_or(kind);
    let is_detection = class::of(row).class == ocsf::DETECTION_FINDING;
    let of_state = kind.starts_with("Software and Configuration Checks");
    if !is_detection
        || of_state
        || status.is_some_and(|status| closed.contains(&status))
        || title.starts_with("[SAMPLE]")
    {
        return None;
    }
    let name = loose::str(row, &["metadata", "product", "name"]).unwrap_or(ocsf::UNKNOWN);
    let of_guardduty = name.eq_ignore_ascii_case("GuardDuty") || name.eq_ignore_ascii_case("Amazon GuardDuty");
    let mut said = if of_guardduty { tactics::of_guardduty(kind) } else { tactics::Said::default() };
    for attack in loose::list(found, &["attacks"]).filter_map(finding::attack) {
        for part in [attack.technique, attack.tactic].into_iter().flatten() {
            part.uid.iter().chain(&part.name).for_each(|word| said.word(word));
        }
    }
    let percent = loose::integer(row, &["confidence_score"]).and_then(|percent| u16::try_from(percent).ok());
    Some(Report {
        product: if of_guardduty { "GuardDuty".into() } else { name.to_owned() },
        kind: kind.to_owned(),
        title: title.to_owned(),
        severity: match id(row, "severity_id") {
            Some(2) => Severity::Low,
            Some(3) => Severity::Medium,
            Some(4) => Severity::High,
            Some(5 | 6) => Severity::Critical,
            _ => Severity::Info,
        },
        confidence: Confidence::new(percent.map_or(BELIEF, |percent| percent.saturating_mul(10))),
        attack: said.technique_list(),
        tactics: said.tactic_list(),
    })
}
