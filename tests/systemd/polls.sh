# Polls: what the service says of them, and that a stop does not wait for them. Sourced by inside.sh.

# The address of a server that takes connections and never says anything; the kernel does that by itself for who only listens.
cat >/root/mute.pl <<'PERL'
use IO::Socket::INET;
my $server = IO::Socket::INET->new(LocalAddr => "0.0.0.0", LocalPort => 8999, Listen => 512, ReuseAddr => 1) or die "$!";
sleep 600;
PERL
systemd-run -q --unit=mute perl /root/mute.pl
within 5 sh -c 'ss -ltn | grep -q :8999'
{
    sed '/^\[poll\]/a allow_private_addresses = true' /root/good.toml
    for number in $(seq 2 21); do
        printf '\n[[source]]\nid = "cham-%s"\nurl = "http://127.0.0.%s:8999/rss"\n' "$number" "$number"
    done
    printf '\n[[source]]\nid = "dong"\nurl = "http://127.0.0.30:9/rss"\n'
} >/etc/bantin/feeds.toml
holds "a configuration with sources on this machine" bantin check --quiet
rested
systemctl restart bantin.service
under_way() { [ "$(ss -Htn state established '( dport = :8999 )' | wc -l)" -ge "$1" ]; }
holds "twenty polls wait for answers that never come" within 30 under_way 20
holds "the journal has a poll by its outcome" within 10 sh -c 'journalctl -q -u bantin.service OUTCOME=refused | grep -q dong'
holds "so has the table of sources" sh -c 'bantin sources --format json | grep "\"dong\"" | grep -q "\"refused\""'
began=$(date +%s%N)
under_way 20 && systemctl stop bantin.service
took=$((($(date +%s%N) - began) / 1000000))
holds "a stop does not wait for them ($took ms)" test "$took" -lt 5000
holds "it was no kill" is "$(systemctl show -P Result bantin.service)" success
holds "and they are gone" within 5 sh -c '[ "$(ss -Htn state established "( dport = :8999 )" | wc -l)" = 0 ]'
systemctl stop mute
cp /root/good.toml /etc/bantin/feeds.toml
rested
systemctl start bantin.service
