//! The identities of AWS with every policy that bears on them, out of the inventory.

use super::actions::{Actions, Set};
use crate::estate::{Attr, Item, View};
use crate::store::EdgeKind;
use selvedge_access::policy::Kind;
use selvedge_access::request::Named;
use selvedge_access::{Context, Policy, PolicySet};
use selvedge_model::{EntityId, EntityKind};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// A user or role.
pub(in crate::paths) struct Actor {
    pub(in crate::paths) id: EntityId,
    pub(in crate::paths) arn: String,
    pub(in crate::paths) account: String,
    pub(in crate::paths) is_role: bool,
    /// What bears on it; a call's resource policy is put in while it is asked about.
    pub(in crate::paths) policies: RefCell<PolicySet>,
    pub(in crate::paths) context: Context,
    /// Actions of ways that some statement may allow it.
    pub(in crate::paths) may: Set,
    /// Groups of a user.
    pub(in crate::paths) groups: Vec<EntityId>,
    /// Policies that the account made and that it has, also by a group.
    pub(in crate::paths) own_policies: BTreeSet<String>,
    /// A role's trust policy.
    pub(in crate::paths) trust: Option<Named>,
    /// Nobody in the account can change it: AWS made it for a service or for Identity Center.
    pub(in crate::paths) is_reserved: bool,
    /// Access keys that are known, where the export has keys.
    pub(in crate::paths) keys: Option<usize>,
}

impl Actor {
    pub(in crate::paths) fn name(&self) -> &str {
        self.arn.rsplit('/').next().unwrap_or_default()
    }
}

/// All of them.
#[derive(Default)]
pub(in crate::paths) struct World {
    pub(in crate::paths) actors: BTreeMap<EntityId, Actor>,
    /// Groups with their policies.
    pub(in crate::paths) groups: BTreeMap<EntityId, Vec<Named>>,
    /// Regions in which something is known to be, and that organizations name.
    pub(in crate::paths) regions: Vec<String>,
    /// What was not exported and would matter.
    pub(in crate::paths) lacks: BTreeSet<String>,
}

/// Policies that AWS made, whose text every account has alike. Recalled; what is exported
/// stands before it.
const KNOWN: [(&str, &str); 3] = [
    (
        "arn:aws:iam::aws:policy/AdministratorAccess",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
    ),
    (
        "arn:aws:iam::aws:policy/IAMFullAccess",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:*","organizations:DescribeAccount","organizations:DescribeOrganization","organizations:DescribeOrganizationalUnit","organizations:DescribePolicy","organizations:ListChildren","organizations:ListParents","organizations:ListPoliciesForTarget","organizations:ListRoots","organizations:ListPolicies","organizations:ListTargetsForPolicy"],"Resource":"*"}]}"#,
    ),
    (
        "arn:aws:iam::aws:policy/PowerUserAccess",
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"},{"Effect":"Allow","Action":["account:GetAccountInformation","account:GetPrimaryEmail","account:ListRegions","iam:CreateServiceLinkedRole","iam:DeleteServiceLinkedRole","iam:ListRoles","organizations:DescribeOrganization"],"Resource":"*"}]}"#,
    ),
];

/// Reads documents, each once.
struct Shelf<'a> {
    view: &'a View,
    actions: &'a Actions,
    read: BTreeMap<(EntityId, bool), Option<(Policy, Set)>>,
}

impl Shelf<'_> {
    fn policy(&mut self, id: &EntityId, kind: Kind) -> Option<&(Policy, Set)> {
        let (view, actions) = (self.view, self.actions);
        let key = (id.clone(), kind == Kind::Identity);
        let entry = self.read.entry(key).or_insert_with(|| {
            let attribute = view.items.get(id).and_then(|item| item.attributes.get("document"));
            let policy = attribute.map(|document| parsed(kind, document)).or_else(|| known(id, kind))?;
            let may = actions.allowed_by(&policy);
            Some((policy, may))
        });
        entry.as_ref()
    }
}

