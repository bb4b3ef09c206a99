//! Arguments → settings: the file first, what was said on the command line over it.

use super::Misuse;
use super::arguments::{EmbedArguments, InspectArguments, LogArguments, ModelArguments, RoadArguments, ValueArguments};
use crate::events::Role;
use crate::pipeline::ModelCard;
use crate::project::{Named, Settings};

impl InspectArguments {
    pub(super) fn settings(&self) -> anyhow::Result<Settings> {
        self.log.settings()
    }
}

impl EmbedArguments {
    pub(super) fn settings(&self) -> anyhow::Result<Settings> {
        let mut settings = self.log.settings()?;
        self.model.apply(&mut settings);
        Ok(settings)
    }
}

impl ValueArguments {
    pub(super) fn settings(&self) -> anyhow::Result<Settings> {
        let mut settings = self.log.settings()?;
        settings.tables = self.tables.unwrap_or(settings.tables);
        Ok(settings)
    }
}

impl RoadArguments {
    pub(super) fn settings(&self) -> anyhow::Result<Settings> {
        let (mut settings, _) = self.said()?;
        self.log.meaning.recall(&mut settings);
        settings.validate()?;
        Ok(settings)
    }

    /// The settings of a forecast with a saved model: what is not said here is the model's, how the log is read too.
    pub(super) fn settings_for(&self, card: &ModelCard) -> anyhow::Result<Settings> {
        let (said, named) = self.said()?;
        said.validate()?;
        let mut settings = said.over(&card.settings, &named);
        settings.period = settings.period.or(Some(card.period));
        Ok(settings)
    }

    /// What the file and the flags say, and what they name.
    fn said(&self) -> anyhow::Result<(Settings, Named)> {
        let (mut settings, mut named) = self.log.said()?;
        self.model.apply(&mut settings);
        settings.period = self.period.or(settings.period);
        settings.interests = self.interests.unwrap_or(settings.interests);
        settings.vectors = self.vectors.unwrap_or(settings.vectors);
        settings.horizon = self.horizon.unwrap_or(settings.horizon);
        if let Some([.., model]) = self.chosen_models.as_deref() {
            settings.model = *model;
        }
        settings.joint |= self.joint;
        settings.seed = self.seed.unwrap_or(settings.seed);
        settings.tables = self.tables.unwrap_or(settings.tables);
        if let Some(levels) = &self.level {
            settings.levels = levels.clone();
            settings.levels.sort_unstable();
            settings.levels.dedup();
        }
        let flags = [
            ("vectors", self.vectors.is_some()),
            ("horizon", self.horizon.is_some()),
            ("model", self.chosen_models.is_some()),
            ("joint", self.joint),
            ("seed", self.seed.is_some()),
            ("levels", self.level.is_some()),
            ("precision", self.model.precision.is_some()),
            ("skip_broken", self.log.skip_broken),
            ("keep_called_off", self.log.meaning.keep_called_off),
            ("keep_duplicates", self.log.meaning.keep_duplicates),
        ];
        flags.iter().filter(|(_, given)| *given).for_each(|(field, _)| named.add(field));
        Ok((settings, named))
    }
}

impl LogArguments {
    pub(super) fn settings(&self) -> anyhow::Result<Settings> {
        let (mut settings, _) = self.said()?;
        self.meaning.recall(&mut settings);
        settings.validate()?;
        Ok(settings)
    }

    /// What the file and the flags say, and what the file names.
    fn said(&self) -> anyhow::Result<(Settings, Named)> {
        let file = self.settings.as_deref().map(Settings::load_named).transpose()?;
        let (mut settings, named) = file.unwrap_or_default();
        if !self.logs.is_empty() {
            settings.inputs.clone_from(&self.logs);
        }
        if settings.inputs.is_empty() {
            return Err(
                Misuse("no log was given; name a CSV or Parquet file, a folder or a glob of them".into()).into()
            );
        }
        self.meaning.take_named(&mut settings)?;
        let single = [
            (Role::User, &self.user),
            (Role::Time, &self.time),
            (Role::Item, &self.item),
            (Role::Basket, &self.basket),
            (Role::Kind, &self.kind),
            (Role::Quantity, &self.quantity),
            (Role::Price, &self.price),
            (Role::Value, &self.value),
            (Role::Category, &self.category),
        ];
        for (role, column) in single {
            if let Some(column) = column {
                settings.mapping.set(role, Some(column.clone()));
            }
        }
        if let Some((first, others)) = self.text.split_first() {
            settings.mapping.set(Role::Text, Some(first.clone()));
            settings.mapping.columns.extend(others.iter().map(|column| (Role::Text, column.clone())));
        }
        if self.time_format.is_some() {
            settings.time_format.clone_from(&self.time_format);
        }
        if self.returns.is_some() {
            settings.returns_prefix.clone_from(&self.returns);
        }
        settings.skip_broken |= self.skip_broken;
        self.dialect.apply(&mut settings);
        self.meaning.apply(&mut settings);
        Ok((settings, named))
    }
}

impl ModelArguments {
    pub(super) fn apply(&self, settings: &mut Settings) {
        if self.lm.is_some() {
            settings.language_model.clone_from(&self.lm);
        }
        settings.device = self.device.unwrap_or(settings.device);
        settings.precision = self.precision.unwrap_or(settings.precision);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Arguments, Command};
    use super::*;
    use clap::Parser as _;
    use std::fs;

    fn forecast(line: &str) -> anyhow::Result<Settings> {
        match Arguments::try_parse_from(line.split(' '))?.command {
            Some(Command::Forecast(arguments)) => arguments.road.settings(),
            other => panic!("no forecast: {other:?}"),
        }
    }

    #[test]
    fn what_is_said_wins_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.ron");
        fs::write(&file, "(inputs: [\"log.csv\"], horizon: 5, seed: 11)").unwrap();
        let settings = forecast(&format!("driftline forecast --out o --seed 3 --settings {}", file.display())).unwrap();
        assert_eq!((settings.horizon, settings.seed), (5, 3));
        assert_eq!(settings.inputs.len(), 1);
        let line = format!("driftline forecast a.csv b.csv --out o --settings {}", file.display());
        assert_eq!(forecast(&line).unwrap().inputs.len(), 2, "logs named here replace the file's");
    }

    #[test]
    fn several_text_columns_keep_their_order() {
        let settings = forecast("driftline forecast a.csv --out o --text Name,Colour --user Who").unwrap();
        assert_eq!(settings.mapping.of(Role::Text).collect::<Vec<_>>(), ["Name", "Colour"]);
        assert_eq!(settings.mapping.of(Role::User).collect::<Vec<_>>(), ["Who"]);
    }

    #[test]
    fn no_log_at_all_is_misuse() {
        let error = forecast("driftline forecast --out o").unwrap_err();
        assert!(error.is::<Misuse>(), "{error}");
    }
}
