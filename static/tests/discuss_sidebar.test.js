import { createConversation, createMessage, defineCrmWhatsappModels } from "./crm_whatsapp_test_helpers";

import { click, contains, openDiscuss, start, startServer } from "@mail/../tests/mail_test_helpers";

import { describe, expect, queryAllTexts, test } from "@odoo/hoot";
import { getService } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineCrmWhatsappModels();

test("customers have their own category, between channels and direct messages", async () => {
    const pyEnv = await startServer();
    createConversation(pyEnv);
    pyEnv["discuss.channel"].create({ name: "General" });
    await start();
    await openDiscuss();
    await contains(".o_crm_whatsapp_category", { text: "WhatsApp" });
    await contains(".o_crm_whatsapp_category + * .o-mail-DiscussSidebarChannel", { text: "Ana" });
    expect(
        queryAllTexts(".o-mail-DiscussSidebarCategory").filter((name) =>
            ["Channels", "WhatsApp", "Direct messages"].includes(name)
        )
    ).toEqual(["Channels", "WhatsApp", "Direct messages"]);
});

test("no category without conversations", async () => {
    const pyEnv = await startServer();
    pyEnv["discuss.channel"].create({ name: "General" });
    await start();
    await openDiscuss();
    await contains(".o-mail-DiscussSidebarChannel", { text: "General" });
    await contains(".o_crm_whatsapp_category", { count: 0 });
});

test("what is unread is counted, in the sidebar and in the messaging menu", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    createMessage(pyEnv, channelId, { body: "one", wa_direction: "in" });
    createMessage(pyEnv, channelId, { body: "two", wa_direction: "in" });
    await start();
    await openDiscuss();
    await contains(".o-mail-DiscussSidebarChannel", {
        text: "Ana",
        contains: [".o-mail-DiscussSidebarChannel-badge", { text: "2" }],
    });
    const store = getService("mail.store");
    const thread = store.Thread.get({ model: "discuss.channel", id: channelId });
    expect(thread.importantCounter).toBe(2);
    expect(store.discuss.waConversations.threadsWithCounter).toHaveLength(1);
});

test("the messaging menu has a tab for customers", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    createMessage(pyEnv, channelId, { body: "hello there", wa_direction: "in" });
    pyEnv["discuss.channel"].create({ name: "General" });
    await start();
    await click(".o_menu_systray i[aria-label='Messages']");
    await contains(".o-mail-NotificationItem", { text: "General" });
    await click(".o-mail-MessagingMenu-headerFilter", { text: "WhatsApp" });
    await contains(".o-mail-NotificationItem", { count: 1 });
    await contains(".o-mail-NotificationItem", { text: "Ana" });
    await contains(".o-mail-NotificationItem .fa-whatsapp[title=WhatsApp]");
    await contains(".o-mail-NotificationItem-text", { text: "hello there" });
    await click(".o-mail-NotificationItem", { text: "Ana" });
    await contains(".o-mail-ChatWindow-header", { text: "Ana" });
});

test("no tab without conversations", async () => {
    const pyEnv = await startServer();
    pyEnv["discuss.channel"].create({ name: "General" });
    await start();
    await click(".o_menu_systray i[aria-label='Messages']");
    await contains(".o-mail-MessagingMenu-headerFilter", { text: "Channels" });
    await contains(".o-mail-MessagingMenu-headerFilter", { count: 0, text: "WhatsApp" });
});
