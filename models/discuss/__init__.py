from . import wa_discuss_writer, wa_channel_reply, wa_channel_interactive
