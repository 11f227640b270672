from __future__ import annotations

from odoo import api, models
from odoo.tools.translate import LazyTranslate

from ...tools.failures import classify
from ...tools.graph.errors import GraphError, NotSentError, OutcomeUnknownError
from .wa_failure_rules import RULE_SENTENCES

_lt = LazyTranslate(__name__)

ADMIN_LOOKS = _lt("Ask an administrator to open WhatsApp → Configuration → Accounts.")
SEND_TEMPLATE = _lt("Send a template instead.")
SYNC_TEMPLATES = _lt("Synchronise the templates and try again.")
TRY_LATER = _lt("Try again later.")
NOTHING_TO_DO = _lt("Nothing needs to be done.")
REPORT = _lt("Show the details to an administrator.")

#: One catalogue for everything that can go wrong: slug -> (what happened, what to do).
#: Slugs come from ``tools/failures.py`` (Meta's codes), ``tools/gate.py`` (our gate),
#: the builders of ``tools/graph`` (``wa_failure_rules.py``) and the sender; tests keep the lists together.
SENTENCES = {
    **RULE_SENTENCES,
    # --- the gate
    "no_recipient": (
        _lt("This customer has no WhatsApp identity we could write to."),
        _lt("Add a phone number, or complete the one that is there."),
    ),
    "account_archived": (
        _lt("This WhatsApp account was archived here, so nothing is sent from it."),
        _lt("Ask an administrator to unarchive it under WhatsApp → Configuration → Accounts, or write from another number."),
    ),
    "number_archived": (
        _lt("This WhatsApp number was archived here, so nothing is sent from it."),
        _lt("Ask an administrator to unarchive it under WhatsApp → Configuration → Numbers, or write from another number."),
    ),
    "account_unhealthy": (_lt("WhatsApp refuses messages from this account."), ADMIN_LOOKS),
    "number_unhealthy": (
        _lt("Sending from this WhatsApp number is stopped."),
        _lt("Ask an administrator to open WhatsApp → Configuration → Numbers."),
    ),
    "account_restricted": (
        _lt("WhatsApp restricts what this account may send for now."),
        _lt("Ask an administrator to open WhatsApp → Configuration → Accounts, where the restriction is named."),
    ),
    "machine_answers": (
        _lt("Automatic messages went back and forth with nobody of you between them, so nothing that sends itself goes out."),
        _lt("Read the conversation. As soon as one of you writes in it, automation goes on."),
    ),
    "country_no_marketing": (
        _lt("WhatsApp delivers no marketing to people in this country."),
        _lt("Use another channel for advertising; templates of the category Utility arrive."),
    ),
    "consent_withdrawn": (
        _lt("The customer asked to get no such messages any more."),
        _lt("Wait until they write, or record the new consent they gave you."),
    ),
    "consent_missing": (
        _lt("It is not on record that this customer agreed to such messages."),
        _lt("Record their consent, with what they said and where, then send."),
    ),
    "blacklisted": (
        _lt("The customer's phone number is on the blacklist."),
        _lt("Remove it there if the customer agrees, or write personally about their request."),
    ),
    "frequency_cap": (
        _lt("The customer got as many of these messages lately as your settings allow."),
        _lt("Wait some days."),
    ),
    "quiet_hours": (
        _lt("It is night, or another quiet time, where the customer lives."),
        _lt("The message waits and leaves by itself in the morning."),
    ),
    "contact_blocked": (_lt("Writing to this customer is blocked."), _lt("Ask your team lead.")),
    "recipient_unreachable": (
        _lt("WhatsApp cannot deliver messages to this person: no WhatsApp, an old app, or blocked."),
        _lt("Check the number or use another channel."),
    ),
    "phone_required": (
        _lt("WhatsApp sends this kind of message only to a phone number, and the customer hides theirs."),
        _lt("Ask the customer for the number."),
    ),
    "opted_out": (_lt("The customer does not want marketing messages."), _lt("Write only about their requests.")),
    "template_missing": (_lt("WhatsApp does not know this template in this language."), SYNC_TEMPLATES),
    "template_disabled": (_lt("WhatsApp disabled this template."), _lt("Choose another template.")),
    "template_paused": (
        _lt("WhatsApp paused this template because of its quality."),
        _lt("Choose another template or wait."),
    ),
    "template_not_approved": (
        _lt("This template is not approved by WhatsApp."),
        _lt("Choose an approved template."),
    ),
    "template_changed": (
        _lt("The template was changed after this message was written, so WhatsApp would send other words."),
        _lt("Send the template once more: it is filled anew."),
    ),
    "template_in_review": (
        _lt("WhatsApp is reviewing a change of this template."),
        _lt("The message waits and leaves by itself when the change is approved."),
    ),
    "window_closed": (
        _lt("The customer has not written in the last 24 hours, so WhatsApp allows only approved templates."),
        _lt("Send a template; when the customer answers you can write freely again."),
    ),
    "contact_on_hold": (_lt("WhatsApp asks to leave this person alone for now."), TRY_LATER),
    "number_on_hold": (_lt("WhatsApp limits this number for now."), _lt("The message waits and leaves by itself.")),
    # --- templates for records
    "record_of_others": (
        _lt("You have no access to this record or its customer, so you cannot write to them."),
        _lt("Ask the colleague who has it, or a manager."),
    ),
    "optin_of_others": (
        _lt("A box for WhatsApp was ticked, but colleagues talk with the owner of this number, and you have no access to it."),
        _lt("Ask them to record the consent."),
    ),
    "conversation_of_others": (
        _lt("A WhatsApp conversation of colleagues with this customer exists, and you have no access to it."),
        _lt("Ask them, or have the conversation assigned to you."),
    ),
    "template_not_filled": (
        _lt("The template could not be filled from this record."),
        _lt("Ask an administrator to check the template's variables; the log has the details."),
    ),
    "other_company": (
        _lt("The record belongs to another company than the template's WhatsApp account."),
        _lt("Choose a template of an account of the record's company."),
    ),
    "other_account": (
        _lt("The template belongs to another WhatsApp account than this conversation."),
        _lt("Choose a template of the conversation's account."),
    ),
    "number_missing": (
        _lt("No WhatsApp number is set up to send this template from."),
        _lt("Ask an administrator to connect a number of the template's account."),
    ),
    "template_incomplete": (
        _lt("Some variables of the template are empty."),
        _lt("Fill in the fields of the record or give the variables a fallback."),
    ),
    # --- what rules, sequences and lists planned
    "cancelled_by_person": (_lt("Somebody cancelled it."), NOTHING_TO_DO),
    "rule_switched_off": (_lt("The rule that planned it was switched off."), NOTHING_TO_DO),
    "record_gone": (_lt("The record was deleted before it was time to send."), NOTHING_TO_DO),
    "no_longer_applies": (
        _lt("When it was time to send, the record no longer met the conditions of the rule."),
        NOTHING_TO_DO,
    ),
    "lead_lost": (_lt("The lead was lost before it was time to send."), NOTHING_TO_DO),
    "lead_won": (
        _lt("The lead was won before it was time to send."),
        _lt("If such a message is meant for won leads too, say so in the rule's action."),
    ),
    "record_archived": (_lt("The record was archived before it was time to send."), NOTHING_TO_DO),
    "customer_archived": (_lt("The customer was archived before it was time to send."), NOTHING_TO_DO),
    "customer_merged": (
        _lt("The customer was merged with another one before it was time to send."),
        _lt("Write to the customer who stayed, if it still matters."),
    ),
    "team_archived": (
        _lt("The lead's sales team was archived before it was time to send, so nobody would see the answer."),
        _lt("Give the lead to a team that is active, then send again."),
    ),
    "sent_before": (_lt("It was sent to this record before."), NOTHING_TO_DO),
    # --- sequences
    "sequence_replied": (_lt("The customer answered."), _lt("Read the answer and go on in person.")),
    "sequence_stage": (_lt("The lead is in a stage in which this sequence ends."), NOTHING_TO_DO),
    "sequence_closed": (_lt("The lead is won, lost or archived."), NOTHING_TO_DO),
    "sequence_opted_out": (
        _lt("The customer does not want such messages any more."),
        _lt("Write only about what they ask for."),
    ),
    "sequence_merged": (
        _lt("The lead was merged into another one that has been in this sequence itself."),
        NOTHING_TO_DO,
    ),
    "sequence_left_by_person": (_lt("Somebody took the lead out of the sequence."), NOTHING_TO_DO),
    "sequence_archived": (_lt("The sequence was archived."), NOTHING_TO_DO),
    "sequence_refused": (
        _lt("A step could not be sent, and the sequence is set to end then."),
        _lt("See under Planned Messages why; a manager can start the sequence again for this lead."),
    ),
    "sequence_condition": (_lt("The condition of this step was not met when its time came."), NOTHING_TO_DO),
    "sequence_already": (
        _lt("The lead is or was in this sequence."),
        _lt("A manager can start it again from the lead's page WhatsApp Sequences."),
    ),
    "sequence_other_team": (
        _lt("The sequence is for the leads of another sales team."),
        _lt("Choose a sequence of the lead's team, or ask a manager."),
    ),
    # --- our own sender
    "outcome_unknown": (
        _lt("The connection to WhatsApp broke off, so it is not known whether the message arrived."),
        _lt("Wait for a moment; send it again only if the customer did not get it."),
    ),
    "not_reachable": (
        _lt("WhatsApp could not be reached."),
        _lt("Check the internet connection of the server, then retry."),
    ),
    "too_many_tries": (_lt("WhatsApp kept refusing the message."), _lt("Retry later.")),
    "message_invalid": (_lt("WhatsApp does not accept a message like this."), _lt("Change it and send it again.")),
    "token_missing": (_lt("The WhatsApp account has no access token."), ADMIN_LOOKS),
    # --- Meta's codes
    "account_locked": (_lt("WhatsApp locked the account."), ADMIN_LOOKS),
    "api_address": (
        _lt("The API address of the account does not lead to WhatsApp."),
        _lt("Ask an administrator to correct it under WhatsApp → Configuration → Accounts."),
    ),
    "api_call_unknown": (
        _lt("This version of WhatsApp's API does not have what was asked for."),
        _lt("Ask an administrator to enter another API version under WhatsApp → Configuration → Accounts."),
    ),
    "api_version": (
        _lt("WhatsApp does not know the API version of the account."),
        _lt(
            "The message waits and leaves by itself when the version is right. Ask an administrator to open "
            "WhatsApp → Configuration → Accounts."
        ),
    ),
    "app_secret": (
        _lt("WhatsApp does not accept the app secret of the account."),
        _lt(
            "The message waits and leaves by itself when the secret is right. Ask an administrator to open "
            "WhatsApp → Configuration → Accounts."
        ),
    ),
    "api_rate_limit": (_lt("Too many requests to WhatsApp."), TRY_LATER),
    "block_list": (_lt("WhatsApp could not change the list of blocked people."), TRY_LATER),
    "block_list_full": (
        _lt("The list of people blocked at WhatsApp is full."),
        _lt("Take somebody off the list first."),
    ),
    "business_username": (_lt("WhatsApp did not accept the business username."), _lt("Choose another one.")),
    "call_impossible": (_lt("WhatsApp could not make the call."), TRY_LATER),
    "content_not_stored": (_lt("WhatsApp no longer has the content of this message."), NOTHING_TO_DO),
    "country_restricted": (
        _lt("Businesses may not write to people in this country over WhatsApp."),
        _lt("Use another channel."),
    ),
    "display_name_missing": (_lt("The number has no approved display name."), ADMIN_LOOKS),
    "endpoint_wrong": (_lt("WhatsApp expects this message in another way."), REPORT),
    "flow_blocked": (_lt("WhatsApp blocked the form."), _lt("Ask an administrator to mend the form.")),
    "flow_fixed": (
        _lt("WhatsApp does not let the form be changed any more: it was published."),
        _lt("Make a copy of the form in WhatsApp Manager and change that."),
    ),
    "flow_in_use": (
        _lt("WhatsApp does not let the form be deleted: only drafts can be."),
        _lt("Deprecate it in WhatsApp Manager instead."),
    ),
    "flow_not_published": (
        _lt("WhatsApp can only take a form out of use that is published."),
        _lt("Delete the draft instead; a form that is out of use needs nothing."),
    ),
    "flow_throttled": (_lt("WhatsApp limits this form for now."), TRY_LATER),
    "flow_unfinished": (
        _lt("WhatsApp cannot publish the form: it is no draft, or not complete."),
        _lt("Open the form in WhatsApp Manager, which shows what is missing."),
    ),
    "group_unavailable": (_lt("The WhatsApp group is not available."), _lt("Write to the person directly.")),
    "history_sync": (_lt("WhatsApp did not hand over the history of the phone app."), ADMIN_LOOKS),
    "identity_mismatch": (
        _lt("The customer's WhatsApp was set up anew, so it may be somebody else."),
        _lt("Make sure who it is before you write."),
    ),
    "inbound_unavailable": (_lt("WhatsApp could not hand over this message."), _lt("Ask the customer to send it again.")),
    "insights_unavailable": (_lt("WhatsApp has no statistics for this."), NOTHING_TO_DO),
    "marketing_disabled": (_lt("Marketing templates are switched off for this account."), ADMIN_LOOKS),
    "media_download_failed": (_lt("The file could not be fetched from WhatsApp."), _lt("Ask the customer to send it again.")),
    "media_expired": (
        _lt("WhatsApp keeps received files for seven days; this one is gone."),
        _lt("Ask the customer to send it again."),
    ),
    "media_incomplete": (
        _lt("WhatsApp handed out nothing, or only a part, of the file."),
        _lt("It is tried again for a day or two; after that, ask the customer to send it again."),
    ),
    "media_storage_full": (
        _lt("The disk of the Odoo server is full, so the file could not be kept."),
        _lt("Ask an administrator to make room; the file is then fetched by itself, within WhatsApp's seven days."),
    ),
    "media_storage_failed": (
        _lt("The Odoo server could not keep the file."),
        _lt("Ask an administrator to look into the server's log; the file is tried again by itself."),
    ),
    "media_refused": (
        _lt("Files of this type are not accepted here."),
        _lt("An administrator can change that under WhatsApp → Configuration → Settings."),
    ),
    "media_too_large": (_lt("The file is larger than allowed."), _lt("Use a smaller file or another way to send it.")),
    "media_unknown": (
        _lt("WhatsApp does not know the file of this message, although it was uploaded just before."),
        _lt("Try again, or send the file in a message of its own."),
    ),
    "media_upload_failed": (_lt("WhatsApp did not accept the file."), _lt("Use another format or a smaller file.")),
    "message_type_unsupported": (_lt("WhatsApp does not support this kind of message here."), _lt("Send it in another way.")),
    "meta_unavailable": (_lt("WhatsApp is not available right now."), TRY_LATER),
    "meta_unknown_error": (_lt("WhatsApp reported an error without saying which."), _lt("Retry.")),
    "number_in_maintenance": (_lt("WhatsApp is upgrading this number."), _lt("Retry in a minute.")),
    "number_migration": (_lt("The number is being moved between accounts."), ADMIN_LOOKS),
    "number_not_registered": (_lt("The number is not registered at WhatsApp."), ADMIN_LOOKS),
    "number_not_verified": (_lt("The number has to be verified at WhatsApp again."), ADMIN_LOOKS),
    "number_recently_deleted": (_lt("The number was deleted minutes ago."), _lt("Retry in five minutes.")),
    "number_spam_limit": (
        _lt("WhatsApp limits this number because people reported or blocked it."),
        _lt("Send fewer, better expected messages and wait some hours."),
    ),
    "number_throughput": (_lt("The number sends faster than WhatsApp allows."), _lt("The message waits and leaves by itself.")),
    "number_unknown": (_lt("WhatsApp does not know this number any more."), ADMIN_LOOKS),
    "held_back": (
        _lt("WhatsApp accepted this message and holds it back until it has seen how others take it."),
        _lt("It leaves by itself, or WhatsApp tells why it does not."),
    ),
    "held_long": (
        _lt("WhatsApp holds this message back and has not told for a day what became of it."),
        _lt("Send it again only if the customer did not get it: the first one may still arrive."),
    ),
    "list_incomplete": (
        _lt("WhatsApp handed out only a part of a list, so nothing of it was taken over."),
        TRY_LATER,
    ),
    "paging_cursor_invalid": (_lt("WhatsApp lost the place in a list."), TRY_LATER),
    "onboarding_requested": (_lt("This was asked for before, and WhatsApp is at it."), NOTHING_TO_DO),
    "payment_problem": (
        _lt("WhatsApp has a problem with the payment method of the account."),
        _lt("Ask an administrator to check billing in WhatsApp Manager."),
    ),
    "payment_terms": (_lt("The terms of WhatsApp Payments are not accepted."), ADMIN_LOOKS),
    "permission_missing": (
        _lt("WhatsApp does not let us do this: the access token may not, or the feature is not open to this business."),
        ADMIN_LOOKS,
    ),
    "pin_wrong": (_lt("The PIN of the number is wrong."), ADMIN_LOOKS),
    "policy_violation": (_lt("WhatsApp blocked the account for breaking its policy."), ADMIN_LOOKS),
    "recipient_in_experiment": (
        _lt("WhatsApp did not deliver this marketing message to this person on purpose."),
        _lt("Do not send it to them again."),
    ),
    "recipient_is_sender": (
        _lt("The message was addressed to the number it came from."),
        _lt("Check the customer's number."),
    ),
    "recipient_marketing_limit": (
        _lt("WhatsApp did not deliver: this person got enough marketing for now."),
        _lt("Wait at least a day."),
    ),
    "recipient_not_in_test_list": (
        _lt("A test number may write only to people on its list."),
        _lt(
            "Add the recipient in Meta's app dashboard, or use a real number. Numbers from Argentina stand in the list without "
            "the 9 after 54, those from Mexico without the 1 after 52; Odoo tries both spellings."
        ),
    ),
    "recipient_opted_out": (
        _lt("The customer stopped marketing messages from this business."),
        _lt("Write only about their requests."),
    ),
    "recipient_rate_limit": (
        _lt("Too many messages to this person in a short time."),
        _lt("The message waits and leaves by itself."),
    ),
    "registration_limit": (_lt("The number was registered too often."), _lt("Wait three days.")),
    "request_invalid": (_lt("WhatsApp did not understand the message."), REPORT),
    "signup_link": (_lt("WhatsApp did not accept the sign-up link."), REPORT),
    "template_count_limit": (_lt("The account has too many templates."), _lt("Delete templates you do not use.")),
    "template_definition": (
        _lt("WhatsApp does not accept the template as it is written."),
        _lt("Change it as the details say."),
    ),
    "template_exists": (
        _lt("WhatsApp has a template of this name in this language already."),
        _lt("Synchronise the templates to see it, or give this one another name."),
    ),
    "template_misclassified": (_lt("WhatsApp limits templates that were in the wrong category."), ADMIN_LOOKS),
    "template_name_taken": (
        _lt("A template of this name was deleted, and WhatsApp keeps its name for up to 30 days."),
        _lt("Give the template another name."),
    ),
    "template_not_eligible": (_lt("The template cannot be sent this way."), _lt("Choose another template.")),
    "template_parameters": (_lt("The values do not fit the template."), SYNC_TEMPLATES),
    "template_policy": (_lt("WhatsApp refused the content of the template."), _lt("Change the values or the template.")),
    "template_sample_missing": (
        _lt("Something in the template has no sample for WhatsApp's reviewers."),
        _lt("Give an example for each variable on the tab “Variables”, and a sample for each address and for the file."),
    ),
    "template_syncing": (_lt("WhatsApp is still preparing the template."), _lt("Retry in ten minutes.")),
    "template_text_too_long": (_lt("The text is too long with these values."), _lt("Use shorter values.")),
    "token_invalid": (_lt("The access token is not valid any more."), ADMIN_LOOKS),
    "unknown_error": (_lt("WhatsApp did not deliver the message."), REPORT),
}

