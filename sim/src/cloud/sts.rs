//! Opening role sessions, and deciding what they may do.

use super::SimCloud;
use super::state::{Role, State};
use crate::entra::SignIn;
use crate::place::Place;
use crate::records::LogSource;
use crate::records::cloudtrail::{Trail, s3_additional, saml_user};
use crate::session::{AwsCall, AwsSession, CallError, Reply};
use base64::Engine as _;
use jiff::{SignedDuration, Timestamp};
use selvedge_access::{Answer, Context, Decision, Policy, PolicySet, Reason, Request, evaluate};
use selvedge_model::time::{iso_second, to_second};
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};

const SAML_AUDIENCE: &str = "https://signin.aws.amazon.com/saml";
const SESSION_SECONDS: i64 = 3600;

/// What an assertion says beside the user.
pub(crate) struct Assertion<'a> {
    pub(crate) provider_arn: &'a str,
    pub(crate) role_name: &'a str,
    pub(crate) assertion_id: &'a str,
    pub(crate) source_identity: Option<&'a str>,
    /// Whether the browser came through AWS's own proxy, which hides the address.
    pub(crate) internal_address: bool,
}

/// BASE64(SHA1(issuer + account + "/" + provider name)): how STS names an issuer
/// within an account (STS reference, `NameQualifier`).
pub(crate) fn name_qualifier(issuer: &str, account: &str, provider_name: &str) -> String {
    let digest = Sha1::digest(format!("{issuer}{account}/{provider_name}"));
    base64::engine::general_purpose::STANDARD.encode(digest)
}

impl SimCloud {
    /// `sts:AssumeRoleWithSAML` with an assertion that a sign-in brought.
    ///
    /// # Errors
    /// If the provider does not know the sign-in's tenant, or the role does not
    /// trust the provider.
    pub(crate) fn assume_role_with_saml(
        &self,
        account: &str,
        sign_in: &SignIn,
        assertion: &Assertion<'_>,
        from: &Place,
    ) -> Result<AwsSession, CallError> {
        let now = self.now();
        let mut state = self.lock();
        let issuer = format!("https://sts.windows.net/{}/", sign_in.tenant());
        let session = {
            let holder = state.accounts.get(account).ok_or_else(|| not_found("account", account))?;
            let who = || CallError::NotTrusted { who: assertion.provider_arn.into() };
            if holder.saml_providers.get(assertion.provider_arn) != Some(&issuer) {
                return Err(who());
            }
            let role = holder.roles.get(assertion.role_name).ok_or_else(|| not_found("role", assertion.role_name))?;
            if !trusts(&role.trust, "Federated", assertion.provider_arn, "sts:AssumeRoleWithSAML")? {
                return Err(who());
            }
            new_session(role, account, sign_in.upn(), assertion.source_identity, now)
        };
        let session = state.issue(session);
        let record = state.saml_record(&session, sign_in, assertion, &issuer, from, now);
        state.log(LogSource::CloudTrail, account, now, record);
        Ok(session)
    }

    /// `sts:AssumeRole` by a principal that the role's trust policy names: a
    /// service such as `ec2.amazonaws.com`, or an account's principal.
    ///
    /// # Errors
    /// If there is no such role or it does not trust the principal.
    pub fn assume_role(
        &self,
        account: &str,
        role_name: &str,
        session_name: &str,
        principal: &str,
    ) -> Result<AwsSession, CallError> {
        let now = self.now();
        let mut state = self.lock();
        let is_service = principal.ends_with(".amazonaws.com");
        let session = {
            let holder = state.accounts.get(account).ok_or_else(|| not_found("account", account))?;
            let role = holder.roles.get(role_name).ok_or_else(|| not_found("role", role_name))?;
            let kind = if is_service { "Service" } else { "AWS" };
            if !trusts(&role.trust, kind, principal, "sts:AssumeRole")? {
                return Err(CallError::NotTrusted { who: principal.into() });
            }
            new_session(role, account, session_name, None, now)
        };
        let session = state.issue(session);
        let record = state.assume_record(&session, principal, is_service, now);
        state.log(LogSource::CloudTrail, account, now, record);
        Ok(session)
    }

    /// A session of a role that was opened in a way that leaves its record to
    /// the caller; the trust policy is not asked.
    ///
    /// # Errors
    /// If there is no such role.
    pub(crate) fn open_session(
        &self,
        account: &str,
        role_name: &str,
        session_name: &str,
        source: Option<&str>,
    ) -> Result<AwsSession, CallError> {
        let now = self.now();
        let mut state = self.lock();
        let holder = state.accounts.get(account).ok_or_else(|| not_found("account", account))?;
        let role = holder.roles.get(role_name).ok_or_else(|| not_found("role", role_name))?;
        let session = new_session(role, account, session_name, source, now);
        Ok(state.issue(session))
    }

