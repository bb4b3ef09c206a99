//! What the tables' columns are made of.

use std::ops::Range;

use polars::prelude::{Column, Int32Chunked, Int64Chunked, IntoSeries as _, NamedFrom, PlSmallStr, Series, TimeUnit};

use crate::calendar::{Calendar, Period, WallTime};
use crate::forecast::Band;
use crate::interests::InterestSpace;

/// The levels that have columns, whether calibrated or not.
const LEVELS: [u8; 3] = [50, 80, 95];

/// A column of values made one by one.
pub(super) fn column<T>(name: &str, values: impl Iterator<Item = T>) -> Column
where
    Series: NamedFrom<Vec<T>, [T]>,
{
    Column::new(PlSmallStr::from_str(name), values.collect::<Vec<_>>())
}

/// A column of dates: each period's first day.
pub(super) fn dates(name: &str, calendar: Calendar, periods: impl Iterator<Item = Period>) -> Column {
    let days = periods.map(|period| i32::try_from(calendar.start(period).day()).unwrap_or(i32::MAX)).collect();
    Int32Chunked::from_vec(PlSmallStr::from_str(name), days).into_date().into_series().into()
}

/// Wall-clock times, in microseconds, without a zone.
pub(super) fn times(name: &str, times: impl Iterator<Item = WallTime>) -> Column {
    let micros = times.map(|time| time.0).collect();
    Int64Chunked::from_vec(PlSmallStr::from_str(name), micros)
        .into_datetime(TimeUnit::Microseconds, None)
        .into_series()
        .into()
}

/// What an interest is called; a space that does not know it gives its number.
pub(super) fn label(space: &InterestSpace, interest: u16) -> String {
    let found = space.interests.get(usize::from(interest));
    found.map_or_else(|| format!("interest {interest}"), |found| found.label.clone())
}

/// What the interest of each row is called.
pub(super) fn labels(name: &str, space: &InterestSpace, interests: impl Iterator<Item = Option<usize>>) -> Column {
    let called = |interest: usize| space.interests.get(interest).map(|found| found.label.as_str());
    column(name, interests.map(|interest| interest.and_then(called)))
}

/// The limits of bands for some cells, lower and upper by level; `of` tells both for a level and a cell. What was not
/// calibrated is not there.
pub(super) fn limits(cells: Range<usize>, of: impl Fn(u8, usize) -> Option<(f32, f32)>) -> Vec<Column> {
    let mut columns = Vec::with_capacity(2 * LEVELS.len());
    for level in LEVELS {
        let (lower, upper): (Vec<_>, Vec<_>) = cells
            .clone()
            .map(|cell| {
                let limits = of(level, cell);
                let side = |limit: f32| Some(limit).filter(|limit| !limit.is_nan());
                (limits.and_then(|(lower, _)| side(lower)), limits.and_then(|(_, upper)| side(upper)))
            })
            .unzip();
        columns.push(column(&format!("lower_{level}"), lower.into_iter()));
        columns.push(column(&format!("upper_{level}"), upper.into_iter()));
    }
    columns
}

/// Both limits of a cell at a level, where there is such a band.
pub(super) fn limits_of(bands: &[Band], level: u8, cell: usize) -> Option<(f32, f32)> {
    let band = bands.iter().find(|band| band.level == level)?;
    Some((*band.lower.get(cell)?, *band.upper.get(cell)?))
}

/// A number as the tables hold it.
pub(super) fn whole(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
