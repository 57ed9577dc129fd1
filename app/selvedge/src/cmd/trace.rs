//! `selvedge trace`: who is behind a session, by which hops, and what was done.

mod beside;

use super::{StateArgs, output};
use crate::config::Config;
use crate::error::Error;
use crate::folder;
use selvedge_agent::state::State;
use selvedge_graph::Resolver;
use selvedge_graph::identity::Holder;
use selvedge_graph::trace::{AtMicrosoft, Did, Hop, LongLived, Session, Trace, Who, trace};
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_model::{Fact, Timestamp};
use selvedge_respond::findings::bytes_in_words;
use selvedge_respond::hot;
use selvedge_respond::report::wrap;
use selvedge_respond::story::percent;
use std::collections::BTreeMap;

/// Entries of a list that a line of text shows: the most frequent.
const SHOWN: usize = 6;
/// Sessions that are shown as text: the latest. JSON has all.
const SESSIONS: usize = 20;

pub(super) fn run(what: &str, args: &StateArgs, config: &Config) -> Result<u8, Error> {
    let journal = folder::open(config, args.state.as_deref())?;
    let state = State::load(&journal)?;
    let found = hot::around(&state.set, &state.estate, what);
    if found.unread > 0 {
        anstream::eprintln!("warning: {} more records go by that name than are read at once", found.unread);
    }
    let resolver = Resolver::calibrated(&found.set, &state.estate, found.scope.calibration);
    let facts: Vec<&Fact> = found.set.facts().collect();
    let trace = trace(what, &resolver, &facts);
    if trace.is_empty() {
        return Err(Error::new(
            "E0143",
            format!("no record tells of {}", q(what)),
            "access keys, principal ids, session names, UPNs and object ids are known; import its logs with `selvedge replay` first",
        ));
    }
    let links = resolver.links();
    let parts = (&found.set, &resolver, &links);
    let usual = beside::usual(&trace, &state, parts, config)?;
    let reach = beside::got_at(&trace, &state, parts);
    if args.json {
        let mut value = serde_json::to_value(&trace).unwrap_or_default();
        value["behaviour"] = serde_json::to_value(&usual).unwrap_or_default();
        value["reach"] = serde_json::to_value(&reach).unwrap_or_default();
        output::line(&value)?;
    } else {
        out!("{}{}", text(&trace), beside::text(&usual, &reach));
    }
    Ok(0)
}

fn text(trace: &Trace) -> String {
    let mut out = String::new();
    trace.entra.iter().for_each(|one| at_microsoft(&mut out, one));
    let left_out = trace.sessions.len().saturating_sub(SESSIONS);
    if left_out > 0 {
        wrap(
            &mut out,
            "",
            0,
            &format!("{} AWS sessions; the latest {SESSIONS} are shown, --json has all", trace.sessions.len()),
        );
        out.push('\n');
    }
    trace.sessions.iter().skip(left_out).for_each(|one| session(&mut out, one));
    trace.keys.iter().for_each(|one| long_lived(&mut out, one));
    out
}

fn session(out: &mut String, session: &Session) {
    wrap(out, "", 2, &format!("AWS session {}", q(&session.key.principal_id)));
    wrap(out, "  opened    ", 12, &minute(session.key.created));
    wrap(out, "  role      ", 12, if session.role_arn.is_empty() { "no record says which" } else { &session.role_arn });
    if !session.access_keys.is_empty() {
        let keys: Vec<String> = session.access_keys.iter().map(|key| q(key)).collect();
        wrap(out, "  keys      ", 12, &keys.join(", "));
    }
    match (&session.who, &session.unresolved) {
        (Some(who), _) => behind(out, who),
        (None, Some(why)) => wrap(out, "  behind it ", 12, &format!("not known: {why}")),
        (None, None) => {}
    }
    session.hops.iter().zip(1..).for_each(|(hop, number)| self::hop(out, hop, number));
    did(out, &session.did);
    for (role, children) in &session.opened {
        let names: Vec<String> = children.iter().take(SHOWN).map(|key| q(&key.principal_id)).collect();
        let more = children.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        wrap(out, "  opened    ", 12, &format!("{} of role {}{more}", names.join(", "), q(role)));
    }
    out.push('\n');
}

