//! What people read, word for word; and that foreign text stays text.

use super::*;
use selvedge_actions::plan::Wait;
use selvedge_actions::{Action, Plan, Step, StepPurpose};
use selvedge_model::{Confidence, Digest, EntityKind, EntityRef, FindingId, IncidentId, RecordId, Severity};
use selvedge_respond::behaviour::{Baseline, Deviation, Feature};
use selvedge_respond::incident::{Hop, StoryLine};
use selvedge_respond::{PlanNote, Status};

fn at(text: &str) -> Timestamp {
    format!("2026-05-{text}Z").parse().unwrap()
}

fn ids(names: &[&str]) -> Vec<RecordId> {
    names.iter().map(|name| RecordId::new(*name)).collect()
}

fn finding(rule: &str, severity: Severity, when: &str, subject: &str, tactics: &[&str]) -> Finding {
    let evidence = ids(&[&format!("{rule}-{when}")]);
    Finding {
        id: Finding::id_of(rule, "v", subject, &evidence),
        rule: rule.to_owned(),
        version: "v".to_owned(),
        title: format!("Something about {rule}"),
        severity,
        confidence: Confidence::new(500),
        occurred_at: at(when),
        subject: subject.to_owned(),
        evidence,
        attack: vec![format!("T15{:02}", rule.len())],
        tactics: tactics.iter().map(|tactic| (*tactic).to_owned()).collect(),
        why: format!("It looks as {rule} does."),
    }
}

fn entity(kind: EntityKind, id: &str, name: Option<&str>) -> EntityRef {
    EntityRef { kind, id: id.to_owned(), name: name.map(str::to_owned) }
}

/// Foreign text stands in it quoted for terminals, and must be quoted for pages.
fn baseline() -> Baseline {
    Baseline {
        id: "0c0a5f8e-0000-4000-8000-000000000001".to_owned(),
        name: "alice@contoso.com".to_owned(),
        before: at("18T06:32:11"),
        days: 22,
        records: 812,
        enough: true,
        deviations: vec![Deviation {
            feature: Feature::UserAgent,
            usual: "Edge on Windows (22 of 22 days)".to_owned(),
            seen: "<script>alert(1)</script>".to_owned(),
            at: at("18T17:17:27"),
            days: 22,
            alike: 0,
            one_in: 23,
            records: ids(&["r-2"]),
        }],
    }
}

fn path(resource: &str) -> Vec<Hop> {
    let user = entity(EntityKind::EntraUser, "0c0a5f8e-0000-4000-8000-000000000001", Some("alice@contoso.com"));
    let session = entity(EntityKind::EntraSession, "s-1", None);
    let address = entity(EntityKind::Address, "203.0.113.7", None);
    let app = entity(EntityKind::Resource, resource, Some("la"));
    let aws = entity(EntityKind::AwsSession, "AROAX:alice@contoso.com", Some("Analyst as alice@contoso.com"));
    let bucket = entity(EntityKind::Bucket, "datasets", None);
    let hop = |(from, to): (&EntityRef, &EntityRef), what: &str, when: &str, sure: Option<u16>, records: &[&str]| Hop {
        from: from.clone(),
        to: to.clone(),
        what: what.to_owned(),
        at: at(when),
        confidence: sure.map(Confidence::new),
        records: ids(records),
    };
    vec![
        hop((&user, &session), "signs in", "17T23:59:00", None, &["r-1"]),
        hop((&session, &address), "goes on from", "18T06:32:11", Some(900), &["r-1"]),
        hop((&address, &app), "microsoft.logic/workflows/write", "18T17:17:27", None, &["r-2"]),
        hop((&session, &aws), "enters AWS (F2)", "18T17:20:00", Some(950), &[]),
        hop((&aws, &bucket), "GetObject, 7.8 GB", "18T17:26:14", None, &["r-3", "r-4", "r-5"]),
    ]
}

