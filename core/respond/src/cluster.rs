//! From records with findings to the cases of actors: sightings, woven together
//! by who did them, cut into episodes.

use crate::actor::{ActorKey, key_of};
use crate::assess;
use crate::case::{Correlated, Join, SignalCase};
use crate::correlate::correlated;
use crate::decide::Inputs;
use crate::episode::{Episode, episodes, raise};
use crate::home::Homes;
use crate::incident::Incident;
use crate::signals::Sighting;
use crate::web::{Cluster, Web};
use selvedge_graph::{CrossCloudLink, PersonKey, Resolver};
use selvedge_model::fact::AwsSessionKey;
use selvedge_model::{Confidence, EntityKind, EntityRef, EventId, Severity, SignedDuration, Timestamp};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Records that one incident cites at most. Of more, those that carry it come
/// first, then the worse, and of each rule the earliest; how many were left out
/// is counted.
pub const MAX_RECORDS: usize = 10_000;

/// Incidents out of findings that one decision gives at most: the worst.
pub const MAX_INCIDENTS: usize = 1_000;

/// Calls that join sessions and that one case lists at most: the earliest.
const MAX_JOINS: usize = 50;

/// A session that was made longer ago than this took no part: role sessions live
/// twelve hours at most, and one may have been made from another.
const MADE_WITHIN: SignedDuration = SignedDuration::from_hours(24);

/// What the findings of a set come to.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Incidents with the input of each.
    pub(crate) incidents: Vec<(SignalCase, Incident)>,
    /// Incidents beyond [`MAX_INCIDENTS`].
    pub(crate) left_out: u64,
}

/// All findings on records, by who is behind them, and what correlations found.
pub(crate) struct Scene<'a> {
    web: Web<'a>,
    clusters: Vec<Cluster<'a>>,
    /// By time.
    pub(crate) correlated: Vec<Correlated>,
    /// Which of these each cluster has a part of.
    found_in: BTreeMap<usize, BTreeSet<usize>>,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(
        inputs: &Inputs<'a>,
        resolver: &'a Resolver<'_>,
        links: &'a BTreeMap<AwsSessionKey, CrossCloudLink>,
        homes: &Homes,
    ) -> Self {
        let records = inputs.set.records();
        let sightings: Vec<Sighting<'a>> =
            records.filter_map(|(id, record)| Sighting::of(*id, record, inputs.rules)).collect();
        let enough = Confidence::new(inputs.thresholds.join_confidence_to_act);
        let web = Web::new(&sightings, resolver, links, inputs.estate, enough);
        let clusters = web.clusters(sightings);
        let correlated = correlated(inputs.correlations, (&web, homes), &clusters, &inputs.thresholds.signals);
        let clusters = together(clusters, &correlated);
        let of = cluster_of(&clusters);
        let mut found_in: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for (number, one) in correlated.iter().enumerate() {
            for cluster in one.events.iter().filter_map(|event| of.get(event)) {
                found_in.entry(*cluster).or_default().insert(number);
            }
        }
        Self { web, clusters, correlated, found_in }
    }

    /// What correlations found in a cluster, by its number.
    fn within(&self, cluster: usize) -> Vec<&Correlated> {
        let numbers = self.found_in.get(&cluster).into_iter().flatten();
        numbers.filter_map(|number| self.correlated.get(*number)).collect()
    }
}

