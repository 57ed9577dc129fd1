//! After one change: how long it takes to know which ways and paths came and went, in an account
//! with many roles and in an estate of a million entities. One core.

use crate::access::{Dice, account, known_ways};
use crate::report::number;
use selvedge_graph::Estate;
use selvedge_graph::estate::inventory::{Ground, Item};
use selvedge_graph::estate::{Attr, View};
use selvedge_graph::paths::standing::{Delta, Standing};
use selvedge_graph::store::EdgeKind;
use selvedge_model::{EntityId, EntityKind};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

/// Changes of each kind.
const CHANGES: usize = 40;

const ENTITIES: usize = 1_000_000;
const ACCOUNTS: usize = 200;
const ROLES: usize = 100;
const SUBSCRIPTIONS: usize = 50;
const PEOPLE: usize = 40_000;
const TENANT: &str = "0b0f6a52-5b66-4f3e-9c2e-4f6a3d1c2b1a";

/// Times in seconds.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    what: &'static str,
    entities: usize,
    relations: usize,
    ways: usize,
    /// All ways, from nothing.
    whole: f64,
    /// After one change of a kind.
    after: Vec<After>,
}

#[derive(Debug, Serialize)]
struct After {
    change: &'static str,
    times: Vec<f64>,
    /// Ways that came or went, of all of them.
    moved: usize,
    /// Somebody and a goal that is reached now, or no longer.
    paths: usize,
}

impl Report {
    pub(crate) fn told(&self) -> String {
        let mut out = format!(
            "{}: {} entities, {} relations, {} ways, all of them in {:.2} s\n",
            self.what,
            number(self.entities as f64, 0),
            number(self.relations as f64, 0),
            number(self.ways as f64, 0),
            self.whole,
        );
        for after in &self.after {
            let mut times = after.times.clone();
            times.sort_by(f64::total_cmp);
            let at = |share: usize| times.get((times.len() * share / 100).min(times.len() - 1)).copied().unwrap_or(0.0);
            out.push_str(&format!(
                "  after one {:<34} {:>8.2} ms, the slowest of {} {:.2} ms ({} ways and {} paths moved)\n",
                after.change,
                at(50) * 1000.0,
                times.len(),
                at(100) * 1000.0,
                number(after.moved as f64, 0),
                number(after.paths as f64, 0),
            ));
        }
        out
    }
}

/// The account, then the estate.
pub(crate) fn measure(seed: u64) -> Result<Vec<Report>, String> {
    let estate = account(seed)?;
    let view = estate.view();
    let small = follow("an account with 2,000 roles", &estate, view, false, seed)?;
    let empty = Estate::default();
    let large = follow("an estate", &empty, large(seed), true, seed)?;
    Ok(vec![small, large])
}

