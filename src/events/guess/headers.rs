//! The headers of logs that people have, and what their columns must be taken for.

use super::tests::columns;
use super::*;
use strum::IntoEnumIterator as _;

/// A log's name, its columns each with three values, and the column each role must find; roles not named must find
/// none.
type Header = (&'static str, &'static [(&'static str, [&'static str; 3])], &'static [(Role, &'static str)]);

use Role::{Basket, Category, Item, Kind, Price, Quantity, Text, Time, User, Value};

const HEADERS: &[Header] = &[
    (
        "Google Analytics 4, BigQuery export",
        &[
            ("event_date", ["20210131", "20210131", "20210131"]),
            ("event_timestamp", ["1612069510766593", "1612069510767000", "1612069520000000"]),
            ("event_name", ["page_view", "view_item", "purchase"]),
            ("user_pseudo_id", ["1026454.4271112504", "1026455.4271112504", "1026932.0858862293"]),
            ("page_title", ["Home", "Men's | Apparel", "Checkout confirmation"]),
            ("platform", ["WEB", "WEB", "WEB"]),
        ],
        &[(User, "user_pseudo_id"), (Time, "event_timestamp"), (Text, "page_title"), (Kind, "event_name")],
    ),
    (
        "Shopify, orders export",
        &[
            ("Name", ["#1001", "#1001", "#1002"]),
            ("Email", ["a@x.org", "a@x.org", "b@x.org"]),
            ("Financial Status", ["paid", "paid", "paid"]),
            ("Created at", ["2021-01-02 10:00:00 +0100", "2021-01-02 10:00:00 +0100", "2021-01-03 11:00:00 +0100"]),
            ("Total", ["20.00", "", "7.50"]),
            ("Lineitem quantity", ["1", "2", "1"]),
            ("Lineitem name", ["Red tea pot - Large", "Blue cup", "Blue cup"]),
            ("Lineitem price", ["15.00", "2.50", "7.50"]),
            ("Lineitem sku", ["TP-1", "BC-2", "BC-2"]),
            ("Billing Name", ["Ann Lee", "", "Bob Ray"]),
        ],
        &[
            (User, "Email"),
            (Time, "Created at"),
            (Text, "Lineitem name"),
            (Item, "Lineitem sku"),
            (Quantity, "Lineitem quantity"),
            (Price, "Lineitem price"),
            (Value, "Total"),
        ],
    ),
    (
        "Amazon reviews, 2018",
        &[
            ("overall", ["5.0", "4.0", "1.0"]),
            ("reviewTime", ["09 13, 2009", "10 14, 2013", "01 2, 2014"]),
            ("reviewerID", ["A2SUAM1J3GNN3B", "A14VAT5EAX3D9S", "A195EZSQDW3E21"]),
            ("asin", ["0000013714", "0000013714", "0000031852"]),
            ("reviewerName", ["J. McDonald", "Bob", "Ann"]),
            ("reviewText", ["I bought this for my husband", "Great purchase though", "Not good"]),
            ("summary", ["Heavenly Highway", "Great", "No"]),
            ("unixReviewTime", ["1252800000", "1381708800", "1388620800"]),
        ],
        &[(User, "reviewerID"), (Time, "unixReviewTime"), (Text, "reviewText"), (Item, "asin")],
    ),
    (
        "Amazon reviews, 2023",
        &[
            ("rating", ["5.0", "4.0", "1.0"]),
            ("title", ["Such a lovely scent", "Works great", "Yes!"]),
            ("text", ["This spray is really nice", "This product does what I need", "Smells good, feels great"]),
            ("asin", ["B00YQ6X8EO", "B081TJ8YS3", "B07PNNCSP9"]),
            ("parent_asin", ["B00YQ6X8EO", "B081TJ8YS3", "B097R46CSY"]),
            (
                "user_id",
                ["AGKHLEW2SOWHNMFQIJGBECAF7INQ", "AGKHLEW2SOWHNMFQIJGBECAF7INQ", "AE74DYR3QUGVPZJ3P7RFWBGIX7XQ"],
            ),
            ("timestamp", ["1588687728923", "1588615855070", "1589665266052"]),
        ],
        &[(User, "user_id"), (Time, "timestamp"), (Text, "text"), (Item, "asin")],
    ),
    (
        "A package's changelog",
        &[
            ("maintainer", ["Ann Lee", "Ann Lee", "Bob Ray"]),
            (
                "uploaded",
                [
                    "Sat, 14 Jan 2023 14:54:50 +0100",
                    "Wed, 21 Dec 2022 15:13:47 -0500",
                    "Wed, 21 Dec 2022 15:13:47 -0500",
                ],
            ),
            ("source package", ["elfutils", "elfutils", "dpkg"]),
            ("change", ["Add a translation.", "Convert the copyright file, adding licences.", "New upstream release"]),
        ],
        &[(User, "maintainer"), (Time, "uploaded"), (Text, "change")],
    ),
    (
        "MovieLens with titles",
        &[
            ("userId", ["1", "1", "2"]),
            ("movieId", ["1", "3", "6"]),
            ("rating", ["4.0", "4.0", "3.5"]),
            ("timestamp", ["964982703", "964981247", "964982224"]),
            ("title", ["Toy Story (1995)", "Grumpier Old Men (1995)", "Heat (1995)"]),
            ("genres", ["Adventure|Animation", "Comedy|Romance", "Action|Crime"]),
        ],
        &[(User, "userId"), (Time, "timestamp"), (Text, "title"), (Item, "movieId"), (Category, "genres")],
    ),
    (
        "Instacart: no time at all",
        &[
            ("order_id", ["2539329", "2539329", "473747"]),
            ("user_id", ["1", "1", "2"]),
            ("order_number", ["1", "1", "3"]),
            ("order_dow", ["2", "2", "3"]),
            ("order_hour_of_day", ["8", "8", "12"]),
            ("product_id", ["196", "14084", "12427"]),
            ("product_name", ["Soda", "Organic Almond Milk", "Original Beef Jerky"]),
            ("aisle", ["soft drinks", "soy lactosefree", "popcorn jerky"]),
        ],
        &[(User, "user_id"), (Text, "product_name"), (Item, "product_id"), (Basket, "order_id"), (Category, "aisle")],
    ),
    (
        "Taobao UserBehavior: no words at all",
        &[
            ("user_id", ["1", "1", "2"]),
            ("item_id", ["2268318", "2333346", "2576651"]),
            ("category_id", ["2520377", "2520771", "149192"]),
            ("behavior_type", ["pv", "buy", "cart"]),
            ("timestamp", ["1511544070", "1511561733", "1511572885"]),
        ],
        &[
            (User, "user_id"),
            (Time, "timestamp"),
            (Item, "item_id"),
            (Kind, "behavior_type"),
            (Category, "category_id"),
        ],
    ),
    (
        "Zendesk, tickets",
        &[
            ("Ticket ID", ["35436", "35437", "35438"]),
            ("Requester", ["Ann Lee", "Bob Ray", "Ann Lee"]),
            ("Created at", ["2024-03-01 09:12:00", "2024-03-01 09:40:00", "2024-03-02 08:00:00"]),
            ("Subject", ["Cannot sign in", "Refund for my order", "Change of address"]),
            ("Status", ["solved", "open", "closed"]),
            ("Type", ["problem", "question", "task"]),
        ],
        &[(User, "Requester"), (Time, "Created at"), (Text, "Subject"), (Basket, "Ticket ID"), (Kind, "Type")],
    ),
    (
        "AOL search",
        &[
            ("AnonID", ["142", "142", "217"]),
            ("Query", ["rentdirect.com", "prescription for time", "lottery"]),
            ("QueryTime", ["2006-03-01 07:17:12", "2006-03-12 12:31:06", "2006-03-01 11:58:51"]),
            ("ItemRank", ["", "1", "1"]),
            ("ClickURL", ["", "http://www.westchestergov.com", "http://www.calottery.com"]),
        ],
        &[(User, "AnonID"), (Time, "QueryTime"), (Text, "Query")],
    ),
    (
        "REES46, events of a shop",
        &[
            ("event_time", ["2019-10-01 00:00:00 UTC", "2019-10-01 00:00:01 UTC", "2019-10-01 00:00:04 UTC"]),
            ("event_type", ["view", "cart", "purchase"]),
            ("product_id", ["44600062", "3900821", "17200506"]),
            ("category_id", ["2103807459595387724", "2053013552326770905", "2053013559792632471"]),
            ("price", ["35.79", "33.20", "543.10"]),
            ("user_id", ["541312140", "554748717", "519107250"]),
            ("user_session", ["72d76fde-8bb3", "9333dfbd-b87a", "566511c2-e2e3"]),
        ],
        &[
            (User, "user_id"),
            (Time, "event_time"),
            (Item, "product_id"),
            (Basket, "user_session"),
            (Kind, "event_type"),
            (Price, "price"),
            (Category, "category_id"),
        ],
    ),
    (
        "Last.fm",
        &[
            ("userid", ["user_000001", "user_000001", "user_000002"]),
            ("timestamp", ["2009-05-04T23:08:57Z", "2009-05-04T13:54:10Z", "2009-05-04T13:52:04Z"]),
            ("artid", ["f1b1cf71", "f1b1cf71", "a7f7df4a"]),
            ("artname", ["Deep Dish", "Deep Dish", "Minus 8"]),
            ("traid", ["", "", "1f3abcda"]),
            ("traname", ["Be Here Now", "Composition 0919", "Elysian Fields"]),
        ],
        &[(User, "userid"), (Time, "timestamp"), (Text, "traname"), (Item, "traid")],
    ),
    (
        "H&M, transactions",
        &[
            ("t_dat", ["2018-09-20", "2018-09-20", "2018-09-21"]),
            ("customer_id", ["000058a12d5b43e6", "000058a12d5b43e6", "00007d2de826758b"]),
            ("article_id", ["663713001", "541518023", "505221004"]),
            ("price", ["0.050831", "0.030492", "0.015237"]),
            ("sales_channel_id", ["2", "2", "1"]),
            ("prod_name", ["Strap top", "Jade HW Skinny", "Basic tee"]),
        ],
        &[(User, "customer_id"), (Time, "t_dat"), (Text, "prod_name"), (Item, "article_id"), (Price, "price")],
    ),
    (
        "Magento, order lines",
        &[
            ("increment_id", ["100000001", "100000001", "100000002"]),
            ("customer_email", ["a@x.org", "a@x.org", "b@x.org"]),
            ("created_at", ["2020-01-01 10:00:00", "2020-01-01 10:00:00", "2020-01-02 10:00:00"]),
            ("sku", ["24-MB01", "24-MB04", "24-MB03"]),
            ("name", ["Joust Duffle Bag", "Strive Shoulder Pack", "Crown Summit Backpack"]),
            ("qty_ordered", ["1.0000", "2.0000", "1.0000"]),
            ("price", ["34.00", "32.00", "38.00"]),
        ],
        &[
            (User, "customer_email"),
            (Time, "created_at"),
            (Text, "name"),
            (Item, "sku"),
            (Basket, "increment_id"),
            (Quantity, "qty_ordered"),
            (Price, "price"),
        ],
    ),
    (
        "Amazon purchases (Berke and others)",
        &[
            ("Order Date", ["2018-12-04", "2018-12-22", "2018-12-24"]),
            ("Purchase Price Per Unit", ["7.98", "13.99", "8.99"]),
            ("Quantity", ["1", "1", "2"]),
            ("Shipping Address State", ["NJ", "NJ", "OH"]),
            ("Title", ["SanDisk Ultra 16GB Card", "Betron BS10 Earphones", "Perfecto Stainless Steel"]),
            ("ASIN/ISBN (Product Code)", ["B0143RTB1E", "B01MA1MJ6H", "B06XWF9HML"]),
            ("Category", ["FLASH_MEMORY", "HEADPHONES", "DISHWARE_BOWL"]),
            ("Survey ResponseID", ["R_01vNIayewjIIKMF", "R_01vNIayewjIIKMF", "R_037XK72IZBJyF69"]),
        ],
        &[
            (User, "Survey ResponseID"),
            (Time, "Order Date"),
            (Text, "Title"),
            (Item, "ASIN/ISBN (Product Code)"),
            (Quantity, "Quantity"),
            (Price, "Purchase Price Per Unit"),
            (Category, "Category"),
        ],
    ),
    (
        "A library's loans",
        &[
            ("Borrower", ["p-17", "p-17", "p-23"]),
            ("CheckoutDateTime", ["05/23/2005 03:20:00 PM", "12/14/2005 05:56:00 PM", "08/28/2005 02:20:00 PM"]),
            ("BookTitle", ["The Hobbit", "A Room of One's Own", "Walden"]),
            ("Barcode", ["0010048929", "0010061318", "0010091313"]),
        ],
        &[(User, "Borrower"), (Time, "CheckoutDateTime"), (Text, "BookTitle"), (Item, "Barcode")],
    ),
    (
        "Support chat",
        &[
            ("conversation_id", ["c1", "c1", "c2"]),
            ("author_id", ["u7", "u7", "u9"]),
            ("created_at", ["2024-03-01T09:12:00Z", "2024-03-01T09:13:00Z", "2024-03-02T08:00:00Z"]),
            ("body", ["my parcel has not come", "it was due on Monday", "how do I reset my password"]),
        ],
        &[(User, "author_id"), (Time, "created_at"), (Text, "body"), (Basket, "conversation_id")],
    ),
    (
        "淘宝, orders",
        &[
            ("订单编号", ["1625001", "1625002", "1625003"]),
            ("买家会员名", ["小红", "老王", "小红"]),
            ("买家实际支付金额", ["35.00", "12.50", "88.00"]),
            ("宝贝标题", ["陶瓷茶杯 蓝色", "手机壳 透明", "儿童拼图 木质"]),
            ("宝贝总数量", ["1", "2", "1"]),
            ("订单创建时间", ["2021-06-01 10:00:00", "2021-06-01 11:00:00", "2021-06-02 09:30:00"]),
            ("订单状态", ["交易成功", "交易成功", "交易关闭"]),
        ],
        &[
            (User, "买家会员名"),
            (Time, "订单创建时间"),
            (Text, "宝贝标题"),
            (Basket, "订单编号"),
            (Quantity, "宝贝总数量"),
            (Value, "买家实际支付金额"),
        ],
    ),
    (
        "京东, orders",
        &[
            ("订单号", ["70001", "70002", "70003"]),
            ("商品ID", ["100012", "100013", "100014"]),
            ("商品名称", ["红茶 礼盒装", "绿茶 散装", "紫砂壶"]),
            ("订购数量", ["1", "2", "1"]),
            ("下单时间", ["2021-06-01 10:00:00", "2021-06-01 11:00:00", "2021-06-02 09:30:00"]),
            ("京东价", ["199.00", "59.90", "320.00"]),
            ("下单帐号", ["jd_a", "jd_b", "jd_a"]),
        ],
        &[
            (User, "下单帐号"),
            (Time, "下单时间"),
            (Text, "商品名称"),
            (Item, "商品ID"),
            (Basket, "订单号"),
            (Quantity, "订购数量"),
            (Price, "京东价"),
        ],
    ),
    (
        "京东, JData: no words at all",
        &[
            ("user_id", ["287842", "208266", "209390"]),
            ("sku_id", ["75018", "31662", "118799"]),
            ("time", ["2016-03-31 23:59:01", "2016-03-31 23:59:02", "2016-03-31 23:59:03"]),
            ("model_id", ["", "0", "216"]),
            ("type", ["6", "1", "2"]),
            ("cate", ["9", "4", "8"]),
        ],
        &[(User, "user_id"), (Time, "time"), (Item, "sku_id"), (Kind, "type"), (Category, "cate")],
    ),
    (
        "图书馆, loans",
        &[
            ("读者证号", ["R001", "R002", "R001"]),
            ("题名", ["三体", "活着", "围城"]),
            ("借阅时间", ["2022-03-01 10:00:00", "2022-03-02 11:00:00", "2022-03-05 09:30:00"]),
            ("书号", ["I247.57/1", "I247.57/2", "I246.5/9"]),
            ("图书分类", ["小说", "小说", "小说"]),
        ],
        &[(User, "读者证号"), (Time, "借阅时间"), (Text, "题名"), (Item, "书号"), (Category, "图书分类")],
    ),
    (
        "客服, messages",
        &[
            ("客户编号", ["K1", "K2", "K1"]),
            ("发送时间", ["2022-03-01 10:00:00", "2022-03-02 11:00:00", "2022-03-05 09:30:00"]),
            ("消息内容", ["我的包裹还没到", "怎么退货", "发票怎么开"]),
        ],
        &[(User, "客户编号"), (Time, "发送时间"), (Text, "消息内容")],
    ),
];

#[test]
fn headers_that_people_have_are_understood_with_a_reason_for_each_role() {
    let mut faults = Vec::new();
    for (log, table, expected) in HEADERS {
        let columns = columns(table);
        let cast = cast(&columns, &Mapping::default(), 3);
        for role in Role::iter() {
            let wanted = expected.iter().find(|(wanted, _)| *wanted == role).map(|(_, name)| *name);
            let found = cast.of(role).map(|at| columns[at].name.as_str());
            if found != wanted {
                faults.push(format!("{log}: {role} is {found:?}, not {wanted:?}"));
            }
            let why = cast.of(role).and_then(|at| cast.part(at)).map_or("none needed", |(_, why)| why);
            if why.is_empty() {
                faults.push(format!("{log}: no reason for {role}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
