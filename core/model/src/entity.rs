//! What the graph is made of: kinds of things and their canonical ids.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The kinds of entity, cloud-neutral.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntityKind {
    /// A human being, to whom accounts of both clouds are joined.
    Person,
    /// An Entra user object.
    EntraUser,
    /// An Entra group.
    EntraGroup,
    /// An Entra application registration.
    Application,
    /// A service principal or managed identity.
    ServicePrincipal,
    /// An Entra sign-in session (claim `sid`).
    EntraSession,
    /// A device object.
    Device,
    /// An AWS account.
    AwsAccount,
    /// An Azure subscription.
    Subscription,
    /// An Entra tenant.
    Tenant,
    /// An IAM role.
    IamRole,
    /// An IAM user.
    IamUser,
    /// A SAML or OIDC provider in IAM.
    IdentityProvider,
    /// One set of temporary credentials of a role.
    AwsSession,
    /// An access key id.
    AccessKey,
    /// A policy document that is an object of its own.
    Policy,
    /// A bucket or container of objects.
    Bucket,
    /// A public or private network address.
    Address,
    /// Any other cloud resource, by ARN or ARM id.
    Resource,
    /// An IAM group.
    IamGroup,
    /// A user of IAM Identity Center's identity store.
    IdentityCenterUser,
    /// A group of IAM Identity Center's identity store.
    IdentityCenterGroup,
    /// A permission set of IAM Identity Center.
    PermissionSet,
    /// A role definition of Azure or Entra.
    RoleDefinition,
    /// An AWS service that acts for itself, such as `ec2.amazonaws.com`.
    Service,
    /// An organization, one of its roots or units, or a management group.
    OrgUnit,
    /// A resource group.
    ResourceGroup,
    /// A virtual machine.
    VirtualMachine,
    /// Code that a cloud runs on demand.
    Function,
    /// A web or workflow application that a cloud runs.
    App,
    /// A container, or a cluster of them.
    Container,
    /// A database or database server.
    Database,
    /// An Azure storage account.
    StorageAccount,
    /// A key vault.
    Vault,
    /// A secret.
    Secret,
    /// A cryptographic key.
    CryptoKey,
    /// A VPC or virtual network.
    Network,
    /// A subnet.
    Subnet,
    /// A security group of either cloud.
    SecurityGroup,
    /// A network access control list.
    NetworkAcl,
    /// A route table.
    RouteTable,
    /// A network interface.
    NetworkInterface,
    /// An internet, NAT or transit gateway, or a peering.
    Gateway,
    /// A load balancer, target group or content distribution.
    LoadBalancer,
    /// A private or public endpoint of a service.
    Endpoint,
    /// A web application firewall's list of rules.
    WebAcl,
}

/// Canonical id of an entity; which text it holds depends on the kind. IAM
/// principal: ARN and unique id. AWS session: role id, session name, creation
/// date, access key. Entra: tenant and object id. ARM: the lower-cased id.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct EntityId {
    /// What it is.
    pub kind: EntityKind,
    /// The canonical key within the kind.
    pub key: String,
}

impl EntityId {
    /// An id of `kind` with a key that is already canonical.
    pub fn new(kind: EntityKind, key: impl Into<String>) -> Self {
        Self { kind, key: key.into() }
    }

    /// An Entra user by tenant and object id, both lower-cased.
    pub fn entra_user(tenant: &str, object_id: &str) -> Self {
        Self::new(EntityKind::EntraUser, format!("{}/{}", tenant.to_ascii_lowercase(), object_id.to_ascii_lowercase()))
    }

    /// An AWS account.
    pub fn aws_account(id: &str) -> Self {
        Self::new(EntityKind::AwsAccount, id)
    }

    /// What an ARM id names: ids compare without case, and the id's own type says
    /// which kind of thing it is. Source: the form of ARM ids, `/subscriptions/ID`,
    /// `/resourceGroups/NAME`, `/providers/NAMESPACE/TYPE/NAME[/TYPE/NAME]…`.
    pub fn arm(id: &str) -> Self {
        let key = id.to_ascii_lowercase();
        let key = key.trim_end_matches('/');
        match arm_kind(key) {
            EntityKind::Subscription => Self::new(EntityKind::Subscription, key.trim_start_matches("/subscriptions/")),
            kind => Self::new(kind, key),
        }
    }

