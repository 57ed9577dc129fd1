//! The conformance suite, and what only a file can suffer.

use super::*;
use crate::MemoryJournal;
use selvedge_model::Timestamp;
use selvedge_ports::NewRecord;
use tempfile::TempDir;

fn record(kind: &str, body: &str) -> NewRecord {
    NewRecord {
        at: Timestamp::UNIX_EPOCH,
        kind: kind.into(),
        incident: Some(IncidentId::new("INC-1")),
        body: body.into(),
    }
}

fn three(journal: &mut dyn Journal) -> Head {
    let records = vec![record("input", "one"), record("intent", "two"), record("outcome", "three")];
    journal.commit(Head::EMPTY, Batch { records, ..Batch::default() }).unwrap()
}

#[test]
fn both_journals_conform() {
    let folder = TempDir::new().unwrap();
    let mut count = 0;
    selvedge_ports::conformance::journal(&mut || {
        count += 1;
        Box::new(RedbJournal::open(folder.path().join(format!("{count}.redb"))).unwrap())
    });
    selvedge_ports::conformance::journal(&mut || Box::new(MemoryJournal::new()));
}

#[test]
fn what_is_committed_is_there_after_reopening() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal.redb");
    let head = three(&mut RedbJournal::open(&path).unwrap());
    let journal = RedbJournal::open(&path).unwrap();
    assert_eq!(journal.head().unwrap(), head);
    assert_eq!(journal.verify().unwrap(), (head, 0));
    assert_eq!(journal.entries_of(&IncidentId::new("INC-1")).unwrap().len(), 3);
}

/// What somebody with a database tool can do to the file.
type Tamper = fn(&redb::WriteTransaction);

fn edit_entry(write: &redb::WriteTransaction, seq: u64, change: impl Fn(&mut Entry)) {
    let mut table = write.open_table(ENTRIES).unwrap();
    let mut entry = decode(seq, table.get(seq).unwrap().unwrap().value()).unwrap();
    change(&mut entry);
    table.insert(seq, canon::to_vec(&entry).as_slice()).unwrap();
}

const TAMPERS: &[(&str, Tamper, u64)] = &[
    ("a kind edited", |w| edit_entry(w, 2, |e| e.kind = "input".into()), 2),
    ("a time edited", |w| edit_entry(w, 2, |e| e.at = Timestamp::MAX), 2),
    (
        "an entry edited and hashed anew",
        |w| {
            edit_entry(w, 2, |e| {
                e.kind = "input".into();
                e.hash = Entry::hash_of(e.seq, e.at, &e.prev_hash, &e.kind, e.incident.as_ref(), &e.body);
            });
        },
        3,
    ),
    ("an entry made unreadable", |w| drop(w.open_table(ENTRIES).unwrap().insert(2, &b"{"[..]).unwrap()), 2),
    ("an entry removed", |w| drop(w.open_table(ENTRIES).unwrap().remove(2).unwrap()), 2),
    ("the first entry removed", |w| drop(w.open_table(ENTRIES).unwrap().remove(1).unwrap()), 1),
    ("the last entry removed", |w| drop(w.open_table(ENTRIES).unwrap().remove(3).unwrap()), 3),
    (
        "two entries swapped",
        |w| {
            let mut table = w.open_table(ENTRIES).unwrap();
            let two = table.get(2).unwrap().unwrap().value().to_vec();
            let three = table.get(3).unwrap().unwrap().value().to_vec();
            table.insert(2, three.as_slice()).unwrap();
            table.insert(3, two.as_slice()).unwrap();
        },
        2,
    ),
    (
        "a body edited",
        |w| drop(w.open_table(BODIES).unwrap().insert(Digest::of(b"two").as_bytes(), &b"six"[..]).unwrap()),
        2,
    ),
    (
        "a body cut short",
        |w| drop(w.open_table(BODIES).unwrap().insert(Digest::of(b"two").as_bytes(), &b"tw"[..]).unwrap()),
        2,
    ),
    ("a body removed", |w| drop(w.open_table(BODIES).unwrap().remove(Digest::of(b"two").as_bytes()).unwrap()), 2),
    ("hidden from its incident", |w| drop(w.open_table(BY_INCIDENT).unwrap().remove(("INC-1", 2)).unwrap()), 2),
    ("listed under another", |w| drop(w.open_table(BY_INCIDENT).unwrap().insert(("INC-9", 2), ()).unwrap()), 4),
    (
        "the end cut off",
        |w| {
            w.open_table(ENTRIES).unwrap().remove(3).unwrap();
            w.open_table(BY_INCIDENT).unwrap().remove(("INC-1", 3)).unwrap();
        },
        3,
    ),
];

#[test]
fn verify_finds_what_was_done_to_the_file() {
    let folder = TempDir::new().unwrap();
    for (index, (name, tamper, seq)) in TAMPERS.iter().enumerate() {
        let path = folder.path().join(format!("{index}.redb"));
        let mut journal = RedbJournal::open(&path).unwrap();
        let head = three(&mut journal);
        assert_eq!(journal.verify().unwrap(), (head, 0));
        let write = journal.begin().unwrap();
        tamper(&write);
        write.commit().unwrap();
        match journal.verify() {
            Err(JournalError::Tampered { seq: found, .. }) => {
                assert_eq!(found, *seq, "{name}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn a_file_that_cannot_be_used_says_why() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("foreign"), "this is a text file of somebody else\n".repeat(200)).unwrap();
    std::fs::write(path("short"), "x").unwrap();
    {
        let other = Database::create(path("other")).unwrap();
        let write = other.begin_write().unwrap();
        write.open_table(TableDefinition::<&str, &str>::new("theirs")).unwrap();
        write.commit().unwrap();
    }
    let _held = RedbJournal::open(path("held")).unwrap();
    three(&mut RedbJournal::open(path("damaged")).unwrap());
    let mut bytes = std::fs::read(path("damaged")).unwrap();
    let start = bytes.windows(4).position(|w| w == b"INC-").unwrap();
    bytes[start] ^= 0xff;
    std::fs::write(path("damaged"), bytes).unwrap();

    for (name, expect) in [
        ("foreign", "no journal of selvedge"),
        ("short", "no journal of selvedge"),
        ("other", "another program"),
        ("held", "another selvedge process has it open"),
        ("damaged", "the file is damaged"),
        ("nowhere/x", "create the folder"),
    ] {
        let error = RedbJournal::open(path(name)).map(|_| ()).unwrap_err().to_string();
        assert!(error.contains(expect), "{name}: {error}");
    }
    assert_eq!(std::fs::read(path("short")).unwrap(), b"x", "a foreign file was written to");
}

#[cfg(unix)]
#[test]
fn the_file_is_the_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("journal.redb");
    drop(RedbJournal::open(&path).unwrap());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    drop(RedbJournal::open(&path).unwrap());
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}
