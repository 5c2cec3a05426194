#!/bin/sh
# Runs a program that ends when standard input is closed, that is when who started this has died, or on SIGTERM.
exec 3<&0
"$@" 3<&- </dev/null &
program=$!
trap 'kill "$program" 2>/dev/null' TERM
{
  trap - TERM
  while read -r _ <&3; do :; done
  kill "$program" 2>/dev/null
} &
watch=$!
exec 3<&-
wait "$program"
status=$?
# A signal ends the wait before the program.
while kill -0 "$program" 2>/dev/null; do
  wait "$program"
  status=$?
done
kill "$watch" 2>/dev/null
exit "$status"
