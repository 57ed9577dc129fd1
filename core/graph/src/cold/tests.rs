//! Packing is undone by unpacking, for any record; the set is a function of
//! what was read.

use super::limits::MAX_RECORDS_PER_SESSION;
use super::*;
use crate::factset::Hit;
use proptest::prelude::*;
use selvedge_model::fact::{
    ArmUse, AssumeMethod, AwsSessionKey, AwsUse, Cite, EntraChange, PortalUse, Report, RoleAssumption, SignIn, Signal,
};
use selvedge_model::{Confidence, Digest, RecordId, Severity, Timestamp};
use std::collections::BTreeMap;

/// A small generator, so that one number makes a whole record.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % n
    }
    fn yes(&mut self) -> bool {
        self.below(2) == 0
    }
    fn digest(&mut self) -> Digest {
        Digest::of(&self.below(u64::MAX).to_le_bytes())
    }
    fn guid(&mut self) -> String {
        let n = self.below(1 << 40);
        format!("{:08x}-{:04x}-4000-8000-{:012x}", n & 0xffff_ffff, n >> 20 & 0xffff, n)
    }
    fn text(&mut self) -> String {
        match self.below(12) {
            0 => String::new(),
            1 => self.guid(),
            2 => self.digest().to_string(),
            3 => self.guid().to_uppercase(),
            4 => format!("AROA{}:alice@contoso.com", self.below(3)),
            5 => format!("arn:aws:sts::111122223333:assumed-role/Role{}/alice@contoso.com", self.below(3)),
            6 => "ÄÖ\u{0}\u{202e}/:".repeat(usize::try_from(self.below(90)).unwrap()),
            7 => ":".into(),
            8 => "/".into(),
            _ => format!("word{}", self.below(9)),
        }
    }
    fn perhaps<T>(&mut self, make: impl Fn(&mut Self) -> T) -> Option<T> {
        self.yes().then(|| make(self))
    }
    fn list<T>(&mut self, make: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..self.below(4)).map(|_| make(self)).collect()
    }
    fn time(&mut self) -> Timestamp {
        let second = i64::try_from(self.below(4_000_000_000)).unwrap() - 1_000_000_000;
        let nanos = match self.below(4) {
            0 => 0,
            1 => 123_000_000,
            2 => 188_585_100,
            _ => 1,
        };
        Timestamp::new(if self.below(20) == 0 { -300_000_000_000 } else { second }, nanos).unwrap()
    }
    fn int(&mut self) -> i64 {
        *[0, 1, -1, 3301, i64::MAX, i64::MIN].get(usize::try_from(self.below(6)).unwrap()).unwrap()
    }
    fn cite(&mut self, id: EventId, record: &RecordId) -> Cite {
        let strange = self.below(9) == 0;
        Cite {
            event: if strange { EventId(self.digest()) } else { id },
            record: if strange { RecordId::new(self.text()) } else { record.clone() },
            at: self.time(),
        }
    }
    fn session(&mut self) -> AwsSessionKey {
        AwsSessionKey { principal_id: self.text(), created: self.time() }
    }
    fn severity(&mut self) -> Severity {
        [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical]
            [usize::try_from(self.below(5)).unwrap()]
    }
    fn report(&mut self) -> Report {
        Report {
            product: self.text(),
            kind: self.text(),
            title: self.text(),
            severity: self.severity(),
            confidence: Confidence::new(u16::try_from(self.below(1001)).unwrap()),
            attack: self.list(Self::text),
            tactics: self.list(Self::text),
        }
    }
    fn fact(&mut self, id: EventId, record: &RecordId) -> Fact {
        let cite = self.cite(id, record);
        match self.below(7) {
            0 => Fact::SignIn(Box::new(SignIn {
                request_id: if self.yes() { cite.record.as_str().to_owned() } else { self.text() },
                cite,
                tenant: self.text(),
                user_id: self.text(),
                upn: self.text(),
                service_principal_id: self.perhaps(Self::text),
                app_id: self.text(),
                app_name: self.text(),
                resource_id: self.text(),
                session_id: self.perhaps(Self::text),
                ip: self.text(),
                asn: self.perhaps(Self::int),
                country: self.perhaps(Self::text),
                device_id: self.text(),
                device_trusted: self.yes(),
                os: self.text(),
                browser: self.text(),
                user_agent: self.text(),
                interactive: self.yes(),
                fresh_credential: self.yes(),
                fresh_mfa: self.yes(),
                incoming_token: self.text(),
                result: self.text(),
                federated_credential_id: self.perhaps(Self::text),
            })),
            1 => Fact::RoleAssumption(Box::new(RoleAssumption {
                cite,
                method: [AssumeMethod::Saml, AssumeMethod::WebIdentity, AssumeMethod::Role]
                    [usize::try_from(self.below(3)).unwrap()],
                account: self.text(),
                role_arn: self.text(),
                session_name: self.text(),
                principal_id: self.text(),
                access_key_id: self.text(),
                assertion_id: self.perhaps(Self::text),
                subject: self.perhaps(Self::text),
                name_qualifier: self.perhaps(Self::text),
                issuer: self.perhaps(Self::text),
                provider_arn: self.perhaps(Self::text),
                audience: self.perhaps(Self::text),
                source_identity: self.perhaps(Self::text),
                caller_key: self.perhaps(Self::text),
                caller_principal: self.perhaps(Self::text),
                duration_secs: self.perhaps(Self::int),
                ip: self.text(),
            })),
            2 => Fact::AwsUse(Box::new(AwsUse {
                cite,
                account: self.text(),
                principal_type: self.text(),
                principal_id: self.text(),
                principal_arn: self.text(),
                access_key_id: self.text(),
                session: self.perhaps(Self::session),
                role_arn: self.perhaps(Self::text),
                source_identity: self.perhaps(Self::text),
                service: self.text(),
                operation: self.text(),
                read_only: self.yes(),
                ip: self.text(),
                user_agent: self.text(),
                error: self.perhaps(Self::text),
                explicit_deny: self.yes(),
                bytes_out: self.int().unsigned_abs(),
                target: self.perhaps(Self::text),
                vpc_endpoint: self.perhaps(Self::text),
                on_behalf_of: self.perhaps(Self::text),
            })),
            3 => Fact::ArmUse(Box::new(ArmUse {
                cite,
                tenant: self.text(),
                correlation_id: self.text(),
                operation: self.text(),
                resource: self.text(),
                object_id: self.text(),
                upn: self.text(),
                sign_in: self.perhaps(Self::text),
                ip: self.text(),
                status: self.text(),
            })),
            4 => Fact::EntraChange(Box::new(EntraChange {
                cite,
                tenant: self.text(),
                activity: self.text(),
                initiator_id: self.text(),
                initiator_upn: self.text(),
                ip: self.text(),
                targets: self.list(|dice| (dice.text(), dice.text())),
            })),
            5 => Fact::Portal(Box::new(PortalUse {
                cite,
                account: self.text(),
                operation: self.text(),
                store_user: self.perhaps(Self::text),
                store: self.perhaps(Self::text),
                user_name: self.text(),
                credential_id: self.perhaps(Self::text),
                workflow_id: self.perhaps(Self::text),
                credential_type: self.perhaps(Self::text),
                role_account: self.perhaps(Self::text),
                role_name: self.perhaps(Self::text),
                ip: self.text(),
                user_agent: self.text(),
                error: self.perhaps(Self::text),
            })),
            _ => Fact::Signal(Box::new(Signal {
                cite,
                cloud: self.text(),
                account: self.text(),
                actor: self.text(),
                actor_name: self.text(),
                session: self.perhaps(Self::text),
                ip: self.text(),
                operation: self.text(),
                targets: self.list(Self::text),
                report: self.perhaps(Self::report),
            })),
        }
    }
    fn record(&mut self) -> (EventId, Record) {
        let id = EventId(self.digest());
        let record_id = RecordId::new(self.text());
        let record = Record {
            digest: self.digest(),
            revision: self.perhaps(Self::time),
            facts: self.list(|dice| dice.fact(id, &record_id)),
            hits: if self.below(4) == 0 {
                self.list(|dice| Hit { rule: dice.text().into(), version: dice.text().into() })
            } else {
                vec![]
            },
            record_id,
        };
        (id, record)
    }

    /// A plain record of few groups, as there are millions.
    fn plain(&mut self, ids: u64) -> (EventId, Record) {
        let n = self.below(ids);
        let id = EventId(Digest::of(&n.to_le_bytes()));
        let mut own = Dice(n.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let record_id = RecordId::new(own.guid());
        let revised = self.below(8) == 0;
        let (_, mut record) = if own.below(10) == 0 { own.record() } else { (id, used(&mut own, id, &record_id)) };
        record.record_id = record_id;
        if revised {
            // Another version, of another size and perhaps another group.
            let version = self.below(3);
            let mut other = Dice(n.wrapping_add(version).wrapping_mul(0xd134_2543_de82_ef95) | 1);
            record.facts = used(&mut other, id, &record.record_id).facts;
            record.revision = Some(Timestamp::from_second(i64::try_from(version).unwrap()).unwrap());
            record.digest = Digest::of(&version.to_le_bytes());
        }
        (id, record)
    }
}