/// The cluster of each record.
fn cluster_of(clusters: &[Cluster<'_>]) -> BTreeMap<EventId, usize> {
    let numbered = clusters.iter().enumerate();
    numbered.flat_map(|(number, one)| one.sightings.iter().map(move |sighting| (sighting.event, number))).collect()
}

/// Clusters of different actors whose acts belong together, as one.
fn together<'a>(clusters: Vec<Cluster<'a>>, correlated: &[Correlated]) -> Vec<Cluster<'a>> {
    let cluster_of = cluster_of(&clusters);
    // The smallest number of those that a cluster is joined with.
    let mut roots: Vec<usize> = (0..clusters.len()).collect();
    for one in correlated.iter().filter(|one| one.facts.severity >= Severity::Medium) {
        let numbers = one.events.iter().filter_map(|event| cluster_of.get(event));
        let joined: BTreeSet<usize> = numbers.filter_map(|number| roots.get(*number)).copied().collect();
        if let Some(first) = joined.first().filter(|_| joined.len() > 1) {
            roots.iter_mut().filter(|root| joined.contains(root)).for_each(|root| *root = *first);
        }
    }
    let mut out: BTreeMap<usize, Cluster<'a>> = BTreeMap::new();
    for (root, cluster) in roots.into_iter().zip(clusters) {
        let own = out.entry(root).or_default();
        own.sightings.extend(cluster.sightings);
        own.joins.extend(cluster.joins);
    }
    let mut out: Vec<Cluster<'a>> = out.into_values().collect();
    out.iter_mut().for_each(|cluster| cluster.sightings.sort_by_key(Sighting::order));
    out
}

/// The incidents out of all findings on records, except those records that
/// `taken` already holds. `dropped`: by a record, how many others of its episode are
/// not in the set.
pub(crate) fn find(
    inputs: &Inputs<'_>,
    scene: &Scene<'_>,
    taken: &BTreeSet<EventId>,
    dropped: &BTreeMap<EventId, u64>,
) -> Found {
    let mut found: Vec<(usize, &Cluster<'_>, Episode<'_>)> = Vec::new();
    for (number, cluster) in scene.clusters.iter().enumerate() {
        let free = cluster.sightings.iter().filter(|sighting| !taken.contains(&sighting.event));
        let mut sightings: Vec<Sighting<'_>> = free.cloned().collect();
        // What a stolen session's incident holds a part of, it holds whole.
        let mut correlated = scene.within(number);
        correlated.retain(|one| !one.events.iter().any(|event| taken.contains(event)));
        raise(&mut sightings, &correlated);
        let own = episodes(&sightings, &correlated, &inputs.thresholds.signals);
        found.extend(own.into_iter().map(|one| (number, cluster, one)));
    }
    found.sort_by_key(|(.., episode)| rank(episode));
    let left_out = found.len().saturating_sub(MAX_INCIDENTS);
    found.truncate(MAX_INCIDENTS);
    let mut incidents = Vec::with_capacity(found.len());
    for (number, cluster, episode) in &found {
        let mut correlated = scene.within(*number);
        correlated.retain(|one| !one.events.iter().any(|event| taken.contains(event)));
        let mut case = case_of(inputs, &scene.web, correlated, cluster, episode);
        let not_here = episode.all().iter().filter_map(|sighting| dropped.get(&sighting.event)).sum::<u64>();
        case.left_out = case.left_out.saturating_add(not_here);
        let judged = assess::judge(&case, inputs.thresholds);
        incidents.extend(judged.into_iter().map(|incident| (case.clone(), incident)));
    }
    Found { incidents, left_out: u64::try_from(left_out).unwrap_or(u64::MAX) }
}

/// The worst first.
fn rank(episode: &Episode<'_>) -> (Reverse<Severity>, Reverse<usize>, Option<(Timestamp, EventId)>) {
    let worst = episode.carriers.iter().map(Sighting::grade).max().unwrap_or_default();
    (Reverse(worst), Reverse(episode.carriers.len()), episode.carriers.first().map(Sighting::order))
}

