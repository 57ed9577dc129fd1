//! The few OCSF 1.8.0 classes that the mapped kinds use, and how their common
//! part is built.

use selvedge_model::event::{Metadata, Named, OCSF_VERSION, Observable, Ocsf, Product, Text};
use selvedge_model::{Severity, Timestamp, time};

pub(crate) use selvedge_model::ocsf::Class;
pub(crate) use selvedge_model::ocsf::class::{
    ACCOUNT_CHANGE, API_ACTIVITY, AUTHENTICATION, BASE_EVENT, COMPLIANCE_FINDING, DATA_SECURITY_FINDING,
    DETECTION_FINDING, ENTITY_MANAGEMENT, GROUP_MANAGEMENT, IAM_ANALYSIS_FINDING, NETWORK_ACTIVITY, USER_ACCESS,
    VULNERABILITY_FINDING,
};

/// What stands where OCSF requires a name and the record gives none.
pub(crate) const UNKNOWN: &str = "unknown";

/// Observable types of OCSF 1.8.0 that we name.
pub(crate) const OBSERVABLE_IP: u8 = 2;
pub(crate) const OBSERVABLE_USER_NAME: u8 = 4;
pub(crate) const OBSERVABLE_RESOURCE_UID: u8 = 10;

/// What a mapping says before its own fields.
pub(crate) struct Head<'a> {
    pub class: Class,
    pub activity: u8,
    pub time: Timestamp,
    pub status: Option<bool>,
    pub uid: Text<'a>,
    pub product: (&'static str, &'static str),
    pub feature: Option<Text<'a>>,
    pub profiles: &'static [&'static str],
}

/// The common part of an event; the mapping fills the rest. Two kilobytes, boxed: they
/// are handed on many times.
pub(crate) fn build(head: Head<'_>) -> Box<Ocsf<'_>> {
    let (vendor, product) = head.product;
    Box::new(Ocsf {
        class_uid: head.class.uid,
        class_name: head.class.caption,
        category_uid: head.class.category,
        category_name: head.class.category_caption,
        activity_id: head.activity,
        activity_name: head.class.activity(head.activity).map(Into::into),
        type_uid: head.class.type_uid(head.activity),
        time: time::epoch_ms(head.time),
        severity_id: Severity::Info.ocsf_id(),
        severity: severity_name(Severity::Info),
        status_id: head.status.map(|ok| if ok { 1 } else { 2 }),
        status: head.status.map(|ok| if ok { "Success" } else { "Failure" }.into()),
        status_code: None,
        status_detail: None,
        message: None,
        metadata: Metadata {
            version: OCSF_VERSION,
            uid: head.uid,
            correlation_uid: None,
            event_code: None,
            product: Product {
                name: product.into(),
                vendor_name: vendor.into(),
                feature: head.feature.map(|name| Named { uid: None, name: Some(name) }),
                uid: None,
                version: None,
            },
            logged_time: None,
            log_version: None,
            original_time: None,
            tenant_uid: None,
            profiles: head.profiles,
        },
        actor: None,
        user: None,
        session: None,
        api: None,
        src_endpoint: None,
        http_request: None,
        cloud: None,
        resources: Vec::new(),
        is_mfa: None,
        more: None,
        observables: Vec::new(),
        raw_data_hash: None,
        unmapped: None,
    })
}

/// Gives an event the severity that its source means.
pub(crate) fn grade(ocsf: &mut Ocsf<'_>, severity: Severity) {
    ocsf.severity_id = severity.ocsf_id();
    ocsf.severity = severity_name(severity);
}

/// OCSF's words for severities.
pub(crate) const fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "Informational",
        Severity::Low => "Low",
        Severity::Medium => "Medium",
        Severity::High => "High",
        Severity::Critical => "Critical",
    }
}

/// Names the addresses, user and resources of an event for look-ups.
pub(crate) fn observe(ocsf: &mut Ocsf<'_>) {
    let mut found = Vec::with_capacity(ocsf.resources.len().saturating_add(3));
    let actor = ocsf.actor.as_ref().and_then(|a| a.user.as_ref());
    let dst = ocsf.more.as_ref().and_then(|more| more.dst_endpoint.as_ref());
    let fixed = [
        ("src_endpoint.ip", OBSERVABLE_IP, ocsf.src_endpoint.as_ref().and_then(|e| e.ip.as_ref())),
        ("dst_endpoint.ip", OBSERVABLE_IP, dst.and_then(|e| e.ip.as_ref())),
        ("actor.user.name", OBSERVABLE_USER_NAME, actor.and_then(|u| u.name.as_ref())),
        ("user.name", OBSERVABLE_USER_NAME, ocsf.user.as_ref().and_then(|u| u.name.as_ref())),
    ];
    let resources = ocsf.resources.iter().map(|r| ("resources[].uid", OBSERVABLE_RESOURCE_UID, r.uid.as_ref()));
    for (name, type_id, value) in fixed.into_iter().chain(resources) {
        if let Some(value) = value.filter(|v| *v != UNKNOWN) {
            found.push(Observable { name, type_id, value: value.clone() });
        }
    }
    ocsf.observables = found;
}

/// Whether text is an IP address, so that it belongs in `ip` and not `domain`.
pub(crate) fn is_ip(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_ok()
}
