//! Texts of plugins: their reasons, filled into their templates, and their failures.

use shiftmill_core::{
    ExceptionCode, Names, PayCode, PluginFailure, RuleId, Seconds, Timestamp, ValueKind, Workday, Zone,
};

use crate::words::clock::{local, local_on};

/// The language of the reasons of plugins. Reasons of built-in rules are in English.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Chinese, where a plugin has it, else English.
    Chinese,
}

impl Language {
    /// The language of a code such as `en` or `zh`.
    pub fn from_code(code: &str) -> Option<Language> {
        match code {
            "en" => Some(Language::English),
            "zh" => Some(Language::Chinese),
            _ => None,
        }
    }
}

/// The names, zone and language with which a plugin's texts are written.
#[derive(Clone, Copy, Debug)]
pub struct Listener<'a> {
    /// The names of rules and pay codes.
    pub names: &'a Names,
    /// The zone of the instants.
    pub zone: &'a Zone,
    /// The workday that the text is about: its instants are written without their date.
    pub workday: Option<Workday>,
    /// The language.
    pub language: Language,
}

impl Listener<'_> {
    /// The text of a plugin's rule with these figures. `None` when the rule is not one of a plugin.
    pub fn reason(&self, rule: RuleId, figures: &[i64]) -> Option<String> {
        let rule = self.names.reason_rule(rule)?;
        let (template, language) = match self.language {
            Language::Chinese if !rule.chinese.is_empty() => (&rule.chinese, Language::Chinese),
            Language::Chinese | Language::English => (&rule.english, Language::English),
        };
        let said = |name: &str| {
            let (argument, figure) = rule.arguments.iter().zip(figures).find(|(argument, _)| argument.name == name)?;
            Some(self.value(argument.kind, *figure, language))
        };
        Some(fill(template, said))
    }

    /// A figure as a person reads it. A number that is invalid for its kind is written as a number.
    fn value(&self, kind: ValueKind, figure: i64, language: Language) -> String {
        let text = match kind {
            ValueKind::Length => Some(length(figure)),
            ValueKind::Clock => clock(figure),
            ValueKind::Instant => Some(self.instant(Timestamp(figure))),
            ValueKind::Workday => i32::try_from(figure).ok().map(|day| Workday(day).to_string()),
            ValueKind::Flag => flag(figure, language).map(str::to_owned),
            ValueKind::PayCode
            | ValueKind::BaseCode
            | ValueKind::PremiumCode
            | ValueKind::TimeCode
            | ValueKind::CountCode => self.pay_code(figure),
            ValueKind::Exception => {
                u8::try_from(figure).ok().and_then(ExceptionCode::from_number).map(|code| code.code().to_owned())
            }
            ValueKind::Whole | ValueKind::Choice | ValueKind::Text | ValueKind::Rows => None,
        };
        text.unwrap_or_else(|| figure.to_string())
    }

    fn instant(&self, at: Timestamp) -> String {
        match self.workday {
            Some(workday) => local_on(self.zone, at, workday),
            None => local(self.zone, at),
        }
    }

    fn pay_code(&self, figure: i64) -> Option<String> {
        let code = PayCode(u16::try_from(figure).ok()?);
        self.names.pay_code(code).map(|info| info.name.clone())
    }
}

/// Fills the braces of a template. Braces that name no argument stay; `{{` and `}}` are braces.
fn fill(template: &str, said: impl Fn(&str) -> Option<String>) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(place) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(place);
        text.push_str(before);
        let doubled = from.starts_with("{{") || from.starts_with("}}");
        let named = from.strip_prefix('{').and_then(|inside| inside.split_once('}'));
        rest = match named.and_then(|(name, after)| Some((said(name)?, after))) {
            Some((value, after)) if !doubled => {
                text.push_str(&value);
                after
            }
            _ => {
                text.push_str(from.get(..1).unwrap_or(""));
                from.get(if doubled { 2 } else { 1 }..).unwrap_or("")
            }
        };
    }
    text.push_str(rest);
    text
}

/// `8:30`, or `-0:15`.
fn length(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    format!("{sign}{}", Seconds(u32::try_from(seconds.unsigned_abs()).unwrap_or(u32::MAX)))
}

/// `22:00`, up to `48:00`.
fn clock(seconds: i64) -> Option<String> {
    let second = u32::try_from(seconds).ok().filter(|second| *second <= 48 * 3_600)?;
    let (hours, minutes) = (second / 3_600, second / 60 % 60);
    Some(match second % 60 {
        0 => format!("{hours:02}:{minutes:02}"),
        seconds => format!("{hours:02}:{minutes:02}:{seconds:02}"),
    })
}

