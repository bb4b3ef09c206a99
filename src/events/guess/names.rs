//! What columns are called, by role, in English and Chinese.

use crate::events::Role;

/// Names of columns by role, the surest first, without capitals, spaces and signs.
fn lexicon(role: Role) -> impl Iterator<Item = &'static str> {
    let names = match role {
        Role::User => {
            "userid user customerid customer uid userpseudoid anonid anonymousid clientid client memberid member \
             visitorid visitor fullvisitorid accountid account custid customerno customernumber customerkey userno \
             usernumber userkey buyerid buyer buyeruserid shopperid shopper householdkey householdid personid person \
             profileid subscriberid subscriber reviewerid reviewer playerid player patronid patron borrowerid borrower \
             readerid reader listenerid studentid learnerid patientid requesterid requester authorid author senderid \
             sender contactid respondentid responseid surveyresponseid distinctid idfa cookieid cookie deviceid msisdn \
             username customername buyername membername customeremail useremail email emailaddress phone mobile \
             phonenumber requestername authorname sendername reviewername committer maintainer contributor editor speaker \
             employee employeeid employeename ipaddress ip who \
             用户id 用户 用户编号 客户id 客户 客户编号 客户号 客户代码 会员id 会员 会员编号 会员号 会员卡号 会员名 会员名称 顾客id \
             顾客 顾客编号 买家id 买家 买家会员名 买家昵称 买家账号 下单账号 下单帐号 账号 账户 帐号 用户名 用户标识 用户昵称 \
             读者id 读者 读者编号 读者证号 学号 客户名称 客户姓名 姓名 发送人 发送者 提问人 访客id 访客 设备id 手机号 手机号码 \
             邮箱 昵称"
        }
        Role::Time => {
            "timestamp datetime eventtimestamp eventtime eventdatetime unixreviewtime unixtime epoch time createdat \
             occurredat visitstarttime querytime searchtime checkoutdatetime invoicedatetime orderdatetime \
             transactiondatetime ordertimestamp purchasetimestamp orderpurchasetimestamp ordertime purchasetime \
             transactiontime visittime actiontime clicktime viewtime playedat watchedat listenedat sentat receivedat \
             ordercreatedat datecreated creationdate createdate createddate created createtime paidat invoicedate orderdate \
             purchasedate transactiondate checkoutdate loandate borrowdate issuedate eventdate date reviewdate \
             reviewtime messagetime messagedate datehourandminute ts when day timeofevent transdate tdat \
             时间戳 时间 下单时间 订单创建时间 订单付款时间 付款时间 支付时间 成交时间 购买时间 创建时间 发生时间 事件时间 行为时间 \
             订单时间 交易时间 消费时间 浏览时间 搜索时间 点击时间 访问时间 操作时间 发送时间 提问时间 评论时间 借阅时间 \
             借书时间 借出时间 日期时间 日期 订单日期 下单日期 交易日期 购买日期 销售日期 借阅日期 借书日期"
        }
        Role::Text => {
            "text description itemdescription productdescription productname itemname lineitemname orderitemname \
             producttitle itemtitle booktitle movietitle gametitle pagetitle articletitle title prodname name product \
             querytext query searchquery searchterm searchkeyword search keyword keywords messagetext messagebody message \
             content body reviewtext review summary comment desc detail details words caption headline subject \
             articlename goodsname goodstitle trackname traname track songname song artistname artname artist book movie \
             game question utterance transcript post tweet \
             商品名称 产品名称 商品名 商品标题 宝贝标题 宝贝名称 货品名称 品名 物品名称 商品描述 描述 消息 留言 标题 题名 书名 电影名 歌名 \
             歌曲名 页面标题 名称 消息内容 聊天内容 咨询内容 问题内容 内容 正文 文本 搜索词 搜索关键词 关键词 查询词 评论内容 \
             评论 问题 行为描述 商品 产品"
        }
        Role::Item => {
            "itemid item stockcode skuid sku lineitemsku itemcode productid productcode productsku asin parentasin asinisbn \
             articleid articleno article itemno productno goodsid movieid bookid gameid songid trackid traid artistid \
             pageid contentid newsid isbn upc ean gtin barcode stockid spuid spu \
             商品id 商品编号 商品编码 商品代码 商品货号 产品id 产品编号 产品编码 货号 货品编号 物品id 物品编号 条码 商品条码 \
             图书编号 书号"
        }
        Role::Basket => {
            "basketid basket invoiceno invoice invoiceid invoicenumber orderid order orderno ordernumber incrementid \
             transactionid transaction sessionid session usersession gasessionid cartid cart receiptid receipt receiptno visitid \
             visit ticketid ticket conversationid conversation threadid chatid \
             购物篮 订单号 订单id 订单编号 订单 父订单编号 发票号 发票 会话id 会话 购物车 交易号 交易编号 流水号 小票号 \
             销售单号 工单号 工单编号"
        }
        Role::Kind => {
            "eventtype eventkind kind actiontype action behaviortype behaviourtype behaviorname behavior behaviour \
             eventname event activity activitytype interaction interactiontype type \
             事件类型 行为类型 行为名称 行为 事件名称 事件 动作 操作类型 操作 类型"
        }
        Role::Quantity => {
            "quantity qty lineitemquantity qtyordered orderquantity itemquantity units unitssold itemcount count pieces num \
             数量 件数 购买数量 订购数量 商品数量 宝贝总数量 销售数量 销量"
        }
        Role::Price => {
            "price unitprice priceperunit priceeach itemprice lineitemprice purchasepriceperunit sellingprice saleprice \
             productprice unitcost \
             单价 价格 商品价格 商品单价 销售单价 售价 京东价 成交单价"
        }
        Role::Value => {
            "value amount revenue totalprice totalamount total linetotal ordertotal salesvalue salesamount sales spend \
             spent turnover gmv payment paid ordervalue purchaserevenue \
             金额 总价 总金额 总额 销售额 销售金额 实付 实付金额 付款金额 实付款 买家实际支付金额 消费金额 交易金额 订单金额 成交金额"
        }
        Role::Category => {
            "category categoryname productcategory itemcategory categorycode categoryid department genre genres \
             productgroup productgroupname producttype producttypename aisle subcategory section cate \
             类别 品类 分类 类目 商品类别 商品分类 商品类目 类别id 类目id 品类id 图书分类"
        }
    };
    names.split_whitespace()
}

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

/// How well a name fits a role, and why: the whole name is surer than a word in it. 0 if it does not.
pub fn fit(name: &str, role: Role) -> (u32, String) {
    let bare: String = name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
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
            words.last_mut().into_iter().for_each(|word| word.extend(letter.to_lowercase()));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use strum::IntoEnumIterator as _;

    #[test]
    fn names_fit_however_they_are_written() {
        for name in ["Customer ID", "customer_id", "CustomerID", "CUSTOMER-ID", "用户ID", "用户编号"] {
            assert!(fit(name, Role::User).0 > 900, "{name}");
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
    }
}
