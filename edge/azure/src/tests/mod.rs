//! Tests that need `pub(crate)` parts: the client against a scripted loopback
//! server, and both our client and the simulated Graph against Microsoft's CSDL.

mod agreement;
mod csdl;
mod fake;
mod identity;
mod recorder;
mod script;
mod simulated;
mod support;
