"""Makes the "Driftline Sans" files from Inter's static OpenType files.

    python3 make.py FOLDER_WITH_INTER_OTF OUTPUT_FOLDER

Needs fonttools. The same input gives the same bytes.
"""

import sys
from pathlib import Path

from fontTools.misc.timeTools import timestampFromString
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, newTable

FAMILY = "Driftline Sans"
# Largest distance of the quadratic outlines from the cubic ones, in font units of 1/2816 em (Inter's own grid).
CURVE_ERROR = 1.0

UNICODES = [
    *range(0x20, 0x7F),  # Basic Latin
    *range(0xA0, 0x180),  # Latin-1, Latin Extended-A
    *range(0x218, 0x21C),  # Romanian
    0x1E9E,  # capital sharp s
    *range(0x2B0, 0x300),  # modifier letters, free-standing accents
    *range(0x370, 0x400),  # Greek
    *range(0x400, 0x460),  # Cyrillic
    *range(0x490, 0x492),
    *range(0x2000, 0x2070),  # punctuation and spaces
    *range(0x2070, 0x20A0),  # superscripts and subscripts
    *range(0x20A0, 0x20C1),  # currencies
    *range(0x2100, 0x2150),  # letter-like
    *range(0x2150, 0x2190),  # fractions
    *range(0x2190, 0x2200),  # arrows
    *range(0x2200, 0x2300),  # mathematics
    *range(0x2300, 0x2400),  # technical: keyboard signs
    *range(0x25A0, 0x2600),  # geometric shapes
    *range(0x2600, 0x2800),  # symbols, dingbats
    *range(0x2B00, 0x2C00),  # more arrows and shapes
    0xFFFD,
]


def tabular_by_default(font):
    """Points the character map of figures at their tabular glyphs, by the font's own `tnum` feature."""
    gsub = font["GSUB"].table
    swaps = {}
    for record in gsub.FeatureList.FeatureRecord:
        if record.FeatureTag == "tnum":
            for index in record.Feature.LookupListIndex:
                for sub in gsub.LookupList.Lookup[index].SubTable:
                    swaps.update(getattr(sub, "ExtSubTable", sub).mapping)
    figures = {code: swaps[glyph] for code, glyph in font.getBestCmap().items() if chr(code) in "0123456789"}
    for table in font["cmap"].tables:
        table.cmap.update(figures)
    # In some weights rounding left them a few units apart.
    metrics = font["hmtx"]
    width = max(metrics[glyph][0] for glyph in figures.values())
    for glyph in figures.values():
        metrics[glyph] = (width, metrics[glyph][1])


def quadratic(font):
    """Turns CFF outlines into TrueType ones."""
    order, glyphs, metrics = font.getGlyphOrder(), {}, font["hmtx"]
    source = font.getGlyphSet()
    for name in order:
        pen = TTGlyphPen(source)
        source[name].draw(Cu2QuPen(pen, CURVE_ERROR, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"] = newTable("loca")
    font["glyf"] = glyf = newTable("glyf")
    glyf.glyphOrder, glyf.glyphs = order, glyphs
    for name in order:
        glyphs[name].recalcBounds(glyf)
        metrics[name] = (metrics[name][0], getattr(glyphs[name], "xMin", 0))
    for tag in ("CFF ", "VORG"):
        if tag in font:
            del font[tag]
    maxp = font["maxp"]
    maxp.tableVersion = 0x00010000
    for field in ("maxTwilightPoints", "maxStorage", "maxFunctionDefs", "maxInstructionDefs",
                  "maxStackElements", "maxSizeOfInstructions"):
        setattr(maxp, field, 0)
    maxp.maxZones = 1
    font.sfntVersion = "\x00\x01\x00\x00"


def rename(font, style):
    name = font["name"]
    keep = {record.nameID: record.toUnicode() for record in name.names}
    name.names = []
    postscript = f"{FAMILY.replace(' ', '')}-{style}"
    words = {
        0: keep[0],
        3: f"{postscript};from {keep[5]} of Inter",
        4: f"{FAMILY} {style}",
        5: keep[5],
        6: postscript,
        13: keep.get(13, "This Font Software is licensed under the SIL Open Font License, Version 1.1."),
        14: keep.get(14, "https://openfontlicense.org"),
    }
    if style == "Regular":
        words |= {1: FAMILY, 2: "Regular"}
    else:
        words |= {1: f"{FAMILY} {style}", 2: "Regular", 16: FAMILY, 17: style}
    for number, text in sorted(words.items()):
        name.setName(text, number, 3, 1, 0x409)


def make(source, target, style):
    font = TTFont(source, recalcTimestamp=False)
    tabular_by_default(font)
    options = Options()
    options.layout_features = ["kern", "mark", "mkmk", "ccmp", "locl"]
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.hinting = False
    options.glyph_names = False
    options.desubroutinize = True
    options.drop_tables += ["DSIG", "meta"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=UNICODES)
    subsetter.subset(font)
    quadratic(font)
    rename(font, style)
    font["post"].formatType = 3.0
    font["head"].modified = timestampFromString("Thu Jan  1 00:00:00 2026")
    font.save(target)
    print(f"{target}: {target.stat().st_size:,} bytes, {len(font.getGlyphOrder())} glyphs")


if __name__ == "__main__":
    inputs, outputs = Path(sys.argv[1]), Path(sys.argv[2])
    for style in ("Regular", "SemiBold"):
        make(inputs / f"Inter-{style}.otf", outputs / f"DriftlineSans-{style}.ttf", style)
