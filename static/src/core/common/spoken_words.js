import { decorateEmojis } from "@mail/utils/common/format";

import { createElementWithContent } from "@web/core/utils/html";

/** What stands around the words of a message: earlier versions, where it came from. */
const AROUND = ".o_wa_former, .o_wa_mark";
/** What stands apart on the screen and would grow together in one line. */
const APART = "blockquote, br, div, li, p, pre, td, th";

/**
 * @param {HTMLElement} element
 * @returns {string} its text in one line
 */
function toLine(element) {
    return element.textContent.replace(/\s+/g, " ").trim();
}

/**
 * @param {ReturnType<import("@odoo/owl").markup>|string} [html]
 * @returns {string} its words, without emoji pictures and their names
 */
export function toWords(html) {
    return html ? toLine(createElementWithContent("div", html)) : "";
}

/**
 * @param {ReturnType<import("@odoo/owl").markup>|string} body HTML of a message
 * @returns {ReturnType<import("@odoo/owl").markup>|string} what was said, in one line; all of it
 *  where nothing was said
 */
export function getSpokenWords(body) {
    const element = createElementWithContent("div", body);
    for (const node of element.querySelectorAll(APART)) {
        node.before(" ");
        node.after(" ");
    }
    const whole = toLine(element);
    for (const node of element.querySelectorAll(AROUND)) {
        node.remove();
    }
    return decorateEmojis(toLine(element) || whole);
}
