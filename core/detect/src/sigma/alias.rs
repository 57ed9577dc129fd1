//! Names that rules use for a field besides the record's own.

use super::LogSource;

/// Names of other layouts, lower-case, and where the raw rows keep the value;
/// the first that is present counts. Sources: Azure Monitor's reference of the
/// tables `AzureActivity`, `SigninLogs` and `AuditLogs`.
const AZURE: [(&str, &[&str]); 14] = [
    ("operationnamevalue", &["operationName"]),
    ("categoryvalue", &["category"]),
    ("activitystatusvalue", &["resultType", "status"]),
    ("resourceprovidervalue", &["resourceProviderName"]),
    ("callerip", &["callerIpAddress", "httpRequest.clientIpAddress"]),
    ("resultdescription", &["status.failureReason"]),
    ("username", &["userPrincipalName", "caller"]),
    ("properties.message", &["activityDisplayName", "operationName"]),
    ("activitydetails", &["activityDisplayName"]),
    ("activitytype", &["activityDisplayName", "operationName"]),
    // The other way: rules name the raw row's fields, the row is of the table.
    ("operationname", &["OperationNameValue"]),
    ("category", &["CategoryValue"]),
    ("resulttype", &["ActivityStatusValue"]),
    ("resourceid", &["_ResourceId"]),
];

/// Other paths under which a record of this source may have what `path` names,
/// best first.
pub(super) fn of(source: LogSource, path: &str) -> impl Iterator<Item = &'static str> {
    let table: &[(&str, &[&'static str])] = if source.product == "azure" { &AZURE } else { &[] };
    table
        .iter()
        .find(|(alias, _)| alias.eq_ignore_ascii_case(path))
        .map(|(_, targets)| *targets)
        .into_iter()
        .flatten()
        .copied()
}
