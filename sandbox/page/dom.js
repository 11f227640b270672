/** Small helpers to build elements; no markup is ever put together as text. */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an element.
 *
 * @param {string} tag
 * @param {Object} [props] attributes; `class`, `text`, `data` (dataset) and `on…` handlers are understood
 * @param {...(Node|string|null|undefined|false)} children empty ones are left out
 */
export function el(tag, props = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
        if (value === undefined || value === null || value === false) {
            continue;
        }
        if (name === "text") {
            node.textContent = value;
        } else if (name === "data") {
            Object.assign(node.dataset, value);
        } else if (name.startsWith("on")) {
            node.addEventListener(name.slice(2), value);
        } else {
            node.setAttribute(name, value === true ? "" : value);
        }
    }
    node.append(...children.filter(Boolean));
    return node;
}

/** Return an icon of the sprite in index.html. */
export function icon(name, extra = "") {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", `i i-${name} ${extra}`.trim());
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS(SVG, "use");
    use.setAttribute("href", `#i-${name}`);
    svg.append(use);
    return svg;
}

/** Return text only screen readers get. */
export function hidden(text) {
    return el("span", { class: "sr", text });
}

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Return the letters for a round picture. */
export function initials(name) {
    const words = name.trim().split(/\s+/);
    const letters = [...words[0]].slice(0, 1).concat(words.length > 1 ? [...words.at(-1)][0] : []);
    return letters.join("").toUpperCase();
}

/** Return a hue that stays with a name. */
export function hue(name) {
    let sum = 0;
    for (const letter of name) {
        sum = (sum * 31 + letter.codePointAt(0)) % 360;
    }
    return sum;
}

export function avatar(name) {
    const node = el("span", { class: "avatar", "aria-hidden": "true", text: initials(name) });
    node.style.setProperty("--hue", hue(name));
    return node;
}
