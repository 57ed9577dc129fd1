//! AWS sessions that were given on a SAML assertion which no sign-in gave.
//!
//! Whoever holds a key that signs an application's assertions enters AWS without ever
//! signing in (attack paths, X3). A sign-in that is not there may also be late, or of a
//! log that nobody exported. So an assertion is called forged only if all of this shows
//! in the logs themselves:
//!
//! - the user signs in to this tenant under that name, and did so to no application that
//!   serves the provider for longer than an assertion lives;
//! - the tenant's sign-ins were there before, after, and for [`LATENESS`] on;
//! - no sign-in for the provider was left out for want of memory;
//! - for the same provider, sign-ins are there before and after, and for most sessions.
//!
//! Anything else is unknown. It is a function of a set: "now" is the newest sign-in of
//! the tenant. Sources: federation facts (F1, F2 and the traps of P1), logs facts
//! (section 6: no latency is promised, two to fifteen minutes are usual).

use crate::estate::Estate;
use crate::factset::FactSet;
use crate::identity::{is_object_id, tenant_behind, user_name};
use selvedge_model::fact::{AssumeMethod, RoleAssumption, SignIn};
use selvedge_model::{EventId, Fact, arn, guid};
use std::collections::{BTreeMap, BTreeSet};

/// The newest sign-in of the tenant must be so much later, in seconds: rows come two to
/// fifteen minutes late as a rule (recalled), and are given eight times that.
pub const LATENESS: i64 = 2 * 3_600;
/// There must be sign-ins so shortly before and after, in seconds: a gap in the logs may
/// hold the sign-in.
const NEAR: i64 = 3 * 3_600;
/// An assertion of Entra is good for an hour and some minutes (recalled), in seconds.
const ASSERTION_LIVES: i64 = 65 * 60;
/// Clocks may disagree by this much, in seconds.
const CLOCK_SLACK: i64 = 5;
/// Sign-ins of a tenant are noted by so many seconds.
const SPAN: i64 = 600;
/// So many are told at most, the earliest: nobody forges more before they are seen.
pub const MOST: usize = 200;

/// An assertion that no sign-in gave.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Forged {
    /// When the role was taken, in seconds since 1970.
    pub at: i64,
    /// The record of it.
    pub event: EventId,
    /// Which of the record's facts.
    pub nth: usize,
    /// Where the record lies, as [`Watch::ask`] was told.
    pub place: u32,
    /// Tenant that is said to have signed it.
    pub tenant: String,
    /// Whom it names: UPN or object id.
    pub user: String,
    /// Applications that serve the provider, where they are known.
    pub apps: BTreeSet<String>,
}

/// What became of the assertions of a set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Missing {
    /// Those that no sign-in gave.
    pub forged: Vec<Forged>,
    /// How many others have no sign-in, by what hinders to say more.
    pub unknown: BTreeMap<&'static str, u64>,
}

/// One assertion.
#[derive(Debug, Clone)]
struct Asked {
    at: i64,
    event: EventId,
    nth: usize,
    place: u32,
    user: usize,
    provider: usize,
    signed: bool,
}

#[derive(Debug, Default)]
struct User {
    name: String,
    /// Entra let them in under that name, or the inventory has them.
    known: bool,
    /// Their assertions: when, and which.
    asked: Vec<(i64, usize)>,
}

#[derive(Debug, Default)]
struct Provider {
    tenant: usize,
    apps: Option<BTreeSet<usize>>,
    signed: u64,
    unsigned: u64,
    first: Option<i64>,
    last: Option<i64>,
}

/// A tenant's sign-ins of users.
#[derive(Debug, Default)]
struct Log {
    newest: Option<i64>,
    /// In which spans of [`SPAN`] there are any: no more of them than records.
    spans: BTreeSet<i64>,
}

/// Who signed in, as numbers of a [`Watch`].
#[derive(Debug, Clone, Copy, Default)]
pub struct Who {
    tenant: Option<usize>,
    by_name: Option<usize>,
    by_id: Option<usize>,
}

/// Which sign-ins a set has of all that were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kept {
    /// All.
    #[default]
    All,
    /// All to applications that are known to open AWS, and some others.
    ToKnownApps,
    /// Some.
    Some,
}

