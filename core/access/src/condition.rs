//! Condition operators over a request's context.
//!
//! Source: IAM user guide, "IAM JSON policy elements: Condition operators". All
//! operators of a block and all keys of an operator must hold; of several values
//! one must match, or none for a negated operator. A key that is absent makes a
//! positive operator false and a negated one true; `…IfExists` makes it true.

use crate::glob;
use crate::policy::{Statement, Version};
use crate::truth::{Missing, Truth};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// The request's context keys. Keys compare without case.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    values: BTreeMap<String, Vec<String>>,
    open: bool,
}

impl Context {
    /// An empty context in which a missing key is absent from the request.
    pub fn complete() -> Self {
        Self::default()
    }

    /// An empty context in which a missing key merely was not collected.
    pub fn open() -> Self {
        Self { open: true, ..Self::default() }
    }

    /// With `key` set to one value.
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.values.insert(key.to_ascii_lowercase(), vec![value.into()]);
        self
    }

    /// With `key` set to several values. No values is the same as no key.
    pub fn with_all(mut self, key: &str, values: Vec<String>) -> Self {
        self.values.insert(key.to_ascii_lowercase(), values);
        self
    }

    /// Whether missing keys are known to be absent.
    pub fn is_complete(&self) -> bool {
        !self.open
    }

    fn get(&self, key: &str) -> &[String] {
        self.values.get(key).map_or(&[], Vec::as_slice)
    }
}

/// How one request value compares with one policy value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compare {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    ArnLike,
    Bool,
    DateEquals,
    DateLess { or_equal: bool },
    DateGreater { or_equal: bool },
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Operator {
    Null,
    Values { compare: Compare, negated: bool, if_exists: bool },
    Unsupported,
}

/// One operator with one key and its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    name: String,
    operator: Operator,
    key: String,
    values: Vec<String>,
    version: Version,
}

impl Condition {
    /// A condition as a document writes it.
    pub fn new(operator: &str, key: &str, values: Vec<String>, version: Version) -> Self {
        Self {
            name: operator.into(),
            operator: Operator::parse(operator),
            key: key.to_ascii_lowercase(),
            values,
            version,
        }
    }

    /// Whether the condition holds for `context`.
    pub fn holds(&self, context: &Context) -> Truth {
        if self.values.is_empty() {
            return Truth::unsupported(format!("{} of {} without a value", self.name, self.key));
        }
        let present = context.get(&self.key);
        match (&self.operator, present) {
            (Operator::Unsupported, _) => Truth::unsupported(format!("condition operator {}", self.name)),
            (_, []) if context.open => Truth::unknown(Missing::ContextKey(self.key.clone())),
            (Operator::Null, present) => Truth::any(self.values.iter().map(|value| match read_bool(value) {
                Some(absent) => Truth::from(present.is_empty() == absent),
                None => self.unreadable(value),
            })),
            (Operator::Values { if_exists: true, .. }, []) => Truth::Yes,
            (Operator::Values { negated, .. }, []) => Truth::from(*negated),
            (Operator::Values { compare, negated, .. }, [one]) => {
                let any = Truth::any(self.values.iter().map(|value| self.compare(*compare, value, one)));
                if *negated { any.negate() } else { any }
            }
            (Operator::Values { .. }, _) => {
                Truth::unsupported(format!("{} on {}, which has several values", self.name, self.key))
            }
        }
    }

    fn unreadable(&self, value: &str) -> Truth {
        Truth::unknown(Missing::Unreadable(format!("{} of {}: {value}", self.name, self.key)))
    }

    fn compare(&self, compare: Compare, wanted: &str, got: &str) -> Truth {
        if Statement::may_hold_variable(self.version, wanted) {
            return Truth::unsupported(format!("policy variable in {wanted}"));
        }
        match compare {
            Compare::StringEquals => Truth::from(wanted == got),
            Compare::StringEqualsIgnoreCase => Truth::from(wanted.to_lowercase() == got.to_lowercase()),
            Compare::StringLike => Truth::from(glob::matches(wanted, got)),
            Compare::ArnLike => self.arn_like(wanted, got),
            Compare::Bool => match (read_bool(wanted), read_bool(got)) {
                (Some(a), Some(b)) => Truth::from(a == b),
                _ => self.unreadable(wanted),
            },
            Compare::DateEquals => self.dates(wanted, got, |got, wanted| got == wanted),
            Compare::DateLess { or_equal } => {
                self.dates(wanted, got, |got, wanted| got < wanted || (or_equal && got == wanted))
            }
            Compare::DateGreater { or_equal } => {
                self.dates(wanted, got, |got, wanted| got > wanted || (or_equal && got == wanted))
            }
        }
    }

