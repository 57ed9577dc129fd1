//! Facts: what the second tier keeps of an event.
//!
//! Tier 1 is stateless and sees every record; tier 2 keeps only what identity
//! resolution and incidents need. A fact is a pure function of its record, so
//! the set of facts of a set of records does not depend on their order.

use crate::finding::{Confidence, Severity};
use crate::ids::{EventId, RecordId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What every fact carries.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cite {
    /// Identity of the record.
    pub event: EventId,
    /// What a person cites.
    pub record: RecordId,
    /// When it happened.
    pub at: Timestamp,
}

/// The key of one AWS role session. Federation facts, N6: principal id
/// (`AROA…:session`) and creation date.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AwsSessionKey {
    /// `AROA…:<session name>`: what IAM calls `aws:userid`.
    pub principal_id: String,
    /// Creation date, second resolution.
    pub created: Timestamp,
}

/// A sign-in at Entra.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SignIn {
    /// The record.
    pub cite: Cite,
    /// The sign-in's request id, lower-cased GUID (normal form N1/N2).
    pub request_id: String,
    /// Home tenant of the log.
    pub tenant: String,
    /// Object id of the user, empty for workloads.
    pub user_id: String,
    /// User principal name, lower-cased.
    pub upn: String,
    /// Service principal's object id, for workload sign-ins.
    pub service_principal_id: Option<String>,
    /// Application signed in to.
    pub app_id: String,
    /// Its name.
    pub app_name: String,
    /// Resource the token is for.
    pub resource_id: String,
    /// Claim `sid`.
    pub session_id: Option<String>,
    /// Address.
    pub ip: String,
    /// Autonomous system number.
    pub asn: Option<i64>,
    /// Country code.
    pub country: Option<String>,
    /// Registered device id; empty if the device is unknown to Entra.
    pub device_id: String,
    /// Whether Entra holds the device compliant or managed.
    pub device_trusted: bool,
    /// Operating system, as Entra parsed it.
    pub os: String,
    /// Browser, as Entra parsed it.
    pub browser: String,
    /// User agent.
    pub user_agent: String,
    /// Interactive sign-in.
    pub interactive: bool,
    /// A credential was shown in this very sign-in (not "previously satisfied"
    /// or a claim in a token).
    pub fresh_credential: bool,
    /// Multi-factor authentication took place in this very sign-in.
    pub fresh_mfa: bool,
    /// `incomingTokenType`: refreshToken, primaryRefreshToken, none.
    pub incoming_token: String,
    /// Error code; "0" is success.
    pub result: String,
    /// The federated identity credential that a workload signed in with
    /// (`federatedCredentialId`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub federated_credential_id: Option<String>,
}

impl SignIn {
    /// Whether Entra let it in.
    pub fn succeeded(&self) -> bool {
        self.result == "0"
    }
}

/// How role credentials were asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AssumeMethod {
    /// `sts:AssumeRoleWithSAML`.
    Saml,
    /// `sts:AssumeRoleWithWebIdentity`.
    WebIdentity,
    /// `sts:AssumeRole`.
    Role,
}

/// Role credentials that STS gave out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RoleAssumption {
    /// The record.
    pub cite: Cite,
    /// How.
    pub method: AssumeMethod,
    /// Account that owns the role.
    pub account: String,
    /// Role ARN.
    pub role_arn: String,
    /// Role session name as given.
    pub session_name: String,
    /// `AROA…:session`, from the answer.
    pub principal_id: String,
    /// Temporary access key id that was given out.
    pub access_key_id: String,
    /// SAML: assertion id without its leading underscore.
    pub assertion_id: Option<String>,
    /// SAML subject (NameID).
    pub subject: Option<String>,
    /// SAML: `nameQualifier`, which hashes issuer, account and provider name.
    pub name_qualifier: Option<String>,
    /// SAML issuer or OIDC provider.
    pub issuer: Option<String>,
    /// SAML or OIDC provider ARN.
    pub provider_arn: Option<String>,
    /// Whom the assertion or token was issued for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// `SourceIdentity`, if set.
    pub source_identity: Option<String>,
    /// The caller's access key, for `AssumeRole` by a session (role chaining).
    pub caller_key: Option<String>,
    /// The caller's `userIdentity.principalId`.
    pub caller_principal: Option<String>,
    /// Requested lifetime in seconds.
    pub duration_secs: Option<i64>,
    /// Source address or the literal `AWS Internal`.
    pub ip: String,
}

