//! The first pass: who signed in, which AWS principals there are, and what
//! connects them.

use super::pairs::Pairs;
use super::{mark, names_an_object, person_mark};
use selvedge_graph::Estate;
use selvedge_graph::cold::views::{AwsUseView, FactView, PortalUseView, RoleAssumptionView, SignInView};
use selvedge_graph::cold::{ColdSet, Item, Kind, Text};
use selvedge_graph::identity::user_name_of;
use selvedge_graph::seam::Seam;
use selvedge_graph::sessions::is_private;
use selvedge_model::fact::AssumeMethod;
use selvedge_model::{arn, guid};
use std::collections::BTreeMap;

/// A successful sign-in of a person: who, which Entra session (0 for none), and
/// where the record lies.
pub(super) type Row = (u64, u64, u32);

/// What the first pass found. Principals are AWS principal ids
/// (`AROA…:session`), all as numbers.
#[derive(Debug, Default)]
pub(super) struct Sweep {
    /// By person and Entra session.
    pub(super) rows: Vec<Row>,
    /// Object id to the names it signs in by.
    pub(super) holders: Pairs,
    /// Access key to principals that use it or got it.
    pub(super) keys: Pairs,
    /// Access key to principals that were assumed with it.
    pub(super) children: Pairs,
    /// Principal to principals that it assumed.
    pub(super) callers: Pairs,
    /// Name of a person to principals that may be theirs.
    pub(super) names: Pairs,
    /// Object id to principals that carry it as source identity, or that a token for
    /// it gave.
    pub(super) sources: Pairs,
    /// Assertion id to principals that it gave.
    pub(super) assertions: Pairs,
    /// Assertion ids that are GUIDs, with the person's name, one for each SAML
    /// assertion.
    pub(super) calibrating: Vec<(u64, u64)>,
    /// When principals that may be people's were given their sessions, in
    /// microseconds since 1970.
    pub(super) given: Vec<(u64, i64)>,
    /// When users of Identity Center (by store's user id, by name) were let in, in
    /// microseconds since 1970.
    pub(super) let_in: Vec<(u64, i64)>,
    /// Where records of SAML assertions lie.
    pub(super) saml: Vec<u32>,
    /// Id of an EC2 instance that is an Arc machine to principals that are its own.
    pub(super) instances: Pairs,
    /// Bytes that left, by principal.
    pub(super) egress: BTreeMap<u64, u64>,
}

/// Looks at every record once.
pub(super) fn sweep(cold: &ColdSet, estate: &Estate) -> Sweep {
    let sign_ins = cold.entries().filter(|entry| entry.kind() == Kind::SignIn).count();
    let mut sweep = Sweep { rows: Vec::with_capacity(sign_ins), ..Sweep::default() };
    // Who goes by a user id of an identity store, as by any object id.
    for (id, user) in &estate.seam.store_users {
        let object = user.entra.iter().map(|(_, object)| mark(object));
        object.chain([mark(&user.name)]).for_each(|name| sweep.holders.add(mark(id), name));
    }
    let mut known = Known::new(cold);
    for entry in cold.entries() {
        let Some(item) = entry.item() else {
            continue;
        };
        if matches!(entry.kind(), Kind::ArmUse | Kind::EntraChange) || known.tell(&item, &mut sweep, entry.place()) {
            continue;
        }
        for (index, fact) in item.facts().enumerate() {
            if index == 0 {
                known.learn(&item, &fact);
            }
            match &fact {
                FactView::SignIn(sign_in) => sweep.sign_in(sign_in, entry.place()),
                FactView::RoleAssumption(assumption) => {
                    sweep.assumption(assumption, &estate.seam);
                    if assumption.method == AssumeMethod::Saml && sweep.saml.last() != Some(&entry.place()) {
                        sweep.saml.push(entry.place());
                    }
                }
                FactView::AwsUse(used) => sweep.used(used, &estate.seam),
                FactView::Portal(used) => sweep.portal(used),
                FactView::ArmUse(_) | FactView::EntraChange(_) | FactView::Signal(_) => {}
            }
        }
    }
    sweep.rows.sort_unstable();
    Sweep {
        holders: sweep.holders.done(),
        keys: sweep.keys.done(),
        children: sweep.children.done(),
        callers: sweep.callers.done(),
        names: sweep.names.done(),
        sources: sweep.sources.done(),
        assertions: sweep.assertions.done(),
        instances: sweep.instances.done(),
        ..sweep
    }
}