    /// Signs a console session in: leaves the record that the console leaves.
    pub(crate) fn console_login(&self, session: &AwsSession, provider_arn: &str, from: &Place) {
        let now = self.now();
        let mut state = self.lock();
        let mut trail = Trail::call(session, from, now, "signin.amazonaws.com", "ConsoleLogin");
        trail.kind = "AwsConsoleSignIn";
        trail.region = "us-east-1";
        trail.host = "signin.aws.amazon.com";
        trail.read_only = false;
        trail.response = json!({ "ConsoleLogin": "Success" });
        // AWS knows nothing of the identity provider's second factor.
        trail.additional = Some(json!({
            "LoginTo": "https://console.aws.amazon.com/console/home",
            "MobileVersion": "No", "MFAUsed": "No", "SamlProviderArn": provider_arn,
        }));
        let record = trail.record(&mut state.rng);
        state.log(LogSource::CloudTrail, &session.account, now, record);
    }

    /// Makes a call with a session, decided by the policies that have spread.
    ///
    /// # Errors
    /// [`CallError`]; a refused call is logged like a served one. What cannot be
    /// decided is [`CallError::Undecided`] and is not logged.
    pub fn call(&self, session: &AwsSession, from: &Place, call: &AwsCall) -> Result<Reply, CallError> {
        let now = self.now();
        self.lock().call(session, from, call, now)
    }

    /// What the evaluator says of a call, without making it.
    ///
    /// # Errors
    /// If the credentials are dead.
    pub fn would_serve(&self, session: &AwsSession, from: &Place, call: &AwsCall) -> Result<Answer, CallError> {
        let now = self.now();
        self.lock().decide(session, from, call, now)
    }
}

fn not_found(kind: &str, name: &str) -> CallError {
    CallError::NotFound { what: format!("{kind} {name}") }
}

fn new_session(role: &Role, account: &str, name: &str, source: Option<&str>, now: Timestamp) -> AwsSession {
    let issued_at = to_second(now);
    AwsSession {
        account: account.into(),
        role_name: role.name.clone(),
        role_arn: role.arn(account),
        role_id: role.id.clone(),
        session_name: name.into(),
        access_key: String::new(),
        issued_at,
        expires_at: crate::clock::plus(issued_at, SignedDuration::from_secs(SESSION_SECONDS)),
        source_identity: source.map(str::to_owned),
    }
}

/// Whether a trust policy lets a principal do `action`. Knows the plain form
/// that the scenarios use; anything else is undecided, never trusted.
fn trusts(trust: &str, kind: &str, principal: &str, action: &str) -> Result<bool, CallError> {
    let undecided = |why: &str| CallError::Undecided { missing: format!("trust policy: {why}") };
    let document: Value = serde_json::from_str(trust).map_err(|_| undecided("not JSON"))?;
    let statements = document["Statement"].as_array().ok_or_else(|| undecided("no statements"))?;
    let names = |value: &Value, wanted: &str| match value {
        Value::String(one) => one == wanted,
        Value::Array(list) => list.iter().any(|one| one == wanted),
        _ => false,
    };
    for statement in statements {
        if statement["Effect"] != "Allow" {
            return Err(undecided("a statement that does not allow"));
        }
        if !names(&statement["Action"], action) || !names(&statement["Principal"][kind], principal) {
            continue;
        }
        match statement.get("Condition") {
            None => return Ok(true),
            Some(condition) if *condition == json!({ "StringEquals": { "SAML:aud": SAML_AUDIENCE } }) => {
                return Ok(true);
            }
            Some(_) => return Err(undecided("a condition other than the SAML audience")),
        }
    }
    Ok(false)
}

impl State {
    /// Gives a session its key and remembers it.
    fn issue(&mut self, mut session: AwsSession) -> AwsSession {
        session.access_key = self.rng.aws_id("ASIA", 20);
        if let Some(account) = self.accounts.get_mut(&session.account) {
            account.sessions.insert(session.access_key.clone(), session.clone());
        }
        session
    }

