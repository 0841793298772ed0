#!/usr/bin/env bash
# Makes four small Qwen2-shaped checkpoints and fuses them with the FuseO1 recipe, from plan to proof. Shows each
# command before its output, so that it can be tried again by hand. Everything is written to demo/.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
program="$PWD/build/release/bin/fuseo1"
demo="${1:-$PWD/demo}"

if [[ -t 1 ]]; then
  bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'
else
  bold='' dim='' plain=''
fi
chapter() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
remark() { printf '%s%s%s\n' "$dim" "$1" "$plain"; }
try() {
  printf '%s$ fuseo1 %s%s\n' "$bold" "$*" "$plain"
  "$program" "$@"
}

rm -rf "$demo"
mkdir -p "$demo"
cd "$demo"

chapter "1. Four small models: a base, and three that were tuned from it"
remark "Random numbers in the shape of Qwen2; each tune moved another third of the layers most."
python3 "$OLDPWD/tools/make_demo_checkpoints.py" models
cat >fuse.yaml <<'YAML'
# The recipe of FuseO1-DeepSeekR1-QwQ-SkyT1-32B-Preview, for small models
models:
  - model: models/Qwen2.5-Mini              # the pivot
  - model: models/QwQ-Mini-Preview
  - model: models/DeepSeek-R1-Distill-Mini
  - model: models/Sky-T1-Mini-Preview
merge_method: sce
base_model: models/Qwen2.5-Mini
parameters:
  select_topk: 1.0
dtype: bfloat16
YAML

chapter "2. What would happen? Only headers are read"
try plan fuse.yaml

chapter "3. Fuse"
try merge fuse.yaml fused

chapter "4. Is it what the recipe makes? Every byte is hashed, every tensor is merged again"
try verify fused --recompute 100%

chapter "5. How far did the fusion move from the base, layer by layer?"
try diff models/Qwen2.5-Mini fused

chapter "6. And how far is one of its parents?"
remark "In the layers that this parent moved most the fusion is almost the parent: SCE weighs by energy."
try diff models/DeepSeek-R1-Distill-Mini fused --quiet

chapter "7. What came out"
try inspect fused

chapter "8. Killed in the middle? The same command goes on"
"$program" merge fuse.yaml killed --threads 1 --quiet &
child=$!
for _ in $(seq 200); do
  [[ -e killed ]] && break
  sleep 0.001
done
kill -9 "$child" 2>/dev/null || true
wait "$child" 2>/dev/null && remark "(it was faster than the kill)" || remark "killed with SIGKILL; running it again:"
try merge fuse.yaml killed
if cmp -s fused/model.safetensors killed/model.safetensors; then
  echo "fused/model.safetensors and killed/model.safetensors: the same bytes"
else
  echo "the bytes differ: this is a bug" >&2
  exit 1
fi

chapter "Next"
echo "  demo/fused/README.md      the model card that was written"
echo "  configs/                  the five FuseO1 recipes for the real, 32B models"
echo "  docs/configs.md           what a recipe can say"
