/** Words of a message as nodes: *bold*, _italic_, ~struck~, `code`, ```blocks``` and links. */

import { el } from "./dom.js";

const PARTS =
    /```([\s\S]+?)```|`([^`\n]+)`|\*(\S(?:[^*\n]*\S)?)\*|_(\S(?:[^_\n]*\S)?)_|~(\S(?:[^~\n]*\S)?)~|(https?:\/\/[^\s<>"]+[^\s<>".,;:!?)\]])/g;

/** Return the nodes for a text; inner marks may nest. */
export function nodes(text) {
    const out = [];
    let from = 0;
    for (const match of text.matchAll(PARTS)) {
        const before = text[match.index - 1];
        const after = text[match.index + match[0].length];
        const marks = match[3] ?? match[4] ?? match[5];
        // A mark inside a word is just a character.
        if (marks !== undefined && (isWord(before) || isWord(after))) {
            continue;
        }
        out.push(text.slice(from, match.index), node(match));
        from = match.index + match[0].length;
    }
    out.push(text.slice(from));
    return out.filter((one) => one !== "");
}

function isWord(letter) {
    return letter !== undefined && /[\p{L}\p{N}]/u.test(letter);
}

function node([, block, code, bold, italic, struck, url]) {
    if (block !== undefined) {
        return el("code", { class: "block", text: block });
    }
    if (code !== undefined) {
        return el("code", { text: code });
    }
    if (url !== undefined) {
        return el("a", { href: url, target: "_blank", rel: "noopener noreferrer", text: url });
    }
    const [tag, inner] = bold !== undefined ? ["b", bold] : italic !== undefined ? ["i", italic] : ["s", struck];
    return el(tag, {}, ...nodes(inner));
}

/** Return a paragraph of message text. */
export function words(text, name = "words") {
    return el("div", { class: name, dir: "auto" }, ...nodes(text));
}
