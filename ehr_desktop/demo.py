"""The made-up clinic in a temporary home: signed in and ready to click through, or toured."""

import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ehr_desktop.config import Config, has_display
from ehr_desktop.desktop import Desktop
from ehr_desktop.domain.people import Actor, Role
from ehr_desktop.services.demo_clinic import (
    PASS_PHRASE,
    clinic_now,
    demo_founding,
    fill_demo,
    make_demo,
)
from ehr_desktop.services.demo.values import DemoClinic
from ehr_desktop.ui.app import log_kept_in, prepare_application

_ZONE = "Europe/London"
