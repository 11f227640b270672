/**
 * How many characters or items WhatsApp takes. The server has the last word
 * (`tools/graph/interactive.py`); these stop people while they type.
 *
 * Source: Meta, WhatsApp "Interactive messages", one page per type.
 */
export const LIMITS = {
    body: 1024,
    listBody: 4096,
    header: 60,
    footer: 60,
    label: 20,
    buttons: 3,
    rows: 10,
    rowTitle: 24,
    rowDescription: 72,
};

/**
 * Length as the server counts it: an emoji is one character, not two.
 *
 * @param {string} text
 */
export function lengthOf(text) {
    return [...text].length;
}
