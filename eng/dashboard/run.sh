#!/bin/sh
# Runs a program that ends when standard input is closed, that is when who started this has died, or on SIGTERM.
exec 3<&0
told=
program=
# Before the program is there: a signal must find it set however soon it comes.
trap 'told=1; [ -z "$program" ] || kill "$program" 2>/dev/null' TERM
"$@" 3<&- </dev/null &
program=$!
[ -z "$told" ] || kill "$program" 2>/dev/null
{
  trap - TERM
  while read -r _ <&3; do :; done
  kill "$program" 2>/dev/null
} &
watch=$!
exec 3<&-
wait "$program"
status=$?
# A signal ends the wait before the program; where the program was sooner, its status is known (127: there is nothing left to wait for).
while [ -n "$told" ]; do
  told=
  wait "$program"
  again=$?
  [ "$again" = 127 ] || status=$again
done
kill "$watch" 2>/dev/null
exit "$status"
