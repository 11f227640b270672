import { createConversation, defineCrmWhatsappModels } from "./crm_whatsapp_test_helpers";

import { click, contains, openDiscuss, setupChatHub, start, startServer } from "@mail/../tests/mail_test_helpers";

import { describe, expect, test } from "@odoo/hoot";
import { asyncStep, getService, mockService, onRpc, serverState, waitForSteps } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineCrmWhatsappModels();

test("nobody rings, invites or renames a customer", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    await start();
    await openDiscuss(channelId);
    const header = ".o-mail-DiscussContent-header";
    await contains(`${header} button[title='Notification Settings']`);
    await contains(`${header} button[title='Search Messages']`);
    for (const title of ["Start Call", "Start Video Call", "Invite People", "Members", "Threads", "Rename Thread"]) {
        await contains(`${header} button[title='${title}']`, { count: 0 });
    }
    await contains(`${header} .o-mail-DiscussContent-threadName[disabled]`);
});

test("unassigned: a colleague takes it", async () => {
    onRpc("wa.conversation", "action_take", ({ args }) => {
        asyncStep(`take ${JSON.stringify(args)}`);
        return true;
    });
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, { wa_user_id: false });
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_info", { text: "Example Shop" });
    await contains(".o_crm_whatsapp_info_assignee", { text: "Unassigned" });
    await click(".o-mail-DiscussContent-header button[title='Assign to Me']");
    await waitForSteps(["take [[7]]"]);
    pyEnv["discuss.channel"]._wa_update(channelId, { wa_user_id: serverState.userId });
    await contains(".o_crm_whatsapp_info_assignee", { text: "Assigned to you" });
    await contains("button[title='Assign to Me']", { count: 0 });
});

test("a colleague's conversation says whose it is", async () => {
    const pyEnv = await startServer();
    const partnerId = pyEnv["res.partner"].create({ name: "Ben" });
    const userId = pyEnv["res.users"].create({ partner_id: partnerId });
    const channelId = createConversation(pyEnv, { wa_state: "closed", wa_user_id: userId });
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_info_assignee", { text: "Assigned to Ben" });
    await contains(".o_crm_whatsapp_info .badge", { text: "Closed" });
});

test("the lead is one press away", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, { wa_lead_id: 12, wa_lead_name: "Ten chairs" });
    await start();
    await openDiscuss(channelId);
    await contains(".o_crm_whatsapp_info_lead", { text: "Ten chairs" });
    mockService("action", {
        doAction: ({ res_model, res_id }) => asyncStep(`${res_model} ${res_id}`),
    });
    await click(".o_crm_whatsapp_info_lead");
    await waitForSteps(["crm.lead 12"]);
});

test("the lead is in the menu of a chat window too", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, { wa_lead_id: 12, wa_lead_name: "Ten chairs" });
    setupChatHub({ opened: [channelId] });
    await start();
    await contains(".o-mail-ChatWindow .o_crm_whatsapp_info_lead", { text: "Ten chairs" });
    await click(".o-mail-ChatWindow-moreActions");
    await contains(".o-dropdown-item:contains('Open Lead')");
    await contains(".o-dropdown-item:contains('Invite People')", { count: 0 });
    await contains(".o-dropdown-item:contains('Call')", { count: 0 });
    mockService("action", {
        doAction: ({ res_model, res_id }) => asyncStep(`${res_model} ${res_id}`),
    });
    await click(".o-dropdown-item:contains('Open Lead')");
    await waitForSteps(["crm.lead 12"]);
});

test("who answers the customer can put the conversation aside but not leave it", async () => {
    const pyEnv = await startServer();
    const mineId = createConversation(pyEnv);
    const benId = pyEnv["res.users"].create({
        partner_id: pyEnv["res.partner"].create({ name: "Ben" }),
    });
    const bensId = createConversation(pyEnv, { name: "Carla", wa_user_id: benId });
    const notInId = createConversation(pyEnv, { name: "Dana" }, { isMember: false });
    await start();
    await openDiscuss(mineId);
    await contains(".o-mail-DiscussSidebarChannel", { text: "Carla" });
    const { Thread } = getService("mail.store");
    const get = (id) => Thread.getOrFetch({ model: "discuss.channel", id });
    expect((await get(mineId)).canLeave).toBe(false);
    expect((await get(mineId)).canUnpin).toBe(true);
    expect(Boolean((await get(bensId)).canLeave)).toBe(true);
    expect((await get(notInId)).canLeave).toBe(false);
});
