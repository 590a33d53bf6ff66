"""Which vendors' tables a folder or a schema holds, told by what the ymls of models/sources say.

A place is a vendor's whose tables, by name and by key columns, are there; of several vendors it is
that of which most columns are there. How columns are found is as in macros/sources/columns.sql.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import yaml

from pql import project, raw
from pql.database import Row, in_memory, rows
from pql.errors import PqlError
from pql.formatting import counted, listed

ADAPTERS = Path("models", "sources")  # in the project
FEWEST_COLUMNS = 3  # of a table that tells a vendor
MOST_NAMED = 6

COLUMNS_OF_SCHEMA = """
    (
        select
            lower(table_name) as table_name,
            lower(column_name) as column_name,
            ordinal_position
        from information_schema.columns
        where table_catalog = current_database() and lower(table_schema) = lower({schema})
    ) as found_columns
"""

Layout = Mapping[str, Sequence[str]]  # columns by table, all in small letters


@dataclass(frozen=True)
class Column:
    """A column that a vendor's views read, and what it may be called."""

    name: str
    names: Sequence[str]
    is_key: bool
    is_made: bool  # of other columns, or of where the row is

    def found_in(self, columns: Sequence[str]) -> str | None:
        """Return the spelling that is there, if any."""
        heads = {name: name.partition(".")[0].lower() for name in self.names}
        return next(
            (
                name
                for name, head in heads.items()
                if name.startswith("=") or name.lower() in columns or head in columns
            ),
            None,
        )


@dataclass(frozen=True)
class Table:
    """A table that a vendor's views read, and what it may be called."""

    name: str
    columns: Sequence[Column]
    meta: Mapping[str, Any] = field(repr=False)

    @property
    def keys(self) -> list[Column]:
        """The columns without which nothing can be read of it."""
        return [column for column in self.columns if column.is_key]

    @property
    def is_named(self) -> bool:
        """Whether it has a name; else it is any table with certain columns."""
        return "tables" in self.meta or "tables_with" not in self.meta

    def found_in(self, layout: Layout) -> list[str]:
        """List the tables that are read as this one: the first of its names, or all of a form."""
        having = as_list(self.meta.get("tables_with"))
        named = [name.lower() for name in as_list(self.meta.get("tables"))]
        left_out = "|".join(as_list(self.meta.get("tables_without"))) or "(?!)"
        found = [
            name
            for name in named or ([self.name.lower()] if self.is_named else sorted(layout))
            if name in layout
            and not re.fullmatch(left_out, name)
            and set(having) <= set(layout[name])
        ]
        return found[:1] if self.is_named else found


@dataclass(frozen=True)
class Place:
    """A folder or a schema that holds a vendor's tables.

    Attributes:
        vendor: the vendor, as `vars: sources` names it.
        where: the folder, or the schema.
        layout: all tables there are, and their columns.
    """

    vendor: str
    where: Path | str
    layout: Layout = field(repr=False)

    def tables(self) -> dict[str, list[str]]:
        """List for each table of the vendor's yml the tables that are read as it."""
        return {table.name: table.found_in(self.layout) for table in vendors()[self.vendor]}

    def filled(self) -> set[str]:
        """Name the tables of the raw contract of which it has something."""
        there = {name for name, found in self.tables().items() if found}
        return {view for view in filled_by()[self.vendor] if there & read_by(self.vendor, view)}

    def in_words(self) -> str:
        """Say in one line what was found."""
        read = sorted({name for names in self.tables().values() for name in names})
        rest = len(read) - MOST_NAMED
        others = [counted(rest, "other table")] if rest > 0 else []
        return f"{self.where}: {self.vendor}, with {listed([*read[:MOST_NAMED], *others])}"


def vendors() -> dict[str, list[Table]]:
    """Read what the ymls say of each vendor's tables."""
    return _vendors(project.root())


@cache
def _vendors(root: Path) -> dict[str, list[Table]]:
    found: dict[str, list[Table]] = {}
    for path in sorted((root / ADAPTERS).glob("*/_*__sources.yml")):
        for source in yaml.safe_load(path.read_text(encoding="utf-8")).get("sources", ()):
            found[source["name"]] = [as_table(table) for table in source["tables"]]
    return found


def as_table(entry: Mapping[str, Any]) -> Table:
    """Make a table of its entry in a yml."""
    meta = meta_of(entry)
    return Table(entry["name"], [as_column(c, meta) for c in entry.get("columns", ())], meta)


