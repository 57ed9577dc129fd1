//! The company in which the stories play: one Entra tenant, two AWS accounts,
//! one SAML application that leads from one to the other.

use crate::SimCloud;
use crate::cloud::RoleSpec;
use crate::entra::{App, ServicePrincipal, UserSpec};
use crate::place::{Browser, EDGE, FIREFOX, Place, SAFARI};
use crate::rng::Rng;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Name of the SAML provider in both accounts.
const PROVIDER: &str = "contoso-entra";
/// Name of the provider of a subsidiary's tenant.
const OTHER_PROVIDER: &str = "SubsidiaryIdP";
/// A role that Identity Center made in the data account.
const RESERVED: &str = "AWSReservedSSO_Developer_5e1ed9e0fab51c00";
/// Objects of the data set that are worth stealing.
pub(crate) const LARGE_OBJECTS: usize = 64;
/// Objects that people read all day.
pub(crate) const SMALL_OBJECTS: usize = 32;

/// City, network and address that the office has.
const DUBLIN: (&str, &str, f64, f64) = ("IE", "Dublin", 53.35, -6.26);
const OFFICE_ASN: u32 = 64_500;
pub(crate) const OFFICE_IP: &str = "198.51.100.10";

/// A person with an account and a usual place.
#[derive(Debug, Clone, PartialEq)]
pub struct Human {
    /// Object id.
    pub id: String,
    /// UPN.
    pub upn: String,
    /// Display name.
    pub name: String,
    /// Where they work.
    pub desk: Place,
}

/// Names and ids of everything in the company.
#[derive(Debug, Clone, PartialEq)]
pub struct Company {
    /// Entra tenant.
    pub tenant: String,
    /// Azure subscription.
    pub subscription: String,
    /// Logic App that the stories edit, as ARM writes it.
    pub logic_app: String,
    /// Account with the data and the role.
    pub account: String,
    /// Account with the backups.
    pub backup_account: String,
    /// The organization's management account, where Identity Center is at home.
    pub management_account: String,
    /// The identity store of Identity Center.
    pub identity_store: String,
    /// An engineer.
    pub alice: Human,
    /// Her colleague on the same role.
    pub bob: Human,
    /// A third one.
    pub carol: Human,
    /// The application "AWS Single-Account Access".
    pub app: App,
    /// Its service principal's object id.
    pub app_principal: String,
    /// The deployment pipeline.
    pub pipeline: ServicePrincipal,
    /// SAML provider of the tenant in the data account.
    pub provider_arn: String,
    /// SAML provider of the subsidiary in the data account.
    pub other_provider_arn: String,
    /// The subsidiary's tenant, whose logs are not ours.
    pub other_tenant: String,
    /// The subsidiary's user whose UPN is the same as Alice's.
    pub other_alice: String,
    /// The role that the tenant's engineers take.
    pub role_name: String,
    /// Its ARN.
    pub role_arn: String,
    /// Its unique id.
    pub role_id: String,
    /// Bucket with the data set.
    pub bucket: String,
    /// Bucket with the backups.
    pub archive: String,
}

pub(crate) fn issuer(tenant: &str) -> String {
    format!("https://sts.windows.net/{tenant}/")
}

pub(crate) fn saml_trust(provider_arn: &str) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Federated": provider_arn },
            "Action": "sts:AssumeRoleWithSAML",
            "Condition": { "StringEquals": { "SAML:aud": "https://signin.aws.amazon.com/saml" } },
        }],
    })
    .to_string()
}

fn service_trust(service: &str) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [{ "Effect": "Allow", "Principal": { "Service": service }, "Action": "sts:AssumeRole" }],
    })
    .to_string()
}

pub(crate) fn bucket_reader(bucket: &str) -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [
            { "Sid": "Find", "Effect": "Allow", "Action": "s3:ListAllMyBuckets", "Resource": "*" },
            {
                "Sid": "Read", "Effect": "Allow",
                "Action": ["s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation"],
                "Resource": [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*")],
            },
        ],
    })
    .to_string()
}

pub(crate) fn large_key(n: usize) -> String {
    format!("train/part-{:05}.parquet", n % LARGE_OBJECTS)
}

pub(crate) fn small_key(n: usize) -> String {
    format!("notebooks/cell-{:03}.json", n % SMALL_OBJECTS)
}

