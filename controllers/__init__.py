from . import sound
from . import webhook
