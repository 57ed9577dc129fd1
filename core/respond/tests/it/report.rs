//! What people read of an incident out of findings.

use crate::made::*;
use selvedge_model::Severity;

#[test]
fn the_account_of_an_attack_in_both_clouds() {
    let key = "medium:persistence:credential created";
    let trail = "high:defense-evasion:logging stopped";
    let list = "low:discovery:buckets listed";
    let records: Vec<Made> = (0..40)
        .map(|n| record(vec![sso(&format!("list-{n:02}"), 40 + n, UPN)], &[list]))
        .chain([
            record(vec![sign_in("in", 0, UPN, ALICE)], &[]),
            record(vec![change("credential", 10, ALICE, UPN)], &[key]),
            record(vec![sso("trail", 35, UPN)], &[trail, list]),
            record(vec![arm("role", 90, ALICE, UPN)], &["medium:privilege-escalation:role given"]),
            report(
                "guard",
                95,
                Severity::High,
                about("aws", "AROAAWSReservedSSO_Admin_1:alice@contoso.com", None, &["evil\u{1b}[2J"], "192.0.2.66"),
            ),
        ])
        .collect();
    let found = incidents(&records);
    assert_eq!(found.len(), 1);
    insta::assert_snapshot!(selvedge_respond::report::text(&found[0]));
}

#[test]
fn titles() {
    let medium = "medium:persistence:credential created";
    let titles = |records: &[Made]| -> Vec<String> { incidents(records).into_iter().map(|i| i.title).collect() };
    let user = |name: &str, rule: &str| record(vec![user_call(name, 0, "bo", name)], &[rule]);
    for (records, expect) in [
        (vec![user("A", medium)], "Rule credential created by arn:aws:iam::111122223333:user/bo"),
        (
            vec![user("A", medium), user("B", "high:persistence:b")],
            "Rule b and 1 more by arn:aws:iam::111122223333:user/bo",
        ),
        (
            vec![user("A", medium), user("B", "high:impact:b"), user("C", "medium:initial-access:c")],
            "Initial access, persistence and impact by arn:aws:iam::111122223333:user/bo: Rule b and 2 more",
        ),
        (vec![record(vec![sign_in("in", 0, UPN, ALICE)], &[medium])], "Rule credential created by alice@contoso.com"),
        (
            vec![record(vec![change("sp", 0, "7e0c0000-0000-4000-8000-00000000000a", "")], &[medium])],
            "Rule credential created by Entra object 7e0c0000-0000-4000-8000-00000000000a",
        ),
        (
            vec![report("r", 0, Severity::High, about("aws", "", None, &["arn:aws:s3:::b"], ""))],
            "GuardDuty reports \"Credentials are used from a known bad address\" on arn:aws:s3:::b in AWS account 111122223333",
        ),
    ] {
        assert_eq!(titles(&records), [expect]);
    }
}
