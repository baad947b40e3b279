"""The vocabulary: what it is sure of, what it holds, and that its files keep their promises."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pycountry
import pytest

from opdat_analytics import vocab
from opdat_analytics.model import ALLOWED, UnknownName
from opdat_analytics.vocab import resolve, tables
from opdat_analytics.vocab.words import key

LANGUAGES = ("en", "es", "fr", "pt")


# --- comparing words -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "compared"),
    [
        ("  Côte\u00a0d’Ivoire ", "cote d'ivoire"),
        ("MÉXICO", "mexico"),
        ("Trinidad & Tobago", "trinidad and tobago"),
        ("Trinidad\u2009&\u2009Tobago", "trinidad and tobago"),
        ("“Kosovo”*", "kosovo"),
        ("Guinea–Bissau", "guinea-bissau"),
        ("Straße", "strasse"),
        ("ﬁscal", "fiscal"),
        ("Bolivia (Plurinational State of)", "bolivia (plurinational state of)"),
        ("-", "-"),
        ("", ""),
    ],
)
def test_normalise_levels_what_does_not_tell_words_apart(printed: str, compared: str) -> None:
    assert vocab.normalise(printed) == compared
    assert vocab.normalise(compared) == compared


def test_suggest_names_the_nearest_and_stays_silent_when_nothing_is_near() -> None:
    assert vocab.suggest("prosecusions", ["convictions", "prosecutions"]) == "prosecutions"
    assert vocab.suggest("zebra", ["convictions", "prosecutions"]) is None


# --- places ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("Kosovo", "XKX"),
        ("Kosovo*", "XKX"),
        ("U.S.", "USA"),
        ("USA", "USA"),
        ("United States", "USA"),
        ("EE. UU.", "USA"),
        ("EEUU", "USA"),
        ("México", "MEX"),
        ("MEXICO", "MEX"),
        ("Filipinas", "PHL"),
        ("the Philippines", "PHL"),
        ("Estados Unidos", "USA"),
        ("Indonésie", "IDN"),
        ("Albanie", "ALB"),
        ("BiH", "BIH"),
        ("Bosnia & Herzegovina", "BIH"),
        ("Macedonia", "MKD"),
        ("FYROM", "MKD"),
        ("Côte d’Ivoire", "CIV"),
        ("Ivory Coast", "CIV"),
        ("Costa do Marfim", "CIV"),
        ("Türkiye", "TUR"),
        ("Turkey", "TUR"),
        ("Viet Nam", "VNM"),
        ("Vietnam", "VNM"),
        ("Vietnã", "VNM"),
        ("Bolivia (Plurinational State of)", "BOL"),
        ("Bolivia, Plurinational State of", "BOL"),
        ("Iran (Islamic Republic of)", "IRN"),
        ("China, Hong Kong SAR", "HKG"),
        ("Republic of Korea", "KOR"),
        ("Democratic Republic of the Congo", "COD"),
        ("RDC", "COD"),
        ("Congo (Brazzaville)", "COG"),
        ("Micronesia", "FSM"),
        ("Guinea", "GIN"),
        ("Guiné-Bissau", "GNB"),
        ("Guinea Bissau", "GNB"),
        ("Niger", "NER"),
        ("Nigeria", "NGA"),
        ("Samoa", "WSM"),
        ("Dominica", "DMA"),
        ("Dominique", "DMA"),
        ("Ireland", "IRL"),
        ("Palestine", "PSE"),
        ("Bahamas, The", "BHS"),
        ("The Gambia", "GMB"),
        ("St. Lucia", "LCA"),
        ("Timor Leste", "TLS"),
        ("Burma", "MMR"),
        ("Serbia and Montenegro", "SCG"),
        ("Global", "WORLD"),
        ("Sark", "SARK"),
        ("Western District of Texas", "US_TXW"),
        ("Central and Eastern Europe", "OPDAT_CEE"),
        ("Northern Triangle", "SLV;GTM;HND"),
    ],
)
def test_printed_places_find_their_code(printed: str, code: str) -> None:
    assert vocab.resolve_place(printed) == vocab.Match(code)


@pytest.mark.parametrize(
    ("printed", "candidates"),
    [
        ("Congo", {"COD", "COG"}),
        ("Korea", {"KOR", "PRK"}),
        ("Corée", {"KOR", "PRK"}),
        ("Georgia", {"GEO", "US_GA"}),
        ("Virgin Islands", {"VGB", "VIR"}),
        ("Saint Martin", {"MAF", "SXM"}),
        ("Africa", {"TIP_AF", "OPDAT_AFRICA", "UN_002"}),
        ("África", {"TIP_AF", "OPDAT_AFRICA", "UN_002"}),
        ("Asia", {"OPDAT_ASIA", "UN_142"}),
        ("Europe", {"TIP_EUR", "UN_150"}),
        ("Western Hemisphere", {"TIP_WHA", "OPDAT_WHA"}),
        ("EU", {"EU27_2020", "EU28"}),
    ],
)
def test_a_word_for_several_places_is_held_with_its_candidates(printed: str, candidates: set[str]) -> None:
    match = vocab.resolve_place(printed)
    assert match.code is None
    assert set(match.candidates) == candidates


@pytest.mark.parametrize(
    ("printed", "suggestion"),
    [
        ("Phillipines", "Philippines (PHL)"), ("Guatamala", "Guatemala (GTM)"), ("Etiopa", "Etiopía (ETH)"),
        ("Allemagn", "Allemagne (DEU)"), ("Moçambque", "Moçambique (MOZ)"), ("Nigera", "Nigeria (NGA) or Niger (NER)"),
        ("AGP", "Angola (AGO) or Singapore (SGP) or Afghanistan (AFG) or Argentina (ARG)"),
        ("ALBN", "Albania (ALB) or Lebanon (LBN)"), ("alb", "Albania (ALB)"), ("XKK", "Kosovo (XKX)"),
        ("al", "Albania (ALB)"),
        ("GER", "Germany (DEU) or United Kingdom (GBR) or Georgia (GEO) or Niger (NER)"), ("ZZZ", None),
    ],
)  # fmt: skip
def test_a_misspelling_is_suggested_and_never_taken(printed: str, suggestion: str | None) -> None:
    assert vocab.resolve_place(printed) == vocab.Match(None, (), suggestion)


@pytest.mark.parametrize("printed", ["", " ", "-", "Total", "Northern Ireland", "North", "Various"])
def test_what_is_no_known_place_stays_unresolved(printed: str) -> None:
    match = vocab.resolve_place(printed)
    assert (match.code, match.candidates) == (None, ())


def test_codes_count_only_in_upper_case() -> None:
    assert vocab.resolve_place("NA").code == "NAM"
    assert vocab.resolve_place("na").code is None
    assert vocab.resolve_place("PHL").code == "PHL"
    assert vocab.resolve_place("phl").code is None
    assert vocab.resolve_place("XK").code == "XKX"
    assert vocab.resolve_place("GEO").code == "GEO"
    assert vocab.resolve_place("SLV; GTM").code == "SLV;GTM"


def test_a_sources_own_alias_goes_first_and_may_name_several_places() -> None:
    aliases = {"Georgia": "GEO", "CostaRica": "CRI", "El Salvador / Guatemala": "SLV;GTM", "Macedonia": "SCG"}
    assert vocab.resolve_place(" georgia ", aliases).code == "GEO"
    assert vocab.resolve_place("CostaRica", aliases).code == "CRI"
    assert vocab.resolve_place("El Salvador / Guatemala", aliases).code == "SLV;GTM"
    assert vocab.resolve_place("Macedonia", aliases).code == "SCG"
    assert vocab.resolve_place("Albania", aliases).code == "ALB"


def test_an_alias_to_an_unknown_code_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"“Filipinas” leads to “PHLX”.*did you mean Philippines \(PHL\)"):
        vocab.resolve_place("Filipinas", {"Filipinas": "MEX;PHLX"})


def test_names_and_levels_of_joined_codes() -> None:
    assert vocab.place_name("XKX") == "Kosovo"
    assert vocab.place_name("SLV;GTM") == "El Salvador and Guatemala"
    assert vocab.place_name("SLV;GTM;HND") == "El Salvador, Guatemala and Honduras"
    assert vocab.place_name("USA;UNNAMED_FOREIGN") == "United States and foreign governments, unnamed"
    assert vocab.place_name("UNNAMED_FOREIGN") == "Foreign governments, unnamed"
    assert [vocab.level_of(code) for code in ("SLV", "SLV;GTM", "WORLD", "TIP_AF", "US_TXW", "EU27_2020")] == [
        "country", "group", "global", "region", "subnational", "group",
    ]  # fmt: skip
    with pytest.raises(UnknownName, match="“PHX” is not a known place code"):
        vocab.place_name("SLV;PHX")


# --- the files of places ---------------------------------------------------------------------------------------------


def test_every_country_of_iso_3166_is_a_country_here_and_kosovo_too() -> None:
    countries = {code for code, place in vocab.places().items() if place.level == "country" and place.kind != "former"}
    assert countries == {country.alpha_3 for country in pycountry.countries} | {"XKX"}
    assert len(countries) == 250


@pytest.mark.parametrize("country", list(pycountry.countries), ids=lambda country: country.alpha_3)
def test_codes_of_iso_3166_resolve(country: object) -> None:
    assert vocab.resolve_place(country.alpha_3).code == country.alpha_3  # type: ignore[attr-defined]
    assert vocab.resolve_place(country.alpha_2).code == country.alpha_3  # type: ignore[attr-defined]


def test_levels_are_those_of_the_model() -> None:
    assert {place.level for place in vocab.places().values()} == set(ALLOWED["level"])


def test_no_code_is_listed_twice() -> None:
    assert [code for code, n in Counter(row["code"] for row in tables.rows("places.csv")).items() if n > 1] == []


def test_every_alias_leads_to_known_codes() -> None:
    known = set(vocab.places())
    assert [row for row in tables.rows("aliases.csv") if not set(row["code"].split(";")) <= known] == []
    assert [row for row in tables.rows("ambiguous.csv") if not set(row["candidates"].split(";")) <= known] == []


def test_no_alias_is_written_twice_or_is_ambiguous() -> None:
    words = Counter(key(row["text"]) for row in tables.rows("aliases.csv") if row["language"] != "code")
    ambiguous = {key(row["text"]) for row in tables.rows("ambiguous.csv")}
    assert [word for word, n in words.items() if n > 1] == []
    assert set(words) & ambiguous == set()


def test_a_name_that_several_places_bear_is_ambiguous() -> None:
    names = Counter(key(place.name) for place in vocab.places().values())
    ambiguous = {key(row["text"]) for row in tables.rows("ambiguous.csv")}
    assert {name for name, n in names.items() if n > 1} <= ambiguous


def test_no_alias_is_the_name_of_another_place() -> None:
    names = {key(place.name): code for code, place in vocab.places().items()}
    aliases = [(row["text"], row["code"]) for row in tables.rows("aliases.csv") if row["language"] != "code"]
    assert [(text, code) for text, code in aliases if names.get(key(text), code) != code] == []


# --- schemes ---------------------------------------------------------------------------------------------------------


def test_the_schemes() -> None:
    assert set(vocab.schemes()) == {"opdat", "tip_report_2006", "tip_report_2024", "un_m49", "un_m49_subregion"}
    with pytest.raises(UnknownName, match="Did you mean “tip_report_2024”"):
        vocab.scheme("tip_report_2025")


@pytest.mark.parametrize("name", vocab.schemes())
def test_every_scheme_is_a_partition_of_known_places(name: str) -> None:
    listed = [row["place"] for row in tables.rows("schemes.csv") if row["scheme"] == name]
    assert [place for place, n in Counter(listed).items() if n > 1] == []
    assert set(listed) <= set(vocab.places())


@pytest.mark.parametrize(
    ("name", "regions"),
    [
        ("opdat", "Western Hemisphere; Asia; Africa; Central and Eastern Europe"),
        (
            "tip_report_2006",
            "Africa; East Asia and Pacific; Europe and Eurasia; Near East; South Asia; Western Hemisphere",
        ),
        (
            "tip_report_2024",
            "Africa; East Asia and Pacific; Europe; Near East; South and Central Asia; Western Hemisphere",
        ),
        ("un_m49", "Africa; Americas; Asia; Europe; Oceania"),
    ],
)
def test_the_regions_of_a_scheme(name: str, regions: str) -> None:
    assert set(vocab.scheme(name).values()) == set(regions.split("; "))


@pytest.mark.parametrize(
    ("name", "code", "region"),
    [
        ("opdat", "XKX", "Central and Eastern Europe"),
        ("opdat", "BALKANS", "Central and Eastern Europe"),
        ("opdat", "PRI", "Western Hemisphere"),
        ("opdat", "TRI_BORDER", "Western Hemisphere"),
        ("opdat", "EGY", "Africa"),
        ("opdat", "MDV", "Asia"),
        ("opdat", "FRA", None),
        ("opdat", "AUS", None),
        ("tip_report_2006", "KAZ", "Europe and Eurasia"),
        ("tip_report_2024", "KAZ", "South and Central Asia"),
        ("tip_report_2006", "TIP_SA", "South Asia"),
        ("tip_report_2024", "TIP_SA", None),
        ("tip_report_2024", "XKX", "Europe"),
        ("tip_report_2024", "TWN", "East Asia and Pacific"),
        ("tip_report_2024", "EGY", "Near East"),
        ("tip_report_2024", "SDN", "Africa"),
        ("tip_report_2024", "CAN", "Western Hemisphere"),
        ("un_m49", "CYP", "Asia"),
        ("un_m49_subregion", "BRA", "Latin America and the Caribbean"),
        ("un_m49", "WORLD", None),
    ],
)
def test_where_a_scheme_puts_a_place(name: str, code: str, region: str | None) -> None:
    assert vocab.scheme(name).get(code) == region


# --- measures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "language", "code"),
    [
        ("Prosecutions", "en", "prosecutions"),
        ("conviction", "en", "convictions"),
        ("Persons convicted", "en", "convictions"),
        ("Persons brought into formal contact", "en", "suspects"),
        ("Detected trafficking victims", "en", "victims_identified"),
        ("Offences of trafficking in persons", "en", "offences_recorded"),
        ("denuncias", "es", "complaints"),
        ("Condenas", "es", "convictions"),
        ("sentencia condenatoria", "es", "convictions"),
        ("sentencia absolutoria", "es", "acquittals"),
        ("víctimas identificadas", "es", "victims_identified"),
        ("arrests", "es", "arrests"),
        ("condamnations", "fr", "convictions"),
        ("poursuites", "fr", "prosecutions"),
        ("mises en examen", "fr", "charges"),
        ("condenações", "pt", "convictions"),
        ("vítimas identificadas", "pt", "victims_identified"),
    ],
)
def test_printed_measures_find_their_code(printed: str, language: str, code: str) -> None:
    assert vocab.resolve_measure(printed, language).code == code


@pytest.mark.parametrize(
    ("printed", "language", "place", "code"),
    [
        ("imputados", "es", "COL", "charges"),
        ("imputados", "es", "MEX", "suspects"),
        ("requerimiento fiscal", "es", "SLV", "charges"),
        ("vinculación a proceso", "es", "MEX", "prosecutions"),
        ("acusaciones", "es", "GTM", "indictments"),
        ("sentencias", "es", "HND", "sentences"),
        ("denúncias", "pt", "BRA", "indictments"),
        ("denúncias", "pt", "PRT", "complaints"),
    ],
)
def test_a_national_term_needs_its_country(printed: str, language: str, place: str, code: str) -> None:
    assert vocab.resolve_measure(printed, language, place) == vocab.Match(code)
    held = vocab.resolve_measure(printed, language)
    assert held.code is None
    assert code in held.candidates
    assert len(held.candidates) > 1


def test_the_stages_that_spanish_tells_apart_stay_apart() -> None:
    words = ("denuncia", "imputado", "requerimiento fiscal", "sentencia", "condena")
    codes = [vocab.resolve_measure(word, "es", "HND").code for word in words]
    assert codes == ["complaints", "charges", "charges", "sentences", "convictions"]


def test_a_national_term_of_a_country_not_listed_is_held() -> None:
    assert vocab.resolve_measure("imputados", "es", "CUB").code is None


def test_a_national_term_of_several_countries_needs_one_meaning() -> None:
    assert vocab.resolve_measure("imputados", "es", "SLV;GTM").code == "suspects"
    assert vocab.resolve_measure("imputados", "es", "SLV;HND").code is None


def test_a_misspelt_measure_is_only_suggested() -> None:
    assert vocab.resolve_measure("convicions") == vocab.Match(None, (), "Convictions (convictions)")


def test_measures_keep_to_the_models_units_and_stages_ascend() -> None:
    for measure in vocab.measures().values():
        assert measure.unit in measure.units
        assert set(measure.units) <= set(ALLOWED["unit"])
        assert measure.flow in ("flow", "stock")
        assert measure.flow == "flow" or "period" not in measure.additive
        assert set(measure.aliases) == set(LANGUAGES)
        assert measure.definition
        assert measure.excludes
    stages = [measure.stage for measure in vocab.measures().values() if measure.stage is not None]
    assert stages == sorted(set(stages))


def test_the_order_of_a_case() -> None:
    stage = {code: measure.stage for code, measure in vocab.measures().items()}
    case = ["complaints", "investigations", "arrests", "charges", "prosecutions", "convictions", "sentences"]
    assert sorted(case, key=lambda code: stage[code] or 0) == case
    assert stage["victims_identified"] is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_means_two_measures(language: str) -> None:
    meant: dict[str, set[str]] = {}
    for code, measure in vocab.measures().items():
        for text in (code.replace("_", " "), measure.name, *measure.aliases[language], *measure.aliases["en"]):
            meant.setdefault(key(text), set()).add(code)
    assert {word: codes for word, codes in meant.items() if len(codes) > 1} == {}
    assert {word for lang, word in resolve._national_terms() if lang == language} & set(meant) == set()


def test_national_terms_lead_to_known_measures_and_countries() -> None:
    for term in resolve._national_terms().values():
        assert set(term.candidates) <= set(vocab.measures())
        assert len(term.candidates) > 1 or len(set(term.by_place.values())) == 1
        assert {vocab.level_of(place) for place in term.by_place} <= {"country"}


def test_every_programme_country_that_speaks_spanish_has_national_terms() -> None:
    told = {place for term in resolve._national_terms().values() for place in term.by_place}
    assert {"ARG", "COL", "GTM", "HND", "MEX", "PRY", "SLV"} <= told


# --- offences and activity types -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "language", "code"),
    [
        ("Trafficking in persons", "en", "trafficking"),
        ("TIP", "en", "trafficking"),
        ("HS", "en", "smuggling"),
        ("alien smuggling", "en", "smuggling"),
        ("TIP/HS", "en", "both"),
        ("Human Smuggling / Trafficking in Persons", "en", "both"),
        ("trata de personas", "es", "trafficking"),
        ("tráfico ilegal de personas", "es", "smuggling"),
        ("tráfico ilícito de migrantes", "es", "smuggling"),
        ("traite des êtres humains", "fr", "trafficking"),
        ("trafic illicite de migrants", "fr", "smuggling"),
        ("tráfico de pessoas", "pt", "trafficking"),
        ("contrabando de migrantes", "pt", "smuggling"),
    ],
)
def test_printed_offences_find_their_code(printed: str, language: str, code: str) -> None:
    assert vocab.resolve_offence(printed, language) == vocab.Match(code)
    assert code in ALLOWED["offence"]


@pytest.mark.parametrize(("printed", "language"), [("tráfico", "es"), ("tráfico", "pt"), ("trafic", "fr")])
def test_a_word_for_either_offence_is_held(printed: str, language: str) -> None:
    assert vocab.resolve_offence(printed, language) == vocab.Match(None, ("trafficking", "smuggling"))


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("RLA deployment", "rla_deployment"),
        ("mentoring", "mentoring"),
        ("Regional HS meeting", "regional_meeting"),
        ("victim-centered skills", "victim_centred_skills"),
        ("funded project", "funded_project"),
        ("curriculum_development", "curriculum_development"),
    ],
)
def test_printed_activity_types_find_their_code(printed: str, code: str) -> None:
    assert vocab.resolve_activity_type(printed).code == code
    assert code in vocab.activity_types()


def test_no_word_means_two_activity_types_or_two_offences() -> None:
    meant: dict[str, set[str]] = {}
    for code, entry in tables.document("activity_types.toml").items():
        for text in (code, entry["name"], *entry["aliases"]):
            meant.setdefault(key(text), set()).add(code)
    assert {word: codes for word, codes in meant.items() if len(codes) > 1} == {}
    for language in LANGUAGES:
        lexicon = Counter(
            key(text) for offence in tables.document("offences.toml").values() for text in offence[language]
        )
        assert [word for word, n in lexicon.items() if n > 1] == []


# --- population, breaks, cost ----------------------------------------------------------------------------------------


def test_population_is_of_countries_only_and_not_of_the_publishers_aggregates() -> None:
    frame = vocab.population()
    assert list(frame.columns) == ["place", "year", "population"]
    assert {vocab.level_of(code) for code in frame["place"].unique()} == {"country"}
    assert not frame.duplicated(["place", "year"]).any()
    assert frame["year"].min() == 2000
    assert {"XKX", "NAM", "PRI"} <= set(frame["place"])
    assert "TWN" not in set(frame["place"])
    assert frame.loc[(frame["place"] == "XKX") & (frame["year"] == 2000), "population"].item() == 1_802_493


def test_the_population_handed_out_is_the_callers_own() -> None:
    mine = vocab.population()
    mine["population"] = 0
    assert vocab.population()["population"].min() > 0


def test_breaks_name_known_measures_and_places() -> None:
    assert tables._text("breaks.csv").splitlines()[0] == "source,measure,place,year,note"
    for known in vocab.breaks():
        assert known.measure in vocab.measures()
        assert known.place in vocab.places()


def test_pandas_is_not_imported_until_population_is_asked_for() -> None:
    code = "import sys, opdat_analytics.vocab as v; v.resolve_place('Kosovo'); sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_country_string_of_unodcs_workbooks_resolves_or_is_held_on_purpose() -> None:
    testdata = os.environ.get("OPDAT_TESTDATA")
    if not testdata:
        pytest.skip("OPDAT_TESTDATA names no folder with real workbooks")
    workbooks = sorted(Path(testdata).rglob("data_glotip_*.xlsx"))
    if not workbooks:
        pytest.skip(f"no data_glotip_*.xlsx below {testdata}")
    from python_calamine import CalamineWorkbook

    printed: set[tuple[str, str]] = set()
    for path in workbooks:
        lines = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
        start = next(i for i, line in enumerate(lines) if "Country" in line)
        iso, name = lines[start].index("Iso3_code"), lines[start].index("Country")
        printed |= {(str(line[iso]), str(line[name])) for line in lines[start + 1 :] if line[name]}
    assert len(printed) > 150
    matches = {(iso, name): vocab.resolve_place(name) for iso, name in printed}
    assert {name for (_, name), match in matches.items() if match.code is None} == {"Congo", "Georgia"}
    assert all(match.candidates for match in matches.values() if match.code is None)
    assert [pair for pair, match in matches.items() if match.code and pair[0] and match.code != pair[0]] == []
