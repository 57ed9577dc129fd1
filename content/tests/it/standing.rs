//! What is found anew after a change is what a survey of the whole finds.

use selvedge_graph::Estate;
use selvedge_graph::estate::View;
use selvedge_graph::paths::standing::{Delta, Reached, Shift, Standing};
use selvedge_graph::paths::{Edge, Survey, Ways};
use selvedge_model::EntityId;
use serde_json::{Value, json};
use std::collections::BTreeSet;

type Bare = BTreeSet<(EntityId, EntityId, String)>;

fn bare<'a>(edges: impl IntoIterator<Item = &'a Edge>) -> Bare {
    edges.into_iter().map(|edge| (edge.from.clone(), edge.to.clone(), edge.way.clone())).collect()
}

/// Who reaches which goals by more than having them, one goal at a time.
fn reached(survey: &Survey, view: &View) -> BTreeSet<Reached> {
    let goals = survey.goals(view);
    let mut out = BTreeSet::new();
    for goal in goals.control.iter().chain(&goals.data) {
        let towards = survey.net.towards(&BTreeSet::from([goal.clone()]));
        out.extend(towards.nodes().map(|from| Reached { from: from.clone(), goal: goal.clone() }));
    }
    out
}

/// One change: the ways after it, and what is said to have moved.
fn check(estate: &Estate, ways: &Ways, standing: &mut Standing<'_>, was: &Survey, delta: Delta) -> (Survey, Shift) {
    let before = reached(was, standing.view());
    let told = format!("{delta:?}");
    standing.change(delta);
    let shift = standing.settle();
    let whole = Survey::of(estate, standing.view(), ways);
    let kept = standing.survey();
    let (a, b) = (kept.net.edges().iter().collect::<BTreeSet<_>>(), whole.net.edges().iter().collect::<BTreeSet<_>>());
    let (more, fewer): (Vec<_>, Vec<_>) = (a.difference(&b).collect(), b.difference(&a).collect());
    assert!(more.is_empty() && fewer.is_empty(), "{told}\nonly kept: {more:#?}\nonly anew: {fewer:#?}");
    assert_eq!(kept, whole, "{told}");
    let (old, new) = (bare(was.net.edges()), bare(whole.net.edges()));
    assert_eq!(bare(&shift.gained), new.difference(&old).cloned().collect(), "{told}");
    assert_eq!(bare(&shift.lost), old.difference(&new).cloned().collect(), "{told}");
    let after = reached(&whole, standing.view());
    assert_eq!(shift.reaches, after.difference(&before).cloned().collect::<Vec<_>>(), "{told}");
    assert_eq!(shift.cut, before.difference(&after).cloned().collect::<Vec<_>>(), "{told}");
    (whole, shift)
}

/// A change, and its undoing.
fn there_and_back(estate: &Estate, ways: &Ways, standing: &mut Standing<'_>, was: &Survey, delta: Delta) {
    let (then, shift) = check(estate, ways, standing, was, delta);
    let (back, _) = check(estate, ways, standing, &then, shift.undo);
    assert_eq!(back, *was);
}

/// Without each thing and each relation, one after the other, and with it again.
pub(crate) fn hold(estate: &Estate, ways: &Ways) {
    let view = estate.view();
    let was = Survey::of(estate, &view, ways);
    let mut standing = Standing::new(estate, view.clone(), ways);
    for id in view.items.keys() {
        let mut delta = Delta::default();
        delta.items.insert(id.clone(), None);
        let links = view.relations.keys().filter(|(from, _, to)| from == id || to == id);
        delta.relations.extend(links.map(|link| (link.clone(), None)));
        there_and_back(estate, ways, &mut standing, &was, delta);
    }
    for link in view.relations.keys() {
        let mut delta = Delta::default();
        delta.relations.insert(link.clone(), None);
        there_and_back(estate, ways, &mut standing, &was, delta);
    }
}

/// From one estate's picture to others', one after the other.
pub(crate) fn follow<'a>(estate: &Estate, others: impl IntoIterator<Item = &'a View>, ways: &Ways) {
    let view = estate.view();
    let mut was = Survey::of(estate, &view, ways);
    let mut standing = Standing::new(estate, view, ways);
    for other in others {
        let delta = Delta::between(standing.view(), other);
        (was, _) = check(estate, ways, &mut standing, &was, delta);
        assert_eq!(standing.view().items, other.items);
    }
}

/// Numbers without any pattern that matters; each seed has its own.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

const ACCOUNTS: [&str; 2] = ["111122223333", "444455556666"];

fn statement(dice: &mut Dice) -> Value {
    let account = ACCOUNTS[dice.roll(2)];
    let any = |rest: &str| format!("arn:aws:iam::{account}:{rest}");
    let (action, resource) = match dice.roll(12) {
        0 => (json!("*"), "*".to_owned()),
        1 => (json!("sts:AssumeRole"), "*".into()),
        2 => (json!("sts:AssumeRole"), any(&format!("role/r{}", dice.roll(6)))),
        3 => (json!(["iam:PassRole", "lambda:*"]), "*".into()),
        4 => (json!("iam:UpdateAssumeRolePolicy"), any(&format!("role/r{}", dice.roll(6)))),
        5 => (json!("iam:CreateAccessKey"), any(&format!("user/u{}", dice.roll(3)))),
        6 => (json!("iam:PutUserPolicy"), "*".into()),
        7 => (json!("iam:AddUserToGroup"), "*".into()),
        8 => (json!(["iam:AttachRolePolicy", "sts:AssumeRole"]), any("role/*")),
        9 => (json!("iam:CreatePolicyVersion"), "*".into()),
        10 => (json!("s3:*"), "*".into()),
        _ => (json!("logs:*"), "*".into()),
    };
    let effect = if dice.roll(8) == 0 { "Deny" } else { "Allow" };
    json!({"Effect": effect, "Action": action, "Resource": resource})
}

