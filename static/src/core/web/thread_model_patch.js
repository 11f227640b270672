import { Thread } from "@mail/core/common/thread_model";

import { patch } from "@web/core/utils/patch";

/** @type {import("models").Thread} */
const threadPatch = {
    /** Open the template wizard for this customer. */
    async waSendTemplate() {
        const { action, orm } = this.store.env.services;
        await action.doAction(await orm.call("discuss.channel", "action_wa_send_template", [[this.id]]));
    },
    /** Open the wizard that records what this customer said about messages. */
    async waRecordConsent() {
        const { action, orm } = this.store.env.services;
        await action.doAction(await orm.call("wa.conversation", "action_record_wa_consent", [[this.wa_conversation_id]]));
    },
    async waOpenLead() {
        await this.store.env.services.action.doAction({
            type: "ir.actions.act_window",
            res_model: "crm.lead",
            res_id: this.wa_lead_id,
            views: [[false, "form"]],
        });
    },
    /** Become the one who answers; the server says so if a colleague was faster. */
    async waTake() {
        await this.store.env.services.orm.call("wa.conversation", "action_take", [[this.wa_conversation_id]]);
    },
};
patch(Thread.prototype, threadPatch);
