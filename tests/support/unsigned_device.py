"""What a workstation says by itself, before it is signed."""

from ehr_desktop.node.contracts.statements import NOBODY, Statement
from ehr_desktop.node.pipeline.unsigned import Unsigned


def said_by(statement: Statement) -> Unsigned:
    """A statement with nobody's signature but the workstation's."""
    return Unsigned(statement, NOBODY, None)
