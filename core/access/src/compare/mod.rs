//! Whether two policies allow the same requests, and if not, a request that shows it.
//!
//! A policy allows a request if one of its Allow statements applies and none of its Deny
//! statements does. Compared is over all requests: any action `service:name` (names are
//! open: no list of a service's actions is taken for complete), any ARN or `*`, any values
//! of context keys or none; for policies with principals also anybody. Statements of a
//! resource count as for somebody whether they name the account, the role or the caller.
//!
//! The answer is exact: action and resource by automata, which tell all kinds of texts
//! apart that the patterns of both policies tell apart; conditions by a search over one
//! value of every kind. Every witness was put to the evaluator. What is not known is
//! assumed both ways: if the answer hangs on it, the answer is that it is unknown.
//!
//! ```
//! use selvedge_access::{Policy, compare::{Verdict, compare}};
//!
//! let policy = |action: &str| {
//!     let text = format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#);
//!     Policy::parse(&text).0
//! };
//! let found = compare(&policy("s3:*"), &policy("s3:Get*"));
//! assert_eq!(found.verdict, Verdict::ALooser);
//! assert_eq!(found.a_only.unwrap().action, "s3:x");
//! ```

mod askers;
mod automaton;
mod difference;
mod fixing;
mod keys;
mod pattern;
mod search;
mod values;
mod witness;
mod world;

pub use witness::Witness;

use crate::policy::{Kind, Policy};
use difference::{Found, Pair};
use serde_json::{Value, json};

/// There is more to look at than will be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
struct TooLarge {
    what: String,
}

impl TooLarge {
    fn of(what: &str) -> Self {
        Self { what: what.to_owned() }
    }
}

/// How two policies stand to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// They allow the same.
    Equivalent,
    /// The first allows all that the second allows, and more.
    ALooser,
    /// The second allows all that the first allows, and more.
    BLooser,
    /// Each allows something that the other does not.
    Incomparable,
    /// It cannot be told.
    Unknown,
}

impl Verdict {
    /// In one word, as answers have it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Equivalent => "equivalent",
            Self::ALooser => "a-looser",
            Self::BLooser => "b-looser",
            Self::Incomparable => "incomparable",
            Self::Unknown => "unknown",
        }
    }
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    /// How they stand to each other.
    pub verdict: Verdict,
    /// A request that the first alone allows. It stands even if the verdict is unknown.
    pub a_only: Option<Witness>,
    /// A request that the second alone allows.
    pub b_only: Option<Witness>,
    /// Why it cannot be told; empty unless the verdict is unknown.
    pub reasons: Vec<String>,
}

impl Comparison {
    fn unknown(reasons: Vec<String>) -> Self {
        Self { verdict: Verdict::Unknown, a_only: None, b_only: None, reasons }
    }

    /// As answers have it: `verdict`, and `witness`: of a looser policy one request, with
    /// `allowed_by`; of incomparable ones `a_only` and `b_only`; else null. Where the verdict
    /// is unknown also `reasons`.
    pub fn to_json(&self) -> Value {
        let one = |witness: &Option<Witness>, by: &str| witness.as_ref().map(|witness| witness.to_json(by));
        let (a, b) = (one(&self.a_only, "a"), one(&self.b_only, "b"));
        let witness = match (a, b) {
            (Some(a), Some(b)) => json!({ "a_only": a, "b_only": b }),
            (Some(witness), None) | (None, Some(witness)) => witness,
            (None, None) => Value::Null,
        };
        let mut out = json!({ "verdict": self.verdict.word(), "witness": witness });
        if let (Some(fields), Verdict::Unknown) = (out.as_object_mut(), self.verdict) {
            fields.insert("reasons".into(), json!(self.reasons));
        }
        out
    }
}

/// The kind that documents are of, told by their elements: with a principal they are of a
/// resource; with a principal and without resources, of a role.
pub fn kind_of(document: &Value) -> Option<Kind> {
    let statements = match document.get("Statement")? {
        Value::Array(list) => list.as_slice(),
        one => std::slice::from_ref(one),
    };
    let has = |names: [&str; 2]| statements.iter().any(|one| names.iter().any(|name| one.get(name).is_some()));
    Some(match (has(["Principal", "NotPrincipal"]), has(["Resource", "NotResource"])) {
        _ if statements.is_empty() => return None,
        (false, _) => Kind::Identity,
        (true, true) => Kind::Resource,
        (true, false) => Kind::Trust,
    })
}

/// Compares two policies of one kind.
pub fn compare(a: &Policy, b: &Policy) -> Comparison {
    let mut reasons: Vec<String> = obstacles("a", a);
    reasons.extend(obstacles("b", b));
    if a.kind != b.kind {
        reasons.push("the policies are of different kinds: one has principals or resources, the other has not".into());
    }
    if !reasons.is_empty() {
        return Comparison::unknown(reasons);
    }
    // A policy is equivalent to itself, however large it is.
    if a.kind == b.kind && a.version == b.version && a.statements == b.statements {
        return conclude(Found::Nothing, Found::Nothing);
    }
    match Pair::of(a, b).and_then(|mut pair| Ok((pair.difference(true)?, pair.difference(false)?))) {
        Ok((a_only, b_only)) => conclude(a_only, b_only),
        Err(large) => Comparison::unknown(vec![format!("too large: {}", large.what)]),
    }
}

/// What of a policy cannot be read.
fn obstacles(name: &str, policy: &Policy) -> Vec<String> {
    let all = policy.statements.iter().flat_map(|statement| &statement.obstacles);
    all.map(|missing| format!("policy {name}: {missing}")).collect()
}

fn conclude(a_only: Found, b_only: Found) -> Comparison {
    let split = |found: Found| match found {
        Found::Witness(witness) => (Some(Some(*witness)), Vec::new()),
        Found::Nothing => (Some(None), Vec::new()),
        Found::Perhaps(reasons) => (None, reasons),
    };
    let ((a, mut reasons), (b, more)) = (split(a_only), split(b_only));
    reasons.extend(more);
    reasons.sort();
    reasons.dedup();
    let verdict = match (&a, &b) {
        (None, _) | (_, None) => Verdict::Unknown,
        (Some(None), Some(None)) => Verdict::Equivalent,
        (Some(Some(_)), Some(None)) => Verdict::ALooser,
        (Some(None), Some(Some(_))) => Verdict::BLooser,
        (Some(Some(_)), Some(Some(_))) => Verdict::Incomparable,
    };
    Comparison { verdict, a_only: a.flatten(), b_only: b.flatten(), reasons }
}
