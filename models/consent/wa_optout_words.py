"""What customers are told once when they stopped messages, in the language in which they said so.

No texts of the ``.po`` files: a business in Odoo's English has customers who write Thai,
and their language is not installed. An account may replace them by its own.
"""

from ...tools.languages import base, choose

#: Language -> (everything stopped, only marketing stopped); ``%s`` is the business.
CONFIRMATIONS = {
    "en": (
        "Done: you will get no more messages from %s. If you need us, just write here.",
        "Done: you will get no more advertising from %s. We still answer your messages.",
    ),
    "es": (
        "Listo: no recibirás más mensajes de %s. Si nos necesitas, escríbenos aquí.",
        "Listo: no recibirás más publicidad de %s. Seguimos respondiendo a tus mensajes.",
    ),
    "pt": (
        "Pronto: você não receberá mais mensagens de %s. Se precisar de nós, escreva aqui.",
        "Pronto: você não receberá mais publicidade de %s. Continuamos respondendo às suas mensagens.",
    ),
    "fr": (
        "C'est fait : vous ne recevrez plus de messages de %s. En cas de besoin, écrivez-nous ici.",
        "C'est fait : vous ne recevrez plus de publicité de %s. Nous répondons toujours à vos messages.",
    ),
    "de": (
        "Erledigt: Sie bekommen keine Nachrichten mehr von %s. Wenn Sie uns brauchen, schreiben Sie einfach hier.",
        "Erledigt: Sie bekommen keine Werbung mehr von %s. Ihre Nachrichten beantworten wir weiterhin.",
    ),
    "it": (
        "Fatto: non riceverà più messaggi da %s. Se ha bisogno di noi, ci scriva qui.",
        "Fatto: non riceverà più pubblicità da %s. Continuiamo a rispondere ai suoi messaggi.",
    ),
    "nl": (
        "Gedaan: u krijgt geen berichten meer van %s. Als u ons nodig hebt, schrijf ons gerust hier.",
        "Gedaan: u krijgt geen reclame meer van %s. Uw berichten beantwoorden we nog steeds.",
    ),
    "pl": (
        "Gotowe: nie będziemy już wysyłać wiadomości od %s. W razie potrzeby proszę napisać tutaj.",
        "Gotowe: nie będziemy już wysyłać reklam od %s. Nadal odpowiadamy na wiadomości.",
    ),
    "ro": (
        "Gata: nu veți mai primi mesaje de la %s. Dacă aveți nevoie de noi, scrieți-ne aici.",
        "Gata: nu veți mai primi reclame de la %s. Răspundem în continuare la mesajele dvs.",
    ),
    "tr": (
        "Tamam: %s artık size mesaj göndermeyecek. Bize ihtiyacınız olursa buraya yazın.",
        "Tamam: %s artık size reklam göndermeyecek. Mesajlarınızı yanıtlamaya devam ediyoruz.",
    ),
    "ru": (
        "Готово: вы больше не будете получать сообщения от %s. Если мы понадобимся, напишите сюда.",
        "Готово: вы больше не будете получать рекламу от %s. На ваши сообщения мы ответим.",
    ),
    "uk": (
        "Готово: ви більше не отримуватимете повідомлень від %s. Якщо ми знадобимося, напишіть сюди.",
        "Готово: ви більше не отримуватимете реклами від %s. На ваші повідомлення ми відповімо.",
    ),
    "ar": (
        "تم: لن تصلك رسائل أخرى من %s. إذا احتجت إلينا فاكتب لنا هنا.",
        "تم: لن تصلك إعلانات أخرى من %s. سنواصل الرد على رسائلك.",
    ),
    "he": (
        "בוצע: לא יישלחו אליך עוד הודעות מאת %s. אם יש צורך, אפשר לכתוב לנו כאן.",
        "בוצע: לא יישלחו אליך עוד פרסומות מאת %s. נמשיך לענות להודעות שלך.",
    ),
    "fa": (
        "انجام شد: دیگر پیامی از %s دریافت نمی‌کنید. اگر به ما نیاز داشتید همین‌جا بنویسید.",
        "انجام شد: دیگر تبلیغی از %s دریافت نمی‌کنید. به پیام‌های شما پاسخ می‌دهیم.",
    ),
    "hi": (
        "हो गया: अब आपको %s से कोई संदेश नहीं मिलेगा। ज़रूरत हो तो यहीं लिखें।",
        "हो गया: अब आपको %s से कोई विज्ञापन नहीं मिलेगा। हम आपके संदेशों का जवाब देते रहेंगे।",
    ),
    "id": (
        "Selesai: Anda tidak akan menerima pesan lagi dari %s. Jika memerlukan kami, tulis saja di sini.",
        "Selesai: Anda tidak akan menerima iklan lagi dari %s. Kami tetap membalas pesan Anda.",
    ),
    "zh": (
        "已完成:您不会再收到%s的消息。如有需要,请在此留言。",
        "已完成:您不会再收到%s的广告。我们仍会回复您的消息。",
    ),
    "zh_TW": (
        "已完成:您不會再收到%s的訊息。如有需要,請在此留言。",
        "已完成:您不會再收到%s的廣告。我們仍會回覆您的訊息。",
    ),
    "ja": (
        "完了しました。今後%sからメッセージは届きません。ご用の際はこちらにご連絡ください。",
        "完了しました。今後%sから広告は届きません。メッセージには引き続きお答えします。",
    ),
    "ko": (
        "처리되었습니다. 앞으로 %s의 메시지를 받지 않습니다. 필요하시면 여기에 글을 남겨 주세요.",
        "처리되었습니다. 앞으로 %s의 광고를 받지 않습니다. 보내 주신 메시지에는 계속 답변드립니다.",
    ),
    "sv": (
        "Klart: du får inga fler meddelanden från %s. Skriv gärna här om du behöver oss.",
        "Klart: du får ingen mer reklam från %s. Vi svarar fortfarande på dina meddelanden.",
    ),
    "da": (
        "Færdig: du får ikke flere beskeder fra %s. Skriv bare her, hvis du har brug for os.",
        "Færdig: du får ikke mere reklame fra %s. Vi svarer stadig på dine beskeder.",
    ),
    "nb": (
        "Ferdig: du får ingen flere meldinger fra %s. Skriv gjerne her hvis du trenger oss.",
        "Ferdig: du får ikke mer reklame fra %s. Vi svarer fortsatt på meldingene dine.",
    ),
    "fi": (
        "Valmis: et saa enää viestejä lähettäjältä %s. Jos tarvitset meitä, kirjoita tähän.",
        "Valmis: et saa enää mainoksia lähettäjältä %s. Vastaamme edelleen viesteihisi.",
    ),
    "el": (
        "Έγινε: δεν θα λαμβάνετε άλλα μηνύματα από %s. Αν μας χρειαστείτε, γράψτε μας εδώ.",
        "Έγινε: δεν θα λαμβάνετε άλλες διαφημίσεις από %s. Συνεχίζουμε να απαντάμε στα μηνύματά σας.",
    ),
    "cs": (
        "Hotovo: od %s už nebudete dostávat žádné zprávy. Když nás budete potřebovat, napište sem.",
        "Hotovo: od %s už nebudete dostávat reklamu. Na vaše zprávy dál odpovídáme.",
    ),
    "hu": (
        "Kész: nem kap több üzenetet tőlünk (%s). Ha szüksége van ránk, írjon ide.",
        "Kész: nem kap több reklámot tőlünk (%s). Az üzeneteire továbbra is válaszolunk.",
    ),
    "vi": (
        "Đã xong: bạn sẽ không nhận thêm tin nhắn từ %s. Khi cần, hãy viết cho chúng tôi tại đây.",
        "Đã xong: bạn sẽ không nhận thêm quảng cáo từ %s. Chúng tôi vẫn trả lời tin nhắn của bạn.",
    ),
    "th": (
        "เรียบร้อย: คุณจะไม่ได้รับข้อความจาก %s อีก หากต้องการติดต่อ เขียนมาที่นี่ได้เลย",
        "เรียบร้อย: คุณจะไม่ได้รับโฆษณาจาก %s อีก เรายังคงตอบข้อความของคุณ",
    ),
}

