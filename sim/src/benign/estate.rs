//! The company: who and what is there to act.

use crate::company::Human;
use crate::rng::Rng;

/// Someone who works there.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) upn: String,
    pub(super) name: String,
    pub(super) id: String,
    /// Home or office address.
    pub(super) ip: String,
    pub(super) device: String,
}

/// An application or a pipeline in Entra.
#[derive(Debug, Clone)]
pub(super) struct App {
    pub(super) name: String,
    pub(super) app_id: String,
    pub(super) id: String,
}

/// Names and ids of everything in the company.
#[derive(Debug, Clone)]
pub(super) struct Estate {
    pub(super) tenant: String,
    /// AWS accounts: development, test, production, shared, security, logs.
    pub(super) accounts: Vec<String>,
    pub(super) organization: String,
    pub(super) subscriptions: Vec<String>,
    /// The first twelve administer the platform.
    pub(super) people: Vec<Person>,
    pub(super) apps: Vec<App>,
    pub(super) office: String,
}

const FIRST: [&str; 20] = [
    "anna", "ben", "chloe", "david", "elif", "farid", "greta", "hugo", "ines", "jonas", "kira", "liam", "mona", "nils",
    "olga", "pavel", "rosa", "sven", "tara", "yusuf",
];
const LAST: [&str; 16] = [
    "adler", "brandt", "costa", "dietz", "engel", "ferrari", "gruber", "hansen", "ivanov", "jensen", "keller", "lopez",
    "meyer", "novak", "olsen", "peters",
];
const APPS: [&str; 12] = [
    "github-deploy-prod",
    "github-deploy-test",
    "terraform-platform",
    "azure-devops-release",
    "grafana-monitoring",
    "backup-orchestrator",
    "hr-provisioning",
    "invoice-api",
    "orders-worker",
    "posture-scanner",
    "cost-explorer",
    "itsm-connector",
];

/// Whom a company has, for [`super::Month::of`].
pub(crate) struct Residents<'a> {
    pub(crate) tenant: &'a str,
    /// At least one; the first twelve administer the platform.
    pub(crate) people: &'a [Human],
}

/// How many people administer the platform.
pub(super) const ADMINS: usize = 12;

impl Estate {
    pub(super) fn new(rng: &mut Rng) -> Self {
        let mut people = Vec::new();
        for last in LAST {
            for first in FIRST {
                people.push(Person {
                    upn: format!("{first}.{last}@contoso.example"),
                    name: format!(
                        "{}{} {}{}",
                        first[..1].to_uppercase(),
                        &first[1..],
                        last[..1].to_uppercase(),
                        &last[1..]
                    ),
                    id: rng.guid(),
                    ip: format!("203.0.113.{}", rng.between(2, 250)),
                    device: rng.guid(),
                });
            }
        }
        let app = |name: &&str| App { name: (*name).to_owned(), app_id: rng.guid(), id: rng.guid() };
        let apps = APPS.iter().map(app).collect();
        let digits = |rng: &mut Rng| format!("{}", rng.between(100_000_000_000, 999_999_999_999));
        Self {
            tenant: rng.guid(),
            accounts: (0..6).map(|_| digits(rng)).collect(),
            organization: format!("o-{}", rng.hex(10)),
            subscriptions: (0..4).map(|_| rng.guid()).collect(),
            people,
            apps,
            office: "198.51.100.20".into(),
        }
    }

    /// The estate of a company that is there already. Its applications, other
    /// accounts and subscriptions are drawn.
    pub(super) fn of(rng: &mut Rng, who: &Residents<'_>) -> Self {
        let drawn = Self::new(rng);
        let people = who.people.iter().map(|human| Person {
            upn: human.upn.clone(),
            name: human.name.clone(),
            id: human.id.clone(),
            ip: human.desk.ip.clone(),
            device: human.desk.device.as_ref().map(|device| device.id.clone()).unwrap_or_default(),
        });
        Self { tenant: who.tenant.to_owned(), people: people.collect(), ..drawn }
    }

    pub(super) fn admin(&self, rng: &mut Rng) -> &Person {
        &self.people[rng.between(0, ADMINS.min(self.people.len()) as u64 - 1) as usize]
    }

    pub(super) fn person(&self, rng: &mut Rng) -> &Person {
        &self.people[rng.between(0, self.people.len() as u64 - 1) as usize]
    }

    pub(super) fn app(&self, rng: &mut Rng) -> &App {
        &self.apps[rng.between(0, self.apps.len() as u64 - 1) as usize]
    }

    /// One of the pipelines that deploy.
    pub(super) fn pipeline(&self, rng: &mut Rng) -> &App {
        &self.apps[rng.between(0, 3) as usize]
    }
}
