//! Who is behind a session of IAM Identity Center: path P2 of the federation facts.
//!
//! The session lives in a member account; who asked for it, and by which sign-in, is
//! logged where Identity Center lives. The two are joined by account, permission set,
//! user and time.

use crate::factset::FactSet;
use crate::identity::{CrossCloudLink, Ground, Holder, PersonKey, Resolver};
use crate::sessions::AwsSession;
use selvedge_model::fact::{PortalUse, SignIn};
use selvedge_model::{Confidence, Fact, SignedDuration};
use std::collections::{BTreeMap, BTreeSet};

/// A session begins so soon after its role was asked for (rule I4).
const ROLE_WINDOW: SignedDuration = SignedDuration::from_secs(60);
/// Identity Center lets a user in so soon after the sign-in at Entra (rule I2).
const SIGN_IN_WINDOW: SignedDuration = SignedDuration::from_secs(120);
/// A role may be asked for so long after the user was let in: the longest portal
/// session that can be configured for one identity source is 90 days, the usual one is
/// eight hours. Only records that name one credential are joined over that time.
const PORTAL_SESSION: SignedDuration = SignedDuration::from_hours(24);
/// Clocks may disagree by this much.
const CLOCK_SLACK: SignedDuration = SignedDuration::from_secs(5);

/// What was done at the portal, by what joins it.
#[derive(Debug, Default)]
pub(crate) struct Portals<'a> {
    by_person: BTreeMap<PersonKey, Vec<&'a PortalUse>>,
    /// Requests for a role by the account of the role, by time.
    requests: BTreeMap<&'a str, Vec<&'a PortalUse>>,
    /// Users that an external identity provider vouched for, by credential.
    entries: BTreeMap<&'a str, Vec<&'a PortalUse>>,
}

impl<'a> Portals<'a> {
    /// Of a set; `resolver` knows sign-ins and inventory.
    pub(crate) fn of(set: &'a FactSet, resolver: &Resolver<'a>) -> Self {
        let mut all: Vec<&PortalUse> =
            set.facts().filter_map(|fact| if let Fact::Portal(used) = fact { Some(&**used) } else { None }).collect();
        all.sort_by(|a, b| a.cite.at.cmp(&b.cite.at).then_with(|| a.cite.event.cmp(&b.cite.event)));
        let mut people: BTreeMap<(Option<&str>, &str), Option<PersonKey>> = BTreeMap::new();
        let mut out = Self::default();
        for used in all {
            let who = (used.store_user.as_deref(), used.user_name.as_str());
            let person = people.entry(who).or_insert_with(|| resolver.at_portal(used).map(|found| found.person));
            if let Some(person) = person {
                out.by_person.entry(person.clone()).or_default().push(used);
            }
            if let Some(account) = used.role_account.as_deref().filter(|_| used.error.is_none()) {
                out.requests.entry(account).or_default().push(used);
            }
            if let Some(credential) = used.credential_id.as_deref().filter(|_| is_entry(used)) {
                out.entries.entry(credential).or_default().push(used);
            }
        }
        out
    }

    pub(crate) fn of_person(&self, person: &PersonKey) -> &[&'a PortalUse] {
        self.by_person.get(person).map_or(&[], Vec::as_slice)
    }

    /// The latest entry with the credential of a request before it (I3).
    fn entry_of(&self, request: &PortalUse) -> Option<&'a PortalUse> {
        let entries = self.entries.get(request.credential_id.as_deref()?)?;
        let age = |entry: &PortalUse| request.cite.at.duration_since(entry.cite.at);
        entries.iter().rev().copied().find(|entry| (-CLOCK_SLACK..=PORTAL_SESSION).contains(&age(entry)))
    }
}

/// Whether a user was let in on another provider's word.
fn is_entry(used: &PortalUse) -> bool {
    used.operation == "UserAuthentication"
        && used.error.is_none()
        && used.credential_type.as_deref() == Some("EXTERNAL_IDP")
}

/// A user, and by which rule.
struct Found {
    person: PersonKey,
    upn: String,
    ground: Ground,
}

/// How a session began, as far as the portal's records tell.
#[derive(Default)]
struct Began<'a> {
    request: Option<&'a PortalUse>,
    entry: Option<&'a PortalUse>,
    sign_in: Option<&'a SignIn>,
    others: Vec<&'a SignIn>,
    grounds: Vec<Ground>,
}