/// Everything that the verdict on one episode reads.
fn case_of(
    inputs: &Inputs<'_>,
    web: &Web<'_>,
    mut correlated: Vec<&Correlated>,
    cluster: &Cluster<'_>,
    episode: &Episode<'_>,
) -> SignalCase {
    let kept = bounded(episode);
    let own: BTreeSet<EventId> = kept.iter().map(|sighting| sighting.event).collect();
    correlated.retain(|one| one.events.iter().any(|event| own.contains(event)));
    // Of many sessions of one name and human, the first shows how they are joined.
    let mut links: BTreeMap<(&str, &PersonKey), &CrossCloudLink> = BTreeMap::new();
    for link in kept.iter().filter_map(|sighting| web.link(sighting)) {
        let first = links.entry((&link.session.principal_id, &link.person)).or_insert(link);
        if link.session < first.session {
            *first = link;
        }
    }
    let users = kept.iter().filter_map(|sighting| match web.whose(sighting) {
        ActorKey::EntraObject(id) => inputs.estate.users.get(&id).filter(|user| !user.upn.is_empty()),
        _ => None,
    });
    let rules: BTreeSet<&str> = kept.iter().flat_map(|s| &s.record.hits).map(|hit| &*hit.rule).collect();
    let rules = rules.into_iter().filter_map(|id| Some((id.to_owned(), inputs.rules.get(id)?.clone())));
    let left_out = episode.len().saturating_sub(kept.len());
    SignalCase {
        records: kept.iter().map(|sighting| (sighting.event, sighting.record.clone())).collect(),
        joins: joins(cluster, &kept),
        links: links.into_values().cloned().collect(),
        users: users
            .map(|user| EntityRef { kind: EntityKind::EntraUser, id: user.id.clone(), name: Some(user.upn.clone()) })
            .collect(),
        rules: rules.collect(),
        correlated: correlated.into_iter().cloned().collect(),
        behaviour: BTreeMap::new(),
        left_out: u64::try_from(left_out).unwrap_or(u64::MAX),
        content: inputs.content,
        at: inputs.at,
    }
}

/// The calls that made the sessions of these records, and those before them.
fn joins(cluster: &Cluster<'_>, kept: &[&Sighting<'_>]) -> Vec<Join> {
    let (Some(first), Some(last)) = (kept.first(), kept.last()) else {
        return Vec::new();
    };
    let alive = |join: &&Join| join.at <= last.at && first.at.duration_since(join.at) <= MADE_WITHIN;
    let near: Vec<&Join> = cluster.joins.iter().filter(alive).collect();
    let own = kept.iter().filter_map(|sighting| match key_of(sighting.record) {
        ActorKey::AwsPrincipal(id) => Some(id),
        _ => None,
    });
    let mut wanted: BTreeSet<String> = own.collect();
    let mut out = BTreeSet::new();
    // A caller may itself be a session that was made so: on until none is new.
    while out.len() < MAX_JOINS {
        let new: Vec<&Join> =
            near.iter().copied().filter(|join| wanted.contains(&join.session) && !out.contains(*join)).collect();
        if new.is_empty() {
            break;
        }
        wanted.extend(new.iter().map(|join| join.caller.clone()));
        out.extend(new);
    }
    out.into_iter().take(MAX_JOINS).cloned().collect()
}

/// The sightings that the case keeps, by time.
fn bounded<'e, 'a>(episode: &'e Episode<'a>) -> Vec<&'e Sighting<'a>> {
    let mut all: Vec<(bool, &Sighting<'a>)> = episode.carriers.iter().map(|one| (false, one)).collect();
    all.extend(episode.lesser.iter().map(|one| (true, one)));
    if all.len() > MAX_RECORDS {
        all.sort_by_key(|(_, sighting)| sighting.order());
        let mut seen: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut ranked: Vec<_> = Vec::with_capacity(all.len());
        for (lesser, sighting) in all {
            let worst = sighting.marks.iter().max_by_key(|mark| mark.severity());
            let nth = seen.entry(worst.map(|mark| mark.what()).unwrap_or_default()).or_default();
            *nth = nth.saturating_add(1);
            ranked.push(((lesser, Reverse(sighting.grade()), *nth, sighting.order()), sighting));
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        ranked.truncate(MAX_RECORDS);
        all = ranked.into_iter().map(|((lesser, ..), sighting)| (lesser, sighting)).collect();
    }
    let mut kept: Vec<&Sighting<'a>> = all.into_iter().map(|(_, sighting)| sighting).collect();
    kept.sort_by_key(|sighting| sighting.order());
    kept
}
