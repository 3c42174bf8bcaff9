//! The fields of readable rows, and their columns in files. Each is declared once, in [`COLUMNS`]'s list.

use core::fmt;

/// The kind of facts in the rows of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Employees.
    Employees,
    /// Clock events.
    Punches,
    /// Roster rows: scheduled shifts, days off and so on.
    Schedule,
    /// Day types decided for employees.
    Days,
    /// Approved leave.
    Leave,
    /// Corrections of punches.
    Corrections,
    /// Waivers.
    Waivers,
    /// Requests and what was decided about them.
    Approvals,
    /// Hours that people added.
    ManualHours,
    /// What employees attested.
    Attestations,
    /// Pay lines that people stated, whatever is computed.
    Overrides,
    /// What changes for employees by date.
    Assignments,
    /// Values that plugins carried over from the pay period before.
    Carried,
}

impl Table {
    /// All tables.
    pub const ALL: [Table; 13] = [
        Table::Employees,
        Table::Punches,
        Table::Schedule,
        Table::Days,
        Table::Leave,
        Table::Corrections,
        Table::Waivers,
        Table::Approvals,
        Table::ManualHours,
        Table::Attestations,
        Table::Overrides,
        Table::Assignments,
        Table::Carried,
    ];

    /// Its name in a JSON document.
    pub const fn name(self) -> &'static str {
        match self {
            Table::Employees => "employees",
            Table::Punches => "punches",
            Table::Schedule => "schedule",
            Table::Days => "days",
            Table::Leave => "leave",
            Table::Corrections => "corrections",
            Table::Waivers => "waivers",
            Table::Approvals => "approvals",
            Table::ManualHours => "manual_hours",
            Table::Attestations => "attestations",
            Table::Overrides => "overrides",
            Table::Assignments => "assignments",
            Table::Carried => "carried",
        }
    }

    /// The table with this name. Day types are also found under the name that columns of a stream have.
    pub fn named(name: &str) -> Option<Table> {
        let name = if name == "day_overrides" { Table::Days.name() } else { name };
        Table::ALL.into_iter().find(|table| table.name() == name)
    }

    /// The columns that the table may have, in the order of the list.
    pub fn columns(self) -> impl Iterator<Item = &'static Column> {
        COLUMNS.iter().filter(move |column| column.table == self)
    }

    /// The columns of which a file needs at least one, for a column of this need.
    pub fn choices(self, column: &Column) -> Vec<Field> {
        let alike = |other: &&Column| match column.need {
            Need::Required | Need::WithStart | Need::Optional => other.field == column.field,
            Need::Who | Need::When => other.need == column.need,
        };
        self.columns().filter(alike).map(|column| column.field).collect()
    }
}

/// Whether a file can do without a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// No.
    Required,
    /// One of the columns that name the employee is required.
    Who,
    /// One of the columns that state the time is required.
    When,
    /// Only without the column `start`, so that a column that was not found is no free end.
    WithStart,
    /// Yes.
    Optional,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// The table.
    pub table: Table,
    /// The field of the column.
    pub field: Field,
    /// Whether a file can do without it.
    pub need: Need,
    /// The meaning of the column, for the documentation.
    pub holds: &'static str,
}

/// Declares each field with its word, its other names, and the tables of files that have it as a column.
macro_rules! fields {
    ($($name:ident $word:literal $aliases:tt { $($table:ident $need:ident $holds:literal;)* })*) => {
        /// One value of a readable row.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field {
            $(#[doc = concat!("`", $word, "`")] $name,)*
        }

        impl Field {
            /// All fields.
            pub const ALL: &[Field] = &[$(Field::$name),*];

            /// The name of the field in files and messages.
            pub const fn word(self) -> &'static str {
                match self { $(Field::$name => $word),* }
            }

            /// Other names that files may use for its column.
            pub const fn aliases(self) -> &'static [&'static str] {
                match self { $(Field::$name => &$aliases),* }
            }
        }

        /// The columns of all tables.
        pub const COLUMNS: &[Column] = &[
            $($(Column { table: Table::$table, field: Field::$name, need: Need::$need, holds: $holds },)*)*
        ];
    };
}

