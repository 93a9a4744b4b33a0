#!/bin/sh
# Make sure of the programs that tests start and that no package of Python's carries. Quick when done.
set -eu

[ "$(uname -s)" = Linux ] || exit 0

missing=
command -v dbus-daemon >/dev/null || missing="$missing dbus-daemon"
command -v chromium >/dev/null || command -v chromium-browser >/dev/null \
    || command -v google-chrome >/dev/null || missing="$missing chromium"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing for the tests:$missing ..." >&2
    # shellcheck disable=SC2086 # several words on purpose
    apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "The tests need:$missing. Type:  sudo apt-get install$missing" >&2
    exit 1
fi
