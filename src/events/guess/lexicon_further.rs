//! What columns are called in further languages: Arabic, Persian, Hebrew, Turkish, Vietnamese, Indonesian, Greek,
//! Hungarian, Czech, Romanian, Ukrainian and Finnish.

use crate::events::Role;

/// Names of columns by role, behind those of [`super::lexicon::lexicon`] and written alike.
pub fn further(role: Role) -> &'static str {
    match role {
        Role::User => {
            "معرفالعميل رقمالعميل اسمالعميل كودالعميل العميل المستخدم معرفالمستخدم اسمالمستخدم شناسهمشتری کدمشتری مشتری کاربر \
             شناسهکاربر מספרלקוח מזההלקוח שםלקוח קודלקוח לקוח משתמש musterino musteriid musterikodu musteriadı musteri \
             kullanıcı kullanıcıid kullanici uyeno makhachhang tenkhachhang khachhang nguoidung idpelanggan \
             kodepelanggan namapelanggan pelanggan pengguna κωδικόςπελάτη πελάτης πελάτες ugyfelszam ugyfelkod ugyfel \
             vevokod vevo cislozakaznika zakaznik uzivatel codclient numeclient клієнт idклієнта кодклієнта покупець \
             користувач кодклиента номерклиента asiakasnumero asiakas kayttaja"
        }
        Role::Time => {
            "التاريخ تاريخالطلب تاريخالشراء تاريخالفاتورة الوقت تاریخ تاریخسفارش تاریخخرید زمان תאריך תאריךהזמנה \
             תאריךרכישה שעה tarih siparistarihi faturatarihi islemtarihi zaman ngay ngaydat ngaydathang ngaymua \
             thoigian tanggal tanggalpesanan tanggaltransaksi waktu ημερομηνία ημερομηνίαπαραγγελίας idopont \
             rendelesdatuma vasarlasdatuma datumobjednavky datumnakupu dataicomenzii datacomenzii часзамовлення \
             датазамовлення датапродажи датапродажу paivamaara tilauspaiva paivays"
        }
        Role::Text => {
            "اسمالمنتج وصفالمنتج الوصف المنتج نامکالا ناممحصول شرحکالا محصول שםמוצר תיאורמוצר תיאור מוצר urunadı urunadi \
             uruntanımı urunacıklaması urun acıklama tensanpham sanpham mota tenhang namaproduk namabarang deskripsi \
             produk barang όνομαπροϊόντος περιγραφή προϊόν termeknev termekneve termek megnevezes leiras nazevproduktu \
             nazevzbozi popis nazev denumireprodus numeprodus denumire descriere produs назватовару найменування опис \
             tuotenimi tuotteennimi tuote kuvaus nimike"
        }
        Role::Item => {
            "رقمالمنتج كودالمنتج معرفالمنتج کدکالا کدمحصول קודמוצר מספרמוצר מקט urunkodu urunno urunid stokkodu masanpham \
             mahang kodeproduk kodebarang idproduk κωδικόςπροϊόντος termekkod cikkszam kodproduktu kodzbozi codprodus \
             кодтовару tuotekoodi tuotenumero"
        }
        Role::Basket => {
            "رقمالطلب رقمالفاتورة شمارهسفارش شمارهفاکتور מספרהזמנה מספרחשבונית siparisno faturano fisno madonhang sohoadon \
             nomorpesanan nomorfaktur nopesanan αριθμόςπαραγγελίας rendelesszam szamlaszam cisloobjednavky \
             cislofaktury numarcomanda numarfactura номерзамовлення номерчека tilausnumero"
        }
        Role::Kind => {
            "نوعالحدث نوعرویداد סוגאירוע olayturu islemturu loaisukien jenisaktivitas esemenytipus типподії типсобытия"
        }
        Role::Quantity => {
            "الكمية تعداد כמות miktar adet soluong jumlah kuantitas ποσότητα mennyiseg darab mnozstvi pocet \
             cantitate кількість maara kappalemaara"
        }
        Role::Price => {
            "السعر سعرالوحدة قیمت قیمتواحد מחיר מחירליחידה birimfiyat fiyat fiyatı dongia gia gianhap hargasatuan harga τιμή \
             τιμήμονάδας egysegar cenazakus jednotkovacena pretunitar pret ціна yksikkohinta hinta"
        }
        Role::Value => {
            "المبلغ الإجمالي قيمةالطلب مبلغ جمعکل סכום סהכ tutar toplam toplamtutar thanhtien tongtien tongcong totalharga \
             αξία σύνολο osszeg vegosszeg castka celkem suma valoare сума summa yhteensa"
        }
        Role::Category => {
            "الفئة فئةالمنتج دستهبندی קטגוריה kategori urunkategorisi danhmuc loaihang κατηγορία kategoriak категорія \
             tuoteryhma"
        }
    }
}
