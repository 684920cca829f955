#!/bin/bash
# PyMuPDF 1.28.2: a display list's text page is none of PyMuPDF's, and stands in another frame than Page.get_text.
#
# The documentation says that DisplayList.get_textpage returns a TextPage, and recommends to make the list once and take
# picture and text from it. What comes is the bare object of the binding underneath: it has no extractRAWDICT, nor any
# other extract…. Wrapped by hand in pymupdf.TextPage it works, and tells the boxes of the page as it is shown: the frame of the
# picture. Page.get_text tells the same page before it is turned by /Rotate and before UserUnit. Marks that are laid over
# the picture lie elsewhere with the one, and right with the other.
# Seen: FzStextPage, no extractRAWDICT; a line at /Rotate 90: list 700 x 500 [614, 100, 642, 157], get_text 500 x 700
# [100, 58, 157, 86], picture 700 x 500.
# Exits 1 when the list gives a TextPage, or both stand in one frame.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install --quiet --disable-pip-version-check pymupdf==1.28.2
cat > tried.py <<'PY'
import sys

import pymupdf

document = pymupdf.open()
page = document.new_page(width=500, height=700)
page.insert_text((100, 80), "Bai 21", fontsize=20)
page.set_rotation(90)
page = pymupdf.open("pdf", document.tobytes())[0]
shown = page.get_displaylist()
bare = shown.get_textpage(0)
print("get_textpage gives", type(bare).__name__, "with extractRAWDICT:", hasattr(bare, "extractRAWDICT"))
listed = pymupdf.TextPage(bare).extractRAWDICT()
told = page.get_text("rawdict")
place = lambda raw: [round(side) for side in raw["blocks"][0]["lines"][0]["bbox"]]
print("list:", listed["width"], "x", listed["height"], place(listed))
print("get_text:", told["width"], "x", told["height"], place(told))
picture = shown.get_pixmap()
print("picture:", picture.width, "x", picture.height)
same = (listed["width"], place(listed)) == (told["width"], place(told))
sys.exit(isinstance(bare, pymupdf.TextPage) or same or listed["width"] != picture.width)
PY
v/bin/python tried.py
