import { compareDatetime } from "@mail/utils/common/misc";
import { DiscussAppCategory } from "@mail/discuss/core/public_web/discuss_app_category_model";

import { patch } from "@web/core/utils/patch";

/** @type {import("models").DiscussAppCategory} */
const categoryPatch = {
    sortThreads(t1, t2) {
        if (this.eq(this.app?.waConversations)) {
            return compareDatetime(t2.lastInterestDt, t1.lastInterestDt) || t2.id - t1.id;
        }
        return super.sortThreads(...arguments);
    },
};
patch(DiscussAppCategory.prototype, categoryPatch);
