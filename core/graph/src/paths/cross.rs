//! Ways between the clouds: whose token, assertion or key the other cloud takes.

use super::aws::calls::Verdict;
use super::aws::world::{Actor, Links, World};
use super::net::Edge;
use super::rule::{Way, Ways};
use crate::estate::{Attr, Estate, Item, View};
use crate::store::EdgeKind;
use selvedge_access::{Context, Decision, Missing, PolicySet, Request, evaluate};
use selvedge_model::{EntityId, EntityKind};
use std::collections::{BTreeMap, BTreeSet};

/// Service principals that are tried for a trust that names none, at most.
const MOST: usize = 500;

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

/// What of the picture bears on roles that trust another cloud, gathered once.
#[derive(Default)]
pub(super) struct Seam {
    /// Service principals, in order.
    principals: Vec<EntityId>,
    /// Those of an application, by its lower-cased application id.
    of_app: BTreeMap<String, Vec<EntityId>>,
    /// Who is assigned a service principal, and why it is believed.
    assigned: BTreeMap<EntityId, Vec<(EntityId, BTreeSet<String>)>>,
    /// What trusts a role of AWS, and why it is believed.
    vouched: BTreeMap<EntityId, Vec<(EntityId, BTreeSet<String>)>>,
}

impl Seam {
    /// Out of the picture.
    pub(super) fn of(view: &View) -> Self {
        let mut out = Self::default();
        let mut principals: BTreeSet<&EntityId> = BTreeSet::new();
        for item in view.items.values().filter(|item| item.id.kind == EntityKind::ServicePrincipal) {
            principals.insert(&item.id);
            if let Some(app) = item.text("appId") {
                out.of_app.entry(app.to_ascii_lowercase()).or_default().push(item.id.clone());
            }
        }
        for ((from, kind, to), ground) in &view.relations {
            if to.kind == EntityKind::ServicePrincipal {
                principals.insert(to);
            }
            let table = match (kind, to.kind, from.kind) {
                (EdgeKind::Assigned, EntityKind::ServicePrincipal, _) => &mut out.assigned,
                (EdgeKind::Trusts, EntityKind::IamRole, from) if from != EntityKind::IamRole => &mut out.vouched,
                _ => continue,
            };
            table.entry(to.clone()).or_default().push((from.clone(), ground.evidence.clone()));
        }
        out.principals = principals.into_iter().cloned().collect();
        out
    }
}

/// What is looked at to find the ways of roles that trust another cloud.
pub(super) struct Crossing<'a> {
    pub(super) estate: &'a Estate,
    pub(super) view: &'a View,
    pub(super) ways: &'a Ways,
    pub(super) world: &'a World,
    pub(super) seam: &'a Seam,
    /// Roles by the provider that they trust.
    pub(super) federated: BTreeMap<&'a str, Vec<&'a Actor>>,
    /// Only these roles are looked at.
    pub(super) only: Option<&'a BTreeSet<EntityId>>,
    pub(super) out: Vec<Edge>,
}

impl Crossing<'_> {
    /// All that hangs on roles.
    pub(super) fn edges(mut self) -> Vec<Edge> {
        self.saml();
        self.tokens_of_entra();
        self.tokens_of_aws();
        self.workflows();
        self.out
    }
}

/// What hangs on documents alone.
struct Linking<'a> {
    estate: &'a Estate,
    view: &'a View,
    links: Links<'a>,
    ways: &'a Ways,
    out: Vec<Edge>,
}

/// All of that.
pub(super) fn links(estate: &Estate, view: &View, ways: &Ways) -> Vec<Edge> {
    let mut linking = Linking { estate, view, links: Links::of(view), ways, out: Vec::new() };
    linking.center();
    linking.credentials();
    linking.machines();
    linking.secrets();
    linking.networks();
    linking.out
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
            let principals = self.seam.of_app.get(&app.app_id.to_ascii_lowercase()).into_iter().flatten();
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
        for (from, evidence) in self.seam.assigned.get(application).into_iter().flatten() {
            let guest = self.view.items.get(from).is_some_and(|item| item.text("userType") == Some("Guest"));
            let Some(way) = self.way(if guest { "x19" } else { "x1" }) else { continue };
            for why in evidence {
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
                let principals = self.seam.principals.iter();
                let principals: Vec<&EntityId> = principals
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
        let all = self.seam.vouched.iter().filter(|(role, _)| self.only.is_none_or(|only| only.contains(*role)));
        for (role, owner, evidence) in all.flat_map(|(role, all)| all.iter().map(move |(a, b)| (role, a, b))) {
            let Some(actor) = self.world.actors.get(role) else { continue };
            // AWS must vouch for it.
            let keys = [("sts:IdentityTokenAudience", "api://AzureADTokenExchange")];
            let vouched = super::aws::calls::ask(actor, "sts:GetWebIdentityToken", "*", &keys, None);
            let Some(mut verdict) = vouched else { continue };
            verdict.missing.insert(Missing::NotCollected("whether the account lets AWS vouch for its roles".into()));
            verdict.by.extend(evidence.iter().cloned());
            found.push(Edge::of(&way, role, owner).with(verdict));
        }
        self.out.extend(found);
    }

    /// X15: workflows that both clouds trust, by repository.
    fn workflows(&mut self) {
        let Some(way) = self.way("x15") else { return };
        let mut found = Vec::new();
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
                        found.push(Edge::of(&way, &workflow(&subject), &role.id).with(verdict));
                    }
                }
            }
        }
        self.out.extend(found);
    }
}

