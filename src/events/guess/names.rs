//! What columns are called, by role, in English and Chinese.

use crate::events::Role;

/// Names of columns by role, the surest first, without capitals, spaces and signs.
fn lexicon(role: Role) -> impl Iterator<Item = &'static str> {
    let names = match role {
        Role::User => {
            "userid user customerid customer uid clientid client memberid member visitorid visitor accountid \
             account custid customerno customernumber customerkey userno usernumber userkey buyerid buyer \
             shopperid shopper householdkey householdid personid person subscriberid subscriber reviewerid \
             reviewer playerid player patronid patron cookieid cookie deviceid msisdn username customername \
             who 用户id 用户 用户编号 客户id 客户 客户编号 会员id 会员 会员编号 会员号 顾客id 顾客 买家id \
             买家 账号 用户名 用户标识"
        }
        Role::Time => {
            "timestamp datetime eventtime time date eventdate eventtimestamp invoicedate orderdate ordertime \
             ordertimestamp purchasedate purchasetime transactiondate transactiontime createdat occurredat \
             created createtime ts when day visittime actiontime timeofevent transdate tdat 时间 时间戳 日期 \
             下单时间 购买时间 创建时间 发生时间 事件时间 行为时间 订单日期 订单时间 交易时间 交易日期"
        }
        Role::Text => {
            "text description itemdescription productdescription productname itemname producttitle itemtitle \
             title name product content query searchquery search searchterm message summary review reviewtext \
             comment desc detail details words caption headline subject articlename goodsname 描述 商品描述 \
             商品名称 产品名称 商品名 商品标题 标题 名称 内容 文本 商品 产品 搜索词 评论 行为描述 物品名称"
        }
        Role::Item => {
            "itemid item stockcode sku skuid itemcode productid productcode asin articleid articleno article \
             itemno productno goodsid isbn upc ean gtin stockid 商品id 商品编号 商品编码 商品代码 产品id \
             产品编号 货号 物品id 物品编号"
        }
        Role::Basket => {
            "basketid basket invoiceno invoice invoiceid invoicenumber orderid order orderno ordernumber \
             transactionid transaction sessionid session usersession cartid cart receiptid receipt receiptno \
             visitid visit ticketid ticket 购物篮 订单号 订单id 订单编号 订单 发票号 发票 会话id 会话 购物车 \
             交易号 流水号 小票号"
        }
        Role::Kind => {
            "eventtype eventkind kind actiontype action behaviortype behaviourtype behavior behaviour \
             eventname event activity activitytype interaction type 事件类型 行为类型 行为 事件 动作 操作类型 \
             操作 类型"
        }
        Role::Quantity => "quantity qty units itemcount count pieces num 数量 件数 购买数量 销量",
        Role::Price => "price unitprice priceperunit priceeach itemprice unitcost 单价 价格 商品价格",
        Role::Value => {
            "value amount revenue totalprice totalamount total linetotal salesvalue sales spend spent \
             turnover gmv payment paid ordervalue 金额 总价 总金额 总额 销售额 实付 实付金额 付款金额 \
             消费金额"
        }
        Role::Category => {
            "category categoryname productcategory itemcategory categorycode categoryid department genre \
             genres productgroup productgroupname producttype producttypename aisle subcategory section 类别 \
             品类 分类 类目 商品类别 商品分类 类别id 类目id"
        }
    };
    names.split_whitespace()
}

/// How well a name fits a role, and why: the whole name is surer than a word in it. 0 if it does not.
pub fn fit(name: &str, role: Role) -> (u32, String) {
    let bare: String = name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    if let Some(at) = lexicon(role).position(|known| known == bare) {
        return (1000 - at as u32, format!("its name says {role}"));
    }
    let words = words(name);
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
        let mut all: Vec<&str> = Role::ALL.into_iter().flat_map(lexicon).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count);
    }
}
