//! Scripts are read by people and run by the program they are written for.

use super::*;
use crate::plan::{StepPurpose, Wait};
use crate::{Action, DeactivateAccessKey, DenyScope, DenySession, DisableServicePrincipal, DisableUser};
use selvedge_model::{Digest, IncidentId};
use std::io::Write as _;
use std::process::{Command, Stdio};

fn plan(hostile: &str) -> (Plan, BTreeMap<StepId, Image>) {
    let deny = DenySession {
        account: "111122223333".into(),
        role_arn: "arn:aws:iam::111122223333:role/R".into(),
        role_name: "R".into(),
        role_id: "AROAX".into(),
        user_id: format!("AROAX:{hostile}"),
        policy_name: "SelvedgeDeny-1".into(),
        scope: DenyScope::IssuedBeforeClosing,
        replaces_own: false,
    };
    let key = DeactivateAccessKey {
        account: "111122223333".into(),
        user_name: hostile.into(),
        access_key: "AKIAIOSFODNN7EXAMPLE".into(),
    };
    let app = "5a1c93e4-0000-4f60-8d15-c3e97a40b62f";
    let (tenant, name) = ("t".to_owned(), hostile.to_owned());
    let actions = [
        Action::DenySession(deny),
        Action::DeactivateAccessKey(key),
        Action::DisableUser(DisableUser { tenant: tenant.clone(), user_id: app.into(), upn: name.clone() }),
        Action::DisableServicePrincipal(DisableServicePrincipal { tenant, object_id: app.into(), name }),
    ];
    let steps: Vec<Step> = actions
        .into_iter()
        .enumerate()
        .map(|(index, action)| Step {
            id: StepId(format!("s{}", index + 1)),
            purpose: StepPurpose::Contain,
            action,
            after: Vec::new(),
            wait: Wait::None,
            restores: None,
            why: format!("because of {hostile}"),
        })
        .collect();
    let images = BTreeMap::from([
        (StepId("s1".into()), Image::RolePolicy { document: None }),
        (StepId("s2".into()), Image::Value { value: "Active".into() }),
        (StepId("s3".into()), Image::AccountEnabled { enabled: true }),
        (StepId("s4".into()), Image::Value { value: true.into() }),
    ]);
    let plan = Plan {
        incident: IncidentId::new("INC-1"),
        parent: None,
        content: Digest::of(b""),
        snapshot: Digest::of(b""),
        newest_evidence: Timestamp::UNIX_EPOCH,
        steps,
        evidence: Vec::new(),
        made_at: Timestamp::UNIX_EPOCH,
        expires_at: Timestamp::UNIX_EPOCH,
    };
    (plan, images)
}

#[test]
fn what_people_read() {
    let (plan, images) = plan("alice@contoso.com");
    insta::assert_snapshot!("python", python(&plan, &images).unwrap());
    insta::assert_snapshot!("powershell", powershell(&plan, &images).unwrap());
}

/// Runs the script as it stands (it prints what it would call).
#[expect(clippy::disallowed_methods, reason = "a script is judged by the program that runs it")]
fn run(script: &str, arguments: &[&str]) -> (bool, String) {
    let mut child = Command::new("python3")
        .arg("-")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("python3 is needed");
    child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
    let out = child.wait_with_output().unwrap();
    (out.status.success(), String::from_utf8_lossy(&out.stdout).into_owned() + &String::from_utf8_lossy(&out.stderr))
}

#[test]
fn hostile_names_stay_text_in_python() {
    for hostile in [
        "x\"); import os; os.system('id'); (\"",
        "x\nimport os\nprint(7*191)",
        "\\",
        "\u{1F980}é\u{2028}print(7*191)",
        "{params} %s ''' \"\"\"",
    ] {
        let (plan, images) = plan(hostile);
        let script = python(&plan, &images).unwrap();
        assert!(script.is_ascii(), "{script}");
        let (done, said) = run(&script, &[]);
        assert!(done && said.lines().count() == 2 && !said.contains("1337"), "{said}");
        assert!(said.contains("iam.put_role_policy") && said.contains("'Status': 'Inactive'"), "{said}");
        assert!(!said.contains("9999-"), "the moment is not set: {said}");
        let shell = powershell(&plan, &images).unwrap();
        assert!(shell.is_ascii() && !shell.contains("1337"), "{shell}");
    }
    // The script must be told what to do before it does anything.
    let (plan, images) = plan("x");
    let (done, said) = run(&python(&plan, &images).unwrap(), &["--apply", "--undo"]);
    assert!(!done && said.contains("either"), "{said}");
}

#[test]
fn a_target_that_was_not_looked_at_has_no_script() {
    let (plan, mut images) = plan("x");
    images.remove(&StepId("s2".into()));
    assert_eq!(python(&plan, &images).unwrap_err().code, "E0340");
}
