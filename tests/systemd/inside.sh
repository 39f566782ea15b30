#!/usr/bin/env bash
# What a sysadmin sees of the package under a real systemd. Runs as root inside a throwaway Debian in which the package has
# just been installed; the package itself lies at /root/bantin.deb. Prints a line for each promise, fails if one is broken.
set -uo pipefail
. /root/tests/promises.sh

# -- installed
holds "the service is active after the install" systemctl is-active bantin.service
holds "so is the socket" systemctl is-active bantin.socket
holds "both come back at boot" systemctl is-enabled bantin.service bantin.socket
holds "readers are served" serves
holds "the shipped configuration is taken" bantin check --config /etc/bantin/feeds.toml
holds "it has a source to begin with, switched off and never polled" sh -c \
    'bantin sources --format json | grep "\"nhan-dan\"" | grep "\"outcome\":\"disabled\"" | grep -q "\"next_poll\":null"'
holds "and no other" is "$(bantin sources --format json | grep -c '"source":')" 1
holds "it says so itself" sh -c 'journalctl -u bantin.service | grep -q " serves .*, 0 sources enabled"'
holds "it has no connection to anybody" sh -c '[ -e /proc/$0/fd ] && ! ss -Htnp state established | grep "pid=$0,"' "$(pid)"
holds "root's commands find the service's database" test -s /var/lib/bantin/bantin.db
holds "the backup timer waits for the sysadmin" not systemctl is-enabled bantin-backup.timer
holds "the units are sound" systemd-analyze verify --man=no /lib/systemd/system/bantin.service \
    /lib/systemd/system/bantin.socket /lib/systemd/system/bantin-backup.service /lib/systemd/system/bantin-backup.timer
for unit in bantin bantin-backup; do
    holds "$unit is shut in" systemd-analyze security --offline=true --threshold=11 "/lib/systemd/system/$unit.service"
done

# -- files and modes
holds "its folder is nobody else's" is "$(stat -c %a /var/lib/private/bantin)" 700
holds "so is the database" is "$(stat -c %a /var/lib/private/bantin/bantin.db)" 600
holds "it runs as a user of its own" not is "$(stat -c %u "/proc/$(pid)")" 0
holds "it has no capabilities" grep -q '^CapEff:\s*0000000000000000$' "/proc/$(pid)/status"
holds "it cannot gain any" grep -q '^NoNewPrivs:\s*1$' "/proc/$(pid)/status"
holds "it sees no homes" is "$(ls -A "/proc/$(pid)/root/root")" ""
holds "it cannot write to the system" not touch "/proc/$(pid)/root/usr/x"
holds "it can run no other program" not nsenter -t "$(pid)" -m /bin/true