fn known(id: &EntityId, kind: Kind) -> Option<Policy> {
    let (_, text) = KNOWN.iter().find(|(arn, _)| *arn == id.key)?;
    Some(Policy::parse_as(kind, text).0)
}

/// A policy document of the inventory.
pub(in crate::paths) fn parsed(kind: Kind, document: &Attr) -> Policy {
    let value = serde_json::to_value(document).unwrap_or_default();
    Policy::read(kind, &value).0
}

/// Relations by their first entity.
pub(in crate::paths) type Index<'a> = BTreeMap<(&'a EntityId, EdgeKind), Vec<&'a EntityId>>;

pub(in crate::paths) fn index(view: &View) -> Index<'_> {
    let mut out: Index<'_> = BTreeMap::new();
    for (from, kind, to) in view.relations.keys() {
        out.entry((from, *kind)).or_default().push(to);
    }
    out
}

impl World {
    /// Out of the picture of all documents.
    pub(in crate::paths) fn of(view: &View, index: &Index<'_>, actions: &Actions) -> Self {
        let mut out = Self::default();
        let mut shelf = Shelf { view, actions, read: BTreeMap::new() };
        let orgs = Organization::of(view, index);
        let has_keys = view.items.keys().any(|id| id.kind == EntityKind::AccessKey);
        for item in view.items.values().filter(|item| item.id.kind == EntityKind::IamGroup) {
            let (policies, ..) = out.identity(&mut shelf, index, &item.id);
            out.groups.insert(item.id.clone(), policies);
        }
        let mut limits: BTreeMap<String, Limits> = BTreeMap::new();
        for item in view.items.values() {
            let is_role = item.id.kind == EntityKind::IamRole;
            if !is_role && item.id.kind != EntityKind::IamUser || !item.id.key.starts_with("arn:") {
                continue;
            }
            let account = item.id.key.split(':').nth(4).unwrap_or_default().to_owned();
            let limits = limits.entry(account.clone()).or_insert_with(|| orgs.limits(&mut shelf, &account));
            let actor = out.actor(&mut shelf, index, item, limits, has_keys);
            out.actors.insert(item.id.clone(), actor);
        }
        out.regions = regions(view, limits.values());
        out.lacks.extend(limits.into_values().flat_map(|limits| limits.lacks));
        out
    }

    fn actor(
        &mut self,
        shelf: &mut Shelf<'_>,
        index: &Index<'_>,
        item: &Item,
        limits: &Limits,
        has_keys: bool,
    ) -> Actor {
        let id = &item.id;
        let account = id.key.split(':').nth(4).unwrap_or_default().to_owned();
        let is_role = id.kind == EntityKind::IamRole;
        let (mut identity, mut may, mut own_policies) = self.identity(shelf, index, id);
        let groups: Vec<EntityId> =
            index.get(&(id, EdgeKind::MemberOf)).into_iter().flatten().map(|id| (*id).clone()).collect();
        for group in &groups {
            let (more, also, own) = self.identity(shelf, index, group);
            identity.extend(more);
            may.add(&also);
            own_policies.extend(own);
        }
        let boundary = index.get(&(id, EdgeKind::BoundedBy)).and_then(|all| all.first()).map(|policy| {
            let found = shelf.policy(policy, Kind::Boundary).map(|(policy, _)| policy.clone());
            // What a boundary that nobody exported allows is open.
            let open = || Policy::parse_as(Kind::Boundary, "not exported").0;
            (policy.key.clone(), found.unwrap_or_else(open))
        });
        let trust = item
            .attributes
            .get("AssumeRolePolicyDocument")
            .map(|document| (format!("{} trust policy", id.key), parsed(Kind::Trust, document)));
        let policies = PolicySet {
            identity,
            boundary,
            scps: limits.scps.clone(),
            rcps: limits.rcps.clone(),
            ..PolicySet::default()
        };
        let path = id.key.split_once(":role/").map(|(_, path)| path).unwrap_or_default();
        Actor {
            id: id.clone(),
            arn: id.key.clone(),
            context: context(item, &account, is_role, limits),
            account,
            is_role,
            policies: RefCell::new(policies),
            may,
            groups,
            own_policies,
            trust,
            is_reserved: path.starts_with("aws-service-role/") || path.starts_with("aws-reserved/"),
            keys: has_keys.then(|| {
                index
                    .get(&(id, EdgeKind::Holds))
                    .map_or(0, |keys| keys.iter().filter(|key| key.kind == EntityKind::AccessKey).count())
            }),
        }
    }

