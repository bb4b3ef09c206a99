//! Kinds of events: what they mean, and how much an event of each counts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use strum::IntoEnumIterator as _;

/// What a kind of event means, where its name tells.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::EnumIter,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Meaning {
    /// Something was looked at.
    View,
    /// Something was clicked.
    Click,
    /// Something was looked for.
    Search,
    /// Something was marked as liked.
    Like,
    /// Something was put into a cart.
    Cart,
    /// Something was bought.
    Purchase,
    /// Something was given back or called off: it counts as a return.
    Return,
}

impl Meaning {
    /// Its name in settings and files.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// How logs spell it, without capitals and signs.
    fn spellings(self) -> impl Iterator<Item = &'static str> {
        let words = match self {
            Self::View => {
                "view pv pageview viewitem productview itemview detailview screenview contentview impression browse \
                 watch play listen read 浏览 查看 访问 曝光 观看 阅读"
            }
            Self::Click => "click tap selectitem selectcontent productclick 点击",
            Self::Search => "search query viewsearchresults 搜索 查询 检索",
            Self::Like => "like fav favorite favourite wishlist addtowishlist collect save bookmark 收藏 点赞 喜欢",
            Self::Cart => "cart addtocart basketadd addtobasket 加购 加购物车 加入购物车",
            Self::Purchase => {
                "purchase buy order sale transaction checkoutcompleted ordered bought paid borrow loan checkout 购买 下单 \
                 成交 支付 付款 借阅 借出"
            }
            Self::Return => {
                "return returned refund refunded cancel cancelled canceled cancellation cancelorder chargeback 退货 退款 \
                 取消 取消订单"
            }
        };
        words.split_whitespace()
    }

    /// What a kind's name means.
    pub fn of(kind: &str) -> Option<Self> {
        let bare: String = kind.chars().filter(|sign| sign.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        Self::iter().find(|meaning| meaning.spellings().any(|spelling| spelling == bare))
    }
}

/// How much an event of each kind counts in a user's interests. Kinds that are not named count 1; a weight of 0 leaves a
/// kind's events out.
///
/// A kind is named by its own spelling, by what it means (`view` also stands for `pv` and `浏览`), or, for all the
/// others, by `*`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KindWeights(pub Vec<(String, f32)>);

/// No event counts more.
const MOST: f32 = 1000.0;

impl KindWeights {
    /// Whether every kind counts the same.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What an event of a kind counts; events without a kind are of none.
    pub fn of(&self, kind: &str) -> f32 {
        let kind = kind.trim();
        let meaning = Meaning::of(kind).map(Meaning::name);
        let named =
            |wanted: &str| self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, weight)| *weight);
        named(kind).or_else(|| meaning.and_then(named)).or_else(|| named("*")).unwrap_or(1.0)
    }
}

impl fmt::Display for KindWeights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.0.iter().map(|(kind, weight)| format!("{kind}={weight}")).collect();
        f.write_str(&parts.join(","))
    }
}

impl FromStr for KindWeights {
    type Err = String;

    /// Reads `purchase=1,view=0.1`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut weights: Vec<(String, f32)> = Vec::new();
        for part in text.split(',').filter(|part| !part.trim().is_empty()) {
            let (kind, weight) = part.rsplit_once('=').ok_or_else(|| senseless(part))?;
            let weight = weight.trim().parse().ok().filter(|weight| (0.0..=MOST).contains(weight));
            let weight: f32 = weight.ok_or_else(|| senseless(part))?;
            weights.retain(|(known, _)| known != kind.trim());
            weights.push((kind.trim().to_owned(), weight));
        }
        if weights.is_empty() { Err(senseless(text)) } else { Ok(Self(weights)) }
    }
}

fn senseless(part: &str) -> String {
    format!("`{part}` is no weight of a kind; write for instance purchase=1,view=0.1 with weights from 0 to {MOST}")
}

/// One kind of event in a log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KindReport {
    /// How the log spells it.
    pub kind: String,
    /// What it means, where the name tells.
    pub meaning: Option<Meaning>,
    /// How many events are of it.
    pub events: u64,
    /// How much each of them counts.
    pub weight: f32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_known_however_logs_spell_them() {
        for (kind, meaning) in [
            ("pv", Meaning::View),
            ("page_view", Meaning::View),
            ("Add to Cart", Meaning::Cart),
            ("buy", Meaning::Purchase),
            ("加购", Meaning::Cart),
            ("退款", Meaning::Return),
            ("fav", Meaning::Like),
            ("view_search_results", Meaning::Search),
        ] {
            assert_eq!(Meaning::of(kind), Some(meaning), "{kind}");
        }
        assert_eq!(Meaning::of("remove_from_cart"), None);
        let mut all: Vec<&str> = Meaning::iter().flat_map(Meaning::spellings).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count, "no spelling means two things");
    }

    #[test]
    fn a_kind_weighs_what_its_name_its_meaning_or_the_star_says() {
        let weights: KindWeights = "purchase=2, view=0.1,pv=0.2,*=0.5".parse().unwrap();
        let of = |kind: &str| weights.of(kind);
        assert_eq!([of("buy"), of("page_view"), of("pv"), of("wink"), of("")], [2.0, 0.1, 0.2, 0.5, 0.5]);
        assert_eq!(KindWeights::default().of("buy"), 1.0);
        assert_eq!("a=1,b=0.5".parse::<KindWeights>().unwrap().to_string(), "a=1,b=0.5");
    }

    #[test]
    fn senseless_weights_are_refused() {
        for text in ["", "purchase", "view=-1", "view=much", "view=NaN", "view=1e9"] {
            assert!(text.parse::<KindWeights>().is_err(), "{text}");
        }
    }
}
