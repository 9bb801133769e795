"""The page, measured from its PDF: how evenly lines are filled, what is broken and what stands alone.

    python3 tests/page.py target/release/regulars

Letters of invented paragraphs, whose words are as frequent and as long as those of the language, are printed at two widths
and read again with pdftotext, which tells where each word stands. A gap is a word space as a multiple of the natural one, the
badness of a line is TeX's (100 times the cube of how far its spaces are stretched or shrunk, as a share of a half and of a
third of the natural space), and a paragraph's last line does not count. In paragraphs with long addresses no line may be much
too short. 480 letters with a code in many places of their lines must have it in one piece. No third hyphen may follow two, no
line of a paragraph may stand alone on a page, and no word may be divided over two. Needs pdftotext.
"""

import random
import re
import statistics
from html import unescape
from itertools import groupby

from support import harness
from support.harness import Shop, outside, rows_of

# The widths in em, by what makes them: wide margins, and the default letter, which has the line of 60 to 75 characters.
WIDE, NARROW = 39.0, 28.0
HEADS = {WIDE: 'window = "us-10"\nmargins = 25.4\nsize = 12', NARROW: 'window = "us-10"\nsize = 12'}
# Where the text starts, in points.
LEFT = {WIDE: 72.0, NARROW: 108.0}
# The body of a first page begins below this, in points.
BODY = 285
# That of a later page, below this: the line at its head stands above.
HEAD = 75
# The most that is allowed, by language and width: mean badness, standard deviation and maximum of the gaps.
MOST = {
    ("en", WIDE): (4.0, 0.11, 1.6),
    ("de", WIDE): (5.0, 0.11, 1.6),
    ("en", NARROW): (8.0, None, None),
    ("de", NARROW): (12.0, None, None),
}
# How much a line may be too short where long addresses stand, in em.
SHORT = 4.0

