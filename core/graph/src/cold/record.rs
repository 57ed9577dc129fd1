//! One packed record: what it is filed under, and its parts.
//!
//! The bytes of a record are: event id, digest, record id; revision and numbers
//! of hits and facts, unless they are the usual ones; hits, facts. The same bytes stand in memory and, with other tables of symbols, in
//! a block of the journal.

use super::codec::{Reader, Writer};
use super::forms::{CiteView, Id, Packed as _, Perhaps, Shared, When};
use super::limits::{Filing, Kind};
use super::symbols::{Marks, Tables};
use super::text::{Text, join};
use super::views::{AwsUseView, FactView, SignInSkim, UseSkim};
use crate::factset::{Hit, Record};
use selvedge_model::fact::{AssumeMethod, AwsCall};
use selvedge_model::{Contact, Digest, EventId, Fact, RecordId, Timestamp};

/// One fact, no hits, no revision: most records.
const PLAIN: u8 = 0;
/// Any other.
const FULL: u8 = 1;

/// A record, read in place.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// Identity.
    pub event: EventId,
    /// Digest of the bytes.
    pub digest: Digest,
    /// The source's own time of writing.
    pub revision: Option<Timestamp>,
    /// What a person cites.
    pub record_id: Text<'a>,
    hits: Reader<'a>,
    hit_count: u64,
    facts: Reader<'a>,
    fact_count: u64,
}

impl<'a> Item<'a> {
    /// Reads the parts; `None` if these are not the bytes of a record.
    pub(super) fn read(bytes: &'a [u8], tables: &'a Tables) -> Option<Self> {
        Self::begin(Reader::new(bytes, tables))
    }

    /// Marks the groups that a record uses.
    pub(super) fn mark(bytes: &'a [u8], tables: &'a Tables, marks: &'a Marks) {
        if let Some(item) = Self::begin(Reader::marking(bytes, tables, marks)) {
            item.facts().for_each(drop);
        }
    }

    fn begin(mut from: Reader<'a>) -> Option<Self> {
        from.event = from.array()?;
        let digest = Digest::from_bytes(*from.array()?);
        let record_id = Id::read(&mut from)?;
        from.remember(record_id);
        let (revision, hit_count, fact_count) = match from.byte()? {
            PLAIN => (None, 0, 1),
            FULL => (Perhaps::<When>::read(&mut from)?, from.number()?, from.number()?),
            _ => return None,
        };
        let hits = from;
        for _ in 0..hit_count {
            skim_hit(&mut from)?;
        }
        let event = EventId(Digest::from_bytes(*from.event));
        Some(Self { event, digest, revision, record_id, hits, hit_count, facts: from, fact_count })
    }

    /// The facts, in order.
    pub fn facts(&self) -> impl Iterator<Item = FactView<'a>> + use<'a> {
        let mut from = self.facts;
        (0..self.fact_count).map_while(move |_| FactView::read(&mut from))
    }

    /// Whether all that it says is what AWS calls say.
    pub fn is_aws(&self) -> bool {
        self.facts().all(|fact| matches!(fact, FactView::AwsUse(_) | FactView::RoleAssumption(_)))
    }

    /// The one fact, skimmed, if it is an AWS call.
    pub fn skim_use(&self) -> Option<UseSkim> {
        UseSkim::read(&mut { self.facts }).filter(|_| self.fact_count == 1)
    }

    /// The one fact, skimmed, if it is a sign-in.
    pub fn skim_sign_in(&self) -> Option<SignInSkim<'a>> {
        SignInSkim::read(&mut { self.facts }).filter(|_| self.fact_count == 1)
    }

    /// The rules that matched: id and version.
    pub fn hits(&self) -> impl Iterator<Item = (Text<'a>, Text<'a>)> + use<'a> {
        let mut from = self.hits;
        (0..self.hit_count).map_while(move |_| read_hit(&mut from))
    }

    /// The same as numbers: equal numbers mean equal rules. `None` for a rule that has
    /// none.
    pub fn skim_hits(&self) -> impl Iterator<Item = Option<u32>> + use<'a> {
        let mut from = self.hits;
        (0..self.hit_count).map_while(move |_| skim_hit(&mut from))
    }

    /// A copy of its own.
    pub fn record(&self) -> Record {
        Record {
            record_id: RecordId::new(self.record_id.owned()),
            digest: self.digest,
            revision: self.revision,
            facts: self.facts().map(|fact| fact.owned()).collect(),
            hits: self
                .hits()
                .map(|(rule, version)| Hit { rule: rule.owned().into(), version: version.owned().into() })
                .collect(),
        }
    }

    /// Whether every byte reads, to the last.
    pub(super) fn is_whole(&self) -> bool {
        let (mut hits, mut from) = (self.hits, self.facts);
        (0..self.hit_count).all(|_| read_hit(&mut hits).is_some())
            && (0..self.fact_count).all(|_| FactView::read(&mut from).is_some())
            && from.is_at_end()
    }

    /// What decides between two versions: the later by the source's time, then
    /// the greater digest.
    pub(super) fn version(&self) -> (Option<Timestamp>, Digest) {
        (self.revision, self.digest)
    }

    /// Packs it anew, with other tables of symbols.
    pub(super) fn write(&self, to: &mut Writer<'_>) -> Filing {
        let head = Head { event: self.event, digest: self.digest, revision: self.revision, record_id: self.record_id };
        write(to, &head, (self.hit_count, self.hits()), (self.fact_count, self.facts()))
    }
}

