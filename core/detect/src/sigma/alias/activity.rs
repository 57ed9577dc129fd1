//! Azure Activity Log: rows of an Event Hub, REST's answers, and the table
//! `AzureActivity`. Source: Azure Monitor, "Azure activity log event schema" and
//! the table's reference.

use super::{Alias, Vocabulary, made};

pub(super) const VOCABULARY: Vocabulary = Vocabulary {
    prefixes: &[
        &["identity.claims", "claims", "Claims_d"],
        &["identity.authorization", "authorization", "Authorization_d"],
        &["httpRequest", "HTTPRequest_d", "HTTPRequest"],
    ],
    ..Vocabulary::of(&ALIASES)
};

const ALIASES: [Alias; 14] = [
    // A column's `OperationName` is the name for people.
    Alias::all(&["event.action", "operation"], &["operationName", "OperationNameValue"], &["api.operation"]),
    Alias::all(
        &["message", "activity", "activitydisplayname", "activitytype", "activitydetails"],
        &["message", "operationName.localizedValue", "OperationName", "OperationNameValue"],
        &["message", "api.operation"],
    ),
    Alias::all(
        &["eventcategory", "event.category"],
        &["category", "CategoryValue", "eventCategory"],
        &["metadata.product.feature.name"],
    ),
    Alias::all(
        &["outcome", "event.outcome", "result"],
        &["status", "resultType", "ActivityStatusValue", "ActivityStatus"],
        &["status", "status_detail"],
    ),
    Alias::all(
        &["substatusvalue"],
        &["subStatus", "resultSignature", "ActivitySubstatusValue", "ActivitySubstatus"],
        &["status_code"],
    ),
    Alias::all(&[], &["resourceProviderName", "ResourceProviderValue", "ResourceProvider"], &["api.service.name"])
        .and(made::resource_provider),
    Alias::first(&["azure.resource.id", "resource"], &["resourceId", "_ResourceId"], &["resources.uid"]),
    Alias::first(&["azure.resource.group"], &["resourceGroupName", "ResourceGroup"], &[]).and(made::resource_group),
    Alias::first(&["azure.subscriptionid"], &["subscriptionId"], &["cloud.account.uid"]).and(made::subscription),
    Alias::first(
        &["user", "username", "user.name", "upn", "userprincipalname", "initiatedby", "actor"],
        &[
            "caller",
            "identity.claims.http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
            "claims.http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
            "identity.claims.upn",
            "claims.upn",
            "identity.claims.name",
            "identity.claims.appid",
        ],
        &["actor.user.name", "actor.user.email_addr", "actor.user.uid"],
    ),
    Alias::first(
        &["source.ip", "srcip", "ipaddress", "clientip"],
        &["callerIpAddress", "httpRequest.clientIpAddress", "claims.ipaddr", "identity.claims.ipaddr"],
        &["src_endpoint.ip"],
    ),
    Alias::first(&["correlationid"], &["correlationId"], &["metadata.correlation_uid"]),
    Alias::first(&["event.id"], &["eventDataId"], &["metadata.uid"]),
    Alias::first(&["eventtime"], &["time", "eventTimestamp", "TimeGenerated"], &["time"]),
];
