from odoo import api, models


class WaScheduledOwner(models.AbstractModel):
    """What plans messages says here what is particular about its own; every method gets plans of that owner alone.

    A rule's action (``ir.actions.server``), a sequence (``wa.sequence.run``); as it stands it is the owner of what
    people send to many. Whatever comes (campaign, bot, send later) inherits this and is named in ``OWNERS`` of
    ``wa.scheduled.message``, which alone writes rows and hands them to
    ``wa.sending``; that asks the gate. The field ``origin`` there needs the new value as well.
    """

    _name = "wa.scheduled.owner"
    _description = "Owner of Planned WhatsApp Messages"

    @api.model
    def _scheduled_due(self, plans):
        """Return those of these plans that are to be sent, now that they are due; calls off the others (hook).

        :param plans: ``wa.scheduled.message`` in state planned that differ in nothing but the record.
        """
        return plans

    @api.model
    def _scheduled_options(self, plan):
        """Return keyword arguments for ``_send_to_records`` by which these messages are sent (hook).

        :param plan: one of those that are sent together.
        """
        return {}

    @api.model
    def _scheduled_wanted(self, plans, records):
        """Return the records to which these plans still apply (hook).

        :param records: of the plans, with the rights of whoever caused them.
        """
        return records

    @api.model
    def _scheduled_minds(self, plan, code):
        """Tell whether it matters that the record of a plan came to such an end since it was planned (hook).

        :param code: see ``_wa_endings`` of the record.
        """
        return True

    @api.model
    def _scheduled_outcome(self, plan, outcome):
        """A plan was handed over, or refused (hook).

        :param SendOutcome outcome: what came of it.
        """

    @api.model
    def _scheduled_settled(self, plans):
        """These plans were handed over, called off or put off: time to plan what comes next (hook).

        Called with plans of any state, and again for the same ones.
        """
