//! Starts the emulator and speaks to it for the set-up, with a small signer of
//! its own that also knows S3.

use super::support::{config, connect};
use crate::answers;
use crate::wire::{Form, Reply, Service, Wire};
use crate::xml::Node;
use crate::{AwsAccount, AwsCloud};
use async_trait::async_trait;
use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use jiff::{SignedDuration, Timestamp};
use selvedge_ports::Clock;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::process::{Child, Command};

/// The emulator's account.
pub(crate) const ACCOUNT: &str = "000000000000";

/// A key pair or session, in a test.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) id: String,
    pub(crate) secret: String,
    token: Option<String>,
}

impl Keys {
    /// The account's root, as the emulator is started with.
    pub(crate) fn root() -> Self {
        Self { id: "test".into(), secret: "test".into(), token: None }
    }

    pub(crate) fn of(credentials: &Credentials) -> Self {
        Self {
            id: credentials.access_key_id().into(),
            secret: credentials.secret_access_key().into(),
            token: credentials.session_token().map(str::to_owned),
        }
    }

    fn credentials(&self) -> Credentials {
        Credentials::new(&self.id, &self.secret, self.token.clone(), None, "test")
    }
}

/// The machine's clock.
struct WallClock;

#[async_trait]
impl Clock for WallClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep(&self, duration: SignedDuration) {
        tokio::time::sleep(duration.try_into().unwrap_or(Duration::ZERO)).await;
    }
}

/// Returns when the wall clock shows another second: IAM's dates have seconds.
pub(crate) async fn wait_for_next_second() {
    let second = Timestamp::now().as_second();
    while Timestamp::now().as_second() == second {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A running emulator; it is killed when dropped.
pub(crate) struct Emulator {
    url: String,
    wire: Wire,
    http: reqwest::Client,
    _child: Child,
}

/// Where the program is, or that the test is skipped.
fn program(test: &str) -> Option<PathBuf> {
    let path = match std::env::var_os("SELVEDGE_MINISTACK") {
        Some(path) => PathBuf::from(path),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/ministack/bin/ministack"),
    };
    if path.exists() {
        return Some(path);
    }
    let required = std::env::var("SELVEDGE_REQUIRE_EMULATORS").is_ok_and(|value| value == "1");
    let why = format!("ministack is not at {}; run `cargo xtask test` or set SELVEDGE_MINISTACK", path.display());
    assert!(!required, "{why}");
    eprintln!("skipped: {test}: {why}");
    None
}

impl Emulator {
    /// Starts one on a free port; `None` if it is not installed.
    pub(crate) async fn start(test: &str, folder: &Path) -> Option<Self> {
        let program = program(test)?;
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(program)
            .envs([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AUTH", "true")])
            .envs([("BIND_HOST", "127.0.0.1"), ("GATEWAY_PORT", &port.to_string())])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let url = format!("http://127.0.0.1:{port}");
        let wire = Wire::new(&config(&url, ACCOUNT, AwsAccount::default())).unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let emulator = Self { url, wire, http, _child: child };
        emulator.wait_until_ready().await;
        Some(emulator)
    }

    async fn wait_until_ready(&self) {
        for _ in 0..600 {
            let answer = self.http.get(format!("{}/_ministack/ready", self.url)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the emulator is not ready after 30 seconds");
    }

    /// A client of ours.
    pub(crate) async fn connect(&self, account: AwsAccount) -> AwsCloud {
        connect(&config(&self.url, ACCOUNT, account), Arc::new(WallClock)).await
    }

    async fn form(&self, keys: &Keys, form: Form) -> Reply {
        self.wire.act(&form, &keys.credentials()).await.unwrap()
    }

    /// A call of IAM that must succeed.
    pub(crate) async fn iam(&self, keys: &Keys, operation: &'static str, parameters: &[(&str, &str)]) -> Vec<u8> {
        let reply = self.form(keys, Form::new(Service::Iam, operation, parameters)).await;
        assert_eq!(reply.status, 200, "{operation}: {}", String::from_utf8_lossy(&reply.body));
        reply.body
    }

    /// The status of a call of IAM.
    pub(crate) async fn iam_status(&self, keys: &Keys, operation: &'static str, parameters: &[(&str, &str)]) -> u16 {
        self.form(keys, Form::new(Service::Iam, operation, parameters)).await.status
    }

    /// A new access key of a user.
    pub(crate) async fn access_key(&self, keys: &Keys, user: &str) -> Keys {
        let answer = self.iam(keys, "CreateAccessKey", &[("UserName", user)]).await;
        let answer = Node::parse(&answer).unwrap();
        let text = |name: &str| answer.text_at(&["CreateAccessKeyResult", "AccessKey", name]).unwrap().to_owned();
        Keys { id: text("AccessKeyId"), secret: text("SecretAccessKey"), token: None }
    }

    /// A session of a role under a person's name.
    pub(crate) async fn assume(&self, keys: &Keys, role_arn: &str, name: &str) -> Keys {
        let form = Form::new(Service::Sts, "AssumeRole", &[("RoleArn", role_arn), ("RoleSessionName", name)]);
        let reply = self.form(keys, form).await;
        assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
        let grant = answers::grant(&reply.body).ok().unwrap();
        Keys { id: grant.access_key_id, secret: grant.secret_access_key, token: Some(grant.session_token) }
    }

    /// The status of a signed S3 request.
    pub(crate) async fn s3(&self, keys: &Keys, method: &'static str, path: &str, body: &str) -> u16 {
        let url = format!("{}{path}", self.url);
        let identity = keys.credentials().into();
        let mut settings = SigningSettings::default();
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region("us-east-1")
            .name("s3")
            .time(SystemTime::now())
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let signable =
            SignableRequest::new(method, &url, std::iter::empty(), SignableBody::Bytes(body.as_bytes())).unwrap();
        let (instructions, _) = sign(signable, &parameters).unwrap().into_parts();
        let mut request = self.http.request(method.parse().unwrap(), &url).body(body.to_owned());
        for (name, value) in instructions.headers() {
            request = request.header(name, value);
        }
        request.send().await.unwrap().status().as_u16()
    }
}
