//! What columns are called, by role, in the languages that logs come in.

use super::lexicon_further::further;
use crate::events::Role;

/// Names of columns by role, the surest first, as [`super::names::bare`] writes them: without capitals, spaces, signs
/// and accents. English first, then Chinese, German, French, the languages of Spain, Italy and Portugal, Dutch and its
/// neighbours, Russian, Japanese, Korean.
pub fn lexicon(role: Role) -> impl Iterator<Item = &'static str> {
    let names = match role {
        Role::User => {
            "userid user customerid customer uid userpseudoid anonid anonymousid clientid client memberid member \
             visitorid visitor fullvisitorid accountid account custid customerno customernumber customerkey \
             userno usernumber userkey buyerid buyer buyeruserid shopperid shopper householdkey householdid \
             personid person profileid subscriberid subscriber reviewerid reviewer playerid player patronid \
             patron borrowerid borrower readerid reader listenerid studentid learnerid patientid requesterid \
             requester authorid author senderid sender contactid respondentid responseid surveyresponseid \
             distinctid idfa cookieid cookie deviceid msisdn username customername buyername membername \
             customeremail useremail email emailaddress phone mobile phonenumber requestername authorname \
             sendername reviewername committer maintainer contributor editor speaker employee employeeid \
             employeename ipaddress ip who 用户id 用户 用户编号 客户id 客户 客户编号 客户号 客户代码 会员id 会员 \
             会员编号 会员号 会员卡号 会员名 会员名称 顾客id 顾客 顾客编号 买家id 买家 买家会员名 买家昵称 \
             买家账号 下单账号 下单帐号 账号 账户 帐号 用户名 用户标识 用户昵称 读者id 读者 读者编号 读者证号 \
             学号 客户名称 客户姓名 姓名 发送人 发送者 提问人 访客id 访客 设备id 手机号 手机号码 邮箱 昵称 login \
             loginname nickname handle owner ownerid actor actorid creator createdby submittedby ordername \
             cardid cardnumber loyaltyid loyaltycard guestid guest accountname kundennummer kundennr kundenid \
             kunde kunden kundenname kundin benutzerid benutzer benutzername nutzerid nutzer anwender besteller \
             kaufer mitgliedsnummer mitglied leserid lesernummer leser ausleiher entleiher absender verfasser \
             melder antragsteller bearbeiter idclient numeroclient numclient codeclient nomclient utilisateur \
             idutilisateur acheteur adherent abonne lecteur emprunteur membre usager expediteur auteur demandeur \
             cliente idcliente clienteid codigocliente numerocliente codcliente nombrecliente usuario idusuario \
             comprador socio lector prestatario miembro remitente solicitante utente idutente acquirente lettore \
             richiedente utilizador leitor klant klantnummer klantid gebruiker gebruikersid lid lener kund \
             kundnummer anvandare bruger klient uzytkownik клиент idклиента покупатель пользователь читатель \
             автор 顧客 顧客id 顧客番号 会員番号 ユーザー ユーザーid ユーザid 利用者 利用者id 購入者 お客様 고객 \
             고객id 고객번호 사용자 사용자id 회원 회원번호"
        }
        Role::Time => {
            "timestamp datetime eventtimestamp eventtime eventdatetime unixreviewtime unixtime epoch time \
             createdat occurredat visitstarttime querytime searchtime checkoutdatetime invoicedatetime \
             orderdatetime transactiondatetime ordertimestamp purchasetimestamp orderpurchasetimestamp ordertime \
             purchasetime transactiontime visittime actiontime clicktime viewtime playedat watchedat listenedat \
             sentat receivedat ordercreatedat datecreated creationdate createdate createddate created createtime \
             paidat invoicedate orderdate purchasedate transactiondate checkoutdate loandate borrowdate \
             issuedate eventdate date reviewdate reviewtime messagetime messagedate datehourandminute datehour ts when \
             day timeofevent transdate tdat 时间戳 时间 下单时间 订单创建时间 订单付款时间 付款时间 支付时间 \
             成交时间 购买时间 创建时间 发生时间 事件时间 行为时间 订单时间 交易时间 消费时间 浏览时间 搜索时间 \
             点击时间 访问时间 操作时间 发送时间 提问时间 评论时间 借阅时间 借书时间 借出时间 日期时间 日期 \
             订单日期 下单日期 交易日期 购买日期 销售日期 借阅日期 借书日期 yearmonth monthyear month 年月 月份 submittedat submitted opened \
             openedat posted postedat publishedat published loggedat started startedat starttime startdate \
             servertime purchasedat orderedat borrowed borrowedat loanedon soldat saledate salesdate datum \
             uhrzeit zeitpunkt zeitstempel zeit bestelldatum bestellzeit kaufdatum verkaufsdatum rechnungsdatum \
             buchungsdatum auftragsdatum erstelltam erstellt eingangsdatum ausleihdatum leihdatum tag horodatage \
             dateheure datecommande datedecommande dateachat datedachat datefacture datevente datecreation \
             datedecreation creele datepret dateemprunt heure jour fechahora fecha fechapedido fechadepedido \
             fechacompra fechadecompra fechafactura fechaventa fechacreacion fechadecreacion creado \
             fechaprestamo hora dia dataora dataordine dataacquisto datafattura datahora datapedido datacompra \
             datavenda orario data tijdstip tijd besteldatum aankoopdatum factuurdatum aangemaakt tid czas \
             датаивремя дата время датазаказа датапокупки 日時 購入日 購入日時 注文日 注文日時 購買日 年月日 \
             貸出日 作成日時 受付日時 일시 날짜 시간 주문일 주문일시 구매일 구매일시"
        }
        Role::Text => {
            "text description itemdescription productdescription productname itemname lineitemname orderitemname \
             producttitle itemtitle booktitle movietitle gametitle pagetitle articletitle title prodname product \
             querytext query searchquery searchterm searchkeyword search keyword keywords messagetext \
             messagebody message content body reviewtext review summary comment desc detail details words \
             caption headline subject articlename goodsname goodstitle trackname traname track songname song \
             artistname artname artist book movie game question utterance transcript post tweet 商品名称 \
             产品名称 商品名 商品标题 宝贝标题 宝贝名称 货品名称 品名 物品名称 商品描述 描述 消息 留言 标题 题名 \
             书名 电影名 歌名 歌曲名 页面标题 名称 消息内容 聊天内容 咨询内容 问题内容 内容 正文 文本 搜索词 \
             搜索关键词 关键词 查询词 评论内容 评论 问题 行为描述 商品 产品 page pageview pageurl url path \
             screen screenname course coursename lesson topic news headlinetext noteworthy notes note dish meal \
             recipe songtitle tracktitle albumtitle album show episode programme program artikelbezeichnung \
             artikelbeschreibung artikelname produktbezeichnung produktbeschreibung produktname produkttitel \
             bezeichnung beschreibung warenbezeichnung produkt artikel ware betreff nachricht inhalt suchbegriff \
             suchanfrage buchtitel seitentitel titel lied kommentar bewertung anliegen designation libelle \
             nomproduit nomduproduit nomarticle nomdelarticle produit titre titrepage sujet objet contenu \
             recherche requete livre chanson commentaire descripcion producto nombreproducto nombredelproducto \
             nombrearticulo articulo titulo asunto mensaje contenido busqueda consulta libro cancion comentario \
             descrizione prodotto nomeprodotto articolo titolo oggetto messaggio contenuto ricerca canzone \
             commento descricao produto nomeproduto nomedoproduto artigo assunto mensagem conteudo livro musica \
             omschrijving productnaam artikelnaam onderwerp bericht inhoud zoekterm boek beskrivning produktnamn \
             benamning opis tytul nazwaproduktu nazwa товар наименованиетовара наименование название описание \
             сообщение тема книга タイトル 書名 件名 本文 メッセージ 検索語 検索キーワード 商品説明 説明 상품명 \
             제품명 제목 내용 설명 검색어 품목명 name nombre nom nome naam имя"
        }
        Role::Item => {
            "itemid item stockcode skuid sku lineitemsku itemcode productid productcode productsku asin \
             parentasin asinisbn articleid articleno article itemno productno goodsid movieid bookid gameid \
             songid trackid traid artistid pageid contentid newsid isbn upc ean gtin barcode stockid spuid spu \
             商品id 商品编号 商品编码 商品代码 商品货号 产品id 产品编号 产品编码 货号 货品编号 物品id 物品编号 \
             条码 商品条码 图书编号 书号 itemnumber itemref partno partnumber productnumber productref \
             catalognumber artikelnummer artikelnr artnr artikelid artikelcode produktid produktnummer produktnr \
             produktcode materialnummer reference ref codearticle codeproduit referenceproduit idproduit \
             numarticle codigo codigoproducto codigodelproducto idproducto codigoarticulo referencia codice \
             codiceprodotto codicearticolo idprodotto riferimento codigoproduto idproduto productnummer артикул \
             кодтовара 商品コード 商品番号 品番 製品コード 상품코드 상품번호 상품id 제품코드"
        }
        Role::Basket => {
            "basketid basket invoiceno invoice invoiceid invoicenumber orderid order orderno ordernumber \
             incrementid transactionid transaction sessionid session usersession gasessionid cartid cart \
             receiptid receipt receiptno visitid visit ticketid ticket conversationid conversation threadid \
             chatid 购物篮 订单号 订单id 订单编号 订单 父订单编号 发票号 发票 会话id 会话 购物车 交易号 交易编号 \
             流水号 小票号 销售单号 工单号 工单编号 orderref receiptnumber invoicenr billid bill salesorder \
             visitnumber bestellnummer bestellnr bestellid bestellung auftragsnummer auftrag rechnungsnummer \
             rechnungsnr rechnung belegnummer beleg bonnummer bon ticketnummer warenkorb sitzung numerocommande \
             numerodecommande numcommande idcommande commande numerofacture facture panier ticketdecaisse \
             numeropedido numerodepedido idpedido pedido factura numerofactura carrito sesion numeroordine \
             idordine ordine fattura scontrino fatura notafiscal bestelnummer bestelling factuurnummer factuur \
             номерзаказа заказ чек 注文番号 注文id 受注番号 伝票番号 取引番号 주문번호 주문id"
        }
        Role::Kind => {
            "eventtype eventkind kind actiontype action behaviortype behaviourtype behaviorname behavior \
             behaviour eventname event activity activitytype interaction interactiontype type 事件类型 行为类型 \
             行为名称 行为 事件名称 事件 动作 操作类型 操作 类型 eventcategory verb aktion ereignistyp ereignis \
             vorgangsart typeevenement evenement tipoevento evento accion azione acao actie gebeurtenis событие \
             действие イベント イベント種別 行動 이벤트 행동"
        }
        Role::Quantity => {
            "quantity qty lineitemquantity qtyordered orderquantity itemquantity units unitssold itemcount count \
             pieces num 数量 件数 购买数量 订购数量 商品数量 宝贝总数量 销售数量 销量 quantitysold noofitems \
             menge anzahl stuckzahl stuck quantite qte cantidad unidades cant quantita qta quantidade qtd qtde \
             aantal hoeveelheid ilosc antal количество колво 個数 点数 수량 개수"
        }
        Role::Price => {
            "price unitprice priceperunit priceeach itemprice lineitemprice purchasepriceperunit sellingprice \
             saleprice productprice unitcost 单价 价格 商品价格 商品单价 销售单价 售价 京东价 成交单价 listprice \
             einzelpreis stuckpreis verkaufspreis preis prixunitaire prix preciounitario precio prezzounitario \
             prezzo precounitario preco stukprijs prijs cena цена 単価 価格 販売価格 値段 단가 가격 판매가"
        }
        Role::Value => {
            "value amount revenue totalprice totalamount total linetotal ordertotal salesvalue salesamount sales \
             spend spent turnover gmv payment paid ordervalue purchaserevenue 金额 总价 总金额 总额 销售额 \
             销售金额 实付 实付金额 付款金额 实付款 买家实际支付金额 消费金额 交易金额 订单金额 成交金额 \
             grandtotal subtotal totalvalue extendedprice umsatz betrag gesamtpreis gesamtbetrag summe wert \
             montant montanttotal prixtotal chiffredaffaires importe monto preciototal ventas importo totale \
             valor valortotal bedrag totaalbedrag totaal omzet kwota wartosc сумма стоимость выручка 金額 合計 \
             合計金額 売上 購入金額 금액 합계 매출"
        }
        Role::Category => {
            "category categoryname productcategory itemcategory categorycode categoryid department genre genres \
             productgroup productgroupname producttype producttypename aisle subcategory section cate 类别 品类 \
             分类 类目 商品类别 商品分类 商品类目 类别id 类目id 品类id 图书分类 sectionname topiccategory \
             kategorie warengruppe rubrik abteilung categorie rayon famille categoria rubro departamento familia \
             reparto kategoria категория カテゴリ カテゴリー 分類 部門 카테고리 분류"
        }
    };
    names.split_whitespace().chain(further(role).split_whitespace())
}