fn human(rng: &mut Rng, first: &str, last: &str, browser: Browser) -> Human {
    let machine = rng.aws_id("CON-", 10);
    Human {
        id: rng.guid(),
        upn: format!("{}@contoso.com", first.to_lowercase()),
        name: format!("{first} {last}"),
        desk: Place::new(OFFICE_IP, OFFICE_ASN, DUBLIN, browser).on(&rng.guid(), &machine),
    }
}

impl Company {
    /// Builds the company in `cloud`; its ids depend on the seed alone.
    pub(crate) fn found(cloud: &SimCloud) -> Self {
        let mut rng = cloud.rng("company");
        let (account, backup_account) = ("111122223333", "444455556666");
        let (tenant, other_tenant) = (rng.guid(), rng.guid());
        let subscription = rng.guid();
        let role_name = "MLDataEngineer";
        let company = Self {
            logic_app: format!(
                "/subscriptions/{subscription}/resourceGroups/rg-integration/providers/Microsoft.Logic/workflows/orders-to-erp"
            ),
            subscription,
            account: account.into(),
            management_account: "777788889999".into(),
            identity_store: format!("d-{}", Rng::labelled(0, &tenant).hex(10)),
            backup_account: backup_account.into(),
            alice: human(&mut rng, "Alice", "Moran", EDGE),
            bob: human(&mut rng, "Bob", "Okafor", SAFARI),
            carol: human(&mut rng, "Carol", "Lindqvist", FIREFOX),
            app: App::saml(&rng.guid(), "AWS Single-Account Access"),
            app_principal: rng.guid(),
            pipeline: ServicePrincipal {
                id: rng.guid(),
                app_id: rng.guid(),
                name: "deploy-pipeline".into(),
                key_id: rng.guid(),
            },
            provider_arn: format!("arn:aws:iam::{account}:saml-provider/{PROVIDER}"),
            other_provider_arn: format!("arn:aws:iam::{account}:saml-provider/{OTHER_PROVIDER}"),
            other_alice: rng.guid(),
            role_arn: format!("arn:aws:iam::{account}:role/{role_name}"),
            role_id: rng.aws_id("AROA", 21),
            role_name: role_name.into(),
            bucket: "contoso-ml-datasets".into(),
            archive: "contoso-nightly-archive".into(),
            tenant,
            other_tenant,
        };
        company.found_entra(cloud);
        company.found_aws(cloud, &mut rng, false);
        company
    }

    /// Moves the company into another cloud, with the ids that it has everywhere:
    /// many stories can then play in one company, each in a cloud of its own.
    pub(crate) fn settle(&self, cloud: &SimCloud) {
        self.found_entra(cloud);
        self.found_aws(cloud, &mut Rng::labelled(0, &self.tenant), true);
    }

    /// The unique id that a role of this company has, whatever the cloud's seed.
    pub(crate) fn role_id_of(&self, account: &str, name: &str) -> String {
        Rng::labelled(0, &format!("{}/{account}/{name}", self.tenant)).aws_id("AROA", 21)
    }

    fn found_entra(&self, cloud: &SimCloud) {
        cloud.add_tenant(&self.tenant, true);
        cloud.add_tenant(&self.other_tenant, false);
        for human in [&self.alice, &self.bob, &self.carol] {
            cloud.add_user(&self.tenant, user(&human.id, &human.upn, &human.name));
            cloud.assign_azure_role(&self.tenant, &human.id, "Logic App Contributor", "Microsoft.Logic/");
        }
        cloud.assign_azure_role(&self.tenant, &self.pipeline.id, "Contributor", "Microsoft.");
        cloud.add_user(&self.other_tenant, user(&self.other_alice, &self.alice.upn, "Alice Moran"));
    }

