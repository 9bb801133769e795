//! The program `regulars`: parse, run, print the error.

use std::process::ExitCode;

fn main() -> ExitCode {
    regulars::cli::main()
}
