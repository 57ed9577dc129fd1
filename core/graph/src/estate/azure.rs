//! Azure: Resource Graph rows, ARM lists and resources, role assignments and
//! definitions, deny assignments.
//!
//! All of them are objects with an ARM id. `az` prints assignments flat, the API
//! puts their fields under `properties`; both are read. Of a resource's properties
//! a list of names is kept, none of which holds a secret.

use super::attr::Attr;
use super::doc::{self, Reader};
use crate::store::EdgeKind as E;
use selvedge_model::{EntityId, EntityKind, guid};
use serde_json::Value;

/// Properties that are kept, of any type of resource.
const KEEP: [&str; 80] = [
    "kind",
    "sku",
    "identity",
    "zones",
    "managedBy",
    "properties.access",
    "properties.accessPolicies",
    "properties.addressPrefix",
    "properties.addressSpace",
    "properties.administratorLogin",
    "properties.allowBlobPublicAccess",
    "properties.allowSharedKeyAccess",
    "properties.applicationRuleCollections",
    "properties.appliesTo",
    "properties.appliesToGroups",
    "properties.backendAddressPools",
    "properties.basePolicy",
    "properties.clientId",
    "properties.cloudMetadata",
    "properties.defaultHostName",
    "properties.defaultSecurityRules",
    "properties.destinationAddressPrefix",
    "properties.destinationAddressPrefixes",
    "properties.destinationApplicationSecurityGroups",
    "properties.destinationPortRange",
    "properties.destinationPortRanges",
    "properties.destinations",
    "properties.details",
    "properties.detectedProperties",
    "properties.direction",
    "properties.disableLocalAuth",
    "properties.documentEndpoint",
    "properties.enablePurgeProtection",
    "properties.enableRbacAuthorization",
    "properties.enabled",
    "properties.encryption",
    "properties.endIpAddress",
    "properties.firewallPolicy",
    "properties.frontendIPConfigurations",
    "properties.fullyQualifiedDomainName",
    "properties.hardwareProfile",
    "properties.httpsOnly",
    "properties.inboundIpAddress",
    "properties.inboundNatRules",
    "properties.ipAddress",
    "properties.ipConfigurations",
    "properties.loadBalancingRules",
    "properties.managementGroupAncestorsChain",
    "properties.minimalTlsVersion",
    "properties.minimumTlsVersion",
    "properties.networkAcls",
    "properties.networkRuleCollections",
    "properties.osProfile.computerName",
    "properties.outboundIpAddresses",
    "properties.possibleOutboundIpAddresses",
    "properties.primaryEndpoints",
    "properties.principalId",
    "properties.priority",
    "properties.privateIPAddress",
    "properties.protocol",
    "properties.publicAccess",
    "properties.publicNetworkAccess",
    "properties.resourceId",
    "properties.routes",
    "properties.ruleCollections",
    "properties.securityRules",
    "properties.siteConfig.ipSecurityRestrictions",
    "properties.siteConfig.ipSecurityRestrictionsDefaultAction",
    "properties.sourceAddressPrefix",
    "properties.sourceAddressPrefixes",
    "properties.sourceApplicationSecurityGroups",
    "properties.sources",
    "properties.startIpAddress",
    "properties.state",
    "properties.storageProfile.osDisk.osType",
    "properties.subscriptionId",
    "properties.supportsHttpsTrafficOnly",
    "properties.tenantId",
    "properties.vaultUri",
    "properties.vmId",
];

/// Paths of a resource that hold the ARM id of another.
const LINKS: [(&str, E, bool); 19] = [
    ("properties.networkProfile.networkInterfaces.id", E::HasInterface, false),
    ("properties.virtualMachine.id", E::HasInterface, true),
    ("properties.ipConfigurations.properties.subnet.id", E::LiesIn, false),
    ("properties.ipConfigurations.properties.publicIPAddress.id", E::HasAddress, false),
    ("properties.networkSecurityGroup.id", E::Guards, true),
    ("properties.subnet.id", E::LiesIn, false),
    ("properties.virtualNetworkSubnetId", E::LiesIn, false),
    ("properties.privateLinkServiceConnections.properties.privateLinkServiceId", E::Fronts, false),
    ("properties.virtualNetworkPeerings.properties.remoteVirtualNetwork.id", E::PeersWith, false),
    ("properties.remoteVirtualNetwork.id", E::PeersWith, false),
    ("properties.routeTable.id", E::RoutesTo, false),
    ("properties.natGateway.id", E::RoutesTo, false),
    ("properties.publicIpAddresses.id", E::HasAddress, false),
    ("properties.frontendIPConfigurations.properties.publicIPAddress.id", E::HasAddress, false),
    ("properties.frontendIPConfigurations.properties.subnet.id", E::LiesIn, false),
    ("properties.backendAddressPools.properties.backendIPConfigurations.id", E::Fronts, false),
    ("properties.networkAcls.virtualNetworkRules.id", E::AllowsFrom, false),
    ("properties.subnets.id", E::LiesIn, true),
    ("managedBy", E::Owns, true),
];

