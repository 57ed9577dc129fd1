//! Opening the file: permissions, locks, and errors that say what to do.

use redb::{Builder, Database, DatabaseError, StorageError};
use selvedge_ports::JournalError;
use std::fs::OpenOptions;
use std::io;
use std::path::Path;

/// Memory for the store's page cache, in bytes. The library's own default of
/// 1 GiB is more than the rest of Selvedge needs.
const CACHE_BYTES: usize = 16 * 1024 * 1024;

/// Opens or creates the file. Every page is held against its checksum first: a
/// damaged file is an error then, and not a surprise later.
pub(crate) fn open(path: &Path) -> Result<Database, JournalError> {
    let shown = path.display();
    create_private(path).map_err(|error| unavailable(format!("{shown}: {error}; {}", io_remedy(&error))))?;
    let mut builder = Builder::new();
    builder.set_cache_size(CACHE_BYTES).set_check_integrity_on_open(true);
    builder.create(path).map_err(|error| unavailable(format!("{shown}: {}", describe(&error))))
}

/// Creates the file, readable by its owner alone, if it is not there. The mode
/// is set at creation: there is no moment at which others could open it.
fn create_private(path: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let file = options.open(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = file.metadata()?.permissions().mode();
        if mode & 0o077 != 0 {
            file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
        }
    }
    drop(file);
    Ok(())
}

fn io_remedy(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "create the folder it lies in",
        io::ErrorKind::PermissionDenied => "run as the user who owns the state folder",
        io::ErrorKind::IsADirectory => "name a file, not a folder",
        io::ErrorKind::StorageFull => "make room on the disk",
        _ => "check the state folder and the disk",
    }
}

fn describe(error: &DatabaseError) -> String {
    match error {
        DatabaseError::DatabaseAlreadyOpen => {
            "another selvedge process has it open; wait for it to end, or stop it".into()
        }
        DatabaseError::UpgradeRequired(version) => {
            format!("it has the older file format {version}; open it with the selvedge version that wrote it")
        }
        DatabaseError::Storage(StorageError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
            "it is no journal of selvedge; name another file (it was not touched)".into()
        }
        DatabaseError::Storage(StorageError::Io(error)) => format!("{error}; {}", io_remedy(error)),
        DatabaseError::Storage(StorageError::Corrupted(why)) => {
            format!("the file is damaged ({why}); keep it, and restore a copy from your backup")
        }
        other => format!("{other}; keep the file, and restore a copy from your backup"),
    }
}

pub(crate) fn unavailable(why: String) -> JournalError {
    JournalError::Unavailable { why }
}

/// Any error of the running store.
pub(crate) fn failed<E: std::fmt::Display>(error: E) -> JournalError {
    unavailable(format!("{error}; check the disk, then run the command again: nothing of this step was stored"))
}
