//! The edges of comparing: the largest, and what is no policy.

use selvedge_access::Policy;
use selvedge_access::compare::{Verdict, compare};
use serde_json::json;

#[test]
fn a_policy_is_equivalent_to_itself_however_large() {
    let actions: Vec<String> = (0..150).flat_map(|s| (0..40).map(move |a| format!("service{s}:Get*Of{a}*"))).collect();
    let text = json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": "*" }],
    })
    .to_string();
    let (policy, problems) = Policy::parse(&text);
    assert!(problems.is_empty());
    assert_eq!(compare(&policy, &policy).verdict, Verdict::Equivalent);
}

#[test]
fn what_is_no_policy_is_named_without_an_empty_place() {
    let (policy, _) = Policy::parse("[]");
    let said = format!("{:?}", compare(&policy, &policy));
    assert!(said.contains("must be a JSON object") && !said.contains(": : "), "{said}");
}
