//! Ways between the clouds: whose token, assertion or key the other cloud takes.

use super::aws::calls::Verdict;
use super::aws::world::{Actor, Index, World, index};
use super::net::Edge;
use super::rule::{Way, Ways};
use crate::estate::{Attr, Estate, View};
use crate::store::EdgeKind;
use selvedge_access::principal::NameKind;
use selvedge_access::{Context, Decision, Effect, Missing, PolicySet, Request, evaluate};
use selvedge_model::{EntityId, EntityKind};
use std::collections::{BTreeMap, BTreeSet};

/// Service principals that are tried for a trust that names none, at most.
const MOST: usize = 500;

/// Roles by the identity provider that their trust policies name.
pub(super) fn federated(world: &World) -> BTreeMap<&str, Vec<&Actor>> {
    let mut out: BTreeMap<&str, Vec<&Actor>> = BTreeMap::new();
    for actor in world.actors.values() {
        let Some((_, trust)) = &actor.trust else { continue };
        let allowing = trust.statements.iter().filter(|one| one.effect != Some(Effect::Deny));
        let names = allowing.filter_map(|one| one.principals.as_ref()).flat_map(|principals| &principals.names);
        for name in names.filter(|name| name.kind == NameKind::Federated) {
            let all = out.entry(name.text.as_str()).or_default();
            if !all.iter().any(|known| known.id == actor.id) {
                all.push(actor);
            }
        }
    }
    out
}

/// Whether a role's trust policy lets in whom a provider vouches for.
pub(super) fn opens(role: &Actor, provider: &str, action: &str, keys: &[(String, String)]) -> Option<Verdict> {
    let (name, trust) = role.trust.as_ref()?;
    let set = PolicySet { resource: Some((name.clone(), trust.clone())), ..PolicySet::default() };
    let mut context = Context::open().with("aws:FederatedProvider", provider).with("aws:SecureTransport", "true");
    for (key, value) in keys {
        context = context.with(key, value.clone());
    }
    let request = Request::new(action, role.arn.clone(), context).by(provider).between(None, Some(&role.account));
    let answer = evaluate(&set, &request);
    let by = answer.decided_by.iter().map(|one| format!("{}.Statement[{}]", one.policy, one.index)).collect();
    match answer.decision {
        Decision::Allow => Some(Verdict { missing: BTreeSet::new(), by }),
        Decision::Unknown { missing } => Some(Verdict { missing, by }),
        Decision::Deny => None,
    }
}

/// SAML's own keys of a sign-in to AWS. Source: IAM user guide, "Available keys for SAML".
pub(super) fn saml_keys() -> Vec<(String, String)> {
    vec![("SAML:aud".into(), "https://signin.aws.amazon.com/saml".into())]
}

/// The values that a trust policy's conditions give for a key with this ending.
fn values(role: &Actor, ending: &str) -> BTreeSet<String> {
    let statements = role.trust.iter().flat_map(|(_, trust)| &trust.statements);
    let conditions = statements.flat_map(|statement| &statement.conditions);
    let own = conditions.filter(|one| one.key().to_ascii_lowercase().ends_with(ending));
    own.flat_map(|one| one.values().iter().cloned()).collect()
}

struct Crossing<'a> {
    estate: &'a Estate,
    view: &'a View,
    index: Index<'a>,
    ways: &'a Ways,
    world: &'a World,
    federated: BTreeMap<&'a str, Vec<&'a Actor>>,
    out: Vec<Edge>,
}

/// All of them.
pub(super) fn edges(estate: &Estate, view: &View, ways: &Ways, world: &World) -> Vec<Edge> {
    let mut crossing =
        Crossing { estate, view, index: index(view), ways, world, federated: federated(world), out: Vec::new() };
    crossing.saml();
    crossing.center();
    crossing.tokens_of_entra();
    crossing.tokens_of_aws();
    crossing.workflows();
    crossing.machines();
    crossing.secrets();
    crossing.networks();
    crossing.out
}