#: Slugs whose details are facts of ours, not words of WhatsApp.
OURS = {
    *RULE_SENTENCES,
    "api_address",
    "media_incomplete",
    "media_storage_failed",
    "not_reachable",
    "template_incomplete",
}


class WaFailure(models.AbstractModel):
    """Says in the user's language why something did not work, and what to do next."""

    _name = "wa.failure"
    _description = "WhatsApp Failure Sentences"

    @api.model
    def _slug(self, code: str | int) -> str:
        """Return the catalogue key of one of our slugs or of Meta's numeric codes."""
        code = str(code or "")
        if code in SENTENCES:
            return code
        return classify(int(code)).slug if code.lstrip("-").isdigit() else "unknown_error"

    @api.model
    def _slug_of(self, error: GraphError) -> str:
        """Return the catalogue key of an error of the Graph client.

        :param error: from a request that is no message, such as connecting.
        """
        if isinstance(error, NotSentError):
            return "not_reachable"
        if isinstance(error, OutcomeUnknownError):
            return "outcome_unknown"
        if error.slug != "unknown_error":
            return error.slug
        # That sentence speaks of a message; nobody sent one.
        return "meta_unavailable" if error.failure.retryable else "meta_unknown_error"

    @api.model
    def _selection(self) -> list[tuple[str, str]]:
        """Return all codes with what happened, for fields that keep a code and show words."""
        return [(slug, self.env._(what)) for slug, (what, _then) in SENTENCES.items()]

    @api.model
    def _parts(self, code: str | int) -> tuple[str, str]:
        """Return ``(what happened, what to do)`` in the user's language."""
        what, then = SENTENCES[self._slug(code)]
        return self.env._(what), self.env._(then)

    @api.model
    def _sentence(self, code: str | int, detail: str | None = None) -> str:
        """Return one text: what happened, the details if any, and what to do.

        :param code: one of our slugs, or Meta's number.
        :param str detail: Meta's own words; for our own slugs, facts such as
            ``1030 > 1024`` or the name of a variable.
        """
        what, then = self._parts(code)
        if detail and self._slug(code) in OURS:
            what = f"{what} ({detail})"
        elif detail:
            what = self.env._("%(what)s WhatsApp says: “%(detail)s”.", what=what, detail=str(detail).rstrip("."))
        return f"{what} {then}"
