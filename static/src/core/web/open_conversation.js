import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/**
 * Open a conversation beside whatever is on the screen: `params.channel_id` in a chat window with
 * the cursor in the text box. Works for colleagues who can read the conversation without being
 * members of it. On a small screen there is no "beside": it opens in Discuss.
 *
 * @param {import("@web/env").OdooEnv} env
 * @param {Object} action
 * @param {Object} action.params
 * @param {number} action.params.channel_id
 * @param {boolean} [action.params.close_dialog] close the dialog this was called from
 */
async function openConversation(env, { params }) {
    const { "mail.store": store, notification, ui } = env.services;
    const thread = await store.Thread.getOrFetch({
        model: "discuss.channel",
        id: params.channel_id,
    });
    if (!thread) {
        notification.add(_t("You cannot see this conversation."), { type: "warning" });
    } else if (ui.isSmall) {
        return {
            type: "ir.actions.client",
            tag: "mail.action_discuss",
            params: { active_id: `discuss.channel_${thread.id}` },
        };
    } else {
        thread.open({ focus: true, bypassCompact: true });
    }
    if (params.close_dialog) {
        return { type: "ir.actions.act_window_close" };
    }
}

registry.category("actions").add("crm_whatsapp.open_conversation", openConversation);
