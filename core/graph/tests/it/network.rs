//! Who reaches what over the network: small estates of both clouds, as their exports show them.

mod aws;
mod azure;

use selvedge_graph::Estate;
use selvedge_graph::network::{Exposed, Network, Source};
use selvedge_model::EntityId;
use serde_json::Value;

const TCP: u8 = 6;

type Documents = Vec<(String, Value)>;

fn with<T>(documents: &Documents, ask: impl FnOnce(&Network<'_>, &selvedge_graph::estate::View) -> T) -> T {
    let mut estate = Estate::default();
    let mut problems = Vec::new();
    for (name, document) in documents {
        estate.add(name, document.to_string().as_bytes(), &mut problems);
    }
    problems.extend(estate.finish());
    assert!(problems.is_empty(), "{problems:?}");
    let view = estate.view();
    let network = Network::of(&view);
    ask(&network, &view)
}

fn reach(documents: &Documents, from: &Source, to: &EntityId, port: u16) -> (&'static str, Vec<String>) {
    with(documents, |network, view| {
        let (to, _) = view.items.get_key_value(to).expect("the target is there");
        // The picture lives as long as the question.
        let network: &Network<'_> = network;
        let found = network.reach(from, to, port, TCP).expect("the network knows it");
        let mut said = found.by;
        said.extend(found.stopped);
        said.extend(found.missing);
        (found.verdict, said)
    })
}

fn exposed(documents: &Documents) -> Vec<Exposed> {
    with(documents, |network, _| network.exposed())
}

/// Row 29 of the facts on Azure, and the same of AWS: whether a connection from before goes on where
/// no rule lets a new one in.
fn goes_on(documents: &Documents, to: &EntityId, port: u16) -> bool {
    with(documents, |network, view| {
        let (to, _) = view.items.get_key_value(to).expect("the target is there");
        let network: &Network<'_> = network;
        network.reach(&Source::Internet, to, port, TCP).expect("the network knows it").spares_open_ones
    })
}
