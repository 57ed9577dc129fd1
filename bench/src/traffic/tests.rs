//! What is generated holds up: distinct, of the size of real records, told right
//! by the program, and counted exactly.

use super::*;
use crate::program::{Program, estate};
use crate::whole::{OnDisk, replay, to_ocsf, verdict, whole_verdict};
use selvedge_detect::json::{Doc, Scratch};
use selvedge_detect::unwrap;
use selvedge_model::RecordKind;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// Records of each cloud: enough for every log to have some.
const FEW: u64 = 4_000;

/// Every record with the stream that it was written to.
fn records(seed: u64, per_cloud: u64) -> Vec<(Stream, Value)> {
    let world = World::new(seed, per_cloud).unwrap();
    let writer = Writer::new();
    let mut out = Vec::new();
    for file in plan(&world, per_cloud) {
        let mut text = String::new();
        writer.write(&world, &file, &mut text);
        let own: Vec<Value> = match file.stream {
            Stream::Azure(log) if log.in_lines() => {
                text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
            }
            _ => {
                let mut document: Value = serde_json::from_str(&text).unwrap();
                let key = if matches!(file.stream, Stream::CloudTrail(_)) { "Records" } else { "records" };
                document[key].take().as_array().unwrap().clone()
            }
        };
        assert_eq!(own.len() as u64, file.all_records(), "{}", file.path);
        out.extend(own.into_iter().map(|record| (file.stream, record)));
    }
    out
}

/// A record without what names it alone.
fn body(record: &Value) -> String {
    let mut record = record.clone();
    let object = record.as_object_mut().unwrap();
    for key in ["eventID", "requestID", "sharedEventID", "eventTime", "time", "correlationId"] {
        object.remove(key);
    }
    if let Some(properties) = object.get_mut("properties").and_then(Value::as_object_mut) {
        for key in ["id", "originalRequestId", "correlationId", "uniqueTokenIdentifier", "createdDateTime"] {
            properties.remove(key);
        }
    }
    record.to_string()
}

#[test]
fn bodies_do_not_repeat() {
    let all = records(7, FEW);
    assert_eq!(all.len() as u64, 2 * FEW);
    let whole: BTreeSet<String> = all.iter().map(|(_, record)| record.to_string()).collect();
    assert_eq!(whole.len(), all.len(), "two records are the same");
    // Without ids and times a few calls are alike, as in real logs: one workload
    // asks the same again. They are few.
    let bodies: BTreeSet<String> = all.iter().map(|(_, record)| body(record)).collect();
    assert!(bodies.len() * 100 >= all.len() * 97, "{} bodies of {} records", bodies.len(), all.len());
    let distinct = |of: &dyn Fn(&Value) -> Option<String>| {
        all.iter().filter_map(|(_, record)| of(record)).collect::<BTreeSet<String>>().len()
    };
    let text = |path: &'static [&'static str]| {
        move |record: &Value| {
            let found = path.iter().try_fold(record, |value, key| value.get(key))?;
            found.as_str().map(str::to_owned)
        }
    };
    for (what, path, least) in [
        ("operations", &["eventName"] as &[&str], 90),
        ("services", &["eventSource"], 20),
        ("errors", &["errorCode"], 8),
        ("kinds of callers", &["userIdentity", "type"], 4),
        ("callers", &["userIdentity", "arn"], 900),
        ("accounts", &["recipientAccountId"], 20),
        ("regions", &["awsRegion"], 4),
        ("agents", &["userAgent"], 20),
        ("event types", &["eventType"], 4),
        ("categories", &["category"], 7),
        ("users", &["properties", "userPrincipalName"], 300),
        ("results", &["resultType"], 8),
    ] {
        let found = distinct(&text(path));
        assert!(found >= least, "{found} {what}");
    }
}

#[test]
fn records_have_the_size_of_real_ones() {
    let all = records(1, FEW);
    let mean = |of: &dyn Fn(Stream) -> bool| {
        let sizes: Vec<usize> =
            all.iter().filter(|(stream, _)| of(*stream)).map(|(_, record)| record.to_string().len()).collect();
        (sizes.iter().sum::<usize>() / sizes.len(), *sizes.iter().min().unwrap(), *sizes.iter().max().unwrap())
    };
    let (trail, least, most) = mean(&|stream| matches!(stream, Stream::CloudTrail(_)));
    assert!((1_150..=1_350).contains(&trail), "CloudTrail: {trail}");
    assert!(least < 750 && most > 2_500, "CloudTrail: from {least} to {most}");
    let (azure, ..) = mean(&|stream| matches!(stream, Stream::Azure(_)));
    assert!((2_000..=3_300).contains(&azure), "Azure: {azure}");
}

