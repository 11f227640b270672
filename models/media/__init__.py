from . import wa_media, wa_media_download, wa_media_keep
from . import wa_file, wa_file_audio_video, wa_file_rules
from . import wa_upload