# The commonest words in the order of their frequency, then others that are as long as those of a letter.
COMMON = {
    "en": "the of and to a in that it is was I for on you he be with as by at have are this not but had his they from she which or we an "
    "there her were one do been all their has would will what if can when so my no up out more who about into them some could him now "
    "than then other time only over also after its two first any our me most where should through",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird "
    "bei einer um am sind noch wie einem über einen so zum haben nur oder aber vor zur bis mehr durch man sein wurde wenn ich vom seit wir "
    "ihr unser kann schon alle diese gegen immer sehr unter wieder dieser Ihnen Sie mir uns hier ganz jetzt selbst heute",
}
OTHER = {
    "en": "afternoon apple autumn barrel basket beautiful because before behind between birthday blanket borrowed bottle bread breakfast bridge "
    "brother brought business butter button cabinet candle careful carpet carriage celebration century certain chair character cheese cherry "
    "children chocolate choice church clerk clock coffee collection colour comfortable company conversation copper corner counter country "
    "couple cousin cupboard customer daughter dealer december delicate delivered department different dinner discovered door drawer dress "
    "early evening everyone everything excellent experience family farmer father favourite fifteen fitting flour flower forgotten forty "
    "fountain friend furniture garden generous gentleman glass gloves grandmother grateful greatest grocer happened harbour harvest heavy "
    "herself holiday honest honey hundred imagine important impossible interesting invitation jacket january kettle kitchen knowledge ladder "
    "language laughter leather lemon letter library linen little machine manager market marvellous material measure meeting melon memory "
    "merchant million minute morning mountain musician narrow neighbour newspaper nothing november number occasion october office olive "
    "opinion orchard ordinary original painting paper parcel particular passenger patience pattern people perhaps permission person picture "
    "plate pleasure polished possible present president pretty price professor promised pudding purchase question quickly quiet railway "
    "raspberry reason received recipe recommend remember repaired restaurant river saturday satisfaction scarf season secretary september "
    "several shelf shopkeeper silver sister something sometimes special spring stairs station stockings storey strawberry street stronger "
    "sugar suitcase summer sunday surprise table tailor teacher telephone temperature thank thought thousand together tomorrow towards "
    "traveller treasure umbrella understand university upstairs usually valuable vegetable velvet village visitor walnut warehouse weather "
    "wedding wednesday welcome whatever window winter without wonderful workshop written yesterday younger",
    "de": "Abend Abendessen Angebot Anfang angenehm Antwort Apfelkuchen Arbeit aufgehoben Auftrag ausgezeichnet Auswahl Bäckerei Bahnhof bekommen "
    "Bekanntschaft Bedienung besonders bestellen Besuch Blumenstrauß Brief Brot Buchhandlung Bücher bunt danken Dankbarkeit deshalb deutlich "
    "Donnerstag Dorf drei echt eigentlich einfach Einladung Eingang einladen empfehlen Ende endlich entdecken Entscheidung erfahren Erfahrung "
    "Erinnerung erzählen etwas Fahrrad Familie Farbe Feierabend Fenster Fest Flasche Freitag freundlich Freundschaft Frühling Frühstück fünfzig "
    "Garten Gartenarbeit Gast geblieben geduldig Gelegenheit gemeinsam gemütlich genießen Gerechtigkeit Geschäft Geschenk Geschenkgutschein "
    "Geschichte geschrieben Gesellschaft Gespräch gestern gesund Gewohnheit Glas glücklich Großmutter gut Handschuhe Handwerk Haus herzlich "
    "Herbst hervorragend hinter Hochzeit hoffen Honig hundert Januar Jahr Jahrhundert jemand Käse Kaffee Kinder Kirschen Kleidung Kleinigkeit "
    "klein kommen Kundschaft Küche kurz Laden Ladentisch lange leicht Leinen letzte Leute lieb Lieferung Mantel Marktplatz Meinung Mensch "
    "Messer Mitarbeiterin Mittag Möglichkeit Monat morgen müssen Nachbarschaft Nachmittag nächste natürlich neugierig niemand November Nummer "
    "Öffnungszeiten Oktober ordentlich Papier persönlich Pflaumenmus probieren Päckchen Qualität Rechnung Regal Reihe reif Reise Restaurant "
    "richtig rot Rückkehr ruhig Samstag schenken Schneiderei Schokolade schön Schrank schreiben Schwester selbstverständlich September "
    "Silberbesteck Sommer Sonntag sorgfältig Spaziergang später Stadt Stammkunden stehen Stoff Straße Stück Stunde süß Süßigkeiten Tag "
    "Tasche Tausend Teller Tisch Tochter traurig Treppe Überraschung überlegen umgezogen ungewöhnlich Unterschied Unterstützung verkaufen "
    "Verkäuferin Vergangenheit Vergnügen Verpackung versprechen Vertrauen vielleicht Vorfreude Vormittag wahrscheinlich warm Wasser "
    "Weihnachtsgebäck Weinhandlung weiter Werkstatt wichtig willkommen Winter Wirklichkeit Woche Wohnung wunderbar Wunsch zeigen Zeit "
    "Zeitung zufrieden Zufriedenheit zusammen Zuverlässigkeit zwanzig zwischen",
}
HOSTS = "blumenhaus-am-markt weinhandlung silverwood-and-daughters tuchmacher oldharbourbooks konditorei-sonnenschein gardeners-corner".split()
PARTS = "spring kataloge new-arrivals termine opening-hours 2026 geschenkgutscheine directions anmeldung kontakt members".split()


def prose(dice, language, words, more=lambda: None):
    """A paragraph of so many words; `more` may give something to put between them."""
    common, other = COMMON[language].split(), OTHER[language].split()
    weights = [1 / (rank + 3) for rank in range(len(common))]
    text, sentence = [], 0
    for _ in range(words):
        word = dice.choices(common, weights)[0] if dice.random() < 0.52 else dice.choice(other)
        text.append(word if sentence else word[0].upper() + word[1:])
        sentence += 1
        if extra := more():
            text.append(extra)
        if sentence > 6 and dice.random() < 0.08:
            text[-1] += dice.choice("...?!")
            sentence = 0
        elif dice.random() < 0.09:
            text[-1] += dice.choice(",,,;")
    return " ".join(text).rstrip(",;.?!") + "."


