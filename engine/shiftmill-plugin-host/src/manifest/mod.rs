//! The manifest of a plugin: its description, read once in a sandbox of its own and checked.

mod described;

use std::collections::HashSet;

use shiftmill_core::{
    Argument, CarriedKey, FIGURES_PER_EDIT_MAX, Field, Hook, HookSet, Manifest, ReasonRule, Setting, ValueKind,
    excerpt, is_plain,
};

use crate::columns::Reads;
pub(crate) use described::Described;
use described::{DescribedCarried, DescribedRule, DescribedSetting, HookColumns};

/// Bytes of a name or key.
const NAME_BYTES_MAX: usize = 64;
/// Bytes of a sentence: a meaning, a template, a description.
const SENTENCE_BYTES_MAX: usize = 512;
/// The number of settings, of rules, and of carried keys.
const ENTRIES_MAX: usize = 256;
/// The number of placeholders of a template: each argument may be named twice.
const PLACEHOLDERS_MAX: usize = 2 * FIGURES_PER_EDIT_MAX;
/// Bytes of all texts together. Every evaluation and every description of a ruleset repeats them.
const TEXTS_BYTES_MAX: usize = 64 << 10;
/// The number of fields of a row, and of words of a choice.
const PARTS_MAX: usize = 64;
/// The maximum number of mistakes in a list.
const MISTAKES_MAX: usize = 50;

/// The columns that each hook reads, by the number of the hook.
pub(crate) type ReadsByHook = [Reads; 4];

/// The columns of one hook.
pub(crate) fn reads_of(reads: &ReadsByHook, hook: Hook) -> Reads {
    reads.get(hook as usize).copied().unwrap_or_default()
}

impl Described {
    /// The manifest as a type of the core, and the columns that each hook reads.
    ///
    /// # Errors
    /// All mistakes, each one line for the author of the plugin.
    pub(crate) fn check(self, hooks: HookSet) -> Result<(Manifest, ReadsByHook), Vec<String>> {
        let mut mistakes = Mistakes(Vec::new());
        mistakes.check_identity(&self);
        mistakes.check_entries(&self);
        let reads = mistakes.reads(&self.reads, hooks);
        let settings = self.settings.into_iter().map(DescribedSetting::setting).collect();
        let manifest = Manifest {
            name: self.name,
            version: self.version,
            description: self.description,
            made_with: self.made_with,
            hooks,
            settings,
            rules: self.rules.into_iter().map(DescribedRule::rule).collect(),
            carried: self.carried.into_iter().map(DescribedCarried::carried).collect(),
        };
        mistakes.check_settings(&manifest.settings);
        mistakes.check_rules(&manifest.rules);
        mistakes.check_carried(&manifest.carried);
        let bytes = bytes_of_texts(&manifest);
        mistakes.demand(bytes <= TEXTS_BYTES_MAX, || {
            format!("its texts have {bytes} bytes together, the maximum is {TEXTS_BYTES_MAX}")
        });
        if mistakes.0.is_empty() { Ok((manifest, reads)) } else { Err(mistakes.0) }
    }
}

/// Mistakes found so far.
struct Mistakes(Vec<String>);

impl Mistakes {
    fn add(&mut self, mistake: impl FnOnce() -> String) {
        if self.0.len() < MISTAKES_MAX {
            self.0.push(mistake());
        }
    }

    /// Adds a mistake unless `holds`.
    fn demand(&mut self, holds: bool, mistake: impl FnOnce() -> String) {
        if !holds {
            self.add(mistake);
        }
    }

    fn check_identity(&mut self, described: &Described) {
        let Described { name, version, description, made_with, .. } = described;
        self.demand(is_name(name, '-'), || format!("its name `{}` is not a name: {NAMES}", excerpt(name)));
        let semantic = version.len() <= NAME_BYTES_MAX && semver::Version::parse(version).is_ok();
        self.demand(semantic, || format!("its version `{}` is not a version such as `0.3.1`", excerpt(version)));
        self.check_sentence("its description", description);
        self.check_sentence("what it was made with", made_with);
    }

    fn check_entries(&mut self, described: &Described) {
        let counts = [
            ("settings", described.settings.len()),
            ("rules", described.rules.len()),
            ("carried keys", described.carried.len()),
        ];
        for (what, count) in counts {
            self.demand(count <= ENTRIES_MAX, || format!("it has {count} {what}, the maximum is {ENTRIES_MAX}"));
        }
    }