/// Reads rows of Azure; whether the document is one that is known.
pub(super) fn read(reader: &mut Reader<'_>, value: &Value) -> bool {
    let rows: Vec<&Value> = match value {
        Value::Array(list) => list.iter().collect(),
        Value::Object(map) => match (map.get("data"), map.get("value")) {
            (Some(Value::Array(list)), _) => list.iter().collect(),
            (_, Some(Value::Array(list))) if !map.contains_key("@odata.context") => list.iter().collect(),
            _ => vec![value],
        },
        _ => return false,
    };
    let mut used = false;
    for row in rows {
        used |= read_row(reader, row);
    }
    // `az graph query` and the API count all rows, also those that are not here.
    let total = ["totalRecords", "total_records"].iter().find_map(|key| value.get(key)).and_then(Value::as_u64);
    let here = doc::list(value, "data").map(|list| u64::try_from(list.len()).unwrap_or(u64::MAX));
    if let (Some(total), Some(here)) = (total, here) {
        let is_first = value.get("skip").is_none();
        reader.out.has_more |= is_first && here < total && used;
    }
    used
}

fn read_row(reader: &mut Reader<'_>, row: &Value) -> bool {
    let Some(id) = doc::text(row, "id") else { return false };
    let kind = doc::text(row, "type").unwrap_or_default().to_ascii_lowercase();
    if id.starts_with('/') && (id.contains("/providers/") || id.starts_with("/subscriptions/")) {
        if super::scans::azure_row(reader, row, &kind) || super::names::site_config(reader, row, &kind) {
            return true;
        }
        let entity = EntityId::arm(id);
        match kind.rsplit('/').next().unwrap_or_default() {
            _ if !kind.starts_with("microsoft.authorization/") && !kind.is_empty() => {
                resource(reader, &entity, row, &kind)
            }
            "roledefinitions" => definition(reader, &entity, row),
            "denyassignments" => deny(reader, &entity, row),
            _ if prop(row, "roleDefinitionId").is_some() => assignment(reader, &entity, row, &kind),
            _ if entity.kind == EntityKind::Subscription => subscription(reader, &entity, row),
            _ => resource(reader, &entity, row, &kind),
        }
        return true;
    }
    // `az account list` gives the bare id of each subscription.
    if let (Some(subscription_id), Some(_), Some(_)) = (guid::parse(id), row.get("tenantId"), row.get("state")) {
        subscription(reader, &EntityId::new(EntityKind::Subscription, subscription_id), row);
        return true;
    }
    false
}

/// A field that `az` prints at the top and the API under `properties`.
fn prop<'v>(row: &'v Value, key: &str) -> Option<&'v Value> {
    let inner = row.get("properties").and_then(|properties| properties.get(key));
    inner.or_else(|| row.get(key)).filter(|value| !value.is_null())
}

fn prop_text<'v>(row: &'v Value, key: &str) -> Option<&'v str> {
    prop(row, key).and_then(Value::as_str).filter(|text| !text.is_empty())
}

fn keep(reader: &mut Reader<'_>, id: &EntityId, row: &Value, keys: &[&str]) {
    if let Some(facet) = reader.out.facets.get_mut(id) {
        for key in keys {
            if let Some(value) = prop(row, key).and_then(Attr::of) {
                facet.attributes.insert((*key).to_owned(), value);
            }
        }
    }
}

/// The scope that an ARM id lies in: its subscription.
fn subscription_of(id: &str) -> Option<EntityId> {
    let rest = id.to_ascii_lowercase();
    let rest = rest.strip_prefix("/subscriptions/")?;
    Some(EntityId::new(EntityKind::Subscription, rest.split('/').next()?))
}

fn subscription(reader: &mut Reader<'_>, id: &EntityId, row: &Value) {
    reader.facet(
        id,
        "arm:subscription",
        row,
        &["state", "properties.state", "properties.managementGroupAncestorsChain"],
    );
    let name = prop_text(row, "displayName").or_else(|| doc::text(row, "name")).map(str::to_owned);
    let tenant =
        doc::text(row, "tenantId").map(|tenant| EntityId::new(EntityKind::Tenant, tenant.to_ascii_lowercase()));
    add_tenant(reader, tenant.as_ref());
    if let Some(facet) = reader.out.facets.get_mut(id) {
        facet.name = name;
        facet.scope = tenant;
    }
}

