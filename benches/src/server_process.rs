//! A server in a process of its own.

use std::path::PathBuf;
use std::process::Stdio;

use shiftmill_server::{Config, Server};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, stdin};
use tokio::process::{Child, ChildStdin, Command};

/// A server that ends with this value.
#[derive(Debug)]
pub struct ServerProcess {
    /// Its URL.
    pub address: String,
    child: Child,
    /// The server stops when this closes, so it never outlives its parent.
    _stop: ChildStdin,
}

impl ServerProcess {
    /// Starts this program as a server, with the argument `serve`, and waits until it listens.
    ///
    /// # Errors
    /// Why it does not start, in words.
    pub async fn start() -> Result<ServerProcess, String> {
        let program = std::env::current_exe().map_err(|error| error.to_string())?;
        let mut command = Command::new(program);
        command.arg("serve").stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let stop = child.stdin.take().ok_or("the server has no input")?;
        let output = child.stdout.take().ok_or("the server has no output")?;
        let mut address = String::new();
        BufReader::new(output).read_line(&mut address).await.map_err(|error| error.to_string())?;
        if address.trim().is_empty() {
            return Err("the server did not start".to_owned());
        }
        Ok(ServerProcess { address: format!("http://{}", address.trim()), child, _stop: stop })
    }

    /// Reads its memory.
    pub fn memory(&self) -> MemoryOf {
        MemoryOf(PathBuf::from(format!("/proc/{}/status", self.child.id().unwrap_or(0))))
    }
}

/// The resident memory of a process.
#[derive(Clone, Debug)]
pub struct MemoryOf(PathBuf);

impl MemoryOf {
    /// Now, in MB. Zero where the system does not report it.
    pub fn resident_mb(&self) -> f64 {
        self.read("VmRSS:")
    }

    /// The most so far, in MB. Zero where the system does not report it.
    pub fn peak_mb(&self) -> f64 {
        self.read("VmHWM:")
    }

    fn read(&self, field: &str) -> f64 {
        let status = std::fs::read_to_string(&self.0).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix(field));
        let kib = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
        kib.unwrap_or(0.0) * 1_024.0 / 1e6
    }
}

/// Serves until the parent is gone.
///
/// # Errors
/// Why it cannot, in words.
pub async fn serve() -> Result<(), String> {
    let server = Server::bind(Config::default()).map_err(|error| error.to_string())?;
    println!("{}", server.address());
    let parent_gone = async {
        let _end_of_input = stdin().read_to_end(&mut Vec::new()).await;
    };
    server.run(parent_gone).await.map_err(|error| error.to_string())
}
