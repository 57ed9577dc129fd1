//! A provider's refusal, and what the caller does next about it.

use crate::answers;
use crate::wire::Reply;
use jiff::SignedDuration;
use selvedge_model::untrusted::quote_for_log;
use selvedge_ports::{CloudError, CloudErrorKind};

/// A refusal that came over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    status: u16,
    /// AWS error code; `None` if the answer was no AWS error.
    code: Option<String>,
    message: String,
    retry_after: Option<SignedDuration>,
}

/// What kinds of error codes there are. Sources: IAM and STS API references,
/// "Common Errors" and the errors of the operations that we call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Throttled,
    Denied,
    Credentials,
    Clock,
    NotFound,
    Conflict,
    Protected,
    Malformed,
    Unavailable,
    Foreign,
}

fn class_of(code: &str) -> Option<Class> {
    Some(match code {
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "TooManyRequestsException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "SlowDown" => Class::Throttled,
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "OptInRequired"
        | "RegionDisabledException" => Class::Denied,
        "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "IncompleteSignature"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException"
        | "InvalidAccessKeyId"
        | "AuthFailure"
        | "ExpiredToken"
        | "ExpiredTokenException" => Class::Credentials,
        "RequestExpired" | "RequestTimeTooSkewed" => Class::Clock,
        // S3, Lambda, KMS, Organizations, Identity Center beside IAM.
        "NoSuchEntity"
        | "NoSuchBucket"
        | "NoSuchBucketPolicy"
        | "NoSuchPublicAccessBlockConfiguration"
        | "ResourceNotFoundException"
        | "NotFoundException"
        | "PolicyNotFoundException" => Class::NotFound,
        "ConcurrentModification"
        | "ConcurrentModificationException"
        | "ConflictException"
        | "ResourceConflictException"
        | "OperationAborted"
        | "EntityAlreadyExists"
        | "DeleteConflict"
        | "EntityTemporarilyUnmodifiable"
        | "LimitExceeded" => Class::Conflict,
        "UnmodifiableEntity" => Class::Protected,
        "MalformedPolicyDocument"
        | "ValidationError"
        | "InvalidInput"
        | "InvalidAction"
        | "InvalidParameterValue"
        | "InvalidParameterCombination"
        | "InvalidQueryParameter"
        | "MalformedQueryString"
        | "MissingAction"
        | "MissingParameter"
        | "PackedPolicyTooLarge"
        | "NotAcceptable" => Class::Malformed,
        "ServiceFailure" | "ServiceUnavailable" | "InternalFailure" | "InternalError" | "InternalServerError" => {
            Class::Unavailable
        }
        _ => return None,
    })
}

impl Fault {
    /// Reads a reply that is no success.
    pub(crate) fn of(reply: &Reply) -> Self {
        let body = answers::error(&reply.body);
        Self {
            status: reply.status,
            message: body.as_ref().map(|b| b.message.clone()).unwrap_or_default(),
            code: reply.error_type.clone().or(body.map(|b| b.code)),
            retry_after: reply.retry_after,
        }
    }

    fn class(&self) -> Class {
        if let Some(class) = self.code.as_deref().and_then(class_of) {
            return class;
        }
        match (self.status, &self.code) {
            (429, _) => Class::Throttled,
            (500..=599, _) => Class::Unavailable,
            (401 | 403, Some(_)) => Class::Denied,
            (_, Some(_)) => Class::Malformed,
            // Without an AWS error in it, a 404 says nothing about the object:
            // it may be a wrong endpoint or a proxy.
            (_, None) => Class::Foreign,
        }
    }

    /// Whether the provider was in trouble while it had the request: a mutation
    /// may then have happened.
    pub(crate) fn leaves_doubt(&self) -> bool {
        // Throttling is decided before the request is looked at, even where it
        // is told with status 503.
        !(400..=499).contains(&self.status) && self.class() != Class::Throttled
    }