def address(dice):
    host, parts = dice.choice(HOSTS), dice.sample(PARTS, dice.randint(1, 3))
    if dice.random() < 0.4:
        return f"{dice.choice(parts)}.{dice.choice(PARTS)}@{host}.example"
    return f"https://www.{host}.example/" + "/".join(parts)


class Line:
    """A line of text: its words with their left and right edges, its page and its baseline."""

    def __init__(self, page, words):
        self.page, self.y = page, words[0][2]
        self.words = [(left, right, text) for left, right, _, text in words]
        self.left, self.right, self.text = words[0][0], words[-1][1], " ".join(word[3] for word in words)

    def gaps(self):
        return [after[0] - before[1] for before, after in zip(self.words, self.words[1:])]


def lines_of(pdf):
    """The lines of each page, from top to bottom."""
    found = []
    for number, page in enumerate(outside("pdftotext", "-bbox", pdf, "-").split("<page ")[1:]):
        words = re.findall(r'xMin="([\d.-]+)" yMin="[\d.-]+" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>', page)
        words = sorted((round(float(bottom)), float(left), float(right), unescape(text)) for left, right, bottom, text in words)
        for bottom, line in groupby(words, lambda word: word[0]):
            found.append(Line(number, [(left, right, bottom, text) for _, left, right, text in line]))
    return found


def paragraphs_of(lines, size, width):
    """The lines of each paragraph of the body: white parts them, and a page turn does not."""
    body = [line for line in lines if round(line.left) <= LEFT[width] + 1 and line.y > (HEAD if line.page else BODY)]
    leading = statistics.mode(b.y - a.y for a, b in zip(body, body[1:]) if a.page == b.page)
    full = body[0].left + width * size - 1.5 * size
    paragraphs = [[body[0]]]
    for above, line in zip(body, body[1:]):
        turned = above.page != line.page
        goes_on = above.right > full if turned else line.y - above.y <= leading + 1
        if goes_on:
            paragraphs[-1].append(line)
        else:
            paragraphs.append([line])
    return [paragraph for paragraph in paragraphs if len(paragraph) > 2]


class Letters:
    """Prints what it is given, as one letter or as many."""

    def __init__(self, home):
        self.home, self.count = home, 0

    def one(self, language, width, paragraphs):
        self.count += 1
        shop = Shop(self.home, f"shop-{self.count}")
        shop.invent(1)
        shop.campaign("page", "", f'+++\npaper = "letter"\nlanguage = "{language}"\n{HEADS[width]}\n+++\n\n' + "\n\n".join(paragraphs) + "\n")
        shop.run("plan", "page")
        return lines_of(shop.folder / shop.json("print", "page")["file"])


def figures(lines, size):
    """Mean badness of the lines, and the gaps as multiples of the natural one."""
    natural = 0.2 * size
    gaps, badness = [], []
    for line in lines:
        own = [gap / natural for gap in line.gaps()]
        mean = statistics.mean(own) if own else 1.0
        badness.append(100 * abs((mean - 1) / (1 / 2 if mean > 1 else 1 / 3)) ** 3)
        gaps += own
    return statistics.mean(badness), statistics.pstdev(gaps), max(gaps)


def size_of(width):
    return float(HEADS[width].split("size = ")[1])


def look_over(paragraphs, size, width, what, faults):
    """What no paragraph may have, whatever is in it."""
    for paragraph in paragraphs:
        hyphens = "".join("-" if line.text.endswith("-") else " " for line in paragraph)
        if "---" in hyphens:
            faults.append(f"{what}: three hyphens below each other at “{paragraph[hyphens.index('---')].text}”")
        for above, below in zip(paragraph, paragraph[1:]):
            if above.page == below.page:
                continue
            if above.text.endswith("-"):
                faults.append(f"{what}: a word divided over two pages: “{above.text}”")
            if above is paragraph[0] or below is paragraph[-1]:
                faults.append(f"{what}: a line alone on a page: “{above.text} / {below.text}”")


