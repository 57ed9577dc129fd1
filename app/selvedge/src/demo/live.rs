//! The attacker and a colleague on the same role go on working while Selvedge
//! acts.

use futures::future::{Either, select};
use selvedge_model::{SignedDuration, Timestamp};
use selvedge_ports::Clock;
use selvedge_sim::{CallError, World};
use std::future::Future;
use std::pin::pin;

/// The attacker reads an object this often.
const PACE: SignedDuration = SignedDuration::from_millis(500);
/// After this long without a served call they slow down.
const SLOW_PACE: SignedDuration = SignedDuration::from_secs(30);

/// What was seen of both meanwhile.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// When the acting began.
    pub(super) began: Option<Timestamp>,
    /// Attacker's calls that were still served.
    pub(super) attacker_served: u32,
    /// When the last of them was.
    pub(super) attacker_served_last: Option<Timestamp>,
    /// When the attacker was first refused.
    pub(super) attacker_refused_at: Option<Timestamp>,
    /// Colleague's calls.
    pub(super) bystander_served: u32,
    /// Colleague's calls that were refused.
    pub(super) bystander_refused: u32,
}

/// Runs `acting` to its end; both call on meanwhile.
pub(super) async fn while_they_go_on<T>(world: &World, acting: impl Future<Output = T>) -> (T, Seen) {
    let mut seen = Seen { began: Some(world.clock.now()), ..Seen::default() };
    let mut acting = pin!(acting);
    loop {
        let pace = if seen.attacker_refused_at.is_some() { SLOW_PACE } else { PACE };
        let pause = world.clock.sleep(pace);
        match select(acting.as_mut(), pause).await {
            Either::Left((done, _)) => return (done, seen),
            Either::Right(((), _)) => look(world, &mut seen),
        }
    }
}

fn look(world: &World, seen: &mut Seen) {
    let now = world.clock.now();
    match world.attacker_call() {
        Some(Ok(_)) => {
            seen.attacker_served += 1;
            seen.attacker_served_last = Some(now);
        }
        Some(Err(CallError::AccessDenied { .. })) => {
            seen.attacker_refused_at.get_or_insert(now);
        }
        Some(Err(_)) | None => {}
    }
    match world.bystander_call() {
        Some(Ok(_)) => seen.bystander_served += 1,
        Some(Err(_)) => seen.bystander_refused += 1,
        None => {}
    }
}
