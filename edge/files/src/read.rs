//! Reading files: streamed for logs, whole for small exports.

use crate::gunzip;
use crate::layers::{Layer, LayerDamage, MAX_DECODED, Output};
use crate::walk::{describe, place, walk};
use crate::whole;
use selvedge_model::Problem;
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A piece of a file's decoded content, at most [`MAX_CHUNK`] bytes, in order.
pub type Chunk<'a> = &'a [u8];

/// Largest piece of content that is handed out at once, in bytes: 1 MiB.
pub const MAX_CHUNK: usize = 1 << 20;

/// Largest decoded size of a file that is read whole, in bytes: 256 MiB.
pub const MAX_ESTATE_FILE: usize = 256 << 20;

const READ_SIZE: usize = 256 * 1024;

/// How reading a file went.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FileReport {
    /// Decoded bytes handed out.
    pub decoded: u64,
    /// Layers of compression around the content.
    pub layers: usize,
    /// Whether the consumer asked to stop.
    pub stopped: bool,
    /// Damage to the file as a whole, each at `file@byte` of the file as it lies
    /// on the disk. Everything that could be decoded was handed out before.
    pub problems: Vec<Problem>,
}

/// Reads files one after another, and keeps its memory from file to file: at
/// most 80 MiB for gzip, and while a zstd file asks for it a window of 128 MiB.
/// One reader for each thread.
pub struct Reader {
    raw: Vec<u8>,
    room: Vec<u8>,
    inflate: libdeflater::Decompressor,
    progress: Arc<AtomicU64>,
}

impl Default for Reader {
    fn default() -> Self {
        Self::new(Arc::default())
    }
}

impl Reader {
    /// A reader that adds every byte that it takes from the disk to `progress`.
    pub fn new(progress: Arc<AtomicU64>) -> Self {
        Self { raw: Vec::new(), room: Vec::new(), inflate: libdeflater::Decompressor::new(), progress }
    }

    /// Reads a file and hands its decoded content to `on_chunk`, in bounded
    /// memory.
    ///
    /// Plain content is handed out as it is. Gzip and zstd are told by their
    /// first bytes and decoded, members and frames one after another, and layer
    /// within layer. UTF-16 with a byte-order mark becomes UTF-8; the mark of
    /// UTF-8 is left to the consumer. An empty file, one that cannot be opened,
    /// and cut off or damaged compression are problems in the report.
    pub fn read(&mut self, path: &Path, on_chunk: &mut dyn FnMut(Chunk<'_>) -> ControlFlow<()>) -> FileReport {
        match File::open(path) {
            Ok(file) => {
                let size = file.metadata().map_or(u64::MAX, |meta| meta.len());
                self.read_open(path, file, size, on_chunk)
            }
            Err(error) => FileReport { problems: vec![unreadable(path, 0, &error)], ..FileReport::default() },
        }
    }

    /// [`Reader::read`] over anything that reads, so that failing disks can be
    /// tested. `size` is how long the file says it is.
    fn read_open(
        &mut self,
        path: &Path,
        file: impl Read,
        size: u64,
        on_chunk: &mut dyn FnMut(Chunk<'_>) -> ControlFlow<()>,
    ) -> FileReport {
        let mut raw = std::mem::take(&mut self.raw);
        raw.clear();
        let mut source = Source { file, failure: None, progress: &self.progress };
        source.fill(&mut raw, gunzip::MAGIC.len());
        if gunzip::begins(&raw) == Some(true) && size <= whole::MAX_RAW as u64 {
            // One byte more than allowed tells that it has grown meanwhile.
            source.fill(&mut raw, whole::MAX_RAW.saturating_add(1));
        }
        let is_all = source.failure.is_none() && raw.len() <= whole::MAX_RAW;
        let decoded = if is_all { whole::one_member(&raw, &mut self.room, &mut self.inflate) } else { None };
        let report = match decoded {
            Some(decoded) => hand_out(path, decoded, raw.len() as u64, on_chunk),
            None => read_from(path, &mut raw.as_slice().chain(source), on_chunk),
        };
        self.raw = raw;
        report
    }
}

/// A file, of which the first bytes may have been taken already.
struct Source<'a, R> {
    file: R,
    /// What went wrong when they were taken; told when they have been used.
    failure: Option<io::Error>,
    progress: &'a AtomicU64,
}

impl<R: Read> Source<'_, R> {
    /// Adds to `raw` until it holds `limit` bytes or all of the file.
    fn fill(&mut self, raw: &mut Vec<u8>, limit: usize) {
        let more = limit.saturating_sub(raw.len()) as u64;
        let before = raw.len();
        if self.failure.is_none() {
            self.failure = (&mut self.file).take(more).read_to_end(raw).err();
        }
        self.progress.fetch_add(raw.len().saturating_sub(before) as u64, Ordering::Relaxed);
    }
}

