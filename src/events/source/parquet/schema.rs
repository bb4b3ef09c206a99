//! The columns of a Parquet file: how their values are stored and what these mean.

use super::thrift::{Kind, Malformed, Read, Reader};

/// Groups within groups.
const DEEPEST: u32 = 100;

/// How values are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stored {
    Truth,
    Int32,
    Int64,
    /// A day and the nanoseconds within it.
    Int96,
    Float,
    Double,
    Bytes,
    /// So many bytes each.
    Fixed(usize),
}

/// What stored values mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    Truth,
    Whole,
    /// A whole number that is never below zero.
    Natural,
    Number,
    /// A number of two bytes.
    Half,
    Text,
    /// Bytes of which nothing is said.
    Bytes,
    Uuid,
    /// A whole number with so many digits in all and so many behind the mark.
    Decimal {
        precision: usize,
        scale: usize,
    },
    Date,
    /// What clocks showed, or a moment in UTC.
    Time {
        unit: Unit,
        utc: bool,
    },
    /// A time of day.
    Clock(Unit),
    /// As `Int96` stores it: what clocks showed.
    DayAndNanos,
}

/// What times count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Millis,
    Micros,
    Nanos,
}

/// A column on the topmost level.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// Whether values may be absent.
    pub optional: bool,
    /// How and as what its values are read, or why they are not.
    pub values: Result<(Stored, Meaning), &'static str>,
    /// Which of a row group's chunks is its first.
    pub chunk: usize,
}

/// A file's columns.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    pub columns: Vec<Column>,
    /// What each chunk of a row group stores, by the number that the format gives it.
    pub leaves: Vec<i32>,
}

/// One entry of the schema as it is written: a group, or a column.
#[derive(Debug, Default)]
pub struct Element {
    physical: Option<i32>,
    length: Option<i32>,
    repetition: Option<i32>,
    name: String,
    children: usize,
    converted: Option<i32>,
    scale: Option<i32>,
    precision: Option<i32>,
    logical: Option<Logical>,
}

/// The newer annotation, as far as it is told apart here.
#[derive(Clone, Copy, Debug)]
enum Logical {
    Text,
    Map,
    List,
    Decimal { precision: i32, scale: i32 },
    Date,
    Clock(Unit),
    Time { unit: Unit, utc: bool },
    Integer { signed: bool },
    Null,
    Bson,
    Uuid,
    Half,
    Variant,
    Geometry,
    Unknown,
}

impl Element {
    pub fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let mut element = Self::default();
        reader.fields(|reader, field, kind| {
            match (field, kind) {
                (1, Kind::Whole) => {
                    element.physical = Some(reader.int()?).filter(|kind| *kind >= 0).ok_or(Malformed).map(Some)?
                }
                (2, Kind::Whole) => element.length = Some(reader.int()?),
                (3, Kind::Whole) => element.repetition = Some(reader.int()?),
                (4, Kind::Binary) => element.name = String::from_utf8_lossy(reader.binary()?).into_owned(),
                (5, Kind::Whole) => element.children = usize::try_from(reader.int()?).map_err(|_| Malformed)?,
                (6, Kind::Whole) => element.converted = Some(reader.int()?),
                (7, Kind::Whole) => element.scale = Some(reader.int()?),
                (8, Kind::Whole) => element.precision = Some(reader.int()?),
                (10, Kind::Struct) => element.logical = Some(logical(reader)?),
                _ => return Ok(false),
            }
            Ok(true)
        })?;
        Ok(element)
    }

    fn values(&self) -> Result<(Stored, Meaning), &'static str> {
        if self.repetition == Some(2) {
            return Err("list");
        }
        if self.physical.is_none() || self.children > 0 {
            return Err(match (self.logical, self.converted) {
                (Some(Logical::List), _) | (None, Some(3)) => "list",
                (Some(Logical::Map), _) | (None, Some(1 | 2)) => "map",
                (Some(Logical::Variant), _) => "variant",
                (Some(Logical::Unknown), _) => "a type newer than this program",
                _ => "record",
            });
        }
        let stored = match (self.physical, self.length) {
            (Some(0), _) => Stored::Truth,
            (Some(1), _) => Stored::Int32,
            (Some(2), _) => Stored::Int64,
            (Some(3), _) => Stored::Int96,
            (Some(4), _) => Stored::Float,
            (Some(5), _) => Stored::Double,
            (Some(6), _) => Stored::Bytes,
            (Some(7), Some(length)) if length > 0 => Stored::Fixed(length.unsigned_abs() as usize),
            _ => return Err("a type newer than this program"),
        };
        meaning(stored, self.logical.or_else(|| self.older())).map(|meaning| (stored, meaning))
    }

    /// What the older annotation says.
    fn older(&self) -> Option<Logical> {
        use Unit::{Micros, Millis};
        Some(match self.converted? {
            0 | 4 | 19 => Logical::Text,
            5 => Logical::Decimal { precision: self.precision.unwrap_or(0), scale: self.scale.unwrap_or(0) },
            6 => Logical::Date,
            7 => Logical::Clock(Millis),
            8 => Logical::Clock(Micros),
            // That these are in UTC was added later; what wrote them before meant what clocks showed.
            9 => Logical::Time { unit: Millis, utc: false },
            10 => Logical::Time { unit: Micros, utc: false },
            11..=14 => Logical::Integer { signed: false },
            15..=18 => Logical::Integer { signed: true },
            20 => Logical::Bson,
            _ => return None,
        })
    }
}

