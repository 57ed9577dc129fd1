//! The rule language, modifier by modifier: what holds, and what nearly does.

use super::*;

/// A detection, and records on which it holds and does not.
struct Case {
    detection: &'static str,
    hits: &'static [&'static str],
    misses: &'static [&'static str],
}

const fn case(detection: &'static str, hits: &'static [&'static str], misses: &'static [&'static str]) -> Case {
    Case { detection, hits, misses }
}

/// Records are JSON; the log source is CloudTrail, whose names are exact.
fn check(cases: &[Case]) {
    for Case { detection, hits: holds, misses } in cases {
        let (rules, problems) = load(&[rule_text("r", TRAIL, detection, "")]);
        assert_eq!(problems, [], "{detection}");
        assert!(!holds.is_empty() && !misses.is_empty(), "{detection}: one of each");
        for (records, expected) in [(holds, true), (misses, false)] {
            for record in *records {
                let record: Value = serde_json::from_str(record).unwrap_or_else(|e| panic!("{record}: {e}"));
                let found = !hits(&rules, &LogSource::CLOUDTRAIL, &record).is_empty();
                assert_eq!(found, expected, "{detection} on {record}");
            }
        }
    }
}

#[test]
fn parts_of_texts() {
    check(&[
        case(
            "s: {a: Abc}, condition: s",
            &[r#"{"a":"aBC"}"#, r#"{"a":["x","abc"]}"#],
            &[r#"{"a":"abcd"}"#, r#"{"b":"abc"}"#, r#"{"a":null}"#],
        ),
        case("s: {'a|contains': b}, condition: s", &[r#"{"a":"aBc"}"#], &[r#"{"a":"ac"}"#]),
        case("s: {'a|startswith': ab}, condition: s", &[r#"{"a":"ABc"}"#], &[r#"{"a":"cab"}"#]),
        case("s: {'a|endswith': bc}, condition: s", &[r#"{"a":"aBC"}"#], &[r#"{"a":"bca"}"#]),
        case(
            "s: {'a|contains|all': [x, y]}, condition: s",
            &[r#"{"a":"yx"}"#, r#"{"a":["x","y"]}"#],
            &[r#"{"a":"x"}"#],
        ),
        case("s: {'a|contains': [x, y]}, condition: s", &[r#"{"a":"by"}"#], &[r#"{"a":"z"}"#]),
        case("s: {'a|cased': Abc}, condition: s", &[r#"{"a":"Abc"}"#], &[r#"{"a":"abc"}"#]),
        case("s: {'a|contains|cased': B}, condition: s", &[r#"{"a":"aBc"}"#], &[r#"{"a":"abc"}"#]),
        case("s: {a: [x, y]}, condition: s", &[r#"{"a":"Y"}"#], &[r#"{"a":"xy"}"#]),
        // Objects stand for their JSON.
        case("s: {'a|contains': '\"k\":\"v\"'}, condition: s", &[r#"{"a":{"k":"v"}}"#], &[r#"{"a":{"k":"w"}}"#]),
        case(
            "s: {'a|contains': '\"k\":\"v\"'}, condition: s",
            &[r#"{"a":{"t":"{\"k\":\"v\"}"}}"#, r#"{"a":"{\\\"k\\\":\\\"v\\\"}"}"#],
            &[r#"{"a":"k v"}"#],
        ),
        case("s: {'a|contains': 'x/y'}, condition: s", &[r#"{"a":{"k":"x\/y"}}"#], &[r#"{"a":{"k":"x y"}}"#]),
        case(
            "s: {a.b.c: x}, condition: s",
            &[
                r#"{"a":{"b":{"c":"x"}}}"#,
                r#"{"a":[{"b":[{"c":"x"}]}]}"#,
                r#"{"a.b":{"c":"x"}}"#,
                r#"{"a":"{\"b\":{\"c\":\"x\"}}"}"#,
            ],
            &[r#"{"a":{"b":"x"}}"#, r#"{"a":"{\"b\":"}"#],
        ),
    ]);
}

#[test]
fn wildcards_and_escapes() {
    check(&[
        case(
            "s: {a: 'a*c'}, condition: s",
            &[r#"{"a":"aXXc"}"#, r#"{"a":"a\nc"}"#, r#"{"a":"ac"}"#],
            &[r#"{"a":"acd"}"#],
        ),
        case("s: {a: 'a?c'}, condition: s", &[r#"{"a":"aXc"}"#, r#"{"a":"a\nc"}"#], &[r#"{"a":"ac"}"#]),
        case("s: {a: 'a\\*c'}, condition: s", &[r#"{"a":"A*c"}"#], &[r#"{"a":"aXc"}"#]),
        case("s: {a: 'a\\?c'}, condition: s", &[r#"{"a":"a?c"}"#], &[r#"{"a":"abc"}"#]),
        case("s: {a: 'a\\\\*c'}, condition: s", &[r#"{"a":"a\\Xc"}"#], &[r#"{"a":"aXc"}"#]),
        case("s: {a: 'a\\b'}, condition: s", &[r#"{"a":"a\\b"}"#], &[r#"{"a":"ab"}"#]),
        case("s: {a: '*'}, condition: s", &[r#"{"a":"x"}"#, r#"{"a":""}"#], &[r#"{"b":"x"}"#, r#"{"a":null}"#]),
        case("s: {'a|contains': '*'}, condition: s", &[r#"{"a":"x"}"#, r#"{"a":["x"]}"#], &[r#"{}"#, r#"{"a":[]}"#]),
        case("s: {'a|contains': 'b*d'}, condition: s", &[r#"{"a":"abXdY"}"#], &[r#"{"a":"adb"}"#]),
        case("s: {'a|startswith': 'b*d'}, condition: s", &[r#"{"a":"bXdY"}"#], &[r#"{"a":"abd"}"#]),
        case("s: {'a|endswith': 'b*d'}, condition: s", &[r#"{"a":"xbYd"}"#], &[r#"{"a":"bdx"}"#]),
        case("s: {a: ''}, condition: s", &[r#"{"a":""}"#], &[r#"{"a":" "}"#, r#"{}"#, r#"{"a":null}"#]),
        case("s: {a: '[]'}, condition: s", &[r#"{"a":[]}"#, r#"{"a":"[]"}"#], &[r#"{"a":["x"]}"#, r#"{"a":{}}"#]),
    ]);
}

#[test]
fn what_is_there_and_what_is_not() {
    check(&[
        case("s: {'a|exists': true}, condition: s", &[r#"{"a":1}"#, r#"{"a":""}"#, r#"{"a":null}"#], &[r#"{"b":1}"#]),
        case("s: {'a|exists': false}, condition: s", &[r#"{"b":1}"#], &[r#"{"a":1}"#, r#"{"a":null}"#]),
        case("s: {a: null}, condition: s", &[r#"{}"#, r#"{"a":null}"#], &[r#"{"a":""}"#, r#"{"a":0}"#]),
        case("s: {a: [null, x]}, condition: s", &[r#"{}"#, r#"{"a":null}"#, r#"{"a":"x"}"#], &[r#"{"a":""}"#]),
        case("s: {'a|neq': x}, condition: s", &[r#"{"a":"y"}"#], &[r#"{"a":"X"}"#, r#"{}"#]),
        case("s: {'a|neq': [x, y]}, condition: s", &[r#"{"a":"z"}"#], &[r#"{"a":"y"}"#, r#"{"a":["z","x"]}"#]),
        case("s: {'a|neq': 5}, condition: s", &[r#"{"a":6}"#], &[r#"{"a":5}"#]),
        case("s: {'a|contains|neq': x}, condition: s", &[r#"{"a":"y"}"#], &[r#"{"a":"axb"}"#]),
    ]);
}

#[test]
fn numbers_and_truth() {
    check(&[
        case("s: {'a|gt': 5}, condition: s", &[r#"{"a":6}"#, r#"{"a":"5.5"}"#], &[r#"{"a":5}"#, r#"{"a":"x"}"#]),
        case("s: {'a|gte': 5}, condition: s", &[r#"{"a":5}"#], &[r#"{"a":4.9}"#]),
        case("s: {'a|lt': 5}, condition: s", &[r#"{"a":-6}"#], &[r#"{"a":5}"#, r#"{}"#]),
        case("s: {'a|lte': 5}, condition: s", &[r#"{"a":"5"}"#], &[r#"{"a":6}"#]),
        case(
            "s: {a: 5}, condition: s",
            &[r#"{"a":5}"#, r#"{"a":"5"}"#, r#"{"a":5.0}"#],
            &[r#"{"a":"55"}"#, r#"{"a":true}"#],
        ),
        case("s: {a: '5'}, condition: s", &[r#"{"a":5}"#, r#"{"a":5.0}"#], &[r#"{"a":51}"#]),
        case("s: {a: 1.5}, condition: s", &[r#"{"a":1.5}"#, r#"{"a":"1.50"}"#], &[r#"{"a":1}"#]),
        case("s: {a: true}, condition: s", &[r#"{"a":true}"#, r#"{"a":"True"}"#], &[r#"{"a":false}"#, r#"{"a":"x"}"#]),
        case("s: {a: 'true'}, condition: s", &[r#"{"a":true}"#, r#"{"a":"TRUE"}"#], &[r#"{"a":false}"#]),
        case("s: {'a|contains': 12}, condition: s", &[r#"{"a":4123}"#], &[r#"{"a":13}"#]),
        case("s: {a: 123456789012}, condition: s", &[r#"{"a":"123456789012"}"#], &[r#"{"a":"123456789013"}"#]),
    ]);
}

#[test]
fn expressions_networks_and_times() {
    check(&[
        case("s: {'a|re': '^a.c$'}, condition: s", &[r#"{"a":"abc"}"#], &[r#"{"a":"ABC"}"#, r#"{"a":"xabc"}"#]),
        case("s: {'a|re|i': '^a.c$'}, condition: s", &[r#"{"a":"ABC"}"#], &[r#"{"a":"abd"}"#]),
        case("s: {'a|re|m': '^b$'}, condition: s", &[r#"{"a":"a\nb\nc"}"#], &[r#"{"a":"abc"}"#]),
        case("s: {'a|re|s': 'a.c'}, condition: s", &[r#"{"a":"a\nc"}"#], &[r#"{"a":"abbc"}"#]),
        case("s: {'a|re': ['b+', 'c']}, condition: s", &[r#"{"a":"xbbx"}"#], &[r#"{"a":"d"}"#]),
        case("s: {'a|re|all': ['b', 'c']}, condition: s", &[r#"{"a":"cb"}"#], &[r#"{"a":"b"}"#]),
        case("s: {'a|re|neq': 'b'}, condition: s", &[r#"{"a":"c"}"#], &[r#"{"a":"b"}"#, r#"{}"#]),
        case("s: {'a|re': '^[0-9]+$'}, condition: s", &[r#"{"a":12}"#], &[r#"{"a":"x"}"#]),
        case(
            "s: {'a|cidr': 10.0.0.0/8}, condition: s",
            &[r#"{"a":"10.1.2.3"}"#],
            &[r#"{"a":"11.0.0.1"}"#, r#"{"a":"AWS Internal"}"#],
        ),
        case(
            "s: {'a|cidr': ['10.0.0.0/8', '2001:db8::/32']}, condition: s",
            &[r#"{"a":"2001:db8::1"}"#],
            &[r#"{"a":"2001:db9::1"}"#],
        ),
        case(
            "s: {'a|minute': 5}, condition: s",
            &[r#"{"a":"2026-11-23T10:05:00Z"}"#],
            &[r#"{"a":"2026-11-23T10:06:00Z"}"#],
        ),
        case(
            "s: {'a|hour': 10}, condition: s",
            &[r#"{"a":"2026-11-23T10:05:00Z"}"#],
            &[r#"{"a":"2026-11-23T11:05:00Z"}"#],
        ),
        case(
            "s: {'a|day': 23}, condition: s",
            &[r#"{"a":"2026-11-23T10:05:00Z"}"#],
            &[r#"{"a":"2026-11-24T10:05:00Z"}"#],
        ),
        case(
            "s: {'a|week': 48}, condition: s",
            &[r#"{"a":"2026-11-23T10:05:00Z"}"#],
            &[r#"{"a":"2026-11-22T10:05:00Z"}"#],
        ),
        case(
            "s: {'a|month': 11}, condition: s",
            &[r#"{"a":"2026-11-23T10:05:00Z"}"#],
            &[r#"{"a":"2026-12-23T10:05:00Z"}"#],
        ),
        case(
            "s: {'a|year': [2025, 2026]}, condition: s",
            &[r#"{"a":"2026-11-23T10:05:00Z"}"#, r#"{"a":1794000000}"#],
            &[r#"{"a":"2024-11-23T10:05:00Z"}"#, r#"{"a":"x"}"#],
        ),
    ]);
}

#[test]
fn other_fields() {
    check(&[
        case(
            "s: {'a|fieldref': b}, condition: s",
            &[r#"{"a":"X","b":"x"}"#, r#"{"a":1,"b":"1"}"#],
            &[r#"{"a":"x","b":"y"}"#, r#"{"a":"x"}"#, r#"{"b":"x"}"#],
        ),
        case("s: {'a|fieldref|contains': b}, condition: s", &[r#"{"a":"axb","b":"X"}"#], &[r#"{"a":"ab","b":"x"}"#]),
        case(
            "s: {'a|fieldref|startswith': b.c}, condition: s",
            &[r#"{"a":"xy","b":{"c":"x"}}"#],
            &[r#"{"a":"yx","b":{"c":"x"}}"#],
        ),
        case("s: {'a|fieldref|endswith': b}, condition: s", &[r#"{"a":"xy","b":"y"}"#], &[r#"{"a":"yx","b":"y"}"#]),
        case("s: {'a|fieldref|neq': b}, condition: s", &[r#"{"a":"x","b":"y"}"#], &[r#"{"a":"x","b":"x"}"#]),
        case("s: {'a|fieldref|cased': b}, condition: s", &[r#"{"a":"X","b":"X"}"#], &[r#"{"a":"X","b":"x"}"#]),
    ]);
}

#[test]
fn encodings() {
    check(&[
        // base64("foobar") = Zm9vYmFy
        case(
            "s: {'a|base64': foobar}, condition: s",
            &[r#"{"a":"Zm9vYmFy"}"#],
            &[r#"{"a":"xZm9vYmFy"}"#, r#"{"a":"foobar"}"#],
        ),
        case("s: {'a|base64|contains': foobar}, condition: s", &[r#"{"a":"xZm9vYmFyx"}"#], &[r#"{"a":"Zm9v"}"#]),
        // base64("foo!"), ("xfoo!"), ("xyfoo!") with something behind
        case(
            "s: {'a|base64offset|contains': 'foo!'}, condition: s",
            &[r#"{"a":"Zm9vIXg="}"#, r#"{"a":"eGZvbyF4"}"#, r#"{"a":"eHlmb28hIQ=="}"#],
            &[r#"{"a":"Zm9v"}"#, r#"{"a":"foo!"}"#],
        ),
        // "ab" in UTF-16LE, and its base64 YQBiAA==
        case("s: {'a|wide|base64': ab}, condition: s", &[r#"{"a":"YQBiAA=="}"#], &[r#"{"a":"YWI="}"#]),
        case(
            "s: {'a|utf16le|base64offset|contains': abc}, condition: s",
            &[r#"{"a":"eGEAYgBjAHg="}"#],
            &[r#"{"a":"YWJj"}"#],
        ),
        case("s: {'a|utf16be|base64': ab}, condition: s", &[r#"{"a":"AGEAYg=="}"#], &[r#"{"a":"YQBiAA=="}"#]),
        case("s: {'a|utf16|base64': ab}, condition: s", &[r#"{"a":"//5hAGIA"}"#], &[r#"{"a":"YQBiAA=="}"#]),
        case("s: {'a|wide|contains': ab}, condition: s", &["{\"a\":\"xa\\u0000b\\u0000\"}"], &[r#"{"a":"ab"}"#]),
        case(
            "s: {'a|windash|contains': ' -enc'}, condition: s",
            &[
                r#"{"a":"ps -enc x"}"#,
                r#"{"a":"ps /enc"}"#,
                "{\"a\":\"ps \u{2013}enc\"}",
                "{\"a\":\"ps \u{2014}enc\"}",
                "{\"a\":\"ps \u{2015}enc\"}",
            ],
            &[r#"{"a":"ps enc"}"#, r#"{"a":"ps +enc"}"#],
        ),
        case("s: {'a|windash|contains': ' /a-b'}, condition: s", &[r#"{"a":"x -a-b"}"#], &[r#"{"a":"x -a/b"}"#]),
    ]);
}

#[test]
fn keywords_and_lists() {
    check(&[
        case(
            "k: [needle, other], condition: k",
            &[r#"{"x":{"y":["a NEEDLE here"]}}"#, r#"{"x":"other"}"#],
            &[r#"{"needle":"x"}"#],
        ),
        case("k: ['ne*le'], condition: k", &[r#"{"x":"a needle here"}"#], &[r#"{"x":"needl nel"}"#]),
        case("k: [4711], condition: k", &[r#"{"x":4711}"#, r#"{"x":"id 4711"}"#], &[r#"{"x":471}"#]),
        case("k: {'|all': [one, two]}, condition: k", &[r#"{"x":"one","y":"two"}"#], &[r#"{"x":"one"}"#]),
        case("k: {'|re': 'o.e'}, condition: k", &[r#"{"x":"one"}"#], &[r#"{"x":"two"}"#]),
        case(
            "k: [{'|contains|all': [one, two]}, {a: x}], condition: k",
            &[r#"{"b":"one","c":"two"}"#, r#"{"a":"x"}"#],
            &[r#"{"b":"one"}"#],
        ),
        case("s: [{a: x}, {b: y, c: z}], condition: s", &[r#"{"a":"x"}"#, r#"{"b":"y","c":"z"}"#], &[r#"{"b":"y"}"#]),
        case("s: {a: [1, two, null]}, condition: s", &[r#"{"a":1}"#, r#"{"a":"two"}"#, r#"{}"#], &[r#"{"a":3}"#]),
    ]);
}

#[test]
fn conditions() {
    const PARTS: &str = "sel_a: {a: x}, sel_b: {b: x}, filter_a: {f: x}, filter_b: {g: x}";
    for (condition, hits_on, misses) in [
        ("sel_a and sel_b", r#"{"a":"x","b":"x"}"#, r#"{"a":"x"}"#),
        ("sel_a or sel_b", r#"{"b":"x"}"#, r#"{"f":"x"}"#),
        ("sel_a and not filter_a", r#"{"a":"x"}"#, r#"{"a":"x","f":"x"}"#),
        ("not sel_a", r#"{"b":"x"}"#, r#"{"a":"x"}"#),
        ("1 of them", r#"{"g":"x"}"#, r#"{"h":"x"}"#),
        ("any of sel_*", r#"{"a":"x"}"#, r#"{"f":"x"}"#),
        ("all of them", r#"{"a":"x","b":"x","f":"x","g":"x"}"#, r#"{"a":"x","b":"x","f":"x"}"#),
        ("all of sel_*", r#"{"a":"x","b":"x"}"#, r#"{"a":"x","f":"x"}"#),
        ("2 of them", r#"{"a":"x","g":"x"}"#, r#"{"g":"x"}"#),
        ("1 of *_a", r#"{"f":"x"}"#, r#"{"b":"x"}"#),
        ("1 of sel_* and not 1 of filter_*", r#"{"a":"x"}"#, r#"{"a":"x","g":"x"}"#),
        ("not 1 of filter_* and not all of sel_*", r#"{"a":"x"}"#, r#"{"a":"x","b":"x"}"#),
        ("(sel_a or sel_b) and not (filter_a and filter_b)", r#"{"a":"x","f":"x"}"#, r#"{"a":"x","f":"x","g":"x"}"#),
        ("[sel_a and sel_b, filter_a]", r#"{"f":"x"}"#, r#"{"a":"x"}"#),
    ] {
        let detection = format!("{PARTS}, condition: {condition}");
        let (rules, problems) = load(&[rule_text("r", TRAIL, &detection, "")]);
        assert_eq!(problems, [], "{condition}");
        for (record, expected) in [(hits_on, true), (misses, false)] {
            let record: Value = serde_json::from_str(record).unwrap();
            assert_eq!(!hits(&rules, &LogSource::CLOUDTRAIL, &record).is_empty(), expected, "{condition} on {record}");
        }
    }
}

#[test]
fn what_makes_no_sense_is_a_problem() {
    for (detection, reason) in [
        ("s: {'a|re|contains': x}, condition: s", "conflict"),
        ("s: {'a|base64|re': x}, condition: s", "conflict"),
        ("s: {'a|i': x}, condition: s", "without |re"),
        ("s: {'a|gt': x}, condition: s", "numeric"),
        ("s: {'a|contains|all': x}, condition: s", "more than one value"),
        ("s: {a: []}, condition: s", "no value"),
        ("s: {}, condition: s", "empty"),
        ("s: [], condition: s", "empty"),
        ("s: {a: x}, condition: 1 of other_*", "nothing of such a name"),
        ("s: {a: x}, condition: s and t", "`t`"),
        ("s: {'a|contains|fieldref': b}, condition: s", "must follow"),
        ("s: {'a|re': '(?=x)'}, condition: s", "regex"),
    ] {
        let (rules, problems) = load(&[rule_text("r", TRAIL, detection, "")]);
        assert_eq!(rules.rule_count(), 0, "{detection}");
        assert!(problems.len() == 1 && problems[0].why.to_lowercase().contains(reason), "{detection}: {problems:?}");
    }
}
