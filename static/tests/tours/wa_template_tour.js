import { registry } from "@web/core/registry";

/** Find a template by "Search More…", and fill it in with the keyboard alone. */
registry.category("web_tour.tours").add("wa_template_search_more", {
    steps: () => [
        {
            trigger: ".o_wa_template_send .o_field_widget[name=template_id] input",
            run: "click",
        },
        {
            content: "There are more than fit into the menu",
            trigger: ".o_m2o_dropdown_option_search_more a",
            run: "click",
        },
        {
            trigger: ".o_dialog:has(.o_list_view) .o_data_cell:contains(ask_for_code)",
            run: "click",
        },
        {
            content: "Tab comes to the values",
            trigger: ".o_wa_template_send .o_crm_whatsapp_values_entrance",
            run() {
                this.anchor.focus();
            },
        },
        {
            content: "A value can be typed",
            trigger: ".o_wa_template_send .o_selected_row .o_field_widget[name=value] input:focus",
            run: "edit A-17",
        },
        {
            content: "Another one, by a click",
            trigger: ".o_wa_template_send .o_data_row:eq(1) .o_data_cell[name=value]",
            run: "click",
        },
        {
            trigger: ".o_wa_template_send .o_data_row:eq(1).o_selected_row .o_field_widget[name=value] input",
            run: "edit noon",
        },
        {
            content: "A click beside the list leaves it",
            trigger: ".o_wa_template_send .o_wa_preview",
            run: "click",
        },
        {
            trigger: ".o_wa_template_send .o_wa_preview:contains(A-17):contains(noon)",
        },
        {
            trigger: ".modal-footer button[name=action_send]",
            run: "click",
        },
        {
            trigger: ".o-mail-ChatWindow .o-mail-Message:contains(A-17)",
        },
    ],
});

/** Choose where a value comes from, and see how long a text is. */
registry.category("web_tour.tours").add("wa_template_draft", {
    steps: () => [
        {
            trigger: ".o_field_widget[name=footer] input",
            run: `edit ${"x".repeat(61)}`,
        },
        {
            content: "What is too long is counted and not cut",
            trigger: ".o_field_widget[name=footer] .o_crm_whatsapp_counter.text-danger:contains(61/60)",
        },
        {
            trigger: ".o_field_widget[name=footer] input",
            run: "edit Example Shop",
        },
        {
            trigger: ".nav-link[name=variables]",
            run: "click",
        },
        {
            trigger: ".o_data_row .o_data_cell[name=field_path]",
            run: "click",
        },
        {
            content: "Odoo's own field selector",
            trigger: ".o_selected_row .o_field_widget[name=field_path] .o_model_field_selector",
            run: "click",
        },
        {
            trigger: ".o_model_field_selector_popover_search input",
            run: "edit Expected Revenue",
        },
        {
            trigger: ".o_model_field_selector_popover_item_name:contains(/^Expected Revenue$/)",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=field_path]:contains(Expected Revenue)",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            trigger: ".o_form_saved",
        },
    ],
});

/** A draft that lacks something is told so, and nobody is asked whether to submit it. */
registry.category("web_tour.tours").add("wa_template_submit_unfinished", {
    steps: () => [
        {
            trigger: "button[name=action_ask_to_submit]",
            run: "click",
        },
        {
            trigger: ".modal:contains(Give a sample of the file above the text)",
        },
        {
            trigger: ".modal:not(:contains(Submit it now)) .modal-footer button",
            run: "click",
        },
        {
            content: "The preview has a sign where the picture will be",
            trigger: "body:not(:has(.modal)) .o_wa_preview .o_wa_card_file:contains(Picture)",
        },
    ],
});

/** A draft with all it needs: the picture is shown, and submitting asks; no is no. */
registry.category("web_tour.tours").add("wa_template_submit_asks", {
    steps: () => [
        {
            content: "The picture itself is shown",
            trigger: ".o_wa_preview img.o_wa_card_picture",
        },
        {
            content: "Only pictures can be chosen for a picture",
            trigger: ".o_field_widget[name=sample] input[type=file][accept^='image/']:not(:visible)",
        },
        {
            trigger: "button[name=action_ask_to_submit]",
            run: "click",
        },
        {
            trigger: ".modal:contains(WhatsApp will review this template) .modal-footer .btn-secondary",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) button[name=action_ask_to_submit]",
        },
    ],
});

/** What was handed in shows its language by name. */
registry.category("web_tour.tours").add("wa_template_language_by_name", {
    steps: () => [
        {
            trigger: ".o_field_widget[name=drafted_language]:contains(English)",
        },
        {
            trigger: "body:not(:has(.o_field_widget[name=language]))",
        },
    ],
});

/** Open an approved template for changes, write into it, and take it all back. */
registry.category("web_tour.tours").add("wa_template_edit", {
    steps: () => [
        {
            content: "What WhatsApp approved cannot be typed into",
            trigger: ".o_field_widget[name=body].o_readonly_modifier:contains(It costs)",
        },
        {
            trigger: "button[name=action_edit]",
            run: "click",
        },
        {
            content: "What will happen is said first",
            trigger: ".modal:contains(until it is approved) .modal-footer .btn-primary",
            run: "click",
        },
        {
            trigger: ".alert:contains(Customers get the approved text)",
        },
        {
            content: "The category stays",
            trigger: ".o_field_widget[name=category].o_readonly_modifier",
        },
        {
            trigger: ".o_field_widget[name=body] textarea",
            run: "edit It costs {{1}} from today on, and is worth it.",
        },
        {
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "The preview shows the change",
            trigger: ".o_form_saved .o_wa_preview:contains(is worth it)",
        },
        {
            trigger: "button[name=action_discard_edit]",
            run: "click",
        },
        {
            trigger: ".modal .modal-footer .btn-primary",
            run: "click",
        },
        {
            trigger: ".o_wa_preview:contains(only.)",
        },
        {
            trigger: "button[name=action_edit]",
        },
    ],
});
