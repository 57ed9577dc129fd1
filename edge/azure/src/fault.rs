//! A refusal of Graph, and what the caller does next about it.
//!
//! Source: Microsoft Graph, "Error responses and resource types" and
//! "Throttling guidance".

use crate::answers;
use crate::wire::Reply;
use jiff::SignedDuration;
use selvedge_model::untrusted::quote_for_log;
use selvedge_ports::{CloudError, CloudErrorKind};

/// A refusal that came over the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    status: u16,
    /// Graph's error code; `None` if the answer was no Graph error.
    code: Option<String>,
    message: String,
    retry_after: Option<SignedDuration>,
}

impl Fault {
    /// Reads a reply that is no success.
    pub(crate) fn of(reply: &Reply) -> Self {
        let body = answers::error(&reply.body);
        Self {
            status: reply.status,
            message: body.as_ref().map(|b| b.message.clone()).unwrap_or_default(),
            code: body.map(|b| b.code),
            retry_after: reply.retry_after,
        }
    }

    /// Whether Graph, or something before it, was in trouble while it had the
    /// request: a mutation may then have happened.
    pub(crate) fn leaves_doubt(&self) -> bool {
        !(400..=499).contains(&self.status)
    }

    /// The error for the port. `what` names operation and tenant, `permission`
    /// the least one that the operation needs.
    pub(crate) fn to_error(&self, what: &str, permission: &str) -> CloudError {
        let code = quote_for_log(self.code.as_deref().unwrap_or("no graph error code"));
        let message = quote_for_log(&self.message);
        let status = self.status;
        let (kind, text) = match self.status {
            429 => self.throttled(what),
            // Graph tells some throttling so; the header is the mark.
            503 if self.retry_after.is_some() => self.throttled(what),
            401 => (
                CloudErrorKind::Denied { missing: None },
                format!(
                    "{what}: the token was not accepted ({code}); check the credential, its tenant and that it is not expired"
                ),
            ),
            403 => (
                CloudErrorKind::Denied { missing: Some(permission.to_owned()) },
                format!(
                    "{what} was denied ({code}: {message}); grant {permission} to the application with admin consent; to act on administrators it also needs the role privileged authentication administrator"
                ),
            ),
            404 if self.names_an_absent_object() => {
                (CloudErrorKind::NotFound, format!("{what}: no such object ({code}); read it again"))
            }
            409 | 412 | 423 => (
                CloudErrorKind::Conflict,
                format!("{what}: somebody else changed or locked the object ({code}); read it and plan again"),
            ),
            408 | 500..=599 => (
                CloudErrorKind::Unavailable,
                format!("{what}: graph is in trouble (status {status}, {code}); try again later"),
            ),
            _ if self.code.is_some() => (
                CloudErrorKind::Bug,
                format!(
                    "{what} was held malformed (status {status}, {code}: {message}); this is a defect of selvedge, report it"
                ),
            ),
            _ => (
                CloudErrorKind::Bug,
                format!("{what}: status {status} and no graph answer; check the endpoint and any proxy on the way"),
            ),
        };
        CloudError::new(kind, text)
    }

    fn throttled(&self, what: &str) -> (CloudErrorKind, String) {
        (
            CloudErrorKind::Throttled { retry_after: self.retry_after },
            format!("{what} was throttled by graph; wait and ask again"),
        )
    }

    /// A 404 alone may come from a wrong endpoint or a proxy and says nothing
    /// about the object.
    fn names_an_absent_object(&self) -> bool {
        self.code.as_deref().is_some_and(|code| code.to_ascii_lowercase().ends_with("notfound"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_map_to_what_the_caller_does_next() {
        let seven = Some(SignedDuration::from_secs(7));
        let denied = |missing: Option<&str>| CloudErrorKind::Denied { missing: missing.map(str::to_owned) };
        let graph = |code: &str| format!(r#"{{"error":{{"code":"{code}","message":"m"}}}}"#);
        for (status, retry_after, body, kind, doubt) in [
            (429, seven, graph("TooManyRequests"), CloudErrorKind::Throttled { retry_after: seven }, false),
            (429, None, String::new(), CloudErrorKind::Throttled { retry_after: None }, false),
            (503, seven, String::new(), CloudErrorKind::Throttled { retry_after: seven }, true),
            (503, None, String::new(), CloudErrorKind::Unavailable, true),
            (500, None, graph("InternalServerError"), CloudErrorKind::Unavailable, true),
            (408, None, String::new(), CloudErrorKind::Unavailable, false),
            (401, None, graph("InvalidAuthenticationToken"), denied(None), false),
            (403, None, graph("Authorization_RequestDenied"), denied(Some("P.All")), false),
            (404, None, graph("Request_ResourceNotFound"), CloudErrorKind::NotFound, false),
            (404, None, graph("BadRequest"), CloudErrorKind::Bug, false),
            (404, None, "<html>".into(), CloudErrorKind::Bug, false),
            (409, None, graph("Conflict"), CloudErrorKind::Conflict, false),
            (423, None, graph("Locked"), CloudErrorKind::Conflict, false),
            (400, None, graph("Request_BadRequest"), CloudErrorKind::Bug, false),
            (302, None, String::new(), CloudErrorKind::Bug, true),
        ] {
            let fault = Fault::of(&Reply { status, retry_after, body: body.clone().into_bytes() });
            assert_eq!(fault.to_error("GET x", "P.All").kind, kind, "{status} {body}");
            assert_eq!(fault.leaves_doubt(), doubt, "{status} {body}");
        }
    }

    #[test]
    fn foreign_text_is_quoted() {
        let body = "{\"error\":{\"code\":\"X\",\"message\":\"a\\u001b[2Jb\"}}";
        let fault = Fault::of(&Reply { status: 400, retry_after: None, body: body.into() });
        assert!(!fault.to_error("GET x", "P").message.contains('\u{1b}'));
    }
}