    pub(crate) fn decide(
        &self,
        session: &AwsSession,
        from: &Place,
        call: &AwsCall,
        now: Timestamp,
    ) -> Result<Answer, CallError> {
        let account = self.accounts.get(&session.account).ok_or(CallError::InvalidToken)?;
        if account.sessions.get(&session.access_key) != Some(session) {
            return Err(CallError::InvalidToken);
        }
        if now >= session.expires_at {
            return Err(CallError::Expired);
        }
        let role = account.roles.get(&session.role_name).filter(|role| role.id == session.role_id);
        let role = role.ok_or(CallError::InvalidToken)?;
        let policies = role.policies.effective(now);
        let documents = policies.inline.iter().chain(&policies.attached);
        let policies = PolicySet::of_identity(documents.map(|(name, text)| (name.clone(), Policy::parse(text).0)));
        let (action, resource) = call.permission();
        Ok(evaluate(&policies, &Request::new(action, resource, context(session, role, from, now))))
    }

    pub(crate) fn call(
        &mut self,
        session: &AwsSession,
        from: &Place,
        call: &AwsCall,
        now: Timestamp,
    ) -> Result<Reply, CallError> {
        let answer = self.decide(session, from, call, now)?;
        let result = match answer.decision {
            Decision::Allow => self.object_size(call).map(|bytes| Reply { bytes }),
            Decision::Deny => Err(CallError::AccessDenied { explicit: answer.reason == Reason::ExplicitDeny }),
            Decision::Unknown { missing } => {
                let missing: Vec<String> = missing.iter().map(ToString::to_string).collect();
                return Err(CallError::Undecided { missing: missing.join("; ") });
            }
        };
        let record = self.call_record(session, from, call, &result, now);
        self.log(LogSource::CloudTrail, &session.account, now, record);
        result
    }

    fn object_size(&self, call: &AwsCall) -> Result<u64, CallError> {
        let Some(name) = call.bucket() else {
            return Ok(0);
        };
        let bucket = self.buckets.get(name).ok_or_else(|| not_found("bucket", name))?;
        match call {
            AwsCall::GetObject { key, .. } => bucket.objects.get(key).copied().ok_or_else(|| not_found("key", key)),
            _ => Ok(0),
        }
    }

    fn call_record(
        &mut self,
        session: &AwsSession,
        from: &Place,
        call: &AwsCall,
        result: &Result<Reply, CallError>,
        now: Timestamp,
    ) -> (String, Value) {
        let (source, name) = call.event();
        let mut trail = Trail::call(session, from, now, source, name);
        trail.host = call.host();
        trail.data = call.is_data();
        trail.request = call.request_parameters();
        trail.error = match result {
            Ok(_) => None,
            Err(CallError::NotFound { what }) if call.is_data() => Some(("NoSuchKey", format!("no such {what}"))),
            Err(CallError::NotFound { what }) => Some(("NoSuchBucket", format!("no such {what}"))),
            Err(error) => {
                let (action, resource) = call.permission();
                let how = if matches!(error, CallError::AccessDenied { explicit: true }) {
                    "with an explicit deny in an identity-based policy"
                } else {
                    "because no identity-based policy allows the action"
                };
                let who = session.arn();
                let sentence =
                    format!("User: {who} is not authorized to perform: {action} on resource: \"{resource}\" {how}");
                Some(("AccessDenied", sentence))
            }
        };
        if let Some(bucket) = call.bucket() {
            let owner = self.buckets.get(bucket).map(|bucket| bucket.account.clone());
            let bucket_arn = format!("arn:aws:s3:::{bucket}");
            let mut resources = vec![json!({ "accountId": owner, "type": "AWS::S3::Bucket", "ARN": bucket_arn })];
            if let AwsCall::GetObject { key, .. } = call {
                resources.insert(0, json!({ "type": "AWS::S3::Object", "ARN": format!("{bucket_arn}/{key}") }));
            }
            trail.resources = Some(Value::Array(resources));
        }
        if call.is_data() {
            let bytes = result.as_ref().ok().map(|reply| reply.bytes);
            trail.additional = Some(s3_additional(bytes, &mut self.rng));
        }
        trail.record(&mut self.rng)
    }

