//! Alphabets of names. Whatever stands in a call came from a log at first: what
//! is outside its provider's alphabet names nothing, and could put a wildcard
//! or another path into a call.

/// A name as IAM gives it: `[\w+=,.@-]` (IAM API reference).
pub fn iam(text: &str, longest: usize) -> bool {
    bounded(text, longest) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte))
}

/// An AWS account: twelve digits.
pub fn account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// An AWS region, such as `eu-central-1`.
pub fn region(text: &str) -> bool {
    bounded(text, 32) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// An id of AWS with its prefix, such as `sg-0a1b`: letters, digits, hyphens.
pub fn prefixed(text: &str, prefix: &str) -> bool {
    let rest = text.strip_prefix(prefix).unwrap_or_default();
    bounded(rest, 64) && rest.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// An access key id: `AKIA` or `ASIA` and letters and digits (16 to 128).
pub fn access_key(text: &str) -> bool {
    (16..=128).contains(&text.len())
        && ["AKIA", "ASIA"].iter().any(|prefix| text.starts_with(prefix))
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// A bucket: 3 to 63 lower-case letters, digits, dots and hyphens (S3 user
/// guide, "Bucket naming rules").
pub fn bucket(text: &str) -> bool {
    (3..=63).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte))
}

/// An ARN without wildcards, white space or variables.
pub fn arn(text: &str) -> bool {
    bounded(text, 2048)
        && text.starts_with("arn:")
        && text.bytes().all(|byte| byte.is_ascii_graphic() && !b"*?$\"<>\\".contains(&byte))
}

/// An Azure resource id: segments of names, no query, no parent steps.
pub fn resource_id(text: &str) -> bool {
    let segment = |part: &str| {
        !part.is_empty()
            && part != "."
            && part != ".."
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.()".contains(&byte))
    };
    bounded(text, 1024)
        && text.to_ascii_lowercase().starts_with("/subscriptions/")
        && text.split('/').skip(1).all(segment)
}

/// A GUID, as Entra names objects.
pub fn guid(text: &str) -> bool {
    selvedge_model::guid::parse(text).is_some()
}

fn bounded(text: &str, longest: usize) -> bool {
    !text.is_empty() && text.len() <= longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_name_something_else_is_no_name() {
        assert!(iam("alice@contoso.com", 64) && !iam("a*", 64) && !iam("", 64));
        assert!(!iam("${aws:username}", 64) && !iam("abc", 2));
        assert!(arn("arn:aws:iam::aws:policy/AWSDenyAll") && !arn("arn:aws:iam::1:role/*") && !arn("x"));
        let vm = "/subscriptions/0/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm-1";
        assert!(resource_id(vm));
        for wrong in [&vm[1..], "/subscriptions/../x", "/subscriptions/a?b=c", "/subscriptions/a//b", "/other/x"] {
            assert!(!resource_id(wrong), "{wrong}");
        }
        assert!(prefixed("sg-0a1b", "sg-") && !prefixed("sg-", "sg-") && !prefixed("vpc-1", "sg-"));
        assert!(access_key("AKIAIOSFODNN7EXAMPLE") && !access_key("AKIA*") && !access_key("XXIAIOSFODNN7EXAMPLE"));
        assert!(account("111122223333") && !account("11112222333x"));
        assert!(region("eu-central-1") && !region("eu central"));
    }
}
