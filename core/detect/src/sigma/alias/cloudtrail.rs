//! CloudTrail. Columns: Azure Monitor's reference of the table `AWSCloudTrail`;
//! OCSF: AWS's own mapping of CloudTrail (1.0.0-rc.2 and 1.5.0).

use super::{Alias, Vocabulary, made};

pub(super) const VOCABULARY: Vocabulary = Vocabulary {
    ocsf_prefixes: &[("requestParameters", "api.request.data"), ("responseElements", "api.response.data")],
    ..Vocabulary::of(&ALIASES)
};

const ALIASES: [Alias; 39] = [
    Alias::first(&["eventname", "event.action"], &["eventName"], &["api.operation"]),
    Alias::first(&["eventsource", "event.provider"], &["eventSource"], &["api.service.name"]),
    Alias::first(&["eventversion"], &["eventVersion"], &["metadata.product.version"]),
    Alias::first(&["eventtype", "eventtypename"], &["eventType"], &["metadata.event_code"]),
    Alias::first(&["eventcategory"], &["eventCategory"], &["metadata.product.feature.name"]),
    Alias::first(&["awseventid", "event.id"], &["eventID"], &["metadata.uid"]),
    Alias::first(&["awsrequestid"], &["requestID"], &["api.request.uid"]),
    Alias::first(
        &["sourceipaddress", "source.ip", "srcip"],
        &["sourceIPAddress"],
        &["src_endpoint.ip", "src_endpoint.domain"],
    ),
    Alias::first(&["useragent", "useragent.original"], &["userAgent"], &["http_request.user_agent"]),
    Alias::first(&["awsregion", "cloud.region"], &["awsRegion"], &["cloud.region"]),
    Alias::first(&["errorcode"], &["errorCode"], &["api.response.error"]),
    Alias::first(&["errormessage"], &["errorMessage"], &["api.response.error_message", "api.response.message"]),
    Alias::first(&["requestparameters"], &["requestParameters"], &[]),
    Alias::first(&["responseelements"], &["responseElements"], &[]),
    Alias::first(&["additionaleventdata"], &["additionalEventData"], &[]),
    Alias::first(&["serviceeventdetails"], &["serviceEventDetails"], &[]),
    Alias::first(&["readonly"], &["readOnly"], &[]),
    Alias::first(&["managementevent"], &["managementEvent"], &[]),
    Alias::first(&["sharedeventid"], &["sharedEventID"], &[]),
    Alias::first(&["vpcendpointid"], &["vpcEndpointId"], &["src_endpoint.uid"]),
    Alias::first(&["apiversion"], &["apiVersion"], &["api.version"]),
    Alias::first(
        &["recipientaccountid", "cloud.account.id"],
        &["recipientAccountId"],
        &["cloud.account.uid", "cloud.account_uid"],
    ),
    Alias::first(&["useridentitytype"], &["userIdentity.type"], &["actor.user.type"]),
    // Since 1.1.0 OCSF's `uid` is the ARN; before it was the principal's id.
    Alias::first(&["useridentityarn"], &["userIdentity.arn"], &["actor.user.uid", "actor.user.uuid"]),
    Alias::first(
        &["useridentityprincipalid"],
        &["userIdentity.principalId"],
        &["actor.user.uid_alt", "actor.user.uid"],
    ),
    Alias::first(
        &["useridentityaccountid"],
        &["userIdentity.accountId"],
        &["actor.user.account.uid", "actor.user.account_uid"],
    ),
    Alias::first(&["useridentityaccesskeyid"], &["userIdentity.accessKeyId"], &["actor.user.credential_uid"]),
    Alias::first(&["useridentityusername", "user.name"], &["userIdentity.userName"], &["actor.user.name"]),
    Alias::first(&["useridentityinvokedby"], &["userIdentity.invokedBy"], &["actor.invoked_by"]),
    Alias::first(&["useridentityidentityprovider"], &["userIdentity.identityProvider"], &["actor.idp.name"]),
    Alias::first(
        &["sessionmfaauthenticated"],
        &["userIdentity.sessionContext.attributes.mfaAuthenticated"],
        &["actor.session.is_mfa", "actor.session.mfa"],
    ),
    Alias::first(&["sessionissuerarn"], &["userIdentity.sessionContext.sessionIssuer.arn"], &["actor.session.issuer"]),
    Alias::first(&["sessionissuertype"], &["userIdentity.sessionContext.sessionIssuer.type"], &[]),
    Alias::first(&["sessionissuerusername"], &["userIdentity.sessionContext.sessionIssuer.userName"], &[]),
    Alias::first(&["sessionissueraccountid"], &["userIdentity.sessionContext.sessionIssuer.accountId"], &[]),
    Alias::first(&[], &["requestParameters.userName"], &["user.name"]),
    Alias::first(&[], &["additionalEventData.MFAUsed"], &[]).and(made::mfa_used),
    Alias::first(&[], &["responseElements.ConsoleLogin"], &[]).and(made::console_login),
    // CloudTrail has no such field: a call without an error has succeeded.
    Alias::first(&["status", "outcome", "event.outcome", "result"], &[], &["status"]).and(made::cloudtrail_status),
];
