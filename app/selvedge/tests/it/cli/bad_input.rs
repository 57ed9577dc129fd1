//! Broken input among good: each is named with its place, the rest is read.

use super::Story;
use super::program::Ran;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use std::io::Write as _;
use std::path::Path;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// `count` CloudTrail records, one a line.
fn lines(count: usize) -> String {
    (0..count)
        .map(|n| {
            format!(
                r#"{{"eventVersion":"1.09","eventTime":"2026-05-18T09:{n:02}:00Z","eventSource":"s3.amazonaws.com","eventName":"ListBuckets","eventID":"e-{n}","awsRegion":"eu-west-1","recipientAccountId":"111122223333","sourceIPAddress":"198.51.100.10","userIdentity":{{"type":"IAMUser","principalId":"AIDAX","arn":"arn:aws:iam::111122223333:user/u","accountId":"111122223333","userName":"u"}}}}"#
            ) + "\n"
        })
        .collect()
}

/// What the accounting of a replay over `files` must be, and what a problem must
/// say where.
struct Case {
    name: &'static str,
    /// Path below the folder, content.
    files: Vec<(&'static str, Vec<u8>)>,
    /// Further paths on the command line.
    also: &'static [&'static str],
    /// Events, unmapped, problems, file problems.
    counts: [u64; 4],
    /// End of `where`, part of `why`; none if nothing is wrong.
    problem: Option<(&'static str, &'static str)>,
}

