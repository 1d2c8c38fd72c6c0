"""Making a clinic."""

import asyncio
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ehr_desktop.domain.errors import InvalidInputError
from ehr_desktop.node.node import (
    Foundation,
    Founder,
    PasswordParameters,
    SecretStore,
    found_clinic,
    system_clock,
    usual_parameters,
)
from ehr_desktop.services.passwords import check_password
from ehr_desktop.services.people import require_names
from ehr_desktop.services.values import Founding

_LONGEST_NAME = 300


async def found(
    home: Path,
    founding: Founding,
    *,
    store: SecretStore | None = None,
    parameters: PasswordParameters | None = None,
) -> None:
    """Make a clinic in an empty or absent directory.

    Raises:
        HomeExistsError: there is one already.
        InvalidInputError: the clinic's name or zone, or a name of the account cannot be.
        WeakPasswordError: the password would not hold.
        DiskFullError: there is no room.
    """
    clinic, account = founding.clinic, founding.administrator
    if not clinic.name.strip():
        raise InvalidInputError("name", "empty")
    if len(clinic.name) > _LONGEST_NAME:
        raise InvalidInputError("name", "too-long")
    try:
        ZoneInfo(clinic.time_zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInputError("time_zone", "unknown") from error
    require_names(account)
    check_password(account.password, account.account_name)
    foundation = Foundation(
        clinic,
        Founder(
            account.account_name.strip(),
            account.display_name.strip(),
            account.phone.strip(),
            account.email.strip(),
            account.password,
        ),
        founding.workstation_name.strip() or "Workstation 1",
        parameters or usual_parameters(),
        founding.proposers,
    )
    await asyncio.to_thread(found_clinic, home, foundation, store, system_clock)
