//! `selvedge normalize`: logs as OCSF events.

use super::{NormalizeArgs, output};
use crate::error::Error;
use selvedge_agent::ingest::{Arrival, Ingest, Sink};
use selvedge_detect::complete;
use selvedge_detect::sigma::NoRules;
use selvedge_files::{Reader, walk};
use selvedge_model::{Problem, Timestamp};
use std::ops::ControlFlow;

/// Prints each event as it comes; keeps nothing.
struct Printer {
    lines: output::Lines,
    failed: Option<Error>,
    problems: u64,
}

impl Sink for Printer {
    fn record(&mut self, arrival: Arrival<'_, '_>) {
        complete(arrival.event, arrival.found);
        let printed = self.lines.write(&arrival.event.ocsf);
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
    super::some_exist(&args.paths)?;
    let mut printer = Printer { lines: output::Lines::stdout(), failed: None, problems: 0 };
    let mut ingest = Ingest::new(&NoRules, Timestamp::now());
    let found = walk(&args.paths);
    for problem in found.problems {
        ingest.file_problem(problem, &mut printer);
    }
    let mut reader = Reader::default();
    for path in found.files {
        let mut file = ingest.file(&path.display().to_string());
        let report = reader.read(&path, &mut |chunk| {
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
    printer.lines.flush()?;
    Ok(if args.strict && printer.problems > 0 { 1 } else { 0 })
}
