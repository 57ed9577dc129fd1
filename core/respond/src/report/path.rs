//! An attack's path in words: as a tree for those who read it all, as one line for
//! those who skim.

use crate::incident::Hop;
use crate::story::percent;
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_model::{EntityKind, EntityRef, Timestamp};
use std::collections::BTreeSet;

/// What people call a node.
pub fn node(entity: &EntityRef) -> String {
    let name = entity.name.as_deref().unwrap_or(&entity.id);
    match entity.kind {
        EntityKind::EntraSession => format!("Entra session {}", q(&name.chars().take(8).collect::<String>())),
        EntityKind::AwsSession => format!("AWS session {}", q(name)),
        EntityKind::ServicePrincipal => format!("workload {}", q(name)),
        EntityKind::VirtualMachine => format!("instance {}", q(name)),
        EntityKind::AccessKey => format!("access key {}", q(name)),
        EntityKind::Bucket => format!("bucket {}", q(name)),
        _ => q(name),
    }
}

/// Nodes that no hop leads to, the first in time first; without any, where the path
/// begins in time.
fn roots(path: &[Hop]) -> Vec<&EntityRef> {
    let reached: BTreeSet<&EntityRef> = path.iter().map(|hop| &hop.to).collect();
    let mut roots: Vec<&EntityRef> = Vec::new();
    for hop in path.iter().filter(|hop| !reached.contains(&hop.from)) {
        if !roots.contains(&&hop.from) {
            roots.push(&hop.from);
        }
    }
    if roots.is_empty() {
        roots.extend(path.first().map(|hop| &hop.from));
    }
    roots
}

/// The path as lines, each with how deep it stands. What was told before is not told
/// again.
pub fn lines(path: &[Hop]) -> Vec<(usize, String)> {
    let mut out = Vec::new();
    let mut told = BTreeSet::new();
    for root in roots(path) {
        out.push((0, node(root)));
        below(path, root, 1, &mut told, &mut out);
    }
    // What lies in a ring that no root leads to.
    for hop in path {
        if !told.contains(&hop.from) && !out.iter().any(|(depth, text)| *depth == 0 && *text == node(&hop.from)) {
            out.push((0, node(&hop.from)));
            below(path, &hop.from, 1, &mut told, &mut out);
        }
    }
    out
}

fn below<'p>(
    path: &'p [Hop],
    from: &'p EntityRef,
    depth: usize,
    told: &mut BTreeSet<&'p EntityRef>,
    out: &mut Vec<(usize, String)>,
) {
    if !told.insert(from) {
        return;
    }
    for hop in path.iter().filter(|hop| hop.from == *from) {
        let sure = hop.confidence.map(|sure| format!(", {} sure", percent(sure.get()))).unwrap_or_default();
        let at = selvedge_model::time::iso_second(hop.at);
        let noun = if hop.records.len() == 1 { "record" } else { "records" };
        let count = if hop.records.is_empty() { String::new() } else { format!(", {} {noun}", hop.records.len()) };
        out.push((depth, format!("{} → {} ({at}{sure}{count})", q(&hop.what), node(&hop.to))));
        below(path, &hop.to, depth.saturating_add(1), told, out);
    }
}

/// The longest way through the path, of several the one that ends last, as `a → b → c`.
pub fn spine(path: &[Hop]) -> Option<String> {
    let mut found = Way::default();
    for root in roots(path) {
        let mut way = Way { nodes: vec![root], ends: Timestamp::MIN };
        longest(path, &mut way, &mut found, &mut 10_000);
    }
    let best = found.nodes;
    (best.len() > 1).then(|| best.into_iter().map(node).collect::<Vec<_>>().join(" → "))
}

/// A way through a path.
#[derive(Default, Clone)]
struct Way<'p> {
    nodes: Vec<&'p EntityRef>,
    /// When its last hop was taken.
    ends: Timestamp,
}

impl Way<'_> {
    fn rank(&self) -> (usize, Timestamp) {
        (self.nodes.len(), self.ends)
    }
}

/// `steps`: of a path that folds a thousand ways not all are tried.
fn longest<'p>(path: &'p [Hop], way: &mut Way<'p>, best: &mut Way<'p>, steps: &mut u32) {
    *steps = steps.saturating_sub(1);
    if way.rank() > best.rank() {
        best.clone_from(way);
    }
    let Some(last) = way.nodes.last().copied().filter(|_| *steps > 0) else { return };
    for hop in path.iter().filter(|hop| hop.from == *last) {
        if !way.nodes.contains(&&hop.to) {
            let before = std::mem::replace(&mut way.ends, hop.at);
            way.nodes.push(&hop.to);
            longest(path, way, best, steps);
            way.nodes.pop();
            way.ends = before;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use selvedge_model::{Confidence, RecordId};

    fn hop(from: &str, to: &str, what: &str, secs: i64) -> Hop {
        let entity = |id: &str| EntityRef { kind: EntityKind::Resource, id: id.into(), name: None };
        Hop {
            from: entity(from),
            to: entity(to),
            what: what.into(),
            at: Timestamp::from_second(1_780_000_000 + secs).unwrap(),
            confidence: Some(Confidence::new(950)).filter(|_| what == "enters"),
            records: vec![RecordId::new("r")],
        }
    }

    #[test]
    fn a_path_is_a_tree_in_which_nothing_is_told_twice() {
        let path = [
            hop("alice", "session", "signs in", 0),
            hop("session", "place", "goes on from", 1),
            hop("place", "app", "write\n", 2),
            hop("session", "role", "enters", 3),
            hop("role", "bucket", "reads", 4),
            hop("app", "role", "acts as", 5),
        ];
        let text: Vec<String> =
            lines(&path).into_iter().map(|(depth, text)| format!("{}{text}", "  ".repeat(depth))).collect();
        insta::assert_snapshot!(text.join("\n"));
        assert_eq!(spine(&path).unwrap(), "alice → session → place → app → role → bucket");
    }

    #[test]
    fn a_ring_ends() {
        let path = [hop("a", "b", "x", 0), hop("b", "a", "y", 1), hop("c", "d", "z", 2)];
        assert_eq!(lines(&path).len(), 5);
        assert_eq!(lines(&path[..2]).len(), 3);
        assert_eq!(spine(&path[..2]).unwrap(), "a → b");
        assert!(spine(&[]).is_none() && lines(&[]).is_empty());
    }
}
