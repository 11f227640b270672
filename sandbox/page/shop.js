/** Dialogs a customer gets from a catalogue or a form. */

import { $, el } from "./dom.js";
import { form, money, product, products } from "./shop_data.js";

/**
 * Ask with a dialog of its own fields.
 *
 * @param {string} title
 * @param {Array<Element>} fields
 * @param {function(): (Object|string)} read what was filled in, or a sentence that says what is missing
 * @returns {Promise<Object|null>} null when the person closes it
 */
function askFor(title, fields, read) {
    const dialog = $("#dialog-shop");
    const problem = $(".problem", dialog);
    $("h2", dialog).textContent = title;
    $(".fields", dialog).replaceChildren(...fields);
    problem.hidden = true;
    return new Promise((resolve) => {
        let given = null;
        const formElement = $("form", dialog);
        const onSubmit = (event) => {
            event.preventDefault();
            const found = read();
            if (typeof found === "string") {
                problem.textContent = found;
                problem.hidden = false;
                return;
            }
            given = found;
            dialog.close();
        };
        formElement.addEventListener("submit", onSubmit);
        dialog.addEventListener(
            "close",
            () => {
                formElement.removeEventListener("submit", onSubmit);
                resolve(given);
            },
            { once: true }
        );
        dialog.showModal();
    });
}

/** Return the article numbers a message offers. */
function offered(message, button) {
    if (message.card) {
        const card = [message.card, ...(message.card.cards || [])].find((one) =>
            one.buttons.some((other) => other.index === button.index)
        );
        const own = card.buttons.find((other) => other.index === button.index);
        return own.products || (own.type === "spm" ? [card.header.product.product_retailer_id] : null);
    }
    const { type, action } = message.content;
    if (type === "product") {
        return [action.product_retailer_id];
    }
    if (type === "product_list") {
        return action.sections.flatMap((one) => one.product_items.map((item) => item.product_retailer_id));
    }
    if (type === "carousel") {
        return [action.cards[Number(String(button.index).split(":")[0])].action.product_retailer_id];
    }
    return null;
}

/** Let the person put articles into a cart; returns `{items, text}` or null. */
export function pickProducts(message, button) {
    const numbers = offered(message, button) || products().map((one) => one.product_retailer_id);
    const rows = numbers.map((retailerId) => {
        const one = product(retailerId);
        const count = el("input", {
            type: "number",
            min: "0",
            max: "99",
            value: numbers.length === 1 ? "1" : "0",
            "aria-label": `How many of ${one.name}`,
        });
        return { retailerId, count, label: el("label", {}, `${one.name} · ${money(one)} `, count) };
    });
    const note = el("input", { maxlength: "200", autocomplete: "off" });
    const fields = [...rows.map((row) => row.label), el("label", {}, "Message ", note)];
    return askFor("Your cart", fields, () => {
        const items = rows
            .map(({ retailerId, count }) => ({
                product_retailer_id: retailerId,
                quantity: Number(count.value),
            }))
            .filter((item) => item.quantity > 0);
        return items.length ? { items, text: note.value } : "Choose how many of something.";
    });
}

/** Let the person fill in a form; returns `{answers}` or null. */
export function fillForm(message, button) {
    const params = message.card
        ? message.card.buttons.find((one) => one.index === button.index)
        : message.content.action.parameters;
    const found = form(params.flow_id || params.flow_name);
    if (!found) {
        return {};
    }
    const inputs = found.screens
        .flatMap((screen) => screen.fields || [])
        .map((field) => ({
            field,
            input: field.options
                ? el("select", {}, ...field.options.map((text) => el("option", { text })))
                : el("input", { maxlength: "500", autocomplete: "off" }),
        }));
    const fields = inputs.map(({ field, input }) => el("label", {}, `${field.label} `, input));
    return askFor(found.screens[0]?.title || found.name, fields, () => ({
        answers: Object.fromEntries(inputs.map(({ field, input }) => [field.name, input.value])),
    }));
}
