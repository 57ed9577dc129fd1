//! A made estate of any size: both clouds, with hubs, from a seed.
//!
//! Nothing of it is kept: ids and edges are functions of a number, so that what is
//! measured is the graph and not its source.

use selvedge_graph::{Edge, EdgeKind};
use selvedge_model::{EntityId, EntityKind, Timestamp};
use selvedge_sim::Rng;
use std::ops::Range;

/// Kinds of entity, and how many of a million are of each. What is left are resources.
const SHARES: [(EntityKind, u32); 19] = [
    (EntityKind::AwsAccount, 1_000),
    (EntityKind::Person, 60_000),
    (EntityKind::EntraUser, 60_000),
    (EntityKind::EntraGroup, 10_000),
    (EntityKind::ServicePrincipal, 8_000),
    (EntityKind::IdentityProvider, 500),
    (EntityKind::IamRole, 40_000),
    (EntityKind::Policy, 20_000),
    (EntityKind::AwsSession, 200_000),
    (EntityKind::EntraSession, 60_000),
    (EntityKind::AccessKey, 100_000),
    (EntityKind::VirtualMachine, 80_000),
    (EntityKind::NetworkInterface, 80_000),
    (EntityKind::Subnet, 5_000),
    (EntityKind::SecurityGroup, 10_000),
    (EntityKind::Bucket, 20_000),
    (EntityKind::Secret, 20_000),
    (EntityKind::Function, 30_000),
    (EntityKind::Address, 20_000),
];

/// Kinds that lie in an account.
const IN_ACCOUNTS: [EntityKind; 11] = [
    EntityKind::IdentityProvider,
    EntityKind::IamRole,
    EntityKind::Policy,
    EntityKind::VirtualMachine,
    EntityKind::NetworkInterface,
    EntityKind::Subnet,
    EntityKind::SecurityGroup,
    EntityKind::Bucket,
    EntityKind::Secret,
    EntityKind::Function,
    EntityKind::Resource,
];

/// Edges that are drawn: from a kind, what, to a kind, how many of each, whether
/// hubs draw more of them, whether they are seen in records.
#[rustfmt::skip]
const DRAWN: [(EntityKind, EdgeKind, EntityKind, u32, bool, bool); 24] = [
    (EntityKind::EntraUser, EdgeKind::MemberOf, EntityKind::EntraGroup, 12, true, false),
    (EntityKind::EntraGroup, EdgeKind::Assigned, EntityKind::ServicePrincipal, 2, false, false),
    (EntityKind::ServicePrincipal, EdgeKind::Serves, EntityKind::IdentityProvider, 1, false, false),
    (EntityKind::IamRole, EdgeKind::Attached, EntityKind::Policy, 8, true, false),
    (EntityKind::AwsSession, EdgeKind::SessionOf, EntityKind::IamRole, 1, true, true),
    (EntityKind::AwsSession, EdgeKind::Holds, EntityKind::AccessKey, 1, false, true),
    (EntityKind::AwsSession, EdgeKind::Accessed, EntityKind::Bucket, 13, true, true),
    (EntityKind::AwsSession, EdgeKind::Accessed, EntityKind::Secret, 4, true, true),
    (EntityKind::AwsSession, EdgeKind::Changed, EntityKind::Resource, 2, false, true),
    (EntityKind::VirtualMachine, EdgeKind::RunsAs, EntityKind::IamRole, 1, true, false),
    (EntityKind::VirtualMachine, EdgeKind::LiesIn, EntityKind::Subnet, 1, false, false),
    (EntityKind::VirtualMachine, EdgeKind::HasInterface, EntityKind::NetworkInterface, 1, false, false),
    (EntityKind::VirtualMachine, EdgeKind::FlowsTo, EntityKind::VirtualMachine, 8, true, true),
    (EntityKind::VirtualMachine, EdgeKind::FlowsTo, EntityKind::Address, 4, true, true),
    (EntityKind::NetworkInterface, EdgeKind::LiesIn, EntityKind::Subnet, 1, false, false),
    (EntityKind::NetworkInterface, EdgeKind::HasAddress, EntityKind::Address, 1, false, false),
    (EntityKind::SecurityGroup, EdgeKind::Guards, EntityKind::VirtualMachine, 24, false, false),
    (EntityKind::SecurityGroup, EdgeKind::AllowsFrom, EntityKind::Address, 5, true, false),
    (EntityKind::SecurityGroup, EdgeKind::AllowsFrom, EntityKind::SecurityGroup, 3, false, false),
    (EntityKind::Bucket, EdgeKind::Allows, EntityKind::IamRole, 10, true, false),
    (EntityKind::Secret, EdgeKind::Allows, EntityKind::IamRole, 5, true, false),
    (EntityKind::Function, EdgeKind::RunsAs, EntityKind::IamRole, 1, true, false),
    (EntityKind::Function, EdgeKind::Accessed, EntityKind::Bucket, 25, true, true),
    (EntityKind::Resource, EdgeKind::FlowsTo, EntityKind::Resource, 7, true, true),
];

