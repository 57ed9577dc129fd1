//! Azure RBAC against a slow reading of its rules, word by word: one function per
//! sentence, three-valued as `Some(true)`, `Some(false)`, `None`.

use proptest::prelude::*;
use selvedge_access::Decision;
use selvedge_access::azure::{AccessReason, AccessRequest, Directory, Rbac, Scope, Token};
use serde_json::{Value, json};

/// Scopes, each with the place of what directly contains it.
const SCOPES: &[(&str, Option<usize>)] = &[
    ("/", None),
    ("/providers/Microsoft.Management/managementGroups/top", Some(0)),
    ("/providers/Microsoft.Management/managementGroups/mid", Some(1)),
    ("/subscriptions/s1", Some(2)),
    ("/subscriptions/s2", Some(1)),
    ("/subscriptions/s1/resourceGroups/r", Some(3)),
    ("/subscriptions/s1/resourceGroups/rr", Some(3)),
    ("/subscriptions/s1/resourceGroups/r/providers/N.S/t/n", Some(5)),
    ("/subscriptions/s1/resourceGroups/r/providers/N.S/t/n/c/m", Some(7)),
];
const PRINCIPALS: &[&str] = &["u1", "u2", "g1", "g2", "g3"];
const ACTIONS: &[&str] =
    &["N.S/t/read", "N.S/t/write", "n.s/T/delete", "N.S/t/listKeys/action", "Microsoft.Authorization/locks/delete"];
const PATTERNS: &[&str] = &["*", "*/read", "N.S/*", "n.s/t/WRITE", "*/delete", "N.S/t/*/action", "Other/*"];
const CONDITIONS: &[&str] = &["", "true", "false", "@Request[x] StringEquals 'y'", "!!", "ActionMatches{'*/read'}"];

#[derive(Debug, Clone)]
struct Block {
    actions: Vec<usize>,
    not: Vec<usize>,
    data: Vec<usize>,
    not_data: Vec<usize>,
    condition: usize,
}

#[derive(Debug, Clone)]
struct Grant {
    principal: usize,
    role: usize,
    scope: usize,
    condition: usize,
    eligible: bool,
}

#[derive(Debug, Clone)]
struct Refusal {
    scope: usize,
    only_here: bool,
    principals: Vec<usize>,
    everyone: bool,
    excluded: Vec<usize>,
    block: Block,
}

#[derive(Debug, Clone)]
struct World {
    roles: Vec<Vec<Block>>,
    grants: Vec<Grant>,
    refusals: Vec<Refusal>,
    /// Scope, whether ReadOnly.
    locks: Vec<(usize, bool)>,
    /// Scope, denyAction, whether it fits.
    policies: Vec<(usize, bool, Option<bool>)>,
    /// Members of g1, g2, g3; none if not collected.
    members: Vec<Option<Vec<usize>>>,
    enabled: bool,
    principal: usize,
    action: usize,
    is_data: bool,
    scope: usize,
}

fn block() -> impl Strategy<Value = Block> {
    let some = || prop::collection::vec(0..PATTERNS.len(), 1..4);
    let few = || prop::collection::vec(0..PATTERNS.len(), 0..2);
    (some(), few(), some(), few(), 0..CONDITIONS.len() * 3).prop_map(|(actions, not, data, not_data, condition)| {
        Block {
            actions,
            not,
            data,
            not_data,
            // Mostly none.
            condition: if condition < CONDITIONS.len() { condition } else { 0 },
        }
    })
}

fn grant() -> impl Strategy<Value = Grant> {
    let parts = (0..PRINCIPALS.len(), 0..4usize, 0..SCOPES.len(), 0..CONDITIONS.len() * 2, prop::bool::weighted(0.2));
    parts.prop_map(|(principal, role, scope, condition, eligible)| Grant {
        principal,
        role,
        scope,
        condition: if condition < CONDITIONS.len() { condition } else { 0 },
        eligible,
    })
}

fn refusal() -> impl Strategy<Value = Refusal> {
    let some = || prop::collection::vec(0..PRINCIPALS.len(), 0..3);
    (0..SCOPES.len(), any::<bool>(), some(), any::<bool>(), some(), block()).prop_map(
        |(scope, only_here, principals, everyone, excluded, block)| Refusal {
            scope,
            only_here,
            principals,
            everyone,
            excluded,
            block,
        },
    )
}

