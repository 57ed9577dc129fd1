//! Entra audit: rows of an Event Hub, Graph's `directoryAudit`, and the table
//! `AuditLogs`. Source: Microsoft Graph, resource type `directoryAudit`; Azure
//! Monitor's reference; "Microsoft Entra security operations guide", whose names
//! many public rules use.

use super::{Alias, Vocabulary, made};

pub(super) const VOCABULARY: Vocabulary = Vocabulary { details: true, ..Vocabulary::of(&ALIASES) };

const ALIASES: [Alias; 19] = [
    // The row's own category is `AuditLogs`; the record's is in its properties.
    Alias::all(&["event.category"], &["category"], &["metadata.product.feature.name"]),
    Alias::all(
        &["activity", "activitydetails", "activitytype", "operation", "event.action"],
        &["activityDisplayName", "operationName"],
        &["api.operation", "activity_name"],
    ),
    Alias::all(&["message"], &["message", "activityDisplayName", "operationName"], &["message", "api.operation"])
        .and(made::changes_as_text),
    Alias::all(
        &["status", "outcome", "event.outcome", "activitystatus"],
        &["result", "resultReason", "resultDescription", "resultType"],
        &["status", "status_detail"],
    ),
    Alias::all(
        &["failurestatusreason", "failurereason", "statusreason", "reason"],
        &["resultReason", "resultDescription"],
        &["status_detail"],
    ),
    Alias::first(&["service", "loggedbyservice"], &["loggedByService"], &["api.service.name"]),
    Alias::first(&["operationtype"], &["operationType", "AADOperationType"], &[]),
    Alias::all(
        &["actor", "user", "username", "user.name", "caller"],
        &[
            "initiatedBy",
            "initiatedBy.user.userPrincipalName",
            "initiatedBy.user.displayName",
            "initiatedBy.app.displayName",
        ],
        &["actor.user.name", "actor.user.email_addr", "actor.app_name"],
    ),
    Alias::all(
        &["target", "targets", "targetuser", "targetname"],
        &["targetResources.userPrincipalName", "targetResources.displayName", "targetResources.id"],
        &["user.name", "entity.name", "resources.name"],
    ),
    Alias::first(
        &["targetresources.type", "targettype"],
        &["targetResources.type"],
        &["resources.type", "entity.type"],
    ),
    Alias::first(&["targetresources"], &["targetResources"], &[]),
    Alias::first(&["modifiedproperties"], &["targetResources.modifiedProperties"], &[]),
    Alias::first(&["additionaldetails"], &["additionalDetails"], &[]),
    Alias::first(
        &["source.ip", "srcip", "ipaddress", "calleripaddress"],
        &["initiatedBy.user.ipAddress", "callerIpAddress", "initiatedBy.app.ipAddress"],
        &["src_endpoint.ip"],
    ),
    Alias::first(
        &["useragent", "useragent.original"],
        &["userAgent", "additionalDetails.User-Agent"],
        &["http_request.user_agent"],
    ),
    Alias::first(&["correlationid"], &["correlationId"], &["metadata.correlation_uid"]),
    Alias::first(&["activitydatetime"], &["activityDateTime", "ActivityDateTime", "time"], &["time"]),
    // Alerts of Privileged Identity Management are logged by their titles.
    Alias::all(&["riskeventtype"], &["targetResources.displayName", "resultReason"], &[]),
    Alias::first(&["event.id"], &["id"], &["metadata.uid"]),
];