impl<'a> Resolver<'a> {
    /// The session's calls name the identity store's user (I1), and its name is the
    /// user's (I5); the role was asked for at the portal just before (I4). All come from
    /// the same place, so the surest of them counts.
    pub(crate) fn link_identity_center(&self, session: &AwsSession<'a>) -> Option<CrossCloudLink> {
        let (by_store, by_name) = (self.by_store(session), self.by_session_name(session));
        if let (Some(store), Some(name)) = (&by_store, &by_name)
            && store.person != name.person
        {
            return None; // the two keys disagree
        }
        let mut grounds: Vec<Ground> = by_store.iter().chain(&by_name).map(|found| found.ground.clone()).collect();
        let Found { person, upn, .. } = by_store.or(by_name)?;
        let began = self.began(session, &person, &upn);
        grounds.extend(began.grounds);
        // I2 and I3 say by which way the person came, and not who it was.
        let who = grounds.iter().filter(|ground| !["I2", "I3"].contains(&ground.rule.as_str()));
        let confidence = who.map(|ground| ground.confidence).max().unwrap_or_default();
        let mut evidence: Vec<_> = session.assumptions.iter().map(|a| a.cite.record.clone()).collect();
        evidence.extend(began.request.into_iter().chain(began.entry).map(|used| used.cite.record.clone()));
        evidence.extend(began.sign_in.map(|row| row.cite.record.clone()));
        Some(CrossCloudLink {
            session: session.key.clone(),
            person,
            holder: Holder::Human,
            upn,
            path: "P2".into(),
            sign_in: began.sign_in.map(|row| row.request_id.clone()),
            sid: began.sign_in.and_then(|row| row.session_id.clone()),
            alternatives: began.others.iter().map(|row| row.request_id.clone()).collect(),
            grounds,
            confidence,
            evidence,
        })
    }

    /// The request for the role, the entry that it came of, and the sign-in before that.
    fn began(&self, session: &AwsSession<'a>, person: &PersonKey, upn: &str) -> Began<'a> {
        let mut out = Began::default();
        let requests = self.portals().requests.get(session.account.as_str()).map_or(&[][..], Vec::as_slice);
        let age = |used: &PortalUse| session.key.created.duration_since(used.cite.at);
        let near = requests.partition_point(|used| age(used) > ROLE_WINDOW);
        let near = requests.get(near..).unwrap_or_default().iter().copied();
        let fitting = near
            .take_while(|used| age(used) >= -CLOCK_SLACK)
            .filter(|used| used.role_name.as_deref().is_some_and(|set| set == permission_set(session.role_name())))
            .filter(|used| self.is_users(used, session));
        let Some(request) = fitting.min_by_key(|used| (age(used).abs(), used.cite.event)) else {
            return out;
        };
        let why = "the user asked Identity Center for this permission set in this account within a minute before";
        out.request = Some(request);
        out.grounds.push(ground("I4", 950, why));
        let Some(entry) = self.portals().entry_of(request) else {
            return out;
        };
        out.entry = Some(entry);
        out.grounds.push(ground("I3", 980, "the request and the entry to the portal name one credential"));
        self.signed_in(entry, person, upn, &mut out);
        out
    }

    /// I2: the sign-ins that the entry may rest on.
    fn signed_in(&self, entry: &PortalUse, person: &PersonKey, upn: &str, out: &mut Began<'a>) {
        let all = self.sign_ins_of(&person.tenant, upn);
        let age = |row: &SignIn| entry.cite.at.duration_since(row.cite.at);
        let near = all.partition_point(|row| age(row) > SIGN_IN_WINDOW);
        let near = all.get(near..).unwrap_or_default().iter().copied();
        let near: Vec<&SignIn> =
            near.take_while(|row| age(row) >= -CLOCK_SLACK).filter(|row| row.succeeded()).collect();
        let apps: BTreeSet<&str> = self.center_apps(entry.store.as_deref());
        let known: Vec<&SignIn> = near.iter().copied().filter(|row| apps.contains(row.app_id.as_str())).collect();
        let is_known = !apps.is_empty();
        let fitting = if is_known { known } else { near };
        out.sign_in = fitting.iter().copied().min_by_key(|row| (age(row).abs(), &row.request_id));
        out.others =
            fitting.into_iter().filter(|row| out.sign_in.is_some_and(|own| own.cite.event != row.cite.event)).collect();
        if out.sign_in.is_none() {
            return;
        }
        out.grounds.push(match (is_known, out.others.is_empty()) {
            (true, true) => ground("I2", 950, "the user signed in to Identity Center's application within two minutes before"),
            (true, false) => ground("I2", 850, "the user signed in to Identity Center's application within two minutes before, but several sign-ins fit"),
            (false, _) => ground("I2", 800, "the user signed in within two minutes before; which application is Identity Center's is not known"),
        });
    }

    /// Applications of Entra that are Identity Center, as far as the inventory knows.
    fn center_apps(&self, store: Option<&str>) -> BTreeSet<&'a str> {
        let of_store = |app: &&crate::estate::SamlApp| {
            app.identity_store.as_deref().is_some_and(|own| store.is_none_or(|store| own == store))
        };
        self.estate().saml_apps.iter().filter(of_store).map(|app| app.app_id.as_str()).collect()
    }

