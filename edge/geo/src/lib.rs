//! Where addresses are: databases in MaxMind's format, from files of the user's.
//!
//! None comes with Selvedge. Each file tells countries, networks or both; of several
//! the first that knows an answer gives it. The format is MaxMind's own
//! (<https://maxmind.github.io/MaxMind-DB/>), the fields those of its Country, City and
//! ASN databases and of others that are in use.

#[cfg(test)]
mod tests;

use maxminddb::Reader;
use serde_json::Value;
use std::io::Read;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// Bytes of one file, at most: it is read into memory whole. The largest that are
/// published free of charge have some 130 MB.
pub const MAX_FILE: u64 = 256 * 1024 * 1024;

/// Networks of a new file that are looked at for an answer.
const TRIED: usize = 2_000;

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {why}", file.display())]
pub struct GeoError {
    /// Which.
    pub file: PathBuf,
    /// What is wrong with it.
    pub why: String,
}

/// Where an address is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Location {
    /// Country code of two letters.
    pub country: Option<String>,
    /// Autonomous system number.
    pub asn: Option<i64>,
}

/// Databases that are open.
pub struct Geo {
    files: Vec<Reader<Vec<u8>>>,
}

impl std::fmt::Debug for Geo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kinds = self.files.iter().map(|file| &file.metadata().database_type);
        f.debug_list().entries(kinds).finish()
    }
}

impl Geo {
    /// Opens files.
    ///
    /// # Errors
    /// If one cannot be read, is larger than [`MAX_FILE`], is no such database, or tells
    /// neither countries nor networks.
    pub fn open(files: &[PathBuf]) -> Result<Self, GeoError> {
        let open = |file: &PathBuf| open(file).map_err(|why| GeoError { file: file.clone(), why });
        Ok(Self { files: files.iter().map(open).collect::<Result<_, _>>()? })
    }

    /// Where an address is; `None` if no file knows.
    pub fn locate(&self, address: IpAddr) -> Option<Location> {
        let mut found = Location::default();
        for file in &self.files {
            let row = file.lookup(address).ok().and_then(|row| row.decode::<Value>().ok().flatten());
            let Location { country, asn } = row.as_ref().map(read).unwrap_or_default();
            found.country = found.country.or(country);
            found.asn = found.asn.or(asn);
        }
        (found != Location::default()).then_some(found)
    }
}

fn open(file: &Path) -> Result<Reader<Vec<u8>>, String> {
    let mut bytes = Vec::new();
    let source = std::fs::File::open(file).map_err(|error| error.to_string())?;
    source.take(MAX_FILE + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > MAX_FILE {
        return Err(format!("the file is larger than {} MB", MAX_FILE / 1024 / 1024));
    }
    let reader =
        Reader::from_source(bytes).map_err(|error| format!("it is no database in MaxMind's format: {error}"))?;
    let mut told = false;
    {
        let networks = reader.networks(maxminddb::WithinOptions::default()).map_err(|error| damaged(&error))?;
        for row in networks.take(TRIED) {
            let row = row.and_then(|row| row.decode::<Value>()).map_err(|error| damaged(&error))?;
            told |= row.as_ref().map(read).is_some_and(|found| found != Location::default());
        }
    }
    if told { Ok(reader) } else { Err("it tells neither countries nor networks".to_owned()) }
}

fn damaged(error: &maxminddb::MaxMindDbError) -> String {
    format!("the database is damaged: {error}")
}

/// What a row says: MaxMind's form, and the flat one of others.
fn read(row: &Value) -> Location {
    let text = |path: &str| row.pointer(path).and_then(Value::as_str).filter(|text| !text.is_empty());
    let country = text("/country/iso_code").or_else(|| text("/country_code")).or_else(|| text("/country"));
    let number = row.pointer("/autonomous_system_number").or_else(|| row.pointer("/asn"));
    let asn = number.and_then(|number| match number {
        Value::String(text) => text.trim_start_matches("AS").parse().ok(),
        other => other.as_i64(),
    });
    Location { country: country.filter(|code| code.len() == 2).map(str::to_ascii_uppercase), asn }
}
