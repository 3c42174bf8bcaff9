//! Phase three: spans get their pay codes; premiums and quantities come beside them.
pub mod combine;
pub mod holidays;
pub mod premiums;
pub mod tiers;

/// Room that the combiner uses again for every card.
#[derive(Clone, Debug, Default)]
pub(crate) struct Room {}

use crate::card::CardState;
use crate::record::Recorder;
use crate::timecard::Inputs;

/// Recodes spans by overtime, then adds premiums and quantities.
pub fn pay<R: Recorder>(_inputs: &Inputs<'_>, _state: &mut CardState, _recorder: &mut R) {}
