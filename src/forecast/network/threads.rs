//! Work side by side, libtorch on one thread in each.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;

use crate::forecast::ForecastError;

/// How many networks learn side by side: on the CPU one a core, on a GPU one after the other.
pub fn side_by_side_on(device: tch::Device) -> usize {
    if device == tch::Device::Cpu { thread::available_parallelism().map_or(1, usize::from) } else { 1 }
}

/// Does pieces of work on so many threads, libtorch on one thread in each, and answers in the order of the pieces. What
/// a piece gives must hang on nothing that other pieces change, so it does not depend on the number of threads either.
///
/// # Errors
/// One of those of pieces that failed. What is being done when a piece fails is finished, the rest is not begun.
pub fn side_by_side<P: Send, R: Send>(
    pieces: Vec<P>,
    threads: usize,
    work: impl Fn(P) -> Result<R, ForecastError> + Sync,
) -> Result<Vec<R>, ForecastError> {
    let numbered = pieces.into_iter().enumerate().collect();
    let mut done = one_after_another(numbered, threads, |(at, piece)| Ok(((at, work(piece)?), Vec::new())))?;
    done.sort_unstable_by_key(|(at, _)| *at);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}

/// The same for pieces after which further ones can be begun: `work` answers with what a piece gave, and with those. They
/// wait behind all that wait already. The results come in the order in which they were done.
///
/// # Errors
/// As [`side_by_side`].
pub fn one_after_another<P: Send, R: Send>(
    pieces: Vec<P>,
    threads: usize,
    work: impl Fn(P) -> Result<(R, Vec<P>), ForecastError> + Sync,
) -> Result<Vec<R>, ForecastError> {
    if threads < 2 {
        let (mut waiting, mut done) = (VecDeque::from(pieces), Vec::new());
        while let Some(piece) = waiting.pop_front() {
            let (result, further) = work(piece)?;
            done.push(result);
            waiting.extend(further);
        }
        return Ok(done);
    }
    let queue = Queue { backlog: Mutex::new(Backlog { waiting: pieces.into(), busy: 0 }), changed: Condvar::new() };
    let done: Vec<Result<R, ForecastError>> = thread::scope(|scope| {
        let worker = || {
            tch::set_num_threads(1);
            let mut own = Vec::new();
            while let Some(piece) = queue.next() {
                // Were the work to panic, the others must not wait for what it would have led to.
                let mut leaving = Leaving { queue: &queue, further: None };
                match work(piece) {
                    Ok((result, further)) => {
                        leaving.further = Some(further);
                        own.push(Ok(result));
                    }
                    Err(why) => own.push(Err(why)),
                }
            }
            own
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        // A panic goes on where the work was asked for: jobs are guarded there.
        let join = |worker: thread::ScopedJoinHandle<Vec<_>>| {
            worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        workers.into_iter().flat_map(join).collect()
    });
    done.into_iter().collect()
}

/// Pieces that wait, and how many are being worked on.
struct Backlog<P> {
    waiting: VecDeque<P>,
    busy: usize,
}

struct Queue<P> {
    backlog: Mutex<Backlog<P>>,
    changed: Condvar,
}

impl<P> Queue<P> {
    /// The next piece, as soon as there is one; none once nothing waits and nothing can follow.
    fn next(&self) -> Option<P> {
        let mut backlog = self.backlog.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(piece) = backlog.waiting.pop_front() {
                backlog.busy += 1;
                return Some(piece);
            }
            if backlog.busy == 0 {
                return None;
            }
            backlog = self.changed.wait(backlog).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// Says that a piece is done when it goes out of scope, however that comes.
struct Leaving<'a, P> {
    queue: &'a Queue<P>,
    /// What can be begun now; none where the piece failed, and then nothing more is.
    further: Option<Vec<P>>,
}

impl<P> Drop for Leaving<'_, P> {
    fn drop(&mut self) {
        let mut backlog = self.queue.backlog.lock().unwrap_or_else(PoisonError::into_inner);
        backlog.busy -= 1;
        match self.further.take() {
            Some(further) => backlog.waiting.extend(further),
            None => backlog.waiting.clear(),
        }
        self.queue.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn answers_come_in_the_order_of_the_pieces_whatever_the_threads() {
        for threads in [1, 2, 5] {
            let done = side_by_side((0..50).collect(), threads, |piece: u64| {
                thread::sleep(std::time::Duration::from_micros(50 * (piece % 7)));
                Ok(piece * piece)
            });
            assert_eq!(done.unwrap(), (0..50).map(|piece| piece * piece).collect::<Vec<u64>>());
        }
    }

    #[test]
    fn what_a_piece_leads_to_is_done_too() {
        // Each number leads to its halves, down to 1.
        let halves = |number: u32| {
            thread::sleep(std::time::Duration::from_micros(20 * u64::from(number % 3)));
            Ok((number, if number > 1 { vec![number / 2, number - number / 2] } else { Vec::new() }))
        };
        for threads in [1, 2, 5] {
            let mut done = one_after_another(vec![9, 16], threads, halves).unwrap();
            done.sort_unstable();
            assert_eq!(done.iter().filter(|number| **number == 1).count(), 25, "on {threads} threads: {done:?}");
            assert_eq!(done.len(), 25 + 23);
        }
    }

    #[test]
    fn one_that_fails_ends_the_work() {
        for threads in [1, 3] {
            let begun = AtomicBool::new(false);
            let failed = side_by_side((0..1000).collect(), threads, |piece: u32| match piece {
                5 => Err(ForecastError::Misfit("on purpose".to_owned())),
                999 => {
                    begun.store(true, Ordering::Relaxed);
                    Ok(())
                }
                _ => {
                    thread::sleep(std::time::Duration::from_micros(100));
                    Ok(())
                }
            });
            assert!(failed.unwrap_err().to_string().contains("on purpose"));
            assert!(!begun.load(Ordering::Relaxed), "the last was begun");
        }
    }

    #[test]
    #[should_panic(expected = "broke off")]
    fn a_panic_goes_on_where_the_work_was_asked_for() {
        let _ = side_by_side(vec![1, 2, 3], 2, |piece| if piece == 2 { panic!("broke off") } else { Ok(piece) });
    }
}
