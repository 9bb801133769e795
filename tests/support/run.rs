//! One run of the program, and its expected output.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use snapbox::IntoData;

/// The output of a run. Its stderr and its status must be as the test expects; see the top of support/.
#[derive(Debug)]
pub struct Run {
    command: String,
    status: i32,
    stdout: Vec<u8>,
    stderr: String,
    expected: i32,
    looked_at_stderr: bool,
}

impl Run {
    /// Runs the program in `folder`; the path of `folder` is replaced by `SHOP` in the output.
    pub fn of(folder: &Path, arguments: &[String]) -> Self {
        Self::with(folder, arguments, &[])
    }

    /// The same with more environment variables.
    pub fn with(folder: &Path, arguments: &[String], environment: &[(&str, &str)]) -> Self {
        let output = program(folder, arguments).envs(environment.iter().copied()).output().expect("the program runs");
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(folder.to_str().unwrap(), "SHOP");
        Self {
            command: arguments.join(" "),
            status: output.status.code().unwrap_or(-1),
            stdout: output.stdout,
            stderr: shown(&output.stderr),
            expected: 0,
            looked_at_stderr: false,
        }
    }

    /// Expects another status than 0.
    pub fn status(mut self, status: i32) -> Self {
        self.expected = status;
        self
    }

    /// Expects exactly this on stderr.
    #[track_caller]
    pub fn stderr(mut self, expected: impl IntoData) -> Self {
        self.looked_at_stderr = true;
        snapbox::assert_data_eq!(self.stderr.clone(), expected);
        self
    }

    /// Expects exactly this on stdout.
    #[track_caller]
    pub fn stdout(self, expected: impl IntoData) -> Self {
        snapbox::assert_data_eq!(self.out(), expected);
        self
    }

    /// Expects this somewhere on stderr.
    #[track_caller]
    pub fn says(mut self, part: &str) -> Self {
        self.looked_at_stderr = true;
        assert!(self.stderr.contains(part), "`{}` does not say `{part}` but:\n{}", self.command, self.stderr);
        self
    }

    /// Expects this somewhere on stdout.
    #[track_caller]
    pub fn shows(self, part: &str) -> Self {
        let out = self.out();
        assert!(out.contains(part), "`{}` does not show `{part}` but:\n{out}", self.command);
        self
    }

    /// Expects nothing on stderr.
    #[track_caller]
    pub fn quiet(self) -> Self {
        self.says_only(&[])
    }

    /// Expects nothing on stderr except lines with one of these; for runs whose outcome a test cannot know.
    #[track_caller]
    pub fn says_only(mut self, parts: &[&str]) -> Self {
        self.looked_at_stderr = true;
        let other = self.stderr.lines().find(|line| !parts.iter().any(|part| line.contains(part)));
        assert!(other.is_none(), "`{}` said what nobody expected:\n{}", self.command, self.stderr);
        self
    }

    /// Its stderr.
    pub fn talk(&mut self) -> String {
        self.looked_at_stderr = true;
        self.stderr.clone()
    }

    /// Its stdout.
    pub fn out(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Its stdout, as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.stdout)
            .unwrap_or_else(|e| panic!("`{}`: no JSON ({e}):\n{}\n{}", self.command, self.out(), self.stderr))
    }

    /// Its status, without an expectation.
    pub fn ended(&mut self) -> i32 {
        self.expected = self.status;
        self.status
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        let Self { command, status, expected, stderr, .. } = self;
        assert_eq!(status, expected, "the status of `{command}`\n{}\n{stderr}", String::from_utf8_lossy(&self.stdout));
        assert!(self.looked_at_stderr || stderr.is_empty(), "`{command}` said what nobody expected:\n{stderr}");
    }
}

/// The program, ready to run in a folder, in a clean environment.
pub fn program(folder: &Path, arguments: &[String]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_regulars"));
    command.current_dir(folder).args(arguments).stdin(Stdio::null()).env_clear();
    // Independent of this machine's fonts and resolver.
    command.env("NO_COLOR", "1").env("REGULARS_FONTS", "").env("REGULARS_RESOLVER", "none");
    for kept in ["PATH", "TMPDIR"] {
        if let Some(value) = std::env::var_os(kept) {
            command.env(kept, value);
        }
    }
    command
}

/// A typed command as words: split at spaces, "…" and '…' keep words together.
pub fn words_of(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.trim().chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    assert!(quote.is_none(), "a quotation mark is not closed: {line}");
    words.extend(word);
    words
}

/// Whether the tools of `sh tests/run` are available; if not, prints what is left to it.
pub fn tools(what: &str) -> bool {
    let there = std::env::var_os("REGULARS_TOOLS").is_some_and(|value| value == "1");
    if !there {
        use std::io::Write as _;
        // Directly to the terminal: the output of a test is hidden when it passes.
        let _ = writeln!(std::io::stderr(), "left to `sh tests/run`: {what}");
    }
    there
}

/// Interrupts a process, as Ctrl-C does, with the shell's `kill`.
#[track_caller]
pub fn interrupt(process: u32) {
    let status = Command::new("sh").args(["-c", &format!("kill -INT {process}")]).status();
    assert!(status.is_ok_and(|status| status.success()), "process {process} cannot be interrupted");
}

/// Runs a tool; returns its stdout.
#[track_caller]
pub fn outside(folder: &Path, line: &str) -> String {
    let words = words_of(line);
    let output = Command::new(&words[0]).args(&words[1..]).current_dir(folder).stdin(Stdio::null()).output();
    let output = output.unwrap_or_else(|e| panic!("{line}: {e}"));
    assert!(output.status.success(), "{line}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
