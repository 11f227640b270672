/**
 * Lets Python call the Node clients: reads one JSON object a line, answers with one.
 *
 * In: {client, base, tls, secret, call, args}. Out: {value} or {error: {name, message, …the error's own fields}}.
 * An argument {"$bytes": base64, "type": …} becomes a Blob. The packages are taken from the folder in CLIENTS_NODE.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";

const load = createRequire(join(process.env.CLIENTS_NODE, "index.js"));
const kapso = load("@kapso/whatsapp-cloud-api");
const kapsoServer = load("@kapso/whatsapp-cloud-api/server");
// Meta's SDK reads its configuration from the environment, and a file `.env` unless this is production.
process.env.NODE_ENV = "production";
const sdk = load("whatsapp");
const WhatsApp = sdk.default ?? sdk;

const made = new Map();

function kept(key, make) {
    if (!made.has(key)) {
        made.set(key, make());
    }
    return made.get(key);
}

const CLIENTS = {
    kapso: ({ base, token }) =>
        kept(`kapso ${base} ${token}`, () => {
            return new kapso.WhatsAppClient({
                accessToken: token,
                baseUrl: base,
                graphVersion: "v26.0",
            });
        }),
    build: () => kapso,
    kapsoServer: () => kapsoServer,
    meta: ({ tls, token, number }) =>
        kept(`meta ${tls} ${token}`, () => {
            const [host, port] = tls.split(":");
            Object.assign(process.env, {
                WA_BASE_URL: host,
                M4D_APP_ID: "1",
                M4D_APP_SECRET: "1",
                WA_BUSINESS_ACCOUNT_ID: "1",
                CLOUD_API_VERSION: "v26.0",
                CLOUD_API_ACCESS_TOKEN: token,
                WEBHOOK_ENDPOINT: "1",
                WEBHOOK_VERIFICATION_TOKEN: "1",
                LISTENER_PORT: "1",
            });
            const client = new WhatsApp(Number(number));
            client.requester.port = Number(port);
            return client;
        }),
};

function revive(_key, value) {
    if (value && typeof value === "object" && "$bytes" in value) {
        return new Blob([Buffer.from(value.$bytes, "base64")], { type: value.type });
    }
    return value;
}

async function plain(value) {
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
        return { $bytes: Buffer.from(value).toString("base64") };
    }
    if (value && typeof value.responseBodyToJSON === "function") {
        return { status: value.statusCode(), body: await value.responseBodyToJSON() };
    }
    if (value instanceof Blob) {
        return { $bytes: Buffer.from(await value.arrayBuffer()).toString("base64") };
    }
    return value === undefined ? null : value;
}

async function run(line) {
    const { client, call, args, ...where } = JSON.parse(line, revive);
    try {
        let target = CLIENTS[client](where);
        const path = call.split(".");
        const last = path.pop();
        for (const name of path) {
            target = target[name];
        }
        return { value: await plain(await target[last](...args)) };
    } catch (error) {
        const own = Object.fromEntries(Object.entries(error).filter(([name]) => name !== "raw"));
        return { error: { name: error.name, message: error.message, ...own } };
    }
}

for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await run(line)) + "\n");
}
// Connections that clients keep open must not keep this process.
process.exit(0);
