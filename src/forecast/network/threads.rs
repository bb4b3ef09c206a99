//! Work side by side, libtorch on one thread in each.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
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
/// The first in the order of the pieces. What is being done when a piece fails is finished, the rest is not begun.
pub fn side_by_side<P: Send, R: Send>(
    pieces: Vec<P>,
    threads: usize,
    work: impl Fn(P) -> Result<R, ForecastError> + Sync,
) -> Result<Vec<R>, ForecastError> {
    if threads.min(pieces.len()) < 2 {
        return pieces.into_iter().map(work).collect();
    }
    let threads = threads.min(pieces.len());
    let mut done: Vec<Option<Result<R, ForecastError>>> = pieces.iter().map(|_| None).collect();
    let waiting: Mutex<VecDeque<(usize, P)>> = Mutex::new(pieces.into_iter().enumerate().collect());
    let failed = AtomicBool::new(false);
    thread::scope(|scope| {
        let worker = || {
            tch::set_num_threads(1);
            let mut own = Vec::new();
            while !failed.load(Ordering::Relaxed) {
                let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
                let Some((at, piece)) = next else { break };
                let result = work(piece);
                failed.fetch_or(result.is_err(), Ordering::Relaxed);
                own.push((at, result));
            }
            own
        };
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(worker)).collect();
        for worker in workers {
            // A panic goes on where the work was asked for: jobs are guarded there.
            let own = worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            own.into_iter().for_each(|(at, result)| done[at] = Some(result));
        }
    });
    // Those that were not begun lie behind one that failed.
    done.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
