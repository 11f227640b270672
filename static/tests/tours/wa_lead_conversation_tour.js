import { registry } from "@web/core/registry";

/** From the lead to the customer and back: read the question, answer it, see that it is on its way. */
registry.category("web_tour.tours").add("wa_lead_conversation", {
    steps: () => [
        {
            content: "Open the conversation from the lead",
            trigger: ".o_form_view button[name=action_open_wa_conversation]",
            run: "click",
        },
        {
            content: "The customer's question is there",
            trigger: ".o-mail-ChatWindow .o-mail-Message:contains(Do you still have the oak table?)",
        },
        {
            content: "What we answered before was read",
            trigger: ".o-mail-ChatWindow .o-mail-Message:contains(I will look) .o_crm_whatsapp_tick[data-state=read]",
        },
        {
            content: "There is time to answer",
            trigger: ".o-mail-ChatWindow .o_crm_whatsapp_clock:contains(free to write for 23 h)",
        },
        {
            content: "Answer",
            trigger: ".o-mail-ChatWindow .o-mail-Composer-input",
            run: "edit Yes, one is left.",
        },
        {
            content: "Send it",
            trigger: ".o-mail-ChatWindow .o-mail-Composer button[title=Send]:enabled",
            run: "click",
        },
        {
            content: "It stands there with its clock, and is stored",
            trigger:
                ".o-mail-ChatWindow .o-mail-Message[data-persistent]:contains(Yes, one is left.) .o_crm_whatsapp_tick[data-state=queued]",
        },
        {
            content: "Note something for the team",
            trigger: ".o-mail-ChatWindow .o_crm_whatsapp_mode_note",
            run: "click",
        },
        {
            trigger: ".o-mail-ChatWindow .o_crm_whatsapp_composer_note .o-mail-Composer-input",
            run: "edit Offer free delivery.",
        },
        {
            trigger: ".o-mail-ChatWindow .o-mail-Composer button[title='Add note']:enabled",
            run: "click",
        },
        {
            content: "The note is no message",
            trigger:
                ".o-mail-ChatWindow .o_crm_whatsapp_message_note[data-persistent]:contains(Offer free delivery.):not(:has(.o_crm_whatsapp_tick))",
        },
    ],
});
