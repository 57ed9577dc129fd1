//! Which rules look at which records.

use super::check::{Check, Order};
use super::rule::{Asks, Item};
use crate::get;
use crate::json::Json;
use selvedge_model::RecordKind;
use selvedge_model::ocsf::Class;

/// What a record is, in Sigma's words: <https://sigmahq.io/docs/basics/log-sources.html>.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogSource {
    /// `aws`, `azure`.
    pub product: &'static str,
    /// The names that rules give the log; the first is ours.
    pub services: &'static [&'static str],
}

impl LogSource {
    /// AWS CloudTrail.
    pub const CLOUDTRAIL: Self = Self::new("aws", &["cloudtrail"]);
    /// Amazon GuardDuty.
    pub const GUARDDUTY: Self = Self::new("aws", &["guardduty"]);
    /// AWS Security Hub.
    pub const SECURITY_HUB: Self = Self::new("aws", &["securityhub", "security_hub"]);
    /// VPC flow logs.
    pub const VPC_FLOW: Self = Self::new("aws", &["vpcflow", "vpcflowlogs", "vpc_flow"]);
    /// Azure Activity Log.
    pub const AZURE_ACTIVITY: Self = Self::new("azure", &["activitylogs", "azureactivity"]);
    /// Entra sign-in logs.
    pub const ENTRA_SIGN_IN: Self = Self::new("azure", &["signinlogs"]);
    /// Entra directory audit logs. What PIM does is written here as well.
    pub const ENTRA_AUDIT: Self = Self::new("azure", &["auditlogs", "pim"]);
    /// Entra ID Protection, and PIM's alerts, which rules name by the same field.
    pub const ENTRA_RISK: Self = Self::new("azure", &["riskdetection", "riskdetections", "pim"]);
    /// Microsoft Graph activity logs.
    pub const GRAPH_ACTIVITY: Self = Self::new("azure", &["graphactivity", "microsoftgraphactivitylogs"]);
    /// Alerts of Defender.
    pub const DEFENDER: Self = Self::new("azure", &["defender"]);
    /// Incidents of Defender and Sentinel.
    pub const INCIDENTS: Self = Self::new("azure", &["sentinel"]);
    /// NSG and VNet flow logs.
    pub const AZURE_FLOW: Self = Self::new("azure", &["flowlogs", "nsgflowlogs", "vnetflowlogs"]);
    /// App Service HTTP logs.
    pub const APP_SERVICE: Self = Self::new("azure", &["appservice"]);
    /// Azure Storage resource logs.
    pub const STORAGE: Self = Self::new("azure", &["storage"]);
    /// Key Vault audit events.
    pub const KEY_VAULT: Self = Self::new("azure", &["keyvault"]);
    /// Logic Apps runtime logs.
    pub const LOGIC_APPS: Self = Self::new("azure", &["logicapps"]);
    /// Audit logs of the Kubernetes API in AKS.
    pub const AKS: Self = Self::new("azure", &["aks", "kubernetes"]);
    /// OCSF events of no product that is told apart.
    pub const OCSF: Self = Self::new("ocsf", &["ocsf"]);

    /// Every log source.
    pub const ALL: [Self; 18] = [
        Self::CLOUDTRAIL,
        Self::GUARDDUTY,
        Self::SECURITY_HUB,
        Self::VPC_FLOW,
        Self::AZURE_ACTIVITY,
        Self::ENTRA_SIGN_IN,
        Self::ENTRA_AUDIT,
        Self::ENTRA_RISK,
        Self::GRAPH_ACTIVITY,
        Self::DEFENDER,
        Self::INCIDENTS,
        Self::AZURE_FLOW,
        Self::APP_SERVICE,
        Self::STORAGE,
        Self::KEY_VAULT,
        Self::LOGIC_APPS,
        Self::AKS,
        Self::OCSF,
    ];

    const fn new(product: &'static str, services: &'static [&'static str]) -> Self {
        Self { product, services }
    }

    /// The log source that Sigma rules name for a kind of record; `None` for
    /// records that no rule can address.
    pub const fn of(kind: RecordKind) -> Option<Self> {
        match kind {
            RecordKind::CloudTrail => Some(Self::CLOUDTRAIL),
            RecordKind::GuardDuty => Some(Self::GUARDDUTY),
            RecordKind::SecurityHub => Some(Self::SECURITY_HUB),
            RecordKind::VpcFlow => Some(Self::VPC_FLOW),
            RecordKind::Ocsf => Some(Self::OCSF),
            RecordKind::AzureActivity => Some(Self::AZURE_ACTIVITY),
            RecordKind::EntraSignIn => Some(Self::ENTRA_SIGN_IN),
            RecordKind::EntraAudit => Some(Self::ENTRA_AUDIT),
            RecordKind::EntraRisk => Some(Self::ENTRA_RISK),
            RecordKind::GraphActivity => Some(Self::GRAPH_ACTIVITY),
            RecordKind::DefenderAlert => Some(Self::DEFENDER),
            RecordKind::MicrosoftIncident => Some(Self::INCIDENTS),
            RecordKind::AzureFlow => Some(Self::AZURE_FLOW),
            RecordKind::AppService => Some(Self::APP_SERVICE),
            RecordKind::AzureStorage => Some(Self::STORAGE),
            RecordKind::KeyVault => Some(Self::KEY_VAULT),
            RecordKind::LogicApps => Some(Self::LOGIC_APPS),
            RecordKind::AksAudit => Some(Self::AKS),
            RecordKind::Unmapped => None,
        }
    }

    /// What an OCSF event was made of, told from its product: rules for that log
    /// look at it too.
    pub fn of_ocsf(event: Json<'_>) -> Self {
        let name = get::text_or_empty(event, &["metadata", "product", "name"]).to_ascii_lowercase();
        if name.contains("entra id") && !name.contains("protection") {
            return match get::integer(event, &["class_uid"]) {
                Some(3002) => Self::ENTRA_SIGN_IN,
                Some(2000..=2999) => Self::ENTRA_RISK,
                _ => Self::ENTRA_AUDIT,
            };
        }
        let found = OCSF_PRODUCTS.iter().find(|(part, _)| name.contains(part));
        found.map_or(Self::OCSF, |(_, source)| *source)
    }

    /// The log sources whose records a rule with this `logsource` looks at. None
    /// if the rule names nothing.
    pub fn fitting(product: &Option<String>, service: &Option<String>, category: &Option<String>) -> Vec<Self> {
        let own = RuleSource::new(product, service, category);
        Self::ALL.into_iter().filter(|source| own.as_ref().is_some_and(|own| own.fits(source))).collect()
    }

    /// The log source of these names, as a rule gives them.
    pub fn named(product: &str, service: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| {
            source.product.eq_ignore_ascii_case(product)
                && source.services.iter().any(|name| name.eq_ignore_ascii_case(service))
        })
    }
}

