/** The drawer for the curious: what the sandbox does to messages, and what became of the last webhooks. */

import { get, post } from "./api.js";
import { $, el, icon } from "./dom.js";
import { full, span, time } from "./times.js";

const FAULTS = [
    ["500", "Error 500"],
    ["429", "Too fast (429)"],
    ["html", "A web page instead of JSON"],
    ["hang", "No answer for 60 s"],
    ["cut", "Connection cut after sending"],
    ["failed", "Accepted, then failed"],
    ["empty", "Next file comes empty"],
    ["truncated", "Next file comes by half"],
];

export class World {
    /**
     * @param {function(): number} now
     * @param {function(): Promise<Object>} load gives `GET /sandbox/state`
     */
    constructor(now, load) {
        this.now = now;
        this.load = load;
        this.root = $("#world");
        this.opened = new Set();
        this.build();
        setInterval(() => this.isOpen() && !document.hidden && this.refreshWebhooks(), 1500);
        document.addEventListener("keydown", (event) => {
            if (event.key === "Escape" && this.isOpen() && this.root.contains(event.target)) {
                this.toggle(false);
            }
        });
    }

    isOpen() {
        return !this.root.hidden;
    }

    toggle(open = !this.isOpen()) {
        this.root.hidden = !open;
        $("#app").classList.toggle("with-world", open);
        if (open) {
            this.refresh();
            $("button", this.root).focus();
        } else {
            $('[data-do="world"]').focus();
        }
    }

    build() {
        this.parts = Object.fromEntries(
            ["connection", "webhooks", "faults", "clock", "templates"].map((name) => [name, el("div", { class: name })])
        );
        const close = el(
            "button",
            {
                type: "button",
                class: "icon",
                "aria-label": "Close",
                onclick: () => this.toggle(false),
            },
            icon("close")
        );
        const section = (title, hint, ...children) =>
            el("section", {}, el("h3", { text: title }), hint && el("p", { class: "hint", text: hint }), ...children);
        this.problem = el("p", { class: "problem", role: "alert", hidden: true });
        this.root.append(
            el("header", {}, el("h2", { text: "World" }), close),
            this.problem,
            section("Connection", "", this.parts.connection),
            section("Last webhooks", "What was reported to the business, and what it answered.", this.parts.webhooks),
            section("Time", "Move the clock to see a conversation’s 24 hours run out.", this.parts.clock),
            section(
                "Webhooks go wrong",
                "All of this happens with the real WhatsApp, too.",
                this.choice("duplicates", "Extra copies", [0, 1, 2, 4]),
                this.check("disorder", "In disorder"),
                this.check("paused", "Hold webhooks back")
            ),
            section(
                "Answers go wrong",
                "Strikes the next message the business sends.",
                this.choice("latency_ms", "Delay of answers (ms)", [0, 120, 1000, 5000]),
                this.parts.faults
            ),
            section(
                "Rules",
                "",
                this.check("pair_rate", "Limit messages to one person"),
                this.choice("review", "New templates are", ["approve", "reject", "hold"]),
                this.check("read_receipts", "Customers have read receipts on")
            ),
            section("Templates", "", this.parts.templates),
            section(
                "Start over",
                "Forgets people, chats and switches.",
                el("button", {
                    type: "button",
                    text: "Reset the sandbox",
                    onclick: () => this.reset(),
                })
            )
        );
    }

    check(name, label) {
        const box = el("input", {
            type: "checkbox",
            name,
            onchange: () => this.set({ [name]: box.checked }),
        });
        return el("label", { class: "check" }, box, ` ${label}`);
    }

    choice(name, label, values) {
        const numeric = typeof values[0] === "number";
        const words = { approve: "approved", reject: "rejected", hold: "left pending" };
        const field = el(
            "select",
            {
                name,
                onchange: () => this.set({ [name]: numeric ? Number(field.value) : field.value }),
            },
            ...values.map((value) => el("option", { value: String(value), text: words[value] || String(value) }))
        );
        return el("label", { class: "choice" }, label, field);
    }

    /** Do something and show anew; a problem is told in words. */
    async act(action) {
        try {
            await action();
            this.tell("");
        } catch (error) {
            this.tell(error.message);
        }
        await this.refresh();
    }

    tell(text) {
        this.problem.hidden = !text;
        this.problem.textContent = text;
    }

    set(values) {
        return this.act(() => post("switches", values));
    }

    reset() {
        if (confirm("Forget all people, chats and switches?")) {
            this.act(() => post("reset"));
        }
    }

    // ------------------------------------------------------------------ showing

    async refresh() {
        if (!this.isOpen()) {
            return;
        }
        const data = await this.load();
        for (const field of this.root.querySelectorAll("input[name], select[name]")) {
            const value = data.switches[field.name];
            if (field.type === "checkbox") {
                field.checked = Boolean(value);
            } else if (document.activeElement !== field) {
                if (![...field.options].some((one) => one.value === String(value))) {
                    field.append(el("option", { value: String(value), text: String(value) }));
                }
                field.value = String(value);
            }
        }
        this.drawConnection(data);
        this.drawFaults(data.switches.fault);
        this.drawClock(data);
        this.drawTemplates(data.templates);
        await this.refreshWebhooks();
    }

