import { registry } from "@web/core/registry";

const chooseTemplate = (name) => [
    {
        content: `Choose the template ${name}`,
        trigger: ".o_field_widget[name=step_ids] .o_selected_row [name=template_id] input",
        run: `edit ${name}`,
    },
    {
        trigger: `.o-autocomplete--dropdown-item:contains(${name})`,
        run: "click",
    },
];

/** A new sequence with two steps says in words what will happen. */
registry.category("web_tour.tours").add("wa_sequence_create", {
    steps: () => [
        {
            content: "An empty screen says what this is for",
            trigger: ".o_view_nocontent:contains(Follow up without forgetting anybody)",
        },
        {
            trigger: ".o_control_panel .o-kanban-button-new",
            run: "click",
        },
        {
            trigger: ".o_form_view [name=name] input, .o_form_view [name=name] textarea",
            run: "edit After the offer",
        },
        {
            trigger: ".o_field_widget[name=step_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        ...chooseTemplate("proposal_ready"),
        {
            content: "The sentence is there while typing",
            trigger: ".o_field_widget[name=explanation] li:contains(In the next working hours: send)",
        },
        {
            trigger: ".o_field_widget[name=step_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        ...chooseTemplate("still_thinking"),
        {
            trigger: ".o_field_widget[name=step_ids] .o_selected_row [name=delay] input",
            run: "edit 16 && press Tab",
        },
        {
            trigger: ".o_field_widget[name=explanation] li:contains(16 working hours later)",
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

/** A lead is added, its page shows what is coming; one message and then the rest are called off. */
registry.category("web_tour.tours").add("wa_sequence_lead", {
    steps: () => [
        {
            trigger: ".o_form_view .o_cp_action_menus .fa-cog",
            run: "click",
        },
        {
            trigger: ".o-dropdown-item:contains(Add to WhatsApp sequence), .o_menu_item:contains(Add to WhatsApp sequence)",
            run: "click",
        },
        {
            trigger: ".modal [name=sequence_id] input",
            run: "edit After",
        },
        {
            trigger: ".modal .o-autocomplete--dropdown-item:contains(After the offer)",
            run: "click",
        },
        {
            content: "It says who can be added, and what they get",
            trigger: ".modal [name=summary]:contains(The lead can be added)",
        },
        {
            trigger: ".modal button[name=action_add]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal)) .o_notebook .nav-link[name=wa_sequences]",
            run: "click",
        },
        {
            content: "Both messages are planned",
            trigger: ".o_crm_whatsapp_sequence[data-state=running] li[data-state=planned]:eq(1):contains(still_thinking)",
        },
        {
            content: "Call off the first",
            trigger: ".o_crm_whatsapp_sequence li[data-state=planned]:contains(proposal_ready) button[name=skip]",
            run: "click",
        },
        {
            trigger: ".o_crm_whatsapp_sequence li[data-state=cancelled]:contains(proposal_ready)",
        },
        {
            trigger: ".o_crm_whatsapp_sequence button[name=leave]",
            run: "click",
        },
        {
            trigger: ".o_crm_whatsapp_sequence[data-state=cancelled]:not(:has(li[data-state=planned]))",
        },
    ],
});
