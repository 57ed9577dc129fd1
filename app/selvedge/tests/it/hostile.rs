//! An attacker who knows how Selvedge works: more names, shared names, forged
//! records. What is planned must still contain, and hit nobody else.

use crate::world::{decide, read, shuffle, with_estate};
use selvedge_actions::{Action, StepPurpose};
use selvedge_respond::Incident;
use selvedge_sim::{AssertionIds, LogRecord, World, scenario_a};
use serde_json::{Value, json};

fn story() -> (World, Vec<Value>) {
    let world = scenario_a::play(21, AssertionIds::Random);
    let records = world.logs().into_iter().map(|log: LogRecord| log.record).collect();
    (world, records)
}

fn verdict(world: &World, records: &[Value]) -> Vec<Incident> {
    let mut state = with_estate(world);
    let mut texts: Vec<Vec<u8>> = records.iter().map(|r| r.to_string().into_bytes()).collect();
    shuffle(&mut texts, 3);
    read(&mut state, &texts.iter().map(Vec::as_slice).collect::<Vec<_>>());
    decide(&state).incidents.into_iter().map(|(_, incident)| incident).collect()
}

/// The record of the stolen session's `AssumeRoleWithSAML`.
fn crossing<'a>(world: &World, records: &'a [Value]) -> &'a Value {
    let is_it = |r: &&Value| {
        r["eventName"] == "AssumeRoleWithSAML"
            && r["responseElements"]["credentials"]["accessKeyId"] == world.truth.access_key.as_str()
    };
    records.iter().find(is_it).expect("the crossing")
}

/// `AssumeRole` of the same role by the stolen session, under another name.
fn hop(world: &World, crossing: &Value, n: usize) -> Value {
    let mut record = crossing.clone();
    let role_id = world.truth.user_id.split(':').next().expect("role id").to_owned();
    let time = crossing["eventTime"].as_str().expect("eventTime").to_owned();
    record["eventName"] = "AssumeRole".into();
    record["eventID"] = format!("{n:08x}-1111-4222-8333-444444444444").into();
    record["userIdentity"] = json!({
        "type": "AssumedRole",
        "principalId": world.truth.user_id,
        "accessKeyId": world.truth.access_key,
        "accountId": world.company.account,
        "arn": format!("arn:aws:sts::{}:assumed-role/{}/{}", world.company.account, world.company.role_name, world.truth.upn),
        "sessionContext": {"attributes": {"creationDate": time}, "sessionIssuer": {"arn": world.truth.role_arn, "principalId": role_id}},
    });
    record["requestParameters"] = json!({"roleArn": world.truth.role_arn, "roleSessionName": format!("job-{n}")});
    record["responseElements"] = json!({
        "assumedRoleUser": {"assumedRoleId": format!("{role_id}:job-{n}")},
        "credentials": {"accessKeyId": format!("ASIAHOP{n:013}")},
    });
    record
}

#[test]
fn many_session_names_do_not_switch_the_response_off() {
    let (world, mut records) = story();
    let crossing = crossing(&world, &records).clone();
    records.extend((0..60).map(|n| hop(&world, &crossing, n)));
    let incidents = verdict(&world, &records);
    let [incident] = incidents.as_slice() else {
        panic!("{} incidents", incidents.len());
    };
    let plan = incident.plan.as_ref().expect("a plan");
    assert!(plan.steps.len() <= 20, "{} steps", plan.steps.len());
    let kinds: Vec<&str> = plan.steps.iter().map(|s| s.action.contract().id).collect();
    assert!(kinds.contains(&"Z01") && kinds.contains(&"Z02"));
    let Some(Action::DenySession(first)) = plan.steps.first().map(|s| &s.action) else {
        panic!("the first step is a deny");
    };
    assert_eq!(first.user_id, world.truth.user_id, "the session that the sign-in opened comes first");
    assert!(incident.notes.iter().any(|n| n.code == "E0130"), "{:?}", incident.notes);
    let mut names: Vec<&String> = plan
        .steps
        .iter()
        .filter(|s| s.purpose == StepPurpose::Contain)
        .filter_map(|s| match &s.action {
            Action::DenySession(deny) => Some(&deny.policy_name),
            _ => None,
        })
        .collect();
    let before = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), before, "no two denies share a policy");
}

#[test]
fn a_session_name_that_others_use_is_not_denied() {
    let (world, records) = story();
    let alice = world.truth.upn.clone();
    // All people of the company get one constant session name.
    let text = serde_json::to_string(&records).expect("JSON");
    let role_id = world.truth.user_id.split(':').next().expect("role id").to_owned();
    let text = text
        .replace(&format!("{role_id}:{alice}"), &format!("{role_id}:staff"))
        .replace(&format!("{role_id}:{}", world.company.bob.upn), &format!("{role_id}:staff"));
    let records: Vec<Value> = serde_json::from_str(&text).expect("JSON");
    for incident in verdict(&world, &records) {
        assert!(incident.notes.iter().any(|n| n.code == "E0131"), "{:?}", incident.notes);
        let steps = incident.plan.iter().flat_map(|p| &p.steps);
        let denies: Vec<&Action> = steps.map(|s| &s.action).filter(|a| matches!(a, Action::DenySession(_))).collect();
        assert!(denies.is_empty(), "{denies:?}");
    }
}

#[test]
fn a_wrapped_record_of_somebody_elses_making_is_not_read_as_cloudtrail() {
    let (world, records) = story();
    let (entra, aws): (Vec<Value>, Vec<Value>) = records.into_iter().partition(|r| r.get("eventSource").is_none());
    let forged: Vec<Value> =
        aws.iter().map(|r| json!({"source": "com.example", "detail-type": "x", "detail": r})).collect();
    let genuine: Vec<Value> =
        aws.iter().map(|r| json!({"source": "aws.s3", "detail-type": "x", "detail": r})).collect();
    let sessions = |aws: &[Value]| -> usize {
        let all: Vec<Value> = entra.iter().chain(aws).cloned().collect();
        verdict(&world, &all).iter().map(|i| i.links.len()).sum()
    };
    assert_eq!(sessions(&forged), 0);
    assert!(sessions(&genuine) > 0);
}

#[test]
fn the_reader_tells_an_explicit_deny_from_a_missing_allow() {
    use selvedge_model::Fact;
    let (world, records) = story();
    let crossing = crossing(&world, &records).clone();
    for (message, expected) in [
        ("User is not authorized to perform: s3:GetObject with an explicit deny in an identity-based policy", true),
        ("User is not authorized to perform: s3:GetObject because no identity-based policy allows it", false),
    ] {
        let mut record = hop(&world, &crossing, 1);
        record["eventName"] = "GetObject".into();
        record["errorCode"] = "AccessDenied".into();
        record["errorMessage"] = message.into();
        let mut state = with_estate(&world);
        read(&mut state, &[record.to_string().as_bytes()]);
        let denied: Vec<bool> = state
            .set
            .facts()
            .filter_map(|fact| match fact {
                Fact::AwsUse(used) => Some(used.explicit_deny),
                _ => None,
            })
            .collect();
        assert_eq!(denied, [expected], "{message}");
    }
}
