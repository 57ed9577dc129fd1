//! Records that are no plain call of an API: console sign-ins, events of
//! services, refusals at endpoints, Insights, and people who come over from
//! Entra.

use super::callers::{Callers, Spot, after};
use crate::traffic::template::{Scope, Template};
use crate::traffic::world::World;
use selvedge_model::time::iso_second;
use selvedge_sim::Rng;

/// With how often each happens, beside the others. `<who>` is the identity.
const FORMS: &[(u64, &str)] = &[
    (
        40,
        r#"{"eventVersion":"1.09","userIdentity":<who>,"eventTime":"<now>","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","awsRegion":"<region>","sourceIPAddress":"<ip>","userAgent":"<agent>","requestParameters":null,"responseElements":{"ConsoleLogin":"Success"},"additionalEventData":{"LoginTo":"https://<region>.console.aws.amazon.com/console/home?hashArgs=%23&isauthcode=true&state=hashArgsFromTB_<region>_<hex:16>","MobileVersion":"No","MFAUsed":"No"},"eventID":"<guid>","readOnly":false,"eventType":"AwsConsoleSignIn","managementEvent":true,"recipientAccountId":"<account>","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"<region>.signin.aws.amazon.com"}}"#,
    ),
    (
        2,
        r#"{"eventVersion":"1.09","userIdentity":{"type":"IAMUser","principalId":"AIDA<caps:17>","accountId":"<account>","accessKeyId":"","userName":"HIDDEN_DUE_TO_SECURITY_REASONS"},"eventTime":"<now>","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","awsRegion":"<region>","sourceIPAddress":"<ip>","userAgent":"<agent>","errorMessage":"No username found in supplied account","requestParameters":null,"responseElements":{"ConsoleLogin":"Failure"},"additionalEventData":{"LoginTo":"https://console.aws.amazon.com/console/home","MobileVersion":"No","MFAUsed":"<pick:No|Yes>"},"eventID":"<guid>","readOnly":false,"eventType":"AwsConsoleSignIn","managementEvent":true,"recipientAccountId":"<account>","eventCategory":"Management"}"#,
    ),
    (
        30,
        r#"{"eventVersion":"1.11","userIdentity":{"accountId":"<account>","invokedBy":"<pick:autoscaling|ec2|eks|rds>.amazonaws.com"},"eventTime":"<now>","eventSource":"<pick:eks|rds|ec2>.amazonaws.com","eventName":"<pick:ManagedServiceEvent|BidEvictedEvent|BackupCompleted>","awsRegion":"<region>","sourceIPAddress":"<pick:eks|rds|ec2>.amazonaws.com","userAgent":"ec2.amazonaws.com","requestParameters":null,"responseElements":null,"eventID":"<guid>","readOnly":false,"eventType":"AwsServiceEvent","managementEvent":true,"recipientAccountId":"<account>","serviceEventDetails":{"instanceIdSet":[<*1:4>"i-0<hex:16>"<*>],"reason":"<words:2:6>"},"eventCategory":"Management"}"#,
    ),
    (
        10,
        r#"{"eventVersion":"1.08","userIdentity":{"accountId":"<account>","invokedBy":"AWS Internal"},"eventTime":"<now>","eventSource":"kms.amazonaws.com","eventName":"RotateKey","awsRegion":"<region>","sourceIPAddress":"AWS Internal","userAgent":"AWS Internal","requestParameters":null,"responseElements":null,"eventID":"<guid>","readOnly":false,"resources":[{"ARN":"arn:aws:kms:<region>:<account>:key/<guid=g>","accountId":"<account>","type":"AWS::KMS::Key"}],"eventType":"AwsServiceEvent","recipientAccountId":"<account>","serviceEventDetails":{"keyId":"<g>"},"managementEvent":true,"eventCategory":"Management"}"#,
    ),
    (
        16,
        r#"{"eventVersion":"1.10","userIdentity":<who>,"eventTime":"<now>","eventSource":"<pick:s3|ec2|kms|secretsmanager>.amazonaws.com","eventName":"<pick:GetObject|DescribeInstances|Decrypt|GetSecretValue>","awsRegion":"<region>","sourceIPAddress":"10.<n:16:60>.<n:0:255>.<n:1:254>","userAgent":"","errorCode":"VpceAccessDenied","errorMessage":"The request was denied due to a VPC endpoint policy","requestParameters":null,"responseElements":null,"requestID":"<guid>","eventID":"<guid>","eventType":"AwsVpceEvent","recipientAccountId":"<account>","sharedEventID":"<guid>","vpcEndpointId":"vpce-0<hex:16>","vpcEndpointAccountId":"<account>","eventCategory":"NetworkActivity"}"#,
    ),
    (
        2,
        r#"{"eventVersion":"1.09","eventTime":"<now>","awsRegion":"<region>","eventID":"<guid>","eventType":"AwsCloudTrailInsight","recipientAccountId":"<account>","sharedEventID":"<guid>","insightDetails":{"state":"<pick:Start|End>","eventSource":"<pick:ec2|ssm|ecs>.amazonaws.com","eventName":"<pick:DescribeInstances|UpdateInstanceInformation|RunTask>","insightType":"ApiCallRateInsight","insightContext":{"statistics":{"baseline":{"average":<n:1:40>.<n:10:99>},"insight":{"average":<n:60:900>.<n:10:99>},"insightDuration":<n:1:60>,"baselineDuration":<n:9000:11000>},"attributions":[{"attribute":"userIdentityArn","insight":[{"value":"<arn>","average":<n:1:400>.5}],"baseline":[{"value":"<arn>","average":0.<n:100:999>}]}]}},"eventCategory":"Insight"}"#,
    ),
];

