import { createConversation, createMessage, defineCrmWhatsappModels } from "./crm_whatsapp_test_helpers";

import { contains, insertText, onRpcBefore, patchUiSize, SIZES, start, startServer } from "@mail/../tests/mail_test_helpers";

import { describe, expect, test } from "@odoo/hoot";
import { asyncStep, getService, waitForSteps } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineCrmWhatsappModels();

function openConversation(channelId) {
    return getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_whatsapp.open_conversation",
        params: { channel_id: channelId },
    });
}

test("opens a chat window with the cursor in the text box", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    createMessage(pyEnv, channelId, { body: "Hello?", wa_direction: "in" });
    await start();
    await openConversation(channelId);
    await contains(".o-mail-ChatWindow-header", { text: "Ana" });
    await contains(".o-mail-ChatWindow .o-mail-Message", { text: "Hello?" });
    await contains(".o-mail-ChatWindow .o-mail-Composer-input:focus");
    await contains(".o-mail-ChatWindow .o_crm_whatsapp_info", { text: "Example Shop" });
    await contains(".o-mail-ChatWindow .o_crm_whatsapp_info_assignee", { count: 0 });
});

test("a colleague who is no member follows live, without joining by typing", async () => {
    onRpcBefore("/discuss/channel/notify_typing", () => asyncStep("typing"));
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, {}, { isMember: false });
    await start();
    await openConversation(channelId);
    await contains(".o-mail-ChatWindow .o-mail-Composer-input");
    const thread = getService("mail.store").Thread.get({ model: "discuss.channel", id: channelId });
    expect(Boolean(thread.self_member_id)).toBe(false);
    expect(thread.waViewers).toBe(1);
    expect(thread.shouldSubscribeToBusChannel).toBe(true);
    await insertText(".o-mail-ChatWindow .o-mail-Composer-input", "I can help");
    await waitForSteps([]);
    await thread.closeChatWindow();
    await contains(".o-mail-ChatWindow", { count: 0 });
    expect(thread.waViewers).toBe(0);
    expect(thread.shouldSubscribeToBusChannel).toBe(false);
});

test("on a small screen it opens in Discuss", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    await patchUiSize({ size: SIZES.SM });
    await start();
    await openConversation(channelId);
    await contains(".o-mail-ChatWindow-header", { text: "Ana" });
    const { discuss } = getService("mail.store");
    expect(discuss.isActive).toBe(true);
    expect(discuss.thread.id).toBe(channelId);
    expect(discuss.activeTab).toBe("wa");
});

test("a conversation that one may not see is said so", async () => {
    await startServer();
    await start();
    await openConversation(4321);
    await contains(".o_notification", { text: "You cannot see this conversation." });
    await contains(".o-mail-ChatWindow", { count: 0 });
});
