//! One signed exchange: a form, its signature, an HTTP request, a reply.

use crate::config::{AwsConfig, is_loopback};
use crate::retry::retry_after;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use jiff::SignedDuration;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use std::time::{Duration, SystemTime};

/// Largest answer that is read. The largest we ask for, a policy document, has
/// at most 10,240 characters.
const MAX_ANSWER: usize = 4 << 20;
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";
/// RFC 3986's unreserved characters stay as they are.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The two services we speak to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Iam,
    Sts,
}

impl Service {
    /// The name in the signature and in permissions.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Iam => "iam",
            Self::Sts => "sts",
        }
    }

    fn version(self) -> &'static str {
        match self {
            Self::Iam => "2010-05-08",
            Self::Sts => "2011-06-15",
        }
    }
}

/// An operation of the Query protocol with its parameters.
pub(crate) struct Form {
    pub(crate) service: Service,
    pub(crate) operation: &'static str,
    body: String,
}

impl Form {
    pub(crate) fn new(service: Service, operation: &'static str, parameters: &[(&str, &str)]) -> Self {
        let mut body = format!("Action={operation}&Version={}", service.version());
        for (name, value) in parameters {
            body.push('&');
            body.push_str(name);
            body.push('=');
            body.extend(utf8_percent_encode(value, ENCODED));
        }
        Self { service, operation, body }
    }

    /// The permission it needs, such as `iam:GetRole`.
    pub(crate) fn permission(&self) -> String {
        format!("{}:{}", self.service.name(), self.operation)
    }
}

/// A request before it is signed.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// Name in the signature.
    pub(crate) service: &'static str,
    pub(crate) region: String,
    pub(crate) method: reqwest::Method,
    pub(crate) url: Url,
    /// Headers, lower-case names; signed all of them.
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

/// What can be put on the wire.
pub(crate) trait Exchange: Sync {
    /// The permission it needs, such as `iam:GetRole`.
    fn permission(&self) -> String;

    fn request(&self, wire: &Wire) -> Request;
}

impl Exchange for Form {
    fn permission(&self) -> String {
        self.permission()
    }

    fn request(&self, wire: &Wire) -> Request {
        let endpoint = match self.service {
            Service::Iam => &wire.iam,
            Service::Sts => &wire.sts,
        };
        Request {
            service: self.service.name(),
            region: endpoint.region.clone(),
            method: reqwest::Method::POST,
            url: endpoint.url.clone(),
            headers: vec![("content-type", FORM.to_owned())],
            body: self.body.clone(),
        }
    }
}

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<SignedDuration>,
    /// The error's code where a header tells it (REST with JSON).
    pub(crate) error_type: Option<String>,
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

pub(crate) struct Endpoint {
    pub(crate) url: Url,
    pub(crate) region: String,
}

/// The way to the two endpoints.
pub(crate) struct Wire {
    pub(crate) iam: Endpoint,
    sts: Endpoint,
    /// Stands for every other service, where the operator says so.
    own: Option<Url>,
    region: String,
    /// Keeps connections.
    reading: reqwest::Client,
    /// Opens a connection for each request: one that was kept may be half dead,
    /// and then nobody knows whether the request arrived.
    acting: reqwest::Client,
}

/// Where IAM lives and for which region its requests are signed. Source: AWS
/// general reference, IAM and STS endpoints.
fn home(config: &AwsConfig, service: Service) -> (String, String) {
    let region = config.region.clone();
    match (service, config.partition()) {
        (Service::Iam, "aws-us-gov") => ("https://iam.us-gov.amazonaws.com".into(), "us-gov-west-1".into()),
        (Service::Iam, "aws-cn") => ("https://iam.cn-north-1.amazonaws.com.cn".into(), "cn-north-1".into()),
        (Service::Iam, _) => ("https://iam.amazonaws.com".into(), "us-east-1".into()),
        (Service::Sts, "aws-cn") => (format!("https://sts.{region}.amazonaws.com.cn"), region),
        (Service::Sts, _) => (format!("https://sts.{region}.amazonaws.com"), region),
    }
}

