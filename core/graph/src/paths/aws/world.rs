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
    /// All policies that bear on it but the organization's.
    pub(in crate::paths) attached: Vec<EntityId>,
    /// Policies of it that were not exported, in phrases.
    pub(in crate::paths) lacks: BTreeSet<String>,
}

impl Actor {
    pub(in crate::paths) fn name(&self) -> &str {
        self.arn.rsplit('/').next().unwrap_or_default()
    }

    /// How the ARNs of all identities of its account begin.
    pub(in crate::paths) fn prefix(&self) -> &str {
        self.arn.match_indices(':').nth(4).map_or(self.arn.as_str(), |(at, _)| self.arn.get(..=at).unwrap_or_default())
    }
}

/// All of them.
#[derive(Default)]
pub(in crate::paths) struct World {
    pub(in crate::paths) actors: BTreeMap<EntityId, Actor>,
    /// Groups with their policies.
    pub(in crate::paths) groups: BTreeMap<EntityId, Group>,
    /// Regions in which something is known to be, and that organizations name.
    pub(in crate::paths) regions: Vec<String>,
    /// What organizations put on accounts.
    limits: BTreeMap<String, Limits>,
    shelf: Shelf,
}

/// A group of users.
pub(in crate::paths) struct Group {
    pub(in crate::paths) policies: Vec<Named>,
    pub(in crate::paths) attached: Vec<EntityId>,
    lacks: BTreeSet<String>,
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

/// Documents that were read, each once.
#[derive(Default)]
struct Shelf {
    read: BTreeMap<(EntityId, bool), Option<(Policy, Set)>>,
}

impl Shelf {
    fn policy(&mut self, source: Source<'_>, id: &EntityId, kind: Kind) -> Option<&(Policy, Set)> {
        let key = (id.clone(), kind == Kind::Identity);
        let entry = self.read.entry(key).or_insert_with(|| {
            let attribute = source.view.items.get(id).and_then(|item| item.attributes.get("document"));
            let policy = attribute.map(|document| parsed(kind, document)).or_else(|| known(id, kind))?;
            let may = source.actions.allowed_by(&policy);
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
#[derive(Clone, Copy)]
pub(in crate::paths) struct Links<'a>(&'a View);

impl<'a> Links<'a> {
    pub(in crate::paths) fn of(view: &'a View) -> Self {
        Self(view)
    }

    /// What an entity is `kind` to, in order.
    pub(in crate::paths) fn to(self, from: &EntityId, kind: EdgeKind) -> impl Iterator<Item = &'a EntityId> + use<'a> {
        let (from, least) = (from.clone(), EntityId::new(EntityKind::Person, ""));
        let all = self.0.relations.range((from.clone(), kind, least)..);
        all.map(|(link, _)| link).take_while(move |(own, is, _)| *own == from && *is == kind).map(|(_, _, to)| to)
    }
}

/// Where identities are read from.
#[derive(Clone, Copy)]
pub(in crate::paths) struct Source<'a> {
    view: &'a View,
    links: Links<'a>,
    actions: &'a Actions,
    has_keys: bool,
}

impl<'a> Source<'a> {
    pub(in crate::paths) fn of(view: &'a View, actions: &'a Actions) -> Self {
        Self { view, links: Links::of(view), actions, has_keys: has_keys(view) }
    }
}

/// Whether the export has access keys.
pub(in crate::paths) fn has_keys(view: &View) -> bool {
    let first = view.items.range(EntityId::new(EntityKind::AccessKey, "")..).next();
    first.is_some_and(|(id, _)| id.kind == EntityKind::AccessKey)
}

/// Whether an entity is a user or role that is looked at.
pub(in crate::paths) fn is_actor(id: &EntityId) -> bool {
    matches!(id.kind, EntityKind::IamRole | EntityKind::IamUser) && id.key.starts_with("arn:")
}

fn account_of(id: &EntityId) -> &str {
    id.key.split(':').nth(4).unwrap_or_default()
}

impl World {
    /// Out of the picture of all documents.
    pub(in crate::paths) fn of(view: &View, actions: &Actions) -> Self {
        let mut out = Self::default();
        let source = Source::of(view, actions);
        let orgs = Organization::of(source);
        for id in view.items.keys().filter(|id| id.kind == EntityKind::IamGroup) {
            out.read_group(source, id);
        }
        for id in view.items.keys().filter(|id| is_actor(id)) {
            let account = account_of(id);
            if !out.limits.contains_key(account) {
                let limits = orgs.limits(&mut out.shelf, account);
                out.limits.insert(account.to_owned(), limits);
            }
            out.read_actor(source, id);
        }
        out.regions = regions(view, out.limits.values());
        out
    }

    /// What was not exported and would matter.
    pub(in crate::paths) fn lacks(&self) -> BTreeSet<String> {
        let limits = self.limits.values().map(|limits| &limits.lacks);
        let groups = self.groups.values().map(|group| &group.lacks);
        let actors = self.actors.values().map(|actor| &actor.lacks);
        limits.chain(groups).chain(actors).flatten().cloned().collect()
    }

    /// Whether anybody of the account was known when organizations were read.
    pub(in crate::paths) fn knows_account_of(&self, id: &EntityId) -> bool {
        self.limits.contains_key(account_of(id))
    }

    /// Users or roles of an actor's account, in order.
    pub(in crate::paths) fn same_account<'s>(
        &'s self,
        actor: &'s Actor,
        kind: EntityKind,
    ) -> impl Iterator<Item = &'s Actor> + use<'s> {
        let prefix = actor.prefix();
        let all = self.actors.range(EntityId::new(kind, prefix)..);
        all.take_while(move |(id, _)| id.kind == kind && id.key.starts_with(prefix)).map(|(_, other)| other)
    }

    /// A policy's document is to be read anew.
    pub(in crate::paths) fn forget(&mut self, policy: &EntityId) {
        for is_identity in [true, false] {
            self.shelf.read.remove(&(policy.clone(), is_identity));
        }
    }

    /// Reads a group, or learns that it is gone.
    pub(in crate::paths) fn read_group(&mut self, source: Source<'_>, id: &EntityId) {
        if !source.view.items.contains_key(id) {
            self.groups.remove(id);
            return;
        }
        let Own { policies, lacks, attached, .. } = self.own(source, id);
        self.groups.insert(id.clone(), Group { policies, attached, lacks });
    }

    /// Reads a user or role, or learns that it is gone.
    pub(in crate::paths) fn read_actor(&mut self, source: Source<'_>, id: &EntityId) {
        let Some(item) = source.view.items.get(id) else {
            self.actors.remove(id);
            return;
        };
        let account = account_of(id).to_owned();
        let is_role = id.kind == EntityKind::IamRole;
        let mut own = self.own(source, id);
        let groups: Vec<EntityId> = source.links.to(id, EdgeKind::MemberOf).cloned().collect();
        for group in &groups {
            let more = self.own(source, group);
            own.policies.extend(more.policies);
            own.may.add(&more.may);
            own.made.extend(more.made);
            own.lacks.extend(more.lacks);
            own.attached.extend(more.attached);
        }
        let bound = source.links.to(id, EdgeKind::BoundedBy).next();
        let boundary = bound.map(|policy| {
            let found = self.shelf.policy(source, policy, Kind::Boundary).map(|(policy, _)| policy.clone());
            // What a boundary that nobody exported allows is open.
            let open = || Policy::parse_as(Kind::Boundary, "not exported").0;
            (policy.key.clone(), found.unwrap_or_else(open))
        });
        own.attached.extend(bound.cloned());
        let document = item.attributes.get("AssumeRolePolicyDocument");
        let trust = document.map(|document| (format!("{} trust policy", id.key), parsed(Kind::Trust, document)));
        let none = Limits::default();
        let limits = self.limits.get(&account).unwrap_or(&none);
        let policies = PolicySet {
            identity: own.policies,
            boundary,
            scps: limits.scps.clone(),
            rcps: limits.rcps.clone(),
            ..PolicySet::default()
        };
        let path = id.key.split_once(":role/").map(|(_, path)| path).unwrap_or_default();
        let held = source.links.to(id, EdgeKind::Holds).filter(|key| key.kind == EntityKind::AccessKey);
        let actor = Actor {
            id: id.clone(),
            arn: id.key.clone(),
            context: context(item, &account, is_role, limits),
            account,
            is_role,
            policies: RefCell::new(policies),
            may: own.may,
            groups,
            own_policies: own.made,
            trust,
            is_reserved: path.starts_with("aws-service-role/") || path.starts_with("aws-reserved/"),
            keys: source.has_keys.then(|| held.count()),
            attached: own.attached,
            lacks: own.lacks,
        };
        self.actors.insert(id.clone(), actor);
    }

    /// The policies that are attached to an entity itself.
    fn own(&mut self, source: Source<'_>, id: &EntityId) -> Own {
        let (mut policies, mut may) = (Vec::new(), source.actions.none());
        let (mut made, mut lacks, mut attached) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        for policy in source.links.to(id, EdgeKind::Attached) {
            if policy.key.starts_with("arn:")
                && !policy.key.contains("::aws:policy/")
                && !policy.key.contains("/inline/")
            {
                made.insert(policy.key.clone());
            }
            attached.push(policy.clone());
            match self.shelf.policy(source, policy, Kind::Identity) {
                Some((document, allowed)) => {
                    policies.push((policy.key.clone(), document.clone()));
                    may.add(allowed);
                }
                None => {
                    lacks.insert(format!("what {} allows: it was not exported", policy.key));
                }
            }
        }
        Own { policies, may, made, attached, lacks }
    }
}

/// What is attached to one entity.
struct Own {
    policies: Vec<Named>,
    may: Set,
    /// Those that the account made.
    made: BTreeSet<String>,
    attached: Vec<EntityId>,
    lacks: BTreeSet<String>,
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
    source: Source<'a>,
    parents: BTreeMap<&'a EntityId, &'a EntityId>,
    governed: BTreeMap<&'a EntityId, Vec<&'a Item>>,
    id: Option<String>,
    management: Option<String>,
}

impl<'a> Organization<'a> {
    fn of(source: Source<'a>) -> Self {
        let view = source.view;
        let mut governed: BTreeMap<&EntityId, Vec<&Item>> = BTreeMap::new();
        for item in view.items.values().filter(|item| item.word == "organizations:policy") {
            for target in source.links.to(&item.id, EdgeKind::Governs) {
                governed.entry(target).or_default().push(item);
            }
        }
        let mut parents: BTreeMap<&EntityId, &EntityId> = BTreeMap::new();
        for (from, kind, to) in view.relations.keys() {
            let is_unit = matches!(from.kind, EntityKind::OrgUnit | EntityKind::AwsAccount);
            if *kind == EdgeKind::In && is_unit {
                // An account's own ARN names the organization, a list of parents the unit.
                let parent = parents.entry(from).or_insert(to);
                if parent.key.starts_with("o-") && !to.key.starts_with("o-") {
                    *parent = to;
                }
            }
        }
        let organization = view.items.values().find(|item| item.word == "organizations:organization");
        Self {
            source,
            parents,
            governed,
            id: organization.map(|item| item.id.key.clone()),
            management: organization.and_then(|item| item.text("MasterAccountId")).map(str::to_owned),
        }
    }

    /// The policies by level, from the root down. The management account has none.
    fn limits(&self, shelf: &mut Shelf, account: &str) -> Limits {
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
                    match shelf.policy(self.source, &item.id, kind) {
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
            .source
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
