/** What a message holds besides words: headers, files, places, contact cards, buttons and lists. */

import { el, hidden, icon } from "./dom.js";
import { words } from "./markup.js";
import { money, product } from "./shop_data.js";
import { full } from "./times.js";

const source = (media) => (media.id ? `/sandbox/media/${encodeURIComponent(media.id)}` : null);

/** Return a picture, player or file line for a media object. */
export function media(kind, content) {
    const url = source(content);
    if (!url) {
        return fileLine(content.filename || kind, content.link || "", content.link);
    }
    const name = content.caption || content.filename || kind;
    if (kind === "image" || kind === "sticker") {
        return el("img", { class: kind, src: url, alt: name, loading: "lazy" });
    }
    if (kind === "video" || kind === "gif") {
        return el("video", { src: url, controls: true, preload: "metadata", "aria-label": name });
    }
    if (kind === "audio") {
        const label = content.voice ? "Voice note" : "Audio";
        return el("audio", { src: url, controls: true, preload: "metadata", "aria-label": label });
    }
    return fileLine(content.filename || "Document", content.mime_type || "Tap to open", url);
}

function fileLine(name, line, url) {
    return el(
        "a",
        { class: "file", href: url, target: "_blank", rel: "noopener noreferrer" },
        icon("file"),
        el("span", {}, el("b", { text: name, dir: "auto" }), el("small", { text: line }))
    );
}

/** Return a place. */
export function place(location) {
    const at = `${location.latitude}, ${location.longitude}`;
    return el(
        "div",
        { class: "place" },
        el("span", { class: "map", "aria-hidden": "true" }, icon("pin")),
        el(
            "span",
            { dir: "auto" },
            el("b", { text: location.name || "Location" }),
            el("small", { text: location.address || at })
        )
    );
}

/** Return contact cards. */
export function contacts(cards) {
    return cards.map((card) =>
        el(
            "div",
            { class: "contact" },
            icon("person"),
            el(
                "span",
                { dir: "auto" },
                el("b", { text: card.name?.formatted_name || "Contact" }),
                el("small", { text: (card.phones || []).map((one) => one.phone).join(", ") })
            )
        )
    );
}

/** Return the header of a template or interactive message. */
export function header(part) {
    if (!part) {
        return null;
    }
    if (part.type === "text") {
        return el("div", { class: "head", dir: "auto", text: part.text });
    }
    if (part.type === "location") {
        return place(part.location);
    }
    if (part.type === "product") {
        return article(part.product.product_retailer_id);
    }
    return part[part.type] ? media(part.type, part[part.type]) : null;
}

const BUTTON_ICONS = {
    quick_reply: "reply",
    reply: "reply",
    url: "link",
    phone_number: "call",
    copy_code: "copy",
    otp: "copy",
    list: "list",
    request_contact_info: "call",
    voice_call: "call",
    location: "pin",
    product: "list",
    catalog: "list",
    mpm: "list",
    spm: "list",
    flow: "list",
};
const BUTTON_NAMES = {
    copy_code: "Copy code",
    otp: "Copy code",
    request_contact_info: "Share phone number",
    voice_call: "Call now",
    catalog: "View catalog",
    mpm: "View items",
    spm: "View",
};

/**
 * Return a card's buttons.
 *
 * @param {Array<{index: number, type: string, text: string}>} buttons
 * @param {Array<number>} tapped indexes already tapped
 * @param {function} onTap called with the button
 */
export function buttons(buttons, tapped, onTap) {
    if (!buttons.length) {
        return null;
    }
    return el(
        "div",
        { class: "buttons" },
        ...buttons.map((button) => {
            const done = tapped.includes(button.index);
            return el(
                "button",
                { type: "button", class: done ? "done" : "", onclick: () => onTap(button) },
                icon(done ? "tick" : BUTTON_ICONS[button.type] || "reply"),
                el("span", {
                    dir: "auto",
                    text: button.text || BUTTON_NAMES[button.type] || "Open",
                }),
                done && hidden("(tapped)")
            );
        })
    );
}