fn read_hit<'a>(from: &mut Reader<'a>) -> Option<(Text<'a>, Text<'a>)> {
    Some((Shared::read(from)?, Shared::read(from)?))
}

/// The number of the rule; the hit is passed over.
fn skim_hit(from: &mut Reader<'_>) -> Option<Option<u32>> {
    let rule = from.skim()?;
    from.skim()?;
    Some(rule)
}

struct Head<'a> {
    event: EventId,
    digest: Digest,
    revision: Option<Timestamp>,
    record_id: Text<'a>,
}

/// A record in the parts that tier 1 has of it: nothing is copied before it is packed.
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    /// Identity.
    pub event: EventId,
    /// What a person cites.
    pub record_id: &'a str,
    /// Digest of the bytes.
    pub digest: Digest,
    /// The source's own time of writing.
    pub revision: Option<Timestamp>,
    /// When it happened, for `call`.
    pub at: Timestamp,
    /// All facts but a call to an AWS API.
    pub facts: &'a [Fact],
    /// The call, which stands last.
    pub call: Option<&'a AwsCall<'a>>,
    /// The rules that matched: id and version.
    pub hits: &'a [(&'a str, &'a str)],
    /// What it says of data that went somewhere: for [`crate::FlowSet`], not for this
    /// set.
    pub contact: Option<&'a Contact>,
}

impl Parts<'_> {
    /// Whether tier 2 has a use for it: see [`Record::is_kept`].
    pub fn is_kept(&self) -> bool {
        !self.hits.is_empty()
            || self.call.is_some_and(|call| call.session_created.is_some())
            || Record::would_be_kept(self.facts, &[])
    }

    /// Packs it; says what it is filed under.
    pub(super) fn pack(&self, to: &mut Writer<'_>) -> Filing {
        let Self { event, record_id, digest, revision, at, facts, call, hits, contact: _ } = *self;
        let record = Text::Plain(record_id);
        let head = Head { event, digest, revision, record_id: record };
        let cite = CiteView { event, record, at };
        let call = call.map(|call| FactView::AwsUse(AwsUseView::of_call(call, cite)));
        let count = facts.len().saturating_add(usize::from(call.is_some()));
        let hit_views = hits.iter().map(|(rule, version)| (Text::Plain(rule), Text::Plain(version)));
        write(to, &head, (hits.len() as u64, hit_views), (count as u64, facts.iter().map(FactView::of).chain(call)))
    }
}

/// Packs a record; says what it is filed under.
pub(super) fn pack(event: EventId, record: &Record, to: &mut Writer<'_>) -> Filing {
    let Record { record_id, digest, revision, facts, hits } = record;
    let head = Head { event, digest: *digest, revision: *revision, record_id: Text::Plain(record_id.as_str()) };
    let hit_views = hits.iter().map(|hit| {
        let Hit { rule, version } = hit;
        (Text::Plain(rule), Text::Plain(version))
    });
    write(to, &head, (hits.len() as u64, hit_views), (facts.len() as u64, facts.iter().map(FactView::of)))
}

