"""Stop words, labels of buttons, sentences and complaints in thirty languages."""

import pytest

from tools.keywords import key_of, marked, needs_marks
from tools.optout import LANGUAGES, Said, asks_to_stop, label, says_no, shipped, without_courtesy

#: Wordings of the button under advertising, as WhatsApp and businesses write it, by language.
STOP_PROMOTIONS = {
    "en": (
        "Stop promotions",
        "Stop offers and announcements",
        "STOP PROMOTIONS.",
        "Stop all promotions",
        "Stop marketing messages",
    ),
    "es": (
        "Detener promociones",
        "Detener las promociones",
        "Dejar de recibir promociones",
        "No recibir más promociones",
        "No más ofertas",
    ),
    "pt": (
        "Parar promoções",
        "Interromper promoções",
        "Parar de receber promoções",
        "Suspender as promoções",
        "Não receber promoções",
    ),
    "fr": (
        "Arrêter les promotions",
        "Interrompre les promotions",
        "Ne plus recevoir de promotions",
        "Arrêter les offres",
    ),
    "de": (
        "Werbung stoppen",
        "Werbeaktionen beenden",
        "Angebote stoppen",
        "Keine Werbung mehr",
        "Werbung abbestellen",
    ),
    "it": ("Interrompi promozioni", "Interrompi le promozioni", "Ferma promozioni", "Blocca le offerte"),
    "nl": ("Promoties stoppen", "Stop promoties", "Aanbiedingen stoppen"),
    "pl": ("Zatrzymaj promocje", "Nie chcę więcej ofert", "Wyłącz reklamy"),
    "ro": ("Oprește promoțiile", "Opriți promoțiile"),
    "tr": ("Promosyonları durdur", "Kampanyaları durdur", "Reklam istemiyorum"),
    "ru": ("Остановить рекламу", "Отключить рекламные сообщения", "Отписаться от рекламы"),
    "uk": ("Зупинити рекламу", "Припинити рекламні повідомлення"),
    "ar": ("إيقاف العروض الترويجية", "إيقاف الرسائل الترويجية", "أوقف العروض"),
    "he": ("הפסקת מבצעים", "הפסק פרסומות"),
    "fa": ("توقف تبلیغات", "لغو پیام‌های تبلیغاتی"),
    "hi": ("प्रमोशन बंद करें", "प्रमोशन रोकें", "ऑफ़र पाना बंद करें"),
    "id": ("Hentikan promosi", "Berhenti menerima promosi", "Stop promosi"),
    "vi": ("Dừng khuyến mãi", "Ngừng nhận khuyến mãi"),
    "th": ("หยุดโปรโมชัน", "หยุดรับข้อความโปรโมชัน"),
    "zh": ("停止促销", "停止推廣", "停止接收促销信息", "取消行銷訊息"),
    "ja": ("プロモーションを停止", "プロモーションの配信を停止", "広告を停止する"),
    "ko": ("프로모션 중지", "광고 수신거부", "프로모션을 중지", "마케팅 메시지 그만 받기"),
    "sv": ("Stoppa kampanjer", "Sluta få erbjudanden"),
    "da": ("Stop kampagner", "Stop reklamer"),
    "nb": ("Stopp kampanjer", "Stopp reklame"),
    "fi": ("Lopeta kampanjat", "Lopeta mainokset"),
    "el": ("Διακοπή προσφορών", "Σταματήστε τις διαφημίσεις"),
    "cs": ("Zastavit propagace", "Ukončit reklamní zprávy"),
    "hu": ("Promóciók leállítása", "Reklámok leállítása"),
}
RESUME_PROMOTIONS = {
    "en": "Resume promotions",
    "es": "Reanudar promociones",
    "pt": "Retomar promoções",
    "fr": "Reprendre les promotions",
    "de": "Werbung fortsetzen",
    "it": "Riprendi promozioni",
    "tr": "Promosyonları sürdür",
    "ru": "Возобновить рекламу",
    "ar": "استئناف العروض الترويجية",
    "hi": "प्रमोशन फिर से शुरू करें",
    "id": "Lanjutkan promosi",
    "zh": "恢复促销",
    "ja": "プロモーションを再開",
    "ko": "프로모션 재개",
}
STOP_WORDS = {
    "en": "unsubscribe",
    "es": "Salir",
    "pt": "Sair",
    "fr": "désabonnement",
    "de": "Abmelden",
    "it": "disiscrivimi",
    "nl": "afmelden",
    "pl": "wypisz mnie",
    "ro": "dezabonare",
    "tr": "listeden çık",
    "ru": "отписаться",
    "uk": "відписатися",
    "ar": "إلغاء الاشتراك",
    "he": "הסרה",
    "fa": "لغو عضویت",
    "hi": "बंद करो",
    "id": "berhenti",
    "vi": "dừng",
    "th": "หยุด",
    "zh": "退订",
    "ja": "配信停止",
    "ko": "수신거부",
    "sv": "avregistrera",
    "da": "frameld",
    "nb": "meld meg av",
    "fi": "lopeta",
    "el": "απεγγραφή",
    "cs": "odhlásit odběr",
    "hu": "leiratkozom",
}