fn incident(id: &str, severity: Severity, findings: Vec<FindingId>) -> Incident {
    let line = |when: &str, cloud: &str, text: &str, records: &[&str]| StoryLine {
        at: at(when),
        cloud: cloud.to_owned(),
        text: text.to_owned(),
        records: ids(records),
    };
    let resource =
        "/subscriptions/0b8a6f5e-1111-4a4a-9b9b-2f2f2f2f2f2f/resourcegroups/rg/providers/microsoft.logic/workflows/la";
    Incident {
        id: IncidentId::new(id),
        aliases: Vec::new(),
        title: "Stolen Entra session of alice@contoso.com reaches AWS role Analyst".to_owned(),
        severity,
        confidence: Confidence::new(875),
        status: Status::Proposed,
        first_seen: at("18T06:32:11"),
        last_seen: at("18T17:26:14"),
        entities: vec![
            entity(EntityKind::Address, "203.0.113.7", None),
            entity(EntityKind::EntraUser, "0c0a5f8e-0000-4000-8000-000000000001", Some("alice@contoso.com")),
            entity(EntityKind::IamRole, "arn:aws:iam::111122223333:role/Analyst", Some("Analyst")),
        ],
        findings,
        kind: selvedge_respond::Kind::StolenSession,
        attack: vec!["T1078.004".to_owned(), "T1539".to_owned()],
        tactics: vec!["initial-access".to_owned(), "credential-access".to_owned()],
        left_out: 0,
        evidence: ids(&["r-1", "r-2", "r-3", "r-4", "r-5"]),
        events: Vec::new(),
        story: vec![
            line(
                "17T23:59:00",
                "Entra",
                "alice@contoso.com signed in from 198.51.100.4; session s-1 begins.",
                &["r-1"],
            ),
            line(
                "18T17:17:27",
                "Azure",
                &format!("microsoft.logic/workflows/write on {resource} succeeded."),
                &["r-2"],
            ),
            line("18T17:26:14", "AWS", "GetObject on datasets 36 times; 7.8 GB leave.", &["r-3", "r-4", "r-5"]),
        ],
        path: path(resource),
        links: Vec::new(),
        behaviour: vec![baseline()],
        snapshot: Digest::of(b"set"),
        plan: None,
        notes: Vec::new(),
    }
}

fn plan(incident: &Incident) -> Plan {
    let action = Action::DisableUser(selvedge_actions::DisableUser {
        tenant: "t-1".to_owned(),
        user_id: "u-1".to_owned(),
        upn: "alice@contoso.com".to_owned(),
    });
    let step = |id: &str| Step {
        id: selvedge_actions::StepId(id.to_owned()),
        purpose: StepPurpose::Contain,
        action: action.clone(),
        after: Vec::new(),
        wait: Wait::None,
        restores: None,
        why: "Closes the way in.".to_owned(),
    };
    Plan {
        incident: incident.id.clone(),
        parent: None,
        content: Digest::of(b"content"),
        snapshot: Digest::of(b"set"),
        newest_evidence: at("18T17:26:14"),
        steps: vec![step("s1"), step("s2")],
        evidence: ids(&["r-1"]),
        made_at: at("19T08:00:00"),
        expires_at: at("19T12:00:00"),
    }
}

fn outcome() -> Outcome {
    let findings = vec![
        finding("theft", Severity::High, "18T17:20:00", "alice", &["exfiltration", "initial-access"]),
        finding("look", Severity::Info, "18T17:21:00", "alice", &["discovery"]),
        finding("look", Severity::Info, "18T17:22:00", "bob", &["discovery"]),
        finding("stray", Severity::Medium, "17T10:00:00", "carol", &["persistence", "x-own"]),
    ];
    let of_first = findings.iter().take(2).map(|finding| finding.id).collect();
    let mut worst = incident("INC-000000000001", Severity::Critical, of_first);
    worst.plan = Some(plan(&worst));
    worst.notes = vec![PlanNote {
        code: "E0130".to_owned(),
        target: "role Other".to_owned(),
        why: "too many sessions".to_owned(),
        instead: "deny the role".to_owned(),
    }];
    let mut quiet = incident("INC-000000000002", Severity::Medium, Vec::new());
    (quiet.entities, quiet.last_seen) = (Vec::new(), quiet.first_seen);
    quiet.story.truncate(1);
    let problem = |place: &str, why: &str| Problem { place: place.to_owned(), why: why.to_owned() };
    Outcome {
        at: at("19T08:00:00"),
        counts: Counts { records: 1_234_567, events: 1_234_000, unmapped: 500, problems: 67, file_problems: 1 },
        kinds: [(RecordKind::CloudTrail, 1_200_000), (RecordKind::AzureActivity, 34_000), (RecordKind::Unmapped, 500)]
            .into(),
        duplicates: 12,
        remarks: vec!["left unmapped, 3 times: no time".to_owned()],
        problems: vec![
            problem("logs/a.json:1", "not JSON at column 17"),
            problem("logs/b.gz@700", "the gzip data is cut off"),
            problem("logs/a.json:9", "not JSON at column 4"),
        ],
        found: findings.iter().collect(),
        findings,
        incidents: vec![quiet, worst],
    }
}

