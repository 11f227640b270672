import { defineCrmWhatsappModels } from "./crm_whatsapp_test_helpers";

import { waitForChannels } from "@bus/../tests/bus_test_helpers";
import { contains, openFormView, start, startServer } from "@mail/../tests/mail_test_helpers";

import { describe, expect, test } from "@odoo/hoot";
import { queryOne } from "@odoo/hoot-dom";
import { contains as webContains, defineModels, fields, models, onRpc } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");
defineCrmWhatsappModels();

const STATES = [
    ["none", "Not on record"],
    ["granted", "Granted"],
    ["withdrawn", "Withdrawn"],
];

class Lead extends models.Model {
    _name = "crm.lead";
    name = fields.Char();
    wa_consent_service = fields.Selection({ selection: STATES });
    wa_consent_marketing = fields.Selection({ selection: STATES });
    _views = {
        form: `<form>
            <field name="name"/>
            <field name="wa_consent_service" widget="wa_consent_chip"/>
            <field name="wa_consent_marketing" widget="wa_consent_chip"/>
        </form>`,
    };
}
defineModels([Lead]);

const SERVICE = "[name=wa_consent_service] .o_crm_whatsapp_consent_chip";
const MARKETING = "[name=wa_consent_marketing] .o_crm_whatsapp_consent_chip";

async function openLead() {
    const pyEnv = await startServer();
    const leadId = pyEnv["crm.lead"].create({
        name: "Oak table",
        wa_consent_service: "granted",
        wa_consent_marketing: "granted",
    });
    await start();
    await openFormView("crm.lead", leadId);
    await contains(`${SERVICE}.text-bg-success`);
    await waitForChannels([`wa_consent.crm.lead_${leadId}`]);
    const stop = () => {
        pyEnv["crm.lead"].write([leadId], {
            wa_consent_service: "withdrawn",
            wa_consent_marketing: "withdrawn",
        });
        pyEnv["bus.bus"]._sendone(`wa_consent.crm.lead_${leadId}`, "wa.consent/changed", {});
    };
    return { pyEnv, leadId, stop };
}

test("the chips of an open form follow what the customer says", async () => {
    let reads = 0;
    onRpc("crm.lead", "web_read", () => {
        reads++;
    });
    const { stop } = await openLead();
    reads = 0;
    stop();
    await contains(`${SERVICE}.text-bg-danger`);
    await contains(`${MARKETING}.text-bg-danger`);
    expect(reads).toBe(1, { message: "both chips read the record once" });
});

test("what somebody is typing stays", async () => {
    const { leadId, pyEnv, stop } = await openLead();
    await webContains("[name=name] input").edit("Oak table, large", { confirm: false });
    stop();
    await contains(`${SERVICE}.text-bg-danger`);
    await contains(`${MARKETING}.text-bg-danger`);
    expect(queryOne("[name=name] input").value).toBe("Oak table, large");
    await webContains(".o_form_button_save").click();
    await contains(".o_form_button_save:visible", { count: 0 });
    expect(pyEnv["crm.lead"].browse(leadId)[0].name).toBe("Oak table, large");
    await contains(`${SERVICE}.text-bg-danger`);
});
