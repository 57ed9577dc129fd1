//! Worlds of a few people, keys and sessions in which everything collides.

use super::Dice;
use selvedge_graph::Estate;
use selvedge_model::fact::{ArmUse, AssumeMethod, AwsSessionKey, AwsUse, Cite, RoleAssumption, SignIn};
use selvedge_model::{Digest, EventId, Fact, RecordId, Timestamp};

/// A few names for many things: in so small a world everything collides, which
/// in a real one only an attacker would bring about.
pub(super) struct Tiny {
    pub(super) dice: Dice,
    pub(super) calibrated: bool,
    /// How many people there are: with few of them all is about a suspect.
    pub(super) people: usize,
    pub(super) sign_ins: Vec<SignIn>,
}

const TENANTS: [&str; 2] = ["0b0f6a52-5b66-4f3e-9c2e-4f6a3d1c2b1a", "1c1f6a52-5b66-4f3e-9c2e-4f6a3d1c2b1b"];

impl Tiny {
    pub(super) fn guid(n: usize) -> String {
        format!("{n:08x}-0000-4000-8000-000000000001")
    }
    fn user(&mut self) -> String {
        Self::guid(self.dice.below(self.people))
    }
    pub(super) fn name_of(n: usize) -> String {
        format!("p{n}@x.io")
    }
    fn name(&mut self) -> String {
        Self::name_of(self.dice.below(self.people))
    }
    fn key(&mut self) -> String {
        match self.dice.below(8 * self.people) {
            0 => String::new(),
            n => format!("ASIA{n}"),
        }
    }
    fn at(&mut self, within: usize) -> Timestamp {
        let millis = i64::try_from(self.dice.below(within * 1000)).unwrap();
        Timestamp::from_millisecond(1_779_000_000_000 + millis).unwrap()
    }
    fn cite(&mut self, n: usize, within: usize) -> Cite {
        let record = RecordId::new(format!("record-{n}"));
        Cite { event: EventId(Digest::of(record.as_str().as_bytes())), record, at: self.at(within) }
    }
    fn principal(&mut self) -> (String, String) {
        let name = if self.dice.one_in(3) { "staff".to_owned() } else { self.name() };
        let sso = self.dice.one_in(4);
        let role = if sso { "aws-reserved/AWSReservedSSO_Dev_0" } else { "Reader" };
        let id = if sso { "AROASSO" } else { "AROAX" };
        (format!("{id}:{name}"), format!("arn:aws:iam::111122223333:role/{role}"))
    }
    pub(super) fn fact(&mut self, n: usize) -> Fact {
        let cite = self.cite(n, 900);
        match self.dice.below(10) {
            0..=2 => Fact::SignIn(Box::new(self.sign_in(cite))),
            3..=5 => Fact::RoleAssumption(Box::new(self.assumption(cite))),
            6 => Fact::ArmUse(Box::new(ArmUse {
                cite,
                tenant: TENANTS[0].into(),
                correlation_id: "c".into(),
                operation: "write".into(),
                resource: "/r".into(),
                object_id: self.user(),
                upn: self.name(),
                sign_in: Some(Self::guid(100 + self.dice.below(25))),
                ip: format!("198.51.100.{}", self.dice.below(3)),
                status: "succeeded".into(),
            })),
            _ => Fact::AwsUse(Box::new(self.used(cite))),
        }
    }
    fn sign_in(&mut self, cite: Cite) -> SignIn {
        let user = self.dice.below(self.people);
        // Not everybody is a suspect.
        let place = if user < 2 || self.dice.one_in(20) { self.dice.below(3) } else { 0 };
        let first = self.dice.one_in(3);
        // For F1 to be believed, nearly all ids must be one sign-in's.
        let request = if self.calibrated && !self.dice.one_in(25) {
            1000 + self.sign_ins.len()
        } else {
            100 + self.dice.below(25)
        };
        let upn = if self.dice.one_in(8) { self.name() } else { Self::name_of(user) };
        let workload = self.dice.one_in(12).then(|| Self::guid(50 + self.dice.below(2)));
        let sign_in = SignIn {
            cite,
            request_id: Self::guid(request),
            tenant: TENANTS[usize::from(self.dice.one_in(8))].into(),
            user_id: if workload.is_some() { String::new() } else { Self::guid(user) },
            upn: if workload.is_some() { String::new() } else { upn },
            service_principal_id: workload,
            app_id: "app".into(),
            app_name: "AWS".into(),
            resource_id: "r".into(),
            session_id: Some(format!("sid-{user}-{}", self.dice.below(2))),
            ip: format!("198.51.100.{place}"),
            asn: Some(i64::try_from(place).unwrap()),
            country: Some(["SE", "NO", "SG"][place].into()),
            device_id: if place == 0 { "d".into() } else { String::new() },
            device_trusted: place == 0,
            os: ["Windows", "Windows", "Linux"][place].into(),
            browser: "Edge".into(),
            user_agent: "x".into(),
            interactive: first,
            fresh_credential: first,
            fresh_mfa: first,
            incoming_token: "refreshtoken".into(),
            result: if self.dice.one_in(9) { "50126".into() } else { "0".into() },
            federated_credential_id: None,
        };
        self.sign_ins.push(sign_in.clone());
        sign_in
    }
    fn assumption(&mut self, cite: Cite) -> RoleAssumption {
        let (mut principal_id, role_arn) = self.principal();
        let mut assertion = Self::guid(100 + self.dice.below(25));
        let mut name = principal_id.split_once(':').unwrap().1.to_owned();
        if self.calibrated && !self.sign_ins.is_empty() && !self.dice.one_in(40) {
            let all = std::mem::take(&mut self.sign_ins);
            let known = self.dice.pick(&all);
            (assertion, name) = (known.request_id.clone(), known.upn.clone());
            self.sign_ins = all;
            principal_id = format!("AROAX:{name}");
        }
        let saml = self.calibrated || !self.dice.one_in(3);
        let workload = (!saml && self.dice.one_in(2)).then(|| Self::guid(50 + self.dice.below(2)));
        let method = match (saml, &workload) {
            (true, _) => AssumeMethod::Saml,
            (false, Some(_)) => AssumeMethod::WebIdentity,
            (false, None) => AssumeMethod::Role,
        };
        let role = method == AssumeMethod::Role;
        RoleAssumption {
            cite,
            method,
            account: "111122223333".into(),
            role_arn,
            subject: workload.or_else(|| saml.then(|| name.clone())),
            session_name: name,
            principal_id,
            access_key_id: self.key(),
            assertion_id: saml.then_some(assertion),
            name_qualifier: None,
            issuer: (!role).then(|| format!("https://sts.windows.net/{}/", TENANTS[usize::from(self.dice.one_in(6))])),
            provider_arn: None,
            audience: None,
            source_identity: self.dice.one_in(5).then(|| self.user()),
            caller_key: role.then(|| self.key()),
            caller_principal: None,
            duration_secs: None,
            ip: "x".into(),
        }
    }
    fn used(&mut self, cite: Cite) -> AwsUse {
        let (principal_id, role_arn) = self.principal();
        let created = Timestamp::from_second(self.at(25).as_second()).unwrap();
        AwsUse {
            session: Some(AwsSessionKey { principal_id: principal_id.clone(), created }),
            cite,
            account: "111122223333".into(),
            principal_type: "AssumedRole".into(),
            principal_id,
            principal_arn: "a".into(),
            access_key_id: self.key(),
            role_arn: self.dice.one_in(3).then_some(role_arn),
            source_identity: self.dice.one_in(9).then(|| self.user()),
            service: "s3.amazonaws.com".into(),
            operation: "GetObject".into(),
            read_only: true,
            ip: ["198.51.100.1", "198.51.100.2", "10.0.0.1"][self.dice.below(3)].into(),
            user_agent: "x".into(),
            error: None,
            explicit_deny: false,
            bytes_out: self.dice.below(600) as u64,
            target: None,
            vpc_endpoint: None,
            on_behalf_of: self.dice.one_in(20).then(|| format!("Store-{}", self.dice.below(3))),
        }
    }
}

