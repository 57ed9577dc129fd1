//! A CloudTrail record with its fields found, in one walk over its members.

use crate::get;
use crate::json::Json;
use selvedge_model::{Timestamp, time};

/// The members of a record that mappings read. The first of several with one
/// name counts; empty text and null count as missing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Trail<'a> {
    pub(super) event_time: Option<&'a str>,
    pub(super) event_id: Option<&'a str>,
    pub(super) event_type: Option<&'a str>,
    pub(super) category: Option<&'a str>,
    pub(super) service: Option<&'a str>,
    pub(super) operation: Option<&'a str>,
    pub(super) region: Option<&'a str>,
    pub(super) source_ip: Option<&'a str>,
    pub(super) user_agent: Option<&'a str>,
    pub(super) error: Option<&'a str>,
    pub(super) error_message: Option<&'a str>,
    pub(super) request_id: Option<&'a str>,
    pub(super) recipient: Option<&'a str>,
    pub(super) shared_id: Option<&'a str>,
    pub(super) vpc_endpoint: Option<&'a str>,
    pub(super) read_only: Option<bool>,
    pub(super) request: Option<Json<'a>>,
    pub(super) answer: Option<Json<'a>>,
    pub(super) additional: Option<Json<'a>>,
    pub(super) service_details: Option<Json<'a>>,
    pub(super) insight: Option<Json<'a>>,
    pub(super) resources: Option<Json<'a>>,
    pub(super) addendum: Option<Json<'a>>,
    pub(super) identity: Identity<'a>,
}

/// `userIdentity`.
#[derive(Debug, Clone, Default)]
pub(super) struct Identity<'a> {
    pub(super) kind: Option<&'a str>,
    pub(super) arn: Option<&'a str>,
    pub(super) principal_id: Option<&'a str>,
    pub(super) account_id: Option<&'a str>,
    pub(super) access_key_id: Option<&'a str>,
    pub(super) user_name: Option<&'a str>,
    pub(super) invoked_by: Option<&'a str>,
    pub(super) provider: Option<&'a str>,
    pub(super) on_behalf_of: Option<Json<'a>>,
    pub(super) credential_id: Option<&'a str>,
    pub(super) context: Option<Json<'a>>,
    issuer: Option<Json<'a>>,
    attributes: Option<Json<'a>>,
}

fn keep<'a>(slot: &mut Option<&'a str>, value: Json<'a>) {
    if slot.is_none() {
        *slot = get::as_text(value);
    }
}

fn hold<'a>(slot: &mut Option<Json<'a>>, value: Json<'a>) {
    if slot.is_none() && !value.is_null() {
        *slot = Some(value);
    }
}

impl<'a> Trail<'a> {
    pub(crate) fn read(record: Json<'a>) -> Self {
        let mut out = Self::default();
        for (key, value) in record.members() {
            match key {
                "eventTime" => keep(&mut out.event_time, value),
                "eventID" => keep(&mut out.event_id, value),
                "eventType" => keep(&mut out.event_type, value),
                "eventCategory" => keep(&mut out.category, value),
                "eventSource" => keep(&mut out.service, value),
                "eventName" => keep(&mut out.operation, value),
                "awsRegion" => keep(&mut out.region, value),
                "sourceIPAddress" => keep(&mut out.source_ip, value),
                "userAgent" => keep(&mut out.user_agent, value),
                "errorCode" => keep(&mut out.error, value),
                "errorMessage" => keep(&mut out.error_message, value),
                "requestID" => keep(&mut out.request_id, value),
                "recipientAccountId" => keep(&mut out.recipient, value),
                "sharedEventID" => keep(&mut out.shared_id, value),
                "vpcEndpointId" => keep(&mut out.vpc_endpoint, value),
                "readOnly" => out.read_only = out.read_only.or_else(|| get::as_bool(value)),
                "requestParameters" => hold(&mut out.request, value),
                "responseElements" => hold(&mut out.answer, value),
                "additionalEventData" => hold(&mut out.additional, value),
                "serviceEventDetails" => hold(&mut out.service_details, value),
                "insightDetails" => hold(&mut out.insight, value),
                "resources" => hold(&mut out.resources, value),
                "addendum" => hold(&mut out.addendum, value),
                "userIdentity" => out.identity.read(value),
                _ => {}
            }
        }
        if let Some(insight) = out.insight {
            // An Insights event says which call was unusual inside its details.
            out.service = out.service.or_else(|| get::text(insight, &["eventSource"]));
            out.operation = out.operation.or_else(|| get::text(insight, &["eventName"]));
            out.error = out.error.or_else(|| get::text(insight, &["errorCode"]));
        }
        out
    }

    pub(super) fn time(&self) -> Option<Timestamp> {
        time::parse(self.event_time?)
    }

    pub(super) fn account(&self) -> &'a str {
        self.recipient.or(self.identity.account_id).unwrap_or_default()
    }

    /// Whether the call did what it says. An Insights event reports calls, it is
    /// none.
    pub(super) fn succeeded(&self) -> bool {
        (self.error.is_none() || self.insight.is_some()) && !self.login_failed()
    }

    pub(super) fn login_failed(&self) -> bool {
        let said = |place: Option<Json<'a>>, key: &str| place.and_then(|p| get::text(p, &[key])) == Some("Failure");
        said(self.answer, "ConsoleLogin") || said(self.service_details, "UserAuthentication")
    }
}

impl<'a> Identity<'a> {
    fn read(&mut self, identity: Json<'a>) {
        for (key, value) in identity.members() {
            match key {
                "type" => keep(&mut self.kind, value),
                "arn" => keep(&mut self.arn, value),
                "principalId" => keep(&mut self.principal_id, value),
                "accountId" => keep(&mut self.account_id, value),
                "accessKeyId" => keep(&mut self.access_key_id, value),
                "userName" => keep(&mut self.user_name, value),
                "invokedBy" => keep(&mut self.invoked_by, value),
                "identityProvider" => keep(&mut self.provider, value),
                "credentialId" => keep(&mut self.credential_id, value),
                "onBehalfOf" => hold(&mut self.on_behalf_of, value),
                "sessionContext" => hold(&mut self.context, value),
                _ => {}
            }
        }
        for (key, value) in self.context.into_iter().flat_map(Json::members) {
            match key {
                "sessionIssuer" => hold(&mut self.issuer, value),
                "attributes" => hold(&mut self.attributes, value),
                _ => {}
            }
        }
    }

    pub(super) fn issuer_arn(&self) -> Option<&'a str> {
        get::text(self.issuer?, &["arn"])
    }

    pub(super) fn issuer_name(&self) -> Option<&'a str> {
        get::text(self.issuer?, &["userName"])
    }

    pub(super) fn source_identity(&self) -> Option<&'a str> {
        get::text(self.context?, &["sourceIdentity"])
    }

    pub(super) fn is_mfa(&self) -> Option<bool> {
        get::boolean(self.attributes?, &["mfaAuthenticated"])
    }

    pub(super) fn created(&self) -> Option<Timestamp> {
        get::moment(self.attributes?, &["creationDate"])
    }
}