    fn reads(&mut self, described: &[HookColumns], hooks: HookSet) -> ReadsByHook {
        let mut reads = ReadsByHook::default();
        let mut seen = HookSet::NONE;
        for HookColumns { hook: name, columns } in described {
            let hook = Hook::from_code(name).filter(|hook| hooks.contains(*hook) && !seen.contains(*hook));
            let Some(hook) = hook else {
                self.add(|| {
                    format!("it reads columns at `{}`, which is not one of its hooks, or is given twice", excerpt(name))
                });
                continue;
            };
            seen = seen.with(hook);
            let Some(own) = reads.get_mut(hook as usize) else { continue };
            for column in columns {
                if let Err(mistake) = own.want(column, hook) {
                    self.add(|| format!("hook `{hook}`: {mistake}"));
                }
            }
        }
        reads
    }

    fn check_settings(&mut self, settings: &[Setting]) {
        self.check_keys("setting", '_', settings.iter().map(|setting| setting.field.key.as_str()));
        for Setting { field, fields } in settings {
            let name = format!("setting `{}`", excerpt(&field.key));
            self.check_field(&name, field);
            if field.kind != ValueKind::Rows {
                self.demand(fields.is_empty(), || format!("{name} has fields, which only rows have"));
                continue;
            }
            self.demand(!fields.is_empty(), || format!("{name} has rows without fields"));
            self.demand(fields.len() <= PARTS_MAX, || format!("{name} has more than {PARTS_MAX} fields"));
            self.check_keys(&format!("{name}: field"), '_', fields.iter().map(|field| field.key.as_str()));
            for field in fields {
                let name = format!("{name}, field `{}`", excerpt(&field.key));
                let fits = !matches!(field.kind, ValueKind::Text | ValueKind::Rows);
                self.demand(fits, || format!("{name} is {}, which a row cannot hold", field.kind));
                self.check_field(&name, field);
            }
        }
    }

    fn check_field(&mut self, name: &str, field: &Field) {
        let Field { meaning, kind, default, least, most, choices, .. } = field;
        self.check_sentence(&format!("the meaning of {name}"), meaning);
        let only_reasons = matches!(kind, ValueKind::Instant | ValueKind::PayCode);
        self.demand(!only_reasons, || format!("{name} is {kind}, which only figures of reasons can be"));
        let is_choice = *kind == ValueKind::Choice;
        self.demand(is_choice != choices.is_empty(), || match is_choice {
            true => format!("{name} is a choice without words"),
            false => format!("{name} has words to choose from and is not a choice"),
        });
        self.demand(choices.len() <= PARTS_MAX, || format!("{name} has more than {PARTS_MAX} words to choose from"));
        self.check_keys(&format!("{name}: word"), '_', choices.iter().map(String::as_str));
        let ordered = least.zip(*most).is_none_or(|(least, most)| least <= most);
        self.demand(ordered, || format!("{name} has a minimum above its maximum"));
        if let Some(default) = default {
            self.check_default(name, field, default);
        }
    }

    fn check_default(&mut self, name: &str, field: &Field, default: &str) {
        let shown = excerpt(default);
        match field.kind {
            ValueKind::Text => {
                let length = i64::try_from(default.len()).unwrap_or(i64::MAX);
                self.demand(default.len() <= SENTENCE_BYTES_MAX && is_plain(default) && within(field, length), || {
                    format!("{name}: its default `{shown}` is too long or too short, or has hidden characters")
                });
            }
            ValueKind::Rows => {
                self.demand(default == "[]", || format!("{name}: the default of rows is `[]` or none, not `{shown}`"));
            }
            ValueKind::BaseCode | ValueKind::PremiumCode | ValueKind::TimeCode | ValueKind::CountCode => {
                self.demand(is_name(default, '_'), || format!("{name}: its default `{shown}` is not a pay code"));
            }
            kind => match kind.read(default, &field.choices) {
                None => self.add(|| format!("{name}: its default `{shown}` is not a value of kind {kind}")),
                Some(number) => self.demand(kind.admits(number) && within(field, number), || {
                    format!("{name}: its default `{shown}` is outside its own bounds")
                }),
            },
        }
    }

    fn check_rules(&mut self, rules: &[ReasonRule]) {
        self.check_keys("rule", '-', rules.iter().map(|rule| rule.key.as_str()));
        for rule in rules {
            let name = format!("rule `{}`", excerpt(&rule.key));
            let ReasonRule { english, chinese, arguments, .. } = rule;
            let most = FIGURES_PER_EDIT_MAX;
            self.demand(arguments.len() <= most, || format!("{name} has more than {most} arguments"));
            self.check_keys(&format!("{name}: argument"), '_', arguments.iter().map(|it| it.name.as_str()));
            for argument in arguments {
                let fits = !matches!(argument.kind, ValueKind::Choice | ValueKind::Text | ValueKind::Rows);
                let (argument, kind) = (excerpt(&argument.name), argument.kind);
                self.demand(fits, || format!("{name}: argument `{argument}` is {kind}, which only settings can be"));
            }
            self.demand(!english.is_empty(), || format!("{name} has no English text"));
            self.check_template(&format!("{name} in English"), english, arguments);
            if !chinese.is_empty() {
                self.check_template(&format!("{name} in Chinese"), chinese, arguments);
            }
        }
    }

