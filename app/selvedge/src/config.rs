//! `selvedge.toml`: one file, all problems at once, unknown keys are errors.

use crate::error::Error;
use selvedge_agent::execute::RespondConfig;
use selvedge_aws::AwsConfig;
use selvedge_azure::GraphConfig;
use selvedge_geo::Geo;
use selvedge_graph::Estate;
use selvedge_respond::behaviour::{Place, Places};
use selvedge_respond::case::CanaryRole;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The configuration.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where facts, incidents and the journal are kept.
    pub state_dir: Option<PathBuf>,
    /// Who may be touched, how much, and whether at all.
    pub respond: RespondConfig,
    /// Connections to AWS accounts.
    pub aws: AwsConfig,
    /// Connections to Entra tenants.
    pub graph: GraphConfig,
    /// What is usual for an identity.
    pub behaviour: BehaviourConfig,
}

/// `[behaviour]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BehaviourConfig {
    /// Databases in MaxMind's format that tell where addresses are.
    pub geo: Vec<PathBuf>,
}

/// The configuration and where it came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The values.
    pub config: Config,
    /// The file, if there was one.
    pub source: Option<PathBuf>,
}

/// Reads `path`, else the user's own `selvedge.toml` (see [`default_file`]) if
/// there is one, else the defaults.
///
/// A file in the current folder is not read by itself: one works in folders of
/// evidence, and whoever wrote into such a folder must not choose where tokens
/// are sent or who may be touched.
///
/// # Errors
/// All problems of the file at once, with their keys.
pub fn load(path: Option<&Path>) -> Result<Loaded, Error> {
    let source = match path {
        Some(path) => Some(path.to_owned()),
        None => default_file().filter(|file| file.exists()),
    };
    let Some(source) = source else {
        return Ok(Loaded { config: Config::default(), source: None });
    };
    let text = std::fs::read_to_string(&source).map_err(|error| {
        Error::new("E0002", format!("{}: {error}", source.display()), "check the path given with --config")
    })?;
    let help = "docs/howto/configure.md lists every key";
    let config: Config = toml::from_str(&text).map_err(|error| {
        // Never the line itself: somebody may have pasted a secret there.
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        Error::new("E0003", format!("{}:{line}: {}", source.display(), without_values(error.message())), help)
    })?;
    let mut problems = config.aws.problems();
    problems.extend(config.graph.problems());
    if problems.is_empty() {
        Ok(Loaded { config, source: Some(source) })
    } else {
        Err(Error::new("E0003", format!("{}: {}", source.display(), problems.join("; ")), help))
    }
}

/// `$XDG_CONFIG_HOME/selvedge/selvedge.toml`, else
/// `~/.config/selvedge/selvedge.toml`.
pub fn default_file() -> Option<PathBuf> {
    let base = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|p| p.is_absolute());
    let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".config"));
    base.or_else(home).map(|base| base.join("selvedge").join("selvedge.toml"))
}

/// The parser's message without the value that it found: a secret that was
/// pasted at the wrong key would stand there. What was expected stays.
fn without_values(message: &str) -> String {
    for kind in ["invalid type", "invalid value", "unknown variant"] {
        let Some(rest) = message.strip_prefix(kind) else {
            continue;
        };
        // From the right: the value itself may hold the same words.
        let expected = rest.rfind(", expected ").and_then(|at| rest.get(at..)).unwrap_or_default();
        return format!("{kind}{expected}");
    }
    message.to_owned()
}

/// Databases of the user's, as the core asks them.
#[derive(Debug)]
struct Databases(Geo);

impl Places for Databases {
    fn place(&self, address: IpAddr) -> Option<Place> {
        self.0.locate(address).map(|found| Place { country: found.country, asn: found.asn })
    }
}

impl Config {
    /// The state folder: the flag, the configuration, else a folder of the
    /// user's own.
    pub fn state_dir(&self, flag: Option<&Path>) -> PathBuf {
        if let Some(dir) = flag.map(Path::to_owned).or_else(|| self.state_dir.clone()) {
            return dir;
        }
        let base = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|p| p.is_absolute());
        let home = || std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local").join("state"));
        base.or_else(home).map_or_else(|| PathBuf::from(".selvedge"), |base| base.join("selvedge"))
    }

    /// The canary roles that plans may use: those of `[aws]` whose unique id the
    /// inventory tells.
    pub fn canaries(&self, estate: &Estate) -> Vec<CanaryRole> {
        self.aws
            .accounts
            .iter()
            .filter_map(|(account, settings)| {
                let role_arn = settings.canary_role.clone()?;
                let role_id = estate.roles.get(&role_arn)?.id.clone();
                let session_name = self.aws.canary_session_name.clone();
                Some(CanaryRole { account: account.clone(), role_arn, role_id, session_name })
            })
            .collect()
    }

    /// The databases of `[behaviour]`, if there are any.
    ///
    /// # Errors
    /// If one cannot be used: the file and why.
    pub fn places(&self) -> Result<Option<Arc<dyn Places>>, Error> {
        if self.behaviour.geo.is_empty() {
            return Ok(None);
        }
        let geo = Geo::open(&self.behaviour.geo).map_err(|error| {
            Error::new(
                "E0006",
                error.to_string(),
                "correct geo under [behaviour]; docs/howto/configure.md says what it takes",
            )
        })?;
        Ok(Some(Arc::new(Databases(geo))))
    }

    /// `[respond]` with the canary roles of `[aws]` among its own.
    pub fn respond_config(&self) -> RespondConfig {
        let mut respond = self.respond.clone();
        respond.canary_roles.extend(self.aws.accounts.values().filter_map(|a| a.canary_role.clone()));
        respond
    }
}
