//! A company, its clouds and its clock, in which a story was played and goes on.

use crate::clock::plus;
use crate::cloud::sts::Assertion;
use crate::company::{Company, Human, large_key, small_key};
use crate::entra::{App, EntraSession, SignIn, SignInError};
use crate::place::{FIREFOX, Place};
use crate::records::LogRecord;
use crate::rng::Rng;
use crate::session::{AwsCall, AwsSession, CallError, Reply};
use crate::{SimClock, SimCloud};
use jiff::{SignedDuration, Timestamp};
use selvedge_actions::Mutation;
use serde_json::Value;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// What the assertion id in CloudTrail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AssertionIds {
    /// A random id: nothing can be joined by it.
    #[default]
    Random,
    /// The sign-in's request id, as some tenants were seen to have it.
    SignInId,
}

/// What really happened, for judging a verdict. Never shown to the agent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Truth {
    /// Object id of the human whose session was stolen; empty if nobody's was.
    pub human: String,
    /// UPN.
    pub upn: String,
    /// Object id of the service principal that crossed, where a workload did.
    pub workload: String,
    /// `aws:userid` of the thief's AWS session (a user's unique id for a long-lived key).
    pub user_id: String,
    /// Role.
    pub role_arn: String,
    /// Access key of the thief's AWS session.
    pub access_key: String,
    /// The sign-in that led to AWS.
    pub sign_in: String,
    /// Ids of the records that the thief left at Microsoft.
    pub azure_records: Vec<String>,
    /// Ids of the records that the thief left at AWS.
    pub aws_records: Vec<String>,
}

/// Somebody at work: an AWS session and where its holder is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AtWork {
    pub(crate) session: AwsSession,
    pub(crate) place: Place,
    /// The OIDC provider whose token opened the session.
    pub(crate) provider: Option<String>,
}

impl AtWork {
    /// Somebody with a session.
    pub(crate) fn new(session: AwsSession, place: &Place) -> Self {
        Self { session, place: place.clone(), provider: None }
    }

    /// Somebody whose session a token of this provider opened.
    pub(crate) fn by_provider(session: AwsSession, place: &Place, provider: String) -> Self {
        Self { provider: Some(provider), ..Self::new(session, place) }
    }
}

/// The thief: the stolen sign-in session too.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Thief {
    pub(crate) stolen: EntraSession,
    pub(crate) aws: AtWork,
}

/// Where and when a story plays.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Seed of ids and delays.
    pub seed: u64,
    /// What the assertion id is.
    pub assertion_ids: AssertionIds,
    /// The story's time zero.
    pub zero: Timestamp,
    /// A company that is there already; else one is founded.
    pub company: Option<Company>,
    /// Where a thief sits.
    pub elsewhere: Place,
    /// How many times the minutes after time zero last; at least 1.
    pub pace: i64,
}

/// Where thieves sit unless a setting says otherwise.
fn singapore() -> Place {
    Place::new("203.0.113.77", 64_511, ("SG", "Singapore", 1.29, 103.85), FIREFOX)
}

/// A story's world. The story has been played up to the clock's time; the
/// attacker and the bystander can go on calling while the agent acts.
#[derive(Debug)]
pub struct World {
    /// The clock.
    pub clock: SimClock,
    /// The clouds.
    pub cloud: SimCloud,
    /// Names and ids.
    pub company: Company,
    /// What really happened.
    pub truth: Truth,
    pub(crate) zero: Timestamp,
    pub(crate) assertion_ids: AssertionIds,
    /// Where a thief sits.
    pub(crate) elsewhere: Place,
    pace: i64,
    /// Further inventory: path and content.
    pub(crate) exports: Vec<(String, Value)>,
    pub(crate) thief: Option<Thief>,
    pub(crate) bystander: Option<AtWork>,
    ids: Mutex<Rng>,
    reads: AtomicUsize,
}

impl World {
    /// A founded company at ten hours before the story's time zero.
    pub(crate) fn begin(seed: u64, assertion_ids: AssertionIds) -> Self {
        let zero = Timestamp::from_second(1_779_124_500).unwrap_or(Timestamp::UNIX_EPOCH);
        Self::begin_in(Setting { seed, assertion_ids, zero, company: None, elsewhere: singapore(), pace: 1 })
    }

