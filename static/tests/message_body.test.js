import { createConversation, createMessage, defineCrmWhatsappModels } from "./crm_whatsapp_test_helpers";

import { click, contains, openDiscuss, start, startServer } from "@mail/../tests/mail_test_helpers";

import { getSpokenWords } from "@crm_whatsapp/core/common/spoken_words";

import { markup } from "@odoo/owl";

import { describe, expect, queryFirst, test } from "@odoo/hoot";
import { getService } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineCrmWhatsappModels();

const EDITED = 'two tables<details class="o_wa_former"><summary>Edited</summary><div>two tabels</div></details>';

test("in lists and quotes stands what was said", async () => {
    const cases = [
        [EDITED, "two tables"],
        ['<div class="o_wa_mark o_wa_forwarded">↪ Forwarded</div>Look', "Look"],
        ['<div class="o_wa_mark o_wa_forwarded">↪ Forwarded</div>', "↪ Forwarded"],
        ["first<br>second<p>third</p>fourth", "first second third fourth"],
        ["<table><tbody><tr><td>Oak</td><td>2</td></tr></tbody></table>", "Oak 2"],
        ["&lt;b&gt;not bold&lt;/b&gt;", "<b>not bold</b>"],
    ];
    for (const [body, words] of cases) {
        expect(getSpokenWords(markup(body)).toString()).toBe(words);
    }
});

test("earlier versions are folded away, and no part of a quote", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const parentId = createMessage(pyEnv, channelId, {
        body: EDITED,
        wa_changed: "edited",
        wa_direction: "in",
    });
    createMessage(pyEnv, channelId, {
        body: "Yes",
        parent_id: parentId,
        wa_direction: "out",
        wa_state: "read",
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-MessageInReply:contains(two tables):not(:contains(tabels))");
    await contains(".o_wa_former:not([open]) summary", { text: "Edited" });
    await click(".o_wa_former summary");
    await contains(".o_wa_former[open] div:visible", { text: "two tabels" });
});

test("a deleted message says so; nobody reacts to it", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const messageId = createMessage(pyEnv, channelId, {
        body: '<div class="o_wa_deleted">🗑 The customer deleted this message.</div>',
        wa_changed: "deleted",
        wa_direction: "in",
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_message_deleted .o_wa_deleted");
    const { "mail.message": Message, Thread } = getService("mail.store");
    const thread = Thread.get({ model: "discuss.channel", id: channelId });
    expect(Message.get(messageId).canAddReaction(thread)).toBe(false);
});

test("a mark is one small line; a place loads nothing by itself", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    createMessage(pyEnv, channelId, {
        body: `<div class="o_wa_mark o_wa_referral">📣 ${"Came through an ad ".repeat(30)}</div>Hello`,
        wa_direction: "in",
    });
    createMessage(pyEnv, channelId, {
        body: '<div class="o_wa_location">📍 Example Shop<br><a href="https://example.com/map" target="_blank" rel="noreferrer noopener">map</a></div>',
        wa_direction: "in",
        wa_kind: "location",
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o_wa_mark");
    const { lineHeight, whiteSpace } = getComputedStyle(queryFirst(".o_wa_mark"));
    expect(whiteSpace).toBe("nowrap");
    expect(queryFirst(".o_wa_mark").offsetHeight).toBeLessThan(2 * parseFloat(lineHeight));
    await contains(".o_wa_location a[target=_blank][rel='noreferrer noopener']");
    await contains(".o-mail-Message:has(.o_wa_location) :is(img:not(.o-mail-Message-avatar), iframe)", {
        count: 0,
    });
    await contains(".o-mail-LinkPreviewCard", { count: 0 });
});

test("what happened around the conversation is a thin line of nobody", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const [{ wa_partner_id: customerId }] = pyEnv["discuss.channel"].browse(channelId);
    createMessage(pyEnv, channelId, {
        author_id: customerId,
        body: '<span class="o_wa_note">Changed the number</span>',
        message_type: "notification",
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-NotificationMessage", { text: "Changed the number" });
    await contains(".o-mail-NotificationMessage-author:visible", { count: 0 });
    await contains(".o-mail-Message", { count: 0 });
});

test("what was written on the phone is marked", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    createMessage(pyEnv, channelId, { wa_direction: "in", wa_origin: false });
    createMessage(pyEnv, channelId, {
        author_id: pyEnv["res.partner"].create({ name: "Example Shop" }),
        body: "from the phone",
        wa_direction: "out",
        wa_origin: "phone",
        wa_state: "sent",
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message:contains(from the phone) .o_crm_whatsapp_from_phone[role=img]");
    await contains(".o_crm_whatsapp_from_phone", { count: 1 });
});
