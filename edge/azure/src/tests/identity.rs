//! A token by azure_identity, over our HTTP client: the managed identity of App
//! Service, whose endpoint is the one that may be plain http on loopback. It is
//! found by the environment, which a test cannot set for itself alone: the test
//! starts itself once more with it.

use super::script::{Script, Step};
use super::support::{StillClock, TENANT, USER, config};
use crate::{GraphCloud, GraphCredential, GraphTenant};
use selvedge_ports::actions::{GraphRead, Read};
use selvedge_ports::{CloudErrorKind, CloudRead};

const INSIDE: &str = "SELVEDGE_TEST_INSIDE";
const NAME: &str = "tests::identity::a_managed_identity_gives_the_token_once";

#[tokio::test]
async fn a_managed_identity_gives_the_token_once() {
    if std::env::var_os(INSIDE).is_some() {
        return inside().await;
    }
    let granted = r#"{"access_token":"granted","expires_on":"32503680000","resource":"r","token_type":"Bearer"}"#;
    let refused =
        r#"{"error":"unauthorized_client","error_description":"AADSTS700016: not in the directory, secret hidden"}"#;
    let identity = Script::start(vec![
        Step::Reply(200, vec![("content-type", "application/json")], granted.into()),
        Step::Reply(400, vec![("content-type", "application/json")], refused.into()),
    ])
    .await;
    let output = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", NAME, "--nocapture"])
        .envs([(INSIDE, "1"), ("IDENTITY_ENDPOINT", &identity.url), ("IDENTITY_HEADER", "x")])
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{NAME} is not the name of one test");
    let seen = identity.seen();
    assert_eq!(seen.len(), 2, "the token is kept, and a refusal is not asked for again");
    let line = seen[0].head.lines().next().unwrap();
    assert!(line.contains("resource=https") && line.contains("graph.microsoft.com"), "{line}");
}

async fn inside() {
    let gone = Step::Reply(404, vec![], r#"{"error":{"code":"Request_ResourceNotFound","message":"m"}}"#.into());
    let script = Script::start(vec![gone.clone(), gone]).await;
    let tenant = || GraphTenant { read: GraphCredential::ManagedIdentity { client_id: None }, act: None };
    let read = Read::Graph { tenant: TENANT.into(), op: GraphRead::GetUser { id: USER.into() } };
    let cloud = GraphCloud::connect(&config(&script.url, tenant()), StillClock::new()).unwrap();
    cloud.read(&read).await.unwrap();
    cloud.read(&read).await.unwrap();
    for seen in script.seen() {
        assert_eq!(seen.header("authorization"), Some("Bearer granted"));
    }
    let other = GraphCloud::connect(&config(&script.url, tenant()), StillClock::new()).unwrap();
    let error = other.read(&read).await.unwrap_err();
    assert_eq!(error.kind, CloudErrorKind::Denied { missing: None });
    assert!(!error.message.contains("hidden"), "{error}");
}