/// An edge by the numbers of its ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line {
    pub(crate) from: u32,
    pub(crate) kind: EdgeKind,
    pub(crate) to: u32,
    /// Seen in a record; else a document states it.
    pub(crate) seen: bool,
}

/// An estate.
#[derive(Debug, Clone)]
pub(crate) struct Estate {
    pub(crate) entities: u32,
    parts: Vec<(EntityKind, Range<u32>)>,
    seed: u64,
}

impl Estate {
    pub(crate) fn new(entities: u32, seed: u64) -> Self {
        let mut parts = Vec::new();
        let mut next = 0;
        for (kind, share) in SHARES {
            let count = u32::try_from(u64::from(entities) * u64::from(share) / 1_000_000).unwrap_or_default().max(1);
            parts.push((kind, next..next + count));
            next += count;
        }
        parts.push((EntityKind::Resource, next..entities.max(next + 1)));
        Self { entities: entities.max(next + 1), parts, seed }
    }

    /// The numbers of the entities of a kind.
    pub(crate) fn of(&self, kind: EntityKind) -> Range<u32> {
        self.parts.iter().find(|(of, _)| *of == kind).map_or(0..1, |(_, range)| range.clone())
    }

    fn kind(&self, n: u32) -> (EntityKind, u32) {
        let part = self.parts.iter().find(|(_, range)| range.contains(&n));
        part.map_or((EntityKind::Resource, n), |(kind, range)| (*kind, n - range.start))
    }

    /// The id of an entity, as long as such ids are.
    pub(crate) fn id(&self, n: u32) -> EntityId {
        let (kind, i) = self.kind(n);
        let account = 100_000_000_000 + u64::from(i % 1_000);
        let guid = || guid(u64::from(n));
        let key = match kind {
            EntityKind::AwsAccount => format!("{}", 100_000_000_000 + u64::from(i)),
            EntityKind::Person | EntityKind::EntraUser => {
                let range = self.of(EntityKind::EntraUser);
                format!("0b0f6a52-5b66-4f3e-9c2e-4f6a3d1c2b1a/{}", self::guid(u64::from(i + range.start)))
            }
            EntityKind::EntraGroup | EntityKind::ServicePrincipal | EntityKind::EntraSession => guid(),
            EntityKind::IdentityProvider => format!("arn:aws:iam::{account}:saml-provider/entra"),
            EntityKind::IamRole => format!("arn:aws:iam::{account}:role/team-{}/service-role-{i}", i % 97),
            EntityKind::Policy => format!("arn:aws:iam::{account}:policy/team-{}/policy-{i}", i % 97),
            EntityKind::AwsSession => format!("AROA{i:017}:user{}@contoso.com@2026-05-18T17:00:00Z", i % 60_000),
            EntityKind::AccessKey => format!("ASIA{i:016}"),
            EntityKind::VirtualMachine if i % 2 == 0 => format!("i-{i:017x}"),
            EntityKind::NetworkInterface if i % 2 == 0 => format!("eni-{i:017x}"),
            EntityKind::Subnet => format!("subnet-{i:017x}"),
            EntityKind::SecurityGroup => format!("sg-{i:017x}"),
            EntityKind::Bucket => format!("contoso-data-{}-{i}", i % 31),
            EntityKind::Secret => format!("arn:aws:secretsmanager:eu-central-1:{account}:secret:service/{i}"),
            EntityKind::Function => format!("arn:aws:lambda:eu-central-1:{account}:function:service-{i}"),
            EntityKind::Address if i == 0 => "0.0.0.0/0".to_owned(),
            EntityKind::Address => format!("10.{}.{}.{}", i >> 16, i >> 8 & 255, i & 255),
            _ => format!(
                "/subscriptions/{}/resourcegroups/rg-{}/providers/microsoft.thing/things/name-{n}",
                self::guid(u64::from(i % 500)),
                i % 4_000
            ),
        };
        EntityId::new(kind, key)
    }

    /// What is known of some entities besides their id: name and attributes.
    pub(crate) fn name(&self, n: u32) -> Option<String> {
        let (kind, i) = self.kind(n);
        match kind {
            EntityKind::EntraUser => Some(format!("user{i}@contoso.com")),
            EntityKind::IamRole => Some(format!("service-role-{i}")),
            EntityKind::AwsSession => Some(format!("user{}@contoso.com", i % 60_000)),
            _ => None,
        }
    }

