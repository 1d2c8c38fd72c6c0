"""The made-up clinic in a temporary home: signed in and ready to click through, or toured."""



_ZONE = "Europe/London"
