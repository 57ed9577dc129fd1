//! Builds the graph from inventory, facts and resolved identities.

mod changes;
mod inventory;

use crate::estate::{Estate, View};
use crate::factset::FactSet;
use crate::identity::{CrossCloudLink, Resolver};
use crate::store::{Edge, EdgeKind, Graph};
use selvedge_model::fact::{AwsSessionKey, AwsUse, SignIn};
use selvedge_model::{EntityId, EntityKind, Fact, arn};
use std::collections::BTreeMap;

/// The canonical id of an AWS session.
pub fn session_id(key: &AwsSessionKey) -> EntityId {
    EntityId::new(EntityKind::AwsSession, format!("{}@{}", key.principal_id, key.created))
}

/// The graph of an inventory and a set.
pub fn graph(
    set: &FactSet,
    estate: &Estate,
    resolver: &Resolver<'_>,
    links: &BTreeMap<AwsSessionKey, CrossCloudLink>,
) -> Graph {
    let mut graph = Graph::default();
    let view = estate.view();
    inventory::add(&mut graph, &view);
    add_estate(&mut graph, estate);
    add_serving(&mut graph, estate, &view);
    for fact in set.facts() {
        if let Fact::SignIn(sign_in) = fact {
            add_sign_in(&mut graph, sign_in);
        }
    }
    changes::apply(&mut graph, &view, set);
    for (key, session) in resolver.sessions() {
        let id = session_id(key);
        graph.entity(id.clone()).name = Some(session.session_name().to_owned());
        let role = EntityId::new(EntityKind::IamRole, session.role_arn.clone());
        for assumption in &session.assumptions {
            let edge = Edge { from: id.clone(), kind: EdgeKind::SessionOf, to: role.clone() };
            graph.connect(edge, Some(assumption.cite.at), assumption.cite.record.as_str(), None);
        }
        for key in &session.access_keys {
            let edge =
                Edge { from: id.clone(), kind: EdgeKind::Holds, to: EntityId::new(EntityKind::AccessKey, key.clone()) };
            graph.connect(edge, Some(session.key.created), "access key in use", None);
        }
        for used in &session.uses {
            add_use(&mut graph, &id, used);
        }
        if let Some(parent) = &session.parent {
            let edge = Edge { from: id.clone(), kind: EdgeKind::CameFrom, to: session_id(parent) };
            graph.connect(edge, Some(session.key.created), "role chaining", Some("F6"));
        }
    }
    for link in links.values() {
        add_link(&mut graph, link);
    }
    graph
}

fn add_estate(graph: &mut Graph, estate: &Estate) {
    for role in estate.roles.values() {
        let id = EntityId::new(EntityKind::IamRole, role.arn.clone());
        // What another version stored has no documents: their roles are known here alone.
        if graph.get(&id).is_some_and(|known| !known.evidence.is_empty()) {
            continue;
        }
        let mut entity = graph.entity(id.clone());
        entity.name = Some(role.name.clone());
        entity.attributes.insert("role_id".into(), role.id.clone());
        entity.evidence.insert(role.source.clone());
        drop(entity);
        for provider in &role.federated {
            let edge = Edge {
                from: id.clone(),
                kind: EdgeKind::Trusts,
                to: EntityId::new(EntityKind::IdentityProvider, provider.clone()),
            };
            graph.connect(edge, None, &format!("{}: AssumeRolePolicyDocument", role.source), None);
        }
        if let Some(arn) = arn::Arn::parse(&role.arn) {
            let edge = Edge { from: id, kind: EdgeKind::In, to: EntityId::aws_account(arn.account) };
            graph.connect(edge, None, &role.source, None);
        }
    }
    // One tenant's users can only be placed if the inventory is of one tenant.
    let mut tenants = estate.tenants.iter();
    if let (Some(tenant), None) = (tenants.next(), tenants.next()) {
        for user in estate.users.values() {
            let id = EntityId::entra_user(tenant, &user.id);
            let mut entity = graph.entity(id.clone());
            entity.name = Some(user.upn.clone());
            entity.evidence.insert(user.source.clone());
            drop(entity);
            let person = EntityId::new(EntityKind::Person, id.key.clone());
            graph.connect(Edge { from: id, kind: EdgeKind::Is, to: person }, None, &user.source, Some("directory"));
        }
    }
    for app in &estate.saml_apps {
        let from = EntityId::new(EntityKind::Application, app.app_id.clone());
        graph.entity(from.clone()).name = estate.applications.get(&app.app_id).cloned();
        for provider in &app.providers {
            let edge = Edge {
                from: from.clone(),
                kind: EdgeKind::Serves,
                to: EntityId::new(EntityKind::IdentityProvider, provider.clone()),
            };
            graph.connect(edge, None, "federation.json", None);
        }
    }
}

