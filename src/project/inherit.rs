//! Settings over those of a saved model: what is said counts, all else is as it was when the model was made. So a log is
//! read for a model as the model's own was, without anybody saying it again.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use strum::IntoEnumIterator as _;

use super::{InterestCount, Settings};
use crate::events::{DialectChoice, Mapping, Role};

/// Which settings were said, by name: a file may say what is usual anyway, and then it counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named(BTreeSet<String>);

impl Named {
    /// Notes that one was said.
    pub fn add(&mut self, field: &'static str) {
        self.0.insert(field.to_owned());
    }

    fn has(&self, field: &str) -> bool {
        self.0.contains(field)
    }
}

/// Reads the names of a file's fields, whatever they hold.
impl<'de> Deserialize<'de> for Named {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Names;
        impl<'de> Visitor<'de> for Names {
            type Value = Named;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("settings")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named, A::Error> {
                let mut names = BTreeSet::new();
                while let Some((name, IgnoredAny)) = map.next_entry::<Name, IgnoredAny>()? {
                    names.insert(name.0);
                }
                Ok(Named(names))
            }
        }
        deserializer.deserialize_struct("", &[], Names)
    }
}

/// A field's name.
struct Name(String);

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Spelled;
        impl Visitor<'_> for Spelled {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("the name of a setting")
            }

            fn visit_str<E>(self, name: &str) -> Result<Name, E> {
                Ok(Name(name.to_owned()))
            }
        }
        deserializer.deserialize_identifier(Spelled)
    }
}

/// What is said, if it is another than nothing; else the model's.
fn open<T: Default + PartialEq + Clone>(said: T, of_model: &T) -> T {
    if said == T::default() { of_model.clone() } else { said }
}

impl Settings {
    /// These settings where they say something, else those of a saved model. `named` are those that say something even
    /// where they are as usual. The log, where it ends, the device and how tables are
    /// written belong to whoever asks.
    #[must_use]
    pub fn over(self, model: &Self, named: &Named) -> Self {
        let usual = Self::default();
        // A new setting is to be thought of here too, so all are named.
        let Self {
            inputs,
            mapping,
            time_format,
            returns_prefix,
            dialect,
            time_zone,
            skip_broken,
            filters,
            kind_weights,
            keep_called_off,
            first,
            last,
            keep_duplicates,
            period,
            interests,
            vectors,
            model: kind,
            network,
            horizon,
            levels,
            joint,
            language_model,
            device,
            precision,
            seed,
            preset,
            tables,
        } = self;
        let word = |field: &str, unusual: bool| unusual || named.has(field);
        Self {
            inputs,
            device,
            tables,
            preset: open(preset, &model.preset),
            mapping: mapping.over(&model.mapping),
            dialect: dialect.over(&model.dialect),
            time_format: open(time_format, &model.time_format),
            returns_prefix: open(returns_prefix, &model.returns_prefix),
            time_zone: open(time_zone, &model.time_zone),
            filters: open(filters, &model.filters),
            kind_weights: open(kind_weights, &model.kind_weights),
            skip_broken: if word("skip_broken", skip_broken) { skip_broken } else { model.skip_broken },
            keep_called_off: if word("keep_called_off", keep_called_off) {
                keep_called_off
            } else {
                model.keep_called_off
            },
            first: open(first, &model.first),
            // Where the model's log ended, this one may go on.
            last,
            keep_duplicates: if word("keep_duplicates", keep_duplicates) {
                keep_duplicates
            } else {
                model.keep_duplicates
            },
            period: open(period, &model.period),
            interests: if interests == InterestCount::Auto { model.interests } else { interests },
            vectors: if word("vectors", vectors != usual.vectors) { vectors } else { model.vectors },
            model: if word("model", kind != usual.model) { kind } else { model.model },
            network: open(network, &model.network),
            horizon: if word("horizon", horizon != usual.horizon) { horizon } else { model.horizon },
            levels: if word("levels", levels != usual.levels) { levels } else { model.levels.clone() },
            joint: if word("joint", joint) { joint } else { model.joint },
            language_model: open(language_model, &model.language_model),
            precision: if word("precision", precision != usual.precision) { precision } else { model.precision },
            seed: if word("seed", seed != usual.seed) { seed } else { model.seed },
        }
    }
}

impl Mapping {
    /// These roles where they are said, else the model's, as far as their columns are not taken.
    fn over(mut self, model: &Self) -> Self {
        let said = |mapping: &Self, role: Role| mapping.of(role).next().is_some() || mapping.without.contains(&role);
        for role in Role::iter().filter(|role| !said(&self, *role)).collect::<Vec<_>>() {
            let free = |column: &&str| !self.columns.iter().any(|(_, taken)| taken == column);
            let columns: Vec<(Role, String)> =
                model.of(role).filter(free).map(|column| (role, column.to_owned())).collect();
            self.columns.extend(columns);
            if model.without.contains(&role) {
                self.without.push(role);
            }
        }
        self
    }
}

