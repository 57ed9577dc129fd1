//! Rows of the logs of Azure and Entra, as diagnostic settings write them.

mod rows;

use super::template::{Scope, Template, few};
use super::world::{Person, World};
use jiff::{SignedDuration, Timestamp};
use rows::{ACTIVITY, AUDIT, GRAPH, INTERACTIVE, MANAGED_IDENTITY, NON_INTERACTIVE, SERVICE_PRINCIPAL, TO_AWS};
#[cfg(test)]
use selvedge_model::RecordKind;
use selvedge_model::time::iso_second;
use selvedge_sim::Rng;

/// A log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Log {
    NonInteractive,
    ServicePrincipal,
    Graph,
    ManagedIdentity,
    Interactive,
    Activity,
    Audit,
}

impl Log {
    /// Each with its share of the rows, in a thousand.
    pub(crate) const ALL: [(Self, u64); 7] = [
        (Self::NonInteractive, 380),
        (Self::ServicePrincipal, 200),
        (Self::Graph, 130),
        (Self::ManagedIdentity, 100),
        (Self::Interactive, 80),
        (Self::Activity, 80),
        (Self::Audit, 30),
    ];

    /// The category's container, as a diagnostic setting names it.
    pub(crate) const fn container(self) -> &'static str {
        match self {
            Self::NonInteractive => "insights-logs-noninteractiveusersigninlogs",
            Self::ServicePrincipal => "insights-logs-serviceprincipalsigninlogs",
            Self::Graph => "insights-logs-microsoftgraphactivitylogs",
            Self::ManagedIdentity => "insights-logs-managedidentitysigninlogs",
            Self::Interactive => "insights-logs-signinlogs",
            Self::Activity => "insights-activity-logs",
            Self::Audit => "insights-logs-auditlogs",
        }
    }

    /// Written to a storage account, one row a line; else collected from an
    /// event hub, `{"records":[…]}`.
    pub(crate) const fn in_lines(self) -> bool {
        matches!(self, Self::Graph | Self::Activity)
    }

    /// What a row is.
    #[cfg(test)]
    pub(crate) const fn kind(self) -> RecordKind {
        match self {
            Self::Graph => RecordKind::GraphActivity,
            Self::Activity => RecordKind::AzureActivity,
            Self::Audit => RecordKind::EntraAudit,
            _ => RecordKind::EntraSignIn,
        }
    }
}

/// Applications: id, name, resource's id and name.
const APPS: [[&str; 4]; 7] = [
    [
        "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
        "Azure Portal",
        "797f4846-ba00-4fd7-ba43-dac1f8f63013",
        "Windows Azure Service Management API",
    ],
    [
        "1fec8e78-bce4-4aaf-ab1b-5451cc387264",
        "Microsoft Teams",
        "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe",
        "Microsoft Teams Services",
    ],
    [
        "d3590ed6-52b3-4102-aeff-aad2292ab01c",
        "Microsoft Office",
        "00000002-0000-0ff1-ce00-000000000000",
        "Office 365 Exchange Online",
    ],
    [
        "5d661950-3475-41cd-a2c3-d671a3162bc1",
        "Microsoft Outlook",
        "00000002-0000-0ff1-ce00-000000000000",
        "Office 365 Exchange Online",
    ],
    [
        "ab9b8c07-8f02-4f72-87fa-80105867a763",
        "OneDrive SyncEngine",
        "00000003-0000-0ff1-ce00-000000000000",
        "Office 365 SharePoint Online",
    ],
    [
        "26a7ee05-5602-4d76-a7ba-eae8b7b67941",
        "Windows Search",
        "00000003-0000-0000-c000-000000000000",
        "Microsoft Graph",
    ],
    [
        "29d9ed98-a469-4536-ade2-f981bc1d605e",
        "Microsoft Authentication Broker",
        "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9",
        "Device Registration Service",
    ],
];

const PROVIDERS: [[&str; 3]; 9] = [
    ["rg-web", "Microsoft.Web/sites", "write"],
    ["rg-web", "Microsoft.Web/sites", "restart/action"],
    ["rg-data", "Microsoft.Storage/storageAccounts", "write"],
    ["rg-core", "Microsoft.Compute/virtualMachines", "start/action"],
    ["rg-core", "Microsoft.Compute/virtualMachines", "deallocate/action"],
    ["rg-core", "Microsoft.Resources/deployments", "write"],
    ["rg-aks", "Microsoft.ContainerService/managedClusters", "listClusterUserCredential/action"],
    ["rg-core", "Microsoft.Insights/metricAlerts", "write"],
    ["rg-integration", "Microsoft.Logic/workflows", "enable/action"],
];

/// The templates, compiled once.
pub(crate) struct Rows {
    by_log: Vec<(Log, Vec<(u64, Template)>)>,
    to_aws: Template,
}

/// Names that a row may use.
type Names<'a> = Vec<(&'static str, &'a str)>;

