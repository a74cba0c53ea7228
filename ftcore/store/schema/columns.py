"""The kinds of columns that the tables share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Integer,
    MetaData,
    Text,
    TypeDecorator,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite has no time zones: without this, times come back naive and are compared wrongly."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Moment(TypeDecorator[datetime]):
    """A moment in UTC as microseconds since 1970: a third as long as its text, where millions are kept beside each other."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(microseconds=value)


def now() -> datetime:
    return datetime.now(UTC)


def id_() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def to_(target: str, name: str, **kwargs: Any) -> Column[int]:
    return Column(name, Integer, ForeignKey(f"{target}.id", ondelete="CASCADE"), **{"nullable": False, **kwargs})


def at_(name: str = "created_at", **kwargs: Any) -> Column[datetime]:
    return Column(name, UtcDateTime, **kwargs)


def text_(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def count_(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def flag_(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default="0")
