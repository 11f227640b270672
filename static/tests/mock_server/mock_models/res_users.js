import { mailModels } from "@mail/../tests/mail_test_helpers";

/** A few of the rules of `models/media/wa_file_rules.py`; limits of bytes rather than megabytes. */
export const FILE_RULES = Object.freeze({
    kinds: [
        { kind: "image", types: ["image/jpeg", "image/png"], limit: 2 * 1024 * 1024 },
        { kind: "audio", types: ["audio/mpeg", "audio/ogg"], limit: 100 },
        { kind: "document", types: ["application/pdf", "text/*"], limit: 100 },
    ],
    converted: ["image/webp", "image/jpeg"],
    aliases: { "audio/mp3": "audio/mpeg" },
    endings: { ".webp": "image/webp", ".heic": "image/heic" },
});

/** What `models/core/res_users.py` tells colleagues from the start. */
export class ResUsers extends mailModels.ResUsers {
    _init_store_data(store) {
        super._init_store_data(...arguments);
        store.add({ wa_file_rules: FILE_RULES });
    }
}
