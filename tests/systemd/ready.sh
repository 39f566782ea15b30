# READY means that readers are served: at the very moment that it is said, a reader is. Sourced by inside.sh.

# ready COMMAND...: runs it as systemd would, asks for the feed once READY has come, and is true if there was a whole answer.
cat >/root/ready.pl <<'PERL'
use strict;
use IO::Socket::INET;
use IO::Socket::UNIX;
use Socket;
my $path = "/run/ready.sock";
unlink $path;
my $notify = IO::Socket::UNIX->new(Type => SOCK_DGRAM, Local => $path) or die "$!";
my $child = fork // die;
if (!$child) { $ENV{NOTIFY_SOCKET} = $path; exec @ARGV; die }
$SIG{ALRM} = sub { kill TERM => $child; die "never said READY\n" };
alarm 20;
my $said = "";
do { $notify->recv($said, 4096) } until $said =~ /^READY=1/m;
my $answer = "";
if (my $reader = IO::Socket::INET->new("127.0.0.1:8090")) {
    print $reader "GET /feed.atom HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    local $/;
    $answer = <$reader>;
}
kill TERM => $child;
waitpid $child, 0;
exit($answer =~ m{^HTTP/1.1 200 .*</feed>\s*$}s ? 0 : 1);
PERL
mkdir -p /root/ready
sed 's|^path = .*|path = "/root/ready/bantin.db"|' /root/good.toml >/root/ready/feeds.toml
printf '\n[server]\nlisten = ["127.0.0.1:8090"]\n' >>/root/ready/feeds.toml
holds "READY is said only when readers are served" perl /root/ready.pl bantin run --config /root/ready/feeds.toml
# The test itself: who says it too early is found out.
cat >/root/hasty <<'SH'
#!/bin/sh
systemd-notify --ready
sleep 1
exec bantin run --config /root/ready/feeds.toml
SH
chmod +x /root/hasty
holds "who says it earlier is found out" not perl /root/ready.pl /root/hasty
