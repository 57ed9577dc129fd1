//! What one fact shows of whoever did it.

use super::{Feature, Place, Places, agent};
use selvedge_graph::PersonKey;
use selvedge_graph::sessions::leaves;
use selvedge_model::fact::{AssumeMethod, AwsSessionKey, SignIn};
use selvedge_model::{Digest, EventId, Fact, Timestamp};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Bytes of a value that are kept; of a longer one the beginning and a digest.
const MAX_VALUE: usize = 200;

/// Whose a fact is, as far as it tells by itself.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    /// A person or workload of Entra.
    Entra(PersonKey),
    /// The principal of AWS role sessions (`AROA…:name`).
    Aws(String),
}

/// Who did what a fact tells of. `None` where it does not say, and of long-lived
/// access keys and of what only a rule points at: there is no history of those, as the
/// rest of it is not kept.
pub(super) fn subject(fact: &Fact) -> Option<Subject> {
    let entra = |tenant: &str, id: &str| {
        let is_one = selvedge_graph::identity::is_object_id(id);
        is_one.then(|| Subject::Entra(PersonKey { tenant: tenant.to_owned(), user_id: id.to_owned() }))
    };
    match fact {
        Fact::SignIn(s) => entra(&s.tenant, holder(s)),
        Fact::ArmUse(u) => entra(&u.tenant, &u.object_id),
        Fact::EntraChange(c) => entra(&c.tenant, &c.initiator_id),
        Fact::AwsUse(u) => u.session.as_ref().map(|session| Subject::Aws(session.principal_id.clone())),
        // Of an `AssumeRole` the caller is told by the call itself.
        Fact::RoleAssumption(a) if a.method == AssumeMethod::Role || a.principal_id.is_empty() => None,
        Fact::RoleAssumption(a) => Some(Subject::Aws(a.principal_id.clone())),
        // Identity Center's portal names its own user, which only the inventory can join.
        Fact::Signal(_) | Fact::Portal(_) => None,
    }
}

/// The user, else the service principal.
fn holder(sign_in: &SignIn) -> &str {
    let workload = sign_in.service_principal_id.as_deref();
    if sign_in.user_id.is_empty() { workload.unwrap_or_default() } else { &sign_in.user_id }
}

/// The name that a fact gives whoever did it.
pub(super) fn name(fact: &Fact) -> Option<&str> {
    let name = match fact {
        Fact::SignIn(s) => s.upn.as_str(),
        Fact::ArmUse(u) => u.upn.as_str(),
        Fact::EntraChange(c) => c.initiator_upn.as_str(),
        Fact::AwsUse(_) | Fact::RoleAssumption(_) | Fact::Signal(_) | Fact::Portal(_) => "",
    };
    (!name.is_empty()).then_some(name)
}

/// What a fact shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Act<'a> {
    pub(super) at: Timestamp,
    pub(super) values: Vec<(Feature, Cow<'a, str>)>,
    /// Whether it was done in an AWS session.
    pub(super) session: Option<&'a AwsSessionKey>,
    /// Bytes that left for a public address.
    pub(super) bytes_out: u64,
}

