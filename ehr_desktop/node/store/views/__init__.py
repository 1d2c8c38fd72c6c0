"""The read models of a team: patients, appointments and charts, rebuilt at any time."""
