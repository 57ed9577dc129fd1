//! `selvedge.toml`: one file, all problems at once, unknown keys are errors.

use crate::error::Error;
use selvedge_respond::case::CanaryRole;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The configuration.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    /// Where facts, incidents and the journal are kept.
    pub state_dir: Option<PathBuf>,
    /// Canary roles, one per account at most.
    pub canary: Vec<CanaryRole>,
}

/// The configuration and where it came from.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub config: Config,
    pub source: Option<PathBuf>,
}

/// Reads `path`, else `selvedge.toml` in the current folder if there is one,
/// else the defaults.
pub(crate) fn load(path: Option<&Path>) -> Result<Loaded, Error> {
    let default = PathBuf::from("selvedge.toml");
    let source = match path {
        Some(path) => Some(path.to_owned()),
        None if default.exists() => Some(default),
        None => None,
    };
    let Some(source) = source else {
        return Ok(Loaded { config: Config::default(), source: None });
    };
    let text = std::fs::read_to_string(&source).map_err(|error| {
        Error::new("E0002", format!("{}: {error}", source.display()), "check the path given with --config")
    })?;
    let config = toml::from_str(&text).map_err(|error| {
        Error::new(
            "E0003",
            format!("{}: {}", source.display(), error.to_string().trim_end()),
            "docs/howto/configure.md lists every key",
        )
    })?;
    Ok(Loaded { config, source: Some(source) })
}

impl Config {
    /// The state folder: the flag, the configuration, else a folder of the
    /// user's own.
    pub(crate) fn state_dir(&self, flag: Option<&Path>) -> PathBuf {
        if let Some(dir) = flag.map(Path::to_owned).or_else(|| self.state_dir.clone()) {
            return dir;
        }
        let base = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|p| p.is_absolute());
        let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local").join("state"));
        base.or_else(home).map_or_else(|| PathBuf::from(".selvedge"), |base| base.join("selvedge"))
    }
}
