"""How much publishers restate, and how much of a year comes late."""

import numpy as np
import pandas as pd
import pytest
from builders import observations

from opdat_analytics.metrics import reporting_lag, revisions_size
from opdat_analytics.model import OpdatError


def revision(low_from, low_to, **more):
    row = {
        "source": "tip_report", "measure": "prosecutions", "kind": "restated", "low_from": low_from,
        "high_from": low_from, "low_to": low_to, "high_to": low_to,
    }  # fmt: skip
    row |= more
    return {
        **row, "change_low": row["low_to"] - row["high_from"], "change_high": row["high_to"] - row["low_from"]
    }  # fmt: skip


def test_the_trafficking_in_persons_report_restated_2005():
    # Trafficking in Persons Report 2006 and 2008: prosecutions 6,618 then 6,178; convictions 4,766 then 4,379.
    rows = pd.DataFrame([revision(6618.0, 6178.0), revision(4766.0, 4379.0, measure="convictions")])

    frame = revisions_size(rows).set_index("measure")

    assert frame.loc["prosecutions", ["n", "n_down", "change_low", "change_high"]].tolist() == [1, 1, -440, -440]
    assert frame.loc["prosecutions", "percent_median"] == pytest.approx(6.65, abs=0.005)
    assert frame.loc["convictions", "change_low"] == -387
    assert frame.loc["convictions", "percent_median"] == pytest.approx(8.12, abs=0.005)


def test_up_and_down_are_said_only_where_true_for_every_value():
    rows = pd.DataFrame(
        [
            revision(10.0, 12.0),
            revision(0.0, 2.0, high_from=4.0),
            revision(5.0, 7.0, high_to=np.nan),
            revision(0.0, 3.0),
        ]
    )

    row = revisions_size(rows, by=()).iloc[0]

    assert row[["n", "n_up", "n_down", "n_not_known", "n_exact"]].tolist() == [4, 3, 0, 1, 1]
    assert row["change_low"] == 2 - 2 + 2 + 3
    assert np.isnan(row["change_high"])
    assert row["percent_largest"] == pytest.approx(20)


def test_corrections_within_one_edition_are_no_restatements():
    rows = pd.DataFrame([revision(1.0, 2.0), revision(1.0, 9.0, kind="corrected")])

    assert revisions_size(rows)["left_out"].tolist() == ["1 corrected within one edition"]
    with pytest.raises(OpdatError, match="Nothing was restated"):
        revisions_size(rows[rows["kind"] == "corrected"])
    with pytest.raises(OpdatError, match=r"needs the column kind.*opdat.revisions"):
        revisions_size(observations([{}]))


def edition(label, published, current, cells):
    dated = {"edition": label, "published": pd.Timestamp(published), "current": current}
    return [{**dated, "place": place, "year": year, "low": low} for place, year, low in cells]


def test_what_comes_late_is_told_by_how_old_a_year_was():
    early = edition("2022", "2022-06-30", False, [("ALB", 2020, 5), ("ITA", 2020, 7), ("ALB", 2021, 6)])
    late = edition(
        "2024", "2024-06-30", True,
        [("ALB", 2020, 5), ("ITA", 2020, 9), ("ALB", 2021, 6), ("ITA", 2021, 8), ("KEN", 2021, 1), ("PER", 2021, 1)],
    )  # fmt: skip

    frame = reporting_lag(observations([*early, *late]), "convictions")

    assert list(zip(frame["year"], frame["n_then"], frame["n_now"], frame["missing"], strict=True)) == [
        (2020, 2, 2, 0), (2021, 1, 4, 0.75),
    ]  # fmt: skip
    assert frame[["low_then", "low_now"]].to_numpy().tolist() == [[12, 14], [6, 16]]
    assert frame["years_old"].tolist() == [1.5, 0.5]
    assert frame["edition"].tolist() == ["2022", "2022"]


def test_one_dated_edition_has_no_lag():
    rows = edition("2022", "2022-06-30", True, [("ALB", 2020, 5)])

    with pytest.raises(OpdatError, match="1 editions of unodc_glotip"):
        reporting_lag(observations([*rows, {"edition": None, "current": False}]), "convictions")
