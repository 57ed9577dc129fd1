//! From where a resource's endpoint answers.

use crate::truth::{Missing, Truth};
use serde::Serialize;
use serde_json::Value;
use std::net::IpAddr;

/// From where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "reach", content = "from", rename_all = "kebab-case")]
pub enum Reach {
    /// Only over private endpoints.
    Private,
    /// From these address blocks or ranges, and no others.
    Addresses(Vec<String>),
    /// From any customer's resources in Azure, and from these addresses.
    AzureServices(Vec<String>),
    /// From anywhere.
    Anywhere,
    /// Not known, with what is missing.
    Unknown(Vec<Missing>),
}

/// Where a call comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Some place on the internet, nothing special about it.
    Anywhere,
    /// This address.
    Address(IpAddr),
}

impl Reach {
    fn unknown(what: &str) -> Self {
        Self::Unknown(vec![Missing::NotCollected(what.into())])
    }

    /// Whether a call from there gets through.
    pub fn admits(&self, caller: Caller) -> Truth {
        match (self, caller) {
            (Self::Private, _) => Truth::No,
            (Self::Anywhere, _) => Truth::Yes,
            (Self::Unknown(missing), _) => Truth::Unknown(missing.iter().cloned().collect()),
            (Self::Addresses(_) | Self::AzureServices(_), Caller::Anywhere) => Truth::No,
            (Self::Addresses(blocks), Caller::Address(address)) => admitted(blocks, address),
            (Self::AzureServices(blocks), Caller::Address(address)) => {
                admitted(blocks, address).or(Truth::unsupported("whether the address belongs to a resource in Azure"))
            }
        }
    }
}

fn admitted(blocks: &[String], address: IpAddr) -> Truth {
    Truth::any(blocks.iter().map(|block| match contains(block, address) {
        Some(inside) => Truth::from(inside),
        None => Truth::unknown(Missing::Unreadable(format!("address rule {block}"))),
    }))
}

/// `ADDRESS`, `ADDRESS/BITS` or `FROM-TO`.
fn contains(block: &str, address: IpAddr) -> Option<bool> {
    if let Some((from, to)) = block.split_once('-') {
        let (from, to): (IpAddr, IpAddr) = (from.trim().parse().ok()?, to.trim().parse().ok()?);
        return Some(from.is_ipv4() == address.is_ipv4() && from <= address && address <= to);
    }
    let (base, bits) = match block.split_once('/') {
        Some((base, bits)) => (base.parse::<IpAddr>().ok()?, Some(bits.parse::<u32>().ok()?)),
        None => (block.trim().parse::<IpAddr>().ok()?, None),
    };
    let (base, address, width) = match (base, address) {
        (IpAddr::V4(base), IpAddr::V4(address)) => (u128::from(base.to_bits()), u128::from(address.to_bits()), 32u32),
        (IpAddr::V6(base), IpAddr::V6(address)) => (base.to_bits(), address.to_bits(), 128),
        _ => return Some(false),
    };
    let free = width.checked_sub(bits.unwrap_or(width))?;
    let net = |address: u128| address.checked_shr(free).unwrap_or(0);
    Some(net(base) == net(address))
}

fn text<'a>(properties: &'a Value, key: &str) -> Option<&'a str> {
    properties.get(key).and_then(Value::as_str)
}

fn is(properties: &Value, key: &str, wanted: &str) -> bool {
    text(properties, key).is_some_and(|text| text.eq_ignore_ascii_case(wanted))
}

/// From where a storage account or key vault answers. `publicNetworkAccess` wins;
/// without `networkAcls` nothing is known.
pub fn storage_network(properties: &Value) -> Reach {
    if is(properties, "publicNetworkAccess", "Disabled") {
        return Reach::Private;
    }
    if is(properties, "publicNetworkAccess", "SecuredByPerimeter") {
        return Reach::unknown("rules of the network security perimeter");
    }
    let Some(acls) = properties.get("networkAcls").filter(|acls| acls.is_object()) else {
        return Reach::unknown("networkAcls");
    };
    if is(acls, "defaultAction", "Allow") {
        return Reach::Anywhere;
    }
    if !is(acls, "defaultAction", "Deny") {
        return Reach::unknown("networkAcls/defaultAction");
    }
    match rules(acls.get("ipRules"), |rule| text(rule, "value").map(str::to_owned)) {
        Some(blocks) => Reach::Addresses(blocks),
        None => Reach::unknown("networkAcls/ipRules"),
    }
}

fn rules(list: Option<&Value>, one: impl Fn(&Value) -> Option<String>) -> Option<Vec<String>> {
    match list {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Array(list)) => list.iter().map(one).collect(),
        Some(_) => None,
    }
}

/// From where an Azure SQL server answers; `firewall` is the list of its rules.
/// `0.0.0.0` to `0.0.0.0` stands for all of Azure, any tenant's. Recalled.
pub fn sql_reach(properties: &Value, firewall: &Value) -> Reach {
    match text(properties, "publicNetworkAccess") {
        Some(access) if access.eq_ignore_ascii_case("Disabled") => Reach::Private,
        Some(access) if access.eq_ignore_ascii_case("Enabled") => by_firewall(firewall),
        _ => Reach::unknown("publicNetworkAccess"),
    }
}

/// From where a PostgreSQL or MySQL flexible server answers: with a delegated
/// subnet, privately. Recalled.
pub fn postgres_reach(properties: &Value, firewall: &Value) -> Reach {
    let Some(network) = properties.get("network").filter(|network| network.is_object()) else {
        return Reach::unknown("network");
    };
    if text(network, "delegatedSubnetResourceId").is_some_and(|id| !id.is_empty()) {
        return Reach::Private;
    }
    sql_reach(network, firewall)
}