fn flag(figure: i64, language: Language) -> Option<&'static str> {
    match (figure, language) {
        (0, Language::English) => Some("no"),
        (1, Language::English) => Some("yes"),
        (0, Language::Chinese) => Some("否"),
        (1, Language::Chinese) => Some("是"),
        _ => None,
    }
}

/// What happened to a plugin on a timecard: `plugin night-meal 0.3.1 failed on 2026-03-02: ...`.
///
/// ```
/// use shiftmill::core::{FailureCode, Hook, PluginFailure, Workday};
/// let failure = PluginFailure {
///     card: 0,
///     binding: "night-meal".to_owned(),
///     plugin: "night-meal 0.3.1".to_owned(),
///     hook: Hook::Days,
///     code: FailureCode::Panic,
///     workday: Some(Workday(20514)),
///     message: "src/lib.rs:41:9: index out of bounds".to_owned(),
///     skipped: false,
/// };
/// assert_eq!(
///     shiftmill::words::failure(&failure),
///     "plugin night-meal 0.3.1 failed on 2026-03-02 (hook `days`): src/lib.rs:41:9: index out of bounds"
/// );
/// ```
pub fn failure(failure: &PluginFailure) -> String {
    let PluginFailure { plugin, binding, hook, message, .. } = failure;
    let name = plugin.split(' ').next().unwrap_or(plugin);
    let called = if name == binding { String::new() } else { format!(", called `{binding}`,") };
    let day = failure.workday.map_or_else(String::new, |workday| format!(" on {workday}"));
    format!("plugin {plugin}{called} failed{day} (hook `{hook}`): {message}")
}

#[cfg(test)]
mod tests {
    use shiftmill_core::{Argument, Layer, Multiplier, PayCodeInfo, ReasonRule, Unit};

    use super::*;

    fn names(english: &str, chinese: &str, kinds: &[(&str, ValueKind)]) -> Names {
        let arguments = kinds.iter().map(|(name, kind)| Argument { name: (*name).to_owned(), kind: *kind }).collect();
        let rule = ReasonRule {
            key: "long-night".to_owned(),
            english: english.to_owned(),
            chinese: chinese.to_owned(),
            arguments,
        };
        let code = PayCodeInfo {
            name: "regular".to_owned(),
            layer: Layer::Base,
            unit: Unit::Second,
            paid: true,
            multiplier: Multiplier::PLAIN,
        };
        Names { reasons: vec![(RuleId(4), rule)], pay_codes: vec![code], ..Names::default() }
    }

    fn text(names: &Names, language: Language, figures: &[i64]) -> String {
        let zone = Zone::fixed("Asia/Shanghai", 28_800);
        Listener { names, zone: &zone, workday: Some(Workday(20514)), language }.reason(RuleId(4), figures).unwrap()
    }

    #[test]
    fn figures_are_written_by_their_kind() {
        let kinds = [
            ("worked", ValueKind::Length),
            ("until", ValueKind::Clock),
            ("at", ValueKind::Instant),
            ("day", ValueKind::Workday),
            ("code", ValueKind::PayCode),
            ("said", ValueKind::Exception),
            ("often", ValueKind::Flag),
            ("points", ValueKind::Whole),
        ];
        let template = "{worked} past {until}, at {at} on {day}: {code}, {said}, {often}, {points}";
        let names = names(template, "", &kinds);
        let figures = [41_400, 79_200, 1_772_463_600, 20_514, 0, 0, 1, -3];
        let expected = "11:30 past 22:00, at 23:00 on 2026-03-02: regular, late_in, yes, -3";
        assert_eq!(text(&names, Language::English, &figures), expected);
        assert_eq!(text(&names, Language::Chinese, &figures), expected);
        let invalid = [-900, 200_000, 1_772_467_200, 20_514, 9, 99, 2, 0];
        let expected = "-0:15 past 200000, at 2026-03-03 00:00 on 2026-03-02: 9, 99, 2, 0";
        assert_eq!(text(&names, Language::English, &invalid), expected);
    }

    #[test]
    fn chinese_is_used_where_the_plugin_has_it() {
        let names = names(
            "worked {worked}",
            "工作{worked}，加班：{often}",
            &[("worked", ValueKind::Length), ("often", ValueKind::Flag)],
        );
        assert_eq!(text(&names, Language::Chinese, &[41_400, 0]), "工作11:30，加班：否");
        assert_eq!(text(&names, Language::English, &[41_400, 0]), "worked 11:30");
    }

    #[test]
    fn braces_that_name_nothing_stay() {
        let names = names("{{worked}} {other} {worked} } {", "", &[("worked", ValueKind::Whole)]);
        assert_eq!(text(&names, Language::English, &[7]), "{worked} {other} 7 } {");
        assert_eq!(text(&names, Language::English, &[]), "{worked} {other} {worked} } {");
    }
}
