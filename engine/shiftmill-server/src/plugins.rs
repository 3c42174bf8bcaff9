//! The `Plugins` service.

use std::sync::Arc;

use shiftmill::core::{PluginHash, excerpt};
use shiftmill::plugin_host::{Lines, Plugin, Report};
use shiftmill_proto::v1;
use shiftmill_proto::v1::plugins_server::Plugins;
use tonic::{Request, Response, Status};

use crate::call::Call;
use crate::info;
use crate::plugin_store::PluginStore;
use crate::problem::{ErrorCode, Problem};

/// Most names in a list of a report.
const NAMES_MAX: usize = 50;
/// Most plugins on one page.
const PAGE_MAX: usize = 100;

/// Receives plugins.
#[derive(Debug)]
pub(crate) struct PluginsService {
    pub plugins: Arc<PluginStore>,
}

#[tonic::async_trait]
impl Plugins for PluginsService {
    async fn push_plugin(&self, request: Request<v1::PushPluginRequest>) -> Result<Response<v1::Plugin>, Status> {
        let call = Call::of(&request)?;
        let plugin = self.plugins.push(request.into_inner().component, &call.capacity.chunks).await?;
        tracing::info!(plugin = plugin.title(), hash = %plugin.hash(), "plugin taken in");
        Ok(Response::new(self.told(&plugin)))
    }

    async fn get_plugin(&self, request: Request<v1::GetPluginRequest>) -> Result<Response<v1::Plugin>, Status> {
        let name = request.into_inner().name;
        let hash = name.strip_prefix("plugins/").and_then(PluginHash::parse).ok_or_else(|| {
            let message = format!("`{}` is not `plugins/` and a hash of 64 hexadecimal digits", excerpt(&name));
            Problem::at(ErrorCode::ValueUnknown, "name", message)
        })?;
        let plugin = self.plugins.get(hash).ok_or_else(|| {
            let message = format!("the service has no plugin of the hash {hash}; push it");
            Problem::at(ErrorCode::PluginUnknown, "name", message)
        })?;
        Ok(Response::new(self.told(&plugin)))
    }

    async fn list_plugins(
        &self,
        request: Request<v1::ListPluginsRequest>,
    ) -> Result<Response<v1::ListPluginsResponse>, Status> {
        let message = request.into_inner();
        let size = page_size(message.page_size)?;
        let after = match message.page_token.as_str() {
            "" => None,
            token => Some(PluginHash::parse(token).ok_or_else(|| {
                Problem::at(ErrorCode::ValueUnknown, "page_token", "this is no `next_page_token` of an answer")
            })?),
        };
        let mut rest = self.plugins.all().into_iter().filter(|plugin| after.is_none_or(|after| plugin.hash() > after));
        let page: Vec<Arc<Plugin>> = rest.by_ref().take(size).collect();
        let last = page.last().map(|plugin| plugin.hash().to_string());
        let next_page_token = rest.next().and(last).unwrap_or_default();
        let plugins = page.iter().map(|plugin| v1::Plugin { manifest: None, ..self.told(plugin) }).collect();
        Ok(Response::new(v1::ListPluginsResponse { plugins, next_page_token }))
    }
}

/// Plugins on a page.
fn page_size(asked: i32) -> Result<usize, Problem> {
    match usize::try_from(asked) {
        Ok(0) => Ok(PAGE_MAX),
        Ok(size) => Ok(size.min(PAGE_MAX)),
        Err(_) => Err(Problem::at(ErrorCode::ValueUnknown, "page_size", format!("{asked} is negative"))),
    }
}

impl PluginsService {
    fn told(&self, plugin: &Plugin) -> v1::Plugin {
        let (hash, manifest) = (plugin.hash(), plugin.manifest());
        v1::Plugin {
            name: format!("plugins/{hash}"),
            hash: hash.to_string(),
            plugin: manifest.name.clone(),
            version: manifest.version.clone(),
            component_bytes: plugin.report().bytes as u64,
            quarantined: plugin.is_quarantined(),
            pinned: self.plugins.is_pinned(hash),
            manifest: Some(info::manifest(manifest)),
            report: Some(report(plugin.report())),
        }
    }
}

/// Names of a component are texts of its author, and there may be thousands: the first ones of each list are told.
fn report(report: &Report) -> v1::PluginReport {
    let first = |names: &[String]| names.iter().take(NAMES_MAX).map(|name| excerpt(name).to_string()).collect();
    v1::PluginReport {
        contract: report.contract.clone().unwrap_or_default(),
        imports: first(&report.imports),
        other_exports: first(&report.other_exports),
        functions: report.functions,
        memory_bytes: report.memory_bytes,
        float_functions: first(&report.float_functions),
        has_names: report.has_names,
        has_lines: report.lines == Lines::Known,
    }
}
