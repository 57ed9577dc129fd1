//! The lines of `selvedge estate` and `selvedge graph` fit their schemas.

use super::{Schema, assert_fit, lines, scenario, selvedge};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::{Field, Row};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

fn estate_schema() -> Schema {
    Schema::parse(include_str!("../../../../../docs/schema/estate.schema.json")).unwrap()
}

fn graph_schema() -> Schema {
    Schema::parse(include_str!("../../../../../docs/schema/graph.schema.json")).unwrap()
}

fn printed(folder: &Path, schema: &Schema, args: &[&str]) -> Vec<Value> {
    let output = selvedge(folder, args);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    let printed = lines(&output.stdout);
    assert!(!printed.is_empty(), "{args:?}");
    assert_fit(schema, &printed);
    printed
}

/// Two exports of which everything that can differ differs.
fn exports(folder: &Path) {
    let vpc = |id: &str, cidr: &str| json!({"Vpcs": [{"VpcId": id, "CidrBlock": cidr, "OwnerId": "111122223333"}]});
    for (name, value) in [
        ("old/vpc.json", vpc("vpc-1", "10.0.0.0/16")),
        ("old/gone.json", json!({"Subnets": [{"SubnetId": "subnet-1", "VpcId": "vpc-1"}]})),
        ("new/vpc.json", vpc("vpc-1", "10.1.0.0/16")),
        ("new/vpc2.json", vpc("vpc-1", "10.2.0.0/16")),
        ("new/more.json", json!({"Subnets": [{"SubnetId": "subnet-2", "VpcId": "vpc-1"}], "NextToken": "t"})),
        ("new/111122223333/get-bucket-tagging.b.json", json!({"TagSet": [{"Key": "data-class", "Value": "PII"}]})),
    ] {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, value.to_string()).unwrap();
    }
}

#[test]
fn estate_prints_what_the_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    exports(folder.path());
    let schema = estate_schema();
    let mut seen: Vec<Value> = Vec::new();
    for args in [
        &["estate", "import", "new", "--state", "state", "--json"][..],
        &["estate", "show", "--state", "state", "--json"],
        &["estate", "show", "bucket", "--state", "state", "--json"],
        &["estate", "diff", "old", "new", "--json"],
    ] {
        seen.extend(printed(folder.path(), &schema, args));
    }
    for (kind, field, wrong) in [
        ("entity", "sources", json!([])),
        ("relation", "kind", json!("")),
        ("lack", "why", json!("")),
        ("problem", "where", json!(1)),
        ("summary", "entities", json!("many")),
        ("added", "id", json!("vpc-1")),
        ("removed", "attributes", json!([])),
        ("changed", "changes", json!([])),
        ("related", "to", json!(null)),
        ("unrelated", "from", json!({})),
        ("diff_summary", "added", json!(-1)),
    ] {
        let line = seen.iter().find(|line| line["type"] == kind).unwrap_or_else(|| panic!("no line of type {kind}"));
        let mut changed = line.clone();
        changed[field] = wrong;
        assert!(!schema.faults(&changed).breaches.is_empty(), "{changed}");
        changed.as_object_mut().unwrap().remove(field);
        assert!(!schema.faults(&changed).breaches.is_empty(), "{changed}");
    }
    let bucket = seen.iter().find(|line| line["id"]["key"] == "b" && line["type"] == "entity").unwrap();
    assert_eq!(bucket["data_class"]["value"], "restricted");
}

