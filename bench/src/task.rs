//! Measurements, each in a process of its own: none inherits the memory that
//! another has left behind, and its peak is its own.

use crate::baseline::{Gunzip, parse};
use crate::library::{Compared, compare};
use crate::machine::{Stopwatch, Took, children, cores, peak_memory};
use crate::program::{Program, estate};
use crate::traffic::{self, Manifest, OnTheFly};
use crate::whole::{OnDisk, Verdict, replay, to_ocsf, verdict, whole_verdict};
use selvedge_agent::ingest::Counts;
use selvedge_files::walk;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The manifest's name in the folder of generated logs.
pub(crate) const MANIFEST: &str = "manifest.json";

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum What {
    /// Writes the logs.
    Generate,
    /// Decompresses.
    Gunzip,
    /// Decompresses and parses.
    Parse,
    /// From gzip to OCSF.
    Ocsf,
    /// From gzip to incidents.
    Whole,
    /// The same, of logs that are generated on the way.
    Memory,
    /// The Sigma library and our matching, on parsed records.
    Library,
    /// `selvedge replay`.
    Program,
    /// Writes some records for others to read, and counts our hits in them.
    Sample,
}

/// One measurement.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) what: What,
    /// The folder of generated logs.
    pub(crate) folder: PathBuf,
    /// One set; none for both.
    pub(crate) set: Option<String>,
    pub(crate) workers: usize,
    /// Rules besides our own.
    pub(crate) rules: Option<PathBuf>,
    /// `selvedge`.
    pub(crate) program: Option<PathBuf>,
    /// Records of each cloud, or of the sample.
    pub(crate) records: u64,
    pub(crate) seed: u64,
}

/// What came of it.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Done {
    pub(crate) took: Took,
    pub(crate) records: u64,
    /// Bytes after decompression.
    pub(crate) bytes: u64,
    pub(crate) counts: Option<Counts>,
    /// Records that were read more than once.
    pub(crate) repeated: u64,
    pub(crate) peak_memory_bytes: Option<u64>,
    /// Peak before the first file was opened.
    pub(crate) memory_before_bytes: Option<u64>,
    pub(crate) rules: usize,
    pub(crate) verdict: Option<Verdict>,
    pub(crate) compared: Option<Compared>,
}

