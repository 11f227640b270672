"""Templates: list, create, read, edit, delete, unpause, and the review that follows.

Source: Meta, ``templates/template-management`` and ``webhooks/reference/message_template_status_update``.
"""

from . import graph_uploads, library, payloads, reports, rules_review, rules_samples
from .errors import GraphError
from .graph_fields import listed, page, pick, with_links
from .rules_languages import LANGUAGES
from .rules_refusals import EXISTS, in_deletion, refuse
from .rules_template import category_of, check_components, check_definition, check_identity, check_lifetime
from .rules_template_buttons import adopt_flows, check_references

DEFAULT = ("name", "parameter_format", "components", "language", "status", "category", "id")
KNOWN = frozenset(
    {
        "sub_category",
        "correct_category",
        "message_send_ttl_seconds",
        "cta_url_link_tracking_opted_out",
        "degrees_of_freedom_spec",
        "library_template_name",
        "previous_category",
        "health_status",
    }
)

#: Filters that compare one word, and what they look at.
FILTERS = {"status": "status", "category": "category", "language": "language", "quality_score": "quality"}
#: Templates an account may hold; 6,000 once its portfolio is verified. Source: Meta, ``templates/overview``.
LIMIT = 250


def record(server, template):
    """Return every field of a template that has a value."""
    out = {
        "id": template.id,
        "name": template.name,
        "parameter_format": template.parameter_format,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "components": rules_samples.as_read(template.components, lambda handle: graph_uploads.address(server, handle)),
        "rejected_reason": template.rejected_reason,
        "quality_score": {"score": template.quality, "date": int(template.quality_at)},
    }
    if template.previous_category:
        out["previous_category"] = template.previous_category
    if template.correct_category:
        out["correct_category"] = template.correct_category
    if template.ttl is not None:
        out["message_send_ttl_seconds"] = template.ttl
    if template.library_name:
        out["library_template_name"] = template.library_name
    return out


def cursor(template):
    """Return the opaque paging cursor of a template."""
    return f"MAZDZD{template.id}"


def list_templates(call):
    """``GET /{WABA_ID}/message_templates`` with filters and cursors."""
    params = call.body
    templates = [one for one in call.world.templates.values() if one.waba_id == call.record.waba_id]
    held = len(templates)
    for name, attribute in FILTERS.items():
        if params.get(name):
            wanted = {item.lower() for item in listed(params[name])}
            templates = [one for one in templates if getattr(one, attribute).lower() in wanted]
    if params.get("name"):
        templates = [one for one in templates if params["name"] in one.name]
    words = params.get("name_or_content") or params.get("content")
    if words:
        templates = [
            one
            for one in templates
            if words.lower() in content_of(one) or (params.get("name_or_content") and words.lower() in one.name)
        ]
    part, paging = page(templates, params, cursor)
    data = [pick(record(call.server, one), params.get("fields"), DEFAULT, KNOWN, "MessageTemplate") for one in part]
    out = {"data": data, **with_links(call, paging)}
    if params.get("summary"):
        out["summary"] = summary(params["summary"], len(templates), held)
    return out


def summary(wanted, found, held):
    """Return what was asked for about a whole list; ``true`` asks for everything.

    :param found: templates that pass the filters; ``held``: all of the account.
    """
    everything = {
        "total_count": found,
        "message_template_count": held,
        "message_template_limit": LIMIT,
        "are_translations_complete": True,
    }
    asked = listed(str(wanted))
    if asked in (["true"], ["1"]):
        return everything
    for name in asked:
        if name not in everything:
            raise GraphError(100, message=f"(#100) Tried accessing nonexisting summary field ({name[:60]})")
    return {name: everything[name] for name in asked}


def content_of(template):
    """Return all words of a template in small letters."""
    return " ".join(str(part.get("text", "")) for part in template.components).lower()


def list_library(call):
    """``GET /message_template_library`` with ``search`` and ``language``."""
    search = str(call.get("search") or "").lower()
    listed = library.entries(call.get("language") or "en_US")
    found = [one for one in listed if search in f"{one['name']} {one['body']}".lower()]
    part, paging = page(found, call.params, lambda one: f"QVF{one['id']}")
    return {"data": part, **with_links(call, paging)}


def create(call):
    """``POST /{WABA_ID}/message_templates``: hand in for review, or make one from the library, which needs none."""
    world, waba_id, body = call.world, call.record.waba_id, call.body
    library_name = body.get("library_template_name")
    if library_name:
        name, language, category = check_identity(body)
        inputs = (body.get("library_template_button_inputs"), body.get("library_template_body_inputs"))
        components, form = library.components_of(library_name, language, category, *inputs), "POSITIONAL"
    else:
        name, language, category, components, form = check_definition(body)
        check_parts(world, waba_id, components)
    check_name(world, waba_id, name, language, category)
    asked = category
    if call.server.switches.recategorise:
        category = call.server.switches.recategorise.upper()
    adopt_flows(components, lambda screens: world.add_flow(waba_id, name=name, status="PUBLISHED", screens=screens).id)
    template = world.add_template(
        waba_id,
        name,
        language,
        category,
        components,
        parameter_format=form,
        ttl=body.get("message_send_ttl_seconds"),
        previous_category=asked if asked != category else None,
        library_name=library_name,
    )
    call.server.templates_changed(template)
    if library_name:
        set_status(call.server, template, "APPROVED")
    else:
        start_review(call.server, template)
    return {"id": template.id, "status": template.status, "category": template.category}


