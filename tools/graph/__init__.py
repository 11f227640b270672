"""Everything that knows Meta's Graph API: URLs, headers, bodies, answers, errors."""