fn write<'a>(
    to: &mut Writer<'_>,
    head: &Head<'_>,
    (hit_count, hits): (u64, impl Iterator<Item = (Text<'a>, Text<'a>)>),
    (fact_count, facts): (u64, impl Iterator<Item = FactView<'a>>),
) -> Filing {
    to.event = *head.event.0.as_bytes();
    to.raw(head.event.0.as_bytes());
    to.raw(head.digest.as_bytes());
    Id::write(&head.record_id, to);
    head.record_id.with(|record| to.remember(record));
    if head.revision.is_none() && hit_count == 0 && fact_count == 1 {
        to.byte(PLAIN);
    } else {
        to.byte(FULL);
        Perhaps::<When>::write(&head.revision, to);
        to.number(hit_count);
        to.number(fact_count);
    }
    let mut rules = 0;
    for (rule, version) in hits {
        rules = join(rules, rule.mark());
        Shared::write(&rule, to);
        Shared::write(&version, to);
    }
    let (mut is_given, mut given_to) = (true, None);
    let mut filing =
        Filing { kind: Kind::Other, group: 0, part: 0, app: 0, owner: 0, told: hit_count > 0, protected: false };
    for fact in facts {
        fact.write(to);
        file(&mut filing, &fact, fact_count == 1);
        is_given &= is_of_service(&fact);
        if let FactView::RoleAssumption(a) = &fact {
            // To two at once: no single owner.
            is_given &= given_to.replace(a.principal_id.mark()).is_none();
        }
    }
    if let Some(owner) = given_to.filter(|_| is_given && !filing.protected) {
        (filing.kind, filing.owner) = (Kind::Given, owner);
    }
    if rules != 0 {
        filing.part = join(filing.part, rules);
    }
    filing
}

/// Whether it says that a service of AWS was given a session, or is that very call. AWS
/// names no principal and no key then.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html>
fn is_of_service(fact: &FactView<'_>) -> bool {
    match fact {
        FactView::RoleAssumption(a) => {
            a.method == AssumeMethod::Role
                && a.caller_key.is_none()
                && a.caller_principal.is_none()
                && a.source_identity.is_none()
        }
        FactView::AwsUse(used) => used.session.is_none() && used.principal_type.is("AWSService"),
        _ => false,
    }
}

/// Whether an application is called as those are that people enter AWS by. It may be
/// called anything: see [`super::ColdSet::watch_apps`].
/// <https://learn.microsoft.com/entra/identity/saas-apps/amazon-web-service-tutorial>
fn opens_aws(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("amazon web services") || name.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word == "aws")
}

/// What a fact adds to where its record is filed.
fn file(filing: &mut Filing, fact: &FactView<'_>, alone: bool) {
    let mut part = 0;
    let (kind, owner, group) = match fact {
        FactView::AwsUse(used) => match &used.session {
            Some(session) => {
                let owner = session.principal_id.mark();
                let session = join(owner, session.created.as_second().cast_unsigned());
                (Kind::Use, owner, join(session, used.ip.mark()))
            }
            None => (Kind::Other, 0, used.principal_id.mark()),
        },
        FactView::SignIn(s) => {
            let owner = join(s.tenant.mark(), s.user_id.mark());
            let workload = s.service_principal_id.map_or(0, |id| id.mark());
            // What a client asks for again and again says little; whoever goes on with
            // the session elsewhere says something.
            // Those of workloads are of no session, whatever their rows name.
            let session = if s.user_id.is_empty() { None } else { s.session_id };
            let session = session.map_or(0, |id| id.mark());
            let day = s.cite.at.as_second().div_euclid(86_400).cast_unsigned();
            part = join(session, day);
            filing.app = s.app_id.mark();
            // Each of them says whose a session in AWS is.
            filing.protected |= s.app_name.with(opens_aws);
            (Kind::SignIn, owner, join(join(owner, workload), s.ip.mark()))
        }
        FactView::ArmUse(u) => {
            let owner = join(u.tenant.mark(), u.object_id.mark());
            (Kind::ArmUse, owner, join(owner, u.ip.mark()))
        }
        FactView::EntraChange(c) => {
            let owner = join(c.tenant.mark(), c.initiator_id.mark());
            (Kind::EntraChange, owner, owner)
        }
        FactView::RoleAssumption(a) => {
            filing.protected |= a.method != AssumeMethod::Role || a.caller_key.is_some();
            let caller = a.caller_principal.map_or(0, |caller| caller.mark());
            (Kind::Other, 0, join(a.role_arn.mark(), caller))
        }
        FactView::Signal(s) => {
            filing.told |= s.report.is_some();
            filing.protected |= s.report.is_some();
            (Kind::Other, 0, join(s.account.mark(), s.actor.mark()))
        }
        FactView::Portal(p) => {
            // Who asked for which role says who is behind a session.
            filing.protected |= p.role_name.is_some();
            let user = join(p.store_user.map_or(0, |id| id.mark()), p.user_name.mark());
            (Kind::Other, 0, join(user, p.ip.mark()))
        }
    };
    if alone {
        filing.kind = kind;
        filing.owner = owner;
    }
    // The first fact decides: an assumption stands before the call that made it.
    if filing.group == 0 {
        (filing.group, filing.part) = (group, part);
    }
}