fn follow(what: &'static str, estate: &Estate, view: View, azure: bool, seed: u64) -> Result<Report, String> {
    let ways = known_ways()?;
    let (entities, relations) = (view.items.len(), view.relations.len());
    let began = Instant::now();
    let mut standing = Standing::new(estate, view, &ways);
    let whole = began.elapsed().as_secs_f64();
    let mut report = Report { what, entities, relations, ways: standing.ways(), whole, after: Vec::new() };
    let mut dice = Dice(seed);
    let changes: [(&'static str, Change); 4] = [
        ("role's new inline policy", own_policy),
        ("role's new trust policy", new_trust),
        ("role deleted", deleted),
        ("role of Azure assigned", assigned),
    ];
    for (change, of) in changes.into_iter().take(if azure { 4 } else { 3 }) {
        let mut after = After { change, times: Vec::new(), moved: 0, paths: 0 };
        for _ in 0..CHANGES {
            let delta = of(standing.view(), &mut dice);
            let began = Instant::now();
            standing.change(delta);
            let shift = standing.settle();
            after.times.push(began.elapsed().as_secs_f64());
            after.moved += shift.gained.len() + shift.lost.len();
            after.paths += shift.reaches.len() + shift.cut.len();
            standing.change(shift.undo);
            standing.settle();
        }
        report.after.push(after);
    }
    Ok(report)
}

type Change = fn(&View, &mut Dice) -> Delta;

fn some_of(view: &View, kind: EntityKind, dice: &mut Dice) -> EntityId {
    let all: Vec<&EntityId> = view.items.keys().filter(|id| id.kind == kind).collect();
    all[dice.roll(all.len())].clone()
}

fn ground() -> Option<Ground> {
    Some(Ground { evidence: BTreeSet::from(["a change".to_owned()]), derived_by: None })
}

fn own_policy(view: &View, dice: &mut Dice) -> Delta {
    let role = some_of(view, EntityKind::IamRole, dice);
    let id = EntityId::new(EntityKind::Policy, format!("{}/inline/p", role.key));
    let document = statements(dice, account_of(&role));
    let mut delta = Delta::default();
    delta.relations.insert((role, EdgeKind::Attached, id.clone()), ground());
    delta.items.insert(id.clone(), Some(item(id, "iam:inline-policy", None, [("document", Attr::whole(&document))])));
    delta
}

fn new_trust(view: &View, dice: &mut Dice) -> Delta {
    let role = some_of(view, EntityKind::IamRole, dice);
    let mut changed = view.items[&role].clone();
    let document = trust(dice, account_of(&role));
    changed.attributes.insert("AssumeRolePolicyDocument".into(), Attr::whole(&document));
    Delta { items: BTreeMap::from([(role, Some(changed))]), relations: BTreeMap::new() }
}

fn deleted(view: &View, dice: &mut Dice) -> Delta {
    let role = some_of(view, EntityKind::IamRole, dice);
    let links = view
        .relations
        .keys()
        .filter(|(from, kind, to)| (*from == role || *to == role) && !matches!(kind, EdgeKind::RunsAs));
    let relations = links.map(|link| (link.clone(), None)).collect();
    Delta { items: BTreeMap::from([(role, None)]), relations }
}

fn assigned(view: &View, dice: &mut Dice) -> Delta {
    let who = some_of(view, EntityKind::EntraUser, dice);
    let mut delta = Delta::default();
    assign(&who, &scope_of(dice), ["b24988ac-6180-42a0-ab88-20f7382dd24c", OWNER][dice.roll(2)], &mut delta);
    delta
}

const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

fn assign(who: &EntityId, scope: &str, role: &str, delta: &mut Delta) {
    let object = who.key.rsplit('/').next().unwrap_or_default();
    let id = EntityId::arm(&format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{object}-{role}"));
    let attributes =
        [("roleDefinitionId", Attr::text(role)), ("principalId", Attr::text(object)), ("scope", Attr::text(scope))];
    delta.relations.insert((who.clone(), EdgeKind::Assigned, id.clone()), ground());
    delta.items.insert(id.clone(), Some(item(id, "arm:role-assignment", None, attributes)));
}

fn account_of(id: &EntityId) -> &str {
    id.key.split(':').nth(4).unwrap_or_default()
}

fn account_name(n: usize) -> String {
    format!("{:012}", 100_000_000_000_usize + n)
}

fn subscription(n: usize) -> String {
    format!("00000000-0000-0000-0000-{n:012}")
}

fn scope_of(dice: &mut Dice) -> String {
    let subscription = subscription(dice.roll(SUBSCRIPTIONS));
    match dice.roll(4) {
        0 => format!("/subscriptions/{subscription}"),
        _ => format!("/subscriptions/{subscription}/resourcegroups/g{}", dice.roll(200)),
    }
}

fn item<const N: usize>(id: EntityId, word: &str, scope: Option<EntityId>, attributes: [(&str, Attr); N]) -> Item {
    let name = id.key.rsplit(['/', ':']).next().unwrap_or_default().to_owned();
    Item {
        id,
        word: word.to_owned(),
        name,
        scope,
        region: None,
        created: None,
        attributes: attributes.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        sources: BTreeSet::from(["generated".to_owned()]),
        data_class: None,
        criticality: None,
    }
}

fn statements(dice: &mut Dice, account: &str) -> Value {
    let arn = |rest: String| format!("arn:aws:iam::{account}:{rest}");
    let (action, resource) = match dice.roll(100) {
        0 => (json!("*"), "*".into()),
        1..=3 => (json!(["iam:PassRole", "lambda:*"]), "*".into()),
        4..=13 => (json!("sts:AssumeRole"), arn(format!("role/r{}*", dice.roll(10)))),
        14..=40 => (json!(["s3:Get*", "s3:List*"]), format!("arn:aws:s3:::data-{}/*", dice.roll(50))),
        _ => (json!(["logs:*", "sqs:*"]), "*".to_owned()),
    };
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]})
}

fn trust(dice: &mut Dice, account: &str) -> Value {
    let services = ["lambda", "ec2", "ecs-tasks", "glue", "codebuild", "sagemaker"];
    let principal = match dice.roll(4) {
        0 => json!({"AWS": format!("arn:aws:iam::{account}:root")}),
        _ => json!({"Service": format!("{}.amazonaws.com", services[dice.roll(services.len())])}),
    };
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}]})
}