/// What is stored so and annotated so means. Where both do not fit, what is stored counts alone.
fn meaning(stored: Stored, logical: Option<Logical>) -> Result<Meaning, &'static str> {
    Ok(match (stored, logical) {
        (_, Some(Logical::Unknown)) => return Err("a type newer than this program"),
        (_, Some(Logical::Geometry)) => return Err("geometry"),
        (_, Some(Logical::Bson)) => return Err("BSON document"),
        (Stored::Truth, _) => Meaning::Truth,
        (
            Stored::Int32 | Stored::Int64 | Stored::Bytes | Stored::Fixed(_),
            Some(Logical::Decimal { precision, scale }),
        ) => {
            let digits = |number: i32| usize::try_from(number).map_err(|_| "decimal");
            let (precision, scale) = (digits(precision)?, digits(scale)?);
            // Thirty-two bytes hold 76 digits; nobody writes more.
            let wide = matches!(stored, Stored::Fixed(length) if length > 32);
            if wide || precision == 0 || precision > 76 || scale > precision {
                return Err("decimal");
            }
            Meaning::Decimal { precision, scale }
        }
        (Stored::Int32, Some(Logical::Date)) => Meaning::Date,
        (Stored::Int32 | Stored::Int64, Some(Logical::Clock(unit))) => Meaning::Clock(unit),
        (Stored::Int64, Some(Logical::Time { unit, utc })) => Meaning::Time { unit, utc },
        (Stored::Int32 | Stored::Int64, Some(Logical::Integer { signed: false })) => Meaning::Natural,
        (Stored::Int32 | Stored::Int64, _) => Meaning::Whole,
        (Stored::Int96, _) => Meaning::DayAndNanos,
        (Stored::Float | Stored::Double, _) => Meaning::Number,
        (Stored::Bytes, Some(Logical::Text)) => Meaning::Text,
        (Stored::Fixed(16), Some(Logical::Uuid)) => Meaning::Uuid,
        (Stored::Fixed(2), Some(Logical::Half)) => Meaning::Half,
        // The older annotation of an interval is none of those above.
        (Stored::Bytes | Stored::Fixed(_), _) => Meaning::Bytes,
    })
}

fn logical(reader: &mut Reader<'_>) -> Read<Logical> {
    let mut found = Logical::Unknown;
    reader.fields(|reader, field, kind| {
        if kind != Kind::Struct {
            return Ok(false);
        }
        found = match field {
            1 | 4 | 12 => Logical::Text,
            2 => Logical::Map,
            3 => Logical::List,
            5 => {
                let (mut precision, mut scale) = (0, 0);
                reader.fields(|reader, field, kind| {
                    match (field, kind) {
                        (1, Kind::Whole) => scale = reader.int()?,
                        (2, Kind::Whole) => precision = reader.int()?,
                        _ => return Ok(false),
                    }
                    Ok(true)
                })?;
                found = Logical::Decimal { precision, scale };
                return Ok(true);
            }
            6 => Logical::Date,
            7 | 8 => {
                let (unit, utc) = time(reader)?;
                let of_day = |unit| if field == 7 { Logical::Clock(unit) } else { Logical::Time { unit, utc } };
                found = unit.map_or(Logical::Unknown, of_day);
                return Ok(true);
            }
            10 => {
                let mut signed = true;
                reader.fields(|_, field, kind| {
                    if let (2, Kind::Truth(truth)) = (field, kind) {
                        signed = truth;
                    }
                    Ok(false)
                })?;
                found = Logical::Integer { signed };
                return Ok(true);
            }
            11 => Logical::Null,
            13 => Logical::Bson,
            14 => Logical::Uuid,
            15 => Logical::Half,
            16 => Logical::Variant,
            17 | 18 => Logical::Geometry,
            _ => Logical::Unknown,
        };
        Ok(false)
    })?;
    Ok(found)
}