/** Return the buttons an interactive message shows, in the form of template buttons. */
export function interactiveButtons({ type, action }) {
    if (type === "button") {
        return action.buttons.map((one, index) => ({
            index,
            type: "reply",
            text: one.reply.title,
        }));
    }
    const single = {
        list: ["list", action.button],
        cta_url: ["url", action.parameters?.display_text],
        location_request_message: ["location", "Send location"],
        request_contact_info: ["request_contact_info", ""],
        product: ["product", "View"],
        product_list: ["product", "View items"],
        catalog_message: ["catalog", "View catalog"],
        flow: ["flow", action.parameters?.flow_cta],
        voice_call: ["voice_call", action.parameters?.display_text],
        address_message: ["location", "Provide address"],
    }[type];
    if (type === "call_permission_request") {
        return callAnswers();
    }
    return single ? [{ index: 0, type: single[0], text: single[1] }] : [];
}

/** Return what a person may answer to the request to be called. */
export function callAnswers() {
    return [
        { index: "call:always", type: "voice_call", text: "Always allow" },
        { index: "call:once", type: "voice_call", text: "Allow" },
        { index: "call:no", type: "reply", text: "Don't allow" },
    ];
}

/** Return what beside its buttons can be tapped on a template's card. */
export function moreToTap({ tap_target: target, call_permission: asks }) {
    const link = target ? [{ index: "target", type: "url", text: target.title }] : [];
    return [...link, ...(asks ? callAnswers() : [])];
}

/** Return one article of the catalogue. */
export function article(retailerId) {
    const found = product(retailerId);
    return el(
        "div",
        { class: "place" },
        el("span", { class: "map", "aria-hidden": "true" }, icon("list")),
        el("span", { dir: "auto" }, el("b", { text: found.name }), el("small", { text: money(found) }))
    );
}

/** Return what an interactive message shows of the catalogue: one article, or how many. */
export function articles({ type, action }) {
    if (type === "product") {
        return article(action.product_retailer_id);
    }
    if (type === "product_list") {
        const items = action.sections.flatMap((section) => section.product_items);
        return el("div", { class: "foot", text: `${items.length} items` });
    }
    return null;
}

/** Return the cards of a carousel message in the form of a template's cards. */
export function interactiveCards({ type, action }) {
    if (type !== "carousel") {
        return [];
    }
    return action.cards.map((card) => ({
        header:
            card.type === "product"
                ? {
                      type: "product",
                      product: { product_retailer_id: card.action.product_retailer_id },
                  }
                : card.header,
        body: card.body?.text,
        buttons: cardButtons(card),
    }));
}

function cardButtons({ card_index: number, type, action }) {
    const index = (place) => `${number}:${place}`;
    if (type === "product") {
        return [{ index: index(0), type: "product", text: "View" }];
    }
    if (action.buttons) {
        return action.buttons.map((one, place) => ({
            index: index(place),
            type: "reply",
            text: one.quick_reply.title,
        }));
    }
    return [{ index: index(0), type: "url", text: action.parameters.display_text }];
}

/** Return a limited-time offer. */
export function offer(part) {
    if (!part) {
        return null;
    }
    const until = part.expires_ms ? `Until ${full(part.expires_ms / 1000)}` : "";
    return el(
        "div",
        { class: "offer" },
        icon("clock"),
        el("span", { dir: "auto" }, el("b", { text: part.text }), el("small", { text: until }))
    );
}

/** Return the cards of a carousel, side by side. */
export function carousel(parts, tapped, onTap) {
    if (!parts?.length) {
        return null;
    }
    return el(
        "div",
        { class: "cards", role: "group", "aria-label": "Cards", tabindex: "0" },
        ...parts.map((part) =>
            el(
                "div",
                { class: "card" },
                header(part.header),
                ...text(part.body, part.footer),
                buttons(part.buttons, tapped, onTap)
            )
        )
    );
}

/** Return body and footer of a card. */
export function text(body, footer) {
    return [body && words(body), footer && el("div", { class: "foot", dir: "auto", text: footer })].filter(Boolean);
}
