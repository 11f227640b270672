import { Message } from "@mail/core/common/message_model";

import { patch } from "@web/core/utils/patch";

/** States in which a person has to decide what happens with a message. */
const STATES_NEEDING_HELP = ["failed", "unknown"];

/** @type {import("models").Message} */
const messagePatch = {
    setup() {
        super.setup(...arguments);
        /** @type {"in"|"out"|false|undefined} false or undefined: never left the building */
        this.wa_direction = undefined;
        /** @type {string|false|undefined} what went wrong and what to do, in the user's language */
        this.wa_error = undefined;
        /** @type {string|undefined} Meta's message type */
        this.wa_kind = undefined;
        /** @type {string|false|undefined} */
        this.wa_state = undefined;
    },
    get isWa() {
        return Boolean(this.thread?.isWa);
    },
    /** A note among colleagues, as opposed to what the customer sees. */
    get isWaNote() {
        return this.isWa && !this.wa_direction && Boolean(this.isNote) && !this.isNotification;
    },
    get isWaOutgoing() {
        return (
            this.isWa &&
            (this.wa_direction === "out" ||
                (this.isPending && !this.isWaNote && this.isSelfAuthored))
        );
    },
    /** @returns {string|undefined} the state to show as a tick, for messages that we send */
    get waTickState() {
        if (!this.isWaOutgoing || this.postFailRedo) {
            return undefined;
        }
        return this.wa_state || (this.isPending ? "queued" : undefined);
    },
    get waNeedsHelp() {
        return this.isWaOutgoing && STATES_NEEDING_HELP.includes(this.wa_state);
    },
    /** The WhatsApp API cannot change what was sent. */
    get editable() {
        return super.editable && !(this.isWa && !this.isWaNote);
    },
    /** A reaction that the customer does not see would mislead. */
    canAddReaction(thread) {
        return super.canAddReaction(thread) && !this.isWa;
    },
    canReplyTo(thread) {
        return super.canReplyTo(thread) && !(thread?.waBlock && !thread.composer?.waIsNote);
    },
    /** Colours tell the side, not the person: what we said, what the customer said, what is ours alone. */
    get bubbleColor() {
        if (this.isWaNote) {
            return "orange";
        }
        if (this.isWaOutgoing) {
            return "green";
        }
        return super.bubbleColor;
    },
};
patch(Message.prototype, messagePatch);