    /// One of a range; the first ones far more often than the rest.
    fn skewed(range: &Range<u32>, rng: &mut Rng) -> u32 {
        let unit = (rng.bits() >> 11) as f64 / (1u64 << 53) as f64;
        let length = f64::from(range.end - range.start);
        range.start + ((length * unit.powi(4)) as u32).min(range.end - range.start - 1)
    }

    fn any(range: &Range<u32>, rng: &mut Rng) -> u32 {
        range.start + (rng.bits() % u64::from(range.end - range.start)) as u32
    }

    /// All edges. Some come twice.
    pub(crate) fn edges(&self, mut each: impl FnMut(Line)) {
        for n in 0..self.entities {
            let (kind, i) = self.kind(n);
            let mut rng = Rng::new(self.seed ^ u64::from(n).wrapping_mul(0x9e37_79b9));
            self.edges_of(n, kind, i, &mut rng, &mut each);
        }
    }

    fn edges_of(&self, n: u32, kind: EntityKind, i: u32, rng: &mut Rng, each: &mut impl FnMut(Line)) {
        use EdgeKind as E;
        use EntityKind as K;
        let mut add = |from, kind, to, seen| each(Line { from, kind, to, seen });
        if IN_ACCOUNTS.contains(&kind) {
            add(n, E::In, Self::skewed(&self.of(K::AwsAccount), rng), false);
        }
        // Of every five roles one trusts a provider, the others a role.
        let trusted = if i.is_multiple_of(5) { K::IdentityProvider } else { K::IamRole };
        let trusts = (kind == K::IamRole).then_some((K::IamRole, E::Trusts, trusted, 1, false, false));
        let drawn = DRAWN.iter().filter(|(from, ..)| *from == kind).copied();
        for (_, edge, to, count, hubs, seen) in trusts.into_iter().chain(drawn) {
            let range = self.of(to);
            for _ in 0..count {
                add(n, edge, if hubs { Self::skewed(&range, rng) } else { Self::any(&range, rng) }, seen);
            }
        }
        match kind {
            K::EntraUser => {
                add(n, E::Is, self.of(K::Person).start + i, false);
                add(n, E::MemberOf, self.of(K::EntraGroup).start, false);
            }
            // A user's sessions in AWS come from the same user's sign-in.
            K::AwsSession | K::EntraSession => {
                let users = self.of(K::EntraUser);
                let user = i % (users.end - users.start);
                add(users.start + user, E::Holds, n, true);
                if kind == K::AwsSession {
                    add(n, E::CameFrom, self.of(K::EntraSession).start + user, true);
                }
            }
            _ => {}
        }
    }

    /// A line as the graph takes it: the edge, when it was seen, the evidence.
    pub(crate) fn told(&self, line: Line, n: u64) -> (Edge, Option<Timestamp>, String) {
        let edge = Edge { from: self.id(line.from), kind: line.kind, to: self.id(line.to) };
        let at = Timestamp::from_second(1_779_000_000 + i64::try_from(n % 2_592_000).unwrap_or_default()).ok();
        if line.seen {
            (edge, at, guid(n.wrapping_mul(0x2545_f491_4f6c_dd1d)))
        } else {
            (edge, None, format!("export/{:?}-{}.json: Statement {}", line.kind, line.from % 2_000, line.from % 3))
        }
    }
}

fn guid(n: u64) -> String {
    let m = n.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{n:012x}",
        m >> 32,
        m >> 16 & 0xffff,
        m >> 4 & 0xfff,
        m & 0xfff,
        n = n & 0xffff_ffff_ffff
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn an_estate_is_a_function_of_its_seed_and_has_hubs() {
        let edges = |seed| {
            let mut all = Vec::new();
            Estate::new(2_000, seed).edges(|line| all.push((line.from, line.kind, line.to, line.seen)));
            all
        };
        assert_eq!(edges(1), edges(1));
        assert_ne!(edges(1), edges(2));
        let estate = Estate::new(2_000, 1);
        let ids: BTreeSet<EntityId> = (0..estate.entities).map(|n| estate.id(n)).collect();
        assert_eq!(ids.len(), 2_000, "ids are different");
        let all = edges(1);
        assert!((18_000..22_000).contains(&all.len()), "{} edges", all.len());
        assert!(all.iter().all(|(from, _, to, _)| *from < 2_000 && *to < 2_000));
        let hub = estate.of(EntityKind::EntraGroup).start;
        assert!(all.iter().filter(|(.., to, _)| *to == hub).count() >= 120, "all users are in the first group");
    }
}
