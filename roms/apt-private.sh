# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# apt-private.sh - a package manager state of our own, for the fetch scripts to source.
#
# Debian packages are fetched with the host's apt, from the mirror the host already uses, and are verified by apt with
# the host's Debian archive keyring. Everything apt writes goes below one folder of the build tree; the system's
# package state is neither read nor changed. No privilege is needed, nor used when there is.
#
# The caller sets `program`, its name in messages.

suite=trixie # Debian 13

: "${program:?set it before sourcing this file}"

die() { # exit-status message...
    status=$1
    shift
    printf '%s: %s\n' "$program" "$*" >&2
    exit "$status"
}

say() { # step text...: what happens now, one line
    step=$1
    shift
    printf '  %-7s %s\n' "$step" "$*"
}

megabytes() { # reads a number of bytes
    awk '{ printf "%.1f MB", $1 / 1e6 }'
}

# The host must have apt and dpkg-deb, and a Debian keyring that knows the suite. Sets `keyring`.
apt_need_host() {
    for tool in apt-get apt-cache dpkg-deb; do
        command -v "$tool" >/dev/null 2>&1 || die 69 "no $tool on this host: packages of Debian cannot be fetched." \
            "Use images of your own: bulkhead -bios FIRMWARE -kernel IMAGE -initrd INITRD (see roms/README.md)"
    done
    for keyring in /usr/share/keyrings/debian-archive-keyring.gpg /usr/share/keyrings/debian-archive-keyring.pgp; do
        [ -r "$keyring" ] && return
    done
    die 69 "no Debian archive keyring on this host, so nothing fetched could be verified:" \
        "install the package debian-archive-keyring"
}

# Prints "BASE SUITE" for each Debian-like repository of the host's own apt configuration.
apt_host_repositories() {
    apt-get update --print-uris 2>/dev/null | sed -n "s|^'\(.*\)/dists/\([^']*\)/InRelease' .*|\1 \2|p"
}

# Prints the base of the host's mirror of Debian. A main archive has the suites X and X-updates side by side, which
# third-party repositories named after a Debian suite do not; a host without updates gets the first that is named so.
apt_find_mirror() {
    if [ -n "${BULKHEAD_MIRROR:-}" ]; then
        echo "${BULKHEAD_MIRROR%/}"
        return
    fi
    apt_host_repositories | awk '
        $2 ~ /^(bullseye|bookworm|trixie|forky|duke|(old)*stable|testing)-updates$/ { sure[++sures] = $1 }
        $2 ~ /^(bullseye|bookworm|trixie|forky|duke|sid|(old)*stable|testing|unstable)$/ { likely[++likelies] = $1 }
        END { print sures ? sure[1] : likely[1] }'
}

# Prints the base of the host's mirror of Debian's security archive, or nothing.
apt_find_security() {
    apt_host_repositories | awk '$2 ~ /^(bullseye|bookworm|trixie|forky|duke|(old)*stable)-security$/ { print $1; exit }'
}

apt_write_sources() { # mirror security-mirror-or-nothing
    for part in "$suite" "$suite-updates"; do
        echo "deb [signed-by=$keyring] $1 $part main"
    done
    [ -z "$2" ] || echo "deb [signed-by=$keyring] $2 $suite-security main"
}

# The host's apt configuration stays in force (proxies, say) except for what is set here: all state is ours, the
# host's hooks do not run, and no option of the host can make apt accept what is not signed. The sandbox user could
# not enter a build tree in a private home, so a root apt stays root; the signatures are checked all the same.
apt_write_config() { # architecture
    cat <<CONF
#clear APT::Architectures;
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Install-Pkgs;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
APT::Architecture "$1";
APT::Architectures { "$1"; };
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Get::AllowUnauthenticated "false";
APT::Get::Assume-Yes "true";
APT::Sandbox::User "root";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::AllowDowngradeToInsecureRepositories "false";
Acquire::Languages "none";
Acquire::Retries "2";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
Dir::State "$apt_dir/state";
Dir::State::status "$apt_dir/state/status";
Dir::Cache "$apt_dir/cache";
Dir::Cache::archives "archives";
Dir::Log "$apt_dir/log";
Dir::Etc::sourcelist "$apt_dir/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
CONF
}

# Prepares the state for one architecture and reads the package lists, unless they are there and refresh is "no".
# Sets `apt_dir` and `apt_conf`.
apt_open() { # folder architecture refresh
    apt_need_host
    apt_dir=$1
    apt_conf=$apt_dir/apt.conf
    [ "$3" = no ] && [ -e "$apt_dir/complete" ] && return
    mirror=$(apt_find_mirror)
    [ -n "$mirror" ] || die 69 "apt on this host knows no mirror of Debian: name one, BULKHEAD_MIRROR=http://HOST/debian"
    rm -rf "$apt_dir/complete" "$apt_dir/state"
    mkdir -p "$apt_dir/state/lists/partial" "$apt_dir/cache/archives/partial" "$apt_dir/log"
    : >"$apt_dir/state/status"
    apt_write_sources "$mirror" "$(apt_find_security)" >"$apt_dir/sources.list"
    apt_write_config "$2" >"$apt_conf"
    say LISTS "Debian $suite, $2, from $mirror"
    # A missing updates or security archive makes this fail, but does no harm: the main archive decides.
    updated=yes
    apt-get -c "$apt_conf" -q update >"$apt_dir/log/update" 2>&1 || updated=no
    [ -n "$(apt_version base-files)" ] || {
        grep '^[EW]:' "$apt_dir/log/update" | head -n 5 >&2
        die 69 "$mirror gives no package list of $suite for $2 that can be verified" \
            "(another mirror: BULKHEAD_MIRROR=http://HOST/debian)"
    }
    [ $updated = yes ] || say NOTE "done without a part of the lists that cannot be read now: $apt_dir/log/update"
    apt-get -c "$apt_conf" -q autoclean >"$apt_dir/log/autoclean" 2>&1 || : # older archives only take room
    : >"$apt_dir/complete"
}

