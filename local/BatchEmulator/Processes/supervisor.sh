# Keeps one task's processes together and takes them away whole.
# $1 1 = keep the processes after the command has exited, until told (a subtask's coordination command)
# $2 stdout file  $3 stderr file  $4 marker  $5 docker  $6 the command's container, or nothing  $7... the command
# stdin: signal names, one a line; its end (the emulator is gone, whatever way) kills everything.
# stdout: "started <process group>", "exited <code>".
linger=$1 out=$2 err=$3 marker=$4 docker=$5 container=$6
shift 6
exec 3<&0 </dev/null 2>/dev/null

# Variables whose names no shell takes: they reach the command by way of env. This shell would drop them.
n=0
while eval "[ -n \"\${DURABLEML_BATCH_ENV_$n+set}\" ]"; do
  eval "set -- \"\$DURABLEML_BATCH_ENV_$n\" \"\$@\""
  unset "DURABLEML_BATCH_ENV_$n"
  n=$((n + 1))
done

# A session of its own: no signal meant for others reaches it, and one kill reaches all of it.
# Shells start background commands with INT and QUIT ignored, which would be inherited; env puts that right where it can.
defaults=
env --default-signal=INT,QUIT true && defaults=--default-signal=INT,QUIT
if command -v setsid >/dev/null; then
  setsid env $defaults "DURABLEML_BATCH_RUN=$marker" "$@" >>"$out" 2>>"$err" 3<&- &
else
  perl -e 'use POSIX; POSIX::setsid(); exec { $ARGV[0] } @ARGV' env "DURABLEML_BATCH_RUN=$marker" "$@" >>"$out" 2>>"$err" 3<&- &
fi
task=$!
echo "started $task"

# What left the process group (a daemon) still carries the marker in its environment.
sweep() {
  kill -s KILL -- "-$task"
  # A container is a child of its engine, not of this shell.
  [ -z "$container" ] || "$docker" rm --force "$container" >/dev/null
  [ -r /proc/self/environ ] || return 0
  for round in 1 2 3; do
    found=
    for file in $(grep -las -- "DURABLEML_BATCH_RUN=$marker" /proc/[0-9]*/environ); do
      pid=${file#/proc/}
      kill -s KILL "${pid%/environ}" && found=1
    done
    [ -n "$found" ] || break
  done
}

(
  while read -r signal <&3; do
    kill -s "$signal" -- "-$task" || kill -s "$signal" "$task"
  done
  kill -s KILL "$task"
  sweep
) >/dev/null &
watch=$!

wait "$task"
code=$?
exec 3<&-
if [ "$linger" = 1 ]; then
  echo "exited $code"
  wait "$watch"
else
  kill -s KILL "$watch"
  wait "$watch"
  sweep
  echo "exited $code"
fi
