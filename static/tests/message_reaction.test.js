import {
    createConversation,
    createMessage,
    defineCrmWhatsappModels,
    fromNow,
    WINDOW_CLOSED,
} from "./crm_whatsapp_test_helpers";

import { contains, openDiscuss, start, startServer } from "@mail/../tests/mail_test_helpers";

import { describe, expect, test } from "@odoo/hoot";
import { getService } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineCrmWhatsappModels();

/**
 * @param {number} channelId
 * @param {number} messageId
 * @returns {boolean} whether the smiley is offered
 */
function canReact(channelId, messageId) {
    const { "mail.message": Message, Thread } = getService("mail.store");
    const thread = Thread.get({ model: "discuss.channel", id: channelId });
    return Message.get(messageId).canAddReaction(thread);
}

test("only what WhatsApp can show the customer takes reactions", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const create = (values) => createMessage(pyEnv, channelId, values);
    const received = create({ wa_direction: "in" });
    const sent = create({ wa_direction: "out", wa_state: "sent" });
    const queued = create({ wa_direction: "out", wa_state: "queued" });
    const failed = create({ wa_direction: "out", wa_state: "failed" });
    const old = create({ wa_direction: "in", date: fromNow({ days: -31 }) });
    const note = create({
        subtype_id: pyEnv["mail.message.subtype"].search([["subtype_xmlid", "=", "mail.mt_note"]])[0],
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message", { count: 6 });
    expect(canReact(channelId, received)).toBe(true);
    expect(canReact(channelId, sent)).toBe(true);
    expect(canReact(channelId, note)).toBe(true);
    expect(canReact(channelId, queued)).toBe(false);
    expect(canReact(channelId, failed)).toBe(false);
    expect(canReact(channelId, old)).toBe(false);
});

test("nobody reacts through a closed window, except to notes", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, { wa_blocked: WINDOW_CLOSED });
    const received = createMessage(pyEnv, channelId, { wa_direction: "in" });
    const note = createMessage(pyEnv, channelId, {
        subtype_id: pyEnv["mail.message.subtype"].search([["subtype_xmlid", "=", "mail.mt_note"]])[0],
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message", { count: 2 });
    expect(canReact(channelId, received)).toBe(false);
    expect(canReact(channelId, note)).toBe(true);
});

test("a new reaction replaces ours, whoever chose it, and leaves the customer's", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const [{ wa_partner_id: customerId }] = pyEnv["discuss.channel"].browse(channelId);
    const messageId = createMessage(pyEnv, channelId, { wa_direction: "out", wa_state: "read" });
    const benId = pyEnv["res.partner"].create({ name: "Ben" });
    pyEnv["mail.message.reaction"].create([
        { message_id: messageId, content: "👍", partner_id: benId },
        { message_id: messageId, content: "👍", partner_id: customerId },
        { message_id: messageId, content: "🙏", partner_id: benId },
    ]);
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-MessageReaction", { count: 2 });
    await contains(".o-mail-MessageReaction:contains(👍):contains(2)");
    await getService("mail.store")["mail.message"].get(messageId).react("❤️");
    await contains(".o-mail-MessageReaction:contains(❤️):contains(1)");
    await contains(".o-mail-MessageReaction:contains(👍):contains(1)");
    await contains(".o-mail-MessageReaction", { count: 2 });
});

test("among colleagues a note takes as many as one likes", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const noteId = createMessage(pyEnv, channelId, {
        subtype_id: pyEnv["mail.message.subtype"].search([["subtype_xmlid", "=", "mail.mt_note"]])[0],
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message");
    const note = getService("mail.store")["mail.message"].get(noteId);
    await note.react("👍");
    await note.react("❤️");
    await contains(".o-mail-MessageReaction", { count: 2 });
});
