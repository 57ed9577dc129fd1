//! The tables of `core/model/src/ocsf/generated`, from the OCSF schema's
//! sources (github.com/ocsf/ocsf-schema, Apache-2.0).

mod rust;
mod schema;
mod source;

use source::Sources;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Where the tables are, from the root.
const FOLDER: &str = "core/model/src/ocsf";

/// Folders in it that hold nothing else.
const PARTS: [&str; 2] = ["generated", "generated/class"];

/// `gen-ocsf [--check] SCHEMA_DIR`.
pub(crate) fn run(root: &Path, args: &[&str]) -> Result<(), String> {
    let (check, schema) = match args {
        ["--check", schema] => (true, schema),
        [schema] if !schema.starts_with('-') => (false, schema),
        _ => return Err("gen-ocsf wants [--check] SCHEMA_DIR: the folder of the schema's categories.json".into()),
    };
    let files = rust::files(&Sources::read(Path::new(schema))?)?;
    let folder = root.join(FOLDER);
    if !check {
        return write(&folder, &files);
    }
    let stale = stale(&folder, &files)?;
    if stale.is_empty() {
        return Ok(());
    }
    stale.iter().for_each(|path| println!("    {FOLDER}/{path}: not what the schema says"));
    Err(format!("{} stale file(s); run `cargo xtask gen-ocsf SCHEMA_DIR`", stale.len()))
}

fn write(folder: &Path, files: &BTreeMap<String, String>) -> Result<(), String> {
    for part in PARTS {
        fs::create_dir_all(folder.join(part)).map_err(cannot)?;
    }
    for path in stale(folder, files)? {
        let file = folder.join(&path);
        match files.get(&path) {
            Some(text) => fs::write(&file, text),
            None => fs::remove_file(&file),
        }
        .map_err(|e| format!("{}: {e}", file.display()))?;
        println!("    {FOLDER}/{path}");
    }
    Ok(())
}

/// Files that are missing, differ, or are of no table any more.
fn stale(folder: &Path, files: &BTreeMap<String, String>) -> Result<Vec<String>, String> {
    let differs = |path: &str, text: &str| fs::read_to_string(folder.join(path)).ok().as_deref() != Some(text);
    let mut stale: Vec<String> =
        files.iter().filter(|(path, text)| differs(path, text)).map(|(path, _)| path.clone()).collect();
    for part in PARTS {
        let generated = folder.join(part);
        for entry in
            generated.is_dir().then(|| fs::read_dir(&generated)).transpose().map_err(cannot)?.into_iter().flatten()
        {
            let entry = entry.map_err(cannot)?;
            let path = format!("{part}/{}", entry.file_name().to_string_lossy());
            if !entry.path().is_dir() && !files.contains_key(&path) {
                stale.push(path);
            }
        }
    }
    Ok(stale)
}

fn cannot(error: std::io::Error) -> String {
    format!("{FOLDER}: {error}")
}

#[cfg(test)]
mod tests;
