/**
 * Customers record Ogg with Opus, which Safari plays since version 18.4 only, and older phones AMR,
 * which no browser plays. A server with ffmpeg makes an MP3 of what somebody wants to hear.
 *
 * @param {import("models").Attachment} attachment
 * @returns {string} where it can be heard as MP3; `""` when this server makes none
 */
export function getMp3Url(attachment) {
    const canConvert = attachment.message?.thread?.wa_voice_notes;
    return canConvert && attachment.id > 0 ? `/wa/sound/${attachment.id}.mp3` : "";
}