impl Rows {
    pub(crate) fn new() -> Self {
        let forms = |forms: &[(u64, &str)]| forms.iter().map(|(weight, text)| (*weight, Template::new(text))).collect();
        let of = |log: Log| match log {
            Log::NonInteractive => forms(NON_INTERACTIVE),
            Log::ServicePrincipal => forms(SERVICE_PRINCIPAL),
            Log::Graph => forms(GRAPH),
            Log::ManagedIdentity => forms(MANAGED_IDENTITY),
            Log::Interactive => forms(INTERACTIVE),
            Log::Activity => forms(ACTIVITY),
            Log::Audit => forms(AUDIT),
        };
        Self { by_log: Log::ALL.iter().map(|(log, _)| (*log, of(*log))).collect(), to_aws: Template::new(TO_AWS) }
    }

    /// Appends a row of a log.
    pub(crate) fn row(&self, world: &World, log: Log, now: Timestamp, rng: &mut Rng, out: &mut String) {
        let forms = self.by_log.iter().find(|(own, _)| *own == log).map(|(_, forms)| forms.as_slice());
        let forms = forms.unwrap_or_default();
        let total: u64 = forms.iter().map(|(weight, _)| weight).sum();
        let mut die = rng.between(1, total);
        let form = forms.iter().find(|(weight, _)| {
            let found = die <= *weight;
            die = die.saturating_sub(*weight);
            found
        });
        let [app, name, resource, resource_name] = APPS[few(7, rng) as usize];
        let mut names = vec![("app", app), ("appname", name), ("resource", resource), ("resourcename", resource_name)];
        let [group, kind, verb] = PROVIDERS[rng.between(0, 8) as usize];
        let subscription = &world.story.company.subscription;
        let target = kind.rsplit('/').next().unwrap_or_default().to_lowercase();
        let target =
            format!("/subscriptions/{subscription}/resourceGroups/{group}/providers/{kind}/{target}-{}", few(400, rng));
        let (action, upper) = (format!("{kind}/{verb}"), target.to_uppercase());
        let upper_action = action.to_uppercase();
        names.extend([
            ("target", target.as_str()),
            ("TARGET", &upper),
            ("action", &action),
            ("ACTION", &upper_action),
            ("subscription", subscription),
        ]);
        let workload = Workload::new(world, rng);
        workload.names(&mut names);
        if let Some((_, form)) = form {
            fill(form, world, world.somebody(rng), now, names, rng, out);
        }
    }

    /// Appends the sign-in with which somebody goes over to AWS.
    pub(crate) fn crossing(&self, world: &World, n: usize, rng: &mut Rng, out: &mut String) {
        let crossing = &world.crossings[n];
        let app = &world.story.company.app;
        let token = selvedge_model::guid::to_unique_token_identifier(&crossing.sign_in).unwrap_or_default();
        let names =
            vec![("app", app.id.as_str()), ("appname", app.name.as_str()), ("id", &crossing.sign_in), ("uti", &token)];
        fill(&self.to_aws, world, &world.people[crossing.person], crossing.at, names, rng, out);
    }
}

/// A service principal or managed identity.
struct Workload {
    id: String,
    app: String,
    key: String,
    name: String,
    ip: String,
}

impl Workload {
    fn new(world: &World, rng: &mut Rng) -> Self {
        let n = few(300, rng);
        let mut own = Rng::new(world.seed ^ n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Self {
            id: own.guid(),
            app: own.guid(),
            key: own.guid(),
            name: format!("sp-{}-{n}", ["deploy", "sync", "backup", "report", "scan"][(n % 5) as usize]),
            ip: format!("20.{}.{}.{}", own.between(33, 110), own.between(0, 255), own.between(1, 254)),
        }
    }

    fn names<'a>(&'a self, names: &mut Names<'a>) {
        names.extend([
            ("spid", self.id.as_str()),
            ("spapp", &self.app),
            ("spkey", &self.key),
            ("spname", &self.name),
            ("spip", &self.ip),
        ]);
    }
}

fn fill(
    form: &Template,
    world: &World,
    person: &Person,
    now: Timestamp,
    names: Names<'_>,
    rng: &mut Rng,
    out: &mut String,
) {
    // Its own names live shorter than those it is given.
    let mut names: Names<'_> = names;
    let second = |time: Timestamp| iso_second(time).trim_end_matches('Z').to_owned();
    // `time` is when the row was written.
    let written = now.checked_add(SignedDuration::from_secs(rng.between(20, 150).cast_signed())).unwrap_or(now);
    let (now_text, written) = (second(now), second(written));
    let (os, browser, agent) = person.browser;
    let tenant = world.story.company.tenant.as_str();
    let (asn, lat, lon) =
        (person.office.asn.to_string(), person.office.at.0.to_string(), person.office.at.1.to_string());
    let issued = (now.as_second() - rng.between(30, 3_000).cast_signed()).to_string();
    names.extend([
        ("tenant", tenant),
        ("now", now_text.as_str()),
        ("written", &written),
        ("issued", &issued),
        ("user", &person.id),
        ("upn", &person.upn),
        ("name", &person.name),
        ("ip", &person.ip),
        ("asn", &asn),
        ("country", person.office.country),
        ("city", person.office.city),
        ("lat", &lat),
        ("lon", &lon),
        ("os", os),
        ("browser", browser),
        ("agent", agent),
        ("device", &person.device),
        ("devicename", &person.device_name),
        ("session", &person.session),
    ]);
    form.fill(&Scope { names: &names, now }, &mut Default::default(), rng, out);
}