/// Assertions that look for their sign-ins. First all assertions, then
/// [`Watch::ready`], then all sign-ins, in any order.
#[derive(Debug)]
pub struct Watch<'e> {
    estate: &'e Estate,
    names: BTreeSet<&'e str>,
    asked: Vec<Asked>,
    tenants: BTreeMap<String, usize>,
    logs: Vec<Log>,
    users: Vec<User>,
    user_numbers: BTreeMap<(usize, String), usize>,
    providers: Vec<Provider>,
    kept: Kept,
    provider_numbers: BTreeMap<[Option<String>; 4], Option<usize>>,
    apps: BTreeMap<String, usize>,
}

impl<'e> Watch<'e> {
    /// Nothing is looked for yet.
    pub fn new(estate: &'e Estate) -> Self {
        Self {
            estate,
            names: estate.users.values().map(|user| user.upn.as_str()).filter(|upn| !upn.is_empty()).collect(),
            asked: Vec::new(),
            tenants: BTreeMap::new(),
            logs: Vec::new(),
            users: Vec::new(),
            user_numbers: BTreeMap::new(),
            providers: Vec::new(),
            kept: Kept::All,
            provider_numbers: BTreeMap::new(),
            apps: BTreeMap::new(),
        }
    }

    /// Where not all sign-ins are at hand.
    #[must_use]
    pub fn with(self, kept: Kept) -> Self {
        Self { kept, ..self }
    }

    /// Looks for the sign-in of an assertion: the fact `nth` of the record `event`,
    /// which lies at `place`.
    pub fn ask(&mut self, (event, nth, place): (EventId, usize, u32), given: &RoleAssumption) {
        let is_center = arn::Arn::parse(&given.role_arn).is_some_and(|arn| arn.name().starts_with("AWSReservedSSO_"));
        if given.method != AssumeMethod::Saml || is_center {
            return;
        }
        let Some(provider) = self.provider(given) else { return };
        let tenant = self.providers.get(provider).map_or(0, |one| one.tenant);
        // Who names people by object id may call their sessions as they like.
        let user = given.source_identity.as_deref().and_then(guid::parse).unwrap_or_else(|| user_name(given));
        let user = self.user(tenant, user);
        let at = given.cite.at.as_second();
        if let Some(user) = self.users.get_mut(user) {
            user.asked.push((at, self.asked.len()));
        }
        self.asked.push(Asked { at, event, nth, place, user, provider, signed: false });
    }

    fn provider(&mut self, given: &RoleAssumption) -> Option<usize> {
        let account = Some(given.account.clone());
        let key = [given.name_qualifier.clone(), account, given.issuer.clone(), given.provider_arn.clone()];
        if let Some(known) = self.provider_numbers.get(&key) {
            return *known;
        }
        let number = tenant_behind(self.estate, given).map(|tenant| {
            let next = self.tenants.len();
            let tenant = *self.tenants.entry(tenant).or_insert(next);
            if tenant == next {
                self.logs.push(Log::default());
            }
            let apps = self.estate.apps_of(given.provider_arn.as_deref()).map(|apps| {
                let number = |app: &str| {
                    let next = self.apps.len();
                    *self.apps.entry(app.to_owned()).or_insert(next)
                };
                apps.into_iter().map(number).collect()
            });
            self.providers.push(Provider { tenant, apps, ..Provider::default() });
            self.providers.len().saturating_sub(1)
        });
        self.provider_numbers.insert(key, number);
        number
    }

    fn user(&mut self, tenant: usize, name: String) -> usize {
        let next = self.users.len();
        let number = *self.user_numbers.entry((tenant, name.clone())).or_insert(next);
        if number == next {
            let known = self.names.contains(name.as_str()) || self.estate.users.contains_key(&name);
            self.users.push(User { name, known, asked: Vec::new() });
        }
        number
    }

    /// All assertions are asked.
    pub fn ready(&mut self) {
        self.users.iter_mut().for_each(|user| user.asked.sort_unstable());
    }

    /// Whether there is no assertion to look for.
    pub fn is_idle(&self) -> bool {
        self.asked.is_empty()
    }

    /// The numbers of whoever signed in.
    pub fn who(&self, tenant: &str, user_id: &str, upn: &str) -> Who {
        // Of workloads there is no assertion, and their log is another one.
        let Some(tenant) = self.tenants.get(tenant).copied().filter(|_| is_object_id(user_id)) else {
            return Who::default();
        };
        let number = |name: &str| self.user_numbers.get(&(tenant, name.to_owned())).copied();
        Who { tenant: Some(tenant), by_name: number(upn), by_id: guid::parse(user_id).and_then(|id| number(&id)) }
    }

