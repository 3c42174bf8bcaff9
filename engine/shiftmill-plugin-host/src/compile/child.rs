//! Compiling in a child. Compiling is where a component can cost time and memory before a single limit of the sandbox
//! holds; so uploads are compiled where running out of either ends the child and nothing else.
//!
//! The child reads the component from its input, and writes to its output what it made: a mark, the version of the
//! engine, the code. What it has to say it writes to its error output.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use wasmtime::Engine;

use super::admit::OwnCode;
use super::compile_here;
use crate::engine::{code_version, compiling_engine};
use crate::limits::{COMPONENT_BYTES_MAX, compile_bytes_max, shortened};

/// What the output begins with.
const MARK: [u8; 8] = *b"SMCODE1\n";
/// Time for compiling, from start to end.
const TIME_MAX: Duration = Duration::from_secs(60);
/// Output beyond this is no code of ours.
const OUTPUT_BYTES_MAX: u64 = 128 << 20;
/// How often it is looked whether the child has ended, and what it takes.
const LOOK: Duration = Duration::from_millis(2);

/// Processor time of the child, in seconds.
#[cfg(unix)]
const PROCESSOR_SECONDS_MAX: u64 = 30;
/// Memory that the child may map, where its parent cannot see what it has. An allocator reserves a GiB that it never
/// uses.
#[cfg(unix)]
const MAPPED_BYTES_MAX: u64 = 2 << 30;

/// Code that a child of ours handed over, made for an engine like ours.
pub(super) struct ChildCode(Vec<u8>);

impl ChildCode {
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// Lets a child compile a component.
pub(super) fn compile_in(
    program: &Path,
    arguments: &[OsString],
    engine: &Engine,
    component: &[u8],
) -> Result<OwnCode, String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().map_err(|error| format!("cannot start the compiler: {error}"))?;
    let (status, output, words) = talk(child, component)?;
    if !status.success() {
        return Err(why_it_ended(status, &words));
    }
    let code = output
        .strip_prefix(&MARK)
        .and_then(|rest| rest.split_first_chunk::<8>())
        .filter(|(version, _)| u64::from_le_bytes(**version) == code_version(engine))
        .map(|(_, code)| ChildCode(code.to_vec()));
    code.map(OwnCode::of_child).ok_or_else(|| "the compiler is of another version than this program".to_owned())
}

/// Hands the component over and waits for what comes back, but no longer than [`TIME_MAX`].
fn talk(mut child: Child, component: &[u8]) -> Result<(ExitStatus, Vec<u8>, String), String> {
    let (input, output, words) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        let written = scope.spawn(move || input.map(|mut input| input.write_all(component)));
        let output = scope.spawn(move || read_up_to(output, OUTPUT_BYTES_MAX));
        let words = scope.spawn(move || read_up_to(words, 64 << 10));
        let ended = wait(&mut child, compile_bytes_max(component.len()));
        if ended.is_err() {
            // It may have ended this moment; either way it is waited for below.
            let _killed = child.kill();
        }
        let status = child.wait().map_err(|error| format!("cannot wait for the compiler: {error}"))?;
        // A child that stops reading has a reason, which its status and words tell better.
        let _written = written.join();
        let output = output.join().unwrap_or_default();
        let words = String::from_utf8_lossy(&words.join().unwrap_or_default()).into_owned();
        ended.map(|()| (status, output, words))
    })
}

/// Waits for the child to end. The error says what it takes too much of.
fn wait(child: &mut Child, bytes_max: usize) -> Result<(), String> {
    let started = Instant::now();
    while started.elapsed() < TIME_MAX {
        match child.try_wait() {
            Ok(None) if memory(child.id()).is_some_and(|bytes| bytes > bytes_max) => {
                return Err(format!("compiling it takes more than {} MiB of memory", bytes_max >> 20));
            }
            Ok(None) => thread::sleep(LOOK),
            Ok(Some(_)) | Err(_) => return Ok(()),
        }
    }
    Err(format!("compiling it takes more than {} seconds", TIME_MAX.as_secs()))
}

/// The memory of a process, but for its program. `None` where the system does not tell.
fn memory(process: u32) -> Option<usize> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    Some(line.split_whitespace().next()?.parse::<usize>().ok()? << 10)
}

fn read_up_to(from: Option<impl Read>, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        // What was read until an error is enough to tell that it is not what was expected.
        let _read = from.take(most).read_to_end(&mut bytes);
    }
    bytes
}

/// A child that says nothing has been ended by its limits.
fn why_it_ended(status: ExitStatus, words: &str) -> String {
    match (status.code(), words.trim()) {
        (Some(1), words) if !words.is_empty() => shortened(words),
        _ => "compiling it takes more time or memory than a plugin may".to_owned(),
    }
}

/// The whole work of a child that compiles: limits itself, reads a component, writes code. Call it first thing in
/// `main`, when the program has been started with the arguments of [`crate::Compiler::Child`].
pub fn compile_child() -> ExitCode {
    match limit().map_err(|error| error.to_string()).and_then(|()| compile()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            // Nobody may be listening any more.
            let _said = writeln!(io::stderr(), "{problem}");
            ExitCode::FAILURE
        }
    }
}

fn compile() -> Result<(), String> {
    let mut component = Vec::new();
    let most = COMPONENT_BYTES_MAX as u64 + 1;
    io::stdin().take(most).read_to_end(&mut component).map_err(|error| error.to_string())?;
    let engine = compiling_engine().map_err(|error| format!("{error:#}"))?;
    let code = compile_here(&engine, &component)?;
    let mut output = io::stdout().lock();
    let version = code_version(&engine).to_le_bytes();
    let parts = [&MARK[..], &version, code.bytes()];
    let written = parts.into_iter().try_for_each(|part| output.write_all(part)).and_then(|()| output.flush());
    written.map_err(|error| error.to_string())
}

/// From here on this process cannot have much: no files to write, no memory or time beyond the caps, no core dump.
#[cfg(unix)]
fn limit() -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limits = [
        (Resource::As, MAPPED_BYTES_MAX),
        (Resource::Cpu, PROCESSOR_SECONDS_MAX),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        (Resource::Nofile, 16),
    ];
    for (resource, most) in limits {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// Elsewhere the parent's patience is the limit.
#[cfg(not(unix))]
fn limit() -> io::Result<()> {
    Ok(())
}
