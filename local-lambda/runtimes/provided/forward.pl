#!/usr/bin/perl
# Runs a custom runtime, which speaks TCP to AWS_LAMBDA_RUNTIME_API, in a sandbox that has no network but its own loopback: listens there,
# and carries every connection to the gateway's unix socket. Perl, because perl-base is on every Debian ("Essential: yes").
use strict;
use warnings;
use Socket qw(AF_UNIX AF_INET SOCK_STREAM INADDR_LOOPBACK SOMAXCONN sockaddr_in sockaddr_un);

my $gateway = delete $ENV{ROOST_RUNTIME_SOCKET};
socket(my $listener, AF_INET, SOCK_STREAM, 0) or die "socket: $!";
bind($listener, sockaddr_in(0, INADDR_LOOPBACK)) or die "bind: $!";
listen($listener, SOMAXCONN) or die "listen: $!";
my ($port) = sockaddr_in(getsockname($listener));
$ENV{AWS_LAMBDA_RUNTIME_API} = "127.0.0.1:$port";

# The runtime is the parent: its exit status is what the gateway sees. The forwarder ends with the sandbox.
my $forwarder = fork() // die "fork: $!";
if ($forwarder) {
    close $listener;
    exec { $ARGV[0] } @ARGV or die "exec $ARGV[0]: $!";
}

open(STDOUT, '>', '/dev/null');
open(STDERR, '>', '/dev/null');
my (%peer, %name);
while (1) {
    my $bits = '';
    vec($bits, fileno($listener), 1) = 1;
    vec($bits, $_, 1) = 1 for keys %peer;
    next if select($bits, undef, undef, undef) <= 0;
    if (vec($bits, fileno($listener), 1) && accept(my $client, $listener)) {
        my $server;
        if (socket($server, AF_UNIX, SOCK_STREAM, 0) && connect($server, sockaddr_un($gateway))) {
            ($name{fileno $client}, $name{fileno $server}) = ($client, $server);
            ($peer{fileno $client}, $peer{fileno $server}) = ($server, $client);
        }
    }
    for my $from (grep { vec($bits, $_, 1) } keys %peer) {
        next unless exists $peer{$from};
        my $read = sysread($name{$from}, my $data, 65536);
        my $sent = 0;
        while ($read && $sent < $read) {
            my $count = syswrite($peer{$from}, $data, $read - $sent, $sent) or last;
            $sent += $count;
        }
        next if $read && $sent == $read;
        my $to = fileno $peer{$from};
        close $name{$_} for ($from, $to);
        delete @peer{$from, $to};
        delete @name{$from, $to};
    }
}