/// What a fact shows; `None` of a sign-in that was refused, which anybody can try, if
/// it is to be part of a past.
pub(super) fn act<'a>(fact: &'a Fact, as_past: bool, where_is: &Whereabouts<'_>) -> Option<Act<'a>> {
    let mut act = Act { at: fact.cite().at, values: Vec::new(), session: None, bytes_out: 0 };
    match fact {
        Fact::SignIn(s) if as_past && !s.succeeded() => return None,
        Fact::SignIn(s) => {
            let own = Place { country: s.country.clone(), asn: s.asn };
            act.place(where_is.place(&s.ip, Some(own)));
            act.value(Feature::Device, &s.device_id, s.user_id.is_empty());
            act.agent(&s.user_agent);
            act.value(Feature::Target, &s.app_name, s.app_name.is_empty());
            act.operation("signed in", "");
        }
        Fact::ArmUse(u) => {
            act.place(where_is.place(&u.ip, None));
            act.operation(&u.operation, "");
            act.value(Feature::Target, &u.resource, u.resource.is_empty());
        }
        Fact::EntraChange(c) => {
            act.place(where_is.place(&c.ip, None));
            act.operation(&c.activity, "");
            c.targets.iter().for_each(|(_, id)| act.value(Feature::Target, id, id.is_empty()));
        }
        Fact::AwsUse(u) => {
            act.place(where_is.place(&u.ip, None));
            act.agent(&u.user_agent);
            act.operation(u.service.trim_end_matches(".amazonaws.com"), &u.operation);
            u.target.iter().for_each(|target| act.value(Feature::Target, target, target.is_empty()));
            act.session = u.session.as_ref();
            act.bytes_out = if leaves(u) { u.bytes_out } else { 0 };
        }
        Fact::RoleAssumption(a) => {
            act.place(where_is.place(&a.ip, None));
            let how = if a.method == AssumeMethod::Saml { "AssumeRoleWithSAML" } else { "AssumeRoleWithWebIdentity" };
            act.operation("sts", how);
            act.value(Feature::Target, &a.role_arn, a.role_arn.is_empty());
        }
        Fact::Signal(_) | Fact::Portal(_) => return None,
    }
    Some(act)
}

impl<'a> Act<'a> {
    fn place(&mut self, place: Option<Place>) {
        let Some(Place { country, asn }) = place else { return };
        let country = country.map(|country| country.to_uppercase()).filter(|country| !country.is_empty());
        self.values.extend(country.map(|country| (Feature::Country, Cow::Owned(country))));
        self.values.extend(asn.map(|asn| (Feature::Network, Cow::Owned(format!("AS{asn}")))));
    }

    fn agent(&mut self, agent: &str) {
        self.values.extend(agent::family(agent).map(|family| (Feature::UserAgent, Cow::Owned(family))));
    }

    fn operation(&mut self, service: &str, operation: &str) {
        let what = format!("{service} {operation}");
        self.values.push((Feature::Operation, short(Cow::Owned(what.trim().to_owned()))));
    }

    fn value(&mut self, feature: Feature, value: &'a str, is_none: bool) {
        if !is_none {
            self.values.push((feature, short(Cow::Borrowed(value))));
        }
    }
}

/// A value that is not too long to be kept.
fn short(value: Cow<'_, str>) -> Cow<'_, str> {
    if value.len() <= MAX_VALUE {
        return value;
    }
    let begin: String = value.chars().take(MAX_VALUE / 4).collect();
    Cow::Owned(format!("{begin}… {}", Digest::of(value.as_bytes()).short(12)))
}

/// Where addresses are: by the user's database; else, of a sign-in, as Entra says, and
/// of any other record as Entra says of the first sign-in from the same address: what is seen
/// later must not move the past.
#[derive(Debug, Default)]
pub(super) struct Whereabouts<'a> {
    places: Option<&'a dyn Places>,
    by_sign_in: BTreeMap<String, (Timestamp, EventId, Place)>,
}

impl<'a> Whereabouts<'a> {
    pub(super) fn new(places: Option<&'a dyn Places>) -> Self {
        Self { places, by_sign_in: BTreeMap::new() }
    }

    /// Learns where Entra saw an address.
    pub(super) fn learn(&mut self, fact: &Fact) {
        let Fact::SignIn(s) = fact else { return };
        if s.ip.is_empty() || s.country.is_none() && s.asn.is_none() {
            return;
        }
        let this = (s.cite.at, s.cite.event, Place { country: s.country.clone(), asn: s.asn });
        match self.by_sign_in.get_mut(&s.ip) {
            Some(known) if *known <= this => {}
            Some(known) => *known = this,
            None => {
                self.by_sign_in.insert(s.ip.clone(), this);
            }
        }
    }

    fn place(&self, ip: &str, own: Option<Place>) -> Option<Place> {
        let from_database = self.places.and_then(|places| places.place(ip.parse().ok()?));
        from_database.or(own).or_else(|| self.by_sign_in.get(ip).map(|(_, _, place)| place.clone()))
    }
}
