//! Entra sign-ins: rows of an Event Hub, Graph's `signIn`, and the tables
//! `SigninLogs`, `AADNonInteractiveUserSignInLogs` and their like. Source:
//! Microsoft Graph, resource type `signIn`; Azure Monitor's reference.

use super::{Alias, Vocabulary, made};

pub(super) const VOCABULARY: Vocabulary = Vocabulary::of(&ALIASES);

const ALIASES: [Alias; 20] = [
    Alias::first(&["errorcode", "statuscode"], &["resultType", "status.errorCode"], &["status_code"]),
    Alias::all(
        &["failurereason", "reason", "sign-inerror"],
        &["resultDescription", "status.failureReason", "status.additionalDetails"],
        &["status_detail"],
    )
    .and(made::sign_in_status),
    Alias::all(
        &["result", "outcome", "event.outcome"],
        &["status", "authenticationDetails.authenticationStepResultDetail"],
        &["status"],
    )
    .and(made::sign_in_status),
    // How the sign-in was done, where rules expect a message.
    Alias::all(&["message"], &["message", "authenticationProtocol", "originalTransferMethod", "operationName"], &[]),
    Alias::all(&["activity", "activitydetails", "activitytype"], &["operationName"], &[]).and(made::sign_ins),
    Alias::first(
        &["user", "username", "user.name", "upn", "account", "targetusername"],
        &["userPrincipalName", "servicePrincipalName"],
        &["user.name", "user.email_addr", "actor.user.name"],
    ),
    Alias::first(&["user.id", "objectid"], &["userId", "servicePrincipalId"], &["user.uid", "actor.user.uid"]),
    Alias::first(&["user.fullname"], &["userDisplayName", "identity"], &[]),
    Alias::first(&["clientapp"], &["clientAppUsed"], &[]),
    Alias::first(&["application", "app", "appname"], &["appDisplayName"], &["actor.app_name", "src_endpoint.svc_name"]),
    Alias::first(&["applicationid", "clientid"], &["appId"], &["actor.app_uid"]),
    Alias::first(&["resource", "resourcename"], &["resourceDisplayName"], &["service.name", "dst_endpoint.svc_name"]),
    Alias::first(&["resourceidentity"], &["resourceIdentity", "resourceId"], &["service.uid"]),
    Alias::first(
        &["source.ip", "srcip", "sourceip", "clientip"],
        &["ipAddress", "callerIpAddress"],
        &["src_endpoint.ip"],
    ),
    Alias::first(&["useragent.original"], &["userAgent"], &["http_request.user_agent"]),
    Alias::first(
        &["country", "source.geo.countryisocode"],
        &["location.countryOrRegion"],
        &["src_endpoint.location.country"],
    ),
    // Devices that are not registered have no id.
    Alias::first(&["deviceid"], &["deviceDetail.deviceId"], &["device.uid"]).and(made::no_device),
    Alias::first(&["trusttype", "jointype"], &["deviceDetail.trustType"], &[]).and(made::no_device),
    Alias::first(&["correlationid"], &["correlationId"], &["metadata.correlation_uid"]),
    Alias::all(&["riskeventtype"], &["riskEventTypes_v2", "riskEventTypes"], &[]),
];
