//! Attack paths: who could become whom, and reach what, by which steps.
//!
//! The ways are data ([`rule`]); whether one is open is asked of the evaluators of
//! `selvedge_access`, with every policy that bears on it, so that a condition, a boundary or an
//! organization's policy that blocks a step takes the path away. Where an answer hangs on what
//! was not collected the step is there, but not for certain, and says what would settle it.

pub mod ask;
mod aws;
mod azure;
mod cross;
mod exposure;
mod findings;
pub mod net;
pub mod rule;
pub mod standing;
mod survey;
pub mod twin;

pub use ask::{Answered, Asking};
pub use exposure::{Exposure, anybody};
pub use findings::{name_of, sentences};
pub use net::{Edge, Net, Path, Towards};
pub use rule::{Way, Ways};
pub use survey::{Goals, Survey};
