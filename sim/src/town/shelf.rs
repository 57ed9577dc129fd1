//! Records on their way into files: CloudTrail in its envelope, the rest a
//! record a line, a few thousand records a file.

use super::Sink;
use crate::benign::BenignRecord;
use crate::records::{LogRecord, LogSource};
use selvedge_model::RecordKind;
use std::collections::BTreeMap;
use std::io;

/// Most records of a file.
const MOST: u64 = 3_000;

#[derive(Debug, Default)]
struct Pile {
    text: String,
    records: u64,
    files: u64,
}

/// Files that are being filled.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    piles: BTreeMap<&'static str, Pile>,
    records: u64,
}

impl Shelf {
    /// Records put so far.
    pub(super) fn records(&self) -> u64 {
        self.records
    }

    pub(super) fn put(&mut self, record: &LogRecord, sink: Sink<'_>) -> io::Result<()> {
        let log = match record.source {
            LogSource::CloudTrail => TRAIL,
            LogSource::SignIn => "entra-sign-in",
            LogSource::EntraAudit => "entra-audit",
            LogSource::Activity => "azure-activity",
            LogSource::KeyVault => "key-vault",
            LogSource::AppService => "app-service",
            LogSource::VpcFlow => "vpc-flow",
            LogSource::GuardDuty => "guardduty",
        };
        self.add(log, &record.record.to_string(), sink)
    }

    pub(super) fn put_benign(&mut self, record: &BenignRecord, sink: Sink<'_>) -> io::Result<()> {
        let log = if record.kind == RecordKind::CloudTrail { TRAIL } else { "other" };
        self.add(log, &record.record.to_string(), sink)
    }

    fn add(&mut self, log: &'static str, text: &str, sink: Sink<'_>) -> io::Result<()> {
        let pile = self.piles.entry(log).or_default();
        if pile.records > 0 {
            pile.text.push(if log == TRAIL { ',' } else { '\n' });
        } else if log == TRAIL {
            pile.text.push_str("{\"Records\":[");
        }
        pile.text.push_str(text);
        pile.records += 1;
        self.records += 1;
        if pile.records >= MOST { flush(log, pile, sink) } else { Ok(()) }
    }

    /// Writes what is left.
    pub(super) fn close(&mut self, sink: Sink<'_>) -> io::Result<()> {
        self.piles.iter_mut().filter(|(_, pile)| pile.records > 0).try_for_each(|(log, pile)| flush(log, pile, sink))
    }
}

const TRAIL: &str = "cloudtrail";

fn flush(log: &str, pile: &mut Pile, sink: Sink<'_>) -> io::Result<()> {
    pile.text.push_str(if log == TRAIL { "]}" } else { "\n" });
    let end = if log == TRAIL { "json" } else { "jsonl" };
    sink(&format!("logs/{log}/{:06}.{end}", pile.files), &pile.text)?;
    *pile = Pile { text: String::new(), records: 0, files: pile.files + 1 };
    Ok(())
}
