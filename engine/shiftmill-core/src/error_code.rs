//! The codes of everything that can be wrong. `docs/errors.md` explains each of them.

use crate::coded::coded;

coded! {
    /// What kind of error something is. The code is stable; its number is not written anywhere.
    ErrorCode {
        /// Pay period and facts together span more days than an evaluation takes.
        WindowTooLong = 0 "SM-WINDOW-TOO-LONG",
        /// A range of days ends before it begins.
        WindowBackwards = 1 "SM-WINDOW-BACKWARDS",
        /// The days of the request are outside the calendar.
        WindowOutOfCalendar = 2 "SM-WINDOW-OUT-OF-CALENDAR",
        /// A fact lies outside the days that the facts cover.
        FactOutsideWindow = 3 "SM-FACT-OUTSIDE-WINDOW",
        /// The times of a scheduled shift are impossible.
        ShiftBackwards = 4 "SM-SHIFT-BACKWARDS",
        /// Leave of more than a day's length on one workday.
        LeaveTooLong = 5 "SM-LEAVE-TOO-LONG",
        /// Leave does not end after it starts.
        LeaveBackwards = 6 "SM-LEAVE-BACKWARDS",
        /// A shift template that the ruleset does not have.
        UnknownShift = 7 "SM-UNKNOWN-SHIFT",
        /// A leave code that the ruleset does not have.
        UnknownLeave = 8 "SM-UNKNOWN-LEAVE",
        /// A rule that the ruleset does not have.
        UnknownRule = 9 "SM-UNKNOWN-RULE",
        /// Days of context are missing for a final result.
        ContextShort = 10 "SM-CONTEXT-SHORT",
        /// A fault of Shiftmill.
        Engine = 11 "SM-ENGINE",
        /// A plugin panicked.
        PluginPanic = 12 "SM-PLUGIN-PANIC",
        /// A plugin exceeded its fuel budget.
        PluginBudget = 13 "SM-PLUGIN-BUDGET",
        /// A plugin uses more memory, or answers more, than allowed.
        PluginMemory = 14 "SM-PLUGIN-MEMORY",
        /// A plugin exceeded the stack.
        PluginStack = 15 "SM-PLUGIN-STACK",
        /// A plugin refuses its configuration.
        PluginConfig = 16 "SM-PLUGIN-CONFIG",
        /// A plugin reports that it cannot evaluate the timecard.
        PluginData = 17 "SM-PLUGIN-DATA",
        /// A plugin proposed an edit that is refused.
        PluginEdit = 18 "SM-PLUGIN-EDIT",
        /// A plugin could not be run, through no fault of its own.
        PluginHost = 19 "SM-PLUGIN-HOST",
        /// A plugin is named that is not there.
        PluginUnknown = 20 "SM-PLUGIN-UNKNOWN",
        /// A component cannot be used as a plugin.
        PluginRefused = 21 "SM-PLUGIN-REFUSED",
        /// A plugin does not keep employees apart.
        PluginNotIndependent = 22 "SM-PLUGIN-NOT-INDEPENDENT",
        /// A plugin uses too much fuel on employees on whom it fails.
        PluginBroken = 23 "SM-PLUGIN-BROKEN",
        /// The caller cancelled the evaluation.
        Cancelled = 24 "SM-CANCELLED",
        /// The first message of a stream is no header, or a later one is.
        HeaderExpected = 25 "SM-HEADER-EXPECTED",
        /// The header has an impossible value.
        Header = 26 "SM-HEADER",
        /// A ruleset is named that the service does not have.
        RulesetUnknown = 27 "SM-RULESET-UNKNOWN",
        /// A ruleset has mistakes.
        RulesetMistakes = 28 "SM-RULESET-MISTAKES",
        /// A zone is named that does not exist.
        ZoneUnknown = 29 "SM-ZONE-UNKNOWN",
        /// A column does not have as many entries as the other columns require.
        ColumnsUneven = 30 "SM-COLUMNS-UNEVEN",
        /// A number or text has no meaning.
        ValueUnknown = 31 "SM-VALUE-UNKNOWN",
        /// A name is used that the ruleset does not have.
        NameUnknown = 32 "SM-NAME-UNKNOWN",
        /// More rows or timecards than allowed.
        TooMany = 33 "SM-TOO-MANY",
        /// A row names an employee that is not there, or rows are not in order of employee.
        RowsUnordered = 34 "SM-ROWS-UNORDERED",
        /// A message is larger than allowed.
        MessageTooLarge = 35 "SM-MESSAGE-TOO-LARGE",
        /// The service has too much to do.
        Busy = 36 "SM-BUSY",
        /// The service is stopping.
        Draining = 37 "SM-DRAINING",
        /// The call took too long.
        Deadline = 38 "SM-DEADLINE",
        /// The client sent nothing, or took nothing, for too long.
        Idle = 39 "SM-IDLE",
        /// A message cannot be read.
        MessageUnreadable = 40 "SM-MESSAGE-UNREADABLE",
        /// The plugins of a ruleset use too much fuel to be tried.
        PluginUntried = 41 "SM-PLUGIN-UNTRIED",
        /// The plugins of a request used more than its budget.
        RequestBudget = 42 "SM-REQUEST-BUDGET",
        /// The key of an employee is empty or given twice.
        EmployeeKey = 43 "SM-EMPLOYEE-KEY",
        /// A fact is given twice, and only one of both can hold.
        FactTwice = 44 "SM-FACT-TWICE",
        /// Two scheduled shifts of one employee overlap.
        ShiftsOverlap = 45 "SM-SHIFTS-OVERLAP",
        /// Rows of the employee could not be read, and a final result is required.
        FactsRejected = 46 "SM-FACTS-REJECTED",
        /// An approval does not end after it starts.
        ApprovalBackwards = 47 "SM-APPROVAL-BACKWARDS",
        /// An employee left before they were hired.
        EmploymentBackwards = 48 "SM-EMPLOYMENT-BACKWARDS",
        /// Manual hours or an override name a pay code that the ruleset does not have for time.
        UnknownPayCode = 49 "SM-UNKNOWN-PAY-CODE",
        /// Manual hours are longer than a day.
        ManualHoursTooLong = 50 "SM-MANUAL-HOURS-TOO-LONG",
        /// An attestation answers a question that the ruleset does not have.
        UnknownAttestation = 51 "SM-UNKNOWN-ATTESTATION",
        /// An employee changes between rulesets whose names are not numbered together.
        RulesetsApart = 52 "SM-RULESETS-APART",
        /// An assignment for a job states more than a ruleset, or none.
        AssignmentOfJob = 53 "SM-ASSIGNMENT-OF-JOB",
        /// An assignment leads to a calendar that the ruleset does not have.
        UnknownCalendar = 54 "SM-UNKNOWN-CALENDAR",
        /// An override states more than two days of a pay code.
        OverrideTooLong = 55 "SM-OVERRIDE-TOO-LONG",
        /// Days that are not over decide whether a holiday is paid, and a final result is required.
        HolidayUndecided = 58 "SM-HOLIDAY-UNDECIDED",
    }
}
