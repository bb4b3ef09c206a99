"""Writes words.tsv from the CLDR data that Babel packs: `python3 make.py > words.tsv`, with Babel 2.19.0 importable."""
import collections
import re
import sys
import unicodedata

from babel import Locale
from babel.localedata import locale_identifiers

LANGUAGES = """af am ar ast az be bg bn bs ca cs cy da de dsb el eo es et eu fa fi fil fo fr fy ga gd gl gu gsw he hi hr
hsb hu hy ia id is it ka kk km kn ky lb lo lt lv mk ml mn mr ms mt my nb ne nl nn no oc or pa pl ps pt rm ro ru sc sd si
sk sl so sq sr su sv sw ta te tg th tk tr tt ug uk ur uz vi xh zu""".split()
# What spreadsheets write and CLDR does not have.
MORE = {("de", 3): ["mrz"], ("es", 9): ["set"]}
# Cut so short that two months, or a filler word, are meant.
LESS = {"jui", "m", "f", "e", "de", "du", "a", "p"}


def fold(word):
    """Small letters without accents, marks and full stops; `fold` in src/events/times/tongue.rs does the same."""
    word = word.lower().replace("ı", "i").replace("ʼ", "'").replace("’", "'").replace("ʻ", "'")
    word = unicodedata.normalize("NFD", word)
    marked = lambda c: "\u0300" <= c <= "\u036f" or "\u064b" <= c <= "\u0655"
    word = "".join(c for c in word if not marked(c) and unicodedata.category(c) != "Cf")
    word = unicodedata.normalize("NFC", word)
    return re.sub(r"\s+", " ", word.replace(".", "")).strip()


def spelled(part):
    """All spellings of a locale's months, weekdays or halves of the day."""
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            try:
                yield from part[context][width].items()
            except KeyError:
                pass


months = {code: [set() for _ in range(12)] for code in LANGUAGES}
weekdays, halves = collections.defaultdict(set), collections.defaultdict(lambda: {"am": set(), "pm": set()})
for identifier in locale_identifiers():
    locale = Locale.parse(identifier, sep="_")
    code = locale.language
    if code not in months:
        continue
    for month, word in spelled(locale.months):
        word = re.sub("^de ", "", fold(word))
        if len(word) > 1 and word not in LESS and not any(c.isdigit() for c in word):
            months[code][month - 1].add(word)
    weekdays[code] |= {fold(word) for _, word in spelled(locale.days) if len(fold(word)) > 1}
    for half, word in spelled(locale.day_periods):
        if half in ("am", "pm") and fold(word) not in ("am", "pm", "a m", "p m"):
            halves[code][half].add(fold(word))

for code in LANGUAGES:
    if not all(months[code]):
        continue
    for (language, month), words in MORE.items():
        if language == code:
            months[code][month - 1] |= set(words)
    am, pm = halves[code]["am"], halves[code]["pm"]
    cells = [code, Locale(code).get_display_name("en")]
    cells += [",".join(sorted(words, key=lambda word: (len(word), word))) for words in months[code]]
    cells += [",".join(sorted(words - {""})) for words in (weekdays[code], am - pm - LESS, pm - am - LESS)]
    sys.stdout.write("\t".join(cells) + "\n")
