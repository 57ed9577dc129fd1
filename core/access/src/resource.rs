//! Whether a request's resource is covered by a policy's Resource pattern.
//!
//! Source: IAM user guide, "IAM JSON policy elements: Resource". An ARN has six
//! segments that are matched one by one; in the last one `*` crosses slashes and
//! colons. In an identity policy a pattern with fewer segments is padded with
//! `*`, so that `arn:aws:s3*` covers all of S3.

use crate::evaluate::Request;
use crate::glob;
use crate::policy::{Kind, Statement, Version};
use crate::truth::Truth;
use crate::variable::{Expanded, expand};

const SEGMENTS: usize = 6;

/// The segments of an ARN as a policy writes it, six at most; the colon in the name of a
/// variable separates nothing.
pub fn segments(pattern: &str, version: Version) -> Vec<&str> {
    let mut out = Vec::with_capacity(SEGMENTS);
    let (mut rest, mut from) = (pattern, 0);
    while out.len() < SEGMENTS.saturating_sub(1) {
        let Some(at) = rest.get(from..).and_then(|tail| tail.find(':')).map(|at| at.saturating_add(from)) else {
            break;
        };
        let head = rest.get(..at).unwrap_or_default();
        let inside = Statement::may_hold_variable(version, head)
            && head.rfind("${").is_some_and(|open| head.rfind('}').is_none_or(|close| close < open));
        if inside {
            from = at.saturating_add(1);
            continue;
        }
        out.push(head);
        rest = rest.get(at.saturating_add(1)..).unwrap_or_default();
        from = 0;
    }
    out.push(rest);
    out
}

/// Why `pattern` is no valid Resource of an identity policy; `None` if it is.
pub fn problem_of(pattern: &str) -> Option<String> {
    if pattern == "*" {
        return None;
    }
    let given: Vec<&str> = pattern.splitn(SEGMENTS, ':').collect();
    if given.first() != Some(&"arn") && given.first() != Some(&"arn*") {
        return Some("a resource must be an ARN or \"*\"".into());
    }
    let service = given.get(2).copied().unwrap_or("*");
    let is_last = given.len() <= 3;
    let is_trailing = service.find(['*', '?']).is_none_or(|at| service.get(at..) == Some("*"));
    if glob::has_wildcard(service) && !(is_last && is_trailing) {
        return Some("the service segment of a resource must not hold a wildcard".into());
    }
    None
}

/// The same for a policy of a kind. In one of an organization an ARN is whole or ends in
/// `*`.
pub fn problem_in(pattern: &str, kind: Kind) -> Option<String> {
    let short = pattern != "*" && pattern.splitn(SEGMENTS, ':').count() < SEGMENTS;
    match kind {
        Kind::ServiceControl if short && !pattern.ends_with('*') => {
            Some("a short ARN of a service control policy must end in \"*\"".into())
        }
        Kind::ResourceControl if short => Some("an ARN of a resource control policy must be whole".into()),
        _ => problem_of(pattern),
    }
}

/// Whether an action knows no resource but `*`.
pub(crate) fn is_wildcard_only(action: &str) -> bool {
    WILDCARD_ONLY.iter().any(|known| glob::matches_ignore_case(known, action))
}

/// Whether `pattern`, of a policy, covers `resource` in this context.
pub fn covers(pattern: &str, (kind, version): (Kind, Version), request: &Request) -> Truth {
    let resource = if is_wildcard_only(&request.action) { "*" } else { request.resource.as_str() };
    let short = pattern != "*" && pattern.splitn(SEGMENTS, ':').count() < SEGMENTS;
    if short && matches!(kind, Kind::Resource | Kind::Endpoint) && !glob::has_wildcard(pattern) {
        return Truth::No;
    }
    if Statement::may_hold_variable(version, pattern) {
        return with_variables(pattern, version, request);
    }
    matches(pattern, resource, &request.action)
}

/// Variables stand in the last segment; what they bring is literal there.
fn with_variables(pattern: &str, version: Version, request: &Request) -> Truth {
    let given = segments(pattern, version);
    let Some((last, before)) = given.split_last().filter(|_| given.len() == SEGMENTS) else {
        return Truth::unsupported(format!("variable before the last segment of {pattern}"));
    };
    if before.iter().any(|segment| Statement::may_hold_variable(version, segment)) {
        return Truth::unsupported(format!("variable before the last segment of {pattern}"));
    }
    let wanted: Vec<&str> = request.resource.splitn(SEGMENTS, ':').collect();
    let Some(own) = wanted.get(SEGMENTS.saturating_sub(1)) else {
        return Truth::No;
    };
    if !before.iter().zip(&wanted).all(|(p, w)| glob::matches(p, w)) {
        return Truth::No;
    }
    match expand(last, &request.context) {
        Expanded::Text(glyphs) => Truth::from(glob::matches_glyphs(&glyphs, own)),
        Expanded::Absent => Truth::No,
        Expanded::Unknown(missing) => Truth::unknown(missing),
    }
}