def check_name(world, waba_id, name, language, category):
    """Check that a name is free in a language: neither taken, nor held by what is being deleted."""
    if (waba_id, name, language) in world.by_template:
        raise refuse(
            f"There is already {LANGUAGES[language]} content for this template. You can create a new template and try again.",
            EXISTS,
            "Content in This Language Already Exists",
        )
    for lock in world.locks_on(waba_id, name):
        same_category = lock.category == category
        if lock.language == language or not same_category:
            raise in_deletion(LANGUAGES[lock.language], same_category, lock.until - world.now())


def check_parts(world, waba_id, components):
    """Check that what components refer to is there: forms, the catalogue, samples of files."""
    check_references(components, world.shop(waba_id))
    rules_samples.check_samples(components, world.samples)


def start_review(server, template):
    """Put a template under review; the verdict follows after a moment."""
    template.status = "PENDING"
    server.traffic.later(server.switches.review_delay_s * 1000, end_review, server, template)


def end_review(server, template):
    """Decide about a template that is still pending, and report it."""
    if template.status != "PENDING" or template.id not in server.world.templates:
        return
    switches = server.switches
    decision = rules_review.verdict(switches.review, switches.reject_reason, template.components)
    if decision:
        set_status(server, template, *decision)


def set_status(server, template, status, reason="NONE", other_info=None):
    """Give a template a status and report it by ``message_template_status_update``."""
    template.status, template.rejected_reason = status, reason if status == "REJECTED" else "NONE"
    template.was_approved = template.was_approved or status == "APPROVED"
    rejection = rules_review.rejection_info(reason) if status == "REJECTED" else None
    end = server.world.now() if status == "DISABLED" else None
    server.traffic.publish(
        "message_template_status_update",
        payloads.template_status(template, status, reason, other_info or reports.OTHER_INFO.get(status), rejection, end),
        template.waba_id,
    )
    server.templates_changed(template)


def read(call):
    """``GET /{TEMPLATE_ID}``."""
    return pick(record(call.server, call.record), call.get("fields"), DEFAULT, KNOWN, "MessageTemplate")


def edit(call):
    """``POST /{TEMPLATE_ID}``: replace components, category or lifetime; goes back to review. All or nothing.

    The answer names the template (Meta, Graph API reference of the node; pywa reads nothing without it).
    """
    template, body, now = call.record, call.body, call.world.now()
    if not rules_review.editable(template.status):
        raise refuse(f"A template that is {template.status} cannot be edited.", title="Template cannot be edited")
    if body.get("name", template.name) != template.name or body.get("language", template.language) != template.language:
        raise refuse("The name and the language of a template cannot be changed.", title="Template cannot be edited")
    category = category_of(body.get("category") or template.category)
    check_lifetime(category, body.get("message_send_ttl_seconds"))
    if category != template.category and template.status == "APPROVED":
        raise refuse("The category of an approved template cannot be changed.", title="Template cannot be edited")
    if why := rules_review.too_often(template.status, template.edited, now):
        raise refuse(why, title="Template cannot be edited")
    components, form = template.components, template.parameter_format
    if body.get("components") is not None:
        # Codes have one place, and no name.
        form = "POSITIONAL" if category == "AUTHENTICATION" else form
        components = check_components(body["components"], form == "NAMED", category, template.language)
        check_parts(call.world, template.waba_id, components)
        add_flow = call.world.add_flow
        adopt_flows(
            components, lambda screens: add_flow(template.waba_id, name=template.name, status="PUBLISHED", screens=screens).id
        )
    elif category != template.category and "AUTHENTICATION" in (category, template.category):
        # Its parts are Meta's own: neither do others fit, nor these anywhere else.
        raise refuse("A change to or from AUTHENTICATION needs components.", title="Template cannot be edited")
    elif category != template.category:
        check_components(components, form == "NAMED", category, template.language)
    template.category, template.components, template.rejected_reason = category, components, "NONE"
    template.parameter_format = form
    if body.get("message_send_ttl_seconds") is not None:
        template.ttl = body["message_send_ttl_seconds"]
    if template.status == "APPROVED":
        template.edited = [*template.edited, now][-rules_review.EDITS_A_MONTH :]
    if body.get("components") is not None:
        reports.tell_components(call.server, template)
    start_review(call.server, template)
    call.server.templates_changed(template)
    return {"success": True, "id": template.id, "name": template.name, "category": template.category}


def delete_by_name(call):
    """``DELETE /{WABA_ID}/message_templates?name=…`` for all languages, with ``hsm_id`` for one."""
    name, one_id = call.get("name"), call.get("hsm_id")
    if not name:
        raise GraphError(100, message="(#100) The parameter name is required.")
    found = [
        one
        for one in call.world.templates.values()
        if one.waba_id == call.record.waba_id and one.name == name and (not one_id or one.id == str(one_id))
    ]
    if not found:
        raise GraphError(
            100,
            message="Invalid parameter",
            subcode=2593002,
            user=("Message Template Not Found", f"There is no template with the name {name}."),
        )
    for template in found:
        remove(call.server, template)
    return {"success": True}


def delete(call):
    """``DELETE /{TEMPLATE_ID}``: one language of a template."""
    remove(call.server, call.record)
    return {"success": True}


def remove(server, template):
    """Delete a template and report it; a disabled one stays."""
    if template.status == "DISABLED":
        raise refuse("A disabled template cannot be deleted.")
    approved = template.was_approved or template.status == "APPROVED"
    server.world.drop_template(template, rules_review.NAME_LOCKED if approved else rules_review.NAME_LOCKED_UNAPPROVED)
    server.traffic.publish("message_template_status_update", payloads.template_status(template, "DELETED"), template.waba_id)
    server.templates_changed(template)


def unpause(call):
    """``POST /{TEMPLATE_ID}/unpause``."""
    if call.record.status != "PAUSED":
        return {"success": False, "reason": "The template is not paused."}
    set_status(call.server, call.record, "APPROVED")
    return {"success": True}