fn behind(out: &mut String, who: &Who) {
    let kind = match who.holder {
        Holder::Human => "user",
        Holder::Workload => "workload",
    };
    let line = format!(
        "{} ({kind} {} of tenant {}), {} sure, path {}",
        q(&who.name),
        q(&who.object_id),
        q(&who.tenant),
        percent(who.confidence.get()),
        who.path
    );
    wrap(out, "  behind it ", 12, &line);
    for ground in &who.grounds {
        wrap(
            out,
            "            ",
            14,
            &format!("{} ({}): {}", ground.rule, percent(ground.confidence.get()), ground.why),
        );
    }
    match who.alternatives.len() {
        0 => {}
        n => wrap(out, "            ", 14, &format!("{n} other sign-ins fit as well: which it was is not certain")),
    }
}

fn hop(out: &mut String, hop: &Hop, number: usize) {
    let from = if hop.ip.is_empty() { String::new() } else { format!(", from {}", q(&hop.ip)) };
    let line = format!("{} {}: {} -> {}{from}", minute(hop.at), hop.kind, q(&hop.from), q(&hop.to));
    wrap(out, &format!("  hop {number:<6}"), 12, &line);
    let records: Vec<String> = hop.evidence.iter().map(|record| q(record.as_str())).collect();
    if !records.is_empty() {
        wrap(out, "            ", 12, &format!("record {}", records.join(", ")));
    }
}

fn did(out: &mut String, did: &Did) {
    if did.calls == 0 {
        return wrap(out, "  did       ", 12, "nothing that is kept");
    }
    let when = match (did.first, did.last) {
        (Some(first), Some(last)) if minute(first) != minute(last) => {
            format!(", {} to {}", minute(first), minute(last))
        }
        (Some(first), _) => format!(", {}", minute(first)),
        _ => String::new(),
    };
    let failed = if did.failed > 0 { format!(", {} of them refused or failed", did.failed) } else { String::new() };
    let bytes = if did.bytes_out > 0 { format!(", {} leave", bytes_in_words(did.bytes_out)) } else { String::new() };
    wrap(out, "  did       ", 12, &format!("{} calls{failed}{bytes}{when}", did.calls));
    for (what, of) in [("calls", &did.operations), ("on", &did.targets), ("from", &did.addresses)] {
        if !of.is_empty() {
            wrap(out, "            ", 14, &format!("{what} {}", most(of)));
        }
    }
}

fn at_microsoft(out: &mut String, one: &AtMicrosoft) {
    let name = if one.name.is_empty() { &one.object_id } else { &one.name };
    wrap(out, "", 2, &format!("{} at Microsoft", q(name)));
    wrap(out, "  object    ", 12, &format!("{} of tenant {}", q(&one.object_id), q(&one.tenant)));
    for (sid, of) in &one.sessions {
        let session =
            if sid.is_empty() { "sign-ins that name no session".into() } else { format!("session {}", q(sid)) };
        let span = of
            .first
            .zip(of.last)
            .map_or_else(String::new, |(first, last)| format!(", {} to {}", minute(first), minute(last)));
        wrap(out, "  signed in ", 12, &format!("{} times, {session}{span}", of.count));
        let unknown = of.devices.get("").copied().unwrap_or_default();
        wrap(out, "            ", 14, &format!("to {}; from {}", most(&of.applications), most(&of.places)));
        if unknown > 0 {
            wrap(out, "            ", 14, &format!("{unknown} times from a device that Entra does not know"));
        }
    }
    if one.refused > 0 {
        wrap(out, "  refused   ", 12, &format!("{} sign-ins", one.refused));
    }
    if one.azure.calls > 0 {
        did(out, &one.azure);
    }
    if !one.changes.is_empty() {
        wrap(out, "  changed   ", 12, &most(&one.changes));
    }
    out.push('\n');
}

fn long_lived(out: &mut String, one: &LongLived) {
    wrap(out, "", 2, &format!("Long-lived access key {} of {}", q(&one.access_key_id), q(&one.principal)));
    did(out, &one.did);
    wrap(out, "            ", 12, "only calls that a rule matched are kept of such keys");
    out.push('\n');
}

/// The most frequent, with their numbers.
fn most(of: &BTreeMap<String, u64>) -> String {
    let mut all: Vec<(&String, u64)> = of.iter().map(|(what, count)| (what, *count)).collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let shown = all.iter().take(SHOWN);
    let mut parts: Vec<String> =
        shown.map(|(what, count)| if *count == 1 { q(what) } else { format!("{} x{count}", q(what)) }).collect();
    let more = all.len().saturating_sub(SHOWN);
    if more > 0 {
        parts.push(format!("{more} more"));
    }
    parts.join(", ")
}

fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}