@pytest.fixture(name="whole", scope="module")
def whole_fixture():
    words = {key_of(word): said for said, word in shipped()}
    return lambda text: meaning(text, words)


def meaning(text, words):
    """Return what a message means by the words every database begins with, and the labels."""
    if key_of(text) in words:
        return words[key_of(text)]
    for language, bare in without_courtesy(text):
        said = words.get(bare)
        if said and (language is None or said.language in (language, "")):
            return said
    return label(text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_labels_under_advertising_stop_marketing_only(language, whole):
    """R29: WhatsApp's own label in every language we have words for, in several wordings."""
    for text in STOP_PROMOTIONS[language]:
        said = whole(text)
        assert said, text
        assert said[:2] == ("optout", "marketing"), text


@pytest.mark.parametrize("language", sorted(RESUME_PROMOTIONS))
def test_labels_that_resume(language, whole):
    """R29: the button that takes it back."""
    assert whole(RESUME_PROMOTIONS[language])[:2] == ("optin", "marketing")


@pytest.mark.parametrize("language", LANGUAGES)
def test_word_stops_everything(language, whole):
    """R29: the word people write, however they write it."""
    word = STOP_WORDS[language]
    for text in (
        word,
        word.upper(),
        f" {word} ",
        f"{word}!!!",
        f"«{word}».",
        f"{word} 🙏",
        f"\u200f{word}\u200f",
        f"{word} {word}",
    ):
        said = whole(text)
        assert said, text
        assert said[:2] == ("optout", "all"), text


@pytest.mark.parametrize(
    "text",
    [
        "please stop",
        "Stop, please!",
        "STOP STOP STOP",
        "stop now",
        "Salir por favor",
        "Por favor, baja",
        "ｓｔｏｐ",
        "bitte abmelden",
    ]
    + [
        "Sair, obrigado",
        "Arrêt svp",
        "متوقف کنید لطفا",
        "退订谢谢",
        "配信停止お願いします",
        "수신거부 부탁드립니다",
        "تَوَقُّفْ",
        "OK stop",
    ],
)
def test_courtesy_changes_nothing(text, whole):
    """R29: "please stop" is the word; so is a word said three times."""
    assert whole(text)[:2] == ("optout", "all")


@pytest.mark.parametrize(
    "text",
    [
        "para",
        "fin",
        "no",
        "No",
        "nein",
        "non",
        "end",
        "cancel",
        "cancelar",
        "kündigen",
        "alto",
        "basta",
        "pare",
        "ok",
        "gracias",
        "thanks",
    ]
    + [
        "please",
        "don't stop",
        "no stop",
        "non-stop",
        "bus stop",
        "stop at the shop",
        "Stop the delivery",
        "cancel my order",
        "đúng",
        "Dung",
    ]
    + [
        "promociones",
        "ofertas",
        "messages",
        "¿Qué promociones hay?",
        "no promociones hoy?",
        "envíame promociones",
        "new",
        "חדש",
        "hủy",
    ]
    + [
        "不",
        "いいえ",
        "아니요",
        "لا",
        "нет",
        "stop promotions at the front door",
        "Parar en la tienda",
        "停止了吗?",
        "促销什么时候停止",
    ],
)
def test_ordinary_words_and_sentences_stop_nothing(text, whole):
    """R29: what is a stop in one language and ordinary in another, or part of a sentence."""
    said = whole(text)
    if said and needs_marks(said.language, key_of(text)):
        words = {key_of(word): word for _said, word in shipped()}
        said = said if marked(words[key_of(text)]) in marked(text) else None
    assert not said or said.action != "optout", (text, said)


ASKING = [
    "quiero dar de baja la suscripción",
    "Hola, por favor dejen de escribirme",
    "no me manden más mensajes",
    "Ya no quiero recibir sus promociones, gracias",
    "I would like to unsubscribe from this",
    "Please stop sending me these",
    "Can you remove me from your list?",
    "Não quero mais receber mensagens de vocês",
    "Je ne veux plus recevoir vos messages",
    "Bitte schicken Sie mir keine Werbung mehr",
    "Non voglio più ricevere i vostri messaggi",
    "Ik wil geen berichten meer ontvangen",
    "Nie chcę już dostawać wiadomości",
    "Artık mesaj almak istemiyorum",
    "Больше не присылайте мне рекламу",
    "لا أريد استلام رسائل منكم بعد اليوم",
    "אני לא רוצה לקבל מכם הודעות",
    "कृपया मुझे मैसेज मत भेजो",
    "Tolong jangan kirim pesan ke saya lagi",
    "请不要再给我发信息了,不要再发",
    "もうメッセージを送らないでください",
    "더 이상 문자 보내지 마세요",
    "Làm ơn đừng nhắn tin cho tôi nữa",
    "ไม่ต้องส่งข้อความมาอีกนะคะ",
]
REFUSING = [
    *(
        "no me manden más cobros duplicados",
        "No, gracias",
        "no",
        "NO!!",
        "No no",
        "nope",
        "No thank you",
        "I'm not interested",
    ),
    *(
        "Nein danke",
        "non merci",
        "não obrigado",
        "Kein Interesse",
        "لا شكرا",
        "нет, спасибо",
        "不用了,谢谢",
        "結構です",
        "괜찮아요 필요 없어요",
    ),
    *(
        "I do not agree to this",
        "Don’t send me another invoice",
        "不需要",
        "hayır teşekkürler",
        "no me interesa",
        "いりません",
        "ไม่สนใจค่ะ",
    ),
]
ORDINARY = [
    *(
        "Hola, ¿qué precio tiene la mesa?",
        "No llegó mi pedido",
        "Hello",
        "I can't find the price, can you help?",
        "👍",
        "",
        "ok",
    ),
    *(
        "Please stop at the back door",
        "When do your offers end?",
        "Wo ist die nächste Bushaltestelle?",
        "мой заказ не пришёл",
    ),
    *(
        "Ich habe Ihre Nachricht nicht bekommen",
        "¿Cuándo me mandan mis promociones?",
        "Merci beaucoup",
        "请问多少钱",
        "هل المتجر مفتوح؟",
    ),
    *(
        "Đúng",
        "いくらですか",
        "얼마예요?",
        "Nosotros abrimos a las 9",
        "The notebook is nice",
        "Can you send me the catalogue?",
        "para mañana",
    ),
]


@pytest.mark.parametrize("text", ASKING)
def test_sentence_asks_and_proves_nothing(text):
    """R29: a whole sentence that asks to stop is recognised, and is no consent."""
    assert asks_to_stop(text), text
    assert says_no(text), text


@pytest.mark.parametrize("text", REFUSING)
def test_no_proves_nothing(text):
    """R29: words that say no are no proof of a yes, and ask for no silence."""
    assert says_no(text), text
    assert not asks_to_stop(text), text


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_are_consent_to_be_answered(text):
    """R29: whoever only has a trouble with an order agrees to be answered."""
    assert not says_no(text), text
    assert not asks_to_stop(text), text


def test_start_words_of_every_language():
    """R29: every language has words to begin again."""
    assert {said.language for said, _word in shipped() if said.action == "optin"} >= set(LANGUAGES)


def test_long_texts_are_read():
    """Quickly: what is read of a text is limited."""
    for text in ("no me " * 200_000, "消息" * 200_000, "stop " * 200_000):
        assert not label(text)
        asks_to_stop(text)
        says_no(text)


def test_said_is_what_keywords_are():
    assert label("Stop promotions") == Said("optout", "marketing", "en") == ("optout", "marketing", "en")


MISSING = [
    *("Nachricht nicht erhalten", "Nachrichten nicht erhalten", "Bericht niet ontvangen", "Geen berichten", "Ingen beskeder"),
    *("ingen meldinger", "ei viestejä", "No mensajes", "Saya tidak menerima pesan", "عدم استلام الرسائل", "عدم دریافت پیامک"),
    *("Μη λήψη μηνυμάτων", "Tôi không nhận được tin nhắn", "promo tidak ada", "Kampanya yok", "אין מבצעים", "没有优惠"),
    *("ไม่มีโปรโมชั่น", "キャンペーンなし", "нет акций", "без скидки", "tanpa diskon", "aucune promotion", "할인 없이"),
]


@pytest.mark.parametrize("text", MISSING)
def test_what_is_missing_stops_nothing(text, whole):
    """R29: "message not received", "there are no offers": a complaint or a fact, and nobody is alarmed."""
    assert not whole(text), (text, whole(text))
    assert not asks_to_stop(text), text


@pytest.mark.parametrize(
    "text", ["No offers?", "Keine Angebote?", "plus d'offres ?", "¿No ofertas?", "没有优惠？", "لا عروض؟", "Sem ofertas?"]
)
def test_question_for_offers_stops_nothing(text):
    """R29: who asks for offers wants some."""
    assert not label(text)
    assert not says_no(text)


@pytest.mark.parametrize(
    ("text", "purpose"),
    [
        ("Nachrichten nicht mehr erhalten", "all"),
        ("geen berichten meer", "all"),
        ("No más mensajes", "all"),
        ("no ads", "marketing"),
    ],
)
def test_no_more_is_still_a_stop(text, purpose, whole):
    assert whole(text)[:2] == ("optout", purpose)


@pytest.mark.parametrize(
    "text",
    [
        *("No thanks, stop", "I said stop!", "STOP. I never signed up for this", "this is spam", "Please erase my data"),
        *("I want to withdraw my consent", "Reported and blocked", "don't call me again", "Borren mis datos"),
        *("¿cómo me doy de baja?", "no molestar", "apaguem meus dados", "Para de me mandar mensagem", "Supprimez mes données"),
        *("c'est du spam", "Ich widerrufe meine Einwilligung", "Löschen Sie bitte meine Daten", "Lass mich in Ruhe"),
        *("revoco il consenso", "stop hiermee", "cofam zgodę", "Nechte mě být", "ne zavarjanak", "Mesaj göndermeyi bırakın"),
        *("удалите мои данные", "Отстаньте", "видаліть мої дані", "كفاية رسائل", "احذفوا بياناتي", "مزاحم نشو", "别烦我"),
        *("メッセージを止めて", "그만 좀 보내세요", "vil ikke ha flere meldinger", "Jätä rauhaan", "cancel my subscription"),
    ],
)
def test_other_ways_to_ask_for_silence(text):
    """R29: spam, data protection, a stop after other words: somebody is told, and it is no consent."""
    assert asks_to_stop(text), text
    assert says_no(text), text


@pytest.mark.parametrize(
    "text",
    [
        *("Please cancel my order and send me updates", "I want to stop by and see the offers", "取消订单,请发短信通知"),
        *("Cancelar el pedido y mandar mensaje", "Отменить заказ и прислать сообщение", "zamówienie anuluj, wyślij wiadomość"),
        *("Siparişi iptal et, mesaj at", "ร้านปิดกี่โมง โปรโมชั่นมีไหม", "¿Stop o sigo?", "alta, media, baja?"),
        *("Calidad: alta, media, baja", "Bus stop, market"),
    ],
)
def test_order_that_ends_is_no_request_for_silence(text):
    """R29: an order is cancelled, somebody stops by."""
    assert not asks_to_stop(text), text
    assert not says_no(text), text