/// People are assigned to the service principal of an application: it serves the
/// providers that the application serves.
fn add_serving(graph: &mut Graph, estate: &Estate, view: &View) {
    for item in view.items.values().filter(|item| item.id.kind == EntityKind::ServicePrincipal) {
        let Some(app_id) = item.text("appId").map(str::to_ascii_lowercase) else { continue };
        for provider in estate.saml_apps.iter().filter(|app| app.app_id == app_id).flat_map(|app| &app.providers) {
            let to = EntityId::new(EntityKind::IdentityProvider, provider.clone());
            let edge = Edge { from: item.id.clone(), kind: EdgeKind::Serves, to };
            graph.connect(edge, None, "federation.json", Some("instance of the application"));
        }
    }
}

fn add_sign_in(graph: &mut Graph, sign_in: &SignIn) {
    if sign_in.user_id.is_empty() {
        return;
    }
    let user = EntityId::entra_user(&sign_in.tenant, &sign_in.user_id);
    graph.entity(user.clone()).name = Some(sign_in.upn.clone());
    if let Some(sid) = &sign_in.session_id {
        let edge = Edge {
            from: user.clone(),
            kind: EdgeKind::Holds,
            to: EntityId::new(EntityKind::EntraSession, sid.clone()),
        };
        graph.connect(edge, Some(sign_in.cite.at), sign_in.cite.record.as_str(), None);
    }
    if !sign_in.device_id.is_empty() {
        let edge = Edge {
            from: user,
            kind: EdgeKind::Holds,
            to: EntityId::new(EntityKind::Device, sign_in.device_id.clone()),
        };
        graph.connect(edge, Some(sign_in.cite.at), sign_in.cite.record.as_str(), None);
    }
}

fn add_use(graph: &mut Graph, session: &EntityId, used: &AwsUse) {
    if used.service == "s3.amazonaws.com"
        && used.error.is_none()
        && let Some(bucket) = &used.target
    {
        let edge = Edge {
            from: session.clone(),
            kind: EdgeKind::Accessed,
            to: EntityId::new(EntityKind::Bucket, bucket.clone()),
        };
        graph.connect(edge, Some(used.cite.at), used.cite.record.as_str(), None);
    }
}

fn add_link(graph: &mut Graph, link: &CrossCloudLink) {
    let user = EntityId::entra_user(&link.person.tenant, &link.person.user_id);
    let person = EntityId::new(EntityKind::Person, user.key.clone());
    graph.entity(user.clone()).name = Some(link.upn.clone());
    graph.connect(Edge { from: user.clone(), kind: EdgeKind::Is, to: person }, None, "directory", Some("directory"));
    let rules: Vec<&str> = link.grounds.iter().map(|g| g.rule.as_str()).collect();
    let session = session_id(&link.session);
    for record in &link.evidence {
        let edge = Edge { from: user.clone(), kind: EdgeKind::Holds, to: session.clone() };
        graph.connect(edge, Some(link.session.created), record.as_str(), Some(&rules.join("+")));
    }
    if let Some(sid) = &link.sid {
        let edge =
            Edge { from: session, kind: EdgeKind::CameFrom, to: EntityId::new(EntityKind::EntraSession, sid.clone()) };
        graph.connect(edge, Some(link.session.created), "sign-in", Some(&rules.join("+")));
    }
}
