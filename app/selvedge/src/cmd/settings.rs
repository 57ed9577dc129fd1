//! `selvedge config`: the values in force and where they came from.

use super::output;
use crate::config::{Config, Loaded};
use crate::error::Error;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(super) fn show(loaded: &Loaded, as_json: bool) -> Result<u8, Error> {
    let source = loaded.source.as_ref().map_or_else(|| "none; all defaults".to_owned(), |p| p.display().to_string());
    let (now, shipped) = (flat(&loaded.config), flat(&Config::default()));
    if as_json {
        output::line(&json!({ "file": loaded.source, "values": now, "state_dir": loaded.config.state_dir(None) }))?;
        return Ok(0);
    }
    outln!("file: {source}\nstate folder: {}\n", loaded.config.state_dir(None).display());
    for (key, value) in &now {
        let from = if shipped.get(key) == Some(value) { "default" } else { "file" };
        outln!("{key} = {value}   ({from})");
    }
    Ok(0)
}

/// Every value under its dotted key. Secrets are references, so they may be
/// shown.
fn flat(config: &Config) -> BTreeMap<String, Value> {
    let mut out = BTreeMap::new();
    descend("", &serde_json::to_value(config).unwrap_or_default(), &mut out);
    out
}

fn descend(prefix: &str, value: &Value, out: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, inner) in map {
                let key = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                descend(&key, inner, out);
            }
        }
        other => {
            out.insert(prefix.to_owned(), other.clone());
        }
    }
}
