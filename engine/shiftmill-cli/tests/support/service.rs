//! The service, started as a program.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use prost::bytes::Bytes;
use serde_json::Value;
use shiftmill_client::Client;
use shiftmill_proto::v1;
use shiftmill_proto::v1::plugins_client::PluginsClient;
use tonic::transport::Channel;

use super::command;

/// A service that runs until it is dropped.
pub struct Service {
    pub child: Child,
    pub address: String,
    pub log: Log,
}

/// The entries of a log, without those before the service is ready.
pub type Log = Arc<Mutex<Vec<Value>>>;

impl Service {
    /// Starts it on a port that is free, with a folder for compiled code.
    pub fn start(folder: &Path, cache: &Path) -> Service {
        Service::start_with(folder, &[OsStr::new("--plugin-cache"), cache.as_os_str()])
    }

    pub fn start_with(folder: &Path, arguments: &[&OsStr]) -> Service {
        Service::start_as(command(folder), arguments)
    }

    /// Starts it with a command that runs the program with the arguments that are added.
    pub fn start_as(mut serve: Command, arguments: &[&OsStr]) -> Service {
        serve.args(["serve", "--listen", "127.0.0.1:0", "--log", "json"]).args(arguments);
        let mut child = serve.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let told = lines.find_map(|line| {
            let line: Value = serde_json::from_str(&line).unwrap();
            line["fields"]["address"].as_str().map(str::to_owned)
        });
        // Later output is read too, so that the service never waits for a reader.
        let log = Log::default();
        let written = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in lines {
                written.lock().unwrap().push(serde_json::from_str(&line).unwrap());
            }
        });
        Service { child, address: format!("http://{}", told.unwrap()), log }
    }

    pub async fn channel(&self) -> Channel {
        Client::builder(&self.address).connections(1).connect().await.unwrap().channel()
    }

    pub async fn push(&self, component: Vec<u8>) -> Result<v1::Plugin, tonic::Status> {
        let mut plugins = PluginsClient::new(self.channel().await);
        Ok(plugins.push_plugin(v1::PushPluginRequest { component }).await?.into_inner())
    }

    /// The most memory that the process has had, in MiB.
    #[cfg(target_os = "linux")]
    pub fn memory_mib(&self) -> usize {
        self.status_mib("VmHWM:")
    }

    /// The memory that the process has now, in MiB.
    #[cfg(target_os = "linux")]
    pub fn memory_now_mib(&self) -> usize {
        self.status_mib("VmRSS:")
    }

    #[cfg(target_os = "linux")]
    fn status_mib(&self, field: &str) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let kib = status.lines().find_map(|line| line.strip_prefix(field)).unwrap();
        kib.trim().trim_end_matches(" kB").parse::<usize>().unwrap() >> 10
    }

    /// A connection from another address of this machine: another peer than those of 127.0.0.1. It reads no answers.
    #[cfg(target_os = "linux")]
    pub async fn connect_from(&self, last: u8) -> h2::client::SendRequest<Bytes> {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, last], 0).into()).unwrap();
        let stream = socket.connect(self.address.trim_start_matches("http://").parse().unwrap()).await.unwrap();
        let (sender, connection) = h2::client::handshake(stream).await.unwrap();
        tokio::spawn(async move {
            let _ended = connection.await;
        });
        sender
    }

    /// How often pages were given to processes that this one started and that have ended.
    #[cfg(target_os = "linux")]
    pub fn faults_of_children(&self) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        stat.rsplit_once(')').unwrap().1.split_whitespace().nth(8).unwrap().parse().unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
