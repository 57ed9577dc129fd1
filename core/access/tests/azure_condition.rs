//! Azure's condition language: tables of our own, the corpus's cases, and that no
//! text makes the parser panic or slow.

#![expect(clippy::disallowed_methods, reason = "the corpus lies outside the project")]

use proptest::prelude::*;
use selvedge_access::Truth;
use selvedge_access::azure::condition::{Condition, Context, check};
use serde_json::{Map, Value, json};
use std::path::PathBuf;

fn context() -> Value {
    json!({
        "principal": {"id": "p", "type": "User", "attributes": {"Ns": {"Project": "blue"}, "levels": ["L1", "L2"]}},
        "resource": {"id": "/subscriptions/1", "type": "T", "scope": "/s", "attributes": {
            "name": "Alpha*", "tags": ["a", "b"], "one": ["a"], "count": 5, "flag": true, "ratio": 2.5,
            "ip": "10.0.0.5", "ip6": "2001:db8::1", "date": "2023-12-31T23:59:59-08:00", "time": "09:30",
            "guid": "A1B2C3D4-0000-0000-0000-000000000000", "A/b:c": "full", "nil": null, "none": [],
            "Microsoft.X/blobs/tags:Project<$key_case_sensitive$>": "Cascade"}},
        "request": {"action": "X/read", "attributes": {"numbers": [10, 20], "when": "2023-05-01T12:00:00Z"}},
        "environment": {"isPrivateLink": false, "privateEndpoint": null, "subnet": "/vnet/s",
            "utcNow": "2023-05-01T12:00:00Z"},
        "action": "Microsoft.Storage/accounts/blobs/read", "subOperation": "Blob.List"
    })
}

