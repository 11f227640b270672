import { createConversation, createMessage, defineCrmWhatsappModels } from "./crm_whatsapp_test_helpers";

import { click, contains, insertText, openDiscuss, start, startServer } from "@mail/../tests/mail_test_helpers";

import { sendCards } from "@crm_whatsapp/core/web/send/send_contacts";
import { sendFileAsSticker } from "@crm_whatsapp/core/web/send/send_sticker";
import { parseCoordinates } from "@crm_whatsapp/core/web/send/location_dialog";

import { describe, expect, test } from "@odoo/hoot";
import { Deferred } from "@odoo/hoot-mock";
import { asyncStep, getService, makeServerError, onRpc, waitForSteps } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineCrmWhatsappModels();

/** Record what is asked of the server: the method, and what it is told. */
function watchSends() {
    const calls = [];
    onRpc("discuss.channel", "*", ({ args, kwargs, method }) => {
        if (!/^wa_(send|request)_/.test(method)) {
            return;
        }
        const { context, ...values } = Object.fromEntries(Object.entries(kwargs));
        calls.push({ channelIds: args[0], token: context.wa_post_token, values });
        asyncStep(method);
        return [1];
    });
    return calls;
}

/** @param {string} entry of the composer's menu */
async function openDialog(entry) {
    await click(".o-mail-Composer button[title='More Actions']");
    await click(`.dropdown-item:contains(/^${entry}$/)`);
    await contains(".modal form");
}

/** @param {number} channelId */
function getComposer(channelId) {
    return getService("mail.store").Thread.get({ model: "discuss.channel", id: channelId }).composer;
}

test("buttons: the draft becomes the text, and is gone once it is sent", async () => {
    const calls = watchSends();
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    await insertText(".o-mail-Composer-input", "Which wood?");
    await openDialog("Buttons");
    await contains(".modal textarea", { value: "Which wood?" });
    await contains(".modal .btn-primary:disabled");
    await insertText(".o_crm_whatsapp_choice:eq(0) input", "Oak");
    await insertText(".o_crm_whatsapp_choice:eq(1) input", " Ash ");
    await click(".modal .btn-primary:enabled");
    await waitForSteps(["wa_send_buttons"]);
    await contains(".modal", { count: 0 });
    expect(calls[0].channelIds).toEqual([channelId]);
    expect(calls[0].values).toEqual({
        body: "Which wood?",
        buttons: ["Oak", "Ash"],
        footer: "",
        header: "",
    });
    expect(calls[0].token).toMatch(/^[0-9a-f]{16}$/);
    await contains(".o-mail-Composer-input", { value: "" });
});

test("a fourth button makes it a list", async () => {
    const calls = watchSends();
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    await openDialog("Buttons");
    await insertText(".modal textarea", "When?");
    await click(".o_crm_whatsapp_choice_add");
    await contains(".modal-title", { text: "Send Buttons" });
    await contains("input[aria-label='Explanation']", { count: 0 });
    await click(".o_crm_whatsapp_choice_add");
    await contains(".modal-title", { text: "Send a List" });
    for (const [index, day] of ["Mon", "Tue", "Wed", "Thu"].entries()) {
        await insertText(`.o_crm_whatsapp_choice:eq(${index}) input:eq(0)`, day);
    }
    await insertText(".o_crm_whatsapp_choice:eq(3) input:eq(1)", "from nine");
    await click(".modal .btn-primary:enabled");
    await waitForSteps(["wa_send_list"]);
    expect(calls[0].values.button).toBe("Choose");
    expect(calls[0].values.sections).toEqual([
        { title: "Mon", description: "" },
        { title: "Tue", description: "" },
        { title: "Wed", description: "" },
        { title: "Thu", description: "from nine" },
    ]);
});

