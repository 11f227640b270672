from . import wa_suppression, wa_erasure, wa_erasure_steps
