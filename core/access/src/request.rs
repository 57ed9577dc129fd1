//! What is asked, and the policies that bear on it.

use crate::condition::Context;
use crate::policy::Policy;
use crate::principal::Caller;

/// A document with the name that answers cite it by.
pub type Named = (String, Policy);

/// The policies that bear on a request, by kind. Build it with [`PolicySet::of_identity`] or
/// with `..Default::default()`: kinds will be added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicySet {
    /// All identity policies of the principal: inline, managed, and a user's groups'.
    pub identity: Vec<Named>,
    /// The permissions boundary.
    pub boundary: Option<Named>,
    /// Policies that were given when the session was opened; none were where it is empty.
    pub session: Vec<Named>,
    /// Service control policies by level, from the root down to the account.
    pub scps: Vec<Vec<Named>>,
    /// Resource control policies by level, from the root down to the account of the resource.
    pub rcps: Vec<Vec<Named>>,
    /// The resource's own policy: for a role its trust policy.
    pub resource: Option<Named>,
    /// The policy of the VPC endpoint that the request came through.
    pub endpoint: Option<Named>,
    /// Grants of a KMS key.
    pub grants: Vec<Grant>,
    /// What S3 looks at beside policies.
    pub s3: S3Block,
    /// Access control lists of S3: of the bucket and of the object ([`crate::acl`]).
    pub acls: Vec<Named>,
}

impl PolicySet {
    /// A principal that only identity policies bear on.
    pub fn of_identity<N: Into<String>>(policies: impl IntoIterator<Item = (N, Policy)>) -> Self {
        let identity = policies.into_iter().map(|(name, policy)| (name.into(), policy)).collect();
        Self { identity, ..Self::default() }
    }
}

/// A grant of a KMS key. Source: KMS developer guide, "Grants in AWS KMS".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Grant {
    /// ARN of who may.
    pub grantee: String,
    /// Such as `Decrypt`.
    pub operations: Vec<String>,
    /// Whether it holds for some encryption contexts alone.
    pub constrained: bool,
}

/// Block Public Access, of the account and the bucket together. Source: S3 user guide,
/// "Blocking public access".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct S3Block {
    /// `RestrictPublicBuckets`: a bucket whose policy is public serves its own account and
    /// services of AWS alone.
    pub restrict_public_buckets: bool,
}

/// What is asked: whether somebody may do the action on the resource, in a context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Such as `s3:GetObject`.
    pub action: String,
    /// ARN, or `*` for an action without resource-level permissions.
    pub resource: String,
    /// Context keys.
    pub context: Context,
    /// Who asks; `None`: somebody of the resource's account on whom only identity policies
    /// bear.
    pub principal: Option<String>,
    /// The principal's account, where it has one.
    pub principal_account: Option<String>,
    /// The resource's account, where it is known.
    pub resource_account: Option<String>,
}

impl Request {
    /// A request of somebody whose identity policies decide.
    pub fn new(action: impl Into<String>, resource: impl Into<String>, context: Context) -> Self {
        Self {
            action: action.into(),
            resource: resource.into(),
            context,
            principal: None,
            principal_account: None,
            resource_account: None,
        }
    }

    /// The same by a principal: an ARN, `anonymous`, or the name of a service.
    pub fn by(mut self, principal: impl Into<String>) -> Self {
        self.principal = Some(principal.into());
        self
    }

    /// The same between these accounts.
    pub fn between(mut self, principal_account: Option<&str>, resource_account: Option<&str>) -> Self {
        self.principal_account = principal_account.map(str::to_owned);
        self.resource_account = resource_account.map(str::to_owned);
        self
    }

    /// Whether a root session asks that another account opened.
    pub(crate) fn is_by_assumed_root(&self) -> bool {
        let mut parts = self.principal.as_deref().unwrap_or_default().splitn(6, ':').skip(2);
        parts.next() == Some("sts") && parts.nth(2).is_some_and(|rest| rest.starts_with("assumed-root"))
    }

    /// Who asks.
    pub(crate) fn caller(&self) -> Option<Caller> {
        self.principal.as_deref().map(|principal| Caller::of(principal, &self.context))
    }

    /// The caller's account: what is said, else what the ARN says.
    pub(crate) fn own_account(&self) -> Option<&str> {
        let said = self.principal_account.as_deref();
        let principal = self.principal.as_deref().unwrap_or_default();
        said.or_else(|| account_of(principal)).or_else(|| is_account(principal).then_some(principal))
    }

    /// The resource's account, by what is said or by its ARN. A request for no one resource
    /// is one for the caller's account.
    pub(crate) fn target_account(&self) -> Option<&str> {
        let said = self.resource_account.as_deref().or_else(|| account_of(&self.resource));
        said.or_else(|| if self.resource == "*" { self.own_account() } else { None })
    }

    /// Whether a policy of the resource must allow it, whoever asks: a role's trust policy, a
    /// key's policy.
    pub(crate) fn is_up_to_the_resource(&self) -> bool {
        self.is_trust() || self.is_of("kms") && self.resource_kind() == Some("key")
    }

    /// Whether a role is to be assumed.
    pub(crate) fn is_trust(&self) -> bool {
        self.is_of("sts") && self.resource_kind() == Some("role")
    }

    /// Whether the action is of a service.
    pub(crate) fn is_of(&self, service: &str) -> bool {
        self.action.split(':').next().is_some_and(|own| own.eq_ignore_ascii_case(service))
    }

    fn resource_kind(&self) -> Option<&str> {
        self.resource.splitn(6, ':').nth(5)?.split('/').next()
    }
}

fn account_of(arn: &str) -> Option<&str> {
    arn.starts_with("arn:").then(|| arn.split(':').nth(4)).flatten().filter(|account| is_account(account))
}

fn is_account(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
