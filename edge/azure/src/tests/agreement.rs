//! What our client sends is what Microsoft's CSDL declares.

use super::csdl::{self, Exchange};
use super::script::{Script, Seen, Step};
use super::support::{StillClock, TENANT, USER, config, token};
use crate::{GraphCloud, GraphTenant};
use selvedge_ports::actions::{GraphMutation, GraphRead, Mutation, Read};
use selvedge_ports::{CloudRead, Outcome};

/// Every operation of the client, with the answer that Graph's reference shows
/// for it.
fn operations() -> Vec<(Operation, Step)> {
    let user = format!(
        r#"{{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users(id)/$entity","id":"{USER}","userPrincipalName":"alice@contoso.com","accountEnabled":true,"userType":"Member","onPremisesSyncEnabled":null,"signInSessionsValidFromDateTime":"2026-05-18T17:21:16Z"}}"#
    );
    let truth = r#"{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#Edm.Boolean","value":true}"#;
    let id = || USER.to_owned();
    vec![
        (Operation::Read(GraphRead::GetUser { id: id() }), Step::Reply(200, vec![], user)),
        (Operation::Act(GraphMutation::RevokeSignInSessions { id: id() }), Step::Reply(200, vec![], truth.into())),
        (
            Operation::Act(GraphMutation::SetAccountEnabled { id: id(), enabled: false }),
            Step::Reply(204, vec![], String::new()),
        ),
        (
            Operation::Act(GraphMutation::SetAccountEnabled { id: id(), enabled: true }),
            Step::Reply(204, vec![], String::new()),
        ),
    ]
}

#[derive(Debug, Clone)]
pub(crate) enum Operation {
    Read(GraphRead),
    Act(GraphMutation),
}

impl Operation {
    /// Carries it out; says whether it went well.
    pub(crate) async fn run(&self, cloud: &GraphCloud) -> bool {
        let tenant = TENANT.to_owned();
        match self {
            Self::Read(op) => cloud.read(&Read::Graph { tenant, op: op.clone() }).await.is_ok(),
            Self::Act(op) => {
                let outcome = cloud.send(&Mutation::Graph { tenant, op: op.clone() }).await;
                matches!(outcome, Outcome::Applied { .. })
            }
        }
    }
}

/// A request as seen on the wire, with what was answered.
pub(crate) fn exchange(seen: &Seen, status: u16, answer: &str) -> Exchange {
    let mut line = seen.head.lines().next().unwrap_or_default().split(' ');
    let mut word = || line.next().unwrap_or_default().to_owned();
    Exchange { method: word(), target: word(), request: seen.body.clone(), status, answer: answer.into() }
}

#[tokio::test]
async fn each_request_of_the_client_is_declared() {
    let Some(csdl) = csdl::load("each_request_of_the_client_is_declared") else { return };
    let folder = tempfile::tempdir().unwrap();
    for (operation, step) in operations() {
        let Step::Reply(status, _, answer) = step.clone() else { panic!("not an answer: {step:?}") };
        let script = Script::start(vec![step]).await;
        let tenant = GraphTenant { read: token(folder.path(), "r"), act: Some(token(folder.path(), "a")) };
        let cloud = GraphCloud::connect(&config(&script.url, tenant), StillClock::new()).unwrap();
        assert!(operation.run(&cloud).await, "{operation:?}");
        let seen = script.seen();
        assert_eq!(seen.len(), 1);
        let faults = csdl.judge(&exchange(&seen[0], status, &answer));
        assert!(faults.is_empty(), "{operation:?}: {faults:?}");
    }
}
