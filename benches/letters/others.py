"""The letter of main.rs set by Typst, ReportLab and WeasyPrint: letters a second, and how many times as fast ours is.

    python3 benches/letters/others.py OURS_A_SECOND [FIFTH_FONT.ttf] [--keep FOLDER]

Each tool sets the same words in the same fonts on US letter with the same images and a QR code of the number; what is not
installed is left out and said so. `--keep` leaves the files, so that the pages can be looked at side by side.
"""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent
FONTS = PROJECT / "src/letter/fonts"
IMAGES = PROJECT / "letter-templates"
FACES = {"": "EBGaramond-Regular.ttf", "i": "EBGaramond-Italic.ttf", "b": "EBGaramond-Bold.ttf", "bi": "EBGaramond-BoldItalic.ttf"}
FIRST = ["Robert", "Eleanor", "Rosa", "Amy", "James", "Zoë", "Łukasz", "Helen", "Jürgen", "Anna"]
LAST = ["Smith", "Okafor", "Chan", "Featherstone", "Żółć", "van der Berg", "O’Brien", "Lopez"]
THINGS = ["linen blazer", "cashmere scarf", "pair of brogues", "raincoat", "silk tie", "tweed jacket"]
DATE = "January 23, 1989"


def letter(n):
    """Address, paragraphs as (style, text) runs, and the number."""
    first, last, thing = FIRST[n % 10], LAST[n // 10 % 8], THINGS[n % 6]
    code = f"{n * 7919 % 0x10000:04X}-{n * 104729 % 0x10000:04X}"
    address = [f"{first} {last}", f"{n % 900 + 1} University Avenue", f"Palo Alto, CA {94000 + n % 999:05}"]
    paragraphs = [
        [("", f"Dear {first} {last},")],
        [
            ("", "when the President was sworn in last week, they served a Californian wine at the dinner, and "),
            ("i", "not a French one"),
            ("", ". We thought that this ought to be remembered. So we bought fifty cases of that very Chardonnay, paid for in clothing, which is how a shop like ours pays for what it cannot resist, and had them carried into the cellar below the fitting rooms."),
        ],
        [
            ("", f"One of these bottles is yours, {first}. You have been with us for {n % 23 + 2} years now, and the {thing} that you chose last autumn was one of the finest pieces that went over our counter in the whole year. You came {n % 9 + 2} times, and each time it was a pleasure to see you. "),
            ("b", "Come and get your bottle"),
            ("", ". There is nothing to buy and nothing to sign; it stands behind the counter with your name on it."),
        ],
        [
            ("", "It is a full and friendly wine, with something of melons and of toast, and it goes well with whatever comes out of the bay. We are told that it wants to be drunk young, within a year or two; we have done our best to find out whether this is true, and shall go on doing so. "),
            ("i", "Ed says that it wants oysters; I say that it wants company."),
        ],
        [
            ("", f"Bring this letter, or only the number below, before the last day of June. If {last} is not the name that you go by any more, or if we have your address wrong, tell us when you come, and we will put it right. "),
            ("bi", f"Your number is {code}."),
            ("", " And if a friend is with you, there will be a glass ★ for both of you."),
        ],
        [("", "Thank you for a good year. We know very well that there are other shops, and that some of them are closer to where you live. That you come to ours is the best thing that anyone could say about it.")],
    ]
    return address, paragraphs, code


def modules(code):
    import qrcode

    made = qrcode.QRCode(border=0, error_correction=qrcode.constants.ERROR_CORRECT_M)
    made.add_data(code)
    made.make()
    return made.get_matrix()


def drawn(code):
    rows = modules(code)
    cells = "".join(f"M{c} {r}h1v1h-1z" for r, row in enumerate(rows) for c, dark in enumerate(row) if dark)
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {len(rows)} {len(rows)}"><path d="{cells}"/></svg>'


def with_typst(count, out, fifth):
    import typst

    data = []
    for n in range(count):
        address, paragraphs, code = letter(n)
        data.append({"address": address, "paragraphs": paragraphs, "qr": drawn(code)})
    source = """
#set page(paper: "us-letter", margin: (left: 72pt, right: 72pt, top: 72pt, bottom: 72pt))
#set text(font: ("EB Garamond", "DejaVu Sans"), size: 12pt, lang: "en")
#set par(justify: true, leading: 0.58em, spacing: 1.3em)
#for (n, letter) in json("letters.json").enumerate() {
  if n > 0 { pagebreak() }
  place(top + center, dy: -32pt, image("letterhead.png", width: 75mm))
  v(113pt)
  for line in letter.address { block(spacing: 0.55em, line) }
  v(22pt)
  align(right, "January 23, 1989")
  for paragraph in letter.paragraphs {
    par({ for (style, words) in paragraph {
      if style == "i" { emph(words) } else if style == "b" { strong(words) } else if style == "bi" { strong(emph(words)) } else { words }
    } })
  }
  grid(columns: (1fr, auto), [With our thanks, \\ #image("signature.png", width: 58mm) Helen Wiedeman], image(bytes(letter.qr), format: "svg", width: 62.4pt))
}
"""
    folder = out.parent / "typst"
    folder.mkdir(exist_ok=True)
    (folder / "letters.json").write_text(json.dumps(data))
    (folder / "letters.typ").write_text(source)
    for name in ["letterhead.png", "signature.png"]:
        (folder / name).write_bytes((IMAGES / name).read_bytes())
    places = [str(FONTS)] + ([str(Path(fifth).parent)] if fifth else [])
    start = time.monotonic()
    typst.compile(str(folder / "letters.typ"), output=str(out), font_paths=places)
    return time.monotonic() - start


def with_reportlab(count, out, fifth):
    from reportlab.lib.pagesizes import letter as paper
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Paragraph

    for style, file in FACES.items():
        pdfmetrics.registerFont(TTFont(f"G{style}", str(FONTS / file)))
    if fifth:
        pdfmetrics.registerFont(TTFont("Fifth", fifth))
    pdfmetrics.registerFontFamily("G", normal="G", bold="Gb", italic="Gi", boldItalic="Gbi")
    style = ParagraphStyle("body", fontName="G", fontSize=12, leading=16.3, alignment=4)
    marks = {"": ("", ""), "i": ("<i>", "</i>"), "b": ("<b>", "</b>"), "bi": ("<b><i>", "</i></b>")}
    start = time.monotonic()
    canvas = Canvas(str(out), pagesize=paper)
    for n in range(count):
        address, paragraphs, code = letter(n)
        canvas.drawImage(str(IMAGES / "letterhead.png"), 200, 715, width=212, height=40, mask="auto", preserveAspectRatio=True)
        canvas.setFont("G", 12)
        for line, text in enumerate(address):
            canvas.drawString(72, 598 - 14.4 * line, text)
        canvas.drawRightString(540, 530, DATE)
        y = 500
        for runs in paragraphs:
            words = "".join(marks[s][0] + text.replace("&", "&amp;") + marks[s][1] for s, text in runs)
            if fifth:
                words = words.replace("★", '<font name="Fifth">★</font>')
            made = Paragraph(words, style)
            _, high = made.wrap(468, 700)
            made.drawOn(canvas, 72, y - high)
            y -= high + 9.5
        canvas.drawString(72, y - 12, "With our thanks,")
        canvas.drawImage(str(IMAGES / "signature.png"), 72, y - 62, width=164, height=44, mask="auto", preserveAspectRatio=True)
        canvas.drawString(72, y - 76, "Helen Wiedeman")
        rows = modules(code)
        m = 62.4 / len(rows)
        for r, row in enumerate(rows):
            for c, dark in enumerate(row):
                if dark:
                    canvas.rect(477.6 + c * m, y - (r + 1) * m, m, m, stroke=0, fill=1)
        canvas.showPage()
    canvas.save()
    return time.monotonic() - start


def with_weasyprint(count, out, fifth):
    import base64
    from html import escape

    from weasyprint import HTML
    from weasyprint.text.fonts import FontConfiguration

    def data(name):
        return "data:image/png;base64," + base64.b64encode((IMAGES / name).read_bytes()).decode()

    faces = "".join(
        f"@font-face{{font-family:G;src:url(file://{FONTS / file});font-weight:{'bold' if 'b' in s else 'normal'};font-style:{'italic' if 'i' in s else 'normal'}}}"
        for s, file in FACES.items()
    )
    if fifth:
        faces += f"@font-face{{font-family:Fifth;src:url(file://{fifth})}}"
    css = faces + "@page{size:letter;margin:72pt}body{font:12pt/1.36 G,Fifth}p{text-align:justify;margin:0 0 9.5pt}.l{break-after:page}"
    tags = {"": "{}", "i": "<i>{}</i>", "b": "<b>{}</b>", "bi": "<b><i>{}</i></b>"}
    pages = []
    for n in range(count):
        address, paragraphs, code = letter(n)
        qr = drawn(code).replace("<svg ", '<svg width="62" height="62" style="float:right" ')
        body = "".join("<p>" + "".join(tags[s].format(escape(text)) for s, text in runs) + "</p>" for runs in paragraphs)
        pages.append(
            f'<div class="l"><center><img src="{data("letterhead.png")}" width="212"></center><div style="margin:80pt 0 20pt">'
            + "<br>".join(map(escape, address)) + f'</div><div style="text-align:right">{DATE}</div>{body}{qr}<p>With our thanks,<br>'
            + f'<img src="{data("signature.png")}" width="164"><br>Helen Wiedeman</p></div>'
        )
    html = f'<html lang="en"><style>{css}</style><body>{"".join(pages)}</body></html>'
    start = time.monotonic()
    HTML(string=html).write_pdf(str(out), font_config=FontConfiguration())
    return time.monotonic() - start


def main():
    words = sys.argv[1:]
    keep = None
    if "--keep" in words:
        at = words.index("--keep")
        keep = Path(words[at + 1])
        keep.mkdir(parents=True, exist_ok=True)
        del words[at : at + 2]
    if not words:
        sys.exit(__doc__)
    ours, fifth = float(words[0]), words[1] if len(words) > 1 else None
    with tempfile.TemporaryDirectory() as scratch:
        folder = keep or Path(scratch)
        for name, way, count in [("Typst", with_typst, 600), ("ReportLab", with_reportlab, 600), ("WeasyPrint", with_weasyprint, 60)]:
            out = folder / f"{name.lower()}.pdf"
            try:
                seconds = way(count, out, fifth)
            except ImportError as missing:
                print(f"{name}: left out: {missing}", file=sys.stderr)
                continue
            rate, peak = count / seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
            print(f"{name}: {rate:.0f} letters/s at {count}, {out.stat().st_size / count:.0f} bytes a letter, "
                  f"{peak} MB so far; ours is {ours / rate:.0f} times as fast")


main()
