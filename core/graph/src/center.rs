//! Who is behind a session of IAM Identity Center: path P2 of the federation facts.

use crate::identity::{CrossCloudLink, Ground, Holder, PersonKey, Resolver};
use crate::sessions::AwsSession;
use selvedge_model::Confidence;

/// A user, and by which rule.
struct Found {
    person: PersonKey,
    upn: String,
    ground: Ground,
}

impl<'a> Resolver<'a> {
    /// The session's calls name the identity store's user (I1), and its name is the
    /// user's (I5). Both come from the same place, so the surer of the two counts.
    pub(crate) fn link_identity_center(&self, session: &AwsSession<'a>) -> Option<CrossCloudLink> {
        let (by_store, by_name) = (self.by_store(session), self.by_session_name(session));
        if let (Some(store), Some(name)) = (&by_store, &by_name)
            && store.person != name.person
        {
            return None; // the two keys disagree
        }
        let grounds: Vec<Ground> = by_store.iter().chain(&by_name).map(|found| found.ground.clone()).collect();
        let Found { person, upn, ground } = by_store.or(by_name)?;
        Some(CrossCloudLink {
            session: session.key.clone(),
            person,
            holder: Holder::Human,
            upn,
            path: "P2".into(),
            sign_in: None,
            sid: None,
            alternatives: Vec::new(),
            grounds,
            confidence: ground.confidence,
            evidence: session.assumptions.iter().map(|a| a.cite.record.clone()).collect(),
        })
    }

    /// I1: `onBehalfOf.userId` is a user of the identity store, which SCIM keeps in step
    /// with Entra.
    fn by_store(&self, session: &AwsSession<'a>) -> Option<Found> {
        let id = session.uses.iter().find_map(|used| used.on_behalf_of.as_deref())?.to_ascii_lowercase();
        let user = self.estate().seam.store_users.get(&id)?;
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

fn ground(rule: &str, confidence: u16, why: &str) -> Ground {
    Ground { rule: rule.into(), confidence: Confidence::new(confidence), why: why.into() }
}
