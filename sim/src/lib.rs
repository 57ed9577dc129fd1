//! AWS and Entra in memory: on a virtual clock, seeded, with propagation delays
//! and faults.
//!
//! [`SimCloud`] stands behind the same ports as the real clouds. Whether a call
//! of a session is served is decided by `selvedge-access` over the policies that
//! have *spread*: a change is stored at once, so that a read-back sees it, and
//! takes effect after a delay. What the evaluator cannot decide is an error,
//! never an allow. Every call leaves a log record in the provider's shape, which
//! arrives later.
//!
//! [`benign`] is the other side: a month of ordinary work, against which rules are
//! measured. [`scenario_a`], [`chains`], [`look_alikes`] and [`twins`] play stories in such a world; [`http`]
//! shows the Entra side as Microsoft Graph on a loopback address.

pub mod benign;
pub mod chains;
pub mod clock;
mod cloud;
mod company;
mod delayed;
mod entra;
mod files;
pub mod http;
pub mod look_alikes;
pub mod place;
pub mod records;
mod rng;
pub mod scenario_a;
mod session;
mod story;
pub mod town;
pub mod twins;
mod world;

pub use clock::{SimClock, run};
pub use cloud::faults::{Fault, FaultRule, Faults};
pub use cloud::{Actor, Delays, MutationCount, Range, RoleSpec, SimCloud};
pub use company::{Company, Human};
pub use entra::{App, ArmError, EntraSession, ServicePrincipal, SignIn, SignInError, UserSpec};
pub use files::{Envelope, write_estate, write_logs};
pub use place::Place;
pub use records::{LogRecord, LogSource};
pub use rng::Rng;
pub use session::{AwsCall, AwsSession, CallError, Reply};
pub use world::{AssertionIds, Setting, Truth, World};
