//! `selvedge normalize`: logs as OCSF events.

use super::{NormalizeArgs, output};
use crate::error::Error;
use selvedge_agent::ingest::{Arrival, Ingest, Sink};
use selvedge_detect::complete;
use selvedge_detect::sigma::NoRules;
use selvedge_files::{read_file, walk};
use selvedge_model::{Problem, Timestamp};
use std::ops::ControlFlow;

/// Prints each event as it comes; keeps nothing.
struct Printer {
    failed: Option<Error>,
    problems: u64,
}

impl Sink for Printer {
    fn record(&mut self, arrival: Arrival<'_, '_>) {
        complete(arrival.event, arrival.found);
        let printed = serde_json::to_value(&arrival.event.ocsf)
            .map_err(|e| Error::new("E0001", e, ""))
            .and_then(|v| output::line(&v));
        if let Err(error) = printed {
            self.failed.get_or_insert(error);
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.problems += 1;
        errln!("{}", output::problem(&problem));
    }
}

pub(super) fn run(args: &NormalizeArgs) -> Result<u8, Error> {
    let _ = args.json;
    let mut printer = Printer { failed: None, problems: 0 };
    let mut ingest = Ingest::new(&NoRules, Timestamp::now());
    let found = walk(&args.paths);
    for problem in found.problems {
        ingest.file_problem(problem, &mut printer);
    }
    for path in found.files {
        let mut file = ingest.file(&path.display().to_string());
        let report = read_file(&path, &mut |chunk| {
            file.push(chunk, &mut printer);
            if printer.failed.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        file.finish(&mut printer);
        for problem in report.problems {
            ingest.file_problem(problem, &mut printer);
        }
        if let Some(error) = printer.failed {
            return Err(error);
        }
    }
    Ok(if args.strict && printer.problems > 0 { 1 } else { 0 })
}
