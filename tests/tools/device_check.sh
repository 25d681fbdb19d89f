#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What a GPU has to show, with an archive made by device_pack.sh:
#   device_check.sh ARCHIVE OUT [LENGTH...]      (lengths of context: 64 2048 32768 102400)
# Into OUT: one log a step, and summary.txt with "ok" or "FAILED" for each. A step that fails does not stop
# the others.
set -uo pipefail
archive=$(readlink -f "$1") out=$2
here=$(cd "$(dirname "$0")" && pwd)
pack=$(mktemp -d); trap 'rm -rf "$pack"' EXIT
tar -C "$pack" -xJf "$archive"
shift 2
lengths=("$@"); [[ ${#lengths[@]} == 0 ]] && lengths=(64 2048 32768 102400)
mkdir -p "$out"; out=$(readlink -f "$out")
export LD_LIBRARY_PATH=$pack/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH} LEYDEN_MODEL=$here/../../models/default
leyden=$pack/bin/leyden
: >"$out/summary.txt"

step() {  # step NAME COMMAND...
  local name=$1 begin=$SECONDS verdict=ok; shift
  "$@" >"$out/$name.log" 2>&1 || verdict="FAILED ($?)"
  echo "$name: $verdict, $((SECONDS - begin)) s" | tee -a "$out/summary.txt"
}

step ops "$pack/bin/kernels_cuda_device_test"
if command -v compute-sanitizer >/dev/null; then
  for tool in memcheck racecheck initcheck; do
    step "$tool" compute-sanitizer --tool "$tool" --error-exitcode 9 "$pack/bin/kernels_cuda_device_test"
  done
fi
step bench "$pack/bin/kernels_cuda_bench"

ids() { python3 -c "print(*[i * 7919 % 8000 + 50 for i in range($1)])"; }
compare() {  # mean KL of the next token over the last 512 positions, device against CPU
  local n=$1
  ids "$n" >"$out/ids.txt"
  "$leyden" logits --ids "$out/ids.txt" --out "$out/cpu.npy" --last 512 &&
    "$leyden" logits --ids "$out/ids.txt" --out "$out/cuda.npy" --last 512 --device cuda &&
    "$leyden" logits --ids "$out/ids.txt" --out "$out/again.npy" --last 512 --device cuda --chunk 77 &&
    python3 "$here/compare_logits.py" "$out/cpu.npy" "$out/cuda.npy" --same "$out/again.npy"
  local verdict=$?
  rm -f "$out"/*.npy
  return $verdict
}
for n in "${lengths[@]}"; do step "logits_$n" compare "$n"; done

document() { for i in $(seq "$1"); do echo "Entry $i: the valve of hall $((i * 37 % 1000)) was tested."; done; }
document 60 >"$out/document.txt"
document 3 >"$out/short.txt"
moves() {  # moves FROM TO: a session read and saved on one device, resumed and verified on the other
  local jar=$out/jar_$1_$2; rm -rf "$jar"
  "$leyden" chat --session s --store "$jar" --device "$1" --doc "$out/document.txt" --max-tokens 20 --evidence \
    --ask "Which hall is entry 7?" &&
    "$leyden" session resume s --store "$jar" --device "$2" --max-tokens 20 --ask "And entry 9?"
  local verdict=$?
  rm -rf "$jar"
  return $verdict
}
step moves_cuda_cpu moves cuda cpu
step moves_cpu_cuda moves cpu cuda
verifies() {  # the same bits after resuming on the same device
  local jar=$out/jar_verify; rm -rf "$jar"
  "$leyden" chat --session s --store "$jar" --device cuda --doc "$out/short.txt" --max-tokens 8 --ask "Which hall is entry 2?" &&
    "$leyden" session resume s --store "$jar" --device cuda --verify
  local verdict=$?
  rm -rf "$jar"
  return $verdict
}
step verify verifies
# Scratch that grows between steps of one shape: what was recorded must not keep its old place.
step grows "$leyden" bench --device cuda --context 1024,32768,1024,65536,1024
step speed "$leyden" bench --device cuda --context 1024,4096,16384,65536
cat "$out/summary.txt" >&2
! grep -q FAILED "$out/summary.txt"
