//! How well a column's name fits a role.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use strum::IntoEnumIterator as _;

use super::lexicon::lexicon;
use crate::events::Role;

/// Words that make a name mean something else than the role's word in it: a `sales_channel_id` is no amount.
fn elsewhere(role: Role) -> &'static [&'static str] {
    match role {
        Role::Quantity | Role::Price | Role::Value => {
            &["id", "code", "channel", "status", "type", "method", "currency", "date", "time", "name", "rank"]
        }
        Role::Item | Role::Basket => {
            &["rank", "position", "count", "quantity", "price", "date", "time", "status", "type"]
        }
        Role::User => &["count", "rank", "status", "type", "group", "segment", "age", "agent"],
        _ => &[],
    }
}

/// The role whose own word a name is.
pub fn role_word(name: &str) -> Option<Role> {
    let bare = bare(name);
    Role::iter().find(|role| lexicon(*role).any(|known| known == bare))
}

/// Names of things, that may head their words or their codes.
const THINGS: &str = "product produkt produit producto prodotto produto item article artikel articulo articolo artigo ware \
    goods book livre libro livro boek movie film game track song artist album show course dish recipe page \
    товар книга 商品 产品 物品";

/// Whether a name is that of a thing, and says nothing about whether its words or its codes stand there.
pub fn names_a_thing(name: &str) -> bool {
    let bare = bare(name);
    THINGS.split_whitespace().any(|thing| bare == thing)
}

/// Names of what people and events are like: they may hold words, and are no text all the same.
const ATTRIBUTES: &str = "country city town state region province county continent location place language locale \
    currency gender sex status device devicetype devicecategory browser platform os operatingsystem channel medium \
    source campaign paymentmethod payment shipping carrier weekday dayofweek month season store shop branch segment \
    agegroup nationality timezone land stadt pays ville pais ciudad paese citta stato estado geschlecht filiale \
    financialstatus fulfillmentstatus 国家 城市 省份 地区 性别 状态 订单状态 渠道 门店";

/// Whether a name is that of an attribute.
pub fn names_an_attribute(name: &str) -> bool {
    let bare = bare(name);
    ATTRIBUTES.split_whitespace().any(|attribute| bare == attribute)
        || words(name).iter().any(|word| ATTRIBUTES.split_whitespace().any(|attribute| word == attribute))
}

/// Whether a name is one that people have as well as things.
pub fn names_a_name(name: &str) -> bool {
    ["name", "nombre", "nom", "nome", "naam", "имя", "fullname"].contains(&bare(name).as_str())
}

/// How well a name fits a role, and why: the whole name is surer than a word in it. 0 if it does not.
pub fn fit(name: &str, role: Role) -> (u32, String) {
    let bare = bare(name);
    if let Some(at) = lexicon(role).position(|known| known == bare) {
        return (1000 - at as u32, format!("its name says {role}"));
    }
    let words = words(name);
    if words.iter().any(|word| elsewhere(role).contains(&word.as_str())) {
        return (0, String::new());
    }
    for (at, known) in lexicon(role).enumerate() {
        let held = if known.is_ascii() {
            known.len() >= 3 && words.iter().any(|word| word == known)
        } else {
            known.chars().count() >= 2 && bare.contains(known)
        };
        if held {
            return (500 - at as u32, format!("its name has `{known}` in it"));
        }
    }
    (0, String::new())
}

/// A name without capitals, spaces, signs, and the accents of Latin letters.
pub fn bare(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(plain).collect()
}

/// A letter without capitals and, if it is a Latin one, without accents.
fn plain(letter: char) -> Vec<char> {
    match letter {
        'ß' => vec!['s', 's'],
        'Æ' | 'æ' => vec!['a', 'e'],
        'Ø' | 'ø' => vec!['o'],
        'Ł' | 'ł' => vec!['l'],
        'Đ' | 'đ' => vec!['d'],
        // Marks of other scripts make other letters.
        _ if letter < '\u{250}' || matches!(letter, '\u{1e00}'..='\u{1eff}') => {
            letter.to_lowercase().nfd().filter(|part| !is_combining_mark(*part)).collect()
        }
        _ => letter.to_lowercase().collect(),
    }
}

/// The words of `CustomerRef`, `customer_ref` and `Customer ref`, without capitals.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small_before = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || (letter.is_uppercase() && small_before) {
            words.push(String::new());
        }
        small_before = letter.is_lowercase();
        if letter.is_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.extend(plain(letter)));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_however_they_are_written() {
        for name in [
            "Käufer",
            "Numéro client",
            "Código cliente",
            "Kundennr.",
            "ユーザーID",
            "Customer ID",
            "customer_id",
            "CustomerID",
            "CUSTOMER-ID",
            "用户ID",
            "用户编号",
        ] {
            assert!(fit(name, Role::User).0 > 700, "{name}");
        }
        // Later in the list, but whole names all the same.
        for name in [
            "Mã khách hàng",
            "Müşteri No",
            "معرف العميل",
            "מספר לקוח",
            "شناسه‌مشتری",
            "Κωδικός Πελάτη",
            "Клієнт",
            "Ügyfélszám",
        ] {
            assert!(fit(name, Role::User).0 > 500, "{name}");
        }
        assert!(fit("CustomerRef", Role::User).0 > 400);
        assert_eq!(fit("Country", Role::Quantity).0, 0, "a word inside a word is none");
    }

    #[test]
    fn no_name_stands_for_two_roles() {
        let mut all: Vec<&str> = Role::iter().flat_map(lexicon).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
        assert!(all.iter().all(|name| bare(name) == **name), "written as they are looked up");
    }
}
