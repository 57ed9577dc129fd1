//! The pipeline against a slow reading of the rules: one function a sentence, two values,
//! no policy documents. Small alphabets, so that everything collides.

use proptest::prelude::*;
use selvedge_access::check::check;
use serde_json::{Value, json};

const OWN: &str = "111111111111";
const OTHER: &str = "222222222222";
const USER: &str = "arn:aws:iam::111111111111:user/u";
const ROLE: &str = "arn:aws:iam::111111111111:role/r";
const SESSION: &str = "arn:aws:sts::111111111111:assumed-role/r/s";
const ROOT: &str = "arn:aws:iam::111111111111:root";
const SERVICE: &str = "lambda.amazonaws.com";
const CALLERS: [&str; 5] = [USER, SESSION, ROOT, "anonymous", SERVICE];
const NAMES: [&str; 7] = ["*", ROOT, OWN, USER, ROLE, SESSION, "arn:aws:iam::222222222222:root"];
const ACTIONS: [&str; 5] = ["*", "s3:*", "S3:get*", "s3:GetObject", "s3:PutObject"];
const RESOURCES: [&str; 4] = ["*", "arn:aws:s3:::b/*", "arn:aws:s3:::c/*", "arn:aws:s3:::b"];
const OPERATORS: [&str; 5] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIfExists",
    "ForAllValues:StringEquals",
    "ForAnyValue:StringEquals",
];

#[derive(Debug, Clone)]
struct Said {
    deny: bool,
    name: usize,
    action: usize,
    not_action: bool,
    resource: usize,
    condition: Option<(usize, &'static str)>,
}

type Doc = Vec<Said>;

#[derive(Debug, Clone)]
struct Question {
    caller: usize,
    same: bool,
    x: Option<&'static str>,
    identity: Vec<Doc>,
    resource: Option<Doc>,
    boundary: Option<Doc>,
    session: Vec<Doc>,
    scps: Vec<Vec<Doc>>,
    endpoint: Option<Doc>,
}

fn said() -> impl Strategy<Value = Said> {
    let condition = proptest::option::weighted(0.3, (0..OPERATORS.len(), prop_oneof![Just("1"), Just("2")]));
    (
        proptest::bool::weighted(0.2),
        0..NAMES.len(),
        0..ACTIONS.len(),
        proptest::bool::weighted(0.15),
        0..RESOURCES.len(),
        condition,
    )
        .prop_map(|(deny, name, action, not_action, resource, condition)| Said {
            deny,
            name,
            action,
            not_action,
            resource,
            condition,
        })
}

fn doc() -> impl Strategy<Value = Doc> {
    proptest::collection::vec(said(), 1..3)
}

fn question() -> impl Strategy<Value = Question> {
    let docs = || proptest::collection::vec(doc(), 0..3);
    let some = || proptest::option::of(doc());
    let x = prop_oneof![Just(None), Just(Some("1")), Just(Some("2"))];
    let levels = proptest::collection::vec(proptest::collection::vec(doc(), 1..3), 0..3);
    let first = (0..CALLERS.len(), any::<bool>(), x, docs(), some());
    let second = (some(), proptest::collection::vec(doc(), 0..2), levels, proptest::option::weighted(0.2, doc()));
    (first, second).prop_map(|((caller, same, x, identity, resource), (boundary, session, scps, endpoint))| Question {
        caller,
        same,
        x,
        identity,
        resource,
        boundary,
        session,
        scps,
        endpoint,
    })
}

// ---- as documents ----

fn document(doc: &Doc, principals: bool) -> Value {
    let statement = |one: &Said| {
        let key = if one.not_action { "NotAction" } else { "Action" };
        let mut out = json!({ "Effect": if one.deny { "Deny" } else { "Allow" }, "Resource": RESOURCES[one.resource] });
        out[key] = json!(ACTIONS[one.action]);
        if principals {
            let name = NAMES[one.name];
            out["Principal"] = if name == "*" { json!("*") } else { json!({ "AWS": name }) };
        }
        if let Some((operator, value)) = one.condition {
            out["Condition"] = json!({ (OPERATORS[operator]): { "aws:RequestTag/x": value } });
        }
        out
    };
    json!({ "Version": "2012-10-17", "Statement": doc.iter().map(statement).collect::<Vec<_>>() })
}

fn line(q: &Question) -> Value {
    let caller = CALLERS[q.caller];
    let plain = |docs: &[Doc]| docs.iter().map(|doc| document(doc, false)).collect::<Vec<_>>();
    let context = q.x.map_or(json!({}), |x| json!({ "aws:RequestTag/x": x }));
    json!({
        "id": 1,
        "request": {
            "principal": caller, "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "context": context,
            "principal_account": has_account(caller).then_some(OWN),
            "resource_account": if q.same { OWN } else { OTHER },
        },
        "policies": {
            "identity": plain(&q.identity),
            "resource": q.resource.as_ref().map(|doc| document(doc, true)),
            "boundary": q.boundary.as_ref().map(|doc| document(doc, false)),
            "session": plain(&q.session),
            "scps": q.scps.iter().map(|level| plain(level)).collect::<Vec<_>>(),
            "vpc_endpoint": q.endpoint.as_ref().map(|doc| document(doc, true)),
        },
    })
}

// ---- the rules, a sentence each ----

fn has_account(caller: &str) -> bool {
    caller.starts_with("arn:")
}

fn action_matches(one: &Said) -> bool {
    ["*", "s3:*", "S3:get*", "s3:GetObject"].contains(&ACTIONS[one.action]) != one.not_action
}

fn resource_matches(one: &Said) -> bool {
    ["*", "arn:aws:s3:::b/*"].contains(&RESOURCES[one.resource])
}

fn condition_holds(one: &Said, x: Option<&str>) -> bool {
    let Some((operator, value)) = one.condition else { return true };
    match (OPERATORS[operator], x) {
        ("StringEquals" | "ForAnyValue:StringEquals", None) => false,
        (_, None) => true,
        ("StringNotEquals", Some(x)) => x != value,
        (_, Some(x)) => x == value,
    }
}

fn applies(one: &Said, x: Option<&str>) -> bool {
    action_matches(one) && resource_matches(one) && condition_holds(one, x)
}

fn is_for(one: &Said, caller: &str) -> bool {
    let name = NAMES[one.name];
    match caller {
        _ if name == "*" => true,
        "anonymous" | SERVICE => false,
        SESSION => [ROOT, OWN, ROLE, SESSION].contains(&name),
        USER => [ROOT, OWN, USER].contains(&name),
        _ => [ROOT, OWN].contains(&name),
    }
}

/// Which implicit denials a same-account Allow of the resource overcomes: of identity
/// policies, of the boundary, of session policies.
fn overcomes(one: &Said, caller: &str) -> (bool, bool, bool) {
    match (NAMES[one.name], caller) {
        ("*", _) | (USER, USER) | (SESSION, SESSION) => (true, true, true),
        (ROLE, SESSION) => (true, false, false),
        _ => (false, false, false),
    }
}

fn allows(docs: &[Doc], x: Option<&str>) -> bool {
    docs.iter().flatten().any(|one| !one.deny && applies(one, x))
}

fn denies(docs: &[Doc], x: Option<&str>) -> bool {
    docs.iter().flatten().any(|one| one.deny && applies(one, x))
}

fn oracle(q: &Question) -> &'static str {
    let caller = CALLERS[q.caller];
    let own = has_account(caller);
    let on_resource = |doc: &Option<Doc>, deny: bool| -> Vec<Said> {
        let all = doc.iter().flatten().filter(|one| one.deny == deny && applies(one, q.x) && is_for(one, caller));
        all.cloned().collect()
    };
    let bounded = if caller == ROOT { None } else { q.boundary.clone() };
    let denied_by_own = own
        && (denies(&q.identity, q.x)
            || denies(&bounded.iter().cloned().collect::<Vec<_>>(), q.x)
            || denies(&q.session, q.x)
            || q.scps.iter().any(|level| denies(level, q.x)));
    if denied_by_own || !on_resource(&q.resource, true).is_empty() || !on_resource(&q.endpoint, true).is_empty() {
        return "explicit-deny";
    }
    let granted = on_resource(&q.resource, false);
    let endpoint = q.endpoint.is_none() || !on_resource(&q.endpoint, false).is_empty();
    if !own {
        return if !granted.is_empty() && endpoint { "allow" } else { "implicit-deny" };
    }
    let same =
        |which: fn((bool, bool, bool)) -> bool| q.same && granted.iter().any(|one| which(overcomes(one, caller)));
    let identity = caller == ROOT || allows(&q.identity, q.x) || same(|by| by.0);
    let boundary = bounded.as_ref().is_none_or(|doc| allows(std::slice::from_ref(doc), q.x) || same(|by| by.1));
    let session = q.session.is_empty() || allows(&q.session, q.x) || same(|by| by.2);
    let scps = q.scps.iter().all(|level| allows(level, q.x));
    let resource = q.same || !granted.is_empty();
    if identity && boundary && session && scps && resource && endpoint { "allow" } else { "implicit-deny" }
}

