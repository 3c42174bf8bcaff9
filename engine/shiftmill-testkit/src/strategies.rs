//! Generated questions as proptest strategies. They shrink by their own means, see [`crate::shrink`].

use proptest::prelude::*;

use crate::engine::Question;
use crate::generate;

/// Any question.
pub fn question() -> impl Strategy<Value = Question> {
    any::<u64>().no_shrink().prop_map(|seed| generate::question(seed, 0))
}