    /// The same in a setting: another time, or a company that is there already.
    pub fn begin_in(setting: Setting) -> Self {
        let Setting { seed, assertion_ids, zero, company, elsewhere, pace } = setting;
        let clock = SimClock::new(plus(zero, SignedDuration::from_hours(-40)));
        let cloud = SimCloud::new(seed, clock.clone());
        let company = match company {
            Some(company) => {
                company.settle(&cloud);
                company
            }
            None => Company::found(&cloud),
        };
        let ids = Mutex::new(cloud.rng("assertions"));
        Self {
            clock,
            cloud,
            company,
            truth: Truth::default(),
            zero,
            assertion_ids,
            elsewhere,
            pace: pace.max(1),
            exports: Vec::new(),
            thief: None,
            bystander: None,
            ids,
            reads: AtomicUsize::new(0),
        }
    }

    /// Moves the story on to `minutes` and `seconds` after its time zero, in the
    /// story's own pace.
    pub(crate) fn at(&self, minutes: i64, seconds: i64) {
        let minutes = if minutes > 0 { minutes * self.pace } else { minutes };
        self.clock.advance_to(plus(self.zero, SignedDuration::from_secs(minutes * 60 + seconds)));
    }

    /// The estate as its owner's tools export it: path within a folder, content.
    pub fn estate(&self) -> Vec<(String, Value)> {
        let mut out = Vec::new();
        for account in [&self.company.account, &self.company.backup_account, &self.company.management_account] {
            let details = self.cloud.account_authorization_details(account);
            let providers = self.cloud.list_saml_providers(account);
            out.extend(details.map(|value| (format!("aws/{account}/account-authorization-details.json"), value)));
            out.extend(providers.map(|value| (format!("aws/{account}/list-saml-providers.json"), value)));
        }
        out.extend(self.cloud.users_export(&self.company.tenant).map(|value| ("entra/users.json".into(), value)));
        out.extend(self.company.applications());
        out.extend(self.exports.iter().cloned());
        out
    }

    /// The records of the story so far that were not taken from the cloud, in
    /// the order in which they happened.
    pub fn logs(&self) -> Vec<LogRecord> {
        self.cloud.logs()
    }

    /// A sign-in with a second factor, at the portal.
    pub(crate) fn morning(&self, human: &Human, place: &Place) -> SignIn {
        self.cloud
            .sign_in(&self.company.tenant, &human.id, &App::azure_portal(), place)
            .expect("the story's people are enabled")
    }

    /// A token for Azure out of a running session.
    pub(crate) fn portal(&self, session: &EntraSession, place: &Place) -> SignIn {
        self.cloud.refresh(session, &App::azure_portal(), place).expect("the story's sessions are live")
    }

    /// An edit of the company's Logic App.
    pub(crate) fn edit_logic_app(&self, sign_in: &SignIn, place: &Place) {
        let target = (self.company.subscription.as_str(), self.company.logic_app.as_str());
        self.cloud
            .arm_as_user(sign_in, place, target, "Microsoft.Logic/workflows/write")
            .expect("the story's people may edit Logic Apps");
    }