pub(super) fn tiny_estate(dice: &mut Dice, people: usize) -> Estate {
    let mut estate = Estate::default();
    if dice.one_in(2) {
        let user = |n: usize, upn: &str| {
            format!(r#"{{"id":"{}","userPrincipalName":"{upn}","userType":"Member"}}"#, Tiny::guid(n))
        };
        let users: Vec<String> = (0..people).map(|n| user(n, &Tiny::name_of(dice.below(people)))).collect();
        let document = format!(r#"{{"@odata.context":"x/$metadata#users","value":[{}]}}"#, users.join(","));
        let federation = format!(r#"{{"tenantId":"{}","samlApps":[]}}"#, TENANTS[0]);
        let mut problems = Vec::new();
        estate.add("users", document.as_bytes(), &mut problems);
        estate.add("federation", federation.as_bytes(), &mut problems);
        // Of an identity store: one with an object id, one with a name alone.
        let issuer = format!("https://sts.windows.net/{}/", TENANTS[0]);
        let store = format!(
            r#"{{"Users":[{{"UserId":"store-0","UserName":"x","ExternalIds":[{{"Issuer":"{issuer}","Id":"{}"}}]}},
                {{"UserId":"store-1","UserName":"{}"}}]}}"#,
            Tiny::guid(dice.below(people)),
            Tiny::name_of(dice.below(people))
        );
        estate.add("store", store.as_bytes(), &mut problems);
        assert!(problems.is_empty(), "{problems:?}");
    }
    estate
}
