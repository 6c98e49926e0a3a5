"""Reads a program file (TOML) and says of every mistake in which line and field it is."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from rewards.rules.kinds import KINDS, units
from rewards.rules.kinds.collections import Slug
from rewards.rules.kinds.contract import Kind
from rewards.rules.operations import LIMITS, MOST_BUDGET_XP
from rewards.series import windows
from rewards.shipments import audience as audiences
from rewards.shipments.audience import Audience

MOST_LEVELS = 100
TABLES = ("season", "cohort", "rule", "pause", "shipment", "series")
SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
ADDRESS = re.compile(r"0x[0-9a-f]{40}|[A-Za-z0-9_.:-]{1,128}")
# A round of a series is planned, approved and shipped within a year after its window.
MOST_HOURS = 24 * 366
# With the first day of a window behind it, the name of a series is that of a shipment.
LONGEST_SERIES = 80

Instant = Annotated[datetime, Meta(tz=True)]
Text = Annotated[str, Meta(min_length=1, max_length=200)]
Cap = Annotated[int, Meta(gt=0, le=MOST_BUDGET_XP)] | Literal["none"] | None


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong in a program file: line (from 1), field as ``rule.buyers.xp_per_eth``."""

    line: int
    field: str
    message: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.field} {self.message}"


class ProgramError(Exception):
    """A program file that cannot be applied; ``mistakes`` has all that were found."""

    def __init__(self, mistakes: list[Mistake]) -> None:
        super().__init__("\n".join(str(mistake) for mistake in mistakes))
        self.mistakes = mistakes


class LevelTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """An entry of ``levels``: the name that a balance reaches."""

    name: Annotated[str, Meta(min_length=1, max_length=40)]
    xp: Annotated[int, Meta(ge=0, le=MOST_BUDGET_XP)]


class SeasonTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table ``[season.NAME]``."""

    title: Text
    starts_at: Instant
    ends_at: Instant
    budget_xp: Annotated[int, Meta(gt=0, le=MOST_BUDGET_XP)]
    cap_xp_per_collector: Cap = None
    cap_xp_per_rule_day: Cap = None
    cap_xp_per_shipment: Cap = None
    farm_alarm_eth_per_1000_xp: Decimal | None = None
    levels: Annotated[list[LevelTable], Meta(max_length=MOST_LEVELS)] = []
    wash_threshold: Annotated[int, Meta(gt=0, le=100)] | None = None

    @property
    def limits(self) -> dict[str, int | None]:
        """The safety limits that the table names; None for one that it lifts."""
        named = {name: getattr(self, name) for name in LIMITS}
        return {name: None if cap == "none" else cap for name, cap in named.items() if cap is not None}

    @property
    def farm_alarm_wei(self) -> int | None:
        """What 1,000 XP have to cost a farmer, in wei; ValueError where that is no amount."""
        eth = self.farm_alarm_eth_per_1000_xp
        if eth is not None and eth <= 0:
            raise ValueError("is not above zero")
        return None if eth is None else units.wei(eth)


class CohortTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table ``[cohort.NAME]``: wallets in place, or one a line in a file beside the program's."""

    wallets: list[str] = []
    file: str | None = None


class RuleHead(msgspec.Struct, frozen=True, kw_only=True):
    """What every table ``[rule.NAME]`` has; the other fields are its kind's."""

    kind: str
    title: Text
    season: Slug
    starts_at: Instant | None = None


class PauseTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table ``[pause.NAME]``: a time in which a flag is off. It is known by its flag and its start."""

    flag: Text
    reason: Text
    starts_at: Instant
    ends_at: Instant | None = None


class ShipmentTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table ``[shipment.NAME]``. It is planned when the window closes and goes out at ``ships_at``."""

    title: Text
    season: Slug
    window_start: Instant
    window_end: Instant
    rules: Annotated[list[Slug], Meta(min_length=1)]
    message: str = ""
    plan_at: Instant | None = None
    ships_at: Instant | None = None
    approve_by: Instant | None = None
    audience: Audience | None = None


class SeriesTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table ``[series.NAME]``: its first window, its period, and when each round is planned and ships."""

    title: Text
    season: Slug
    window_start: Instant
    period: str
    rules: Annotated[list[Slug], Meta(min_length=1)]
    message: str = ""
    plan_after_hours: Annotated[int, Meta(ge=0, le=MOST_HOURS)] = 0
    approve_within_hours: Annotated[int, Meta(gt=0, le=MOST_HOURS)] | None = None
    ships_after_hours: Annotated[int, Meta(ge=0, le=MOST_HOURS)] | None = None
    audience: Audience | None = None


@dataclass(frozen=True, kw_only=True)
class RuleTable:
    """A rule as the file has it, with its parameters in the units that are stored."""

    head: RuleHead
    params: dict[str, Any]


@dataclass
class Program:
    """A program file whose tables are well formed, each by its name."""

    path: Path
    text: str
    seasons: dict[str, SeasonTable] = field(default_factory=dict)
    cohorts: dict[str, list[str]] = field(default_factory=dict)
    rules: dict[str, RuleTable] = field(default_factory=dict)
    pauses: dict[str, PauseTable] = field(default_factory=dict)
    shipments: dict[str, ShipmentTable] = field(default_factory=dict)
    series: dict[str, SeriesTable] = field(default_factory=dict)

    def mistake(self, place: str, message: str) -> Mistake:
        """A mistake at ``table.name.field``, with the line where that stands."""
        return Mistake(line=line_of(self.text, place), field=place, message=message)


def read(path: Path) -> Program:
    """Read and check a program file; ProgramError lists everything that is wrong with it."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ProgramError([Mistake(line=1, field="TOML", message="is not text in UTF-8")]) from error
    program = Program(path=path, text=text)
    try:
        tables = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise ProgramError([_syntax_mistake(str(error))]) from error
    mistakes = list(_fill(program, tables))
    if mistakes:
        raise ProgramError(sorted(mistakes, key=lambda mistake: mistake.line))
    return program


def line_of(text: str, place: str) -> int:
    """The line of ``table.name.field…``: the field's, or that of the nearest table around it."""
    parts = place.split(".")
    # A name may itself have dots, as in [shipment.2019.03]; the longest header that fits is the table's.
    lines = text.splitlines()
    headers = [_header(line) for line in lines]
    for length in range(len(parts), 0, -1):
        header = ".".join(parts[:length])
        if header in headers:
            number = headers.index(header) + 1
            return _field_line(lines, number, parts[length:])
    # A table that is not known has no header of its own, only those of its names.
    starts = [number for number, header in enumerate(headers, 1) if header.startswith(f"{parts[0]}.")]
    return min(starts, default=1)


def _header(line: str) -> str:
    """The name in a table's header, without quotes; nothing where the line is none."""
    if not line.strip().startswith("["):
        return ""
    return re.sub(r"[\s\"']", "", line.split("#", maxsplit=1)[0]).strip("[]")


def _field_line(lines: list[str], header: int, names: list[str]) -> int:
    """The line below a table's header where a field begins; the header's if it is not there."""
    if not names:
        return header
    name = re.match(r"\w+", names[0])
    for number in range(header, len(lines)):
        line = lines[number].strip()
        if line.startswith("["):
            break
        if name and re.match(rf"[\"']?{re.escape(name[0])}[\"']?\s*[=.]", line):
            return number + 1
    return header


def _syntax_mistake(message: str) -> Mistake:
    place = re.search(r"\(at line (\d+), column (\d+)\)", message)
    line = int(place[1]) if place else 1
    return Mistake(line=line, field="TOML", message=re.sub(r" \(at .*\)$", "", message).lower())


def _fill(program: Program, tables: Mapping[str, Any]) -> Iterator[Mistake]:
    """Read every table into the program, and yield what is wrong with them."""
    for table, named in tables.items():
        if table not in TABLES:
            yield program.mistake(table, f"is not known; a program has {', '.join(TABLES)}")
            continue
        if not isinstance(named, dict):
            yield program.mistake(table, f"needs a name, as in [{table}.my-name]")
            continue
        for name, fields in named.items():
            place = f"{table}.{name}"
            if not SLUG.fullmatch(name) or not isinstance(fields, dict):
                yield program.mistake(place, "needs a name of a-z, 0-9, dot, dash and underscore")
                continue
            try:
                _read_table(program, table, name, fields)
            except _Wrong as wrong:
                yield program.mistake(f"{place}.{wrong.field}".rstrip("."), wrong.message)
    yield from _check_references(program, {table: set(tables.get(table, {})) for table in TABLES})