    /// What an ARN or an id of EC2 names. EC2's ids are unique without their ARN
    /// and are the key; IAM principals, functions and keys are known by ARN;
    /// buckets by name.
    pub fn aws(id: &str) -> Self {
        let Some(arn) = crate::arn::Arn::parse(id) else {
            return Self::new(ec2_kind(id).unwrap_or(EntityKind::Resource), id);
        };
        if arn.service == "s3" && !arn.resource.is_empty() && arn.account.is_empty() {
            return Self::new(EntityKind::Bucket, arn.resource.split('/').next().unwrap_or_default());
        }
        if arn.service == "iam" && arn.resource == "root" {
            return Self::aws_account(arn.account);
        }
        if arn.service == "ec2"
            && let Some(kind) = ec2_kind(arn.name())
        {
            return Self::new(kind, arn.name());
        }
        if arn.service == "organizations" && arn.resource_type() == "account" {
            return Self::aws_account(arn.name());
        }
        let kind = AWS_KINDS
            .iter()
            .find(|(service, resource, _)| {
                arn.service == *service && (*resource == "*" || arn.resource_type() == *resource)
            })
            .map_or(EntityKind::Resource, |(.., kind)| *kind);
        Self::new(kind, id)
    }
}

/// Kinds by ARN: service, first word of the resource (`*` is any).
const AWS_KINDS: [(&str, &str, EntityKind); 22] = [
    ("iam", "role", EntityKind::IamRole),
    ("iam", "user", EntityKind::IamUser),
    ("iam", "group", EntityKind::IamGroup),
    ("iam", "policy", EntityKind::Policy),
    ("iam", "saml-provider", EntityKind::IdentityProvider),
    ("iam", "oidc-provider", EntityKind::IdentityProvider),
    ("sso", "permissionSet", EntityKind::PermissionSet),
    ("organizations", "ou", EntityKind::OrgUnit),
    ("organizations", "root", EntityKind::OrgUnit),
    ("organizations", "organization", EntityKind::OrgUnit),
    ("organizations", "policy", EntityKind::Policy),
    ("lambda", "function", EntityKind::Function),
    ("rds", "*", EntityKind::Database),
    ("dynamodb", "table", EntityKind::Database),
    ("redshift", "*", EntityKind::Database),
    ("secretsmanager", "secret", EntityKind::Secret),
    ("kms", "key", EntityKind::CryptoKey),
    ("elasticloadbalancing", "*", EntityKind::LoadBalancer),
    ("cloudfront", "distribution", EntityKind::LoadBalancer),
    ("wafv2", "*", EntityKind::WebAcl),
    ("ecs", "*", EntityKind::Container),
    ("eks", "*", EntityKind::Container),
];

/// The kind of an EC2 id, by its prefix.
fn ec2_kind(id: &str) -> Option<EntityKind> {
    Some(match id.split_once('-')?.0 {
        "i" => EntityKind::VirtualMachine,
        "vpc" => EntityKind::Network,
        "subnet" => EntityKind::Subnet,
        "sg" => EntityKind::SecurityGroup,
        "acl" => EntityKind::NetworkAcl,
        "rtb" => EntityKind::RouteTable,
        "eni" => EntityKind::NetworkInterface,
        "igw" | "nat" | "vgw" | "tgw" | "eigw" | "pcx" | "cgw" => EntityKind::Gateway,
        "vpce" => EntityKind::Endpoint,
        _ => return None,
    })
}

/// Kinds by ARM type: the first provider's namespace and types without names.
const ARM_KINDS: [(&str, EntityKind); 40] = [
    ("microsoft.authorization/roleassignments", EntityKind::Policy),
    ("microsoft.authorization/denyassignments", EntityKind::Policy),
    ("microsoft.authorization/roleeligibilityschedules", EntityKind::Policy),
    ("microsoft.authorization/roleeligibilityscheduleinstances", EntityKind::Policy),
    ("microsoft.authorization/roleassignmentschedules", EntityKind::Policy),
    ("microsoft.authorization/roleassignmentscheduleinstances", EntityKind::Policy),
    ("microsoft.compute/virtualmachines", EntityKind::VirtualMachine),
    ("microsoft.compute/virtualmachinescalesets", EntityKind::VirtualMachine),
    ("microsoft.hybridcompute/machines", EntityKind::VirtualMachine),
    ("microsoft.web/sites", EntityKind::App),
    ("microsoft.logic/workflows", EntityKind::App),
    ("microsoft.app/containerapps", EntityKind::Container),
    ("microsoft.containerinstance/containergroups", EntityKind::Container),
    ("microsoft.containerservice/managedclusters", EntityKind::Container),
    ("microsoft.sql/servers", EntityKind::Database),
    ("microsoft.sql/servers/databases", EntityKind::Database),
    ("microsoft.sql/managedinstances", EntityKind::Database),
    ("microsoft.dbforpostgresql/servers", EntityKind::Database),
    ("microsoft.dbforpostgresql/flexibleservers", EntityKind::Database),
    ("microsoft.dbformysql/flexibleservers", EntityKind::Database),
    ("microsoft.documentdb/databaseaccounts", EntityKind::Database),
    ("microsoft.storage/storageaccounts", EntityKind::StorageAccount),
    ("microsoft.storage/storageaccounts/blobservices/containers", EntityKind::Bucket),
    ("microsoft.keyvault/vaults", EntityKind::Vault),
    ("microsoft.keyvault/managedhsms", EntityKind::Vault),
    ("microsoft.keyvault/vaults/secrets", EntityKind::Secret),
    ("microsoft.keyvault/vaults/keys", EntityKind::CryptoKey),
    ("microsoft.network/virtualnetworks", EntityKind::Network),
    ("microsoft.network/virtualnetworks/subnets", EntityKind::Subnet),
    ("microsoft.network/networksecuritygroups", EntityKind::SecurityGroup),
    ("microsoft.network/routetables", EntityKind::RouteTable),
    ("microsoft.network/networkinterfaces", EntityKind::NetworkInterface),
    ("microsoft.network/natgateways", EntityKind::Gateway),
    ("microsoft.network/virtualnetworkgateways", EntityKind::Gateway),
    ("microsoft.network/loadbalancers", EntityKind::LoadBalancer),
    ("microsoft.network/applicationgateways", EntityKind::LoadBalancer),
    ("microsoft.network/frontdoors", EntityKind::LoadBalancer),
    ("microsoft.network/privateendpoints", EntityKind::Endpoint),
    ("microsoft.authorization/roledefinitions", EntityKind::RoleDefinition),
    ("microsoft.management/managementgroups", EntityKind::OrgUnit),
];

