import { TriggerSelectionField } from "@base_automation/base_automation_trigger_selection_field";
import { TRIGGER_FILTERS } from "@base_automation/utils";
import { useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { SelectionField } from "@web/views/fields/selection/selection_field";

/** Models a WhatsApp message can be about. */
const WHATSAPP_MODELS = ["crm.lead", "res.partner", "wa.conversation", "wa.message"];
const OTHER = "other";

/** Headings in the order in which they are shown; those of Odoo's own triggers keep Odoo's words. */
const HEADINGS = {
    values: _t("Values Updated"),
    whatsapp: _t("WhatsApp"),
    mail: _t("Email Events"),
    timing: _t("Timing Conditions"),
    custom: _t("Custom"),
    external: _t("External"),
    deprecated: _t("Deprecated (do not use)"),
    [OTHER]: _t("Other"),
};

const HEADING_OF_TRIGGER = {
    on_stage_set: "values",
    on_user_set: "values",
    on_tag_set: "values",
    on_state_set: "values",
    on_priority_set: "values",
    on_archive: "values",
    on_unarchive: "values",
    on_wa_received: "whatsapp",
    on_wa_status: "whatsapp",
    on_message_sent: "mail",
    on_message_received: "mail",
    on_time: "timing",
    on_time_created: "timing",
    on_time_updated: "timing",
    on_create: "custom",
    on_create_or_write: "custom",
    on_unlink: "custom",
    on_change: "custom",
    on_webhook: "external",
    on_write: "deprecated",
};

/**
 * Odoo's widget for triggers of automation rules knows its own alone and breaks on any
 * other: its list of headings is closed to addons. This one shows whatever there is,
 * WhatsApp's under a heading of their own, unknown ones at the end.
 */
export class WaTriggerSelectionField extends TriggerSelectionField {
    setup() {
        // Not the parent's: that is what breaks.
        SelectionField.prototype.setup.call(this);
        this.model = useState({ name: false, fields: [] });
        const orm = useService("orm");
        let known;
        useRecordObserver(async (record) => {
            const modelId = record.data.model_id?.id;
            this.model.name = record.data.model_name;
            if (known !== modelId) {
                known = modelId;
                this.model.fields = await orm.searchRead(
                    "ir.model.fields",
                    [["model_id", "=", modelId]],
                    ["name", "ttype", "relation"]
                );
            }
        });
    }

    get groups() {
        const choices = Object.fromEntries(Object.keys(HEADINGS).map((key) => [key, []]));
        for (const [value, label] of this.options) {
            const heading = HEADING_OF_TRIGGER[value] ?? OTHER;
            if (value === this.value || this.isOffered(value, heading)) {
                choices[heading].push({ value, label });
            }
        }
        return Object.entries(choices)
            .filter(([, list]) => list.length)
            .map(([key, list]) => ({ label: HEADINGS[key], choices: list }));
    }

    /** Whether a trigger makes sense for the rule's model. */
    isOffered(value, heading) {
        switch (heading) {
            case "deprecated":
                return false;
            case "mail":
                return this.props.record.data.model_is_mail_thread;
            case "whatsapp":
                return WHATSAPP_MODELS.includes(this.model.name);
        }
        const fits = TRIGGER_FILTERS[value];
        return !fits || this.model.fields.some(fits);
    }
}

const fieldRegistry = registry.category("fields");
const original = fieldRegistry.get("base_automation_trigger_selection");
fieldRegistry.add(
    "base_automation_trigger_selection",
    {
        ...original,
        component: WaTriggerSelectionField,
        fieldDependencies: [
            ...original.fieldDependencies,
            { name: "model_name", type: "char" },
        ],
    },
    { force: true }
);