# -- reload: good, unchanged, bad
before=$(pid)
sed -i 's/^title = "Bản tin"/title = "Bản tin mới"/' /etc/bantin/feeds.toml
holds "a good configuration is taken" systemctl reload bantin
holds "readers see it" sh -c 'curl -sf http://127.0.0.1:8080/feed.atom | grep -q "Bản tin mới"'
tag() { curl -sfI http://127.0.0.1:8080/feed.atom | grep -i ^etag:; }
tagged=$(tag)
reloads() { journalctl -u bantin.service | grep -c 'configuration read again'; }
read_before=$(reloads)
holds "an unchanged one is fine" systemctl reload bantin
holds "it was read" is "$(reloads)" "$((read_before + 1))"
holds "and changes nothing for readers" is "$(tag)" "${tagged:?there is no tag}"
cp /etc/bantin/feeds.toml /root/good.toml
echo 'nonsense = 1' >>/etc/bantin/feeds.toml
holds "a bad one is refused" not systemctl reload bantin
holds "the service goes on with the old one" systemctl is-active bantin.service
holds "readers still see that" sh -c 'curl -sf http://127.0.0.1:8080/feed.atom | grep -q "Bản tin mới"'
holds "all of this in one process" is "$(pid)" "$before"

# -- a bad configuration at start
systemctl stop bantin.service
systemctl start bantin.service
holds "a start with a bad one fails with 78" is "$(systemctl show -P ExecMainStatus bantin.service)" 78
holds "and is not tried again" is "$(systemctl show -P NRestarts bantin.service)" 0
holds "nor left active" not systemctl is-active bantin.service
cp /root/good.toml /etc/bantin/feeds.toml
rested
holds "corrected, it starts" systemctl restart bantin.socket bantin.service
holds "and serves" serves

# -- killed
before=$(pid)
kill -9 "$before"
holds "killed, no reader is refused" serves
holds "and it is back within two seconds" within 2 another "$before"

# -- readers in crowds
. /root/tests/load.sh

# -- READY
. /root/tests/ready.sh

# -- polls
. /root/tests/polls.sh

# -- a second wall
. /root/tests/firewall.sh

# -- stop
rested
began=$(date +%s%N)
systemctl stop bantin.service
holds "it stops within five seconds" test $((($(date +%s%N) - began) / 1000000)) -lt 5000
holds "stopped cleanly" is "$(systemctl show -P Result bantin.service)" success
holds "the first reader starts it again" serves
holds "by the socket" systemctl is-active bantin.service

# -- hung: the whole process stands still, so nothing beats
drop_in bantin.service watchdog <<<$'[Service]\nWatchdogSec=3s'
rested
systemctl restart bantin.service
before=$(pid)
kill -STOP "$before"
holds "hung, the watchdog brings it back" within 30 another "$before"
holds "for that reason" sh -c 'journalctl -u bantin.service | grep -q "Watchdog timeout"'
rm -r /run/systemd/system/bantin.service.d

# -- secrets
install -d -m 700 /etc/bantin/secrets
install -m 600 /dev/stdin /etc/bantin/secrets/proxy <<<'http://127.0.0.1:9'
drop_in bantin.service credentials </root/examples/credentials.conf
sed -i '/^\[poll\]/a proxy = { credential = "proxy" }' /etc/bantin/feeds.toml
rested
holds "a secret of root's comes by LoadCredential" systemctl restart bantin.service
holds "and it serves" serves
holds "a reload works with it" systemctl reload bantin.service
cp /root/good.toml /etc/bantin/feeds.toml
rm -r /run/systemd/system/bantin.service.d
systemctl daemon-reload

# -- backups
rested
systemctl restart bantin.service
for _ in 1 2 3; do
    holds "a backup beside the running service" systemctl start bantin-backup.service
    # Names are by the second.
    sleep 1
done
drop_in bantin-backup.service keep <<<$'[Service]\nEnvironment=KEEP=2'
holds "a backup that keeps two" systemctl start bantin-backup.service
holds "two are left" is "$(find /var/lib/private/bantin/backups -name 'bantin-*.db' | wc -l)" 2
systemctl stop bantin.service bantin.socket
holds "a backup of the stopped service" sh -c 'sleep 1; systemctl start bantin-backup.service'
holds "it can be put back" bantin --config /etc/bantin/feeds.toml restore \
    "$(find /var/lib/private/bantin/backups -name 'bantin-*.db' | sort | tail -n 1)"
rested
holds "and the service starts with it" systemctl start bantin.socket bantin.service
holds "and serves it" serves
backups() { find /var/lib/private/bantin/backups -name 'bantin-*.db' | wc -l; }
rm -r /run/systemd/system/bantin-backup.service.d
drop_in bantin-backup.timer soon <<<$'[Timer]\nOnCalendar=\nOnActiveSec=1s\nRandomizedDelaySec=0\nAccuracySec=100ms'
made=$(backups)
more() { [ "$(backups)" -gt "$made" ]; }
holds "nothing has fired the timer yet" is "$(systemctl show -P LastTriggerUSec bantin-backup.timer)" ""
holds "the timer can be switched on" systemctl enable --now bantin-backup.timer
holds "it fires, and there is a backup more" within 20 more
holds "by the timer" not is "$(systemctl show -P LastTriggerUSec bantin-backup.timer)" ""
rm -r /run/systemd/system/bantin-backup.timer.d
systemctl daemon-reload
systemctl restart bantin-backup.timer
holds "as shipped, it comes at night" sh -c 'systemctl show -P NextElapseUSecRealtime bantin-backup.timer | grep -Eq " 0[23]:[0-9]{2}:"'

# -- a web server that reads the files: a user that stays
mkdir -p /etc/sysusers.d /etc/systemd/system/bantin.service.d
cp /root/examples/sysusers.conf /etc/sysusers.d/bantin.conf
cp /root/examples/publish.conf /etc/systemd/system/bantin.service.d/
systemctl stop bantin.service bantin.socket
systemd-sysusers
holds "the user is made" grep -q ^bantin: /etc/passwd
printf '[publish]\ndirectory = "/var/cache/bantin/site"\n' >>/etc/bantin/feeds.toml
systemctl daemon-reload
rested
holds "it starts as the user that stays" systemctl start bantin.socket bantin.service
holds "and serves" serves
holds "www-data reads what it publishes" setpriv --reuid www-data --regid www-data --init-groups \
    cat /var/cache/bantin/site/feed.atom
holds "others do not" not setpriv --reuid nobody --regid nogroup --clear-groups cat /var/cache/bantin/site/feed.atom
holds "nor does www-data read the database" not setpriv --reuid www-data --regid www-data --init-groups \
    cat /var/lib/bantin/bantin.db
rm -r /etc/systemd/system/bantin.service.d /etc/sysusers.d/bantin.conf
cp /root/good.toml /etc/bantin/feeds.toml
systemctl stop bantin.service
systemctl daemon-reload
rested
holds "and back to the passing user" systemctl restart bantin.service

# -- upgrade, remove, purge
rested
before=$(pid)
sleep 1
since=$(date '+%F %T')
holds "an upgrade" dpkg -i /root/bantin.deb
holds "starts the new program" within 5 another "$before"
holds "once" is "$(journalctl -u bantin.service --since "$since" | grep -c ' serves ')" 1
holds "keeps the sysadmin's configuration" cmp /root/good.toml /etc/bantin/feeds.toml
holds "and the state" test -s /var/lib/private/bantin/bantin.db
holds "remove" dpkg -r bantin
holds "stops the service" not systemctl is-active bantin.service
holds "and the socket" not systemctl is-active bantin.socket
holds "and the backups" not systemctl is-active bantin-backup.timer
holds "and keeps state" test -s /var/lib/private/bantin/bantin.db
holds "and configuration" test -s /etc/bantin/feeds.toml

# -- installed again while somebody has the port
systemd-run -q --unit=squatter socat TCP-LISTEN:8080,bind=127.0.0.1,fork,reuseaddr /dev/null 2>/dev/null ||
    systemd-run -q --unit=squatter perl -MIO::Socket::INET -e \
        'my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1:8080", Listen => 5) or die; sleep 600'
within 5 sh -c 'ss -ltn | grep -q 127.0.0.1:8080'
holds "a port that is taken does not fail the install" dpkg -i /root/bantin.deb
systemctl stop squatter
rested
holds "and once it is free, it starts" systemctl start bantin.socket bantin.service
holds "and serves" serves
holds "purge" dpkg -P bantin
for left in /etc/systemd/system/timers.target.wants/bantin-backup.timer /var/lib/private/bantin /var/lib/bantin /var/cache/bantin /etc/bantin/feeds.toml; do
    holds "purge leaves no $left" not test -e "$left"
done

exit $failed