    drawConnection(data) {
        const rows = data.accounts.flatMap((account) => [
            el("dt", { text: account.name }),
            el("dd", {
                text: account.subscribed ? "connected" : "no app is subscribed: nothing is reported",
            }),
            el("dt", { text: "Messages go to" }),
            el("dd", {
                class: "url",
                text: account.override_callback_uri || data.app_callback.callback_url || "nowhere yet",
            }),
            el("dt", { text: "Everything else to" }),
            el("dd", {
                class: "url",
                text: data.app_callback.callback_url || "nowhere (the app has no callback)",
            }),
        ]);
        this.parts.connection.replaceChildren(el("dl", {}, ...rows));
    }

    drawFaults(faults) {
        const waiting = faults.map((one) => {
            const name = FAULTS.find(([kind]) => kind === one.kind)?.[1] || one.kind;
            return el("li", { text: `${name}${one.times > 1 ? `, ${one.times} times` : ""}` });
        });
        this.parts.faults.replaceChildren(
            el(
                "div",
                { class: "pills" },
                ...FAULTS.map(([kind, label]) =>
                    el("button", {
                        type: "button",
                        text: label,
                        onclick: () => this.set({ fault: { kind, match: "messages" } }),
                    })
                )
            ),
            waiting.length
                ? el(
                      "div",
                      { class: "waiting" },
                      el("b", { text: "Waiting to strike:" }),
                      el("ul", {}, ...waiting),
                      el("button", {
                          type: "button",
                          text: "Call off",
                          onclick: () => this.set({ fault: null }),
                      })
                  )
                : ""
        );
    }

    drawClock(data) {
        const offset = data.clock_offset_s;
        const text = Math.abs(offset) < 1 ? "as on your watch" : `${span(offset)} ${offset > 0 ? "ahead" : "behind"}`;
        const move = (label, body) =>
            el("button", {
                type: "button",
                text: label,
                onclick: () => this.act(() => post("clock", body)),
            });
        this.parts.clock.replaceChildren(
            el("p", {}, el("b", { text: full(data.now) }), ` (${text})`),
            el(
                "div",
                { class: "pills" },
                move("1 hour on", { forward_s: 3600 }),
                move("24 hours on", { forward_s: 86400 }),
                move("Back to now", { offset_s: 0 })
            )
        );
    }

    drawTemplates(templates) {
        const rows = templates.map((one) => {
            const states = ["APPROVED", "REJECTED", "PAUSED", "DISABLED", "PENDING"];
            const field = el(
                "select",
                {
                    "aria-label": `State of ${one.name}`,
                    onchange: () => this.act(() => post(`templates/${one.id}`, { status: field.value })),
                },
                ...[...new Set([one.status, ...states])].map((name) => el("option", { text: name }))
            );
            field.value = one.status;
            return el("li", {}, el("span", {}, el("b", { text: one.name }), el("small", { text: one.language })), field);
        });
        this.parts.templates.replaceChildren(el("ul", {}, ...rows));
    }

    async refreshWebhooks() {
        const { webhooks, waiting, counts } = await get("webhooks?limit=25");
        const key = JSON.stringify([webhooks.at(-1)?.id, webhooks.at(-1)?.attempt, webhooks.length, waiting]);
        if (key === this.webhooksKey) {
            return;
        }
        this.webhooksKey = key;
        const head = `${counts.webhooks_ok || 0} answered, ${counts.webhooks_failed || 0} not, ${waiting} waiting`;
        const rows = webhooks.reverse().map((one) => this.webhook(one));
        this.parts.webhooks.replaceChildren(
            el("p", { text: head }),
            rows.length ? el("ul", {}, ...rows) : el("p", { class: "hint", text: "Nothing yet. Write a message." })
        );
    }

    webhook(one) {
        const id = `${one.id}-${one.attempt}`;
        const answer = one.status || (one.url ? "no answer" : "not sent");
        const detail = el(
            "details",
            {
                open: this.opened.has(id),
                ontoggle: (event) => this.opened[event.target.open ? "add" : "delete"](id),
            },
            el(
                "summary",
                {},
                el("span", { class: `answer ${one.ok ? "ok" : "bad"}`, text: String(answer) }),
                el("span", { text: kindOf(one) }),
                el("small", {
                    text: `${time(one.at)}${one.attempt > 1 ? `, try ${one.attempt}` : ""}`,
                })
            ),
            one.error && el("p", { class: "problem", text: one.error }),
            el("pre", { text: pretty(one.body), tabindex: "0" })
        );
        return el("li", {}, detail);
    }
}

/** Return in a few words what a webhook reported. */
function kindOf(one) {
    if (one.fields.join() !== "messages") {
        return one.fields.join(", ");
    }
    const states = [...one.body.matchAll(/"status":"(\w+)"/g)].map((match) => match[1]);
    const kinds = [...one.body.matchAll(/"type":"(\w+)"[^]*?/g)].map((match) => match[1]);
    const all = states.length ? states : [`message: ${kinds[0] || "?"}`];
    return all.length > 3 ? `${all.length} updates` : all.join(", ");
}

function pretty(text) {
    try {
        return JSON.stringify(JSON.parse(text), null, 1);
    } catch {
        return text;
    }
}
