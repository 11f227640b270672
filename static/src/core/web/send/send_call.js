import { getErrorSentence } from "@crm_whatsapp/core/common/error_sentence";

import { RPCError } from "@web/core/network/rpc";

/**
 * Call one of the server's methods that send something (`models/discuss/wa_channel_interactive.py`).
 *
 * @param {import("models").Composer} composer the message it answers, if any, is quoted
 * @param {string} method of `discuss.channel`
 * @param {Object} values its arguments by name
 * @param {Object} options
 * @param {string} options.token the same for every try of the same message: it is sent once
 * @param {boolean} [options.isAnswer] whether the method takes a message to quote
 * @returns {Promise<string|undefined>} why the server refused, in words; undefined when it is queued
 */
export async function callSend(composer, method, values, { token, isAnswer = true }) {
    const thread = composer.targetThread;
    const quoted = isAnswer && composer.replyToMessage;
    try {
        await composer.store.env.services.orm.call("discuss.channel", method, [[thread.id]], {
            ...values,
            ...(quoted ? { quoted_message_id: quoted.id } : {}),
            context: { wa_post_token: token },
        });
    } catch (error) {
        if (error instanceof RPCError) {
            return getErrorSentence(error);
        }
        throw error;
    }
    composer.replyToMessage = undefined;
    thread.fetchNewMessages();
}
