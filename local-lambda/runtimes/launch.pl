#!/usr/bin/perl
# Usage: launch.pl NAME[:PORT]=VARIABLE,VARIABLE... ... -- PROGRAM ARGUMENT...
# Runs a program that speaks TCP to the gateway in a sandbox that may have no network but its own loopback. For each NAME it listens there on PORT or a free
# one, hands the listening socket to the gateway, which accepts on it from then on, and adds the address to each VARIABLE.
# Perl, because perl-base is on every Debian ("Essential: yes").
use strict;
use warnings;
use Config;
use Socket qw(AF_UNIX AF_INET SOCK_STREAM SOL_SOCKET INADDR_LOOPBACK SOMAXCONN sockaddr_in sockaddr_un);

use constant SCM_RIGHTS => 1;
my %numbers = (x86_64 => [46, 59], i386 => [370, 11], i486 => [370, 11], i586 => [370, 11], i686 => [370, 11], aarch64 => [211, 221], riscv64 => [211, 221],
    loongarch64 => [211, 221], arm => [296, 11], powerpc64le => [341, 11], s390x => [370, 11]);
my ($machine) = $Config{archname} =~ /^([^-]+)/;
my ($sendmsg, $execve) = @{$numbers{$machine} // die "The numbers of system calls on $machine are not known"};

my $path = $ENV{ROOST_RUNTIME_SOCKET};
my $gateway = dial();
while (@ARGV && (my $listener = shift @ARGV) ne '--') {
    my ($name, $variables) = split /=/, $listener, 2;
    my ($wanted) = $name =~ /:(\d+)$/;
    socket(my $tcp, AF_INET, SOCK_STREAM, 0) or die "socket: $!";
    bind($tcp, sockaddr_in($wanted // 0, INADDR_LOOPBACK)) or die "bind $name: $!";
    listen($tcp, SOMAXCONN) or die "listen: $!";
    my ($port) = sockaddr_in(getsockname($tcp));
    hand_over($name, fileno $tcp);
    $ENV{$_} = ($ENV{$_} // '') . "127.0.0.1:$port" for split /,/, $variables;
    delete $ENV{ROOST_RUNTIME_SOCKET} if $name eq 'runtime'; # a custom runtime speaks TCP
}
close $gateway;

# execve(2) itself: Perl's exec would have a shell read what the kernel cannot execute.
my $program = $ARGV[0];
my @environment = map { "$_=$ENV{$_}" } keys %ENV;
syscall($execve, $program, join('', map { pack 'P', $_ } @ARGV) . pack('L!', 0), join('', map { pack 'P', $_ } @environment) . pack('L!', 0)) if -e $program;
my $reason = -e $program ? "fork/exec $program: " . lcfirst "$!" : "Couldn't find valid bootstrap(s): [$program]";
my $error = qq({"errorMessage":"$reason","errorType":"Runtime.InvalidEntrypoint"});
my $answer = dial();
syswrite $answer, "POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: roost\r\nContent-Type: application/json\r\nLambda-Runtime-Function-Error-Type: Runtime.InvalidEntrypoint\r\n"
    . 'Content-Length: ' . length($error) . "\r\n\r\n$error";
sysread $answer, my $taken, 1024;
exit 1;

sub dial {
    socket(my $socket, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
    connect($socket, sockaddr_un($path)) or die "connect: $!";
    return $socket;
}

# sendmsg(2) with one descriptor, which Perl has no function for; the gateway answers one byte when it has it.
sub hand_over {
    my ($name, $descriptor) = @_;
    my $vector = pack('P', $name) . pack('L!', length $name);
    my $control = pack('L! i i i', length(pack 'L! i i', 0, 0, 0) + 4, SOL_SOCKET, SCM_RIGHTS, $descriptor);
    $control .= "\0" while length($control) % length(pack 'L!', 0);
    my $message = pack('L! L!', 0, 0) . pack('P', $vector) . pack('L!', 1) . pack('P', $control) . pack('L! L!', length $control, 0);
    syscall($sendmsg, fileno $gateway, $message, 0) == length $name or die "sendmsg: $!";
    sysread($gateway, my $taken, 1) == 1 or die 'The gateway did not take the socket';
}
