//! Graph's error form.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use selvedge_model::time::iso_second;
use selvedge_ports::{CloudError, CloudErrorKind};
use serde_json::{Value, json};

/// An error before it has its request id: the outer layer writes the body.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    status: StatusCode,
    code: &'static str,
    message: String,
    retry_after: Option<SignedDuration>,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after: None }
    }

    pub(crate) fn unauthenticated(message: &str) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "InvalidAuthenticationToken", message)
    }

    pub(crate) fn forbidden() -> Self {
        let message = "Insufficient privileges to complete the operation.";
        Self::new(StatusCode::FORBIDDEN, "Authorization_RequestDenied", message)
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "Request_BadRequest", message)
    }

    pub(crate) fn no_user(id: &str) -> Self {
        let message =
            format!("Resource '{id}' does not exist or one of its queried reference-property objects are not present.");
        Self::new(StatusCode::NOT_FOUND, "Request_ResourceNotFound", message)
    }

    /// The answer that never came: a gateway gave up on it.
    pub(crate) fn lost() -> Self {
        Self::new(StatusCode::GATEWAY_TIMEOUT, "UnknownError", "The operation timed out.")
    }

    pub(crate) fn of(error: &CloudError, id: &str) -> Self {
        match &error.kind {
            CloudErrorKind::Throttled { retry_after } => Self {
                retry_after: *retry_after,
                ..Self::new(StatusCode::TOO_MANY_REQUESTS, "TooManyRequests", "Too many requests.")
            },
            CloudErrorKind::Denied { .. } => Self::forbidden(),
            CloudErrorKind::NotFound => Self::no_user(id),
            CloudErrorKind::Conflict => Self::new(StatusCode::CONFLICT, "Request_Conflict", error.message.clone()),
            CloudErrorKind::Unavailable => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "ServiceUnavailable", "The service is unavailable.")
            }
            CloudErrorKind::Bug => Self::bad_request(error.message.clone()),
        }
    }

    pub(crate) fn into_stamped(self, request: &str, client: &str, now: Timestamp) -> Response {
        let inner = json!({
            "date": iso_second(now).trim_end_matches('Z'),
            "request-id": request,
            "client-request-id": client,
        });
        let body = json!({ "error": { "code": self.code, "message": self.message, "innerError": inner } });
        let mut response = with_body(self.status, &body);
        if let Some(after) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(after.as_secs().max(1)));
        }
        response
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A JSON answer in Graph's content type.
pub(crate) fn with_body(status: StatusCode, body: &Value) -> Response {
    let content_type =
        HeaderValue::from_static("application/json;odata.metadata=minimal;odata.streaming=true;charset=utf-8");
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}
