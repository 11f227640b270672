from . import identity, message, notice, status, template