/// The kind of a lower-cased ARM id.
fn arm_kind(id: &str) -> EntityKind {
    let Some((_, after)) = id.rsplit_once("/providers/") else {
        let parts = id.split('/').filter(|part| !part.is_empty()).count();
        return match (id.starts_with("/subscriptions/"), parts) {
            (true, 2) => EntityKind::Subscription,
            (true, 4) if id.contains("/resourcegroups/") => EntityKind::ResourceGroup,
            _ => EntityKind::Resource,
        };
    };
    let mut parts = after.split('/');
    let mut name = parts.next().unwrap_or_default().to_owned();
    for kind in parts.step_by(2) {
        name.push('/');
        name.push_str(kind);
    }
    ARM_KINDS.iter().find(|(known, _)| *known == name).map_or(EntityKind::Resource, |(_, kind)| *kind)
}

impl fmt::Debug for EntityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}:{:?}", self.kind, self.key)
    }
}

/// An entity as an incident names it for people and tools.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct EntityRef {
    /// What it is.
    pub kind: EntityKind,
    /// Canonical key.
    pub id: String,
    /// A name that people know, where there is one (a UPN, a role's name).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_says_what_it_names() {
        use EntityKind as K;
        for (id, kind, key) in [
            ("arn:aws:iam::1:role/a/R", K::IamRole, "arn:aws:iam::1:role/a/R"),
            ("arn:aws:iam::1:root", K::AwsAccount, "1"),
            ("arn:aws:s3:::b/x", K::Bucket, "b"),
            ("arn:aws:ec2:r:1:instance/i-1", K::VirtualMachine, "i-1"),
            ("sg-1", K::SecurityGroup, "sg-1"),
            ("arn:aws:rds:r:1:db:x", K::Database, "arn:aws:rds:r:1:db:x"),
            ("arn:aws:organizations::1:account/o-1/2", K::AwsAccount, "2"),
            ("x", K::Resource, "x"),
            ("", K::Resource, ""),
        ] {
            assert_eq!(EntityId::aws(id), EntityId::new(kind, key), "{id}");
        }
    }

    #[test]
    fn an_arm_id_says_what_it_names() {
        use EntityKind as K;
        let sub = "/subscriptions/S";
        assert_eq!(EntityId::arm(sub), EntityId::new(K::Subscription, "s"));
        for (id, kind) in [
            (format!("{sub}/resourceGroups/g"), K::ResourceGroup),
            (format!("{sub}/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v"), K::VirtualMachine),
            (format!("{sub}/resourceGroups/g/providers/Microsoft.Sql/servers/s/databases/d"), K::Database),
            (format!("{sub}/providers/Microsoft.Authorization/roleAssignments/a"), K::Policy),
            (format!("{sub}/providers/Microsoft.Authorization/roleDefinitions/a"), K::RoleDefinition),
            (format!("{sub}/resourceGroups/g/providers/Microsoft.Foo/bars/b"), K::Resource),
            ("/providers/Microsoft.Management/managementGroups/m".to_owned(), K::OrgUnit),
            ("".to_owned(), K::Resource),
        ] {
            assert_eq!(EntityId::arm(&id), EntityId::new(kind, id.to_ascii_lowercase()), "{id}");
        }
    }
}
