import { DiscussChannel } from "./mock_server/mock_models/discuss_channel";
import { MailMessage } from "./mock_server/mock_models/mail_message";
import { ResUsers } from "./mock_server/mock_models/res_users";

import { mailModels } from "@mail/../tests/mail_test_helpers";

import { Command, defineModels, serverState } from "@web/../tests/web_test_helpers";
import { serializeDateTime } from "@web/core/l10n/dates";

const { DateTime } = luxon;

export const crmWhatsappModels = { ...mailModels, DiscussChannel, MailMessage, ResUsers };

export function defineCrmWhatsappModels() {
    return defineModels(crmWhatsappModels);
}

/** What the server says about a conversation whose window is over. */
export const WINDOW_CLOSED = Object.freeze({
    code: "window_closed",
    sentence: "The customer has not written for a day.",
    next_step: "Send them a template.",
    action: "template",
});

/**
 * @param {Object} duration as for luxon
 * @returns {string} that far in the future, as the server writes it
 */
export function fromNow(duration) {
    return serializeDateTime(DateTime.now().plus(duration));
}

/**
 * Create a conversation with the customer "Ana", whose window is open for hours.
 *
 * @param {Object} pyEnv
 * @param {Object} [values] of the `discuss.channel`
 * @param {Object} [options]
 * @param {boolean} [options.isMember] whether the current user is a member
 * @returns {number} id of the channel
 */
export function createConversation(pyEnv, values = {}, { isMember = true } = {}) {
    const partnerId = pyEnv["res.partner"].create({ name: "Ana" });
    return pyEnv["discuss.channel"].create({
        channel_member_ids: isMember ? [Command.create({ partner_id: serverState.partnerId })] : [],
        channel_type: "wa",
        name: "Ana",
        uuid: false,
        wa_conversation_id: 7,
        wa_number_name: "Example Shop",
        wa_partner_id: partnerId,
        wa_user_id: serverState.userId,
        wa_window_until: fromNow({ hours: 22, minutes: 14, seconds: 30 }),
        ...values,
    });
}

/**
 * Create a message in a conversation.
 *
 * @param {Object} pyEnv
 * @param {number} channelId
 * @param {Object} [values] of the `mail.message`; the direction decides on the author
 * @returns {number} id of the message
 */
export function createMessage(pyEnv, channelId, values = {}) {
    const [channel] = pyEnv["discuss.channel"].browse(channelId);
    return pyEnv["mail.message"].create({
        author_id: values.wa_direction === "in" ? channel.wa_partner_id : serverState.partnerId,
        body: "Hello",
        message_type: "comment",
        model: "discuss.channel",
        res_id: channelId,
        wa_kind: values.wa_direction ? "text" : false,
        wa_media: values.wa_direction ? [] : false,
        wa_state: values.wa_direction === "in" ? "received" : false,
        ...values,
    });
}

/**
 * Create a message of the customer that brings a file.
 *
 * @param {Object} pyEnv
 * @param {number} channelId
 * @param {Object} file values of the `ir.attachment`
 * @param {Object} [values] of the `mail.message`
 * @returns {number} id of the attachment
 */
export function createFileMessage(pyEnv, channelId, file, values = {}) {
    const attachmentId = pyEnv["ir.attachment"].create({
        res_id: channelId,
        res_model: "discuss.channel",
        ...file,
    });
    createMessage(pyEnv, channelId, {
        attachment_ids: [attachmentId],
        body: "",
        wa_direction: "in",
        ...values,
    });
    return attachmentId;
}
