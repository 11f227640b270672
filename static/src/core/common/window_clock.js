import { Component, useEffect, useState } from "@odoo/owl";

import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";

const MINUTE = 60 * 1000;
const HOUR = 60 * MINUTE;
/** Below this the clock turns amber: time to say what has to be said. */
const SOON = 2 * HOUR;

const { DateTime } = luxon;

/**
 * Render the component again whenever the minutes left to write freely change, and exactly when
 * time is up. It follows the wall clock minute by minute rather than setting one long timer, since
 * timers stand still while a laptop sleeps.
 *
 * @param {() => import("models").Thread|undefined} getThread
 */
export function useWindowClock(getThread) {
    const state = useState({ ticks: 0 });
    let timer;
    const schedule = () => {
        const left = getThread()?.waWindowLeft;
        if (left) {
            timer = browser.setTimeout(tick, left % MINUTE || MINUTE);
        }
    };
    const tick = () => {
        state.ticks++;
        schedule();
    };
    useEffect(
        () => {
            schedule();
            return () => browser.clearTimeout(timer);
        },
        // `false` where the customer never wrote.
        () => [getThread()?.localId, (getThread()?.wa_window_until || undefined)?.toMillis()]
    );
    return state;
}

/**
 * How long the customer may still be written to freely.
 *
 * @typedef {Object} Props
 * @property {import("models").Thread} thread
 * @extends {Component<Props, Env>}
 */
export class WindowClock extends Component {
    static template = "crm_whatsapp.WindowClock";
    static props = ["thread"];

    setup() {
        super.setup();
        this.clock = useWindowClock(() => this.props.thread);
    }

    get left() {
        void this.clock.ticks;
        return this.props.thread.waWindowLeft;
    }

    get isSoon() {
        return this.left < SOON;
    }

    get text() {
        const hours = Math.floor(this.left / HOUR);
        const minutes = Math.floor((this.left % HOUR) / MINUTE);
        if (hours) {
            return _t("free to write for %(hours)s h %(minutes)s min", { hours, minutes });
        }
        return minutes ? _t("free to write for %(minutes)s min", { minutes }) : _t("free to write for less than a minute");
    }

    get title() {
        return _t("Until %(moment)s; every message from the customer starts 24 hours anew.", {
            moment: this.props.thread.wa_window_until.toLocaleString(DateTime.DATETIME_MED),
        });
    }
}
