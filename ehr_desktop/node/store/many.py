"""One statement for many rows.

SQLAlchemy prepares every value of every row on its own, which costs more than storing them. Here
the statement is compiled once and the rows go to the driver as they are: bytes, texts, whole
numbers and None, which is all that the tables hold.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, Dialect
from sqlalchemy.sql.dml import UpdateBase

_InOrder = Callable[[Mapping[str, Any]], tuple[Any, ...]]


def write_many(
    connection: Connection, statement: UpdateBase, rows: Sequence[Mapping[str, Any]]
) -> None:
    """Run `statement`, which is built once and kept, for every row; all rows have the same keys.

    An insert writes the columns that the rows name; anything else names its values with
    `bindparam`.
    """
    if rows:
        sql, in_order = _compiled(statement, connection.dialect, tuple(rows[0]))
        connection.exec_driver_sql(sql, list(map(in_order, rows)))


@lru_cache(maxsize=256)
def _compiled(
    statement: UpdateBase, dialect: Dialect, names: tuple[str, ...]
) -> tuple[str, _InOrder]:
    compiled = statement.compile(
        dialect=dialect, column_keys=list(names) if statement.is_insert else None
    )
    order = compiled.positiontup or []
    return str(compiled), itemgetter(*order) if len(order) > 1 else lambda row: (row[order[0]],)