/// Condition, expected: `t`, `f`, `e`rror.
const TABLE: &[(&str, char)] = &[
    // Actions.
    ("ActionMatches{'Microsoft.Storage/*'}", 't'),
    ("actionmatches{'microsoft.storage/ACCOUNTS/blobs/read'}", 't'),
    ("ActionMatches{'*/write'}", 'f'),
    ("ActionMatches{'*/write','*/read'}", 't'),
    ("ActionMatches('a/b/read', 'a/*')", 't'),
    ("@Request[action] ActionMatches 'X/*'", 't'),
    ("SubOperationMatches{'blob.list'}", 't'),
    ("SubOperationMatches('Blob.*')", 'f'),
    ("!(ActionMatches{'*/blobs/read'} AND SubOperationMatches{'Blob.List'})", 'f'),
    ("!(ActionMatches{'*/blobs/read'} AND NOT SubOperationMatches{'Blob.List'})", 't'),
    ("@Request[subOperation] ForAnyOfAnyValues:StringEqualsIgnoreCase {'BLOB.LIST'}", 't'),
    // Logic.
    ("true AND (false OR true)", 't'),
    ("true && !false || true", 't'),
    ("false AND false OR true", 'e'),
    ("true OR true AND false", 'e'),
    ("true OR (true AND false)", 't'),
    ("(true OR true) AND false", 'f'),
    ("not not true", 't'),
    ("((((true))))", 't'),
    // Texts.
    ("@Resource[name] StringEquals 'Alpha*'", 't'),
    ("@Resource[NAME] stringequals 'alpha*'", 'f'),
    ("@Resource[name] StringEqualsIgnoreCase 'ALPHA*'", 't'),
    ("@Resource[name] StringNotEqualsIgnoreCase 'ALPHA*'", 'f'),
    ("@Resource[name] StringStartsWithIgnoreCase 'al'", 't'),
    ("@Resource[name] StringNotStartsWithIgnoreCase 'al'", 'f'),
    ("@Resource[name] StringStartsWith 'al'", 'f'),
    ("@Resource[name] StringNotEndsWith '*'", 'f'),
    ("@Resource[name] StringNotContains 'lph'", 'f'),
    ("@Resource[name] StringLike 'A*\\*'", 't'),
    ("@Resource[name] StringLike 'A?pha?'", 't'),
    ("@Resource[name] StringLike 'A*\\?'", 'f'),
    ("@Resource[name] StringLikeIgnoreCase 'a*'", 't'),
    ("@Resource[name] StringNotLike 'A*'", 'f'),
    ("@Resource[name] StringMatches '^Al.*a'", 't'),
    ("@Resource[name] StringNotMatches '^Al.*a'", 'f'),
    ("@Resource[name] StringMatches '('", 'e'),
    ("@Resource[name] StringEquals {'x', 'Alpha*'}", 't'),
    ("@Resource[name] StringNotEquals {'x', 'Alpha*'}", 'f'),
    ("@Resource[tags] StringEquals 'b'", 't'),
    ("@Resource[tags] StringEquals {'a','b'}", 't'),
    ("@Resource[tags] StringEquals {'b','a'}", 'f'),
    ("'it\\'s' StringEquals \"it's\"", 't'),
    // Numbers: integers only.
    ("@Resource[count] NumericEquals 5", 't'),
    ("@Resource[count] NumericEquals '5'", 't'),
    ("@Resource[count] NumericEquals 5.0", 't'),
    ("@Resource[count] NumericNotEquals 5", 'f'),
    ("@Resource[count] NumericGreaterThan -3", 't'),
    ("@Resource[ratio] NumericGreaterThan 2", 'e'),
    ("@Resource[name] NumericEquals 5", 'e'),
    ("@Resource[count] NumericInRange [5, 6]", 't'),
    ("@Resource[count] NumericInRange [6, 5]", 'f'),
    ("@Resource[count] NumericInRange [5]", 'e'),
    ("{10, 20} ForAnyOfAllValues:NumericLessThan {15, 18}", 't'),
    ("{10, 20} ForAllOfAllValues:NumericLessThan {5, 15, 18}", 'f'),
    ("{10, 20} ForAllOfAllValues:NumericLessThan {25, 30}", 't'),
    ("{10, 20} ForAllOfAllValues:NumericLessThan {15, 25, 30}", 'f'),
    // Quantifiers.
    ("{'red', 'blue'} ForAnyOfAnyValues:StringEquals {'blue', 'green'}", 't'),
    ("{'red', 'blue'} ForAnyOfAnyValues:StringEquals {'orange', 'green'}", 'f'),
    ("{'red', 'blue'} ForAllOfAnyValues:StringEquals {'orange', 'red', 'blue'}", 't'),
    ("{'red', 'blue'} ForAllOfAnyValues:StringEquals {'red', 'green'}", 'f'),
    ("{'red', 'blue'} ForAnyOfAllValues:StringNotEquals {'red', 'green'}", 't'),
    ("@Resource[none] ForAllOfAnyValues:StringEquals {'a'}", 't'),
    ("@Resource[none] ForAnyOfAnyValues:StringEquals {'a'}", 'f'),
    ("@Request[numbers] ForAnyOfAnyValues {20, 30}", 't'),
    ("@Resource[tags] ForAnyOfAnyValues:NumericInRange {1, 2}", 'e'),
    // Booleans, dates, times.
    ("@Resource[flag] boolequals true && @Environment[isPrivateLink] BoolEquals false", 't'),
    ("@Resource[flag] BoolNotEquals true", 'f'),
    ("@Resource[flag] BoolEquals 'true'", 'e'),
    ("@Resource[date] DateTimeEquals '2024-01-01T07:59:59Z'", 't'),
    ("@Environment[UtcNow] DateTimeLessThanEquals '2023-05-01T12:00:00.000Z'", 't'),
    ("@Environment[UtcNow] DateTimeGreaterThanEquals 2023-05-01T12:00:01Z", 'f'),
    ("@Resource[name] DateTimeEquals '2024-01-01T07:59:59Z'", 'e'),
    ("@Resource[time] TimeOfDayGreaterThan '09:29:59'", 't'),
    ("@Resource[time] TimeOfDayLessThan '09:30:00'", 'f'),
    ("@Resource[time] TimeOfDayLessThanEquals '09:30:00'", 't'),
    ("@Resource[time] TimeOfDayGreaterThanEquals 09:31", 'f'),
    ("@Resource[time] TimeOfDayInRange ['09:30', '10:00']", 't'),
    ("@Resource[time] TimeOfDayInRange ['22:00', '10:00']", 'f'),
    ("@Resource[time] TimeOfDayEquals '24:00'", 'e'),
    ("@Environment[timeOfDay] TimeOfDayEquals '12:00'", 't'),
    // GUIDs, addresses, lists.
    ("@Resource[guid] GuidEquals a1b2c3d4000000000000000000000000", 't'),
    (
        "@Resource[guid] ForAnyOfAnyValues:GuidEquals{00482a5a-887f-4fb3-b363-3b7fe8e74483,a1b2c3d4-0000-0000-0000-000000000000}",
        't',
    ),
    ("@Resource[guid] ForAnyOfAllValues:GuidNotEquals{a1b2c3d4-0000-0000-0000-000000000000}", 'f'),
    ("@Resource[ip] IpMatch '10.0.0.0/24'", 't'),
    ("@Resource[ip] IpMatch '0.0.0.0/0'", 't'),
    ("@Resource[ip] IpMatch '10.0.0.5'", 't'),
    ("@Resource[ip] IpMatch '::/0'", 'f'),
    ("@Resource[ip6] IpMatch '2001:db8::/32'", 't'),
    ("@Resource[ip6] IpMatch '::/0'", 't'),
    ("@Resource[ip] IpMatch '10.0.0.0/33'", 'e'),
    ("@Resource[ip] IpNotMatch '10.0.1.0/24'", 't'),
    ("@Resource[ip] IpInRange ['10.0.0.1', '10.0.0.5']", 't'),
    ("@Resource[ip] IpInRange ['10.0.0.6', '10.0.0.9']", 'f'),
    ("@Resource[ip] IpInRange '10.0.0.0/29'", 't'),
    ("@Resource[ip] IpInRange ['10.0.0.6', '2001:db8::1']", 'e'),
    ("@Resource[tags] ListContains {'b', 'a'}", 't'),
    ("@Resource[tags] ListContains {'b', 'c'}", 'f'),
    ("@Request[numbers] ListContains 10", 't'),
    ("@Request[numbers] ListNotContains 11", 't'),
    // Functions.
    ("AddDays('2024-02-28T10:00:00Z', 1) DateTimeEquals '2024-02-29T10:00:00Z'", 't'),
    ("AddDays(@Request[when], -1) DateTimeLessThan @Environment[utcNow]", 't'),
    ("AddDays('2024-02-28T10:00:00Z', 1) StringEquals '2024-02-29T11:00:00+01:00'", 't'),
    ("AddDays('2024-02-28T10:00:00Z', 99999999999999) DateTimeEquals '2024-02-29T10:00:00Z'", 'e'),
    ("ToTime('12:30') TimeOfDayEquals '12:30:00'", 't'),
    ("ToTime('12:30:15') StringEquals '12:30:15'", 't'),
    ("ToTime('noon') TimeOfDayEquals '12:00'", 'e'),
    ("ToLower(Trim(ToUpper(' ab '))) StringEquals 'ab'", 't'),
    ("ToLower(5) StringEquals '5'", 'e'),
    ("NormalizeSet(['a','a']) StringEquals ['a']", 't'),
    ("NormalizeList('a') ListContains 'a'", 't'),
    // Attributes.
    ("@Resource[Microsoft.Y/z:name] StringEquals 'Alpha*'", 't'),
    ("@Resource[a/B:C] StringEquals 'full'", 't'),
    ("@Principal[Ns:Project] StringEquals 'blue'", 't'),
    ("@Principal[principalType] StringEquals 'User'", 't'),
    ("@Principal[levels] ForAllOfAnyValues:StringStartsWith {'L'}", 't'),
    ("@Resource[Microsoft.X/blobs/tags:Project<$key_case_sensitive$>] StringEquals 'Cascade'", 't'),
    ("@Resource[Microsoft.X/blobs/tags:project<$key_case_sensitive$>] StringEquals 'Cascade'", 'f'),
    ("@Resource[Microsoft.X/blobs/tags&$keys$&] ForAnyOfAnyValues:StringEquals {'Project'}", 't'),
    ("@Environment[Microsoft.Network/virtualNetworks/subnets] StringEqualsIgnoreCase '/VNET/s'", 't'),
    ("Exists @Environment[Microsoft.Network/privateEndpoints]", 'f'),
    ("NotExists @Resource[nil]", 't'),
    ("NOT Exists @Resource[nil]", 't'),
    ("Exists @Resource[name]", 't'),
    // What is absent satisfies nothing.
    ("@Resource[nil] StringEquals 'x'", 'f'),
    ("@Resource[nil] StringNotEquals 'x'", 'f'),
    ("@Resource[nil] NumericLessThan 3", 'f'),
    ("@Resource[nil] ForAllOfAnyValues:StringEquals {'x'}", 'f'),
    ("!(@Resource[nil] StringEquals 'x')", 't'),
    ("ToLower(@Resource[nil]) StringEquals 'x'", 'f'),
    ("@Context[any] StringEquals 'x'", 'e'),
    // Kleene: what cannot be read does not matter where the rest decides.
    ("@Resource[name] NumericEquals 5 OR true", 't'),
    ("@Resource[name] NumericEquals 5 AND false", 'f'),
    ("@Resource[name]", 'e'),
];