    /// The policies that are attached to an entity itself.
    fn identity(
        &mut self,
        shelf: &mut Shelf<'_>,
        index: &Index<'_>,
        id: &EntityId,
    ) -> (Vec<Named>, Set, BTreeSet<String>) {
        let (mut all, mut may) = (Vec::new(), shelf.actions.none());
        let mut own = BTreeSet::new();
        for policy in index.get(&(id, EdgeKind::Attached)).into_iter().flatten() {
            if policy.key.starts_with("arn:")
                && !policy.key.contains("::aws:policy/")
                && !policy.key.contains("/inline/")
            {
                own.insert(policy.key.clone());
            }
            match shelf.policy(policy, Kind::Identity) {
                Some((document, allowed)) => {
                    all.push((policy.key.clone(), document.clone()));
                    may.add(allowed);
                }
                None => {
                    self.lacks.insert(format!("what {} allows: it was not exported", policy.key));
                }
            }
        }
        (all, may, own)
    }
}

/// What is known of the context of a call that somebody makes from now on, by no service and
/// over TLS. Everything else is open.
fn context(item: &Item, account: &str, is_role: bool, limits: &Limits) -> Context {
    let mut context = Context::open()
        .with("aws:PrincipalAccount", account)
        .with("aws:SourceAccount", account)
        .with("aws:ViaAWSService", "false")
        .with("aws:SecureTransport", "true");
    if is_role {
        // A session that is opened from now on is younger than any date in a policy that
        // ended older ones.
        context = context.with("aws:TokenIssueTime", "9999-12-31T00:00:00Z");
    }
    if let Some(organization) = &limits.organization {
        context = context.with("aws:PrincipalOrgID", organization.clone());
    }
    if let Some(Attr::Map(tags)) = item.attributes.get("tags") {
        for (key, value) in tags {
            context = context.with(&format!("aws:PrincipalTag/{key}"), value.to_string());
        }
    }
    context
}

/// What an organization puts on an account.
#[derive(Default)]
struct Limits {
    scps: Vec<Vec<Named>>,
    rcps: Vec<Vec<Named>>,
    organization: Option<String>,
    lacks: BTreeSet<String>,
}

struct Organization<'a> {
    view: &'a View,
    parents: BTreeMap<&'a EntityId, &'a EntityId>,
    governed: BTreeMap<&'a EntityId, Vec<&'a Item>>,
    id: Option<String>,
    management: Option<String>,
}

impl<'a> Organization<'a> {
    fn of(view: &'a View, index: &Index<'a>) -> Self {
        let mut governed: BTreeMap<&EntityId, Vec<&Item>> = BTreeMap::new();
        for item in view.items.values().filter(|item| item.word == "organizations:policy") {
            for target in index.get(&(&item.id, EdgeKind::Governs)).into_iter().flatten() {
                governed.entry(target).or_default().push(item);
            }
        }
        let mut parents = BTreeMap::new();
        for ((from, kind), to) in index {
            let is_unit = matches!(from.kind, EntityKind::OrgUnit | EntityKind::AwsAccount);
            if *kind == EdgeKind::In && is_unit {
                // An account's own ARN names the organization, a list of parents the unit.
                let unit = to.iter().find(|id| !id.key.starts_with("o-")).or(to.first());
                parents.extend(unit.map(|unit| (*from, *unit)));
            }
        }
        let organization = view.items.values().find(|item| item.word == "organizations:organization");
        Self {
            view,
            parents,
            governed,
            id: organization.map(|item| item.id.key.clone()),
            management: organization.and_then(|item| item.text("MasterAccountId")).map(str::to_owned),
        }
    }

