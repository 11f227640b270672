"""The words Meta gives to an authentication template, which nobody may choose, by language.

English and Spanish as on Meta's pages (``templates/authentication-templates``), the others as a customer may read them: what
counts here is that they are not English, also not written from left to right. A language without an entry is written in
English, which Meta does not do.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Preset:
    """Body, warning and footer, and the labels that stand there when none was chosen."""

    body: str
    warning: str
    footer: str
    copy: str
    autofill: str


PRESETS = {
    "en": Preset(
        "*{{1}}* is your verification code.",
        "For your security, do not share this code.",
        "This code expires in {minutes} minutes.",
        "Copy code",
        "Autofill",
    ),
    "es": Preset(
        "Tu código de verificación es *{{1}}*.",
        "Por tu seguridad, no lo compartas.",
        "Este código caduca en {minutes} minutos.",
        "Copiar código",
        "Autocompletar",
    ),
    "de": Preset(
        "Dein Verifizierungscode lautet *{{1}}*.",
        "Gib diesen Code zu deiner Sicherheit nicht weiter.",
        "Dieser Code läuft in {minutes} Minuten ab.",
        "Code kopieren",
        "Automatisch ausfüllen",
    ),
    "fr": Preset(
        "*{{1}}* est votre code de vérification.",
        "Pour votre sécurité, ne le partagez pas.",
        "Ce code expire dans {minutes} minutes.",
        "Copier le code",
        "Remplissage automatique",
    ),
    "pt": Preset(
        "Seu código de verificação é *{{1}}*.",
        "Para sua segurança, não o compartilhe.",
        "Este código expira em {minutes} minutos.",
        "Copiar código",
        "Preencher automaticamente",
    ),
    "id": Preset(
        "*{{1}}* adalah kode verifikasi Anda.",
        "Demi keamanan, jangan bagikan kode ini.",
        "Kedaluwarsa dalam {minutes} menit.",
        "Salin Kode",
        "Isi Otomatis",
    ),
    "ar": Preset(
        "رمز التحقق الخاص بك هو *{{1}}*.",
        "للحفاظ على أمانك، لا تشارك هذا الرمز.",
        "تنتهي صلاحية هذا الرمز خلال {minutes} دقائق.",
        "نسخ الرمز",
        "تعبئة تلقائية",
    ),
}


def preset(language):
    """Return Meta's words for a language code."""
    return PRESETS.get(language.partition("_")[0], PRESETS["en"])