#[test]
fn table() {
    for (condition, expect) in TABLE {
        let line = json!({"id": "x", "condition": condition, "context": context()});
        let want = match expect {
            't' => json!(true),
            'f' => json!(false),
            _ => json!("error"),
        };
        assert_eq!(check(&line), json!({"id": "x", "result": want}), "{condition}");
    }
}

#[test]
fn what_is_no_condition_is_named_with_its_place() {
    for (text, at) in [
        ("", 0),
        ("   ", 3),
        ("true AND", 8),
        ("true true", 5),
        ("(true", 5),
        ("true)", 4),
        ("@Resource[a] StringEqual 'x'", 13),
        ("@Resource[a] NumericEqualsIgnoreCase 1", 13),
        ("@Resource[a] StringEquals", 25),
        ("@Resource[a] StringEquals x", 26),
        ("@Resource[a StringEquals 'x'", 0),
        ("@Nothing[a] StringEquals 'x'", 0),
        ("@Resource", 0),
        ("'abc", 0),
        ("true & false", 5),
        ("true # false", 5),
        ("Nothing('x')", 0),
        ("AddDays('x')", 12),
        ("{'a', } StringEquals 'a'", 6),
        ("'a' ForAnyOfAnyValues: 'a'", 23),
        ("StringEquals 'a'", 0),
        ("Exists", 6),
    ] {
        let problem = Condition::parse(text).expect_err(text);
        assert_eq!(problem.at, at, "{text}: {problem}");
    }
    let long = format!("'{}' StringEquals 'a'", "a".repeat(70_000));
    assert!(Condition::parse(&long).is_err());
    for open in ["(", "!", "NOT ", "{", "[", "ToLower(", "ActionMatches{"] {
        assert!(Condition::parse(&open.repeat(9_000)).is_err(), "{open}");
    }
}