    /// The number of an application, if it serves a provider.
    pub fn app(&self, app_id: &str) -> Option<usize> {
        self.apps.get(app_id).copied()
    }

    /// A sign-in: by whom, to which application, when (seconds since 1970), and whether
    /// Entra let them in.
    pub fn see(&mut self, who: Who, app: Option<usize>, at: i64, succeeded: bool) {
        let Some(log) = who.tenant.and_then(|tenant| self.logs.get_mut(tenant)) else { return };
        log.newest = log.newest.max(Some(at));
        log.spans.insert(at.div_euclid(SPAN));
        if !succeeded {
            return;
        }
        for number in [who.by_name, who.by_id].into_iter().flatten() {
            let Some(user) = self.users.get_mut(number) else { continue };
            user.known = true;
            let from = user.asked.partition_point(|(asked, _)| *asked < at.saturating_sub(CLOCK_SLACK));
            let until = at.saturating_add(ASSERTION_LIVES);
            for (_, asked) in user.asked.get(from..).unwrap_or_default().iter().take_while(|(asked, _)| *asked <= until)
            {
                let Some(asked) = self.asked.get_mut(*asked) else { continue };
                let apps = self.providers.get(asked.provider).and_then(|provider| provider.apps.as_ref());
                asked.signed |= apps.is_none_or(|apps| app.is_some_and(|app| apps.contains(&app)));
            }
        }
    }

    /// A sign-in as a fact has it.
    pub fn see_row(&mut self, row: &SignIn) {
        let who = self.who(&row.tenant, &row.user_id, &row.upn);
        let app = self.app(&row.app_id);
        self.see(who, app, row.cite.at.as_second(), row.succeeded());
    }

    /// What became of them.
    pub fn done(mut self) -> Missing {
        for asked in &self.asked {
            let known = self.users.get(asked.user).is_some_and(|user| user.known);
            let Some(provider) = self.providers.get_mut(asked.provider) else { continue };
            if asked.signed {
                provider.signed = provider.signed.saturating_add(1);
                provider.first = Some(provider.first.map_or(asked.at, |first| first.min(asked.at)));
                provider.last = provider.last.max(Some(asked.at));
            } else if known {
                provider.unsigned = provider.unsigned.saturating_add(1);
            }
        }
        let mut out = Missing::default();
        for asked in self.asked.iter().filter(|asked| !asked.signed) {
            match self.hindrance(asked) {
                Some(why) => {
                    let count = out.unknown.entry(why).or_default();
                    *count = count.saturating_add(1);
                }
                None => out.forged.extend(self.told(asked)),
            }
        }
        out.forged.sort();
        let beyond = out.forged.split_off(MOST.min(out.forged.len()));
        if !beyond.is_empty() {
            out.unknown.insert("more than are told", u64::try_from(beyond.len()).unwrap_or(u64::MAX));
        }
        out
    }

    /// Why it cannot be said that there was no sign-in.
    fn hindrance(&self, asked: &Asked) -> Option<&'static str> {
        let provider = self.providers.get(asked.provider)?;
        let log = self.logs.get(provider.tenant)?;
        let (near, here) = (NEAR.div_euclid(SPAN), asked.at.div_euclid(SPAN));
        let mut before = log.spans.range(here.saturating_sub(near)..here);
        let mut after = log.spans.range(here.saturating_add(1)..=here.saturating_add(near));
        let late = asked.at.saturating_add(LATENESS);
        let all_kept = match self.kept {
            Kept::All => true,
            Kept::ToKnownApps => provider.apps.is_some(),
            Kept::Some => false,
        };
        if !all_kept {
            Some("more sign-ins were read than fit into memory")
        } else if !self.users.get(asked.user).is_some_and(|user| user.known) {
            Some("nobody is known by the name that the assertion gives")
        } else if log.newest.is_none_or(|newest| newest < late) {
            Some("its sign-in may still come")
        } else if before.next().is_none() || after.next().is_none() {
            Some("the sign-in logs have a gap there")
        } else if provider.first.is_none_or(|first| first >= asked.at)
            || provider.last.is_none_or(|last| last <= asked.at)
        {
            Some("sign-ins for this provider are not shown before and after")
        } else if provider.unsigned.saturating_mul(2) > provider.signed {
            Some("sign-ins for this provider are missing more often")
        } else {
            None
        }
    }

    fn told(&self, asked: &Asked) -> Option<Forged> {
        let provider = self.providers.get(asked.provider)?;
        let named = |number: &usize| self.apps.iter().find(|(_, own)| *own == number).map(|(app, _)| app.clone());
        Some(Forged {
            at: asked.at,
            event: asked.event,
            nth: asked.nth,
            place: asked.place,
            tenant: self.tenants.iter().find(|(_, number)| **number == provider.tenant)?.0.clone(),
            user: self.users.get(asked.user)?.name.clone(),
            apps: provider.apps.iter().flatten().filter_map(named).collect(),
        })
    }
}

