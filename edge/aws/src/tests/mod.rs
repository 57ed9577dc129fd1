//! Tests that need `pub(crate)` parts: the parsers, the client against a
//! scripted loopback server, and the whole against the emulator.

mod actions;
mod answers;
mod chain;
mod emulator;
mod fake;
mod ministack;
mod script;
mod support;
