from . import attachment
from . import export
from . import search
from . import audio
from . import webhook
