import { ComposerAction, composerActionsRegistry, registerComposerAction } from "@mail/core/common/composer_actions";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

/** Buttons for files of whatever kind: shown once the server can send them. */
const FILE_ACTIONS = new Set(["upload-files", "voice-recording", "voice-start", "voice-stop"]);

patch(ComposerAction.prototype, {
    _condition({ action, composer }) {
        if (FILE_ACTIONS.has(action.id) && composer.targetThread?.waAllowUpload === false) {
            return false;
        }
        // Discuss's moving pictures are links to somebody else's server: the customer would get a link.
        if (action.id === "add-gif" && composer.isWa && !composer.waIsNote) {
            return false;
        }
        return super._condition(...arguments);
    },
});

patch(composerActionsRegistry.get("send-message"), {
    name({ owner }) {
        return owner.isWaNote ? _t("Add note") : super.name(...arguments);
    },
});

patch(composerActionsRegistry.get("voice-start"), {
    name({ composer }) {
        return composer.isWa && !composer.waIsNote && !composer.targetThread.wa_voice_notes
            ? _t("Voice Message (arrives as a sound file)")
            : super.name;
    },
});

registerComposerAction("wa-send-template", {
    condition: ({ composer, owner }) => composer.isWa && !owner.isWaNote,
    icon: "fa fa-list-alt",
    name: _t("Send a Template"),
    onSelected: ({ composer }) => composer.targetThread.waSendTemplate(),
    sequence: 15,
});
