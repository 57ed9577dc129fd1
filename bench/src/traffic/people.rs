//! The company's people at work: sign-ins to Entra and changes in Azure, made by
//! the simulated cloud.

use jiff::Timestamp;
use selvedge_sim::place::{EDGE, FIREFOX, SAFARI};
use selvedge_sim::{App, Company, EntraSession, LogRecord, Place, Rng, SignIn, SimClock, SimCloud, UserSpec};

const FIRST: [&str; 16] = [
    "Aoife", "Bruno", "Chiara", "Dmitri", "Elena", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Kofi", "Lena", "Mateo",
    "Nadia", "Oscar", "Priya",
];
const LAST: [&str; 12] = [
    "Adeyemi", "Bauer", "Costa", "Doyle", "Eriksen", "Farkas", "Gupta", "Haas", "Ivanova", "Jensen", "Kowalski",
    "Lombardi",
];
/// Country, name, degrees north and east.
type City = (&'static str, &'static str, f64, f64);
/// Offices: address, network, and city.
const OFFICES: [(&str, u32, City); 4] = [
    ("198.51.100.10", 64_500, ("IE", "Dublin", 53.35, -6.26)),
    ("198.51.100.66", 64_500, ("IE", "Dublin", 53.35, -6.26)),
    ("192.0.2.20", 64_501, ("DE", "Munich", 48.14, 11.58)),
    ("192.0.2.140", 64_502, ("PT", "Porto", 41.15, -8.61)),
];
const ARM: [(&str, &str, &str); 8] = [
    ("rg-web", "Microsoft.Web/sites", "Microsoft.Web/sites/write"),
    ("rg-web", "Microsoft.Web/sites", "Microsoft.Web/sites/restart/action"),
    ("rg-data", "Microsoft.Storage/storageAccounts", "Microsoft.Storage/storageAccounts/listKeys/action"),
    ("rg-data", "Microsoft.Sql/servers", "Microsoft.Sql/servers/firewallRules/write"),
    ("rg-core", "Microsoft.Compute/virtualMachines", "Microsoft.Compute/virtualMachines/start/action"),
    ("rg-core", "Microsoft.Network/networkSecurityGroups", "Microsoft.Network/networkSecurityGroups/write"),
    ("rg-core", "Microsoft.KeyVault/vaults", "Microsoft.KeyVault/vaults/write"),
    ("rg-integration", "Microsoft.Logic/workflows", "Microsoft.Logic/workflows/write"),
];

struct Person {
    id: String,
    desk: Place,
    /// Session with the newest sign-in to the portal.
    at_work: Option<(EntraSession, SignIn)>,
    upn: String,
}

/// Somebody who has just gone over to AWS.
pub(crate) struct Crossing {
    pub(crate) upn: String,
    pub(crate) ip: String,
    pub(crate) user_agent: String,
}

/// The people, and the cloud that logs what they do.
pub(crate) struct People {
    cloud: SimCloud,
    clock: SimClock,
    rng: Rng,
    tenant: String,
    subscription: String,
    aws: App,
    apps: Vec<App>,
    people: Vec<Person>,
}

fn app(id: &str, name: &str, api: (&str, &str)) -> App {
    App { id: id.into(), name: name.into(), api: Some((api.0.into(), api.1.into())) }
}

impl People {
    /// `count` people of the company's tenant, none of whom is in its story.
    pub(crate) fn new(company: &Company, count: usize, seed: u64, start: Timestamp) -> Self {
        let clock = SimClock::new(start);
        let cloud = SimCloud::new(seed, clock.clone());
        cloud.add_tenant(&company.tenant, true);
        let mut rng = Rng::labelled(seed, "people");
        let people: Vec<Person> = (0..count).map(|n| person(n, &mut rng)).collect();
        for one in &people {
            let name = one.upn.split('@').next().unwrap_or_default().replace('.', " ");
            cloud.add_user(
                &company.tenant,
                UserSpec {
                    id: one.id.clone(),
                    upn: one.upn.clone(),
                    display_name: name,
                    user_type: "Member".into(),
                    on_premises: None,
                },
            );
            cloud.assign_azure_role(&company.tenant, &one.id, "Contributor", "Microsoft.");
        }
        let graph = ("00000003-0000-0000-c000-000000000000", "Microsoft Graph");
        let exchange = ("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online");
        let apps = vec![
            App::azure_portal(),
            app("1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams", graph),
            app("d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office", exchange),
            app("04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Microsoft Azure CLI", graph),
        ];
        Self {
            cloud,
            clock,
            rng,
            tenant: company.tenant.clone(),
            subscription: company.subscription.clone(),
            aws: company.app.clone(),
            apps,
            people,
        }
    }

