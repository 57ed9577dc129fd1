//! Records as the logs really have them, where their wording is not the rule's.

use super::forms::Form::{self, *};

/// A rule's file, and a record that it must fire on.
pub(super) const RECORDS: &[(&str, Form, &str)] = &[];

/// A rule's file, and a record that is nearly what it means.
pub(super) const NEAR_MISSES: &[(&str, Form, &str)] = &[];
