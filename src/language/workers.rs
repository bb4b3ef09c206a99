//! Batches side by side, each on a thread with libtorch to itself.
//!
//! One batch spread over all cores waits for the slowest core at the end of every operation, and small operations do not
//! spread at all. As many batches as cores, each on one, have neither fault; and what a batch gives does not depend on
//! the number of cores.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use super::LanguageError;
use crate::observe::Watch;

/// Does so many pieces of work on so many threads and hands their results to `take` as they come, in no order.
///
/// # Errors
/// The first that a piece or `take` reports; a wish to stop. What is being done then is finished, the rest is not begun.
pub(super) fn side_by_side<T: Send>(
    pieces: usize,
    threads: usize,
    watch: &Watch,
    work: impl Fn(usize) -> Result<T, LanguageError> + Sync,
    mut take: impl FnMut(usize, T) -> Result<(), LanguageError>,
) -> Result<(), LanguageError> {
    if threads.min(pieces) < 2 {
        for piece in 0..pieces {
            watch.check()?;
            take(piece, work(piece)?)?;
        }
        return Ok(());
    }
    let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
    let all = tch::get_num_threads();
    let mut result = Ok(());
    thread::scope(|scope| {
        let (tell, hear) = mpsc::sync_channel(2 * threads);
        for _ in 0..threads.min(pieces) {
            let (tell, work, next, failed) = (tell.clone(), &work, &next, &failed);
            scope.spawn(move || {
                tch::set_num_threads(1);
                let _frozen = tch::no_grad_guard();
                while !failed.load(Ordering::Relaxed) && watch.check().is_ok() {
                    let piece = next.fetch_add(1, Ordering::Relaxed);
                    if piece >= pieces {
                        break;
                    }
                    let done = catch_unwind(AssertUnwindSafe(|| work(piece)))
                        .unwrap_or_else(|_| Err(LanguageError::Torch("a thread of it broke off".to_owned())));
                    if tell.send((piece, done)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(tell);
        for (piece, done) in hear {
            if result.is_ok() {
                result = done.and_then(|done| take(piece, done));
                failed.store(result.is_err(), Ordering::Relaxed);
            }
        }
    });
    // Setting it on a thread sets it for threads to come as well.
    tch::set_num_threads(all);
    result?;
    Ok(watch.check()?)
}

/// Does the work on all rows at once or, where memory does not suffice for that, on ever smaller parts of them.
///
/// # Errors
/// What the work reports; too little memory only if it does not suffice for a single row.
pub(super) fn in_halves<R>(
    rows: &[R],
    work: &impl Fn(&[R]) -> Result<Vec<f32>, LanguageError>,
) -> Result<Vec<f32>, LanguageError> {
    match work(rows) {
        Err(LanguageError::Memory(_)) if rows.len() > 1 => {
            let (first, second) = rows.split_at(rows.len() / 2);
            let mut done = in_halves(first, work)?;
            done.extend(in_halves(second, work)?);
            Ok(done)
        }
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn every_piece_is_done_once_and_the_threads_are_given_back() {
        let before = tch::get_num_threads();
        let mut sum = 0;
        let work = |piece: usize| {
            assert_eq!(tch::get_num_threads(), 1);
            Ok(piece)
        };
        side_by_side(100, 3, &Watch::silent(), work, |piece, done| {
            assert_eq!(piece, done);
            sum += done;
            Ok(())
        })
        .unwrap();
        assert_eq!(sum, 99 * 100 / 2);
        assert_eq!(tch::get_num_threads(), before);
        assert_eq!(thread::spawn(tch::get_num_threads).join().unwrap(), before, "for threads to come as well");
    }

    #[test]
    fn a_fault_or_a_panic_ends_the_work_with_a_message() {
        let begun = Mutex::new(0);
        let work = |piece: usize| {
            *begun.lock().unwrap() += 1;
            if piece == 5 { Err(LanguageError::Torch("no".to_owned())) } else { Ok(()) }
        };
        let failed = side_by_side(100_000, 2, &Watch::silent(), work, |_, ()| Ok(())).unwrap_err();
        assert!(failed.to_string().contains("no"), "{failed}");
        assert!(*begun.lock().unwrap() < 100_000);
        let broken = |piece: usize| if piece == 1 { panic!("on purpose") } else { Ok(()) };
        assert!(side_by_side(9, 2, &Watch::silent(), broken, |_, ()| Ok(())).is_err());
    }

    #[test]
    fn a_wish_to_stop_is_heard() {
        for threads in [1, 2] {
            let watch = Watch::silent();
            let token = watch.cancel_token().clone();
            let stopped = side_by_side(
                1000,
                threads,
                &watch,
                |_| Ok(()),
                |_, ()| {
                    token.cancel();
                    Ok(())
                },
            );
            assert!(matches!(stopped, Err(LanguageError::Cancelled(_))), "{threads}");
        }
    }

    #[test]
    fn a_batch_too_large_for_memory_is_halved_until_it_fits() {
        let sizes = Mutex::new(Vec::new());
        let work = |most: usize| {
            let sizes = &sizes;
            move |rows: &[f32]| {
                sizes.lock().unwrap().push(rows.len());
                if rows.len() > most { Err(LanguageError::Memory("none left".to_owned())) } else { Ok(rows.to_vec()) }
            }
        };
        let rows: Vec<f32> = (0..7).map(|n| n as f32).collect();
        assert_eq!(in_halves(&rows, &work(2)).unwrap(), rows, "all of them, in their order");
        assert_eq!(*sizes.lock().unwrap(), [7, 3, 1, 2, 4, 2, 2]);
        assert!(matches!(in_halves(&rows, &work(0)), Err(LanguageError::Memory(_))));
    }

    #[test]
    fn libtorch_out_of_memory_is_known_for_what_it_is() {
        let too_much = tch::Tensor::f_zeros([1 << 46], (tch::Kind::Float, tch::Device::Cpu));
        let error = LanguageError::from(too_much.unwrap_err());
        assert!(matches!(error, LanguageError::Memory(_)), "{error}");
    }
}
