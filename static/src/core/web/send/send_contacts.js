import { callSend } from "@crm_whatsapp/core/web/send/send_call";

import { _t } from "@web/core/l10n/translation";
import { uuid } from "@web/core/utils/strings";
import { SelectCreateDialog } from "@web/views/view_dialogs/select_create_dialog";

/**
 * Choose people or companies and send their cards.
 *
 * @param {import("models").Composer} composer
 */
export function sendContacts(composer) {
    composer.store.env.services.dialog.add(SelectCreateDialog, {
        domain: [["phone", "!=", false]],
        noCreate: true,
        onSelected: (partnerIds) => sendCards(composer, partnerIds),
        resModel: "res.partner",
        title: _t("Send Contact Cards"),
    });
}

/**
 * @param {import("models").Composer} composer
 * @param {number[]} partnerIds
 */
export async function sendCards(composer, partnerIds) {
    const objection = await callSend(composer, "wa_send_contact", { partner_ids: partnerIds }, { token: uuid() });
    if (objection) {
        composer.store.env.services.notification.add(objection, { type: "danger", sticky: true });
    }
}