def measure(letters, dice, faults):
    told = []
    for (language, width), (most_badness, most_sd, most_gap) in MOST.items():
        what, size = f"{language} at {width} em", size_of(width)
        texts = [prose(dice, language, dice.randint(50, 110)) for _ in range(48)]
        paragraphs = paragraphs_of(letters.one(language, width, texts), size, width)
        look_over(paragraphs, size, width, what, faults)
        full = [line for paragraph in paragraphs for line in paragraph[:-1]]
        if len(full) < 150 or abs(max(line.right for line in full) - LEFT[width] - width * size) > size:
            faults.append(f"{what}: {len(full)} lines, up to {max(line.right for line in full)}")
        badness, sd, widest = figures(full, size)
        told.append(f"{what}: badness {badness:.1f}, gaps {sd:.3f}, at most {widest:.2f}")
        if badness > most_badness or (most_sd and sd > most_sd) or (most_gap and widest > most_gap):
            faults.append(told[-1])
    return told


def short_lines(letters, dice, faults):
    worst = 0
    for (language, width), _ in MOST.items():
        what, size = f"{language} at {width} em, with addresses", size_of(width)
        more = lambda: address(dice) if dice.random() < 0.06 else None  # noqa: E731
        texts = [prose(dice, language, dice.randint(40, 80), more) for _ in range(30)]
        lines = letters.one(language, width, texts)
        paragraphs = paragraphs_of(lines, size, width)
        look_over(paragraphs, size, width, what, faults)
        for line in (line for paragraph in paragraphs for line in paragraph[:-1]):
            short = LEFT[width] + width * size - line.right
            worst = max(worst, short / size)
            if short > SHORT * size:
                faults.append(f"{what}: short by {short / size:.1f} em: “{line.text}”")
        set_text = " ".join(line.text for paragraph in paragraphs for line in paragraph)
        for found in re.findall(r"\S*(?:https|@)\S*-(?= )", set_text):
            if not any(part in found for part in HOSTS):
                faults.append(f"{what}: a hyphen in the address {found}")
    return f"with addresses: at most {worst:.1f} em short"


def codes(letters, faults):
    """A code in every place of a line, in 480 letters."""
    shop = Shop(letters.home, "codes")
    dice = random.Random(26)
    rows = [
        [f"C-{n:03}", "Ana", "".join(dice.choice("aeiou" if i % 2 else "lmnrst") for i in range(dice.randint(3, 12))).title(), f"{n} Long Rd"]
        for n in range(480)
    ]
    shop.run("import", "customers", shop.csv("people.csv", "ref,first name,last name,street,city,state,zip", [[*row, "Salem", "OR", "97301"] for row in rows]))
    text = "{{ customer.last_name }} brings the number {{ code }} along, or says {{ code }} at the counter to Mr. Ito; (**{{ code }}**) will do."
    shop.campaign("codes", "", f'+++\npaper = "letter"\n{HEADS[NARROW]}\n+++\n\n' + " ".join([text] * 4) + "\n")
    shop.run("plan", "codes")
    told = shop.json("print", "codes")
    lines = lines_of(shop.folder / told["file"])
    for row in rows_of(shop.folder / told["manifest"]):
        page = [line.text for line in lines if line.page == int(row["page"]) - 1]
        whole = sum(line.count(row["code"]) for line in page)
        if whole != 12:
            faults.append(f"{row['ref']}: {whole} of 12 codes {row['code']} are in one piece")


def main():
    harness.arguments()
    dice, faults = harness.moments(), []
    with harness.folder() as home:
        letters = Letters(home)
        told = [*measure(letters, dice, faults), short_lines(letters, dice, faults)]
        codes(letters, faults)
    harness.fail_with([*told, *faults] if faults else [])
    print("page: " + "; ".join(told) + "; 480 letters with whole codes")


if __name__ == "__main__":
    main()