test("WhatsApp's limits stop people while they type, and nothing is cut", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    await openDialog("List");
    await contains(".modal [maxlength]", { count: 0 });
    for (let i = 2; i < 10; i++) {
        await click(".o_crm_whatsapp_choice_add");
    }
    await contains(".o_crm_whatsapp_choice", { count: 10 });
    await contains(".o_crm_whatsapp_choice_add", { count: 0 });
    await click(".o_crm_whatsapp_choice:eq(0) button[title='Remove this choice']");
    await contains(".o_crm_whatsapp_choice_add");
    await insertText(".modal textarea", "When?");
    await insertText(".o_crm_whatsapp_choice:eq(0) input:eq(0)", "Monday");
    await contains(".modal .btn-primary:enabled");
    await insertText(".o_crm_whatsapp_choice:eq(1) input:eq(0)", "Monday");
    await contains(".o_crm_whatsapp_objection:contains(Two choices are called the same)");
    await contains(".modal .btn-primary:disabled");
});

test("U21: a button that is too long is counted and refused, never cut", async () => {
    const calls = watchSends();
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    await openDialog("Buttons");
    await insertText(".modal textarea", "When?");
    const label = "Thursday at half past ten";
    await insertText(".o_crm_whatsapp_choice:eq(0) input", label);
    await contains(".o_crm_whatsapp_choice:eq(0) input", { value: label });
    await contains(".o_crm_whatsapp_choice_count.text-danger", { text: "25/20" });
    await contains(".o_crm_whatsapp_objection:contains(A button takes 20 characters)");
    await contains(".modal .btn-primary:disabled");
    // Twenty emojis are twenty characters for WhatsApp.
    await insertText(".o_crm_whatsapp_choice:eq(0) input", "👍".repeat(20), { replace: true });
    await click(".modal .btn-primary:enabled");
    await waitForSteps(["wa_send_buttons"]);
    expect(calls[0].values.buttons).toEqual(["👍".repeat(20)]);
});

test("the counter comes near the limit only", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    await openDialog("Link Button");
    await insertText(".modal input:eq(0)", "fifteen letters");
    await contains(".o_crm_whatsapp_field_left", { count: 0 });
    await insertText(".modal input:eq(0)", "!");
    await contains(".o_crm_whatsapp_field_left", { text: "4 characters left" });
    await insertText(".modal input:eq(0)", " and ten more");
    await contains(".o_crm_whatsapp_field_over", {
        text: "9 characters too many (WhatsApp takes 20)",
    });
    await contains(".modal .btn-primary:disabled");
});

test("a button with a link", async () => {
    const calls = watchSends();
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    await openDialog("Link Button");
    await insertText(".modal textarea", "Our shop");
    await insertText(".modal input:eq(0)", "Open");
    await contains(".modal .btn-primary:disabled");
    await insertText(".modal input[type=url]", "https://example.com/x");
    await click(".modal .btn-primary:enabled");
    await waitForSteps(["wa_send_cta_url"]);
    expect(calls[0].values).toEqual({
        body: "Our shop",
        label: "Open",
        url: "https://example.com/x",
    });
});

test("asking for a location or a number has words of its own to start with", async () => {
    const calls = watchSends();
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    await openDialog("Ask for the Location");
    await contains(".modal textarea", { value: "Where are you? One tap sends us your location." });
    await click(".modal .btn-primary:enabled");
    await waitForSteps(["wa_request_location"]);
    await contains(".modal", { count: 0 });
    await openDialog("Ask for the Phone Number");
    await insertText(".modal textarea", "Your number?", { replace: true });
    await click(".modal .btn-primary:enabled");
    await waitForSteps(["wa_request_contact_info"]);
    expect(calls[1].values).toEqual({ body: "Your number?" });
    expect(calls[1].token).not.toBe(calls[0].token);
});