impl Crossing<'_> {
    fn way(&self, id: &str) -> Option<Way> {
        self.ways.get(id).cloned()
    }

    /// X1, X19: who is assigned an application that signs people in to AWS; and, for those who could
    /// change it, which roles it gives.
    fn saml(&mut self) {
        for app in &self.estate.saml_apps {
            let providers: Vec<&str> = self
                .federated
                .keys()
                .copied()
                .filter(|arn| arn.contains(":saml-provider/"))
                .filter(|arn| app.providers.contains(*arn) || app.providers.is_empty() && app.identity_store.is_none())
                .collect();
            let principals: Vec<&EntityId> = self
                .view
                .items
                .values()
                .filter(|item| item.id.kind == EntityKind::ServicePrincipal)
                .filter(|item| item.text("appId").is_some_and(|id| id.eq_ignore_ascii_case(&app.app_id)))
                .map(|item| &item.id)
                .collect();
            for principal in principals {
                let named = self.named_roles(principal);
                let mut roles: Vec<(&Actor, &str, Verdict)> = Vec::new();
                for provider in &providers {
                    for role in self.federated.get(provider).into_iter().flatten() {
                        let mut found = opens(role, provider, "sts:AssumeRoleWithSAML", &saml_keys());
                        // Which provider the application serves is not in its export: its roles say.
                        let is_guess = app.providers.is_empty();
                        if is_guess && !named.values().any(|(arn, _)| *arn == role.arn) {
                            if !named.is_empty() {
                                continue;
                            }
                            if let Some(verdict) = &mut found {
                                verdict
                                    .missing
                                    .insert(Missing::NotCollected("which provider the application serves".into()));
                            }
                        }
                        roles.extend(found.map(|verdict| (*role, *provider, verdict)));
                    }
                }
                self.given(principal, &named, &roles);
            }
        }
    }

    /// App roles by id: the role and the provider in their value.
    fn named_roles(&self, principal: &EntityId) -> BTreeMap<String, (String, String)> {
        let mut out = BTreeMap::new();
        let roles = self.view.items.get(principal).and_then(|item| item.attributes.get("appRoles"));
        let Some(Attr::List(roles)) = roles else { return out };
        for role in roles {
            let text = |key: &str| role.get(key).and_then(Attr::as_text);
            let (Some(id), Some(value)) = (text("id"), text("value")) else { continue };
            let part = |word: &str| value.split(',').map(str::trim).find(|arn| arn.contains(word)).map(str::to_owned);
            if let (Some(arn), Some(provider)) = (part(":role/"), part(":saml-provider/")) {
                out.insert(id.to_ascii_lowercase(), (arn, provider));
            }
        }
        out
    }

    fn given(
        &mut self,
        application: &EntityId,
        named: &BTreeMap<String, (String, String)>,
        roles: &[(&Actor, &str, Verdict)],
    ) {
        let mut found = Vec::new();
        if let Some(way) = self.way("x2") {
            for (role, _, verdict) in roles {
                let edge = Edge::of(&way, application, &role.id).with(verdict.clone());
                found.push(Edge { way: "saml-application".into(), does: "gives out the role".into(), cost: 1, ..edge });
            }
        }
        for ((from, kind, to), ground) in &self.view.relations {
            if *kind != EdgeKind::Assigned || to != application {
                continue;
            }
            let guest = self.view.items.get(from).is_some_and(|item| item.text("userType") == Some("Guest"));
            let Some(way) = self.way(if guest { "x19" } else { "x1" }) else { continue };
            for why in &ground.evidence {
                let Some((_, app_role)) = why.split_once(": app role ") else { continue };
                let own = named.get(&app_role.to_ascii_lowercase());
                for (role, provider, verdict) in roles {
                    let matches = match own {
                        Some((arn, served)) => *arn == role.arn && served == provider,
                        None => named.is_empty(),
                    };
                    if !matches {
                        continue;
                    }
                    let mut verdict = verdict.clone();
                    if own.is_none() {
                        verdict.missing.insert(Missing::NotCollected("the roles of the application (appRoles)".into()));
                    }
                    verdict.by.insert(why.clone());
                    found.push(Edge::of(&way, from, &role.id).with(verdict).through(&application.key));
                }
            }
        }
        self.out.extend(found);
    }

    /// X5: whom Identity Center gives a permission set; the groups and users that it has from Entra.
    fn center(&mut self) {
        let Some(way) = self.way("x5") else { return };
        let mut found = Vec::new();
        for ((principal, kind, set), ground) in &self.view.relations {
            if *kind != EdgeKind::Assigned || set.kind != EntityKind::PermissionSet {
                continue;
            }
            let roles = self.index.get(&(set, EdgeKind::Grants)).into_iter().flatten();
            for role in roles.filter(|role| role.kind == EntityKind::IamRole) {
                let edge =
                    |from: &EntityId| Edge::of(&way, from, role).by(ground.evidence.iter().cloned()).through(&set.key);
                found.push(edge(principal));
                for source in self.index.get(&(principal, EdgeKind::SyncedFrom)).into_iter().flatten() {
                    found.push(edge(source));
                }
            }
        }
        for (from, kind, to) in self.view.relations.keys() {
            if *kind == EdgeKind::MemberOf && to.kind == EntityKind::IdentityCenterGroup {
                let member = self.way("az-member-of");
                found.extend(member.map(|member| Edge::of(&member, from, to)));
            }
        }
        self.out.extend(found);
    }

    /// X7: roles that take Entra's tokens.
    fn tokens_of_entra(&mut self) {
        let Some(way) = self.way("x7") else { return };
        let mut found = Vec::new();
        for (provider, roles) in &self.federated {
            let Some((_, issuer)) = provider.split_once(":oidc-provider/") else { continue };
            if crate::estate::tenant_of(&format!("https://{issuer}")).is_none()
                && !issuer.starts_with("login.microsoftonline.com/")
            {
                continue;
            }
            for role in roles {
                let (subjects, audiences) = (values(role, ":sub"), values(role, ":aud"));
                let all = self.view.items.keys().chain(self.view.relations.keys().map(|(_, _, to)| to));
                let principals: BTreeSet<&EntityId> = all
                    .filter(|id| id.kind == EntityKind::ServicePrincipal)
                    .filter(|id| subjects.is_empty() || subjects.iter().any(|one| one.eq_ignore_ascii_case(&id.key)))
                    .take(MOST)
                    .collect();
                for principal in principals {
                    let mut keys = vec![(format!("{issuer}:sub"), principal.key.clone())];
                    keys.extend(audiences.first().map(|audience| (format!("{issuer}:aud"), audience.clone())));
                    let Some(mut verdict) = opens(role, provider, "sts:AssumeRoleWithWebIdentity", &keys) else {
                        continue;
                    };
                    if subjects.is_empty() {
                        verdict
                            .missing
                            .insert(Missing::NotCollected("whether it gets a token for that audience".into()));
                    }
                    found.push(Edge::of(&way, principal, &role.id).with(verdict));
                }
            }
        }
        self.out.extend(found);
    }

    /// X11: roles of AWS that a federated credential names.
    fn tokens_of_aws(&mut self) {
        let Some(way) = self.way("x11") else { return };
        let mut found = Vec::new();
        for ((owner, kind, role), ground) in &self.view.relations {
            if *kind != EdgeKind::Trusts || role.kind != EntityKind::IamRole || owner.kind == EntityKind::IamRole {
                continue;
            }
            let Some(actor) = self.world.actors.get(role) else { continue };
            // AWS must vouch for it.
            let keys = [("sts:IdentityTokenAudience", "api://AzureADTokenExchange")];
            let vouched = super::aws::calls::ask(actor, "sts:GetWebIdentityToken", "*", &keys, None);
            let Some(mut verdict) = vouched else { continue };
            verdict.missing.insert(Missing::NotCollected("whether the account lets AWS vouch for its roles".into()));
            verdict.by.extend(ground.evidence.iter().cloned());
            found.push(Edge::of(&way, role, owner).with(verdict));
        }
        self.out.extend(found);
    }

    /// X15: workflows that both clouds trust, by repository.
    fn workflows(&mut self) {
        let Some(way) = self.way("x15") else { return };
        let mut found = Vec::new();
        let node = |subject: &str| {
            let repository: Vec<&str> = subject.splitn(3, ':').take(2).collect();
            EntityId::new(EntityKind::Resource, format!("workflow {}", repository.join(":")))
        };
        for (provider, roles) in &self.federated {
            let Some((_, issuer)) = provider.split_once(":oidc-provider/") else { continue };
            if issuer != "token.actions.githubusercontent.com" {
                continue;
            }
            for role in roles {
                for subject in values(role, ":sub").into_iter().filter(|subject| subject.starts_with("repo:")) {
                    let concrete = subject.replace(['*', '?'], "x");
                    let keys =
                        [(format!("{issuer}:sub"), concrete), (format!("{issuer}:aud"), "sts.amazonaws.com".into())];
                    if let Some(verdict) = opens(role, provider, "sts:AssumeRoleWithWebIdentity", &keys) {
                        found.push(Edge::of(&way, &node(&subject), &role.id).with(verdict));
                    }
                }
            }
        }
        let foreign = self.way("x9");
        for item in self.view.items.values().filter(|item| {
            item.word.ends_with("federated-credential") || item.word.ends_with("/federatedidentitycredentials")
        }) {
            let text = |key: &str| item.text(key);
            let (Some(issuer), Some(subject)) = (text("issuer"), text("subject")) else { continue };
            if subject.starts_with("arn:") {
                continue;
            }
            let is_workflow = issuer.contains("token.actions.githubusercontent.com");
            let from = if is_workflow {
                node(subject)
            } else {
                EntityId::new(EntityKind::Resource, format!("subject {subject} of {issuer}"))
            };
            let Some(way) = (if is_workflow { Some(&way) } else { foreign.as_ref() }) else { continue };
            let holds = |(owner, kind, to): &&(EntityId, EdgeKind, EntityId)| {
                *kind == EdgeKind::Attached && *to == item.id || *kind == EdgeKind::In && *owner == item.id
            };
            for (owner, kind, to) in self.view.relations.keys().filter(holds) {
                let owner = if *kind == EdgeKind::In { to } else { owner };
                found.push(Edge::of(way, &from, owner).by(item.sources.iter().cloned()));
            }
        }
        self.out.extend(found);
    }

    /// X12: instances that are machines of Azure Arc.
    fn machines(&mut self) {
        let Some(way) = self.way("x12") else { return };
        let mut found = Vec::new();
        for (instance, machines) in &self.estate.seam.machines {
            let instance = EntityId::aws(instance);
            let profiles = self.index.get(&(&instance, EdgeKind::RunsAs)).into_iter().flatten();
            let roles = profiles.flat_map(|profile| match profile.kind {
                EntityKind::IamRole => vec![*profile],
                _ => self.index.get(&(*profile, EdgeKind::RunsAs)).cloned().unwrap_or_default(),
            });
            for role in roles.collect::<BTreeSet<_>>() {
                for machine in machines {
                    found.push(Edge::of(&way, &EntityId::arm(machine), role).through(&instance.key));
                }
            }
        }
        self.out.extend(found);
    }

    /// X13, X14: keys and secrets of one cloud that lie in the other, where an export shows whose.
    fn secrets(&mut self) {
        let mut found = Vec::new();
        let owners: BTreeMap<&EntityId, &EntityId> = self
            .view
            .relations
            .keys()
            .filter(|(from, kind, to)| {
                *kind == EdgeKind::Holds && to.kind == EntityKind::AccessKey && from.kind == EntityKind::IamUser
            })
            .map(|(from, _, to)| (to, from))
            .collect();
        for ((from, kind, to), ground) in &self.view.relations {
            if *kind != EdgeKind::Holds || from.kind == EntityKind::IamUser {
                continue;
            }
            let (id, target) = match to.kind {
                EntityKind::AccessKey => ("x13", owners.get(to).copied()),
                EntityKind::Application => ("x14", Some(to)),
                _ => continue,
            };
            if let (Some(way), Some(target)) = (self.way(id), target) {
                found.push(Edge::of(&way, from, target).by(ground.evidence.iter().cloned()).through(&to.key));
            }
        }
        self.out.extend(found);
    }

    /// X16, X17: applications whose outbound addresses a database's group lets in.
    fn networks(&mut self) {
        let mut found = Vec::new();
        let mut open: BTreeMap<&str, Vec<&EntityId>> = BTreeMap::new();
        for (group, kind, address) in self.view.relations.keys() {
            if *kind == EdgeKind::AllowsFrom && address.kind == EntityKind::Address {
                let one = address.key.strip_suffix("/32").unwrap_or(&address.key);
                let guarded = self.index.get(&(group, EdgeKind::Guards)).into_iter().flatten();
                open.entry(one).or_default().extend(guarded.filter(|id| id.kind == EntityKind::Database));
            }
        }
        for item in self.view.items.values().filter(|item| item.word.starts_with("microsoft.web/sites")) {
            let outbound = ["properties.possibleOutboundIpAddresses", "properties.outboundIpAddresses"];
            let addresses = outbound.iter().filter_map(|key| item.text(key)).flat_map(|list| list.split(','));
            let databases: BTreeSet<&EntityId> =
                addresses.filter_map(|address| open.get(address.trim())).flatten().copied().collect();
            for database in databases {
                let named = self.index.get(&(&item.id, EdgeKind::FlowsTo)).is_some_and(|all| all.contains(&database));
                let Some(way) = self.way(if named { "x17" } else { "x16" }) else { continue };
                let mut verdict = Verdict::default();
                if !named {
                    verdict
                        .missing
                        .insert(Missing::NotCollected("whether the application holds the database's password".into()));
                }
                found.push(Edge::of(&way, &item.id, database).with(verdict));
            }
        }
        self.out.extend(found);
    }
}
