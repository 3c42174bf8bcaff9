//! Made-up timecards for a setting: smaller ones for a report, written as a suite.

use shiftmill::core::{CardFacts, Isolation, TagDictionary, Workday};
pub use shiftmill::trial::make_up;
use shiftmill_timecards::suite;

use crate::plugin::trial::Setting;
use crate::problem::Problem;

/// The smallest card found on which `fails` is still true: removes whole days first, then lists, then single punches.
pub fn shrink(card: CardFacts, setting: &Setting, mut fails: impl FnMut(&CardFacts) -> bool) -> CardFacts {
    let mut card = card;
    let Some(zone) = setting.zones.get(0) else { return card };
    let mut keep = |smaller: CardFacts, card: &mut CardFacts| {
        if smaller != *card && fails(&smaller) {
            *card = smaller;
        }
    };
    let facts = setting.window.facts;
    for day in (facts.first.0 - 1..=facts.last.0 + 1).map(Workday) {
        let mut smaller = card.clone();
        smaller.punches.retain(|punch| zone.date_at(punch.at) != day);
        smaller.shifts.retain(|shift| shift.workday != day);
        keep(smaller, &mut card);
    }
    for strip in [
        |card: &mut CardFacts| card.leave.clear(),
        |card: &mut CardFacts| card.corrections.clear(),
        |card: &mut CardFacts| card.waivers.clear(),
        |card: &mut CardFacts| card.day_overrides.clear(),
        |card: &mut CardFacts| card.approvals.clear(),
        |card: &mut CardFacts| card.employment.clear(),
        |card: &mut CardFacts| card.manual_hours.clear(),
        |card: &mut CardFacts| card.attestations.clear(),
        |card: &mut CardFacts| card.overrides.clear(),
        |card: &mut CardFacts| card.carried.clear(),
        |card: &mut CardFacts| card.shifts.clear(),
    ] {
        let mut smaller = card.clone();
        strip(&mut smaller);
        keep(smaller, &mut card);
    }
    for index in (0..card.punches.len()).rev() {
        let mut smaller = card.clone();
        smaller.punches.remove(index);
        keep(smaller, &mut card);
    }
    card
}

/// A timecard as text for a suite, under a ruleset that binds its plugins anew on `change`. Its claim passes when the plugin
/// no longer fails on it.
pub fn pasted(title: &str, card: &CardFacts, setting: &Setting, change: Option<Workday>) -> Result<String, Problem> {
    let facts = suite::facts(card, &setting.window, setting.zone()?, setting.names(), &TagDictionary::default());
    let change = change.map_or_else(String::new, |change| rebinding(setting, change));
    Ok(format!("## {title}\n{change}{facts}\nNo exception of plugin_failed.\n"))
}

/// The change of a ruleset that binds its plugins anew: their isolation decides no result.
fn rebinding(setting: &Setting, change: Workday) -> String {
    let timeline = setting.ruleset.timeline();
    let before = timeline.bindings().iter().zip(0..).filter(|(_, index)| timeline.is_in_force(*index, change.plus(-1)));
    let plugins = before.map(|(binding, _)| {
        let other = match binding.isolation {
            Isolation::Chunk => Isolation::Employee,
            Isolation::Employee => Isolation::Chunk,
        };
        format!("[[change.plugin]]\nname = \"{}\"\nisolation = \"{other}\"\n", binding.name)
    });
    let plugins: String = plugins.collect();
    format!("Ruleset with:\n```toml\n[[change]]\nfrom = {change}\n{plugins}```\n\n")
}
