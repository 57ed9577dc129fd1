//! The Entra side: a simulated tenant on the wall clock, whose own rows tell the
//! story's first half, and its Graph face.

use async_trait::async_trait;
use selvedge_model::{SignedDuration, Timestamp};
use selvedge_ports::Clock;
use selvedge_sim::http::{GraphFace, Shutdown, serve};
use selvedge_sim::place::{EDGE, FIREFOX};
use selvedge_sim::{App, Delays, EntraSession, LogRecord, Place, SignInError, SimCloud, UserSpec};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

pub(crate) const TENANT: &str = "5f0c2a9e-7d14-4b3a-8e61-0c9d2f7b6a35";
pub(crate) const ALICE: &str = "5a1c93e4-0000-4f60-8d15-c3e97a40b62f";
pub(crate) const ALICE_UPN: &str = "alice@contoso.com";
pub(crate) const BOB: &str = "0f8c3a51-7d3e-4b55-9c5e-6a2d11c7e9b4";
pub(crate) const BOB_UPN: &str = "bob@contoso.com";
/// The application "AWS Single-Account Access".
pub(crate) const APP: &str = "8b4f0b42-52d1-4f3e-a9f0-4b6d5c8e2a17";
const SUBSCRIPTION: &str = "c0ffee00-1111-4222-8333-444455556666";

/// The wall clock, set back while the morning is told.
struct StoryClock(AtomicI64);

#[async_trait]
impl Clock for StoryClock {
    fn now(&self) -> Timestamp {
        Timestamp::now() - SignedDuration::from_secs(self.0.load(Ordering::SeqCst))
    }

    async fn sleep(&self, duration: SignedDuration) {
        tokio::time::sleep(duration.try_into().unwrap_or_default()).await;
    }
}

/// The tenant, and what a thief holds of Alice's session.
pub(crate) struct Tenant {
    pub(crate) cloud: SimCloud,
    clock: Arc<StoryClock>,
    stolen: Option<EntraSession>,
}

fn desk(ip: &str) -> Place {
    Place::new(ip, 64_500, ("IE", "Dublin", 53.35, -6.26), EDGE)
}

/// Where the thief is.
pub(crate) fn far_away() -> Place {
    Place::new("203.0.113.77", 64_511, ("SG", "Singapore", 1.29, 103.85), FIREFOX)
}

/// Where Alice works.
pub(crate) fn alices_desk() -> Place {
    desk("198.51.100.10").on("6f1c1d0a-2b1e-4f61-8a06-0d7a5d0c8f11", "CON-ALICE")
}

/// Where Bob works.
pub(crate) fn bobs_desk() -> Place {
    desk("198.51.100.11").on("b6a4a7de-93a5-43c8-a3a5-b1f0c5f0a722", "CON-BOB")
}

impl Tenant {
    /// Two people, both enabled; no delay between a change and its effect.
    pub(crate) fn found() -> Self {
        let clock = Arc::new(StoryClock(AtomicI64::new(0)));
        let as_clock: Arc<dyn Clock> = clock.clone();
        let cloud = SimCloud::on_clock(7, as_clock);
        cloud.set_delays(Delays { entra: (0, 0), ..Delays::default() });
        cloud.add_tenant(TENANT, true);
        let tenant = Self { cloud, clock, stolen: None };
        tenant.ago(24 * 60);
        for (id, upn) in [(ALICE, ALICE_UPN), (BOB, BOB_UPN)] {
            let spec = UserSpec {
                id: id.into(),
                upn: upn.into(),
                display_name: upn.into(),
                user_type: "Member".into(),
                on_premises: None,
            };
            tenant.cloud.add_user(TENANT, spec);
            tenant.cloud.assign_azure_role(TENANT, id, "Logic App Contributor", "Microsoft.Logic/");
        }
        tenant.ago(0);
        tenant
    }

    /// From here on it is so many minutes ago.
    fn ago(&self, minutes: i64) {
        self.clock.0.store(minutes * 60, Ordering::SeqCst);
    }

    /// Alice's morning at her desk; minutes ago her session turns up elsewhere
    /// and edits a Logic App.
    pub(crate) fn session_is_stolen(&mut self) {
        self.ago(9 * 60);
        let portal = App::azure_portal();
        let morning = self.cloud.sign_in(TENANT, ALICE, &portal, &alices_desk()).unwrap();
        self.ago(8);
        let replayed = self.cloud.refresh(&morning.session, &portal, &far_away()).unwrap();
        self.ago(6);
        let workflow = format!(
            "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Logic/workflows/orders-to-erp"
        );
        let target = (SUBSCRIPTION, workflow.as_str());
        self.cloud.arm_as_user(&replayed, &far_away(), target, "Microsoft.Logic/workflows/write").unwrap();
        self.ago(0);
        self.stolen = Some(morning.session);
    }

    fn aws() -> App {
        App::saml(APP, "AWS Single-Account Access")
    }

    /// The thief signs in to AWS with what was stolen.
    pub(crate) fn thief_goes_to_aws(&self) -> Result<(), SignInError> {
        let stolen = self.stolen.as_ref().expect("the session was stolen before");
        self.cloud.refresh(stolen, &Self::aws(), &far_away()).map(|_| ())
    }

    /// Alice signs in afresh at her desk.
    pub(crate) fn alice_signs_in(&self) -> Result<(), SignInError> {
        self.cloud.sign_in(TENANT, ALICE, &App::azure_portal(), &alices_desk()).map(|_| ())
    }

    /// Bob signs in at his desk and goes to AWS.
    pub(crate) fn bob_goes_to_aws(&self) -> Result<(), SignInError> {
        let fresh = self.cloud.sign_in(TENANT, BOB, &App::azure_portal(), &bobs_desk())?;
        self.cloud.refresh(&fresh.session, &Self::aws(), &bobs_desk()).map(|_| ())
    }

    /// The rows that all of this left.
    pub(crate) fn logs(&self) -> Vec<LogRecord> {
        self.cloud.logs()
    }

    /// Shows the tenant as Microsoft Graph to these tokens; the address, and what
    /// stops it.
    pub(crate) async fn face(&self, tokens: &[(&str, &[&str])]) -> (String, Shutdown) {
        let face = tokens.iter().fold(GraphFace::new(TENANT), |face, (token, held)| face.with_token(token, held));
        let (address, shutdown) = serve(self.cloud.clone(), face, "127.0.0.1:0".parse().unwrap()).await.unwrap();
        (format!("http://{address}"), shutdown)
    }
}
