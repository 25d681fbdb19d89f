#!/usr/bin/env bash
# Grabs the screens of docs/screenshots anew. Needs a release build; no display.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../../.."
out=${1:-docs/screenshots}
cmake --build build/release --target app_desktop_screenshots -- --quiet
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
env HOME="$home" XDG_CONFIG_HOME="$home/config" XDG_DATA_HOME="$home/data" XDG_RUNTIME_DIR="$home" \
  LC_ALL=C.UTF-8 QT_QPA_PLATFORM=offscreen build/release/bin/app_desktop_screenshots "$out"
du -sh "$out"
