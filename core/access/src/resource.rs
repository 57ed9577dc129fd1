//! Whether a request's resource is covered by a policy's Resource pattern.
//!
//! Source: IAM user guide, "IAM JSON policy elements: Resource". An ARN has six
//! segments that are matched one by one; in the last one `*` crosses slashes and
//! colons. In an identity policy a pattern with fewer segments is padded with
//! `*`, so that `arn:aws:s3*` covers all of S3.

use crate::glob;
use crate::truth::Truth;

const SEGMENTS: usize = 6;

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
