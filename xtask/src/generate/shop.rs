//! The made-up shop: who buys what and when, line by line, in the order of time.
//!
//! Nothing is remembered but the returns to come: whatever belongs to a user or to goods is drawn from the seed and
//! their number each time it is needed. `cargo xtask generate-log --help` describes the distribution.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::Options;
use super::random::{Random, Zipf, mix, shuffled, unit_of};
use super::season::{DAY, DAYS, FIRST_DAY, busy, month_of, weight};
use super::words::{self, DEPARTMENTS};
use crate::Fallible;

const NO_USER: f64 = 0.2;
const NO_TEXT: f64 = 0.004;
const STRAY_SPACES: f64 = 0.03;
const FEE: f64 = 0.0035;
const TWICE: f64 = 0.011;
const NO_PRICE: f64 = 0.0003;
const RETURNED: f64 = 0.018;
/// Users join as this power of the log's course: many early, some to the end.
const JOINING: f64 = 0.7;

const FEES: [(&str, &str); 5] = [
    ("POST", "POSTAGE"),
    ("DOT", "DOTCOM POSTAGE"),
    ("M", "Manual"),
    ("BANK CHARGES", "Bank Charges"),
    ("gift_0001_20", "Dotcomgiftshop Gift Voucher £20.00"),
];

/// Prices of one unit, in pence.
const PRICES: [i64; 12] = [29, 42, 55, 85, 125, 165, 210, 295, 375, 495, 795, 1275];

/// The department that has its season in each month.
const SEASON: [u64; 12] = [9, 8, 8, 5, 5, 5, 4, 1, 7, 2, 3, 3];

/// One line of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Line<'a> {
    pub invoice: &'a str,
    pub item: &'a str,
    pub text: Option<&'a str>,
    pub quantity: i64,
    /// Minutes since 1970.
    pub minute: i64,
    /// Pence for one.
    pub price: i64,
    pub user: Option<u64>,
    pub country: &'static str,
}

/// Goods that will come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Return {
    due: u64,
    user: u64,
    text: u64,
    quantity: i64,
    price: i64,
}

/// The goods and the rules; [`Shop::walk`] makes the log.
pub struct Shop {
    options: Options,
    names: Vec<String>,
    codes: Vec<String>,
    goods: Zipf,
    users: Zipf,
    basket: f64,
}

/// The state of a walk.
struct Walk<'a, Emit> {
    shop: &'a Shop,
    emit: Emit,
    random: Random,
    written: u64,
    joined: u64,
    invoices: u64,
    returns: BinaryHeap<Reverse<Return>>,
    dressed: String,
    /// What is in the basket at hand.
    basket: Vec<u64>,
}

impl Shop {
    pub fn new(options: Options) -> Self {
        let texts = options.texts;
        let code = |text: u64| {
            let letter = if text % 10 == 3 { "A" } else { "" };
            format!("{}{letter}", 100_000 + shuffled(text, texts.max(900_000)))
        };
        Self {
            names: (0..texts).map(words::name).collect(),
            codes: (0..texts).map(code).collect(),
            goods: Zipf::new(texts.div_ceil(DEPARTMENTS), texts as f64 / 130.0 / DEPARTMENTS as f64),
            users: Zipf::new(options.users, options.users as f64 / 400.0),
            // A user comes four times on average; a basket has no more lines than one of the sample.
            basket: (options.rows as f64 / (4 * options.users) as f64).clamp(1.0, 20.0),
            options,
        }
    }