fn cases() -> Vec<Case> {
    let good = || ("good.jsonl", lines(3).into_bytes());
    let without_checksum = |bytes: Vec<u8>| bytes[..bytes.len() - 8].to_vec();
    let broken_line = lines(2).replacen("\n", "\n{\"eventVersion\": broken}\n", 1).into_bytes();
    vec![
        Case { name: "good", files: vec![good()], also: &[], counts: [3, 0, 0, 0], problem: None },
        Case {
            name: "a path that does not exist",
            files: vec![good()],
            also: &["nowhere/at-all"],
            counts: [3, 0, 0, 1],
            problem: Some(("nowhere/at-all@0", "")),
        },
        Case {
            name: "a line that is no JSON among good lines",
            files: vec![good(), ("broken.jsonl", broken_line)],
            also: &[],
            counts: [5, 0, 1, 0],
            problem: Some(("broken.jsonl:2", "not JSON")),
        },
        Case {
            name: "a file of noise among good files",
            files: vec![good(), ("noise.log", b"\x00\xff\xfe not a log".to_vec())],
            also: &[],
            counts: [3, 0, 1, 0],
            problem: Some(("noise.log:1", "neither JSON nor a text log")),
        },
        Case {
            name: "an object that never ends",
            files: vec![good(), ("cut.json", br#"{"Records":[{"eventVersion":"1.09","eve"#.to_vec())],
            also: &[],
            counts: [3, 0, 1, 0],
            problem: Some(("cut.json@12", "")),
        },
        Case {
            name: "a gzip that is cut off",
            files: vec![good(), ("cut.jsonl.gz", without_checksum(gzip(lines(50).replace("e-", "f-").as_bytes())))],
            also: &[],
            counts: [53, 0, 0, 1],
            problem: Some(("cut.jsonl.gz@", "cut off")),
        },
        Case {
            name: "a whole gzip",
            files: vec![("whole.jsonl.gz", gzip(lines(4).as_bytes()))],
            also: &[],
            counts: [4, 0, 0, 0],
            problem: None,
        },
        Case {
            name: "an empty file",
            files: vec![good(), ("empty.json", Vec::new())],
            also: &[],
            counts: [3, 0, 0, 1],
            problem: Some(("empty.json@0", "empty")),
        },
        Case {
            name: "a record of a kind that nobody knows",
            files: vec![good(), ("odd.json", br#"{"hello":"world","n":1}"#.to_vec())],
            also: &[],
            counts: [3, 1, 0, 0],
            problem: None,
        },
        Case {
            name: "a CloudTrail record without a time",
            files: vec![good(), ("odd.json", lines(1).replace("eventTime", "noTime").into_bytes())],
            also: &[],
            counts: [4, 0, 0, 0],
            problem: Some(("in/odd.json:1", "eventTime is missing or no time; it is dated by the time of reading")),
        },
    ]
}

fn counts(ran: &Ran) -> [u64; 4] {
    let summary = ran.one("summary");
    let count = |key: &str| summary[key].as_u64().unwrap_or_else(|| panic!("{key}: {summary}"));
    let all = ["events", "unmapped", "problems", "file_problems"].map(count);
    assert_eq!(count("records"), all[0] + all[1] + all[2], "the accounting: {summary}");
    all
}

fn check(case: &Case, folder: &Path) {
    let program = super::Program::new(folder);
    std::fs::create_dir(folder.join("in")).unwrap();
    for (name, content) in &case.files {
        std::fs::write(folder.join("in").join(name), content).unwrap();
    }
    let mut args = vec!["replay", "in", "--state", "state", "--json"];
    args.extend(case.also);
    let ran = program.expect(0, &args);
    assert_eq!(counts(&ran), case.counts, "{}: {ran:#?}", case.name);
    let problems = ran.of("problem");
    match case.problem {
        None => assert!(problems.is_empty(), "{}: {problems:?}", case.name),
        Some((place, why)) => {
            let fits = |problem: &Value| {
                let text = |key: &str| problem[key].as_str().unwrap().to_owned();
                text("where").contains(place) && text("why").contains(why) && text("why").len() > 5
            };
            assert!(problems.len() == 1 && fits(&problems[0]), "{}: {problems:?}", case.name);
        }
    }
    let last = ran.objects().pop().unwrap();
    assert_eq!(last["type"], "summary", "{}", case.name);
    args.push("--strict");
    let code = i32::from(case.problem.is_some());
    program.expect(code, &args);
    let mut normalize = vec!["normalize", "in", "--json", "--strict"];
    normalize.extend(case.also);
    let ran = program.expect(code, &normalize);
    let events = case.counts[0] + case.counts[1];
    assert_eq!(ran.objects().len() as u64, events, "{}: one event a line", case.name);
    let told: Vec<Value> = ran.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(told, problems, "{}: problems on the other stream", case.name);
    // Without --json the same is said in words.
    let mut words = vec!["replay", "in", "--state", "words"];
    words.extend(case.also);
    let ran = program.expect(0, &words);
    assert_eq!(ran.out.contains("\nProblems\n"), case.problem.is_some(), "{}: {}", case.name, ran.out);
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_read() {
    for case in cases() {
        let folder = tempfile::tempdir().unwrap();
        check(&case, folder.path());
    }
}

#[test]
fn records_before_the_cut_of_a_gzip_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let program = super::Program::new(folder.path());
    let whole = gzip(lines(50).as_bytes());
    std::fs::write(folder.path().join("cut.jsonl.gz"), &whole[..whole.len() / 2]).unwrap();
    let ran = program.expect(0, &["replay", "cut.jsonl.gz", "--state", "state", "--json"]);
    let [events, unmapped, problems, file_problems] = counts(&ran);
    assert!((1..50).contains(&events), "{ran:#?}");
    assert!((unmapped, file_problems) == (0, 1) && problems <= 1, "at most the line that was cut: {ran:#?}");
}

#[test]
fn records_before_the_damage_of_a_gzip_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let program = super::Program::new(folder.path());
    let mut whole = gzip(lines(50).as_bytes());
    let checksum = whole.len() - 8;
    whole[checksum] ^= 0xff;
    std::fs::write(folder.path().join("damaged.jsonl.gz"), whole).unwrap();
    let ran = program.expect(0, &["replay", "damaged.jsonl.gz", "--state", "state", "--json"]);
    assert_eq!(counts(&ran), [50, 0, 0, 1], "{ran:#?}");
}

#[test]
fn severity_decides_the_exit_code_if_asked() {
    let story = Story::tell();
    let replay = |extra: &[&str]| {
        let mut args = vec!["replay", "logs", "--estate", "estate", "--state", "state"];
        args.extend(extra);
        story.program.run(&args).code
    };
    assert_eq!(replay(&[]), 0);
    for level in ["info", "low", "medium", "high", "critical"] {
        assert_eq!(replay(&["--fail-on", level]), 3, "{level}");
    }
    assert_eq!(replay(&["--fail-on", "high", "--strict"]), 3, "nothing is unread");
    std::fs::write(story.path().join("logs/zz.json"), "{").unwrap();
    assert_eq!(replay(&["--fail-on", "high", "--strict"]), 1, "what could not be read comes first");
    let quiet = tempfile::tempdir().unwrap();
    std::fs::write(quiet.path().join("x.jsonl"), lines(3)).unwrap();
    super::Program::new(quiet.path()).expect(0, &["replay", "x.jsonl", "--state", "s", "--fail-on", "high"]);
}

#[test]
fn a_report_page_is_written_or_the_reason_is_told() {
    let story = Story::tell();
    let replay =
        |file: &str| story.program.run(&["replay", "logs", "--estate", "estate", "--state", "state", "--report", file]);
    assert_eq!(replay("page.html").code, 0);
    let page = std::fs::read_to_string(story.path().join("page.html")).unwrap();
    assert!(page.contains("alice@contoso.com") && !page.contains("<script") && !page.contains("://"), "{page}");
    let refused = replay("no/such/folder/page.html");
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("error[E0001]") && refused.err.contains("page.html"), "{refused:#?}");
}
