# One set-up or build at a time in this folder. The kernel drops the lock when its holder dies, so none is ever stale.
# Python takes it, because `flock` is not everywhere; the lock belongs to descriptor 9, which this shell keeps open
# (and closes in what it starts, so that no child holds the lock longer).

take_lock() {
  exec 9>"$state/.lock"
  try_lock && return
  say "Another durableml is setting up or building in this folder; waiting for it."
  local waited=0
  until try_lock; do
    sleep 1
    waited=$((waited + 1))
    [ "$waited" -lt 1800 ] || fail "Still locked after 30 minutes by another durableml; see $state/.lock."
  done
}

try_lock() {
  python3 -c '
import fcntl, sys
try:
    fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError:
    sys.exit(1)
'
}

release_lock() { exec 9>&-; }
