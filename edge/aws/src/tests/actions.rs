//! Actions of the catalogue against an emulator that decides by IAM policies:
//! our two roles hold exactly what the contracts name, every action is read,
//! done, read back and undone, and where a key or a session is hit, its calls
//! are refused and served again.

use super::emulator::{ACCOUNT, Emulator, Keys};
use super::support::keys;
use crate::answers::role;
use crate::{AwsAccount, AwsCloud};
use jiff::Timestamp;
use selvedge_ports::CloudRead as _;
use selvedge_ports::Outcome;
use selvedge_ports::actions::{
    Action, Answer, BlockPublicAccess, CONTRACTS, DeactivateAccessKey, DenyAtBucket, FreezeTrust, Mutation,
    QuarantineRole, QuarantineUser, ReadBack, RevokeOlderSessions, RoleRef,
};

const ROLE: &str = "MLDataEngineer";
/// A policy of the operator's own: the emulator knows the names of AWS's
/// managed policies and not what stands in them.
const QUARANTINE: &str = "arn:aws:iam::000000000000:policy/Quarantine";
const DENY_ALL: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
const S3: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;

fn arn(role: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:role/{role}")
}

/// The policy of what the contracts name for reading or acting.
fn granted(read: bool) -> String {
    let all = CONTRACTS.iter().filter(|contract| contract.cloud == "aws").flat_map(|contract| contract.permissions);
    let statements: Vec<serde_json::Value> = all
        .filter(|one| one.read == read)
        .map(|one| serde_json::json!({ "Effect": "Allow", "Action": one.name, "Resource": one.scope }))
        .collect();
    serde_json::json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

struct Scene {
    emulator: Emulator,
    cloud: AwsCloud,
    user: Keys,
    role_id: String,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn open(test: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let emulator = Emulator::start(test, folder.path()).await?;
        let root = Keys::root();
        let trust = format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{ACCOUNT}:root"}},"Action":"sts:AssumeRole"}}]}}"#
        );
        let roles = [(ROLE, S3.to_owned()), ("SelvedgeRead", granted(true)), ("SelvedgeAct", granted(false))];
        for (name, policy) in &roles {
            emulator.iam(&root, "CreateRole", &[("RoleName", name), ("AssumeRolePolicyDocument", &trust)]).await;
            let parameters = [("RoleName", *name), ("PolicyName", "Work"), ("PolicyDocument", policy)];
            emulator.iam(&root, "PutRolePolicy", &parameters).await;
        }
        for (user, policy) in [("build", S3), ("selvedge", &S3.replace("s3:*", "sts:AssumeRole"))] {
            emulator.iam(&root, "CreateUser", &[("UserName", user)]).await;
            let parameters = [("UserName", user), ("PolicyName", "Work"), ("PolicyDocument", policy)];
            emulator.iam(&root, "PutUserPolicy", &parameters).await;
        }
        let quarantine = [("PolicyName", "Quarantine"), ("PolicyDocument", DENY_ALL)];
        emulator.iam(&root, "CreatePolicy", &quarantine).await;
        assert_eq!(emulator.s3(&root, "PUT", "/data", "").await, 200);
        assert_eq!(emulator.s3(&root, "PUT", "/data/payroll.csv", "a,b").await, 200);
        let user = emulator.access_key(&root, "selvedge").await;
        let account = AwsAccount {
            read: keys(folder.path(), &user.id, &user.secret),
            read_role: Some(arn("SelvedgeRead")),
            act_role: Some(arn("SelvedgeAct")),
            ..AwsAccount::default()
        };
        let cloud = emulator.connect(account).await;
        let role_id = role(&emulator.iam(&root, "GetRole", &[("RoleName", ROLE)]).await).unwrap().role_id;
        Some(Self { emulator, cloud, user, role_id, _folder: folder })
    }

    fn role(&self) -> RoleRef {
        RoleRef { account: ACCOUNT.into(), role_name: ROLE.into(), role_id: self.role_id.clone(), role_arn: arn(ROLE) }
    }

    async fn answers(&self, action: &Action) -> Vec<Answer> {
        let mut answers = Vec::new();
        for read in action.reads() {
            answers.push(self.cloud.read(&read).await.unwrap_or_else(|error| panic!("{read:?}: {error}")));
        }
        answers
    }

    async fn send(&self, mutation: &Mutation) {
        let outcome = self.cloud.send(mutation).await;
        assert!(matches!(outcome, Outcome::Applied { .. }), "{mutation:?}: {outcome:?}");
    }

    /// Does the action, lets `meanwhile` look, and takes it back.
    async fn round(&self, action: Action, meanwhile: impl AsyncFnOnce()) {
        let before = action.check(&self.answers(&action).await).unwrap_or_else(|refusal| panic!("{refusal:?}"));
        let since = Timestamp::now();
        let mutation = action.apply(&before, Some(since)).unwrap();
        self.send(&mutation).await;
        let seen = action.read_back(&self.answers(&action).await, &mutation, &before, since);
        assert_eq!(seen, ReadBack::After, "{action:?}");
        meanwhile().await;
        let left = action.check(&self.answers(&action).await).unwrap();
        let inverse = action.inverse(&before, Some(&left)).unwrap();
        self.send(&inverse).await;
        let again = action.check(&self.answers(&action).await).unwrap();
        assert_eq!(again.image, before.image, "{action:?} was not taken back");
    }

    async fn get(&self, session: &Keys) -> u16 {
        self.emulator.s3(session, "GET", "/data/payroll.csv", "").await
    }
}

