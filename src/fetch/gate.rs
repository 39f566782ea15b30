//! The gate before every request: one at a time per host, a pause between two, and a bound for all together.
//!
//! Who comes first goes first, per host and for the bound of all. A request waits for its host before it takes one of
//! the places that all share, so a slow host with many sources takes one place, not all of them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use crate::model::Map;
use crate::schedule::Host;

/// Hosts remembered before those that nobody waits for and whose pause is over are looked for and forgotten.
const REMEMBERED: usize = 4096;

/// The gate; one for the whole daemon, cheap to clone.
#[derive(Debug, Clone)]
pub struct HostGate {
    hosts: Arc<Mutex<Hosts>>,
    places: Arc<Semaphore>,
    pause: Duration,
}

#[derive(Debug, Default)]
struct Hosts {
    turnstiles: Map<Host, Arc<AsyncMutex<Turn>>>,
    /// Longer pauses that hosts have asked for.
    pauses: Map<Host, Duration>,
}

/// What the next one at a host has to heed.
#[derive(Debug, Default)]
struct Turn {
    free_at: Option<Instant>,
}

impl HostGate {
    /// A gate that lets `concurrency` requests through at once (at least one), and to each host one at a time, `pause`
    /// after the end of the one before.
    pub fn new(concurrency: usize, pause: Duration) -> Self {
        Self {
            hosts: Arc::default(),
            places: Arc::new(Semaphore::new(concurrency.clamp(1, Semaphore::MAX_PERMITS))),
            pause,
        }
    }

    /// The same gate after a change of the configuration: turns under way and pauses begun still count.
    pub fn changed(&self, concurrency: usize, pause: Duration) -> Self {
        Self { hosts: Arc::clone(&self.hosts), ..Self::new(concurrency, pause) }
    }

    /// Waits for a turn at `host`. The turn lasts until the pass is dropped; whoever needs another host must drop it
    /// before asking, lest two wait for each other.
    pub async fn enter(&self, host: &Host) -> Pass {
        let (turnstile, pause) = self.turnstile(host);
        let turn = turnstile.lock_owned().await;
        if let Some(free_at) = turn.free_at {
            // Without a pause even an hour that has passed would cost a timer.
            if free_at > Instant::now() {
                tokio::time::sleep_until(free_at).await;
            }
        }
        let place = Arc::clone(&self.places).acquire_owned().await.expect("nobody closes this semaphore");
        Pass { turn, pause, _place: place }
    }

    /// Makes the pauses at `host` at least `pause` long: its robots.txt asks for it.
    pub fn slow_down(&self, host: &Host, pause: Duration) {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if pause > self.pause {
            hosts.pauses.insert(host.clone(), pause);
        } else {
            hosts.pauses.remove(host);
        }
    }

    fn turnstile(&self, host: &Host) -> (Arc<AsyncMutex<Turn>>, Duration) {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        let pause = hosts.pauses.get(host).copied().unwrap_or(self.pause);
        if let Some(turnstile) = hosts.turnstiles.get(host) {
            return (Arc::clone(turnstile), pause);
        }
        if hosts.turnstiles.len() >= REMEMBERED {
            let now = Instant::now();
            hosts.turnstiles.retain(|_, turnstile| {
                // Somebody holds or awaits it, or its pause is not over.
                Arc::strong_count(turnstile) > 1
                    || turnstile.try_lock().is_ok_and(|turn| turn.free_at.is_some_and(|free_at| free_at > now))
            });
        }
        let turnstile = Arc::<AsyncMutex<Turn>>::default();
        hosts.turnstiles.insert(host.clone(), Arc::clone(&turnstile));
        (turnstile, pause)
    }
}

/// A turn at a host. Dropping it ends the turn and begins the pause.
#[derive(Debug)]
pub struct Pass {
    turn: OwnedMutexGuard<Turn>,
    pause: Duration,
    _place: OwnedSemaphorePermit,
}

