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
 * Follow the stream of events of one customer; the browser reconnects by itself while the server is away.
 *
 * @param {string|null} customerId
 * @param {Object<string, function>} handlers by event; `open`, `lost` and `refused` tell about the connection: refused
 *     means that the server is there but knows no such customer
 */
export function follow(customerId, handlers) {
    const query = customerId ? `?customer=${encodeURIComponent(customerId)}` : "";
    const source = new EventSource(`/sandbox/live${query}`);
    const { open, lost, refused, ...events } = handlers;
    for (const [name, handler] of Object.entries(events)) {
        source.addEventListener(name, (event) => handler(JSON.parse(event.data)));
    }
    source.addEventListener("hello", open);
    source.addEventListener("error", () => {
        lost();
        if (source.readyState === EventSource.CLOSED) {
            setTimeout(refused, 1500);
        }
    });
    return source;
}
