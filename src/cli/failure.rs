//! Errors for a person: one message on standard error, and the exit code.

use super::exit;
use crate::pipeline;

/// The arguments ask for something that cannot be done, which no room below could know.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Misuse(pub String);

/// Says something on standard error.
pub fn tell(message: &str) {
    eprintln!("driftline: {message}");
}

/// Tells an error and answers the exit code.
pub(super) fn report(error: &anyhow::Error) -> u8 {
    let code = if error.chain().any(|cause| cause.is::<Misuse>()) { exit::INPUT } else { pipeline::exit_code(error) };
    if code == exit::CANCELLED {
        tell("stopped; no results were written, and vectors made so far are kept for the next time");
    } else {
        tell(&message(error));
    }
    code
}

/// What happened, why, what to do. The rooms' messages say already what the system told them, so that is not repeated.
fn message(error: &anyhow::Error) -> String {
    let mut message = String::new();
    for cause in error.chain() {
        let words = cause.to_string();
        if message.is_empty() {
            message = words;
        } else if !cause.is::<std::io::Error>() && !message.contains(&words) {
            message = format!("{message}: {words}");
        }
    }
    message
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Cancelled;

    #[test]
    fn each_fault_has_its_code() {
        assert_eq!(report(&Misuse("a".into()).into()), exit::INPUT);
        assert_eq!(report(&anyhow::Error::from(Cancelled).context("while reading")), exit::CANCELLED);
        assert_eq!(report(&anyhow::anyhow!("broken")), exit::FAULT);
    }

    #[test]
    fn the_system_is_not_quoted_twice() {
        #[derive(Debug, thiserror::Error)]
        #[error("cannot read: {source}: /log.csv")]
        struct Read {
            source: std::io::Error,
        }
        let error = anyhow::Error::from(Read { source: std::io::Error::other("no such file") }).context("first");
        assert_eq!(message(&error), "first: cannot read: no such file: /log.csv");
    }
}
