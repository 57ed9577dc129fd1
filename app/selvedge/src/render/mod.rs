//! What people read: terminal text and the HTML page.

pub(crate) mod acts;
pub(crate) mod html;
pub(crate) mod text;