fn by_firewall(firewall: &Value) -> Reach {
    let (mut blocks, mut azure) = (Vec::new(), false);
    let Some(rules) = firewall.as_array().or_else(|| firewall.get("value")?.as_array()) else {
        return Reach::unknown("firewall rules");
    };
    for rule in rules {
        let inner = rule.get("properties").unwrap_or(rule);
        match (text(inner, "startIpAddress"), text(inner, "endIpAddress")) {
            (Some("0.0.0.0"), Some("0.0.0.0")) => azure = true,
            (Some("0.0.0.0"), Some("255.255.255.255")) => return Reach::Anywhere,
            (Some(from), Some(to)) => blocks.push(format!("{from}-{to}")),
            _ => return Reach::unknown("a firewall rule's addresses"),
        }
    }
    // Rules side by side can cover everything, too.
    if covers_everything(&blocks) {
        Reach::Anywhere
    } else if azure {
        Reach::AzureServices(blocks)
    } else {
        Reach::Addresses(blocks)
    }
}

fn covers_everything(blocks: &[String]) -> bool {
    let number = |text: &str| text.parse::<std::net::Ipv4Addr>().ok().map(|address| u64::from(address.to_bits()));
    let mut ranges: Vec<(u64, u64)> =
        blocks.iter().filter_map(|block| block.split_once('-')).filter_map(|(a, b)| number(a).zip(number(b))).collect();
    ranges.sort_unstable();
    let mut next = 0;
    for (from, to) in ranges {
        // Whether the very first address is let in makes no difference.
        if from > next && !(next == 0 && from == 1) {
            return false;
        }
        next = next.max(to.saturating_add(1));
    }
    next >= u64::from(u32::MAX)
}

/// What is known of an App Service site or function app.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AppSite<'a> {
    /// The site's own.
    pub properties: &'a Value,
    /// `config/web`.
    pub web: &'a Value,
    /// `config/authsettingsV2`.
    pub auth: &'a Value,
}

/// Whether a call without sign-in to `path` reaches the site's code. The SCM site
/// has restrictions of its own and is not looked at. Recalled.
pub fn app_site_open(site: AppSite<'_>, path: &str, caller: Caller) -> Truth {
    site_network(site).admits(caller).and(app_lets_in(site.auth, path))
}

/// Whom a site's own restrictions let in. Source: App Service documentation, "Set up access
/// restrictions".
pub fn site_network(site: AppSite<'_>) -> Reach {
    let access = text(site.properties, "publicNetworkAccess").or_else(|| text(site.web, "publicNetworkAccess"));
    if access.is_some_and(|access| access.eq_ignore_ascii_case("Disabled")) {
        return Reach::Private;
    }
    let Some(restrictions) = site.web.get("ipSecurityRestrictions") else {
        return Reach::unknown("ipSecurityRestrictions");
    };
    let all = restrictions.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut ordered: Vec<&Value> = all.iter().collect();
    ordered.sort_by_key(|rule| rule.get("priority").and_then(Value::as_i64).unwrap_or(i64::MAX));
    let mut allowed = Vec::new();
    for rule in ordered {
        let Some(block) = text(rule, "ipAddress") else {
            return Reach::unknown("a rule of ipSecurityRestrictions that names no address");
        };
        let any = block.eq_ignore_ascii_case("Any") || matches!(block, "0.0.0.0/0" | "::/0");
        match (is(rule, "action", "Deny"), any) {
            (false, true) if allowed.is_empty() => return Reach::Anywhere,
            (true, true) => return Reach::Addresses(allowed),
            (false, false) => allowed.push(block.to_owned()),
            // A denied block before an allowed one: not worked out.
            _ => return Reach::unknown("an order of ipSecurityRestrictions that allows and denies"),
        }
    }
    let default = text(site.web, "ipSecurityRestrictionsDefaultAction");
    let denies = default.is_some_and(|default| default.eq_ignore_ascii_case("Deny"));
    let allows = default.is_some_and(|default| default.eq_ignore_ascii_case("Allow"));
    if allows || (default.is_none() && allowed.is_empty()) {
        Reach::Anywhere
    } else if denies || default.is_none() {
        Reach::Addresses(allowed)
    } else {
        Reach::unknown("ipSecurityRestrictionsDefaultAction")
    }
}

fn app_lets_in(auth: &Value, path: &str) -> Truth {
    let Some(platform) = auth.get("platform").filter(|platform| platform.is_object()) else {
        return Truth::unknown(Missing::NotCollected("authsettingsV2".into()));
    };
    if platform.get("enabled") != Some(&Value::Bool(true)) {
        return Truth::Yes;
    }
    let rules = auth.get("globalValidation").unwrap_or(&Value::Null);
    let excluded = rules.get("excludedPaths").and_then(Value::as_array).into_iter().flatten();
    let mut excluded = excluded.filter_map(Value::as_str);
    // Without a say the site sends to sign-in only if it requires one.
    let anonymous = is(rules, "unauthenticatedClientAction", "AllowAnonymous")
        || (text(rules, "unauthenticatedClientAction").is_none()
            && rules.get("requireAuthentication") != Some(&Value::Bool(true)));
    let here =
        |one: &str| path == one || path.strip_prefix(one.trim_end_matches('/')).is_some_and(|r| r.starts_with('/'));
    Truth::from(anonymous || excluded.any(here))
}