/// What became of the assertions of a whole set.
pub fn missing(set: &FactSet, estate: &Estate) -> Missing {
    let mut watch = Watch::new(estate);
    for (event, record) in set.records() {
        for (nth, fact) in record.facts.iter().enumerate() {
            if let Fact::RoleAssumption(given) = fact {
                watch.ask((*event, nth, 0), given);
            }
        }
    }
    if watch.is_idle() {
        return Missing::default();
    }
    watch.ready();
    for fact in set.facts() {
        if let Fact::SignIn(row) = fact {
            watch.see_row(row);
        }
    }
    watch.done()
}

#[cfg(test)]
mod tests {
    use super::*;
    use selvedge_model::fact::Cite;
    use selvedge_model::{Digest, RecordId, Timestamp};

    const TENANT: &str = "00000000-0000-4000-8000-0000000000a4";
    const BOB: (&str, &str) = ("00000000-0000-4000-8000-0000000000b0", "bob@contoso.com");
    const CAROL: (&str, &str) = ("00000000-0000-4000-8000-0000000000c0", "carol@contoso.com");

    fn cite(minute: i64, what: &str) -> Cite {
        let at = Timestamp::from_second(1_780_000_000 + minute * 60).unwrap();
        let record = format!("{what} {minute}");
        Cite { event: EventId(Digest::of(record.as_bytes())), record: RecordId::new(record), at }
    }

    fn row(minute: i64, (user_id, upn): (&str, &str), app: &str) -> SignIn {
        SignIn {
            cite: cite(minute, &format!("{upn} {app}")),
            request_id: String::new(),
            tenant: TENANT.into(),
            user_id: user_id.into(),
            upn: upn.into(),
            service_principal_id: None,
            app_id: app.into(),
            app_name: String::new(),
            resource_id: String::new(),
            session_id: None,
            ip: String::new(),
            asn: None,
            country: None,
            device_id: String::new(),
            device_trusted: false,
            os: String::new(),
            browser: String::new(),
            user_agent: String::new(),
            interactive: true,
            fresh_credential: true,
            fresh_mfa: true,
            incoming_token: String::new(),
            result: "0".into(),
            federated_credential_id: None,
        }
    }

    fn given(minute: i64, name: &str) -> RoleAssumption {
        RoleAssumption {
            cite: cite(minute, &format!("given {name}")),
            method: AssumeMethod::Saml,
            account: "111122223333".into(),
            role_arn: "arn:aws:iam::111122223333:role/Data".into(),
            session_name: name.into(),
            principal_id: format!("AROA:{name}"),
            access_key_id: String::new(),
            assertion_id: None,
            subject: None,
            name_qualifier: None,
            issuer: Some(crate::estate::issuer_of(TENANT)),
            provider_arn: Some("arn:aws:iam::111122223333:saml-provider/entra".into()),
            audience: None,
            source_identity: None,
            caller_key: None,
            caller_principal: None,
            duration_secs: None,
            ip: String::new(),
        }
    }

    fn estate() -> Estate {
        let app = serde_json::json!({"tenantId": TENANT, "samlApps": [
            {"appId": "aws", "providers": ["arn:aws:iam::111122223333:saml-provider/entra"]}]});
        let (mut estate, mut problems) = (Estate::default(), Vec::new());
        estate.add("apps.json", app.to_string().as_bytes(), &mut problems);
        estate.finish();
        assert!(problems.is_empty(), "{problems:?}");
        estate
    }

    /// Carol's ordinary ways into AWS, at these minutes.
    fn usual(minutes: &[i64]) -> (Vec<SignIn>, Vec<RoleAssumption>) {
        minutes.iter().map(|minute| (row(*minute, CAROL, "aws"), given(minute + 1, CAROL.1))).unzip()
    }

