import { registry } from "@web/core/registry";

const column = (name) => `.o_kanban_group:has(.o_column_title:contains(${name}))`;
const header = `${column("Story goal")} .o_kanban_header`;

/** A sales manager sets up a stage, sees what it would have sent, and moves a lead there. */
registry.category("web_tour.tours").add("wa_stage_story", {
    steps: () => [
        {
            content: "Open the stage's menu in the pipeline",
            trigger: header,
            run: `hover && click ${header} .o_group_config button`,
        },
        {
            trigger: ".o-dropdown--menu .o_group_edit",
            run: "click",
        },
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
            content: "Choose where an answer moves the lead",
            trigger: ".modal .o_field_widget[name=wa_answer_stage_id] input",
            run: "edit Story answered",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Story answered)",
            run: "click",
        },
        {
            content: "Rehearse what is set",
            trigger: ".modal button[name=action_wa_dry_run]",
            run: "click",
        },
        {
            content: "It asks before it saves",
            trigger: ".modal .modal-footer button:contains(Save and go on)",
            run: "click",
        },
        {
            content: "Three leads entered the stage; two would get it",
            trigger: ".o_wa_dry_run_counts:contains(3 occasions):contains(2 would get it):contains(1 not)",
        },
        {
            content: "What it would say",
            trigger: ".o_field_widget[name=line_ids] .o_data_row:contains(Pine shelf):contains(proposal over)",
        },
        {
            content: "Close",
            trigger: ".o_back_button, .breadcrumb-item a:contains(Pipeline)",
            run: "click",
        },
        {
            content: "Move the lead",
            trigger: `${column("Story start")} .o_kanban_record:contains(Oak table)`,
            run: `drag_and_drop ${column("Story goal")} .o_kanban_record:contains(Pine shelf)`,
        },
        {
            trigger: `${column("Story goal")} .o_kanban_record:contains(Oak table)`,
        },
    ],
});
