//! The story: what happened, line by line, each line citing its records.

use crate::context::{Feature, SessionRisk};
use crate::findings::bytes_in_words;
use crate::incident::StoryLine;
use selvedge_graph::{AwsSession, CrossCloudLink};
use selvedge_model::RecordId;
use selvedge_model::fact::{ArmUse, AwsUse, EntraChange, PortalUse, Report, SignIn, Signal};
use selvedge_model::untrusted::quote_for_log as q;
use std::collections::{BTreeMap, BTreeSet};

fn line(cloud: &str, sign_in: &SignIn, text: String) -> StoryLine {
    StoryLine { at: sign_in.cite.at, cloud: cloud.into(), text, records: vec![sign_in.cite.record.clone()] }
}

fn place(s: &SignIn) -> String {
    let country = s.country.as_deref().map(|c| format!(" in {}", q(c))).unwrap_or_default();
    let asn = s.asn.map(|n| format!(" (AS{n})")).unwrap_or_default();
    format!("{}{country}{asn}", q(&s.ip))
}

/// How the session began and where it went on.
pub fn of_risk(risk: &SessionRisk<'_>, out: &mut Vec<StoryLine>) {
    let base = risk.baseline;
    let device = if base.device_id.is_empty() {
        "an unregistered device".into()
    } else {
        format!("device {}", q(&base.device_id))
    };
    let how = if base.fresh_mfa {
        "signed in with a second factor"
    } else if base.fresh_credential {
        "signed in"
    } else {
        "was first seen"
    };
    out.push(line(
        "Entra",
        base,
        format!("{} {how} from {} on {device}; session {} begins.", q(&base.upn), place(base), q(risk.sid)),
    ));
    for misfit in &risk.misfits {
        let s = misfit.sign_in;
        let mut features: Vec<&str> =
            misfit.features.iter().filter(|f| **f != Feature::UsualNetwork).map(|f| f.words()).collect();
        features.extend(misfit.features.iter().filter(|f| **f == Feature::UsualNetwork).map(|f| f.words()));
        let text = format!(
            "The same session goes on from {}: {}. It asks for {}.",
            place(s),
            features.join(", "),
            q(&s.app_name)
        );
        out.push(line("Entra", s, text));
    }
}

/// Operations in Azure; the rows of one operation are one line, at its final
/// status.
pub fn of_arm(rows: &[&ArmUse], out: &mut Vec<StoryLine>) {
    let mut by_operation: BTreeMap<(&str, &str, &str), Vec<&ArmUse>> = BTreeMap::new();
    for row in rows {
        by_operation.entry((&row.correlation_id, &row.operation, &row.resource)).or_default().push(row);
    }
    for rows in by_operation.into_values() {
        let Some(last) = rows.iter().max_by_key(|r| (rank(&r.status), r.cite.at, r.cite.event)) else {
            continue;
        };
        let mut records: Vec<_> = rows.iter().map(|r| r.cite.record.clone()).collect();
        records.sort();
        records.dedup();
        let joined = if last.sign_in.is_some() { " with the token of that sign-in" } else { "" };
        out.push(StoryLine {
            at: last.cite.at,
            cloud: "Azure".into(),
            text: format!(
                "{} on {} {}{joined}, from {}.",
                q(&last.operation),
                q(&last.resource),
                q(&last.status),
                q(&last.ip)
            ),
            records,
        });
    }
}

fn rank(status: &str) -> u8 {
    match status {
        "succeeded" | "failed" => 2,
        "accepted" => 1,
        _ => 0,
    }
}

/// Changes in the directory.
pub fn of_changes(rows: &[&EntraChange], out: &mut Vec<StoryLine>) {
    for row in rows {
        out.push(StoryLine {
            at: row.cite.at,
            cloud: "Entra".into(),
            text: format!("{} by {} from {}.", q(&row.activity), q(&row.initiator_upn), q(&row.ip)),
            records: vec![row.cite.record.clone()],
        });
    }
}

/// What acts at the portal have in common that are told as one.
type Asked<'a> = (&'a str, Option<&'a str>, Option<&'a str>, &'a str, bool);

/// What was done at Identity Center's portal; like acts from one address are one line.
pub fn of_portal(rows: &[&PortalUse], out: &mut Vec<StoryLine>) {
    let mut alike: BTreeMap<Asked<'_>, Vec<&PortalUse>> = BTreeMap::new();
    for row in rows {
        let role = (row.role_name.as_deref(), row.role_account.as_deref());
        let key = (row.operation.as_str(), role.0, role.1, row.ip.as_str(), row.error.is_some());
        alike.entry(key).or_default().push(row);
    }
    for ((operation, role, account, ip, refused), rows) in alike {
        let of = role.map(|role| format!(" for permission set {}", q(role))).unwrap_or_default();
        let within = account.map(|account| format!(" in account {}", q(account))).unwrap_or_default();
        let times = if rows.len() == 1 { String::new() } else { format!(" {} times", rows.len()) };
        let refused = if refused { " (refused)" } else { "" };
        out.push(StoryLine {
            at: rows.iter().map(|row| row.cite.at).min().unwrap_or_default(),
            cloud: "AWS".into(),
            text: format!("{}{of}{within} at Identity Center{times}, from {}{refused}.", q(operation), q(ip)),
            records: rows.iter().map(|row| row.cite.record.clone()).collect(),
        });
    }
}

