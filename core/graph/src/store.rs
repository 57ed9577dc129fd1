//! Entities and edges with validity and evidence: what they are, and [`Graph`],
//! which keeps them.

mod adjacency;
mod entities;
mod facts;
mod graph;
mod handle;
mod sets;
mod texts;
mod times;

pub use adjacency::Arc;
pub use entities::Node;
pub use facts::EdgeIndex;
pub use graph::Graph;
pub use handle::{EntityMut, FactsMut};
pub use times::Moment;

use selvedge_model::{EntityId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What an edge says. Each kind belongs to one [`EdgeFamily`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeKind {
    /// An account belongs to a person.
    Is,
    /// A principal holds a session.
    Holds,
    /// A session or key is of a role.
    SessionOf,
    /// A session came from another session or sign-in session.
    CameFrom,
    /// A role trusts an identity provider or another principal.
    Trusts,
    /// An application serves an identity provider.
    Serves,
    /// A principal read from or wrote to a store.
    Accessed,
    /// A principal changed a resource.
    Changed,
    /// Something lies in an account, subscription or tenant.
    In,
    /// A principal is in a group.
    MemberOf,
    /// A policy is attached to a principal, or an assignment is of it.
    Attached,
    /// A boundary limits a principal.
    BoundedBy,
    /// A policy, assignment or rule list limits or decides what may be done in or
    /// to something: SCP, Conditional Access, deny assignment, web ACL.
    Governs,
    /// A principal has a role at a scope: it is assigned, the scope is where to.
    Assigned,
    /// An assignment or permission set gives a role definition, or is good at a scope.
    Grants,
    /// A principal may make an assignment active.
    EligibleFor,
    /// A resource's own policy lets a principal in.
    Allows,
    /// A machine, function or app acts as a role or service principal.
    RunsAs,
    /// Something lies in a network or subnet.
    LiesIn,
    /// A list of rules filters the traffic of something.
    Guards,
    /// A list of rules lets traffic come from addresses or from those behind
    /// another list.
    AllowsFrom,
    /// Traffic of a network or subnet leaves through a gateway.
    RoutesTo,
    /// Two networks are joined.
    PeersWith,
    /// Something sends and receives through an interface.
    HasInterface,
    /// Something is reached under an address.
    HasAddress,
    /// An entry point hands requests on.
    Fronts,
    /// Data went from one to the other.
    FlowsTo,
    /// A store's content is encrypted with a key.
    EncryptedWith,
    /// An account is kept in step with one elsewhere.
    SyncedFrom,
    /// A principal owns an object of the directory.
    Owns,
    /// A service principal stands for an application in a tenant.
    InstanceOf,
}

/// What an edge is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EdgeFamily {
    /// Who may do what.
    Permission,
    /// What reaches what.
    Network,
    /// Where data goes.
    DataFlow,
    /// Who vouches for whom.
    Trust,
    /// What belongs to whom.
    Ownership,
}

impl EdgeFamily {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Permission, Self::Network, Self::DataFlow, Self::Trust, Self::Ownership];
}

impl EdgeKind {
    /// All of them.
    pub const ALL: [Self; 31] = [
        Self::Is,
        Self::Holds,
        Self::SessionOf,
        Self::CameFrom,
        Self::Trusts,
        Self::Serves,
        Self::Accessed,
        Self::Changed,
        Self::In,
        Self::MemberOf,
        Self::Attached,
        Self::BoundedBy,
        Self::Governs,
        Self::Assigned,
        Self::Grants,
        Self::EligibleFor,
        Self::Allows,
        Self::RunsAs,
        Self::LiesIn,
        Self::Guards,
        Self::AllowsFrom,
        Self::RoutesTo,
        Self::PeersWith,
        Self::HasInterface,
        Self::HasAddress,
        Self::Fronts,
        Self::FlowsTo,
        Self::EncryptedWith,
        Self::SyncedFrom,
        Self::Owns,
        Self::InstanceOf,
    ];

