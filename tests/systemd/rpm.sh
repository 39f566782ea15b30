#!/usr/bin/env bash
# What a sysadmin of Fedora sees of the package: installed, upgraded and removed by rpm under a real systemd. That is Debian's, so
# what the package depends on is not looked for. Runs as root inside a throwaway system; the package lies at /root/bantin.rpm.
set -uo pipefail
. /root/tests/promises.sh

# Fedora's policy, which Debian has not: nothing is switched on by itself.
mkdir -p /etc/systemd/system-preset
echo 'disable *' >/etc/systemd/system-preset/99-default-disable.preset
state() { stat -c %U:%G:%a "$1"; }

# -- installed
holds "the package is installed" rpm -i --nodeps /root/bantin.rpm
holds "what lies there is what was packed" rpm -V --nodeps bantin
holds "the program is everybody's to run" is "$(state /usr/bin/bantin)" root:root:755
holds "so is the backup" is "$(state /usr/libexec/bantin/backup)" root:root:755
holds "the configuration is everybody's to read" is "$(state /etc/bantin/feeds.toml)" root:root:644
holds "and the sysadmin's to change: it is marked so" is "$(rpm -qc bantin)" /etc/bantin/feeds.toml
holds "both licences are there" test -s /usr/share/licenses/bantin/LICENSE-MIT -a -s /usr/share/licenses/bantin/LICENSE-APACHE
holds "so is what feeds.toml(5) says" sh -c 'zcat /usr/share/man/man5/feeds.toml.5.gz | grep -q allow_private_addresses'
holds "and what bantin-outcomes(7) says" sh -c 'zcat /usr/share/man/man7/bantin-outcomes.7.gz | grep -q "site.*changed"'
holds "nothing is switched on against the policy" not systemctl is-enabled bantin.service bantin.socket bantin-backup.timer
holds "nothing runs" not systemctl is-active bantin.service bantin.socket
holds "systemd knows the units" systemctl cat bantin.service bantin.socket bantin-backup.service bantin-backup.timer
holds "the shipped configuration is taken" bantin check --config /etc/bantin/feeds.toml

# -- in use
holds "it is switched on as the README says" systemctl enable --now bantin.socket bantin.service
holds "readers are served" serves
holds "a reload works" systemctl reload bantin.service
holds "so does a backup" systemctl start bantin-backup.service
holds "root's commands find the service's database" sh -c 'bantin sources --format json | grep -q "\"nhan-dan\""'

# -- upgraded
echo '# ours' >>/etc/bantin/feeds.toml
before=$(pid)
sleep 1
since=$(date '+%F %T')
holds "an upgrade" rpm -U --nodeps --replacepkgs --replacefiles /root/bantin.rpm
holds "starts the new program" within 5 another "$before"
holds "once" is "$(journalctl -u bantin.service --since "$since" | grep -c ' serves ')" 1
holds "keeps the sysadmin's configuration" is "$(tail -n 1 /etc/bantin/feeds.toml)" "# ours"
holds "and the state" test -s /var/lib/private/bantin/bantin.db
holds "and what is switched on" systemctl is-enabled bantin.service bantin.socket

# -- removed
systemctl enable --now bantin-backup.timer
holds "it is removed" rpm -e bantin
holds "nothing runs any more" not systemctl is-active bantin.service bantin.socket bantin-backup.timer
holds "nothing is left switched on" is "$(find /etc/systemd/system -name 'bantin*')" ""
holds "the state is kept" test -s /var/lib/private/bantin/bantin.db
holds "so is the configuration that was changed" is "$(tail -n 1 /etc/bantin/feeds.toml.rpmsave)" "# ours"
for left in /usr/libexec/bantin /usr/share/doc/bantin /usr/share/licenses/bantin /usr/bin/bantin; do
    holds "no $left is left" not test -e "$left"
done

exit $failed
