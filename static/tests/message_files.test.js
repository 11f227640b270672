import { createConversation, createFileMessage, createMessage, defineCrmWhatsappModels } from "./crm_whatsapp_test_helpers";

import { click, contains, openDiscuss, patchVoiceMessageAudio, start, startServer } from "@mail/../tests/mail_test_helpers";

import { Deferred, describe, expect, queryFirst, test } from "@odoo/hoot";
import { manuallyDispatchProgrammaticEvent } from "@odoo/hoot-dom";
import { asyncStep, onRpc, patchWithCleanup, waitForSteps } from "@web/../tests/web_test_helpers";

import { VoicePlayer } from "@mail/discuss/voice_message/common/voice_player";

describe.current.tags("desktop");
defineCrmWhatsappModels();

const FAILED = '<div class="o_wa_media o_wa_media_failed">📷 Photo: <span class="o_wa_reason">It is gone.</span></div>';

test("a file that could not be fetched can be tried again", async () => {
    onRpc("mail.message", "action_wa_media_retry", ({ args }) => {
        asyncStep(`retry ${JSON.stringify(args)}`);
        return true;
    });
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const messageId = createMessage(pyEnv, channelId, {
        body: FAILED,
        wa_direction: "in",
        wa_kind: "image",
        wa_media: [{ id: 1, state: "failed", voice: false, animated: false, error: "It is gone." }],
    });
    await start();
    await openDiscuss(channelId);
    await contains(".o_wa_reason", { text: "It is gone." });
    await click(".o_crm_whatsapp_media_retry button", { text: "Try again" });
    await waitForSteps([`retry [[${messageId}]]`]);
    pyEnv["mail.message"]._wa_update(messageId, {
        wa_media: [{ id: 1, state: "pending", voice: false, animated: false, error: false }],
    });
    await contains(".o_crm_whatsapp_media_retry", { count: 0 });
});

test("nothing to try again while a file is on its way or here", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    for (const state of ["pending", "done"]) {
        createMessage(pyEnv, channelId, {
            body: `<div class="o_wa_media o_wa_media_pending">📷 ${state}…</div>`,
            wa_direction: "in",
            wa_media: [{ id: 1, state, voice: false, animated: false, error: false }],
        });
    }
    await start();
    await openDiscuss(channelId);
    await contains(".o_wa_media_pending", { count: 2 });
    await contains(".o_crm_whatsapp_media_retry", { count: 0 });
});

test("a sticker is small and has no frame, a picture is none", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const file = { mimetype: "image/webp", name: "sticker.webp" };
    createFileMessage(pyEnv, channelId, file, { wa_kind: "sticker" });
    createFileMessage(pyEnv, channelId, { mimetype: "image/png", name: "oak.png" });
    await start();
    await openDiscuss(channelId);
    await contains(".o-mail-AttachmentImage", { count: 2 });
    await contains(".o_crm_whatsapp_message_sticker", { count: 1 });
    const sticker = queryFirst(".o_crm_whatsapp_message_sticker .o-mail-AttachmentImage");
    expect(getComputedStyle(sticker).width).toBe("160px");
});

test("films and sounds are played in place, elsewhere as ever", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    const film = { mimetype: "video/webm", name: "film.webm" };
    createFileMessage(pyEnv, channelId, film);
    createFileMessage(pyEnv, channelId, { mimetype: "audio/mpeg", name: "song.mp3" });
    const generalId = pyEnv["discuss.channel"].create({ name: "General" });
    createFileMessage(pyEnv, generalId, film, { author_id: false, wa_direction: false });
    await start();
    await openDiscuss(channelId);
    await contains("video.o_crm_whatsapp_player[controls][aria-label='film.webm']");
    await contains("audio.o_crm_whatsapp_player[controls][preload=none][aria-label='song.mp3']");
    await contains(".o-mail-Attachment-hover", { count: 0 });
    await openDiscuss(generalId);
    await contains(".o-mail-AttachmentCard", { text: "film.webm" });
    await contains(".o_crm_whatsapp_player", { count: 0 });
});

test("what the browser cannot play can be downloaded", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv);
    createFileMessage(pyEnv, channelId, { mimetype: "audio/amr", name: "old.amr" });
    createFileMessage(pyEnv, channelId, { mimetype: "audio/mpeg", name: "broken.mp3" });
    await start();
    await openDiscuss(channelId);
    // known before: no browser plays AMR
    await contains(".o_crm_whatsapp_unplayable", { count: 1 });
    await contains("a[title='old.amr'][href*='download=true']", { text: "Download" });
    // found out by trying
    await manuallyDispatchProgrammaticEvent(queryFirst("audio"), "error");
    await contains(".o_crm_whatsapp_unplayable", { count: 2 });
    await contains("a[title='broken.mp3'][href*='download=true']");
    await contains("audio", { count: 0 });
});

