from odoo import api, models
from odoo.exceptions import AccessError


class WaDryRunRights(models.AbstractModel):
    """Who may rehearse, and what of it they see."""

    _name = "wa.dry.run.rights"
    _description = "Rights to Rehearse"

    @api.model
    def _check(self) -> None:
        """Refuse everybody but WhatsApp managers and the administrators of the system.

        :raises AccessError: says whom to ask.
        """
        user = self.env.user
        if not (self.env.su or user.has_group("crm_whatsapp.crm_whatsapp_group_manager") or user._is_system()):
            raise AccessError(self.env._("Only WhatsApp managers can rehearse what is sent to many. Ask one of them."))

    @api.model
    def _unseen(self, results: list) -> set:
        """Return the results of which the current user may see neither to whom nor what, as a set.

        What they would get is judged with the rights of the sending job; it is shown with theirs.

        :param results: list of ``Result``
        """
        if self.env.su:
            return set()
        unseen: set = set()
        alike: dict[tuple, list] = {}
        for result in results:
            if result.conversation is not None:
                alike.setdefault((result.record._name, result.paths), []).append(result)
        for (model, paths), own in alike.items():
            records = self.env[model].browse({result.record.id for result in own})
            seen = set(records.ids).intersection(*(self._readable(records, path) for path in paths))
            unseen.update(result for result in own if result.record.id not in seen)
        return unseen | self._elsewhere(results)

    @api.model
    def _elsewhere(self, results: list) -> set:
        """Return the results that go to conversations which the current user may not read."""
        going = [result for result in results if result.conversation is not None and result.conversation.id]
        conversations = self.env["wa.conversation"].browse({result.conversation.id for result in going})
        seen = set(conversations._filtered_access("read").ids)
        return {result for result in going if result.conversation.id not in seen}

    @api.model
    def _readable(self, records: models.BaseModel, path: str) -> set[int]:
        """Return ids of those of these records at which the current user may read a field path."""
        at = {record.id: record.sudo() for record in records}
        readable = set(records._filtered_access("read").ids)
        for name in path.split("."):
            model = next(iter(at.values())).sudo(False)
            field = model._fields.get(name)
            if field is None or not model._has_field_access(field, "read"):
                return set()
            if not field.relational:
                break
            at = {id_: record[name] for id_, record in at.items()}
            together = self.env[field.comodel_name].browse({id_ for found in at.values() for id_ in found.ids})
            open_ids = set(together._filtered_access("read").ids)
            readable -= {id_ for id_, found in at.items() if not open_ids.issuperset(found.ids)}
        return readable
