//! One exchange with Graph: a request with its bearer token, and a reply.

use crate::config::{GraphConfig, is_loopback};
use crate::retry::retry_after;
use crate::secret::Secret;
use jiff::SignedDuration;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, HeaderValue, RETRY_AFTER};
use reqwest::{Method, Url};
use std::time::Duration;

/// Largest answer that is read; a user with our six properties has under 1 KiB.
const MAX_ANSWER: usize = 1 << 20;

/// A request that is ready to be sent, but for its token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Path segments after the version.
    pub(crate) path: Vec<String>,
    /// `$select`.
    pub(crate) select: Option<&'static str>,
    pub(crate) body: Option<serde_json::Value>,
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<SignedDuration>,
    pub(crate) body: Vec<u8>,
}

/// An exchange without a reply. The difference decides whether a mutation is
/// known not to have happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoReply {
    /// The request never left.
    NotSent(&'static str),
    /// The request may have arrived.
    Lost(&'static str),
}

/// The way to Graph.
pub(crate) struct Wire {
    base: Url,
    /// Keeps connections.
    pub(crate) reading: reqwest::Client,
    /// Opens a connection for each request: one that was kept may be half dead,
    /// and then nobody knows whether the request arrived.
    acting: reqwest::Client,
}

impl Wire {
    /// # Errors
    /// What is wrong with the endpoint or with this machine's TLS.
    pub(crate) fn new(config: &GraphConfig) -> Result<Self, String> {
        // Several crates may try; whoever comes first has installed the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let base =
            Url::parse(&format!("{}/v1.0", config.origin())).map_err(|_| "graph.endpoint is not a URL".to_owned())?;
        let client = |idle: usize| {
            let builder = reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(Duration::from_secs(config.timeout_secs.min(5)))
                .timeout(Duration::from_secs(config.timeout_secs))
                .pool_max_idle_per_host(idle)
                .user_agent(concat!("selvedge/", env!("CARGO_PKG_VERSION")));
            // A proxy cannot reach this machine's loopback.
            let builder = if is_loopback(&base) { builder.no_proxy() } else { builder };
            builder.build().map_err(|_| "TLS cannot be set up; install the system's CA certificates".to_owned())
        };
        Ok(Self { reading: client(4)?, acting: client(0)?, base })
    }

    /// Sends a read.
    pub(crate) async fn read(&self, call: &Call, token: &Secret) -> Result<Reply, NoReply> {
        self.exchange(&self.reading, call, token).await
    }

    /// Sends a mutation, on a connection of its own.
    pub(crate) async fn act(&self, call: &Call, token: &Secret) -> Result<Reply, NoReply> {
        self.exchange(&self.acting, call, token).await
    }

    async fn exchange(&self, client: &reqwest::Client, call: &Call, token: &Secret) -> Result<Reply, NoReply> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
            .map_err(|_| NoReply::NotSent("the token holds characters that no token has"))?;
        bearer.set_sensitive(true);
        let request = client
            .request(call.method.clone(), self.url(call))
            .header(AUTHORIZATION, bearer)
            .header(ACCEPT, "application/json");
        let request = match &call.body {
            Some(body) => request.json(body),
            None if call.method == Method::GET => request,
            // Said out loud: some front ends answer 411 to a POST without it.
            None => request.header(CONTENT_LENGTH, "0"),
        };
        let response = request.send().await.map_err(|error| no_reply(&error))?;
        receive(response).await
    }

    fn url(&self, call: &Call) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(&call.path);
        }
        if let Some(select) = call.select {
            url.set_query(Some(&format!("$select={select}")));
        }
        url
    }
}

fn no_reply(error: &reqwest::Error) -> NoReply {
    if error.is_connect() {
        NoReply::NotSent("no connection could be made")
    } else if error.is_builder() {
        NoReply::NotSent("the request could not be built")
    } else if error.is_timeout() {
        NoReply::Lost("no answer came in time")
    } else {
        NoReply::Lost("the connection broke before an answer came")
    }
}

async fn receive(mut response: reqwest::Response) -> Result<Reply, NoReply> {
    let status = response.status().as_u16();
    let retry_after = response
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| retry_after(value, jiff::Timestamp::now()));
    let mut body = Vec::new();
    while let Some(chunk) =
        response.chunk().await.map_err(|_| NoReply::Lost("the connection broke within the answer"))?
    {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(NoReply::Lost("the answer is larger than any of graph"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Reply { status, retry_after, body })
}