    /// Somebody gets a token, at times with a fresh sign-in.
    pub(crate) fn sign_in(&mut self, at: Timestamp) {
        self.clock.advance_to(at);
        let n = self.pick();
        let fresh = self.people[n].at_work.is_none() || self.rng.chance(40);
        if fresh {
            self.begin(n);
            return;
        }
        let app = self.apps[self.rng.between(0, self.apps.len() as u64 - 1) as usize].clone();
        self.refresh(n, &app);
    }

    /// Somebody changes something in Azure.
    pub(crate) fn arm(&mut self, at: Timestamp) {
        self.clock.advance_to(at);
        let n = self.pick();
        if self.people[n].at_work.is_none() {
            self.begin(n);
        }
        let (group, kind, action) = ARM[self.rng.between(0, ARM.len() as u64 - 1) as usize];
        let resource = format!(
            "/subscriptions/{}/resourceGroups/{group}/providers/{kind}/{}-{:03}",
            self.subscription,
            kind.rsplit('/').next().unwrap_or_default().to_lowercase(),
            self.rng.between(0, 400),
        );
        let person = &self.people[n];
        let Some((_, sign_in)) = &person.at_work else { return };
        self.cloud
            .arm_as_user(sign_in, &person.desk, (&self.subscription, &resource), action)
            .expect("everybody here is a contributor");
    }

    /// Somebody signs in to the AWS application.
    pub(crate) fn cross_over(&mut self, at: Timestamp) -> Crossing {
        self.clock.advance_to(at);
        let n = self.pick();
        if self.people[n].at_work.is_none() {
            self.begin(n);
        }
        let aws = self.aws.clone();
        self.refresh(n, &aws);
        let person = &self.people[n];
        Crossing { upn: person.upn.clone(), ip: person.desk.ip.clone(), user_agent: person.desk.user_agent.clone() }
    }

    /// The rows written since the last call.
    pub(crate) fn take(&self) -> Vec<LogRecord> {
        self.cloud.take_logs(Timestamp::MAX)
    }

    fn pick(&mut self) -> usize {
        self.rng.between(0, self.people.len() as u64 - 1) as usize
    }

    fn begin(&mut self, n: usize) {
        let person = &mut self.people[n];
        let sign_in = self
            .cloud
            .sign_in(&self.tenant, &person.id, &App::azure_portal(), &person.desk)
            .expect("nobody here is disabled");
        person.at_work = Some((sign_in.session.clone(), sign_in));
    }

    fn refresh(&mut self, n: usize, app: &App) {
        let person = &mut self.people[n];
        let Some((session, newest)) = &mut person.at_work else { return };
        let sign_in = self.cloud.refresh(session, app, &person.desk).expect("nobody's session is revoked");
        if *app == App::azure_portal() {
            *newest = sign_in;
        }
    }
}

fn person(n: usize, rng: &mut Rng) -> Person {
    let (first, last) = (FIRST[n % FIRST.len()], LAST[n / FIRST.len() % LAST.len()]);
    let (ip, asn, city) = OFFICES[rng.between(0, OFFICES.len() as u64 - 1) as usize];
    let browser = [EDGE, SAFARI, FIREFOX][rng.between(0, 2) as usize];
    let machine = rng.aws_id("CON-", 10);
    Person {
        id: rng.guid(),
        desk: Place::new(ip, asn, city, browser).on(&rng.guid(), &machine),
        at_work: None,
        upn: format!("{}.{}{n}@contoso.com", first.to_lowercase(), last.to_lowercase()),
    }
}
