//! Bodies: read within time, size and memory, and unpacked.

use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use tokio::sync::Semaphore;
use tokio::time::{Instant as Moment, timeout_at};

use crate::model::{Outcome, Phase};

use super::budget::Reservation;
use super::decode::{DecodeError, Unpacker};
use super::failure::{self, Failure};

/// What we can unpack, by what it costs us.
pub(super) const ACCEPTED_ENCODINGS: &str = "gzip, br, zstd, deflate";
/// The least a body grows by.
const LEAST_STEP: u64 = 64 * 1024;
/// Beyond so much unpacked text (some milliseconds of work) the rest is unpacked on a thread that may block.
const INLINE_BYTES: u64 = 1024 * 1024;

/// The body of a redirect or an error is a line or two.
const DRAINED_BYTES: u64 = 16 * 1024;
/// A new connection costs no more than this.
const DRAINING_TIME: Duration = Duration::from_millis(250);

/// All `Content-Encoding` headers as one list.
pub(super) fn content_encoding(head: &HeaderMap) -> Option<String> {
    let values: Vec<_> = head
        .get_all(CONTENT_ENCODING)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .collect();
    (!values.is_empty()).then(|| values.join(","))
}

/// Reads a body of at most `limit` bytes. Time spent waiting for memory is our fault and moves the deadline.
pub(super) async fn read(
    response: &mut reqwest::Response,
    limit: u64,
    reservation: &mut Reservation,
    deadline: &mut Moment,
    bytes_on_wire: &mut u64,
    proxied: bool,
) -> Result<Vec<u8>, Failure> {
    let too_large = || Failure::from(Outcome::TooLarge { limit_bytes: limit, unpacked: false });
    let announced = response.content_length().unwrap_or(0);
    if announced > limit {
        return Err(too_large());
    }
    let mut bytes: Vec<u8> = Vec::new();
    loop {
        let chunk = match timeout_at(*deadline, response.chunk()).await {
            Err(_) => return Err(Outcome::Timeout { phase: Phase::Body }.into()),
            Ok(Err(error)) => return Err(failure::explain(&error, Phase::Body, proxied)),
            Ok(Ok(None)) => return Ok(bytes),
            Ok(Ok(Some(chunk))) => chunk,
        };
        *bytes_on_wire += chunk.len() as u64;
        let length = (bytes.len() + chunk.len()) as u64;
        if length > limit {
            return Err(too_large());
        }
        if length > bytes.capacity() as u64 {
            // What was announced, or twice as much as there is: few steps, and never more than can be needed.
            let capacity = length.max(announced).max(bytes.capacity() as u64 * 2).max(LEAST_STEP).min(limit);
            let before = Moment::now();
            if !reservation.grow_to(capacity).await {
                return Err(too_large_for(reservation, false));
            }
            *deadline += before.elapsed();
            bytes.reserve_exact(usize::try_from(capacity).unwrap_or(usize::MAX) - bytes.len());
        }
        bytes.extend_from_slice(&chunk);
    }
}

/// Reads a small rest that nobody needs, so that the connection can be used again.
pub(super) async fn drain(response: &mut reqwest::Response, deadline: Moment) {
    if response.content_length().is_some_and(|length| length <= DRAINED_BYTES) {
        let deadline = deadline.min(Moment::now() + DRAINING_TIME);
        while let Ok(Ok(Some(_))) = timeout_at(deadline, response.chunk()).await {}
    }
}

/// The first bytes of a page, unpacked as far as it goes; empty if they cannot be had in time.
pub(super) async fn start_of_page(
    response: &mut reqwest::Response,
    encoding: Option<&str>,
    limit: u64,
    mut reservation: Reservation,
    deadline: Moment,
    bytes_on_wire: &mut u64,
) -> Vec<u8> {
    // Twice: packed and unpacked.
    if !reservation.grow_to(limit * 2).await {
        return Vec::new();
    }
    let mut packed: Vec<u8> = Vec::new();
    while (packed.len() as u64) < limit
        && let Ok(Ok(Some(chunk))) = timeout_at(deadline, response.chunk()).await
    {
        *bytes_on_wire += chunk.len() as u64;
        let room = usize::try_from(limit).unwrap_or(usize::MAX) - packed.len();
        packed.extend_from_slice(&chunk[..chunk.len().min(room)]);
    }
    match Unpacker::new(packed, encoding) {
        Ok(Err(plain)) => plain,
        Ok(Ok(mut unpacker)) => {
            let mut page = Vec::new();
            // A page cut off is good enough.
            let _ = unpacker.unpack(&mut page, usize::try_from(limit).unwrap_or(usize::MAX));
            page
        }
        Err(_) => Vec::new(),
    }
}

/// Unpacks a body of at most `limit` bytes; large ones on a thread that may block, of which only so many work at once.
pub(super) async fn unpack(
    packed: Vec<u8>,
    encoding: Option<String>,
    mut reservation: Reservation,
    limit: u64,
    unpackers: &Arc<Semaphore>,
) -> Result<(Vec<u8>, Reservation), Failure> {
    let packed_bytes = packed.capacity() as u64;
    let too_large = || Failure::from(Outcome::TooLarge { limit_bytes: limit, unpacked: true });
    let mut unpacker = match Unpacker::new(packed, encoding.as_deref()).map_err(explain)? {
        Ok(unpacker) => unpacker,
        Err(mut plain) => {
            plain.shrink_to_fit();
            reservation.shrink_to(plain.len() as u64);
            return Ok((plain, reservation));
        }
    };
    let mut bytes: Vec<u8> = Vec::new();
    // Feeds pack to between a third and a tenth.
    let mut step = (packed_bytes * 4).clamp(LEAST_STEP, INLINE_BYTES);
    loop {
        let length = bytes.len() as u64;
        let room = step.min(limit.saturating_sub(length));
        if room == 0 {
            return Err(too_large());
        }
        if !reservation.grow_to(packed_bytes + length + room).await {
            return Err(too_large_for(&reservation, true));
        }
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        bytes.reserve_exact(room);
        let ended;
        if length + step <= INLINE_BYTES {
            ended = unpacker.unpack(&mut bytes, room).map_err(explain)?;
        } else {
            let _turn = unpackers.acquire().await.expect("nobody closes this semaphore");
            let work = tokio::task::spawn_blocking(move || {
                let ended = unpacker.unpack(&mut bytes, room);
                (unpacker, bytes, ended)
            });
            // Panics in a decoder are the document's fault as far as we can tell.
            let Ok((unpacker_back, bytes_back, result)) = work.await else {
                return Err(Outcome::BadEncoding { detail: "the decoder gave up".to_owned() }.into());
            };
            (unpacker, bytes) = (unpacker_back, bytes_back);
            ended = result.map_err(explain)?;
        }
        if ended {
            break;
        }
        step = (bytes.len() as u64).max(LEAST_STEP);
    }
    drop(unpacker);
    bytes.shrink_to_fit();
    reservation.shrink_to(bytes.len() as u64);
    Ok((bytes, reservation))
}

/// `max_body` allows it, but `memory` has no room for it.
fn too_large_for(reservation: &Reservation, unpacked: bool) -> Failure {
    Outcome::TooLarge { limit_bytes: reservation.largest_bytes(), unpacked }.into()
}

fn explain(error: DecodeError) -> Failure {
    match error {
        DecodeError::Truncated => {
            Outcome::Interrupted { detail: "in the middle of the document (its packed form ends too early)".to_owned() }
        }
        DecodeError::Bad(detail) => Outcome::BadEncoding { detail },
    }
    .into()
}
