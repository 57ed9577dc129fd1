//! Workloads of Entra behind AWS sessions: path P3 of the federation facts.
//!
//! A managed identity or an application shows AWS a token that Entra signed:
//! issuer and subject name the tenant and the service principal. Which sign-in it
//! came from is less sure: managed identities keep a token for up to a day, and
//! CloudTrail names no token.

use crate::estate::tenant_of;
use crate::identity::{CrossCloudLink, Ground, Holder, PersonKey, Resolver, is_object_id};
use crate::sessions::AwsSession;
use selvedge_model::fact::{AssumeMethod, RoleAssumption, SignIn};
use selvedge_model::{Confidence, SignedDuration, guid};

/// Managed identities keep a token this long (facts, W1: recalled).
const TOKEN_KEPT: SignedDuration = SignedDuration::from_hours(24);
/// Clocks may disagree by this much.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_secs(5);

/// Microsoft's own tenants, public and US government, whose Sentinel connector takes
/// roles of its customers. Source: Microsoft's page on connecting Sentinel to AWS
/// (federation facts, 6).
const MICROSOFT: [&str; 2] = ["33e01921-4d64-4f8c-a055-5bdaffd5e33d", "cab8a31a-1906-4287-a0d8-4eef66b95f6e"];

/// The tenant that issued the token of a web identity: from the issuer that AWS
/// answers, which is an address with or without its scheme, or the provider's ARN.
pub fn tenant_of_issuer(issuer: &str) -> Option<String> {
    let path = issuer.split_once(":oidc-provider/").map_or(issuer, |(_, path)| path);
    let path = path.strip_prefix("https://").unwrap_or(path);
    if let Some(rest) = path.strip_prefix("login.microsoftonline.com/") {
        return guid::parse(rest.split('/').next()?);
    }
    tenant_of(&format!("https://{path}"))
}

/// Whether a role was given to a connector that Microsoft runs in its own tenant:
/// Sentinel's, Defender's. No sign-in of it is in anybody else's logs, and none is to
/// be missed.
pub fn is_microsofts(assumption: &RoleAssumption) -> bool {
    let issuer = assumption.issuer.as_deref().or(assumption.provider_arn.as_deref());
    assumption.method == AssumeMethod::WebIdentity
        && issuer.and_then(tenant_of_issuer).is_some_and(|tenant| MICROSOFT.contains(&tenant.as_str()))
}

impl<'a> Resolver<'a> {
    /// P3: a workload's token opened the session.
    pub(crate) fn link_workload(&self, session: &AwsSession<'a>) -> Option<CrossCloudLink> {
        let given = session.assumptions.iter().copied().find(|a| a.method == AssumeMethod::WebIdentity)?;
        let issuer = given.issuer.as_deref().or(given.provider_arn.as_deref())?;
        let tenant = tenant_of_issuer(issuer)?;
        let id = guid::parse(given.subject.as_deref()?).filter(|id| is_object_id(id))?;
        let rows = self.sign_ins_of_workload(&tenant, &id);
        let fitting: Vec<&SignIn> = rows.iter().copied().filter(|row| row.succeeded() && fits(row, given)).collect();
        // The latest is the likeliest, and no more than that.
        let (latest, others) =
            fitting.split_last().map_or((None, [].as_slice()), |(last, others)| (Some(*last), others));
        // Without an inventory that names our tenants, only a sign-in of ours shows that
        // the tenant is one.
        let tenants = &self.estate().tenants;
        if !tenants.contains(&tenant) && !(tenants.is_empty() && latest.is_some()) {
            return None;
        }
        let name = latest.map(|row| row.app_name.as_str()).filter(|name| !name.is_empty());
        let mut grounds = vec![ground("W2", 950, "Entra's token names the service principal, and AWS checked it")];
        if latest.is_some() {
            grounds.push(ground(
                "W1",
                970,
                "the service principal asked Entra for a token to this audience within a day before",
            ));
        }
        let confidence = grounds.iter().map(|ground| ground.confidence).max()?;
        let mut evidence: Vec<_> = session.assumptions.iter().map(|a| a.cite.record.clone()).collect();
        evidence.extend(latest.map(|row| row.cite.record.clone()));
        Some(CrossCloudLink {
            session: session.key.clone(),
            upn: name.map_or_else(|| id.clone(), str::to_owned),
            person: PersonKey { tenant, user_id: id },
            holder: Holder::Workload,
            path: "P3".into(),
            sign_in: latest.map(|row| row.request_id.clone()),
            sid: None,
            alternatives: others.iter().map(|row| row.request_id.clone()).collect(),
            grounds,
            confidence,
            evidence,
        })
    }
}

fn ground(rule: &str, confidence: u16, why: &str) -> Ground {
    Ground { rule: rule.into(), confidence: Confidence::new(confidence), why: why.into() }
}

/// Whether a token of this sign-in may have opened the session: for the same
/// audience, where both say one, and no older than a token is kept.
fn fits(row: &SignIn, given: &RoleAssumption) -> bool {
    let age = given.cite.at.duration_since(row.cite.at);
    let audience = given.audience.as_deref().and_then(|audience| guid::parse(audience.trim_start_matches("api://")));
    let same = audience.is_none_or(|audience| row.resource_id.is_empty() || row.resource_id == audience);
    age >= -CLOCK_SLACK && age <= TOKEN_KEPT && same
}
