"""What one touches: buttons, keypads and a keyboard of our own, and a page that scrolls."""
