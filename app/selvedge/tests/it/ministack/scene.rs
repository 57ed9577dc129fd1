//! The stage: emulator, tenant, logs, inventory and configuration of one estate.

use super::emulator::{ACCOUNT, Emulator, Keys, Session, wait_until_after};
use super::tenant::{ALICE_UPN, BOB_UPN, TENANT, Tenant, bobs_desk, far_away};
use super::trail::{came_by_saml, estate, read_object, role_arn};
use crate::cli::program::{Program, Ran};
use async_trait::async_trait;
use selvedge::config::Config;
use selvedge_actions::{Answer, Mutation, Read};
use selvedge_aws::AwsCloud;
use selvedge_azure::GraphCloud;
use selvedge_guard::Permit;
use selvedge_model::Timestamp;
use selvedge_ports::{Clock, CloudAct, CloudError, CloudRead, Outcome};
use selvedge_sim::http::Shutdown;
use selvedge_sim::write_logs;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// The role that two people use.
pub(crate) const ROLE: &str = "MLDataEngineer";
/// Bytes that a careless client would change: spaces, line ends, plus, percent.
const WORK: &str = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [ {\"Sid\":\"Work\", \"Effect\":\"Allow\",  \"Action\":\"s3:*\", \"Resource\":[\"*\", \"arn:aws:s3:::a+b%20c/*\"]} ]\r\n}";
const PAYROLL: &str = "name,iban\n";

/// What an S3 read and a listing answer to a session.
pub(crate) const SERVED: (u16, u16) = (200, 200);
pub(crate) const REFUSED: (u16, u16) = (403, 403);

/// Everything that is there before Selvedge acts.
pub(crate) struct Scene {
    emulator: Emulator,
    pub(crate) tenant: Tenant,
    pub(crate) folder: TempDir,
    pub(crate) program: Program,
    /// Whose keys open sessions, as the SAML endpoint would.
    user: Keys,
    /// The bystander's session, older than Alice's.
    pub(crate) bob: Session,
    /// The session that the thief opened in Alice's name.
    pub(crate) alice: Session,
    pub(crate) canary_id: String,
    /// The role's inline policies, as answered.
    pub(crate) before: BTreeMap<String, String>,
    _face: Shutdown,
}

fn allow(actions: &str, resource: &str) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Action": actions, "Resource": resource }],
    })
    .to_string()
}

/// Writes a value to a file and returns the reference to it.
pub(crate) fn secret(folder: &Path, name: &str, value: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, value).unwrap();
    format!("file:{}", path.display())
}

impl Scene {
    /// `None` if the emulator is not installed.
    pub(crate) async fn open(test: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let emulator = Emulator::start(test, folder.path()).await?;
        let program = Program::new(folder.path());
        // Selvedge's roles may do what Selvedge itself asks for, and no more.
        let policies = program.expect(0, &["permissions", "--json"]).objects();
        let policy = |purpose: &str| {
            let found = policies.iter().find(|one| one["for"] == purpose).expect("a policy for each credential");
            found["iam_policy"].to_string()
        };
        let role_id = emulator.role(ROLE, WORK).await;
        emulator.role("SelvedgeRead", &policy("reading")).await;
        emulator.role("SelvedgeAct", &policy("acting")).await;
        let canary_id = emulator.role("SelvedgeCanary", &allow("iam:GetRole", &role_arn("SelvedgeCanary"))).await;
        let user = emulator.user("selvedge", &allow("sts:AssumeRole", "*")).await;
        assert_eq!(emulator.s3(&Keys::root(), "PUT", "/data", "").await, 200);
        assert_eq!(emulator.s3(&Keys::root(), "PUT", "/data/payroll.csv", PAYROLL).await, 200);

        let mut tenant = Tenant::found();
        tenant.session_is_stolen();
        tenant.bob_goes_to_aws().unwrap();
        let bob = emulator.assume(&user, &role_arn(ROLE), BOB_UPN).await;
        wait_until_after(bob.issued_at).await;
        tenant.thief_goes_to_aws().unwrap();
        let alice = emulator.assume(&user, &role_arn(ROLE), ALICE_UPN).await;
        assert!(bob.issued_at < alice.issued_at, "Bob's session is the older one");
        assert_eq!(alice.user_id, format!("{role_id}:{ALICE_UPN}"));

        let read: &[&str] = &["User.Read.All"];
        let act: &[&str] = &["User.RevokeSessions.All", "User.EnableDisableAccount.All"];
        let (graph, face) = tenant.face(&[("graph-read-token", read), ("graph-act-token", act)]).await;
        configure(folder.path(), &emulator.url, &user, &graph);
        let before = emulator.raw_policies(ROLE).await;
        assert_eq!(before.keys().collect::<Vec<_>>(), ["Work"]);
        let roles = [(ROLE, role_id.as_str()), ("SelvedgeCanary", canary_id.as_str())];
        let mut scene = Self {
            emulator,
            tenant,
            folder,
            program,
            user,
            bob,
            alice,
            canary_id: canary_id.clone(),
            before,
            _face: face,
        };
        scene.write_files(&roles).await;
        Some(scene)
    }

