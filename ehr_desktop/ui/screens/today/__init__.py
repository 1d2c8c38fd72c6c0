"""Today: what comes next, and what waits for the person who has signed in."""