test("a place is two numbers, as maps give them", async () => {
    expect(parseCoordinates("41.38, 2.17")).toEqual({ latitude: 41.38, longitude: 2.17 });
    expect(parseCoordinates(" -33.9 18.4 ")).toEqual({ latitude: -33.9, longitude: 18.4 });
    expect(parseCoordinates("0,0")).toEqual({ latitude: 0, longitude: 0 });
    expect(parseCoordinates("91, 2")).toBe(undefined);
    expect(parseCoordinates("41, 181")).toBe(undefined);
    expect(parseCoordinates("1 Example Street")).toBe(undefined);
    expect(parseCoordinates("")).toBe(undefined);
    const calls = watchSends();
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    await openDialog("Location");
    await insertText(".modal input:eq(0)", "somewhere");
    await contains(".o_crm_whatsapp_objection:contains(41.38, 2.17)");
    await contains(".modal .btn-primary:disabled");
    await insertText(".modal input:eq(0)", "41.38, 2.17", { replace: true });
    await insertText(".modal input:eq(1)", "Example Shop");
    await click(".modal .btn-primary:enabled");
    await waitForSteps(["wa_send_location"]);
    expect(calls[0].values).toEqual({
        address: "",
        latitude: 41.38,
        longitude: 2.17,
        name: "Example Shop",
    });
});

test("a refusal is read where it can be mended; trying again is the same message", async () => {
    const tokens = [];
    let isOpen = false;
    onRpc("discuss.channel", "wa_send_buttons", ({ kwargs }) => {
        tokens.push(kwargs.context.wa_post_token);
        if (!isOpen) {
            throw makeServerError({ message: "The window closed. Send a template." });
        }
        return [1];
    });
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    await openDialog("Buttons");
    await insertText(".modal textarea", "Which wood?");
    await insertText(".o_crm_whatsapp_choice:eq(0) input", "Oak");
    await click(".modal .btn-primary:enabled");
    await contains(".o_crm_whatsapp_send_error[role=alert]", {
        text: "The window closed. Send a template.",
    });
    await contains(".modal textarea", { value: "Which wood?" });
    isOpen = true;
    await click(".modal .btn-primary:enabled");
    await contains(".modal", { count: 0 });
    expect(tokens).toHaveLength(2);
    expect(tokens[1]).toBe(tokens[0]);
});

test("however often one presses, it is sent once", async () => {
    const answer = new Deferred();
    onRpc("discuss.channel", "wa_request_location", async () => {
        asyncStep("send");
        await answer;
        return [1];
    });
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    await openDialog("Ask for the Location");
    await click(".modal .btn-primary:enabled");
    await contains(".modal .btn-primary:disabled");
    answer.resolve();
    await contains(".modal", { count: 0 });
    await waitForSteps(["send"]);
});

test("an answer stays an answer", async () => {
    const calls = watchSends();
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const messageId = createMessage(pyEnv, channelId, { wa_direction: "in" });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Message");
    const composer = getComposer(channelId);
    const message = getService("mail.store")["mail.message"].get(messageId);
    composer.replyToMessage = message;
    await sendCards(composer, [3, 4]);
    expect(calls[0].values).toEqual({ partner_ids: [3, 4], quoted_message_id: messageId });
    expect(composer.replyToMessage).toBe(undefined);
    await waitForSteps(["wa_send_contact"]);
});

test("a sticker is a small WebP picture", async () => {
    const calls = watchSends();
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-Composer");
    const composer = getComposer(channelId);
    await sendFileAsSticker(composer, new File(["x"], "oak.png", { type: "image/png" }));
    await contains(".o_notification:contains(A sticker is a WebP picture of at most 500 kB.)");
    await waitForSteps([]);
    await sendFileAsSticker(composer, new File(["x"], "oak.webp", { type: "image/webp" }));
    await waitForSteps(["wa_send_sticker"]);
    expect(pyEnv["ir.attachment"].browse(calls[0].values.attachment_id)[0].name).toBe("oak.webp");
});

test("a note has no buttons", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, { wa_can_attach: true });
    await start();
    await openDiscuss(channelId);
    await click(".o_crm_whatsapp_mode_note");
    await click(".o-mail-Composer button[title='More Actions']");
    await contains(".dropdown-item:contains(Attach Files)");
    await contains(".dropdown-item:contains(/^Buttons$/)", { count: 0 });
    await contains(".dropdown-item:contains(/^Sticker$/)", { count: 0 });
    await contains(".dropdown-item:contains(Send a Template)", { count: 0 });
});