    fn saml_record(
        &mut self,
        session: &AwsSession,
        sign_in: &SignIn,
        assertion: &Assertion<'_>,
        issuer: &str,
        from: &Place,
        now: Timestamp,
    ) -> (String, Value) {
        let provider_name = assertion.provider_arn.rsplit('/').next().unwrap_or_default();
        let qualifier = name_qualifier(issuer, &session.account, provider_name);
        let mut trail = Trail::call(session, from, now, "sts.amazonaws.com", "AssumeRoleWithSAML");
        if assertion.internal_address {
            trail.ip = "AWS Internal";
            trail.user_agent = "aws-internal/3 aws-sdk-java/1.12.779";
        }
        trail.identity = saml_user(&qualifier, sign_in.upn());
        let mut request = json!({
            "sAMLAssertionID": assertion.assertion_id,
            "roleSessionName": session.session_name,
            "durationSeconds": SESSION_SECONDS,
            "roleArn": session.role_arn,
            "principalArn": assertion.provider_arn,
        });
        if let (Some(map), Some(source)) = (request.as_object_mut(), &session.source_identity) {
            map.insert("sourceIdentity".into(), json!(source));
        }
        trail.request = request;
        trail.response = json!({
            "credentials": self.credentials(session),
            "assumedRoleUser": { "assumedRoleId": session.user_id(), "arn": session.arn() },
            "subject": sign_in.upn(),
            "subjectType": "persistent",
            "issuer": issuer,
            "audience": SAML_AUDIENCE,
            "nameQualifier": qualifier,
        });
        trail.resources = Some(json!([
            { "accountId": session.account, "type": "AWS::IAM::Role", "ARN": session.role_arn },
            { "accountId": session.account, "type": "AWS::IAM::SAMLProvider", "ARN": assertion.provider_arn },
        ]));
        trail.record(&mut self.rng)
    }

    fn assume_record(
        &mut self,
        session: &AwsSession,
        principal: &str,
        is_service: bool,
        now: Timestamp,
    ) -> (String, Value) {
        let from = Place::machine(principal, principal);
        let mut trail = Trail::call(session, &from, now, "sts.amazonaws.com", "AssumeRole");
        trail.identity = if is_service {
            json!({ "type": "AWSService", "invokedBy": principal })
        } else {
            json!({ "type": "AWSAccount", "principalId": principal, "accountId": session.account })
        };
        trail.request = json!({
            "roleArn": session.role_arn,
            "roleSessionName": session.session_name,
            "durationSeconds": SESSION_SECONDS,
        });
        trail.response = json!({
            "credentials": self.credentials(session),
            "assumedRoleUser": { "assumedRoleId": session.user_id(), "arn": session.arn() },
        });
        trail.resources =
            Some(json!([{ "accountId": session.account, "type": "AWS::IAM::Role", "ARN": session.role_arn }]));
        trail.record(&mut self.rng)
    }

    pub(crate) fn credentials(&mut self, session: &AwsSession) -> Value {
        let expires = session.expires_at.strftime("%b %-d, %Y, %I:%M:%S %p").to_string();
        json!({
            "accessKeyId": session.access_key,
            "sessionToken": format!("IQoJb3JpZ2luX2Vj{}", self.rng.hex(40)),
            "expiration": expires,
        })
    }
}

/// The context that the simulated AWS gives every request of a role session. In
/// this world nothing else is in it, so it is complete.
fn context(session: &AwsSession, role: &Role, from: &Place, now: Timestamp) -> Context {
    let mut context = Context::complete()
        .with("aws:userid", session.user_id())
        .with("aws:TokenIssueTime", iso_second(session.issued_at))
        .with("aws:PrincipalArn", session.role_arn.clone())
        .with("aws:PrincipalAccount", session.account.clone())
        .with("aws:PrincipalType", "AssumedRole")
        .with("aws:MultiFactorAuthPresent", "false")
        .with("aws:SecureTransport", "true")
        .with("aws:CurrentTime", iso_second(now))
        .with("aws:EpochTime", now.as_second().to_string())
        .with("aws:RequestedRegion", "eu-west-1")
        .with("aws:SourceIp", from.ip.clone())
        .with("aws:UserAgent", from.user_agent.clone());
    if let Some(source) = &session.source_identity {
        context = context.with("aws:SourceIdentity", source.clone());
    }
    for (key, value) in &role.tags {
        context = context.with(&format!("aws:PrincipalTag/{key}"), value.clone());
    }
    context
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_trust_is_decided() {
        let policy = |principal: &str, rest: &str| {
            format!(
                r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{principal},"Action":"sts:AssumeRole"{rest}}}]}}"#
            )
        };
        for (trust, expect) in [
            (policy(r#"{"Service":"ec2.amazonaws.com"}"#, ""), Some(true)),
            (policy(r#"{"Service":["a","ec2.amazonaws.com"]}"#, ""), Some(true)),
            (policy(r#"{"Service":"lambda.amazonaws.com"}"#, ""), Some(false)),
            (policy(r#"{"AWS":"ec2.amazonaws.com"}"#, ""), Some(false)),
            (policy(r#"{"Service":"ec2.amazonaws.com"}"#, r#","Condition":{"Bool":{"a":"true"}}"#), None),
            ("nothing".into(), None),
        ] {
            let got = trusts(&trust, "Service", "ec2.amazonaws.com", "sts:AssumeRole").ok();
            assert_eq!(got, expect, "{trust}");
        }
    }
}
