//! A client of `EvaluateStream`: batches become chunks, chunks go out over several connections with a bounded window,
//! results come back to a function, summaries become one.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use shiftmill::core::{
    Carried, Correction, CorrectionKind, Leave, LeaveTime, Names, PunchRef, TimecardBatch, WaiverKind,
};
use shiftmill::{ResultHash, StreamHash};
use shiftmill_proto::v1;
use shiftmill_proto::v1::evaluate_stream_request::Part as Asking;
use shiftmill_proto::v1::evaluate_stream_response::Part as Answering;
use shiftmill_proto::v1::evaluation_client::EvaluationClient;
use tokio::sync::{Semaphore, mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

const WINDOW: u32 = 4 << 20;
const FRAME: u32 = 1 << 20;
/// Results may be larger than the facts they come from, above all explained ones.
const MESSAGE_MAX: usize = 64 << 20;

/// Opens `connections` connections to a server, with windows that suit chunks. One connection is served by one core at
/// a time, so open as many as there are cores.
///
/// # Errors
/// When the address is none, or nobody listens.
pub async fn connect(address: &str, connections: usize) -> Result<Vec<Channel>, tonic::transport::Error> {
    let endpoint = endpoint(address)?;
    let mut channels = Vec::with_capacity(connections);
    for _ in 0..connections.max(1) {
        channels.push(endpoint.connect().await?);
    }
    Ok(channels)
}

/// An endpoint with windows that suit chunks: for who adds certificates.
///
/// # Errors
/// When the address is none.
pub fn endpoint(address: &str) -> Result<Endpoint, tonic::transport::Error> {
    Ok(Endpoint::from_shared(address.to_owned())?
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_frame_size(FRAME)
        .tcp_nodelay(true)
        .connect_timeout(Duration::from_secs(10)))
}

/// What comes back for one chunk.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::large_enum_variant, reason = "nearly every answer is a result, and each is handed on once")]
pub enum ChunkAnswer {
    /// Its results; see [`crate::read_results`].
    Result(v1::ChunkResult),
    /// It could not be read.
    Error(v1::ChunkError),
}

/// The end of a number of streams that were one evaluation.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// What the streams ran with.
    pub header: v1::ResponseHeader,
    /// What all results add up to.
    pub summary: v1::Summary,
}

/// Streams `chunks` over all `channels` and waits for the end. Each connection keeps at most `window` chunks under way
/// and takes the next chunk when it has room, so `chunks` is asked from several tasks in turn. `answered` is called for
/// every answer, from several tasks too. Results are final only when this returns `Ok`.
///
/// # Errors
/// The status of the first stream that failed; `Aborted` when a stream ended without its summary; `Internal` when a
/// summary carries a malformed hash.
pub async fn stream<Chunks, Answered>(
    channels: &[Channel],
    header: &v1::Header,
    chunks: Chunks,
    window: usize,
    answered: Answered,
) -> Result<Ended, Status>
where
    Chunks: Iterator<Item = v1::Chunk> + Send + 'static,
    Answered: Fn(ChunkAnswer) + Send + Sync + 'static,
{
    let chunks = Arc::new(Mutex::new(chunks));
    let answered = Arc::new(answered);
    let one = |channel: &Channel| {
        let (channel, header) = (channel.clone(), header.clone());
        tokio::spawn(one_stream(channel, header, Arc::clone(&chunks), window, Arc::clone(&answered)))
    };
    let streams: Vec<_> = channels.iter().map(one).collect();
    let mut ended: Option<Ended> = None;
    for stream in streams {
        let part = stream.await.map_err(|_| Status::aborted("a stream ended without its summary"))??;
        ended = Some(match ended {
            Some(whole) => Ended { summary: add(&whole.summary, &part.summary)?, ..whole },
            None => part,
        });
    }
    ended.ok_or_else(|| Status::invalid_argument("no connection is given"))
}

