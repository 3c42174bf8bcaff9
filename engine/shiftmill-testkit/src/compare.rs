//! Where engine and oracle differ.

use crate::engine::{self, Question};
use crate::oracle;
use crate::outcome::Outcome;

/// Two answers to one question that are not the same.
#[derive(Clone, Debug)]
pub struct Disagreement {
    /// The question.
    pub question: Question,
    /// The engine's answer; `None` when it panicked.
    pub engine: Option<Outcome>,
    /// The oracle's answer.
    pub oracle: Outcome,
}

/// Asks both; `None` when they agree.
pub fn compare(question: &Question) -> Option<Disagreement> {
    let oracle = oracle::answer(question);
    let engine = std::panic::catch_unwind(|| engine::answer(question)).ok();
    let agree = engine.as_ref() == Some(&oracle);
    (!agree).then(|| Disagreement { question: question.clone(), engine, oracle })
}
