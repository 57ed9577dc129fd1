//! Ways of Azure and Entra, by the exact evaluators of both.

mod builtin;
mod derive;
mod world;

pub(super) use derive::{Found, Scene};
pub(super) use world::{World, object_id};
