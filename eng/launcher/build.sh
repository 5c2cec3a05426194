# Builds only when a source is newer than the last build: asking MSBuild takes seconds even when nothing changed.

build_if_changed() {
  local project=$1 stamp
  if is_built "$project"; then return; fi
  stamp=$(stamp_of "$project")
  mkdir -p "$state/build"
  : >"$stamp.new"
  dotnet_build "$project"
  # The build itself makes folders (newer folders tell of deleted files); sources saved meanwhile must still count as newer.
  if [ -z "$(newer_than "$stamp.new" -type f)" ]; then touch "$stamp.new"; fi
  mv "$stamp.new" "$stamp"
}

build_solution() {
  take_lock
  dotnet_build DurableMl.sln
  release_lock
}

# All projects share a compiler of this build's own: the analyzers are loaded and compiled once.
dotnet_build() {
  local code=0
  compiler=durableml-$$-$RANDOM$RANDOM
  trap end_compiler EXIT
  step "Building $1" "$state/logs/build-$(basename "$1").log" \
    dotnet build "$root/$1" -c "$configuration" -m:2 -v quiet -nologo -nodeReuse:false -p:UseSharedCompilation=true -p:SharedCompilationId="$compiler" ||
    code=$?
  trap - EXIT
  end_compiler
  [ "$code" -eq 0 ] || fail "The build failed; the whole log is $state/logs/build-$(basename "$1").log"
}

# It would wait for more work for ten minutes. Its command line holds the name that the build gave it, and no other's does.
end_compiler() {
  local folder
  for folder in $(grep -lsa -- "-pipename:$compiler" /proc/[0-9]*/cmdline); do
    folder=${folder%/cmdline}
    kill "${folder#/proc/}" 2>/dev/null || true
  done
}

stamp_of() { printf '%s/build/%s-%s.stamp\n' "$state" "$configuration" "$(basename "$1")"; }

is_built() {
  local stamp
  stamp=$(stamp_of "$1")
  [ -f "$stamp" ] && [ -f "$root/cli/bin/$configuration/net10.0/durableml.dll" ] && [ -z "$(newer_than "$stamp")" ]
}

# newer_than FILE [TEST...]: the first file or folder of the sources that is newer than FILE.
newer_than() {
  local stamp=$1
  shift
  find "$root" \( -name .git -o -name .durableml -o -name bin -o -name obj -o -name __pycache__ -o -name TestResults -o -path "$root/tests" \
    -o -path "$root/bench" -o -path "$root/docs" -o -path "$root/bicep" \) -prune -o -newer "$stamp" ! -path "$root" "$@" -print 2>/dev/null | head -n 1
}