impl Sweep {
    fn sign_in(&mut self, s: &SignInView<'_>, place: u32) {
        let user = s.user_id.mark();
        if !s.upn.is_empty() {
            self.holders.add(user, s.upn.mark());
        }
        if s.result.is("0") && names_an_object(&s.user_id) {
            let person = person_mark(&s.tenant, &s.user_id);
            self.rows.push((person, session_mark(s.session_id.as_ref()), place));
        }
    }

    fn assumption(&mut self, a: &RoleAssumptionView<'_>, seam: &Seam) {
        let principal = a.principal_id.mark();
        if !a.access_key_id.is_empty() {
            self.keys.add(a.access_key_id.mark(), principal);
        }
        if let Some(caller) = a.caller_key.filter(|key| !key.is_empty()) {
            self.children.add(caller.mark(), principal);
        }
        if let Some(caller) = a.caller_principal.filter(|caller| !caller.is_empty() && a.method == AssumeMethod::Role) {
            self.callers.add(caller.mark(), principal);
        }
        self.source(a.source_identity.as_ref(), principal);
        self.instance(&a.principal_id, seam);
        self.session_name(&a.principal_id, &a.role_arn, principal);
        if a.method != AssumeMethod::Role || a.source_identity.is_some() {
            self.given.push((principal, a.cite.at.as_microsecond()));
        }
        if a.method == AssumeMethod::WebIdentity {
            // A workload of Entra is its token's subject.
            self.source(a.subject.as_ref(), principal);
            self.third(a, seam, principal);
        }
        if a.method != AssumeMethod::Saml {
            return;
        }
        let subject = a.subject.map(|subject| subject.owned());
        let name = mark(&user_name_of(&a.session_name.owned(), subject.as_deref()));
        self.names.add(name, principal);
        if let Some(id) = &a.assertion_id {
            self.assertions.add(id.mark(), principal);
            if let Some(id) = id.with(guid::parse) {
                self.assertions.add(mark(&id), principal);
                self.calibrating.push((mark(&id), name));
            }
        }
    }

    fn portal(&mut self, p: &PortalUseView<'_>) {
        if p.operation.is("UserAuthentication") {
            let at = p.cite.at.as_microsecond();
            let own = p.store_user.iter().chain([&p.user_name]).filter(|name| !name.is_empty());
            self.let_in.extend(own.map(|name| (name.mark(), at)));
        }
    }

    fn used(&mut self, u: &AwsUseView<'_>, seam: &Seam) {
        let Some(session) = &u.session else {
            return;
        };
        let principal = session.principal_id.mark();
        self.instance(&session.principal_id, seam);
        if !u.access_key_id.is_empty() {
            self.keys.add(u.access_key_id.mark(), principal);
        }
        self.source(u.source_identity.as_ref(), principal);
        if let Some(user) = &u.on_behalf_of {
            self.sources.add(user.with(|id| mark(&id.to_ascii_lowercase())), principal);
        }
        if let Some(role) = &u.role_arn {
            self.session_name(&session.principal_id, role, principal);
        }
        if u.bytes_out > 0 && leaves(u) {
            self.read(principal, u.bytes_out);
        }
    }

    fn read(&mut self, principal: u64, bytes: u64) {
        let sum = self.egress.entry(principal).or_default();
        *sum = sum.saturating_add(bytes);
    }

    fn source(&mut self, identity: Option<&Text<'_>>, principal: u64) {
        if let Some(id) = identity.and_then(|id| id.with(guid::parse)) {
            self.sources.add(mark(&id), principal);
        }
    }

    /// A token of a third provider, whose subject is an application of Entra.
    fn third(&mut self, a: &RoleAssumptionView<'_>, seam: &Seam, principal: u64) {
        let (Some(issuer), Some(subject)) = (a.issuer.or(a.provider_arn), a.subject) else { return };
        let workload = issuer.with(|issuer| subject.with(|subject| seam.workload_of(issuer, subject).map(mark)));
        workload.into_iter().for_each(|workload| self.sources.add(workload, principal));
    }

    /// EC2 names the session of an instance's role after the instance.
    fn instance(&mut self, principal_id: &Text<'_>, seam: &Seam) {
        if seam.machines.is_empty() {
            return;
        }
        let named = principal_id.with(|id| {
            let (_, name) = id.split_once(':')?;
            seam.machines.contains_key(name).then(|| mark(name))
        });
        if let Some(instance) = named {
            self.instances.add(instance, principal_id.mark());
        }
    }

