"""U20: no serious fault of accessibility in markup that is ours, as axe-core sees it in the browser."""

import json
from unittest import SkipTest

from odoo.tests import tagged

from ..common import ROOT, WaHttpCase

#: axe-core, which `dev/test` fetches; it is no part of the addon.
AXE = ROOT / ".dev" / "axe" / "axe.min.js"
#: What is ours on a page of the web client, and what of core stands inside of it.
OURS = (
    "[class*=o_crm_whatsapp]:not(.o_crm_whatsapp_list), .o_crm_whatsapp_list .text-muted, "
    ".o_wa_recipes .o_kanban_record, .o_list_renderer button[name^=action_], "
    ".o_dialog:has(.o_crm_whatsapp_send)"
)
CORE = "[class*=o-mail-], [class*=o_searchview], .o_control_panel *, .form-check-input"
SCREENS = (
    "wa_conversation_action",
    "wa_message_action",
    "wa_contact_action",
    "wa_scheduled_message_action",
    "wa_sequence_action",
    "wa_consent_action",
    "wa_recipe_action",
    "wa_webhook_event_action",
    "wa_erasure_action",
)
#: Opens each screen, then a conversation and a dialog of its composer, and tells what axe says of ours.
SCRIPT = """
(async () => {
    const [OURS, CORE] = %(ours)s;
    await odoo.loader.modules.get("@web/core/assets").loadJS("%(axe)s");
    const services = odoo.__WOWL_DEBUG__.root.env.services;
    const until = async (selector) => {
        for (let i = 0; i < 600; i++) {
            const element = document.querySelector(selector);
            if (element) { return element; }
            await new Promise((resolve) => requestAnimationFrame(resolve));
        }
        throw new Error("not shown: " + selector);
    };
    const faults = [];
    const look = async (screen) => {
        const result = await axe.run(document, { resultTypes: ["violations"] });
        for (const violation of result.violations) {
            if (!["serious", "critical"].includes(violation.impact)) { continue; }
            for (const node of violation.nodes) {
                const element = document.querySelector(node.target[0]);
                if (element?.closest(OURS) && !element.matches(CORE)) {
                    faults.push(`${screen}: ${violation.id}: ${node.html.slice(0, 200)}`);
                }
            }
        }
    };
    for (const screen of %(screens)s) {
        await services.action.doAction("crm_whatsapp." + screen, { clearBreadcrumbs: true });
        await until(".o_action_manager .o_list_renderer, .o_action_manager .o_kanban_renderer, .o_view_nocontent");
        await look(screen);
    }
    await services.action.doAction({
        type: "ir.actions.client", tag: "mail.action_discuss", params: { active_id: "discuss.channel_%(channel)s" },
    }, { clearBreadcrumbs: true });
    await until(".o-mail-Discuss .o-mail-Message");
    await until(".o-mail-Composer-input");
    await look("conversation");
    const { ChoicesDialog } = odoo.loader.modules.get("@crm_whatsapp/core/web/send/choices_dialog");
    const thread = services["mail.store"].Thread.get({ model: "discuss.channel", id: %(channel)s });
    services.dialog.add(ChoicesDialog, { composer: thread.composer });
    await until(".o_dialog .o_crm_whatsapp_send");
    await look("dialog");
    if (faults.length) {
        console.error([...new Set(faults)].join("\\n"));
    } else {
        console.log("test successful");
    }
})().catch((error) => console.error(error.stack || String(error)));
"""


@tagged("post_install", "-at_install", "wa", "wa_tour")
class TestAxe(WaHttpCase):
    """What axe-core calls serious or critical."""

    def test_no_serious_fault_in_our_markup(self):
        """U20: lists, cards, a conversation and a dialog of the composer."""
        if not AXE.is_file():
            raise SkipTest("axe-core is fetched by dev/test")
        conversation = self.receive(self.inbound("Do you still have the oak table?"))
        self.receive(self.inbound("stop", wa_id="12025550199", bsuid="US.2"))
        conversation.user_id = self.admin_user
        self.reply(self.admin_user, conversation, "Yes, one is left.")
        self.env["wa.scheduled.message"]._plan(conversation.lead_id, origin="automation", template=self.template)
        axe = self.env["ir.attachment"].create(
            {"name": "axe.min.js", "raw": AXE.read_bytes(), "mimetype": "text/javascript", "public": True}
        )
        script = SCRIPT % {
            "axe": f"/web/content/{axe.id}",
            "ours": json.dumps([OURS, CORE]),
            "screens": json.dumps(SCREENS),
            "channel": conversation.channel_id.id,
        }
        self.browser_js(
            "/odoo/whatsapp",
            script,
            "odoo.isReady === true && !!document.querySelector('.o_action_manager .o_view_controller')",
            login=self.admin_user.login,
            timeout=120,
        )
