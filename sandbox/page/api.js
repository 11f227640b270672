/** Talking to the sandbox. */

/** What went wrong, in words for a person. */
export class Trouble extends Error {}

async function ask(path, options = {}) {
    let response;
    try {
        response = await fetch(`/sandbox/${path}`, options);
    } catch {
        throw new Trouble("The sandbox does not answer. Is it still running?");
    }
    const data = await response.json().catch(() => ({}));
    if (!response.ok) {
        throw new Trouble(data.error || `The sandbox answered with an error (${response.status}).`);
    }
    return data;
}

export const get = (path) => ask(path);

export const post = (path, data = {}) =>
    ask(path, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(data),
    });

/** Send a file as raw bytes. */
export const upload = (path, blob) =>
    ask(path, {
        method: "POST",
        headers: { "Content-Type": blob.type || "application/octet-stream" },
        body: blob,
    });

/**
 * Follow the stream of events of one customer; the browser reconnects by itself.
 *
 * @param {string|null} customerId
 * @param {Object<string, function>} handlers by event; `open` and `lost` tell about the connection
 */
export function follow(customerId, handlers) {
    const query = customerId ? `?customer=${encodeURIComponent(customerId)}` : "";
    const source = new EventSource(`/sandbox/live${query}`);
    for (const [name, handler] of Object.entries(handlers)) {
        if (name === "open" || name === "lost") {
            continue;
        }
        source.addEventListener(name, (event) => handler(JSON.parse(event.data)));
    }
    let again = null;
    let closed = false;
    let inner = source;
    source.addEventListener("hello", () => handlers.open());
    source.addEventListener("error", () => {
        handlers.lost();
        // A browser gives up for good when the server answers with an error instead of not at all.
        if (source.readyState === EventSource.CLOSED && !closed && !again) {
            again = setTimeout(() => (inner = follow(customerId, handlers)), 2000);
        }
    });
    return {
        close() {
            closed = true;
            clearTimeout(again);
            inner.close();
        },
    };
}
