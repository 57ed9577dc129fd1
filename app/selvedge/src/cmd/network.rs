//! `selvedge network`: what reaches what, and by which rules.

use super::{NetworkCommand, Transport, output, paths};
use crate::config::Config;
use crate::error::Error;
use selvedge_graph::estate::View;
use selvedge_graph::find::kind_word;
use selvedge_graph::network::{Exposed, Network, Reach, Source};
use selvedge_graph::paths::name_of;
use selvedge_model::EntityId;
use selvedge_model::untrusted::quote_for_log as q;
use selvedge_respond::report::wrap;

pub(super) fn run(command: &NetworkCommand, config: &Config) -> Result<u8, Error> {
    match command {
        NetworkCommand::Reach { from, to, port, protocol, of } => {
            let loaded = paths::load(of.estate.as_deref(), of.state.state.as_deref(), config)?;
            let source = source(&loaded.view, from)?;
            let target = thing(&loaded.view, to)?;
            let number = match protocol {
                Transport::Tcp => 6,
                Transport::Udp => 17,
            };
            let network = Network::of(&loaded.view);
            let found = network
                .reach(&source, target, *port, number)
                .ok_or_else(|| unknown_to_networks(&name_of(&loaded.view, target)))?;
            if of.state.json {
                output::line(&serde_json::to_value(&found).unwrap_or_default())?;
            } else {
                out!("{}", text(&loaded.view, from, target, *port, &found));
            }
        }
        NetworkCommand::Exposed { of } => {
            let loaded = paths::load(of.estate.as_deref(), of.state.state.as_deref(), config)?;
            let all = Network::of(&loaded.view).exposed();
            if of.state.json {
                let mut lines = output::Lines::stdout();
                for one in &all {
                    lines.write(&serde_json::to_value(one).unwrap_or_default())?;
                }
                lines.flush()?;
            } else {
                out!("{}", listed(&loaded.view, &all));
            }
        }
    }
    Ok(0)
}

fn unknown_to_networks(name: &str) -> Error {
    Error::new(
        "E0157",
        format!("no network knows {}", q(name)),
        "instances, databases, load balancers and functions of AWS; machines, storage accounts, SQL servers and vaults of Azure are known",
    )
}

fn source(view: &View, from: &str) -> Result<Source, Error> {
    if from.eq_ignore_ascii_case("internet") {
        return Ok(Source::Internet);
    }
    if let Ok(address) = from.parse() {
        return Ok(Source::Address(address));
    }
    thing(view, from).map(|id| Source::Thing(id.clone()))
}

/// The thing that a name means, things of a network before others.
fn thing<'a>(view: &'a View, what: &str) -> Result<&'a EntityId, Error> {
    let exact = [EntityId::aws(what), EntityId::arm(what)];
    if let Some((id, _)) = exact.iter().find_map(|id| view.items.get_key_value(id)) {
        return Ok(id);
    }
    let named: Vec<&EntityId> = view
        .items
        .iter()
        .filter(|(id, item)| {
            item.name.eq_ignore_ascii_case(what)
                || id.key.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case(what))
        })
        .map(|(id, _)| id)
        .collect();
    match named.as_slice() {
        [one] => Ok(one),
        [] => Err(Error::new(
            "E0151",
            format!("nothing in the estate goes by {}", q(what)),
            "name it by its id, ARN or ARM id; `selvedge estate show` lists them",
        )),
        several => {
            let shown: Vec<String> =
                several.iter().take(5).map(|id| format!("{} {}", kind_word(id.kind), q(&id.key))).collect();
            Err(Error::new(
                "E0151",
                format!("several go by {}: {}", q(what), shown.join(", ")),
                "name one of them by its id",
            ))
        }
    }
}

fn text(view: &View, from: &str, to: &EntityId, port: u16, found: &Reach) -> String {
    let mut out = String::new();
    let head = match found.verdict {
        "yes" => format!("yes: {from} reaches port {port} of {}", name_of(view, to)),
        "no" => format!("no: {from} does not reach port {port} of {}", name_of(view, to)),
        _ => format!("unknown: whether {from} reaches port {port} of {}", name_of(view, to)),
    };
    wrap(&mut out, "", 2, &q(&head));
    for (label, all) in [("let through by ", &found.by), ("stopped by ", &found.stopped), ("hangs on ", &found.missing)]
    {
        for one in all {
            wrap(&mut out, &format!("  {label}"), 6, &q(one));
        }
    }
    if found.spares_open_ones {
        let note = "what stops it asks its rules of new connections alone: one that was open before may go on";
        wrap(&mut out, "  note: ", 8, note);
    }
    if found.verdict != "no" && from.eq_ignore_ascii_case("internet") {
        wrap(&mut out, "  from ", 6, &q(&found.from.join(", ")));
    }
    out
}

fn listed(view: &View, all: &[Exposed]) -> String {
    let mut out = match all.len() {
        0 => "The internet reaches nothing that is known.\n".to_owned(),
        1 => "The internet reaches one thing:\n".to_owned(),
        n => format!("The internet reaches {n} things:\n"),
    };
    for one in all {
        let certain = if one.certain { "" } else { " (not certain)" };
        let ports = one.ports.iter().cloned().collect::<Vec<_>>().join(", ");
        wrap(&mut out, "  ", 4, &q(&format!("{}: {ports}{certain}", name_of(view, &one.resource))));
        wrap(&mut out, "    from ", 8, &q(&one.from.join(", ")));
        one.by.iter().for_each(|by| wrap(&mut out, "    by ", 8, &q(by)));
        one.missing.iter().for_each(|missing| wrap(&mut out, "    if ", 8, &q(missing)));
    }
    out
}
