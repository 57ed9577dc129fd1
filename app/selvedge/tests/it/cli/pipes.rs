//! Output that nobody reads to its end, or that cannot be written.

use super::{Program, Story};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

fn record(n: usize) -> String {
    format!(
        r#"{{"eventVersion":"1.09","eventTime":"2026-05-18T09:00:00Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","eventID":"e-{n}","awsRegion":"eu-west-1","recipientAccountId":"111122223333","userIdentity":{{"type":"IAMUser","accountId":"111122223333"}}}}"#
    ) + "\n"
}

/// As `selvedge … | head -1` does: the pipe is closed after the first line.
#[test]
fn a_reader_that_goes_away_ends_it_quietly() {
    let story = Story::tell();
    fs::write(story.path().join("many.jsonl"), (0..3_000).map(record).collect::<String>()).unwrap();
    story.replay();
    for args in [
        &["normalize", "many.jsonl"][..],
        &["replay", "many.jsonl", "--state", "other", "--json"],
        &["rules", "list"],
        &["rules", "list", "--json"],
        &["rules", "test", "--verbose"],
        &["incidents", "--state", "state"],
        &["journal", "show", "--state", "state"],
        &["permissions"],
        &["completions", "bash"],
        &["demo"],
    ] {
        let mut child = Command::new(env!("CARGO_BIN_EXE_selvedge"))
            .args(args)
            .current_dir(story.path())
            .env("HOME", story.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        assert!(!line.is_empty(), "{args:?} printed nothing");
        assert!(ended.status.success() && !said.contains("panicked"), "{args:?}: {:?} {said}", ended.status);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("one.jsonl"), record(1)).unwrap();
    for args in [&["normalize", "one.jsonl"][..], &["rules", "list"], &["rules", "list", "--json"]] {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let ran = Command::new(env!("CARGO_BIN_EXE_selvedge"))
            .args(args)
            .current_dir(folder.path())
            .env("HOME", folder.path())
            .stdout(full)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(1), "{args:?}: {said}");
        assert!(said.starts_with("error[E0001]: stdout: "), "{args:?}: {said}");
    }
}

/// Events on stdout, problems as JSON lines on stderr, and the exit code.
#[test]
fn normalize_keeps_events_and_problems_apart() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("logs")).unwrap();
    fs::write(folder.path().join("logs/a.jsonl"), format!("{}{{\"eventTime\": broken\n{}", record(1), record(2)))
        .unwrap();
    fs::write(folder.path().join("logs/empty.json"), "").unwrap();
    let program = Program::new(folder.path());
    for (code, paths) in [
        (0, &["normalize", "logs", "nowhere"][..]),
        (0, &["normalize", "logs", "nowhere", "--json"]),
        (1, &["normalize", "logs", "nowhere", "--strict"]),
    ] {
        let ran = program.expect(code, paths);
        assert_eq!(ran.objects().len(), 2, "{paths:?}");
        let problems: Vec<Value> = ran.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let mut wheres: Vec<&str> = problems.iter().map(|problem| problem["where"].as_str().unwrap()).collect();
        wheres.sort_unstable();
        assert_eq!(wheres, ["logs/a.jsonl:2", "logs/empty.json@0", "nowhere@0"], "{paths:?}");
        assert!(problems.iter().all(|problem| problem["type"] == "problem"), "{problems:?}");
    }
    program.expect(0, &["normalize", "logs/a.jsonl"]);
    fs::write(folder.path().join("good.jsonl"), record(3)).unwrap();
    program.expect(0, &["normalize", "good.jsonl", "--strict"]);
}
