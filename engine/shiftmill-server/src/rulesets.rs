//! The `Rulesets` service.

use std::sync::Arc;

use shiftmill::ruleset::{Mistake, Mistakes, Ruleset};
use shiftmill_proto::v1;
use shiftmill_proto::v1::rulesets_server::Rulesets;
use tonic::{Request, Response, Status};
use tracing::Instrument;

use crate::info::ruleset_info;
use crate::registry::{Registry, Uncompiled};
use crate::request_id::RequestId;
use crate::resolved_header::{file_name, trial_problem};

/// Checks rulesets.
#[derive(Debug)]
pub(crate) struct RulesetsService {
    pub registry: Arc<Registry>,
}

#[tonic::async_trait]
impl Rulesets for RulesetsService {
    async fn validate(&self, request: Request<v1::ValidateRequest>) -> Result<Response<v1::ValidateResponse>, Status> {
        let id = RequestId::of(request.metadata());
        let message = request.into_inner();
        let answer = async {
            let name = file_name(&message.file_name, "file_name")?;
            let compiled = self.registry.now().compile(name, &message.text).await;
            let answer = match compiled {
                Ok(ready) => valid(&ready.ruleset),
                Err(Uncompiled::Mistakes(mistakes)) => invalid(&mistakes),
                Err(Uncompiled::Trial(error)) => return Err(trial_problem(&error, "text")),
                Err(Uncompiled::Other(problem)) => return Err(problem),
            };
            tracing::info!(valid = answer.valid, mistakes = answer.mistakes.len(), "ruleset checked");
            Ok(answer)
        };
        let mut response = Response::new(answer.instrument(id.span("Validate")).await?);
        id.tell(response.metadata_mut());
        Ok(response)
    }
}

fn valid(ruleset: &Ruleset) -> v1::ValidateResponse {
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