#[expect(clippy::disallowed_methods, reason = "the number of cases lies outside the project")]
fn cases() -> u32 {
    std::env::var("SELVEDGE_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]
    #[test]
    fn the_pipeline_agrees_with_the_oracle(question in question()) {
        let (answer, problems) = check(&line(&question)).unwrap();
        prop_assert_eq!(problems, vec![]);
        prop_assert_eq!(answer["reason"].as_str().unwrap(), oracle(&question), "{}", line(&question));
    }

    /// What is unknown in an open context is never the opposite of what comes out when the key
    /// is told: the open answer is unknown, or the same for every value.
    #[test]
    fn an_open_answer_holds_for_every_value(question in question()) {
        let mut asked = line(&Question { x: None, ..question.clone() });
        asked["request"]["open"] = json!(true);
        let (open, _) = check(&asked).unwrap();
        if open["decision"] != "unknown" {
            for x in [None, Some("1"), Some("2")] {
                let (told, _) = check(&line(&Question { x, ..question.clone() })).unwrap();
                prop_assert_eq!(&told["decision"], &open["decision"]);
            }
        }
    }

    #[test]
    fn bent_documents_never_panic(question in question(), at in any::<prop::sample::Index>(), with in "[\\PC]{0,3}") {
        let text = line(&question).to_string();
        let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
        let place = places[at.index(places.len())];
        let bent = format!("{}{with}{}", &text[..place], text[place..].chars().skip(1).collect::<String>());
        if let Ok(value) = serde_json::from_str::<Value>(&bent) {
            let _ = check(&value);
        }
    }
}
