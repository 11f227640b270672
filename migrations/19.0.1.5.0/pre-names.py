"""Models and fields get the names of the field they are in; what points at them by name follows.

Everything happens in the transaction of the update: broken off in the middle, nothing has happened, and each step looks
first whether it was done (a database may have been updated by hand).
"""

import re

from psycopg2 import sql

MODELS = {
    "wa.dispatch": "wa.scheduled.message",
    "wa.event": "wa.webhook.event",
    "wa.event.replay": "wa.webhook.event.replay",
    "wa.posting": "wa.discuss.writer",
    "wa.rehearsal": "wa.dry.run",
    "wa.rehearsal.line": "wa.dry.run.line",
    "wa.rehearsal.rights": "wa.dry.run.rights",
    "wa.rehearsing": "wa.dry.run.service",
    "wa.inbound.effect": "wa.inbound.message.change",
    "wa.inbound.phonebook": "wa.inbound.contact.sync",
}
#: model (by its new name) -> {field: new name}
FIELDS = {
    "wa.message": {"posted_at": "submitted_at"},
    "wa.dry.run.line": {"rehearsal_id": "dry_run_id"},
    "wa.sequence.run": {"dispatch_ids": "scheduled_message_ids"},
    "crm.lead": {"wa_dispatch_ids": "wa_scheduled_message_ids"},
    "base.automation": {"wa_can_rehearse": "wa_can_dry_run"},
}
#: Methods that buttons, also those of people's own views, call.
METHODS = {
    "action_view_wa_dispatches": "action_view_wa_scheduled_messages",
    "action_wa_rehearse": "action_wa_dry_run",
    "action_rehearse": "action_dry_run",
}
#: External ids that do not follow from the names of models.
XMLIDS = {
    r"^(.*_view_form)_rehearse$": r"\1_dry_run",
}
#: Views of ours that extended views of ours -> the view in which their content stands now.
MERGED_VIEWS = {
    "wa_account_view_form_rules": "wa_account_view_form",
    "wa_account_view_form_notice": "wa_account_view_form",
    "wa_account_view_form_consent": "wa_account_view_form",
    "wa_number_view_form_notice": "wa_number_view_form",
    "wa_contact_view_form_block": "wa_contact_view_form",
    "wa_contact_view_form_consent": "wa_contact_view_form",
    "wa_contact_view_list_block": "wa_contact_view_list",
    "wa_conversation_view_form_consent": "wa_conversation_view_form",
    "wa_conversation_view_form_referral": "wa_conversation_view_form",
    "wa_conversation_view_list_consent": "wa_conversation_view_list",
    "wa_conversation_view_search_consent": "wa_conversation_view_search",
    "wa_template_view_form_consent": "wa_template_view_form",
    "wa_scheduled_message_view_list_sequence": "wa_scheduled_message_view_list",
    "wa_sequence_view_form_dry_run": "wa_sequence_view_form",
    "crm_stage_view_form_dry_run": "crm_stage_view_form",
}
#: Columns of Odoo's that name a model.
NAMING = (
    ("ir_model", "model"),
    ("ir_model_fields", "model"),
    ("ir_model_fields", "relation"),
    ("ir_model_data", "model"),
    ("ir_act_window", "res_model"),
    ("ir_act_server", "model_name"),
    ("ir_ui_view", "model"),
    ("ir_attachment", "res_model"),
    ("ir_filters", "model_id"),
    ("ir_exports", "resource"),
    ("ir_cron", "model_name"),
    ("mail_message", "model"),
    ("mail_followers", "res_model"),
    ("mail_activity", "res_model"),
    ("mail_template", "model"),
    ("wa_template", "model"),
)
#: Columns in which people write names of models and fields: domains, code, paths.
WRITTEN = (
    ("ir_act_server", "code"),
    ("ir_act_window", "domain"),
    ("ir_act_window", "context"),
    ("ir_filters", "domain"),
    ("ir_filters", "context"),
    ("ir_filters", "sort"),
    ("ir_exports_line", "name"),
    ("ir_rule", "domain_force"),
    ("base_automation", "filter_domain"),
    ("base_automation", "filter_pre_domain"),
    ("wa_template_parameter", "field_path"),
    ("wa_action_value", "field_path"),
)


def migrate(cr, version):
    """Rename tables, columns, and every row that names them."""
    for old, new in MODELS.items():
        _rename_model(cr, old, new)
    for model, names in FIELDS.items():
        for old, new in names.items():
            _rename_field(cr, model, old, new)
    _rename_external_ids(cr)
    _merge_views(cr)
    words = {**MODELS, **METHODS}
    for names in FIELDS.values():
        words.update(names)
    _rename_in_words(cr, words)


def _has(cr, table, column=None):
    cr.execute(
        "SELECT 1 FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = %s"
        " AND (%s::text IS NULL OR column_name = %s) LIMIT 1",
        [table, column, column],
    )
    return bool(cr.fetchone())


def _underscored(model):
    return model.replace(".", "_")


def _rename_model(cr, old, new):
    """Rename a model: its table with all that belongs to it, and the columns that name it."""
    table, renamed = _underscored(old), _underscored(new)
    if _has(cr, table) and not _has(cr, renamed):
        cr.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(sql.Identifier(table), sql.Identifier(renamed)))
        _rename_parts(cr, renamed, f"{table}_", f"{renamed}_")
    for holder, column in NAMING:
        if _has(cr, holder, column):
            query = sql.SQL("UPDATE {} SET {column} = %s WHERE {column} = %s")
            cr.execute(query.format(sql.Identifier(holder), column=sql.Identifier(column)), [new, old])


