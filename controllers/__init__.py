from . import attachment
from . import export
from . import search
from . import sound
from . import webhook
