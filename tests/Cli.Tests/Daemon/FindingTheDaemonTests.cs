using System.Net.Sockets;
using Roost.Cli.Daemon;
using Roost.Tests.Support;

namespace Roost.Cli.Tests.Daemon;

public sealed class FindingTheDaemonTests
{
    [Test]
    public async Task A_daemon_that_is_not_running_is_reported_with_every_socket_tried_and_the_way_to_start_it()
    {
        using var folder = new TemporaryFolder();

        var run = await RoostRun.RunAsync(["status"], folder: folder.Path);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error.TrimEnd(), Does.StartWith("roost: the daemon is not running").And.Not.Contain("\n"));
        Assert.That(run.Error, Does.Contain(folder["data/run/roostd.sock"]).And.Contain("/run/roost/roostd.sock").And.Contain("systemctl start roost").And.Not.Contain("./run"));
    }

    [Test]
    public async Task A_source_tree_has_its_own_way_to_start_it()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["gateway"]);
        File.WriteAllText(folder["run"], "");

        var run = await RoostRun.RunAsync(["status", "--socket", folder["none.sock"]], folder: folder.Path);

        Assert.That(run.Error, Does.Contain("Start it with 'sudo systemctl start roost' or './run', or name its socket"));
    }

    [Test]
    public async Task A_socket_of_another_user_in_the_working_folder_hears_nothing_unless_it_is_named()
    {
        Assume.That(Environment.IsPrivilegedProcess, "only root can become another user");
        using var folder = new TemporaryFolder();
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0x1FF); // as /tmp
        var socket = folder["data/run/roostd.sock"];
        await using var stranger = RunningProcess.Start("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/usr/bin/perl", "-MSocket", "-e", $$"""
            mkdir "{{folder["data"]}}"; mkdir "{{folder["data/run"]}}"; $| = 1;
            my $listener; socket($listener, AF_UNIX, SOCK_STREAM, 0) && bind($listener, pack_sockaddr_un("{{socket}}")) && listen($listener, 1) || die "$!";
            print "listening\n";
            accept(my $caller, $listener); sysread($caller, my $heard, 100);
            print "heard <$heard>\n";
            """);
        await stranger.WaitForOutputAsync(line => line == "listening", "the stranger to listen");

        var run = await RoostRun.RunAsync(["secret", "set", "cloud"], input: "TOPSECRET", folder: folder.Path);

        Assert.That((run.ExitCode, run.Output), Is.EqualTo((1, "")));
        Assert.That(run.Error, Does.StartWith($"roost: {socket} is of this folder").And.Contain("(65534)").And.Contain($"--socket {socket}"));
        await stranger.WaitForOutputAsync(line => line == "heard <>", "the stranger to have heard nothing");
    }

    [TestCase("LoadState=not-found\nActiveState=inactive\nSubState=dead\nStatusText=\n", null)]
    [TestCase("", null)]
    [TestCase("LoadState=loaded\nActiveState=inactive\nSubState=dead\nStatusText=\n", "is stopped. Start it with 'sudo systemctl start roost'")]
    [TestCase("LoadState=loaded\nActiveState=failed\nSubState=failed\nStatusText=Not started: a=b.\n", "has failed: Not started: a=b. Put that right")]
    [TestCase("LoadState=loaded\nActiveState=activating\nSubState=auto-restart\nStatusText=Not started: 127.0.0.1:1883 is in use\n", "is tried again every few seconds: Not started: 127.0.0.1:1883 is in use. ")]
    [TestCase("LoadState=loaded\nActiveState=activating\nSubState=start\nStatusText=\n", "is just starting")]
    [TestCase("LoadState=loaded\nActiveState=active\nSubState=running\nStatusText=Ready\n", "Name its socket with --socket")]
    public void The_service_manager_says_how_the_service_is(string properties, string? told) =>
        Assert.That(ServiceState.Describe(properties), told is null ? Is.Null : Does.StartWith("The service roost ").And.Contain(told));

    [Test]
    public async Task A_socket_that_nobody_listens_on_is_told_from_one_that_is_missing()
    {
        using var folder = new TemporaryFolder();
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(folder["bound.sock"]));
            File.Move(folder["bound.sock"], folder["left.sock"]); // closing removes the name that it was bound to, and only that
        }

        var run = await RoostRun.RunAsync(["status", "--socket", folder["left.sock"]]);

        Assert.That(run.Error, Does.Contain($"{folder["left.sock"]} (nobody listens there)"));
    }

    [Test]
    public async Task The_environment_names_the_socket_and_the_option_wins()
    {
        await using var daemon = await FakeDaemon.AnsweringAsync("{}");
        var environment = new Dictionary<string, string> { ["ROOST_SOCKET"] = daemon.Socket };

        Assert.That((await RoostRun.RunAsync(["status"], environment: environment)).ExitCode, Is.Zero);
        var other = await RoostRun.RunAsync(["status", "--socket", "/nonexistent/other.sock"], environment: environment);
        Assert.That(other.Error, Does.Contain("/nonexistent/other.sock").And.Not.Contain(daemon.Socket));
    }

    [Test]
    public async Task The_data_folder_of_the_working_folder_comes_before_the_system()
    {
        using var folder = new TemporaryFolder();
        await using var daemon = await FakeDaemon.AnsweringAsync("{}");
        Directory.CreateDirectory(folder["data/run"]);
        File.CreateSymbolicLink(folder["data/run/roostd.sock"], daemon.Socket);

        Assert.That((await RoostRun.RunAsync(["status"], folder: folder.Path)).ExitCode, Is.Zero);
    }

    [Test]
    public async Task A_url_that_nobody_serves_is_named()
    {
        var url = $"http://127.0.0.1:{FreePort.Next()}";

        var run = await RoostRun.RunAsync(["status", "--url", url]);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain(url).And.Contain("Start it with"));
    }

    [Test]
    public async Task A_path_that_no_socket_can_have_is_told_apart()
    {
        var run = await RoostRun.RunAsync(["status", "--socket", "/" + new string('x', 120)]);

        Assert.That(run.ExitCode, Is.EqualTo(1));
        Assert.That(run.Error, Does.Contain("longer than 107 bytes"));
    }

    [TestCase(".", "%2E")]
    [TestCase("..", "%2E%2E")]
    [TestCase("a/b c", "a%2Fb%20c")]
    [TestCase("räume+#", "r%C3%A4ume%2B%23")]
    public void A_name_is_one_segment_of_a_path(string name, string encoded)
    {
        Assert.That(PathSegment.Encode(name), Is.EqualTo(encoded));
    }
}
