//! Lines as CSV: commas, quotes where they are needed, times as `2009-12-01 07:45:00`.

use std::io::Write;

use super::season::date;
use super::shop::Line;
use super::{COLUMNS, Sink, refused};
use crate::Fallible;

/// Writes CSV.
pub struct Csv<W> {
    file: W,
}

impl<W: Write> Csv<W> {
    pub fn new(mut file: W) -> Fallible<Self> {
        writeln!(file, "{}", COLUMNS.join(",")).map_err(refused)?;
        Ok(Self { file })
    }

    fn write(&mut self, line: &Line<'_>) -> std::io::Result<()> {
        write!(self.file, "{},{},", line.invoice, line.item)?;
        match line.text {
            Some(text) if text.contains([',', '"', '\n']) => write!(self.file, "\"{}\"", text.replace('"', "\"\""))?,
            Some(text) => self.file.write_all(text.as_bytes())?,
            None => {}
        }
        let (year, month, day) = date(line.minute.div_euclid(24 * 60));
        let minute = line.minute.rem_euclid(24 * 60);
        write!(
            self.file,
            ",{},{year}-{month:02}-{day:02} {:02}:{:02}:00,{}.{:02},",
            line.quantity,
            minute / 60,
            minute % 60,
            line.price / 100,
            line.price % 100
        )?;
        if let Some(user) = line.user {
            write!(self.file, "{user}")?;
        }
        writeln!(self.file, ",{}", line.country)
    }
}

impl<W: Write> Sink for Csv<W> {
    fn line(&mut self, line: &Line<'_>) -> Fallible<()> {
        self.write(line).map_err(refused)
    }

    fn end(&mut self) -> Fallible<()> {
        self.file.flush().map_err(refused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_written_as_other_programs_write_it() {
        let mut csv = Csv::new(Vec::new()).unwrap();
        let line = Line {
            invoice: "489434",
            item: "100001",
            text: Some("CUP, \"BLUE\""),
            quantity: 12,
            minute: (14_579 * 24 + 7) * 60 + 45,
            price: 205,
            user: None,
            country: "EIRE",
        };
        csv.line(&line).unwrap();
        let text = String::from_utf8(csv.file).unwrap();
        let row = text.lines().nth(1).unwrap();
        assert_eq!(row, "489434,100001,\"CUP, \"\"BLUE\"\"\",12,2009-12-01 07:45:00,2.05,,EIRE");
    }
}
