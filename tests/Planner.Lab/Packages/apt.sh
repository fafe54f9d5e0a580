# An apt of the lab's own, with lists, cache and state apart from the system's; to be sourced. The caller has set cache, and has fail().
# Nothing of the system is changed, and signatures are checked as ever.

keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# What every script of the lab that fetches needs. Called before anything is downloaded.
require_debian() {
  local tool
  [[ $(uname -m) == x86_64 ]] || fail "it runs on x86-64 machines alone."
  for tool in apt-get dpkg-deb flock; do
    command -v "$tool" > /dev/null || fail "$tool is missing; it needs a Debian system, or $* from one."
  done
}

# One fetches, others wait and then find everything there. What a killed run has downloaded is used again.
lock_cache() {
  mkdir -p "$cache"
  exec 9> "$cache/lock"
  flock 9
}

# Where the host gets an archive of Debian from, in either format of sources: "debian" or "debian-security". Comment lines do not count.
mirror() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2> /dev/null |
    grep -v '^[[:space:]]*#' | grep -oE "(https?|mirror\\+[a-z]+)://[^[:space:]]*/$1/?([[:space:]]|\$)" | head -1 | tr -d '[:space:]'
}

# Sets uri, or ends: nothing can be fetched without it.
require_mirror() {
  uri=$(mirror debian) || true
  [[ -n $uri ]] || fail "the host's apt sources name no Debian mirror."
  [[ -f $keyring ]] || fail "$keyring is missing; install the package debian-archive-keyring."
}

# An apt for a suite, its backports and its security updates. It keeps the host's settings, such as a proxy, but none of its hooks.
# An empty status file makes it take libraries too, down to the C library, so what it fetches runs on whatever system there is.
prepare() {
  local suite=$1 keyring=$2 preferred=${3:-$1-backports} security
  apt=$cache/apt-$preferred
  mkdir -p "$apt"/{lists/partial,archives/partial,state}
  : > "$apt/state/status"
  printf 'deb [arch=amd64 signed-by=%s] %s %s main\n' "$keyring" "$uri" "$suite" "$keyring" "$uri" "$suite-backports" > "$apt/sources.list"
  if [[ $preferred == *-security ]]; then
    security=$(mirror debian-security) || true
    # A mirror that has Debian usually has its security updates beside it.
    printf 'deb [arch=amd64 signed-by=%s] %s %s main\n' "$keyring" "${security:-${uri%/}-security}" "$preferred" >> "$apt/sources.list"
  fi
  cat > "$apt/apt.conf" << END
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
#clear Acquire::IndexTargets::deb::DEP-11;
Dir::Etc::sourcelist "$apt/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State "$apt/state";
Dir::State::status "$apt/state/status";
Dir::State::lists "$apt/lists";
Dir::Cache "$apt";
Dir::Cache::archives "$apt/archives";
Dir::Cache::pkgcache "pkgcache.bin";
Dir::Cache::srcpkgcache "";
APT::Architecture "amd64";
APT::Architectures { "amd64"; };
APT::Sandbox::User "root";
APT::Keep-Downloaded-Packages "true";
APT::Default-Release "$preferred";
Acquire::Languages "none";
Acquire::Retries "3";
END
  apt-get -c "$apt/apt.conf" -qq -o APT::Update::Error-Mode=any update > "$apt/log" 2>&1 ||
    fail "the package lists of $suite did not come from $uri; is there a network? What apt said is in $apt/log."
}

# Downloads one package alone. An older version, which a killed run may have left, would be taken for it.
download() {
  local name
  name=$(apt-get -c "$apt/apt.conf" -qq --print-uris download "$1" 2> "$apt/log" | sed -nE "s/^'[^']*' ([^ ]+) .*/\\1/p")
  [[ -z $name ]] || find "$apt" -maxdepth 1 -name "$1_*.deb" ! -name "$name" -delete
  (cd "$apt" && apt-get -c "$apt/apt.conf" -qq download "$1" > log 2>&1) ||
    fail "the package $1 did not come from $uri; what apt said is in $apt/log."
}
