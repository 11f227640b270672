import { SendDialog } from "@crm_whatsapp/core/web/send/send_dialog";

import { useState } from "@odoo/owl";

import { _t } from "@web/core/l10n/translation";

/** Two numbers as maps give them: `41.38, 2.17`. */
const COORDINATES = /^\s*([+-]?\d+(?:\.\d+)?)\s*[,;\s]\s*([+-]?\d+(?:\.\d+)?)\s*$/;

/**
 * @param {string} text
 * @returns {{latitude: number, longitude: number}|undefined} undefined for anything that is no
 *  point on earth
 */
export function parseCoordinates(text) {
    const [, latitude, longitude] = (COORDINATES.exec(text) ?? []).map(Number);
    if (Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) {
        return { latitude, longitude };
    }
}

/**
 * A place on the map. No map is loaded here: people copy the coordinates from the one they use.
 *
 * @extends {SendDialog}
 */
export class LocationDialog extends SendDialog {
    static template = "crm_whatsapp.LocationDialog";

    setup() {
        super.setup();
        this.state = useState({ address: "", coordinates: "", name: "" });
    }

    get point() {
        return parseCoordinates(this.state.coordinates);
    }

    get limited() {
        return [];
    }

    /** @returns {string|false} */
    get objection() {
        return (
            Boolean(this.state.coordinates.trim()) && !this.point && _t("Latitude and longitude look like this: 41.38, 2.17")
        );
    }

    get isIncomplete() {
        return !this.point;
    }

    onSubmit() {
        return this.send("wa_send_location", {
            ...this.point,
            address: this.state.address.trim(),
            name: this.state.name.trim(),
        });
    }
}
