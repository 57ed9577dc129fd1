//! The facts, field by field, as they are packed: one table for each struct.
//!
//! A table is all there is: borrowing, writing, reading and copying follow from
//! it, in its order. A field that a fact gains does not compile until it stands
//! here. What `shared { … }` holds is the same for many records (who a session
//! is, from where, what is called) and is kept once.

use super::codec::{Reader, Writer};
use super::forms::{
    CiteView, Cited, Count, Fed, Flag, Form, Id, Inline, Int, List, Method, Opt, Packed, Pair, Path, Perhaps,
    Principal, Reported, Session, SessionView, Shared,
};
use super::text::Text;
use selvedge_model::Fact;
use selvedge_model::fact::{ArmUse, AwsCall, AwsUse, EntraChange, PortalUse, RoleAssumption, SignIn, Signal};

macro_rules! packed {
    ($(#[$doc:meta])* $view:ident of $fact:ident { $( $mode:ident { $( $field:ident : $form:ty ),+ $(,)? } )+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        #[allow(missing_docs, reason = "the fields are those of the fact")]
        pub struct $view<'a> {
            $( $( pub $field: <$form as Form<'a>>::Seen, )+ )+
        }

        impl<'a> $view<'a> {
            /// The fact, borrowed.
            pub(super) fn of(fact: &'a $fact) -> Self {
                let $fact { $( $( $field, )+ )+ } = fact;
                Self { $( $( $field: <$form as Form<'a>>::see($field), )+ )+ }
            }

            /// A copy of its own.
            pub fn owned(&self) -> $fact {
                $fact { $( $( $field: <$form as Form<'a>>::own(&self.$field), )+ )+ }
            }

            fn write(&self, to: &mut Writer<'_>) {
                $( packed!(@write $mode self to $view { $( $field: $form ),+ }); )+
            }

            fn read(from: &mut Reader<'a>) -> Option<Self> {
                $(
                    packed!(@enter $mode from);
                    $( let $field = <$form as Packed<'a>>::read(from)?; )+
                    packed!(@end $mode from);
                )+
                Some(Self { $( $( $field, )+ )+ })
            }
        }
    };
    (@write own $self:ident $to:ident $view:ident { $( $field:ident : $form:ty ),+ }) => {
        $( <$form as Packed<'a>>::write(&$self.$field, $to); )+
    };
    (@write shared $self:ident $to:ident $view:ident { $( $field:ident : $form:ty ),+ }) => {{
        // Which group it is: other groups may hold the same texts in other forms.
        const GROUP: u64 = group_id(concat!(stringify!($view), $( " ", stringify!($field) ),+));
        let is_new = $to.open(|raw| {
            raw.extend_from_slice(&GROUP.to_le_bytes());
            $( <$form as Fed<'a>>::feed(&$self.$field, raw); )+
        });
        if is_new {
            $( <$form as Packed<'a>>::write(&$self.$field, $to); )+
            $to.close();
        }
    }};
    (@enter shared $from:ident) => { $from.open()? };
    (@enter own $from:ident) => {};
    (@end shared $to:ident) => { $to.close() };
    (@end own $to:ident) => {};
}

/// A number for a group's name (FNV-1a).
const fn group_id(name: &str) -> u64 {
    let mut rest = name.as_bytes();
    let mut id = 0xcbf2_9ce4_8422_2325_u64;
    while let [byte, after @ ..] = rest {
        id = (id ^ *byte as u64).wrapping_mul(0x0100_0000_01b3);
        rest = after;
    }
    id
}

packed! {
    /// A sign-in, read in place.
    SignInView of SignIn {
        own { cite: Cited, request_id: Id, session_id: Opt<Id> }
        shared { tenant: Shared, user_id: Id, upn: Inline, service_principal_id: Opt<Id> }
        shared { app_id: Id, app_name: Shared, resource_id: Id, federated_credential_id: Opt<Id> }
        shared {
            ip: Inline, asn: Perhaps<Int>, country: Opt<Shared>, device_id: Id, device_trusted: Flag,
            os: Shared, browser: Shared, user_agent: Shared,
        }
        shared {
            interactive: Flag, fresh_credential: Flag, fresh_mfa: Flag, incoming_token: Shared, result: Shared,
        }
    }
}

packed! {
    /// Role credentials that were given out, read in place.
    RoleAssumptionView of RoleAssumption {
        own { cite: Cited }
        shared {
            method: Method, account: Shared, role_arn: Shared, name_qualifier: Opt<Shared>, issuer: Opt<Shared>,
            provider_arn: Opt<Shared>, audience: Opt<Shared>, duration_secs: Perhaps<Int>,
        }
        own {
            principal_id: Principal, session_name: Principal, subject: Opt<Principal>,
            access_key_id: Inline, assertion_id: Opt<Id>, source_identity: Opt<Id>,
            caller_key: Opt<Inline>, caller_principal: Opt<Principal>, ip: Shared,
        }
    }
}

packed! {
    /// A call to an AWS API, read in place.
    AwsUseView of AwsUse {
        own { cite: Cited }
        shared {
            account: Shared, principal_type: Shared, principal_id: Principal, principal_arn: Path,
            session: Perhaps<Session>, role_arn: Opt<Shared>, source_identity: Opt<Id>, access_key_id: Inline,
            on_behalf_of: Opt<Id>,
        }
        shared { ip: Inline, user_agent: Shared, vpc_endpoint: Opt<Shared> }
        shared { service: Shared, operation: Shared, read_only: Flag, error: Opt<Shared>, explicit_deny: Flag }
        own { bytes_out: Count, target: Opt<Shared> }
    }
}

packed! {
    /// A control-plane operation in Azure, read in place.
    ArmUseView of ArmUse {
        own { cite: Cited, correlation_id: Id, sign_in: Opt<Id> }
        shared { tenant: Shared, object_id: Id, upn: Inline, ip: Inline }
        shared { operation: Shared, status: Shared }
        own { resource: Path }
    }
}

packed! {
    /// A change in Entra, read in place.
    EntraChangeView of EntraChange {
        own { cite: Cited }
        shared { tenant: Shared, initiator_id: Id, initiator_upn: Inline, ip: Inline }
        own { activity: Shared, targets: List<Pair<Shared, Id>> }
    }
}

packed! {
    /// What a rule or a provider points at, read in place.
    SignalView of Signal {
        own { cite: Cited }
        shared { cloud: Shared, account: Shared, actor: Principal, actor_name: Inline, ip: Inline }
        own { session: Opt<Id>, operation: Shared, targets: List<Path>, report: Perhaps<Reported> }
    }
}

packed! {
    /// What somebody did at Identity Center's portal, read in place.
    PortalUseView of PortalUse {
        own { cite: Cited }
        shared { account: Shared, store: Opt<Shared>, store_user: Opt<Id>, user_name: Inline }
        shared { ip: Inline, user_agent: Shared }
        shared { operation: Shared, credential_type: Opt<Shared>, error: Opt<Shared> }
        own { credential_id: Opt<Id>, workflow_id: Opt<Id>, role_account: Opt<Shared>, role_name: Opt<Shared> }
    }
}

impl<'a> AwsUseView<'a> {
    /// A call, borrowed from its record.
    pub(super) fn of_call(call: &AwsCall<'a>, cite: CiteView<'a>) -> Self {
        let text = Text::Plain;
        let principal_id = text(call.principal_id);
        Self {
            cite,
            account: text(call.account),
            principal_type: text(call.principal_type),
            principal_id,
            principal_arn: text(call.principal_arn),
            session: call.session_created.map(|created| SessionView { principal_id, created }),
            role_arn: call.role_arn.map(text),
            source_identity: call.source_identity.map(text),
            access_key_id: text(call.access_key_id),
            ip: text(call.ip),
            user_agent: text(call.user_agent),
            vpc_endpoint: call.vpc_endpoint.map(text),
            on_behalf_of: call.on_behalf_of.map(text),
            service: text(call.service),
            operation: text(call.operation),
            read_only: call.read_only,
            error: call.error.map(text),
            explicit_deny: call.explicit_deny,
            bytes_out: call.bytes_out,
            target: call.target.map(text),
        }
    }
}

/// A fact, read in place.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "it lives on the stack, one at a time")]
pub enum FactView<'a> {
    /// Sign-in.
    SignIn(SignInView<'a>),
    /// Role credentials given out.
    RoleAssumption(RoleAssumptionView<'a>),
    /// AWS call.
    AwsUse(AwsUseView<'a>),
    /// Azure operation.
    ArmUse(ArmUseView<'a>),
    /// Directory change.
    EntraChange(EntraChangeView<'a>),
    /// Anything else that a rule or a provider points at.
    Signal(SignalView<'a>),
    /// Identity Center's portal.
    Portal(PortalUseView<'a>),
}

impl<'a> FactView<'a> {
    /// The fact, borrowed.
    pub(super) fn of(fact: &'a Fact) -> Self {
        match fact {
            Fact::SignIn(f) => Self::SignIn(SignInView::of(f)),
            Fact::RoleAssumption(f) => Self::RoleAssumption(RoleAssumptionView::of(f)),
            Fact::AwsUse(f) => Self::AwsUse(AwsUseView::of(f)),
            Fact::ArmUse(f) => Self::ArmUse(ArmUseView::of(f)),
            Fact::EntraChange(f) => Self::EntraChange(EntraChangeView::of(f)),
            Fact::Signal(f) => Self::Signal(SignalView::of(f)),
            Fact::Portal(f) => Self::Portal(PortalUseView::of(f)),
        }
    }

    /// When it happened.
    pub fn at(&self) -> jiff::Timestamp {
        match self {
            Self::SignIn(f) => f.cite.at,
            Self::RoleAssumption(f) => f.cite.at,
            Self::AwsUse(f) => f.cite.at,
            Self::ArmUse(f) => f.cite.at,
            Self::EntraChange(f) => f.cite.at,
            Self::Signal(f) => f.cite.at,
            Self::Portal(f) => f.cite.at,
        }
    }

    /// A copy of its own.
    pub fn owned(&self) -> Fact {
        match self {
            Self::SignIn(f) => Fact::SignIn(Box::new(f.owned())),
            Self::RoleAssumption(f) => Fact::RoleAssumption(Box::new(f.owned())),
            Self::AwsUse(f) => Fact::AwsUse(Box::new(f.owned())),
            Self::ArmUse(f) => Fact::ArmUse(Box::new(f.owned())),
            Self::EntraChange(f) => Fact::EntraChange(Box::new(f.owned())),
            Self::Signal(f) => Fact::Signal(Box::new(f.owned())),
            Self::Portal(f) => Fact::Portal(Box::new(f.owned())),
        }
    }

    pub(super) fn write(&self, to: &mut Writer<'_>) {
        match self {
            Self::SignIn(f) => tagged(0, to, |to| f.write(to)),
            Self::RoleAssumption(f) => tagged(1, to, |to| f.write(to)),
            Self::AwsUse(f) => tagged(2, to, |to| f.write(to)),
            Self::ArmUse(f) => tagged(3, to, |to| f.write(to)),
            Self::EntraChange(f) => tagged(4, to, |to| f.write(to)),
            Self::Signal(f) => tagged(5, to, |to| f.write(to)),
            Self::Portal(f) => tagged(6, to, |to| f.write(to)),
        }
    }

    pub(super) fn read(from: &mut Reader<'a>) -> Option<Self> {
        Some(match from.byte()? {
            0 => Self::SignIn(SignInView::read(from)?),
            1 => Self::RoleAssumption(RoleAssumptionView::read(from)?),
            2 => Self::AwsUse(AwsUseView::read(from)?),
            3 => Self::ArmUse(ArmUseView::read(from)?),
            4 => Self::EntraChange(EntraChangeView::read(from)?),
            5 => Self::Signal(SignalView::read(from)?),
            6 => Self::Portal(PortalUseView::read(from)?),
            _ => return None,
        })
    }
}

fn tagged(tag: u8, to: &mut Writer<'_>, write: impl FnOnce(&mut Writer<'_>)) {
    to.byte(tag);
    write(to);
}

/// What a pass over millions of records reads of a call: the numbers of its
/// groups stand for what they hold. Equal numbers mean equal fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UseSkim {
    /// Account to access key: who called.
    pub who: u32,
    /// Address, user agent, endpoint: from where.
    pub from: u32,
    /// Bytes that left.
    pub bytes_out: u64,
    /// When it happened.
    pub at: jiff::Timestamp,
}

impl UseSkim {
    /// As far as it is a call and its groups are symbols.
    pub(super) fn read(from: &mut Reader<'_>) -> Option<Self> {
        if from.byte()? != 2 {
            return None;
        }
        let at = Cited::read(from)?.at;
        let (who, place) = (from.group()?, from.group()?);
        from.group()?;
        Some(Self { who, from: place, bytes_out: Count::read(from)?, at })
    }
}

/// The same of a sign-in.
#[derive(Debug, Clone, Copy)]
pub struct SignInSkim<'a> {
    /// Claim `sid`.
    pub session_id: Option<super::text::Text<'a>>,
    /// When it happened.
    pub at: jiff::Timestamp,
    /// Tenant to service principal: who.
    pub user: u32,
    /// Application to federated credential: to what.
    pub app: u32,
    /// Address to user agent: from where.
    pub place: u32,
    /// How, and the result.
    pub how: u32,
}

impl<'a> SignInSkim<'a> {
    /// As far as it is a sign-in and its groups are symbols.
    pub(super) fn read(from: &mut Reader<'a>) -> Option<Self> {
        if from.byte()? != 0 {
            return None;
        }
        let at = Cited::read(from)?.at;
        Id::read(from)?;
        let session_id = Opt::<Id>::read(from)?;
        let (user, app) = (from.group()?, from.group()?);
        Some(Self { session_id, at, user, app, place: from.group()?, how: from.group()? })
    }
}
