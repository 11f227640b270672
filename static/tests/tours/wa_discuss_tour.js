import { registry } from "@web/core/registry";

/** Customers have their own place in Discuss, and who waits is seen. */
registry.category("web_tour.tours").add("wa_discuss", {
    steps: () => [
        {
            content: "The category and the two unread messages",
            trigger:
                ".o-mail-DiscussSidebar:has(.o_crm_whatsapp_category:contains(WhatsApp)) .o-mail-DiscussSidebarChannel:contains(Ada Example) .o-mail-DiscussSidebarChannel-badge:contains(2)",
        },
        {
            trigger: ".o-mail-DiscussSidebarChannel:contains(Ada Example)",
            run: "click",
        },
        {
            content: "Whose it is, over which number, about which lead",
            trigger:
                ".o-mail-DiscussContent-header .o_crm_whatsapp_info:contains(Example Shop):contains(Assigned to you) .o_crm_whatsapp_info_lead:contains(Ada Example)",
        },
        {
            trigger: ".o-mail-Message:contains(Are you there?)",
        },
        {
            content: "Looking at it reads it",
            trigger: ".o-mail-Composer-input",
            run: "click",
        },
        {
            trigger: ".o-mail-DiscussSidebarChannel:contains(Ada Example):not(:has(.o-mail-DiscussSidebarChannel-badge))",
        },
        {
            content: "On to the lead",
            trigger: ".o_crm_whatsapp_info_lead",
            run: "click",
        },
        {
            trigger: ".o_last_breadcrumb_item:contains(Ada Example)",
        },
    ],
});
