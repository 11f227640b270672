import { registry } from "@web/core/registry";

/** Rehearse a stage rule: who would have got it, who not, and why. */
registry.category("web_tour.tours").add("wa_dry_run_rule", {
    steps: () => [
        {
            trigger: ".o_form_view button[name=action_wa_dry_run]",
            run: "click",
        },
        {
            content: "Three leads entered the stage; two would get it",
            trigger: ".o_wa_dry_run_counts:contains(3 occasions):contains(2 would get it):contains(1 not)",
        },
        {
            content: "Why one would not",
            trigger: ".o_field_widget[name=summary]:contains(no WhatsApp identity)",
        },
        {
            content: "What it would say",
            trigger: ".o_field_widget[name=line_ids] .o_data_row:contains(Tour 0):contains(proposal over)",
        },
        {
            content: "Filter and group",
            trigger: "button[name=action_view_lines]",
            run: "click",
        },
        {
            trigger: ".o_list_view .o_group_header:contains(Not):contains(1)",
            run: "click",
        },
        {
            content: "The reason and the next step stand there",
            trigger: ".o_list_view .o_data_row:contains(Tour 2):contains(Add a phone number)",
        },
        {
            content: "Open the record",
            trigger: ".o_list_view .o_data_row:contains(Tour 2) button[name=action_open_record]",
            run: "click",
        },
        {
            trigger: ".o_last_breadcrumb_item:contains(Tour 2)",
        },
    ],
});

/** Take the appointment reminder from the shelf. */
registry.category("web_tour.tours").add("wa_recipe_appointment", {
    steps: () => [
        {
            trigger: ".o_kanban_record:contains(Appointment reminder):contains(Not set up) button[name=action_set_up]",
            run: "click",
        },
        {
            content: "The text that will be drafted",
            trigger: ".modal .o_field_widget[name=preview]:contains(our appointment on)",
        },
        {
            trigger: ".modal .o_field_widget[name=delay] input",
            run: "edit 2",
        },
        {
            trigger: ".modal button[name=action_set_up]",
            run: "click",
        },
        {
            content: "Made, resting, and it says what is missing",
            trigger: ".o_form_view .alert-warning:contains(appointment_reminder):contains(draft)",
        },
        {
            trigger: ".o_form_view .o_field_widget[name=template_ids] .o_data_row:contains(Draft)",
        },
        {
            content: "It cannot be switched on yet",
            trigger: ".o_form_view button[name=action_switch_on]",
            run: "click",
        },
        {
            trigger: ".modal:contains(cannot be switched on yet) .modal-footer button",
            run: "click",
        },
        {
            content: "But rehearsed",
            trigger: "body:not(:has(.modal)) .o_form_view button[name=action_dry_run]",
            run: "click",
        },
        {
            trigger: ".o_last_breadcrumb_item:contains(Appointment reminder)",
        },
    ],
});
