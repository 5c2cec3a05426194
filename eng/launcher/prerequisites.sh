# What must be there before anything else, each with one line that says what to install.

# Told at once, before anything is downloaded or built.
check_machine() {
  case $(uname -s)/$(uname -m) in
    Linux/x86_64) ;;
    *) fail "DurableMl runs on Linux x64 here, not on $(uname -s) $(uname -m): it needs /proc, and native packages that are built for Linux x64. A Linux x64 container or virtual machine will do." ;;
  esac
}

# check_prerequisites PART...: what these parts of the set-up need.
check_prerequisites() {
  check_machine
  # Service accounts and containers may have no home; dotnet, NuGet and npm need one.
  if [ -z "${HOME:-}" ] || [ ! -d "$HOME" ] || [ ! -w "$HOME" ]; then
    export HOME=$state/home
    mkdir -p "$HOME"
  fi
  export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
  # Build servers would outlive the command that started them.
  export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

  local folder
  for folder in "${DOTNET_ROOT:-}" "$HOME/.dotnet"; do
    if ! command -v dotnet >/dev/null 2>&1 && [ -n "$folder" ] && [ -x "$folder/dotnet" ]; then
      PATH=$folder:$PATH
    fi
  done
  command -v dotnet >/dev/null 2>&1 && dotnet --list-sdks 2>/dev/null | awk -F. '$1 >= 10 { found = 1 } END { exit !found }' ||
    fail "Missing: the .NET SDK 10 or newer. Install it from your package manager (dotnet-sdk-10.0) or Microsoft's download page for .NET."
  command -v python3 >/dev/null 2>&1 && python3 -c 'import sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null ||
    fail "Missing: Python 3.9 or newer. Install it from your package manager (python3)."
  case " $* " in *" npm "*) ;; *) return 0 ;; esac
  command -v node >/dev/null 2>&1 && node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' 2>/dev/null ||
    fail "Missing: Node.js 20 or newer. Install it from your package manager (nodejs) or the Node.js download page."
  command -v npm >/dev/null 2>&1 ||
    fail "Missing: npm, which comes with Node.js. Install it from your package manager (npm)."
}

# The tools that the ordinary commands need, then the named steps, one invocation at a time.
prepare() {
  check_prerequisites "$@"
  mkdir -p "$state/logs"
  chmod 700 "$state"
  take_lock
  local part
  for part in "$@"; do
    case $part in
      npm) install_npm_packages ;;
      python) find_python ;;
      test-data) install_test_data ;;
      build) build_if_changed eng/Local.slnf ;;
      build-batch-emulator)
        if ! is_built eng/Local.slnf; then
          build_if_changed cli/DurableMl.Cli.csproj
          build_if_changed local/BatchEmulator/DurableMl.Local.BatchEmulator.csproj
        fi
        ;;
      build-cli) is_built eng/Local.slnf || build_if_changed cli/DurableMl.Cli.csproj ;;
    esac
  done
  release_lock
}