    /// What the thief does in `act` becomes part of the truth: the ids of the
    /// records that it leaves, by cloud.
    pub(crate) fn theft<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.cloud.logs().len();
        let out = act(self);
        for record in self.cloud.logs().into_iter().skip(before) {
            let ids = if record.source.is_aws() { &mut self.truth.aws_records } else { &mut self.truth.azure_records };
            if !ids.contains(&record.id) {
                ids.push(record.id);
            }
        }
        out
    }

    /// Somebody holds this session and crossed by this human's identity.
    pub(crate) fn is_theft_of(&mut self, human: &Human, who: &AtWork) {
        self.truth.human.clone_from(&human.id);
        self.truth.upn.clone_from(&human.upn);
        self.crossed_as(who);
    }

    /// The AWS session of the theft.
    pub(crate) fn crossed_as(&mut self, who: &AtWork) {
        self.truth.user_id = who.session.user_id();
        self.truth.role_arn.clone_from(&who.session.role_arn);
        self.truth.access_key.clone_from(&who.session.access_key);
    }

    /// Time passes.
    pub(crate) fn wait(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// A sign-in to the AWS application out of a running session, and two seconds
    /// later the role session that the assertion opens.
    pub(crate) fn to_aws(&self, session: &EntraSession, place: &Place) -> (SignIn, AtWork) {
        let sign_in = self.cloud.refresh(session, &self.company.app, place).expect("the story's sessions are live");
        self.clock.advance(SignedDuration::from_secs(2));
        let session = self.assume(&sign_in, place, true).expect("the story's role trusts the tenant");
        (sign_in, AtWork::new(session, place))
    }

    pub(crate) fn assertion_id(&self, sign_in: &SignIn) -> String {
        let random = self.ids.lock().unwrap_or_else(PoisonError::into_inner).guid();
        match self.assertion_ids {
            AssertionIds::Random => format!("_{random}"),
            AssertionIds::SignInId => format!("_{}", sign_in.id),
        }
    }

    fn assume(&self, sign_in: &SignIn, place: &Place, internal_address: bool) -> Result<AwsSession, CallError> {
        let assertion = Assertion {
            provider_arn: &self.company.provider_arn,
            role_name: &self.company.role_name,
            assertion_id: &self.assertion_id(sign_in),
            source_identity: None,
            internal_address,
        };
        self.cloud.assume_role_with_saml(&self.company.account, sign_in, &assertion, place)
    }

    /// The first calls of somebody who looks around.
    pub(crate) fn look_around(&self, who: &AtWork) {
        let bucket = self.company.bucket.clone();
        for call in [
            AwsCall::GetCallerIdentity,
            AwsCall::ListBuckets,
            AwsCall::GetBucketLocation { bucket: bucket.clone() },
            AwsCall::ListObjects { bucket },
        ] {
            self.clock.advance(SignedDuration::from_secs(20));
            self.cloud.call(&who.session, &who.place, &call).expect("the story's role may look around");
        }
    }

    /// `count` reads of small objects, 15 seconds apart.
    pub(crate) fn work(&self, who: &AtWork, count: usize) {
        for n in 0..count {
            self.clock.advance(SignedDuration::from_secs(15));
            self.read(who, &small_key(n)).expect("the story's role may read");
        }
    }

    pub(crate) fn read(&self, who: &AtWork, key: &str) -> Result<Reply, CallError> {
        self.cloud.call(&who.session, &who.place, &AwsCall::get_object(&self.company.bucket, key))
    }

    /// Ids of the records that `act` leaves.
    pub(crate) fn records_of<T>(&self, act: impl FnOnce() -> T) -> (T, Vec<String>) {
        let before = self.cloud.logs().len();
        let out = act();
        let mut ids: Vec<String> = self.cloud.logs().into_iter().skip(before).map(|record| record.id).collect();
        ids.dedup();
        (out, ids)
    }

    /// The attacker's next read of a large object. `None` if the story has no
    /// attacker.
    pub fn attacker_call(&self) -> Option<Result<Reply, CallError>> {
        let thief = self.thief.as_ref()?;
        let n = self.reads.fetch_add(1, Ordering::Relaxed);
        Some(self.read(&thief.aws, &large_key(36 + n)))
    }

    /// The attacker tries to open another AWS session with what was stolen.
    /// `None` if the story has no attacker.
    pub fn attacker_tries_again(&self) -> Option<Result<AwsSession, SignInError>> {
        let thief = self.thief.as_ref()?;
        let place = &thief.aws.place;
        Some(
            self.cloud
                .refresh(&thief.stolen, &self.company.app, place)
                .map(|sign_in| self.assume(&sign_in, place, true).expect("the role trusts the tenant")),
        )
    }

    /// The bystander's next read. `None` if the story has no bystander.
    pub fn bystander_call(&self) -> Option<Result<Reply, CallError>> {
        let who = self.bystander.as_ref()?;
        let n = self.reads.fetch_add(1, Ordering::Relaxed);
        Some(self.read(who, &small_key(n)))
    }

    /// The human whose session was stolen signs in afresh at the own desk and
    /// opens a new session of the role.
    ///
    /// # Errors
    /// If Entra does not let the human in.
    pub fn human_comes_back(&self) -> Result<AwsSession, SignInError> {
        let alice = &self.company.alice;
        let fresh = self.cloud.sign_in(&self.company.tenant, &alice.id, &App::azure_portal(), &alice.desk)?;
        let sign_in = self.cloud.refresh(&fresh.session, &self.company.app, &alice.desk)?;
        Ok(self.assume(&sign_in, &alice.desk, true).expect("the role trusts the tenant"))
    }

    /// A read of a small object with any session of the role, from the human's
    /// own desk.
    ///
    /// # Errors
    /// As [`SimCloud::call`].
    pub fn human_reads(&self, session: &AwsSession) -> Result<Reply, CallError> {
        let who = AtWork::new(session.clone(), &self.company.alice.desk);
        self.read(&who, &small_key(0))
    }

    /// The attacker's AWS session, if the story has one.
    pub fn attacker_session(&self) -> Option<&AwsSession> {
        self.thief.as_ref().map(|thief| &thief.aws.session)
    }

    /// The bystander's AWS session, if the story has one.
    pub fn bystander_session(&self) -> Option<&AwsSession> {
        self.bystander.as_ref().map(|who| &who.session)
    }

    /// A change made by an administrator, for tests that need one.
    pub fn administrator_changes(&self, mutation: &Mutation) {
        self.cloud.change_as("administrator", mutation);
    }
}
