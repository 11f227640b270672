"""Words of Eastern and Central Europe and of Turkish; see :mod:`tools.optout.reading` for what each line means."""

WORDS = {
    "pl": """
        stop: rezygnuję; wypisz mnie; przestań; przestańcie; wypisz; wypiszcie mnie; rezygnacja; koniec wiadomości
        stop: nie chcę więcej wiadomości; nie piszcie więcej; nie pisz więcej; usuń mnie; usuń mój numer; stop wiadomości
        stop: anuluj subskrypcję; wypisuję się
        start: zapisz mnie; wznów; zapisuję się; subskrybuj; zapisz
        marketing: bez reklam; nie chcę reklam; koniec reklam; bez promocji; nie chcę ofert
        halt: zatrzymaj; wstrzymaj; przestań wysyłać; zakończ; przerwij; wyłącz; zablokuj; rezygnuję z; wypisz z
        halt: nie otrzymuj; nie wysyłaj; nie chcę więcej; koniec; zrezygnuj z; nie chcę otrzymywać
        close: anuluj
        without: bez; nie chcę; żadnych
        resume: wznów; przywróć; kontynuuj; włącz; rozpocznij; otrzymuj ponownie; odblokuj
        ads: promocje; promocji; reklamy; reklam; oferty; ofert; marketing; wiadomości promocyjne; wiadomości marketingowe
        ads: wiadomości reklamowe; newsletter; newslettera; ogłoszenia; oferty i ogłoszenia; kampanie
        ads: wiadomości promocyjnych; wiadomości marketingowych; komunikaty marketingowe
        messages: wiadomości; wiadomość; powiadomienia; powiadomień; subskrypcję; subskrypcji; subskrypcja; smsy; spam
        messages: aktualizacje; listy; lista; mailingu
        asks: wypisz mnie; wypiszcie mnie; proszę mnie wypisać; chcę się wypisać; usuńcie mnie; usuń mnie
        asks: usuńcie mój numer; usuń mój numer; przestańcie pisać; przestańcie wysyłać; przestań pisać; przestań wysyłać
        asks: nie piszcie do mnie; nie pisz do mnie; nie kontaktujcie się; proszę nie pisać; proszę się nie kontaktować
        asks: dajcie mi spokój; zostawcie mnie w spokoju; wypisać się; usunąć mój numer; usuńcie moje dane; usunąć moje dane
        asks: cofam zgodę; wycofuję zgodę; to spam; to jest spam; skąd macie mój numer; anulować subskrypcję
        refuses: nie dziękuję; nie jestem zainteresowany; nie jestem zainteresowana; nie interesuje mnie; nie chcę
        refuses: nie chcemy; nie życzę sobie; nie wyrażam zgody; nie zgadzam się; nie wysyłajcie; nie wysyłaj
        refuses: nie przysyłajcie; nigdy więcej; przestańcie; sprzeciwiam się; nie wyrażam
        no: nie; nigdy; nie nie
        polite: proszę; dziękuję; dzięki; bardzo; dzień dobry; witam; cześć; teraz; ok
        fill: wszystkie; wszystkich; moje; te; tych; od; mi; z; ze; więcej
    """,
    "cs": """
        stop: odhlásit; zastavit; už nepište; odhlásit se; odhlaste mě; odhlásit odběr; nechci další zprávy
        stop: smažte mé číslo; konec zpráv; žádné další zprávy; vyřaďte mě; zrušit odběr
        start: přihlásit; obnovit; přihlásit se; přihlásit odběr; odebírat
        marketing: bez reklamy; nechci reklamu; žádné reklamy; žádná reklama; nechci nabídky
        halt: zastavit; zastavte; ukončit; pozastavit; vypnout; blokovat; nedostávat; odhlásit; přestat dostávat
        halt: odhlásit odběr; nezasílat; neposílat; nechci už; nechci další; už nechci
        close: zrušit
        without: bez; žádné; nechci; žádná
        resume: obnovit; pokračovat; zapnout; znovu zapnout; znovu spustit; spustit; aktivovat; znovu odebírat
        ads: propagace; propagační zprávy; reklamy; reklamu; reklama; nabídky; nabídek; marketing; marketingové zprávy
        ads: reklamní zprávy; akce; akční nabídky; nabídky a oznámení; newsletter; kampaně; inzerce; promo akce
        messages: zprávy; zpráv; zprávu; oznámení; odběr; odběru; upozornění; spam; newsletteru; seznamu; sms
        asks: odhlaste mě; odhlásit se; odhlásit odběr; zrušte odběr; vyřaďte mě; smažte mě; smažte mé číslo
        asks: smažte moje číslo; přestaňte psát; přestaňte posílat; přestaňte mi psát; přestaňte mi posílat; nepište mi
        asks: nekontaktujte mě; už mi nepište; už mi neposílejte; nechte mě na pokoji; neobtěžujte
        asks: nechte mě být; smažte mé údaje; smažte moje údaje; odvolávám souhlas; to je spam; neposílejte mi
        refuses: ne děkuji; ne díky; nemám zájem; nezajímá mě; nechci; nechceme; nepřeji si; nesouhlasím; neposílejte
        refuses: nezasílejte; už nikdy; přestaňte; odmítám
        no: ne; nikdy; v žádném případě
        polite: prosím; děkuji; díky; dobrý den; ahoj; hned; ok
        fill: všechny; všech; moje; vaše; tyto; od; mi; z; ze; další
    """,
    "hu": """
        stop: leiratkozás; leiratkozom; állj; leiratkozni; leiratkoznék; iratkozzanak le; nem kérek több üzenetet
        stop: ne írjanak; ne írjanak többet; töröljenek; töröljék a számomat; üzenetek leállítása
        stop: ne küldjenek több üzenetet
        start: feliratkozom; feliratkozás; folytatás; újra kérem
        marketing: nem kérek reklámot; nem kérek hirdetést; reklámot nem kérek; nem kérek ajánlatokat; nincs több reklám
        halt: leállítás; leállítása; leállítom; állítsa le; szüneteltetés; szüneteltetése; megszüntetés; megszüntetése
        halt: kikapcsolás; kikapcsolása; letiltás; letiltása; lemondás; lemondása; nem kérek több; ne küldjön több
        halt: ne küldjenek több; leiratkozás a
        without: nem kérek; nélkül; nincs több
        resume: folytatás; folytatása; újraindítás; újraindítása; bekapcsolás; bekapcsolása; engedélyezése; újra kérek
        ads: promóciók; promóció; promóciókat; reklám; reklámok; reklámot; reklámokat; ajánlatok; ajánlatokat; hirdetések
        ads: hirdetéseket; marketing; marketingüzenetek; reklámüzenetek; promóciós üzenetek; hírlevél; akciók; akciókat
        ads: ajánlatok és közlemények; kampányok; marketingüzeneteket
        messages: üzenetek; üzenet; üzenetet; üzeneteket; értesítések; értesítéseket; feliratkozás; feliratkozásom; spam
        messages: listáról; hírlevelet; sms
        asks: leiratkozom; leiratkozni; leiratkoznék; iratkozzanak le; töröljenek a; töröljék a számomat
        asks: töröljék a számom; ne írjanak nekem; ne írjon nekem; ne írjanak többet; ne keressenek; ne küldjenek többet
        asks: hagyják abba; hagyjanak békén; hagyjon békén; ne zaklassanak; ne zavarjanak; töröljék az adataimat
        asks: visszavonom a hozzájárulásomat; ez spam; nem járultam hozzá
        refuses: nem köszönöm; köszönöm nem; nem érdekel; nem kérek; nem akarok; nem szeretnék; ne küldjenek; ne küldjön
        refuses: nem járulok hozzá; nem egyezem bele; soha többet; soha többé; nem fogadom el; tiltakozom
        no: nem; soha; ne
        polite: kérem; köszönöm; köszi; üdv; szia; jó napot; most; azonnal; ok; legyen szíves
        fill: a; az; összes; minden; az összes; nekem; több; ezeket
    """,
    "ro": """
        stop: dezabonare; dezabonează-mă; oprește; dezabonați-mă; dezabonez; mă dezabonez; opriți mesajele
        stop: oprește mesajele; nu mai vreau mesaje; nu mai trimiteți mesaje; nu-mi mai scrieți; ștergeți numărul meu
        stop: ștergeți-mă; fără mesaje; vreau să mă dezabonez; stop mesaje
        start: abonează-mă; reia; abonare; abonați-mă; mă abonez
        marketing: fără reclame; fără promoții; fără reclamă; nu vreau reclame; nu vreau promoții; nu vreau oferte
        halt: oprește; opriți; oprire; încetează; încetați; suspendă; întrerupe; dezactivează; blochează
        halt: nu mai primi; nu mai vreau; nu mai trimiteți; renunță la; dezabonare de la; stopează; nu mai doresc
        close: anulează
        without: fără; nu vreau; nu doresc
        resume: reia; reluați; continuă; reactivează; activează; pornește; repornește; primește din nou
        ads: promoții; promoțiile; promoțiilor; reclame; reclamele; reclamă; oferte; ofertele; publicitate; publicitatea
        ads: marketing; mesaje promoționale; mesajele promoționale; mesaje de marketing; mesaje publicitare; anunțuri
        ads: newsletter; campanii; oferte și anunțuri; oferte promoționale
        messages: mesaje; mesajele; mesaj; notificări; notificările; abonament; abonamentul; abonarea; listă; lista; spam
        messages: sms; actualizări
        asks: dezabonați mă; dezabonează mă; mă dezabonez; să mă dezabonez; ștergeți mă; ștergeți numărul
        asks: ștergeți mi numărul; nu mi mai scrieți; nu mă mai contactați; nu mă contactați; nu mi mai trimiteți
        asks: încetați să mi; nu mă mai deranjați; lăsați mă în pace; scoateți mă
        asks: să mă ștergeți; ștergeți datele mele; îmi retrag acordul; îmi retrag consimțământul; este spam; nu mai vreau nimic
        refuses: nu mulțumesc; nu mersi; nu sunt interesat; nu sunt interesată; nu mă interesează; nu vreau; nu doresc
        refuses: nu vrem; nu mai vreau; nu mai trimiteți; nu trimiteți; nu sunt de acord; nu accept; niciodată; refuz
        refuses: mă opun
        no: niciodată; nu nu
        polite: vă rog; te rog; mulțumesc; mersi; bună; bună ziua; acum; ok; salut
        fill: toate; mele; aceste; de; la; cu; orice; mai; alte
    """,
    "tr": """
        stop: dur; aboneliği iptal et; mesaj atma; mesaj atmayın; mesaj göndermeyin; iptal et aboneliği; abonelikten çık
        stop: abonelikten çıkmak istiyorum; listeden çık; listeden çıkarın; beni listeden çıkarın; durdur
        stop: mesajları durdur; mesaj istemiyorum; artık mesaj istemiyorum; artık yazmayın; bana yazmayın
        stop: bir daha yazmayın; numaramı silin; ret
        start: abone ol; yeniden abone ol; tekrar başlat; abone olmak istiyorum; mesajları sürdür
        marketing: reklam istemiyorum; reklamsız; promosyon istemiyorum; reklam yok; reklam göndermeyin
        marketing: kampanya istemiyorum
        halt: durdur; durdurun; sonlandır; kapat; engelle; duraklat; almayı durdur; almayı bırak; gönderme
        halt: göndermeyin; istemiyorum; artık istemiyorum; bırak; kes; almak istemiyorum
        close: iptal et
        without: hayır
        resume: sürdür; devam ettir; devam et; başlat; yeniden başlat; aç; tekrar aç; tekrar al; almaya devam et
        ads: promosyonları; promosyonlar; promosyon; kampanyaları; kampanyalar; kampanya; reklamları; reklamlar; reklam
        ads: teklifleri; teklifler; tanıtımları; tanıtımlar; tanıtım mesajlarını; tanıtım mesajları; pazarlama
        ads: pazarlama mesajlarını; pazarlama mesajları; reklam mesajlarını; reklam mesajları; indirimleri; fırsatları
        ads: bülten; duyuruları; teklifleri ve duyuruları; promosyon mesajlarını
        messages: mesajları; mesajlar; mesaj; mesajlarınızı; bildirimleri; bildirim; bildirimler; aboneliği; aboneliğimi
        messages: abonelik; abonelikten; listeden; spam; sms; whatsapp mesajı
        asks: abonelikten çık; abonelikten çıkmak; aboneliğimi iptal; aboneliği iptal; listeden çıkarın
        asks: listenizden çıkarın; numaramı silin; numaramı sil; bana yazmayın; artık yazmayın; mesaj atmayın; mesaj atma
        asks: mesaj göndermeyin; rahatsız etmeyin; beni aramayın; bana ulaşmayın; iletişime geçmeyin; bir daha yazmayın
        asks: beni rahat bırakın; göndermeyi bırakın; göndermeyi kesin; listeden çıkarır mısınız; listeden çıkarılmak
        asks: verilerimi silin; onayımı geri; iznimi geri; bu spam; numaramı nereden
        refuses: hayır teşekkürler; hayır teşekkür ederim; ilgilenmiyorum; ilgimi çekmiyor; istemiyorum; istemiyoruz
        refuses: istemem; kabul etmiyorum; onaylamıyorum; onay vermiyorum; izin vermiyorum; göndermeyin; atmayın; bir daha
        refuses: reddediyorum
        no: hayır; yok; asla; olmaz
        polite: lütfen; teşekkürler; teşekkür ederim; sağolun; merhaba; selam; hemen; artık; ok; tamam
        fill: tüm; bütün; bu; bana; benim; daha; fazla
    """,
    "ru": """
        stop: стоп; отписаться; отпишите меня; отписка; отпишите; отпиши меня; отписаться от рассылки
        stop: отпишите от рассылки; не пишите мне; не пишите мне больше; больше не пишите; не присылайте больше
        stop: удалите мой номер; удалите меня; прекратите рассылку; остановить; стоп рассылка; хватит писать
        stop: отмена подписки; отменить подписку
        start: подписаться; подпишите меня; возобновить; подписка; старт
        marketing: без рекламы; не хочу рекламу; не нужна реклама; хватит рекламы; реклама не нужна
        halt: остановить; прекратить; прекратите; отключить; отключите; отписаться от; приостановить
        halt: не получать; больше не получать; не присылать; не присылайте; стоп; хватит; заблокировать; завершить
        halt: отказаться от; не хочу получать
        close: отменить
        without: без; не хочу; не надо; не нужны; не нужна
        resume: возобновить; продолжить; включить; снова получать; подписаться на; запустить; разблокировать
        ads: рекламу; рекламы; реклама; рекламные сообщения; рекламных сообщений; рекламные рассылки; рекламную рассылку
        ads: промоакции; акции; промо; промоматериалы; предложения; маркетинг; маркетинговые сообщения
        ads: маркетинговых сообщений; спецпредложения; предложения и объявления; объявления; промо сообщения
        ads: рекламные предложения
        messages: сообщения; сообщений; сообщение; уведомления; уведомлений; рассылку; рассылки; рассылка; подписку
        messages: подписки; подписка; спам; смс; списка; оповещения
        asks: отпишите меня; отписаться; отпишите; отменить подписку; отмените подписку; не пишите мне; не пиши мне
        asks: больше не пишите; удалите мой номер; удалите меня; уберите меня; прекратите писать; прекратите рассылку
        asks: прекратите присылать; прекратите слать; перестаньте писать; перестаньте присылать; перестаньте слать
        asks: хватит писать; хватит слать; не связывайтесь со мной; не беспокойте; не звоните мне; оставьте меня в покое
        asks: не пишите сюда; не пишите больше; хватит спамить; это спам; удалите мои данные; отзываю согласие; отстаньте
        asks: не нужно мне писать; не надо мне писать; откуда у вас мой номер; отменить рассылку
        refuses: нет спасибо; спасибо не надо; спасибо нет; не интересно; не интересует; мне не интересно
        refuses: не заинтересован; не заинтересована; не хочу; не хотим; не желаю; не нужно; не надо; не согласен
        refuses: не согласна; не даю согласия; не присылайте; не шлите; больше никогда; отказываюсь; против; перестаньте
        refuses: прекратите
        no: нет; неа; никогда; ни за что; не
        polite: пожалуйста; спасибо; большое спасибо; здравствуйте; привет; добрый день; сейчас; ок
        fill: все; всех; всю; мои; ваши; ваших; эти; от; мне; вашу; больше
    """,
    "uk": """
        stop: зупинити; відписатися; відписка; стоп розсилка; відпишіть мене; відписатись; не пишіть мені
        stop: більше не пишіть; не надсилайте більше; видаліть мій номер; видаліть мене; припиніть розсилку
        stop: скасувати підписку; зупиніть
        start: підписатися; підпишіть мене; відновити; підписка; підписатись
        marketing: без реклами; не хочу реклами; реклама не потрібна; не потрібна реклама; досить реклами
        halt: зупинити; припинити; припиніть; вимкнути; відписатися від; призупинити; не отримувати
        halt: не надсилати; не надсилайте; стоп; досить; заблокувати; завершити; відмовитися від; не хочу отримувати
        close: скасувати
        without: без; не хочу; не треба; не потрібна; не потрібні
        resume: відновити; продовжити; увімкнути; знову отримувати; підписатися на; запустити; розблокувати
        ads: рекламу; реклами; реклама; рекламні повідомлення; рекламних повідомлень; рекламну розсилку; промоакції; акції
        ads: промо; пропозиції; маркетинг; маркетингові повідомлення; маркетингових повідомлень; спецпропозиції
        ads: оголошення; пропозиції й оголошення; пропозиції та оголошення
        messages: повідомлення; повідомлень; сповіщення; сповіщень; розсилку; розсилки; розсилка; підписку; підписки; спам
        messages: смс; списку
        asks: відпишіть мене; відписатися; відписатись; скасувати підписку; скасуйте підписку; не пишіть мені
        asks: не пиши мені; більше не пишіть; видаліть мій номер; видаліть мене; припиніть писати; припиніть розсилку
        asks: припиніть надсилати; перестаньте писати; перестаньте надсилати; досить писати; не турбуйте
        asks: не телефонуйте мені; дайте мені спокій; видаліть мої дані; відкликаю згоду; відчепіться; це спам
        refuses: ні дякую; дякую не треба; не цікаво; не цікавить; мені не цікаво; не хочу; не хочемо; не бажаю
        refuses: не потрібно; не треба; не згоден; не згодна; не даю згоди; не надсилайте; ніколи більше; відмовляюся
        refuses: перестаньте; припиніть
        no: ні; ніколи; нізащо; не
        polite: будь ласка; дякую; вітаю; привіт; добрий день; зараз; ок
        fill: усі; всі; всіх; мої; ваші; ці; від; мені; вашу; більше
    """,
    "el": """
        stop: διακοπή; σταμάτα; διαγραφή; σταματήστε; απεγγραφή; διαγράψτε με; διαγράψτε τον αριθμό μου; όχι άλλα μηνύματα
        stop: σταματήστε τα μηνύματα; διακοπή μηνυμάτων; μη μου στέλνετε; μη μου στέλνετε μηνύματα; θέλω διαγραφή
        stop: κατάργηση εγγραφής
        start: εγγραφή; συνέχεια; επανεγγραφή; εγγραφή ξανά
        marketing: όχι διαφημίσεις; χωρίς διαφημίσεις; δεν θέλω διαφημίσεις; όχι άλλες διαφημίσεις; όχι προσφορές
        halt: διακοπή; διακόψτε; σταματήστε; σταμάτα; τερματισμός; παύση; ακύρωση; απενεργοποίηση; αποκλεισμός; κατάργηση
        halt: όχι άλλα; όχι άλλες; δεν θέλω άλλες; δεν θέλω άλλα; απεγγραφή από; να μη λαμβάνω
        without: όχι; χωρίς; δεν θέλω
        resume: συνέχιση; συνέχεια; επανέναρξη; ενεργοποίηση; έναρξη; εκ νέου λήψη
        ads: προσφορές; προσφορών; διαφημίσεις; διαφημίσεων; διαφήμιση; προωθητικά μηνύματα; προωθητικών μηνυμάτων
        ads: προωθήσεις; προωθητικές ενέργειες; προωθητικών ενεργειών; μάρκετινγκ; μηνύματα μάρκετινγκ
        ads: μηνυμάτων μάρκετινγκ; ανακοινώσεις; διαφημιστικά μηνύματα; διαφημιστικών μηνυμάτων; ενημερωτικό δελτίο
        ads: προσφορών και ανακοινώσεων; προωθήσεων
        messages: μηνύματα; μηνυμάτων; μήνυμα; ειδοποιήσεις; ειδοποιήσεων; συνδρομή; συνδρομής; εγγραφής; λίστα
        messages: ενημερώσεις; spam
        asks: διαγράψτε με; διαγράψτε τον αριθμό; να διαγραφώ; απεγγραφή; μη μου γράφετε; μη μου στέλνετε
        asks: μην μου στέλνετε; μην μου γράφετε; μην επικοινωνείτε; μη με ενοχλείτε; μην με ενοχλείτε; σταματήστε να μου
        asks: αφήστε με ήσυχο; αφήστε με ήσυχη; βγάλτε με από; με ξαναενοχλήσετε; διαγράψτε τα δεδομένα μου
        asks: ανακαλώ τη συγκατάθεσή μου; είναι spam
        refuses: όχι ευχαριστώ; δεν ενδιαφέρομαι; δεν με ενδιαφέρει; δεν θέλω; δεν θέλουμε; δεν επιθυμώ; δεν συμφωνώ
        refuses: δεν αποδέχομαι; δεν συναινώ; μη στέλνετε; μην στέλνετε; ποτέ ξανά; αρνούμαι; όχι πια
        no: όχι; οχι; ποτέ
        polite: παρακαλώ; ευχαριστώ; γεια; γεια σας; καλημέρα; τώρα; ok; σας παρακαλώ
        fill: τα; τις; των; όλα; όλες; όλων; από; μου; σας; αυτά; αυτές; η; το; τη
    """,
}
