//! Who and what Microsoft's alerts name: `Entities` of Defender for Cloud and
//! Sentinel, `evidence` of Defender XDR, rows of `AlertEvidence`.

use crate::get;
use crate::json::{Json, Shape};
use crate::ocsf;
use crate::row::lower;
use selvedge_model::event::{Actor, Endpoint, Evidence, Resource, Text, User};

/// Most of each that is kept of one alert: an alert may name thousands.
const MOST: usize = 64;

/// Somebody that an alert names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person<'a> {
    /// Object id in Entra, else ARN.
    pub uid: Option<Text<'a>>,
    pub name: Option<Text<'a>>,
}

/// What an alert names, each once, in the order given.
#[derive(Debug, Default)]
pub(super) struct Entities<'a> {
    pub people: Vec<Person<'a>>,
    pub ips: Vec<&'a str>,
    /// ARM ids and ARNs.
    pub resources: Vec<&'a str>,
    pub hosts: Vec<&'a str>,
    pub session: Option<&'a str>,
}

fn part<'a>(entity: Json<'a>, names: &[&str]) -> Option<&'a str> {
    get::any(entity, names).and_then(get::as_text)
}

fn add<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if list.len() < MOST && !list.contains(&item) {
        list.push(item);
    }
}

impl<'a> Entities<'a> {
    /// Those of a list, or the one of an object: exports of a single one leave
    /// the brackets out.
    pub(super) fn read(list: Option<Json<'a>>) -> Self {
        let mut out = Self::default();
        match list.map(|list| (list, list.is_array())) {
            Some((list, true)) => list.elements().for_each(|entity| out.entity(entity)),
            Some((one, false)) => out.entity(one),
            None => {}
        }
        out
    }

    /// What one entity says.
    pub(super) fn entity(&mut self, entity: Json<'a>) {
        if !entity.is_object() {
            return;
        }
        let account = get::any(entity, &["userAccount", "account"]).filter(|a| a.is_object()).unwrap_or(entity);
        self.person(account);
        for ip in [part(entity, &["ipAddress", "Address", "RemoteIP", "sourceIpAddress"])].into_iter().flatten() {
            if ocsf::is_ip(ip) {
                add(&mut self.ips, ip);
            }
        }
        for name in ["resourceId", "AzureID", "amazonResourceId", "arn", "AzureResourceId"] {
            if let Some(id) = part(entity, &[name]) {
                self.resource(id);
            }
        }
        if let Some(machine) = get::any(entity, &["vmMetadata"]).and_then(|vm| part(vm, &["resourceId"])) {
            self.resource(machine);
        }
        if let Some(host) = part(entity, &["deviceDnsName", "HostName", "DeviceName"]) {
            add(&mut self.hosts, host);
        }
        self.session = self.session.or_else(|| part(entity, &["sessionId"]));
    }

    /// An ARM id or an ARN; anything else is none.
    pub(super) fn resource(&mut self, id: &'a str) {
        if is_arm(id) || id.starts_with("arn:") {
            add(&mut self.resources, id);
        }
    }

    fn person(&mut self, account: Json<'a>) {
        let uid =
            part(account, &["azureAdUserId", "AadUserId", "AccountObjectId", "servicePrincipalObjectId"]).map(lower);
        let upn = part(account, &["userPrincipalName", "AccountUpn", "primaryAddress"]);
        let joined = || {
            let (name, suffix) = (part(account, &["Name"])?, part(account, &["UPNSuffix"])?);
            Some(Text::from(format!("{name}@{suffix}")))
        };
        let of_account = |kind: &str| kind.eq_ignore_ascii_case("account");
        let named = || {
            let is_account = part(account, &["Type"]).is_some_and(of_account);
            let name = part(account, &["accountName"]).or_else(|| part(account, &["Name"]).filter(|_| is_account));
            name.map(Text::from)
        };
        let name = upn.map(Text::from).or_else(joined).or_else(named).map(|name| name.to_lowercase().into());
        if uid.is_some() || name.is_some() {
            add(&mut self.people, Person { uid, name });
        }
    }

    /// Adds the ARNs and ARM ids among a table of texts.
    pub(super) fn resources_among(&mut self, table: Option<Json<'a>>) {
        for (_, value) in table.filter(|t| t.is_object()).map(Json::members).into_iter().flatten() {
            if let Shape::String(text) = value.shape() {
                self.resource(text.trim());
            }
        }
    }

    /// Somebody who is known by an id, else by a name, else the AWS principal
    /// among the resources.
    pub(super) fn actor(&self) -> (Text<'a>, Text<'a>) {
        let known = self.people.iter().find(|person| person.uid.is_some()).or_else(|| self.people.first());
        if let Some(person) = known {
            return (person.uid.clone().unwrap_or_default(), person.name.clone().unwrap_or_default());
        }
        let principal = self.resources.iter().find(|id| {
            id.starts_with("arn:") && [":user/", ":role/", ":assumed-role/"].iter().any(|kind| id.contains(kind))
        });
        let name = principal.and_then(|id| id.rsplit('/').next()).unwrap_or_default();
        (principal.copied().unwrap_or_default().into(), name.into())
    }

    /// Account of AWS, if AWS is all that it is about.
    pub(super) fn aws_account(&self) -> Option<&'a str> {
        // A connector stands for AWS in Azure.
        let of_azure = |id: &&str| is_arm(id) && !id.to_ascii_lowercase().contains("/securityconnectors/");
        if self.resources.iter().any(of_azure) {
            return None;
        }
        // ARNs of buckets name no account.
        let account = |arn: &&'a str| arn.split(':').nth(4).filter(|account| !account.is_empty());
        self.resources.iter().filter(|id| id.starts_with("arn:")).find_map(account)
    }

    pub(super) fn ocsf_resources(&self) -> Vec<Resource<'a>> {
        let of_id = |id: &&'a str| Resource { uid: Some((*id).into()), ..Resource::default() };
        let of_host =
            |host: &&'a str| Resource { name: Some((*host).into()), type_: Some("host".into()), ..Resource::default() };
        self.resources.iter().map(of_id).chain(self.hosts.iter().map(of_host)).collect()
    }

    pub(super) fn evidences(&self) -> Vec<Evidence<'a>> {
        let of_person = |person: &Person<'a>| Evidence {
            actor: Some(Actor {
                user: Some(User { uid: person.uid.clone(), name: person.name.clone(), ..User::default() }),
                ..Actor::default()
            }),
            ..Evidence::default()
        };
        let of_ip = |ip: &&'a str| Evidence {
            src_endpoint: Some(Endpoint { ip: Some((*ip).into()), ..Endpoint::default() }),
            ..Evidence::default()
        };
        self.people.iter().map(of_person).chain(self.ips.iter().map(of_ip)).collect()
    }

    /// What facts call targets.
    pub(super) fn targets(&self) -> Vec<String> {
        let hosts = self.hosts.iter().map(|host| host.to_lowercase());
        self.resources.iter().map(|id| super::common::target(id)).chain(hosts).collect()
    }
}

/// Whether a text is an ARM id.
pub(super) fn is_arm(id: &str) -> bool {
    let starts = |prefix: &str| id.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    starts("/subscriptions/") || starts("/providers/")
}
