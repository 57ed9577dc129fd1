//! Reading files: streamed for logs, whole for small exports.

use crate::layers::{Layer, LayerDamage, MAX_DECODED, Output};
use crate::walk::{describe, place, walk};
use selvedge_model::Problem;
use std::fs::File;
use std::io::Read;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

/// A piece of a file's decoded content, at most 256 KiB, in order.
pub type Chunk<'a> = &'a [u8];

/// Largest decoded size of a file that is read whole, in bytes: 256 MiB.
pub const MAX_ESTATE_FILE: usize = 256 << 20;

const READ_SIZE: usize = 256 * 1024;

/// How reading a file went.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FileReport {
    /// Decoded bytes handed out.
    pub decoded: u64,
    /// Layers of gzip around the content.
    pub gzip_layers: usize,
    /// Whether the consumer asked to stop.
    pub stopped: bool,
    /// Damage to the file as a whole, each at `file@byte` of the file as it lies
    /// on the disk. Everything that could be decoded was handed out before.
    pub problems: Vec<Problem>,
}

/// Reads a file and hands its decoded content to `on_chunk`, in bounded memory.
///
/// Plain content is handed out as it is; gzip is told by its first bytes and
/// decoded, members one after another and layer within layer. An empty file, one
/// that cannot be opened, and cut off or damaged gzip are problems in the report;
/// a byte-order mark is left to the consumer.
pub fn read_file(path: &Path, on_chunk: &mut dyn FnMut(Chunk<'_>) -> ControlFlow<()>) -> FileReport {
    let mut reader = match File::open(path) {
        Ok(file) => file,
        Err(error) => return FileReport { problems: vec![unreadable(path, 0, &error)], ..FileReport::default() },
    };
    read_from(path, &mut reader, on_chunk)
}

fn unreadable(path: &Path, at: u64, error: &std::io::Error) -> Problem {
    Problem::new(place(path, at), describe(error, path.is_symlink()))
}

/// [`read_file`] over anything that reads, so that failing disks can be tested.
fn read_from(path: &Path, reader: &mut dyn Read, on_chunk: &mut dyn FnMut(Chunk<'_>) -> ControlFlow<()>) -> FileReport {
    let mut consumer = |bytes: &[u8]| on_chunk(bytes).is_continue();
    let mut output =
        Output { on_chunk: &mut consumer, decoded: 0, damage: Vec::new(), refused: false, too_large: false };
    let mut layer = Layer::new();
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
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => {
                failure = Some(unreadable(path, raw, &error));
                break;
            }
        }
    }
    if !output.refused && !output.too_large {
        layer.finish(&mut output);
    }
    report(path, &layer, output, raw, failure)
}

fn report(path: &Path, layer: &Layer, output: Output<'_>, raw: u64, failure: Option<Problem>) -> FileReport {
    let mut problems: Vec<Problem> = match failure {
        // The disk failed: that the gzip data ends early then is no news.
        Some(failure) => vec![failure],
        None => output.damage.iter().map(|found| damage_problem(path, found, raw)).collect(),
    };
    if output.too_large {
        let why = format!("it decodes to more than {MAX_DECODED} bytes; the rest was not read; split it");
        problems.push(Problem::new(place(path, raw), why));
    }
    if output.decoded == 0 && problems.is_empty() && !output.refused {
        let why = if raw == 0 { "the file is empty" } else { "the file decodes to nothing" };
        problems.push(Problem::new(place(path, 0), format!("{why}; check that it was copied whole")));
    }
    FileReport { decoded: output.decoded, gzip_layers: layer.gzip_layers(), stopped: output.refused, problems }
}

fn damage_problem(path: &Path, found: &LayerDamage, raw: u64) -> Problem {
    let LayerDamage { depth, damage } = found;
    match depth {
        1 => Problem::new(place(path, damage.at), damage.why),
        // An inner layer's bytes have no place on the disk: name the last byte
        // read, and say where in the layer it is.
        _ => Problem::new(place(path, raw), format!("in gzip layer {depth} at its byte {}: {}", damage.at, damage.why)),
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
    for path in found.files {
        let mut bytes = Vec::new();
        let report = read_file(&path, &mut |chunk| {
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
