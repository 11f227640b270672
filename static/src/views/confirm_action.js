import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { registry } from "@web/core/registry";

/**
 * Ask before a method of a record is called: for buttons that first check whether there is anything to ask.
 *
 * @param {Object} env
 * @param {{params: {title: string, body: string, confirm: string, model: string, ids: number[], method: string}}} action
 * @returns {Promise<void>} settled when the question was answered, and what follows from the answer is done
 */
export async function confirmAction(env, { params }) {
    const isConfirmed = await new Promise((resolve) => {
        env.services.dialog.add(
            ConfirmationDialog,
            {
                title: params.title,
                body: params.body,
                confirmLabel: params.confirm,
                confirm: () => resolve(true),
                cancel: () => resolve(false),
            },
            { onClose: () => resolve(false) }
        );
    });
    if (!isConfirmed) {
        return;
    }
    const next = await env.services.orm.call(params.model, params.method, [params.ids]);
    await env.services.action.doAction(next || { type: "ir.actions.client", tag: "soft_reload" });
}

registry.category("actions").add("crm_whatsapp.confirm", confirmAction);