#[test]
fn an_open_context_makes_what_is_missing_unknown() {
    for (text, complete, open) in [
        ("@Resource[a] StringEquals 'x'", "no", "unknown"),
        ("@Resource[a] StringNotEquals 'x'", "no", "unknown"),
        ("Exists @Resource[a]", "no", "unknown"),
        ("NotExists @Resource[a]", "yes", "unknown"),
        ("@Resource[a] StringEquals 'x' OR true", "yes", "yes"),
        ("!(SubOperationMatches{'Blob.List'})", "yes", "unknown"),
        ("!(ActionMatches{'a/read'}) OR @Request[n] NumericEquals 1", "unknown", "unknown"),
        ("@Resource[t&$keys$&] ForAnyOfAnyValues:StringEquals {'x'}", "no", "unknown"),
    ] {
        let condition = Condition::parse(text).expect(text);
        let word = |context: &Context| match condition.holds(context) {
            Truth::Yes => "yes",
            Truth::No => "no",
            Truth::Unknown(_) => "unknown",
        };
        assert_eq!(word(&Context::complete()), complete, "{text}");
        assert_eq!(word(&Context::open()), open, "{text}");
    }
}

#[test]
fn full_names_are_needed_in_an_estate() {
    let condition = Condition::parse("@Resource[M.S/a/containers:name] StringEquals 'x'").expect("reads");
    let context = Context::complete().with_resource("name", &json!("x"));
    assert_eq!(condition.holds(&context), Truth::No);
    let context = context.with_resource("M.S/A/Containers:Name", &json!("x"));
    assert_eq!(condition.holds(&context), Truth::Yes);
}

#[test]
fn lines_that_are_none() {
    for line in [
        json!({}),
        json!([]),
        json!(null),
        json!({"id": 1, "condition": 5}),
        json!({"id": 1, "condition": "true", "context": []}),
        json!({"id": 1, "condition": "true", "context": {"resource": 4}}),
        json!({"id": 1, "condition": "true", "context": {"action": 4}}),
        json!({"id": 1, "condition": "true", "context": {"open": "x"}}),
    ] {
        assert_eq!(check(&line)["result"], json!("error"), "{line}");
    }
    assert_eq!(check(&json!({"id": 7, "condition": "true"})), json!({"id": 7, "result": true}));
}

