//! A few threads that read documents, so that no async thread does, and none of them can be lost for good.
//!
//! What runs here is given up when it takes longer than the limit: whoever waits for it is told so, it is counted, and
//! another thread takes the place of the one that is stuck, until that one comes back. Only so many may be stuck at once;
//! beyond that new work is refused rather than queued behind a wall. Panics are caught.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::Unreadable;

/// Why a piece of work gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PoolError {
    /// It took longer than allowed.
    #[error("the work took longer than {} ms and was given up", .limit.as_millis())]
    TooSlow {
        /// The limit.
        limit: Duration,
    },
    /// It panicked.
    #[error("the work panicked")]
    Panicked,
    /// Every thread is stuck, or the pool is gone.
    #[error("every thread of the pool is stuck")]
    Busy,
}

impl From<PoolError> for Unreadable {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::TooSlow { limit } => Self::TooSlow { limit },
            PoolError::Panicked => Self::Panicked,
            PoolError::Busy => Self::Busy,
        }
    }
}

/// What has happened in a pool so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Pieces of work that ended in time, with an answer or a panic.
    pub finished: u64,
    /// Pieces of work given up because they took too long.
    pub abandoned: u64,
    /// How many of those are still running.
    pub stuck: usize,
    /// Pieces of work waiting for a thread.
    pub waiting: usize,
}

/// A pool of threads. Dropping it lets the threads end once they have done what they are at.
#[derive(Debug)]
pub struct Pool {
    shared: Arc<Shared>,
}

/// Ends the wait for a piece of work with an error, unless it has an answer already.
type GiveUp = Box<dyn Fn(PoolError) + Send>;

struct Job {
    work: Box<dyn FnOnce() + Send>,
    give_up: GiveUp,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    /// What is being run: since when, and how to give it up.
    running: HashMap<u64, (Instant, GiveUp)>,
    next_id: u64,
    /// Threads that are not stuck.
    workers: usize,
    counts: Counts,
    is_closed: bool,
}

struct Shared {
    state: Mutex<State>,
    /// Work has come, or the pool closes.
    work: Condvar,
    /// Something has begun to run, or the pool closes.
    begun: Condvar,
    limit: Duration,
    threads: usize,
    max_stuck: usize,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared")
            .field("limit", &self.limit)
            .field("counts", &self.lock().counts)
            .finish_non_exhaustive()
    }
}

/// Reading needs little stack; a library that recurses over markup may need more.
const STACK_BYTES: usize = 8 << 20;

impl Pool {
    /// Starts `threads` threads (at least one). A piece of work may run for `limit`.
    pub fn new(threads: usize, limit: Duration) -> Self {
        let threads = threads.max(1);
        let shared = Arc::new(Shared {
            state: Mutex::new(State::default()),
            work: Condvar::new(),
            begun: Condvar::new(),
            limit,
            threads,
            max_stuck: threads.saturating_mul(4),
        });
        for _ in 0..threads {
            shared.spawn_worker(&mut shared.lock());
        }
        let watched = Arc::clone(&shared);
        thread::Builder::new()
            .name("parse-watch".to_owned())
            .spawn(move || watched.watch())
            .expect("a thread can be started while the program starts");
        Self { shared }
    }