fn world() -> impl Strategy<Value = World> {
    let members = prop::option::weighted(0.8, prop::collection::vec(0..PRINCIPALS.len(), 0..3));
    let asked = (0..2usize, 0..ACTIONS.len(), prop::bool::weighted(0.2), 0..SCOPES.len(), prop::bool::weighted(0.9));
    let fits = prop::option::of(any::<bool>());
    (
        prop::collection::vec(prop::collection::vec(block(), 1..3), 3),
        prop::collection::vec(grant(), 1..10),
        prop::collection::vec(refusal(), 0..2),
        prop::collection::vec((0..SCOPES.len(), any::<bool>()), 0..2),
        prop::collection::vec((0..SCOPES.len(), any::<bool>(), fits), 0..2),
        prop::collection::vec(members, 3),
        asked,
    )
        .prop_map(|(roles, grants, refusals, locks, policies, members, asked)| World {
            roles,
            grants,
            refusals,
            locks,
            policies,
            members,
            principal: asked.0,
            action: asked.1,
            is_data: asked.2,
            scope: asked.3,
            enabled: asked.4,
        })
}

impl Block {
    fn json(&self) -> Value {
        let texts = |list: &[usize]| list.iter().map(|at| PATTERNS[*at]).collect::<Vec<_>>();
        json!({"actions": texts(&self.actions), "notActions": texts(&self.not), "dataActions": texts(&self.data),
            "notDataActions": texts(&self.not_data), "condition": CONDITIONS[self.condition]})
    }
}

fn role_id(role: usize) -> String {
    format!("00000000-0000-0000-0000-00000000000{role}")
}

impl World {
    fn input(&self) -> Value {
        let grants = |eligible: bool| {
            let those = self.grants.iter().enumerate().filter(move |(_, grant)| grant.eligible == eligible);
            those
                .map(|(at, grant)| {
                    json!({"id": format!("a{at}"), "properties": {
                        "principalId": PRINCIPALS[grant.principal].to_uppercase(), "scope": SCOPES[grant.scope].0,
                        "principalType": if grant.principal < 2 { "User" } else { "Group" },
                        "roleDefinitionId": format!("/x/roleDefinitions/{}", role_id(grant.role)),
                        "condition": CONDITIONS[grant.condition]}})
                })
                .collect::<Vec<_>>()
        };
        let whom = |list: &[usize]| {
            list.iter()
                .map(|at| json!({"id": PRINCIPALS[*at], "type": if *at < 2 { "User" } else { "Group" }}))
                .collect::<Vec<_>>()
        };
        json!({
            "roleDefinitions": self.roles.iter().enumerate().map(|(at, blocks)| json!({"name": role_id(at),
                "properties": {"roleName": "r", "permissions": blocks.iter().map(Block::json).collect::<Vec<_>>()}})).collect::<Vec<_>>(),
            "roleAssignments": {"value": grants(false)},
            "roleEligibilities": grants(true),
            "denyAssignments": self.refusals.iter().enumerate().map(|(at, deny)| {
                let mut principals = whom(&deny.principals);
                if deny.everyone {
                    principals.push(json!({"id": "00000000-0000-0000-0000-000000000000", "type": "SystemDefined"}));
                }
                json!({"id": format!("d{at}"), "properties": {"scope": SCOPES[deny.scope].0,
                    "doNotApplyToChildScopes": deny.only_here, "principals": principals,
                    "excludePrincipals": whom(&deny.excluded), "permissions": [deny.block.json()]}})
            }).collect::<Vec<_>>(),
            "locks": self.locks.iter().enumerate().map(|(at, (scope, read_only))| json!({"id": format!("l{at}"),
                "scope": SCOPES[*scope].0, "level": if *read_only { "ReadOnly" } else { "CanNotDelete" }})).collect::<Vec<_>>(),
            "policies": self.policies.iter().enumerate().map(|(at, (scope, on_delete, fits))| json!({"id": format!("p{at}"),
                "scope": SCOPES[*scope].0, "effect": if *on_delete { "denyAction" } else { "deny" }, "fits": fits})).collect::<Vec<_>>(),
            "managementGroups": [
                {"id": SCOPES[1].0, "properties": {"details": {"parent": null}}},
                {"id": SCOPES[2].0, "properties": {"details": {"parent": {"id": SCOPES[1].0}}}}],
            "subscriptions": [{"id": SCOPES[3].0, "managementGroup": SCOPES[2].0}, {"id": SCOPES[4].0, "managementGroup": SCOPES[1].0}],
        })
    }

