//! The log's time zone: from instants to what its clocks showed.

use jiff::civil;
use jiff::tz::{Offset, TimeZone};

use crate::calendar::WallTime;
use crate::events::EventsError;

/// Daylight saving is looked up as far as this year; later instants keep the last offset known.
const LAST_YEAR: i16 = 2100;

/// When clocks were changed, and by how much they differ from UTC.
#[derive(Clone, Debug, Default)]
pub struct Zone {
    /// From this instant on (microseconds since 1970), so many microseconds ahead of UTC.
    changes: Vec<(i64, i64)>,
}

impl Zone {
    /// A zone by its name; UTC without one.
    ///
    /// # Errors
    /// A name that the system does not know.
    pub fn named(name: Option<&str>) -> Result<Self, EventsError> {
        let Some(name) = name else { return Ok(Self::default()) };
        let unknown = |why: String| EventsError::BadTimeZone { zone: name.to_owned(), why };
        let zone = match offset(name) {
            Some(ahead) => TimeZone::fixed(ahead),
            None => TimeZone::get(name).map_err(|error| unknown(error.to_string()))?,
        };
        let begins = |year: i16| TimeZone::UTC.to_timestamp(civil::date(year, 1, 1).at(0, 0, 0, 0));
        let first = begins(1900).map_err(|error| unknown(error.to_string()))?;
        let last = begins(LAST_YEAR).map_err(|error| unknown(error.to_string()))?;
        let micros = |offset: Offset| i64::from(offset.seconds()) * 1_000_000;
        let mut changes = vec![(i64::MIN, micros(zone.to_offset(first)))];
        let later = zone.following(first).take_while(|change| change.timestamp() < last);
        changes.extend(later.map(|change| (change.timestamp().as_microsecond(), micros(change.offset()))));
        Ok(Self { changes })
    }

    /// What the zone's clocks showed at an instant, given as microseconds since 1970 in UTC.
    pub fn wall(&self, instant: i64) -> WallTime {
        let at = self.changes.partition_point(|(from, _)| *from <= instant);
        let ahead = at.checked_sub(1).map_or(0, |at| self.changes[at].1);
        WallTime(instant.saturating_add(ahead))
    }
}

/// `+08:00`, `-0330`.
fn offset(name: &str) -> Option<Offset> {
    let (sign, digits) = match name.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, name.strip_prefix('-')?),
    };
    let digits = digits.replace(':', "");
    let number: i32 = digits.parse().ok().filter(|_| digits.len() == 4)?;
    Offset::from_seconds(sign * (number / 100 * 3600 + number % 100 * 60)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;

    fn wall(zone: &str, instant: &str) -> String {
        let instant: Timestamp = instant.parse().unwrap();
        Zone::named(Some(zone)).unwrap().wall(instant.as_microsecond()).to_string()
    }

    #[test]
    fn instants_become_what_the_clocks_showed() {
        assert_eq!(wall("Asia/Shanghai", "2010-12-31T17:30:00Z"), "2011-01-01T01:30:00");
        assert_eq!(wall("+08:00", "2010-12-31T17:30:00Z"), "2011-01-01T01:30:00");
        assert_eq!(wall("-0330", "2010-12-31T00:00:00Z"), "2010-12-30T20:30:00");
        assert_eq!(Zone::named(None).unwrap().wall(5), WallTime(5));
        assert!(matches!(Zone::named(Some("Mars/Base")), Err(EventsError::BadTimeZone { .. })));
    }

    #[test]
    fn daylight_saving_moves_no_event_into_another_day() {
        // Half past eleven in the evening, the day before and the day after the clocks changed.
        assert_eq!(wall("Europe/Berlin", "2024-03-30T22:30:00Z"), "2024-03-30T23:30:00");
        assert_eq!(wall("Europe/Berlin", "2024-03-31T21:30:00Z"), "2024-03-31T23:30:00");
        assert_eq!(wall("America/New_York", "2024-11-03T03:59:59Z"), "2024-11-02T23:59:59");
        assert_eq!(wall("America/New_York", "2024-11-04T04:59:59Z"), "2024-11-03T23:59:59");
    }
}
