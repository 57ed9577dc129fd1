//! Operations of the catalogue, served: one file for each interface. Each knows
//! its own operations and leaves the others to the next.

mod arm;
mod aws;
mod graph;
mod iam;

use super::iam::Refused;
use super::state::State;
use jiff::Timestamp;
use selvedge_actions::{Call, Doc};
use selvedge_ports::{CloudError, CloudErrorKind};

/// `None`: not an operation of that file. `Ok(None)`: there is no such object,
/// or nothing to say of it.
pub(super) type Served = Option<Result<Option<Doc>, Refused>>;

/// The provider's answer to an operation.
pub(super) fn serve(state: &mut State, call: &Call, now: Timestamp) -> Result<Option<Doc>, Refused> {
    let files: &[fn(&mut State, &Call, Timestamp) -> Served] = &[iam::serve, aws::serve, graph::serve, arm::serve];
    let mut answers = files.iter().map(|file| file(state, call, now));
    answers.find_map(|answer| answer).unwrap_or_else(|| {
        let message = format!("the simulated clouds do not know {}", call.operation.row().name);
        Err(("InvalidAction", CloudError::new(CloudErrorKind::Bug, message)))
    })
}

fn refused(code: &'static str, kind: CloudErrorKind, message: &str) -> Refused {
    (code, CloudError::new(kind, message))
}

/// The refusal for an object that does not exist.
fn no_such(code: &'static str, what: &str) -> Refused {
    refused(code, CloudErrorKind::NotFound, &format!("{what} does not exist"))
}
