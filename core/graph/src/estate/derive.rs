//! What follows from several documents together: relations that none of them
//! states alone, and what the picture lacks.

use super::aws::policy;
use super::inventory::{Document, Ground, Item, View};
use crate::store::EdgeKind;
use selvedge_model::{EntityId, EntityKind, guid};
use std::collections::{BTreeMap, BTreeSet};

/// Adds the relations that follow.
pub(super) fn relations(view: &mut View) {
    unify_principals(view);
    let mut found: Vec<(EntityId, EdgeKind, EntityId, &'static str)> = Vec::new();
    let mut users: BTreeMap<(&EntityId, &str), &EntityId> = BTreeMap::new();
    let mut sso_roles: BTreeMap<(&EntityId, &str), Vec<&EntityId>> = BTreeMap::new();
    let mut apps: BTreeMap<&str, &EntityId> = BTreeMap::new();
    for item in view.items.values() {
        let Some(scope) = &item.scope else {
            continue;
        };
        match item.id.kind {
            EntityKind::IamUser => {
                users.insert((scope, item.name.as_str()), &item.id);
            }
            EntityKind::IamRole => {
                if let Some(set) = permission_set_of(&item.name) {
                    sso_roles.entry((scope, set)).or_default().push(&item.id);
                }
            }
            _ => {}
        }
    }
    for item in view.items.values().filter(|item| item.id.kind == EntityKind::Application) {
        apps.insert(item.id.key.as_str(), &item.id);
    }
    for item in view.items.values() {
        match item.id.kind {
            EntityKind::AccessKey => {
                let owner = item.scope.as_ref().zip(item.text("UserName")).and_then(|at| users.get(&at));
                if let Some(user) = owner {
                    found.push(((*user).clone(), EdgeKind::Holds, item.id.clone(), "user name and account"));
                }
            }
            EntityKind::ServicePrincipal => {
                if let Some(app) =
                    item.text("appId").map(str::to_ascii_lowercase).and_then(|id| apps.get(id.as_str()).copied())
                {
                    found.push((item.id.clone(), EdgeKind::InstanceOf, app.clone(), "application id"));
                }
            }
            EntityKind::IdentityProvider => found.extend(issuer_of(&item.id)),
            EntityKind::PermissionSet => provisioned(view, item, &sso_roles, &mut found),
            _ => {}
        }
    }
    for (from, kind, to, rule) in found {
        let mut evidence = BTreeSet::new();
        for id in [&from, &to] {
            evidence.extend(view.items.get(id).into_iter().flat_map(|item| item.sources.iter().cloned()));
        }
        let ground = Ground { evidence, derived_by: Some(rule.to_owned()) };
        view.relations.entry((from, kind, to)).or_insert(ground);
    }
    super::names::hosts_become_things(view);
}

/// Whose tokens an OIDC provider of IAM takes: a tenant's, or those of an issuer
/// that federated credentials of Entra may name, too.
fn issuer_of(provider: &EntityId) -> Option<(EntityId, EdgeKind, EntityId, &'static str)> {
    let (_, url) = provider.key.split_once(":oidc-provider/")?;
    let issuer = match policy::entra_tenant(url) {
        Some(tenant) => EntityId::new(EntityKind::Tenant, tenant),
        None => EntityId::new(EntityKind::IdentityProvider, format!("https://{url}")),
    };
    Some((provider.clone(), EdgeKind::Trusts, issuer, "address of the provider"))
}

/// Roles that Identity Center made of a permission set in an account: the set is
/// known there as `ARN@ACCOUNT`. Federation facts, P2: the role's name is
/// `AWSReservedSSO_<permission set>_<16 hex digits>`.
fn provisioned(
    view: &View,
    item: &Item,
    roles: &BTreeMap<(&EntityId, &str), Vec<&EntityId>>,
    found: &mut Vec<(EntityId, EdgeKind, EntityId, &'static str)>,
) {
    let Some((arn, account)) = item.id.key.split_once('@') else { return };
    let set = view.items.get(&EntityId::new(EntityKind::PermissionSet, arn));
    let Some(name) = set.and_then(|set| set.text("Name")) else { return };
    for role in roles.get(&(&EntityId::aws_account(account), name)).into_iter().flatten() {
        found.push((item.id.clone(), EdgeKind::Grants, (*role).clone(), "name of the reserved role"));
    }
}

/// The permission set in the name of a role that Identity Center made.
fn permission_set_of(role: &str) -> Option<&str> {
    let (set, suffix) = role.strip_prefix("AWSReservedSSO_")?.rsplit_once('_')?;
    (suffix.len() == 16 && suffix.bytes().all(|b| b.is_ascii_hexdigit())).then_some(set)
}

/// A principal that a document names by its object id alone is the one of another
/// document, if exactly one principal has that id.
fn unify_principals(view: &mut View) {
    let mut known: BTreeMap<String, BTreeSet<EntityId>> = BTreeMap::new();
    for id in view.items.keys().chain(view.relations.keys().flat_map(|(from, _, to)| [from, to])) {
        let object = match id.kind {
            EntityKind::EntraUser => id.key.rsplit('/').next(),
            EntityKind::EntraGroup | EntityKind::ServicePrincipal => Some(id.key.as_str()),
            _ => None,
        };
        if let Some(object) = object {
            known.entry(object.to_owned()).or_default().insert(id.clone());
        }
    }
    // Applications, devices and directory roles are known by an id that others
    // share; some lists name them by their object id.
    let aliased = [EntityKind::Application, EntityKind::Device, EntityKind::RoleDefinition];
    let mut aliases: BTreeMap<(EntityKind, String), EntityId> = BTreeMap::new();
    for item in view.items.values().filter(|item| aliased.contains(&item.id.kind)) {
        if let Some(object) = item.text("id") {
            aliases.insert((item.id.kind, object.to_ascii_lowercase()), item.id.clone());
        }
    }
    let loose = |id: &EntityId| id.kind == EntityKind::Resource && guid::parse(&id.key).is_some();
    let of = |id: EntityId| {
        let one = || known.get(&id.key).filter(|all| loose(&id) && all.len() == 1).and_then(|all| all.iter().next());
        one().or_else(|| aliases.get(&(id.kind, id.key.clone()))).cloned().unwrap_or(id)
    };
    for ((from, kind, to), ground) in std::mem::take(&mut view.relations) {
        let own = view.relations.entry((of(from), kind, of(to))).or_default();
        own.evidence.extend(ground.evidence);
    }
}

/// What is not known, in sentences.
pub(super) fn lacks<'a>(view: &View, documents: impl Iterator<Item = &'a Document>) -> Vec<String> {
    let words: BTreeSet<&str> = documents.flat_map(|document| document.words.iter().map(String::as_str)).collect();
    let mut lacks = Vec::new();
    for (have, none_of, says) in PARTS {
        let any_of = |list: &[&str]| list.iter().any(|word| words.contains(word));
        if any_of(have) && !any_of(none_of) {
            lacks.push((*says).to_owned());
        }
    }
    let mut missing: BTreeMap<EntityKind, BTreeSet<&EntityId>> = BTreeMap::new();
    for (from, _, to) in view.relations.keys() {
        for id in [from, to] {
            if names_an_object(id.kind) && !view.items.contains_key(id) {
                missing.entry(id.kind).or_default().insert(id);
            }
        }
    }
    for (kind, ids) in missing {
        let kind = serde_json::to_value(kind).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
        let first = ids.iter().next().map(|id| id.key.as_str()).unwrap_or_default();
        lacks.push(format!(
            "{} of kind {kind} are named but no document describes them, such as {first}; what they are is unknown",
            ids.len()
        ));
    }
    let untenanted = view.items.keys().filter(|id| id.kind == EntityKind::EntraUser && id.key.starts_with('/')).count();
    if untenanted > 0 {
        lacks.push(format!(
            "the tenant of {untenanted} Entra users is unknown; put their files into a folder named by the tenant id, or add federation.json"
        ));
    }
    let homeless = view.items.values().filter(|item| wants_account(item) && item.scope.is_none()).count();
    if homeless > 0 {
        lacks.push(format!(
            "{homeless} resources of AWS are in no account that is known; put their files into a folder named by the account id"
        ));
    }
    lacks
}

fn wants_account(item: &Item) -> bool {
    item.word.starts_with("s3:") || item.word.starts_with("ec2:") || item.word.starts_with("iam:access-key")
}

/// Whether an entity of this kind is an object of an export of its own.
fn names_an_object(kind: EntityKind) -> bool {
    use EntityKind as K;
    !matches!(
        kind,
        K::Person
            | K::Address
            | K::Service
            | K::Resource
            | K::AwsSession
            | K::EntraSession
            | K::AccessKey
            | K::AwsAccount
            | K::Subscription
            | K::Tenant
            | K::ResourceGroup
            | K::IdentityProvider
            | K::Application
    )
}

/// What is there without what belongs to it: if one of the first is there and none
/// of the second, the sentence.
type Part = (&'static [&'static str], &'static [&'static str], &'static str);
const PARTS: [Part; 12] = [
    (
        &["iam:role"],
        &["iam:policy"],
        "IAM roles are known but no managed policies; export get-account-authorization-details without --filter",
    ),
    (
        &["iam:role"],
        &["iam:user"],
        "IAM roles are known but no IAM users; export get-account-authorization-details without --filter",
    ),
    (
        &["iam:user"],
        &["iam:access-key"],
        "IAM users are known but not their access keys; export list-access-keys for each",
    ),
    (
        &["iam:role"],
        &["organizations:policy"],
        "no organization policies are known, so what an SCP or RCP forbids is unknown; export organizations list-policies and list-targets-for-policy",
    ),
    (
        &["s3:bucket"],
        &["s3:bucket-policy"],
        "buckets are known but no bucket policies; export s3api get-bucket-policy for each",
    ),
    (&["ec2:instance"], &["ec2:security-group"], "instances are known but no security groups; export them"),
    (&["ec2:instance"], &["ec2:route-table"], "instances are known but no route tables; export them"),
    (
        &["sso:permission-set", "sso:instance"],
        &["sso:account-assignment"],
        "Identity Center is known but no account assignments; export sso-admin list-account-assignments",
    ),
    (
        &["sso:instance"],
        &["identitystore:user"],
        "Identity Center is known but not its users; export identitystore list-users",
    ),
    (&["graph:user"], &["graph:group"], "Entra users are known but no groups; export groups with their members"),
    (
        &["graph:user"],
        &["graph:role-assignment"],
        "Entra users are known but no directory role assignments; export roleManagement/directory/roleAssignments",
    ),
    (
        &["arm:resource"],
        &["arm:role-assignment"],
        "Azure resources are known but no role assignments; export them with `az role assignment list --all`",
    ),
];
