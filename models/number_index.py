from odoo import models
from odoo.tools import create_index, make_identifier


def index_parts_of_numbers(model: models.BaseModel, name: str) -> None:
    """Make ``like`` on parts of a column of digits fast, where PostgreSQL has trigrams.

    Odoo installs the extension in databases it creates. Without it a search reads the
    column, which takes a tenth of a second for 100,000 rows.
    """
    if model.env.registry.has_trigram:
        create_index(
            model.env.cr,
            indexname=make_identifier(f"{model._table}_{name}_parts_idx"),
            tablename=model._table,
            method="gin",
            expressions=[f"({name}::text) gin_trgm_ops"],
            where=f"{name} IS NOT NULL",
        )
