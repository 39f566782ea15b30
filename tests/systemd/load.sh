# Readers in crowds while the service is stopped, restarted and killed. Sourced by inside.sh.

# One reader who asks again and again until $crowd/stop is there; each answer a line: the status, and curl's own exit status.
reader() {
    while ! [ -e "$crowd/stop" ]; do
        curl -s -m 15 -o /dev/null -w '%{http_code} ' http://127.0.0.1:8080/feed.atom
        echo "$?"
    done >"$crowd/reader.$1"
}
crowd_comes() {
    crowd=$(mktemp -d)
    readers=()
    for number in 1 2 3 4; do
        reader "$number" &
        readers+=($!)
    done
    within 10 answered 50
}
# So many answers have come.
answered() { [ "$(count '^200 0$')" -ge "$1" ]; }
crowd_goes() {
    touch "$crowd/stop"
    wait "${readers[@]}"
}
# How many ended so: the status and curl's exit status, as a pattern.
count() { cat "$crowd"/reader.* | grep -c "$1"; }
was_served() {
    local answers others
    answers=$(count '^200 0$')
    others=$(cat "$crowd"/reader.* | grep -v '^200 0$' | sort | uniq -c)
    echo "$answers answers, and: $others"
    # 7: refused, 28: no answer in time. 52, 56: the connection was cut in the middle.
    [ "$answers" -ge "$1" ] && [ "$(count ' 7$')" = 0 ] && [ "$(count ' 28$')" = 0 ] &&
        [ "$(cat "$crowd"/reader.* | grep -vc '^200 0$')" -le "$2" ]
}

rested
crowd_comes
for _ in 1 2 3; do
    before=$(pid)
    systemctl restart bantin.service
    within 10 another "$before"
    so_far=$(count '^200 0$')
    within 10 answered "$((so_far + 20))"
done
crowd_goes
holds "three restarts under load: every reader has a whole answer" was_served 100 0

rested
crowd_comes
backs=0
for _ in 1 2 3; do
    before=$(pid)
    so_far=$(count '^200 0$')
    kill -9 "$before"
    within 2 another "$before" && backs=$((backs + 1))
    within 10 answered "$((so_far + 20))"
done
crowd_goes
holds "killed three times under load, it is back within two seconds each time" is "$backs" 3
# A reader whose answer is half out when the process dies sees it end; none is refused, and none waits in vain.
holds "and no reader is refused: four at most are cut off at each kill" was_served 100 12