/// A call to an AWS API by some principal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AwsUse {
    /// The record.
    pub cite: Cite,
    /// Account the record was delivered for.
    pub account: String,
    /// `userIdentity.type`.
    pub principal_type: String,
    /// `userIdentity.principalId`.
    pub principal_id: String,
    /// `userIdentity.arn`.
    pub principal_arn: String,
    /// Access key in use.
    pub access_key_id: String,
    /// The role session, where there is one.
    pub session: Option<AwsSessionKey>,
    /// Role behind the session.
    pub role_arn: Option<String>,
    /// `SourceIdentity`, if set.
    pub source_identity: Option<String>,
    /// `s3.amazonaws.com`.
    pub service: String,
    /// `GetObject`.
    pub operation: String,
    /// Whether the call only reads.
    pub read_only: bool,
    /// Address, host name or `AWS Internal`.
    pub ip: String,
    /// User agent.
    pub user_agent: String,
    /// Error code, if refused or failed.
    pub error: Option<String>,
    /// Whether the record says that an explicit deny refused the call.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub explicit_deny: bool,
    /// Bytes that left, for S3 data events.
    pub bytes_out: u64,
    /// Bucket or other resource that the call named.
    pub target: Option<String>,
    /// Came through a VPC endpoint.
    pub vpc_endpoint: Option<String>,
    /// The user of IAM Identity Center in whose name it was made: the user id of the
    /// identity store (`userIdentity.onBehalfOf.userId`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<String>,
}

/// A call to an AWS API as its record has it: what [`AwsUse`] is a copy of. Most
/// records are one, and are looked at once.
#[derive(Debug, Clone, Copy)]
#[allow(missing_docs, reason = "the fields are those of the copy")]
pub struct AwsCall<'a> {
    pub account: &'a str,
    pub principal_type: &'a str,
    pub principal_id: &'a str,
    pub principal_arn: &'a str,
    pub access_key_id: &'a str,
    /// When the role session began, where there is one: see [`AwsSessionKey`].
    pub session_created: Option<Timestamp>,
    pub role_arn: Option<&'a str>,
    pub source_identity: Option<&'a str>,
    pub service: &'a str,
    pub operation: &'a str,
    pub read_only: bool,
    pub ip: &'a str,
    pub user_agent: &'a str,
    pub error: Option<&'a str>,
    pub explicit_deny: bool,
    pub bytes_out: u64,
    pub target: Option<&'a str>,
    pub vpc_endpoint: Option<&'a str>,
    pub on_behalf_of: Option<&'a str>,
}

impl AwsCall<'_> {
    /// A copy of its own.
    pub fn owned(&self, cite: Cite) -> AwsUse {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let session = |created| AwsSessionKey { principal_id: self.principal_id.to_owned(), created };
        AwsUse {
            cite,
            account: self.account.to_owned(),
            principal_type: self.principal_type.to_owned(),
            principal_id: self.principal_id.to_owned(),
            principal_arn: self.principal_arn.to_owned(),
            access_key_id: self.access_key_id.to_owned(),
            session: self.session_created.map(session),
            role_arn: own(self.role_arn),
            source_identity: own(self.source_identity),
            service: self.service.to_owned(),
            operation: self.operation.to_owned(),
            read_only: self.read_only,
            ip: self.ip.to_owned(),
            user_agent: self.user_agent.to_owned(),
            error: own(self.error),
            explicit_deny: self.explicit_deny,
            bytes_out: self.bytes_out,
            target: own(self.target),
            vpc_endpoint: own(self.vpc_endpoint),
            on_behalf_of: own(self.on_behalf_of),
        }
    }
}

/// A control-plane operation in Azure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ArmUse {
    /// The record.
    pub cite: Cite,
    /// Tenant.
    pub tenant: String,
    /// Groups the rows of one operation.
    pub correlation_id: String,
    /// Operation, lower-cased.
    pub operation: String,
    /// Resource, lower-cased ARM id.
    pub resource: String,
    /// Object id of the caller.
    pub object_id: String,
    /// UPN of the caller, lower-cased; empty for workloads.
    pub upn: String,
    /// Sign-in request id that the token's `uti` decodes to.
    pub sign_in: Option<String>,
    /// Address.
    pub ip: String,
    /// Final status: started, accepted, succeeded, failed.
    pub status: String,
}