    /// Whether what was done at the portal was done by the session's user.
    fn is_users(&self, used: &PortalUse, session: &AwsSession<'a>) -> bool {
        let name = session.session_name().to_lowercase();
        if used.user_name == name {
            return true;
        }
        let Some(id) = used.store_user.as_deref() else { return false };
        let named = session.uses.iter().find_map(|used| used.on_behalf_of.as_deref());
        named.is_some_and(|named| named.eq_ignore_ascii_case(id))
            || self.estate().seam.store_users.get(id).is_some_and(|user| user.name == name)
    }

    /// Whose act at the portal it was.
    fn at_portal(&self, used: &PortalUse) -> Option<Found> {
        let why = "Identity Center names its user, whose name is the UPN";
        match used.store_user.as_deref() {
            Some(id) => self.store_user(id),
            None => self.by_upn_alone(&used.user_name, ground("I1", 950, why)),
        }
    }

    /// I1: `onBehalfOf.userId` is a user of the identity store, which SCIM keeps in step
    /// with Entra.
    fn by_store(&self, session: &AwsSession<'a>) -> Option<Found> {
        let id = session.uses.iter().find_map(|used| used.on_behalf_of.as_deref())?;
        self.store_user(&id.to_ascii_lowercase())
    }

    fn store_user(&self, id: &str) -> Option<Found> {
        let user = self.estate().seam.store_users.get(id)?;
        let tenants = &self.estate().tenants;
        if let Some((tenant, object)) = &user.entra {
            let only = tenants.iter().next().filter(|_| tenants.len() == 1);
            let tenant = if tenant.is_empty() { only? } else { tenant };
            if !tenants.is_empty() && !tenants.contains(tenant) {
                return None; // somebody else's directory
            }
            let known = self.user_by_id(tenant, object).map(|(_, upn)| upn).filter(|upn| !upn.is_empty());
            let person = PersonKey { tenant: tenant.clone(), user_id: object.clone() };
            let why = "the calls name the identity store's user, whose external id is the user's object id";
            return Some(Found {
                person,
                upn: known.unwrap_or_else(|| user.name.clone()),
                ground: ground("I1", 990, why),
            });
        }
        let why = "the calls name the identity store's user, whose user name is the UPN";
        self.by_upn_alone(&user.name, ground("I1", 950, why))
    }

    /// I5: Identity Center names the session after its user.
    fn by_session_name(&self, session: &AwsSession<'a>) -> Option<Found> {
        let why = "an Identity Center role's session is named after its user";
        self.by_upn_alone(&session.session_name().to_lowercase(), ground("I5", 900, why))
    }

    /// The user of that name, if one tenant alone has sign-ins under it.
    fn by_upn_alone(&self, upn: &str, ground: Ground) -> Option<Found> {
        let mut tenants = self.tenants_of(upn);
        let (Some(tenant), None) = (tenants.next(), tenants.next()) else {
            return None; // nobody, or two tenants with that name
        };
        let (user_id, _) = self.user_by_upn(tenant, upn)?;
        let person = PersonKey { tenant: tenant.to_owned(), user_id };
        Some(Found { person, upn: upn.to_owned(), ground })
    }
}

/// The permission set of a role: `AWSReservedSSO_<set>_<16 hex digits>`.
fn permission_set(role: &str) -> &str {
    let set = role.strip_prefix("AWSReservedSSO_").unwrap_or(role);
    set.rsplit_once('_').map_or(set, |(set, _)| set)
}

fn ground(rule: &str, confidence: u16, why: &str) -> Ground {
    Ground { rule: rule.into(), confidence: Confidence::new(confidence), why: why.into() }
}
