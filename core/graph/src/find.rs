//! What people call a thing, and which thing that is.

use crate::store::{Graph, Node};
use selvedge_model::{EntityId, EntityKind};

/// Candidates that an ambiguity names.
pub const MAX_CANDIDATES: usize = 20;

/// Why a name leads to no one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotFound {
    /// Nothing is called that.
    Nothing,
    /// Several things are: some of them, and how many there are.
    Ambiguous(Vec<EntityId>, usize),
}

/// An id as text that [`one`] finds again: `kind:key`.
pub fn text(id: &EntityId) -> String {
    format!("{}:{}", kind_word(id.kind), id.key)
}

/// The word for a kind, as JSON has it.
pub fn kind_word(kind: EntityKind) -> String {
    serde_json::to_value(kind).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// How well a name fits a thing; the smaller, the better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// `kind:key`.
    Whole,
    /// The key: ARN, ARM id, access key, tenant and object id.
    Key,
    /// A user by UPN: sessions often have the same name.
    Upn,
    /// The name, or the last part of the key.
    Name,
    /// A part of the key or name.
    Part,
}

/// The one thing that `what` names: by `kind:key`, id, ARN, UPN, access key or a
/// name; letter case is ignored. The best way in which it fits anything counts.
///
/// # Errors
/// If it fits nothing, or several things equally well.
pub fn one(graph: &Graph, what: &str) -> Result<EntityId, NotFound> {
    let wanted = what.trim().to_lowercase();
    if wanted.is_empty() {
        return Err(NotFound::Nothing);
    }
    let mut best: Option<Fit> = None;
    let mut found: Vec<Node> = Vec::new();
    for node in graph.nodes() {
        let Some(fit) = fit(&wanted, graph, node) else { continue };
        if best.is_none_or(|best| fit < best) {
            best = Some(fit);
            found.clear();
        }
        if best == Some(fit) {
            found.push(node);
        }
    }
    // A person has the key of the account that is theirs: the account is meant.
    if found.iter().any(|node| graph.kind(*node) != EntityKind::Person) {
        found.retain(|node| graph.kind(*node) != EntityKind::Person);
    }
    found.sort_unstable_by(|a, b| graph.compare(*a, *b));
    match found.as_slice() {
        [] => Err(NotFound::Nothing),
        [only] => Ok(graph.id(*only)),
        several => Err(NotFound::Ambiguous(
            several.iter().take(MAX_CANDIDATES).map(|node| graph.id(*node)).collect(),
            several.len(),
        )),
    }
}

fn fit(wanted: &str, graph: &Graph, node: Node) -> Option<Fit> {
    let kind = graph.kind(node);
    let key = graph.key(node).to_lowercase();
    let name = graph.name(node).unwrap_or_default().to_lowercase();
    if let Some((word, rest)) = wanted.split_once(':')
        && rest == key
        && word == kind_word(kind)
    {
        return Some(Fit::Whole);
    }
    if key == wanted {
        return Some(Fit::Key);
    }
    if name == wanted {
        return Some(if kind == EntityKind::EntraUser { Fit::Upn } else { Fit::Name });
    }
    // A role session is also known without its date.
    let last = key.rsplit('/').next().unwrap_or_default();
    let dated = || kind == EntityKind::AwsSession && key.rsplit_once('@').is_some_and(|(start, _)| start == wanted);
    if last == wanted || dated() {
        return Some(Fit::Name);
    }
    (key.contains(wanted) || name.contains(wanted)).then_some(Fit::Part)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn graph() -> Graph {
        let mut graph = Graph::default();
        for (kind, key, name) in [
            (EntityKind::Person, "t/o1", ""),
            (EntityKind::EntraUser, "t/o1", "alice@contoso.com"),
            (EntityKind::AwsSession, "AROA1:alice@contoso.com@2026-01-01T00:00:00Z", "alice@contoso.com"),
            (EntityKind::IamRole, "arn:aws:iam::1:role/Admin", "Admin"),
            (EntityKind::IamRole, "arn:aws:iam::2:role/Admin", "Admin"),
            (EntityKind::IamRole, "arn:aws:iam::2:role/Reader", "Reader"),
            (EntityKind::AccessKey, "ASIA1", ""),
        ] {
            graph.entity(EntityId::new(kind, key)).name = (!name.is_empty()).then(|| name.to_owned());
        }
        graph
    }

    #[test]
    fn a_name_leads_to_one_thing_or_says_why_not() {
        let graph = graph();
        for (what, key) in [
            ("ALICE@contoso.com", "t/o1"),
            ("o1", "t/o1"),
            ("t/o1", "t/o1"),
            ("AROA1:alice@contoso.com", "AROA1:alice@contoso.com@2026-01-01T00:00:00Z"),
            ("iam-role:arn:aws:iam::1:role/admin", "arn:aws:iam::1:role/Admin"),
            ("arn:aws:iam::1:role/Admin", "arn:aws:iam::1:role/Admin"),
            ("reader", "arn:aws:iam::2:role/Reader"),
            ("asia1", "ASIA1"),
            ("read", "arn:aws:iam::2:role/Reader"),
        ] {
            assert_eq!(one(&graph, what).unwrap().key, key, "{what}");
        }
        assert_eq!(one(&graph, "o1").unwrap().kind, EntityKind::EntraUser);
        assert_eq!(one(&graph, "person:t/o1").unwrap().kind, EntityKind::Person);
        for what in ["nobody", "", "  "] {
            assert_eq!(one(&graph, what), Err(NotFound::Nothing), "{what}");
        }
        let Err(NotFound::Ambiguous(some, 2)) = one(&graph, "admin") else { panic!("two roles are called Admin") };
        for id in some {
            assert_eq!(one(&graph, &text(&id)), Ok(id.clone()), "what an ambiguity names can be asked for");
        }
    }
}
