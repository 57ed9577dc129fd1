//! The shipped policies, held against tables and against a plain restatement.

mod defaults;
mod hostile;
mod loading;
mod permits;
mod support;
