"""`python -m ehr_desktop`."""

import sys

from ehr_desktop.main import main

if __name__ == "__main__":
    sys.exit(main())