impl Drop for Pass {
    fn drop(&mut self) {
        self.turn.free_at = if self.pause.is_zero() { None } else { Some(Instant::now() + self.pause) };
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn host(name: &str) -> Host {
        Host::of(&format!("http://{name}/").parse().expect("a good address"))
    }

    const PAUSE: Duration = Duration::from_millis(100);
    const WORK: Duration = Duration::from_millis(30);
    const LONG_WORK: Duration = Duration::from_millis(1500);

    /// Sends `requests` (host, how long it takes) through the gate at once; tells when each began and ended.
    async fn run(gate: &HostGate, requests: &[(&str, Duration)]) -> Vec<(Duration, Duration)> {
        let start = Instant::now();
        let mut tasks = Vec::new();
        for (name, work) in requests {
            let (gate, host, work) = (gate.clone(), host(name), *work);
            tasks.push(tokio::spawn(async move {
                let pass = gate.enter(&host).await;
                let began = start.elapsed();
                tokio::time::sleep(work).await;
                let ended = start.elapsed();
                drop(pass);
                (began, ended)
            }));
            // Lets it queue before the next one comes.
            tokio::task::yield_now().await;
        }
        let mut times = Vec::new();
        for task in tasks {
            times.push(task.await.expect("it does not panic"));
        }
        times
    }

    #[tokio::test]
    async fn one_at_a_time_per_host_first_come_first_served_with_a_pause_between() {
        let times = run(&HostGate::new(64, PAUSE), &[("a", WORK), ("a:81", WORK), ("a", WORK)]).await;
        assert!(times.windows(2).all(|pair| pair[1].0 >= pair[0].1 + PAUSE), "{times:?}");
    }

    #[tokio::test]
    async fn hosts_do_not_wait_for_each_other() {
        let times = run(&HostGate::new(64, PAUSE), &[("a", LONG_WORK), ("b", WORK), ("c", WORK)]).await;
        assert!(times[1].1 < times[0].1 && times[2].1 < times[0].1, "{times:?}");
    }

    #[tokio::test]
    async fn many_sources_of_a_slow_host_take_one_place() {
        let mut requests = vec![("slow", LONG_WORK); 3];
        requests.push(("b", WORK));
        let times = run(&HostGate::new(2, Duration::ZERO), &requests).await;
        assert!(times[3].1 < times[0].1, "{times:?}");
    }

    #[tokio::test]
    async fn no_more_than_so_many_at_once() {
        let gate = HostGate::new(3, Duration::ZERO);
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let tasks: Vec<_> = (0..20)
            .map(|number| {
                let (gate, now, most) = (gate.clone(), Arc::clone(&now), Arc::clone(&most));
                tokio::spawn(async move {
                    let _pass = gate.enter(&host(&format!("h{number}"))).await;
                    most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    tokio::time::sleep(WORK).await;
                    now.fetch_sub(1, Ordering::SeqCst);
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("it does not panic");
        }
        assert_eq!(most.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn a_host_may_ask_for_longer_pauses_but_not_for_shorter_ones() {
        let gate = HostGate::new(64, PAUSE);
        gate.slow_down(&host("a"), PAUSE * 3);
        gate.slow_down(&host("b"), PAUSE / 10);
        let times = run(&gate, &[("a", WORK), ("a", WORK), ("b", WORK), ("b", WORK)]).await;
        assert!(times[1].0 >= times[0].1 + PAUSE * 3, "{times:?}");
        assert!(times[3].0 >= times[2].1 + PAUSE, "{times:?}");
    }

    #[tokio::test]
    async fn a_turn_under_way_counts_after_a_change_of_the_configuration() {
        let gate = HostGate::new(64, PAUSE);
        let pass = gate.enter(&host("a")).await;
        let changed = gate.changed(1, Duration::ZERO);
        assert!(tokio::time::timeout(WORK, changed.enter(&host("a"))).await.is_err());
        drop(pass);
        assert!(tokio::time::timeout(LONG_WORK * 10, changed.enter(&host("a"))).await.is_ok());
    }

    #[tokio::test]
    async fn whoever_gives_up_waiting_blocks_nobody() {
        let gate = HostGate::new(1, Duration::ZERO);
        let pass = gate.enter(&host("a")).await;
        assert!(tokio::time::timeout(WORK, gate.enter(&host("a"))).await.is_err());
        assert!(tokio::time::timeout(WORK, gate.enter(&host("b"))).await.is_err());
        drop(pass);
        assert!(tokio::time::timeout(LONG_WORK * 10, gate.enter(&host("a"))).await.is_ok());
    }

    #[tokio::test]
    async fn hosts_are_forgotten_once_there_are_many_but_not_the_one_in_use() {
        let gate = HostGate::new(64, Duration::from_nanos(1));
        let held = gate.enter(&host("held")).await;
        for number in 0..3 * REMEMBERED {
            drop(gate.enter(&host(&format!("h{number}"))).await);
        }
        let remembered = gate.hosts.lock().expect("nobody panicked").turnstiles.len();
        assert!(remembered <= REMEMBERED, "{remembered}");
        assert!(tokio::time::timeout(WORK, gate.enter(&host("held"))).await.is_err());
        drop(held);
    }
}
