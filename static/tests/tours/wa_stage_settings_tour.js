import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const column = ".o_kanban_group:has(.o_column_title:contains(Tour stage))";

const openStage = [
    {
        content: "Open the stage's menu in the pipeline",
        trigger: `${column} .o_kanban_header`,
        run: `hover && click ${column} .o_kanban_header .o_group_config button`,
    },
    {
        content: "Edit the stage",
        trigger: ".o-dropdown--menu .o_group_edit",
        run: "click",
    },
];

/** A sales manager says in the pipeline what WhatsApp does in a stage, and finds it again. */
registry.category("web_tour.tours").add("wa_stage_settings", {
    steps: () => [
        ...openStage,
        {
            content: "Choose what is sent when a lead enters",
            trigger: ".modal .o_field_widget[name=wa_enter_template_id] input",
            run: "edit proposal_ready",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(proposal_ready)",
            run: "click",
        },
        {
            content: "Choose the reminder",
            trigger: ".modal .o_field_widget[name=wa_remind_template_id] input",
            run: "edit proposal_ready",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(proposal_ready)",
            run: "click",
        },
        {
            content: "After five days",
            trigger: ".modal .o_field_widget[name=wa_remind_after] input",
            run: "edit 5",
        },
        {
            content: "Save",
            trigger: ".modal .o_form_button_save",
            run: "click",
        },
        { trigger: "body:not(:has(.modal))" },
        ...openStage,
        {
            content: "It is two rules",
            trigger: ".modal .o_wa_rule_count:contains(Automation rules: 2)",
        },
        {
            trigger: ".modal .o_field_widget[name=wa_remind_after] input:value(5)",
        },
        {
            content: "Leave",
            trigger: ".modal .o_form_button_cancel",
            run: "click",
        },
        { trigger: "body:not(:has(.modal))" },
    ],
});

/** U7: the link to the rules of a stage saves nothing by itself; with changes it asks. */
registry.category("web_tour.tours").add("wa_stage_link_asks", {
    steps: () => [
        ...openStage,
        {
            content: "Change the stage",
            trigger: ".modal .o_field_widget[name=name] input",
            run: "edit Tour stage, changed",
        },
        {
            content: "Look at its rules",
            trigger: ".modal button[name=action_view_wa_rules]",
            run: "click",
        },
        {
            content: "It asks; stay",
            trigger: ".modal:contains(not saved yet) .modal-header .btn-close",
            run: "click",
        },
        {
            content: "The change is still there",
            trigger: ".modal .o_field_widget[name=name] input:value(Tour stage, changed)",
        },
        {
            trigger: ".modal button[name=action_view_wa_rules]",
            run: "click",
        },
        {
            content: "Go on without it",
            trigger: ".modal:contains(not saved yet) .modal-footer button:contains(Discard and go on)",
            run: "click",
        },
        {
            trigger: ".o_kanban_record:contains(when a lead enters Tour stage)",
        },
    ],
});

/** An administrator goes from the stage to its rule and gives another one conditions about messages. */
registry.category("web_tour.tours").add("wa_rule_conditions", {
    steps: () => [
        ...openStage,
        {
            content: "Go to the rules of this stage",
            trigger: ".modal button[name=action_view_wa_rules]",
            run: "click",
        },
        {
            content: "The setting is a rule",
            trigger: ".o_kanban_record:contains(when a lead enters Tour stage)",
        },
        {
            content: "Make another one",
            trigger: ".o-kanban-button-new",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=name] input",
            run: "edit Wants a call",
        },
        {
            content: "Look for a trigger",
            trigger: ".o_field_widget[name=trigger] input",
            run: "click",
        },
        {
            content: "WhatsApp has a heading of its own",
            trigger: ".o_select_menu_menu .o_select_menu_group:contains(WhatsApp)",
        },
        {
            trigger: ".o_select_menu_menu .o_select_menu_item:contains(WhatsApp message received)",
            run: "click",
        },
        {
            content: "Conditions about messages appear, those about statuses do not",
            trigger: ".o_form_view:not(:has([name=wa_on_sent])) .o_field_widget[name=wa_is_answer] input",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=wa_text_mode] input",
            run: "click",
        },
        {
            trigger: ".o_select_menu_menu .o_select_menu_item:contains(contains)",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=wa_text] textarea",
            run: "edit yes, sí",
        },
        ...stepUtils.saveForm(),
    ],
});
