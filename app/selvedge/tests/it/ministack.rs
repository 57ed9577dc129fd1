//! The whole, driven through the product: an emulator that decides by IAM
//! policies (ministack with authorisation on) stands for AWS, the simulated
//! Graph for Entra. Two people hold sessions of one role; one is contained.
//!
//! The emulator is found by `SELVEDGE_MINISTACK`, else where `cargo xtask`
//! installs it; without it the tests say that they are skipped, or fail if
//! `SELVEDGE_REQUIRE_EMULATORS=1`.

pub(crate) mod emulator;
mod permits;
mod scene;
pub(crate) mod tenant;
mod trail;

use crate::cli::program::{Ran, Running};
use emulator::{ACCOUNT, Session, wait_until_after};
use scene::{Both, REFUSED, ROLE, SERVED, Scene};
use selvedge_agent::execute::{EnforcedBy, Enforcement, Execution, Executor, Seams, Status, StepProgress, approve};
use selvedge_agent::state::{VerdictInput, case_facts};
use selvedge_guard::Mode;
use selvedge_model::{IncidentId, Timestamp};
use selvedge_ports::{Clock, Journal};
use selvedge_respond::Incident;
use selvedge_sim::http::WallClock;
use selvedge_store::RedbJournal;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tenant::{ALICE, ALICE_UPN, BOB_UPN, TENANT};

/// How long anything may take that the program does by itself.
const PATIENCE: Duration = Duration::from_secs(40);