impl DialectChoice {
    /// Each mark as it is said, else as the model's log had it.
    fn over(self, model: &Self) -> Self {
        let Self { encoding, delimiter, quote, escape, comment, skip_lines, header, decimal } = self;
        Self {
            encoding: open(encoding, &model.encoding),
            delimiter: open(delimiter, &model.delimiter),
            quote: open(quote, &model.quote),
            escape: open(escape, &model.escape),
            comment: open(comment, &model.comment),
            skip_lines: open(skip_lines, &model.skip_lines),
            header: open(header, &model.header),
            decimal: open(decimal, &model.decimal),
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::calendar::PeriodLength;
    use crate::forecast::{ModelKind, NetworkShape};
    use crate::interests::VectorsAsked;
    use crate::language::{DeviceChoice, PrecisionChoice};
    use crate::report::TableFormat;

    /// Settings of which none is as usual.
    pub(crate) fn unusual() -> Settings {
        let mut mapping = Mapping::default();
        mapping.set(Role::User, Some("who".into()));
        mapping.set(Role::Text, Some("what".into()));
        mapping.set(Role::Item, None);
        Settings {
            inputs: vec!["model.csv".into()],
            mapping,
            time_format: Some("%d/%m/%Y".into()),
            returns_prefix: Some("C".into()),
            dialect: DialectChoice {
                encoding: Some("windows-1252".into()),
                delimiter: Some(';'),
                quote: Some(None),
                escape: Some(Some('\\')),
                comment: Some(Some('#')),
                skip_lines: Some(1),
                header: Some(true),
                decimal: Some(','),
            },
            time_zone: Some("Europe/Berlin".into()),
            skip_broken: true,
            filters: vec!["Country=France".parse().unwrap()],
            kind_weights: "view=0.1".parse().unwrap(),
            keep_called_off: true,
            first: Some(jiff::civil::date(2020, 1, 1)),
            last: Some(jiff::civil::date(2024, 12, 31)),
            keep_duplicates: true,
            period: Some(PeriodLength::Week),
            interests: InterestCount::Fixed(9),
            vectors: VectorsAsked::Behaviour,
            model: ModelKind::Gru,
            network: Some(NetworkShape { hidden: 48, ..NetworkShape::default() }),
            horizon: 5,
            levels: vec![80],
            joint: true,
            language_model: Some("lm".into()),
            device: DeviceChoice::Cpu,
            precision: PrecisionChoice::Bf16,
            seed: 11,
            preset: Some("shop".into()),
            tables: TableFormat::Both,
        }
    }

    fn here() -> Settings {
        Settings { inputs: vec!["here.csv".into()], ..Settings::default() }
    }

    #[test]
    fn where_nothing_is_said_all_is_as_the_model_has_it() {
        let model = unusual();
        let found = here().over(&model, &Named::default());
        assert_eq!(
            found,
            Settings {
                inputs: here().inputs,
                device: DeviceChoice::Auto,
                tables: here().tables,
                last: None,
                ..model.clone()
            }
        );
        // No setting was forgotten in what is compared above.
        let (model, usual) =
            (serde_json::to_value(&model).unwrap(), serde_json::to_value(Settings::default()).unwrap());
        for (field, value) in model.as_object().unwrap() {
            assert_ne!(*value, usual[field], "{field} is as usual");
        }
    }

    #[test]
    fn what_is_said_counts_even_where_it_is_usual() {
        let mut named = Named::default();
        ["horizon", "seed", "joint", "keep_called_off"].into_iter().for_each(|field| named.add(field));
        let found = here().over(&unusual(), &named);
        assert_eq!((found.horizon, found.seed, found.joint, found.keep_called_off), (3, 7, false, false));
        let mut said = Settings { time_zone: Some("UTC".into()), ..here() };
        said.mapping.set(Role::Text, Some("title".into()));
        said.mapping.set(Role::Item, Some("code".into()));
        said.dialect.decimal = Some('.');
        let found = said.over(&unusual(), &Named::default());
        assert_eq!(found.time_zone.as_deref(), Some("UTC"));
        assert_eq!((found.dialect.decimal, found.dialect.delimiter), (Some('.'), Some(';')));
        assert_eq!(found.mapping.of(Role::Text).collect::<Vec<_>>(), ["title"]);
        assert_eq!(found.mapping.of(Role::User).collect::<Vec<_>>(), ["who"]);
        assert!(found.mapping.of(Role::Item).eq(["code"]) && found.mapping.without.is_empty());
    }

    #[test]
    fn a_column_that_was_given_another_role_is_not_given_back() {
        let mut said = here();
        said.mapping.set(Role::Category, Some("what".into()));
        let found = said.over(&unusual(), &Named::default());
        assert_eq!(found.mapping.of(Role::Text).count(), 0, "one column plays one role");
    }
}