// A name that two columns of one table share belongs to the first of them.
fields! {
    Employee "employee" ["employee_id", "employee_no", "emp", "emp_id", "emp_no", "person_id", "worker", "badge", "工号", "员工编号"] {
        Employees Required "the key";
        Punches Who "the employee's key";
        Schedule Required "the employee's key";
        Days Required "the employee's key";
        Leave Required "the employee's key";
        Corrections Required "the employee's key";
        Waivers Required "the employee's key";
        Approvals Required "the employee's key";
        ManualHours Required "the employee's key";
        Attestations Required "the employee's key";
        Overrides Required "the employee's key";
        Assignments Required "the employee's key";
        Carried Required "the employee's key";
    }
    Name "name" ["employee_name", "full_name", "姓名"] {
        Employees Optional "what people call them";
    }
    Zone "zone" ["time_zone", "tz"] {
        Employees Optional "IANA name; the zone of the evaluation when empty";
        Assignments Optional "IANA name; as before when empty";
    }
    PunchZone "punch_zone" [] {
        Punches Optional "IANA name of where the punch was made, whose local time it then is; it becomes `time_zone` of the tag";
        Corrections Optional "the same, of the punch to add";
    }
    Pin "pin" ["terminal_pin", "enroll_number", "device_user_id", "en_no", "ac_no", "考勤号码", "登记号码"] {
        Employees Optional "their number on terminals";
        Punches Who "the employee's number on terminals";
    }
    Ruleset "ruleset" ["rules", "pay_group"] {
        Employees Optional "one of the rulesets of the evaluation; the first when empty";
        Assignments Optional "one of the rulesets of the evaluation; as before when empty";
    }
    Hired "hired" ["hire_date", "date_of_hire", "入职日期"] {
        Employees Optional "the first day of employment; before all facts when empty. Who was hired again has a row for each employment";
    }
    Left "left" ["termination_date", "date_of_leaving", "离职日期"] {
        Employees Optional "the last day of employment; it goes on when empty";
    }
    Action "action" ["correction", "does"] {
        Corrections Required "`add`, `void`, `retime` or `set_kind`";
    }
    At "at" ["timestamp", "date_time", "punch_time", "punched_at", "clock_time", "日期时间", "打卡时间", "签到时间", "刷卡时间"] {
        Punches When "date and time";
        Corrections Optional "date and time of the punch to add, or of the punch meant";
    }
    Date "date" ["punch_date"] {
        Punches When "the date, where the time stands in a column of its own";
    }
    Time "time" [] {
        Punches When "the time of day beside `date`; alone, date and time";
    }
    Status "status" ["approval_status", "decision"] {
        Approvals Optional "`approved`, `pending` or `rejected`; approved when empty";
    }
    Kind "kind" ["type", "punch_type", "direction", "status", "state", "event", "action", "in_out", "punch_state", "attendance_status", "check_type", "考勤状态", "记录状态", "出勤状态", "打卡类型", "签到类型"] {
        Punches Optional "see below; empty means without direction";
        Schedule When "what the employee is told to do: `work`, also when empty, `rest`, `open`, `overtime`, `on_call`; see below";
        Corrections Optional "the kind of the punch to add, or of the punch meant";
        Approvals Required "`overtime`, `early_in`, `late_out`, `trip`, `outing`, `leave` or `callback`";
    }
    NewKind "new_kind" ["right_kind"] {
        Corrections Optional "the right kind, for `set_kind`";
    }
    Id "id" ["punch_id"] {
        Punches Optional "a number, by which corrections name the punch";
        Corrections Optional "the number of the punch meant, instead of `at` and `kind`";
    }
    Code "code" ["leave", "leave_code", "leave_type", "type", "pay_code"] {
        Leave Required "a leave code of the ruleset";
        ManualHours Required "a pay code of the ruleset that counts time";
        Overrides Required "a pay code of the ruleset that counts time";
    }
    From "from" ["start", "start_date", "begin"] {
        Leave When "a date (whole workdays, both included), or a date and a time";
        Days Optional "when only a part of the day has the type: a time of day; with `to`";
        Approvals When "a date and a time";
        Assignments Required "the first day on which it holds";
    }
    To "to" ["end", "end_date", "until", "new_at"] {
        Leave Optional "the last date, or the date and time of the end";
        Days Optional "the time of day at which that part ends, at most `24:00`";
        Corrections Optional "the right date and time, for `retime`";
        Approvals Optional "the date and time of the end";
    }
    Workday "workday" ["date", "day", "shift_date"] {
        Schedule Required "a date";
        Days Required "a date";
        Leave When "one workday, instead of `from` and `to`";
        Waivers Required "a date";
        ManualHours Required "a date";
        Attestations Required "a date";
        Overrides Required "a date";
        Approvals When "one workday, instead of `from` and `to`";
    }
    Start "start" ["start_time", "shift_start", "from"] {
        Schedule When "a time of day, up to `48:00`";
    }
    End "end" ["end_time", "shift_end", "to"] {
        Schedule WithStart "a time of day; not after `start`, it is on the day after, and so is `30:00`; empty where the end is free";
    }
    Shift "shift" ["shift_name", "template"] {
        Schedule When "the name of one of the ruleset's shifts, instead of `start` and `end`";
    }
    Split "split" ["split_shift"] {
        Schedule Optional "a number from 1: rows of one workday with the same number are the blocks of one split shift";
    }
    Amount "amount" ["hours", "length", "duration"] {
        Schedule When "a length, instead of `start` and `end` or beside `start`: the workday expects so much, such as `8:00`, `8h`";
        Leave Optional "a length on `workday` when the leave is not the whole day: `4:00`, `4h`";
        Approvals Optional "a length on `workday` when it is not the whole day: `2:00`, `2h`";
        ManualHours Required "how much: `2:00`, `2h`";
        Overrides Required "how much the workday has of it: `2:00`, `2h`; `0:00` for nothing";
    }
    Computed "computed" ["was_computed", "calculated"] {
        Overrides Optional "how much was computed when it was stated: `2:15`; not compared when empty";
    }
    Half "half" ["half_day"] {
        Leave Optional "`first` or `second` when the leave is half of `workday`";
    }
    Recorded "recorded" ["recorded_at", "approved_at"] {
        Punches Optional "when it became known; at its own time, when empty";
        Leave Optional "when it became known; always known, when empty";
        Corrections Optional "when it became known; always known, when empty";
        Approvals Optional "when it became known; always known, when empty";
        ManualHours Optional "when they became known; always known, when empty";
        Attestations Optional "when it became known; always known, when empty";
        Overrides Optional "when it became known; always known, when empty";
    }
    Question "question" ["attestation"] {
        Attestations Required "an attestation of the ruleset, such as `rests_taken`";
    }
    Answer "answer" ["attested"] {
        Attestations Required "`yes` or `no`";
    }
    Choice "choice" ["compensation", "compensated_by"] {
        Approvals Optional "how overtime is compensated: `pay`, or `bank` for time off; pay when empty";
    }
    Waived "waived" ["waiver", "what"] {
        Waivers Required "`meal 1`, or an exception such as `late_in`";
    }
    Key "key" ["carried"] {
        Carried Required "a plugin's key: `points/balance`; once for each employee";
    }
    Value "value" ["amount"] {
        Carried Required "a whole number";
    }
    DayType "day_type" ["type", "day_is"] {
        Days Required "`workday`, `rest_day`, `statutory_holiday`, `company_holiday`, `makeup_workday`, `shifted_rest`, `statutory_rest`";
    }
    Tag "tag" ["tags"] {
        Employees Optional "the tag of work whose punch and roster row have none, such as `site=north;job=welder`; see below";
        Punches Optional "the tag of the work that the punch opens";
        Schedule Optional "the tag of work in the shift whose punch has none";
        Corrections Optional "the tag of the punch to add";
        Assignments Optional "the tag of work whose punch and roster row have none; as before when empty";
    }
    Calendar "calendar" ["holiday_calendar"] {
        Assignments Optional "a named calendar of the ruleset, or `own` for the ruleset's own; as before when empty";
    }
    Job "job" ["for_job"] {
        Assignments Optional "a tag such as `job=driver`: the ruleset is for work only that has all pairs of it";
    }
    Rule "rule" [] {}
}

