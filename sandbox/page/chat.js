/** The open chat: its messages, the composer and what the customer does with them. */

import { get, post, upload } from "./api.js";
import { bubble, domId, isShown, preview, quoted } from "./bubble.js";
import { $, el } from "./dom.js";
import { samplePicture } from "./sample.js";
import { fillForm, pickProducts } from "./shop.js";
import { loadShop } from "./shop_data.js";
import { day, dayKey, short } from "./times.js";

const MEDIA = ["image", "video", "audio"];

export class Chat {
    /**
     * @param {function(string)} say shows a sentence to the person
     * @param {function(): number} now the world's time in seconds
     */
    constructor(say, now) {
        this.say = say;
        this.now = now;
        this.log = $("#log");
        this.messages = new Map();
        this.customer = null;
        this.number = null;
        this.replyTo = null;
        this.atEnd = true;
        this.actions = {
            find: (id) => this.messages.get(id),
            reply: (message) => this.quote(message),
            react: (message, emoji) => this.react(message, emoji),
            retry: (message) => this.retry(message),
            tap: (message, button) => this.tap(message, button),
            openList: (message) => this.openList(message),
        };
        this.wire();
    }

    wire() {
        const text = $("#text");
        $("#composer").addEventListener("submit", (event) => {
            event.preventDefault();
            this.sendText();
        });
        text.addEventListener("keydown", (event) => {
            if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
                event.preventDefault();
                this.sendText();
            } else if (event.key === "Escape" && this.replyTo) {
                this.quote(null);
            }
        });
        text.addEventListener("input", () => this.fit());
        $("#file").addEventListener("change", (event) => {
            const [file] = event.target.files;
            if (file) {
                this.sendFile(file, file.name);
            }
            event.target.value = "";
        });
        new ResizeObserver(() => this.atEnd && this.toEnd()).observe(this.log);
        this.log.addEventListener("scroll", () => (this.atEnd = this.isAtEnd()));
        document.addEventListener("visibilitychange", () => this.look());
        window.addEventListener("focus", () => this.look());
    }

    fit() {
        const text = $("#text");
        text.style.height = "auto";
        text.style.height = `${Math.min(text.scrollHeight, 140)}px`;
    }

    // ------------------------------------------------------------------ showing

    /** Open the chat of a customer with a number. */
    async open(customer, number) {
        const same = this.customer?.id === customer.id && this.number?.phone_number_id === number.phone_number_id;
        this.customer = customer;
        this.number = number;
        if (!same) {
            this.quote(null);
            this.messages.clear();
            this.log.replaceChildren();
        }
        await this.load();
    }

    close() {
        this.customer = this.number = null;
    }

    /** Load the whole chat anew, as after a lost connection. */
    async load() {
        const { customer, number } = this;
        await loadShop(number.phone_number_id);
        const data = await get(`customers/${customer.id}/messages?phone_number_id=${number.phone_number_id}`);
        if (this.customer !== customer || this.number !== number) {
            return;
        }
        const waiting = [...this.messages.values()].filter((one) => ["waiting", "error"].includes(one.status));
        this.messages = new Map([...data.messages, ...waiting].map((one) => [one.id, one]));
        this.draw();
        this.typing(data.typing ? 25 : 0);
        this.look();
    }

    draw() {
        const rows = [];
        let last = null;
        for (const message of this.messages.values()) {
            if (!isShown(message)) {
                continue;
            }
            if (dayKey(message.timestamp) !== last) {
                last = dayKey(message.timestamp);
                rows.push(this.dayLine(message));
            }
            rows.push(bubble(message, this.actions));
        }
        if (!rows.length) {
            rows.push(el("p", { class: "empty", text: "No messages yet. Write the first one." }));
        }
        this.log.replaceChildren(...rows);
        this.toEnd();
    }

    dayLine(message) {
        const text = day(message.timestamp, this.now());
        return el("div", { class: "day", data: { day: dayKey(message.timestamp) } }, el("span", { text }));
    }

    /** Take in a message that is new or has changed. */
    put(message) {
        if (message.customer_id !== this.customer?.id || message.phone_number_id !== this.number?.phone_number_id) {
            return;
        }
        if (message.direction === "in" && !["waiting", "error"].includes(message.status)) {
            this.dropTwin(message);
        }
        this.messages.set(message.id, message);
        if (!isShown(message)) {
            return;
        }
        const old = document.getElementById(domId(message));
        const atEnd = this.isAtEnd();
        if (old) {
            const inside = old.contains(document.activeElement);
            const fresh = bubble(message, this.actions);
            old.replaceWith(fresh);
            if (inside) {
                fresh.querySelector("button")?.focus();
            }
            if (atEnd) {
                this.toEnd();
            }
            return;
        }
        $(".empty", this.log)?.remove();
        const days = this.log.querySelectorAll(".day");
        if (days[days.length - 1]?.dataset.day !== dayKey(message.timestamp)) {
            this.log.append(this.dayLine(message));
        }
        this.log.append(bubble(message, this.actions));
        if (atEnd || message.direction === "in") {
            this.toEnd();
        }
        if (message.direction === "out") {
            this.typing(0);
        }
        this.look();
    }

    /** Forget the waiting copy of a message that has just arrived as what it is. */
    dropTwin(message) {
        for (const other of this.messages.values()) {
            if (other.status === "waiting" && other.type === message.type && other.text === message.text) {
                this.drop(other);
                return;
            }
        }
    }

    drop(message) {
        this.messages.delete(message.id);
        document.getElementById(domId(message))?.remove();
    }

    isAtEnd() {
        return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 120;
    }

    toEnd() {
        this.log.scrollTop = this.log.scrollHeight;
    }

    /** Report everything as read when a person really looks at the open chat. */
    look() {
        if (!this.customer || document.hidden || $("#chat").hidden || !this.customer.online) {
            return;
        }
        const unread = [...this.messages.values()].some(
            (one) => one.direction === "out" && one.on_phone && ["sent", "delivered"].includes(one.status)
        );
        if (unread && !this.looking) {
            this.looking = true;
            setTimeout(() => {
                this.looking = false;
                this.read();
            }, 400);
        }
    }

    async read() {
        if (this.customer && !document.hidden) {
            const where = { phone_number_id: this.number.phone_number_id };
            await post(`customers/${this.customer.id}/read`, where).catch((error) => this.say(error.message));
        }
    }

    typing(seconds) {
        clearTimeout(this.typingEnd);
        const line = $('[data-slot="business-line"]');
        line.textContent = seconds ? "typing…" : this.number?.display_phone_number || "";
        line.classList.toggle("typing", Boolean(seconds));
        if (seconds) {
            this.typingEnd = setTimeout(() => this.typing(0), seconds * 1000);
        }
    }

    // ------------------------------------------------------------------ doing

    quote(message) {
        this.replyTo = message;
        $("#quote").hidden = !message;
        if (message) {
            const box = quoted(message);
            $("#quote .quoted").replaceWith(box);
            $("#text").focus();
        }
    }

    sendText() {
        const text = $("#text");
        const body = text.value.trim();
        if (!body) {
            return;
        }
        text.value = "";
        this.fit();
        this.send({ type: "text", text: { body } }, body);
        text.focus();
    }

    /** Show a message at once with a clock, and hand it to the sandbox. */
    async send(body, text = "") {
        const message = {
            id: `waiting-${crypto.randomUUID?.() || Math.random()}`,
            customer_id: this.customer.id,
            phone_number_id: this.number.phone_number_id,
            direction: "in",
            type: body.type,
            content: body[body.type],
            text,
            timestamp: this.now(),
            status: "waiting",
            context: this.replyTo ? { id: this.replyTo.id } : null,
            body: {
                ...body,
                phone_number_id: this.number.phone_number_id,
                context: this.replyTo ? { message_id: this.replyTo.id } : undefined,
            },
        };
        this.quote(null);
        this.put(message);
        await this.deliver(message);
    }

    async deliver(message) {
        try {
            const answer = await post(`customers/${message.customer_id}/messages`, message.body);
            this.drop(message);
            // The event stream may have been faster, and may know more already.
            if (!this.messages.has(answer.id)) {
                this.put(answer);
            }
        } catch (error) {
            this.put({ ...message, status: "error", problem: error.message });
        }
    }

    retry(message) {
        const again = { ...message, status: "waiting", problem: undefined };
        this.put(again);
        this.deliver(again);
    }

    async react(message, emoji) {
        const same = message.reactions?.in === emoji;
        await this.plain({
            type: "reaction",
            reaction: { message_id: message.id, emoji: same ? "" : emoji },
        });
    }

    /** Send something that shows no bubble of its own before the sandbox has it. */
    async plain(body) {
        try {
            return await post(`customers/${this.customer.id}/messages`, {
                ...body,
                phone_number_id: this.number.phone_number_id,
            });
        } catch (error) {
            this.say(error.message);
            return null;
        }
    }

    async tap(message, button) {
        const more = await this.ask(message, button);
        if (!more) {
            return;
        }
        const answer = await this.plain({
            tap: { message_id: message.id, index: button.index, ...more },
        });
        const opens = answer?.opens;
        if (opens?.url) {
            window.open(opens.url, "_blank", "noopener");
        } else if (opens?.phone_number) {
            this.say(`The phone would now call ${opens.phone_number}.`);
        } else if (opens?.call) {
            this.say("The phone would now call the business inside WhatsApp.");
        } else if (opens?.code) {
            await navigator.clipboard?.writeText(opens.code).catch(() => null);
            this.say(`Copied: ${opens.code}`);
        }
    }

    /** Ask the person for a cart or a form first, where a tap opens one; null when they close it. */
    ask(message, button) {
        const what = button.type;
        if (["product", "catalog", "mpm", "spm"].includes(what)) {
            return pickProducts(message, button);
        }
        return what === "flow" ? fillForm(message, button) : {};
    }

    openList(message) {
        const dialog = $("#dialog-list");
        const { action } = message.content;
        $("h2", dialog).textContent = action.button;
        let index = 0;
        const rows = action.sections.map((section) =>
            el(
                "section",
                {},
                section.title && el("h3", { dir: "auto", text: section.title }),
                ...section.rows.map((row) => {
                    const place = index++;
                    return el(
                        "button",
                        {
                            type: "button",
                            class: "row",
                            onclick: () => {
                                dialog.close();
                                this.tap(message, { index: place });
                            },
                        },
                        el("b", { dir: "auto", text: row.title }),
                        row.description && el("small", { dir: "auto", text: row.description })
                    );
                })
            )
        );
        $(".rows", dialog).replaceChildren(...rows);
        dialog.showModal();
    }

    async sendFile(blob, name) {
        try {
            const query = name ? `?filename=${encodeURIComponent(name)}` : "";
            const { id, mime_type } = await upload(`customers/${this.customer.id}/media${query}`, blob);
            const family = mime_type.split("/")[0];
            const type = mime_type === "image/webp" ? "sticker" : MEDIA.includes(family) ? family : "document";
            const caption = ["image", "video", "document"].includes(type) ? $("#text").value.trim() : "";
            if (caption) {
                $("#text").value = "";
                this.fit();
            }
            await this.send({ type, [type]: { id, ...(caption && { caption }) } }, caption);
        } catch (error) {
            this.say(error.message);
        }
    }

    /** Attach something from the menu. */
    async attach(what) {
        if (what === "file") {
            $("#file").click();
        } else if (what === "sample") {
            this.sendFile(await samplePicture(), "sample.png");
        } else if (what === "location") {
            const location = {
                latitude: 51.5007,
                longitude: -0.1246,
                name: "Meeting point",
                address: "Westminster Bridge",
            };
            this.send({ type: "location", location });
        } else if (what === "contact") {
            const { name, phone } = this.customer;
            const card = {
                name: { formatted_name: name, first_name: name },
                phones: [{ phone, type: "CELL", wa_id: phone.slice(1) }],
            };
            this.send({ type: "contacts", contacts: [card] }, name);
        }
    }
}

/** Return the line a chat shows in the list of chats. */
export function lastLine(thread, now) {
    const { last } = thread;
    if (!last) {
        return { text: "No messages yet", when: "" };
    }
    const shown = isShown(last) || last.type === "reaction";
    return {
        text: shown ? (last.direction === "in" ? "You: " : "") + preview(last) : "",
        when: short(last.timestamp, now),
    };
}
