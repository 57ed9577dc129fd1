//! Reading: what is wrong with a record is said with its place, and it is used as
//! far as it goes.

use crate::verdicts::now;
use selvedge_agent::ingest::{Arrival, Counts, Ingest, Sink};
use selvedge_detect::sigma::NoRules;
use selvedge_model::{Problem, RecordKind, Timestamp};

#[derive(Default)]
struct Seen {
    events: Vec<(RecordKind, Timestamp, String)>,
    problems: Vec<Problem>,
}

impl Sink for Seen {
    fn record(&mut self, arrival: Arrival<'_, '_>) {
        let event = arrival.event;
        self.events.push((event.kind, event.occurred_at, event.record_id().as_str().to_owned()));
    }

    fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }
}

fn read(text: &str) -> (Counts, Seen) {
    let (mut seen, mut ingest) = (Seen::default(), Ingest::new(&NoRules, now()));
    let mut file = ingest.file("logs/a.json");
    file.push(text.as_bytes(), &mut seen);
    file.finish(&mut seen);
    (ingest.counts(), seen)
}

#[test]
fn a_record_without_a_time_is_dated_and_said_so() {
    use RecordKind as K;
    for (record, kind, field) in [
        (r#"{"eventSource":"iam.amazonaws.com","eventName":"CreateUser","eventID":"e-1"}"#, K::CloudTrail, "eventTime"),
        (
            r#"{"eventSource":"iam.amazonaws.com","eventName":"CreateUser","eventID":"e-1","eventTime":"redacted"}"#,
            K::CloudTrail,
            "eventTime",
        ),
        (r#"{"srcaddr":"203.0.113.9","dstaddr":"10.0.0.8"}"#, K::VpcFlow, "start"),
        (
            r#"{"category":"Administrative","operationName":"MICROSOFT.WEB/SITES/WRITE","resourceId":"/SUBSCRIPTIONS/1"}"#,
            K::AzureActivity,
            "time",
        ),
        (r#"{"category":"SignInLogs","properties":{"id":"s-1"}}"#, K::EntraSignIn, "createdDateTime"),
    ] {
        let (counts, seen) = read(&format!("\n{record}\n"));
        assert_eq!(counts, Counts { records: 1, events: 1, ..Counts::default() }, "{record}");
        let [(got, at, id)] = seen.events.as_slice() else { panic!("{record}") };
        assert_eq!((*got, *at), (kind, now()), "{record}");
        assert!(!record.contains("\"eventID\"") || id == "e-1", "{record}: {id}");
        let [problem] = seen.problems.as_slice() else { panic!("{record}: {:?}", seen.problems) };
        assert_eq!(problem.place, "logs/a.json:2", "{record}");
        assert!(
            problem.why.contains(field) && problem.why.ends_with("it is dated by the time of reading"),
            "{problem:?}"
        );
    }
}

#[test]
fn a_record_that_lacks_more_than_a_time_is_unmapped_and_said_so() {
    let (counts, seen) = read(r#"{"category":"AuditLogs","time":"2026-05-18T17:21:16Z","properties":{}}"#);
    assert_eq!(counts, Counts { records: 1, unmapped: 1, ..Counts::default() });
    let [problem] = seen.problems.as_slice() else { panic!("{:?}", seen.problems) };
    let expect = ("logs/a.json:1", "entra-audit record: activityDisplayName is missing; it is left unmapped");
    assert_eq!((problem.place.as_str(), problem.why.as_str()), expect);
}
