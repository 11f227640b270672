import { _t } from "@web/core/l10n/translation";

/** Exceptions whose message is written for people (`odoo/exceptions.py`). */
const PLAIN_ERRORS = ["UserError", "ValidationError", "AccessError", "RedirectWarning"];

/**
 * @param {import("@web/core/network/rpc").RPCError} error
 * @returns {string} what to tell a salesperson: never a traceback
 */
export function getErrorSentence(error) {
    const isPlain = PLAIN_ERRORS.some((name) => error.exceptionName?.endsWith(`.${name}`));
    return isPlain ? error.data.message : _t("The message could not be sent. Please try again.");
}
