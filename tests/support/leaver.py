"""Somebody who has left, with every key ever held and copies of whole disks."""

from contextlib import suppress

from sqlalchemy import select

from ehr_desktop.domain.errors import HomeDamagedError
from ehr_desktop.domain.people import Team
from ehr_desktop.node.crypto.errors import OpenFailedError
from ehr_desktop.node.keys.readers import open_reader_box
from ehr_desktop.node.keys.records import opens
from ehr_desktop.node.keys.teams import held_team_keys, open_category_key
from ehr_desktop.node.policy import final_state, team_generations
from ehr_desktop.node.store import containers, secrets
from ehr_desktop.node.store.engine import open_database
from ehr_desktop.node.store.tables import KEY_BOXES


class Leaver:
    """Everything somebody held: the keys of the session, and what they opened on a disk."""

    def __init__(self, session) -> None:
        self.person = session.person
        self.keys = session.keys
        self.teams = [key for held in session.teams.values() for key in (held, *held.earlier)]
        self.category_keys = set(session.category_keys.values())
        self.vault_keys: set[bytes] = set()

    def copies(self, connection, *, own=True) -> None:
        """Take every key out of a disk that these keys open; `own` counts boxes for the person."""
        named = {team: team_generations(final_state(connection), team) for team in Team}
        for team in Team if own else ():
            self.teams += held_team_keys(connection, self.person, self.keys, team, named[team])
        for row in connection.execute(select(KEY_BOXES)):
            box = secrets.KeyBox(*row)
            for key in self.teams:
                with suppress(OpenFailedError):
                    self.category_keys.add(open_category_key(box, key))
            with suppress(OpenFailedError):
                self.category_keys.add(open_reader_box(box, self.keys.box))
        self.vault_keys |= {key for _, key in secrets.vault_keys(connection)}

    def opened(self, connection, names) -> list[bytes]:
        """Give those containers that any of the keys opens."""
        found = []
        for name in names:
            stored = containers.container(connection, name)
            assert stored is not None, "it is there"
            if any(
                opens(stored.header, stored.wrapped_key, key, vault)
                for key in self.category_keys
                for vault in self.vault_keys
            ):
                found.append(name)
        return found

    def views(self, home) -> list[str]:
        """Give the teams' views of a disk that any of the keys opens."""
        return [path.name for path in home.glob("views-*.db") if self._opens(path)]

    def _opens(self, path) -> bool:
        for key in self.teams:
            with suppress(HomeDamagedError):
                open_database(path, key.views_key()).close()
                return True
        return False
