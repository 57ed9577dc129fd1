//! Identity Protection and alerts of Privileged Identity Management. Source:
//! Microsoft Graph, resource types `riskDetection`, `riskyUser` and
//! `unifiedRoleManagementAlert`; the table `AADUserRiskEvents`.

use super::{Alias, Vocabulary};

pub(super) const VOCABULARY: Vocabulary = Vocabulary::of(&ALIASES);

const ALIASES: [Alias; 7] = [
    Alias::all(
        &["risktype", "detectiontype"],
        &[
            "riskEventType",
            "riskType",
            "riskEventTypes",
            "@odata.type",
            "alertDefinitionId",
            "alertIncidents.@odata.type",
        ],
        &["finding_info.types", "finding_info.title"],
    ),
    Alias::first(&[], &["riskLevel", "riskLevelAggregated"], &["risk_level"]),
    Alias::first(&[], &["riskState"], &[]),
    Alias::first(&["source.ip", "srcip"], &["ipAddress", "callerIpAddress"], &["src_endpoint.ip"]),
    Alias::first(
        &["user", "username", "user.name", "upn"],
        &["userPrincipalName", "servicePrincipalDisplayName"],
        &["user.name", "user.email_addr", "evidences.actor.user.name"],
    ),
    Alias::first(&["user.id"], &["userId", "servicePrincipalId"], &["user.uid"]),
    Alias::first(&["correlationid"], &["correlationId"], &["metadata.correlation_uid"]),
];
