//! The state folder: importing again, asking for what is not there, a journal
//! that was tampered with, a folder that somebody else holds.

use super::Story;
use redb::{Database, ReadableDatabase as _, TableDefinition};
use selvedge_store::RedbJournal;
use serde_json::Value;
use std::path::Path;

const STATE: [&str; 2] = ["--state", "state"];

#[test]
fn reading_the_same_again_changes_nothing() {
    let story = Story::tell();
    let first = story.replay();
    let head = story.head();
    for _ in 0..2 {
        let again = story.replay();
        assert_eq!(again, first, "the same incident, the same plan");
        assert_eq!(story.head(), head, "the journal did not grow");
    }
    // Half of it again, in another order, is nothing new either.
    let mut args = vec!["replay", "--json", "--state", "state"];
    let mut files: Vec<String> = std::fs::read_dir(story.path().join("logs"))
        .unwrap()
        .map(|entry| format!("logs/{}", entry.unwrap().file_name().to_str().unwrap()))
        .collect();
    files.sort();
    files.reverse();
    args.extend(files.iter().step_by(2).map(String::as_str));
    story.program.expect(0, &args);
    assert_eq!(story.head(), head);
    let list = story.program.expect(0, &["incidents", "--json", STATE[0], STATE[1]]);
    assert_eq!(list.objects(), [first]);
}

#[test]
fn an_incident_keeps_its_name_while_it_grows() {
    let story = Story::tell();
    let whole = story.replay();
    let logs = story.path().join("logs");
    let mut files: Vec<_> = std::fs::read_dir(&logs).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut ids = Vec::new();
    for file in files.iter().rev() {
        let file = file.to_str().unwrap();
        let ran = story.program.expect(0, &["replay", file, "--estate", "estate", "--state", "slow", "--json"]);
        ids.extend(ran.of("incident").iter().map(|incident| incident["id"].clone()));
    }
    let list = story.program.expect(0, &["incidents", "--json", "--state", "slow"]).objects();
    assert_eq!(list.len(), 1, "{list:?}");
    assert_eq!((&list[0]["evidence"], &list[0]["severity"]), (&whole["evidence"], &whole["severity"]));
    assert_eq!(list[0]["entities"], whole["entities"]);
    for id in ids {
        let told = story.program.expect(0, &["report", id.as_str().unwrap(), "--state", "slow", "--json"]);
        assert_eq!(told.one("incident")["id"], list[0]["id"], "every name it ever had leads to it");
    }
}

#[test]
fn what_is_not_there_or_not_possible_says_so_and_changes_nothing() {
    let story = Story::tell();
    let (id, hash) = story.proposed();
    let id = id.as_str();
    let head = story.head();
    for (args, code, says) in [
        (&["respond", "INC-none"][..], "E0101", "there is no incident INC-none"),
        (&["respond", "INC-none", "--apply"], "E0101", "selvedge incidents"),
        (&["report", "INC-\u{1b}[31mred"], "E0101", "there is no incident"),
        (&["resume", "INC-none"], "E0101", "--state names another folder"),
        (&["undo", "INC-none", "--by", "ana"], "E0101", "INC-none"),
        (&["approve", "INC-none", "--plan", &hash, "--by", "ana"], "E0101", "INC-none"),
        (&["journal", "show", "INC-none"], "E0101", "INC-none"),
        (&["journal", "replay", "INC-none"], "E0101", "INC-none"),
        (&["approve", id, "--plan", "00000000", "--by", "ana"], "E0121", "not 00000000"),
        (&["approve", id, "--plan", &hash[..7], "--by", "ana"], "E0121", "approve that one"),
        (&["approve", id, "--plan", "", "--by", "ana"], "E0121", "selvedge respond"),
        (&["approve", id, "--plan", &hash, "--by", "  "], "E0302", "say who approves"),
        (&["undo", id, "--by", "ana"], "E0327", "--apply"),
        (&["resume", id], "E0327", "nothing was done"),
    ] {
        let all: Vec<&str> = args.iter().copied().chain(STATE).collect();
        let ran = story.program.expect(1, &all);
        assert!(ran.out.is_empty(), "{args:?}: {ran:#?}");
        assert!(ran.err.starts_with(&format!("error[{code}]: ")) && ran.err.contains(says), "{args:?}: {ran:#?}");
        assert!(!ran.err.contains('\u{1b}'), "{args:?}: {ran:#?}");
        assert_eq!(story.head(), head, "{args:?}");
    }
}

