//! Three-valued logic (Kleene's), where Unknown carries what is missing.

use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;

/// Why something cannot be decided.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "kind", content = "what", rename_all = "kebab-case")]
pub enum Missing {
    /// A context key that the caller did not collect, as the policy writes it.
    ContextKey(String),
    /// A construct that this evaluator does not know, or on which the provider's
    /// own documents contradict each other.
    Unsupported(String),
    /// Text that is no valid policy.
    Unreadable(String),
    /// Something of the estate that the caller did not collect.
    NotCollected(String),
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (label, what) = match self {
            Self::ContextKey(key) => ("context key", key),
            Self::Unsupported(what) => ("unsupported", what),
            Self::Unreadable(what) => ("unreadable", what),
            Self::NotCollected(what) => ("not collected", what),
        };
        write!(f, "{label}: {}", selvedge_model::untrusted::quote_for_log(what))
    }
}

/// Yes, No, or not decidable with what is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    Yes,
    /// It does not hold.
    No,
    /// It depends on what is missing.
    Unknown(BTreeSet<Missing>),
}

impl Truth {
    /// Unknown for one reason.
    pub fn unknown(missing: Missing) -> Self {
        Self::Unknown(BTreeSet::from([missing]))
    }

    /// Unknown because a construct is not supported.
    pub fn unsupported(what: impl Into<String>) -> Self {
        Self::unknown(Missing::Unsupported(what.into()))
    }

    /// Both must hold; one No settles it.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, rest) | (rest, Self::Yes) => rest,
            (Self::Unknown(mut a), Self::Unknown(b)) => {
                a.extend(b);
                Self::Unknown(a)
            }
        }
    }

    /// One must hold; one Yes settles it.
    pub fn or(self, other: Self) -> Self {
        self.negate().and(other.negate()).negate()
    }

    /// Yes and No change places; Unknown stays.
    pub fn negate(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            unknown => unknown,
        }
    }

    /// Whether any holds; No if there are none.
    pub fn any(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter().fold(Self::No, Self::or)
    }

    /// Whether all hold; Yes if there are none.
    pub fn all(all: impl IntoIterator<Item = Self>) -> Self {
        all.into_iter().fold(Self::Yes, Self::and)
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::Yes } else { Self::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kleene_tables() {
        let u = || Truth::unsupported("x");
        for (a, b, and, or) in [
            (Truth::Yes, Truth::Yes, Truth::Yes, Truth::Yes),
            (Truth::Yes, Truth::No, Truth::No, Truth::Yes),
            (Truth::No, Truth::No, Truth::No, Truth::No),
            (Truth::Yes, u(), u(), Truth::Yes),
            (Truth::No, u(), Truth::No, u()),
            (u(), u(), u(), u()),
        ] {
            assert_eq!(a.clone().and(b.clone()), and, "{a:?} and {b:?}");
            assert_eq!(b.clone().and(a.clone()), and, "{b:?} and {a:?}");
            assert_eq!(a.clone().or(b.clone()), or, "{a:?} or {b:?}");
            assert_eq!(b.clone().or(a.clone()), or, "{b:?} or {a:?}");
        }
        assert_eq!(Truth::any([]), Truth::No);
        assert_eq!(Truth::all([]), Truth::Yes);
    }

    #[test]
    fn what_is_missing_adds_up() {
        let both = Truth::unsupported("a").and(Truth::unknown(Missing::ContextKey("k".into())));
        let Truth::Unknown(missing) = both else { unreachable!("{both:?}") };
        let shown: Vec<String> = missing.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["context key: k", "unsupported: a"]);
    }
}
