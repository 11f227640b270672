from . import search
from . import sound
from . import webhook
