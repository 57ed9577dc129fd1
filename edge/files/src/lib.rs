//! Logs and inventory exports from disk.
//!
//! [`walk`] turns paths into a list of files, a [`Reader`] hands out each file's
//! decoded bytes in pieces, [`read_estate`] reads small files whole. Whether a
//! file is gzip, zstd or UTF-16 is told from its content, never from its name. Nothing is
//! skipped in silence: what cannot be read is a [`Problem`](selvedge_model::Problem)
//! that names the file and the byte.

mod gunzip;
mod ids;
mod layers;
mod read;
mod sink;
mod unzstd;
mod utf16;
mod walk;
mod whole;

pub use ids::{Counted, IdCount};
pub use read::{Chunk, EstateFile, FileReport, MAX_CHUNK, MAX_ESTATE_FILE, Reader, read_estate, read_file};
pub use walk::{Walk, walk};