#[test]
fn much_text_is_not_compared() {
    let many: Vec<Value> = (0..20_000).map(|n| json!(format!("value-{n}"))).collect();
    let context = Context::complete().with_resource("a", &json!(many)).with_resource("b", &json!(many));
    for text in ["@Resource[a] ForAllOfAnyValues:StringLike @Resource[b]", "@Resource[a] StringMatches @Resource[b]"] {
        assert!(matches!(Condition::parse(text).expect(text).holds(&context), Truth::Unknown(_)), "{text}");
    }
}

fn corpus() -> Option<PathBuf> {
    let Some(path) = std::env::var_os("SELVEDGE_CORPUS") else {
        eprintln!("skipped: SELVEDGE_CORPUS is not set");
        return None;
    };
    Some(PathBuf::from(path))
}

/// A case's attributes over the default context's: merged into them, or in their
/// place. The given cases do not tell which is meant, so both must pass.
fn case_context(default: &Value, given: Option<&Value>, merge: bool) -> Value {
    let mut out = default.clone();
    for (key, value) in given.and_then(Value::as_object).into_iter().flatten() {
        let part = match key.as_str() {
            "request_attributes" => "request",
            "resource_attributes" => "resource",
            "principal_attributes" => "principal",
            "suboperation" | "sub_operation" | "subOperation" => {
                out["subOperation"] = value.clone();
                continue;
            }
            other => {
                out[other] = value.clone();
                continue;
            }
        };
        let mut attributes =
            if merge { out[part]["attributes"].as_object().cloned() } else { None }.unwrap_or_default();
        attributes.extend(value.as_object().cloned().unwrap_or_else(Map::new));
        out[part]["attributes"] = Value::Object(attributes);
    }
    out
}