    /// Runs `work` on one of the threads and waits for its answer without blocking an async thread.
    ///
    /// # Errors
    ///
    /// [`PoolError`] where there is no answer. Whoever stops waiting does not stop the work.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PoolError> {
        self.submit(work).await.unwrap_or(Err(PoolError::Busy))
    }

    /// Runs `work` on one of the threads and blocks until its answer is there. Never on an async thread.
    ///
    /// # Errors
    ///
    /// [`PoolError`] where there is no answer.
    pub fn run_blocking<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, PoolError> {
        self.submit(work).blocking_recv().unwrap_or(Err(PoolError::Busy))
    }

    /// What has happened so far.
    pub fn counts(&self) -> Counts {
        let state = self.shared.lock();
        Counts { waiting: state.jobs.len(), ..state.counts }
    }

    fn submit<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> oneshot::Receiver<Result<T, PoolError>> {
        let (sender, receiver) = oneshot::channel();
        // Whoever is first, the work or the watch, answers.
        let sender = Arc::new(Mutex::new(Some(sender)));
        let answer = {
            let sender = Arc::clone(&sender);
            move |result| {
                if let Some(sender) = sender.lock().unwrap_or_else(PoisonError::into_inner).take() {
                    // Nobody may be waiting any more, which is their choice.
                    drop(sender.send(result));
                }
            }
        };
        let job = Job {
            work: {
                let answer = answer.clone();
                Box::new(move || {
                    let result = catch_unwind(AssertUnwindSafe(work));
                    answer(result.map_err(|_| PoolError::Panicked));
                })
            },
            give_up: Box::new(move |error| answer(Err(error))),
        };
        let mut state = self.shared.lock();
        if state.workers == 0 || state.is_closed {
            (job.give_up)(PoolError::Busy);
        } else {
            state.jobs.push_back(job);
            self.shared.work.notify_one();
        }
        receiver
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.work.notify_all();
        self.shared.begun.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // No work runs under the lock, so a poisoned one is still in order.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spawn_worker(self: &Arc<Self>, state: &mut State) {
        let shared = Arc::clone(self);
        let spawned =
            thread::Builder::new().name("parse".to_owned()).stack_size(STACK_BYTES).spawn(move || shared.work());
        if spawned.is_ok() {
            state.workers += 1;
        }
    }

    /// What a thread does until it is stuck or the pool closes.
    fn work(&self) {
        let mut state = self.lock();
        loop {
            let Some(Job { work, give_up }) = state.jobs.pop_front() else {
                if state.is_closed {
                    state.workers -= 1;
                    return;
                }
                state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let id = state.next_id;
            state.next_id += 1;
            state.running.insert(id, (Instant::now(), give_up));
            self.begun.notify_one();
            drop(state);
            work();
            state = self.lock();
            if state.running.remove(&id).is_none() {
                // Given up meanwhile. Another thread has taken this one's place, unless too many were stuck for that.
                state.counts.stuck -= 1;
                if state.workers >= self.threads {
                    return;
                }
                state.workers += 1;
                continue;
            }
            state.counts.finished += 1;
        }
    }

    /// Gives up what runs too long. Sleeps while nothing runs.
    fn watch(self: Arc<Self>) {
        let mut state = self.lock();
        loop {
            if state.is_closed && state.running.is_empty() && state.jobs.is_empty() {
                return;
            }
            let now = Instant::now();
            let overdue: Vec<u64> = state
                .running
                .iter()
                .filter(|(_, (since, _))| now.duration_since(*since) >= self.limit)
                .map(|(&id, _)| id)
                .collect();
            for id in overdue {
                if let Some((_, give_up)) = state.running.remove(&id) {
                    give_up(PoolError::TooSlow { limit: self.limit });
                    state.counts.abandoned += 1;
                    state.counts.stuck += 1;
                    state.workers -= 1;
                    if state.counts.stuck <= self.max_stuck {
                        self.spawn_worker(&mut state);
                    }
                }
            }
            if state.workers == 0 {
                for job in state.jobs.drain(..) {
                    (job.give_up)(PoolError::Busy);
                }
            }
            let next = state.running.values().map(|(since, _)| *since + self.limit).min();
            state = match next {
                Some(next) => {
                    let wait = next.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
                    self.begun.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.begun.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Work that does not end before the returned sender is dropped.
    fn stuck() -> (mpsc::Sender<()>, impl FnOnce() + Send + 'static) {
        let (sender, receiver) = mpsc::channel::<()>();
        (sender, move || receiver.recv().unwrap_or_default())
    }

    /// Far longer than anything takes on the slowest of machines.
    const PATIENCE: Duration = Duration::from_secs(60);

    /// Expects an answer at last: on a busy machine any work may take longer than the limit of a test.
    #[track_caller]
    fn works_in_the_end(pool: &Pool) {
        let deadline = Instant::now() + PATIENCE;
        while pool.run_blocking(|| 1) != Ok(1) {
            assert!(Instant::now() < deadline, "it never works again");
            thread::yield_now();
        }
    }

    #[test]
    fn answers_what_the_work_answers() {
        let pool = Pool::new(2, Duration::from_secs(60));
        assert_eq!(pool.run_blocking(|| 6 * 7), Ok(42));
        assert_eq!(pool.counts().abandoned, 0);
    }

    #[test]
    fn catches_panics() {
        let pool = Pool::new(1, Duration::from_secs(60));
        assert_eq!(pool.run_blocking(|| if true { panic!("on purpose") } else { 1 }), Err(PoolError::Panicked));
        assert_eq!(pool.run_blocking(|| 1), Ok(1));
    }

    #[test]
    fn is_not_starved_by_work_that_never_ends() {
        let limit = Duration::from_millis(20);
        let pool = Pool::new(1, limit);
        let (release, work) = stuck();
        assert_eq!(pool.run_blocking(work), Err(PoolError::TooSlow { limit }));
        assert_eq!((pool.counts().abandoned, pool.counts().stuck), (1, 1));
        works_in_the_end(&pool);
        assert!(pool.counts().stuck >= 1, "that one still is");
        drop(release);
        let deadline = Instant::now() + PATIENCE;
        while pool.counts().stuck > 0 {
            assert!(Instant::now() < deadline, "the thread that was stuck came back and is gone");
            thread::yield_now();
        }
    }

    #[test]
    fn refuses_work_when_all_that_may_be_stuck_is() {
        let limit = Duration::from_millis(5);
        let pool = Pool::new(1, limit);
        let mut held = Vec::new();
        for _ in 0..5 {
            let (release, work) = stuck();
            held.push(release);
            assert_eq!(pool.run_blocking(work), Err(PoolError::TooSlow { limit }));
        }
        assert_eq!(pool.run_blocking(|| 1), Err(PoolError::Busy));
        drop(held);
        works_in_the_end(&pool);
    }

    #[test]
    fn can_be_awaited() {
        let pool = Pool::new(1, Duration::from_secs(60));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        assert_eq!(runtime.block_on(pool.run(|| "tin")), Ok("tin"));
    }
}