class _Wrong(Exception):
    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


def _read_table(program: Program, table: str, name: str, fields: dict[str, Any]) -> None:
    """Read one table into the program."""
    if table == "season":
        program.seasons[name] = _read_season(fields)
    elif table == "cohort":
        program.cohorts[name] = _wallets(program, _convert(fields, CohortTable))
    elif table == "rule":
        program.rules[name] = _read_rule(fields)
    elif table == "pause":
        pause = _convert(fields, PauseTable)
        if pause.ends_at is not None and pause.ends_at <= pause.starts_at:
            raise _Wrong("ends_at", "is not after starts_at")
        program.pauses[name] = pause
    elif table == "series":
        program.series[name] = _read_series(name, fields)
    else:
        program.shipments[name] = _read_shipment(fields)


def _read_shipment(fields: dict[str, Any]) -> ShipmentTable:
    shipment: ShipmentTable = _convert(fields, ShipmentTable)
    plan_at = shipment.plan_at or shipment.window_end
    if shipment.window_end <= shipment.window_start:
        raise _Wrong("window_end", "is not after window_start")
    if plan_at < shipment.window_end:
        raise _Wrong("plan_at", "lies before the window closes")
    if shipment.approve_by is not None and shipment.approve_by <= plan_at:
        raise _Wrong("approve_by", "is not after the round is planned")
    _check_audience(shipment.audience)
    return shipment


def _read_series(name: str, fields: dict[str, Any]) -> SeriesTable:
    series: SeriesTable = _convert(fields, SeriesTable)
    if len(name) > LONGEST_SERIES:
        raise _Wrong(
            "", f"is too long a name; its shipments need room for a date, so {LONGEST_SERIES} at most"
        )
    for place, check, text in (
        ("period", windows.parse_period, series.period),
        ("title", windows.check_words, series.title),
        ("message", windows.check_words, series.message),
    ):
        try:
            check(text)
        except ValueError as error:
            raise _Wrong(place, str(error)) from error
    _check_audience(series.audience)
    return series


def _check_audience(audience: Audience | None) -> None:
    try:
        audiences.stored(audience)
    except ValueError as error:
        raise _Wrong("audience", str(error)) from error


def _read_season(fields: dict[str, Any]) -> SeasonTable:
    season: SeasonTable = _convert(fields, SeasonTable)
    if season.ends_at <= season.starts_at:
        raise _Wrong("ends_at", "is not after starts_at")
    try:
        _ = season.farm_alarm_wei
    except ValueError as error:
        raise _Wrong("farm_alarm_eth_per_1000_xp", str(error)) from error
    for lower, higher in pairwise(season.levels):
        if higher.xp <= lower.xp:
            raise _Wrong(
                "levels", f'has "{higher.name}" at {higher.xp:,} XP, not above "{lower.name}" before it'
            )
    return season


def _read_rule(fields: dict[str, Any]) -> RuleTable:
    """Read a rule: its head, and the fields of its kind turned into stored units."""
    names = set(RuleHead.__struct_fields__)
    head = _convert({name: value for name, value in fields.items() if name in names}, RuleHead)
    kind = KINDS.get(head.kind)
    if kind is None:
        raise _Wrong("kind", f'is "{head.kind}"; the kinds are {", ".join(KINDS)}')
    typed = _convert({name: value for name, value in fields.items() if name not in names}, kind.schema)
    return RuleTable(head=head, params=stored(kind=kind, typed=typed))


def stored(*, kind: Kind, typed: Any) -> dict[str, Any]:
    """The parameters of a rule in the integers that a version keeps."""
    params = {}
    for name, (source, convert) in kind.fields.items():
        try:
            params[name] = convert(typed)
        except ValueError as error:
            raise _Wrong(source, str(error)) from error
    return params


