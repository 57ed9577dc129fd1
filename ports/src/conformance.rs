//! What every journal must do, whatever it is stored in. An adapter's tests
//! call [`journal`] with a way to make an empty one.
//!
//! These functions are for tests: they panic where an adapter does not conform.

use crate::{Batch, Head, Journal, JournalError, NewRecord};
use jiff::Timestamp;
use selvedge_model::{Digest, EventId, IncidentId};
use std::collections::BTreeMap;
use std::ops::ControlFlow;

/// Runs the whole suite over journals that `make` opens empty.
///
/// # Panics
/// Where the adapter does not conform.
pub fn journal(make: &mut dyn FnMut() -> Box<dyn Journal>) {
    starts_empty(&mut *make());
    chains_what_it_is_given(&mut *make());
    refuses_a_stale_head(&mut *make());
    pages_and_indexes(&mut *make());
    keeps_facts_and_values(&mut *make());
    erases_bodies_only(&mut *make());
    gives_equal_chains_for_equal_input(&mut *make(), &mut *make());
}

/// A record for tests.
fn record(second: i64, kind: &str, incident: Option<&str>, body: &str) -> NewRecord {
    NewRecord {
        at: Timestamp::from_second(second).unwrap_or(Timestamp::UNIX_EPOCH),
        kind: kind.into(),
        incident: incident.map(IncidentId::new),
        body: body.into(),
    }
}

fn records(records: Vec<NewRecord>) -> Batch {
    Batch { records, ..Batch::default() }
}

fn must<T>(what: &str, result: Result<T, JournalError>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{what}: {error}"),
    }
}

fn starts_empty(journal: &mut dyn Journal) {
    assert_eq!(must("head", journal.head()), Head::EMPTY);
    assert_eq!(must("verify", journal.verify()), (Head::EMPTY, 0));
    assert!(must("entries", journal.entries(1, 10)).is_empty());
    assert!(must("entries of", journal.entries_of(&IncidentId::new("INC-1"))).is_empty());
    assert!(must("facts", journal.facts()).is_empty());
    assert_eq!(must("value", journal.value("x")), None);
    assert_eq!(must("body", journal.body(&Digest::of(b"x"))), None);
    let head = must("an empty batch", journal.commit(Head::EMPTY, Batch::default()));
    assert_eq!(head, Head::EMPTY, "an empty batch moved the head");
}

fn chains_what_it_is_given(journal: &mut dyn Journal) {
    let batch = records(vec![record(1, "input", None, "a"), record(2, "intent", Some("INC-1"), "b")]);
    let first = must("commit", journal.commit(Head::EMPTY, batch));
    let second = must("commit", journal.commit(first, records(vec![record(3, "outcome", Some("INC-1"), "a")])));
    assert_eq!((first.seq, second.seq), (2, 3));
    assert_eq!(must("head", journal.head()), second);
    let entries = must("entries", journal.entries(1, 10));
    let mut before = Head::EMPTY;
    for (entry, (kind, body)) in entries.iter().zip([("input", "a"), ("intent", "b"), ("outcome", "a")]) {
        assert_eq!((entry.seq, entry.prev_hash), (before.seq + 1, before.hash));
        assert!(entry.hash_is_right(), "hash of record {}", entry.seq);
        assert_eq!((entry.kind.as_str(), entry.body), (kind, Digest::of(body.as_bytes())));
        assert_eq!(must("body", journal.body(&entry.body)).as_deref(), Some(body.as_bytes()));
        before = Head { seq: entry.seq, hash: entry.hash };
    }
    assert_eq!((entries.len(), before), (3, second));
    assert_eq!(must("verify", journal.verify()), (second, 0));
}

fn refuses_a_stale_head(journal: &mut dyn Journal) {
    let head = must("commit", journal.commit(Head::EMPTY, records(vec![record(1, "input", None, "a")])));
    let forged = Head { seq: head.seq, hash: Digest::of(b"another chain") };
    for stale in [Head::EMPTY, forged, Head { seq: 9, hash: head.hash }] {
        let mut batch = records(vec![record(2, "input", Some("INC-1"), "lost")]);
        batch.values.insert("lost".into(), Some(b"1".to_vec()));
        batch.facts.insert(EventId(Digest::of(b"lost")), b"1".to_vec());
        match journal.commit(stale, batch) {
            Err(JournalError::Conflict { found }) => assert_eq!(found, head.seq),
            other => panic!("a stale head {stale:?} was answered with {other:?}"),
        }
    }
    assert_eq!(must("head", journal.head()), head);
    assert_eq!(must("value", journal.value("lost")), None, "part of a refused batch was stored");
    assert!(must("facts", journal.facts()).is_empty(), "part of a refused batch was stored");
    assert_eq!(must("body", journal.body(&Digest::of(b"lost"))), None, "part of a refused batch was stored");
}

