"""Strategies of many pages, made for tests: Word and PDF, with targets and actions planted at known pages.

The pages are laid out by Typst, which shapes Arabic: letters joined, ligatures, right to left, Arabic-Indic digits.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORDS = {
    "en": {"target": "National Target {n}: {text}", "action": "Action {n}: {text}", "contents": "Contents",
           "head": "National Biodiversity Strategy and Action Plan", "entry": "Target {n}: {text} ........ {page}"},
    "ar": {"target": "الهدف الوطني {n}: {text}", "action": "الإجراء {n}: {text}", "contents": "المحتويات",
           "head": "الاستراتيجية الوطنية للتنوع البيولوجي وخطة العمل", "entry": "الهدف {n}: {text} ........ {page}"},
}  # fmt: skip
ACTIONS = {
    "en": "train {n} rangers of the district offices and survey {m} hectares of wetland until 2028.",
    "ar": "تدريب {n} من حراس المحميات في المحافظات ومسح {m} هكتار من الأراضي الرطبة حتى عام ٢٠٢٨.",
}
PROSE = {
    "en": "The country lies between mountains and plains, and its forests shelter plants that grow nowhere else. "
    "Since the last strategy, 2,140 hectares were planted; the target is still far away, as Figure 3 shows. "
    "Under target 4 of the earlier plan little was done. Farmers of the hills keep old varieties of rice. ",
    "ar": "تقع البلاد بين الجبال والسهول، وتأوي غاباتها نباتات لا تنمو في مكان آخر. ومنذ الاستراتيجية الأخيرة زُرع "
    "٢٬١٤٠ هكتاراً، ولا يزال الهدف بعيداً كما يبين الشكل ٣. ولم ينجز إلا القليل تحت الهدف ٤ من الخطة السابقة. "
    "ويحافظ المزارعون على الأصناف القديمة من القمح والشعير. ",
}
EASTERN = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


@dataclass(frozen=True, slots=True)
class Planted:
    """What was put on a page: `number` in western digits, `line` as it stands there."""

    kind: str
    number: str
    text: str
    line: str
    page: int


def plant(language: str, pages: int = 200, many: int = 40) -> tuple[Planted, ...]:
    """Return targets and actions by page, spread over the pages from the third on; one page holds two."""
    with (ROOT / "benchmarks" / "alignment" / "development.csv").open(encoding="utf-8", newline="") as stream:
        texts = [row["text"] for row in csv.DictReader(stream) if row["language"] == language][: many // 2]
    made = []
    for place in range(many):
        target = place // 2 + 1
        kind = "action" if place % 2 else "target"
        number = f"{target}.1" if kind == "action" else str(target)
        text = ACTIONS[language].format(n=place + 3, m=place * 25 + 100) if kind == "action" else texts[target - 1]
        written, shown = (_eastern(number), _eastern(text)) if language == "ar" else (number, text)
        line = WORDS[language][kind].format(n=written, text=shown)
        page = 3 + (place - place % 2 if place < 4 else place) * (pages - 4) // many
        made.append(Planted(kind, number, shown, line, page))
    return tuple(made)


def _eastern(text: str) -> str:
    return text.translate(EASTERN)


def _contents(language: str, planted: Sequence[Planted]) -> list[str]:
    entry = WORDS[language]["entry"]
    lines = [entry.format(n=one.number, text=one.text[:30], page=one.page) for one in planted if one.kind == "target"]
    return [WORDS[language]["contents"], *lines]


def paragraphs(language: str, planted: Sequence[Planted], pages: int = 200) -> list[list[str]]:
    """Return the paragraphs of each page: contents, then prose with what is planted between."""
    prose = PROSE[language] * 2
    made = [[WORDS[language]["head"]], _contents(language, planted)]
    for page in range(3, pages + 1):
        lines = [one.line for one in planted if one.page == page]
        made.append([prose, *(part for line in lines for part in (line, prose)), prose])
    return made


def write_word(path: Path, language: str, pages: Sequence[Sequence[str]]) -> Path:
    """Write a Word file, a page break between pages, as Word notes them when it prints."""
    import docx
    from docx.enum.text import WD_BREAK

    document = docx.Document()
    for number, lines in enumerate(pages):
        for at, line in enumerate(lines):
            paragraph = document.add_paragraph()
            if number and not at:
                paragraph.add_run().add_break(WD_BREAK.PAGE)
            run = paragraph.add_run(line)
            run.font.rtl = language == "ar"
    document.save(str(path))
    return path


def write_pdf(path: Path, language: str, pages: Sequence[Sequence[str]], scanned: Sequence[int] = ()) -> Path:
    """Write a PDF with a text layer; the pages `scanned` hold a picture and no text."""
    import typst

    folder = path.parent / f"{path.stem}-typst"
    folder.mkdir()
    data = {"pages": pages, "scanned": list(scanned), "head": WORDS[language]["head"]}
    (folder / "data.json").write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
    (folder / "a.typ").write_text(_source(language, bool(scanned)), encoding="utf-8")
    path.write_bytes(typst.compile(str(folder / "a.typ"), root=str(folder)))
    return path


def _source(language: str, plain: bool) -> str:
    head = "none" if plain else "data.head"
    return f"""#let data = json("data.json")
#set text(lang: "{language}", font: ("Noto Naskh Arabic", "Noto Sans Arabic", "DejaVu Sans"), size: 11pt)
#set page(paper: "a4", margin: 2cm, header: {head}{"" if plain else ', numbering: "1"'})
#for (number, lines) in data.pages.enumerate() {{
  if number > 0 {{ pagebreak() }}
  if data.scanned.contains(number + 1) {{ rect(width: 100%, height: 60%, fill: gray) }} else {{
    for line in lines {{ par(line) }}
  }}
}}
"""