    /// Whether new credentials may help.
    pub(crate) fn is_about_credentials(&self) -> bool {
        self.class() == Class::Credentials
    }

    /// Whether a deny in the caller's own policies refused the call. An absent
    /// allow, a permissions boundary or an organization's policy is worded
    /// otherwise. Source: IAM user guide, "Troubleshoot access denied error
    /// messages".
    pub(crate) fn is_explicit_identity_deny(&self) -> bool {
        self.class() == Class::Denied && self.message.contains("explicit deny in an identity-based policy")
    }

    /// The action that the provider names as not allowed.
    fn missing(&self) -> Option<String> {
        let (_, rest) = self.message.split_once("not authorized to perform: ")?;
        let action: String =
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, ':' | '-' | '*')).collect();
        let (service, operation) = action.split_once(':')?;
        let plain = |text: &str| !text.is_empty() && !text.contains(':');
        (plain(service) && plain(operation)).then_some(action)
    }

    /// The error for the port. `what` names operation and account.
    pub(crate) fn to_error(&self, what: &str) -> CloudError {
        let code = quote_for_log(self.code.as_deref().unwrap_or("no AWS error code"));
        let status = self.status;
        let message = quote_for_log(&self.message);
        let (kind, text) = match self.class() {
            Class::Throttled => (
                CloudErrorKind::Throttled { retry_after: self.retry_after },
                format!("{what} was throttled ({code}); wait and ask again"),
            ),
            Class::Denied => self.denied(what, &code, &message),
            // The provider's text is left out: for a bad signature it repeats
            // the signed request, session token included.
            Class::Credentials => (
                CloudErrorKind::Denied { missing: None },
                format!(
                    "{what}: the credentials were not accepted ({code}); check that the key is active, not expired and belongs to this account"
                ),
            ),
            Class::Clock => (
                CloudErrorKind::Denied { missing: None },
                format!("{what}: the request's time was not accepted ({code}); set this machine's clock"),
            ),
            Class::NotFound => (CloudErrorKind::NotFound, format!("{what}: no such object ({message}); read it again")),
            Class::Conflict => (
                CloudErrorKind::Conflict,
                format!(
                    "{what}: somebody else changed the object or a quota is full ({code}: {message}); read it and plan again"
                ),
            ),
            Class::Protected => (
                CloudErrorKind::Denied { missing: None },
                format!(
                    "{what}: the object belongs to an AWS service and cannot be changed ({code}); change it in that service"
                ),
            ),
            Class::Malformed => (
                CloudErrorKind::Bug,
                format!("{what} was held malformed ({code}: {message}); this is a defect of selvedge, report it"),
            ),
            Class::Unavailable => (
                CloudErrorKind::Unavailable,
                format!("{what}: the service is in trouble (status {status}, {code}); try again later"),
            ),
            Class::Foreign => (
                CloudErrorKind::Bug,
                format!("{what}: status {status} and no AWS answer; check the endpoint and any proxy on the way"),
            ),
        };
        CloudError::new(kind, text)
    }

    fn denied(&self, what: &str, code: &str, message: &str) -> (CloudErrorKind, String) {
        let missing = self.missing();
        let remedy = match &missing {
            Some(action) => format!("grant {action} to the credential, or remove the deny that hits it"),
            None => "grant the operation to the credential, or remove the deny that hits it".into(),
        };
        (CloudErrorKind::Denied { missing }, format!("{what} was denied ({code}: {message}); {remedy}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(status: u16, code: &str, message: &str) -> Fault {
        let body = format!(
            "<ErrorResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>r</RequestId></ErrorResponse>"
        );
        Fault::of(&Reply { status, retry_after: None, error_type: None, body: body.into_bytes() })
    }

    fn denied(missing: Option<&str>) -> CloudErrorKind {
        CloudErrorKind::Denied { missing: missing.map(str::to_owned) }
    }

    #[test]
    fn codes_map_to_what_the_caller_does_next() {
        let not_allowed = "User: arn:aws:sts::111122223333:assumed-role/R/s is not authorized to perform: iam:PutRolePolicy on resource: role R because no identity-based policy allows the iam:PutRolePolicy action";
        for (status, code, message, kind, doubt) in [
            (400, "Throttling", "Rate exceeded", CloudErrorKind::Throttled { retry_after: None }, false),
            (503, "RequestLimitExceeded", "", CloudErrorKind::Throttled { retry_after: None }, false),
            (403, "AccessDenied", not_allowed, denied(Some("iam:PutRolePolicy")), false),
            (403, "AccessDenied", "no", denied(None), false),
            (403, "AccessDenied", "not authorized to perform: <b>:x y", denied(None), false),
            (403, "InvalidClientTokenId", "", denied(None), false),
            (403, "ExpiredToken", "", denied(None), false),
            (403, "SomethingNew", "", denied(None), false),
            (404, "NoSuchEntity", "", CloudErrorKind::NotFound, false),
            (409, "ConcurrentModification", "", CloudErrorKind::Conflict, false),
            (409, "EntityAlreadyExists", "", CloudErrorKind::Conflict, false),
            (409, "LimitExceeded", "", CloudErrorKind::Conflict, false),
            (400, "UnmodifiableEntity", "", denied(None), false),
            (400, "MalformedPolicyDocument", "", CloudErrorKind::Bug, false),
            (400, "ValidationError", "", CloudErrorKind::Bug, false),
            (400, "SomethingNew", "", CloudErrorKind::Bug, false),
            (500, "ServiceFailure", "", CloudErrorKind::Unavailable, true),
            (503, "SomethingNew", "", CloudErrorKind::Unavailable, true),
        ] {
            let message = message.replace('<', "&lt;");
            let fault = fault(status, code, &message);
            assert_eq!(fault.to_error("iam:X").kind, kind, "{status} {code}");
            assert_eq!(fault.leaves_doubt(), doubt, "{status} {code}");
        }
    }

    #[test]
    fn an_answer_that_is_not_aws_says_nothing_about_the_object() {
        for (status, body, kind, doubt) in [
            (404, "<html><body>Not Found</body></html>", CloudErrorKind::Bug, false),
            (302, "", CloudErrorKind::Bug, true),
            (502, "bad gateway", CloudErrorKind::Unavailable, true),
            (429, "", CloudErrorKind::Throttled { retry_after: None }, false),
        ] {
            let fault = Fault::of(&Reply { status, retry_after: None, error_type: None, body: body.into() });
            assert_eq!(fault.to_error("iam:X").kind, kind, "{status}");
            assert_eq!(fault.leaves_doubt(), doubt, "{status}");
        }
    }

    #[test]
    fn only_a_deny_in_the_own_policies_is_the_canarys_refusal() {
        for (message, expect) in [
            (
                "User: u is not authorized to perform: iam:GetRole on resource: r with an explicit deny in an identity-based policy",
                true,
            ),
            (
                "User: u is not authorized to perform: iam:GetRole on resource: r with an explicit deny in a service control policy",
                false,
            ),
            (
                "User: u is not authorized to perform: iam:GetRole on resource: r because no identity-based policy allows the iam:GetRole action",
                false,
            ),
        ] {
            assert_eq!(fault(403, "AccessDenied", message).is_explicit_identity_deny(), expect, "{message}");
        }
        assert!(!fault(404, "NoSuchEntity", "explicit deny in an identity-based policy").is_explicit_identity_deny());
    }

    #[test]
    fn errors_show_neither_tokens_nor_control_characters() {
        let token = "x-amz-security-token:FQoGZXIvYXdzEXAMPLE";
        let error = fault(403, "SignatureDoesNotMatch", token).to_error("iam:X");
        assert!(!error.message.contains("FQoG"), "{error}");
        let error = fault(404, "NoSuchEntity", "role &#27;[2J gone").to_error("iam:X");
        assert!(!error.message.contains('\u{1b}'), "{error}");
    }
}
