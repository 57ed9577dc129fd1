//! What a trace says beside who and what: what is usual and what was seen, and what can
//! be got at.

use crate::config::Config;
use crate::content;
use crate::error::Error;
use selvedge_agent::state::State;
use selvedge_content::Content;
use selvedge_graph::find::kind_word;
use selvedge_graph::identity::Holder;
use selvedge_graph::reach::{MAX_LISTED, Reach, Reached, reach};
use selvedge_graph::trace::Trace;
use selvedge_graph::{CrossCloudLink, FactSet, Resolver, build};
use selvedge_model::fact::AwsSessionKey;
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_model::{Confidence, EntityId, EntityKind, EventId, Fact, SignedDuration, Timestamp};
use selvedge_respond::behaviour::{Ask, Baseline, Known, baselines};
use selvedge_respond::report::{baseline, wrap};
use std::collections::{BTreeMap, BTreeSet};

/// Of a person or workload, the time before the latest act that is held against all
/// before.
const LATEST: SignedDuration = SignedDuration::from_hours(24);

/// AWS sessions that are held against what is usual: the latest.
const SESSIONS: usize = 5;

/// Ways that a list of text shows; JSON has all.
const SHOWN: usize = 10;

type Links = BTreeMap<AwsSessionKey, CrossCloudLink>;

