//! The credential chain of the AWS tools. It reads the environment, which a
//! test cannot set for itself alone: the test starts itself once more with it.

use super::support::{StillClock, config, connect};
use crate::tests::script::{Script, Step};
use crate::{AwsAccount, AwsCredential};
use selvedge_ports::CloudRead;
use selvedge_ports::actions::{AwsRead, Read};

const ACCOUNT: &str = "111122223333";
const INSIDE: &str = "SELVEDGE_TEST_INSIDE";

/// Runs one test of this program in a process with these variables.
fn run_inside(test: &str, variables: &[(&str, String)]) {
    let program = std::env::current_exe().unwrap();
    let mut command = std::process::Command::new(program);
    command.args(["--exact", test, "--nocapture"]).env(INSIDE, "1");
    for name in ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"] {
        command.env_remove(name);
    }
    let output = command.envs(variables.iter().map(|(name, value)| (name, value))).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("1 passed"), "{test} is not the name of one test: {text}");
}

#[test]
fn a_profile_and_the_environment_give_credentials() {
    let name = "tests::chain::a_profile_and_the_environment_give_credentials";
    if std::env::var_os(INSIDE).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        return runtime.block_on(inside());
    }
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let keys = "[audit]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = hidden\n";
    let variables = [
        ("AWS_SHARED_CREDENTIALS_FILE", file("credentials", keys)),
        ("AWS_CONFIG_FILE", file("config", "")),
        ("AWS_ACCESS_KEY_ID", "AKIAENVIRON".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "hidden".to_owned()),
    ];
    run_inside(name, &variables);
}

async fn inside() {
    for (read, key) in
        [(AwsCredential::Profile { name: "audit".into() }, "AKIAPROFILE"), (AwsCredential::Default, "AKIAENVIRON")]
    {
        let caller = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
        let gone = "<ErrorResponse><Error><Code>NoSuchEntity</Code></Error></ErrorResponse>";
        let script =
            Script::start(vec![Step::Reply(200, vec![], caller.into()), Step::Reply(404, vec![], gone.into())]).await;
        let account = AwsAccount { read, ..AwsAccount::default() };
        let cloud = connect(&config(&script.url, ACCOUNT, account), StillClock::new()).await;
        let ask = Read::Aws { account: ACCOUNT.into(), op: AwsRead::GetRole { role_name: "R".into() } };
        cloud.read(&ask).await.unwrap();
        for seen in script.seen() {
            assert!(seen.header("authorization").unwrap().contains(key), "{key}: {}", seen.head);
        }
    }
}