#[test]
fn without_connections_respond_says_what_to_configure() {
    let story = Story::tell();
    let (id, hash) = story.proposed();
    let (account, tenant) = (&story.world.company.account, &story.world.company.tenant);
    let before = story.world.cloud.fingerprint();
    for args in [&["respond", &id][..], &["respond", &id, "--apply"]] {
        let all: Vec<&str> = args.iter().copied().chain(STATE).collect();
        let ran = story.program.expect(1, &all);
        for needed in [format!("[aws.accounts.{account}]"), format!("[graph.tenants.{tenant}]")] {
            assert!(ran.out.contains(&needed), "{args:?}: {needed}: {}", ran.out);
        }
        assert!(ran.out.contains("nothing was changed"), "{args:?}: {}", ran.out);
        assert_eq!(story.world.cloud.fingerprint(), before);
    }
    // Approved or not: what cannot be read is not touched.
    story.program.expect(0, &["approve", &id, "--plan", &hash[..8], "--by", "ana", "--state", "state"]);
    let ran = story.program.expect(1, &["respond", &id, "--apply", "--json", "--state", "state"]);
    let execution = ran.one("execution");
    assert_eq!(execution["status"], "refused", "{execution:#}");
    let shown = story.program.expect(0, &["journal", "show", &id, "--state", "state", "--json"]);
    let kinds: Vec<Value> = shown.objects().iter().map(|entry| entry["kind"].clone()).collect();
    assert!(!kinds.contains(&"intent".into()) && kinds.contains(&"previewed".into()), "{kinds:?}");
    story.program.expect(1, &["undo", &id, "--by", "ana", "--state", "state"]);
}

#[test]
fn a_plan_is_shown_and_drafted_as_scripts_without_any_cloud() {
    let story = Story::tell();
    let (id, hash) = story.proposed();
    let head = story.head();
    let shown = story.program.expect(0, &["plan", "show", &id, "--state", "state"]);
    let timeless: Vec<&str> = shown.out.lines().filter(|line| !line.starts_with("made ")).collect();
    insta::assert_snapshot!("plan_show", timeless.join("\n").replace(&hash[..16], "HASH").replace(&id, "INC"));
    let object = story.program.expect(0, &["plan", "show", &id, "--state", "state", "--json"]).objects();
    assert_eq!(object[0]["hash"].as_str().map(|own| own.starts_with(&hash[..16])), Some(true), "{object:?}");
    let script = |language: &str| {
        story.program.expect(0, &["plan", "script", &id, "--language", language, "--state", "state"]).out
    };
    let (python, powershell) = (script("boto3"), script("powershell"));
    for (text, says) in [(&python, "\"put_role_policy\""), (&powershell, "revokeSignInSessions")] {
        assert!(text.contains(says) && text.contains(&hash[..16]), "{text}");
    }
    let idle = story.program.expect(0, &["stuck", "--state", "state"]);
    assert_eq!(idle.out, "Nothing waits for a person.\n");
    assert_eq!(story.head(), head, "looking writes nothing");
}

#[test]
fn a_sound_journal_is_verified_shown_and_replayed() {
    let story = Story::tell();
    let (id, hash) = story.proposed();
    story.program.expect(0, &["approve", &id, "--plan", &hash, "--by", "ana", "--state", "state"]);
    let verified = story.head();
    assert_eq!((&verified["verified"], &verified["records"]), (&Value::Bool(true), &4.into()), "{verified}");
    let all = story.program.expect(0, &["journal", "show", "--state", "state", "--json"]).objects();
    let kinds: Vec<&str> = all.iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["batch", "input", "decision", "approved"]);
    assert_eq!(all[3]["hash"], verified["head"]);
    assert!(all.windows(2).all(|pair| pair[1]["prev_hash"] == pair[0]["hash"]), "a chain");
    let own = story.program.expect(0, &["journal", "show", &id, "--state", "state", "--json"]).objects();
    assert_eq!(own, all[1..]);
    let replayed = story.program.expect(0, &["journal", "replay", &id, "--state", "state", "--json"]).objects();
    assert_eq!(replayed.len(), 1);
    assert_eq!((&replayed[0]["same"], &replayed[0]["recorded"]), (&Value::Bool(true), &replayed[0]["computed"]));
    let words = story.program.expect(0, &["journal", "show", "--state", "state"]);
    assert_eq!(words.out.lines().count(), 4, "{}", words.out);
}

