//! The program as a user runs it: arguments in; exit code, output and messages
//! out. Its home and working folder are a folder of the test's own.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// The program with a folder as its home.
pub(crate) struct Program {
    folder: PathBuf,
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Ran {
    /// Exit code; -1 after a signal.
    pub(crate) code: i32,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

impl Program {
    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_selvedge"));
        // A test that writes a selvedge.toml into its folder means it to be used.
        if self.folder.join("selvedge.toml").exists() && !args.contains(&"--config") {
            command.args(["--config", "selvedge.toml"]);
        }
        command
            .args(args)
            .current_dir(&self.folder)
            .env("HOME", &self.folder)
            .env("XDG_STATE_HOME", self.folder.join("xdg"))
            .env("XDG_CONFIG_HOME", self.folder.join("config"))
            .stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        self.command(args).output().expect("the program starts").into()
    }

    /// Runs it; it must end with `code`.
    pub(crate) fn expect(&self, code: i32, args: &[&str]) -> Ran {
        let ran = self.run(args);
        assert_eq!(ran.code, code, "{args:?}: {ran:#?}");
        ran
    }

    /// Starts it and leaves it running.
    pub(crate) fn start(&self, args: &[&str]) -> Running {
        let child = self.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        Running(Some(child.expect("the program starts")))
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program writes UTF-8");
        Self { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Ran {
    /// The objects on standard output, one a line.
    pub(crate) fn objects(&self) -> Vec<Value> {
        let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        self.out.lines().map(parse).collect()
    }

    /// Those of one type.
    pub(crate) fn of(&self, kind: &str) -> Vec<Value> {
        self.objects().into_iter().filter(|object| object["type"] == kind).collect()
    }

    /// The only object of one type.
    pub(crate) fn one(&self, kind: &str) -> Value {
        match <[Value; 1]>::try_from(self.of(kind)) {
            Ok([one]) => one,
            Err(all) => panic!("{} of type {kind}, not one: {self:#?}", all.len()),
        }
    }
}

/// A program that runs; it is killed when dropped.
pub(crate) struct Running(Option<Child>);

impl Running {
    /// What it came to, if it has ended.
    pub(crate) fn ended(&mut self) -> Option<Ran> {
        let child = self.0.as_mut()?;
        child.try_wait().expect("the child can be asked")?;
        let child = self.0.take()?;
        Some(child.wait_with_output().expect("its output can be read").into())
    }

    /// Ends it at once, as a power cut would, and waits until it is gone.
    pub(crate) fn kill(mut self) -> Ran {
        let mut child = self.0.take().expect("it is running");
        child.kill().expect("it can be killed");
        child.wait_with_output().expect("its output can be read").into()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            // It may have ended by itself.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