    /// Makes every line. `emit` gets them in the order of time.
    pub fn walk(&self, emit: impl FnMut(&Line<'_>) -> Fallible<()>) -> Fallible<()> {
        let random = Random::new(self.options.seed);
        let walk = Walk {
            shop: self,
            emit,
            random,
            written: 0,
            joined: 0,
            invoices: 0,
            returns: BinaryHeap::new(),
            dressed: String::new(),
            basket: Vec::new(),
        };
        walk.run()
    }

    /// Goods that a user in this state of mind takes.
    fn pick(&self, random: &mut Random, user: u64, course: f64, month: usize) -> u64 {
        let own = mix(self.options.seed, user);
        let (home, next, third) = (own % DEPARTMENTS, (own >> 8) % DEPARTMENTS, (own >> 16) % DEPARTMENTS);
        let (mood, mut unit) = (random.unit(), random.unit());
        let department = if mood < 0.25 {
            // One of twelve favourites, bought again and again.
            unit = unit_of(mix(own, 1 + random.below(12)));
            home
        } else if mood < 0.70 {
            if random.chance(course) { next } else { home }
        } else if mood < 0.80 {
            third
        } else if mood < 0.92 {
            SEASON[month]
        } else {
            random.below(DEPARTMENTS)
        };
        (self.goods.rank(unit) * DEPARTMENTS + department) % self.options.texts
    }

    /// When in the log's course a user joins, from 0 to 1, and for which part of it they stay.
    fn life(&self, user: u64) -> (f64, f64) {
        let join = (user as f64 / self.options.users as f64).powf(1.0 / JOINING);
        (join, -0.6 * (1.0 - unit_of(mix(self.options.seed ^ 0x51, user))).ln())
    }
}

impl<Emit: FnMut(&Line<'_>) -> Fallible<()>> Walk<'_, Emit> {
    fn run(mut self) -> Fallible<()> {
        let rows = self.shop.options.rows;
        let weights: Vec<f64> = (0..DAYS).map(weight).collect();
        let (all, mut passed) = (weights.iter().sum::<f64>(), 0.0);
        for (day, weight) in weights.into_iter().enumerate() {
            let (from, begins) = (self.written, FIRST_DAY + day as u64);
            passed += weight;
            let until = if day as u64 + 1 == DAYS { rows } else { (rows as f64 * passed / all) as u64 };
            while self.written < until {
                let part = (self.written - from) as f64 / (until - from) as f64;
                let minute = begins * DAY + 8 * 60 + (12.0 * 60.0 * busy(part)) as u64;
                if self.returns.peek().is_some_and(|next| next.0.due <= minute) {
                    let back = self.returns.pop();
                    back.map_or(Ok(()), |back| self.take_back(back.0, minute))?;
                } else {
                    self.sell(minute, month_of(begins))?;
                }
            }
        }
        Ok(())
    }

    /// One basket.
    fn sell(&mut self, minute: u64, month: usize) -> Fallible<()> {
        let shop = self.shop;
        let passed = self.written as f64 / shop.options.rows as f64;
        let due = (shop.options.users as f64 * passed.powf(JOINING)) as u64;
        let (user, known) = if self.joined <= due && self.joined < shop.options.users {
            self.joined += 1;
            (self.joined - 1, true)
        } else {
            (self.returning(passed), !self.random.chance(NO_USER))
        };
        let (join, stay) = shop.life(user);
        let course = ((passed - join) / stay.max(0.05)).clamp(0.0, 1.0);
        let wholesale = mix(user, 77).is_multiple_of(200);
        self.invoices += 1;
        let invoice = (489_433 + self.invoices).to_string();
        let lines = self.random.run(shop.basket * if wholesale { 2.0 } else { 1.0 });
        let comes_back = RETURNED * shop.basket / 1.5;
        self.basket.clear();
        for _ in 0..lines {
            let mut text = shop.pick(&mut self.random, user, course, month);
            // Goods stand once in a basket as a rule, so that the same line twice is mostly meant to be.
            for _ in 0..8 {
                if !self.basket.contains(&text) {
                    break;
                }
                text = shop.pick(&mut self.random, user, course, month);
            }
            self.basket.push(text);
            let quantity = self.quantity(wholesale);
            let price = price(text, quantity);
            let returned = known && self.random.chance(comes_back / lines as f64 * 1.5);
            self.line(&invoice, text, quantity, minute, price, known.then_some(user))?;
            if returned && self.returns.len() < 1 << 20 {
                // A third are called off within the hour, the others come back within weeks.
                let mean = if self.random.chance(0.33) { 20.0 } else { 14.0 * DAY as f64 };
                let wait = 1 + (-mean * (1.0 - self.random.unit()).ln()) as u64;
                self.returns.push(Reverse(Return { due: minute + wait, user, text, quantity, price }));
            }
        }
        Ok(())
    }

    fn take_back(&mut self, back: Return, minute: u64) -> Fallible<()> {
        self.invoices += 1;
        let invoice = format!("C{}", 489_433 + self.invoices);
        self.line(&invoice, back.text, -back.quantity, minute, back.price, Some(back.user))
    }

    /// Somebody who has been here before and still comes.
    fn returning(&mut self, passed: f64) -> u64 {
        let shop = self.shop;
        for _ in 0..16 {
            let user = shuffled(shop.users.rank(self.random.unit()), shop.options.users);
            let (join, stay) = shop.life(user);
            if user < self.joined && passed - join < stay {
                return user;
            }
        }
        self.random.below(self.joined.max(1))
    }

    fn quantity(&mut self, wholesale: bool) -> i64 {
        const USUAL: [i64; 16] = [1, 1, 1, 1, 1, 2, 2, 2, 3, 4, 6, 6, 8, 10, 12, 24];
        let usual = USUAL[self.random.below(USUAL.len() as u64) as usize];
        if wholesale { usual * 12 } else { usual }
    }

    /// Writes a line with whatever dirt befalls it.
    fn line(
        &mut self,
        invoice: &str,
        text: u64,
        quantity: i64,
        minute: u64,
        price: i64,
        user: Option<u64>,
    ) -> Fallible<()> {
        let shop = self.shop;
        let country = country(user.unwrap_or(0));
        // A user's number in the log says nothing about when they joined.
        let user = user.map(|user| 10_000 + shuffled(user, shop.options.users));
        let mut line = Line {
            invoice,
            item: &shop.codes[text as usize],
            text: Some(&shop.names[text as usize]),
            quantity,
            minute: minute as i64,
            price,
            user,
            country,
        };
        let dirt = self.random.unit();
        if dirt < FEE && quantity > 0 {
            let (code, words) = FEES[self.random.below(FEES.len() as u64) as usize];
            line = Line { item: code, text: Some(words), quantity: 1, price: 1800, ..line };
        } else if dirt < FEE + NO_TEXT {
            line.text = None;
        } else if dirt < FEE + NO_TEXT + STRAY_SPACES {
            self.dressed.clear();
            let name = &shop.names[text as usize];
            match self.random.below(3) {
                0 => self.dressed.extend([" ", name]),
                1 => self.dressed.extend([name, " "]),
                _ => self.dressed.push_str(&name.replacen(' ', "  ", 1)),
            }
            line.text = Some(&self.dressed);
        }
        if self.random.chance(NO_PRICE) {
            line.price = 0;
        }
        let times = if self.random.chance(TWICE) { 2 } else { 1 };
        for _ in 0..times {
            if self.written < shop.options.rows {
                (self.emit)(&line)?;
                self.written += 1;
            }
        }
        Ok(())
    }
}

/// What goods cost, in pence; less for many.
fn price(text: u64, quantity: i64) -> i64 {
    let list = PRICES[(mix(text, 11) % PRICES.len() as u64) as usize];
    if quantity >= 24 { list * 85 / 100 } else { list }
}

fn country(user: u64) -> &'static str {
    match mix(user, 5) % 100 {
        0..=90 => "United Kingdom",
        91 | 92 => "Germany",
        93 | 94 => "EIRE",
        95 | 96 => "France",
        97 => "Netherlands",
        98 => "Spain",
        _ => "Australia",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{HashMap, HashSet};

    fn options(rows: u64, seed: u64) -> Options {
        Options { rows, users: 500, texts: 800, seed }
    }

    /// Each line in words.
    fn lines(options: Options) -> Vec<String> {
        let mut lines = Vec::new();
        let walk = Shop::new(options).walk(|line| {
            lines.push(format!("{line:?}"));
            Ok(())
        });
        walk.unwrap();
        lines
    }

    #[test]
    fn the_same_seed_makes_the_same_log_and_another_seed_another() {
        let one = lines(options(5_000, 7));
        assert_eq!(one.len(), 5_000);
        assert_eq!(one, lines(options(5_000, 7)));
        assert_ne!(one, lines(options(5_000, 8)));
    }

    #[test]
    fn the_log_has_the_shape_it_should_have() {
        let rows = 60_000;
        let (mut users, mut texts, mut seen) = (HashMap::new(), HashMap::new(), HashSet::new());
        let (mut no_user, mut back, mut twice, mut fees, mut no_text, mut stray) = (0, 0, 0, 0, 0, 0);
        let (mut last, mut again, mut bought) = (0, 0, HashSet::new());
        let walk = Shop::new(options(rows, 7)).walk(|line| {
            assert!(line.minute >= last, "in the order of time");
            last = line.minute;
            match line.user {
                Some(user) => *users.entry(user).or_insert(0) += 1,
                None => no_user += 1,
            }
            back += u64::from(line.quantity < 0);
            assert_eq!(line.invoice.starts_with('C'), line.quantity < 0);
            twice += u64::from(!seen.insert(format!("{line:?}")));
            fees += u64::from(FEES.iter().any(|(code, _)| *code == line.item));
            no_text += u64::from(line.text.is_none());
            if let (Some(text), Some(user)) = (line.text, line.user) {
                stray += u64::from(text.trim() != text || text.contains("  "));
                *texts.entry(text.to_owned()).or_insert(0_u64) += 1;
                again += u64::from(!bought.insert((user, line.item.to_owned())));
            }
            Ok(())
        });
        walk.unwrap();
        assert_eq!(users.len(), 500, "everybody comes");
        let part = |count: u64| count as f64 / rows as f64;
        assert!((0.12..0.22).contains(&part(no_user)), "{no_user}");
        assert!((0.008..0.025).contains(&part(back)), "{back}");
        assert!((0.008..0.03).contains(&part(twice)), "{twice}");
        assert!((0.002..0.005).contains(&part(fees)), "{fees}");
        assert!((0.002..0.006).contains(&part(no_text)), "{no_text}");
        assert!((0.015..0.035).contains(&part(stray)), "{stray}");
        assert!(part(again) > 0.3, "people buy again: {again}");
        let most = users.values().max().copied().unwrap_or(0);
        assert!(most > 5 * rows / 500, "some are far more active than the mean: {most}");
        assert!(*texts.values().max().unwrap() > 5 * rows / 800, "some goods sell far more than the mean");
    }
}
