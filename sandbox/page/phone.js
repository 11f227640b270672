/** The page: who holds the phone, which chat is open, and the events that keep it live. */

import { follow, get } from "./api.js";
import { Chat, lastLine } from "./chat.js";
import { $, avatar, el, hidden } from "./dom.js";
import { address, People } from "./people.js";
import { World } from "./world.js";

const state = {
    customer: null,
    threads: [],
    number: null,
    offset: 0,
    stream: null,
    lost: false,
    connected: true,
};
const now = () => Date.now() / 1000 + state.offset;

function say(text) {
    const line = $("#trouble");
    line.hidden = !text;
    line.textContent = text;
    clearTimeout(say.timer);
    if (text) {
        say.timer = setTimeout(() => showTrouble(), 6000);
    }
}

/** Show what stands between the phone and the business, or nothing. */
function showTrouble() {
    let text = "";
    if (state.lost) {
        text = "The sandbox does not answer. Trying again…";
    } else if (state.customer && !state.customer.online) {
        text = "The phone is switched off: nothing arrives, and you cannot write. Switch it on under ⋮.";
    } else if (state.customer && !state.connected) {
        text = "This business has not connected its software yet: nobody gets what you write.";
    } else if (state.customer?.blocked.includes(state.number?.phone_number_id)) {
        text = "You have blocked this business: what it sends does not arrive.";
    }
    const line = $("#trouble");
    line.hidden = !text;
    line.textContent = text;
    const off = Boolean(state.customer && !state.customer.online);
    for (const field of [$("#text"), $("#attach"), $(".send")]) {
        field.disabled = off;
    }
}

const people = new People((customer) => hold(customer), now);
const chat = new Chat(say, now);
const world = new World(now, () => loadWorld());

// ---------------------------------------------------------------------- where we are

/** Take a customer's phone in the hand. */
async function hold(customer, numberId = null) {
    state.customer = customer;
    state.number = null;
    chat.close();
    people.setCurrent(customer);
    listen();
    await loadThreads();
    const only = state.threads.length === 1 ? state.threads[0].phone_number_id : null;
    if (numberId || only) {
        await openChat(numberId || only);
    } else {
        show("chats");
    }
}

async function loadThreads() {
    const data = await get(`customers/${state.customer.id}`);
    state.threads = data.threads;
    state.customer = data;
    people.current = data;
    drawThreads();
}

async function openChat(numberId) {
    const thread = state.threads.find((one) => one.phone_number_id === numberId) || state.threads[0];
    state.number = thread;
    $('[data-slot="business-name"]').textContent = thread.name;
    const picture = avatar(thread.name);
    picture.classList.add("business");
    $("#chat .avatar").replaceWith(picture);
    show("chat");
    showTrouble();
    await chat.open(state.customer, thread);
    if (matchMedia("(hover: hover)").matches) {
        $("#text").focus();
    }
}

/** Show one of the places: people (narrow screens), welcome, chats, chat. */
function show(place) {
    for (const name of ["welcome", "chats", "chat"]) {
        $(`#${name}`).hidden = name !== place && !(place === "people" && name === "welcome" && !state.customer);
    }
    if (place === "people" && state.customer) {
        $("#chats").hidden = false;
    }
    $("#app").dataset.view = place;
    const parts = [state.customer?.id, place === "chat" ? state.number?.phone_number_id : null].filter(Boolean);
    history.replaceState(null, "", parts.length ? `#${parts.join("/")}` : " ");
    document.title = state.customer ? `${state.customer.name}’s phone` : "The customer’s phone";
}

function drawThreads() {
    const { customer } = state;
    $('[data-slot="person-name"]').textContent = customer.name;
    $('[data-slot="person-line"]').textContent = address(customer);
    const rows = state.threads.map((thread) => {
        const line = lastLine(thread, now());
        return el(
            "li",
            {},
            el(
                "button",
                { type: "button", class: "row", onclick: () => openChat(thread.phone_number_id) },
                avatar(thread.name),
                el(
                    "span",
                    { class: "lines" },
                    el("b", { dir: "auto", text: thread.name }),
                    el("small", { dir: "auto", text: line.text || thread.display_phone_number })
                ),
                el(
                    "span",
                    { class: "side" },
                    el("small", { text: line.when }),
                    thread.unread ? el("span", { class: "badge" }, String(thread.unread), hidden(" unread")) : null
                )
            )
        );
    });
    $("#chats-list").replaceChildren(...rows);
}

