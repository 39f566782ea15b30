# What the scripts that run inside the throwaway system share. Sourced by them; `failed` tells whether a promise is broken.

failed=0

# holds WHAT COMMAND...: a promise.
holds() {
    local what=$1
    shift
    if "$@" >/tmp/said 2>&1; then
        echo "holds    $what"
    else
        echo "BROKEN   $what: $*"
        sed 's/^/         | /' /tmp/said | tail -n 20
        failed=1
    fi
}
not() { ! "$@"; }
# within SECONDS COMMAND...: it comes true by then.
within() {
    local until=$((SECONDS + $1))
    shift
    until "$@"; do
        [ "$SECONDS" -lt "$until" ] || return 1
        sleep 0.05
    done
}
serves() { curl -sf -m 5 -o /dev/null http://127.0.0.1:8080/feed.atom; }
pid() { systemctl show -P MainPID bantin.service; }
is() { [ "$1" = "$2" ] || { echo "is \`$1\`, expected \`$2\`"; false; }; }
rested() { systemctl reset-failed bantin.service bantin.socket 2>/dev/null; true; }
another() { is_now=$(pid); [ "$is_now" != 0 ] && [ "$is_now" != "$1" ] && serves; }
drop_in() { mkdir -p "/run/systemd/system/$1.d"; cat >"/run/systemd/system/$1.d/$2.conf"; systemctl daemon-reload; }
state() { stat -c %U:%a "$1"; }