/// Changes the kind of the journal's second record, as somebody with a database
/// tool can.
fn tamper(journal: &Path) {
    const ENTRIES: TableDefinition<u64, &[u8]> = TableDefinition::new("entries");
    let db = Database::open(journal).unwrap();
    let entry = db.begin_read().unwrap().open_table(ENTRIES).unwrap().get(2).unwrap().unwrap().value().to_vec();
    let edited = String::from_utf8(entry).unwrap().replace(r#""kind":"input""#, r#""kind":"other""#);
    let write = db.begin_write().unwrap();
    write.open_table(ENTRIES).unwrap().insert(2, edited.as_bytes()).unwrap();
    write.commit().unwrap();
}

#[test]
fn a_journal_that_was_tampered_with_is_not_acted_on() {
    let story = Story::tell();
    let (id, _) = story.proposed();
    tamper(&story.path().join("state/journal.redb"));
    for args in [
        &["journal", "verify"][..],
        &["respond", &id],
        &["respond", &id, "--apply"],
        &["undo", &id, "--by", "ana"],
        &["resume", &id],
        &["report", &id],
    ] {
        let all: Vec<&str> = args.iter().copied().chain(STATE).collect();
        let ran = story.program.expect(1, &all);
        assert!(ran.err.starts_with("error[E0103]: the journal does not verify at record "), "{args:?}: {ran:#?}");
        assert!(ran.err.contains("find out who changed it"), "{args:?}: {ran:#?}");
    }
}

#[test]
fn a_damaged_or_foreign_file_is_named_and_left_alone() {
    let story = Story::tell();
    let (id, _) = story.proposed();
    let path = story.path().join("state/journal.redb");
    let mut damaged = std::fs::read(&path).unwrap();
    let name = damaged.windows(id.len()).position(|bytes| bytes == id.as_bytes()).unwrap();
    damaged[name] ^= 0xff;
    let foreign = b"a text of somebody else\n".repeat(500);
    for (content, says) in [(damaged, "the file is damaged"), (foreign, "no journal of selvedge")] {
        std::fs::write(&path, &content).unwrap();
        for args in [&["journal", "verify"][..], &["respond", &id, "--apply"], &["incidents"], &["replay", "logs"]] {
            let all: Vec<&str> = args.iter().copied().chain(STATE).collect();
            let ran = story.program.expect(1, &all);
            assert!(ran.err.starts_with("error[E0105]") && ran.err.contains(says), "{args:?}: {ran:#?}");
            assert!(ran.err.contains("journal.redb"), "{args:?}: {ran:#?}");
        }
        assert_eq!(std::fs::read(&path).unwrap().len(), content.len(), "{says}");
    }
}

#[test]
fn a_folder_that_another_process_holds() {
    let story = Story::tell();
    let (id, _) = story.proposed();
    {
        let _held = RedbJournal::open(story.path().join("state/journal.redb")).unwrap();
        for args in [&["respond", &id][..], &["respond", &id, "--apply"], &["incidents"], &["replay", "logs"]] {
            let all: Vec<&str> = args.iter().copied().chain(STATE).collect();
            let ran = story.program.expect(1, &all);
            assert!(ran.err.starts_with("error[E0105]"), "{args:?}: {ran:#?}");
            assert!(ran.err.contains("another selvedge process") && ran.err.contains("--state"), "{args:?}: {ran:#?}");
        }
    }
    // Nobody named the default folder: reading logs goes on without it.
    let default = story.path().join("xdg/selvedge");
    std::fs::create_dir_all(&default).unwrap();
    let held = RedbJournal::open(default.join("journal.redb")).unwrap();
    let ran = story.program.expect(0, &["replay", "logs", "--estate", "estate", "--json"]);
    assert_eq!(ran.one("incident")["id"], id.as_str());
    assert!(ran.err.starts_with("warning: incidents of this run are not kept"), "{ran:#?}");
    assert!(ran.err.contains("--state"), "{ran:#?}");
    drop(held);
    let ran = story.program.expect(0, &["replay", "logs", "--estate", "estate", "--json"]);
    assert_eq!(ran.err, "");
    assert_eq!(story.program.expect(0, &["incidents", "--json"]).objects().len(), 1);
}
