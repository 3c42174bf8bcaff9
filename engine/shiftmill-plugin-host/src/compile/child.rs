//! Checks and compiles in a child process. The limits of the sandbox apply to neither, so an upload could use much time and
//! memory there. In a child process, exceeding either ends only the child.
//!
//! The child reads whether floats are allowed (a byte) and the component from its input, and writes a mark, the version of
//! the engine and the outcome to its output. It writes messages to its error output.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read, Write};
use std::panic;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitCode, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use wasmtime::Engine;

use super::admit::OwnCode;
use super::compile_here;
use super::outcome::{self, Outcome};
use crate::engine::{code_version, compiling_engine};
use crate::limits::{COMPONENT_BYTES_MAX, compile_bytes_max, shortened};

/// The start of the output.
const MARK: [u8; 8] = *b"SMCODE2\n";
/// The maximum time for compiling.
const TIME_MAX: Duration = Duration::from_secs(60);
/// Bytes of the output. This program compiles no larger code.
const OUTPUT_BYTES_MAX: u64 = 128 << 20;
/// The interval of the checks of the child: whether it has ended, and how much memory it uses.
const CHECK_INTERVAL: Duration = Duration::from_millis(2);

/// Processor time of the child, in seconds.
#[cfg(unix)]
const PROCESSOR_SECONDS_MAX: u64 = 30;
/// Address space of the child. It limits memory on systems where the parent cannot read the memory of the child. It is
/// large because an allocator reserves a GiB that it never uses.
#[cfg(unix)]
const MAPPED_BYTES_MAX: u64 = 2 << 30;

/// Code from a child process, for an engine with the same version and settings.
pub(super) struct ChildCode(Vec<u8>);

impl ChildCode {
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

/// The input of a child process.
#[derive(Clone, Copy)]
pub(super) struct Input<'a> {
    pub(super) component: &'a [u8],
    pub(super) floats_allowed: bool,
}

/// Checks and compiles a component in a child process. The child is ended when `cancelled` is set.
pub(super) fn compile_in(
    program: &Path,
    arguments: &[OsString],
    engine: &Engine,
    input: Input<'_>,
    cancelled: &AtomicBool,
) -> Result<Outcome<OwnCode>, String> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().map_err(|error| format!("cannot start the compiler: {error}"))?;
    let (status, output, messages) = exchange(child, input, cancelled)?;
    if !status.success() {
        return Err(why_it_ended(status, &messages));
    }
    let outcome = output
        .strip_prefix(&MARK)
        .and_then(|rest| rest.split_first_chunk::<8>())
        .filter(|(version, _)| u64::from_le_bytes(**version) == code_version(engine))
        .and_then(|(_, outcome)| outcome::read(outcome.to_vec()));
    let outcome = outcome.ok_or_else(|| "the compiler is of another version than this program".to_owned())?;
    Ok(outcome.map(|code| OwnCode::of_child(ChildCode(code))))
}

/// Sends the component and waits for the output, at most for [`TIME_MAX`].
fn exchange(
    mut child: Child,
    Input { component, floats_allowed }: Input<'_>,
    cancelled: &AtomicBool,
) -> Result<(ExitStatus, Vec<u8>, String), String> {
    let (input, output, messages) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        let send = move |mut input: ChildStdin| {
            input.write_all(&[u8::from(floats_allowed)]).and_then(|()| input.write_all(component))
        };
        let written = scope.spawn(move || input.map(send));
        let output = scope.spawn(move || read_up_to(output, OUTPUT_BYTES_MAX));
        let messages = scope.spawn(move || read_up_to(messages, 64 << 10));
        let ended = wait(&mut child, compile_bytes_max(component.len()), cancelled);
        if ended.is_err() {
            // It may have just ended. The code below waits for it in both cases.
            let _killed = child.kill();
        }
        let status = child.wait().map_err(|error| format!("cannot wait for the compiler: {error}"))?;
        // When the child stops reading, its status and its messages give the reason.
        let _written = written.join();
        let output = output.join().unwrap_or_default();
        let messages = String::from_utf8_lossy(&messages.join().unwrap_or_default()).into_owned();
        ended.map(|()| (status, output, messages))
    })
}

/// Waits for the child to end.
///
/// # Errors
/// When it uses too much memory or time, or is cancelled.
fn wait(child: &mut Child, bytes_max: usize, cancelled: &AtomicBool) -> Result<(), String> {
    let started = Instant::now();
    while started.elapsed() < TIME_MAX {
        match child.try_wait() {
            Ok(None) if cancelled.load(Ordering::Relaxed) => return Err("its caller has gone".to_owned()),
            Ok(None) if memory(child.id()).is_some_and(|bytes| bytes > bytes_max) => {
                return Err(format!("compiling it needs more than {} MiB of memory", bytes_max >> 20));
            }
            Ok(None) => thread::sleep(CHECK_INTERVAL),
            Ok(Some(_)) | Err(_) => return Ok(()),
        }
    }
    Err(format!("compiling it takes more than {} seconds", TIME_MAX.as_secs()))
}

/// The memory of a process without its program. `None` where the system does not provide it.
fn memory(process: u32) -> Option<usize> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    Some(line.split_whitespace().next()?.parse::<usize>().ok()? << 10)
}

fn read_up_to(from: Option<impl Read>, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        // The bytes before an error are enough to see that the output is incomplete.
        let _read = from.take(most).read_to_end(&mut bytes);
    }
    bytes
}

/// Why the child failed. A child without a message was ended by its limits.
fn why_it_ended(status: ExitStatus, messages: &str) -> String {
    match (status.code(), messages.trim()) {
        (Some(1), messages) if !messages.is_empty() => shortened(messages),
        _ => "compiling it needs more time or memory than is allowed".to_owned(),
    }
}

/// The main function of the child process: limits itself, reads a component, writes code. Call it at the start of `main`
/// when the program was started with the arguments of [`crate::Compiler::Child`].
pub fn compile_child() -> ExitCode {
    // The message of a panic names a file of the compiler's source, and means nothing to the sender of the component.
    panic::set_hook(Box::new(|_| {}));
    match limit().map_err(|error| error.to_string()).and_then(|()| compile()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            // The parent may have ended.
            let _said = writeln!(io::stderr(), "{problem}");
            ExitCode::FAILURE
        }
    }
}

fn compile() -> Result<(), String> {
    let mut input = Vec::new();
    let most = COMPONENT_BYTES_MAX as u64 + 2;
    io::stdin().take(most).read_to_end(&mut input).map_err(|error| error.to_string())?;
    let (floats_allowed, component) = input.split_first().ok_or("there is no component")?;
    let engine = compiling_engine().map_err(|error| format!("{error:#}"))?;
    let Outcome { report, places, code } = compile_here(&engine, component, *floats_allowed != 0)?;
    let mut output = io::stdout().lock();
    let version = code_version(&engine).to_le_bytes();
    let parts = [&MARK[..], &version, &outcome::written(&report, &places), &code.unwrap_or_default()];
    let written = parts.into_iter().try_for_each(|part| output.write_all(part)).and_then(|()| output.flush());
    written.map_err(|error| error.to_string())
}

/// Limits this process: it cannot write files or core dumps, and its memory and time are limited.
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

/// On other systems only the time that the parent waits is limited.
#[cfg(not(unix))]
fn limit() -> io::Result<()> {
    Ok(())
}
