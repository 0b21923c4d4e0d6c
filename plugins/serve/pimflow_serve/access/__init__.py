"""Who may do what: people and their roles, sessions, tokens, and what keeps strangers out."""
