"""What goes wrong on a tour, on standard error: the log of a made-up clinic is gone with it."""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from ehr_desktop.explain import LOG


@contextmanager
def errors_told() -> Iterator[None]:
    """Tell what is logged meanwhile, and what nobody caught.

    Raises:
        SystemExit: something that nobody expected went wrong; the code is 1.
    """
    handler = logging.StreamHandler()
    LOG.addHandler(handler)
    try:
        yield
    except Exception as error:
        # the hook of the window that is going would only write it to that log
        traceback.print_exception(error)
        raise SystemExit(1) from error
    finally:
        LOG.removeHandler(handler)
