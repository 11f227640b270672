import { Store } from "@mail/core/common/store_service";

import { getErrorSentence } from "@crm_whatsapp/core/common/error_sentence";

import { RPCError } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import { uuid } from "@web/core/utils/strings";

/** @type {import("models").Store} */
const storePatch = {
    setup() {
        super.setup(...arguments);
        /** @type {import("@crm_whatsapp/core/common/file_rules").FileRules|undefined} */
        this.wa_file_rules = undefined;
    },
    /**
     * Mark each press of the send button, so that the same request arriving twice is one message.
     *
     * Core's `temporary_id` is only unique among the messages this page has loaded.
     */
    async getMessagePostParams({ thread }) {
        const params = await super.getMessagePostParams(...arguments);
        if (thread.isWa) {
            params.context = { ...params.context, wa_post_token: uuid() };
        }
        return params;
    },
    /**
     * Core keeps a refused message in the list with a sign to try again, and drops what the server
     * said. Trying again is of no use against a closed window: say why and give the text back.
     *
     * @override
     */
    async doMessagePost(params, tmpMessage) {
        const thread = tmpMessage?.thread;
        if (!thread?.isWa) {
            return super.doMessagePost(...arguments);
        }
        if (params.post_data.subtype_xmlid === "mail.mt_note") {
            tmpMessage.subtype_id = this.mt_note;
        }
        try {
            // without the temporary message super throws rather than swallows
            return await super.doMessagePost(params);
        } catch (error) {
            if (error instanceof RPCError) {
                this.waTakeBack(params, tmpMessage, getErrorSentence(error));
            } else {
                // no answer at all: it stays visible, and trying again carries the same token
                tmpMessage.postFailRedo = () => this.waPostAgain(params, tmpMessage);
            }
        }
    },
    /**
     * @param {Object} params of the request that got no answer
     * @param {import("models").Message} tmpMessage
     */
    async waPostAgain(params, tmpMessage) {
        const thread = tmpMessage.thread;
        tmpMessage.postFailRedo = undefined;
        const data = await this.doMessagePost(params, tmpMessage);
        if (data) {
            this.insert(data.store_data);
            thread.addOrReplaceMessage(this["mail.message"].get(data.message_id), tmpMessage);
            tmpMessage.delete();
        }
    },
    /**
     * @param {Object} params of the refused request
     * @param {import("models").Message} tmpMessage
     * @param {string} sentence
     */
    waTakeBack({ post_data }, tmpMessage, sentence) {
        const thread = tmpMessage.thread;
        thread.composer.waRestoreDraft({
            html: tmpMessage.body,
            isNote: post_data.subtype_xmlid === "mail.mt_note",
            attachments: [...tmpMessage.attachment_ids],
            replyToMessage: tmpMessage.parent_id,
        });
        tmpMessage.delete();
        this.env.services.notification.add(sentence, { type: "danger", sticky: true });
        // the server knew something this page did not: show it where the text box is
        this.fetchChannel(thread.id);
    },
};
patch(Store.prototype, storePatch);
