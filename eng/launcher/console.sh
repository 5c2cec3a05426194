# Messages, and steps that show that they are still at work.

say() { printf '%s\n' "$*"; }

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# step LABEL LOG COMMAND...: runs COMMAND with its output in LOG. Shows LABEL and the seconds it takes: in place on a
# terminal, as a line every 15 s otherwise. Returns the command's exit code and shows the log's end if it failed.
step() {
  local label=$1 log=$2 started=$SECONDS next=15 pid code=0
  shift 2
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 </dev/null 9>&- &
  pid=$!
  # What runs in the background of a script does not get the terminal's Ctrl+C.
  trap 'kill -TERM "$pid" 2>/dev/null; wait "$pid"; exit 130' INT TERM HUP
  if [ -t 1 ]; then
    while kill -0 "$pid" 2>/dev/null; do
      printf '\r%s … %d s ' "$label" $((SECONDS - started))
      sleep 0.2
    done
  else
    say "$label …"
    while kill -0 "$pid" 2>/dev/null; do
      if [ $((SECONDS - started)) -ge "$next" ]; then
        say "  still at it after $next s"
        next=$((next + 15))
      fi
      sleep 0.2
    done
  fi
  wait "$pid" || code=$?
  trap - INT TERM HUP
  if [ "$code" -eq 0 ]; then
    if [ -t 1 ]; then printf '\r'; fi
    say "$label: done in $((SECONDS - started)) s"
  else
    if [ -t 1 ]; then printf '\n'; fi
    say "$label: failed (exit code $code). The end of $log:" >&2
    tail -n 40 "$log" >&2
  fi
  return "$code"
}
