//! Traffic through a NAT gateway: what was seen before it and what was seen behind it
//! are halves of one flow.
//!
//! Before the gateway a flow log has the machine's private address and the public one
//! that it calls; behind it the other side's log has the gateway's public address.
//! They are joined if the machine's subnet routes to that gateway, the other side is
//! reached under the address that was called, the ports agree, and both were seen in
//! one hour. The other side may be in the other cloud.

use super::book::{Book, is_nat};
use super::edges::Half;
use selvedge_model::EntityId;
use selvedge_model::event::RecordKind;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Both halves of a flow.
pub(super) struct Joined<'a> {
    /// Who called.
    pub(super) from: EntityId,
    /// Who was called.
    pub(super) to: EntityId,
    /// What was seen before the gateway.
    pub(super) before: &'a Half<'a>,
    /// What was seen behind it.
    pub(super) behind: &'a Half<'a>,
}

/// A half behind a gateway of which several may be the caller.
pub(super) struct Ambiguous {
    /// The gateway.
    pub(super) gateway: EntityId,
    /// Who was called.
    pub(super) to: EntityId,
    /// Who may have called.
    pub(super) callers: BTreeSet<EntityId>,
}

/// Joins halves.
pub(super) fn join<'a>(book: &Book, halves: &'a [Half<'a>]) -> (Vec<Joined<'a>>, Vec<Ambiguous>) {
    // What was seen before a gateway, by the gateway and the address that was called.
    let mut before: BTreeMap<(&EntityId, IpAddr), Vec<(&EntityId, &Half<'_>)>> = BTreeMap::new();
    for half in halves {
        let (Some(from), Some(called)) = (half.from.as_ref(), half.between.to.ip) else { continue };
        for gateway in book.gateways(from).into_iter().flatten() {
            before.entry((gateway, called)).or_default().push((from, half));
        }
    }
    let (mut joined, mut ambiguous) = (Vec::new(), Vec::new());
    for behind in halves {
        let (Some(gateway), Some(to)) = (behind.from.as_ref().filter(|id| is_nat(id)), behind.to.as_ref()) else {
            continue;
        };
        // The gateway's own interface sees the calls that leave it: no other side's log.
        let other_side = behind.between.from.ip.is_some_and(|ip| book.fronts(gateway).any(|own| own == ip));
        let called = book.fronts(to).filter(|_| other_side);
        let fits = called.filter_map(|ip| before.get(&(gateway, ip))).flatten();
        let mut by_caller: BTreeMap<&EntityId, &Half<'_>> = BTreeMap::new();
        for (from, half) in fits.filter(|(_, half)| agree(half, behind)) {
            by_caller.entry(from).or_insert(half);
        }
        match by_caller.len() {
            0 => {}
            1 => joined.extend(by_caller.into_iter().map(|(from, before)| Joined {
                from: from.clone(),
                to: to.clone(),
                before,
                behind,
            })),
            _ => ambiguous.push(Ambiguous {
                gateway: gateway.clone(),
                to: to.clone(),
                callers: by_caller.into_keys().cloned().collect(),
            }),
        }
    }
    (joined, ambiguous)
}

/// Whether two halves may be of one flow: same port, same protocol where both say it,
/// an hour in which both were seen.
fn agree(before: &Half<'_>, behind: &Half<'_>) -> bool {
    let (a, b) = (before.between, behind.between);
    // An app's own log may have no port: it is reached by the web's two.
    let port = a.port == b.port || b.port == 0 && b.log == RecordKind::AppService && matches!(a.port, 80 | 443);
    let protocol = a.protocol == b.protocol || a.protocol == 0 || b.protocol == 0;
    let hour = before.sight.hours.iter().any(|hour| behind.sight.hours.binary_search(hour).is_ok());
    port && protocol && hour
}
