//! Polls on their way to the writer, so that it waits for none that cannot come.

use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, OnceLock};
use std::thread::Thread;

/// What is on its way to the writer: it waits for no more where all of it has come.
#[derive(Debug, Default)]
pub struct Traffic {
    /// Polls that have begun and are not over.
    under_way: AtomicUsize,
    /// Those of them that have come to the writer and whose batch is not over. Counted once they are in the queue, so that it can
    /// wrap below nothing for a moment, if a batch is over before that: it then closes early, and that is all.
    come: AtomicUsize,
    writer: OnceLock<Thread>,
}

impl Traffic {
    /// To be called by the writer's thread, before it waits for anything.
    pub fn wakes_me(&self) {
        self.writer.get_or_init(std::thread::current);
    }

    #[cfg(test)]
    pub fn has_writer(&self) -> bool {
        self.writer.get().is_some()
    }

    /// A poll has begun.
    pub fn begin(self: &Arc<Self>) -> UnderWay {
        self.under_way.fetch_add(1, SeqCst);
        UnderWay(Arc::clone(self))
    }

    /// Whether nothing can come any more before those that have are answered.
    pub fn has_all_come(&self) -> bool {
        self.come.load(SeqCst) >= self.under_way.load(SeqCst)
    }

    /// A poll has come: the writer need not be woken for any but the last.
    pub fn come(&self) {
        self.come.fetch_add(1, SeqCst);
        if let (true, Some(writer)) = (self.has_all_come(), self.writer.get()) {
            writer.unpark();
        }
    }

    /// The batch of so many polls is over.
    pub fn answered(&self, polls: usize) {
        self.come.fetch_sub(polls, SeqCst);
    }
}

/// A poll that has begun and may still come to the writer, until this is dropped.
#[derive(Debug)]
#[must_use]
pub struct UnderWay(Arc<Traffic>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poll_that_is_over_is_waited_for_no_more() {
        let traffic = Arc::<Traffic>::default();
        let (one, other) = (traffic.begin(), traffic.begin());
        traffic.come();
        assert!(!traffic.has_all_come());
        drop(other);
        assert!(traffic.has_all_come());
        traffic.answered(1);
        assert!(!traffic.has_all_come(), "it may bring another");
        drop(one);
        assert!(traffic.has_all_come());
    }
}