impl Task {
    /// Has a process of its own do it.
    ///
    /// # Errors
    /// What went wrong there.
    pub(crate) fn apart(&self) -> Result<Done, String> {
        let this = std::env::current_exe().map_err(|error| format!("this program cannot find itself: {error}"))?;
        let text = serde_json::to_string(self).map_err(|error| error.to_string())?;
        let output = Command::new(this)
            .args(["--task", &text])
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| format!("this program cannot be started again: {error}"))?;
        if !output.status.success() {
            return Err(format!("{:?} failed ({})", self.what, output.status));
        }
        serde_json::from_slice(&output.stdout).map_err(|error| format!("{:?}: {error}", self.what))
    }

    /// Does it in this process.
    ///
    /// # Errors
    /// What went wrong.
    pub(crate) fn here(&self) -> Result<Done, String> {
        let mut done = match self.what {
            What::Generate => self.generate(),
            What::Gunzip => self.decoded(|_| Ok(0)),
            What::Parse => self.decoded(parse),
            What::Ocsf => self.ocsf(),
            What::Whole => self.whole(),
            What::Memory => self.memory(),
            What::Library => self.library(),
            What::Program => self.program(),
            What::Sample => self.sample(),
        }?;
        done.peak_memory_bytes = done.peak_memory_bytes.or_else(peak_memory);
        Ok(done)
    }

    fn manifest(&self) -> Result<Manifest, String> {
        let text = std::fs::read(self.folder.join(MANIFEST)).map_err(|error| format!("{MANIFEST}: {error}"))?;
        serde_json::from_slice(&text).map_err(|error| format!("{MANIFEST}: {error}"))
    }

    /// The set's records and bytes.
    fn expected(&self, manifest: &Manifest) -> traffic::Set {
        match &self.set {
            Some(set) => manifest.sets.get(set).cloned().unwrap_or_default(),
            None => manifest.total(),
        }
    }

    fn logs(&self) -> PathBuf {
        let logs = self.folder.join("logs");
        self.set.as_ref().map_or(logs.clone(), |set| logs.join(set))
    }

    fn files(&self) -> Result<Vec<PathBuf>, String> {
        let found = walk([self.logs()]);
        crate::program::first(&found.problems).map(|()| found.files)
    }

    fn generate(&self) -> Result<Done, String> {
        let named = |error: std::io::Error| format!("{}: {error}", self.folder.display());
        let watch = Stopwatch::start();
        let manifest = traffic::generate(&self.folder, self.records, self.seed, self.workers).map_err(named)?;
        let took = watch.took();
        let text = serde_json::to_vec(&manifest).map_err(|error| error.to_string())?;
        std::fs::write(self.folder.join(MANIFEST), text).map_err(named)?;
        let total = manifest.total();
        Ok(Done { took, records: total.records, bytes: total.bytes, ..Done::default() })
    }

    /// Decompresses every file and hands its text on.
    fn decoded(&self, mut read: impl FnMut(&[u8]) -> Result<u64, String>) -> Result<Done, String> {
        let (expected, files) = (self.expected(&self.manifest()?), self.files()?);
        let mut gunzip = Gunzip::new();
        let (mut records, mut bytes) = (0, 0);
        let watch = Stopwatch::start();
        for path in &files {
            let text = gunzip.file(path)?;
            bytes += std::hint::black_box(text).len() as u64;
            records += read(text)?;
        }
        let took = watch.took();
        if bytes != expected.bytes || (self.what == What::Parse && records != expected.records) {
            return Err(format!("{records} records, {bytes} bytes were read of {expected:?}"));
        }
        Ok(Done { took, records: expected.records, bytes, ..Done::default() })
    }

    fn ocsf(&self) -> Result<Done, String> {
        let (manifest, files) = (self.manifest()?, self.files()?);
        let watch = Stopwatch::start();
        let counts = to_ocsf(&files, manifest.ends_at)?;
        self.accounted(Done { took: watch.took(), counts: Some(counts), ..Done::default() }, &manifest)
    }

    fn whole(&self) -> Result<Done, String> {
        let (manifest, files) = (self.manifest()?, self.files()?);
        let (program, estate) = (Program::load(self.rules.as_deref())?, estate(&self.folder)?);
        let memory_before_bytes = peak_memory();
        let watch = Stopwatch::start();
        let outcome = replay(&files, &OnDisk::default(), &program, estate, (self.workers, manifest.ends_at))?;
        let done = Done {
            took: watch.took(),
            counts: Some(outcome.tally.counts),
            repeated: outcome.repeated,
            memory_before_bytes,
            rules: program.rules(),
            // Half of the attack shows in one cloud, and half in the other.
            verdict: if self.set.is_none() { Some(whole_verdict(&outcome, &manifest)?) } else { None },
            ..Done::default()
        };
        self.accounted(done, &manifest)
    }

    /// Exact accounting, or an error.
    fn accounted(&self, done: Done, manifest: &Manifest) -> Result<Done, String> {
        let expected = self.expected(manifest);
        let counts = done.counts.unwrap_or_default();
        check(&counts, done.repeated, expected.records)?;
        Ok(Done { records: expected.records, bytes: expected.bytes, ..done })
    }

    fn memory(&self) -> Result<Done, String> {
        let named = |error: std::io::Error| error.to_string();
        // The flag says how many records in all.
        let logs = OnTheFly::new(self.seed, self.records.div_ceil(2)).map_err(named)?;
        let program = Program::load(self.rules.as_deref())?;
        selvedge_sim::write_estate(&self.folder.join("estate"), &logs.world.story).map_err(named)?;
        let estate = estate(&self.folder)?;
        let memory_before_bytes = peak_memory();
        let watch = Stopwatch::start();
        let outcome = replay(&logs.files(), &logs, &program, estate, (self.workers, logs.world.ends))?;
        let took = watch.took();
        let counts = outcome.tally.counts;
        check(&counts, outcome.repeated, logs.records())?;
        let verdict = Some(verdict(&outcome, &logs.manifest())?);
        let rules = program.rules();
        Ok(Done {
            took,
            records: counts.records,
            counts: Some(counts),
            memory_before_bytes,
            rules,
            verdict,
            ..Done::default()
        })
    }

    fn library(&self) -> Result<Done, String> {
        let (manifest, files) = (self.manifest()?, self.files()?);
        let program = Program::load(self.rules.as_deref())?;
        let compared = compare(&files, &program, manifest.ends_at)?;
        if compared.records != self.expected(&manifest).records {
            return Err(format!("{} records were matched of {:?}", compared.records, self.expected(&manifest)));
        }
        Ok(Done { records: compared.records, rules: compared.rules, compared: Some(compared), ..Done::default() })
    }

    /// `selvedge replay`, alone among this process's children.
    fn program(&self) -> Result<Done, String> {
        let manifest = self.manifest()?;
        let program = self.program.as_deref().ok_or("no program is named")?;
        let state = tempfile::tempdir().map_err(|error| format!("no temporary folder: {error}"))?;
        let mut command = Command::new(program);
        command.arg("replay").arg(self.logs()).arg("--estate").arg(self.folder.join("estate"));
        command.arg("--state").arg(state.path()).arg("--json");
        if let Some(rules) = &self.rules {
            command.arg("--rules").arg(rules);
        }
        let began = std::time::Instant::now();
        let output = command.stderr(Stdio::inherit()).output();
        let output = output.map_err(|error| format!("{}: {error}", program.display()))?;
        let wall = began.elapsed().as_secs_f64();
        if !output.status.success() {
            return Err(format!("`selvedge replay` failed ({})", output.status));
        }
        let last = output.stdout.trim_ascii_end().rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        let counts: Counts = serde_json::from_slice(last).map_err(|error| format!("`selvedge replay`: {error}"))?;
        let of_it = children();
        let took = Took { cpu: of_it.cpu.map_or(wall, |cpu| cpu.as_secs_f64()), wall };
        let done = Done { took, counts: Some(counts), peak_memory_bytes: of_it.peak, ..Done::default() };
        self.accounted(done, &manifest)
    }

    fn sample(&self) -> Result<Done, String> {
        let program = Program::load(self.rules.as_deref())?;
        crate::sqlite::write_sample(&self.files()?, &program, self.records, &self.folder)
    }
}

/// Records = events + unmapped + problems; all were read once, none is broken.
fn check(counts: &Counts, repeated: u64, expected: u64) -> Result<(), String> {
    let sums = counts.events + counts.unmapped + counts.problems == counts.records;
    if !sums || counts.records != expected || counts.problems + counts.file_problems + repeated > 0 {
        return Err(format!("{expected} records were written, but read as {counts:?}, {repeated} of them twice"));
    }
    Ok(())
}

/// A task on the logs of a folder.
pub(crate) fn task(what: What, folder: &Path) -> Task {
    let folder = folder.to_owned();
    Task { what, folder, set: None, workers: cores(), rules: None, program: None, records: 0, seed: 0 }
}
