from . import wa_conversation, wa_conversation_identity, wa_conversation_assignment, wa_transfer
