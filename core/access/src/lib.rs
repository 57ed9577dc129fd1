//! Can principal P do action A on resource R, and why.
//!
//! The answer is [`Decision::Allow`], [`Decision::Deny`] or
//! [`Decision::Unknown`] with what is missing, and names the statements that
//! decided. Unknown is never rounded to a verdict: a construct that is not
//! understood, or a context key that was not collected, makes the statement's
//! applicability unknown, and the answer follows by three-valued logic.
//!
//! Known so far: the policies of AWS, of every kind that bears on a request.
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

pub mod acl;
pub mod answer;
pub mod azure;
pub mod check;
pub mod compare;
pub mod condition;
pub mod evaluate;
mod gates;
pub mod glob;
pub mod json;
mod layer;
pub mod network;
mod operator;
pub mod policy;
pub mod principal;
pub mod request;
pub mod resource;
pub mod table;
pub mod truth;
pub mod variable;

pub use answer::{Answer, Decision, Reason, StatementRef};
pub use condition::Context;
pub use evaluate::{PolicySet, Request, evaluate};
pub use policy::{Effect, Kind, Policy, PolicyProblem, Statement};
pub use truth::{Missing, Truth};
