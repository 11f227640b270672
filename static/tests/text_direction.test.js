import { createConversation, createMessage, defineCrmWhatsappModels } from "./crm_whatsapp_test_helpers";

import { click, contains, insertText, openDiscuss, start, startServer } from "@mail/../tests/mail_test_helpers";

import { getTextDirection } from "@crm_whatsapp/core/common/text_direction";

import { describe, expect, queryFirst, queryOne, test } from "@odoo/hoot";
import { mockTimeZone } from "@odoo/hoot-mock";
import { defineModels, fields, models, mountView, serverState } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineCrmWhatsappModels();

const ARABIC = "السعر 1,500 ريال للقطعة (شامل الضريبة).";
const ENGLISH = "The price is 1,500.";
const HEBREW = "שלום!";

/** Where the character at an offset of a text stands on the screen. */
function placeOf(textNode, offset) {
    const range = document.createRange();
    range.setStart(textNode, offset);
    range.setEnd(textNode, offset + 1);
    return range.getBoundingClientRect();
}

test("R15: the first letter decides, whatever stands before it", () => {
    const cases = [
        [ARABIC, "rtl"],
        [ENGLISH, "ltr"],
        [HEBREW, "rtl"],
        ["12 (👍) שלום", "rtl"],
        ["*ABC* مرحبا", "ltr"],
        ["- مرحبا ABC", "rtl"],
        ["١٢٣ price", "ltr"],
        ["‏123 abc", "rtl"],
        ["价格", "ltr"],
        ["1,500 👍 …", undefined],
        ["", undefined],
        [undefined, undefined],
    ];
    for (const [text, direction] of cases) {
        expect(getTextDirection(text)).toBe(direction, { message: `direction of ${text}` });
    }
});

test("R15: an Arabic bubble is read from the right in an English interface, an English one as ever", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    createMessage(pyEnv, channelId, { body: ARABIC, wa_direction: "in" });
    createMessage(pyEnv, channelId, { body: ENGLISH, wa_direction: "in" });
    createMessage(pyEnv, channelId, {
        author_id: serverState.partnerId,
        body: HEBREW,
        wa_direction: "out",
        wa_state: "sent",
    });
    createMessage(pyEnv, channelId, {
        body: `<div class="o_wa_mark o_wa_forwarded">↪ Forwarded</div>${ARABIC}`,
        wa_direction: "in",
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message-richBody", { count: 4 });
    const bodies = document.querySelectorAll(".o-mail-Message-richBody");
    const directions = [...bodies].map((body) => getComputedStyle(body).direction);
    expect(directions).toEqual(["rtl", "ltr", "rtl", "rtl"]);
    const words = bodies[0].firstChild;
    const stop = placeOf(words, ARABIC.length - 1);
    const first = placeOf(words, 0);
    expect(stop.left).toBeLessThan(first.left, { message: "the full stop is at the left end" });
});

test("R15: in a message of two languages each paragraph has its own direction", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    createMessage(pyEnv, channelId, {
        body: `The price is fixed for all of us.<br>${HEBREW}<br>Thanks.`,
        wa_direction: "in",
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message-richBody");
    const body = queryFirst(".o-mail-Message-richBody");
    expect(getComputedStyle(body).direction).toBe("ltr");
    const [english, , hebrew, , thanks] = body.childNodes;
    const end = (node) => placeOf(node, node.textContent.length - 1);
    expect(end(hebrew).left).toBeLessThan(placeOf(hebrew, 0).left);
    expect(end(english).left).toBeGreaterThan(placeOf(english, 0).left);
    expect(end(thanks).left).toBeGreaterThan(placeOf(thanks, 0).left);
    expect(placeOf(hebrew, 0).right).toBeGreaterThan(placeOf(thanks, 0).right + 50);
});

test("R15: quotes, the menu of messages and the composer follow the words", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const parentId = createMessage(pyEnv, channelId, { body: ARABIC, wa_direction: "in" });
    createMessage(pyEnv, channelId, { body: ARABIC, parent_id: parentId, wa_direction: "in" });
    await start();
    await click(".o_menu_systray i[aria-label='Messages']");
    await contains(".o-mail-NotificationItem-text span", { text: ARABIC });
    expect(getComputedStyle(queryFirst(".o-mail-NotificationItem-text span[dir=rtl]")).direction).toBe("rtl");
    await openDiscuss(channelId);
    await contains(".o-mail-MessageInReply-message[dir=rtl]", { text: ARABIC });
    await insertText(".o-mail-Composer-input", "مرحبا");
    await contains(".o-mail-Composer-input[dir=rtl]");
    expect(getComputedStyle(queryOne(".o-mail-Composer-input")).direction).toBe("rtl");
    await insertText(".o-mail-Composer-input", "hello", { replace: true });
    await contains(".o-mail-Composer-input[dir=ltr]");
});

test("R15: a column of a list follows the words", async () => {
    class Talk extends models.Model {
        _name = "talk";
        words = fields.Char();
        _records = [
            { id: 1, words: ARABIC },
            { id: 2, words: ENGLISH },
            { id: 3, words: "" },
        ];
    }
    defineModels([Talk]);
    await start();
    await mountView({
        resModel: "talk",
        type: "list",
        arch: '<list><field name="words" widget="wa_words"/></list>',
    });
    const cells = [...document.querySelectorAll(".o_crm_whatsapp_words")];
    expect(cells.map((cell) => getComputedStyle(cell).direction)).toEqual(["rtl", "ltr", "ltr"]);
});

test("R10: a message that came late says when it was written and when it came", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const customer = pyEnv["discuss.channel"].browse(channelId)[0].wa_partner_id;
    const base = { author_id: customer, wa_direction: "in" };
    createMessage(pyEnv, channelId, { ...base, body: "newer", date: "2026-11-30 12:00:00" });
    createMessage(pyEnv, channelId, {
        ...base,
        body: "older",
        date: "2026-11-30 09:00:00",
        wa_came_at: "2026-11-30 12:01:00",
    });
    createMessage(pyEnv, channelId, { ...base, body: "newest", date: "2026-11-30 12:02:00" });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message", { count: 3 });
    await contains(".o-mail-Message:contains(older) .o-mail-Message-header .o_crm_whatsapp_late");
    await contains(".o_crm_whatsapp_late", { count: 1 });
    await contains(".o-mail-Message-header", { count: 3 });
});

test("a moment in a message is of the time zone of whoever looks", async () => {
    mockTimeZone(5);
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    createMessage(pyEnv, channelId, {
        body: 'May be called until <span class="o_wa_moment" title="2026-12-01T21:30:00Z">2026-12-01 21:30 UTC</span>',
        wa_direction: "in",
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o_wa_moment", { text: "Dec 2, 2026, 2:30 AM" });
});