    fn dates(&self, wanted: &str, got: &str, holds: impl Fn(Timestamp, Timestamp) -> bool) -> Truth {
        match (read_date(wanted), read_date(got)) {
            (Some(wanted), Some(got)) => Truth::from(holds(got, wanted)),
            _ => self.unreadable(wanted),
        }
    }

    /// Six segments, each for itself; what the request has is an ARN or does not
    /// match.
    fn arn_like(&self, wanted: &str, got: &str) -> Truth {
        let pattern: Vec<&str> = wanted.splitn(6, ':').collect();
        let arn: Vec<&str> = got.splitn(6, ':').collect();
        if pattern.len() < 6 {
            return Truth::unsupported(format!("{} with {wanted}, which has fewer than six segments", self.name));
        }
        Truth::from(arn.len() == 6 && pattern.iter().zip(arn).all(|(p, a)| glob::matches(p, a)))
    }
}

impl Operator {
    fn parse(name: &str) -> Self {
        if name == "Null" {
            return Self::Null;
        }
        let (base, if_exists) = match name.strip_suffix("IfExists") {
            Some(base) => (base, true),
            None => (name, false),
        };
        let (compare, negated) = match base {
            "StringEquals" => (Compare::StringEquals, false),
            "StringNotEquals" => (Compare::StringEquals, true),
            "StringEqualsIgnoreCase" => (Compare::StringEqualsIgnoreCase, false),
            "StringNotEqualsIgnoreCase" => (Compare::StringEqualsIgnoreCase, true),
            "StringLike" => (Compare::StringLike, false),
            "StringNotLike" => (Compare::StringLike, true),
            "ArnEquals" | "ArnLike" => (Compare::ArnLike, false),
            "ArnNotEquals" | "ArnNotLike" => (Compare::ArnLike, true),
            "Bool" => (Compare::Bool, false),
            "DateEquals" => (Compare::DateEquals, false),
            "DateNotEquals" => (Compare::DateEquals, true),
            "DateLessThan" => (Compare::DateLess { or_equal: false }, false),
            "DateLessThanEquals" => (Compare::DateLess { or_equal: true }, false),
            "DateGreaterThan" => (Compare::DateGreater { or_equal: false }, false),
            "DateGreaterThanEquals" => (Compare::DateGreater { or_equal: true }, false),
            _ => return Self::Unsupported,
        };
        Self::Values { compare, negated, if_exists }
    }
}

