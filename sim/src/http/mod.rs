//! The Entra side of a [`SimCloud`] as Microsoft Graph v1.0, on a loopback
//! address: users, enabling and disabling them, revoking their sessions.
//!
//! Names and types follow Microsoft's metadata (CSDL); a test holds them to it.
//! Source of behaviour: the Graph v1.0 reference of `user` and its error page.

mod answer;
mod users;
mod wall;

pub use wall::WallClock;

use crate::SimCloud;
use answer::Failure;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Which tenant is shown, and whom it answers.
#[derive(Debug, Clone, Default)]
pub struct GraphFace {
    /// Tenant.
    pub tenant: String,
    /// Bearer token to the application permissions (app roles) it holds.
    pub tokens: BTreeMap<String, BTreeSet<String>>,
}

impl GraphFace {
    /// A face for `tenant` that knows no token yet.
    pub fn new(tenant: &str) -> Self {
        Self { tenant: tenant.into(), tokens: BTreeMap::new() }
    }

    /// With a token that holds these permissions.
    pub fn with_token(mut self, token: &str, permissions: &[&str]) -> Self {
        self.tokens.insert(token.into(), permissions.iter().map(|one| (*one).to_owned()).collect());
        self
    }
}

/// What every handler sees.
#[derive(Clone)]
pub(crate) struct Served {
    pub(crate) cloud: SimCloud,
    pub(crate) face: Arc<GraphFace>,
}

impl Served {
    /// Refuses a request whose token lacks `permission`.
    pub(crate) fn require(&self, headers: &HeaderMap, permission: &str) -> Result<(), Failure> {
        let token = headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.strip_prefix("Bearer "));
        let Some(token) = token else {
            return Err(Failure::unauthenticated("Access token is empty."));
        };
        let Some(permissions) = self.face.tokens.get(token) else {
            return Err(Failure::unauthenticated("Access token validation failure. Invalid audience."));
        };
        if permissions.contains(permission) && !self.cloud.lock().faults.lacks(permission) {
            Ok(())
        } else {
            Err(Failure::forbidden())
        }
    }
}

/// A running face. It stops when [`Shutdown::stop`] is called or this is dropped.
#[derive(Debug)]
pub struct Shutdown {
    stop: oneshot::Sender<()>,
    done: JoinHandle<()>,
}

impl Shutdown {
    /// Stops serving and waits for the requests that are under way.
    pub async fn stop(self) {
        // The receiver is gone if the server has ended by itself.
        let _ = self.stop.send(());
        let _ = self.done.await;
    }
}

/// Serves `cloud` on `addr`, which must be a loopback address; port 0 picks one.
/// Needs a running tokio runtime.
///
/// # Errors
/// If the address is not a loopback address or cannot be bound.
pub async fn serve(cloud: SimCloud, face: GraphFace, addr: SocketAddr) -> io::Result<(SocketAddr, Shutdown)> {
    if !addr.ip().is_loopback() {
        let message = "a simulated cloud is served on a loopback address only; use 127.0.0.1";
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let listener = tokio::net::TcpListener::bind(addr).await?;
    let addr = listener.local_addr()?;
    let router = router(Served { cloud, face: Arc::new(face) });
    let (stop, stopped) = oneshot::channel::<()>();
    let done = tokio::spawn(async move {
        let serving = axum::serve(listener, router).with_graceful_shutdown(async {
            // A dropped handle stops the server as well.
            let _ = stopped.await;
        });
        // The listener's errors are retried inside; nothing else ends it.
        let _ = serving.await;
    });
    Ok((addr, Shutdown { stop, done }))
}

fn router(served: Served) -> Router {
    Router::new()
        .route("/v1.0/users", get(users::list))
        .route("/v1.0/users/{id}", get(users::show).patch(users::change))
        .route("/v1.0/users/{id}/revokeSignInSessions", post(users::revoke))
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(middleware::from_fn_with_state(served.clone(), stamp))
        .with_state(served)
}

async fn unknown(request: Request) -> Failure {
    let segment = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
    Failure::new(StatusCode::BAD_REQUEST, "BadRequest", format!("Resource not found for the segment '{segment}'."))
}

/// Gives every answer its request id, in the header and in an error's body.
async fn stamp(State(served): State<Served>, request: Request, next: Next) -> Response {
    let client = request.headers().get("client-request-id").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (id, now) = {
        let mut state = served.cloud.lock();
        (state.rng.guid(), served.cloud.now())
    };
    let client = client.unwrap_or_else(|| id.clone());
    let mut response = next.run(request).await;
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        response = failure.into_stamped(&id, &client, now);
    }
    for (name, value) in [("request-id", &id), ("client-request-id", &client)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests;
