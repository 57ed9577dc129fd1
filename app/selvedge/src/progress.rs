//! The progress bar of a long reading, on stderr and only if that is a terminal.

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressStyle};
use selvedge_files::Reader;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How far the reading is. May be told by several threads.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// Bytes taken from the disk.
    bytes: Arc<AtomicU64>,
    files: AtomicU64,
    records: AtomicU64,
    all_files: usize,
}

impl Progress {
    /// Before the first file; `wanted` is whether a person watches.
    pub(crate) fn begin(files: &[PathBuf], wanted: bool) -> Self {
        let bar = if wanted && std::io::stderr().is_terminal() {
            let total = files.iter().filter_map(|path| path.metadata().ok()).map(|meta| meta.len()).sum();
            ProgressBar::new(total).with_style(style())
        } else {
            ProgressBar::hidden()
        };
        let progress = Self {
            bar,
            bytes: Arc::default(),
            files: AtomicU64::new(0),
            records: AtomicU64::new(0),
            all_files: files.len(),
        };
        progress.tick();
        progress
    }

    /// A reader whose bytes count.
    pub(crate) fn reader(&self) -> Reader {
        Reader::new(Arc::clone(&self.bytes))
    }

    /// Shows how far it is; cheap enough for every piece of a file.
    pub(crate) fn tick(&self) {
        if self.bar.is_hidden() {
            return;
        }
        self.bar.set_position(self.bytes.load(Ordering::Relaxed));
        let records = self.records.load(Ordering::Relaxed);
        let rate = records as f64 / self.bar.elapsed().as_secs_f64().max(0.001);
        // A rate that is below zero or too large for the type is cut by `as`.
        let rate = HumanCount(rate as u64);
        let files = self.files.load(Ordering::Relaxed);
        self.bar.set_message(format!("{files}/{} files  {rate} records/s", self.all_files));
    }

    /// A file was read to its end, with this many records.
    pub(crate) fn file_done(&self, records: u64) {
        self.files.fetch_add(1, Ordering::Relaxed);
        self.records.fetch_add(records, Ordering::Relaxed);
        self.tick();
    }

    /// Takes the bar away and says how it went.
    pub(crate) fn finish(&self) {
        if self.bar.is_hidden() {
            return;
        }
        self.bar.finish_and_clear();
        let (records, took) = (self.records.load(Ordering::Relaxed), self.bar.elapsed());
        errln!(
            "read {} records from {} files ({}) in {:.1} s",
            HumanCount(records),
            self.all_files,
            HumanBytes(self.bytes.load(Ordering::Relaxed)),
            took.as_secs_f64()
        );
    }
}

fn style() -> ProgressStyle {
    // The bar takes the room that is left.
    ProgressStyle::with_template("{wide_bar} {bytes}/{total_bytes}  {msg}  {eta} left")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("=> ")
}