    /// Both work with their sessions; what that leaves, and the inventory.
    async fn write_files(&mut self, roles: &[(&str, &str)]) {
        let mut trail = Vec::new();
        for (session, from) in [(&self.bob, bobs_desk()), (&self.alice, far_away())] {
            trail.push(came_by_saml(session, ROLE, &from));
            assert_eq!(self.s3(session).await, SERVED);
            trail.push(read_object(session, ROLE, &from, Timestamp::now(), PAYROLL.len()));
        }
        let logs = self.folder.path().join("logs");
        write_logs(&logs, &self.tenant.logs()).unwrap();
        std::fs::write(logs.join("trail.json"), json!({ "Records": trail }).to_string()).unwrap();
        let folder = self.folder.path().join("estate");
        std::fs::create_dir(&folder).unwrap();
        let users = self.tenant.cloud.users_export(TENANT).unwrap();
        for (name, value) in estate(roles, users) {
            std::fs::write(folder.join(name), value.to_string()).unwrap();
        }
    }

    /// A record of what the thief did before, delivered only now.
    pub(crate) fn late_record(&self) {
        let record = read_object(&self.alice, ROLE, &far_away(), self.alice.issued_at, PAYROLL.len());
        let folder = self.folder.path().join("late");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("trail.json"), json!({ "Records": [record] }).to_string()).unwrap();
    }

    /// Arguments with this scene's state folder.
    pub(crate) fn args<'a>(&self, args: &[&'a str]) -> Vec<&'a str> {
        args.iter().copied().chain(["--state", "state"]).collect()
    }

    /// Runs the program; it must end with `code`.
    pub(crate) fn run(&self, code: i32, args: &[&str]) -> Ran {
        tokio::task::block_in_place(|| self.program.expect(code, &self.args(args)))
    }

    /// Reads the logs; the one incident and its id.
    pub(crate) fn replay(&self) -> (Value, String) {
        let ran = self.run(0, &["replay", "logs", "--estate", "estate", "--json"]);
        assert!(ran.of("problem").is_empty(), "{ran:#?}");
        let incident = ran.one("incident");
        let id = incident["id"].as_str().unwrap().to_owned();
        (incident, id)
    }

    /// A new session of the role.
    pub(crate) async fn assume(&self, name: &str) -> Session {
        self.emulator.assume(&self.user, &role_arn(ROLE), name).await
    }

    /// What an S3 read and a listing answer to a session.
    pub(crate) async fn s3(&self, session: &Session) -> (u16, u16) {
        let get = self.emulator.s3(&session.keys, "GET", "/data/payroll.csv", "").await;
        (get, self.emulator.s3(&session.keys, "GET", "/", "").await)
    }

    /// The role's inline policies, as answered.
    pub(crate) async fn policies(&self) -> BTreeMap<String, String> {
        self.emulator.raw_policies(ROLE).await
    }

    /// The policies that Selvedge put on the role, parsed.
    pub(crate) async fn denies(&self) -> Vec<Value> {
        let all = self.policies().await;
        let ours = all.into_iter().filter(|(name, _)| name.starts_with("SelvedgeDeny-"));
        ours.map(|(_, raw)| serde_json::from_str(&decoded(&raw)).unwrap()).collect()
    }
}

/// IAM answers documents percent-encoded.
fn decoded(raw: &str) -> String {
    let mut bytes = raw.bytes();
    let mut out = Vec::new();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
            out.push(u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap());
        } else {
            out.push(byte);
        }
    }
    String::from_utf8(out).unwrap()
}

/// The file that an operator would write.
fn configure(folder: &Path, aws: &str, user: &Keys, graph: &str) {
    let (id, key) = (secret(folder, "key.id", &user.id), secret(folder, "key.secret", &user.secret));
    let (read, act) =
        (secret(folder, "read.token", "graph-read-token"), secret(folder, "act.token", "graph-act-token"));
    let (read_role, act_role, canary_role) =
        (role_arn("SelvedgeRead"), role_arn("SelvedgeAct"), role_arn("SelvedgeCanary"));
    let text = format!(
        r#"
[aws]
endpoint = "{aws}"

[aws.accounts.{ACCOUNT}]
read = {{ from = "keys", access_key_id = "{id}", secret_access_key = "{key}" }}
read_role = "{read_role}"
act_role = "{act_role}"
canary_role = "{canary_role}"

[graph]
endpoint = "{graph}"

[graph.tenants.{TENANT}]
read = {{ from = "token", token = "{read}" }}
act = {{ from = "token", token = "{act}" }}
"#
    );
    std::fs::write(folder.join("selvedge.toml"), text).unwrap();
}

/// The two real clients behind one door.
pub(crate) struct Both {
    pub(crate) aws: AwsCloud,
    graph: GraphCloud,
}

impl Both {
    pub(crate) async fn connect(config: &Config, clock: &Arc<dyn Clock>) -> Self {
        Self {
            aws: AwsCloud::connect(&config.aws, Arc::clone(clock)).await.unwrap(),
            graph: GraphCloud::connect(&config.graph, Arc::clone(clock)).unwrap(),
        }
    }
}

#[async_trait]
impl CloudRead for Both {
    async fn read(&self, read: &Read) -> Result<Answer, CloudError> {
        match read {
            Read::Aws { .. } => self.aws.read(read).await,
            Read::Call { call } if call.operation.cloud() == "aws" => self.aws.read(read).await,
            Read::Graph { .. } | Read::Call { .. } => self.graph.read(read).await,
        }
    }
}

#[async_trait]
impl CloudAct for Both {
    async fn act(&self, permit: Permit) -> Outcome {
        match permit.mutation() {
            Mutation::Aws { .. } => self.aws.act(permit).await,
            Mutation::Call { call } if call.operation.cloud() == "aws" => self.aws.act(permit).await,
            Mutation::Graph { .. } | Mutation::Call { .. } => self.graph.act(permit).await,
        }
    }
}
