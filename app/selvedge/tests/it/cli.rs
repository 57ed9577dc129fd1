//! The program on good and bad input: exit codes, messages, and that nothing is
//! changed where nothing must be.

mod access;
mod bad_input;
mod estate;
mod explain;
mod grants;
mod help;
mod keeping;
mod paths;
mod pipes;
pub(crate) mod program;
mod rules;
mod settings;
mod trace;

use program::Program;
use selvedge_sim::{AssertionIds, World, scenario_a, write_estate, write_logs};
use serde_json::Value;
use std::path::Path;
use tempfile::TempDir;

/// A folder with the logs and the inventory of Scenario A, and the program.
struct Story {
    folder: TempDir,
    program: Program,
    world: World,
}

impl Story {
    fn tell() -> Self {
        let world = scenario_a::play(7, AssertionIds::Random);
        let folder = tempfile::tempdir().unwrap();
        write_logs(&folder.path().join("logs"), &world.logs()).unwrap();
        write_estate(&folder.path().join("estate"), &world).unwrap();
        Self { program: Program::new(folder.path()), folder, world }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Reads it into the folder `state`; the incident.
    fn replay(&self) -> Value {
        self.program.expect(0, &["replay", "logs", "--estate", "estate", "--state", "state", "--json"]).one("incident")
    }

    /// Reads it; the incident's id and its plan's hash.
    fn proposed(&self) -> (String, String) {
        let incident = self.replay();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        (text(&incident["id"]), text(&incident["plan"]["hash"]))
    }

    /// The journal's head.
    fn head(&self) -> Value {
        self.program.expect(0, &["journal", "verify", "--state", "state", "--json"]).objects().remove(0)
    }
}

/// What was read is named as what it is, and only what was not read is missed.
#[test]
fn kinds_that_were_read_are_not_missed() {
    let story = Story::tell();
    let summary = story.program.expect(0, &["replay", "logs", "--state", "one", "--json"]).one("summary");
    let read = summary["kinds"].as_object().unwrap();
    assert!(read["cloudtrail"].as_u64() > Some(0) && read["entra-signin"].as_u64() > Some(0), "{summary}");
    let text = story.program.expect(0, &["replay", "logs", "--state", "two"]).out;
    assert!(text.contains("AWS CloudTrail") && text.contains("Entra sign-ins"), "{text}");
    assert!(!text.contains("No AWS CloudTrail was read") && !text.contains("No Entra sign-in logs"), "{text}");
}
