//! The night premium of the workload, twice: as a plugin that is called for every workday, and built in. Both must come
//! to the same, to the second.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use shiftmill::{Layout, PluginRegistry, Request};
use shiftmill_core::{Evaluations, PluginHash};
use shiftmill_testkit::example_plugins;

use crate::checksum::Checksum;
use crate::in_process::{workload_request, workload_ruleset_of};
use crate::results::{Codes, NightPay, add_night_pay, add_up};
use crate::workload::RULESET;

/// The name of the plugin, its folder and its binding.
const NAME: &str = "night-premium";
/// The ruleset with the rule built in.
const BUILT_IN: &str = r#"
[[premiums]]
name = "night-premium"
pay = "night"
between = "22:00-06:00"
"#;

/// The plugin, loaded.
pub struct NightPremium {
    /// The component, to be pushed to a server.
    pub component: Vec<u8>,
    registry: PluginRegistry,
    hash: PluginHash,
}

impl NightPremium {
    /// Builds the plugin with cargo, in the folder `target`, and loads it.
    ///
    /// # Errors
    /// Why it cannot be had, in words.
    pub fn build(target: &Path) -> Result<NightPremium, String> {
        example_plugins::build(&[NAME], target)?;
        let file = example_plugins::folder().join(NAME).join(NAME).with_extension("wasm");
        let component = fs::read(&file).map_err(|error| format!("cannot read `{}`: {error}", file.display()))?;
        let registry = PluginRegistry::default();
        let plugin = registry.load(&component).map_err(|error| error.to_string())?;
        Ok(NightPremium { component, hash: plugin.hash(), registry })
    }

    /// The ruleset of the workload with the plugin.
    pub fn ruleset(&self) -> String {
        let bound = format!("\n[[plugin]]\nname = \"{NAME}\"\nhash = \"{}\"\n", self.hash);
        let config = "[plugin.config]\nfrom = \"22:00\"\nto = \"06:00\"\ncode = \"night\"\n";
        format!("{RULESET}{bound}{config}")
    }

    /// The request of the workload with the plugin.
    ///
    /// # Errors
    /// The mistakes in the ruleset or the plugin, in words.
    pub fn request(&self) -> Result<Arc<Request>, String> {
        self.request_of(&self.ruleset())
    }

    /// The request of the workload with the built-in rule.
    ///
    /// # Errors
    /// The mistakes in the ruleset, in words.
    pub fn built_in_request(&self) -> Result<Arc<Request>, String> {
        self.request_of(&format!("{RULESET}{BUILT_IN}"))
    }

    fn request_of(&self, text: &str) -> Result<Arc<Request>, String> {
        let ruleset = workload_ruleset_of(text, &self.registry).map_err(|mistakes| mistakes.to_string())?;
        workload_request(Arc::new(ruleset), Layout::CardByCard, &self.registry)
    }
}

/// The sums of a run.
#[derive(Clone, Debug, Default)]
pub struct CameTo {
    /// The check sums of the workload, which know no night.
    pub checksum: Checksum,
    /// The night premiums.
    pub night: Vec<NightPay>,
}

impl CameTo {
    /// Adds the results of chunk `number`.
    pub fn add(&mut self, number: u64, results: &Evaluations, codes: Codes) {
        add_up(results, codes, &mut self.checksum);
        add_night_pay(results, codes, number, &mut self.night);
    }

    /// Adds the sums of other chunks.
    pub fn add_all(&mut self, other: CameTo) {
        self.checksum.add_all(&other.checksum);
        self.night.extend(other.night);
    }

    /// Compares a run with the plugin, whose chunks may be in any order, with a run with the built-in rule.
    ///
    /// # Errors
    /// What is paid differently.
    pub fn check(mut self, built_in: &CameTo) -> Result<(), String> {
        if self.checksum != built_in.checksum {
            return Err("the plugin changes what the workload adds up to".to_owned());
        }
        self.night.sort_unstable();
        let (plugin, built_in) = (&self.night, &built_in.night);
        let differs = (0..plugin.len().max(built_in.len())).find(|row| plugin.get(*row) != built_in.get(*row));
        let Some(row) = differs else { return Ok(()) };
        let told = |pay: Option<&NightPay>| match pay {
            Some(NightPay { employee, workday, amount }) => format!("{amount} to employee {employee} for {workday}"),
            None => "nobody else".to_owned(),
        };
        let (plugin, built_in) = (told(plugin.get(row)), told(built_in.get(row)));
        Err(format!("the plugin pays the night otherwise than the built-in rule: {plugin}, not {built_in}"))
    }
}

#[cfg(test)]
mod tests {
    use shiftmill_core::{Seconds, Workday};

    use super::*;

    #[test]
    fn who_is_paid_otherwise_is_named() {
        let pay = |employee, amount| NightPay { employee, workday: Workday(20_514), amount: Seconds(amount) };
        let came_to = |night: &[NightPay]| CameTo { night: night.to_vec(), ..CameTo::default() };
        let built_in = came_to(&[pay(1, 60), pay(2, 7_200)]);
        assert_eq!(came_to(&[pay(2, 7_200), pay(1, 60)]).check(&built_in), Ok(()), "chunks come in any order");
        for (other, named) in [
            (vec![pay(1, 60), pay(2, 7_199)], "employee 2 for 2026-03-02, not"),
            (vec![pay(1, 60)], "nobody else, not"),
            (vec![pay(1, 60), pay(2, 7_200), pay(3, 1)], "employee 3 for 2026-03-02, not nobody else"),
        ] {
            let problem = came_to(&other).check(&built_in).unwrap_err();
            assert!(problem.contains(named), "{problem}");
        }
    }
}
