//! The roof: hands over to `bantin::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    bantin::cli::main()
}