/// What somebody did at IAM Identity Center's sign-in and access portal, as the
/// account that runs Identity Center logs it. Federation facts, section 2: since July
/// 2025 such records name the identity store's user and no name, before that the name
/// alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PortalUse {
    /// The record.
    pub cite: Cite,
    /// Account that logged it: the management account or a delegated administrator's.
    pub account: String,
    /// `UserAuthentication`, `Federate`, `GetRoleCredentials` and the like.
    pub operation: String,
    /// User id of the identity store (`onBehalfOf.userId`), lower-cased.
    pub store_user: Option<String>,
    /// Identity store: the last part of `onBehalfOf.identityStoreArn`.
    pub store: Option<String>,
    /// User name, lower-cased; empty if the record has none.
    pub user_name: String,
    /// `userIdentity.credentialId`: the same in what one portal session does.
    pub credential_id: Option<String>,
    /// `AuthWorkflowID`: the same in the steps of one sign-in.
    pub workflow_id: Option<String>,
    /// How the user proved who they are: `EXTERNAL_IDP`, `PASSWORD`.
    pub credential_type: Option<String>,
    /// Account whose role is asked for.
    pub role_account: Option<String>,
    /// Permission set that is asked for, by name.
    pub role_name: Option<String>,
    /// Address.
    pub ip: String,
    /// User agent.
    pub user_agent: String,
    /// Error code, or `Failure` of a sign-in.
    pub error: Option<String>,
}

/// A change that Entra's audit log reports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EntraChange {
    /// The record.
    pub cite: Cite,
    /// Tenant.
    pub tenant: String,
    /// Activity, such as `Add member to role`.
    pub activity: String,
    /// Object id of who did it (user or service principal).
    pub initiator_id: String,
    /// UPN, lower-cased, where a user did it.
    pub initiator_upn: String,
    /// Address, where the record has one.
    pub ip: String,
    /// `(type, id)` of what it was done to.
    pub targets: Vec<(String, String)>,
}

/// What a provider's own detection reports: GuardDuty, Security Hub, Identity
/// Protection, Defender, Sentinel.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Report {
    /// Product, such as `GuardDuty`.
    pub product: String,
    /// The provider's word for what it saw, such as
    /// `UnauthorizedAccess:IAMUser/MaliciousIPCaller`.
    pub kind: String,
    /// One line of the provider's.
    pub title: String,
    /// The provider's severity.
    pub severity: Severity,
    /// How sure the provider is, else by product.
    pub confidence: Confidence,
    /// ATT&CK techniques, sorted.
    pub attack: Vec<String>,
    /// ATT&CK tactics, sorted.
    pub tactics: Vec<String>,
}

/// What tier 2 keeps of a record that is no identity fact: who did what to
/// what. Kept only if a rule matched it or it is a provider's report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Signal {
    /// The record.
    pub cite: Cite,
    /// `aws`, `azure` or `entra`.
    pub cloud: String,
    /// Account, subscription or tenant.
    pub account: String,
    /// Who did it, in the form that the other facts of this cloud use: AWS
    /// principal id or ARN, Entra object id; empty if the record does not say.
    pub actor: String,
    /// A name for people: UPN, user or role name.
    pub actor_name: String,
    /// Session or token: access key, Entra `sid` or sign-in request id.
    pub session: Option<String>,
    /// Address.
    pub ip: String,
    /// What was done, or the kind of report.
    pub operation: String,
    /// ARNs, ARM ids (lower-cased) or addresses that it was done to.
    pub targets: Vec<String>,
    /// What the provider itself reports.
    pub report: Option<Report>,
}

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "kebab-case")]
pub enum Fact {
    /// Sign-in.
    SignIn(Box<SignIn>),
    /// Role credentials given out.
    RoleAssumption(Box<RoleAssumption>),
    /// AWS call.
    AwsUse(Box<AwsUse>),
    /// Azure operation.
    ArmUse(Box<ArmUse>),
    /// Directory change.
    EntraChange(Box<EntraChange>),
    /// Anything else that a rule or a provider points at.
    Signal(Box<Signal>),
    /// Identity Center's portal.
    Portal(Box<PortalUse>),
}

impl Fact {
    /// The record that it comes from.
    pub fn cite(&self) -> &Cite {
        match self {
            Self::SignIn(f) => &f.cite,
            Self::RoleAssumption(f) => &f.cite,
            Self::AwsUse(f) => &f.cite,
            Self::ArmUse(f) => &f.cite,
            Self::EntraChange(f) => &f.cite,
            Self::Signal(f) => &f.cite,
            Self::Portal(f) => &f.cite,
        }
    }
}
