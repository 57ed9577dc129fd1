//! The tables as Rust: one line for each value, in macros that
//! `core/model/src/ocsf/tables.rs` turns into constants. rustfmt leaves the
//! inside of such macros alone, so what is written is what is committed.

use super::schema::{Choice, Class, Of};
use super::source::Sources;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Numbered attributes that mappings fill: the module's name, and where the
/// attribute is. `observable_type` is made beside these.
const IDS: [(&str, Of, &str); 33] = [
    ("account_type", Of::Object("account"), "type_id"),
    ("action", Of::Class("base_event"), "action_id"),
    ("analytic_state", Of::Object("analytic"), "state_id"),
    ("analytic_type", Of::Object("analytic"), "type_id"),
    ("auth_factor", Of::Object("auth_factor"), "factor_type_id"),
    ("auth_protocol", Of::Class("authentication"), "auth_protocol_id"),
    ("compliance_status", Of::Object("compliance"), "status_id"),
    ("confidence", Of::Class("detection_finding"), "confidence_id"),
    ("confidentiality", Of::Object("data_classification"), "confidentiality_id"),
    ("connection_boundary", Of::Object("network_connection_info"), "boundary_id"),
    ("connection_direction", Of::Object("network_connection_info"), "direction_id"),
    ("databucket_type", Of::Object("databucket"), "type_id"),
    ("datastore_type", Of::Class("datastore_activity"), "type_id"),
    ("device_type", Of::Object("device"), "type_id"),
    ("disposition", Of::Class("base_event"), "disposition_id"),
    ("endpoint_type", Of::Object("network_endpoint"), "type_id"),
    ("file_type", Of::Object("file"), "type_id"),
    ("finding_status", Of::Class("finding"), "status_id"),
    ("fingerprint_algorithm", Of::Object("fingerprint"), "algorithm_id"),
    ("impact", Of::Class("finding"), "impact_id"),
    ("incident_status", Of::Class("incident_finding"), "status_id"),
    ("kill_chain_phase", Of::Object("kill_chain_phase"), "phase_id"),
    ("logon_type", Of::Class("authentication"), "logon_type_id"),
    ("observation_point", Of::Class("network_activity"), "observation_point_id"),
    ("managed_entity_type", Of::Object("managed_entity"), "type_id"),
    ("priority", Of::Class("incident_finding"), "priority_id"),
    ("protocol_version", Of::Object("network_connection_info"), "protocol_ver_id"),
    ("resource_role", Of::Object("resource_details"), "role_id"),
    ("risk_level", Of::Class("base_event"), "risk_level_id"),
    ("severity", Of::Class("base_event"), "severity_id"),
    ("status", Of::Class("base_event"), "status_id"),
    ("user_type", Of::Object("user"), "type_id"),
    ("verdict", Of::Class("incident_finding"), "verdict_id"),
];

/// Widest line.
const WIDTH: usize = 116;

/// Every generated file with its text, by its path under `core/model/src/ocsf`.
pub(super) fn files(sources: &Sources) -> Result<BTreeMap<String, String>, String> {
    let classes = sources.classes()?;
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut modules: BTreeMap<String, Vec<&Class>> = BTreeMap::new();
    for class in &classes {
        let module = class.extension.as_ref().unwrap_or(&class.category.0);
        modules.entry(module.clone()).or_default().push(class);
    }
    for (module, classes) in &modules {
        let what = classes.first().map_or("", |class| &class.category.2);
        let of = classes.first().and_then(|class| class.extension.as_ref());
        let what = of.map_or_else(|| what.to_owned(), |extension| format!("the extension `{extension}`"));
        let mut text = head(&format!("Classes of {what}."), &sources.version);
        text.push_str("classes! {\n");
        for class in classes {
            text.push_str(&class_lines(class)?);
        }
        text.push_str("}\n");
        files.insert(format!("generated/class/{module}.rs"), text);
    }
    files.insert("generated/id.rs".into(), ids(sources)?);
    files.insert("generated.rs".into(), index(&modules, &classes, &sources.version));
    Ok(files)
}

fn head(what: &str, version: &str) -> String {
    format!("//! {what}\n//!\n//! Made from OCSF {version} by `cargo xtask gen-ocsf`; not to be edited.\n\n")
}

fn index(modules: &BTreeMap<String, Vec<&Class>>, classes: &[Class], version: &str) -> String {
    let mut text = head("Classes and numbered values.", version);
    text.push_str("pub mod id;\n\n/// A constant for each class, and beside it a module with its activities.\n");
    text.push_str("pub mod class {\n");
    for module in modules.keys() {
        let _ = writeln!(text, "    mod {module};");
    }
    text.push('\n');
    for module in modules.keys() {
        let _ = writeln!(text, "    pub use {module}::*;");
    }
    text.push_str("}\n\nall_classes! {\n");
    for class in classes {
        let _ = writeln!(text, "    {}", constant(bare(&class.name)));
    }
    text.push_str("}\n");
    text
}

