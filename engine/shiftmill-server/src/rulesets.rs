//! The `Rulesets` service.

use std::sync::Arc;

use shiftmill::ruleset::{Mistake, Mistakes, Ruleset};
use shiftmill_proto::v1;
use shiftmill_proto::v1::rulesets_server::Rulesets;
use tonic::{Request, Response, Status};

use crate::info::ruleset_info;
use crate::registry::{Registry, Uncompiled};
use crate::resolved_header::{file_name, trial_problem};

/// Checks rulesets.
#[derive(Debug)]
pub(crate) struct RulesetsService {
    pub registry: Arc<Registry>,
}

#[tonic::async_trait]
impl Rulesets for RulesetsService {
    async fn validate(&self, request: Request<v1::ValidateRequest>) -> Result<Response<v1::ValidateResponse>, Status> {
        let message = request.into_inner();
        let name = file_name(&message.file_name, "file_name")?;
        let compiled = self.registry.now().compile(name, &message.text).await;
        Ok(Response::new(match compiled {
            Ok(ready) => valid(&ready.ruleset),
            Err(Uncompiled::Mistakes(mistakes)) => invalid(&mistakes),
            Err(Uncompiled::Trial(error)) => return Err(trial_problem(&error, "text").into()),
            Err(Uncompiled::Other(problem)) => return Err(problem.into()),
        }))
    }
}

fn valid(ruleset: &Ruleset) -> v1::ValidateResponse {
    tracing::Span::current().record("ruleset", ruleset.hash_hex());
    v1::ValidateResponse { valid: true, mistakes: Vec::new(), ruleset: Some(ruleset_info(ruleset)) }
}

fn invalid(mistakes: &Mistakes) -> v1::ValidateResponse {
    let wire = |mistake: &Mistake| v1::Mistake {
        file: mistake.file.clone(),
        line: mistake.line,
        column: mistake.column,
        message: mistake.message.clone(),
        hint: mistake.hint.clone().unwrap_or_default(),
    };
    let mut list: Vec<v1::Mistake> = mistakes.list.iter().map(wire).collect();
    if let (true, Some(last)) = (mistakes.further, list.last().cloned()) {
        let message = "correct the mistakes above first: further mistakes are not listed".to_owned();
        list.push(v1::Mistake { message, hint: String::new(), ..last });
    }
    v1::ValidateResponse { valid: false, mistakes: list, ruleset: None }
}
