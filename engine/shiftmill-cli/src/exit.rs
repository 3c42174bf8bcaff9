//! Exit codes, in one table.

use std::process::ExitCode;

/// What `--help` says of them.
pub const HELP: &str = "\
Exit codes:
  0   done
  1   done, with rows that could not be used or timecards that could not be evaluated;
      for `ruleset check`: a ruleset has mistakes; for `plugin test`: something does not hold;
      for `plugin bench --compare`: it takes more than before
  2   nothing done: wrong arguments, files that cannot be read, a ruleset with mistakes, a plugin
      that does not compile or is refused, an evaluation that a plugin stopped
  70  a fault of Shiftmill itself";

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Done, with something that was left out.
    LeftOut,
    /// Nothing done, because of what was given.
    BadInput,
    /// Our own fault.
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