#[tokio::test]
async fn keys_and_users_are_refused_and_come_back() {
    let Some(scene) = Scene::open("users").await else { return };
    let key = scene.emulator.access_key(&Keys::root(), "build").await;
    let user = scene.emulator.iam(&Keys::root(), "GetUser", &[("UserName", "build")]).await;
    let user_id = crate::xml::Node::parse(&user).unwrap();
    let user_id = user_id.text_at(&["GetUserResult", "User", "UserId"]).unwrap().to_owned();
    assert_eq!(scene.get(&key).await, 200);
    let (account, user_name) = (ACCOUNT.to_owned(), "build".to_owned());
    let quarantine = QuarantineUser {
        account: account.clone(),
        user_name: user_name.clone(),
        user_id,
        policy_arn: QUARANTINE.into(),
    };
    scene.round(Action::QuarantineUser(quarantine), async || assert_eq!(scene.get(&key).await, 403)).await;
    assert_eq!(scene.get(&key).await, 200);
    let inactive = DeactivateAccessKey { account, user_name, access_key: key.id.clone() };
    scene.round(Action::DeactivateAccessKey(inactive), async || assert_eq!(scene.get(&key).await, 403)).await;
    assert_eq!(scene.get(&key).await, 200);
}

#[tokio::test]
async fn roles_are_stamped_quarantined_and_frozen_and_come_back() {
    let Some(scene) = Scene::open("roles").await else { return };
    let alice = scene.emulator.assume(&scene.user, &arn(ROLE), "alice@contoso.com").await;
    assert_eq!(scene.get(&alice).await, 200);
    let quarantine = QuarantineRole { role: scene.role(), policy_arn: QUARANTINE.into() };
    scene.round(Action::QuarantineRole(quarantine), async || assert_eq!(scene.get(&alice).await, 403)).await;
    assert_eq!(scene.get(&alice).await, 200);
    super::emulator::wait_for_next_second().await;
    let stamp = RevokeOlderSessions { role: scene.role() };
    scene
        .round(Action::RevokeOlderSessions(stamp), async || {
            assert_eq!(scene.get(&alice).await, 403);
            super::emulator::wait_for_next_second().await;
            let newer = scene.emulator.assume(&scene.user, &arn(ROLE), "alice@contoso.com").await;
            assert_eq!(scene.get(&newer).await, 200, "a new session works on");
        })
        .await;
    assert_eq!(scene.get(&alice).await, 200);
    let federated = format!("arn:aws:iam::{ACCOUNT}:saml-provider/Entra");
    scene.round(Action::FreezeTrust(FreezeTrust { role: scene.role(), federated }), async || ()).await;
}

#[tokio::test]
async fn buckets_are_closed_and_opened() {
    let Some(scene) = Scene::open("buckets").await else { return };
    let alice = scene.emulator.assume(&scene.user, &arn(ROLE), "alice@contoso.com").await;
    let bob = scene.emulator.assume(&scene.user, &arn(ROLE), "bob@contoso.com").await;
    let (account, region, bucket) = (ACCOUNT.to_owned(), "us-east-1".to_owned(), "data".to_owned());
    let user_id = format!("{}:alice@contoso.com", scene.role_id);
    let deny = DenyAtBucket { account: account.clone(), region: region.clone(), bucket: bucket.clone(), user_id };
    scene
        .round(Action::DenyAtBucket(deny), async || {
            assert_eq!((scene.get(&alice).await, scene.get(&bob).await), (403, 200));
        })
        .await;
    assert_eq!(scene.get(&alice).await, 200);
    let block = BlockPublicAccess { account, region, bucket };
    scene.round(Action::BlockPublicAccess(block), async || assert_eq!(scene.get(&bob).await, 200)).await;
}
