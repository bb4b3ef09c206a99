//! The exit code of an error.

use super::ModelError;
use crate::events::EventsError;
use crate::forecast::ForecastError;
use crate::interests::InterestsError;
use crate::language::LanguageError;
use crate::observe::Cancelled;
use crate::project::{BadSetting, ProjectError};
use crate::recommend::RecommendError;
use crate::report::ReportError;
use crate::value::ValueError;

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
            || cause.is::<BadSetting>()
            || cause.is::<ReportError>()
            || cause.is::<ModelError>()
            || matches!(cause.downcast_ref(), Some(ValueError::TooFew { .. } | ValueError::NotOver { .. }))
            || matches!(
                cause.downcast_ref(),
                Some(
                    ForecastError::TooShort { .. }
                        | ForecastError::TooWide { .. }
                        | ForecastError::NobodyReturns { .. }
                        | ForecastError::Misfit(_)
                )
            )
            || matches!(cause.downcast_ref(), Some(RecommendError::NoPast { .. } | RecommendError::NoWindow { .. }))
            || cause.is::<std::io::Error>()
    });
    if at_fault { 2 } else { 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_to_stop_is_told_from_a_fault_in_whatever_room_it_was_met() {
        let met: [anyhow::Error; 7] = [
            Cancelled.into(),
            EventsError::from(Cancelled).into(),
            LanguageError::from(Cancelled).into(),
            InterestsError::from(Cancelled).into(),
            ForecastError::from(Cancelled).into(),
            RecommendError::from(Cancelled).into(),
            ValueError::from(Cancelled).into(),
        ];
        for error in met {
            assert_eq!(exit_code(&error.context("While the log was read")), 130);
        }
    }

    #[test]
    fn what_the_analyst_can_mend_is_2_and_what_they_cannot_is_1() {
        let strangers = ForecastError::NobodyReturns { length: crate::calendar::PeriodLength::Month };
        assert_eq!(exit_code(&strangers.into()), 2);
        assert_eq!(exit_code(&std::io::Error::from(std::io::ErrorKind::StorageFull).into()), 2);
        assert_eq!(exit_code(&anyhow::anyhow!("a hole in the program")), 1);
    }
}
