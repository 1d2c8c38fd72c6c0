"""What somebody else looks at: emergency access, questions of patients, erasures."""