fn document(dice: &mut Dice) -> Value {
    let statements: Vec<Value> = (0..=dice.roll(2)).map(|_| statement(dice)).collect();
    json!({"Version": "2012-10-17", "Statement": statements})
}

fn inline(dice: &mut Dice) -> Value {
    if dice.roll(3) == 0 { json!([]) } else { json!([{"PolicyName": "p", "PolicyDocument": document(dice)}]) }
}

fn trust(dice: &mut Dice) -> Value {
    let account = ACCOUNTS[dice.roll(2)];
    let (principal, action) = match dice.roll(7) {
        0 => (json!("*"), "sts:AssumeRole"),
        1 | 2 => (json!({"AWS": format!("arn:aws:iam::{account}:root")}), "sts:AssumeRole"),
        3 => (json!({"AWS": format!("arn:aws:iam::{account}:role/r{}", dice.roll(6))}), "sts:AssumeRole"),
        4 => (
            json!({"AWS": [format!("arn:aws:iam::{account}:user/u{}", dice.roll(3)), "999999999999"]}),
            "sts:AssumeRole",
        ),
        5 => (
            json!({"Federated": format!("arn:aws:iam::{account}:oidc-provider/token.actions.githubusercontent.com")}),
            "sts:AssumeRoleWithWebIdentity",
        ),
        _ => (json!({"Service": "lambda.amazonaws.com"}), "sts:AssumeRole"),
    };
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": principal, "Action": action}]})
}

/// One thing of an account, by its place, as the dice have it now.
struct World {
    things: Vec<(usize, Value)>,
}

const THINGS: usize = 24;

impl World {
    fn thing(at: usize, dice: &mut Dice) -> Value {
        let account = ACCOUNTS[at % 2];
        let n = at / 2;
        let attached = |dice: &mut Dice| {
            let own = format!("arn:aws:iam::{account}:policy/m{}", dice.roll(2));
            let admin = "arn:aws:iam::aws:policy/AdministratorAccess".to_owned();
            match dice.roll(6) {
                0 => json!([{"PolicyArn": own}]),
                1 if dice.roll(3) == 0 => json!([{"PolicyArn": admin}]),
                _ => json!([]),
            }
        };
        let bound = |dice: &mut Dice| (dice.roll(6) == 0).then(|| format!("arn:aws:iam::{account}:policy/m0"));
        let mut out = match n {
            0..6 => json!({"Arn": format!("arn:aws:iam::{account}:role/r{n}"), "RoleName": format!("r{n}"),
                "RoleId": format!("AROA{at}"), "AssumeRolePolicyDocument": trust(dice), "RolePolicyList": inline(dice)}),
            6..9 => json!({"Arn": format!("arn:aws:iam::{account}:user/u{}", n - 6), "UserName": format!("u{}", n - 6),
                "UserId": format!("AIDA{at}"), "UserPolicyList": inline(dice),
                "GroupList": if dice.roll(2) == 0 { json!(["g"]) } else { json!([]) }}),
            9 => {
                json!({"Arn": format!("arn:aws:iam::{account}:group/g"), "GroupName": "g", "GroupId": format!("AGPA{at}"),
                "GroupPolicyList": inline(dice)})
            }
            _ => {
                json!({"Arn": format!("arn:aws:iam::{account}:policy/m{}", n - 10), "PolicyName": format!("m{}", n - 10),
                "PolicyId": format!("ANPA{at}"), "DefaultVersionId": "v1",
                "PolicyVersionList": [{"VersionId": "v1", "IsDefaultVersion": true, "Document": document(dice)}]})
            }
        };
        if n < 10 {
            out["AttachedManagedPolicies"] = attached(dice);
        }
        if let Some(bound) = bound(dice).filter(|_| n < 9) {
            out["PermissionsBoundary"] = json!({"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": bound});
        }
        out
    }

    fn of(dice: &mut Dice) -> Self {
        Self { things: (0..THINGS).map(|at| (at, Self::thing(at, dice))).collect() }
    }

    fn estate(&self) -> Estate {
        let mut estate = Estate::default();
        let mut problems = Vec::new();
        for (at, account) in ACCOUNTS.iter().enumerate() {
            let list = |kinds: std::ops::Range<usize>| -> Vec<&Value> {
                let own = self.things.iter().filter(|(thing, _)| thing % 2 == at && kinds.contains(&(thing / 2)));
                own.map(|(_, value)| value).collect()
            };
            let details = json!({"RoleDetailList": list(0..6), "UserDetailList": list(6..9),
                "GroupDetailList": list(9..10), "Policies": list(10..12)});
            estate.add(&format!("{account}/details.json"), details.to_string().as_bytes(), &mut problems);
        }
        problems.extend(estate.finish());
        assert!(problems.is_empty(), "{problems:?}");
        estate
    }
}

fn cases() -> u64 {
    std::env::var("SELVEDGE_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(20)
}

/// Two accounts in which one thing after the other is otherwise, or gone, or there again.
#[test]
fn accounts_that_change_at_random_are_followed() {
    let ways = crate::paths::ways();
    for seed in 0..cases() {
        let mut dice = Dice(seed);
        let mut world = World::of(&mut dice);
        let estate = world.estate();
        let mut views = Vec::new();
        for _ in 0..12 {
            let at = dice.roll(THINGS);
            world.things.retain(|(thing, _)| *thing != at);
            if dice.roll(5) > 0 {
                world.things.push((at, World::thing(at, &mut dice)));
            }
            views.push(world.estate().view());
        }
        follow(&estate, &views, &ways);
    }
}
