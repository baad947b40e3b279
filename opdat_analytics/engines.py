"""The published observations where they lie: a DuckDB relation or a Spark frame over the parts, nothing loaded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from opdat_analytics import vocab
from opdat_analytics.model import IDENTITY, OUTSIDE, SEVERAL, TABLES, OpdatError
from opdat_analytics.store import Publication

ENGINES = ("pandas", "duckdb")
"""What ``opdat.observations`` opens; a Spark session is given to `spark_observations`."""


def duckdb_observations(opened: Publication, scheme: str | None = None) -> Any:
    """The observations of a publication as a DuckDB relation.

    Parameters
    ----------
    opened
        The publication.
    scheme
        Adds columns ``scheme`` and ``region``.

    Returns
    -------
    duckdb.DuckDBPyRelation
        Columns of ``opdat.observations``; rows in no order. It reads the parts when it is asked, and keeps a
        connection of its own.

    Raises
    ------
    OpdatError
        If DuckDB is not installed, or nothing is published.
    UnknownName
        If the scheme is not known.
    """
    try:
        import duckdb
    except ImportError as missing:
        raise OpdatError(
            "DuckDB is not installed. Install the extra: pip install 'opdat-analytics[duckdb]'."
        ) from missing
    connection = duckdb.connect()
    observations, superseded = (_files(opened, table) for table in ("observations", "superseded"))
    identity = " AND ".join(f"s.{name} = o.{name}" for name in IDENTITY)
    none = not any(entry["rows"] for entry in opened.manifest["across"].get("superseded", []))
    older = f"SELECT 1 FROM read_parquet([{superseded}]) s WHERE {identity}"  # noqa: S608 - paths and columns of ours
    current = "TRUE" if none else f"NOT EXISTS ({older})"
    regions = _regions_sql(connection, observations, scheme) if scheme is not None else ""
    columns = []
    for column in TABLES["observations"]:
        columns.append(f"{current} AS current" if column.name == "current" else f"o.{column.name}")
        if column.name == "place" and scheme is not None:
            columns += [f"'{scheme}' AS scheme", "r.region"]
    joined = f"JOIN (VALUES {regions}) r(place, region) ON r.place = o.place" if regions else ""
    return connection.sql(f"SELECT {', '.join(columns)} FROM read_parquet([{observations}]) o {joined}")  # noqa: S608


def spark_observations(spark: Any, opened: Publication, scheme: str | None = None) -> Any:
    """The observations of a publication as a Spark frame, over the same parts.

    Parameters
    ----------
    spark
        A ``pyspark.sql.SparkSession``; the parts must be where its workers can read them.
    opened, scheme
        As for `duckdb_observations`.

    Returns
    -------
    pyspark.sql.DataFrame
        Columns of ``opdat.observations``; rows in no order.

    Raises
    ------
    UnknownName
        If the scheme is not known.
    """
    from pyspark.sql import functions as F  # noqa: N812 - its usual name

    rows = spark.read.parquet(*map(str, opened.parts("observations")))
    superseded = spark.read.parquet(*map(str, opened.parts("superseded"))).select(*IDENTITY)
    marked = superseded.withColumn("_superseded", F.lit(True))
    rows = rows.join(F.broadcast(marked), list(IDENTITY), "left").withColumn("current", F.col("_superseded").isNull())
    names = [column.name for column in TABLES["observations"]]
    if scheme is not None:
        places = [row["place"] for row in rows.select("place").distinct().collect()]
        known = spark.createDataFrame(sorted(_regions(places, scheme).items()), "place string, region string")
        rows = rows.join(F.broadcast(known), "place").withColumn("scheme", F.lit(scheme))
        at = names.index("place") + 1
        names[at:at] = ["scheme", "region"]
    return rows.select(*names)


def _files(opened: Publication, table: str) -> str:
    return ", ".join(_quoted(str(path)) for path in opened.parts(table))


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def in_list(column: str, values: list[str]) -> str:
    """An SQL condition: the column has one of the values."""
    return f"{column} IN ({', '.join(map(_quoted, values))})"


def _regions_sql(connection: Any, observations: str, scheme: str) -> str:
    places = connection.sql(f"SELECT DISTINCT place FROM read_parquet([{observations}])").fetchall()  # noqa: S608
    regions = _regions([place for (place,) in places], scheme)
    return ", ".join(f"({_quoted(place)}, {_quoted(region)})" for place, region in sorted(regions.items()))


def _regions(places: list[str], scheme: str) -> Mapping[str, str]:
    """The region of each place; a joint statement belongs to a region where all its places do."""
    known = vocab.scheme(scheme)
    found = {}
    for place in places:
        inside = {known.get(one, OUTSIDE) for one in place.split(";")}
        found[place] = inside.pop() if len(inside) == 1 else SEVERAL
    return found