async fn one_stream<Chunks, Answered>(
    channel: Channel,
    header: v1::Header,
    chunks: Arc<Mutex<Chunks>>,
    window: usize,
    answered: Arc<Answered>,
) -> Result<Ended, Status>
where
    Chunks: Iterator<Item = v1::Chunk> + Send + 'static,
    Answered: Fn(ChunkAnswer) + Send + Sync + 'static,
{
    let mut client = EvaluationClient::new(channel).max_decoding_message_size(MESSAGE_MAX);
    let places = Arc::new(Semaphore::new(window.max(1)));
    let (sender, outgoing) = mpsc::channel(1);
    let writing = tokio::spawn(write(header, chunks, Arc::clone(&places), sender));
    let mut answers = client.evaluate_stream(ReceiverStream::new(outgoing)).await?.into_inner();
    let (mut header, mut summary) = (None, None);
    while let Some(answer) = answers.message().await? {
        match answer.part {
            Some(Answering::Header(first)) => header = Some(first),
            Some(Answering::Result(result)) => {
                places.add_permits(1);
                answered(ChunkAnswer::Result(result));
            }
            Some(Answering::Error(error)) => {
                places.add_permits(1);
                answered(ChunkAnswer::Error(error));
            }
            Some(Answering::Summary(last)) => summary = Some(last),
            None => {}
        }
    }
    writing.abort();
    match (header, summary) {
        (Some(header), Some(summary)) => {
            result_hash(&summary.result_hash)?;
            Ok(Ended { header, summary })
        }
        _ => Err(Status::aborted("a stream ended without its summary")),
    }
}

/// Sends the header, then chunk after chunk as the window allows.
async fn write<Chunks>(
    header: v1::Header,
    chunks: Arc<Mutex<Chunks>>,
    places: Arc<Semaphore>,
    sender: mpsc::Sender<v1::EvaluateStreamRequest>,
) where
    Chunks: Iterator<Item = v1::Chunk> + Send + 'static,
{
    let mut part = Some(Asking::Header(header));
    while let Some(next) = part {
        if sender.send(v1::EvaluateStreamRequest { part: Some(next) }).await.is_err() {
            return;
        }
        match places.acquire().await {
            Ok(place) => place.forget(),
            Err(_) => return,
        }
        part = chunks.lock().unwrap_or_else(PoisonError::into_inner).next().map(Asking::Chunk);
    }
}

fn add(one: &v1::Summary, other: &v1::Summary) -> Result<v1::Summary, Status> {
    let mut hash = StreamHash::default();
    for part in [one, other] {
        hash.add(result_hash(&part.result_hash)?);
    }
    Ok(v1::Summary {
        chunks: one.chunks + other.chunks,
        chunk_errors: one.chunk_errors + other.chunk_errors,
        employees: one.employees + other.employees,
        punches: one.punches + other.punches,
        pay_lines: one.pay_lines + other.pay_lines,
        exceptions: one.exceptions + other.exceptions,
        provisional: one.provisional + other.provisional,
        errors: one.errors + other.errors,
        result_hash: hash.finish().0.to_vec(),
    })
}

fn result_hash(bytes: &[u8]) -> Result<ResultHash, Status> {
    let malformed = |_| Status::internal(format!("a summary's result hash has {} bytes, not 32", bytes.len()));
    bytes.try_into().map(ResultHash).map_err(malformed)
}

/// The names by which the rulesets of a request know shifts, leave and rules: chunks say names where batches have
/// numbers.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    names: Vec<Names>,
    shifts: Vec<String>,
    carried_keys: Vec<String>,
}

