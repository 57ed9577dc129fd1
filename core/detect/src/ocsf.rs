//! The few OCSF 1.8.0 classes that the mapped kinds use, and how their common
//! part is built.

use selvedge_model::event::{Fingerprint, Metadata, OCSF_VERSION, Observable, Ocsf, Product};
use selvedge_model::{Digest, Severity, Timestamp, time};

/// A class with its category.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Class {
    pub uid: u32,
    pub name: &'static str,
    pub category: u32,
    pub category_name: &'static str,
}

const fn class(uid: u32, name: &'static str, category: u32, category_name: &'static str) -> Class {
    Class { uid, name, category, category_name }
}

pub(crate) const BASE_EVENT: Class = class(0, "Base Event", 0, "Uncategorized");
pub(crate) const ACCOUNT_CHANGE: Class = class(3001, "Account Change", 3, "Identity & Access Management");
pub(crate) const AUTHENTICATION: Class = class(3002, "Authentication", 3, "Identity & Access Management");
pub(crate) const ENTITY_MANAGEMENT: Class = class(3004, "Entity Management", 3, "Identity & Access Management");
pub(crate) const USER_ACCESS: Class = class(3005, "User Access Management", 3, "Identity & Access Management");
pub(crate) const GROUP_MANAGEMENT: Class = class(3006, "Group Management", 3, "Identity & Access Management");
pub(crate) const API_ACTIVITY: Class = class(6003, "API Activity", 6, "Application Activity");

/// What stands where OCSF requires a name and the record gives none.
pub(crate) const UNKNOWN: &str = "unknown";

/// Observable types of OCSF 1.8.0 that we name.
pub(crate) const OBSERVABLE_IP: u8 = 2;
pub(crate) const OBSERVABLE_USER_NAME: u8 = 4;
pub(crate) const OBSERVABLE_RESOURCE_UID: u8 = 10;

/// What a mapping says before its own fields.
pub(crate) struct Head<'a> {
    pub class: Class,
    pub activity: (u8, &'a str),
    pub time: Timestamp,
    pub status: Option<bool>,
    pub uid: &'a str,
    pub product: (&'a str, &'a str),
    pub feature: Option<String>,
    pub digest: Digest,
    pub profiles: &'a [&'a str],
}

/// The common part of an event; the mapping fills the rest.
pub(crate) fn build(head: Head<'_>) -> Ocsf {
    let severity = Severity::Info;
    Ocsf {
        class_uid: head.class.uid,
        class_name: head.class.name.into(),
        category_uid: head.class.category,
        category_name: head.class.category_name.into(),
        activity_id: head.activity.0,
        activity_name: Some(head.activity.1.into()),
        type_uid: u64::from(head.class.uid).saturating_mul(100).saturating_add(u64::from(head.activity.0)),
        time: time::epoch_ms(head.time),
        severity_id: severity.ocsf_id(),
        severity: "Informational".into(),
        status_id: head.status.map(|ok| if ok { 1 } else { 2 }),
        status: head.status.map(|ok| if ok { "Success" } else { "Failure" }.into()),
        status_code: None,
        status_detail: None,
        message: None,
        metadata: Metadata {
            version: OCSF_VERSION.into(),
            uid: head.uid.into(),
            correlation_uid: None,
            event_code: None,
            product: Product {
                name: head.product.1.into(),
                vendor_name: head.product.0.into(),
                feature: head.feature.map(|name| selvedge_model::event::Named { uid: None, name: Some(name) }),
            },
            logged_time: None,
            original_time: None,
            profiles: head.profiles.iter().map(|p| (*p).into()).collect(),
        },
        actor: None,
        user: None,
        session: None,
        api: None,
        src_endpoint: None,
        dst_endpoint: None,
        service: None,
        http_request: None,
        cloud: None,
        resources: Vec::new(),
        privileges: Vec::new(),
        group: None,
        entity: None,
        is_mfa: None,
        observables: Vec::new(),
        raw_data_hash: Some(Fingerprint { algorithm_id: 3, value: head.digest.to_string() }),
        unmapped: None,
    }
}

/// Names the address, user and resources of an event for look-ups.
pub(crate) fn observe(ocsf: &mut Ocsf) {
    let mut found = Vec::new();
    let mut add = |name: &str, type_id: u8, value: Option<&String>| {
        if let Some(value) = value.filter(|v| *v != UNKNOWN) {
            found.push(Observable { name: name.into(), type_id, value: value.clone() });
        }
    };
    add("src_endpoint.ip", OBSERVABLE_IP, ocsf.src_endpoint.as_ref().and_then(|e| e.ip.as_ref()));
    let actor = ocsf.actor.as_ref().and_then(|a| a.user.as_ref());
    add("actor.user.name", OBSERVABLE_USER_NAME, actor.and_then(|u| u.name.as_ref()));
    add("user.name", OBSERVABLE_USER_NAME, ocsf.user.as_ref().and_then(|u| u.name.as_ref()));
    for resource in &ocsf.resources {
        add("resources[].uid", OBSERVABLE_RESOURCE_UID, resource.uid.as_ref());
    }
    ocsf.observables = found;
}

/// Whether text is an IP address, so that it belongs in `ip` and not `domain`.
pub(crate) fn is_ip(text: &str) -> bool {
    text.parse::<std::net::IpAddr>().is_ok()
}