def as_column(entry: Mapping[str, Any], table_meta: Mapping[str, Any]) -> Column:
    """Make a column of its entry in a yml; its spellings are those of its property first."""
    meta = meta_of(entry)
    names = [
        spelling.replace("*", name)
        for name in as_list(meta.get("property"))
        for spelling in as_list(table_meta.get("spellings"))
    ] + as_list(meta.get("names"))
    is_made = "holds" in meta or entry["name"] in table_meta.get("values", {})
    return Column(entry["name"], names or [entry["name"]], meta.get("key", False), is_made)


def meta_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a yml says of a table or a column beside its type."""
    return entry.get("config", {}).get("meta", {})


def as_list(value: Any) -> list[Any]:
    """Take one for a list of one."""
    return [value] if isinstance(value, str) else list(value or ())


def filled_by() -> dict[str, set[str]]:
    """Name the tables of the raw contract that each vendor fills: those of which it has a view."""
    return _filled_by(project.root())


@cache
def _filled_by(root: Path) -> dict[str, set[str]]:
    filled: dict[str, set[str]] = {}
    for path in (root / ADAPTERS).glob("*/*__*.sql"):
        filled.setdefault(path.parent.name, set()).add(path.stem.partition("__")[2])
    return filled


def sql_of(vendor: str, view: str) -> str:
    """Read the view by which a vendor fills a table."""
    return (project.root() / ADAPTERS / vendor / f"{vendor}__{view}.sql").read_text(
        encoding="utf-8"
    )


def read_by(vendor: str, view: str) -> set[str]:
    """Name a vendor's tables that a view of theirs reads, by itself or by another view."""
    sql = sql_of(vendor, view)
    read = {table.name for table in vendors()[vendor] if f"'{table.name}'" in sql}
    return read.union(*(read_by(vendor, n) for n in re.findall(rf"'{vendor}__(\w+)'", sql)))


def by_trust(names: Iterable[str]) -> list[str]:
    """Order sources: one's own tables, what people did in the product, then CRM, then billing."""
    return sorted(
        names,
        key=lambda name: (
            name != "canonical",
            "events" not in filled_by().get(name, ()),
            "opportunities" not in filled_by().get(name, ()),
            name,
        ),
    )


# --- whose a place is -----------------------------------------------------------------------------


def columns_told(tables: Sequence[Table], layout: Layout, by_form: bool = True) -> int:
    """Count the columns that are read of a place; 0 where no table of it tells whose it is.

    Args:
        tables: what a vendor's yml says of its tables.
        layout: the tables there, with their columns.
        by_form: whether a table of any name tells it, if it has the columns.
    """
    read: set[tuple[str, str]] = set()
    is_told = False
    for table in tables:
        for name in table.found_in(layout):
            columns = layout[name]
            if not all(key.is_made or key.found_in(columns) for key in table.keys):
                continue
            spellings = {c.found_in(columns) for c in table.columns if not c.is_made} - {None}
            read |= {(name, spelling) for spelling in spellings}
            is_told |= (
                (by_form or table.is_named)
                and bool(table.keys)
                and len(spellings) >= FEWEST_COLUMNS
            )
    return len(read) if is_told else 0


def vendor_of(
    layout: Layout, where: Path | str, *, or_contract: bool = False, by_form: bool = True
) -> str | None:
    """Tell whose tables these are; a place that is called like one of several vendors is its.

    Args:
        layout: the tables there, with their columns.
        where: the place.
        or_contract: whether they may as well be tables of the raw contract, which is no vendor.
        by_form: see ``columns_told``.

    Raises:
        PqlError: nothing tells several vendors apart.
    """
    told = {name: columns_told(tables, layout, by_form) for name, tables in vendors().items()}
    called = (where.name if isinstance(where, Path) else where).lower()
    if told.get(called):
        return called
    most = max(told.values(), default=0)
    if not most or (or_contract and columns_told(contract_tables(), layout) >= most):
        return None
    best = [name for name, count in told.items() if count == most]
    if len(best) > 1:
        raise PqlError(
            f"{where}: may be of {' or of '.join(best)}; call it after the one that it is of"
        )
    return best[0]


def contract_tables() -> list[Table]:
    """Read the tables of the raw contract as those of a vendor."""
    yml = yaml.safe_load((project.root() / raw.CONTRACT).read_text(encoding="utf-8"))
    return [as_table(table) for table in yml["sources"][0]["tables"]]


# --- folders --------------------------------------------------------------------------------------


