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
    ("mail_activity_type", "res_model"),
    ("mail_activity_plan", "res_model"),
    ("mail_message_subtype", "res_model"),
    ("mail_scheduled_message", "model"),
    ("mail_template", "model"),
    ("sms_template", "model"),
    ("ir_act_client", "res_model"),
    ("ir_act_report_xml", "model"),
    ("ir_embedded_actions", "parent_res_model"),
    ("res_users_settings_embedded_action", "res_model"),
    ("wa_template", "model"),
)
#: In which column a table says which model its rows are about: the name, or a row of ``ir.model``.
NAME, ROW = "name", "row"
#: Columns in which people write names of models and fields: domains, code, paths, texts that are filled.
#: table -> (where it says its model, columns)
WRITTEN = {
    "ir_act_server": ((ROW, "model_id"), ("code", "update_path", "wa_domain", "wa_text")),
    "ir_actions_server_history": (None, ("code",)),
    "ir_act_window": ((NAME, "res_model"), ("domain", "context")),
    "ir_act_report_xml": ((NAME, "model"), ("domain", "print_report_name", "attachment")),
    "ir_embedded_actions": ((NAME, "parent_res_model"), ("domain", "context")),
    "ir_filters": ((NAME, "model_id"), ("domain", "context", "sort")),
    "ir_exports_line": (None, ("name",)),
    "ir_rule": ((ROW, "model_id"), ("domain_force",)),
    "ir_model_fields": ((NAME, "model"), ("compute", "depends", "domain", "related")),
    "base_automation": ((ROW, "model_id"), ("filter_domain", "filter_pre_domain")),
    "crm_team": (None, ("assignment_domain",)),
    "crm_team_member": (None, ("assignment_domain", "assignment_domain_preferred")),
    "mail_template": (
        (NAME, "model"),
        ("subject", "body_html", "email_from", "email_to", "email_cc", "partner_to", "reply_to"),
    ),
    "sms_template": ((NAME, "model"), ("body",)),
    "wa_template_parameter": (None, ("field_path",)),
    "wa_action_value": (None, ("field_path",)),
    "wa_sequence": (None, ("entry_domain",)),
    "wa_sequence_step": (None, ("condition_domain", "text")),
    # Ours too, though the update writes them anew: while one is checked, the others stand beside it as they were.
    "ir_ui_view": ((NAME, "model"), ("arch_db", "arch_prev")),
    "ir_ui_view_custom": (None, ("arch",)),
}
#: What tells that a text is about us: only there names are changed that other addons may have as well.
ABOUT_US = re.compile(r"(?<![A-Za-z])wa[._]|crm_whatsapp")


def migrate(cr, version):
    """Rename tables, columns, and every row that names them."""
    for old, new in MODELS.items():
        _rename_model(cr, old, new)
    for model, names in FIELDS.items():
        for old, new in names.items():
            _rename_field(cr, model, old, new)
    ids = _rename_external_ids(cr)
    _merge_views(cr)
    ids.update({f"crm_whatsapp.{gone}": f"crm_whatsapp.{kept}" for gone, kept in MERGED_VIEWS.items()})
    names = dict(METHODS)
    for renamed in FIELDS.values():
        names.update(renamed)
    _rename_in_words(cr, names, ids)


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
    """Let the records of our files keep their ids: what people changed in them stays, and what they built on them.

    :returns: ``{old id: new id}``, each with our module in front.
    """
    cr.execute("SELECT id, name FROM ir_model_data WHERE module = 'crm_whatsapp'")
    rows = cr.fetchall()
    taken, changed = {name for _id, name in rows}, {}
    for row_id, name in rows:
        wanted = _external_id(name)
        if wanted != name and wanted not in taken:
            cr.execute("UPDATE ir_model_data SET name = %s WHERE id = %s", [wanted, row_id])
            changed[f"crm_whatsapp.{name}"] = f"crm_whatsapp.{wanted}"
    return changed


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
    if match := re.match(r"field_(\w+?)__(\w+)$", name):
        table, field = match.groups()
        # The model alone: a field may be called like a model of ours was (res.config.settings.wa_event_days).
        table = {_underscored(old): _underscored(new) for old, new in MODELS.items()}.get(table, table)
        return f"field_{table}__{fields.get((table, field), field)}"
    for old, new in sorted(MODELS.items(), key=lambda pair: -len(pair[0])):
        # A name of its own, or followed by what Odoo appends: never the beginning of another word.
        name = re.sub(rf"(?<![a-z]){_underscored(old)}(?=_|$)", _underscored(new), name)
    for pattern, new in XMLIDS.items():
        name = re.sub(pattern, new, name)
    return name


def _rename_in_words(cr, names, ids):
    """Rename in domains, code, paths and views, those of other people too.

    :param dict names: of fields and methods.
    :param dict ids: external ids.
    """
    for table, (about, columns) in WRITTEN.items():
        for column in columns:
            if _has(cr, table, column):
                _rename_in_column(cr, table, column, about, names, ids)


def _rename_in_column(cr, table, column, about, names, ids):
    model = sql.SQL("NULL")
    if about and _has(cr, table, about[1]):
        kind, holder = about
        model = sql.Identifier(holder)
        if kind == ROW:
            model = sql.SQL("(SELECT model FROM ir_model WHERE ir_model.id = {})").format(sql.Identifier(table, holder))
    # Roughly, for speed: what is renamed is said below.
    rough = "|".join(re.escape(word) for word in (*MODELS, *names, "crm_whatsapp."))
    query = sql.SQL("SELECT id, {column}::text, {model} FROM {table} WHERE {column}::text ~ %s")
    cr.execute(query.format(column=sql.Identifier(column), model=model, table=sql.Identifier(table)), [rough])
    for row_id, text, model_name in cr.fetchall():
        renamed = renamed_in(text, model_name or "", names, ids)
        if renamed != text:
            query = sql.SQL("UPDATE {} SET {} = %s WHERE id = %s").format(sql.Identifier(table), sql.Identifier(column))
            cr.execute(query, [renamed, row_id])


def renamed_in(text, model, names, ids):
    """Return a text with our names as they are called now.

    :param str model: that it is about; "" when that is not said.
    """
    # External ids first: "wa_event" in them is no field. Then models, the longer first: one may be the beginning of another.
    text = re.sub(r"(?<![\w.])crm_whatsapp\.\w+", lambda match: ids.get(match[0], match[0]), text)
    models = "|".join(re.escape(word) for word in sorted(MODELS, key=len, reverse=True))
    text = re.sub(rf"(?<![\w.])(?:{models})(?!\w|\.\w)", lambda match: MODELS[match[0]], text)
    is_ours = model.startswith("wa.") or ABOUT_US.search(text)
    sure = [name for name in names if is_ours or "wa_" in name]
    fields = "|".join(sorted(map(re.escape, sure), key=len, reverse=True))
    return re.sub(rf"(?<!\w)((?:default_)?)({fields})(?!\w)", lambda match: match[1] + names[match[2]], text)
