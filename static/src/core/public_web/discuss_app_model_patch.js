import { fields } from "@mail/core/common/record";
import { DiscussApp } from "@mail/core/public_web/discuss_app_model";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

/** @type {import("models").DiscussApp} */
const discussAppPatch = {
    setup() {
        super.setup(...arguments);
        /** Customers stand between channels (10) and direct messages (30). */
        this.waConversations = fields.One("DiscussAppCategory", {
            compute() {
                return {
                    extraClass: "o_crm_whatsapp_category",
                    hideWhenEmpty: true,
                    icon: "fa fa-whatsapp",
                    id: "crm_whatsapp.conversations",
                    name: _t("WhatsApp"),
                    sequence: 20,
                };
            },
            eager: true,
        });
    },
};
patch(DiscussApp.prototype, discussAppPatch);
