"""How fast letters are set and printed: ours beside the peers, alternately, as medians and ratios.

    python3 benches/letters/run.py [--runs 5] [--sizes 600,10000,100000] [--font FILE.ttf] [--others]

The letter is one page with logo, signature, QR code, five fonts and about 1,700 glyphs (main.rs). `peer` draws the same
laid-out pages with pdf-writer and subsetter, on one thread. With --others, Typst, ReportLab and WeasyPrint set the same
letter where they are installed (pip install typst reportlab weasyprint qrcode); see others.py. Build times do not count.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent


def program():
    words = ["cargo", "bench", "--locked", "--bench", "letters", "--no-run", "--message-format=json"]
    built = subprocess.run(words, cwd=PROJECT, check=True, stdout=subprocess.PIPE, text=True).stdout
    messages = [json.loads(line) for line in built.splitlines() if line.startswith("{")]
    found = [m["executable"] for m in messages if m.get("executable") and m["target"]["name"] == "letters"]
    return found[-1]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--sizes", default="600,10000,100000")
    options.add_argument("--font", default="/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
    options.add_argument("--others", action="store_true")
    given = options.parse_args()
    font = [given.font] if Path(given.font).is_file() else []
    if not font:
        print(f"without a fifth font: there is no {given.font}", file=sys.stderr)
    binary = program()
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "letters.pdf")

        def once(who, letters, threads):
            words = [binary, who, str(letters), str(threads), file, *font]
            last = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()[-1]
            seconds, peak, size = last.split()
            return float(seconds), int(peak), int(size)

        peaks = {}
        for letters in map(int, given.sizes.split(",")):
            runs = given.runs if letters < 50_000 else max(1, given.runs // 2)
            ways = [("ours", 1), ("peer", 1), ("ours", 2), ("layout", 1)]
            figures = {way: [] for way in ways}
            for _ in range(runs):
                for way in ways:
                    figures[way].append(once(way[0], letters, way[1]))
            medians = {way: statistics.median(run[0] for run in all) for way, all in figures.items()}
            print(f"{letters} letters, median of {runs}")
            for (who, threads), seconds in medians.items():
                _, peak, size = figures[who, threads][0]
                peaks[who, threads, letters] = peak
                rate = f"{letters / seconds:8.0f} letters/s, {peak / 1024:6.1f} MB"
                told = f", {size / letters:6.0f} bytes a letter" if who != "layout" else ""
                print(f"  {who:6} {threads} thread{'s' if threads > 1 else ' '} {rate}{told}")
            print(f"  one thread: {medians['peer', 1] / medians['ours', 1]:.2f} times the peer")
            print(f"  two threads: {medians['ours', 1] / medians['ours', 2]:.2f} times one")
        sizes = sorted({size for _, _, size in peaks})
        if len(sizes) > 1:
            for who, threads in [("ours", 1), ("ours", 2), ("peer", 1)]:
                grown = peaks[who, threads, sizes[-1]] - peaks[who, threads, sizes[-2]]
                slope = grown * 1024 / (sizes[-1] - sizes[-2])
                print(f"memory of {who}, threads {threads}: {slope:.0f} bytes for each further letter")
        if given.others:
            seconds = statistics.median(once("ours", 600, 1)[0] for _ in range(given.runs))
            subprocess.run([sys.executable, str(HERE / "others.py"), f"{600 / seconds:.1f}", *font], check=True)


main()