def _wallets(program: Program, cohort: CohortTable) -> list[str]:
    """The addresses of a cohort, in place and from its file, lower case where they are EVM's."""
    addresses = list(cohort.wallets)
    if cohort.file is not None:
        path = program.path.parent / cohort.file
        try:
            addresses += [
                line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()
            ]
        except OSError as error:
            raise _Wrong("file", f"cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise _Wrong("file", "is not text in UTF-8") from error
    cleaned = []
    for address in addresses:
        lowered = address.lower() if address[:2].lower() == "0x" else address
        if not ADDRESS.fullmatch(lowered) or (lowered.startswith("0x") and len(lowered) != 42):
            raise _Wrong(
                "file" if cohort.file else "wallets", f"has {address!r}, which is no wallet's address"
            )
        cleaned.append(lowered)
    return cleaned


def _convert(fields: dict[str, Any], schema: type[Any]) -> Any:
    """Check fields against a Struct, and turn msgspec's message into ours."""
    try:
        return msgspec.convert({name: _utc(value) for name, value in fields.items()}, schema)
    except msgspec.ValidationError as error:
        raise _explained(str(error)) from error


def _utc(value: Any) -> Any:
    """An instant with an offset, in UTC; anything else as it is."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC)
    return value


def _explained(message: str) -> _Wrong:
    """Turn msgspec's sentence about a path into a field and the rest of the sentence."""
    text, _, path = message.partition(" - at `$")
    name = path.rstrip("`").lstrip(".")
    if unknown := re.fullmatch(r"Object contains unknown field `(.+)`", text):
        return _Wrong(f"{name}.{unknown[1]}".lstrip("."), "is not a field here")
    if missing := re.fullmatch(r"Object missing required field `(.+)`", text):
        return _Wrong(f"{name}.{missing[1]}".lstrip("."), "is missing")
    if text.startswith("Expected `datetime`") or "timezone" in text:
        return _Wrong(name, "must be an instant with an offset, such as 2026-01-31T00:00:00Z")
    return _Wrong(name, f"is wrong: {text[0].lower()}{text[1:]}")


def _check_references(program: Program, names: Mapping[str, AbstractSet[str]]) -> Iterator[Mistake]:
    """
    What a file can get wrong between its tables.

    ``names`` are all that the file has: a table that is wrong in itself is told of once, not again by
    every table that names it.
    """
    for name, rule in program.rules.items():
        yield from _check_rule(program, names, name, rule)
    for table, rounds in (("shipment", program.shipments), ("series", program.series)):
        for name, one in rounds.items():
            yield from _check_round(program, names, f"{table}.{name}", one)


def _check_round(
    program: Program, names: Mapping[str, AbstractSet[str]], place: str, one: ShipmentTable | SeriesTable
) -> Iterator[Mistake]:
    """What a shipment or a series names that the file does not have."""
    if one.season not in names["season"]:
        yield program.mistake(f"{place}.season", f'names "{one.season}", which is no season here')
    for cohort in _audience_cohorts(one):
        if cohort not in program.cohorts:
            yield program.mistake(f"{place}.audience", f'names "{cohort}", which is no cohort here')
    for rule_name in one.rules:
        if rule_name not in names["rule"]:
            yield program.mistake(f"{place}.rules", f'names "{rule_name}", which is no rule here')


def _check_rule(
    program: Program, names: Mapping[str, AbstractSet[str]], name: str, rule: RuleTable
) -> Iterator[Mistake]:
    """What a rule names that the file does not have."""
    season = program.seasons.get(rule.head.season)
    if rule.head.season not in names["season"]:
        yield program.mistake(f"rule.{name}.season", f'names "{rule.head.season}", which is no season here')
    elif season and rule.head.starts_at and not season.starts_at <= rule.head.starts_at < season.ends_at:
        yield program.mistake(f"rule.{name}.starts_at", "lies outside its season")
    cohort = rule.params.get("cohort")
    if cohort is not None and cohort not in names["cohort"]:
        yield program.mistake(f"rule.{name}.cohort", f'names "{cohort}", which is no cohort here')
    for boosted in rule.params.get("boosts", []):
        known = program.rules.get(boosted)
        if boosted not in names["rule"] or (known and KINDS[known.head.kind].boosts):
            yield program.mistake(f"rule.{name}.boosts", f'names "{boosted}", which is no rule to boost here')


def _audience_cohorts(one: ShipmentTable | SeriesTable) -> list[str]:
    """The cohorts that the audience of a shipment or a series names."""
    if one.audience is None:
        return []
    named = (one.audience.in_cohort, one.audience.not_in_cohort)
    return [cohort for cohort in named if cohort is not None]
