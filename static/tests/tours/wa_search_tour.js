import { registry } from "@web/core/registry";

const PHONE = "(202) 555-0167";

/** A customer is found by the number as people write it: in the list, and in the quick search of Discuss. */
registry.category("web_tour.tours").add("wa_search", {
    steps: () => [
        {
            trigger: ".o_data_row:contains(Ada Example)",
        },
        {
            content: "Type the number and press Enter: the first field of the box decides",
            trigger: ".o_searchview_input",
            run: `edit ${PHONE}`,
        },
        {
            trigger: ".o_searchview_input",
            run: "press Enter",
        },
        {
            content: "Her, and nobody else",
            trigger: ".o_list_renderer:has(.o_data_row:contains(Lucía Example)):not(:has(.o_data_row:contains(Ada Example)))",
        },
        {
            content: "The quick search",
            trigger: "body",
            run: "press control+k",
        },
        {
            trigger: ".o_command_palette .o_command_palette_search input",
            run: `edit @${PHONE}`,
        },
        {
            content: "The conversation is offered by its title, which has no number in it",
            trigger: ".o_command_palette .o_command:contains(Lucía Example)",
            run: "click",
        },
        {
            trigger: ".o-mail-ChatWindow:contains(Lucía Example), .o-mail-Discuss:contains(Lucía Example)",
        },
    ],
});
