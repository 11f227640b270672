import { AttachmentUploader } from "@mail/core/common/attachment_uploader_hook";

import { getFileObjection } from "@crm_whatsapp/core/common/file_rules";

import { patch } from "@web/core/utils/patch";

patch(AttachmentUploader.prototype, {
    /** Chosen, dropped, pasted or recorded: what cannot leave is not uploaded first. */
    async uploadFile(file) {
        const { store, notificationService } = this.attachmentUploadService;
        const isForCustomer = this.composer?.isWa && !this.composer.waIsNote;
        const objection = isForCustomer && store.wa_file_rules && getFileObjection(file, store.wa_file_rules);
        if (objection) {
            notificationService.add(objection, { type: "warning" });
            return;
        }
        return super.uploadFile(...arguments);
    },
});
