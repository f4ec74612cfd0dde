"""Writes src/model/reading/countries.txt: a country a line, its codes, then its names.

Names are those of CLDR in the languages below, of ISO 3166-1 (common and official), and those that people use besides.
    pip install babel==2.19.0 pycountry==26.2.16
    python .ci/countries.py > src/model/reading/countries.txt
"""

import unicodedata

import pycountry
from babel import Locale, __version__ as babel

LANGUAGES = (
    "en bg ca cs da de el es et eu fi fr ga gl he hr hu is it ja ko lt lv mk mt nb nl pl pt ro ru sk sl sq sr sv tr uk "
    "ar fa hi id ms th vi zh zh_Hant"
).split()

# The names of their parts, their short forms and their former names stand for some; CLDR keeps these apart, or not at all.
BESIDES = {
    "AE": ["UAE", "Emirates"],
    "CD": ["DR Congo", "DRC", "Zaire", "Democratic Republic of the Congo"],
    "CI": ["Ivory Coast"],
    "GB": ["UK", "Great Britain", "Britain", "England", "Scotland", "Wales", "Northern Ireland"],
    "GR": ["EL"],
    "IE": ["Republic of Ireland"],
    "KP": ["DPRK"],
    "KR": ["Republic of Korea", "ROK"],
    "MK": ["Macedonia", "FYROM"],
    "MM": ["Burma"],
    "SZ": ["Swaziland"],
    "TR": ["Turkey"],
    "TL": ["East Timor"],
    "US": ["EUA", "EEUU"],
    "VA": ["Vatican", "Holy See"],
}


def key(name: str) -> str:
    """As the program compares names: no marks, no case, letters and digits only."""
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", name).casefold())
    is_letter = lambda c: c.isalnum() or unicodedata.category(c)[0] == "M" and unicodedata.combining(c) == 0
    return "".join(c for c in letters.replace("&", "and").replace("ı", "i") if is_letter(c))


def names() -> dict[str, list[str]]:
    found = {country.alpha_2: [country.alpha_3] for country in pycountry.countries}
    found["XK"] = ["XKX"]
    for country in pycountry.countries:
        for kind in ("name", "common_name", "official_name"):
            found[country.alpha_2].append(getattr(country, kind, None) or country.name)
    for language in LANGUAGES:
        territories = Locale.parse(language).territories
        for code, known in found.items():
            known.append(territories.get(code, code))
    for code, more in BESIDES.items():
        found[code] += more
    return found


owners: dict[str, set[str]] = {}
found = names()
codes = {key(code): {country} for country, known in found.items() for code in (country, known[0])}
for code, known in found.items():
    for name in known:
        owners.setdefault(key(name), set()).add(code)
owners |= codes
for code in sorted(found):
    seen = {key(code), ""}
    line = [code]
    for name in found[code]:
        # A name that two countries have is read as neither.
        if key(name) not in seen and owners[key(name)] == {code}:
            seen.add(key(name))
            line.append(name)
    print("\t".join(line))
