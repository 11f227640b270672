/** One message of the chat as an element. */

import * as cards from "./cards.js";
import { el, hidden, icon } from "./dom.js";
import { words } from "./markup.js";
import { product } from "./shop_data.js";
import { full, time } from "./times.js";

const TICKS = {
    waiting: ["clock", "waiting", ""],
    sent: ["tick", "sent; the business’s server has not taken it yet", ""],
    delivered: ["ticks", "delivered to the business", ""],
    read: ["ticks", "read by the business", "blue"],
    error: ["error", "not sent", "red"],
};
const NAMES = {
    image: "Photo",
    video: "Video",
    audio: "Audio",
    document: "Document",
    sticker: "Sticker",
    location: "Location",
    contacts: "Contact",
    interactive: "Message",
    template: "Message",
    order: "Cart",
};
const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];

/** Tell whether this phone shows a message as a bubble of its own. */
export function isShown(message) {
    return message.type !== "reaction" && (message.direction === "in" || message.on_phone);
}

/** Return the words that stand for a message in a quote or a list. */
export function preview(message) {
    return message.text || NAMES[message.type] || "Message";
}

function ticks(message) {
    const [name, label, colour] = TICKS[message.status] || TICKS.sent;
    return el("span", { class: `ticks ${colour}`, title: label }, icon(name), hidden(`, ${label}`));
}

function content(message, actions) {
    const { type, content: data, card } = message;
    const tapped = message.tapped || [];
    const tap = (button) => actions.tap(message, button);
    if (card) {
        return [
            cards.header(card.header),
            cards.offer(card.offer),
            ...cards.text(card.body, card.footer),
            cards.buttons([...card.buttons, ...cards.moreToTap(card)], tapped, tap),
            cards.carousel(card.cards, tapped, tap),
        ];
    }
    switch (type) {
        case "text":
            return [words(data.body)];
        case "button":
            return [words(data.text)];
        case "interactive":
            if (message.direction === "in") {
                return [words(preview(message))];
            }
            return [
                cards.header(data.header),
                cards.articles(data),
                ...cards.text(data.body?.text, data.footer?.text),
                cards.carousel(cards.interactiveCards(data), tapped, tap),
                cards.buttons(cards.interactiveButtons(data), data.type === "list" ? [] : tapped, (button) =>
                    data.type === "list" ? actions.openList(message) : tap(button)
                ),
            ];
        case "image":
        case "video":
        case "audio":
        case "document":
        case "sticker":
            return [cards.media(type, data), data.caption && words(data.caption)];
        case "location":
            return [cards.place(data)];
        case "contacts":
            return cards.contacts(data);
        case "order":
            return [
                el("div", { class: "head", text: "Your cart" }),
                ...data.product_items.map((one) =>
                    el("div", {
                        dir: "auto",
                        text: `${one.quantity} × ${product(one.product_retailer_id).name}`,
                    })
                ),
                data.text && words(data.text),
            ];
        default:
            return [el("div", { class: "words muted", text: `(${NAMES[type] || type})` })];
    }
}

function quote(message, find) {
    const original = message.context?.id && find(message.context.id);
    if (!original) {
        return null;
    }
    return quoted(original, () => {
        const target = document.getElementById(domId(original));
        target?.scrollIntoView({ block: "center", behavior: "smooth" });
        target?.classList.add("flash");
        setTimeout(() => target?.classList.remove("flash"), 1200);
    });
}

/** Return the box that stands for a quoted message. */
export function quoted(original, onClick) {
    const who = original.direction === "in" ? "You" : "Business";
    return el(
        onClick ? "button" : "div",
        {
            class: `quoted ${original.direction}`,
            type: onClick ? "button" : null,
            onclick: onClick,
        },
        el("b", { text: who }),
        el("span", { dir: "auto", text: preview(original) })
    );
}

export const domId = (message) => `m-${message.id}`;

function tools(message, actions) {
    return el(
        "span",
        { class: "tools", role: "toolbar", "aria-label": "Answer", onkeydown: walk },
        el(
            "button",
            {
                type: "button",
                class: "icon small",
                title: "Reply",
                "aria-label": `Reply to: ${preview(message)}`,
                onclick: () => actions.reply(message),
            },
            icon("reply")
        ),
        ...EMOJI.map((emoji) =>
            el("button", {
                type: "button",
                class: "emoji",
                tabindex: "-1",
                title: `React with ${emoji}`,
                text: emoji,
                onclick: () => actions.react(message, emoji),
            })
        )
    );
}

/** Arrow keys walk through the tools, so that only the first one is a stop for Tab. */
function walk(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
        const all = [...event.currentTarget.children];
        const next = (all.indexOf(document.activeElement) + step + all.length) % all.length;
        all[next].focus();
        event.preventDefault();
    }
}

function reactions(message) {
    const all = Object.values(message.reactions || {});
    if (!all.length) {
        return null;
    }
    return el("span", { class: "reactions" }, hidden("Reactions: "), all.join(" "));
}

/**
 * Return the bubble of a message.
 *
 * @param {Object} message as the control API gives it; own ones that wait have `status: "waiting"`
 * @param {Object} actions tap, reply, react, openList, retry and find(id)
 */
export function bubble(message, actions) {
    const mine = message.direction === "in";
    const problem = message.status === "error";
    const node = el(
        "article",
        {
            id: domId(message),
            class: `bubble ${mine ? "mine" : "theirs"} ${message.type}`,
            "aria-label": `${mine ? "You" : "Business"}, ${time(message.timestamp)}`,
        },
        el(
            "div",
            { class: "box" },
            quote(message, actions.find),
            message.context?.forwarded && el("div", { class: "foot", text: "Forwarded" }),
            ...content(message, actions),
            el(
                "span",
                { class: "meta" },
                el("time", { title: full(message.timestamp), text: time(message.timestamp) }),
                mine && ticks(message)
            ),
            reactions(message)
        ),
        !problem && message.status !== "waiting" && tools(message, actions),
        problem &&
            el(
                "p",
                { class: "problem", role: "alert" },
                `${message.problem} `,
                el("button", {
                    type: "button",
                    text: "Try again",
                    onclick: () => actions.retry(message),
                })
            )
    );
    const box = node.querySelector(".box");
    if (!problem && message.status !== "waiting") {
        box.addEventListener("click", (event) => {
            const selecting = !window.getSelection()?.isCollapsed;
            if (!selecting && !event.target.closest("a, button, audio, video")) {
                actions.reply(message);
            }
        });
    }
    return node;
}