    /// The family that it belongs to.
    pub fn family(self) -> EdgeFamily {
        match self {
            Self::MemberOf
            | Self::Attached
            | Self::BoundedBy
            | Self::Governs
            | Self::Assigned
            | Self::Grants
            | Self::EligibleFor
            | Self::Allows
            | Self::RunsAs
            | Self::Changed => EdgeFamily::Permission,
            Self::LiesIn
            | Self::Guards
            | Self::AllowsFrom
            | Self::RoutesTo
            | Self::PeersWith
            | Self::HasInterface
            | Self::HasAddress
            | Self::Fronts => EdgeFamily::Network,
            Self::Accessed | Self::FlowsTo | Self::EncryptedWith => EdgeFamily::DataFlow,
            Self::Trusts | Self::Serves | Self::SessionOf | Self::CameFrom | Self::SyncedFrom => EdgeFamily::Trust,
            Self::Is | Self::Holds | Self::In | Self::Owns | Self::InstanceOf => EdgeFamily::Ownership,
        }
    }

    /// Its bit in a set of kinds.
    pub fn bit(self) -> u64 {
        1u64.wrapping_shl(self as u32)
    }

    /// Whether control passes along the edge backwards: whoever has the end of
    /// such an edge gets at its start. A role trusts a provider: control goes from
    /// the provider to the role. A machine lies in a subscription: whoever has the
    /// subscription has the machine.
    pub fn is_backward(self) -> bool {
        matches!(
            self,
            Self::Trusts
                | Self::In
                | Self::CameFrom
                | Self::AllowsFrom
                | Self::Allows
                | Self::SyncedFrom
                | Self::InstanceOf
        )
    }
}

/// A thing of the estate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Entity {
    /// Name that people know.
    pub name: Option<String>,
    /// Other attributes.
    pub attributes: BTreeMap<String, String>,
    /// Records and documents that show it.
    pub evidence: BTreeSet<String>,
    /// When it is there.
    #[serde(default)]
    pub validity: Validity,
}

/// When something holds: from `begins`, if that is known, to `ends`, if it has
/// ended, without the gaps between.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Validity {
    /// The first moment; `None` if it is not known to have begun within what was read.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub begins: Option<Timestamp>,
    /// The first moment at which it does not hold any more.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub ends: Option<Timestamp>,
    /// Times between an end and a new beginning.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub gaps: Vec<(Timestamp, Timestamp)>,
}

impl Validity {
    /// Whether it holds at `t`.
    pub fn holds_at(&self, t: Timestamp) -> bool {
        self.begins.is_none_or(|begins| begins <= t) && self.ends.is_none_or(|ends| t < ends) && !in_gap(&self.gaps, t)
    }

    /// It is known to have been made at `at`: anew, if it had ended before. Calls
    /// must come in the order of time.
    pub fn begin(&mut self, at: Timestamp) {
        match self.ends {
            Some(ended) if ended <= at => {
                self.gaps.push((ended, at));
                self.ends = None;
            }
            _ => self.begins = Some(self.begins.map_or(at, |begins| begins.min(at))),
        }
    }

    /// It is known to have ended at `at`. Calls must come in the order of time. The
    /// end of something that was there before this one began says nothing of it.
    pub fn end(&mut self, at: Timestamp) {
        if self.ends.is_none() && self.begins.is_none_or(|begins| begins <= at) {
            self.ends = Some(at);
        }
    }
}

fn in_gap(gaps: &[(Timestamp, Timestamp)], t: Timestamp) -> bool {
    gaps.iter().any(|(from, to)| *from <= t && t < *to)
}

/// A relation of two things, for a time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edge {
    /// From.
    pub from: EntityId,
    /// What.
    pub kind: EdgeKind,
    /// To.
    pub to: EntityId,
}

/// When an edge was seen to hold and why it is believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct EdgeFacts {
    /// First time; `None` for inventory that does not date it.
    pub first_seen: Option<Timestamp>,
    /// Last time.
    pub last_seen: Option<Timestamp>,
    /// Records, documents, statements.
    pub evidence: BTreeSet<String>,
    /// The rule that derived it, for edges that no document states.
    pub derived_by: Option<String>,
    /// When it holds, where something says so. What was merely seen holds from
    /// its first sight on.
    #[serde(default)]
    pub validity: Validity,
    /// Whether a document states it: then it is not merely seen, and a first
    /// sight says nothing of its beginning.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub stated: bool,
}

impl EdgeFacts {
    /// Whether it holds at `t`.
    pub fn holds_at(&self, t: Timestamp) -> bool {
        self.validity.holds_at(t) && (self.stated || self.first_seen.is_none_or(|seen| seen <= t))
    }
}