fn empty() -> Outcome {
    Outcome {
        counts: Counts::default(),
        kinds: BTreeMap::new(),
        duplicates: 0,
        remarks: Vec::new(),
        problems: Vec::new(),
        findings: Vec::new(),
        found: summary::Found::default(),
        incidents: Vec::new(),
        ..outcome()
    }
}

#[test]
fn what_was_left_out_is_in_the_summary_too() {
    let summary = crate::cmd::output::summary(&outcome());
    assert_eq!(summary["notes"], serde_json::json!(["left unmapped, 3 times: no time"]));
    assert_eq!(crate::cmd::output::summary(&empty())["notes"], serde_json::json!([]));
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn what_a_terminal_shows() {
    for width in [60, 80, 140] {
        let text = plain(&text::replay(&outcome(), width));
        assert!(text.lines().all(|line| term::columns(line) <= width && line == line.trim_end()), "{width}:\n{text}");
    }
    insta::assert_snapshot!("terminal-80", plain(&text::replay(&outcome(), 80)));
    insta::assert_snapshot!("terminal-140", plain(&text::replay(&outcome(), 140)));
    insta::assert_snapshot!("terminal-nothing", plain(&text::replay(&empty(), 80)));
    insta::assert_snapshot!("incident-list", plain(&text::incident_list(&outcome().incidents, 80)));
}

/// The page without its style, a tag a line.
fn body(page: &str) -> String {
    let (_, body) = page.split_once("<body>").unwrap();
    body.replace(env!("CARGO_PKG_VERSION"), "VERSION").replace("><", ">\n<")
}

#[test]
fn what_the_page_shows() {
    insta::assert_snapshot!("page", body(&html::page(&outcome())));
    insta::assert_snapshot!("page-nothing", body(&html::page(&empty())));
}

/// Puts a hostile text wherever a log can put text.
fn poisoned(text: &str) -> Outcome {
    let mut outcome = outcome();
    let poison = |field: &mut String| field.push_str(text);
    for incident in &mut outcome.incidents {
        poison(&mut incident.title);
        incident.entities.iter_mut().for_each(|entity| poison(&mut entity.id));
        incident.entities.iter_mut().filter_map(|entity| entity.name.as_mut()).for_each(poison);
        incident.evidence.push(RecordId::new(text));
        for line in &mut incident.story {
            line.records.push(RecordId::new(text));
            // The story is quoted where it is made.
            line.text.push_str(&selvedge_model::untrusted::quote_for_log(text));
        }
        incident.notes.iter_mut().for_each(|note| poison(&mut note.target));
    }
    for finding in &mut outcome.findings {
        [&mut finding.title, &mut finding.subject, &mut finding.why, &mut finding.rule].into_iter().for_each(poison);
        finding.tactics.push(text.to_owned());
        finding.attack.push(text.to_owned());
        finding.evidence.push(RecordId::new(text));
    }
    outcome.found = outcome.findings.iter().collect();
    for problem in &mut outcome.problems {
        poison(&mut problem.place);
        poison(&mut problem.why);
    }
    outcome.remarks.push(text.to_owned());
    outcome
}

/// Every tag of a page with the names of its attributes.
fn tags(page: &str) -> std::collections::BTreeSet<String> {
    let inside = page.split('<').skip(1).filter_map(|rest| rest.split('>').next());
    inside.map(|tag| tag.split('"').step_by(2).collect::<String>().replace('=', "")).collect()
}

#[test]
fn hostile_text_stays_text() {
    let known = tags(&html::page(&outcome()));
    assert!(known.contains("details") && known.contains("li class"), "{known:?}");
    for tag in &known {
        let bad = ["script", "img", "base", "link", "a", "iframe", "src", "href"];
        let loads = tag.split_whitespace().any(|word| bad.contains(&word));
        assert!(!loads, "{tag}: the page runs or loads something");
    }
    for text in [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "'onmouseover='x",
        "</style></title><base href=//evil>",
        "\u{1b}[2J\u{1b}]0;x\u{7}",
        "line\nbreak\r\u{202e}\u{2028}",
        "日本語".repeat(40).as_str(),
        "x".repeat(5_000).as_str(),
    ] {
        let outcome = poisoned(text);
        let page = html::page(&outcome);
        let foreign: Vec<String> = tags(&page).difference(&known).cloned().collect();
        assert!(foreign.is_empty(), "{foreign:?} in the page of {text:?}");
        assert!(!page.contains(['\u{1b}', '\u{202e}', '\u{2028}', '\r']), "{text:?}");
        for width in [40, 80, 160] {
            let shown = plain(&text::replay(&outcome, width));
            assert!(!shown.contains(['\u{1b}', '\u{202e}', '\u{2028}', '\r', '\u{7}']), "{text:?}");
        }
    }
}