impl Wire {
    /// # Errors
    /// What is wrong with an endpoint or with this machine's TLS.
    pub(crate) fn new(config: &AwsConfig) -> Result<Self, String> {
        // Several crates may try; whoever comes first has installed the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let endpoint = |service: Service, own: &Option<String>| {
            let (url, region) = home(config, service);
            let url = own.as_ref().or(config.endpoint.as_ref()).unwrap_or(&url);
            let url = Url::parse(url).map_err(|_| format!("endpoint of {} is not a URL", service.name()))?;
            Ok::<_, String>(Endpoint { url, region })
        };
        let iam = endpoint(Service::Iam, &config.iam_endpoint)?;
        let sts = endpoint(Service::Sts, &config.sts_endpoint)?;
        let local = is_loopback(&iam.url) && is_loopback(&sts.url);
        let client = |idle: usize| {
            let builder = reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(Duration::from_secs(config.timeout_secs.min(5)))
                .timeout(Duration::from_secs(config.timeout_secs))
                .pool_max_idle_per_host(idle)
                .user_agent(concat!("selvedge/", env!("CARGO_PKG_VERSION")));
            // A proxy cannot reach this machine's loopback.
            let builder = if local { builder.no_proxy() } else { builder };
            builder.build().map_err(|_| "TLS cannot be set up; install the system's CA certificates".to_owned())
        };
        let own = config.endpoint.as_ref().and_then(|url| Url::parse(url).ok());
        let region = config.region.clone();
        Ok(Self { iam, sts, own, region, reading: client(4)?, acting: client(0)? })
    }

    /// Where a service lives, and for which region its requests are signed.
    /// Source: AWS general reference, service endpoints. `None` if the parts
    /// make no URL.
    pub(crate) fn endpoint(&self, service: &str, region: Option<&str>) -> Option<Endpoint> {
        if service == "iam" {
            return Some(Endpoint { url: self.iam.url.clone(), region: self.iam.region.clone() });
        }
        let region = region.unwrap_or(&self.region).to_owned();
        let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
        let url = match &self.own {
            Some(own) => own.clone(),
            None => Url::parse(&format!("https://{service}.{region}.{suffix}")).ok()?,
        };
        Some(Endpoint { url, region })
    }

    /// Sends a read.
    pub(crate) async fn read(&self, what: &dyn Exchange, credentials: &Credentials) -> Result<Reply, NoReply> {
        Self::exchange(&self.reading, &what.request(self), credentials).await
    }

    /// Sends a mutation, or what prepares one, on a connection of its own.
    pub(crate) async fn act(&self, what: &dyn Exchange, credentials: &Credentials) -> Result<Reply, NoReply> {
        Self::exchange(&self.acting, &what.request(self), credentials).await
    }

    async fn exchange(
        client: &reqwest::Client,
        request: &Request,
        credentials: &Credentials,
    ) -> Result<Reply, NoReply> {
        let headers = signed_headers(request, credentials).ok_or(NoReply::NotSent("signing failed"))?;
        let sent = client.request(request.method.clone(), request.url.clone());
        let response =
            sent.headers(headers).body(request.body.clone()).send().await.map_err(|error| no_reply(&error))?;
        receive(response).await
    }
}

/// S3 signs the path as it stands and wants the body's digest in a header.
/// Source: S3 API reference, "Authenticating Requests".
fn settings(service: &str) -> SigningSettings {
    let mut settings = SigningSettings::default();
    if service == "s3" {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    settings
}

fn signed_headers(request: &Request, credentials: &Credentials) -> Option<HeaderMap> {
    let identity = credentials.clone().into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(&request.region)
        .name(request.service)
        // The provider compares with its own clock, whatever clock drives us.
        .time(SystemTime::now())
        .settings(settings(request.service))
        .build()
        .ok()?
        .into();
    let own = request.headers.iter().map(|(name, value)| (*name, value.as_str()));
    let signable = SignableRequest::new(
        request.method.as_str(),
        request.url.as_str(),
        own,
        SignableBody::Bytes(request.body.as_bytes()),
    )
    .ok()?;
    let (instructions, _) = sign(signable, &parameters).ok()?.into_parts();
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).ok()?);
    }
    for (name, value) in instructions.headers() {
        let mut value = HeaderValue::from_str(value).ok()?;
        value.set_sensitive(true);
        headers.insert(HeaderName::from_bytes(name.as_bytes()).ok()?, value);
    }
    Some(headers)
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
    // `code:http://…` in some services: the code alone counts.
    let error_type = response.headers().get("x-amzn-errortype").and_then(|value| value.to_str().ok());
    let error_type = error_type.and_then(|text| text.split(':').next()).map(str::to_owned);
    let mut body = Vec::new();
    while let Some(chunk) =
        response.chunk().await.map_err(|_| NoReply::Lost("the connection broke within the answer"))?
    {
        if body.len() + chunk.len() > MAX_ANSWER {
            return Err(NoReply::Lost("the answer is larger than any of this service"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Reply { status, retry_after, error_type, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_encode_every_reserved_byte() {
        let form =
            Form::new(Service::Iam, "PutRolePolicy", &[("RoleName", "a+b=c,d.e@f-g_h"), ("P", "{\"x\": \"é&\"}")]);
        assert_eq!(
            form.body,
            "Action=PutRolePolicy&Version=2010-05-08&RoleName=a%2Bb%3Dc%2Cd.e%40f-g_h&P=%7B%22x%22%3A%20%22%C3%A9%26%22%7D"
        );
        assert_eq!(form.permission(), "iam:PutRolePolicy");
    }

    #[test]
    fn endpoints_follow_the_partition() {
        for (region, service, url, signed_for) in [
            ("eu-west-1", Service::Iam, "https://iam.amazonaws.com", "us-east-1"),
            ("eu-west-1", Service::Sts, "https://sts.eu-west-1.amazonaws.com", "eu-west-1"),
            ("us-gov-east-1", Service::Iam, "https://iam.us-gov.amazonaws.com", "us-gov-west-1"),
            ("us-gov-east-1", Service::Sts, "https://sts.us-gov-east-1.amazonaws.com", "us-gov-east-1"),
            ("cn-northwest-1", Service::Iam, "https://iam.cn-north-1.amazonaws.com.cn", "cn-north-1"),
            ("cn-northwest-1", Service::Sts, "https://sts.cn-northwest-1.amazonaws.com.cn", "cn-northwest-1"),
        ] {
            let config = AwsConfig { region: region.into(), ..AwsConfig::default() };
            assert_eq!(home(&config, service), (url.into(), signed_for.into()), "{region}");
        }
    }
}
