//! Timecards cut into chunks of a good size.

use std::pin::Pin;
use std::task::{Context, Poll};

use shiftmill_core::{CardFacts, TagId, TimecardBatch};
use shiftmill_proto::v1;
use shiftmill_wire::{Vocabulary, chunk};
use tokio_stream::Stream;

use crate::error::ClientError;

/// Bytes at which a chunk is full, about.
const BYTES: usize = 256 << 10;
/// Employees at which a chunk is full.
const EMPLOYEES: usize = 350;
/// Bytes of a row that few employees have, about.
const SPARSE_ROW: usize = 24;

/// Chunks of the timecards of a stream.
pub(crate) struct Chunks<Cards> {
    cards: Cards,
    vocabulary: Vocabulary,
    batch: TimecardBatch,
    bytes: usize,
    /// No further timecard is taken in.
    ended: bool,
    /// Why, when the timecards have not ended by themselves. It follows the last chunk.
    error: Option<ClientError>,
}

impl<Cards> Chunks<Cards> {
    pub(crate) fn new(cards: Cards, vocabulary: Vocabulary) -> Chunks<Cards> {
        Chunks { cards, vocabulary, batch: TimecardBatch::default(), bytes: 0, ended: false, error: None }
    }

    /// Adds a timecard. Returns a chunk when it is full, or when the timecard needs a chunk of its own.
    fn push(&mut self, card: &CardFacts) -> Option<v1::Chunk> {
        let mut cut = None;
        if self.batch.push(card).is_err() {
            // Its punches lie too far from those before it: it opens a chunk.
            cut = self.cut();
            self.batch = TimecardBatch::default();
            if self.batch.push(card).is_err() {
                self.error = Some(ClientError::PunchTooFar { employee: card.employee.clone() });
                self.ended = true;
                return cut;
            }
        }
        self.bytes += bytes(card);
        if cut.is_none() && (self.bytes >= BYTES || self.batch.employees.len() >= EMPLOYEES) {
            cut = self.cut();
        }
        cut
    }

    /// The chunk of all timecards since the last one; `None` when there is no timecard.
    fn cut(&mut self) -> Option<v1::Chunk> {
        self.bytes = 0;
        let batch = std::mem::take(&mut self.batch);
        if batch.employees.is_empty() {
            return None;
        }
        match written(batch, &self.vocabulary) {
            Ok(chunk) => Some(chunk),
            Err(error) => {
                self.error = Some(error);
                self.ended = true;
                None
            }
        }
    }
}

/// A batch as a chunk, when all its shifts and carried keys have names.
pub(crate) fn written(batch: TimecardBatch, vocabulary: &Vocabulary) -> Result<v1::Chunk, ClientError> {
    vocabulary.check(&batch)?;
    Ok(chunk::write(0, batch, vocabulary))
}

impl<Cards: Stream<Item = CardFacts> + Unpin> Stream for Chunks<Cards> {
    type Item = Result<v1::Chunk, ClientError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while !self.ended {
            match Pin::new(&mut self.cards).poll_next(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => self.ended = true,
                Poll::Ready(Some(card)) => {
                    if let Some(chunk) = self.push(&card) {
                        return Poll::Ready(Some(Ok(chunk)));
                    }
                }
            }
        }
        if let Some(chunk) = self.cut() {
            return Poll::Ready(Some(Ok(chunk)));
        }
        Poll::Ready(self.error.take().map(Err))
    }
}

/// The bytes of a timecard in a chunk, about.
fn bytes(card: &CardFacts) -> usize {
    let punch = if card.punches.iter().any(|punch| punch.id.is_some()) { 13 } else { 5 };
    let tagged = |tags: usize| if tags > 0 { 4 } else { 0 };
    let punch = punch + tagged(card.punches.iter().filter(|punch| punch.tag != TagId::NONE).count());
    let punch = punch + tagged(card.punches.iter().filter(|punch| punch.recorded_at.is_some()).count());
    let shift = 16 + tagged(card.shifts.iter().filter(|shift| shift.tag != TagId::NONE).count());
    let sparse = card.leave.len()
        + card.corrections.len()
        + card.waivers.len()
        + card.day_overrides.len()
        + card.approvals.len()
        + card.employment.len()
        + card.manual_hours.len()
        + card.attestations.len()
        + card.overrides.len()
        + card.assignments.len()
        + card.opening_balances.len()
        + card.carried.len();
    card.employee.len() + 18 + card.punches.len() * punch + card.shifts.len() * shift + sparse * SPARSE_ROW
}

#[cfg(test)]
mod tests {
    use super::*;
    use shiftmill_core::{Punch, PunchKind, Timestamp};
    use tokio_stream::StreamExt;

    fn card(number: usize, instants: &[i64]) -> CardFacts {
        let punch =
            |at: &i64| Punch { at: Timestamp(*at), kind: PunchKind::In, id: None, tag: TagId::NONE, recorded_at: None };
        CardFacts {
            employee: format!("E-{number}"),
            punches: instants.iter().map(punch).collect(),
            ..CardFacts::default()
        }
    }

    async fn employees(cards: Vec<CardFacts>) -> (Vec<usize>, Option<ClientError>) {
        let mut chunks = Chunks::new(tokio_stream::iter(cards), Vocabulary::default());
        let (mut employees, mut error) = (Vec::new(), None);
        while let Some(chunk) = chunks.next().await {
            match chunk {
                Ok(chunk) => employees.push(chunk.employees.len()),
                Err(found) => error = Some(found),
            }
        }
        (employees, error)
    }

    #[tokio::test]
    async fn chunks_are_cut_by_employees_and_by_bytes() {
        assert_eq!(employees(vec![]).await.0, [0_usize; 0]);
        assert_eq!(employees((0..800).map(|number| card(number, &[0])).collect()).await.0, [350, 350, 100]);
        let busy = vec![0; 20_000];
        assert_eq!(employees((0..4).map(|number| card(number, &busy)).collect()).await.0, [3, 1]);
    }

    #[tokio::test]
    async fn punches_of_another_century_open_a_chunk() {
        let century = 100 * 365 * 86_400;
        let (found, error) = employees(vec![card(0, &[0]), card(1, &[century]), card(2, &[century])]).await;
        assert!(error.is_none());
        assert_eq!(found, [1, 2]);
        let (found, error) = employees(vec![card(0, &[0]), card(1, &[0, century]), card(2, &[0])]).await;
        assert_eq!(
            (found, error.map(|error| error.code().to_owned())),
            (vec![1], Some("SM-CLIENT-PUNCH-TOO-FAR".to_owned()))
        );
    }
}
