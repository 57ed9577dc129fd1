//! The content holds what it claims: each rule does what its test file says.

mod corpus;
mod overlay;
mod rules;
