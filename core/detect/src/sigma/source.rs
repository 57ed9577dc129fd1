//! Which rules look at which records.

use selvedge_model::RecordKind;

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
        // No kind of record that is read here has one of Sigma's categories.
        self.category.is_none()
            && self.product.as_deref().is_none_or(|own| own == source.product)
            && self.service.as_deref().is_none_or(|own| source.services.contains(&own))
    }
}
