//! What OCSF 1.8.0 says about classes, activities and numbered values.
//!
//! The tables under `generated` are written by `cargo xtask gen-ocsf` from the
//! schema's sources (github.com/ocsf/ocsf-schema, Apache-2.0), which also says
//! when they have drifted from them. Nothing there is to be edited by hand.
//!
//! - [`class`]: a constant for each class, such as `class::AUTHENTICATION`, and
//!   beside it a module with the numbers of its activities, such as
//!   `class::authentication::LOGON`.
//! - [`id`]: a module for each numbered attribute that mappings fill, such as
//!   `id::severity::HIGH`, with `id::severity::name`.
//!
//! What the schema deprecates is `#[deprecated]` here, so that the compiler
//! says who uses it.

#[macro_use]
mod tables;
mod generated;

pub use generated::{class, id};

/// A class of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Class {
    /// `class_uid`: 1000 times the category plus the class's own number; a class
    /// of an extension adds 100,000 times the extension's number.
    pub uid: u32,
    /// The schema's own name, such as `api_activity`.
    pub name: &'static str,
    /// What OCSF wants as `class_name`, such as `API Activity`.
    pub caption: &'static str,
    /// `category_uid`.
    pub category: u32,
    /// What OCSF wants as `category_name`.
    pub category_caption: &'static str,
    /// Whether OCSF advises against it; its constant says what to use instead.
    pub deprecated: bool,
    /// Profiles that an event of the class may list in `metadata.profiles`: its
    /// own, and those of every object that it can hold.
    pub profiles: &'static [&'static str],
    /// Attributes that every event of the class has.
    pub required: &'static [&'static str],
    /// `(profile, attribute)`: what an event must have that lists the profile.
    pub required_with: &'static [(&'static str, &'static str)],
    /// Attributes, as dotted paths, of which an event has one or more. Empty if
    /// there is no such rule.
    pub at_least_one: &'static [&'static str],
    /// Attributes of which an event has exactly one. Empty if there is no such
    /// rule.
    pub just_one: &'static [&'static str],
    /// `activity_id` and `activity_name`, by number.
    pub activities: &'static [(u8, &'static str)],
}

impl Class {
    /// Every class, by number.
    pub const fn all() -> &'static [&'static Class] {
        generated::CLASSES
    }

    /// The class with this `class_uid`, unless OCSF has none.
    pub fn by_uid(uid: u32) -> Option<&'static Class> {
        let at = Self::all().binary_search_by_key(&uid, |class| class.uid).ok()?;
        Self::all().get(at).copied()
    }

    /// What OCSF wants as `activity_name`, unless the class has no such
    /// activity. For 99 (other) that is the record's own word instead.
    pub fn activity(&self, id: u8) -> Option<&'static str> {
        caption(self.activities, id)
    }

    /// `type_uid` of an activity: 100 times the class plus the activity.
    pub fn type_uid(&self, activity: u8) -> u64 {
        u64::from(self.uid).saturating_mul(100).saturating_add(u64::from(activity))
    }
}

/// The caption of a number in a table.
fn caption(table: &[(u8, &'static str)], id: u8) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == id).map(|(_, caption)| *caption)
}

#[cfg(test)]
mod tests;
