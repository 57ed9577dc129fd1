//! pySigma's SQLite backend on the same rules and some of the same records. It is
//! installed when it is asked for.

use crate::baseline::Gunzip;
use crate::library::{Compared, Hits};
use crate::program::Program;
use crate::task::Done;
use selvedge_model::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Exactly these versions, so that numbers can be compared.
const PACKAGES: [&str; 2] = ["pysigma==2.0.1", "pysigma-backend-sqlite==2.1.1"];
const SCRIPT: &str = include_str!("../pysigma.py");
const SAMPLE: &str = "sample.jsonl";
const RULES: &str = "sample-rules";

/// A rule that the backend could not convert or run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failed {
    pub(crate) rule: String,
    pub(crate) why: String,
}

/// What the script found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sqlite {
    pub(crate) records: u64,
    /// Rules that were converted.
    pub(crate) rules: usize,
    /// CPU seconds of flattening the records into a table in memory.
    pub(crate) load_seconds: f64,
    /// CPU seconds of all queries.
    pub(crate) query_seconds: f64,
    /// Hits by rule.
    pub(crate) hits: BTreeMap<String, u64>,
    pub(crate) failed: Vec<Failed>,
    pub(crate) versions: BTreeMap<String, String>,
    /// Rules that were converted and have other counts than ours: ours, theirs.
    #[serde(default)]
    pub(crate) differences: BTreeMap<String, (u64, u64)>,
}

impl Sqlite {
    /// Holds our counts against the script's.
    fn compared(mut self, ours: &BTreeMap<String, Hits>) -> Self {
        let failed = |rule: &String| self.failed.iter().any(|one| one.rule == *rule);
        let rules = ours.keys().chain(self.hits.keys()).filter(|rule| !failed(rule));
        let counts = rules.map(|rule| {
            let own = ours.get(rule).map_or(0, |hits| hits.both + hits.only_ours);
            (rule.clone(), (own, self.hits.get(rule).copied().unwrap_or(0)))
        });
        self.differences = counts.filter(|(_, (own, theirs))| own != theirs).collect();
        self
    }
}

/// Writes about `wanted` records, taken from all files alike, one a line, and the
/// rules that look at them, into the folder; counts our hits in them.
///
/// # Errors
/// If a file cannot be read or written.
pub(crate) fn write_sample(files: &[PathBuf], program: &Program, wanted: u64, folder: &Path) -> Result<Done, String> {
    let named = |error: std::io::Error| format!("{}: {error}", folder.display());
    let per_file = wanted.div_ceil(files.len().max(1) as u64);
    let mut out = BufWriter::new(fs::File::create(folder.join(SAMPLE)).map_err(named)?);
    let mut gunzip = Gunzip::new();
    let mut compared = Compared::default();
    for path in files {
        let mut records = crate::library::records(path, &mut gunzip)?;
        records.truncate(usize::try_from(per_file.min(wanted - compared.records)).unwrap_or(usize::MAX));
        compared.records += records.len() as u64;
        let hits = crate::library::matched(&records, program, Timestamp::UNIX_EPOCH, &mut compared.ours)?;
        for (record, hits) in records.iter().zip(&hits) {
            serde_json::to_writer(&mut out, record).map_err(|error| error.to_string())?;
            out.write_all(b"\n").map_err(named)?;
            crate::library::count(&mut compared.hits, record, &crate::library::ids_of_ours(hits, program), &[]);
        }
    }
    out.flush().map_err(named)?;
    let rules = folder.join(RULES);
    fs::create_dir_all(&rules).map_err(named)?;
    for (n, text) in crate::library::texts_of_cloudtrail(program)?.iter().enumerate() {
        fs::write(rules.join(format!("{n:04}.yml")), text).map_err(named)?;
    }
    Ok(Done { records: compared.records, took: compared.ours, compared: Some(compared), ..Done::default() })
}

/// Runs the backend over the sample in a folder, in an environment that is made
/// in `cache` if it is not there.
///
/// # Errors
/// If it cannot be installed or run.
pub(crate) fn run(cache: &Path, folder: &Path, sample: &Done) -> Result<Sqlite, String> {
    let python = environment(&cache.join("pysigma"))?;
    let mut command = Command::new(python);
    command.args(["-I", "-c", SCRIPT]).arg(folder.join(SAMPLE)).arg(folder.join(RULES));
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| format!("python: {error}"))?;
    if !output.status.success() {
        return Err(format!("bench/pysigma.py failed ({})", output.status));
    }
    let found: Sqlite = serde_json::from_slice(&output.stdout).map_err(|error| format!("bench/pysigma.py: {error}"))?;
    let empty = BTreeMap::new();
    Ok(found.compared(sample.compared.as_ref().map_or(&empty, |compared| &compared.hits)))
}

/// The Python of the environment.
fn environment(folder: &Path) -> Result<PathBuf, String> {
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let stamp = folder.join("packages");
    let wanted = PACKAGES.join(" ");
    if python.exists() && fs::read_to_string(&stamp).is_ok_and(|text| text == wanted) {
        return Ok(python);
    }
    eprintln!("installing {wanted} into {}", folder.display());
    let base = if cfg!(windows) { "python" } else { "python3" };
    succeed(Command::new(base).args(["-m", "venv", "--clear"]).arg(folder), "python3 with its module venv is needed")?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES);
    succeed(&mut pip, "pySigma comes from PyPI, which must be reachable; leave --pysigma out otherwise")?;
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))?;
    Ok(python)
}

fn succeed(command: &mut Command, help: &str) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    match command.stdout(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{program}` failed ({status}): {help}")),
        Err(error) => Err(format!("`{program}` cannot be started ({error}): {help}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_that_differ_are_named_unless_the_rule_failed() {
        let ours = |both, only_ours| Hits { both, only_ours, ..Hits::default() };
        let ours = BTreeMap::from([
            ("same".to_owned(), ours(1, 2)),
            ("less".to_owned(), ours(0, 4)),
            ("failed".to_owned(), ours(9, 0)),
        ]);
        let text = r#"{"records":9,"rules":3,"load_seconds":1.5,"query_seconds":0.5,"hits":{"same":3,"less":1,"more":2},
            "failed":[{"rule":"failed","why":"x"}],"versions":{}}"#;
        let found = serde_json::from_str::<Sqlite>(text).unwrap().compared(&ours);
        assert_eq!(found.differences, BTreeMap::from([("less".to_owned(), (4, 1)), ("more".to_owned(), (0, 2))]));
    }
}
