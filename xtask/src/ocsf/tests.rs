//! The committed tables against the schema, and the schema's rules one by one
//! on a small schema of our own.

use super::schema::Of;
use super::*;
use serde_json::{Value, json};

#[test]
fn committed_tables_are_what_the_schema_says() {
    let Some(corpus) = std::env::var_os("SELVEDGE_CORPUS").filter(|value| !value.is_empty()) else {
        eprintln!("skipped: the tables of core/model/src/ocsf against OCSF's sources (SELVEDGE_CORPUS is not set)");
        return;
    };
    let schema = Path::new(&corpus).join("ocsf_schema_1.8.0");
    let files = rust::files(&Sources::read(&schema).unwrap()).unwrap();
    assert_eq!(stale(&crate::workspace_root().join(FOLDER), &files).unwrap(), Vec::<String>::new());
    assert!(files.values().map(|text| text.lines().count()).sum::<usize>() > 2000);
}

/// A schema with one of everything that the rules speak of.
fn small() -> Vec<(&'static str, Value)> {
    let choice = |id: &str, caption: &str| json!({"enum": {id: {"caption": caption}}});
    vec![
        ("version.json", json!({"version": "9.9.9"})),
        ("categories.json", json!({"attributes": {"iam": {"uid": 3, "caption": "Identity"}}})),
        (
            "dictionary.json",
            json!({"attributes": {
                "activity_id": {"type": "integer_t", "enum": {"0": {"caption": "Unknown"}}},
                "category_uid": {"type": "integer_t"}, "type_id": {"type": "integer_t"},
                "user": {"type": "user"}, "session": {"type": "string_t"}, "time": {"type": "timestamp_t"},
                "process": {"type": "process"}, "cloud": {"type": "string_t"}, "pid": {"observable": 15, "caption": "Pid"},
            }, "types": {"attributes": {"ip_t": {"observable": 2, "caption": "IP"}}}}),
        ),
        (
            "events/base_event.json",
            json!({"name": "base_event", "caption": "Base", "category": "other", "profiles": ["cloud"], "attributes": {
                "$include": ["profiles/cloud.json"],
                "activity_id": {"requirement": "required", "enum": {"99": {"caption": "Other"}}},
                "category_uid": choice("0", "None"),
            }}),
        ),
        (
            "events/iam/iam.json",
            json!({"name": "iam", "caption": "IAM", "category": "iam", "extends": "base_event",
                "constraints": {"at_least_one": ["user"]},
                "attributes": {"user": {"requirement": "optional"}, "session": {"requirement": "required"}}}),
        ),
        (
            "events/iam/logon.json",
            json!({"name": "logon", "uid": 2, "caption": "Logon", "extends": "iam",
            "@deprecated": {"since": "9.1.0", "message": "Use <code>x</code>."},
            "attributes": {
                "activity_id": choice("1", "Log On"), "user": {"requirement": "required"},
                "session": {"requirement": "optional"}, "cloud": {"profile": null},
            }}),
        ),
        ("profiles/cloud.json", json!({"name": "cloud", "attributes": {"cloud": {"requirement": "required"}}})),
        ("objects/object.json", json!({"name": "object", "attributes": {}})),
        ("objects/observable.json", json!({"name": "observable", "attributes": {"type_id": choice("0", "Unknown")}})),
        (
            "objects/user.json",
            json!({"name": "user", "caption": "User", "observable": 21, "attributes": {
                "process": {}, "type_id": {"observable": 31, "enum": {"1": {"caption": "Person"}}},
            }}),
        ),
        ("objects/process.json", json!({"name": "process", "caption": "Process", "attributes": {"time": {}}})),
        ("extensions/linux/extension.json", json!({"name": "linux", "uid": 1})),
        ("extensions/linux/profiles/users.json", json!({"name": "users", "attributes": {"session": {}}})),
        (
            "extensions/linux/objects/process.json",
            json!({"extends": "process", "profiles": ["users"], "attributes": {"$include": ["profiles/users.json"]}}),
        ),
        (
            "extensions/linux/events/audit.json",
            json!({"name": "audit", "uid": 7, "caption": "Audit", "extends": "iam", "attributes": {},
                "constraints": {"just_one": ["user", "session"]}}),
        ),
    ]
}

fn read(files: &[(&str, Value)]) -> Result<Sources, String> {
    let folder = tempfile::tempdir().unwrap();
    for (path, content) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content.to_string()).unwrap();
    }
    Sources::read(folder.path())
}