impl<R: Read> Read for Source<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some(failure) = self.failure.take() {
            return Err(failure);
        }
        let count = self.file.read(buffer)?;
        self.progress.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// [`Reader::read`] with a reader made for one file.
pub fn read_file(path: &Path, on_chunk: &mut dyn FnMut(Chunk<'_>) -> ControlFlow<()>) -> FileReport {
    Reader::default().read(path, on_chunk)
}

fn unreadable(path: &Path, at: u64, error: &io::Error) -> Problem {
    Problem::new(place(path, at), describe(error, path.is_symlink()))
}

/// Hands out what lay within one layer of gzip.
fn hand_out(
    path: &Path,
    decoded: &[u8],
    raw: u64,
    on_chunk: &mut dyn FnMut(Chunk<'_>) -> ControlFlow<()>,
) -> FileReport {
    let mut consumer = |bytes: &[u8]| on_chunk(bytes).is_continue();
    let mut output = Output::new(&mut consumer);
    let mut layer = Layer::within(1);
    for piece in decoded.chunks(MAX_CHUNK) {
        if !layer.push(piece, &mut output) {
            break;
        }
    }
    if !output.is_closed() {
        layer.finish(&mut output);
    }
    report(path, layer.layers().saturating_add(1), &output, raw, None)
}

/// The way that serves any content: fed piece by piece.
fn read_from(path: &Path, reader: &mut dyn Read, on_chunk: &mut dyn FnMut(Chunk<'_>) -> ControlFlow<()>) -> FileReport {
    let mut consumer = |bytes: &[u8]| on_chunk(bytes).is_continue();
    let mut output = Output::new(&mut consumer);
    let mut layer = Layer::within(0);
    let mut buffer = vec![0; READ_SIZE];
    let mut raw: u64 = 0;
    let mut failure = None;
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                raw = raw.saturating_add(count as u64);
                if !layer.push(buffer.get(..count).unwrap_or_default(), &mut output) {
                    break;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => {
                failure = Some(unreadable(path, raw, &error));
                break;
            }
        }
    }
    if !output.is_closed() {
        layer.finish(&mut output);
    }
    report(path, layer.layers(), &output, raw, failure)
}

fn report(path: &Path, layers: usize, output: &Output<'_>, raw: u64, failure: Option<Problem>) -> FileReport {
    let mut problems: Vec<Problem> = match failure {
        // The disk failed: that the compressed data end early then is no news.
        Some(failure) => vec![failure],
        None => output.damage.iter().map(|found| damage_problem(path, found)).collect(),
    };
    if output.too_large {
        let why = format!("it decodes to more than {MAX_DECODED} bytes; the rest was not read; split it");
        problems.push(Problem::new(place(path, raw), why));
    }
    if output.decoded == 0 && problems.is_empty() && !output.refused {
        let why = if raw == 0 { "the file is empty" } else { "the file decodes to nothing" };
        problems.push(Problem::new(place(path, 0), format!("{why}; check that it was copied whole")));
    }
    FileReport { decoded: output.decoded, layers, stopped: output.refused, problems }
}

fn damage_problem(path: &Path, found: &LayerDamage) -> Problem {
    let LayerDamage { depth, coat, damage } = found;
    match depth {
        1 => Problem::new(place(path, damage.at), damage.why),
        // An inner layer's bytes have no place on the disk: say where in the
        // layer it is.
        _ => {
            Problem::new(place(path, 0), format!("in layer {depth} ({coat}) at its byte {}: {}", damage.at, damage.why))
        }
    }
}

/// A file read whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EstateFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its decoded content. May be incomplete if a problem says so.
    pub bytes: Vec<u8>,
}

/// Reads all files under `path` whole, for exports that are one JSON document.
/// A file that decodes to more than [`MAX_ESTATE_FILE`] is a problem and is left
/// out; a damaged one is a problem and is handed out as far as it goes.
pub fn read_estate(path: &Path) -> (Vec<EstateFile>, Vec<Problem>) {
    read_whole(path, MAX_ESTATE_FILE)
}

fn read_whole(path: &Path, limit: usize) -> (Vec<EstateFile>, Vec<Problem>) {
    let found = walk([path]);
    let mut problems = found.problems;
    let mut files = Vec::new();
    let mut reader = Reader::default();
    for path in found.files {
        let mut bytes = Vec::new();
        let report = reader.read(&path, &mut |chunk| {
            if bytes.len().saturating_add(chunk.len()) > limit {
                return ControlFlow::Break(());
            }
            bytes.extend_from_slice(chunk);
            ControlFlow::Continue(())
        });
        if report.stopped {
            let why = format!("it decodes to more than {limit} bytes, too large for an inventory export; split it");
            problems.push(Problem::new(place(&path, 0), why));
            continue;
        }
        problems.extend(report.problems);
        if !bytes.is_empty() {
            files.push(EstateFile { path, bytes });
        }
    }
    (files, problems)
}

#[cfg(test)]
mod tests;
