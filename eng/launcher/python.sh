# The interpreter that trains: one that imports PyTorch and NumPy. The choice is kept in .durableml/python.

find_python() {
  python=
  if [ -n "${DURABLEML_PYTHON:-}" ]; then
    imports_torch "$DURABLEML_PYTHON" || fail "DURABLEML_PYTHON is $DURABLEML_PYTHON, which does not import torch and numpy. Install both for it, or unset it."
    choose_python "$DURABLEML_PYTHON"
    return
  fi
  local candidate
  candidate=$(cat "$state/python" 2>/dev/null || true)
  if [ -n "$candidate" ] && has_torch "$candidate"; then
    choose_python "$candidate"
    return
  fi
  if first_that_imports_torch; then return; fi

  if [ "$(id -u)" = 0 ] && [ -f /etc/debian_version ] && command -v apt-get >/dev/null 2>&1; then
    if step "Installing PyTorch (apt: python3-torch)" "$state/logs/apt-torch.log" apt_install python3-torch && first_that_imports_torch; then return; fi
    say "apt gave no PyTorch; trying pip in a virtual environment instead."
  fi
  rm -rf "$state/venv"
  step "Making a virtual environment in .durableml/venv" "$state/logs/venv.log" python3 -m venv "$state/venv" ||
    fail "Python cannot make virtual environments. Install python3-venv, or PyTorch for an interpreter that you name in DURABLEML_PYTHON."
  # pip itself reads PIP_EXTRA_INDEX_URL: with the index of PyTorch's CPU wheels it leaves gigabytes of CUDA out.
  step "Installing PyTorch into .durableml/venv (pip; may take some minutes)" "$state/logs/pip.log" \
    "$state/venv/bin/python" -m pip install --disable-pip-version-check --no-input -r "$root/batch-jobs/training/requirements.txt" ||
    fail "pip could not install PyTorch (it takes Python 3.11 or later); the whole log is $state/logs/pip.log"
  first_that_imports_torch || fail "PyTorch was installed into $state/venv but cannot be imported from there; see $state/logs/pip.log"
}

first_that_imports_torch() {
  local candidate
  for candidate in "$state/venv/bin/python" python3 /usr/bin/python3; do
    if imports_torch "$candidate"; then
      choose_python "$(command -v "$candidate")"
      return 0
    fi
  done
  return 1
}

imports_torch() { "$1" -c 'import torch, numpy' >/dev/null 2>&1 </dev/null; }

# Quicker than importing it, for a choice that was made before.
has_torch() { "$1" -c 'import importlib.util as u, sys; sys.exit(not (u.find_spec("torch") and u.find_spec("numpy")))' >/dev/null 2>&1 </dev/null; }

choose_python() {
  # A version manager's shim depends on the current folder, so the real interpreter is kept; a virtual environment's is its own.
  python=$("$1" -c 'import sys; print(sys.executable)')
  if [ "$(cat "$state/python" 2>/dev/null)" != "$python" ]; then
    printf '%s\n' "$python" >"$state/python.new"
    mv "$state/python.new" "$state/python"
  fi
  export DURABLEML_PYTHON=$python
}

apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get update && apt-get install -y --no-install-recommends "$@"
}

# ONNX's own test vectors, and a browser to look at the dashboard with: the tests that use them are skipped where they are missing.
install_test_data() {
  install_for_tests "ONNX's test data" libonnx-testdata
  install_for_tests "a browser" chromium
}

# install_for_tests WHAT PACKAGE
install_for_tests() {
  if [ "$(id -u)" != 0 ] || [ ! -f /etc/debian_version ] || ! command -v apt-get >/dev/null 2>&1; then return; fi
  if [ -e "$state/.no-$2" ] || dpkg -s "$2" >/dev/null 2>&1; then return; fi
  if ! step "Installing $1 (apt: $2)" "$state/logs/apt-$2.log" apt_install "$2"; then
    say "Going on without it: the tests that need it are skipped."
    : >"$state/.no-$2"
  fi
}
