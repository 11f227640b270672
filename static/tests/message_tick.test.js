import { createConversation, createMessage, defineCrmWhatsappModels } from "./crm_whatsapp_test_helpers";

import { contains, openDiscuss, start, startServer } from "@mail/../tests/mail_test_helpers";

import { describe, expect, queryFirst, test } from "@odoo/hoot";
import { getService, serverState } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineCrmWhatsappModels();

const TICKS = [
    ["queued", ".fa-clock-o", 1, "Waiting to be sent"],
    ["sending", ".fa-clock-o", 1, "Being sent"],
    ["sent", ".fa-check", 1, "Sent"],
    ["delivered", ".fa-check", 2, "Delivered"],
    ["read", ".fa-check", 2, "Read"],
    ["played", ".fa-check", 2, "Played"],
    ["failed", ".fa-exclamation-circle", 1, "Not delivered"],
    ["unknown", ".fa-question-circle", 1, "Not known whether it arrived"],
];

for (const [state, icon, count, text] of TICKS) {
    test(`tick of a message that is ${state}`, async () => {
        const pyEnv = await startServer();
        const channelId = createConversation(pyEnv);
        createMessage(pyEnv, channelId, { wa_direction: "out", wa_state: state });
        await start();
        await openDiscuss(channelId);
        await contains(`.o_crm_whatsapp_tick[data-state=${state}] i${icon}`, { count });
        await contains(`.o_crm_whatsapp_tick[role=img][aria-label="${text}"][title="${text}"]`);
    });
}

test("a tick follows what WhatsApp reports", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const messageId = createMessage(pyEnv, channelId, { wa_direction: "out", wa_state: "queued" });
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_tick_queued i", { count: 1 });
    pyEnv["mail.message"]._wa_update(messageId, { wa_state: "sent" });
    await contains(".o_crm_whatsapp_tick_sent i", { count: 1 });
    pyEnv["mail.message"]._wa_update(messageId, { wa_state: "delivered" });
    await contains(".o_crm_whatsapp_tick_delivered i", { count: 2 });
    const { color: unread } = getComputedStyle(queryFirst(".o_crm_whatsapp_tick"));
    pyEnv["mail.message"]._wa_update(messageId, { wa_state: "read" });
    await contains(".o_crm_whatsapp_tick_read i", { count: 2 });
    await contains(".o_crm_whatsapp_tick", { count: 1 });
    expect(".o_crm_whatsapp_tick").not.toHaveStyle({ color: unread });
});

test("no tick on what the customer wrote, on notes, and in other channels", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    createMessage(pyEnv, channelId, { wa_direction: "in", body: "from the customer" });
    createMessage(pyEnv, channelId, {
        body: "among us",
        subtype_id: pyEnv["mail.message.subtype"].search([["subtype_xmlid", "=", "mail.mt_note"]])[0],
    });
    const generalId = pyEnv["discuss.channel"].create({ name: "General" });
    pyEnv["mail.message"].create({
        body: "elsewhere",
        message_type: "comment",
        model: "discuss.channel",
        res_id: generalId,
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message", { text: "from the customer" });
    await contains(".o_crm_whatsapp_message_note", { text: "among us" });
    await contains(".o_crm_whatsapp_note_label", { text: "Internal note" });
    await contains(".o_crm_whatsapp_tick", { count: 0 });
    await openDiscuss(generalId);
    await contains(".o-mail-Message", { text: "elsewhere" });
    await contains(".o_crm_whatsapp_tick", { count: 0 });
});

test("what was sent cannot be changed, a note can", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const sentId = createMessage(pyEnv, channelId, { wa_direction: "out", wa_state: "read" });
    const noteId = createMessage(pyEnv, channelId, {
        subtype_id: pyEnv["mail.message.subtype"].search([["subtype_xmlid", "=", "mail.mt_note"]])[0],
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message", { count: 2 });
    const { "mail.message": Message, Thread } = getService("mail.store");
    const thread = Thread.get({ model: "discuss.channel", id: channelId });
    expect(Message.get(sentId).editable).toBe(false);
    expect(Message.get(noteId).editable).toBe(true);
    expect(Message.get(sentId).canReplyTo(thread)).toBe(true);
});

test("in a chat window the customer stands left and all of us right", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const benId = pyEnv["res.partner"].create({ name: "Ben" });
    createMessage(pyEnv, channelId, { wa_direction: "in", body: "question" });
    createMessage(pyEnv, channelId, {
        author_id: benId,
        body: "answer",
        wa_direction: "out",
        wa_state: "read",
    });
    createMessage(pyEnv, channelId, {
        author_id: serverState.partnerId,
        body: "more",
        wa_direction: "out",
        wa_state: "sent",
    });
    await start();
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_whatsapp.open_conversation",
        params: { channel_id: channelId },
    });
    await contains(".o-mail-ChatWindow .o-mail-Message", { count: 3 });
    await contains(".o-mail-Message:not(.o-selfAuthored)", { text: "question" });
    await contains(".o-mail-Message.o-selfAuthored", { text: "answer" });
    await contains(".o-mail-Message.o-selfAuthored", { text: "more" });
    await contains(".o-mail-Message-author:visible", { count: 1, text: "Ben" });
    await contains(".o-mail-Message .o-mail-Message-body[dir=ltr]", { count: 3 });
});