def places_in(folder: Path) -> list[Place]:
    """Find the vendors' tables in a folder: its own, or those of each folder in it.

    Those may again hold a folder of each schema, as loaders lay them out.
    """
    try:
        if not folder.is_dir():
            return []
        with in_memory() as connection:
            whole = layout_of(connection, folder)
            # of a folder of folders each looks like a table of some form
            if vendor := vendor_of(whole, folder, or_contract=True, by_form=False):
                return [Place(vendor, folder, whole)]
            places = []
            for path in folders_in(folder):
                layout = layout_of(connection, path)
                if vendor := vendor_of(layout, path, by_form=False):
                    places.append(Place(vendor, path, layout))
                elif inner := places_by_name(connection, path):
                    places += inner
                elif vendor := vendor_of(layout, path):
                    places.append(Place(vendor, path, layout))
            if not places and (vendor := vendor_of(whole, folder, or_contract=True)):
                return [Place(vendor, folder, whole)]
            return places
    except OSError as error:
        raise PqlError(f"{error.filename}: cannot be opened; {error.strerror}") from None


def folders_in(folder: Path) -> list[Path]:
    """List the folders in a folder."""
    found = sorted(folder.iterdir())
    return [path for path in found if path.is_dir() and not raw.LEFT_OUT.match(path.name)]


