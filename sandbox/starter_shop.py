"""The catalogue and the forms (flows) every fresh account starts with."""


def starter_catalog_id(waba_id):
    """Return the id of an account's starter catalogue; the same at every start."""
    return str(970_000_000_000_000 + int(waba_id) % 1_000_000_000)


def starter_products():
    """Return the keyword arguments of ``World.add_product`` for each starter article."""
    return [
        {"retailer_id": "SKU-CHAIR", "name": "Chair Oslo", "price": 120.0, "description": "Oak, with a woven seat."},
        {"retailer_id": "SKU-TABLE", "name": "Table Bergen", "price": 480.0, "description": "Oak, 180 × 90 cm."},
        {"retailer_id": "SKU-LAMP", "name": "Lamp Tromsø", "price": 75.5, "description": "Warm light, dimmable."},
        {"retailer_id": "SKU-SOFA", "name": "Sofa Lofoten", "price": 990.0, "description": "Three seats, grey wool."},
    ]


def starter_flows(waba_id):
    """Return the keyword arguments of ``World.add_flow`` for each starter form, in the states a form can have."""
    visit = [
        {
            "id": "START",
            "title": "Book a visit",
            "fields": [
                {"name": "day", "label": "Which day?", "options": ["Monday", "Tuesday", "Friday"]},
                {"name": "remarks", "label": "Anything we should know?"},
            ],
        },
        {"id": "SUMMARY", "title": "Thank you", "fields": []},
    ]
    survey = [{"id": "QUESTIONS", "title": "How was it?", "fields": [{"name": "stars", "label": "Stars"}]}]
    base = 960_000_000_000_000 + int(waba_id) % 1_000_000_000 * 100
    rows = [
        {"name": "book_a_visit", "status": "PUBLISHED", "categories": ["APPOINTMENT_BOOKING"], "screens": visit},
        {"name": "survey_in_the_making", "status": "DRAFT", "categories": ["SURVEY"], "screens": survey},
        {"name": "last_years_survey", "status": "DEPRECATED", "categories": ["SURVEY"], "screens": survey},
    ]
    return [{"id": str(base + number), **row} for number, row in enumerate(rows, 1)]
