//! Trials: evaluations of made-up timecards that test a ruleset.
//!
//! ```text
//! ruleset ─→ Setting ─→ make_up, fill_batch ─→ timecards ─┬─→ alone ────┐
//!                                                         └─→ together ─┴─→ check_independence
//! ```

mod batch_filler;
mod independence;
mod irregular_week;
mod report;

use std::sync::Arc;

use shiftmill_core::{
    BatchError, CardFacts, CheckedBatch, ErrorCode, EvaluationWindow, Names, PunchTooFar, TimecardBatch, Workday,
    WorkdayRange, Zone, ZoneTable,
};
use shiftmill_ruleset::Ruleset;

use crate::request::{RequestError, Stopped};
use crate::suites::Claim;
use crate::zones::{ZoneError, zone_table};
pub use independence::{Dependence, TRIAL_TIME, check_independence};
pub use irregular_week::make_up;
pub use report::{CardReport, carried};

/// Days around the facts for which zones are loaded.
const AROUND: i32 = 200;

/// The ruleset, zone and days of a trial.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The ruleset.
    pub ruleset: Arc<Ruleset>,
    /// The zone of all employees, as the only one.
    pub zones: Arc<ZoneTable>,
    /// The days and the instant of the calculation.
    pub window: EvaluationWindow,
}

/// Why a trial failed.
#[derive(Debug, thiserror::Error)]
pub enum TrialError {
    /// The zone or its days are not known.
    #[error("there is no time-zone data for these days")]
    Zones(#[source] ZoneError),
    /// The made-up timecards cannot be evaluated.
    #[error("facts that do not fit together")]
    Facts(#[source] BatchError),
    /// A made-up card has punches that are too far apart.
    #[error("employee `{employee}`")]
    Card {
        /// Its employee.
        employee: String,
        /// Why.
        #[source]
        why: PunchTooFar,
    },
    /// A result is missing; a fault of the engine.
    #[error("a result is missing")]
    Lost,
    /// A plugin cannot be called.
    #[error(transparent)]
    Unbound(RequestError),
    /// A plugin could not be run.
    #[error(transparent)]
    Stopped(Stopped),
    /// A plugin does not keep employees apart.
    #[error(transparent)]
    NotIndependent(Box<Dependence>),
    /// The plugins use too much fuel for a comparison.
    #[error(
        "the plugins of ruleset `{ruleset}` use so much fuel that it cannot be tried whether they keep employees apart; bind \
         the slow ones with `isolation = \"employee\"`"
    )]
    Untried {
        /// The ruleset.
        ruleset: String,
    },
}

impl TrialError {
    /// The stable code that documentation explains.
    pub const fn code(&self) -> ErrorCode {
        match self {
            TrialError::Zones(_) | TrialError::Facts(_) | TrialError::Card { .. } | TrialError::Lost => {
                ErrorCode::Engine
            }
            TrialError::Unbound(error) => error.code(),
            TrialError::Stopped(stopped) => stopped.code(),
            TrialError::NotIndependent(_) => Dependence::CODE,
            TrialError::Untried { .. } => ErrorCode::PluginUntried,
        }
    }
}

impl Setting {
    /// The setting of a claim.
    pub fn of(claim: &Claim) -> Setting {
        Setting { ruleset: Arc::clone(&claim.ruleset), zones: Arc::clone(&claim.zones), window: claim.window }
    }

    /// A week from a workday on, as of a time after the week, with all facts of the days around it.
    ///
    /// # Errors
    /// [`TrialError::Zones`].
    pub fn week_of(ruleset: &Arc<Ruleset>, zone: &str, first: Workday) -> Result<Setting, TrialError> {
        Setting::days_of(ruleset, zone, WorkdayRange { first, last: first.plus(6) })
    }

    /// Some days, as of a time after them, with all facts of the days around them.
    ///
    /// # Errors
    /// [`TrialError::Zones`].
    pub fn days_of(ruleset: &Arc<Ruleset>, zone: &str, pay_period: WorkdayRange) -> Result<Setting, TrialError> {
        let WorkdayRange { first, last } = pay_period;
        let context = ruleset.context();
        let facts =
            WorkdayRange { first: first.plus(-i32::from(context.before)), last: last.plus(i32::from(context.after)) };
        let zones = zone_table(&[zone.to_owned()], facts.first.plus(-AROUND), facts.last.plus(AROUND))
            .map_err(TrialError::Zones)?;
        let as_of = zones.get(0).ok_or(TrialError::Lost)?.midnight(facts.last.plus(3));
        let window = EvaluationWindow { pay_period, facts, as_of, require_final: false };
        Ok(Setting { ruleset: Arc::clone(ruleset), zones: Arc::new(zones), window })
    }

    /// The zone.
    ///
    /// # Errors
    /// [`TrialError::Lost`] when there is none.
    pub fn zone(&self) -> Result<&Zone, TrialError> {
        self.zones.get(0).ok_or(TrialError::Lost)
    }

    /// The names of the ruleset.
    pub fn names(&self) -> &Names {
        self.ruleset.timeline().names()
    }

    /// True when all settings that decide a result are equal.
    pub fn is_like(&self, other: &Setting) -> bool {
        let zone = |setting: &Setting| setting.zones.get(0).map(|zone| zone.name().to_owned());
        self.ruleset.hash_hex() == other.ruleset.hash_hex() && zone(self) == zone(other) && self.window == other.window
    }
}

/// Columns of some cards of one ruleset and one zone.
///
/// # Errors
/// [`TrialError::Facts`], [`TrialError::Card`].
pub fn chunk<'a>(cards: impl IntoIterator<Item = &'a CardFacts>) -> Result<CheckedBatch, TrialError> {
    let mut batch = TimecardBatch::default();
    for card in cards {
        batch.push(card).map_err(|why| TrialError::Card { employee: card.employee.clone(), why })?;
    }
    batch.check(1, 1, 0).map_err(TrialError::Facts)
}