fn read_bool(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

/// ISO 8601 or seconds since 1970; both may stand in one comparison.
fn read_date(text: &str) -> Option<Timestamp> {
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        return Timestamp::from_second(text.parse().ok()?).ok();
    }
    selvedge_model::time::parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(operator: &str, values: &[&str], context: &Context) -> &'static str {
        let values = values.iter().map(|v| (*v).to_owned()).collect();
        match Condition::new(operator, "Aws:Key", values, Version::V2012).holds(context) {
            Truth::Yes => "yes",
            Truth::No => "no",
            Truth::Unknown(_) => "unknown",
        }
    }

    #[test]
    fn operators_on_one_value() {
        for (operator, values, got, expect) in [
            ("StringEquals", vec!["a", "b"], "b", "yes"),
            ("StringEquals", vec!["a"], "A", "no"),
            ("StringEqualsIgnoreCase", vec!["a"], "A", "yes"),
            ("StringNotEquals", vec!["a", "b"], "b", "no"),
            ("StringNotEquals", vec!["a", "b"], "c", "yes"),
            ("StringLike", vec!["AROAX:*"], "AROAX:alice", "yes"),
            ("StringNotLike", vec!["AROAX:*"], "AROAX:alice", "no"),
            ("StringLike", vec!["arn:aws:iam::*:role/*"], "arn:aws:iam::1:role/a/b/R", "yes"),
            ("ArnLike", vec!["arn:aws:iam::*:role/*"], "arn:aws:sts::1:assumed-role/R/s", "no"),
            ("ArnEquals", vec!["arn:aws:iam::*:role/*"], "arn:aws:iam::1:role/a/b/R", "yes"),
            ("ArnNotLike", vec!["arn:aws:iam::*:role/*"], "x", "yes"),
            ("ArnLike", vec!["*"], "arn:aws:iam::1:role/R", "unknown"),
            ("Bool", vec!["TRUE"], "true", "yes"),
            ("Bool", vec!["true"], "false", "no"),
            ("Bool", vec!["perhaps"], "false", "unknown"),
            ("DateLessThan", vec!["2026-05-18T17:21:17Z"], "2026-05-18T17:21:16Z", "yes"),
            ("DateLessThan", vec!["2026-05-18T17:21:16Z"], "2026-05-18T17:21:16Z", "no"),
            ("DateLessThanEquals", vec!["2026-05-18T17:21:16Z"], "2026-05-18T17:21:16Z", "yes"),
            ("DateGreaterThan", vec!["2026-05-18T17:21:16Z"], "2026-05-18T17:21:17Z", "yes"),
            // Row 49: epoch against ISO. 1779124876 is 2026-05-18T17:21:16Z.
            ("DateLessThan", vec!["1779124877"], "2026-05-18T17:21:16Z", "yes"),
            ("DateLessThan", vec!["1779124876"], "2026-05-18T17:21:16Z", "no"),
            ("DateEquals", vec!["1779124876"], "2026-05-18T17:21:16Z", "yes"),
            ("DateLessThan", vec!["soon"], "2026-05-18T17:21:16Z", "unknown"),
            ("Null", vec!["true"], "x", "no"),
            ("Null", vec!["false"], "x", "yes"),
            ("StringEquals", vec!["${aws:username}"], "x", "unknown"),
            ("StringEquals", vec!["${aws:username}", "x"], "x", "yes"),
            ("IpAddress", vec!["10.0.0.0/8"], "10.1.1.1", "unknown"),
            ("ForAllValues:StringEquals", vec!["x"], "x", "unknown"),
            ("NullIfExists", vec!["true"], "x", "unknown"),
            ("StringEquals", vec![], "x", "unknown"),
        ] {
            let context = Context::complete().with("aws:key", got);
            assert_eq!(holds(operator, &values, &context), expect, "{operator} {values:?} on {got}");
        }
    }

    #[test]
    fn a_missing_key() {
        for (operator, value, complete, open) in [
            ("StringEquals", "a", "no", "unknown"),
            ("StringNotEquals", "a", "yes", "unknown"),
            ("StringEqualsIfExists", "a", "yes", "unknown"),
            ("StringNotEqualsIfExists", "a", "yes", "unknown"),
            ("DateLessThan", "2026-01-01T00:00:00Z", "no", "unknown"),
            ("Bool", "false", "no", "unknown"),
            ("BoolIfExists", "false", "yes", "unknown"),
            ("Null", "true", "yes", "unknown"),
            ("Null", "false", "no", "unknown"),
        ] {
            assert_eq!(holds(operator, &[value], &Context::complete()), complete, "{operator} complete");
            assert_eq!(holds(operator, &[value], &Context::open()), open, "{operator} open");
            let empty = Context::complete().with_all("aws:key", vec![]);
            assert_eq!(holds(operator, &[value], &empty), complete, "{operator} without values");
        }
    }

    #[test]
    fn several_request_values_are_not_guessed_at() {
        let context = Context::complete().with_all("aws:key", vec!["a".into(), "b".into()]);
        assert_eq!(holds("StringEquals", &["a"], &context), "unknown");
        assert_eq!(holds("Null", &["false"], &context), "yes");
    }

    #[test]
    fn the_old_version_has_no_variables() {
        let literal = Condition::new("StringEquals", "k", vec!["${aws:username}".into()], Version::V2008);
        assert_eq!(literal.holds(&Context::complete().with("k", "${aws:username}")), Truth::Yes);
    }
}
