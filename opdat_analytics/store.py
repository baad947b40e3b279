"""Publishes tables atomically and opens them again: immutable parts, one manifest, a history."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opdat_analytics import disk
from opdat_analytics.disk import write_whole as write_whole  # what is exported is written in the same way
from opdat_analytics.model import (
    IDENTITY,
    OUTSIDE,
    SEVERAL,
    TABLES,
    Column,
    Home,
    NothingPublished,
    OpdatError,
    UnknownName,
    canonical_json,
)
from opdat_analytics.model.arrow import arrow_schema, to_frame

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

FORMAT = 1


@dataclass(frozen=True)
class Publication:
    """One publication: its manifest, and the folder its parts lie in.

    Attributes
    ----------
    manifest
        ``generation``, ``files`` (per raw file: hashes, edition, parts by table) and ``across`` (parts that all files
        together give).
    """

    home: Home
    manifest: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Short name of the publication, printed on charts: its generation and six digits of its content.

        Its figures as they may leave go by the same name.
        """
        named: str | None = self.manifest.get("leaves_as")
        return named or f"{self.manifest['generation']}-{content_hash(self.manifest)[:6]}"

    def parts(self, table: str) -> list[Path]:
        """The Parquet files that make up a table, in order; DuckDB and Spark take the list as it is."""
        return [part_path(self.home, entry["hash"]) for entry in part_entries(self.manifest, table)]

    def table(self, name: str) -> pd.DataFrame:
        """A published table with the columns of ``model.TABLES[name]``.

        Raises
        ------
        OpdatError
            If a part is missing or is not what the manifest says.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        columns = [c for c in TABLES[name] if c.name != "current"]
        schema = arrow_schema(columns)
        read = []
        for path in self.parts(name):
            data = _part_bytes(path)
            read.append(pq.read_table(pa.BufferReader(data)).select([c.name for c in columns]).cast(schema))
        frame = to_frame(pa.concat_tables(read) if read else schema.empty_table(), columns)
        return self._with_current(frame) if name == "observations" else frame

    def _with_current(self, frame: pd.DataFrame) -> pd.DataFrame:
        import numpy as np
        import pyarrow as pa
        import pyarrow.parquet as pq

        superseded = set()
        for path in self.parts("superseded"):
            rows = pq.read_table(pa.BufferReader(_part_bytes(path))).to_pydict()
            superseded |= set(zip(*(rows[name] for name in IDENTITY), strict=True))
        identity = zip(*(frame[name].tolist() for name in IDENTITY), strict=True)
        latest = np.array([key not in superseded for key in identity], dtype=bool)
        place = [c.name for c in TABLES["observations"]].index("current")
        frame.insert(place, "current", latest)
        return frame

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Source ids in this publication."""
        return tuple(sorted({entry["source"] for entry in self.manifest["files"]}))


