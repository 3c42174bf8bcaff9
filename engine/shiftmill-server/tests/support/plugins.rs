//! Plugins for a server, and rulesets that bind them.

use shiftmill_guests::Guest;
use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluate_stream_response::Part as Answering;
use shiftmill_proto::v1::plugins_client::PluginsClient;
use tonic::Status;

use super::{Running, header, source};

/// The number of `meal_premium` among the pay codes of every ruleset.
pub const MEAL: u32 = 16;

/// A plugin that pays every employee so many meals, and does `bad` to those with exactly three days.
pub fn meals(name: &str, amount: &str, bad: &str) -> Guest {
    let pay = format!(
        "(call $edit (local.get $employee) (i32.const 9) (i32.const 0)
            (call $workday (local.get $cards) (call $first_day (local.get $cards) (local.get $employee)))
            (i64.const 0) (i64.const 0) (i32.const {MEAL}) {amount} (i32.const 0))"
    );
    Guest::new(name, if bad.is_empty() { &pay } else { bad }).with(|guest| guest.good = pay.clone())
}

pub fn fixed(name: &str, amount: u32) -> Vec<u8> {
    meals(name, &format!("(i64.const {amount})"), "").component()
}

pub async fn push(server: &Running, component: Vec<u8>) -> Result<v1::Plugin, Status> {
    let mut plugins = PluginsClient::new(server.channel().await);
    Ok(plugins.push_plugin(v1::PushPluginRequest { component }).await?.into_inner())
}

/// A ruleset with a plugin, sent as text.
pub fn with_plugin(plugin: &v1::Plugin, more: &str) -> v1::Header {
    let text = format!(
        "name = \"acme\"\n[shifts.office]\nstart = \"09:00\"\nend = \"18:00\"\n[[plugin]]\nname = \"meals\"\nhash = \"{}\"\n{more}",
        plugin.hash
    );
    v1::Header { rulesets: vec![source(&text)], ..header() }
}

/// What employees of one chunk are paid in meals.
pub fn meals_of(result: &v1::ChunkResult) -> Vec<u32> {
    let lines = result.line_code.iter().zip(&result.line_amount);
    lines.filter(|(code, _)| **code == MEAL).map(|(_, amount)| *amount).collect()
}

pub fn first_header(answers: &[v1::EvaluateStreamResponse]) -> &v1::ResponseHeader {
    match answers.first().and_then(|answer| answer.part.as_ref()) {
        Some(Answering::Header(header)) => header,
        other => panic!("the first answer is no header: {other:?}"),
    }
}
