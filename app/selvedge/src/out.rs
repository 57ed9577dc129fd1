//! Writing to people. A reader that went away (`| head`) ends the program
//! quietly, as a pipe should; `println!` would panic.

use std::io::{ErrorKind, Write};

/// Writes to stdout; colours only where a terminal shows them.
pub(crate) fn text(text: &str) {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => {
            drop(out);
            message(&format!("error[E0001]: stdout: {error}\n"));
            std::process::exit(1)
        }
        Ok(()) => {}
    }
}

/// Writes to stderr. If nobody listens there, there is nobody to tell.
pub(crate) fn message(text: &str) {
    let mut out = anstream::stderr().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// A line on stdout.
macro_rules! outln {
    ($($arg:tt)*) => { $crate::out::text(&format!("{}\n", format_args!($($arg)*))) };
}

/// Text on stdout.
macro_rules! out {
    ($($arg:tt)*) => { $crate::out::text(&format!($($arg)*)) };
}

/// A line on stderr.
macro_rules! errln {
    ($($arg:tt)*) => { $crate::out::message(&format!("{}\n", format_args!($($arg)*))) };
}
