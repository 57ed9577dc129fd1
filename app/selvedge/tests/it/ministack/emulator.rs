//! Starts the AWS emulator and speaks to it as its users do, with a small signer
//! that shares nothing with the product.

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use selvedge_aws::xml::Node;
use selvedge_model::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, SystemTime};

/// The emulator's account.
pub(crate) const ACCOUNT: &str = "000000000000";
/// How long STS makes a session last if nobody asks for less, in seconds.
const SESSION_SECONDS: i64 = 3600;

/// Who the caller says it is.
pub(crate) const USER_AGENT: &str = "selvedge-tests/1";
/// Where calls go unless they say otherwise.
const REGION: &str = "us-east-1";

/// A request before it is signed.
pub(crate) struct Call {
    pub(crate) service: String,
    pub(crate) region: String,
    pub(crate) method: &'static str,
    /// With the query.
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// A key pair or session.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

impl Keys {
    /// The account's root, as the emulator is started with.
    pub(crate) fn root() -> Self {
        Self { id: "test".into(), secret: "test".into(), token: None }
    }
}

/// A role session as STS granted it.
pub(crate) struct Session {
    pub(crate) keys: Keys,
    /// `<role id>:<session name>`.
    pub(crate) user_id: String,
    /// When it was issued, to the second.
    pub(crate) issued_at: Timestamp,
}

/// A running emulator; it is killed when dropped.
pub(crate) struct Emulator {
    pub(crate) url: String,
    http: reqwest::Client,
    child: Child,
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Which emulator, by the folder that it is installed in.
#[derive(Clone, Copy)]
pub(crate) enum Make {
    /// Decides by policies, nearly as AWS does.
    Ministack,
    /// Knows more interfaces; it decides by actions and resources once it is told to.
    Moto,
}

impl Make {
    /// Its name, the variable that says where it is, and the program within its environment.
    fn named(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Ministack => ("ministack", "SELVEDGE_MINISTACK", "ministack/bin/ministack"),
            Self::Moto => ("moto", "SELVEDGE_MOTO", "moto/bin/moto_server"),
        }
    }

    /// Where the program is, or that the test is skipped.
    fn program(self, test: &str) -> Option<PathBuf> {
        let (name, variable, usual) = self.named();
        let path = match std::env::var_os(variable) {
            Some(path) => PathBuf::from(path),
            None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv").join(usual),
        };
        if path.exists() {
            return Some(path);
        }
        let required = std::env::var("SELVEDGE_REQUIRE_EMULATORS").is_ok_and(|value| value == "1");
        let why = format!("{name} is not at {}; run `cargo xtask test` or set {variable}", path.display());
        assert!(!required, "{why}");
        println!("skipped: {test}: {why}");
        None
    }