    /// The policies by level, from the root down. The management account has none.
    fn limits(&self, shelf: &mut Shelf<'_>, account: &str) -> Limits {
        let mut out = Limits { organization: self.id.clone(), ..Limits::default() };
        if self.management.as_deref() == Some(account) || self.governed.is_empty() {
            return out;
        }
        let own = EntityId::aws_account(account);
        let mut levels = vec![&own];
        while let Some(parent) = levels.last().and_then(|id| self.parents.get(*id)) {
            if levels.contains(parent) || levels.len() > 16 {
                break;
            }
            levels.push(parent);
        }
        levels.reverse();
        for unit in levels {
            for (word, kind) in
                [("SERVICE_CONTROL_POLICY", Kind::ServiceControl), ("RESOURCE_CONTROL_POLICY", Kind::ResourceControl)]
            {
                let mut level = Vec::new();
                for item in self.governed.get(unit).into_iter().flatten().filter(|item| item.text("Type") == Some(word))
                {
                    match shelf.policy(&item.id, kind) {
                        Some((policy, _)) => level.push((format!("{} at {}", item.name, unit.key), policy.clone())),
                        // Those that let everything through are AWS's own.
                        None if item.id.key == "p-FullAWSAccess" || item.id.key == "p-RCPFullAWSAccess" => {
                            level.push((item.name.clone(), full(kind)));
                        }
                        None => {
                            out.lacks.insert(format!("what the organization's policy {} says", item.id.key));
                        }
                    }
                }
                // Every level has at least one; where none is known it is AWS's own.
                if level.iter().all(|(_, policy)| only_denies(policy)) && !level.is_empty() && self.lists_no_full(unit)
                {
                    level.push(("FullAWSAccess (assumed: no allowing policy is known here)".into(), full(kind)));
                }
                let list = if kind == Kind::ServiceControl { &mut out.scps } else { &mut out.rcps };
                if !level.is_empty() {
                    list.push(level);
                }
            }
        }
        out
    }

    /// Whether the export does not speak of the policy that allows everything: then whether it is
    /// attached at a level cannot be told from its absence there.
    fn lists_no_full(&self, unit: &EntityId) -> bool {
        let named = |item: &&Item| item.id.key.ends_with("FullAWSAccess");
        let targets_known = self
            .view
            .relations
            .keys()
            .any(|(from, kind, _)| *kind == EdgeKind::Governs && from.key == "p-FullAWSAccess");
        !targets_known && !self.governed.get(unit).into_iter().flatten().any(named)
    }
}

fn full(kind: Kind) -> Policy {
    let text = match kind {
        Kind::ResourceControl => {
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#
        }
        _ => r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#,
    };
    Policy::parse_as(kind, text).0
}

fn only_denies(policy: &Policy) -> bool {
    policy.statements.iter().all(|one| one.effect == Some(selvedge_access::Effect::Deny))
}

/// Regions that a call is tried in: those of things, those that organizations name, one more.
fn regions<'a>(view: &View, limits: impl Iterator<Item = &'a Limits>) -> Vec<String> {
    const MOST: usize = 6;
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for region in view.items.values().filter(|item| item.word.contains(':')).filter_map(|item| item.region.as_ref()) {
        let all = count.entry(region.clone()).or_default();
        *all = all.saturating_add(1);
    }
    for (_, policy) in limits.flat_map(|limits| limits.scps.iter().flatten()) {
        let conditions = policy.statements.iter().flat_map(|statement| &statement.conditions);
        for condition in conditions.filter(|one| one.key().eq_ignore_ascii_case("aws:RequestedRegion")) {
            for region in condition.values().iter().filter(|region| !region.contains(['*', '?', '$'])) {
                count.entry(region.clone()).or_default();
            }
        }
    }
    let mut all: Vec<(String, usize)> = count.into_iter().collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut out: Vec<String> = all.into_iter().map(|(region, _)| region).take(MOST).collect();
    if !out.iter().any(|region| region == "us-east-1") {
        out.push("us-east-1".into());
    }
    out
}