/// Parts of `metadata.product.name`, in lower case, by source: Security Lake's
/// names and those that `normalize` writes.
const OCSF_PRODUCTS: [(&str, LogSource); 14] = [
    ("cloudtrail", LogSource::CLOUDTRAIL),
    ("guardduty", LogSource::GUARDDUTY),
    ("security hub", LogSource::SECURITY_HUB),
    ("vpc", LogSource::VPC_FLOW),
    ("activity log", LogSource::AZURE_ACTIVITY),
    ("sign-in", LogSource::ENTRA_SIGN_IN),
    ("id protection", LogSource::ENTRA_RISK),
    ("identity protection", LogSource::ENTRA_RISK),
    ("audit log", LogSource::ENTRA_AUDIT),
    ("graph activity", LogSource::GRAPH_ACTIVITY),
    ("key vault", LogSource::KEY_VAULT),
    ("logic apps", LogSource::LOGIC_APPS),
    ("app service", LogSource::APP_SERVICE),
    ("defender", LogSource::DEFENDER),
];

/// A rule's own log source; `None` fits anything. Lower-case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct RuleSource {
    product: Option<String>,
    service: Option<String>,
    category: Option<String>,
}

impl RuleSource {
    /// `None` if none of the three is named.
    pub(super) fn new(product: &Option<String>, service: &Option<String>, category: &Option<String>) -> Option<Self> {
        let lower = |part: &Option<String>| part.as_ref().map(|text| text.to_ascii_lowercase());
        let source = Self { product: lower(product), service: lower(service), category: lower(category) };
        (source.product.is_some() || source.service.is_some() || source.category.is_some()).then_some(source)
    }

    pub(super) fn fits(&self, source: &LogSource) -> bool {
        // Sigma's own categories are of no kind of record that is read here; a
        // rule that is written for OCSF names one of its classes.
        if self.category.is_some() && self.ocsf_class().is_none() {
            return false;
        }
        let product = self.product.as_deref().is_none_or(|own| own == OCSF || own == source.product);
        let service = self.service.as_deref().is_none_or(|own| {
            let bare = own.strip_prefix(source.product).and_then(|rest| rest.strip_prefix('.')).unwrap_or(own);
            source.services.contains(&bare) || (self.ocsf_class().is_some() && source_name(own).is_none())
        });
        product && service
    }

    /// Whether a filter of this log source is meant for rules of that one.
    pub(super) fn holds(&self, rule: &Self) -> bool {
        let part = |own: &Option<String>, of_rule: &Option<String>| own.is_none() || own == of_rule;
        part(&self.product, &rule.product) && part(&self.service, &rule.service) && part(&self.category, &rule.category)
    }

    /// What a rule for a class of OCSF asks of every event.
    pub(super) fn class(&self) -> Option<Asks<String>> {
        let (attribute, number) = self.ocsf_class()?;
        let check = Check::Number(Order::Equal, f64::from(number));
        Some(Asks::Item(Item { field: attribute.to_owned(), check }))
    }

    /// The class or category of OCSF that the rule names, if it names one.
    fn ocsf_class(&self) -> Option<(&'static str, u32)> {
        let for_ocsf = self.product.as_deref() == Some(OCSF);
        let names = [self.category.as_deref(), self.service.as_deref().filter(|_| for_ocsf)];
        names.into_iter().flatten().find_map(|name| {
            let class = Class::all().iter().find(|class| class.name == name);
            let class = class.map(|class| ("class_uid", class.uid));
            let category = || OCSF_CATEGORIES.iter().find(|(own, _)| for_ocsf && *own == name);
            class.or_else(|| category().map(|(_, number)| ("category_uid", *number)))
        })
    }
}

/// The product of rules for OCSF events of whatever source.
const OCSF: &str = "ocsf";

/// OCSF's categories. Source: OCSF 1.8.0, `categories.json`.
const OCSF_CATEGORIES: [(&str, u32); 7] = [
    ("system", 1),
    ("findings", 2),
    ("iam", 3),
    ("network", 4),
    ("discovery", 5),
    ("application", 6),
    ("remediation", 7),
];

fn source_name(name: &str) -> Option<LogSource> {
    LogSource::ALL.into_iter().find(|source| source.services.contains(&name))
}
