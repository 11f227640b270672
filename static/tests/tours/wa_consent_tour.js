import { registry } from "@web/core/registry";

/** From the chip on the lead to the history, and a consent recorded there. */
registry.category("web_tour.tours").add("wa_consent", {
    steps: () => [
        {
            content: "The customer wrote, so service is on record",
            trigger:
                ".o_form_view [name=wa_consents] [name=wa_consent_service] .o_crm_whatsapp_consent_chip.text-bg-success:contains(Service)",
        },
        {
            content: "Marketing is not; see what there is",
            trigger:
                ".o_form_view [name=wa_consents] [name=wa_consent_marketing] .o_crm_whatsapp_consent_chip:not(.text-bg-success)",
            run: "click",
        },
        {
            content: "The words of the customer are the proof",
            trigger: ".o_list_view .o_data_row:contains(Do you still have the oak table?)",
        },
        {
            content: "Record another one",
            trigger: ".o_control_panel button[name=action_record]",
            run: "click",
        },
        {
            trigger: ".modal [name=purpose] .form-check:contains(Marketing) input",
            run: "click",
        },
        {
            trigger: ".modal [name=evidence] textarea",
            run: "edit Yes, send me your offers",
        },
        {
            trigger: ".modal footer button[name=action_record]",
            run: "click",
        },
        {
            content: "It is in the list",
            trigger: "body:not(:has(.modal)) .o_list_view .o_data_row:contains(Yes, send me your offers)",
        },
        {
            content: "Back to the lead",
            trigger: ".o_breadcrumb a:first",
            run: "click",
        },
        {
            content: "The chip has changed",
            trigger: ".o_form_view [name=wa_consents] [name=wa_consent_marketing] .text-bg-success",
        },
    ],
});

/** A customer who stopped everything: the panel says so and leads to what a colleague was told. */
registry.category("web_tour.tours").add("wa_consent_panel", {
    steps: () => [
        {
            content: "Open the conversation from the lead",
            trigger: ".o_form_view button[name=action_open_wa_conversation]",
            run: "click",
        },
        {
            content: "Nothing can be written, and why",
            trigger: ".o-mail-ChatWindow .o_crm_whatsapp_closed_sentence:contains(no such messages any more)",
        },
        {
            trigger: ".o-mail-ChatWindow .o_crm_whatsapp_closed_consent",
            run: "click",
        },
        {
            trigger: ".modal [name=evidence] textarea",
            run: "edit Called us: please do write",
        },
        {
            trigger: ".modal footer button[name=action_record]",
            run: "click",
        },
        {
            content: "The text box is back",
            trigger: ".o-mail-ChatWindow .o-mail-Composer-input",
        },
    ],
});