#[test]
fn the_corpus_cases() {
    let Some(folder) = corpus().map(|path| path.join("azure_rbac_conditions")) else {
        return;
    };
    let default = std::fs::read_to_string(folder.join("default_context.json")).expect("default_context.json");
    let default: Value = serde_json::from_str(&default).expect("default_context.json");
    let (mut files, mut cases, mut wrong) = (0, 0, Vec::new());
    for entry in std::fs::read_dir(&folder).expect("folder") {
        let path = entry.expect("entry").path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        files += 1;
        let text = std::fs::read_to_string(&path).expect("file");
        let document: Value = yaml_serde::from_str(&text).expect("yaml");
        for case in document["test_cases"].as_array().expect("test_cases") {
            cases += 1;
            for merge in [true, false] {
                let context = case_context(&default, case.get("context"), merge);
                let line = json!({"id": case["name"], "condition": case["condition"], "context": context});
                let got = check(&line)["result"].clone();
                if got != case["expected"] {
                    wrong.push(format!("{}: {} is {got}, merge {merge}", path.display(), case["name"]));
                }
            }
        }
    }
    eprintln!("{files} files, {cases} cases");
    assert!(files > 0 && cases > 0);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// How often a property is tried.
fn cases() -> u32 {
    std::env::var("SELVEDGE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000)
}

/// Names that the table asks for.
const NAMES: &[&str] = &["name", "tags", "count", "flag", "ip", "ratio", "nil"];

/// Pieces of the language, put together at random: far more of it parses than of
/// random text.
const PIECES: &[&str] = &[
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "!",
    "AND",
    "OR",
    "&&",
    "||",
    "NOT",
    "Exists",
    "NotExists",
    "true",
    "false",
    "'a'",
    "'",
    "5",
    "-5",
    "2.5",
    "@Resource[a]",
    "@Request[b]",
    "@Resource[",
    "StringEquals",
    "StringLike",
    "'*a*'",
    "NumericEquals",
    "ForAnyOfAnyValues",
    "ForAllOfAllValues:StringNotEquals",
    "GuidEquals",
    "ToLower(",
    "AddDays(",
    "ActionMatches{'a'}",
    "é",
    "\u{0}",
    "2023-05-01T12:00:00Z",
    "null",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn no_text_panics(text in ".{0,80}") {
        let _ = Condition::parse(&text).map(|condition| condition.holds(&Context::open()));
    }

    #[test]
    fn no_mixture_panics(pieces in prop::collection::vec(0..PIECES.len(), 0..40), gap in "[ ]?") {
        let text = pieces.iter().map(|at| PIECES[*at]).collect::<Vec<_>>().join(&gap);
        match Condition::parse(&text) {
            Ok(condition) => {
                let _ = condition.holds(&Context::open());
                let _ = condition.holds(&Context::complete());
            }
            Err(problem) => prop_assert!(problem.at <= text.len()),
        }
    }

    /// A condition of the table with one character taken out, doubled or changed.
    #[test]
    fn no_mutation_panics(row in 0..TABLE.len(), at in any::<prop::sample::Index>(), how in 0..3, with in any::<char>()) {
        let mut chars: Vec<char> = TABLE[row].0.chars().collect();
        let at = at.index(chars.len());
        match how {
            0 => { chars.remove(at); }
            1 => chars.insert(at, chars[at]),
            _ => chars[at] = with,
        }
        let text: String = chars.into_iter().collect();
        let _ = check(&json!({"id": 0, "condition": text, "context": context()}));
    }

    /// What an open context decides, every completion of it decides the same.
    #[test]
    fn a_verdict_stands_when_more_is_known(
        row in 0..TABLE.len(), other in 0..TABLE.len(), and in any::<bool>(), not in any::<bool>(),
        given in prop::collection::vec((0..NAMES.len(), 0..5usize), 0..6),
    ) {
        let (a, b) = (TABLE[row].0, TABLE[other].0);
        let text = format!("{}({a}) {} ({b})", if not { "!" } else { "" }, if and { "AND" } else { "OR" });
        let values = [json!("Alpha*"), json!(5), json!(["a", "b"]), json!(true), json!("10.0.0.5")];
        let put = |context: Context| {
            given.iter().fold(context, |context, (name, value)| context.with_resource(NAMES[*name], &values[*value]))
        };
        // One row of the table is no condition.
        let Ok(condition) = Condition::parse(&text) else { return Ok(()) };
        let open = condition.holds(&put(Context::open().with_action("x/read")));
        if !matches!(open, Truth::Unknown(_)) {
            prop_assert_eq!(open, condition.holds(&put(Context::complete().with_action("x/read"))), "{}", text);
        }
    }

    /// AND and OR in parentheses do what Kleene's tables say.
    #[test]
    fn logic_agrees_with_the_oracle(tree in tree()) {
        let want = tree.oracle();
        let got = match Condition::parse(&tree.text()).expect("reads").holds(&Context::open()) {
            Truth::Yes => Some(true),
            Truth::No => Some(false),
            Truth::Unknown(_) => None,
        };
        prop_assert_eq!(got, want, "{}", tree.text());
    }
}

#[derive(Debug, Clone)]
enum Tree {
    Leaf(Option<bool>),
    Not(Box<Tree>),
    And(Box<Tree>, Box<Tree>),
    Or(Box<Tree>, Box<Tree>),
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop::sample::select(vec![Some(true), Some(false), None]).prop_map(Tree::Leaf);
    leaf.prop_recursive(5, 24, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|a| Tree::Not(Box::new(a))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Tree::And(Box::new(a), Box::new(b))),
            (inner.clone(), inner).prop_map(|(a, b)| Tree::Or(Box::new(a), Box::new(b))),
        ]
    })
}

impl Tree {
    fn text(&self) -> String {
        match self {
            Self::Leaf(Some(flag)) => flag.to_string(),
            Self::Leaf(None) => "@Resource[x] StringEquals 'y'".into(),
            Self::Not(a) => format!("!({})", a.text()),
            Self::And(a, b) => format!("(({}) AND ({}))", a.text(), b.text()),
            Self::Or(a, b) => format!(
                "({}) || {}",
                a.text(),
                if matches!(**b, Self::Or(..)) { format!("({})", b.text()) } else { b.text() }
            ),
        }
    }

    fn oracle(&self) -> Option<bool> {
        match self {
            Self::Leaf(value) => *value,
            Self::Not(a) => a.oracle().map(|value| !value),
            Self::And(a, b) => match (a.oracle(), b.oracle()) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                _ => None,
            },
            Self::Or(a, b) => match (a.oracle(), b.oracle()) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
        }
    }
}