#[test]
fn inheritance_includes_and_extensions() {
    let sources = read(&small()).unwrap();
    let classes = sources.classes().unwrap();
    let about = |at: usize| {
        let class = &classes[at];
        let activities: Vec<String> = class.activities.iter().map(|a| format!("{} {}", a.id, a.caption)).collect();
        let constraints = class.constraints.iter().map(|(kind, names)| format!("{kind}: {}", names.join(" ")));
        [
            format!("{} {} in {} {}", class.uid, class.name, class.category.1, class.category.2),
            activities.join(", "),
            class.required.join(" "),
            class
                .required_with
                .iter()
                .map(|(profile, name)| format!("{profile}: {name}"))
                .collect::<Vec<_>>()
                .join(" "),
            constraints.collect::<Vec<_>>().join("; "),
            class.profiles.iter().cloned().collect::<Vec<_>>().join(" "),
            class.deprecated.clone().unwrap_or_default(),
        ]
    };
    // `iam` has no number, so it is only a parent.
    assert_eq!(classes.len(), 3);
    assert_eq!(
        about(0),
        ["0 base_event in 0 None", "0 Unknown, 99 Other", "activity_id", "cloud: cloud", "", "cloud", ""]
    );
    assert_eq!(
        about(1),
        [
            "3002 logon in 3 Identity",
            "0 Unknown, 1 Log On, 99 Other",
            // `cloud` is the class's own here, and required as in the profile.
            "activity_id cloud user",
            "",
            "at_least_one: user",
            // Of the class, of a time in an object, and of that object's patch.
            "cloud datetime linux/users",
            "since OCSF 9.1.0: Use x."
        ]
    );
    assert_eq!(
        about(2),
        [
            "103007 linux/audit in 3 Identity",
            "0 Unknown, 99 Other",
            "activity_id session",
            "cloud: cloud",
            "just_one: user session",
            "cloud datetime linux/users",
            ""
        ]
    );
    let observables: Vec<(u8, String)> =
        sources.observables().unwrap().into_iter().map(|choice| (choice.id, choice.caption)).collect();
    let expected = [(0, "Unknown"), (2, "IP"), (15, "Pid"), (21, "User"), (31, "User Object: type_id")];
    assert_eq!(observables, expected.map(|(id, caption)| (id, caption.to_owned())));
}

#[test]
fn a_schema_that_is_not_understood_is_refused() {
    for (path, pointer, value, why) in [
        ("events/iam/logon.json", "/extends", json!("nobody"), "the schema has no nobody"),
        ("events/iam/logon.json", "/attributes/user", json!("required"), "an attribute that is no object"),
        ("events/iam/logon.json", "/uid", json!("2"), "no number `uid`"),
        ("events/iam/iam.json", "/category", json!("other"), "class audit: no category other"),
        ("events/base_event.json", "/attributes/$include/0", json!("profiles/none.json"), "an include that is not"),
        ("categories.json", "/attributes", json!(null), "no object `attributes`"),
        ("dictionary.json", "/attributes", json!({}), "the dictionary has no"),
        ("dictionary.json", "/attributes/activity_id/enum", json!({"300": {}}), "the value 300, which is not 0 to 255"),
    ] {
        let mut files = small();
        let file = &mut files.iter_mut().find(|(name, _)| *name == path).unwrap().1;
        *file.pointer_mut(pointer).unwrap() = value;
        let found = read(&files).and_then(|sources| sources.classes().map(|_| ()));
        assert!(found.as_ref().is_err_and(|e| e.contains(why)), "{path}{pointer}: {found:?}");
    }
    let sources = read(&small()).unwrap();
    assert_eq!(sources.choices(Of::Object("user"), "pid").unwrap_err(), "user.pid: pid has no enum");
}

#[test]
fn stale_files_are_found_and_mended() {
    let folder = tempfile::tempdir().unwrap();
    let files = BTreeMap::from([("generated.rs".to_owned(), "a".to_owned()), ("generated/id.rs".into(), "b".into())]);
    assert_eq!(stale(folder.path(), &files).unwrap(), ["generated.rs", "generated/id.rs"]);
    write(folder.path(), &files).unwrap();
    assert_eq!(stale(folder.path(), &files).unwrap(), Vec::<String>::new());
    fs::write(folder.path().join("generated/id.rs"), "changed").unwrap();
    fs::write(folder.path().join("generated/class/gone.rs"), "of a class that is no more").unwrap();
    assert_eq!(stale(folder.path(), &files).unwrap(), ["generated/id.rs", "generated/class/gone.rs"]);
    write(folder.path(), &files).unwrap();
    assert_eq!(stale(folder.path(), &files).unwrap(), Vec::<String>::new());
}

#[test]
fn arguments_are_checked() {
    for args in [&[][..], &["--check"], &["--chekc", "x"], &["a", "b"]] {
        let why = run(Path::new("nowhere"), args).unwrap_err();
        assert!(why.starts_with("gen-ocsf wants"), "{args:?}: {why}");
    }
}
