//! Ways of AWS over providers of identities and Identity Center.

use super::calls::{Aim, all};
use super::derive::Deriving;
use super::world::Actor;
use crate::paths::cross::{opens, saml_keys};
use crate::paths::net::Edge;
use crate::paths::rule::Way;
use selvedge_access::Missing;

/// X4: SAML providers that it may change, and who trusts them.
pub(super) fn saml(deriving: &Deriving<'_>, actor: &Actor, way: &Way, out: &mut Vec<Edge>) {
    for (provider, roles) in deriving.tables.federated(deriving.world, deriving.only) {
        let own = provider.contains(":saml-provider/") && provider.split(':').nth(4) == Some(&actor.account);
        if !own {
            continue;
        }
        let aim = Aim { target: Some(provider), keys: &[], policy: None };
        let Some(verdict) = all(deriving.world, actor, way.calls(), aim) else { continue };
        for role in roles.into_iter().filter(|role| role.id != actor.id && deriving.tables.matters(&role.id)) {
            if let Some(opened) = opens(role, provider, "sts:AssumeRoleWithSAML", &saml_keys()) {
                out.push(Edge::of(way, &actor.id, &role.id).with(verdict.clone().and(opened)).through(provider));
            }
        }
    }
}

/// X6: roles of permission sets, for who administers Identity Center.
pub(super) fn center(deriving: &Deriving<'_>, actor: &Actor, way: &Way, out: &mut Vec<Edge>) {
    if deriving.center.is_some_and(|owner| owner != actor.account) {
        return;
    }
    let Some(mut verdict) = all(deriving.world, actor, way.calls(), Aim::default()) else { return };
    if deriving.center.is_none() {
        verdict.missing.insert(Missing::NotCollected("the account that Identity Center is in".into()));
    }
    let reserved =
        deriving.world.actors.values().filter(|role| role.arn.contains(":role/aws-reserved/sso.amazonaws.com/"));
    for role in reserved
        .filter(|role| deriving.seeks(&role.id))
        .filter(|role| role.id != actor.id && deriving.tables.matters(&role.id))
    {
        out.push(Edge::of(way, &actor.id, &role.id).with(verdict.clone()));
    }
}