def part_table(home: Home, entries: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> pa.Table:
    """Some columns of some parts, as they lie there; texts as dictionary arrays.

    Raises
    ------
    OpdatError
        If a part is missing or is not what its entry says.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    # A Parquet file, not a dataset: the machinery for whole folders takes longer to load than a part to read.
    tables = [
        pq.ParquetFile(
            pa.BufferReader(_part_bytes(part_path(home, entry["hash"]))), read_dictionary=list(columns)
        ).read(columns=list(columns), use_threads=False)
        for entry in entries
    ]
    return pa.concat_tables(tables).unify_dictionaries() if len(tables) > 1 else tables[0]


def whole_part(home: Home, entry: Mapping[str, Any]) -> pa.Table:
    """A part with all its columns, as it lies there.

    Raises
    ------
    OpdatError
        If it is missing or is not what its entry says.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    return pq.ParquetFile(pa.BufferReader(_part_bytes(part_path(home, entry["hash"])))).read(use_threads=False)


def columns_of(home: Home, manifest: Mapping[str, Any], table: str, names: Sequence[str]) -> pd.DataFrame:
    """Some columns of a table, in their order, as `Publication.table` gives them."""
    import pyarrow as pa

    columns = [c for c in TABLES[table] if c.name in names]
    entries = part_entries(manifest, table)
    schema = arrow_schema(columns)
    parts = [part_table(home, [entry], schema.names).cast(schema) for entry in entries]
    return to_frame(pa.concat_tables(parts) if parts else schema.empty_table(), columns)


def content_hash(manifest: Mapping[str, Any]) -> str:
    """Hash of what a publication holds, whenever it was made."""
    held = {key: manifest[key] for key in ("files", "across")}
    return hashlib.sha256(canonical_json(held).encode()).hexdigest()


def part_entries(manifest: Mapping[str, Any], table: str) -> list[Mapping[str, Any]]:
    """The manifest's entries of the parts of one table, in the order in which they are read."""
    of_files = [entry for file in manifest["files"] for entry in file["parts"].get(table, [])]
    return [*of_files, *manifest["across"].get(table, [])]


def has_parts(home: Home, parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> bool:
    """Whether all the parts of some manifest entries are on disk."""
    return all(path.exists() for path in paths_of(home, parts))


def paths_of(home: Home, parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Path]:
    """Where the parts of some manifest entries lie."""
    return [part_path(home, entry["hash"]) for several in parts.values() for entry in several]


def check_parts(home: Home, parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Look whether the parts of some manifest entries are what they were when they were published.

    Parts are small beside the spreadsheets, all of whose bytes are looked at anyway.

    Raises
    ------
    DamagedPart
        If one is missing or was changed.
    """
    for path in paths_of(home, parts):
        _part_bytes(path)


def is_whole(home: Home, manifest: Mapping[str, Any]) -> bool:
    """Whether a manifest is the one on disk, with the parts that all files together give."""
    try:
        same = read_manifest(manifest_path(home)) == manifest
    except OpdatError:
        same = False
    return same and has_parts(home, manifest["across"])


def part_path(home: Home, digest: str) -> Path:
    """Where the part with that hash lies."""
    return home.processed / "parts" / f"{digest}.parquet"


class DamagedPart(OpdatError):
    """A published part is not what the manifest says; ``path`` names it. A refresh makes it again."""

    def __init__(self, path: Path, message: str) -> None:
        self.path = path
        super().__init__(message)


def _part_bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        said = f"a published part is missing: {path}. Run `opdat refresh` to make it again."
        raise DamagedPart(path, said) from error
    except OSError as error:
        raise OpdatError(f"a published part may not be read: {path} ({error.strerror}).") from error
    if hashlib.sha256(data).hexdigest()[: len(path.stem)] != path.stem:
        said = f"a published part was changed after it was published: {path}. Run `opdat refresh` to make it again."
        raise DamagedPart(path, said)
    return data


def manifest_path(home: Home) -> Path:
    """Where the current manifest lies."""
    return home.processed / "manifest.json"


def history_path(home: Home, generation: int) -> Path:
    """Where the manifest of one generation lies."""
    return home.processed / "history" / f"manifest-{generation:06d}.json"


def read_manifest(path: Path) -> dict[str, Any] | None:
    """A manifest from disk; None where there is none.

    Raises
    ------
    OpdatError
        If the file is there but is not a manifest this version reads.
    """
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise OpdatError(f"{path} cannot be read ({error}). Run `opdat refresh`: it is made again.") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise OpdatError(
            f"{path} was written by another version of opdat_analytics. Delete it and run `opdat refresh`."
        )
    if not (isinstance(manifest.get("generation"), int) and {"files", "across", "made"} <= manifest.keys()):
        raise OpdatError(f"{path} is not whole. Run `opdat refresh`: it is made again.")
    return manifest


def last_manifest(home: Home) -> dict[str, Any] | None:
    """The current manifest; where it is gone or cannot be read, the newest of the history that can.

    A refresh starts from it, so that a damaged file costs nothing but the repair.
    """
    try:
        found, damage = read_manifest(manifest_path(home)), None
    except OpdatError as error:
        found, damage = None, error
    if found is not None:
        return found
    for generation in reversed(generations(home)):
        kept = kept_manifest(home, generation)
        if kept is not None:
            return kept
    if damage is not None:
        raise damage
    return None


def kept_manifest(home: Home, generation: int) -> dict[str, Any] | None:
    """The manifest of one generation; None where it is not kept, is damaged, or is of another version."""
    try:
        return read_manifest(history_path(home, generation))
    except OpdatError:
        return None


def open_publication(home: Home, publication: int | str | None = None) -> Publication:
    """Open the current publication, or an earlier one by its generation; without one, that of ``home``.

    Raises
    ------
    NothingPublished
        If there is none yet.
    UnknownName
        If it is not named by its number, or is not kept any more; names those that are.
    """
    publication = home.publication if publication is None else publication
    if publication is None:
        manifest = read_manifest(manifest_path(home))
        if manifest is None:
            raise NothingPublished(
                f"Nothing is published in {home.processed} yet. Run `opdat refresh` (or `make run`) first."
            )
        return Publication(home, manifest)
    number = str(publication).split("-")[0]
    known = number.isascii() and number.isdigit()
    manifest = read_manifest(history_path(home, int(number))) if known else None
    if manifest is None:
        kept = ", ".join(str(one) for one in generations(home)) or "none"
        if not known:
            raise UnknownName(f"“{publication}” is no publication; name one by its number. Kept are: {kept}.")
        raise UnknownName(f"Publication {publication} is not kept; kept are: {kept}.")
    return Publication(home, manifest)


def generations(home: Home) -> list[int]:
    """Generations whose manifests are kept, oldest first."""
    names = (path.name for path in (home.processed / "history").glob("manifest-*.json"))
    return sorted(int(found[1]) for name in names if (found := re.fullmatch(r"manifest-(\d+)\.json", name)))


# ---------------------------------------------------------------- frames and parts


def write_part(home: Home, rows: pd.DataFrame | pa.Table, columns: Sequence[Column]) -> dict[str, Any]:
    """Write a frame or an Arrow table as an immutable part, unless it is there already.

    It is not brought to the disk: whoever publishes it does so, for all parts together.

    Returns
    -------
    Its manifest entry: ``hash`` and ``rows``.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    if isinstance(rows, pa.Table):
        table = rows.select([c.name for c in columns])
    else:
        table = pa.Table.from_pandas(_typed(rows, columns), schema=arrow_schema(columns), preserve_index=False)
    sink = pa.BufferOutputStream()
    # Of parts of some thousand rows, statistics and a slower compression cost more than reading ever gets back.
    pq.write_table(
        table.replace_schema_metadata(None), sink, compression="snappy", write_statistics=False, store_schema=False
    )
    data = sink.getvalue().to_pybytes()
    digest = hashlib.sha256(data).hexdigest()[:32]
    path = part_path(home, digest)
    if not path.exists() or path.read_bytes() != data:
        disk.lay(path, data)
    return {"hash": digest, "rows": table.num_rows}


def _typed(frame: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """The frame's columns in contract order, ready for Arrow."""
    import pandas as pd

    typed = {}
    for column in columns:
        values = frame[column.name]
        if column.kind == "date":
            values = pd.to_datetime(values.astype(object)).dt.date
        elif column.kind == "int":
            values = values.astype(object).where(values.notna(), None).astype("Int64")
        elif column.kind == "float":
            values = pd.to_numeric(values, errors="raise").astype("float64")
        elif column.kind == "str":
            values = values.astype(object).where(values.notna(), None)
        typed[column.name] = values
    return pd.DataFrame(typed)


def with_region(frame: pd.DataFrame, regions: Mapping[str, str], scheme: str) -> pd.DataFrame:
    """The frame with columns ``scheme`` and ``region`` behind ``place``.

    A joint statement belongs to a region where all its places do, else to “several regions”.
    """

    def region(place: str) -> str:
        found = {regions.get(one, OUTSIDE) for one in place.split(";")}
        return found.pop() if len(found) == 1 else SEVERAL

    known = {place: region(place) for place in frame["place"].dropna().unique()}
    frame = frame.copy()
    at = list(frame.columns).index("place") + 1
    frame.insert(at, "region", frame["place"].map(known).astype("str"))
    frame.insert(at, "scheme", scheme)
    return frame
