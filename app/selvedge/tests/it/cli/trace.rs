//! `selvedge trace`: who is behind a session, whatever it is asked by.

use super::Story;
use serde_json::Value;

fn of_thief<'a>(trace: &'a Value, user_id: &str) -> &'a Value {
    let sessions = trace["sessions"].as_array().unwrap();
    sessions.iter().find(|session| session["key"]["principal_id"] == *user_id).unwrap()
}

#[test]
fn a_session_is_traced_to_its_human_by_any_of_its_names() {
    let story = Story::tell();
    story.replay();
    let truth = &story.world.truth;
    let sid = {
        let trace = &story.program.expect(0, &["trace", &truth.access_key, "--state", "state", "--json"]).objects()[0];
        assert_eq!(trace["sessions"].as_array().unwrap().len(), 1, "an access key is of one session");
        let from = of_thief(trace, &truth.user_id)["hops"][0]["from"].as_str().unwrap().to_owned();
        from.strip_prefix("Entra session ").unwrap().to_owned()
    };
    for name in
        [&truth.access_key, &truth.user_id, &truth.upn, &truth.human, &truth.sign_in, &sid, &truth.upn.to_uppercase()]
    {
        let traced = story.program.expect(0, &["trace", name, "--state", "state", "--json"]).objects();
        let [trace] = traced.as_slice() else { panic!("{name}: one object") };
        let session = of_thief(trace, &truth.user_id);
        assert_eq!(session["who"]["object_id"], truth.human, "{name}");
        assert_eq!(session["who"]["sign_in"], truth.sign_in, "{name}");
        assert_eq!(session["unresolved"], Value::Null, "{name}");
        let kinds: Vec<&str> =
            session["hops"].as_array().unwrap().iter().map(|hop| hop["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["sign-in", "AssumeRoleWithSAML"], "{name}");
        assert!(session["did"]["operations"]["s3.amazonaws.com GetObject"].as_u64().unwrap() > 30, "{name}");
    }
}

#[test]
fn what_people_read_names_the_human_the_hops_and_the_records() {
    let story = Story::tell();
    story.replay();
    let truth = &story.world.truth;
    let text = story.program.expect(0, &["trace", &truth.access_key, "--state", "state"]).out;
    insta::with_settings!({ snapshot_path => "snapshots" }, { insta::assert_snapshot!("trace", text) });
}

#[test]
fn what_is_usual_and_what_can_be_got_at_stand_beside() {
    let story = Story::tell();
    story.replay();
    let truth = &story.world.truth;
    let trace = &story.program.expect(0, &["trace", &truth.human, "--state", "state", "--json"]).objects()[0];
    let [baseline] = trace["behaviour"].as_array().unwrap().as_slice() else { panic!("{}", trace["behaviour"]) };
    assert_eq!(baseline["id"], truth.human);
    // A story of some days is no past to judge by, and it says so.
    assert_eq!((&baseline["enough"], &baseline["deviations"]), (&Value::Bool(false), &Value::Array(Vec::new())));
    let reach = &trace["reach"];
    let roles = reach["roles"].as_array().unwrap();
    assert!(roles.iter().all(|role| role["id"]["key"] != *truth.role_arn), "what is held need not be got at");
    assert_eq!((&reach["more"], &reach["cut"]), (&Value::from(0), &Value::Bool(false)));
}

#[test]
fn a_name_that_nobody_bears_is_an_error() {
    let story = Story::tell();
    story.replay();
    let failed = story.program.expect(1, &["trace", "nobody@contoso.com", "--state", "state"]);
    assert!(failed.err.contains("E0143") && failed.err.contains("nobody@contoso.com"), "{}", failed.err);
    // What a log says may be hostile, and so may be what is asked.
    let hostile = story.program.expect(1, &["trace", "\u{1b}[2Jx", "--state", "state"]);
    assert!(!hostile.err.contains('\u{1b}'), "{:?}", hostile.err);
}