#[test]
fn graph_prints_what_the_schema_says() {
    let folder = tempfile::tempdir().unwrap();
    scenario(folder.path());
    let replay = ["replay", "logs", "--estate", "estate", "--state", "state", "--json"];
    let incident =
        lines(&selvedge(folder.path(), &replay).stdout).into_iter().find(|l| l["type"] == "incident").unwrap();
    let named = |kind: &str| {
        let all = incident["entities"].as_array().unwrap();
        all.iter().find(|e| e["kind"] == kind).unwrap_or_else(|| panic!("no {kind}"))["id"].as_str().unwrap().to_owned()
    };
    let (user, bucket) = (named("entra-user"), named("bucket"));
    let schema = graph_schema();
    let stats = printed(folder.path(), &schema, &["graph", "stats", "--state", "state", "--json"]);
    assert!(stats[0]["families"]["trust"].as_u64().unwrap() > 0, "{stats:?}");
    let sum = |of: &Value| of.as_object().unwrap().values().map(|count| count.as_u64().unwrap()).sum::<u64>();
    for (of, all) in [("kinds", "entities"), ("families", "edges"), ("edge_kinds", "edges")] {
        assert_eq!(sum(&stats[0][of]), stats[0][all].as_u64().unwrap(), "{of}");
    }
    let hubs = stats[0]["hubs"].as_array().unwrap();
    let sizes: Vec<u64> = hubs.iter().map(|hub| hub["out"].as_u64().unwrap() + hub["into"].as_u64().unwrap()).collect();
    assert!(sizes.len() > 1 && sizes.is_sorted_by(|a, b| a >= b), "{hubs:?}");
    let around =
        printed(folder.path(), &schema, &["graph", "neighbours", &user, "--hops", "2", "--state", "state", "--json"]);
    assert!(around.iter().any(|line| line["step"] == 2), "{around:#?}");
    let family = ["graph", "neighbours", &user, "--family", "ownership", "--state", "state", "--json"];
    assert!(printed(folder.path(), &schema, &family).iter().all(|line| line["family"] == "ownership"));
    let path = printed(folder.path(), &schema, &["graph", "path", &user, &bucket, "--state", "state", "--json"]);
    let (last, hops) = path.split_last().unwrap();
    assert_eq!((&last["found"], &last["directed"], &last["hops"]), (&json!(true), &json!(true), &json!(hops.len())));
    let kinds: Vec<&str> = hops.iter().map(|hop| hop["edge"]["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["holds", "accessed"], "the human's AWS session read the bucket");
    assert!(hops.iter().all(|hop| !hop["facts"]["evidence"].as_array().unwrap().is_empty()));
    let before = ["graph", "path", &user, &bucket, "--as-of", "2001-01-01T00:00:00Z", "--state", "state", "--json"];
    assert_eq!(printed(folder.path(), &schema, &before).last().unwrap()["found"], json!(false));
    for (line, field, wrong) in [
        (&stats[0], "lacks", json!(1)),
        (&stats[0], "hubs", json!([{}])),
        (&stats[0], "unknown", json!({})),
        (&around[0], "family", json!("kin")),
        (&around[0], "step", json!(0)),
        (&hops[0], "facts", json!({})),
        (last, "max_hops", json!(0)),
    ] {
        let mut changed = line.clone();
        changed[field] = wrong;
        assert!(!schema.faults(&changed).breaches.is_empty(), "{changed}");
    }
}

#[test]
fn an_export_is_whole_and_of_its_format() {
    let folder = tempfile::tempdir().unwrap();
    scenario(folder.path());
    selvedge(folder.path(), &["replay", "logs", "--estate", "estate", "--state", "state", "--json"]);
    let stats = printed(folder.path(), &graph_schema(), &["graph", "stats", "--state", "state", "--json"]);
    let (entities, edges) = (stats[0]["entities"].as_u64().unwrap(), stats[0]["edges"].as_u64().unwrap());
    let export = |format: &str| {
        let output = selvedge(folder.path(), &["graph", "export", "--format", format, "--state", "state"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let document: Value = serde_json::from_str(&export("opengraph")).unwrap();
    let schema = Schema::parse(include_str!("../../../../../docs/schema/opengraph.schema.json")).unwrap();
    assert_fit(&schema, std::slice::from_ref(&document));
    let of = |key: &str| document["graph"][key].as_array().unwrap();
    assert_eq!((of("nodes").len() as u64, of("edges").len() as u64), (entities, edges));
    let ids: BTreeSet<&str> = of("nodes").iter().map(|node| node["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len() as u64, entities, "each node has an id of its own");
    for edge in of("edges") {
        for end in ["start", "end"] {
            assert!(ids.contains(edge[end]["value"].as_str().unwrap()), "{edge} ends nowhere");
        }
        assert!(edge["kind"].as_str().unwrap().chars().all(char::is_alphanumeric), "{edge}");
    }
    for node in of("nodes") {
        assert!(node["properties"].as_object().unwrap().values().all(Value::is_string), "{node}");
    }
    let text = export("graphml");
    let count = |what: &str| text.matches(what).count() as u64;
    assert_eq!(
        (count("<node "), count("</node>"), count("<edge "), count("</edge>")),
        (entities, entities, edges, edges)
    );
    assert!(text.ends_with("</graph>\n</graphml>\n"));
    assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "XML has no place for control characters");
}

/// The rows of a table, each cell by its column's name.
fn table(path: &Path) -> Vec<BTreeMap<String, Field>> {
    let reader = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
    let cells = |row: Row| row.get_column_iter().map(|(name, cell)| (name.clone(), cell.clone())).collect();
    reader.get_row_iter(None).unwrap().map(|row| cells(row.unwrap())).collect()
}

#[test]
fn tables_hold_what_the_other_formats_hold() {
    let folder = tempfile::tempdir().unwrap();
    scenario(folder.path());
    selvedge(folder.path(), &["replay", "logs", "--estate", "estate", "--state", "state", "--json"]);
    let output = selvedge(
        folder.path(),
        &["graph", "export", "--format", "parquet", "--output", "a/tables", "--state", "state"],
    );
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let of = |name: &str| table(&folder.path().join("a/tables").join(name));
    let (nodes, edges) = (of("nodes.parquet"), of("edges.parquet"));
    let opengraph = selvedge(folder.path(), &["graph", "export", "--format", "opengraph", "--state", "state"]);
    let document: Value = serde_json::from_slice(&opengraph.stdout).unwrap();
    let counts = |what: &str| document["graph"][what].as_array().unwrap().len();
    assert_eq!((nodes.len(), edges.len()), (counts("nodes"), counts("edges")));
    let text = |row: &BTreeMap<String, Field>, column: &str| match &row[column] {
        Field::Str(text) => text.clone(),
        other => panic!("{column} is {other:?}"),
    };
    let ids: BTreeSet<String> = nodes.iter().map(|node| text(node, "id")).collect();
    assert_eq!(ids.len(), nodes.len(), "each node has an id of its own");
    for node in &nodes {
        assert_eq!(text(node, "id"), format!("{}:{}", text(node, "kind"), text(node, "key")));
        assert!(serde_json::from_str::<Value>(&text(node, "attributes")).unwrap().is_object());
    }
    for edge in &edges {
        assert!(ids.contains(&text(edge, "from")) && ids.contains(&text(edge, "to")), "{edge:?} ends nowhere");
        let evidence: Vec<String> = serde_json::from_str(&text(edge, "evidence")).unwrap();
        let Field::Long(count) = edge["evidence_count"] else { panic!("{edge:?}") };
        assert_eq!(evidence.len() as i64, count.min(20), "a few are shown, all are counted");
        let seen = matches!(edge["first_seen"], Field::TimestampMicros(_));
        assert!(seen || edge["stated"] == Field::Bool(true), "{edge:?}");
    }
    assert!(edges.iter().any(|edge| edge["reversed"] == Field::Bool(true)));
}