/// A time's unit, if it is known here, and whether it is a moment in UTC.
fn time(reader: &mut Reader<'_>) -> Read<(Option<Unit>, bool)> {
    let (mut unit, mut utc) = (None, false);
    reader.fields(|reader, field, kind| match (field, kind) {
        (1, Kind::Truth(truth)) => {
            utc = truth;
            Ok(true)
        }
        (2, Kind::Struct) => {
            reader.fields(|_, field, _| {
                unit = match field {
                    1 => Some(Unit::Millis),
                    2 => Some(Unit::Micros),
                    3 => Some(Unit::Nanos),
                    _ => None,
                };
                Ok(false)
            })?;
            Ok(true)
        }
        _ => Ok(false),
    })?;
    Ok((unit, utc))
}

impl Schema {
    /// The columns that entries describe: a tree, written from its root on.
    pub fn of(elements: &[Element]) -> Read<Self> {
        let mut schema = Self::default();
        let (root, mut rest) = elements.split_first().ok_or(Malformed)?;
        for _ in 0..root.children {
            let element = rest.first().ok_or(Malformed)?;
            let chunk = schema.leaves.len();
            let values = element.values();
            // A group says by its own annotation what it is, but an interval only says so where it is stored.
            let interval = element.converted == Some(21);
            let values = if interval { Err("duration") } else { values };
            let name = schema.free_name(element.name.trim());
            rest = schema.subtree(rest, 0)?;
            schema.columns.push(Column { name, optional: element.repetition == Some(1), values, chunk });
        }
        if rest.is_empty() { Ok(schema) } else { Err(Malformed) }
    }

    /// Counts the chunks of the first entry and what is within it. Answers the entries behind these.
    fn subtree<'a>(&mut self, elements: &'a [Element], depth: u32) -> Read<&'a [Element]> {
        let (element, mut rest) = elements.split_first().ok_or(Malformed)?;
        match element.physical {
            Some(physical) if element.children == 0 => self.leaves.push(physical),
            _ if depth == DEEPEST => return Err(Malformed),
            _ => {
                for _ in 0..element.children {
                    rest = self.subtree(rest, depth + 1)?;
                }
            }
        }
        Ok(rest)
    }

    /// No column is without a name, and no two have one.
    fn free_name(&self, wanted: &str) -> String {
        let wanted = if wanted.is_empty() { format!("column {}", self.columns.len() + 1) } else { wanted.to_owned() };
        let taken = |name: &str| self.columns.iter().any(|column| column.name == name);
        let mut names = std::iter::once(wanted.clone()).chain((2..).map(|number| format!("{wanted} {number}")));
        names.find(|name| !taken(name)).unwrap_or(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(name: &str, physical: i32) -> Element {
        Element { name: name.to_owned(), physical: Some(physical), repetition: Some(1), ..Element::default() }
    }

    fn group(name: &str, children: usize) -> Element {
        Element { name: name.to_owned(), children, ..Element::default() }
    }

    #[test]
    fn a_group_has_the_chunks_of_all_within_it() {
        let elements =
            [group("root", 3), column("user", 6), group("place", 2), column("x", 5), column("y", 4), column("user", 1)];
        let schema = Schema::of(&elements).unwrap();
        let found: Vec<_> = schema.columns.iter().map(|column| (column.name.as_str(), column.chunk)).collect();
        assert_eq!(found, [("user", 0), ("place", 1), ("user 2", 3)]);
        assert_eq!(schema.columns[1].values, Err("record"));
        assert_eq!(schema.columns[2].values, Ok((Stored::Int32, Meaning::Whole)));
        assert_eq!(schema.leaves, [6, 5, 4, 1]);
    }

    #[test]
    fn a_tree_that_does_not_end_where_its_entries_do_is_none() {
        assert!(Schema::of(&[]).is_err());
        assert!(Schema::of(&[group("root", 2), column("user", 6)]).is_err());
        assert!(Schema::of(&[group("root", 1), column("user", 6), column("time", 2)]).is_err());
        let deep: Vec<Element> = (0..1000).map(|_| group("root", 1)).collect();
        assert!(Schema::of(&deep).is_err());
    }

    #[test]
    fn types_newer_than_this_program_are_named_and_refuse_nothing() {
        let newer = |field: u8| {
            let bytes = [field << 4 | 12, 0, 0];
            logical(&mut Reader::new(&bytes)).unwrap()
        };
        assert_eq!(meaning(Stored::Bytes, Some(newer(1))), Ok(Meaning::Text));
        assert_eq!(meaning(Stored::Fixed(16), Some(newer(14))), Ok(Meaning::Uuid));
        let far = [0x0c, 17 << 1, 0, 0];
        let geometry = logical(&mut Reader::new(&far)).unwrap();
        assert_eq!(meaning(Stored::Bytes, Some(geometry)), Err("geometry"));
        let unheard_of = [0x0c, 0x64, 0, 0];
        let unheard_of = logical(&mut Reader::new(&unheard_of)).unwrap();
        assert_eq!(meaning(Stored::Int64, Some(unheard_of)), Err("a type newer than this program"));
    }
}