fn pages_and_indexes(journal: &mut dyn Journal) {
    let mut head = Head::EMPTY;
    for index in 0..25i64 {
        let incident = match index % 3 {
            0 => Some("INC-1"),
            1 => Some("INC-11"),
            _ => None,
        };
        head = must("commit", journal.commit(head, records(vec![record(index, "input", incident, "x")])));
    }
    for (from, limit, expect) in [
        (1, 10, (1..=10).collect::<Vec<u64>>()),
        (21, 10, (21..=25).collect()),
        (0, 2, vec![1, 2]),
        (26, 10, vec![]),
        (5, 0, vec![]),
    ] {
        let got: Vec<u64> = must("entries", journal.entries(from, limit)).iter().map(|e| e.seq).collect();
        assert_eq!(got, expect, "entries({from}, {limit})");
    }
    for (incident, expect) in [("INC-1", 9), ("INC-11", 8), ("INC-", 0)] {
        let of = must("entries of", journal.entries_of(&IncidentId::new(incident)));
        assert_eq!(of.len(), expect, "entries of {incident}");
        assert!(of.is_sorted_by(|a, b| a.seq < b.seq), "entries of {incident} are out of order");
    }
    assert_eq!(must("verify", journal.verify()).0, head);
}

fn keeps_facts_and_values(journal: &mut dyn Journal) {
    let id = |text: &str| EventId(Digest::of(text.as_bytes()));
    let facts = [("a", "1"), ("b", "2")].map(|(k, v)| (id(k), v.as_bytes().to_vec()));
    let values = [("case/1", "x"), ("case/2", "y"), ("other", "z")].map(|(k, v)| (k.to_owned(), Some(v.into())));
    let batch = Batch { facts: facts.into(), values: values.into(), ..Batch::default() };
    let head = must("commit", journal.commit(Head::EMPTY, batch));
    let values = BTreeMap::from([("case/1".to_owned(), None), ("other".to_owned(), Some(b"w".to_vec()))]);
    let batch = Batch { facts: [(id("a"), b"3".to_vec())].into(), values, ..Batch::default() };
    must("commit", journal.commit(head, batch));

    let mut expect = vec![(id("a"), b"3".to_vec()), (id("b"), b"2".to_vec())];
    expect.sort();
    assert_eq!(must("facts", journal.facts()), expect);
    let mut shown = Vec::new();
    let stop = journal.each_fact(&mut |id, fact| {
        shown.push((id, fact.to_vec()));
        ControlFlow::Break(())
    });
    must("each fact", stop);
    assert_eq!(shown, expect[..1], "it stops when told to");
    assert_eq!(must("names", journal.value_names("case/")), ["case/2"]);
    assert_eq!(must("names", journal.value_names("")), ["case/2", "other"]);
    assert_eq!(must("value", journal.value("other")).as_deref(), Some(&b"w"[..]));
    assert_eq!(must("value", journal.value("case/1")), None);
}

fn erases_bodies_only(journal: &mut dyn Journal) {
    let batch = records(vec![record(1, "input", None, "personal"), record(2, "input", None, "kept")]);
    let head = must("commit", journal.commit(Head::EMPTY, batch));
    let digest = Digest::of(b"personal");
    assert!(must("erase", journal.erase(&digest)));
    assert!(!must("erase again", journal.erase(&digest)), "erased twice");
    assert!(!must("erase", journal.erase(&Digest::of(b"never there"))));
    assert_eq!(must("body", journal.body(&digest)), None);
    assert_eq!(must("body", journal.body(&Digest::of(b"kept"))).as_deref(), Some(&b"kept"[..]));
    assert_eq!(must("verify", journal.verify()), (head, 1));
    let again = must("commit", journal.commit(head, records(vec![record(3, "input", None, "personal")])));
    assert_eq!(must("verify", journal.verify()), (again, 0), "what is stored anew is there again");
}

fn gives_equal_chains_for_equal_input(one: &mut dyn Journal, two: &mut dyn Journal) {
    let batch = || records(vec![record(1, "input", Some("INC-1"), "a"), record(2, "input", None, "b")]);
    let a = must("commit", one.commit(Head::EMPTY, batch()));
    let b = must("commit", two.commit(Head::EMPTY, batch()));
    assert_eq!(a, b);
}
