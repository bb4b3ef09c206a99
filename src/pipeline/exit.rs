//! The exit code of an error.

use crate::events::EventsError;
use crate::forecast::ForecastError;
use crate::interests::InterestsError;
use crate::language::LanguageError;
use crate::observe::Cancelled;
use crate::project::ProjectError;
use crate::report::ReportError;

/// 130 if somebody asked to stop, 2 if the input, the arguments or the place for results are at fault, 1 if the program
/// is.
pub fn exit_code(error: &anyhow::Error) -> u8 {
    let any = |is: fn(&(dyn std::error::Error + 'static)) -> bool| error.chain().any(is);
    if any(|cause| cause.is::<Cancelled>()) {
        return 130;
    }
    let at_fault = any(|cause| {
        cause.is::<EventsError>()
            || cause.is::<InterestsError>()
            || cause.is::<LanguageError>()
            || cause.is::<ProjectError>()
            || cause.is::<ReportError>()
            || matches!(
                cause.downcast_ref(),
                Some(ForecastError::TooShort { .. } | ForecastError::NobodyReturns { .. })
            )
            || cause.is::<std::io::Error>()
    });
    if at_fault { 2 } else { 1 }
}
