//! The exit codes, in one table.

use std::process::ExitCode;

/// The text about exit codes in `--help`.
pub const HELP: &str = "\
Exit codes:
  0   done
  1   done, with rows that could not be used or timecards that could not be evaluated;
      for `ruleset check`: a ruleset has mistakes; for `plugin test`: something fails;
      for `plugin bench --compare`: it uses more fuel than is allowed
  2   nothing done: wrong arguments, files that cannot be read, a ruleset with mistakes, a plugin
      that does not compile or is refused, an evaluation that a plugin stopped
  70  a fault of Shiftmill itself";

/// How the program ends, as an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Done, with something left out.
    LeftOut,
    /// Nothing done, because of the input.
    BadInput,
    /// A fault of Shiftmill itself.
    OwnFault,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(match exit {
            Exit::Done => 0,
            Exit::LeftOut => 1,
            Exit::BadInput => 2,
            Exit::OwnFault => 70,
        })
    }
}
