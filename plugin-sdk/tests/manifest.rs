//! Tests of the code that the derives and `plugin!` generate.
#![allow(clippy::unwrap_used, reason = "a test that fails may say so")]

use shiftmill_plugin::contract::{FixedText, Setting, ValueKind};
use shiftmill_plugin::prelude::*;
use shiftmill_plugin::testkit::*;
use shiftmill_plugin::{Plugin, contract};

/// One setting of each kind.
#[derive(Config)]
#[config(check = rises)]
#[allow(dead_code, reason = "only read")]
pub(crate) struct Everything {
    /// A number,
    /// said on two lines.
    #[config(default = -2, least = -5, most = 5)]
    number: i64,
    /// A "length".
    #[config(default = "7:30", least = "1h", most = "24h")]
    pub length: Length,
    /// A clock.
    clock: Clock,
    /// A workday.
    #[config(default = "2026-03-02")]
    workday: Workday,
    /// A flag.
    #[config(default = true)]
    r#type: bool,
    /// A base code.
    #[config(default = "regular")]
    base: BaseCode,
    /// A premium.
    #[config(default = "night")]
    premium: PremiumCode,
    /// A time.
    #[config(default = "on_call")]
    time: TimeCode,
    /// An exception.
    #[config(default = "needs_review")]
    exception: ExceptionCode,
    /// A choice.
    #[config(default = "half_way")]
    choice: Rounding,
    /// A text.
    #[config(default = "text", most = 80)]
    text: String,
    /// A ladder.
    #[config(default = "[]", most = 4)]
    ladder: Vec<Step>,
}

#[derive(Row)]
struct Step {
    /// Until when.
    until: Clock,
    /// By how much.
    #[config(most = "4h")]
    by: Length,
}

#[derive(Choice, Debug, PartialEq)]
enum Rounding {
    Down,
    HalfWay,
}

#[derive(Carried)]
enum Balance {
    /// Points that have not lapsed.
    PointsLeft,
    /// When they were last given.
    LastGiven,
}

#[derive(Reason)]
enum Why {
    #[reason("worked {worked} on {workday}", chinese = "{workday}工作{worked}")]
    LongDay { worked: Length, workday: Workday },
    #[reason("said so", key = "said")]
    Said,
    #[reason("{number} {flag} {code} {at} {exception} {clock}")]
    Figures { number: i64, flag: bool, code: PayCode, at: Instant, exception: ExceptionCode, clock: Clock },
}

fn rises(config: &Everything) -> Result<(), String> {
    match config.ladder.is_sorted_by_key(|step| step.until) {
        true => Ok(()),
        false => Err("the ladder must rise".to_owned()),
    }
}

impl Days for Everything {
    type Why = Why;

    fn day(&self, day: &Day, edits: &mut Edits<Why>) -> Outcome {
        let by = self.ladder.iter().map(|step| step.by).sum::<Length>();
        edits.quantity(day, self.time, self.length + by, Why::Said);
        if self.choice == Rounding::HalfWay && self.text == "text" {
            let at = day.at(self.clock);
            edits.mark(
                day,
                self.exception,
                at,
                Length::ZERO,
                Why::LongDay { worked: day.worked(), workday: day.workday() },
            );
        }
        Ok(())
    }
}

impl Period for Everything {
    type Why = Why;

    fn employee(&self, employee: &Employee, edits: &mut Edits<Why>) -> Outcome {
        let before = employee.carried(Balance::PointsLeft).unwrap_or(100);
        edits.carry(Balance::PointsLeft, before + self.number, Why::Said);
        let at = Instant::from_unix(1_780_300_800);
        edits.carry(
            Balance::LastGiven,
            i64::from(employee.pay_period_last().to_days()),
            Why::Figures {
                number: self.number,
                flag: self.r#type,
                code: self.premium.into(),
                at,
                exception: self.exception,
                clock: self.clock,
            },
        );
        Ok(())
    }
}

plugin!(Everything: days(day.worked, span), period(carried, quantity.amount); carries Balance);

fn texts(list: &[FixedText]) -> Vec<&'static str> {
    list.iter().map(|text| text.get()).collect()
}

fn setting(key: &str) -> Setting {
    *<Everything as Config>::SETTINGS.iter().find(|setting| setting.key.get() == key).unwrap()
}

