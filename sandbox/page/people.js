/** Whose phone it is: the list of customers and the dialogs to add and change one. */

import { get, post } from "./api.js";
import { $, $$, avatar, el, hidden } from "./dom.js";
import { short } from "./times.js";

const SHOWN = 100;

export class People {
    /**
     * @param {function(Object)} choose called with the customer to hold the phone of
     * @param {function(): number} now
     */
    constructor(choose, now) {
        this.choose = choose;
        this.now = now;
        this.all = [];
        this.current = null;
        this.wire();
    }

    wire() {
        $("#people-search").addEventListener("input", () => {
            clearTimeout(this.searching);
            this.searching = setTimeout(() => this.load(), 200);
        });
        const add = $("#dialog-add");
        for (const radio of $$("[name=hidden]", add)) {
            radio.addEventListener("change", () => this.fitAdd());
        }
        $("form", add).addEventListener("submit", (event) => {
            event.preventDefault();
            this.add(new FormData(event.target));
        });
        const person = $("#dialog-person");
        for (const box of $$("input[type=checkbox]", person)) {
            box.addEventListener("change", () => this.change(box.name, box.checked));
        }
        $('[data-do="change-number"]', person).addEventListener("click", () => this.changeNumber());
        for (const button of $$("[data-close]")) {
            button.addEventListener("click", () => button.closest("dialog").close());
        }
    }

    async load() {
        const words = $("#people-search").value;
        const { customers, total } = await get(`customers?limit=${SHOWN}&q=${encodeURIComponent(words)}`);
        this.all = customers;
        $("#people-search").hidden = !words && total < 8;
        const more = $("#people-more");
        more.hidden = total <= customers.length;
        more.textContent = `${total - customers.length} more: search to find them.`;
        this.draw();
        return customers;
    }

    draw() {
        const rows = this.all.map((one) =>
            el(
                "li",
                {},
                el(
                    "button",
                    {
                        type: "button",
                        class: "row",
                        "aria-current": one.id === this.current?.id ? "true" : null,
                        onclick: () => this.choose(one),
                    },
                    avatar(one.name),
                    el(
                        "span",
                        { class: "lines" },
                        el("b", { dir: "auto", text: one.name }),
                        el("small", { text: address(one) })
                    ),
                    el(
                        "span",
                        { class: "side" },
                        one.last_at ? el("small", { text: short(one.last_at, this.now()) }) : null,
                        one.unread ? el("span", { class: "badge" }, String(one.unread), hidden(" unread")) : null
                    )
                )
            )
        );
        $("#people-list").replaceChildren(...rows);
        $("#people-hint").textContent = rows.length
            ? "Choose whose phone you hold."
            : "Nobody yet. Add a customer, then write to the business as that person.";
    }

    setCurrent(customer) {
        this.current = customer;
        this.draw();
    }

    /** Note that a customer's chat has moved. */
    touch(id, at) {
        const one = this.all.find((each) => each.id === id);
        if (one && Math.abs(one.last_at - at) > 1) {
            one.last_at = at;
            this.draw();
        }
    }

    /** Take in a changed number of unread messages. */
    unread(id, count) {
        const one = this.all.find((each) => each.id === id);
        if (one && one.unread !== count) {
            one.unread = count;
            this.draw();
        }
    }

    // ------------------------------------------------------------------ dialogs

    fitAdd() {
        const dialog = $("#dialog-add");
        const isHidden = Boolean($("[name=hidden]:checked", dialog).value);
        $("[data-when=hidden]", dialog).hidden = !isHidden;
        $("[name=username]", dialog).disabled = !isHidden;
    }

    openAdd(isHidden = false) {
        const dialog = $("#dialog-add");
        $("form", dialog).reset();
        $(`[name=hidden][value="${isHidden ? "1" : ""}"]`, dialog).checked = true;
        this.problem(dialog, "");
        this.fitAdd();
        dialog.showModal();
        $("[name=name]", dialog).focus();
    }

    problem(dialog, text) {
        const line = $(".problem", dialog);
        line.hidden = !text;
        line.textContent = text;
    }

    async add(data) {
        const dialog = $("#dialog-add");
        try {
            const customer = await post("customers", {
                name: data.get("name").trim(),
                phone: data.get("phone").trim(),
                username: (data.get("username") || "").trim(),
                hidden_phone: Boolean(data.get("hidden")),
            });
            dialog.close();
            await this.load();
            this.choose(customer);
        } catch (error) {
            this.problem(dialog, error.message);
        }
    }

    openPerson(customer, number) {
        this.person = customer;
        this.number = number;
        const dialog = $("#dialog-person");
        $("h2", dialog).textContent = customer.name;
        const facts = [
            ["Phone", customer.phone],
            ["Username", customer.username ? `@${customer.username}` : "none"],
            ["Id for this business", customer.bsuid],
        ];
        $("dl", dialog).replaceChildren(
            ...facts.flatMap(([name, value]) => [el("dt", { text: name }), el("dd", { text: value })])
        );
        const marks = {
            ...customer,
            blocked: customer.blocked.includes(number?.phone_number_id),
            marketing: customer.marketing_stopped,
        };
        for (const box of $$("input[type=checkbox]", dialog)) {
            box.checked = marks[box.name];
        }
        $("[name=phone]", dialog).value = "";
        this.problem(dialog, "");
        if (!dialog.open) {
            dialog.showModal();
        }
    }

    async change(name, value) {
        const change = { [name]: value, phone_number_id: this.number?.phone_number_id };
        if (name === "marketing") {
            change.marketing = value ? "stop" : "resume";
        }
        await this.save(`customers/${this.person.id}`, change);
    }

    async changeNumber() {
        const field = $("#dialog-person [name=phone]");
        if (!field.value.trim().startsWith("+")) {
            this.problem($("#dialog-person"), "Write the new number with + and country code.");
            field.focus();
            return;
        }
        await this.save(`customers/${this.person.id}/identity`, { phone: field.value.trim() });
    }

    async save(path, change) {
        try {
            this.openPerson(await post(path, change), this.number);
        } catch (error) {
            this.problem($("#dialog-person"), error.message);
        }
    }
}

/** Return what a business would know this person by. */
export function address(customer) {
    if (!customer.hidden_phone) {
        return customer.phone;
    }
    return customer.username ? `@${customer.username} · number hidden` : "number hidden";
}
