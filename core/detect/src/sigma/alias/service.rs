//! Resource logs, findings and alerts: few names are common to them.

use super::{Alias, Vocabulary};

pub(super) const VOCABULARY: Vocabulary = Vocabulary { columns: true, ..Vocabulary::of(&ALIASES) };

/// Events that are OCSF and nothing else.
pub(super) const NONE: Vocabulary = Vocabulary::of(&[]);

const ALIASES: [Alias; 6] = [
    Alias::first(
        &["source.ip", "srcip", "clientip"],
        &["callerIpAddress", "ipAddress", "CIp", "clientIp"],
        &["src_endpoint.ip"],
    ),
    Alias::first(&["operation", "event.action"], &["operationName"], &["api.operation"]),
    Alias::first(
        &["httpstatuscode"],
        &["httpStatusCode", "httpStatusCode_d", "responseStatusCode"],
        &["http_response.code"],
    ),
    Alias::first(&["correlationid"], &["correlationId"], &["metadata.correlation_uid"]),
    Alias::first(&["resource"], &["resourceId", "_ResourceId"], &["resources.uid"]),
    Alias::first(&["useragent.original"], &["userAgent"], &["http_request.user_agent"]),
];
