//! Turns a panic inside polars into an error.
//!
//! polars panics on some damaged Parquet files. Such a panic is caught; this also keeps its message off standard
//! error, where it would look like a fault of the program.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many reads are being watched over now.
static READS: AtomicUsize = AtomicUsize::new(0);
static HOOK: Once = Once::new();

thread_local! {
    /// Whether this thread is in such a read.
    static READING: Cell<bool> = const { Cell::new(false) };
}

/// Runs `read`; a panic in it becomes `Err` with the panic's words.
pub fn catch<T>(read: impl FnOnce() -> T) -> Result<T, String> {
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            // polars' own threads may run parts of the read; of those the place of the panic tells.
            let in_polars = || info.location().is_some_and(|place| place.file().contains("polars"));
            let ours = READING.get() || (READS.load(Ordering::SeqCst) > 0 && in_polars());
            if !ours {
                before(info);
            }
        }));
    });
    let outer = READING.replace(true);
    READS.fetch_add(1, Ordering::SeqCst);
    let result = panic::catch_unwind(AssertUnwindSafe(read));
    READS.fetch_sub(1, Ordering::SeqCst);
    READING.set(outer);
    result.map_err(|panic| match (panic.downcast_ref::<String>(), panic.downcast_ref::<&str>()) {
        (Some(words), _) => words.clone(),
        (None, Some(words)) => (*words).to_owned(),
        (None, None) => "its structure makes no sense".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_panic_becomes_an_error_with_its_words() {
        assert_eq!(super::catch(|| 7), Ok(7));
        assert_eq!(super::catch(|| std::panic::panic_any("torn page")), Err::<(), _>("torn page".to_owned()));
    }
}