    fn directory(&self) -> Value {
        let groups = self.members.iter().enumerate().map(|(at, members)| {
            json!({"id": PRINCIPALS[at + 2], "members": members.as_ref().map(|list| list.iter().map(|m| PRINCIPALS[*m]).collect::<Vec<_>>())})
        });
        json!({"users": [{"id": "u1", "accountEnabled": self.enabled}, {"id": "u2", "accountEnabled": self.enabled}],
            "groups": groups.collect::<Vec<_>>()})
    }
}

// The oracle.

fn both(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

fn either(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    both(a.map(|x| !x), b.map(|x| !x)).map(|x| !x)
}

fn some_of(all: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    all.fold(Some(false), either)
}

/// `*` stands for any characters, case does not count.
fn pattern_matches(pattern: &[u8], action: &[u8]) -> bool {
    match (pattern.split_first(), action.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some((b'*', rest)), None) => pattern_matches(rest, action),
        (Some((b'*', rest)), Some((_, tail))) => pattern_matches(rest, action) || pattern_matches(pattern, tail),
        (Some(_), None) => false,
        (Some((p, rest)), Some((a, tail))) => p.eq_ignore_ascii_case(a) && pattern_matches(rest, tail),
    }
}

fn any_pattern(patterns: &[usize], action: &str) -> bool {
    patterns.iter().any(|at| pattern_matches(PATTERNS[*at].as_bytes(), action.as_bytes()))
}

/// What each condition comes to when nothing but the action is known.
fn condition(which: usize, action: &str) -> Option<bool> {
    match CONDITIONS[which] {
        "" | "true" => Some(true),
        "false" => Some(false),
        "ActionMatches{'*/read'}" => Some(action.to_lowercase().ends_with("/read")),
        _ => None,
    }
}

/// Within one block, Not… is taken away.
fn block_covers(block: &Block, action: &str, is_data: bool) -> Option<bool> {
    let (some, not) = if is_data { (&block.data, &block.not_data) } else { (&block.actions, &block.not) };
    both(Some(any_pattern(some, action) && !any_pattern(not, action)), condition(block.condition, action))
}

/// An assignment counts at its scope and below.
fn contains(outer: usize, inner: usize) -> bool {
    outer == inner || SCOPES[inner].1.is_some_and(|parent| contains(outer, parent))
}

/// Members of a group's groups are its members; whose members nobody collected may
/// have anyone.
fn membership(world: &World) -> Vec<Vec<Option<bool>>> {
    let count = PRINCIPALS.len();
    let mut table: Vec<Vec<Option<bool>>> = (0..count).map(|a| (0..count).map(|b| Some(a == b)).collect()).collect();
    for (group, members) in world.members.iter().enumerate() {
        for (member, row) in table.iter_mut().enumerate() {
            let direct = members.as_ref().map(|list| list.contains(&member));
            row[group + 2] = either(row[group + 2], direct);
        }
    }
    for _ in 0..count {
        for a in 0..count {
            for b in 0..count {
                let through = some_of((0..count).map(|via| both(table[a][via], table[via][b])));
                table[a][b] = either(table[a][b], through);
            }
        }
    }
    table
}

struct Verdict {
    decision: &'static str,
    reason: AccessReason,
}

fn denied(world: &World, action: &str, member: &[Option<bool>]) -> Option<bool> {
    some_of(world.refusals.iter().map(|deny| {
        let here = if deny.only_here { deny.scope == world.scope } else { contains(deny.scope, world.scope) };
        let whom = either(Some(deny.everyone), some_of(deny.principals.iter().map(|at| member[*at])));
        let spared = some_of(deny.excluded.iter().map(|at| member[*at]));
        let covers = block_covers(&deny.block, action, world.is_data);
        both(both(Some(here), whom), both(spared.map(|x| !x), covers))
    }))
}

fn granted(world: &World, action: &str, member: &[Option<bool>]) -> Option<bool> {
    some_of(world.grants.iter().filter(|grant| !grant.eligible).map(|grant| {
        let covers = match world.roles.get(grant.role) {
            Some(blocks) => some_of(blocks.iter().map(|block| block_covers(block, action, world.is_data))),
            None => None,
        };
        // A role that is not there is open whatever the condition.
        let holds = if grant.role < world.roles.len() { condition(grant.condition, action) } else { Some(true) };
        both(both(Some(contains(grant.scope, world.scope)), member[grant.principal]), both(covers, holds))
    }))
}

