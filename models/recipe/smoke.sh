#!/bin/sh
# Smoke run of the whole recipe on two CPU cores, under three minutes.
# Exit 0: passed.  Exit 77: skipped, with the reason on the last line.
set -e
here=$(cd "$(dirname "$0")" && pwd)
py=${LEYDEN_PYTHON:-python3}
if ! "$py" -c "import torch, numpy, tokenizers, safetensors" 2>/dev/null; then
  echo "SKIP: $py lacks torch, numpy, tokenizers or safetensors (set LEYDEN_PYTHON to one that has them)"
  exit 77
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
export OMP_NUM_THREADS=1 OMP_WAIT_POLICY=passive TOKENIZERS_PARALLELISM=false PYTHONDONTWRITEBYTECODE=1
cd "$here"
"$py" selftest.py
common="--tokenizer ../default --corpus smoke_corpus.txt --cpu --samples 500"
"$py" train.py --plan plan_smoke.json --out "$out/run" --no-compile --workers 1 $common --stop-at 100
grep -q "main weights unchanged by warm-up: True" "$out/run/log.txt"
grep -q "all stages done" "$out/run/log.txt"
small="--plan plan_smoke.json --budget 250 --limit 8"
"$py" distill.py --ckpt "$out/run/specialist.pt" --domain writing --out "$out/w.jsonl" --count 2 --batch 2 --best-of 2 --least -1 $small $common
"$py" train.py --plan plan_smoke_distil.json --distilled "$out/w.jsonl" --out "$out/run" --no-compile --workers 1 $common --stop-at 60
"$py" grpo.py --ckpt "$out/run/distilled.pt" --out "$out/g" --prompts 2 --group 2 --steps 1 $small $common
test -s "$out/g/export/model.safetensors"
"$py" blend.py "$out/b" 1:"$out/run/export" 3:"$out/g/export"
test -s "$out/b/model.safetensors"
echo "smoke passed"