    /// Identity Center names sessions after people.
    fn session_name(&mut self, principal_id: &Text<'_>, role: &Text<'_>, principal: u64) {
        let is_ours = |arn: &str| arn::Arn::parse(arn).is_some_and(|arn| arn.name().starts_with("AWSReservedSSO_"));
        if role.with(is_ours) {
            let name = principal_id.with(|id| id.split_once(':').map(|(_, name)| name.to_lowercase()));
            self.names.add(mark(&name.unwrap_or_default()), principal);
        }
    }
}

/// What groups of fields say, by their numbers: who calls or signs in is looked
/// at once, and not with each of a thousand records.
struct Known {
    /// Principals, by who called; 0 is not known yet, 1 nobody's session.
    callers: Vec<u64>,
    /// People, by who signed in; 0 is not known yet, 1 nobody.
    people: Vec<u64>,
    /// Whether bytes to a place leave, whether a sign-in succeeded.
    answers: Vec<Option<bool>>,
}

impl Known {
    fn new(cold: &ColdSet) -> Self {
        let groups = cold.groups();
        Self { callers: vec![0; groups], people: vec![0; groups], answers: vec![None; groups] }
    }

    /// Tells the sweep about a record of which all is known that a sweep asks
    /// for. `false` if the record must be read, to be learnt from.
    fn tell(&mut self, item: &Item<'_>, sweep: &mut Sweep, place: u32) -> bool {
        if let Some(skim) = item.skim_use() {
            let (Some(caller), Some(from)) = (at(skim.who), at(skim.from)) else {
                return false;
            };
            let principal = self.callers.get(caller).copied().unwrap_or_default();
            let leaves = self.answers.get(from).copied().flatten();
            if principal == 0 || skim.bytes_out > 0 && leaves.is_none() {
                return false;
            }
            if skim.bytes_out > 0 && leaves == Some(true) && principal != NOBODY {
                sweep.read(principal, skim.bytes_out);
            }
            return true;
        }
        let Some(skim) = item.skim_sign_in() else {
            return false;
        };
        let (Some(user), Some(how)) = (at(skim.user), at(skim.how)) else {
            return false;
        };
        let person = self.people.get(user).copied().unwrap_or_default();
        let Some(succeeded) = self.answers.get(how).copied().flatten().filter(|_| person != 0) else {
            return false;
        };
        if succeeded && person != NOBODY {
            sweep.rows.push((person, session_mark(skim.session_id.as_ref()), place));
        }
        true
    }

    /// Learns from the first fact of a record.
    fn learn(&mut self, item: &Item<'_>, fact: &FactView<'_>) {
        let (list, number, answer, groups) = match fact {
            FactView::AwsUse(u) => {
                let principal = u.session.as_ref().map_or(NOBODY, |session| session.principal_id.mark());
                let groups = item.skim_use().map(|skim| (skim.who, skim.from));
                (&mut self.callers, principal, leaves(u), groups)
            }
            FactView::SignIn(s) => {
                let person = person_mark(&s.tenant, &s.user_id);
                let person = if names_an_object(&s.user_id) { person } else { NOBODY };
                let groups = item.skim_sign_in().map(|skim| (skim.user, skim.how));
                (&mut self.people, person, s.result.is("0"), groups)
            }
            _ => return,
        };
        let Some((Some(first), Some(second))) = groups.map(|(first, second)| (at(first), at(second))) else {
            return;
        };
        if let Some(slot) = list.get_mut(first) {
            *slot = number;
        }
        if let Some(slot) = self.answers.get_mut(second) {
            *slot = Some(answer);
        }
    }
}

/// Stands for who has no object id, and for a caller without a session.
const NOBODY: u64 = 1;

fn at(number: u32) -> Option<usize> {
    usize::try_from(number).ok()
}

fn session_mark(id: Option<&Text<'_>>) -> u64 {
    id.map_or(0, |sid| sid.mark())
}

/// Whether bytes of a call left for a public address: as
/// [`selvedge_graph::sessions::leaves`] says of the unpacked call.
pub(super) fn leaves(u: &AwsUseView<'_>) -> bool {
    u.vpc_endpoint.is_none() && !u.ip.with(is_private)
}
