//! The chain's rules, apart from where it is stored.

use selvedge_model::Digest;
use selvedge_ports::{Entry, Head, JournalError, NewRecord};

/// The entries that `records` become after `head`.
pub(crate) fn link(head: Head, records: &[NewRecord]) -> Result<(Vec<Entry>, Head), JournalError> {
    let mut head = head;
    let mut entries = Vec::with_capacity(records.len());
    for record in records {
        let seq = head.seq.checked_add(1).ok_or_else(|| JournalError::Unavailable {
            why: "the sequence numbers are used up; begin a new journal".into(),
        })?;
        let body = Digest::of(&record.body);
        let hash = Entry::hash_of(seq, record.at, &head.hash, &record.kind, record.incident.as_ref(), &body);
        entries.push(Entry {
            seq,
            at: record.at,
            prev_hash: head.hash,
            hash,
            kind: record.kind.clone(),
            incident: record.incident.clone(),
            body,
        });
        head = Head { seq, hash };
    }
    Ok((entries, head))
}

/// Refuses an append to another head than the stored one.
pub(crate) fn compare(expected: Head, found: Head) -> Result<(), JournalError> {
    if expected == found { Ok(()) } else { Err(JournalError::Conflict { found: found.seq }) }
}

/// What is stored under a body's digest.
pub(crate) enum Stored<'a> {
    /// The bytes.
    Body(&'a [u8]),
    /// A mark that they were erased.
    Erased,
    /// Nothing.
    Missing,
}

/// A walk over the chain, one entry at a time, so that memory stays bounded.
pub(crate) struct Walk {
    head: Head,
    erased: u64,
}

impl Walk {
    pub(crate) fn new() -> Self {
        Self { head: Head::EMPTY, erased: 0 }
    }

    /// Holds the next stored entry against the chain so far. `key` is the
    /// sequence number it is stored under, `indexed` whether the index of its
    /// incident lists it.
    pub(crate) fn step(
        &mut self,
        key: u64,
        entry: &Entry,
        body: Stored<'_>,
        indexed: bool,
    ) -> Result<(), JournalError> {
        let seq = self.head.seq.saturating_add(1);
        let bad = |why: &str| Err(JournalError::Tampered { seq, why: why.into() });
        if key != seq {
            return bad(&format!("the next stored record is {key}; one was removed"));
        }
        if entry.seq != key {
            return bad("it carries another sequence number: records were reordered");
        }
        if entry.prev_hash != self.head.hash {
            return bad("it does not follow the record before it");
        }
        if !entry.hash_is_right() {
            return bad("its hash is not that of its parts: it was edited");
        }
        match body {
            Stored::Body(bytes) if Digest::of(bytes) != entry.body => {
                return bad("its body is not what was recorded: it was edited or cut short");
            }
            Stored::Body(_) => {}
            Stored::Erased => self.erased = self.erased.saturating_add(1),
            Stored::Missing => return bad("its body is gone and was not erased through the journal"),
        }
        if !indexed {
            return bad("the index of its incident does not list it");
        }
        self.head = Head { seq, hash: entry.hash };
        Ok(())
    }

    /// Holds the end of the walk against the stored head and the number of
    /// entries that the incident index has too many.
    pub(crate) fn finish(self, stored: Head, surplus: u64) -> Result<(Head, u64), JournalError> {
        let bad = |why: String| Err(JournalError::Tampered { seq: self.head.seq.saturating_add(1), why });
        if stored != self.head {
            return bad(format!(
                "the journal's head names record {}, the chain ends at {}: its end was cut off or replaced",
                stored.seq, self.head.seq
            ));
        }
        if surplus > 0 {
            return bad(format!("the index of incidents lists {surplus} records that are not in the chain"));
        }
        Ok((self.head, self.erased))
    }
}