#: Country -> language, for "stop", which people of all languages write.
LANGUAGE_OF_COUNTRY = {
    country: language
    for language, countries in {
        "es": "ES MX AR CO CL PE VE EC GT CU BO DO HN PY SV NI CR PA UY PR",
        "pt": "BR PT AO MZ",
        "fr": "FR SN CI CM MC",
        "de": "DE AT LI",
        "it": "IT SM",
        "nl": "NL SR",
        "pl": "PL",
        "ro": "RO MD",
        "tr": "TR",
        "ru": "RU BY",
        "uk": "UA",
        "ar": "SA AE EG MA DZ TN JO LB KW QA BH OM IQ LY YE SY SD PS",
        "he": "IL",
        "fa": "IR AF",
        "id": "ID",
        "zh": "CN",
        "zh_TW": "TW HK MO",
        "ja": "JP",
        "ko": "KR",
        "sv": "SE",
        "da": "DK",
        "nb": "NO",
        "fi": "FI",
        "el": "GR CY",
        "cs": "CZ",
        "hu": "HU",
        "vi": "VN",
        "th": "TH",
    }.items()
    for country in countries.split()
}


def confirmation(purpose, languages, business):
    """Return the text in the first of the languages that there is, else in English.

    :param str purpose: ``all`` or ``marketing``
    :param languages: codes such as ``es`` or ``es_MX``, best first; empty ones are passed over
    :param str business: its name
    """
    codes = [code for code in languages if code]
    found = (choose(_finer(code, codes), CONFIRMATIONS) for code in codes)
    return CONFIRMATIONS[next(filter(None, found), "en")][purpose == "marketing"] % business


def _finer(code, codes):
    """Return the code that says the same language more exactly: a word is Chinese, the customer's country says which."""
    if code != base(code):
        return code
    return next((other for other in codes if base(other) == code and other != code), code)