    /// Checks that a template names all arguments of its rule, and no others.
    fn check_template(&mut self, name: &str, template: &str, arguments: &[Argument]) {
        self.check_sentence(name, template);
        match placeholders(template) {
            Err(problem) => self.add(|| format!("{name}: {problem}")),
            Ok(named) => {
                self.demand(named.len() <= PLACEHOLDERS_MAX, || {
                    format!("{name} has {} pairs of braces, the maximum is {PLACEHOLDERS_MAX}", named.len())
                });
                for placeholder in &named {
                    let known = arguments.iter().any(|argument| argument.name == *placeholder);
                    let placeholder = excerpt(placeholder);
                    self.demand(known, || {
                        format!("{name} names `{{{placeholder}}}`, which is not one of its arguments")
                    });
                }
                for argument in arguments {
                    let used = named.iter().any(|placeholder| argument.name == *placeholder);
                    let argument = excerpt(&argument.name);
                    self.demand(used, || format!("{name} does not use its argument `{{{argument}}}`"));
                }
            }
        }
    }

    fn check_carried(&mut self, carried: &[CarriedKey]) {
        self.check_keys("carried key", '-', carried.iter().map(|carried| carried.key.as_str()));
        for carried in carried {
            self.check_sentence(&format!("the meaning of carried key `{}`", excerpt(&carried.key)), &carried.meaning);
        }
    }

    /// Checks that keys are names, and that each is declared once.
    fn check_keys<'a>(&mut self, what: &str, joint: char, keys: impl Iterator<Item = &'a str>) {
        let mut seen = HashSet::new();
        for key in keys {
            self.demand(is_name(key, joint), || format!("{what} `{}` is not a name: {NAMES}", excerpt(key)));
            self.demand(seen.insert(key), || format!("{what} `{}` is declared twice", excerpt(key)));
        }
    }

    fn check_sentence(&mut self, what: &str, text: &str) {
        let plain = text.len() <= SENTENCE_BYTES_MAX && is_plain(text);
        self.demand(plain, || {
            format!(
                "{what} is longer than {SENTENCE_BYTES_MAX} bytes, has more than one line, or has hidden characters"
            )
        });
    }
}

const NAMES: &str = "lower case letters and digits, joined by `-` or `_`, 64 at most";

/// The bytes of all names and sentences.
fn bytes_of_texts(manifest: &Manifest) -> usize {
    let of_choices = |field: &Field| field.choices.iter().map(String::len).sum::<usize>();
    let of_field = |field: &Field| {
        field.key.len() + field.meaning.len() + field.default.as_ref().map_or(0, String::len) + of_choices(field)
    };
    let of_setting = |setting: &Setting| of_field(&setting.field) + setting.fields.iter().map(of_field).sum::<usize>();
    let of_rule = |rule: &ReasonRule| {
        let arguments = rule.arguments.iter().map(|argument| argument.name.len()).sum::<usize>();
        rule.key.len() + rule.english.len() + rule.chinese.len() + arguments
    };
    let of_carried = |carried: &CarriedKey| carried.key.len() + carried.meaning.len();
    manifest.settings.iter().map(of_setting).sum::<usize>()
        + manifest.rules.iter().map(of_rule).sum::<usize>()
        + manifest.carried.iter().map(of_carried).sum::<usize>()
}

/// True for a text of lower case letters, digits and the joint that begins with a letter or digit.
fn is_name(text: &str, joint: char) -> bool {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    text.len() <= NAME_BYTES_MAX
        && text.starts_with(plain)
        && text.chars().all(|letter| plain(letter) || letter == joint)
}

fn within(field: &Field, number: i64) -> bool {
    field.least.is_none_or(|least| least <= number) && field.most.is_none_or(|most| number <= most)
}

/// The names in the braces of a template. Braces have no other meaning, and there is no escape for them.
fn placeholders(template: &str) -> Result<Vec<&str>, &'static str> {
    let mut names = Vec::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or("a brace is not closed")?;
        if before.contains('}') || name.contains('{') {
            return Err("braces do not pair up");
        }
        names.push(name);
        rest = after;
    }
    if rest.contains('}') { Err("braces do not pair up") } else { Ok(names) }
}

#[cfg(test)]
mod tests {
    use super::described::{DescribedArgument, DescribedKind};
    use super::*;

