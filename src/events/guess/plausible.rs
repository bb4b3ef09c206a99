//! Logs that people could have, with names that say less, or other things, than their values.

use super::tests::columns;
use super::*;

use Role::{Basket, Category, Item, Kind, Price, Quantity, Text, Time, User, Value};

const DAYS: [&str; 3] = ["2024-01-02", "2024-01-03", "2024-01-04"];
const WHO: [&str; 3] = ["u1", "u2", "u1"];
const TEA: [&str; 3] = ["red tea", "blue cup", "red tea"];

/// A log's columns, each with three values, and what some roles must find; none where the column is empty.
type Log = (&'static [(&'static str, [&'static str; 3])], &'static [(Role, &'static str)]);

const LOGS: &[Log] = &[
    // Words and codes under the names of things.
    (
        &[("user_id", WHO), ("ts", DAYS), ("product_id", ["17", "23", "17"]), ("item", TEA)],
        &[(User, "user_id"), (Text, "item"), (Item, "product_id")],
    ),
    (
        &[("user_id", WHO), ("ts", DAYS), ("product", ["17", "23", "17"]), ("article", TEA)],
        &[(Text, "article"), (Item, "product")],
    ),
    (&[("user", WHO), ("date", DAYS), ("item", TEA), ("description", TEA)], &[(Text, "description"), (Item, "item")]),
    (&[("user", WHO), ("date", DAYS), ("sku", TEA)], &[(Text, "sku"), (Item, "")]),
    (&[("user", WHO), ("date", DAYS), ("product", ["A17", "B23", "A17"])], &[(Text, ""), (Item, "product")]),
    (&[("user", WHO), ("date", DAYS), ("product", ["17", "23", "17"])], &[(Text, ""), (Item, "product")]),
    (&[("user", WHO), ("date", DAYS), ("text", ["17", "23", "17"]), ("label", TEA)], &[(Text, "label")]),
    // One column of words, whatever it is called.
    (&[("user", WHO), ("date", DAYS), ("category", ["Home", "Garden", "Home"])], &[(Text, "category"), (Category, "")]),
    (&[("user", WHO), ("date", DAYS), ("xyz", ["Tee", "Topf", "Tee"]), ("n", ["1", "2", "2"])], &[(Text, "xyz")]),
    (
        &[("user", WHO), ("date", DAYS), ("action", ["opened the settings", "sent an invoice", "signed in"])],
        &[(Text, "action"), (Kind, "")],
    ),
    (&[("user", WHO), ("date", DAYS), ("action", ["view", "buy", "view"])], &[(Text, ""), (Kind, "action")]),
    (&[("user", WHO), ("date", DAYS), ("country", ["France", "Peru", "Peru"]), ("id", ["1", "2", "3"])], &[(Text, "")]),
    // Names without meaning.
    (&[("a", WHO), ("b", DAYS), ("c", TEA)], &[(User, "a"), (Time, "b"), (Text, "c")]),
    (
        &[("c1", ["7", "8", "7"]), ("c2", ["1704067200", "1704153600", "1704240000"]), ("c3", ["tea", "cup", "tea"])],
        &[(User, "c1"), (Time, "c2"), (Text, "c3")],
    ),
    (&[("a", ["ann@x.org", "bob@x.org", "ann@x.org"]), ("b", TEA), ("c", DAYS)], &[(User, "a"), (Text, "b")]),
    (&[("id", ["1", "2", "3"]), ("when", DAYS), ("text", TEA)], &[(User, "")]),
    (&[("x", ["1", "2", "1"]), ("y", ["5", "5", "6"]), ("when", DAYS), ("text", TEA)], &[(User, "")]),
    // Names of people.
    (&[("name", ["Ann Lee", "Bob Ray", "Ann Lee"]), ("date", DAYS), ("item", TEA)], &[(User, "name"), (Text, "item")]),
    (&[("customer_id", WHO), ("name", ["Ann", "Bob", "Ann"]), ("date", DAYS), ("product", TEA)], &[(Text, "product")]),
    (&[("borrower_name", ["Ann Lee", "Bob", "Ann Lee"]), ("date", DAYS), ("title", TEA)], &[(User, "borrower_name")]),
    // Views, tickets, music, loans.
    (&[("user_id", WHO), ("ts", DAYS), ("page_title", TEA)], &[(User, "user_id"), (Time, "ts"), (Text, "page_title")]),
    (
        &[("requester", ["Ann Lee", "Bob Ray", "Ann Lee"]), ("created", DAYS), ("subject", TEA), ("body", TEA)],
        &[(User, "requester"), (Time, "created"), (Text, "body")],
    ),
    (
        &[("user", WHO), ("artist", ["Muse", "Air", "Air"]), ("track", TEA), ("timestamp", DAYS)],
        &[(User, "user"), (Text, "track"), (Time, "timestamp")],
    ),
    (
        &[
            ("patron_id", WHO),
            ("checkout_date", DAYS),
            ("title", TEA),
            ("isbn", ["9780261103344", "9780143105442", "9780143105442"]),
        ],
        &[(User, "patron_id"), (Time, "checkout_date"), (Text, "title"), (Item, "isbn")],
    ),
    (
        &[
            (
                "user",
                [
                    "0b0e7a52-6a57-4f4e-8d4e-0f3f8f1f5a11",
                    "7f9c2ba4-e88f-4c3b-9c53-1a2b3c4d5e6f",
                    "0b0e7a52-6a57-4f4e-8d4e-0f3f8f1f5a11",
                ],
            ),
            ("date", DAYS),
            ("text", TEA),
            ("price", ["€ 12,50", "€ 3,00", "€ 7,95"]),
        ],
        &[(User, "user"), (Text, "text"), (Price, "price")],
    ),
    // Other languages.
    (
        &[
            ("Kundennummer", ["11", "12", "11"]),
            ("Bestelldatum", DAYS),
            ("Artikelnummer", ["A1", "B2", "A1"]),
            ("Bezeichnung", TEA),
            ("Menge", ["1", "2", "1"]),
            ("Einzelpreis", ["2,50", "3,00", "2,50"]),
            ("Bestellnummer", ["900", "901", "902"]),
            ("Warengruppe", ["Küche", "Küche", "Küche"]),
        ],
        &[
            (User, "Kundennummer"),
            (Time, "Bestelldatum"),
            (Item, "Artikelnummer"),
            (Text, "Bezeichnung"),
            (Quantity, "Menge"),
            (Price, "Einzelpreis"),
            (Basket, "Bestellnummer"),
            (Category, "Warengruppe"),
        ],
    ),
    (
        &[
            ("Kunde", ["Müller", "Maier", "Müller"]),
            ("Datum", DAYS),
            ("Artikel", TEA),
            ("Umsatz", ["2,50", "3,00", "2,50"]),
        ],
        &[(User, "Kunde"), (Time, "Datum"), (Text, "Artikel"), (Value, "Umsatz")],
    ),
    (
        &[
            ("Numéro client", ["11", "12", "11"]),
            ("Date de commande", DAYS),
            ("Désignation", TEA),
            ("Quantité", ["1", "2", "1"]),
            ("Prix unitaire", ["2,50", "3,00", "2,50"]),
        ],
        &[
            (User, "Numéro client"),
            (Time, "Date de commande"),
            (Text, "Désignation"),
            (Quantity, "Quantité"),
            (Price, "Prix unitaire"),
        ],
    ),
    (
        &[
            ("Cliente", ["11", "12", "11"]),
            ("Fecha", DAYS),
            ("Descripción", TEA),
            ("Cantidad", ["1", "2", "1"]),
            ("Precio", ["2,50", "3,00", "2,50"]),
            ("Pedido", ["7", "8", "9"]),
        ],
        &[
            (User, "Cliente"),
            (Time, "Fecha"),
            (Text, "Descripción"),
            (Quantity, "Cantidad"),
            (Price, "Precio"),
            (Basket, "Pedido"),
        ],
    ),
    (&[("utente", WHO), ("data", DAYS), ("prodotto", TEA)], &[(User, "utente"), (Time, "data"), (Text, "prodotto")]),
    (&[("usuário", WHO), ("data", DAYS), ("produto", TEA)], &[(User, "usuário"), (Time, "data"), (Text, "produto")]),
    (&[("klant", WHO), ("besteldatum", DAYS), ("omschrijving", TEA)], &[(User, "klant"), (Text, "omschrijving")]),
    (
        &[("Клиент", WHO), ("Дата", DAYS), ("Товар", ["красный чай", "синяя чашка", "чай"])],
        &[(User, "Клиент"), (Text, "Товар")],
    ),
    (
        &[("顧客ID", WHO), ("購入日", DAYS), ("商品名", ["紅茶", "緑茶", "紅茶"])],
        &[(User, "顧客ID"), (Time, "購入日"), (Text, "商品名")],
    ),
    (
        &[("고객번호", WHO), ("주문일", DAYS), ("상품명", ["홍차", "녹차", "홍차"])],
        &[(User, "고객번호"), (Text, "상품명")],
    ),
    (
        &[("顾客", WHO), ("日期", DAYS), ("商品", ["红茶", "绿茶", "红茶"])],
        &[(User, "顾客"), (Time, "日期"), (Text, "商品")],
    ),
    (&[("data", ["{}", "[]", "{}"]), ("user", WHO), ("b", DAYS), ("text", TEA)], &[(Time, "b")]),
];

#[test]
fn names_say_what_their_values_bear_out() {
    let mut faults = Vec::new();
    for (table, expected) in LOGS {
        let columns = columns(table);
        let cast = cast(&columns, &Mapping::default(), 3);
        for (role, wanted) in *expected {
            let found = cast.of(*role).map_or("", |at| columns[at].name.as_str());
            if found != *wanted {
                let names: Vec<&str> = table.iter().map(|column| column.0).collect();
                faults.push(format!("{names:?}: {role} is `{found}`, not `{wanted}`"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