impl Vocabulary {
    /// The vocabulary of the rulesets of a header, in its order.
    pub fn new<'a>(names: impl IntoIterator<Item = &'a Names>) -> Vocabulary {
        let names: Vec<Names> = names.into_iter().cloned().collect();
        let (mut shifts, mut carried_keys) = (Vec::new(), Vec::new());
        for names in &names {
            add_names(&mut shifts, &names.shifts);
            add_names(&mut carried_keys, &names.carried);
        }
        Vocabulary { names, shifts, carried_keys }
    }

    /// For [`v1::Header::shifts`].
    pub fn shifts(&self) -> &[String] {
        &self.shifts
    }

    /// For [`v1::Header::carried_keys`].
    pub fn carried_keys(&self) -> &[String] {
        &self.carried_keys
    }

    /// A batch as a chunk. Columns move; only narrow columns and sparse rows are written anew.
    pub fn chunk(&self, number: u64, batch: TimecardBatch) -> v1::Chunk {
        let shift_template = self.templates(&batch);
        let rows = Rows { vocabulary: self, batch: &batch };
        let mut carried = rows.gather(
            !batch.carried.is_empty(),
            |owner| batch.carried.of(owner),
            |owner, row| (owner, rows.carried_key(owner, row), row.value),
        );
        carried.sort_by_key(|(owner, key, _)| (*owner, *key));
        v1::Chunk {
            number,
            carried_owner: carried.iter().map(|row| row.0).collect(),
            carried_key: carried.iter().map(|row| row.1).collect(),
            carried_value: carried.iter().map(|row| row.2).collect(),
            leave: rows.gather(
                !batch.leave.is_empty(),
                |owner| batch.leave.of(owner),
                |owner, row| rows.leave(owner, row),
            ),
            corrections: rows.gather(!batch.corrections.is_empty(), |owner| batch.corrections.of(owner), correction),
            waivers: rows.gather(
                !batch.waivers.is_empty(),
                |owner| batch.waivers.of(owner),
                |employee, row| {
                    let waived = match row.kind {
                        WaiverKind::Meal(ordinal) => v1::waiver_row::Waived::Meal(u32::from(ordinal)),
                        WaiverKind::Exception(code) => v1::waiver_row::Waived::Exception(code as i32),
                    };
                    v1::WaiverRow { employee, workday: row.workday.0, waived: Some(waived) }
                },
            ),
            day_overrides: rows.gather(
                !batch.day_overrides.is_empty(),
                |owner| batch.day_overrides.of(owner),
                |employee, row| v1::DayOverrideRow { employee, workday: row.workday.0, day_type: row.day_type as i32 },
            ),
            opening_balances: rows.gather(
                !batch.opening_balances.is_empty(),
                |owner| batch.opening_balances.of(owner),
                |employee, row| v1::OpeningBalanceRow {
                    employee,
                    rule: rows.name(employee, |names| names.rules.get(usize::from(row.rule.0))),
                    seconds: row.amount.0,
                },
            ),
            employees: batch.employees,
            ruleset: batch.ruleset.into_iter().map(u32::from).collect(),
            zone: batch.zone.into_iter().map(u32::from).collect(),
            punch_count: batch.punch_count,
            punch_base: batch.punch_base.0,
            punch_at: batch.punch_at,
            punch_kind: batch.punch_kind,
            punch_id: batch.punch_id,
            shift_count: batch.shift_count,
            shift_workday: batch.shift_workday,
            shift_start: batch.shift_start,
            shift_end: batch.shift_end,
            shift_template,
        }
    }

    /// Template numbers of each employee's ruleset as numbers of the header's shifts. Empty when there are none.
    fn templates(&self, batch: &TimecardBatch) -> Vec<u32> {
        if batch.shift_template.iter().all(|template| *template == 0) {
            return Vec::new();
        }
        let mut rest = batch.shift_template.iter();
        let mut templates = Vec::with_capacity(batch.shift_template.len());
        for (employee, count) in batch.shift_count.iter().enumerate() {
            let ruleset = batch.ruleset.get(employee).map_or(0, |ruleset| usize::from(*ruleset));
            let own = self.names.get(ruleset).map_or(&[][..], |names| names.shifts.as_slice());
            for template in rest.by_ref().take(*count as usize) {
                let name = usize::from(*template).checked_sub(1).and_then(|position| own.get(position));
                let position = name.and_then(|name| self.shifts.iter().position(|shift| shift == name));
                templates.push(position.map_or(0, |position| position as u32 + 1));
            }
        }
        templates
    }
}