fn used(dice: &mut Dice, id: EventId, record_id: &RecordId) -> Record {
    let fact = loop {
        match dice.fact(id, record_id) {
            Fact::AwsUse(mut used) => {
                let created = Timestamp::from_second(i64::try_from(dice.below(3)).unwrap()).unwrap();
                let principal_id = format!("AROA:{}", dice.below(4));
                used.session = Some(AwsSessionKey { principal_id, created });
                break Fact::AwsUse(used);
            }
            Fact::SignIn(mut sign_in) => {
                sign_in.tenant = "t".into();
                sign_in.user_id = format!("u{}", dice.below(3));
                break Fact::SignIn(sign_in);
            }
            _ => {}
        }
    };
    Record { record_id: record_id.clone(), digest: dice.digest(), revision: None, facts: vec![fact], hits: vec![] }
}

fn contents(set: &ColdSet) -> BTreeMap<EventId, Record> {
    let all: BTreeMap<EventId, Record> = set.records().collect();
    assert_eq!(all.len(), set.len());
    assert_eq!(all.len(), set.entries().count());
    for (id, record) in &all {
        assert_eq!(set.get(id).as_ref(), Some(record));
    }
    all
}

fn shuffled<T: Clone>(items: &[T], seed: u64) -> Vec<T> {
    let mut dice = Dice(seed | 1);
    let mut out = items.to_vec();
    for i in (1..out.len()).rev() {
        out.swap(i, usize::try_from(dice.below(i as u64 + 1)).unwrap());
    }
    out
}

