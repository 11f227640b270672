"""The templates every fresh account starts with, in the states a list can show."""


def starter_templates():
    """Return the keyword arguments of ``World.add_template`` for each starter template."""
    return [
        {
            "name": "proposal_ready",
            "language": "en",
            "category": "UTILITY",
            "status": "APPROVED",
            "quality": "GREEN",
            "components": [
                {
                    "type": "BODY",
                    "text": "Hello {{1}}, your proposal over {{2}} is ready. Shall we talk it through?",
                    "example": {"body_text": [["Ada", "$ 1,250.00"]]},
                },
                {"type": "FOOTER", "text": "Example Shop"},
                {
                    "type": "BUTTONS",
                    "buttons": [
                        {"type": "QUICK_REPLY", "text": "Yes, call me"},
                        {"type": "QUICK_REPLY", "text": "Not now"},
                    ],
                },
            ],
        },
        {
            "name": "follow_up_reminder",
            "language": "en",
            "category": "UTILITY",
            "status": "APPROVED",
            "quality": "GREEN",
            "components": [
                {
                    "type": "BODY",
                    "text": "Hello {{1}}, we have not heard from you about {{2}}. May we help you with anything?",
                    "example": {"body_text": [["Ada", "your new kitchen"]]},
                },
                {
                    "type": "BUTTONS",
                    "buttons": [
                        {"type": "QUICK_REPLY", "text": "Talk to us"},
                        {"type": "QUICK_REPLY", "text": "Stop messages"},
                    ],
                },
            ],
        },
        {
            "name": "hello_world",
            "language": "en_US",
            "category": "UTILITY",
            "status": "APPROVED",
            "components": [
                {"type": "HEADER", "format": "TEXT", "text": "Hello World"},
                {"type": "BODY", "text": "This message shows that your number can send templates."},
                {"type": "FOOTER", "text": "WhatsApp Business Platform sample message"},
            ],
        },
        {
            "name": "autumn_offer",
            "language": "en",
            "category": "MARKETING",
            "status": "PENDING",
            "parameter_format": "NAMED",
            "components": [
                {
                    "type": "BODY",
                    "text": "Hello {{first_name}}, our autumn offer runs until {{last_day}}. Come in!",
                    "example": {
                        "body_text_named_params": [
                            {"param_name": "first_name", "example": "Ada"},
                            {"param_name": "last_day", "example": "30 November"},
                        ]
                    },
                },
                {
                    "type": "BUTTONS",
                    "buttons": [{"type": "URL", "text": "See the offer", "url": "https://shop.example.com/offers"}],
                },
            ],
        },
        {
            "name": "card_check",
            "language": "en",
            "category": "UTILITY",
            "status": "REJECTED",
            "rejected_reason": "TAG_CONTENT_MISMATCH",
            "components": [
                {
                    "type": "BODY",
                    "text": "Hello {{1}}, please send us the number of your card.",
                    "example": {"body_text": [["Ada"]]},
                },
            ],
        },
    ]