apt_field() { # package field: the field of the version apt would install, or nothing
    apt-cache -c "$apt_conf" --no-all-versions show "$1" 2>/dev/null | sed -n "s/^$2: //p" | head -n 1
}

apt_version() { # package
    apt_field "$1" Version
}

# Downloads one package, or finds it already downloaded. Sets `deb` to its file and `deb_version`.
apt_fetch() { # package
    deb_version=$(apt_version "$1")
    [ -n "$deb_version" ] || die 69 "Debian $suite on this mirror has no package $1 (try --refresh)"
    step=FETCH
    [ -z "$(apt_archive_of "$1" "$deb_version")" ] || step=VERIFY # apt checks the hash of what is there
    say $step "$1 $deb_version, $(apt_field "$1" Size | awk '{ printf "%.1f MB", $1 / 1e6 }')"
    (cd "$apt_dir/cache/archives" && apt-get -c "$apt_conf" -qq download "$1=$deb_version") >"$apt_dir/log/$1" 2>&1 || {
        cat "$apt_dir/log/$1" >&2
        die 69 "could not download $1 (try --refresh if the mirror has moved on)"
    }
    deb=$(apt_archive_of "$1" "$deb_version")
    [ -n "$deb" ] || die 70 "apt downloaded $1, yet no such file is in $apt_dir/cache/archives"
}

apt_archive_of() { # package version: the downloaded file; apt writes the colon of an epoch as %3a
    find "$apt_dir/cache/archives" -maxdepth 1 -name "$1_$(echo "$2" | sed 's/:/%3a/')_*.deb" | head -n 1
}

# Downloads packages and unpacks them into one folder, without what they depend on.
apt_unpack_each() { # root package...
    root=$1
    shift
    say FETCH "$1 and $(($# - 1)) other packages"
    (cd "$apt_dir/cache/archives" && apt-get -c "$apt_conf" -qq download "$@") >"$apt_dir/log/$1" 2>&1 || {
        cat "$apt_dir/log/$1" >&2
        die 69 "could not download $1 and what it needs (try --refresh if the mirror has moved on)"
    }
    apt-cache -c "$apt_conf" --no-all-versions show "$@" | sed -n 's/^Package: //p; s/^Version: //p' | while read -r name &&
        read -r version; do
        dpkg-deb -x "$(apt_archive_of "$name" "$version")" "$root" || die 70 "could not unpack $name $version"
    done || exit
}

# Unpacks a package and all it depends on, as on a system that has nothing, so that its programs can be started with
# their own loader and libraries: "$root/$loader" --library-path "$root/$libraries" PROGRAM. Sets `loader` and `libraries`.
apt_unpack_all() { # root package
    log=$apt_dir/log/$2
    if ! apt-get -c "$apt_conf" --print-uris install "$2" >"$log" 2>&1; then
        cat "$log" >&2
        die 69 "Debian $suite on this mirror cannot give $2"
    fi
    say FETCH "$2 $(apt_version "$2") and its libraries," \
        "$(sed -n 's/^Need to get \(.*\) of archives.*/\1/p' "$log")"
    if ! apt-get -c "$apt_conf" -q --download-only install "$2" >"$log" 2>&1; then
        grep '^[EW]:' "$log" >&2
        die 69 "could not download $2"
    fi
    say UNPACK "$1"
    apt-get -c "$apt_conf" -s install "$2" | sed -n 's/^Inst \([^ ]*\) (\([^ ]*\) .*/\1 \2/p' | while read -r name version; do
        archive=$(apt_archive_of "$name" "$version")
        dpkg-deb -x "$archive" "$1" || die 70 "could not unpack $name $version"
    done || exit
    (cd "$1" && rm -rf etc var usr/sbin usr/share/doc usr/share/man usr/share/locale usr/share/info)
    loader=$(cd "$1" && find usr/lib* lib* -name 'ld-linux*.so*' 2>/dev/null | sort | head -n 1)
    libraries=$(cd "$1" && find usr/lib lib -name 'libc.so.6' 2>/dev/null | head -n 1)
    if [ -z "$loader" ] || [ -z "$libraries" ]; then
        die 70 "the unpacked packages have no loader or no libraries where they were expected: $1"
    fi
    libraries=$(dirname "$libraries")
}
