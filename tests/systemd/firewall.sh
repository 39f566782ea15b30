# The example of a second wall in the kernel: with it a source may be on this machine, and nowhere in a private network whatever
# the daemon itself allows; readers are served. Sourced by inside.sh.

# A source at every address of this machine, which writes down who asked where.
cat >/root/source.pl <<'PERL'
use IO::Socket::INET;
my $server = IO::Socket::INET->new(LocalAddr => "0.0.0.0", LocalPort => 8998, Listen => 64, ReuseAddr => 1) or die "$!";
my $number = 0;
while (my $client = $server->accept) {
    while (my $line = <$client>) { last if $line =~ /^\r?$/ }
    open(my $asked, ">>", "/root/asked") or die "$!";
    print $asked $client->sockhost, "\n";
    close($asked);
    $number++;
    my $body = "<rss version=\"2.0\"><channel><title>Tin</title><link>http://tin.example/</link><description>Tin</description>" .
        "<item><title>Tin thu $number</title><link>http://tin.example/$number</link></item></channel></rss>";
    print $client "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nConnection: close\r\nContent-Length: " .
        length($body) . "\r\n\r\n$body";
    close($client);
}
PERL
ip address add 10.99.0.1/32 dev lo
ip address add 10.99.0.2/32 dev lo
systemd-run -q --unit=source perl /root/source.pl
within 10 sh -c 'ss -ltn | grep -q :8998'
if systemd-run -q --pipe --wait -p IPAddressDeny=10.0.0.0/8 curl -sf -m 2 -o /dev/null http://10.99.0.1:8998/; then
    echo "SKIPPED  the wall in the kernel: this kernel does not take IPAddressDeny="
else
    {
        sed '/^\[poll\]/a allow_private_addresses = true\nhost_interval = "0s"' /root/good.toml
        for source in may=127.0.0.1 phan-giai=10.99.0.2 mang=10.99.0.1; do
            printf '\n[[source]]\nid = "%s"\nurl = "http://%s:8998/rss"\nschedule = "0 0 1 1 *"\n' "${source%%=*}" "${source#*=}"
        done
    } >/etc/bantin/feeds.toml
    # polled SOURCE: asks now, through the service; succeeds if the source answered.
    polled() { bantin poll "$1"; }
    asked() { grep -c "^$1$" /root/asked; }
    rested
    systemctl restart bantin.service
    for source in may mang phan-giai; do
        holds "without the wall, the source \`$source\` answers" polled "$source"
    done
    # Of the last one, which will not answer any more.
    echo 'timeout = "3s"' >>/etc/bantin/feeds.toml
    drop_in bantin.service firewall </root/examples/firewall.conf
    rested
    holds "with the wall, the service starts" systemctl restart bantin.service
    holds "and readers are served" serves
    before=$(asked 10.99.0.1)
    holds "a source on this machine answers" polled may
    holds "one in a private network does not, although the configuration would let it" not polled mang
    holds "it was not even asked" is "$(asked 10.99.0.1)" "$before"
    holds "and the table of sources says how that looks" sh -c 'bantin sources --format json | grep "\"mang\"" | grep -q "\"timeout-connect\""'
    sed -i 's/^# \(IPAddressAllow=\).*/\110.99.0.2/' /run/systemd/system/bantin.service.d/firewall.conf
    systemctl daemon-reload
    rested
    holds "an address that the sysadmin lets through, a name server's" systemctl restart bantin.service
    holds "can be asked" polled phan-giai
    holds "and no other" not polled mang
    rm -r /run/systemd/system/bantin.service.d
    systemctl daemon-reload
fi
systemctl stop source
ip address del 10.99.0.1/32 dev lo
ip address del 10.99.0.2/32 dev lo
cp /root/good.toml /etc/bantin/feeds.toml
rested
systemctl restart bantin.service