/// Actions that know no resource but `*` (service authorization reference; those that are
/// asked for most).
pub(crate) const WILDCARD_ONLY: &[&str] = &[
    "s3:ListAllMyBuckets",
    "iam:ListUsers",
    "iam:ListRoles",
    "iam:ListGroups",
    "iam:ListPolicies",
    "iam:ListAccountAliases",
    "iam:GetAccountSummary",
    "iam:GetAccountAuthorizationDetails",
    "iam:GenerateCredentialReport",
    "iam:GetCredentialReport",
    "sts:DecodeAuthorizationMessage",
    "kms:CreateKey",
    "kms:ListKeys",
    "kms:ListAliases",
    "kms:GenerateRandom",
    "secretsmanager:ListSecrets",
    "secretsmanager:GetRandomPassword",
    "lambda:ListFunctions",
    "sns:ListTopics",
    "sqs:ListQueues",
    "dynamodb:ListTables",
    "ec2:DescribeInstances",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeVpcs",
    "ec2:DescribeSubnets",
    "ec2:DescribeSnapshots",
    "ec2:DescribeVolumes",
    "ec2:DescribeRegions",
    "cloudtrail:DescribeTrails",
    "cloudtrail:ListTrails",
    "guardduty:ListDetectors",
];

/// Whether `pattern` covers `resource`. `action` is needed for actions without
/// resource-level permissions, whose requests name the resource `*`.
pub fn matches(pattern: &str, resource: &str, action: &str) -> Truth {
    if pattern == "*" {
        return Truth::Yes;
    }
    if resource == "*" {
        return wildcard_only(pattern, action);
    }
    let wanted: Vec<&str> = resource.splitn(SEGMENTS, ':').collect();
    if wanted.len() < SEGMENTS || wanted.first() != Some(&"arn") {
        return Truth::unsupported("a request's resource that is neither an ARN nor \"*\"");
    }
    let given: Vec<&str> = pattern.splitn(SEGMENTS, ':').collect();
    let padding = std::iter::repeat_n("*", SEGMENTS.saturating_sub(given.len()));
    let padded = given.into_iter().chain(padding);
    padded.zip(wanted).all(|(p, w)| glob::matches(p, w)).into()
}

/// Actions such as `s3:ListAllMyBuckets` know only the resource `*`. A specific
/// ARN never grants them. On a pattern that covers the whole service the
/// provider's own pages contradict each other (facts, iam-eval row 52).
fn wildcard_only(pattern: &str, action: &str) -> Truth {
    let given: Vec<&str> = pattern.splitn(SEGMENTS, ':').collect();
    let service = given.get(2).copied().unwrap_or("*");
    let own = action.split(':').next().unwrap_or_default();
    let open = given.iter().skip(3).all(|segment| matches!(*segment, "" | "*"));
    if open && glob::matches_ignore_case(service, own) {
        Truth::unsupported(format!("whether {pattern} grants {action}, which has no resource-level permission"))
    } else {
        Truth::No
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for (pattern, resource, expect) in [
            ("*", "arn:aws:s3:::b", Truth::Yes),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b/x/y:z", Truth::Yes),
            ("arn:aws:s3:::b", "arn:aws:s3:::b/x", Truth::No),
            ("arn:aws:s3:::b/*", "arn:aws:s3:::b", Truth::No),
            ("arn:aws:s3:::b*", "arn:aws:s3:::bucket/k", Truth::Yes),
            ("arn:aws:s3:::B/*", "arn:aws:s3:::b/x", Truth::No),
            ("arn:aws:s3*", "arn:aws:s3:::b/x", Truth::Yes),
            ("arn:aws:s3", "arn:aws:s3:::b/x", Truth::Yes),
            ("arn:aws:s3:::*", "arn:aws:s3:::b/x", Truth::Yes),
            ("arn:aws:s3", "arn:aws:sqs:eu-west-1:1:q", Truth::No),
            ("arn:aws:iam::*:role/*", "arn:aws:iam::1:role/a/b/R", Truth::Yes),
            ("arn:aws:iam::*:role/*", "arn:aws:sts::1:assumed-role/R/s", Truth::No),
            ("arn:aws:iam::1:role/?", "arn:aws:iam::1:role/R", Truth::Yes),
            // A star stays in its segment: the account's star cannot eat a colon.
            ("arn:aws:sqs:*:q", "arn:aws:sqs:eu-west-1:1:q", Truth::No),
        ] {
            assert_eq!(matches(pattern, resource, "x:Y"), expect, "{pattern} on {resource}");
        }
    }

    #[test]
    fn actions_without_resource_level_permissions() {
        for (pattern, expect) in
            [("*", "yes"), ("arn:aws:s3:::b", "no"), ("arn:aws:s3:::*", "unknown"), ("arn:aws:sqs:::*", "no")]
        {
            let got = match matches(pattern, "*", "s3:ListAllMyBuckets") {
                Truth::Yes => "yes",
                Truth::No => "no",
                Truth::Unknown(_) => "unknown",
            };
            assert_eq!(got, expect, "{pattern}");
        }
    }

    #[test]
    fn patterns_that_are_no_resources() {
        for (pattern, bad) in [
            ("*", false),
            ("arn:aws:s3:::b", false),
            ("arn:aws:s3*", false),
            ("arn:aws:*", false),
            ("arn:aws:*:::b", true),
            ("arn:aws:s*3", true),
            ("my-bucket", true),
            ("", true),
        ] {
            assert_eq!(problem_of(pattern).is_some(), bad, "{pattern}");
        }
    }
}