    fn found_aws(&self, cloud: &SimCloud, rng: &mut Rng, pinned: bool) {
        let pin = |account: &str, name: &str| if pinned { self.role_id_of(account, name) } else { String::new() };
        cloud.add_account(&self.account);
        cloud.add_account(&self.backup_account);
        cloud.add_saml_provider(&self.account, PROVIDER, &issuer(&self.tenant));
        cloud.add_saml_provider(&self.account, OTHER_PROVIDER, &issuer(&self.other_tenant));
        let readers = format!("arn:aws:iam::{}:policy/MLDatasetsRead", self.account);
        let attached = BTreeMap::from([(readers, bucket_reader(&self.bucket))]);
        let role = |name: &str, id: &str, trust: &str| RoleSpec {
            name: name.into(),
            id: id.into(),
            trust: saml_trust(trust),
            attached: attached.clone(),
            tags: BTreeMap::from([("team".into(), "ml".into())]),
            ..RoleSpec::default()
        };
        cloud.add_role(&self.account, role(&self.role_name, &self.role_id, &self.provider_arn));
        cloud.add_role(
            &self.account,
            role("PartnerAnalyst", &pin(&self.account, "PartnerAnalyst"), &self.other_provider_arn),
        );
        cloud.add_role(
            &self.account,
            RoleSpec {
                path: "/aws-reserved/sso.amazonaws.com/eu-west-1/".into(),
                ..role(RESERVED, &pin(&self.account, RESERVED), &self.provider_arn)
            },
        );
        cloud.add_canary(&self.account, "SelvedgeCanary");
        cloud.add_role(
            &self.backup_account,
            RoleSpec {
                name: "nightly-backup".into(),
                id: pin(&self.backup_account, "nightly-backup"),
                trust: service_trust("ec2.amazonaws.com"),
                inline: BTreeMap::from([("ReadArchive".into(), bucket_reader(&self.archive))]),
                ..RoleSpec::default()
            },
        );
        let mut sizes = |low, high| rng.between(low, high);
        let large = (0..LARGE_OBJECTS).map(|n| (large_key(n), sizes(180_000_000, 260_000_000)));
        let large: Vec<(String, u64)> = large.collect();
        let small = (0..SMALL_OBJECTS).map(|n| (small_key(n), sizes(1_500_000, 2_500_000)));
        let all: Vec<(String, u64)> = small.chain(large.clone()).collect();
        cloud.add_bucket(&self.account, &self.bucket, all);
        cloud.add_bucket(&self.backup_account, &self.archive, large);
    }

    /// What Graph exports about the applications, and the file of ours about the
    /// federation: path within the estate's folder, and content.
    pub(crate) fn applications(&self) -> Vec<(String, Value)> {
        let context = |set: &str| format!("https://graph.microsoft.com/v1.0/$metadata#{set}");
        let (app, pipeline) = (&self.app, &self.pipeline);
        vec![
            (
                "entra/applications.json".into(),
                json!({ "@odata.context": context("applications"), "value": [
                    { "id": self.app_object_id(&app.id), "appId": app.id, "displayName": app.name,
                      "identifierUris": ["https://signin.aws.amazon.com/saml"] },
                    { "id": self.app_object_id(&pipeline.app_id), "appId": pipeline.app_id,
                      "displayName": pipeline.name, "identifierUris": [] },
                ]}),
            ),
            (
                "entra/servicePrincipals.json".into(),
                json!({ "@odata.context": context("servicePrincipals"), "value": [
                    { "id": self.app_principal, "appId": app.id, "displayName": app.name,
                      "servicePrincipalType": "Application", "preferredSingleSignOnMode": "saml",
                      "appOwnerOrganizationId": self.tenant },
                    { "id": pipeline.id, "appId": pipeline.app_id, "displayName": pipeline.name,
                      "servicePrincipalType": "Application", "appOwnerOrganizationId": self.tenant },
                ]}),
            ),
            (
                "entra/federation.json".into(),
                json!({ "tenantId": self.tenant, "samlApps": [{
                    "appId": app.id,
                    "servicePrincipalId": self.app_principal,
                    "issuer": issuer(&self.tenant),
                    "providers": [self.provider_arn],
                }]}),
            ),
        ]
    }

    fn app_object_id(&self, app_id: &str) -> String {
        let seed = self.tenant.bytes().fold(0u64, |sum, byte| sum.wrapping_mul(131).wrapping_add(byte.into()));
        Rng::labelled(seed, app_id).guid()
    }
}

pub(crate) fn user(id: &str, upn: &str, name: &str) -> UserSpec {
    UserSpec {
        id: id.into(),
        upn: upn.into(),
        display_name: name.into(),
        user_type: "Member".into(),
        on_premises: None,
    }
}