    /// What is said of a session of Bob's name at minute 0, in any order.
    fn check(what: &str, usual: &[i64], more: &[SignIn], expect: Result<(), &'static str>) {
        let (mut rows, mut all) = self::usual(usual);
        rows.extend_from_slice(more);
        all.push(given(0, BOB.1));
        let estate = estate();
        for turn in 0..3 {
            let (of_rows, of_all) = (turn.min(rows.len()), turn.min(all.len()));
            rows.rotate_left(of_rows);
            all.rotate_left(of_all);
            let mut watch = Watch::new(&estate);
            all.iter().for_each(|given| watch.ask((given.cite.event, 0, 0), given));
            watch.ready();
            rows.iter().for_each(|row| watch.see_row(row));
            let found = watch.done();
            let expect = match expect {
                Ok(()) => (vec![], BTreeMap::new()),
                Err("forged") => (vec![BOB.1.to_owned()], BTreeMap::new()),
                Err(why) => (vec![], BTreeMap::from([(why, 1)])),
            };
            let got: Vec<String> = found.forged.into_iter().map(|one| one.user).collect();
            assert_eq!((got, found.unknown), expect, "{what}");
        }
    }

    #[test]
    fn only_logs_that_cover_the_time_show_that_there_was_no_sign_in() {
        let known = row(-900, BOB, "portal");
        let usual = [-120, 60, 130];
        let with = |more: SignIn| [known.clone(), more];
        check("none", &usual, std::slice::from_ref(&known), Err("forged"));
        check("just before", &usual, &with(row(-1, BOB, "aws")), Ok(()));
        check("as long as an assertion lives", &usual, &with(row(-65, BOB, "aws")), Ok(()));
        check("longer ago", &usual, &with(row(-66, BOB, "aws")), Err("forged"));
        check("afterwards", &usual, &with(row(1, BOB, "aws")), Err("forged"));
        check("to another application", &usual, &with(row(-1, BOB, "portal")), Err("forged"));
        let refused = SignIn { result: "50126".into(), ..row(-1, BOB, "aws") };
        check("refused", &usual, &with(refused), Err("forged"));
        check("by an unknown name", &usual, &[], Err("nobody is known by the name that the assertion gives"));
        check("not late enough", &[-120, 60], std::slice::from_ref(&known), Err("its sign-in may still come"));
        check("a gap before", &[-200, 60, 130], std::slice::from_ref(&known), Err("the sign-in logs have a gap there"));
        check("a gap after", &[-120, 191], std::slice::from_ref(&known), Err("the sign-in logs have a gap there"));
        let after = [known.clone(), row(60, CAROL, "portal"), row(130, CAROL, "portal")];
        let why = "sign-ins for this provider are not shown before and after";
        check("nobody goes to AWS afterwards", &[-120, -100], &after, Err(why));
        check("nor at all", &[], &[after.to_vec(), vec![row(-60, CAROL, "aws")]].concat(), Err(why));
    }

    #[test]
    fn where_many_sign_ins_are_missing_the_logs_lack_them() {
        let (rows, mut all) = usual(&[-120, 60, 130]);
        let estate = estate();
        for (count, expect) in [(1, 1), (2, 0)] {
            all.push(given(count, BOB.1));
            let mut watch = Watch::new(&estate);
            all.iter().for_each(|given| watch.ask((given.cite.event, 0, 0), given));
            watch.ready();
            rows.iter().chain([&row(-900, BOB, "portal")]).for_each(|row| watch.see_row(row));
            assert_eq!(watch.done().forged.len(), expect, "{count}");
        }
    }

    #[test]
    fn where_sign_ins_may_have_been_left_out_nothing_is_called_forged() {
        let known_apps = estate();
        // Of applications that only the sign-ins name less is known.
        let unknown = Estate::default();
        for (name, estate, kept, forged) in [
            ("all, known", &known_apps, Kept::All, 1),
            ("those that open AWS, known", &known_apps, Kept::ToKnownApps, 1),
            ("some, known", &known_apps, Kept::Some, 0),
            ("those that open AWS, unknown", &unknown, Kept::ToKnownApps, 0),
            ("some, unknown", &unknown, Kept::Some, 0),
        ] {
            let (rows, mut all) = usual(&[-120, 60, 130]);
            all.push(given(0, BOB.1));
            let mut watch = Watch::new(estate).with(kept);
            all.iter().for_each(|given| watch.ask((given.cite.event, 0, 0), given));
            watch.ready();
            rows.iter().chain([&row(-900, BOB, "portal")]).for_each(|row| watch.see_row(row));
            let found = watch.done();
            assert_eq!(found.forged.len(), forged, "{name}");
            assert_eq!(found.unknown.is_empty(), forged > 0, "{name}: {:?}", found.unknown);
        }
    }
}