/** Show a voice note that this browser cannot decode; `mp3` is what the server makes of it. */
async function openUndecodableNote({ withConverter, mp3, isSlow = false }) {
    const arrived = new Deferred();
    const tried = new Deferred();
    patchVoiceMessageAudio();
    patchWithCleanup(VoicePlayer.prototype, {
        async fetchFile(url) {
            if (url.startsWith("/wa/sound/")) {
                asyncStep(url);
                return mp3();
            }
            return arrived;
        },
        async drawBuffer() {
            await super.drawBuffer(...arguments);
            tried.resolve();
        },
    });
    if (!isSlow) {
        arrived.resolve(new ArrayBuffer(8)); // no sound whatsoever
    }
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, { wa_voice_notes: withConverter });
    const attachmentId = createFileMessage(pyEnv, channelId, {
        mimetype: "audio/ogg",
        name: "voice.ogg",
    });
    const voiceId = pyEnv["discuss.voice.metadata"].create({ attachment_id: attachmentId });
    pyEnv["ir.attachment"].write([attachmentId], { voice_ids: [voiceId] });
    await start();
    await openDiscuss(channelId);
    return { id: attachmentId, arrived, tried };
}

test("a voice note that cannot be decoded is no dead player", async () => {
    await openUndecodableNote({ withConverter: false });
    await contains(".o_crm_whatsapp_voice .o_crm_whatsapp_unplayable a[title='voice.ogg']");
    await contains(".o-mail-VoicePlayer:visible", { count: 0 });
});

/** @returns {ArrayBuffer} a second of silence that every browser decodes */
function silence() {
    const rate = 8000;
    const view = new DataView(new ArrayBuffer(44 + rate));
    const write = (at, text) => [...text].forEach((c, i) => view.setUint8(at + i, c.charCodeAt()));
    write(0, "RIFF");
    view.setUint32(4, 36 + rate, true);
    write(8, "WAVEfmt ");
    view.setUint32(16, 16, true);
    view.setUint16(20, 1, true);
    view.setUint16(22, 1, true);
    view.setUint32(24, rate, true);
    view.setUint32(28, rate, true);
    view.setUint16(32, 1, true);
    view.setUint16(34, 8, true);
    write(36, "data");
    view.setUint32(40, rate, true);
    new Uint8Array(view.buffer).fill(128, 44);
    return view.buffer;
}

test("a voice note that cannot be decoded is played as MP3 when somebody asks for it", async () => {
    const { id, tried } = await openUndecodableNote({ withConverter: true, mp3: silence });
    await contains(".o-mail-VoicePlayer:visible", { text: "-- : --" });
    await contains(".o_crm_whatsapp_unplayable", { count: 0 });
    await tried; // nobody asked for it so far
    await waitForSteps([]);
    await click(".o-mail-VoicePlayer button[title='Play']");
    await waitForSteps([`/wa/sound/${id}.mp3`]);
    await contains(".o-mail-VoicePlayer button[title='Pause']");
});

test("play pressed before the note is here is not forgotten", async () => {
    const { id, arrived } = await openUndecodableNote({
        withConverter: true,
        mp3: silence,
        isSlow: true,
    });
    await click(".o-mail-VoicePlayer button[title='Play']");
    await waitForSteps([]);
    arrived.resolve(new ArrayBuffer(8));
    await waitForSteps([`/wa/sound/${id}.mp3`]);
    await contains(".o-mail-VoicePlayer button[title='Pause']");
});

test("a voice note of which the server makes nothing either can be downloaded", async () => {
    const { id } = await openUndecodableNote({
        withConverter: true,
        mp3: () => {
            throw new Error("HTTP error status: 404");
        },
    });
    await click(".o-mail-VoicePlayer button[title='Play']");
    await waitForSteps([`/wa/sound/${id}.mp3`]);
    await contains(".o_crm_whatsapp_voice .o_crm_whatsapp_unplayable a[title='voice.ogg']");
});

test("other sounds the browser cannot play are played as MP3 first", async () => {
    const pyEnv = await startServer();
    const channelId = createConversation(pyEnv, { wa_voice_notes: true });
    const id = createFileMessage(pyEnv, channelId, { mimetype: "audio/amr", name: "old.amr" });
    await start();
    await openDiscuss(channelId);
    await contains(`audio[src='/wa/sound/${id}.mp3'][preload=none]:not([autoplay])`);
    await manuallyDispatchProgrammaticEvent(queryFirst("audio"), "error");
    await contains(".o_crm_whatsapp_unplayable a[title='old.amr']");
});
