//! The whole against an emulator that decides by IAM policies (ministack with
//! authorisation on): two people hold sessions of one role, one is contained.
//!
//! The emulator is found by `SELVEDGE_MINISTACK`, else where `cargo xtask`
//! installs it; without it the tests say that they are skipped, or fail if
//! `SELVEDGE_REQUIRE_EMULATORS=1`.

use super::emulator::{ACCOUNT, Emulator, Keys, wait_for_next_second};
use super::support::{config, connect, keys};
use crate::{AwsAccount, AwsCloud};
use jiff::Timestamp;
use selvedge_ports::actions::{
    Action, Answer, AwsMutation, AwsRead, DenyScope, DenySession, Mutation, PreImage, Read, ReadBack,
};
use selvedge_ports::{Canary, CanarySession, CloudErrorKind, CloudRead, Outcome, Probe};
use std::path::Path;

const ROLE: &str = "MLDataEngineer";
/// Bytes that a careless client would change: spaces, line ends, plus, percent.
const WORK: &str = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [ {\"Sid\":\"Work\", \"Effect\":\"Allow\",  \"Action\":\"s3:*\", \"Resource\":[\"*\", \"arn:aws:s3:::a+b%20c/*\"]} ]\r\n}";

fn arn(role: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{role}")
}

/// The estate: the role two people use, our three roles, and our user, which
/// may do nothing but assume them.
async fn estate(emulator: &Emulator) -> Keys {
    let root = Keys::root();
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{ACCOUNT}:root"}},"Action":"sts:AssumeRole"}}]}}"#
    );
    let allow = |actions: &str, resource: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":[{actions}],"Resource":"{resource}"}}]}}"#
        )
    };
    let roles = [
        (ROLE, WORK.to_owned()),
        ("SelvedgeRead", allow(r#""iam:GetRole","iam:GetRolePolicy","iam:ListRolePolicies""#, "*")),
        ("SelvedgeAct", allow(r#""iam:PutRolePolicy","iam:DeleteRolePolicy""#, "*")),
        ("SelvedgeCanary", allow(r#""iam:GetRole""#, &arn("SelvedgeCanary"))),
        ("Bystander", WORK.to_owned()),
    ];
    for (name, policy) in &roles {
        emulator.iam(&root, "CreateRole", &[("RoleName", name), ("AssumeRolePolicyDocument", &trust)]).await;
        let parameters = [("RoleName", *name), ("PolicyName", "Work"), ("PolicyDocument", policy)];
        emulator.iam(&root, "PutRolePolicy", &parameters).await;
    }
    emulator.iam(&root, "CreateUser", &[("UserName", "selvedge")]).await;
    let assume = allow(r#""sts:AssumeRole""#, "*");
    let parameters = [("UserName", "selvedge"), ("PolicyName", "Assume"), ("PolicyDocument", assume.as_str())];
    emulator.iam(&root, "PutUserPolicy", &parameters).await;
    assert_eq!(emulator.s3(&root, "PUT", "/data", "").await, 200);
    assert_eq!(emulator.s3(&root, "PUT", "/data/payroll.csv", "a,b").await, 200);
    emulator.access_key(&root, "selvedge").await
}

fn account(folder: &Path, user: &Keys) -> AwsAccount {
    AwsAccount {
        read: keys(folder, &user.id, &user.secret),
        read_role: Some(arn("SelvedgeRead")),
        act_role: Some(arn("SelvedgeAct")),
        canary_role: Some(arn("SelvedgeCanary")),
        ..AwsAccount::default()
    }
}

struct Scene {
    emulator: Emulator,
    cloud: AwsCloud,
    user: Keys,
    folder: tempfile::TempDir,
}

impl Scene {
    /// `None` if the emulator is not installed.
    async fn open(test: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let emulator = Emulator::start(test, folder.path()).await?;
        let user = estate(&emulator).await;
        let cloud = emulator.connect(account(folder.path(), &user)).await;
        Some(Self { emulator, cloud, user, folder })
    }

    async fn answers(&self, action: &Action) -> Vec<Answer> {
        let mut answers = Vec::new();
        for read in action.reads() {
            answers.push(self.cloud.read(&read).await.unwrap());
        }
        answers
    }

    async fn policies(&self, role: &str) -> Answer {
        let op = AwsRead::ListRolePolicies { role_name: role.into() };
        self.cloud.read(&Read::Aws { account: ACCOUNT.into(), op }).await.unwrap()
    }

    /// Carries the action out as the executor does, and reads it back.
    async fn apply(&self, action: &Action, before: &PreImage, moment: Option<Timestamp>) {
        let mutation = action.apply(before, moment).unwrap();
        let since = Timestamp::now();
        self.send(&mutation).await;
        assert_eq!(action.read_back(&self.answers(action).await, &mutation, before, since), ReadBack::After);
    }

    async fn send(&self, mutation: &Mutation) {
        let outcome = self.cloud.send(mutation).await;
        assert!(matches!(outcome, Outcome::Applied { .. }), "{outcome:?}");
    }

    /// What an S3 read and a listing answer to a session.
    async fn s3(&self, session: &Keys) -> (u16, u16) {
        let get = self.emulator.s3(session, "GET", "/data/payroll.csv", "").await;
        (get, self.emulator.s3(session, "GET", "/", "").await)
    }
}

fn deny(role: &str, role_id: &str, user_id: &str, scope: DenyScope) -> DenySession {
    DenySession {
        account: ACCOUNT.into(),
        role_arn: arn(role),
        role_name: role.into(),
        role_id: role_id.into(),
        user_id: user_id.into(),
        policy_name: "SelvedgeDeny-INC-1".into(),
        scope,
        replaces_own: scope == DenyScope::IssuedBeforeClosing,
    }
}

fn role_id(answer: &Answer) -> String {
    match answer {
        Answer::Role { role: Some(role) } => role.role_id.clone(),
        other => panic!("no role: {other:?}"),
    }
}

const SERVED: (u16, u16) = (200, 200);
const REFUSED: (u16, u16) = (403, 403);

#[tokio::test]
async fn one_of_two_sessions_of_a_role_is_contained_narrowed_and_restored() {
    let Some(scene) = Scene::open("containment").await else { return };
    let bob = scene.emulator.assume(&scene.user, &arn(ROLE), "bob@contoso.com").await;
    let alice = scene.emulator.assume(&scene.user, &arn(ROLE), "alice@contoso.com").await;
    assert_eq!((scene.s3(&alice).await, scene.s3(&bob).await), (SERVED, SERVED));
    let before = scene.policies(ROLE).await;
    assert_eq!(before, Answer::RolePolicies { policies: [("Work".to_owned(), WORK.to_owned())].into() });

    let get = Read::Aws { account: ACCOUNT.into(), op: AwsRead::GetRole { role_name: ROLE.into() } };
    let id = role_id(&scene.cloud.read(&get).await.unwrap());
    let user_id = format!("{id}:alice@contoso.com");
    let contain = Action::DenySession(deny(ROLE, &id, &user_id, DenyScope::All));
    let pre_image = contain.check(&scene.answers(&contain).await).unwrap();
    scene.apply(&contain, &pre_image, None).await;
    assert_eq!((scene.s3(&alice).await, scene.s3(&bob).await), (REFUSED, SERVED), "contained");

    wait_for_next_second().await;
    let moment = Timestamp::now();
    wait_for_next_second().await;
    let again = scene.emulator.assume(&scene.user, &arn(ROLE), "alice@contoso.com").await;
    assert_eq!(scene.s3(&again).await, REFUSED, "a new session is denied as well, until narrowed");
    let narrow = Action::DenySession(deny(ROLE, &id, &user_id, DenyScope::IssuedBeforeClosing));
    let narrow_image = narrow.check(&scene.answers(&narrow).await).unwrap();
    scene.apply(&narrow, &narrow_image, Some(moment)).await;
    assert_eq!(
        (scene.s3(&alice).await, scene.s3(&again).await, scene.s3(&bob).await),
        (REFUSED, SERVED, SERVED),
        "narrowed"
    );

    scene.send(&contain.inverse(&pre_image, None).unwrap()).await;
    assert_eq!(scene.policies(ROLE).await, before, "restored byte for byte");
    assert_eq!(scene.s3(&alice).await, SERVED);
}

#[tokio::test]
async fn the_canary_is_refused_while_the_deny_is_there() {
    let Some(scene) = Scene::open("canary").await else { return };
    let session: CanarySession = scene.cloud.open(ACCOUNT).await.unwrap().unwrap();
    assert_eq!(session.user_id, format!("{}:selvedge-canary", session.role_id));
    assert_eq!(scene.cloud.probe(&session).await, Ok(Probe::Served));
    let action = Action::DenySession(deny(&session.role_name, &session.role_id, &session.user_id, DenyScope::All));
    let pre_image = action.check(&scene.answers(&action).await).unwrap();
    scene.apply(&action, &pre_image, None).await;
    assert_eq!(scene.cloud.probe(&session).await, Ok(Probe::Refused));
    // Another process has another session of the same name: the deny hits it.
    let other = scene.emulator.connect(account(scene.folder.path(), &scene.user)).await;
    assert_eq!(other.open(ACCOUNT).await.unwrap().as_ref(), Some(&session));
    assert_eq!(other.probe(&session).await, Ok(Probe::Refused));
    scene.send(&action.inverse(&pre_image, None).unwrap()).await;
    assert_eq!(scene.cloud.probe(&session).await, Ok(Probe::Served));
}

fn put(role: &str, document: &str) -> Mutation {
    Mutation::Aws {
        account: ACCOUNT.into(),
        op: AwsMutation::PutRolePolicy {
            role_name: role.into(),
            policy_name: "SelvedgeDeny-INC-2".into(),
            document: document.into(),
        },
    }
}

async fn refusal(cloud: &AwsCloud, mutation: &Mutation) -> CloudErrorKind {
    match cloud.send(mutation).await {
        Outcome::NotApplied { error } => error.kind,
        other => panic!("expected a refusal: {other:?}"),
    }
}

#[tokio::test]
async fn refusals_are_told_apart_and_an_acting_session_can_do_one_thing() {
    let Some(scene) = Scene::open("refusals").await else { return };
    let document = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
    let delete = Mutation::Aws {
        account: ACCOUNT.into(),
        op: AwsMutation::DeleteRolePolicy { role_name: ROLE.into(), policy_name: "SelvedgeDeny-absent".into() },
    };
    let missing = |action: &str| CloudErrorKind::Denied { missing: Some(action.into()) };
    assert_eq!(refusal(&scene.cloud, &delete).await, CloudErrorKind::NotFound);
    assert_eq!(refusal(&scene.cloud, &put("NoSuchRole", document)).await, CloudErrorKind::NotFound);
    assert_eq!(refusal(&scene.cloud, &put(ROLE, "no json")).await, CloudErrorKind::Bug);
    for op in [
        AwsRead::GetRole { role_name: "NoSuchRole".into() },
        AwsRead::GetRolePolicy { role_name: ROLE.into(), policy_name: "absent".into() },
    ] {
        let answer = scene.cloud.read(&Read::Aws { account: ACCOUNT.into(), op }).await.unwrap();
        assert!(matches!(answer, Answer::Role { role: None } | Answer::RolePolicy { document: None }), "{answer:?}");
    }

    let mut unable = account(scene.folder.path(), &scene.user);
    (unable.read_role, unable.act_role) = (None, unable.read_role);
    let unable = scene.emulator.connect(unable).await;
    assert_eq!(refusal(&unable, &put(ROLE, document)).await, missing("iam:PutRolePolicy"));
    let read = Read::Aws { account: ACCOUNT.into(), op: AwsRead::GetRole { role_name: ROLE.into() } };
    assert_eq!(unable.read(&read).await.unwrap_err().kind, missing("iam:GetRole"));

    let link = scene.cloud.link(ACCOUNT).unwrap();
    let Mutation::Aws { op, .. } = put(ROLE, document) else { unreachable!() };
    let acting = scene.cloud.acting(link, scene.cloud.session_policy(link, &op)).await.unwrap();
    let acting = Keys::of(&acting);
    for (operation, role, served) in
        [("PutRolePolicy", "Bystander", 403), ("PutRolePolicy", ROLE, 200), ("DeleteRolePolicy", ROLE, 403)]
    {
        let parameters = [("RoleName", role), ("PolicyName", "P"), ("PolicyDocument", document)];
        assert_eq!(scene.emulator.iam_status(&acting, operation, &parameters).await, served, "{operation} {role}");
    }

    let inactive = [("UserName", "selvedge"), ("AccessKeyId", scene.user.id.as_str()), ("Status", "Inactive")];
    scene.emulator.iam(&Keys::root(), "UpdateAccessKey", &inactive).await;
    assert_eq!(refusal(&scene.cloud, &put(ROLE, document)).await, CloudErrorKind::Denied { missing: None });

    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = config(&format!("http://{port}"), ACCOUNT, account(scene.folder.path(), &scene.user));
    let nobody = connect(&nobody, super::support::StillClock::new()).await;
    assert_eq!(refusal(&nobody, &put(ROLE, document)).await, CloudErrorKind::Unavailable);
    assert_eq!(nobody.read(&read).await.unwrap_err().kind, CloudErrorKind::Unavailable);
}