/// Accounts with roles, users, functions and instances; subscriptions with machines and vaults; a
/// directory with people, groups and assignments.
fn large(seed: u64) -> View {
    let mut dice = Dice(seed);
    let mut delta = Delta::default();
    for n in 0..ACCOUNTS {
        of_aws(&account_name(n), &mut dice, &mut delta);
    }
    directory(&mut dice, &mut delta);
    let mut rest = ENTITIES.saturating_sub(delta.items.len());
    let mut n = 0;
    while rest > 0 {
        resource(n, &mut dice, &mut delta);
        (n, rest) = (n + 1, rest - 1);
    }
    let mut view = View::default();
    delta.apply(&mut view);
    view
}

fn of_aws(account: &str, dice: &mut Dice, delta: &mut Delta) {
    let scope = EntityId::aws_account(account);
    delta.items.insert(scope.clone(), Some(item(scope.clone(), "organizations:account", None, [])));
    for n in 0..ROLES {
        let role = EntityId::aws(&format!("arn:aws:iam::{account}:role/r{n}"));
        let document = trust(dice, account);
        let attributes = [("AssumeRolePolicyDocument", Attr::whole(&document))];
        delta.items.insert(role.clone(), Some(item(role.clone(), "iam:role", Some(scope.clone()), attributes)));
        let policy = EntityId::new(EntityKind::Policy, format!("{}/inline/own", role.key));
        let document = statements(dice, account);
        let attributes = [("document", Attr::whole(&document))];
        delta.items.insert(policy.clone(), Some(item(policy.clone(), "iam:inline-policy", None, attributes)));
        delta.relations.insert((role.clone(), EdgeKind::Attached, policy), ground());
    }
}

fn directory(dice: &mut Dice, delta: &mut Delta) {
    let tenant = EntityId::new(EntityKind::Tenant, TENANT);
    delta.items.insert(tenant.clone(), Some(item(tenant.clone(), "entra:tenant", None, [])));
    for n in 0..SUBSCRIPTIONS {
        let id = EntityId::new(EntityKind::Subscription, subscription(n));
        delta.items.insert(id.clone(), Some(item(id, "arm:subscription", None, [])));
    }
    let group = |n: usize| EntityId::new(EntityKind::EntraGroup, format!("{n:08}-0000-0000-0000-00000000000a"));
    for n in 0..PEOPLE / 20 {
        delta.items.insert(group(n), Some(item(group(n), "graph:group", Some(tenant.clone()), [])));
        if n % 4 == 0 {
            assign(&group(n), &scope_of(dice), "b24988ac-6180-42a0-ab88-20f7382dd24c", delta);
        }
    }
    for n in 0..PEOPLE {
        let id = EntityId::entra_user(TENANT, &format!("{n:08}-0000-0000-0000-00000000000b"));
        delta.items.insert(id.clone(), Some(item(id.clone(), "graph:user", Some(tenant.clone()), [])));
        for _ in 0..3 {
            let to = group(dice.roll(PEOPLE / 20));
            delta.relations.insert((id.clone(), EdgeKind::MemberOf, to), ground());
        }
        if dice.roll(100) == 0 {
            assign(&id, &scope_of(dice), OWNER, delta);
        }
    }
}

fn resource(n: usize, dice: &mut Dice, delta: &mut Delta) {
    let account = account_name(n % ACCOUNTS);
    let in_group = |kind: &str| {
        EntityId::arm(&format!(
            "/subscriptions/{}/resourceGroups/g{}/providers/{kind}/t{n}",
            subscription(n % SUBSCRIPTIONS),
            n % 200
        ))
    };
    let (id, word) = match n % 10 {
        0 => (EntityId::aws(&format!("arn:aws:lambda:eu-west-1:{account}:function:f{n}")), "lambda:function"),
        1..=5 => (EntityId::aws(&format!("arn:aws:sqs:eu-west-1:{account}:q{n}")), "sqs:queue"),
        6 => (in_group("Microsoft.Compute/virtualMachines"), "microsoft.compute/virtualmachines"),
        _ => (in_group("Microsoft.Compute/disks"), "microsoft.compute/disks"),
    };
    if word == "lambda:function" && dice.roll(4) == 0 {
        let role = EntityId::aws(&format!("arn:aws:iam::{account}:role/r{}", dice.roll(ROLES)));
        delta.relations.insert((id.clone(), EdgeKind::RunsAs, role), ground());
    }
    delta.items.insert(id.clone(), Some(item(id, word, None, [])));
}