fn class_lines(class: &Class) -> Result<String, String> {
    let mut out = String::new();
    let name = bare(&class.name);
    deprecation(&mut out, "    ", class.deprecated.as_ref());
    let _ = writeln!(out, "    {} {name} {{", constant(name));
    let _ = writeln!(out, "        uid: {}, name: {:?}, caption: {:?},", class.uid, class.name, class.caption);
    let _ = writeln!(out, "        category: {}, {:?},", class.category.1, class.category.2);
    let _ = writeln!(out, "        deprecated: {},", class.deprecated.is_some());
    let quoted = |names: &[String]| names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>();
    list(&mut out, "profiles", &class.profiles.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>());
    list(&mut out, "required", &quoted(&class.required));
    let with = class.required_with.iter().map(|(profile, attribute)| format!("{profile:?} => {attribute:?}"));
    list(&mut out, "required_with", &with.collect::<Vec<_>>());
    for kind in ["at_least_one", "just_one"] {
        list(&mut out, kind, &quoted(class.constraints.get(kind).map_or(&[][..], Vec::as_slice)));
    }
    if let Some(kind) = class.constraints.keys().find(|kind| !["at_least_one", "just_one"].contains(&kind.as_str())) {
        return Err(format!("{}: a constraint that is not known: {kind}", class.name));
    }
    out.push_str("        activities: {\n");
    values(&mut out, "            ", &class.activities)?;
    out.push_str("        }\n    }\n");
    Ok(out)
}

fn ids(sources: &Sources) -> Result<String, String> {
    let mut out = head("A module for each numbered attribute that mappings fill.", &sources.version);
    out.push_str("ids! {\n");
    let mut tables = BTreeMap::from([("observable_type", ("observable.type_id".to_owned(), sources.observables()?))]);
    for (module, of, attribute) in IDS {
        let (Of::Class(item) | Of::Object(item)) = of;
        tables.insert(module, (format!("{item}.{attribute}"), sources.choices(of, attribute)?));
    }
    for (module, (path, choices)) in tables {
        let _ = writeln!(out, "    {module}: {path:?} {{");
        values(&mut out, "        ", &choices).map_err(|why| format!("{path}: {why}"))?;
        out.push_str("    }\n");
    }
    out.push_str("}\n");
    Ok(out)
}

fn values(out: &mut String, indent: &str, choices: &[Choice]) -> Result<(), String> {
    let mut taken = BTreeSet::new();
    let captions: Vec<String> = choices.iter().map(|choice| constant(&choice.caption)).collect();
    let (mut last, twice) = (None, |name: &String| captions.iter().filter(|other| *other == name).count() > 1);
    for (choice, name) in choices.iter().zip(&captions) {
        let name = if twice(name) { format!("{name}_{}", choice.id) } else { name.clone() };
        if last.replace(choice.id) == Some(choice.id) || !taken.insert(name.clone()) {
            return Err(format!("{} ({}) is there twice", choice.caption, choice.id));
        }
        deprecation(out, indent, choice.deprecated.as_ref());
        let _ = writeln!(out, "{indent}{name} = {}, {:?};", choice.id, choice.caption);
    }
    Ok(())
}

fn deprecation(out: &mut String, indent: &str, advice: Option<&String>) {
    if let Some(advice) = advice {
        let _ = writeln!(out, "{indent}#[deprecated = {advice:?}]");
    }
}

/// `name: [...],`, wrapped.
fn list(out: &mut String, name: &str, items: &[String]) {
    let line = format!("        {name}: [{}],", items.join(", "));
    if line.len() <= WIDTH {
        let _ = writeln!(out, "{line}");
        return;
    }
    let _ = write!(out, "        {name}: [");
    let mut width = WIDTH;
    for item in items {
        if width + item.len() + 2 > WIDTH {
            out.push_str("\n            ");
            width = 12;
        } else {
            out.push(' ');
            width += 1;
        }
        let _ = write!(out, "{item},");
        width += item.len() + 1;
    }
    out.push_str("\n        ],\n");
}

/// Without the extension.
fn bare(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// A caption as the name of a constant.
fn constant(caption: &str) -> String {
    let mut name = String::new();
    for c in caption.chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_uppercase());
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    let name = name.trim_end_matches('_');
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("N{name}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captions_become_names() {
        for (caption, name) in [
            ("Logon", "LOGON"),
            ("SHA-256", "SHA_256"),
            ("OAUTH 2.0", "OAUTH_2_0"),
            ("Internet Protocol version 4 (IPv4)", "INTERNET_PROTOCOL_VERSION_4_IPV4"),
            ("CVE Object: uid", "CVE_OBJECT_UID"),
            ("api_activity", "API_ACTIVITY"),
            ("802.1x", "N802_1X"),
        ] {
            assert_eq!(constant(caption), name);
        }
    }

    #[test]
    fn what_cannot_be_told_apart_is_refused_and_equal_captions_are_numbered() {
        let choice = |id, caption: &str| Choice { id, caption: caption.into(), deprecated: None };
        for (choices, expected) in [
            (vec![choice(1, "Allow"), choice(2, "allow")], Ok("ALLOW_1 = 1, \"Allow\";\nALLOW_2 = 2, \"allow\";\n")),
            (vec![choice(1, "Allow"), choice(1, "Deny")], Err("Deny (1) is there twice")),
            (vec![choice(1, "A"), choice(2, "A"), choice(3, "A 2")], Err("A 2 (3) is there twice")),
        ] {
            let mut out = String::new();
            let found = values(&mut out, "", &choices).map(|()| out.as_str());
            assert_eq!(found, expected.map_err(str::to_owned));
        }
    }
}