    fn described() -> Described {
        Described {
            name: "night-meal".into(),
            version: "0.3.1".into(),
            description: "An allowance.".into(),
            made_with: "hand".into(),
            reads: vec![HookColumns { hook: "days".into(), columns: vec!["span.start".into()] }],
            settings: vec![setting("until", DescribedKind::Clock, Some("22:00"))],
            rules: vec![DescribedRule {
                key: "long-night".into(),
                english: "worked {worked}".into(),
                chinese: "工作{worked}".into(),
                arguments: vec![DescribedArgument { name: "worked".into(), kind: DescribedKind::Length }],
            }],
            carried: vec![DescribedCarried { key: "points".into(), meaning: "Points.".into() }],
        }
    }

    fn setting(key: &str, kind: DescribedKind, default: Option<&str>) -> DescribedSetting {
        DescribedSetting {
            key: key.into(),
            meaning: "It means.".into(),
            kind,
            default: default.map(String::from),
            least: None,
            most: None,
            choices: Vec::new(),
            fields: Vec::new(),
        }
    }

    fn mistakes(change: impl FnOnce(&mut Described)) -> String {
        let mut described = described();
        change(&mut described);
        described.check(HookSet::NONE.with(Hook::Days)).unwrap_err().join("\n")
    }

    #[test]
    fn a_manifest_becomes_a_type_of_the_core() {
        let (manifest, reads) = described().check(HookSet::NONE.with(Hook::Days)).unwrap();
        assert_eq!(manifest.settings[0].field.kind, ValueKind::Clock);
        assert_eq!(reads_of(&reads, Hook::Days).names(), ["span.start"]);
        assert!(reads_of(&reads, Hook::Period).names().is_empty());
    }

    #[test]
    fn all_mistakes_are_listed_at_once() {
        let all = mistakes(|described| {
            described.name = "Night Meal".into();
            described.version = "one".into();
            described.reads.push(HookColumns { hook: "nights".into(), columns: Vec::new() });
            described.settings.push(setting("until", DescribedKind::Length, Some("8")));
            described.rules[0].english = "worked {time}".into();
            described.rules[0].chinese = "工作{worked".into();
        });
        for part in [
            "`Night Meal`",
            "`one`",
            "`nights`",
            "`until` is declared twice",
            "`8` is not a value of kind length",
            "`{time}`",
            "not closed",
        ] {
            assert!(all.contains(part), "{part} is missing in:\n{all}");
        }
    }

    #[test]
    fn defaults_keep_their_own_bounds() {
        let all = mistakes(|described| {
            let mut bounded = setting("least", DescribedKind::Length, Some("8h"));
            bounded.most = Some(3_600);
            let mut choice = setting("mode", DescribedKind::Choice, Some("third"));
            choice.choices = vec!["first".into(), "second".into()];
            let code = setting("code", DescribedKind::CountCode, Some("Night Meal"));
            let rows = setting("ladder", DescribedKind::Rows, Some("[]"));
            described.settings.extend([bounded, choice, code, rows]);
        });
        for part in [
            "outside its own bounds",
            "`third` is not a value of kind choice",
            "is not a pay code",
            "rows without fields",
        ] {
            assert!(all.contains(part), "{part} is missing in:\n{all}");
        }
    }

    #[test]
    fn texts_are_plain_and_few() {
        let all = mistakes(|described| {
            described.description = "An \u{1b}[2Jallowance.".into();
            described.settings.push(setting("note", DescribedKind::Text, Some("a\u{202e}b")));
            described.rules[0].english = "{worked}".repeat(17);
            described.rules[0].chinese = "工作\u{2028}{worked}".into();
            described.carried[0].meaning = "Points\n".into();
        });
        for part in [
            "its description is longer than 512 bytes, has more than one line, or has hidden characters",
            "its default `a\\u{202e}b` is too long or too short, or has hidden characters",
            "rule `long-night` in English has 17 pairs of braces, the maximum is 16",
            "rule `long-night` in Chinese is longer",
            "the meaning of carried key `points` is longer",
        ] {
            assert!(all.contains(part), "{part} is missing in:\n{all}");
        }
        let all = mistakes(|described| {
            let long = |number| DescribedCarried { key: format!("k{number}"), meaning: "x".repeat(500) };
            described.carried.extend((0..140).map(long));
        });
        assert!(all.starts_with("its texts have 7") && all.ends_with("the maximum is 65536"), "{all}");
    }

    #[test]
    fn a_manifest_of_huge_names_costs_little() {
        let all = mistakes(|described| {
            described.name = "x".repeat(1 << 20);
            described.settings.extend((0..1_000).map(|_| setting("a b", DescribedKind::Whole, None)));
        });
        assert!(all.len() < 20_000, "{} bytes", all.len());
    }
}