/// The plan names what is really there, in the order that is proven right.
fn assert_plan(scene: &Scene, incident: &Value) {
    let steps = incident["plan"]["steps"].as_array().expect("a plan");
    let got: Vec<Value> = steps
        .iter()
        .map(|step| json!([step["action"], step["purpose"], step["target_name"], step["params"]["aws:userid"]]))
        .collect();
    let alice = &scene.alice.user_id;
    let canary = format!("{}:selvedge-canary", scene.canary_id);
    assert_eq!(
        got,
        [
            json!(["A03", "contain", ROLE, alice]),
            json!(["Z01", "contain", ALICE_UPN, null]),
            json!(["Z02", "contain", ALICE_UPN, null]),
            json!(["A03", "canary", "SelvedgeCanary", canary]),
            json!(["A03", "narrow", ROLE, alice]),
            json!(["A03", "narrow", ROLE, alice]),
        ]
    );
    assert_eq!(steps[0]["params"]["account"], ACCOUNT);
    assert_eq!((&steps[1]["params"]["user_id"], &steps[1]["params"]["tenant"]), (&json!(ALICE), &json!(TENANT)));
    let names = |kind: &str| -> Vec<String> {
        let all = incident["entities"].as_array().unwrap().iter().filter(|entity| entity["kind"] == kind);
        all.map(|entity| entity["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("aws-session"), [alice.as_str()], "{}", incident["entities"]);
    assert_eq!(names("access-key"), [scene.alice.keys.id.as_str()]);
    assert_eq!(names("entra-user"), [ALICE.to_owned()]);
    let text = incident.to_string();
    assert!(!text.contains(BOB_UPN) && !text.contains(&scene.bob.keys.id), "the bystander is in the incident");
}

/// Waits until the role's deny is narrowed; the moment that it stamps.
async fn narrowed(scene: &Scene, running: &mut Running) -> Timestamp {
    let start = Instant::now();
    loop {
        let documents = scene.denies().await;
        let stamp = documents.iter().find_map(|document| {
            document.pointer("/Statement/0/Condition/DateLessThan/aws:TokenIssueTime")?.as_str().map(str::to_owned)
        });
        if let Some(stamp) = stamp {
            return stamp.parse().expect("a time");
        }
        if let Some(ran) = running.ended() {
            panic!("it ended before the narrowing: {ran:#?}");
        }
        assert!(start.elapsed() < PATIENCE, "not narrowed: {documents:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Nothing is changed yet, in either cloud.
async fn assert_untouched(scene: &Scene) {
    assert_eq!(scene.policies().await, scene.before, "byte for byte");
    assert_eq!((scene.s3(&scene.alice).await, scene.s3(&scene.bob).await), (SERVED, SERVED));
    assert_eq!(scene.tenant.alice_signs_in(), Ok(()));
}

fn status(execution: &Value) -> &str {
    execution["status"].as_str().unwrap_or_default()
}

/// Looked at, asked for, approved: and still nothing is changed.
async fn look_and_approve(scene: &Scene, id: &str, hash: &str) {
    let dry = scene.run(0, &["respond", id, "--json"]).one("execution");
    assert_eq!(status(&dry), "previewed", "{dry:#}");
    for step in dry["steps"].as_array().unwrap() {
        assert_eq!(step["refusal"], Value::Null, "{step:#}");
    }
    let early = scene.run(1, &["respond", id, "--apply", "--json"]).one("execution");
    assert_eq!(status(&early), "awaiting-approval", "{early:#}");
    let approved = scene.run(0, &["approve", id, "--plan", hash, "--by", "ana@contoso.com", "--json"]);
    assert_eq!(
        (&approved.objects()[0]["plan"], &approved.objects()[0]["by"]),
        (&json!(hash), &json!("ana@contoso.com"))
    );
    assert_untouched(scene).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_contains_one_of_two_sessions_is_killed_and_undoes() {
    let Some(scene) = Scene::open("containment through the program").await else { return };
    let (incident, id) = scene.replay();
    assert_plan(&scene, &incident);
    let hash = incident["plan"]["hash"].as_str().unwrap();
    look_and_approve(&scene, &id, hash).await;

    let mut running = scene.program.start(&scene.args(&["respond", &id, "--apply", "--json"]));
    let stamp = narrowed(&scene, &mut running).await;
    assert_eq!((scene.s3(&scene.alice).await, scene.s3(&scene.bob).await), (REFUSED, SERVED), "contained");
    assert!(scene.tenant.thief_goes_to_aws().is_err(), "the stolen session is closed");
    assert!(scene.tenant.alice_signs_in().is_err(), "the user is disabled");
    assert_eq!(scene.tenant.bob_goes_to_aws(), Ok(()));
    wait_until_after(stamp).await;
    let again = scene.assume(ALICE_UPN).await;
    assert_eq!(
        (scene.s3(&scene.alice).await, scene.s3(&again).await, scene.s3(&scene.bob).await),
        (REFUSED, SERVED, SERVED),
        "the old session stays refused, a new one works, the bystander's older one was never touched"
    );

    // It now waits for the second narrowing: the power goes out.
    let killed = running.kill();
    assert_eq!(killed.code, -1, "it was still at work: {killed:#?}");
    let report = scene.run(0, &["report", &id, "--json"]).one("incident");
    assert_eq!(status(&report["execution"]), "unfinished", "{report:#}");
    let proof = &report["execution"]["steps"][0]["enforced"];
    assert_eq!((&proof["state"], &proof["by"]), (&json!("enforced"), &json!("canary")), "{proof:#}");
    late_record_keeps_the_plan(&scene, &id, hash);
    undo(&scene, &id).await;
    scene.run(0, &["journal", "verify"]);
    scene.run(0, &["journal", "replay", &id]);
    let late = scene.run(1, &["respond", &id, "--apply"]);
    assert!(late.err.contains("E0328"), "{late:#?}");
}

/// A process that was killed could not say that it had begun; the journal does.
/// What arrives meanwhile does not exchange the plan under way.
fn late_record_keeps_the_plan(scene: &Scene, id: &str, hash: &str) {
    let listed = scene.run(0, &["incidents", "--json"]).one("incident");
    assert_eq!(listed["status"], "acting");
    scene.late_record();
    let replayed = scene.run(0, &["replay", "late", "--json"]).one("incident");
    assert_eq!((replayed["id"].as_str(), replayed["plan"]["hash"].as_str()), (Some(id), Some(hash)));
    assert_eq!(replayed["status"], "acting");
    assert_ne!(replayed["evidence"], listed["evidence"], "the record is new");
}

/// Undoes through the program; everything is as it was.
async fn undo(scene: &Scene, id: &str) -> Ran {
    let ran = scene.run(0, &["undo", id, "--by", "ana@contoso.com", "--json"]);
    assert_eq!(status(&ran.one("execution")), "undone", "{ran:#?}");
    assert_untouched(scene).await;
    assert!(scene.tenant.thief_goes_to_aws().is_err(), "what was revoked stays revoked");
    ran
}

/// The verdict that the state folder holds, computed again from its journaled
/// input with a short wait before the second narrowing.
fn plan_with_a_short_wait(journal: &RedbJournal, id: &str) -> Incident {
    let entries = journal.entries_of(&IncidentId::new(id)).unwrap();
    let input = entries.iter().find(|entry| entry.kind == "input").expect("the verdict's input");
    let body = journal.body(&input.body).unwrap().expect("it was not erased");
    let input: VerdictInput = serde_json::from_slice(&body).unwrap();
    let mut thresholds = selvedge::content::load(None).unwrap().brain.thresholds;
    thresholds.plan.narrow_again_after_secs = 2;
    let mut incidents = selvedge_respond::decide::judge(&input.case, &thresholds);
    assert_eq!(incidents.len(), 1);
    incidents.remove(0).0
}

/// Approves and carries out a plan over the real clients.
async fn carry_out(scene: &Scene, journal: &mut RedbJournal, incident: &Incident) -> Execution {
    let config = selvedge::config::load(Some(&scene.folder.path().join("selvedge.toml"))).unwrap().config;
    let guard = selvedge::content::load(None).unwrap().guard().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(WallClock);
    let both = Both::connect(&config, &clock).await;
    let respond = config.respond_config();
    let plan = incident.plan.as_ref().expect("a plan");
    approve(journal, &respond, plan, "ana@contoso.com", clock.now()).unwrap();
    let seams =
        Seams { guard: &guard, config: &respond, read: &both, act: &both, canary: Some(&both.aws), clock: &*clock };
    let executor = Executor::open(seams, journal).unwrap();
    executor.respond(plan, &case_facts(incident), Mode::Act).await.unwrap()
}

/// Some session of Alice's that is issued while the plan is carried out, after
/// the first narrowing: its sign-in was under way.
async fn slips_through(scene: &Scene) -> Session {
    loop {
        let narrowed = scene.denies().await.iter().any(|document| document.to_string().contains("DateLessThan"));
        if narrowed {
            return scene.assume(ALICE_UPN).await;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_narrowing_closes_what_slipped_through_the_first() {
    let Some(scene) = Scene::open("the second narrowing").await else { return };
    let (_, id) = scene.replay();
    let mut journal = RedbJournal::open(scene.folder.path().join("state/journal.redb")).unwrap();
    let incident = plan_with_a_short_wait(&journal, &id);
    let both = tokio::join!(carry_out(&scene, &mut journal, &incident), slips_through(&scene));
    let (execution, slipped) = tokio::time::timeout(PATIENCE, async { both }).await.unwrap();
    assert_eq!((execution.status, execution.person_must.as_slice()), (Status::Contained, &[][..]), "{execution:#?}");
    let undone_already = |step: &str| if step == "s4" { StepProgress::Undone } else { StepProgress::Stored };
    for step in &execution.steps {
        assert_eq!(step.progress, undone_already(&step.step.0), "{step:#?}");
    }
    let first = &execution.steps[0];
    let by_canary = matches!(&first.enforced, Enforcement::Enforced { proof: EnforcedBy::Canary { .. }, .. });
    assert!(by_canary && first.accepted.is_some(), "three clocks: {first:#?}");

    let stamps = scene.denies().await;
    let text = stamps[0].pointer("/Statement/0/Condition/DateLessThan/aws:TokenIssueTime").unwrap().as_str().unwrap();
    wait_until_after(text.parse().unwrap()).await;
    let again = scene.assume(ALICE_UPN).await;
    let sessions = [&scene.alice, &slipped, &again, &scene.bob];
    let mut seen = Vec::new();
    for session in sessions {
        seen.push(scene.s3(session).await);
    }
    assert_eq!(seen, [REFUSED, REFUSED, SERVED, SERVED], "old, slipped through, new, bystander");
    drop(journal);
    undo(&scene, &id).await;
}
