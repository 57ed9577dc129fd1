//! Workloads of Entra behind AWS sessions: paths P3 and P4 of the federation facts.
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
use std::collections::BTreeSet;

/// Managed identities keep a token this long (facts, W1: recalled).
const TOKEN_KEPT: SignedDuration = SignedDuration::from_hours(24);
/// One run of a pipeline signs in to both clouds within this time (facts, 4).
const ONE_RUN: SignedDuration = SignedDuration::from_mins(10);
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
    /// P3 and P4: a workload's token opened the session.
    pub(crate) fn link_workload(&self, session: &AwsSession<'a>) -> Option<CrossCloudLink> {
        let given = session.assumptions.iter().copied().find(|a| a.method == AssumeMethod::WebIdentity)?;
        let Claimed { tenant, id, path, ground: claimed } = self.of_entra(given).or_else(|| self.of_third(given))?;
        let rows = self.sign_ins_of_workload(&tenant, &id);
        let fitting: Vec<&SignIn> =
            rows.iter().copied().filter(|row| row.succeeded() && fits(row, given, path)).collect();
        // The latest is the likeliest, and no more than that.
        let (latest, others) =
            fitting.split_last().map_or((None, [].as_slice()), |(last, others)| (Some(*last), others));
        // Without an inventory that names our tenants, only a sign-in of ours shows that
        // the tenant is one.
        let tenants = &self.estate().tenants;
        let is_ours = tenants.contains(&tenant) || tenants.is_empty() && latest.is_some();
        if !is_ours {
            return None;
        }
        let name = latest.map(|row| row.app_name.as_str()).filter(|name| !name.is_empty());
        let mut grounds = vec![claimed];
        // A token of a third provider is not asked of Entra.
        if latest.is_some() && path == "P3" {
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
            path: path.into(),
            sign_in: latest.map(|row| row.request_id.clone()),
            sid: None,
            alternatives: others.iter().map(|row| row.request_id.clone()).collect(),
            grounds,
            confidence,
            evidence,
        })
    }

    /// P3: the token is Entra's, and its subject the service principal.
    fn of_entra(&self, given: &RoleAssumption) -> Option<Claimed> {
        let tenant = issuer_of(given).and_then(tenant_of_issuer)?;
        let id = guid::parse(given.subject.as_deref()?).filter(|id| is_object_id(id))?;
        let ground = ground("W2", 950, "Entra's token names the service principal, and AWS checked it");
        Some(Claimed { tenant, id, path: "P3", ground })
    }

    /// P4: the token is a third provider's, and a federated credential in Entra says
    /// that its subject is an application.
    fn of_third(&self, given: &RoleAssumption) -> Option<Claimed> {
        let id = self.estate().seam.workload_of(issuer_of(given)?, given.subject.as_deref()?)?;
        let known: BTreeSet<&str> = self.tenants_of_workload(id).collect();
        let all = if known.is_empty() { self.estate().tenants.iter().map(String::as_str).collect() } else { known };
        let mut tenants = all.into_iter();
        let tenant = tenants.next().filter(|_| tenants.next().is_none())?;
        let why = "a federated credential in Entra makes this subject of this issuer the application";
        Some(Claimed { tenant: tenant.to_owned(), id: id.to_owned(), path: "P4", ground: ground("G1", 950, why) })
    }
}

fn issuer_of(given: &RoleAssumption) -> Option<&str> {
    given.issuer.as_deref().or(given.provider_arn.as_deref())
}

/// A service principal, and why it is the one.
struct Claimed {
    tenant: String,
    id: String,
    path: &'static str,
    ground: Ground,
}

fn ground(rule: &str, confidence: u16, why: &str) -> Ground {
    Ground { rule: rule.into(), confidence: Confidence::new(confidence), why: why.into() }
}

/// Whether a token of this sign-in may have opened the session: for the same
/// audience, where both say one, and no older than a token is kept. With a token of a
/// third provider: whether it may be the same run.
fn fits(row: &SignIn, given: &RoleAssumption, path: &str) -> bool {
    let age = given.cite.at.duration_since(row.cite.at);
    if path == "P4" {
        return age.abs() <= ONE_RUN;
    }
    let audience = given.audience.as_deref().and_then(|audience| guid::parse(audience.trim_start_matches("api://")));
    let same = audience.is_none_or(|audience| row.resource_id.is_empty() || row.resource_id == audience);
    age >= -CLOCK_SLACK && age <= TOKEN_KEPT && same
}
