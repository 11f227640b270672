import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/**
 * Open a conversation beside whatever is on the screen: `params.channel_id` in a chat window with
 * the cursor in the text box. Works for colleagues who can read the conversation without being
 * members of it. On a small screen there is no "beside": it opens in Discuss.
 *
 * @param {import("@web/env").OdooEnv} env
 * @param {{params: {channel_id: number}}} action
 */
async function openConversation(env, { params }) {
    const { "mail.store": store, action, notification, ui } = env.services;
    const thread = await store.Thread.getOrFetch({
        model: "discuss.channel",
        id: params.channel_id,
    });
    if (!thread) {
        notification.add(_t("You cannot see this conversation."), { type: "warning" });
        return;
    }
    if (ui.isSmall) {
        return action.doAction({
            type: "ir.actions.client",
            tag: "mail.action_discuss",
            params: { active_id: `discuss.channel_${thread.id}` },
        });
    }
    thread.open({ focus: true, bypassCompact: true });
}

registry.category("actions").add("crm_whatsapp.open_conversation", openConversation);
