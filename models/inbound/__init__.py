from . import content, identity, message, notice, post, status, template