// ---------------------------------------------------------------------- live

/** Follow what happens on this phone (and, without one, in the world). */
function listen() {
    state.stream?.close();
    state.stream = follow(state.customer?.id || null, {
        open() {
            const again = state.lost;
            state.lost = false;
            showTrouble();
            if (again) {
                refresh();
            }
        },
        lost() {
            state.lost = true;
            showTrouble();
        },
        refused: start,
        message: (message) => {
            if (message.customer_id === state.customer?.id) {
                chat.put(message);
                people.touch(message.customer_id, message.timestamp);
                later("threads", loadThreads, 300);
            }
        },
        typing: ({ phone_number_id, seconds }) => {
            if (phone_number_id === state.number?.phone_number_id) {
                chat.typing(seconds);
            }
        },
        unread: ({ customer_id, unread }) => people.unread(customer_id, unread),
        customer: (customer) => {
            if (customer.id === state.customer?.id) {
                state.customer = { ...state.customer, ...customer };
                chat.customer = chat.customer && state.customer;
                drawThreads();
                showTrouble();
                chat.look();
            }
            later("people", () => people.load(), 300);
        },
        callback: () => loadWorld().then(showTrouble),
        switches: () => world.refresh(),
        template: () => world.refresh(),
        clock: ({ offset_s }) => {
            state.offset = offset_s;
            world.refresh();
        },
        reset: () => later("reset", start, 300),
        resync: () => later("resync", refresh, 1000),
    });
}

const timers = {};

/** Do something soon, once, however often it is asked for. */
function later(name, action, milliseconds) {
    timers[name] ??= setTimeout(() => {
        delete timers[name];
        Promise.resolve(action()).catch((error) => say(error.message));
    }, milliseconds);
}

async function refresh() {
    await people.load();
    if (state.customer) {
        const known = people.all.some((one) => one.id === state.customer.id);
        if (!known && !$("#people-search").value) {
            return start();
        }
        await loadThreads();
        if (!$("#chat").hidden) {
            await chat.load();
        }
    }
}

async function loadWorld() {
    const data = await get("state");
    state.offset = data.clock_offset_s;
    state.connected = data.accounts.some(
        (one) => one.subscribed && (one.override_callback_uri || data.app_callback.callback_url)
    );
    return data;
}

// ---------------------------------------------------------------------- buttons

const actions = {
    "add-person": () => people.openAdd(),
    "add-visible": () => people.openAdd(false),
    "add-hidden": () => people.openAdd(true),
    "to-people": () => show("people"),
    "to-chats": () => {
        chat.close();
        show("chats");
        loadThreads();
    },
    person: () => people.openPerson(state.customer, state.number || state.threads[0]),
    unquote: () => chat.quote(null),
    world: () => world.toggle(),
};

document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button && actions[button.dataset.do]) {
        actions[button.dataset.do]();
    }
    const item = event.target.closest("[data-attach]");
    if (item) {
        menu(false);
        chat.attach(item.dataset.attach);
    } else if (event.target.closest("#attach")) {
        menu($("#attach-menu").hidden);
    } else {
        menu(false);
    }
});

function menu(open) {
    if ($("#attach-menu").hidden === !open) {
        return;
    }
    $("#attach-menu").hidden = !open;
    $("#attach").setAttribute("aria-expanded", String(open));
    if (open) {
        $("#attach-menu button").focus();
    }
}

document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !$("#attach-menu").hidden) {
        menu(false);
        $("#attach").focus();
    }
    if (["ArrowDown", "ArrowUp"].includes(event.key) && event.target.closest("#attach-menu")) {
        const items = [...document.querySelectorAll("#attach-menu button")];
        const step = event.key === "ArrowDown" ? 1 : items.length - 1;
        items[(items.indexOf(event.target) + step) % items.length].focus();
        event.preventDefault();
    }
});

// ---------------------------------------------------------------------- start

async function start() {
    const [customerId, numberId] = location.hash.slice(1).split("/");
    state.stream?.close();
    state.customer = state.number = null;
    chat.close();
    try {
        await loadWorld();
        await people.load();
    } catch (error) {
        listen();
        show("people");
        say(error.message);
        return;
    }
    world.refresh();
    const customer = people.all.find((one) => one.id === customerId);
    if (customer) {
        await hold(customer, numberId);
        return;
    }
    listen();
    people.setCurrent(null);
    show("people");
}

start();