def places_by_name(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[Place]:
    """Find the folders in a folder that have tables of vendors' names; none in a table's folder."""
    if raw.table_name(folder) in raw.raw_contract().columns:
        return []
    layouts = {path: layout_of(connection, path) for path in folders_in(folder)}
    told = {path: vendor_of(layout, path, by_form=False) for path, layout in layouts.items()}
    return [Place(vendor, path, layouts[path]) for path, vendor in told.items() if vendor]


def lacking_in(folder: Path) -> str | None:
    """Say what a folder lacks that is nearly a vendor's: the name of a table, or a key of it."""
    with in_memory() as connection:
        for path in (folder, *folders_in(folder)):
            layout = layout_of(connection, path)
            if columns_told(contract_tables(), layout):
                continue
            of_vendors = {vendor: misnamed(vendor, layout) for vendor in vendors()}
            vendor, meant = max(of_vendors.items(), key=lambda item: len(item[1]))
            if meant:
                names = listed([f"{name} ({own})" for name, own in meant.items()])
                return f"{path}: {vendor}'s, by other names: {names}; call each as in brackets"
            for vendor, tables in vendors().items():
                for table in filter(lambda table: table.is_named, tables):
                    for name in table.found_in(layout):
                        if lacks := lacking(table, layout[name]):
                            return (
                                f"{path}: {name} looks like a table of {vendor}'s, but has "
                                f"{lacks}; export it with that column, or name another in "
                                f"`vars: sources`"
                            )
    return None


def misnamed(vendor: str, layout: Layout) -> dict[str, str]:
    """Map tables to those of a vendor's whose columns they have, and whose name within theirs."""
    meant: dict[str, str] = {}
    for table in filter(lambda table: table.is_named, vendors()[vendor]):
        for own in as_list(table.meta.get("tables")) or [table.name]:
            for name, columns in layout.items():
                is_within = re.search(rf"(^|_){own.lower()}(_|$)", name)
                is_longer = len(own) > len(meant.get(name, ""))
                if is_within and is_longer and columns_told([table], {own.lower(): columns}):
                    meant[name] = own
    return meant


def lacking(table: Table, columns: Sequence[str]) -> str | None:
    """Name the first key that a table of a vendor's lacks, if other columns of it are there."""
    keys = [key for key in table.keys if not key.is_made and not key.found_in(columns)]
    others = {column.found_in(columns) for column in table.columns if not column.is_made} - {None}
    if not keys or len(others) < FEWEST_COLUMNS - 1:
        return None
    spellings = " or ".join(keys[0].names)
    return f"no {spellings} to be read as {table.name}.{keys[0].name}"


def layout_of(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, list[str]]:
    """Read which columns the tables of a folder have; what cannot be read has none."""
    layout: dict[str, list[str]] = {}
    for path in sorted(folder.iterdir()):
        if raw.LEFT_OUT.match(path.name):
            continue
        name = raw.table_name(path)
        try:
            for file in raw.table_files(name, [path]):
                layout.setdefault(name, []).extend(file_columns(connection, file))
        except (PqlError, duckdb.Error):
            layout.setdefault(name, [])
    return layout


def file_columns(connection: duckdb.DuckDBPyConnection, file: Path) -> list[str]:
    """Name the columns of a file."""
    if raw.form_of(file) == "csv":
        return [name.lower() for name in raw.told_apart(raw.csv_header(file))]
    described = rows(connection, f"describe from {raw.reader(connection, file)}")
    return [row["column_name"].lower() for row in described]


def check_files(place: Place) -> None:
    """Read each file that is read of a place once, so that a broken one is named before a build."""
    read = {name for names in place.tables().values() for name in names}
    with in_memory() as connection:
        for path in sorted(place.where.iterdir()):
            name = raw.table_name(path)
            if name in read and not raw.LEFT_OUT.match(path.name):
                for file in raw.table_files(name, [path]):
                    raw.check_file(connection, file, place.layout[name], may_repeat=True)


# --- vars -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RawData:
    """What a folder of raw data holds.

    Attributes:
        variables: the dbt vars that say so.
        notices: a line for each thing found.
        places: the vendors' places.
        contract: the tables of the raw contract; none: the folder holds none.
    """

    variables: dict[str, Any]
    notices: list[str]
    places: list[Place]
    contract: raw.RawFolder | None

    def tables(self) -> set[str]:
        """Name the tables of the raw contract that something fills."""
        own = self.contract.tables if self.contract else []
        elsewhere = self.variables.get("sources", {}).keys() - {p.vendor for p in self.places}
        return set(own).union(
            *(place.filled() for place in self.places),
            *(filled_by().get(name, ()) for name in elsewhere),
        )


def survey(folder: Path, stated: Mapping[str, Mapping[str, Any]] | None = None) -> RawData:
    """Find out what a folder holds, refuse what is broken, and say it in dbt's vars.

    Args:
        folder: holds tables of the raw contract, of a vendor, or a folder for each vendor.
        stated: what is known of sources: further options, and their order.
    """
    places = places_in(folder)
    for place in places:
        check_files(place)
    contract = None
    notices = [place.in_words() for place in places]
    variables: dict[str, Any] = {}
    if [place.where for place in places] != [folder]:
        try:
            own = [folder / place.where.relative_to(folder).parts[0] for place in places]
            contract = raw.survey(folder, own)
        except PqlError:
            if lacks := lacking_in(folder) if folder.is_dir() and not places else None:
                raise PqlError(lacks) from None
            raise
        tables = [", ".join(contract.tables)] if contract.tables else []
        notices += [f"{folder}: {line}" for line in (*tables, *contract.notices)]
        contract = contract if contract.tables else None
    if contract:
        required = raw.raw_contract().required
        variables = {
            "raw_source": "canonical",
            "raw_path": os.path.abspath(folder),
            "raw_tables": [name for name in contract.tables if name not in required],
        }
    if places or stated:
        variables["sources"] = with_options(as_sources(places, bool(contract)), stated or {})
    return RawData(variables, notices, places, contract)


def survey_schemas(
    columns_of: Callable[[str], Iterable[Row]], schemas: Sequence[str], where: Path | str
) -> RawData:
    """Find out whose tables the schemas of a database hold.

    Args:
        columns_of: reads the rows of ``COLUMNS_OF_SCHEMA``.
        schemas: the schemas.
        where: the database, as it is called.
    """
    places = []
    for schema in schemas:
        layout: dict[str, list[str]] = {}
        found = columns_of(COLUMNS_OF_SCHEMA.format(schema=raw.quoted(schema)))
        for row in sorted(found, key=lambda row: row["ordinal_position"]):
            layout.setdefault(row["table_name"], []).append(row["column_name"])
        if not layout:
            raise PqlError(f"{schema}: there is no such schema, or no table in it, in {where}")
        vendor = vendor_of(layout, schema)
        if not vendor:
            raise PqlError(
                f"{schema}: no table of a vendor is in this schema of {where}; known are "
                + listed(sorted(vendors()))
            )
        places.append(Place(vendor, schema, layout))
    variables = {"sources": as_sources(places, has_contract=False)}
    return RawData(variables, [place.in_words() for place in places], places, None)


def as_sources(places: Sequence[Place], has_contract: bool) -> dict[str, dict[str, Any]]:
    """Write places as `vars: sources`, the most trusted first."""
    found: dict[str, dict[str, Any]] = {"canonical": {}} if has_contract else {}
    for place in places:
        key, where = ("schema", place.where)
        if isinstance(place.where, Path):
            key, where = "path", os.path.abspath(place.where)
        found.setdefault(place.vendor, {}).setdefault(key, []).append(where)
    return {name: found[name] for name in by_trust(found)}


def with_options(
    found: Mapping[str, Mapping[str, Any]], stated: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Add what is stated of sources to where they are; the order is the stated one."""
    names = [*stated, *(name for name in found if name not in stated)]
    places = ("path", "schema", "database")
    merged = {}
    for name in names:
        options = dict(stated.get(name) or {})
        if name in found:
            options = {k: v for k, v in options.items() if k not in places} | found[name]
        merged[name] = options
    return merged
