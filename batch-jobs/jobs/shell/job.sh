#!/bin/sh
# A training job in plain shell: it knows nothing of DurableMl but the variables of the job contract.
#
# It "trains" by counting examples: each unit of budget is one look at the dataset's label files.
set -eu

# Parameters come as JSON; a shell reads a number from it well enough. With invalid ones no retry can help: exit 64.
pause=$(sed -n 's/.*"pause_seconds"[^0-9.-]*\([0-9.-]*\).*/\1/p' "$DML_PARAMS")
pause=${pause:-0}
case $pause in
  -* | *.*.* | *-*) echo "invalid parameter 'pause_seconds': must be 0 or more, not $pause" >&2; exit 64 ;;
esac

# A checkpoint is any file: written under a name that ends in .tmp, then renamed.
done_before=0
if [ -f "$DML_CHECKPOINT/epoch" ]; then
  done_before=$(cat "$DML_CHECKPOINT/epoch")
fi
epoch=$done_before

save() {
  echo "$epoch" >"$DML_CHECKPOINT/epoch.tmp"
  mv "$DML_CHECKPOINT/epoch.tmp" "$DML_CHECKPOINT/epoch"
}

# The node goes away: a last checkpoint, then 143, which means "go on elsewhere".
trap 'save; exit 143' TERM

while [ "$epoch" -lt "$DML_BUDGET" ]; do
  # In the background, so that the trap does not have to wait for it.
  sleep "$pause" &
  wait $!
  epoch=$((epoch + 1))
  if [ -n "${DML_DATASET:-}" ]; then
    files=$(find "$DML_DATASET" -name '*labels.npy' | wc -l)
  else
    files=0
  fi
  echo "{\"kind\": \"epoch\", \"epoch\": $epoch, \"label_files\": $files, \"progress\": $epoch}" >>"$DML_OUTPUT/metrics.jsonl"
  save
done

echo "$epoch epochs, of which $done_before before this start, seed $DML_SEED" >"$DML_OUTPUT/summary.txt"
