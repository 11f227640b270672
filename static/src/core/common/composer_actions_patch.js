import {
    ComposerAction,
    composerActionsRegistry,
    registerComposerAction,
} from "@mail/core/common/composer_actions";

import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

/** Buttons for files of whatever kind: shown once the server can send them. */
const FILE_ACTIONS = new Set([
    "add-gif",
    "upload-files",
    "voice-recording",
    "voice-start",
    "voice-stop",
]);

patch(ComposerAction.prototype, {
    _condition({ action, composer }) {
        if (FILE_ACTIONS.has(action.id) && composer.targetThread?.waAllowUpload === false) {
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

registerComposerAction("wa-send-template", {
    condition: ({ composer, owner }) => composer.isWa && !owner.isWaNote,
    icon: "fa fa-list-alt",
    name: _t("Send a Template"),
    onSelected: ({ composer }) => composer.targetThread.waSendTemplate(),
    sequence: 15,
});