#[test]
fn every_record_is_told_for_what_it_is() {
    let mut scratch = Scratch::default();
    for (stream, record) in records(3, FEW) {
        let expected = match stream {
            Stream::CloudTrail(_) => RecordKind::CloudTrail,
            Stream::Azure(log) => log.kind(),
        };
        let text = record.to_string();
        let doc = Doc::parse(text.as_bytes(), &mut scratch).unwrap();
        let mut found = Vec::new();
        unwrap(doc.root(), text.as_bytes(), &mut |one| found.push(one.kind));
        // Graph's calls are unmapped until there is a mapping for them.
        let unmapped_yet = expected == RecordKind::GraphActivity && found == [RecordKind::Unmapped];
        assert!(found == [expected] || unmapped_yet, "{expected:?} was read as {found:?}: {text}");
        doc.recycle(&mut scratch);
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let found = selvedge_files::walk([folder.join("logs")]);
    assert!(found.problems.is_empty());
    found.files
}

fn texts(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut gunzip = crate::baseline::Gunzip::new();
    let read = |path: PathBuf| {
        let text = gunzip.file(&path).unwrap().to_vec();
        (path.strip_prefix(folder).unwrap().to_owned(), text)
    };
    files(folder).into_iter().map(read).collect()
}

#[test]
fn a_seed_gives_the_same_files_on_any_number_of_threads() {
    let folders: Vec<_> = (0..3).map(|_| tempfile::tempdir().unwrap()).collect();
    let [a, b, c] = folders.each_ref_path();
    let manifest = generate(a, 2_000, 7, 1).unwrap();
    assert_eq!(generate(b, 2_000, 7, 3).unwrap(), manifest);
    generate(c, 2_000, 8, 1).unwrap();
    assert_eq!(texts(a), texts(b));
    assert_ne!(texts(a), texts(c));
    assert_eq!(texts(a).len() as u64, manifest.total().files);
    let bytes: usize = texts(a).iter().map(|(_, text)| text.len()).sum();
    assert_eq!(bytes as u64, manifest.total().bytes);
}

trait Paths {
    fn each_ref_path(&self) -> [&Path; 3];
}

impl Paths for Vec<tempfile::TempDir> {
    fn each_ref_path(&self) -> [&Path; 3] {
        [self[0].path(), self[1].path(), self[2].path()]
    }
}

#[test]
fn the_attack_is_found_and_every_record_counted_from_disk_and_on_the_fly() {
    let program = Program::load(None).unwrap();
    for seed in [1, 2] {
        let folder = tempfile::tempdir().unwrap();
        let manifest = generate(folder.path(), FEW, seed, 2).unwrap();
        assert_eq!(manifest.sets.keys().map(String::as_str).collect::<BTreeSet<_>>(), SETS.into());
        for set in manifest.sets.values() {
            assert_eq!(set.records, FEW);
        }
        let (files, now) = (files(folder.path()), manifest.ends_at);
        let on_disk = replay(&files, &OnDisk::default(), &program, estate(folder.path()).unwrap(), (2, now)).unwrap();
        let counts = on_disk.tally.counts;
        assert_eq!((counts.records, counts.problems, counts.file_problems), (2 * FEW, 0, 0));
        assert_eq!(counts.records, counts.events + counts.unmapped);
        assert_eq!(on_disk.repeated, 0);
        assert_eq!(counts.unmapped, 0);
        verdict(&on_disk, &manifest).unwrap();
        assert_eq!(to_ocsf(&files, now).unwrap(), counts);
        let parsed: u64 = texts(folder.path()).iter().map(|(_, text)| crate::baseline::parse(text).unwrap()).sum();
        assert_eq!(parsed, counts.records);

        let logs = OnTheFly::new(seed, FEW).unwrap();
        let on_the_fly =
            replay(&logs.files(), &logs, &program, estate(folder.path()).unwrap(), (1, logs.world.ends)).unwrap();
        assert_eq!(on_the_fly.tally, on_disk.tally);
        assert_eq!(logs.records(), counts.records);
        assert_eq!(logs.manifest(), Manifest { sets: BTreeMap::new(), ..manifest.clone() });
        assert_eq!(on_the_fly.incidents, on_disk.incidents);
    }
}

#[test]
fn a_wrong_verdict_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::load(None).unwrap();
    let manifest = generate(folder.path(), 2_000, 1, 2).unwrap();
    let estate = estate(folder.path()).unwrap();
    let files = files(folder.path());
    let outcome = replay(&files, &OnDisk::default(), &program, estate, (2, manifest.ends_at)).unwrap();
    assert!(whole_verdict(&outcome, &manifest).is_ok_and(|found| found.last_call_cited));
    let stranger = Manifest { human: "somebody".into(), ..manifest.clone() };
    let elsewhere = Manifest { last_record: "another".into(), ..manifest.clone() };
    let mut planless = outcome.clone();
    planless.incidents.iter_mut().for_each(|one| one.plan = None);
    let mut none = outcome.clone();
    none.incidents.clear();
    let mut twice = outcome.clone();
    twice.incidents.extend(outcome.incidents.clone());
    for (outcome, manifest, why) in [
        (&outcome, &stranger, "found 0 times"),
        (&outcome, &elsewhere, "does not cite its last record another"),
        (&planless, &manifest, "0 have a plan"),
        (&none, &manifest, "of 0 incidents"),
        (&twice, &manifest, "found 2 times"),
    ] {
        let error = whole_verdict(outcome, manifest).unwrap_err();
        assert!(error.contains(why), "{error}");
    }
    let under_pressure = verdict(&outcome, &elsewhere).unwrap();
    assert!(!under_pressure.last_call_cited, "more records than memory holds may lose it, and it is said");
}
