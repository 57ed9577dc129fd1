//! Log files as the providers deliver them: gzip, one envelope a file.

use flate2::Compression;
use flate2::write::GzEncoder;
use selvedge_sim::Rng;
use serde_json::Value;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Fewest and most records of one file.
const RECORDS_PER_FILE: (u64, u64) = (400, 4_000);

/// Which envelope, and how files are named.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stream {
    /// `{"Records":[…]}`, one trail's bucket: account and region.
    CloudTrail {
        /// Account.
        account: String,
        /// Region.
        region: String,
    },
    /// `{"records":[…]}`, as a diagnostic setting writes: category, such as
    /// `signinlogs`.
    Azure {
        /// Category.
        category: &'static str,
    },
}

impl Stream {
    fn opening(&self) -> &'static [u8] {
        match self {
            Self::CloudTrail { .. } => b"{\"Records\":[",
            Self::Azure { .. } => b"{\"records\":[",
        }
    }

    fn path(&self, folder: &Path, number: u64, rng: &mut Rng) -> PathBuf {
        match self {
            Self::CloudTrail { account, region } => folder
                .join("cloudtrail")
                .join("AWSLogs")
                .join(account)
                .join("CloudTrail")
                .join(region)
                .join(format!("{account}_CloudTrail_{region}_{number:06}_{}.json.gz", rng.aws_id("", 16))),
            Self::Azure { category } => {
                folder.join(category).join(format!("insights-logs-{category}")).join(format!("{number:06}.json.gz"))
            }
        }
    }
}

/// Writes the records of one stream into one file after the other.
pub(crate) struct Files {
    stream: Stream,
    folder: PathBuf,
    open: Option<Open>,
    number: u64,
}

struct Open {
    out: GzEncoder<BufWriter<File>>,
    left: u64,
}

impl Files {
    pub(crate) fn new(stream: Stream, folder: &Path) -> Self {
        Self { stream, folder: folder.to_owned(), open: None, number: 0 }
    }

    /// Appends a record; returns how many bytes it has.
    pub(crate) fn write(&mut self, record: &Value, rng: &mut Rng) -> io::Result<u64> {
        let text = serde_json::to_vec(record)?;
        let mut open = match self.open.take() {
            Some(mut open) => {
                open.out.write_all(b",")?;
                open
            }
            None => self.begin(rng)?,
        };
        open.out.write_all(&text)?;
        open.left = open.left.saturating_sub(1);
        if open.left == 0 {
            end(open)?;
        } else {
            self.open = Some(open);
        }
        Ok(text.len() as u64)
    }

    fn begin(&mut self, rng: &mut Rng) -> io::Result<Open> {
        let path = self.stream.path(&self.folder, self.number, rng);
        self.number += 1;
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut out = GzEncoder::new(BufWriter::new(File::create(path)?), Compression::default());
        out.write_all(self.stream.opening())?;
        Ok(Open { out, left: rng.between(RECORDS_PER_FILE.0, RECORDS_PER_FILE.1) })
    }

    /// Closes the last file; returns how many there are.
    pub(crate) fn finish(mut self) -> io::Result<u64> {
        if let Some(open) = self.open.take() {
            end(open)?;
        }
        Ok(self.number)
    }
}

fn end(mut open: Open) -> io::Result<()> {
    open.out.write_all(b"]}")?;
    open.out.finish()?.flush()
}