def _rename_parts(cr, table, before, after):
    """Rename sequence, constraints and indexes of a table whose names begin with its former name."""
    cr.execute("SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND starts_with(conname, %s)", [table, before])
    for [name] in cr.fetchall():
        cr.execute(
            sql.SQL("ALTER TABLE {} RENAME CONSTRAINT {} TO {}").format(
                sql.Identifier(table), sql.Identifier(name), sql.Identifier(after + name[len(before) :])
            )
        )
    cr.execute(
        "UPDATE ir_model_constraint SET name = %s || substr(name, %s) WHERE starts_with(name, %s)",
        [after, len(before) + 1, before],
    )
    cr.execute(
        "SELECT relation.relname, relation.relkind FROM pg_class relation"
        " LEFT JOIN pg_index indexed ON indexed.indexrelid = relation.oid"
        " LEFT JOIN pg_depend owner ON owner.objid = relation.oid AND owner.deptype = 'a' AND relation.relkind = 'S'"
        " WHERE starts_with(relation.relname, %s) AND %s::regclass IN (indexed.indrelid, owner.refobjid)",
        [before, table],
    )
    for name, kind in cr.fetchall():
        what = sql.SQL("SEQUENCE" if kind == "S" else "INDEX")
        cr.execute(
            sql.SQL("ALTER {} {} RENAME TO {}").format(what, sql.Identifier(name), sql.Identifier(after + name[len(before) :]))
        )


def _rename_field(cr, model, old, new):
    table = _underscored(model)
    if _has(cr, table, old) and not _has(cr, table, new):
        rename = sql.SQL("ALTER TABLE {} RENAME COLUMN {} TO {}")
        cr.execute(rename.format(sql.Identifier(table), sql.Identifier(old), sql.Identifier(new)))
        _rename_parts(cr, table, f"{table}_{old}", f"{table}_{new}")
        _rename_parts(cr, table, f"{table}__{old}", f"{table}__{new}")
    cr.execute("UPDATE ir_model_fields SET name = %s WHERE model = %s AND name = %s", [new, model, old])
    cr.execute("UPDATE ir_model_fields SET relation_field = %s WHERE relation = %s AND relation_field = %s", [new, model, old])


def _rename_external_ids(cr):
    """Let the records of our files keep their ids: what people changed in them stays, and what they built on them."""
    cr.execute("SELECT id, name FROM ir_model_data WHERE module = 'crm_whatsapp'")
    rows = cr.fetchall()
    taken = {name for _id, name in rows}
    for row_id, name in rows:
        wanted = _external_id(name)
        if wanted != name and wanted not in taken:
            cr.execute("UPDATE ir_model_data SET name = %s WHERE id = %s", [wanted, row_id])


def _merge_views(cr):
    """Take away views whose content stands in another one now; what people built on them is built on that one.

    Here, not by the end of the update: until then each change would be there twice.
    """
    for name, parent in MERGED_VIEWS.items():
        cr.execute(
            "SELECT merged.res_id, kept.res_id FROM ir_model_data merged, ir_model_data kept"
            " WHERE merged.module = 'crm_whatsapp' AND merged.model = 'ir.ui.view' AND merged.name = %s"
            " AND kept.module = 'crm_whatsapp' AND kept.model = 'ir.ui.view' AND kept.name = %s",
            [name, parent],
        )
        for merged_id, kept_id in cr.fetchall():
            cr.execute("UPDATE ir_ui_view SET inherit_id = %s WHERE inherit_id = %s", [kept_id, merged_id])
            cr.execute("DELETE FROM ir_ui_view WHERE id = %s", [merged_id])
            cr.execute("DELETE FROM ir_model_data WHERE module = 'crm_whatsapp' AND name = %s", [name])


def _external_id(name):
    fields = {(_underscored(model), old): new for model, names in FIELDS.items() for old, new in names.items()}
    for old, new in sorted(MODELS.items(), key=lambda pair: -len(pair[0])):
        # A name of its own, or followed by what Odoo appends: never the beginning of another word.
        name = re.sub(rf"(?<![a-z]){_underscored(old)}(?=_|$)(?!_days)", _underscored(new), name)
    if match := re.match(r"field_(\w+?)__(\w+)$", name):
        table, field = match.groups()
        name = f"field_{table}__{fields.get((table, field), field)}"
    for pattern, new in XMLIDS.items():
        name = re.sub(pattern, new, name)
    return name


def _rename_in_words(cr, words):
    """Rename in domains, code and paths that people wrote, and in views."""
    # The longer first: one may be the beginning of another. Neither dots nor letters stand around a name.
    pattern = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    whole = re.compile(rf"(?<![\w.])(?:{pattern})(?![\w]|\.\w)|(?<=\.)(?:{'|'.join(w for w in words if '.' not in w)})(?!\w)")

    def renamed(text):
        return whole.sub(lambda match: words[match[0]], text)

    for table, column in WRITTEN:
        if not _has(cr, table, column):
            continue
        cr.execute(
            sql.SQL("SELECT id, {column} FROM {} WHERE {column} ~ %s").format(
                sql.Identifier(table), column=sql.Identifier(column)
            ),
            [pattern],
        )
        for row_id, text in cr.fetchall():
            query = sql.SQL("UPDATE {} SET {} = %s WHERE id = %s").format(sql.Identifier(table), sql.Identifier(column))
            cr.execute(query, [renamed(text), row_id])
    # Ours too, though the update writes them anew: while one is checked, the others stand beside it as they were.
    cr.execute("SELECT id, arch_db::text FROM ir_ui_view WHERE arch_db::text ~ %s", [pattern])
    for row_id, text in cr.fetchall():
        cr.execute("UPDATE ir_ui_view SET arch_db = %s WHERE id = %s", [renamed(text), row_id])
