import { registerThreadAction } from "@mail/core/common/thread_actions";

import { _t } from "@web/core/l10n/translation";

registerThreadAction("wa-take", {
    condition: ({ owner, thread }) =>
        thread?.isWa &&
        thread.wa_conversation_id &&
        !thread.wa_user_id &&
        (!owner.props.chatWindow || owner.props.chatWindow.isOpen),
    icon: "fa fa-fw fa-hand-paper-o",
    name: _t("Assign to Me"),
    open: ({ thread }) => thread.waTake(),
    sequence: 10,
    sequenceGroup: 7,
});

/** In Discuss the lead's name beside the title is the link already. */
registerThreadAction("wa-open-lead", {
    condition: ({ owner, thread }) =>
        thread?.isWa &&
        thread.wa_lead_id &&
        !owner.isDiscussContent &&
        (!owner.props.chatWindow || owner.props.chatWindow.isOpen),
    icon: "fa fa-fw fa-handshake-o",
    name: _t("Open Lead"),
    open: ({ thread }) => thread.waOpenLead(),
    sequence: 20,
    sequenceGroup: 7,
});

registerThreadAction("wa-record-consent", {
    condition: ({ owner, thread }) =>
        thread?.isWa && thread.wa_conversation_id && (!owner.props.chatWindow || owner.props.chatWindow.isOpen),
    icon: "fa fa-fw fa-check-square-o",
    name: _t("Record Consent…"),
    open: ({ thread }) => thread.waRecordConsent(),
    sequence: 30,
    sequenceGroup: 7,
});
