import { registry } from "@web/core/registry";

/** The window is closed: no text box, a reason, and the way to a template. */
registry.category("web_tour.tours").add("wa_window_closed", {
    steps: () => [
        {
            trigger: ".o_form_view button[name=action_open_wa_conversation]",
            run: "click",
        },
        {
            content: "A panel says why there is no text box",
            trigger: ".o-mail-ChatWindow:not(:has(.o-mail-Composer-input)) .o_crm_whatsapp_closed:contains(24 hours)",
        },
        {
            content: "Take the way out",
            trigger: ".o-mail-ChatWindow .o_crm_whatsapp_closed button",
            run: "click",
        },
        {
            content: "Choose a template",
            trigger: ".modal .o_field_widget[name=template_id] input",
            run: "edit proposal",
        },
        {
            trigger: ".modal .o-autocomplete--dropdown-item:contains(proposal_ready)",
            run: "click",
        },
        {
            content: "It is filled from the lead",
            trigger: ".modal .o_field_widget[name=preview]:contains(1,250)",
        },
        {
            trigger: ".modal button[name=action_send]",
            run: "click",
        },
        {
            content: "The card is in the conversation, on its way",
            trigger:
                "body:not(:has(.modal)) .o-mail-ChatWindow .o-mail-Message:has(.o_crm_whatsapp_tick[data-state=queued]) .o_wa_card:contains(1,250)",
        },
        {
            content: "A template does not open the window",
            trigger: ".o-mail-ChatWindow .o_crm_whatsapp_closed",
        },
    ],
});
