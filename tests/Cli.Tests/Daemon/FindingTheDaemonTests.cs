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
        Assert.That(run.Error, Does.Contain(folder["data/run/roostd.sock"]).And.Contain("/run/roost/roostd.sock").And.Contain("systemctl start roost").And.Contain("./run"));
    }

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
