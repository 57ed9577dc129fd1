//! Can principal P do action A on resource R, and why.
//!
//! The answer is [`Decision::Allow`], [`Decision::Deny`] or
//! [`Decision::Unknown`] with what is missing, and names the statements that
//! decided. Unknown is never rounded to a verdict: a construct that is not
//! understood, or a context key that was not collected, makes the statement's
//! applicability unknown, and the answer follows by three-valued logic.
//!
//! Known so far: identity policies of AWS IAM. The pipeline (boundaries,
//! service control and resource policies, sessions, trust) grows in
//! [`mod@evaluate`]; parsing, matching and conditions stay as they are.
//!
//! ```
//! use selvedge_access::{Context, Decision, Policy, PolicySet, Request, evaluate};
//!
//! let (policy, problems) = Policy::parse(
//!     r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"arn:aws:s3:::b/*"}}"#,
//! );
//! assert!(problems.is_empty());
//! let policies = PolicySet::of_identity([("reader", policy)]);
//! let request = Request::new("s3:GetObject", "arn:aws:s3:::b/k", Context::complete());
//! assert_eq!(evaluate(&policies, &request).decision, Decision::Allow);
//! ```
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects,
        clippy::panic
    )
)]

pub mod answer;
pub mod condition;
pub mod evaluate;
pub mod glob;
pub mod policy;
pub mod resource;
pub mod truth;

pub use answer::{Answer, Decision, Reason, StatementRef};
pub use condition::Context;
pub use evaluate::{PolicySet, Request, evaluate};
pub use policy::{Effect, Policy, PolicyProblem, Statement};
pub use truth::{Missing, Truth};