fn add_names(known: &mut Vec<String>, names: &[String]) {
    for name in names {
        if !known.contains(name) {
            known.push(name.clone());
        }
    }
}

/// The sparse rows of one batch.
struct Rows<'a> {
    vocabulary: &'a Vocabulary,
    batch: &'a TimecardBatch,
}

impl Rows<'_> {
    fn gather<'b, Fact: 'b, Row>(
        &self,
        any: bool,
        of: impl Fn(u32) -> &'b [Fact],
        write: impl Fn(u32, &Fact) -> Row,
    ) -> Vec<Row> {
        if !any {
            return Vec::new();
        }
        let owners = 0..self.batch.employees.len() as u32;
        owners
            .flat_map(|owner| of(owner).iter().map(move |fact| (owner, fact)))
            .map(|(owner, fact)| write(owner, fact))
            .collect()
    }

    fn name(&self, employee: u32, pick: impl Fn(&Names) -> Option<&String>) -> String {
        let ruleset = self.batch.ruleset.get(employee as usize).map_or(0, |ruleset| usize::from(*ruleset));
        self.vocabulary.names.get(ruleset).and_then(pick).cloned().unwrap_or_default()
    }

    /// The position of a carried key among those of the header; one beyond them when it has no name.
    fn carried_key(&self, employee: u32, carried: &Carried) -> u32 {
        let name = self.name(employee, |names| names.carried.get(usize::from(carried.key.0)));
        let keys = &self.vocabulary.carried_keys;
        keys.iter().position(|key| *key == name).unwrap_or(keys.len()) as u32
    }

    fn leave(&self, employee: u32, leave: &Leave) -> v1::LeaveRow {
        let time = match leave.time {
            LeaveTime::Span { start, end } => v1::leave_row::Time::Span(v1::InstantSpan { start: start.0, end: end.0 }),
            LeaveTime::Workday(workday) => v1::leave_row::Time::Workday(workday.0),
            LeaveTime::Amount(workday, amount) => {
                v1::leave_row::Time::Amount(v1::LeaveAmount { workday: workday.0, seconds: amount.0 })
            }
        };
        let code = self.name(employee, |names| names.leave.get(usize::from(leave.code)));
        v1::LeaveRow { employee, code, recorded_at: leave.recorded_at.0, time: Some(time) }
    }
}

fn correction(employee: u32, correction: &Correction) -> v1::CorrectionRow {
    use v1::correction_row::Correction as Wire;
    let punch_ref = |punch: PunchRef| v1::PunchRef {
        punch: Some(match punch {
            PunchRef::Id(id) => v1::punch_ref::Punch::Id(id),
            PunchRef::At(at, kind) => v1::punch_ref::Punch::At(v1::PunchAt { at: at.0, kind: kind as i32 }),
        }),
    };
    let wire = match correction.kind {
        CorrectionKind::Add { at, kind } => Wire::Add(v1::PunchAt { at: at.0, kind: kind as i32 }),
        CorrectionKind::Void(punch) => Wire::Void(punch_ref(punch)),
        CorrectionKind::Retime { punch, to } => Wire::Retime(v1::Retime { punch: Some(punch_ref(punch)), to: to.0 }),
    };
    v1::CorrectionRow { employee, recorded_at: correction.recorded_at.0, correction: Some(wire) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_malformed_hash_is_an_error() {
        let whole = v1::Summary { result_hash: vec![1; 32], ..v1::Summary::default() };
        let cut = v1::Summary { result_hash: vec![1; 31], ..v1::Summary::default() };
        assert!(add(&whole, &whole).is_ok());
        assert_eq!(add(&whole, &cut).map_err(|status| status.code()), Err(tonic::Code::Internal));
    }
}
