import { ChatWindow } from "@mail/core/common/chat_window";

import { ConversationInfo } from "@crm_whatsapp/core/public_web/conversation_info";

ChatWindow.components = { ...ChatWindow.components, ConversationInfo };