const CROSSING: &str = r#"{"eventVersion":"1.09","userIdentity":{"type":"SAMLUser","principalId":"<qualifier>:<upn>","userName":"<upn>","identityProvider":"<qualifier>"},"eventTime":"<now>","eventSource":"sts.amazonaws.com","eventName":"AssumeRoleWithSAML","awsRegion":"<region>","sourceIPAddress":"AWS Internal","userAgent":"aws-internal/3 aws-sdk-java/1.12.779","requestParameters":{"sAMLAssertionID":"_<guid>","roleSessionName":"<upn>","durationSeconds":3600,"roleArn":"<role>","principalArn":"<provider>"},"responseElements":{"credentials":{"accessKeyId":"<key>","sessionToken":"IQoJb3JpZ2luX2Vj<base64:200>","expiration":"May 18, 2026, 6:15:00 PM"},"assumedRoleUser":{"assumedRoleId":"<roleid>:<upn>","arn":"<session>"},"subject":"<upn>","subjectType":"persistent","issuer":"<issuer>","audience":"https://signin.aws.amazon.com/saml","nameQualifier":"<qualifier>"},"requestID":"<guid>","eventID":"<guid>","readOnly":true,"resources":[{"accountId":"<account>","type":"AWS::IAM::Role","ARN":"<role>"},{"accountId":"<account>","type":"AWS::IAM::SAMLProvider","ARN":"<provider>"}],"eventType":"AwsApiCall","managementEvent":true,"recipientAccountId":"<account>","eventCategory":"Management","tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"sts.amazonaws.com"}}"#;

pub(super) struct Rare {
    forms: Vec<(u64, Template)>,
    crossing: Template,
}

impl Rare {
    pub(super) fn new() -> Self {
        Self {
            forms: FORMS.iter().map(|(weight, text)| (*weight, Template::new(text))).collect(),
            crossing: Template::new(CROSSING),
        }
    }

    pub(super) fn record(&self, spot: Spot<'_>, callers: &Callers, rng: &mut Rng, out: &mut String) {
        let caller = callers.one(super::calls::PERSON, spot, rng);
        let names = [
            ("account", spot.account().id.as_str()),
            ("region", spot.region),
            ("now", &iso_second(spot.now)),
            ("who", &caller.identity),
            ("arn", &caller.arn),
            ("ip", &caller.ip),
            ("agent", &caller.agent),
        ];
        let total: u64 = self.forms.iter().map(|(weight, _)| weight).sum();
        let mut die = rng.between(1, total);
        for (weight, form) in &self.forms {
            if die <= *weight {
                return form.fill(&Scope { names: &names, now: spot.now }, &mut Default::default(), rng, out);
            }
            die -= weight;
        }
    }

    pub(super) fn crossing(&self, world: &World, n: usize, rng: &mut Rng, out: &mut String) {
        let (crossing, company) = (&world.crossings[n], &world.story.company);
        let person = &world.people[crossing.person];
        let now = after(crossing.at, 2);
        let issuer = format!("https://sts.windows.net/{}/", company.tenant);
        let provider = company.provider_arn.rsplit('/').next().unwrap_or_default();
        let (account, role) = (company.account.as_str(), company.role_name.as_str());
        let names = [
            ("account", account),
            ("region", super::REGIONS[0].0),
            ("now", &iso_second(now)),
            ("upn", &person.upn),
            ("qualifier", &selvedge_graph::estate::name_qualifier(&issuer, account, provider)),
            ("issuer", &issuer),
            ("provider", &company.provider_arn),
            ("role", &format!("arn:aws:iam::{account}:role/{role}")),
            ("roleid", &company.role_id),
            ("session", &format!("arn:aws:sts::{account}:assumed-role/{role}/{}", person.upn)),
            ("key", &crossing.access_key),
        ];
        self.crossing.fill(&Scope { names: &names, now }, &mut Default::default(), rng, out);
    }
}
