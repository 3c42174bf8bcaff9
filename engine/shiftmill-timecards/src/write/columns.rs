//! The names of the values of results. CSV columns, JSON keys and the table of people all take them from here.

/// The employee's key.
pub const EMPLOYEE: &str = "employee";
/// The display name of the employee.
pub const NAME: &str = "name";
/// The employee's zone.
pub const ZONE: &str = "zone";
/// True while figures may still change.
pub const PROVISIONAL: &str = "provisional";
/// Why a timecard could not be evaluated.
pub const ERROR: &str = "error";
/// The reporting workday.
pub const WORKDAY: &str = "workday";
/// The type of the day.
pub const DAY_TYPE: &str = "day_type";
/// How many punches the workday has.
pub const PUNCHES: &str = "punches";
/// Work time.
pub const WORKED: &str = "worked";
/// Work time in whole seconds.
pub const WORKED_SECONDS: &str = "worked_seconds";
/// The pay code.
pub const PAY_CODE: &str = "pay_code";
/// An amount in the unit of the request.
pub const AMOUNT: &str = "amount";
/// The unit of an amount.
pub const UNIT: &str = "unit";
/// An amount of time in whole seconds.
pub const SECONDS: &str = "seconds";
/// An amount of occurrences.
pub const COUNT: &str = "count";
/// An amount of time as it is written for people.
pub const WRITTEN: &str = "written";
/// What is computed where a person stated another amount.
pub const COMPUTED: &str = "computed";
/// The same in whole seconds.
pub const COMPUTED_SECONDS: &str = "computed_seconds";
/// What was computed when the person stated it.
pub const COMPUTED_BEFORE: &str = "computed_before";
/// The same in whole seconds.
pub const COMPUTED_BEFORE_SECONDS: &str = "computed_before_seconds";
/// True when something else is computed now.
pub const STALE: &str = "stale";
/// The name of a tag.
pub const TAG: &str = "tag";
/// The value of a tag.
pub const VALUE: &str = "value";
/// The rule.
pub const RULE: &str = "rule";
/// The grounds of a pay line.
pub const BECAUSE: &str = "because";
/// The scope of a total.
pub const SCOPE: &str = "scope";
/// The first workday of a total.
pub const FROM: &str = "from";
/// The code of an exception.
pub const EXCEPTION: &str = "exception";
/// How far an exception has got.
pub const STATE: &str = "state";
/// How grave an exception is.
pub const SEVERITY: &str = "severity";
/// The local time that an exception refers to.
pub const AT: &str = "at";
/// The size of an exception.
pub const MEASURE: &str = "measure";
/// The size of an exception in whole seconds.
pub const MEASURE_SECONDS: &str = "measure_seconds";
