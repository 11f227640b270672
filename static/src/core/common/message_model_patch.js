import { Message } from "@mail/core/common/message_model";
import { fields } from "@mail/core/common/record";

import { getSpokenWords, toWords } from "@crm_whatsapp/core/common/spoken_words";
import { getTextDirection } from "@crm_whatsapp/core/common/text_direction";

import { deserializeDateTime } from "@web/core/l10n/dates";
import { user } from "@web/core/user";
import { patch } from "@web/core/utils/patch";

const { DateTime } = luxon;

/** States in which a person has to decide what happens with a message. */
const STATES_NEEDING_HELP = ["failed", "unknown"];
/** States in which a message may wait for a known moment: here, or held back at WhatsApp. */
const STATES_WAITING = ["queued", "sending"];
/** States in which WhatsApp does not know our message, so that nothing can refer to it. */
const STATES_NOT_AT_WHATSAPP = ["queued", "sending", "failed", "unknown", "cancelled"];
/** Older messages take no reactions (`wa_message_kinds.py`). */
const REACTION_DAYS = 30;

/** @type {import("models").Message} */
const messagePatch = {
    setup() {
        super.setup(...arguments);
        /** @type {"edited"|"deleted"|false|undefined} what its author did to it later */
        this.wa_changed = undefined;
        /** @type {string|false|undefined} when a message came (UTC) that was written long before */
        this.wa_came_at = undefined;
        /** @type {"in"|"out"|false|undefined} false or undefined: never left the building */
        this.wa_direction = undefined;
        /** @type {string|false|undefined} what went wrong and what to do, in the user's language */
        this.wa_error = undefined;
        /** @type {boolean|undefined} WhatsApp cannot reach the customer: trying again is somebody's own decision */
        this.wa_is_undeliverable = undefined;
        /** @type {string|undefined} Meta's message type */
        this.wa_kind = undefined;
        /**
         * Its files as WhatsApp has them; an attachment exists once one is `done`.
         *
         * @type {{id: number, state: "pending"|"done"|"failed", voice: boolean, animated: boolean, error: string|false}[]}
         */
        this.wa_media = fields.Attr([]);
        /** @type {string|false|undefined} what wrote it; `phone`: somebody on WhatsApp's own app */
        this.wa_origin = undefined;
        /** @type {string|false|undefined} */
        this.wa_state = undefined;
        /** @type {string|false|undefined} a waiting message: until when (UTC); the reason is `wa_error` */
        this.wa_waits_until = undefined;
        /** @type {"rtl"|"ltr"|undefined} in which it is read, by its own words */
        this.waTextDirection = fields.Attr(undefined, {
            compute() {
                return this.isWa ? getTextDirection(toWords(this.inlineBody)) : undefined;
            },
        });
        const { compute } = this.inlineBody;
        /** One line of it for lists and quotes: what was said, without what stands around it. */
        this.inlineBody.compute = function () {
            return this.isWa && !this.isBodyEmpty ? getSpokenWords(this.body) : compute.call(this);
        };
    },
    get isWa() {
        return Boolean(this.thread?.isWa);
    },
    /** A note among colleagues, as opposed to what the customer sees. */
    get isWaNote() {
        return this.isWa && !this.wa_direction && Boolean(this.isNote) && !this.isNotification;
    },
    get isWaOutgoing() {
        return this.isWa && (this.wa_direction === "out" || (this.isPending && !this.isWaNote && this.isSelfAuthored));
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
    /** It waits for a reason, mostly until a known moment; a retry within a minute is not worth a line. */
    get waWaits() {
        if (!this.isWaOutgoing || !STATES_WAITING.includes(this.wa_state) || !this.wa_error) {
            return false;
        }
        return this.wa_waits_until
            ? deserializeDateTime(this.wa_waits_until) > DateTime.now().plus({ minutes: 1 })
            : this.wa_state === "queued";
    },
    /** The WhatsApp API cannot change what was sent. */
    get editable() {
        return super.editable && !(this.isWa && !this.isWaNote);
    },
    /** When a message arrived that was written long before, as people of this screen read it; "" for others. */
    get waCameLate() {
        if (!this.isWa || !this.wa_came_at) {
            return "";
        }
        const came = deserializeDateTime(this.wa_came_at);
        const isSameDay = came.hasSame(this.datetime, "day");
        return came.toLocaleString(isSameDay ? DateTime.TIME_SIMPLE : DateTime.DATETIME_MED, {
            locale: user.lang,
        });
    },
    get waIsSticker() {
        return this.isWa && this.wa_kind === "sticker" && this.attachment_ids.length > 0;
    },
    /** Whether a file of it could not be fetched; the text says why. */
    get waMediaFailed() {
        return this.isWa && (this.wa_media || []).some(({ state }) => state === "failed");
    },
    /** Somebody of us wrote it on WhatsApp's own app, not here. */
    get waFromPhone() {
        return this.isWaOutgoing && this.wa_origin === "phone";
    },
    /** Whether WhatsApp would show the customer a reaction of ours to it. */
    get waTakesReactions() {
        return (
            Boolean(this.wa_direction) &&
            this.wa_changed !== "deleted" &&
            !(this.isWaOutgoing && STATES_NOT_AT_WHATSAPP.includes(this.wa_state)) &&
            !this.thread.waBlock &&
            this.datetime > DateTime.now().minus({ days: REACTION_DAYS })
        );
    },
    /** A reaction that the customer does not see would mislead; those to notes are ours alone. */
    canAddReaction(thread) {
        return super.canAddReaction(thread) && (!this.isWa || this.isWaNote || this.waTakesReactions);
    },
    /** WhatsApp knows one reaction of ours per message: a new one replaces what any of us chose. */
    async react(content) {
        await super.react(content);
        if (this.isWa && this.wa_direction) {
            this.waKeepOneReaction(content);
        }
    },
    /** @param {string} content the reaction of our side that stays; the customer's are theirs */
    waKeepOneReaction(content) {
        const customer = this.thread.wa_partner_id;
        for (const reaction of [...this.reactions]) {
            if (reaction.content === content) {
                continue;
            }
            const theirs = reaction.partners.filter((partner) => partner.eq(customer));
            if (theirs.length) {
                Object.assign(reaction, { count: theirs.length, partners: theirs });
            } else {
                reaction.delete();
            }
        }
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