/// One AWS session: how it began, what it did, how much left.
pub fn of_session(session: &AwsSession<'_>, link: &CrossCloudLink, out: &mut Vec<StoryLine>) {
    for assumption in &session.assumptions {
        let rules: Vec<&str> = link.grounds.iter().map(|g| g.rule.as_str()).collect();
        let text = format!(
            "Role {} in account {} is taken as {}; joined to {} by {} ({}).",
            q(session.role_name()),
            q(&session.account),
            q(session.session_name()),
            q(&link.upn),
            rules.join(" and "),
            percent(link.confidence.get()),
        );
        out.push(StoryLine {
            at: assumption.cite.at,
            cloud: "AWS".into(),
            text,
            records: vec![assumption.cite.record.clone()],
        });
    }
    for (operation, uses) in by_operation(session) {
        out.push(of_operation(operation, &uses));
    }
}

/// What providers report of those sessions.
pub(crate) fn of_reports<'r>(
    reports: impl IntoIterator<Item = &'r (&'r Signal, &'r Report)>,
    out: &mut Vec<StoryLine>,
) {
    for (signal, report) in reports {
        let what = if report.title.is_empty() { &report.kind } else { &report.title };
        let on = match signal.targets.as_slice() {
            [] => String::new(),
            [one] => format!(" on {}", q(one)),
            [one, rest @ ..] => format!(" on {} and {} more", q(one), rest.len()),
        };
        let from = if signal.ip.is_empty() { String::new() } else { format!(" from {}", q(&signal.ip)) };
        out.push(StoryLine {
            at: signal.cite.at,
            cloud: "AWS".into(),
            text: format!("{} reports \"{}\"{on}{from} [{}].", q(&report.product), q(what), report.severity.word()),
            records: vec![signal.cite.record.clone()],
        });
    }
}

fn by_operation<'a>(session: &AwsSession<'a>) -> BTreeMap<(&'a str, bool), Vec<&'a AwsUse>> {
    let mut map: BTreeMap<(&str, bool), Vec<&AwsUse>> = BTreeMap::new();
    for used in &session.uses {
        map.entry((&used.operation, used.error.is_some())).or_default().push(used);
    }
    map
}

fn of_operation((operation, refused): (&str, bool), uses: &[&AwsUse]) -> StoryLine {
    let at = uses.iter().map(|u| u.cite.at).min().unwrap_or_default();
    let last = uses.iter().map(|u| u.cite.at).max().unwrap_or_default();
    let mut targets: Vec<String> = uses.iter().filter_map(|u| u.target.as_deref().map(q)).collect();
    targets.sort();
    targets.dedup();
    let bytes: u64 = uses.iter().map(|u| u.bytes_out).fold(0, u64::saturating_add);
    let times = if uses.len() == 1 {
        String::new()
    } else {
        format!(" {} times until {}", uses.len(), selvedge_model::time::iso_second(last))
    };
    let on = match targets.as_slice() {
        [] => String::new(),
        [one] => format!(" on {one}"),
        [one, rest @ ..] => format!(" on {one} and {} more", rest.len()),
    };
    let moved = if bytes > 0 { format!("; {} leave", bytes_in_words(bytes)) } else { String::new() };
    let refused = if refused { " (refused)" } else { "" };
    StoryLine {
        at,
        cloud: "AWS".into(),
        text: format!("{}{on}{times}{moved}{refused}.", q(operation)),
        records: uses.iter().map(|u| u.cite.record.clone()).collect(),
    }
}

/// `95%` of thousandths.
pub fn percent(thousandths: u16) -> String {
    let (whole, tenth) = (thousandths / 10, thousandths % 10);
    if tenth == 0 { format!("{whole}%") } else { format!("{whole}.{tenth}%") }
}

/// The records that lines cite.
pub(crate) fn records_of(lines: &[StoryLine]) -> BTreeSet<RecordId> {
    lines.iter().flat_map(|line| line.records.iter().cloned()).collect()
}

/// What an incident of a stolen session is called.
pub(crate) fn title(upn: &str, pivots: &[(&AwsSession<'_>, &CrossCloudLink)]) -> String {
    let roles: BTreeSet<&str> = pivots.iter().map(|(s, _)| s.role_name()).collect();
    let roles: Vec<String> = roles.into_iter().map(q).collect();
    match roles.as_slice() {
        [] => format!("Stolen Entra session of {} is used in Azure", q(upn)),
        [one] => format!("Stolen Entra session of {} reaches AWS role {one}", q(upn)),
        [one, rest @ ..] => {
            format!("Stolen Entra session of {} reaches AWS role {one} and {} more", q(upn), rest.len())
        }
    }
}