    /// How it is started on a port, and the path that answers once it is ready.
    fn command(self, program: &Path, port: u16) -> (Command, &'static str) {
        let (mut command, port) = (Command::new(program), port.to_string());
        match self {
            Self::Ministack => {
                command.envs([("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test"), ("AUTH", "true")]);
                command.envs([("BIND_HOST", "127.0.0.1"), ("GATEWAY_PORT", &port)]);
                (command, "/_ministack/ready")
            }
            Self::Moto => {
                // It decides only once it is told how many calls are free.
                command.envs([("MOTO_ACCOUNT_ID", ACCOUNT), ("INITIAL_NO_AUTH_ACTION_COUNT", "1000000000")]);
                command.args(["-H", "127.0.0.1", "-p", &port]);
                (command, "/moto-api/")
            }
        }
    }
}

/// Returns when the wall clock shows a second after `moment`: IAM's dates have
/// seconds.
pub(crate) async fn wait_until_after(moment: Timestamp) {
    while Timestamp::now().as_second() <= moment.as_second() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

impl Emulator {
    /// Starts ministack on a free port; `None` if it is not installed.
    pub(crate) async fn start(test: &str, folder: &Path) -> Option<Self> {
        Self::start_one(Make::Ministack, test, folder).await
    }

    /// Starts one on a free port; `None` if it is not installed.
    pub(crate) async fn start_one(make: Make, test: &str, folder: &Path) -> Option<Self> {
        let program = make.program(test)?;
        // Whoever installed one first is right as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (mut command, ready) = make.command(&program, port);
        let child = command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let http = reqwest::Client::builder().user_agent(USER_AGENT).no_proxy().build().unwrap();
        let emulator = Self { url: format!("http://127.0.0.1:{port}"), http, child };
        emulator.wait_until_ready(ready).await;
        Some(emulator)
    }

    /// Makes moto decide by policies from here on.
    pub(crate) async fn enforce(&self) {
        let request = self.http.post(format!("{}/moto-api/reset-auth", self.url)).header("content-type", "text/plain");
        assert!(request.body("0").send().await.unwrap().status().is_success());
    }

    async fn wait_until_ready(&self, path: &str) {
        for _ in 0..600 {
            let answer = self.http.get(format!("{}{path}", self.url)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the emulator is not ready after 30 seconds");
    }

    async fn send(&self, keys: &Keys, service: &str, call: (&'static str, &str), body: &str) -> (u16, Vec<u8>) {
        let (method, path) = call;
        let (service, region, path) = (service.to_owned(), REGION.to_owned(), path.to_owned());
        self.call(keys, &Call { service, region, method, path, headers: Vec::new(), body: body.to_owned() }).await
    }

    /// The status and body of any signed request.
    pub(crate) async fn call(&self, keys: &Keys, call: &Call) -> (u16, Vec<u8>) {
        let url = format!("{}{}", self.url, call.path);
        let identity = Credentials::new(&keys.id, &keys.secret, keys.token.clone(), None, "test").into();
        let mut settings = SigningSettings::default();
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(&call.region)
            .name(&call.service)
            .time(SystemTime::now())
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let own = || call.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let body = SignableBody::Bytes(call.body.as_bytes());
        let signable = SignableRequest::new(call.method, &url, own(), body).unwrap();
        let (instructions, _) = sign(signable, &parameters).unwrap().into_parts();
        let mut request = self.http.request(call.method.parse().unwrap(), &url).body(call.body.clone());
        if call.service != "s3" && own().all(|(name, _)| name != "content-type") {
            request = request.header("content-type", "application/x-www-form-urlencoded");
        }
        for (name, value) in own().chain(instructions.headers()) {
            request = request.header(name, value);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
    }

    /// A call of IAM or STS that must succeed.
    async fn query(&self, keys: &Keys, service: &str, operation: &str, parameters: &[(&str, &str)]) -> Node {
        let version = if service == "sts" { "2011-06-15" } else { "2010-05-08" };
        let all = [("Action", operation), ("Version", version)].into_iter().chain(parameters.iter().copied());
        let form = reqwest::Url::parse_with_params("http://form/", all).unwrap();
        let (status, body) = self.send(keys, service, ("POST", "/"), form.query().unwrap()).await;
        assert_eq!(status, 200, "{operation}: {}", String::from_utf8_lossy(&body));
        Node::parse(&body).unwrap()
    }

    /// A call of IAM by root.
    pub(crate) async fn iam(&self, operation: &str, parameters: &[(&str, &str)]) -> Node {
        self.query(&Keys::root(), "iam", operation, parameters).await
    }

    /// A role that the account's principals may assume, with one inline policy.
    /// Returns its unique id.
    pub(crate) async fn role(&self, name: &str, policy: &str) -> String {
        let trust = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{ACCOUNT}:root"}},"Action":"sts:AssumeRole"}}]}}"#
        );
        self.iam("CreateRole", &[("RoleName", name), ("AssumeRolePolicyDocument", &trust)]).await;
        let parameters = [("RoleName", name), ("PolicyName", "Work"), ("PolicyDocument", policy)];
        self.iam("PutRolePolicy", &parameters).await;
        let role = self.iam("GetRole", &[("RoleName", name)]).await;
        role.text_at(&["GetRoleResult", "Role", "RoleId"]).unwrap().to_owned()
    }

    /// A user with one inline policy, and its access key.
    pub(crate) async fn user(&self, name: &str, policy: &str) -> Keys {
        self.iam("CreateUser", &[("UserName", name)]).await;
        let parameters = [("UserName", name), ("PolicyName", "Work"), ("PolicyDocument", policy)];
        self.iam("PutUserPolicy", &parameters).await;
        let key = self.iam("CreateAccessKey", &[("UserName", name)]).await;
        let text = |name: &str| key.text_at(&["CreateAccessKeyResult", "AccessKey", name]).unwrap().to_owned();
        Keys { id: text("AccessKeyId"), secret: text("SecretAccessKey"), token: None }
    }

    /// All inline policies of a role: name to the document exactly as the answer
    /// carries it, not decoded.
    pub(crate) async fn raw_policies(&self, role: &str) -> BTreeMap<String, String> {
        let list = self.iam("ListRolePolicies", &[("RoleName", role)]).await;
        let names = list.members(&["ListRolePoliciesResult", "PolicyNames"]);
        let mut out = BTreeMap::new();
        for name in names.map(|member| member.text.clone()) {
            let answer = self.iam("GetRolePolicy", &[("RoleName", role), ("PolicyName", &name)]).await;
            let document = answer.text_at(&["GetRolePolicyResult", "PolicyDocument"]).unwrap().to_owned();
            out.insert(name, document);
        }
        out
    }

    /// A session of a role under a person's name.
    pub(crate) async fn assume(&self, keys: &Keys, role_arn: &str, name: &str) -> Session {
        let parameters = [("RoleArn", role_arn), ("RoleSessionName", name)];
        let answer = self.query(keys, "sts", "AssumeRole", &parameters).await;
        let text = |path: &[&str]| answer.text_at(&[&["AssumeRoleResult"], path].concat()).unwrap().to_owned();
        let expires: Timestamp = text(&["Credentials", "Expiration"]).parse().unwrap();
        Session {
            keys: Keys {
                id: text(&["Credentials", "AccessKeyId"]),
                secret: text(&["Credentials", "SecretAccessKey"]),
                token: Some(text(&["Credentials", "SessionToken"])),
            },
            user_id: text(&["AssumedRoleUser", "AssumedRoleId"]),
            issued_at: expires - SignedDuration::from_secs(SESSION_SECONDS),
        }
    }

    /// The status of a signed S3 request.
    pub(crate) async fn s3(&self, keys: &Keys, method: &'static str, path: &str, body: &str) -> u16 {
        self.send(keys, "s3", (method, path), body).await.0
    }
}