/// A repository whose workflows act as somebody.
fn workflow(subject: &str) -> EntityId {
    let repository: Vec<&str> = subject.splitn(3, ':').take(2).collect();
    EntityId::new(EntityKind::Resource, format!("workflow {}", repository.join(":")))
}

impl Linking<'_> {
    fn way(&self, id: &str) -> Option<Way> {
        self.ways.get(id).cloned()
    }

    /// X5: whom Identity Center gives a permission set; the groups and users that it has from Entra.
    fn center(&mut self) {
        let Some(way) = self.way("x5") else { return };
        let mut found = Vec::new();
        for ((principal, kind, set), ground) in &self.view.relations {
            if *kind != EdgeKind::Assigned || set.kind != EntityKind::PermissionSet {
                continue;
            }
            let roles = self.links.to(set, EdgeKind::Grants);
            for role in roles.filter(|role| role.kind == EntityKind::IamRole) {
                let edge =
                    |from: &EntityId| Edge::of(&way, from, role).by(ground.evidence.iter().cloned()).through(&set.key);
                found.push(edge(principal));
                for source in self.links.to(principal, EdgeKind::SyncedFrom) {
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

    /// X9, X15: workflows and foreign subjects that a federated credential names.
    fn credentials(&mut self) {
        let Some(way) = self.way("x15") else { return };
        let mut found = Vec::new();
        let foreign = self.way("x9");
        let is_credential = |item: &&Item| {
            item.word.ends_with("federated-credential") || item.word.ends_with("/federatedidentitycredentials")
        };
        let all: Vec<&Item> = self.view.items.values().filter(is_credential).collect();
        let ids: BTreeSet<&EntityId> = all.iter().map(|item| &item.id).collect();
        let mut attached: BTreeMap<&EntityId, Vec<&EntityId>> = BTreeMap::new();
        for (owner, kind, to) in self.view.relations.keys().filter(|_| !ids.is_empty()) {
            if *kind == EdgeKind::Attached && ids.contains(to) {
                attached.entry(to).or_default().push(owner);
            }
        }
        for item in all {
            let text = |key: &str| item.text(key);
            let (Some(issuer), Some(subject)) = (text("issuer"), text("subject")) else { continue };
            if subject.starts_with("arn:") {
                continue;
            }
            let is_workflow = issuer.contains("token.actions.githubusercontent.com");
            let from = if is_workflow {
                workflow(subject)
            } else {
                EntityId::new(EntityKind::Resource, format!("subject {subject} of {issuer}"))
            };
            let Some(way) = (if is_workflow { Some(&way) } else { foreign.as_ref() }) else { continue };
            let holders = attached.get(&item.id).into_iter().flatten().copied();
            for owner in holders.chain(self.links.to(&item.id, EdgeKind::In)) {
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
            let profiles = self.links.to(&instance, EdgeKind::RunsAs);
            let roles = profiles.flat_map(|profile| match profile.kind {
                EntityKind::IamRole => vec![profile],
                _ => self.links.to(profile, EdgeKind::RunsAs).collect(),
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
                let guarded = self.links.to(group, EdgeKind::Guards);
                open.entry(one).or_default().extend(guarded.filter(|id| id.kind == EntityKind::Database));
            }
        }
        for item in self.view.items.values().filter(|item| item.word.starts_with("microsoft.web/sites")) {
            let outbound = ["properties.possibleOutboundIpAddresses", "properties.outboundIpAddresses"];
            let addresses = outbound.iter().filter_map(|key| item.text(key)).flat_map(|list| list.split(','));
            let databases: BTreeSet<&EntityId> =
                addresses.filter_map(|address| open.get(address.trim())).flatten().copied().collect();
            for database in databases {
                let named = self.links.to(&item.id, EdgeKind::FlowsTo).any(|to| to == database);
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
