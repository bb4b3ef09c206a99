//! What the made-up shop sells: names put together from words.

/// Departments; a text's department is its number modulo this.
pub const DEPARTMENTS: u64 = 12;
/// Nouns in a department.
const NOUNS_EACH: u64 = 5;

const NOUNS: [&str; (DEPARTMENTS * NOUNS_EACH) as usize] = [
    "TEA CUP",
    "TEAPOT",
    "CAKE STAND",
    "MUG",
    "SUGAR BOWL", //
    "LUNCH BAG",
    "SHOPPER",
    "PURSE",
    "JUMBO BAG",
    "SUITCASE", //
    "T-LIGHT HOLDER",
    "CANDLE",
    "LANTERN",
    "INCENSE STICKS",
    "CANDLESTICK", //
    "CHRISTMAS BAUBLE",
    "WREATH",
    "ADVENT CALENDAR",
    "STOCKING",
    "PAPER STAR", //
    "JIGSAW",
    "WOODEN TRAIN",
    "DOLL",
    "SKIPPING ROPE",
    "PLAYING CARDS", //
    "WATERING CAN",
    "PLANT POT",
    "GARDEN GLOVES",
    "BIRD TABLE",
    "PARASOL", //
    "CUSHION",
    "RUG",
    "QUILT",
    "DOORMAT",
    "CURTAIN TIEBACK", //
    "NOTEBOOK",
    "GIFT WRAP",
    "PENCIL SET",
    "GREETING CARD",
    "STICKER SHEET", //
    "NECKLACE",
    "BRACELET",
    "EARRINGS",
    "HAIR GRIP",
    "BROOCH", //
    "CAKE TIN",
    "ROLLING PIN",
    "OVEN GLOVE",
    "APRON",
    "MEASURING SPOONS", //
    "PICTURE FRAME",
    "MIRROR",
    "CLOCK",
    "COAT HOOK",
    "METAL SIGN", //
    "BATH SALTS",
    "SOAP DISH",
    "HAND CREAM",
    "TOWEL",
    "HOT WATER BOTTLE", //
];

const COLOURS: [&str; 20] = [
    "RED",
    "BLUE",
    "PINK",
    "WHITE",
    "GREEN",
    "IVORY",
    "BLACK",
    "SILVER",
    "GOLD",
    "PURPLE",
    "CREAM",
    "TURQUOISE",
    "YELLOW",
    "ORANGE",
    "GREY",
    "LILAC",
    "ROSE",
    "AMBER",
    "MINT",
    "NAVY",
];

const MATERIALS: [&str; 20] = [
    "CERAMIC", "GLASS", "WOODEN", "FELT", "ENAMEL", "WICKER", "PAPER", "COTTON", "ZINC", "VINTAGE", "HANGING", "SMALL",
    "LARGE", "MINI", "SET OF 3", "SET OF 6", "FOLDING", "HANDMADE", "RETRO", "DELUXE",
];

const MOTIFS: [&str; 20] = [
    "",
    "HEART",
    "STAR",
    "RETROSPOT",
    "POLKADOT",
    "UNION JACK",
    "PAISLEY",
    "ROSES",
    "STRAWBERRY",
    "CIRCUS",
    "WOODLAND",
    "OWL",
    "REINDEER",
    "BUTTERFLY",
    "SKULLS",
    "DOLLY GIRL",
    "SPACEBOY",
    "BAROQUE",
    "REGENCY",
    "ANTIQUE",
];

/// The name of goods number `text`; no two numbers share one. Some have a comma or quotes, as names have.
pub fn name(text: u64) -> String {
    let noun = (text % DEPARTMENTS) * NOUNS_EACH + (text / DEPARTMENTS) % NOUNS_EACH;
    let rest = text / (DEPARTMENTS * NOUNS_EACH);
    let colour = COLOURS[((rest + noun * 7) % 20) as usize];
    let material = MATERIALS[((rest / 20 + noun * 3) % 20) as usize];
    let motif = MOTIFS[((rest / 400 + noun) % 20) as usize];
    let noun = NOUNS[noun as usize];
    let mut name = match text % 29 {
        0 => format!("{noun}, {colour} {material} {motif}"),
        1 => format!("{material} {colour} \"{motif}\" {noun}"),
        _ => format!("{material} {colour} {motif} {noun}"),
    };
    if motif.is_empty() {
        name = name.replace("\"\" ", "").replace("  ", " ").trim_end().to_owned();
    }
    match rest / 8000 {
        0 => name,
        number => format!("{name} NO. {}", number + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_number_has_a_name_of_its_own_without_stray_spaces() {
        let names: HashSet<String> = (0..600_000).map(name).collect();
        assert_eq!(names.len(), 600_000);
        assert!(names.iter().all(|name| !name.contains("  ") && name.trim() == name));
    }
}