#[test]
fn settings_are_declared() {
    let keys: Vec<&str> = <Everything as Config>::SETTINGS.iter().map(|setting| setting.key.get()).collect();
    assert_eq!(keys[..5], ["number", "length", "clock", "workday", "type"]);
    let number = setting("number");
    assert_eq!(number.meaning.get(), "A number, said on two lines.");
    assert_eq!((number.kind, number.least.get(), number.most.get()), (ValueKind::Whole, Some(-5), Some(5)));
    assert_eq!(number.default.get().map(FixedText::get), Some("-2"));
    let length = setting("length");
    assert_eq!(length.meaning.get(), "A \"length\".");
    assert_eq!((length.kind, length.least.get(), length.most.get()), (ValueKind::Length, Some(3_600), Some(86_400)));
    assert!(setting("clock").default.get().is_none());
    assert_eq!(texts(setting("choice").choices.get()), ["down", "half_way"]);
    let ladder = setting("ladder");
    assert_eq!((ladder.kind, ladder.most.get()), (ValueKind::Rows, Some(4)));
    let fields: Vec<(&str, ValueKind)> =
        ladder.fields.get().iter().map(|field| (field.key.get(), field.kind)).collect();
    assert_eq!(fields, [("until", ValueKind::Clock), ("by", ValueKind::Length)]);
}

#[test]
fn rules_and_keys_are_declared() {
    let manifest = Everything::MANIFEST;
    assert_eq!(manifest.name.get(), "shiftmill-plugin");
    assert!(manifest.made_with.get().starts_with("shiftmill-plugin 0."));
    let rules: Vec<&str> = manifest.rules.get().iter().map(|rule| rule.key.get()).collect();
    assert_eq!(rules, ["long-day", "said", "figures"]);
    let long_day = manifest.rules.get()[0];
    assert_eq!(long_day.chinese.get(), "{workday}工作{worked}");
    let arguments: Vec<(&str, ValueKind)> =
        long_day.arguments.get().iter().map(|argument| (argument.name.get(), argument.kind)).collect();
    assert_eq!(arguments, [("worked", ValueKind::Length), ("workday", ValueKind::Workday)]);
    let carried: Vec<(&str, &str)> =
        manifest.carried.get().iter().map(|key| (key.key.get(), key.meaning.get())).collect();
    assert_eq!(
        carried,
        [("points-left", "Points that have not lapsed."), ("last-given", "When they were last given."),]
    );
}

#[test]
fn columns_are_those_listed_and_those_always_read() {
    let reads = Everything::MANIFEST.reads.get();
    let of = |reads: &contract::HookColumns| (reads.hook.get(), texts(reads.columns.get()));
    let (hook, columns) = of(&reads[0]);
    assert_eq!(hook, "days");
    assert_eq!(columns[..4], ["day.workday", "day.marks", "day.worked", "span.start"]);
    assert_eq!(columns.len(), 10);
    assert_eq!(of(&reads[1]).1, ["day.workday", "day.marks", "carried.key", "carried.value", "quantity.amount"]);
}

#[test]
fn values_arrive() {
    let plugin = trial::<Everything>().set("clock", "09:00").set("ladder", "20:00 30m / 21:00 1h");
    let week = week!["Mon 08:00-12:00"];
    assert_edits!(
        plugin.days(&week),
        "Mon 2026-06-01 quantity on_call 9:00: said so",
        "Mon 2026-06-01 mark needs_review at 09:00: worked 4:00 on 2026-06-01",
    );
    assert_edits!(
        plugin.clone().set("number", "5").period(&week.carried("points-left", 7)),
        "carry points-left 12: said so",
        "carry last-given 20605: 5 true night 2026-06-01 08:00 needs_review 09:00",
    );
    assert_edits!(plugin.set("choice", "down").days(&week!["Mon"]), "Mon 2026-06-01 quantity on_call 9:00: said so");
}

#[test]
fn a_configuration_is_refused_for_what_bounds_say_and_what_they_cannot() {
    let plugin = trial::<Everything>().set("clock", "09:00");
    assert_eq!(plugin.refusal(), None);
    let refused = |key, value| plugin.clone().set(key, value).refusal().unwrap();
    assert_eq!(refused("ladder", "21:00 1h / 20:00 30m"), "the ladder must rise");
    assert_eq!(refused("number", "6"), "`number` is too large");
    assert_eq!(refused("length", "30m"), "`length` is too small");
    assert_eq!(refused("choice", "up"), "`choice` cannot be `up`");
    assert_eq!(refused("ladder", "21:00"), "a row of `ladder` has 2 fields, not `21:00`");
    assert_eq!(refused("colour", "red"), "there is no setting `colour`");
    assert_eq!(trial::<Everything>().refusal().unwrap(), "`clock` has no default: write `.set(\"clock\", ...)`");
}
