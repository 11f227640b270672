import { FILE_RULES } from "./mock_server/mock_models/res_users";

import { getFileObjection } from "@crm_whatsapp/core/common/file_rules";

import { describe, expect, test } from "@odoo/hoot";
import { makeMockEnv } from "@web/../tests/web_test_helpers";

describe.current.tags("headless");

/** @param {[name: string, type: string, size?: number]} file */
function judge(name, type, size = 10) {
    return getFileObjection({ name, type, size }, FILE_RULES)?.toString();
}

test("what WhatsApp takes and what the server converts is not spoken against", async () => {
    await makeMockEnv();
    expect(judge("a.jpg", "image/jpeg", 2 * 1024 * 1024)).toBe(undefined);
    expect(judge("a.mp3", "audio/mp3")).toBe(undefined);
    expect(judge("a.ogg", "audio/ogg; codecs=opus")).toBe(undefined);
    expect(judge("a.csv", "text/csv")).toBe(undefined);
    expect(judge("a.webp", "image/webp", 10 ** 9)).toBe(undefined);
});

test("a file without a type is known by its ending, or left to the server", async () => {
    await makeMockEnv();
    expect(judge("a.WEBP", "")).toBe(undefined);
    expect(judge("a.heic", "application/octet-stream")).toInclude("“a.heic”");
    expect(judge("unknown", "")).toBe(undefined);
    expect(judge("a.xyz", "")).toBe(undefined);
});

test("too large: the sentence names the file, the kind and the limit", async () => {
    await makeMockEnv();
    expect(judge("a.png", "image/png", 2 * 1024 * 1024 + 1)).toBe(
        "“a.png” is too large: WhatsApp takes pictures of up to 2 MB."
    );
    expect(judge("a.mp3", "audio/mp3", 101)).toInclude("takes sounds");
    expect(judge("a.txt", "text/plain", 101)).toInclude("takes documents");
});

test("a large picture that the server can make smaller is not spoken against", async () => {
    await makeMockEnv();
    expect(judge("a.jpg", "image/jpeg", 20 * 1024 * 1024)).toBe(undefined);
});

test("a type that nobody takes", async () => {
    await makeMockEnv();
    expect(judge("a.zip", "application/zip")).toInclude("WhatsApp does not take files like “a.zip”");
    expect(judge("a.svg", "image/svg+xml")).toInclude("“a.svg”");
});
