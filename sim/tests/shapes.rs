//! Our records have the shape of records written by others: the same keys, by
//! kind of record. Reads the corpus where `SELVEDGE_CORPUS` says.

use flate2::read::GzDecoder;
use jiff::SignedDuration;
use selvedge_actions::{AwsMutation, Mutation};
use selvedge_sim::{AssertionIds, look_alikes, scenario_a};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::path::Path;

/// What kind of record it is; `None` for kinds that are not compared.
fn kind(record: &Value) -> Option<String> {
    if let Some(name) = record["eventName"].as_str() {
        let refused = if record.get("errorCode").is_some() { " refused" } else { "" };
        let by = record["userIdentity"]["type"].as_str()?;
        return Some(format!("{name} by {by}{refused}"));
    }
    let category = record["category"].as_str()?;
    let claims = &record["identity"]["claims"];
    let by = if claims.is_null() || claims.get("name").is_some() { "" } else { " by a workload" };
    Some(format!("{category}{by}"))
}

/// The paths of all keys; lists count by their elements.
fn keys(value: &Value, at: &str, out: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) => {
            for (key, one) in map {
                let path = format!("{at}/{key}");
                keys(one, &path, out);
                out.insert(path);
            }
        }
        Value::Array(list) => list.iter().for_each(|one| keys(one, &format!("{at}/*"), out)),
        _ => {}
    }
}

/// Keys that every record of a kind has, and those that any has.
type Shapes = BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)>;

fn learn(shapes: &mut Shapes, record: &Value) {
    let Some(kind) = kind(record) else { return };
    let mut own = BTreeSet::new();
    keys(record, "", &mut own);
    let (always, ever) = shapes.entry(kind).or_insert_with(|| (own.clone(), own.clone()));
    always.retain(|key| own.contains(key));
    ever.extend(own);
}

fn learn_file(shapes: &mut Shapes, path: &Path) {
    let bytes = fs::read(path).unwrap();
    let mut text = String::new();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        GzDecoder::new(bytes.as_slice()).read_to_string(&mut text).unwrap();
    } else {
        text = String::from_utf8(bytes).unwrap();
    }
    let Ok(file) = serde_json::from_str::<Value>(&text) else { return };
    for key in ["Records", "records"] {
        file[key].as_array().into_iter().flatten().for_each(|record| learn(shapes, record));
    }
}

/// Keys that depend on a tenant's configuration and not on the kind; and keys
/// of real records that the corpus, which was constructed, leaves out.
fn is_optional(kind: &str, key: &str) -> bool {
    let of_configuration = key.contains("sourceIdentity") || key.contains("/claims/puid");
    let left_out = match kind {
        "AssumeRole by AWSService" => ["/resources", "/responseElements", "/requestParameters/durationSeconds"]
            .iter()
            .any(|own| key.starts_with(own)),
        "GetBucketLocation by AssumedRole" => key.starts_with("/resources"),
        _ => false,
    };
    of_configuration || left_out
}

#[test]
fn records_have_the_keys_of_the_corpus() {
    let mut ours = Vec::new();
    let world = scenario_a::play(71, AssertionIds::Random);
    let op = AwsMutation::PutRolePolicy {
        role_name: world.company.role_name.clone(),
        policy_name: "Closed".into(),
        document: r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#.into(),
    };
    world.administrator_changes(&Mutation::Aws { account: world.company.account.clone(), op });
    world.clock.advance(SignedDuration::from_secs(10));
    assert!(world.attacker_call().unwrap().is_err());
    ours.extend(world.logs());
    for story in look_alikes::ALL {
        ours.extend((story.play)(72, AssertionIds::Random).logs());
    }
    let kinds: BTreeSet<String> = ours.iter().filter_map(|row| kind(&row.record)).collect();
    let Some(corpus) = std::env::var_os("SELVEDGE_CORPUS") else {
        eprintln!("skipped {} cases: SELVEDGE_CORPUS is not set", kinds.len());
        return;
    };
    let mut shapes = Shapes::new();
    for entry in fs::read_dir(Path::new(&corpus).join("crosscloud_sample/logs")).unwrap() {
        learn_file(&mut shapes, &entry.unwrap().path());
    }
    let mut compared = BTreeSet::new();
    let mut differences = BTreeSet::new();
    for row in &ours {
        let Some((name, (always, ever))) = kind(&row.record).and_then(|name| Some((name.clone(), shapes.get(&name)?)))
        else {
            continue;
        };
        let mut own = BTreeSet::new();
        keys(&row.record, "", &mut own);
        for key in always.difference(&own).filter(|key| !is_optional(&name, key)) {
            differences.insert(format!("{name}: lacks {key}"));
        }
        for key in own.difference(ever).filter(|key| !is_optional(&name, key)) {
            differences.insert(format!("{name}: adds {key}"));
        }
        compared.insert(name);
    }
    assert!(differences.is_empty(), "{differences:#?}");
    let not_compared: Vec<&String> = kinds.difference(&compared).collect();
    eprintln!("{} kinds compared; not in the corpus: {not_compared:?}", compared.len());
    assert!(compared.len() >= 9, "{compared:?}");
}
