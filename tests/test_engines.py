"""The same question of the same parts on pandas, DuckDB and Spark has the same answer."""

from __future__ import annotations

import shutil

import pytest
from pandas.testing import assert_frame_equal

import opdat_analytics as opdat
from opdat_analytics import engines, metrics, store
from opdat_analytics.model import TABLES, UnknownName

QUESTIONS = [
    ("convictions", {"by": ["region", "year"], "source": "unodc_glotip"}),
    ("convictions", {"by": ["place", "year"], "source": "unodc_glotip", "years": range(2015, 2021)}),
    ("victims_identified", {"by": ["region"], "source": "unodc_glotip", "years": 2019}),
    ("legislation", {"by": ["level", "calendar", "year"], "source": "tip_report"}),
    ("convictions", {"by": ["edition"], "source": "unodc_glotip", "years": 2019}),
    ("prosecutions", {"by": ["year"], "source": "tip_report", "level": "global"}),
    ("convictions", {"by": ["as_of", "reporter"], "source": "jtfa", "accumulation": "to_date"}),
]


@pytest.mark.parametrize(("measure", "asked"), QUESTIONS, ids=lambda x: x if isinstance(x, str) else "+".join(x["by"]))
def test_duckdb_answers_as_pandas_does(record_home, measure, asked):
    here = opdat.observations(scheme="opdat", home=record_home)
    there = opdat.observations(scheme="opdat", home=record_home, engine="duckdb")

    assert_frame_equal(metrics.totals(there, measure, **asked), metrics.totals(here, measure, **asked))


def test_a_relation_has_the_rows_and_columns_of_the_frame(record_home):
    frame = opdat.observations(home=record_home, source="unodc_glotip")
    relation = opdat.observations(home=record_home, source="unodc_glotip", engine="duckdb")

    assert relation.columns == [column.name for column in TABLES["observations"]]
    found = relation.aggregate("count(*), sum(low), count(*) filter (current)").fetchall()[0]
    assert found == (len(frame), frame["low"].sum(), frame["current"].sum())


def test_only_known_engines_and_sources_are_opened(record_home):
    with pytest.raises(UnknownName, match="pandas and duckdb"):
        opdat.observations(home=record_home, engine="polars")
    with pytest.raises(UnknownName, match="did you mean “jtfa”"):
        opdat.observations(home=record_home, source="jtfb", engine="duckdb")


@pytest.fixture(scope="module")
def spark():
    sql = pytest.importorskip("pyspark.sql", reason="pyspark is not installed (extra “spark”)")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed; Spark needs it")
    session = (
        sql.SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .getOrCreate()
    )
    yield session
    session.stop()


@pytest.mark.slow
def test_spark_answers_as_pandas_does(record_home, spark):
    here = opdat.observations(scheme="opdat", home=record_home)
    there = engines.spark_observations(spark, store.open_publication(record_home), "opdat").cache()

    for measure, asked in QUESTIONS:
        assert_frame_equal(metrics.totals(there, measure, **asked), metrics.totals(here, measure, **asked))