impl Field {
    /// The field of a table that a word names. Case, blanks, dashes and underscores do not count.
    pub fn named(table: Table, word: &str) -> Option<Field> {
        let knows = |field: &Field| {
            let mut names = std::iter::once(field.word()).chain(field.aliases().iter().copied());
            names.any(|name| plain(name).eq(plain(word)))
        };
        table.columns().map(|column| column.field).find(knows)
    }
}

/// A name of a column as it is compared.
pub(crate) fn plain(word: &str) -> impl Iterator<Item = char> {
    word.chars().filter(|mark| !matches!(mark, ' ' | '-' | '_')).flat_map(char::to_lowercase)
}

/// Written as its name in files.
impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_name_columns_without_case_and_dividers() {
        assert_eq!(Field::named(Table::Punches, "Punched At"), Some(Field::At));
        assert_eq!(Field::named(Table::Punches, "timestamp"), Some(Field::At));
        assert_eq!(Field::named(Table::Schedule, "from"), Some(Field::Start));
        assert_eq!(Field::named(Table::Leave, "TYPE"), Some(Field::Code));
        assert_eq!(Field::named(Table::Corrections, "action"), Some(Field::Action));
        assert_eq!(Field::named(Table::Waivers, "kind"), None);
        assert_eq!(Field::named(Table::Approvals, "status"), Some(Field::Status));
    }

    #[test]
    fn every_name_of_a_column_is_found_unless_an_earlier_column_has_it() {
        for table in Table::ALL {
            let mut seen: Vec<String> = Vec::new();
            for column in table.columns() {
                for name in std::iter::once(column.field.word()).chain(column.field.aliases().iter().copied()) {
                    if !seen.contains(&name.to_owned()) {
                        assert_eq!(Field::named(table, name), Some(column.field), "{name} in {}", table.name());
                    }
                    seen.push(name.to_owned());
                }
            }
            assert!(table.columns().next().is_some(), "{} has no columns", table.name());
        }
    }

    /// The table of columns as in `docs/files.md`.
    fn documented() -> String {
        let mut text = String::from("| file | column | also called | needed | holds |\n|---|---|---|---|---|\n");
        let quoted = |words: &[&str]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>();
        for table in Table::ALL {
            for (number, column) in table.columns().enumerate() {
                let file = if number == 0 { table.name() } else { "" };
                let needed = match column.need {
                    Need::Required => String::from("yes"),
                    Need::Optional => String::new(),
                    Need::WithStart => String::from("with `start`"),
                    Need::Who | Need::When => {
                        let choices: Vec<&str> = table.choices(column).into_iter().map(Field::word).collect();
                        format!("one of {}", quoted(&choices).join(", "))
                    }
                };
                let (word, aliases) = (column.field.word(), quoted(column.field.aliases()).join(", "));
                let row = format!("| {file} | `{word}` | {aliases} | {needed} | {} |\n", column.holds);
                text.push_str(&row.replace("|  |", "| |").replace("|  |", "| |"));
            }
        }
        text
    }

    #[test]
    fn the_documentation_lists_these_columns() {
        let document = include_str!("../../../docs/files.md");
        let table = documented();
        assert!(document.contains(&table), "docs/files.md does not hold this table:\n{table}");
    }
}