fn add_tenant(reader: &mut Reader<'_>, tenant: Option<&EntityId>) {
    if let Some(tenant) = tenant {
        reader.facet(tenant, "entra:tenant", &Value::Null, &[]);
    }
}

fn resource(reader: &mut Reader<'_>, id: &EntityId, row: &Value, kind: &str) {
    // The type of the row and the type in the id are the same, but for case.
    let facet = reader.facet(id, if kind.is_empty() { "arm:resource" } else { kind }, row, &KEEP);
    facet.name = doc::text(row, "name").map(str::to_owned);
    facet.region = doc::text(row, "location").map(str::to_owned);
    let arm_id = doc::text(row, "id").unwrap_or_default();
    facet.scope = subscription_of(arm_id);
    facet.created = prop_text(row, "timeCreated").or_else(|| doc::text(row, "createdTime")).and_then(doc::time);
    if kind == "microsoft.resources/subscriptions" {
        return subscription(reader, id, row);
    }
    reader.out.words.insert("arm:resource".to_owned());
    let tenant =
        doc::text(row, "tenantId").map(|tenant| EntityId::new(EntityKind::Tenant, tenant.to_ascii_lowercase()));
    add_tenant(reader, tenant.as_ref());
    if let Some(parent) = parent_of(arm_id) {
        reader.relate(id, E::In, &parent, "id");
        if let (EntityKind::ResourceGroup, Some(subscription)) = (parent.kind, subscription_of(arm_id)) {
            reader.relate(&parent, E::In, &subscription, "id");
        }
    }
    links(reader, id, row);
    identity(reader, id, row);
    for policy in doc::at(row, "properties.accessPolicies").into_iter().flat_map(doc::each) {
        if let Some(object) = doc::text(policy, "objectId") {
            let principal = reader.principal(object, "");
            reader.relate(id, E::Allows, &principal, "properties.accessPolicies");
        }
    }
    const ADDRESSES: [&str; 3] = [
        "properties.ipAddress",
        "properties.ipConfigurations.properties.privateIPAddress",
        "properties.inboundIpAddress",
    ];
    for path in ADDRESSES {
        for address in doc::texts(row, path) {
            reader.relate(id, E::HasAddress, &EntityId::new(EntityKind::Address, address), path);
        }
    }
    if kind.ends_with("/federatedidentitycredentials")
        && let (Some(parent), Some(issuer)) = (parent_of(arm_id), prop_text(row, "issuer"))
    {
        keep(reader, id, row, &["issuer", "subject", "audiences"]);
        let why = format!("federated credential of subject {}", prop_text(row, "subject").unwrap_or_default());
        reader.relate(&parent, E::Trusts, &EntityId::new(EntityKind::IdentityProvider, issuer), &why);
    }
}

/// What an ARM id lies in: the resource above it, else its resource group.
fn parent_of(id: &str) -> Option<EntityId> {
    let (before, after) = id.rsplit_once("/providers/")?;
    let parts: Vec<&str> = after.split('/').collect();
    // Namespace, then pairs of type and name.
    let above = parts.len().checked_sub(2).filter(|length| *length >= 3).and_then(|length| parts.get(..length));
    match above {
        Some(above) => Some(EntityId::arm(&format!("{before}/providers/{}", above.join("/")))),
        None => (!before.is_empty()).then(|| EntityId::arm(before)),
    }
}

fn links(reader: &mut Reader<'_>, id: &EntityId, row: &Value) {
    for (path, kind, turned) in LINKS {
        for text in doc::texts(row, path) {
            let mut other = EntityId::arm(text);
            // A pool names the configuration of an interface, not the interface.
            if let Some((interface, _)) = other.key.split_once("/ipconfigurations/") {
                other = EntityId::arm(interface);
            }
            if turned {
                reader.relate(&other, kind, id, path);
            } else {
                reader.relate(id, kind, &other, path);
            }
        }
    }
    for subnet in doc::at(row, "properties.subnets").into_iter().flat_map(doc::each) {
        if let Some(text) = doc::text(subnet, "id") {
            let own = EntityId::arm(text);
            let facet =
                reader.facet(&own, "microsoft.network/virtualnetworks/subnets", subnet, &["properties.addressPrefix"]);
            facet.name = doc::text(subnet, "name").map(str::to_owned);
            facet.scope = subscription_of(text);
            links(reader, &own, subnet);
        }
    }
}

