"""Words and letters for sexes in headings of four languages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from opdat_analytics import vocab

SEX: Mapping[str, str] = {
    word: code
    for code, words in {
        "male": "male males man men m masculine hombre hombres varon varones masculino homem homens "
        "homme hommes masculin",
        "female": "female females woman women f feminine mujer mujeres femenino mulher mulheres "
        "feminino femme femmes feminin",
    }.items()
    for word in words.split()
}
BOYS_AND_GIRLS: Mapping[str, Mapping[str, str]] = {
    word: {"sex": sex, "age": age}
    for words, sex, age in (
        ("boys ninos garcons meninos", "male", "children"),
        ("girls ninas filles meninas", "female", "children"),
    )
    for word in words.split()
}

_OF_ADULTS: Mapping[str, str] = {
    word: code
    for code, words in {
        "male": "man men hombre hombres varon varones homme hommes homem homens",
        "female": "woman women mujer mujeres femme femmes mulher mulheres",
    }.items()
    for word in words.split()
}


def beside_children(words: Sequence[str]) -> dict[str, Mapping[str, str]]:
    """Girls and boys, and the women and men beside them, who are the grown ones there: alone, women are all females."""
    plain = {word: vocab.normalise(word) for word in words}
    children = {word: BOYS_AND_GIRLS[said] for word, said in plain.items() if said in BOYS_AND_GIRLS}
    if not children:
        return {}
    grown = {word: {"sex": _OF_ADULTS[said], "age": "adults"} for word, said in plain.items() if said in _OF_ADULTS}
    return {**children, **grown}


def letters_of_sexes(words: Sequence[str]) -> dict[str, str]:
    """Letters for sexes, by those that stand beside them: M is *male* beside F and *mujer* beside H."""
    said = {vocab.normalise(word): word for word in words}
    if {"m", "f"} <= said.keys() and "h" not in said:
        return {said["m"]: "male", said["f"]: "female"} | ({said["t"]: "total"} if "t" in said else {})
    other = next((letter for letter in ("m", "f") if letter in said), None)
    if "h" in said and other and not {"m", "f"} <= said.keys():
        return {said["h"]: "male", said[other]: "female"} | ({said["t"]: "total"} if "t" in said else {})
    return {}
