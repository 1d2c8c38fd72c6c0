"""Tokens, palette, style sheet, icons and fonts."""
