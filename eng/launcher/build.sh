# Builds only when a source is newer than the last build: asking MSBuild takes seconds even when nothing changed.

build_projects() {
  local name=$1 stamp=$state/build/$configuration-$1.stamp project
  shift
  if [ -f "$stamp" ] && [ -f "$root/cli/bin/$configuration/net10.0/durableml.dll" ] && [ -z "$(newer_than "$stamp")" ]; then return; fi
  mkdir -p "$state/build"
  : >"$stamp.new"
  for project in "$@"; do
    dotnet_build "$project"
  done
  # Sources saved while the build ran are newer than the stamp, which dates from before it.
  mv "$stamp.new" "$stamp"
}

build_solution() {
  take_lock
  dotnet_build DurableMl.sln
  release_lock
}

dotnet_build() {
  step "Building $1" "$state/logs/build-$(basename "$1").log" \
    dotnet build "$root/$1" -c "$configuration" -m:2 -v quiet -nologo -nodeReuse:false ||
    fail "The build failed; the whole log is $state/logs/build-$(basename "$1").log"
}

newer_than() {
  find "$root" \( -name .git -o -name .durableml -o -name bin -o -name obj -o -name node_modules -o -name TestResults -o -name tests -o -name bench -o -name docs -o -name bicep \) -prune \
    -o -newer "$1" ! -path "$root" -print 2>/dev/null | head -n 1
}
