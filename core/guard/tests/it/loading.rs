//! A bad policy is a problem with its place, never a weaker guard.

use crate::support::{DEFAULTS, SCHEMA};
use selvedge_guard::Guard;

#[test]
fn bad_policies_are_problems() {
    let ok = r#"@id("x") @reason("r") permit (principal, action, resource);"#;
    for (schema, text, expect) in [
        (SCHEMA, "permit (", "unexpected end of input"),
        ("entity {", ok, "parsing"),
        (SCHEMA, "@reason(\"r\") permit (principal, action, resource);", "no @id"),
        (SCHEMA, "@id(\"x\") permit (principal, action, resource);", "no @reason"),
        (
            SCHEMA,
            r#"@id("x") @reason("r") @approvals("1") permit (principal, action, resource);"#,
            "belongs on a forbid",
        ),
        (SCHEMA, r#"@id("x") @reason("r") @approvals("many") forbid (principal, action, resource);"#, "1 to 9"),
        (SCHEMA, r#"@id("break-glass") @reason("r") permit (principal, action, resource);"#, "used twice"),
        (
            SCHEMA,
            r#"@id("x") @reason("r") forbid (principal, action, resource) when { context.killswitch };"#,
            "killswitch",
        ),
        (
            SCHEMA,
            r#"@id("x") @reason("r") forbid (principal, action, resource) when { resource.name > 3 };"#,
            "expected",
        ),
        (SCHEMA, r#"@id("x") @reason("r") forbid (principal, action == Selvedge::Action::"A99", resource);"#, "A99"),
        (SCHEMA, r#"@id("x") @reason("r") permit (principal == ?principal, action, resource);"#, "templates"),
    ] {
        let problems = Guard::load(schema, &[("defaults.cedar", DEFAULTS), ("mine.cedar", text)]).unwrap_err();
        let all: Vec<String> = problems.iter().map(|p| format!("{}: {}", p.place, p.why)).collect();
        assert!(all.iter().any(|line| line.contains(expect)), "{text}\n  {all:#?}");
    }
}

#[test]
fn the_version_follows_the_text() {
    let one = Guard::load(SCHEMA, &[("a", DEFAULTS)]).unwrap().version();
    let same = Guard::load(SCHEMA, &[("a", DEFAULTS)]).unwrap().version();
    let other = Guard::load(SCHEMA, &[("a", &format!("{DEFAULTS}\n// edited"))]).unwrap().version();
    assert_eq!(one, same);
    assert_ne!(one, other);
}

#[test]
fn every_shipped_policy_has_a_case() {
    let guard = Guard::load(SCHEMA, &[("a", DEFAULTS)]).unwrap();
    let cases = crate::defaults::policies_with_a_case();
    for (id, _) in guard.policies() {
        let permits = id == "agent-acts" || id == "agent-undoes";
        assert!(permits || cases.contains(&id.as_str()), "policy {id} has no case in defaults.rs");
    }
}
