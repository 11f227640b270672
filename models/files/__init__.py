from . import wa_file
from . import wa_file_sentences
from . import wa_file_sounds
from . import wa_file_films
from . import wa_file_rules
