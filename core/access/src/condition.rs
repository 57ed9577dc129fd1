//! Condition operators over a request's context.
//!
//! Source: IAM user guide, "IAM JSON policy elements: Condition operators". All
//! operators of a block and all keys of an operator must hold; of several values
//! one must match, or none for a negated operator. A key that is absent makes a
//! positive operator false and a negated one true; `…IfExists` makes it true.

use crate::operator::{Compare, Operator, Several, Sides, read_bool};
use crate::policy::Version;
use crate::truth::{Missing, Truth};
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

    /// The same, unless it is set already: what AWS adds to every request.
    pub fn or_with(self, key: &str, value: impl Into<String>) -> Self {
        if self.get(&key.to_ascii_lowercase()).is_empty() { self.with(key, value) } else { self }
    }

    /// All keys, lower-cased, with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.values.iter().map(|(key, values)| (key.as_str(), values.as_slice()))
    }

    /// The values of a key, which is lower-cased.
    pub fn get(&self, key: &str) -> &[String] {
        self.values.get(key).map_or(&[], Vec::as_slice)
    }
}

/// One operator with one key and its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    name: String,
    operator: Operator,
    key: String,
    /// The key as the document writes it: people look for it so.
    written: String,
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
            written: key.to_owned(),
            values,
            version,
        }
    }

    /// The key, lower-cased.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The operator as the document writes it.
    pub fn operator(&self) -> &str {
        &self.name
    }

    /// The values as the document writes them.
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// The key as the document writes it.
    pub fn written(&self) -> &str {
        &self.written
    }

    /// The operator as it is understood.
    pub(crate) fn parsed(&self) -> Operator {
        self.operator
    }

    /// The language version of its document.
    pub(crate) fn version(&self) -> Version {
        self.version
    }

    /// Why the condition can never be evaluated; `None` if it can.
    pub fn problem(&self) -> Option<String> {
        let name = &self.name;
        match self.operator {
            Operator::Unsupported => Some(format!("there is no condition operator {name}")),
            _ if self.values.is_empty() => Some(format!("{name} of {} has no value", self.key)),
            _ => None,
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
            (_, []) if context.open => Truth::unknown(Missing::ContextKey(self.written.clone())),
            (Operator::Null, present) => Truth::any(self.values.iter().map(|value| match read_bool(value) {
                Some(absent) => Truth::from(present.is_empty() == absent),
                None => Truth::unknown(Missing::Unreadable(format!("{}: {value}", self.place()))),
            })),
            (Operator::Values { if_exists: true, .. }, []) => Truth::Yes,
            (Operator::Values { negated, several, .. }, []) => Truth::from(match several {
                Several::Single => *negated,
                Several::ForAll => true,
                Several::ForAny => false,
            }),
            (Operator::Values { several: Several::Single, .. }, [_, _, ..]) => {
                Truth::unsupported(format!("{}, which has several values", self.place()))
            }
            (Operator::Values { compare, negated, several, .. }, present) => {
                let each = present.iter().map(|got| self.one(*compare, *negated, got, context));
                if *several == Several::ForAny { Truth::any(each) } else { Truth::all(each) }
            }
        }
    }

    /// One value of the request against all of the policy: one of them must match, or none
    /// where the operator is negated.
    fn one(&self, compare: Compare, negated: bool, got: &str, context: &Context) -> Truth {
        let place = || self.place();
        let sides = Sides { version: self.version, context, place: &place };
        let any = Truth::any(self.values.iter().map(|wanted| sides.compare(compare, wanted, got)));
        if negated { any.negate() } else { any }
    }

    fn place(&self) -> String {
        format!("{} of {}", self.name, self.key)
    }
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
            ("StringEquals", vec!["${aws:username}"], "x", "no"),
            ("StringNotEquals", vec!["${aws:username}"], "x", "yes"),
            ("StringEquals", vec!["${aws:username}", "x"], "x", "yes"),
            ("StringEquals", vec!["${aws:key}"], "x", "yes"),
            ("StringEquals", vec!["a*"], "ab", "no"),
            ("StringLike", vec!["${aws:key}*"], "a*", "yes"),
            ("StringLike", vec!["${*}"], "a", "no"),
            ("ArnLike", vec!["arn:aws:iam::1:role/${aws:nobody, 'R'}"], "arn:aws:iam::1:role/R", "yes"),
            ("IpAddress", vec!["10.0.0.0/8"], "10.1.1.1", "yes"),
            ("IpAddress", vec!["10.0.0.0/8"], "11.1.1.1", "no"),
            ("IpAddress", vec!["0.0.0.0/0"], "11.1.1.1", "yes"),
            ("IpAddress", vec!["10.1.1.1"], "10.1.1.1", "yes"),
            ("NotIpAddress", vec!["10.0.0.0/8"], "11.1.1.1", "yes"),
            // Row 31.
            ("IpAddress", vec!["0.0.0.0/0"], "2001:db8::1", "no"),
            ("IpAddress", vec!["2001:db8::/32"], "2001:db8::1", "yes"),
            ("IpAddress", vec!["10.0.0.0/33"], "10.0.0.0", "unknown"),
            ("IpAddress", vec!["10.0.0.0/8"], "here", "no"),
            ("NumericEquals", vec!["5"], "5.0", "yes"),
            ("NumericLessThan", vec!["10"], "9", "yes"),
            ("NumericLessThan", vec!["-1"], "-2.5", "yes"),
            ("NumericLessThanEquals", vec!["0.50"], ".5", "yes"),
            ("NumericGreaterThan", vec!["9"], "10", "yes"),
            ("NumericGreaterThan", vec!["1.25"], "1.3", "yes"),
            ("NumericGreaterThanEquals", vec!["1"], "x", "no"),
            ("NumericNotEquals", vec!["1"], "2", "yes"),
            ("NumericEquals", vec!["x"], "1", "unknown"),
            ("BinaryEquals", vec!["QmluYXJ5"], "QmluYXJ5", "yes"),
            ("DateGreaterThanEquals", vec!["2026-05-18T17:21:16Z"], "2026-05-18T17:21:16Z", "yes"),
            ("stringequalsifexists", vec!["x"], "x", "yes"),
            ("ForAllValues:StringEquals", vec!["x"], "x", "yes"),
            ("ForAnyValue:StringNotLike", vec!["a*"], "b", "yes"),
            ("ForSomeValues:StringEquals", vec!["x"], "x", "unknown"),
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
            ("ForAllValues:Null", "true", "yes", "unknown"),
            ("ForAllValues:StringEquals", "a", "yes", "unknown"),
            ("ForAnyValue:StringEquals", "a", "no", "unknown"),
            ("ForAnyValue:StringNotEquals", "a", "no", "unknown"),
            ("NotIpAddress", "10.0.0.0/8", "yes", "unknown"),
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
    fn sets_of_values() {
        for (operator, values, got, expect) in [
            ("ForAllValues:StringEquals", vec!["a", "b"], vec!["a", "b"], "yes"),
            ("ForAllValues:StringEquals", vec!["a"], vec!["a", "b"], "no"),
            ("ForAnyValue:StringEquals", vec!["a"], vec!["a", "b"], "yes"),
            ("ForAnyValue:StringEquals", vec!["c"], vec!["a", "b"], "no"),
            ("ForAllValues:StringNotEquals", vec!["c"], vec!["a", "b"], "yes"),
            ("ForAllValues:StringNotEquals", vec!["a"], vec!["a", "b"], "no"),
            ("ForAnyValue:StringNotEquals", vec!["a"], vec!["a", "b"], "yes"),
            ("ForAnyValue:StringNotEquals", vec!["a", "b"], vec!["a", "b"], "no"),
        ] {
            let got = got.into_iter().map(str::to_owned).collect();
            let context = Context::complete().with_all("aws:key", got);
            assert_eq!(holds(operator, &values, &context), expect, "{operator} {values:?}");
        }
    }

    #[test]
    fn the_old_version_has_no_variables() {
        let literal = Condition::new("StringEquals", "k", vec!["${aws:username}".into()], Version::V2008);
        assert_eq!(literal.holds(&Context::complete().with("k", "${aws:username}")), Truth::Yes);
    }
}
