//! How a generated table becomes constants: one line for each value there,
//! so that a new version of the schema can be read as a diff.

/// A constant for each class, and a module with its activities.
macro_rules! classes {
    ($($(#[$meta:meta])* $constant:ident $module:ident {
        uid: $uid:literal, name: $name:literal, caption: $caption:literal,
        category: $category:literal, $category_caption:literal,
        deprecated: $deprecated:literal,
        profiles: [$($profile:literal),* $(,)?],
        required: [$($required:literal),* $(,)?],
        required_with: [$($with:literal => $attribute:literal),* $(,)?],
        at_least_one: [$($some:literal),* $(,)?],
        just_one: [$($one:literal),* $(,)?],
        activities: { $($(#[$note:meta])* $activity:ident = $id:literal, $activity_caption:literal;)* }
    })*) => {$(
        #[doc = concat!("`", $uid, "` ", $caption, ".")]
        $(#[$meta])*
        pub const $constant: crate::ocsf::Class = crate::ocsf::Class {
            uid: $uid,
            name: $name,
            caption: $caption,
            category: $category,
            category_caption: $category_caption,
            deprecated: $deprecated,
            profiles: &[$($profile),*],
            required: &[$($required),*],
            required_with: &[$(($with, $attribute)),*],
            at_least_one: &[$($some),*],
            just_one: &[$($one),*],
            activities: &[$(($id, $activity_caption)),*],
        };

        #[doc = concat!("Activities of ", $caption, ".")]
        pub mod $module {
            $(
                #[doc = concat!($activity_caption, ".")]
                $(#[$note])*
                pub const $activity: u8 = $id;
            )*
        }
    )*};
}

/// Every class of the generated files, in the order given.
macro_rules! all_classes {
    ($($constant:ident)*) => {
        /// Every class, by number.
        #[allow(deprecated, reason = "the schema has them")]
        pub(super) const CLASSES: &[&crate::ocsf::Class] = &[$(&class::$constant),*];
    };
}

/// A module for each numbered attribute.
macro_rules! ids {
    ($($module:ident: $path:literal { $($(#[$note:meta])* $value:ident = $id:literal, $caption:literal;)* })*) => {$(
        #[doc = concat!("Values of `", $path, "`.")]
        pub mod $module {
            $(
                #[doc = concat!($caption, ".")]
                $(#[$note])*
                pub const $value: u8 = $id;
            )*

            /// Every value with its caption, by number.
            pub const NAMES: &[(u8, &str)] = &[$(($id, $caption)),*];

            /// The caption of a value, unless the schema has none such.
            pub fn name(id: u8) -> Option<&'static str> {
                crate::ocsf::caption(NAMES, id)
            }
        }
    )*};
}
