//! Matching an action against the patterns of role definitions.
//!
//! Source: Azure RBAC, "Understand Azure role definitions": `*` stands for any
//! characters, slashes too. Case does not count (recalled; Microsoft's own roles
//! mix `Write` and `write`).

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An action pattern, lower-cased and cut at its stars once, when it is read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern {
    written: String,
    /// What stands between the stars, in order; at least one part.
    parts: Vec<String>,
}

impl Pattern {
    /// A pattern as a role definition writes it. Blanks around it do not count:
    /// some built-in roles have them.
    pub fn new(written: &str) -> Self {
        let lower = normalize(written);
        Self { written: written.to_owned(), parts: lower.split('*').map(str::to_owned).collect() }
    }

    /// As it was written.
    pub fn as_written(&self) -> &str {
        &self.written
    }

    /// Whether `action`, which must come from [`normalize`], matches. Takes time
    /// linear in the action for each star.
    pub fn matches(&self, action: &str) -> bool {
        let Some((first, rest)) = self.parts.split_first() else {
            return false;
        };
        let Some((last, middle)) = rest.split_last() else {
            return action == first;
        };
        let Some(mut left) = action.strip_prefix(first.as_str()) else {
            return false;
        };
        for part in middle {
            // The leftmost place leaves the most for what follows.
            let Some((_, after)) = left.split_once(part.as_str()) else {
                return false;
            };
            left = after;
        }
        left.ends_with(last.as_str())
    }
}

/// The form in which actions are compared: without blanks around, lower-cased.
pub fn normalize(action: &str) -> String {
    action.trim().to_ascii_lowercase()
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self::new(&text))
    }
}

impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn table() {
        for (pattern, action, expect) in [
            ("*", "Microsoft.Compute/virtualMachines/start/action", true),
            ("*/read", "Microsoft.Compute/virtualMachines/read", true),
            ("*/read", "Microsoft.Compute/virtualMachines/write", false),
            ("Microsoft.Compute/virtualMachines/*", "microsoft.compute/VirtualMachines/START/action", true),
            ("Microsoft.Authorization/*/Write", "Microsoft.Authorization/roleAssignments/write", true),
            ("Microsoft.Authorization/*/Write", "Microsoft.Authorization/write", false),
            ("Microsoft.Storage/*", "Microsoft.Storage/storageAccounts/blobServices/read", true),
            ("Microsoft.Network/virtualNetworks/read ", "Microsoft.Network/virtualNetworks/read", true),
            ("Microsoft.Storage/storageAccounts/read", "Microsoft.Storage/storageAccounts/read/x", false),
            ("", "a", false),
            // `?` is a character like any other.
            ("a?c", "abc", false),
        ] {
            assert_eq!(Pattern::new(pattern).matches(&normalize(action)), expect, "{pattern} on {action}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, ..ProptestConfig::default() })]
        #[test]
        fn agrees_with_the_other_matcher(pattern in "[ab/*]{0,9}", action in "[ab/]{0,10}") {
            prop_assert_eq!(Pattern::new(&pattern).matches(&action), crate::glob::matches(&pattern, &action));
        }
    }
}