/// What is skimmed is what is read: equal numbers mean equal fields.
fn check_skims(set: &ColdSet) {
    let (mut who, mut from, mut user, mut place, mut how) =
        (BTreeMap::new(), BTreeMap::new(), BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    fn same(seen: &mut BTreeMap<u32, String>, number: u32, text: String) {
        assert_eq!(*seen.entry(number).or_insert_with(|| text.clone()), text);
    }
    for item in set.entries().filter_map(|entry| entry.item()) {
        let facts = item.record().facts;
        match (facts.as_slice(), item.skim_use(), item.skim_sign_in()) {
            ([Fact::AwsUse(u)], Some(skim), None) => {
                assert_eq!(skim.bytes_out, u.bytes_out);
                let session = (&u.session, &u.role_arn, &u.source_identity, &u.access_key_id);
                same(&mut who, skim.who, format!("{:?}{:?}{session:?}", u.account, u.principal_id));
                same(&mut from, skim.from, format!("{:?}", (&u.ip, &u.user_agent, &u.vpc_endpoint)));
            }
            ([Fact::SignIn(s)], None, Some(skim)) => {
                assert_eq!(skim.session_id.map(|id| id.owned()), s.session_id);
                same(&mut user, skim.user, format!("{:?}", (&s.tenant, &s.user_id, &s.upn)));
                same(&mut place, skim.place, format!("{:?}", (&s.ip, s.asn, &s.device_id, &s.user_agent)));
                same(&mut how, skim.how, format!("{:?}", (&s.result, s.interactive)));
            }
            ([Fact::AwsUse(_) | Fact::SignIn(_)], None, None) => panic!("groups are symbols"),
            (_, used, sign_in) => assert!(used.is_none() && sign_in.is_none()),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn what_is_packed_is_unpacked(seed in 1u64..) {
        let mut dice = Dice(seed);
        let records: Vec<(EventId, Record)> = (0..40).map(|_| dice.record()).collect();
        // With room for strings and without.
        for budget in [1 << 20, 0] {
            let mut set = ColdSet::with_budget(1 << 24);
            set.tables = Tables::new(budget, budget);
            for (id, record) in &records {
                prop_assert_eq!(set.insert(*id, record), Inserted::New);
                prop_assert_eq!(&set.get(id).unwrap(), record);
            }
            let expect: BTreeMap<EventId, Record> = records.iter().cloned().collect();
            prop_assert_eq!(contents(&set), expect);
            check_skims(&set);
        }
    }

    #[test]
    fn without_a_limit_it_is_the_same_set_as_the_plain_one(seed in 1u64..) {
        let mut dice = Dice(seed);
        let (mut cold, mut plain) = (ColdSet::new(), FactSet::new());
        for _ in 0..300 {
            let (id, record) = dice.plain(120);
            let was = cold.insert(id, &record);
            prop_assert_eq!(plain.insert(id, record), was);
        }
        cold.settle();
        let expect: BTreeMap<EventId, Record> = plain.records().map(|(id, r)| (*id, r.clone())).collect();
        prop_assert_eq!(contents(&cold), expect);
    }

}

proptest! {
    // Each case is thousands of insertions.
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn what_is_kept_under_a_budget_does_not_depend_on_the_order(seed in 1u64.., budget in 4_000usize..250_000) {
        let mut dice = Dice(seed);
        let read: Vec<(EventId, Record)> = (0..800).map(|_| dice.plain(600)).collect();
        let mut expect = None;
        for order in 0..3 {
            let mut set = ColdSet::with_budget(budget);
            for (id, record) in shuffled(&read, seed ^ order) {
                set.insert(id, &record);
                // The smallest tables of hashes are 4 KiB each.
                prop_assert!(set.memory() <= budget.max(4_000) * 2 + 8_192);
            }
            set.settle();
            let kept = (contents(&set), (set.pressure.step, set.pressure.crowded, set.pressure.groups_crowded));
            match &expect {
                None => expect = Some(kept),
                Some(expect) => prop_assert!(*expect == kept, "order {order}: {} and {} records, {:?} {:?}",
                    expect.0.len(), kept.0.len(), expect.1, kept.1),
            }
            // The same again changes nothing.
            for (id, record) in &read {
                set.insert(*id, record);
            }
            set.settle();
            prop_assert_eq!(&contents(&set), &expect.as_ref().unwrap().0);
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn blocks_bring_back_the_set(seed in 1u64.., size in 1usize..20_000) {
        let mut dice = Dice(seed);
        let mut set = ColdSet::new();
        for _ in 0..200 {
            let (id, record) = if dice.yes() { dice.plain(100) } else { dice.record() };
            set.insert(id, &record);
        }
        let blocks: Vec<Vec<u8>> = set.blocks_of(size).collect();
        let mut back = ColdSet::new();
        for block in shuffled(&blocks, seed) {
            prop_assert_eq!(back.load(&block), Ok(()));
        }
        prop_assert_eq!(contents(&back), contents(&set));
        prop_assert!(back.is_saved() && !set.is_saved());
        set.mark_saved();
        prop_assert!(set.is_saved() && set.unsaved().next().is_none());
    }

    #[test]
    fn a_damaged_block_is_an_error_or_another_block_and_never_a_panic(seed in 1u64.., cut in 0usize..4_000, at in 0usize..4_000, bits in 1u8..) {
        let mut dice = Dice(seed);
        let mut set = ColdSet::new();
        for _ in 0..10 {
            let (id, record) = dice.record();
            set.insert(id, &record);
        }
        let block = set.unsaved().next().unwrap();
        let mut bent = block.clone();
        let place = at % bent.len();
        bent[place] ^= bits;
        let _ = ColdSet::new().load(&bent);
        let short = &block[..cut % block.len()];
        // Cut between two records it is a shorter block; anywhere else an error.
        let mut back = ColdSet::new();
        if back.load(short).is_ok() {
            prop_assert!(back.len() < set.len());
        }
    }
}

#[test]
fn what_is_no_block_is_told_apart() {
    for (bytes, why) in [
        (&b"{\"record_id\":\"x\"}"[..], "does not begin"),
        (b"selvedge-facts 1\n\0", "does not begin"),
        (b"selvedge-facts 2\n\x01", "strings"),
        (b"selvedge-facts 2\n\0\x01", "groups"),
        (b"selvedge-facts 2\n\0\0\x04abcd", "record 1"),
    ] {
        let error = ColdSet::new().load(bytes).unwrap_err();
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn a_session_is_limited_and_what_matters_most_goes_last() {
    let mut dice = Dice(7);
    let total = MAX_RECORDS_PER_SESSION as u64 + 250;
    let one = |dice: &mut Dice, n: u64, hit: bool| {
        let id = EventId(Digest::of(&n.to_le_bytes()));
        let record_id = RecordId::new(dice.guid());
        let Fact::AwsUse(used) = (loop {
            let fact = dice.fact(id, &record_id);
            if matches!(fact, Fact::AwsUse(_)) {
                break fact;
            }
        }) else {
            unreachable!()
        };
        let session = AwsSessionKey { principal_id: "AROA:x".into(), created: Timestamp::UNIX_EPOCH };
        let at = Timestamp::UNIX_EPOCH;
        let cite = Cite { event: id, record: record_id.clone(), at };
        let used = AwsUse {
            cite,
            session: Some(session),
            bytes_out: 1,
            target: None,
            account: "1".into(),
            principal_type: "AssumedRole".into(),
            principal_id: "AROA:x".into(),
            principal_arn: "a".into(),
            access_key_id: "k".into(),
            role_arn: None,
            source_identity: None,
            ip: "192.0.2.1".into(),
            user_agent: "x".into(),
            vpc_endpoint: None,
            on_behalf_of: None,
            error: None,
            service: "s3".into(),
            operation: "Get".into(),
            ..*used
        };
        let hits = if hit { vec![Hit { rule: "r".into(), version: "1".into() }] } else { vec![] };
        let digest = Digest::of(&n.to_le_bytes());
        (id, Record { record_id, digest, revision: None, facts: vec![Fact::AwsUse(Box::new(used))], hits })
    };
    let mut set = ColdSet::new();
    for n in 0..total {
        let (id, record) = one(&mut dice, n, false);
        set.insert(id, &record);
    }
    set.settle();
    assert_eq!((set.len(), set.left_out()), (MAX_RECORDS_PER_SESSION, 250));
    let kept: Vec<EventId> = contents(&set).into_keys().collect();
    let mut all: Vec<EventId> = (0..total).map(|n| EventId(Digest::of(&n.to_le_bytes()))).collect();
    all.sort();
    assert_eq!(kept, all[..MAX_RECORDS_PER_SESSION], "those with the smallest ids");
    let per_record = set.memory() / set.len();
    assert!(per_record < 130, "{per_record} bytes a record");

    let mut small = ColdSet::with_budget(200_000);
    for n in 0..3_000 {
        let (id, record) = one(&mut dice, n, n % 10 == 0);
        small.insert(id, &record);
    }
    small.settle();
    assert!(small.pressure().step > 1 && small.memory() <= 200_000);
    let hits = contents(&small).values().filter(|record| !record.hits.is_empty()).count();
    assert_eq!(hits, 300, "no record with a hit was dropped");
    assert_eq!(small.len() as u64 + small.left_out(), 3_000);
}
