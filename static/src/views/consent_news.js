import { onWillDestroy, toRaw, useEffect } from "@odoo/owl";

import { useService } from "@web/core/utils/hooks";

/** What is under way per record: several chips of one form hear the same news. */
const underWay = new WeakMap();

async function readAnew(record, orm) {
    if (!(await record.isDirty())) {
        await record.load();
        return {};
    }
    // Somebody is typing: what they wrote stays, so only what the chips show is read.
    const names = Object.keys(record.activeFields).filter((name) => name.includes("consent_"));
    const [values] = await orm.read(record.resModel, [record.resId], names);
    return values || {};
}

/**
 * Have an open form follow what its customer agrees to and takes back.
 *
 * @param {() => import("@web/model/relational_model/record").Record} getRecord
 * @param {(values: Object) => void} onNews called with what was read, empty if the record itself
 *  was
 */
export function useConsentNews(getRecord, onNews) {
    const orm = useService("orm");
    const bus = useService("bus_service");
    let alive = true;
    const listener = async () => {
        const record = getRecord();
        if (!record.resId) {
            return;
        }
        const key = toRaw(record); // every component sees the record through a proxy of its own
        if (!underWay.has(key)) {
            underWay.set(
                key,
                readAnew(record, orm).finally(() => underWay.delete(key))
            );
        }
        const values = await underWay.get(key);
        if (alive) {
            onNews(values);
        }
    };
    bus.subscribe("wa.consent/changed", listener);
    onWillDestroy(() => {
        alive = false;
        bus.unsubscribe("wa.consent/changed", listener);
    });
    useEffect(
        (resModel, resId) => {
            if (!resId) {
                return;
            }
            const channel = `wa_consent.${resModel}_${resId}`;
            bus.addChannel(channel);
            return () => bus.deleteChannel(channel);
        },
        () => [getRecord().resModel, getRecord().resId]
    );
}
