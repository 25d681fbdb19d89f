#!/usr/bin/env bash
# Prints what docs/desktop.md says is measured: the first window with nothing in memory, first pages of
# a PDF of 1,000 pages, scrolling and streaming in a session of 2,000 messages, memory without a model.
# Needs a release build and Xvfb; means something only on a machine that is otherwise idle. As root,
# the first part makes the system forget its file cache.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../../.."
runs=${1:-5}
cmake --build build/release --target leyden_desktop app_desktop_desk_bench plugin_documents leyden_plugin_host -- --quiet
home=$(mktemp -d)
display=${MEASURE_DISPLAY:-97}
Xvfb ":$display" -screen 0 1600x1000x24 2>"$home/xvfb.log" &
xvfb=$!
trap 'kill $xvfb 2>/dev/null; rm -rf "$home"' EXIT
for _ in $(seq 50); do [[ -S /tmp/.X11-unix/X$display ]] && break; sleep 0.1; done
echo "first window, cold, Xvfb:"
DISPLAY=":$display" QT_QPA_PLATFORM=xcb python3 tests/app/desktop/cold_start.py build/release/bin/leyden-desktop "$runs"
echo "reading room, Xvfb:"
env DISPLAY=":$display" QT_QPA_PLATFORM=xcb HOME="$home" XDG_CONFIG_HOME="$home/config" XDG_DATA_HOME="$home/data" \
  XDG_RUNTIME_DIR="$home" LC_ALL=C.UTF-8 build/release/bin/app_desktop_desk_bench
