//! The ways from Entra into AWS, and from one role to the next (facts,
//! federation.md).

use super::{Call, Caller, Workload};
use crate::cloud::sts::{Assertion, name_qualifier};
use crate::company::{Human, issuer};
use crate::entra::{App, EntraSession, SignIn};
use crate::place::Place;
use crate::records::LogSource;
use crate::records::cloudtrail::saml_user;
use crate::rng::Rng;
use crate::session::AwsSession;
use crate::world::{AtWork, World};
use serde_json::{Value, json};

/// Name of the application that Identity Center is in Entra.
const IDENTITY_CENTER_APP: &str = "AWS IAM Identity Center";

/// How somebody takes a role of Identity Center.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Console {
    /// At the access portal, in a browser.
    Portal,
    /// At the command line.
    Cli,
}

impl World {
    /// The application of Identity Center.
    pub(crate) fn identity_center_app(&self) -> App {
        let id = Rng::labelled(0, &format!("{}/identity-center", self.company.tenant)).guid();
        App::saml(&id, IDENTITY_CENTER_APP)
    }

    /// Sets Identity Center up: a permission set's role in the data account, and
    /// the store's users. Returns the role's name.
    pub(crate) fn has_identity_center(&mut self, set: &str) -> String {
        let company = self.company.clone();
        let tag = Rng::labelled(0, &format!("{}/{set}", company.tenant)).hex(16);
        let name = format!("AWSReservedSSO_{set}_{tag}");
        let provider = format!("arn:aws:iam::{}:saml-provider/AWSSSO_{tag}_DO_NOT_DELETE", company.account);
        let trust = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Federated": provider },
            "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"],
            "Condition": { "StringEquals": { "SAML:aud": "https://signin.aws.amazon.com/saml" } },
        }] });
        self.cloud.add_account(&company.management_account);
        self.add_role(&company.account, &name, &trust, &everything());
        let users: Vec<Value> = [&company.alice, &company.bob, &company.carol]
            .into_iter()
            .map(|human| {
                json!({
                    "UserName": human.upn, "UserId": self.store_user(human), "DisplayName": human.name,
                    "IdentityStoreId": company.identity_store,
                    "ExternalIds": [{ "Issuer": issuer(&company.tenant), "Id": human.id }],
                })
            })
            .collect();
        self.export("aws/identitystore/list-users.json", json!({ "Users": users }));
        name
    }

    /// Id of a person in the identity store.
    pub(crate) fn store_user(&self, human: &Human) -> String {
        Rng::labelled(1, &human.id).guid()
    }

    /// A person goes through Identity Center into the data account.
    pub(crate) fn by_identity_center(
        &self,
        (human, session): (&Human, &EntraSession),
        place: &Place,
        role: &str,
        how: Console,
    ) -> (SignIn, AtWork) {
        let company = &self.company;
        let app = self.identity_center_app();
        let sign_in = self.cloud.refresh(session, &app, place).expect("the story's sessions are live");
        self.wait(3);
        let workflow = self.cloud.lock().rng.guid();
        let portal = self.identity_center_user(human, place);
        let start = format!("https://{}.awsapps.com/start/", company.identity_store);
        self.portal_event(&portal, ("signin", "UserAuthentication", "AwsServiceEvent"), |record| {
            record["additionalEventData"] =
                json!({ "AuthWorkflowID": workflow, "LoginTo": start, "CredentialType": "EXTERNAL_IDP" });
            record["serviceEventDetails"] = json!({ "UserAuthentication": "Success" });
        });
        let set = role.trim_start_matches("AWSReservedSSO_").rsplit_once('_').map_or(role, |(set, _)| set);
        self.wait(5);
        match how {
            Console::Portal => self.portal_event(&portal, ("sso", "Federate", "AwsServiceEvent"), |record| {
                record["serviceEventDetails"] = json!({ "role_name": set, "account_id": company.account });
            }),
            Console::Cli => self.portal_event(&portal, ("sso", "GetRoleCredentials", "AwsApiCall"), |record| {
                record["requestParameters"] = json!({ "accountId": company.account, "roleName": set });
            }),
        }
        self.wait(2);
        let session = self.cloud.open_session(&company.account, role, &human.upn, None).expect("the script made it");
        (sign_in, AtWork::new(session, place))
    }

    fn identity_center_user(&self, human: &Human, place: &Place) -> Caller {
        let company = &self.company;
        let credential = self.cloud.lock().rng.hex(32);
        let store =
            format!("arn:aws:identitystore::{}:identitystore/{}", company.management_account, company.identity_store);
        Caller {
            account: company.management_account.clone(),
            identity: json!({
                "type": "IdentityCenterUser", "accountId": company.management_account,
                "onBehalfOf": { "userId": self.store_user(human), "identityStoreArn": store },
                "credentialId": credential,
            }),
            place: place.clone(),
        }
    }

    fn portal_event(&self, by: &Caller, (service, name, kind): (&str, &str, &str), edit: impl FnOnce(&mut Value)) {
        let at = self.clock.now();
        let (id, mut record) = Call::new(service, name).record(by, &by.account, at, &mut self.cloud.lock().rng);
        record["eventType"] = json!(kind);
        record["readOnly"] = json!(false);
        edit(&mut record);
        self.log(LogSource::CloudTrail, &by.account, (id, record));
    }

    /// A person takes a role with SAML at the command line: a small server on
    /// their own machine posts the assertion, and no console is opened.
    pub(crate) fn by_command_line(&self, session: &EntraSession, place: &Place) -> (SignIn, AtWork) {
        let sign_in = self.cloud.refresh(session, &self.company.app, place).expect("the story's sessions are live");
        self.wait(2);
        let mut tool = place.clone();
        tool.user_agent = "saml2aws/2.36.16 aws-sdk-go/1.44.327 (go1.21.1; linux; amd64)".into();
        let at_work = self.with_assertion(&sign_in, &tool, &self.company.role_name.clone());
        (sign_in, at_work)
    }

    /// Takes a role of the data account with a sign-in's assertion, from one's own
    /// address.
    pub(crate) fn with_assertion(&self, sign_in: &SignIn, place: &Place, role: &str) -> AtWork {
        let assertion = Assertion {
            provider_arn: &self.company.provider_arn,
            role_name: role,
            assertion_id: &self.assertion_id(sign_in),
            source_identity: None,
            internal_address: false,
        };
        let session = self.cloud.assume_role_with_saml(&self.company.account, sign_in, &assertion, place);
        AtWork::new(session.expect("the role trusts the tenant"), place)
    }

    /// A stranger of the subsidiary, whose UPN is the same as Alice's, comes through
    /// the subsidiary's provider.
    pub(crate) fn stranger_with_same_name(&self, place: &Place) -> AtWork {
        let company = &self.company;
        let app = App::saml("0d4e7b21-6c3f-4a58-9b10-2e7f5c8d3a96", "AWS");
        let stranger = self.cloud.sign_in(&company.other_tenant, &company.other_alice, &app, place);
        let stranger = stranger.expect("the subsidiary's user is enabled");
        self.wait(2);
        let assertion = Assertion {
            provider_arn: &company.other_provider_arn,
            role_name: "PartnerAnalyst",
            assertion_id: &self.assertion_id(&stranger),
            source_identity: None,
            internal_address: false,
        };
        let session = self.cloud.assume_role_with_saml(&company.account, &stranger, &assertion, place);
        AtWork::new(session.expect("the role trusts the subsidiary"), place)
    }

    /// Takes a role with an assertion that somebody made themselves: there was no
    /// sign-in.
    pub(crate) fn with_forged_assertion(&self, victim: &Human, place: &Place, role: &str) -> AtWork {
        let company = &self.company;
        let session = self.cloud.open_session(&company.account, role, &victim.upn, None).expect("the company has it");
        let issuer = issuer(&company.tenant);
        let provider = company.provider_arn.rsplit('/').next().unwrap_or_default();
        let qualifier = name_qualifier(&issuer, &company.account, provider);
        let mut state = self.cloud.lock();
        let assertion = format!("_{}", state.rng.guid());
        let credentials = state.credentials(&session);
        drop(state);
        let caller = Caller {
            account: company.account.clone(),
            identity: saml_user(&qualifier, &victim.upn),
            place: place.clone(),
        };
        let call = Call::new("sts", "AssumeRoleWithSAML")
            .asks(json!({
                "sAMLAssertionID": assertion, "roleSessionName": victim.upn, "durationSeconds": 3600,
                "roleArn": session.role_arn, "principalArn": company.provider_arn,
            }))
            .answers(json!({
                "credentials": credentials, "assumedRoleUser": assumed(&session), "subject": victim.upn,
                "subjectType": "persistent", "issuer": issuer, "audience": "https://signin.aws.amazon.com/saml",
                "nameQualifier": qualifier,
            }));
        self.aws(&caller, call);
        AtWork::new(session, place)
    }

    /// Sets up what lets a workload of the tenant into the data account: the OIDC
    /// provider and a role that trusts this workload's tokens. Returns the role.
    pub(crate) fn trusts_workload(&mut self, role: &str, workload: &Workload, audience: &str) -> String {
        let company = self.company.clone();
        let host = format!("sts.windows.net/{}/", company.tenant);
        let arn = format!("arn:aws:iam::{}:oidc-provider/{host}", company.account);
        let trust = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Federated": arn }, "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": { "StringEquals": { format!("{host}:aud"): audience, format!("{host}:sub"): workload.id } },
        }] });
        self.export(
            &format!("aws/{}/list-open-id-connect-providers.json", company.account),
            json!({ "OpenIDConnectProviderList": [{ "Arn": arn }] }),
        );
        self.export(
            &format!("aws/{}/get-open-id-connect-provider.json", company.account),
            json!({ "Url": host, "ClientIDList": [audience], "ThumbprintList": [], "CreateDate": "2024-05-01T09:00:00+00:00" }),
        );
        self.add_role(&company.account, role, &trust, &everything());
        role.into()
    }

    /// A workload takes a role with its token.
    pub(crate) fn by_web_identity(&self, workload: &Workload, audience: &str, role: &str, from: &Place) -> AtWork {
        let host = format!("sts.windows.net/{}/", self.company.tenant);
        self.with_web_token((&host, audience, &workload.id), (role, &workload.name), from)
    }

    /// A pipeline at GitHub takes a role, and calls the session after whoever
    /// started it.
    pub(crate) fn by_github(&self, role: &str, repository: &str, started_by: &str) -> AtWork {
        let host = "token.actions.githubusercontent.com";
        let subject = format!("repo:{repository}:ref:refs/heads/main");
        let arn = format!("arn:aws:iam::{}:oidc-provider/{host}", self.company.account);
        let trust = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": { "Federated": arn }, "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": { "StringEquals": { format!("{host}:aud"): "sts.amazonaws.com", format!("{host}:sub"): subject } },
        }] });
        self.add_role(&self.company.account, role, &trust, &everything());
        let runner = Place::machine("172.184.17.60", "aws-sdk-nodejs configure-aws-credentials-for-github-actions");
        self.with_web_token((host, "sts.amazonaws.com", &subject), (role, started_by), &runner)
    }

    /// Takes a role of the data account with a token: issuer without its scheme,
    /// audience, subject; role and session name.
    fn with_web_token(
        &self,
        (host, audience, subject): (&str, &str, &str),
        (role, name): (&str, &str),
        from: &Place,
    ) -> AtWork {
        let company = &self.company;
        let provider = format!("arn:aws:iam::{}:oidc-provider/{host}", company.account);
        let session = self.cloud.open_session(&company.account, role, name, None).expect("the script made it");
        let credentials = self.cloud.lock().credentials(&session);
        let caller = Caller {
            account: company.account.clone(),
            identity: json!({
                "type": "WebIdentityUser", "principalId": format!("{provider}:{audience}:{subject}"),
                "userName": subject, "identityProvider": provider,
            }),
            place: from.clone(),
        };
        let call = Call::new("sts", "AssumeRoleWithWebIdentity")
            .asks(json!({ "roleArn": session.role_arn, "roleSessionName": name, "durationSeconds": 3600 }))
            .answers(json!({
                "credentials": credentials, "assumedRoleUser": assumed(&session), "provider": provider,
                "subjectFromWebIdentityToken": subject, "audience": audience,
            }))
            .on(&company.account, &session.role_arn, "AWS::IAM::Role");
        self.wait(2);
        let at = self.clock.now();
        let record = call.record(&caller, &caller.account, at, &mut self.cloud.lock().rng);
        self.log(LogSource::CloudTrail, &company.account, record);
        AtWork::by_provider(session, from, provider)
    }

    /// A session takes a role of another account: one record on each side, tied by
    /// `sharedEventID`.
    pub(crate) fn chains_to(&self, who: &AtWork, account: &str, role: &str, name: &str) -> AtWork {
        self.wait(14);
        let at = self.clock.now();
        let source = who.session.source_identity.as_deref();
        let session = self.cloud.open_session(account, role, name, source).expect("the script made the role");
        let caller = Caller::session(who);
        let mut state = self.cloud.lock();
        let credentials = state.credentials(&session);
        let shared = state.rng.guid();
        let call = || {
            Call::new("sts", "AssumeRole")
                .asks(json!({ "roleArn": session.role_arn, "roleSessionName": name, "durationSeconds": 3600 }))
                .answers(json!({ "credentials": credentials, "assumedRoleUser": assumed(&session) }))
                .on(account, &session.role_arn, "AWS::IAM::Role")
        };
        for side in [who.session.account.as_str(), account] {
            let (id, mut record) = call().record(&caller, side, at, &mut state.rng);
            record["sharedEventID"] = json!(shared);
            state.log(LogSource::CloudTrail, side, at, (id, record));
        }
        drop(state);
        AtWork::new(session, &who.place)
    }
}

fn assumed(session: &AwsSession) -> Value {
    json!({ "assumedRoleId": session.user_id(), "arn": session.arn() })
}

/// A policy that allows everything.
fn everything() -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }] })
}