/// What is usual, and what was seen: of people and workloads the last day of what they
/// did, else of each of the latest sessions all that was done.
pub(super) fn usual(
    trace: &Trace,
    state: &State,
    (set, resolver, links): (&FactSet, &Resolver<'_>, &Links),
    config: &Config,
) -> Result<Vec<Baseline>, Error> {
    let thresholds = content::thresholds(&Content::embedded())?;
    let places = config.places()?;
    let known = Known {
        cold: &state.set,
        estate: &state.estate,
        table: &thresholds.behaviour,
        join: Confidence::new(thresholds.join_confidence_to_act),
        places: places.as_deref().map(|places| places as _),
    };
    let joined = links.iter().map(|(key, link)| (key.principal_id.as_str(), link)).collect::<BTreeMap<_, _>>();
    let ask = |facts: Vec<_>, before| Ask { facts, before, joined: joined.clone() };
    let mut asks = Vec::new();
    let latest = trace.sessions.len().saturating_sub(SESSIONS);
    if trace.entra.is_empty() {
        for session in trace.sessions.iter().skip(latest) {
            let facts = of_session(set, resolver, &session.key);
            asks.push(ask(facts, session.key.created));
        }
    } else {
        let facts: Vec<&Fact> = set.facts().filter(|fact| is_of(trace, fact)).collect();
        let last = facts.iter().map(|fact| fact.cite().at).max().unwrap_or(Timestamp::UNIX_EPOCH);
        let before = last.checked_sub(LATEST).unwrap_or(Timestamp::UNIX_EPOCH);
        asks.push(ask(facts.into_iter().filter(|fact| fact.cite().at >= before).collect(), before));
    }
    Ok(baselines(known, &asks).into_iter().flatten().collect())
}

/// The facts of a session.
fn of_session<'a>(set: &'a FactSet, resolver: &Resolver<'_>, key: &AwsSessionKey) -> Vec<&'a Fact> {
    let session = resolver.sessions().get(key);
    let uses = session.into_iter().flat_map(|session| session.uses.iter().map(|used| used.cite.event));
    let given = session.into_iter().flat_map(|session| session.assumptions.iter().map(|given| given.cite.event));
    let events: BTreeSet<EventId> = uses.chain(given).collect();
    let records = events.iter().filter_map(|event| set.get(event));
    records.flat_map(|record| &record.facts).collect()
}

/// Whether a fact is of somebody or of a session that is told of.
fn is_of(trace: &Trace, fact: &Fact) -> bool {
    let entra = |tenant: &str, id: &str| trace.entra.iter().any(|one| one.tenant == tenant && one.object_id == id);
    let principal = |id: &str| trace.sessions.iter().any(|session| session.key.principal_id == id);
    match fact {
        Fact::SignIn(s) => {
            let workload = s.service_principal_id.as_deref().filter(|_| s.user_id.is_empty());
            entra(&s.tenant, workload.unwrap_or(&s.user_id))
        }
        Fact::ArmUse(u) => entra(&u.tenant, &u.object_id),
        Fact::EntraChange(c) => entra(&c.tenant, &c.initiator_id),
        Fact::AwsUse(u) => u.session.as_ref().is_some_and(|session| principal(&session.principal_id)),
        Fact::RoleAssumption(a) => principal(&a.principal_id),
        Fact::Signal(_) | Fact::Portal(_) => false,
    }
}

/// What whoever is told of can get at, as the inventory and these records state it when
/// the last of them was written.
pub(super) fn got_at(trace: &Trace, state: &State, (set, resolver, links): (&FactSet, &Resolver<'_>, &Links)) -> Reach {
    let held = held(trace);
    if held.is_empty() {
        return Reach::default();
    }
    let graph = build::graph(set, &state.estate, resolver, links);
    let last = set.facts().map(|fact| fact.cite().at).max();
    reach(&graph, &held, last)
}

/// The roles of the sessions, and who is told of.
fn held(trace: &Trace) -> BTreeSet<EntityId> {
    let mut held = BTreeSet::new();
    let mut entra = |tenant: &str, id: &str, holder: Option<Holder>| {
        if holder != Some(Holder::Workload) {
            held.insert(EntityId::entra_user(tenant, id));
        }
        if holder != Some(Holder::Human) {
            held.insert(EntityId::new(EntityKind::ServicePrincipal, id.to_ascii_lowercase()));
        }
    };
    trace.entra.iter().for_each(|one| entra(&one.tenant, &one.object_id, None));
    for who in trace.sessions.iter().filter_map(|session| session.who.as_ref()) {
        entra(&who.tenant, &who.object_id, Some(who.holder));
    }
    let roles = trace.sessions.iter().map(|session| session.role_arn.as_str()).filter(|role| !role.is_empty());
    held.extend(roles.map(|role| EntityId::new(EntityKind::IamRole, role)));
    held
}

/// Both as text.
pub(super) fn text(usual: &[Baseline], reach: &Reach) -> String {
    let mut out = String::new();
    if !usual.is_empty() {
        out.push_str("Usual, and seen\n");
        usual.iter().for_each(|one| baseline(one, &mut out));
        out.push('\n');
    }
    if reach.is_empty() {
        return out;
    }
    out.push_str("What can be got at\n");
    for (what, list) in [("role", &reach.roles), ("store", &reach.stores)] {
        list.iter().take(SHOWN).for_each(|one| way(&mut out, what, one));
        let more = list.len().saturating_sub(SHOWN);
        if more > 0 {
            wrap(&mut out, "  ", 2, &format!("and {more} more {what}s; --json has them"));
        }
    }
    if reach.more > 0 {
        wrap(&mut out, "  ", 2, &format!("and {} more than {MAX_LISTED} of a kind, which are not listed", reach.more));
    }
    if reach.cut {
        wrap(&mut out, "  ", 2, "further ways were not followed: they are too long or too many");
    }
    let caution = "By trust and assignments as the inventory states them. Conditions, statements of policies and \
                   limits are not evaluated yet: not all of it need be allowed.";
    wrap(&mut out, "  ", 2, caution);
    out.push('\n');
    out
}

/// `role      Admin: trusts arn:… (iam-role) …`.
fn way(out: &mut String, what: &str, one: &Reached) {
    let name = one.name.as_deref().filter(|name| !name.is_empty()).unwrap_or(&one.id.key);
    let steps: Vec<String> = one
        .way
        .iter()
        .map(|step| {
            let kind = serde_json::to_value(step.kind).ok().and_then(|kind| kind.as_str().map(str::to_owned));
            format!("{} -> {} {}", kind.unwrap_or_default(), kind_word(step.to.kind), q(&step.to.key))
        })
        .collect();
    let from = one.way.first().map(|step| q(&step.from.key)).unwrap_or_default();
    wrap(out, &format!("  {what:<10}"), 12, &q(name));
    wrap(out, "            ", 14, &format!("from {from}: {}", steps.join("; ")));
}
