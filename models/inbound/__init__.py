from . import content, identity, message, notice, status, template