fn locked(world: &World, action: &str) -> Option<bool> {
    let action = action.to_lowercase();
    if world.is_data || action.starts_with("microsoft.authorization/locks/") {
        return Some(false);
    }
    some_of(world.locks.iter().map(|(scope, read_only)| {
        if contains(*scope, world.scope) {
            match action.rsplit('/').next() {
                Some("delete") => Some(true),
                Some("write") => Some(*read_only),
                Some("read") => Some(false),
                // listKeys of an unknown service: not documented.
                _ => (!read_only).then_some(false),
            }
        } else if contains(world.scope, *scope) && world.scope >= 5 && action.ends_with("/delete") {
            None
        } else {
            Some(false)
        }
    }))
}

fn by_policy(world: &World, action: &str) -> Option<bool> {
    some_of(world.policies.iter().map(|(scope, on_delete, fits)| {
        let wanted = if *on_delete { "/delete" } else { "/write" };
        let touched = !world.is_data && contains(*scope, world.scope) && action.to_lowercase().ends_with(wanted);
        both(Some(touched), *fits)
    }))
}

fn oracle(world: &World) -> Verdict {
    let action = ACTIONS[world.action];
    let table = membership(world);
    let member = &table[world.principal];
    let denied = denied(world, action, member);
    if denied == Some(true) {
        return Verdict { decision: "deny", reason: AccessReason::DenyAssignment };
    }
    let granted = granted(world, action, member);
    if granted == Some(false) {
        return Verdict { decision: "deny", reason: AccessReason::NoRole };
    }
    let locked = locked(world, action);
    let policy = by_policy(world, action);
    let disabled = if world.enabled { Some(false) } else { None };
    match (locked, policy) {
        (Some(true), _) => Verdict { decision: "deny", reason: AccessReason::Locked },
        (_, Some(true)) => Verdict { decision: "deny", reason: AccessReason::Policy },
        _ => {
            let all = [granted, denied.map(|x| !x), locked.map(|x| !x), policy.map(|x| !x), disabled.map(|x: bool| !x)];
            match all.into_iter().fold(Some(true), both) {
                Some(_) => Verdict { decision: "allow", reason: AccessReason::Granted },
                None => Verdict { decision: "unknown", reason: AccessReason::Undecided },
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "how often a property is tried is for the caller to say")]
fn cases() -> u32 {
    std::env::var("SELVEDGE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_the_oracle(world in world()) {
        let (rbac, _) = Rbac::read(&world.input());
        let (directory, problems) = Directory::read(&world.directory());
        prop_assert_eq!(problems, []);
        let scope = Scope::parse(SCOPES[world.scope].0).expect("scope");
        let mut request = AccessRequest::control(PRINCIPALS[world.principal], ACTIONS[world.action], scope);
        request.is_data = world.is_data;
        request.token = Token::Unsaid;
        let answer = rbac.evaluate(&directory, &request);
        let want = oracle(&world);
        let got = match answer.decision {
            Decision::Allow => "allow",
            Decision::Deny => "deny",
            Decision::Unknown { .. } => "unknown",
        };
        prop_assert_eq!((got, answer.reason), (want.decision, want.reason), "{:#?}", answer);
        // What decided is named, and only what is there.
        let names_something = answer.reason == AccessReason::NoRole || !answer.decided_by.is_empty();
        prop_assert!(names_something, "{:#?}", answer);
    }

    /// Knowing more never changes a verdict that was certain: whoever turns out to
    /// be in the groups that nobody collected, and whether policies fit.
    #[test]
    fn a_verdict_stands_when_more_is_known(
        world in world(),
        fill in prop::collection::vec(prop::collection::vec(0..PRINCIPALS.len(), 0..3), 3),
        fits in any::<bool>(),
    ) {
        let ask = |world: &World| {
            let (rbac, _) = Rbac::read(&world.input());
            let (directory, _) = Directory::read(&world.directory());
            let scope = Scope::parse(SCOPES[world.scope].0).expect("scope");
            let mut request = AccessRequest::control(PRINCIPALS[world.principal], ACTIONS[world.action], scope);
            request.is_data = world.is_data;
            rbac.evaluate(&directory, &request).decision
        };
        let mut known = world.clone();
        for (members, fill) in known.members.iter_mut().zip(fill) {
            members.get_or_insert(fill);
        }
        for policy in &mut known.policies {
            policy.2.get_or_insert(fits);
        }
        let before = ask(&world);
        if !matches!(before, Decision::Unknown { .. }) {
            prop_assert_eq!(before, ask(&known));
        }
    }
}
