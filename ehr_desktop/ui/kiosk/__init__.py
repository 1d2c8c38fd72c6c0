"""The patients' kiosk: full screen, for fingers, in the patient's language, nothing kept."""