/// Managed identities: the system's own by its principal, a user's by its ARM id.
fn identity(reader: &mut Reader<'_>, id: &EntityId, row: &Value) {
    let mut principals: Vec<(EntityId, &str)> = Vec::new();
    if let Some(principal) = doc::text(row, "identity.principalId") {
        principals.push((reader.principal(principal, "ServicePrincipal"), "identity.principalId"));
    }
    let assigned = row.get("identity").and_then(|identity| identity.get("userAssignedIdentities"));
    for arm_id in assigned.and_then(Value::as_object).into_iter().flat_map(|map| map.keys()) {
        principals.push((EntityId::arm(arm_id), "identity.userAssignedIdentities"));
    }
    if doc::text(row, "type")
        .is_some_and(|kind| kind.eq_ignore_ascii_case("Microsoft.ManagedIdentity/userAssignedIdentities"))
        && let Some(principal) = prop_text(row, "principalId")
    {
        principals.push((reader.principal(principal, "ServicePrincipal"), "properties.principalId"));
    }
    for (principal, why) in principals {
        reader.relate(id, E::RunsAs, &principal, why);
    }
}

fn authorization(reader: &mut Reader<'_>, id: &EntityId, word: &str, row: &Value, keys: &[&str]) {
    reader.facet(id, word, row, &[]);
    keep(reader, id, row, keys);
    let scope = subscription_of(prop_text(row, "scope").unwrap_or_default()).or_else(|| subscription_of(&id.key));
    let created = prop_text(row, "createdOn").and_then(doc::time);
    if let Some(facet) = reader.out.facets.get_mut(id) {
        facet.scope = scope;
        facet.created = created;
    }
}

/// An assignment is an entity: a principal is assigned it, and it grants a role
/// definition at a scope. An eligible one must be made active first (PIM).
fn assignment(reader: &mut Reader<'_>, id: &EntityId, row: &Value, kind: &str) {
    let eligible = kind.contains("eligibility");
    let word = if eligible { "arm:role-eligibility" } else { "arm:role-assignment" };
    let keys =
        ["roleDefinitionId", "principalId", "principalType", "scope", "condition", "startDateTime", "endDateTime"];
    authorization(reader, id, word, row, &keys);
    let name = prop_text(row, "roleDefinitionName").map(str::to_owned);
    if let Some(facet) = reader.out.facets.get_mut(id) {
        facet.name = name;
    }
    let edge = if eligible { E::EligibleFor } else { E::Assigned };
    if let Some(principal) = prop_text(row, "principalId") {
        let principal = reader.principal(principal, prop_text(row, "principalType").unwrap_or_default());
        reader.relate(&principal, edge, id, "principalId");
    }
    if let Some(definition) = prop_text(row, "roleDefinitionId") {
        reader.relate(id, E::Grants, &role_definition(definition), "roleDefinitionId");
    }
    if let Some(scope) = prop_text(row, "scope").filter(|scope| *scope != "/") {
        reader.relate(id, E::Grants, &EntityId::arm(scope), "scope");
    }
}

/// Role definitions are named with the subscription before them or without; the
/// last part is theirs.
fn role_definition(id: &str) -> EntityId {
    let last = id.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    EntityId::new(EntityKind::RoleDefinition, last)
}

fn definition(reader: &mut Reader<'_>, id: &EntityId, row: &Value) {
    let own = role_definition(&id.key);
    authorization(
        reader,
        &own,
        "arm:role-definition",
        row,
        &["permissions", "assignableScopes", "roleType", "description"],
    );
    let name = prop_text(row, "roleName").map(str::to_owned);
    if let Some(facet) = reader.out.facets.get_mut(&own) {
        facet.name = name;
        facet.scope = None;
    }
}

fn deny(reader: &mut Reader<'_>, id: &EntityId, row: &Value) {
    let keys =
        ["permissions", "scope", "doNotApplyToChildScopes", "principals", "excludePrincipals", "isSystemProtected"];
    authorization(reader, id, "arm:deny-assignment", row, &keys);
    let name = prop_text(row, "denyAssignmentName").map(str::to_owned);
    if let Some(facet) = reader.out.facets.get_mut(id) {
        facet.name = name;
    }
    if let Some(scope) = prop_text(row, "scope").filter(|scope| *scope != "/") {
        reader.relate(id, E::Governs, &EntityId::arm(scope), "scope");
    }
    for principal in prop(row, "principals").map(doc::each).unwrap_or_default() {
        // The all-zero id stands for everyone.
        let object = doc::text(principal, "id").filter(|id| !id.starts_with("00000000-0000-0000-0000-00000000000"));
        if let Some(object) = object {
            let principal = reader.principal(object, doc::text(principal, "type").unwrap_or_default());
            reader.relate(id, E::Governs, &principal, "principals");
        }
    }
}
