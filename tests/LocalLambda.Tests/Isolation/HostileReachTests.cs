using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Roost.LocalLambda.Output;

namespace Roost.LocalLambda.Tests.Isolation;

/// <summary>What a function tries to reach that is not its own: files, processes, sockets, devices.</summary>
internal sealed class HostileReachTests : FunctionFixture
{
    private const string Attempts = """
        import os, socket, subprocess
        def attempt(code, names):
            try:
                return str(eval(code, globals(), names))
            except BaseException as error:
                return type(error).__name__
        def read(path):
            with open(path, 'rb') as file:
                return file.read(1 << 20).decode('latin-1')
        def connect(family, address, kind=socket.SOCK_STREAM):
            with socket.socket(family, kind) as s:
                s.settimeout(2)
                s.connect(address)
                return 'connected'
        def handler(event, context):
            return [attempt(code, {}) for code in event]
        """;

    [Test]
    public async Task No_file_of_the_machine_or_the_gateway_is_there()
    {
        Python("spy", Attempts, "timeout: 20s\n");
        Python("victim", "SECRET = 'of another function'\ndef handler(event, context): pass", "pinned: 1\n");
        File.WriteAllText(Folder["secret"], "of the gateway");
        await StartAsync();
        await AnswerAsync("victim");
        var sockets = Directory.GetFiles(Path.Combine(Folder["data"], "sockets"));
        Assert.That(sockets, Is.Not.Empty, "the victim's");

        var said = await TryAsync(
            "spy",
            "read('/etc/shadow')",
            "read('/etc/passwd')",
            $"read('{Folder["secret"]}')",
            $"read('{Folder["functions"]}/victim/main.py')",
            $"os.listdir('{Folder["data"]}')",
            $"connect(socket.AF_UNIX, '{sockets[0]}')",
            "os.listdir('/root')",
            "os.listdir('/home')",
            "os.listdir('/sys')",
            "os.listdir('/boot')",
            "os.listdir('/run')");

        Assert.That(said[..10], Is.All.EqualTo("FileNotFoundError"));
        Assert.That(said[10], Is.EqualTo("['roost.sock']"), "its own");
    }

    [Test]
    public async Task Nothing_that_is_the_systems_can_be_written()
    {
        Python("vandal", Attempts, "timeout: 20s\n");
        await StartAsync();

        var said = await TryAsync(
            "vandal", "open('/usr/bin/python3', 'ab')", "open('/var/task/main.py', 'a')", "open('/var/runtime/python/bootstrap.py', 'a')", "os.mkdir('/x')", "os.symlink('/x', '/dev/x')",
            "os.unlink('/run/roost.sock')", "open('/proc/sys/kernel/core_pattern', 'w')", "open('/proc/self/oom_score_adj', 'w')", "os.chmod('/usr/bin/python3', 0o777)", "os.mknod('/tmp/disk', 0o60600, os.makedev(8, 0))");

        Assert.That(said, Is.All.EqualTo("OSError").Or.EqualTo("PermissionError"));
    }

    [Test]
    public async Task The_gateways_environment_and_processes_are_not_to_be_seen()
    {
        var secret = Guid.NewGuid().ToString("N");
        Environment.SetEnvironmentVariable("ROOST_SECRET", secret);
        Python("spy", Attempts, "timeout: 20s\n");
        Python("victim", "def handler(event, context): pass", $"pinned: 1\nenvironment: {{ MINE: {secret} }}\n");
        File.WriteAllText(Folder["inherited"], secret);
        using var inherited = File.OpenHandle(Folder["inherited"]);
        _ = LinuxCalls.Control((int)inherited.DangerousGetHandle(), LinuxCalls.SetDescriptorFlags, 0); // as if whoever started the gateway had left it open
        await StartAsync();
        await AnswerAsync("victim");

        var said = await TryAsync(
            "spy",
            "sorted(int(p) for p in os.listdir('/proc') if p.isdigit())",
            "''.join(read(f'/proc/{p}/environ') for p in os.listdir('/proc') if p.isdigit())",
            "''.join(read(f'/proc/{p}/cmdline') for p in os.listdir('/proc') if p.isdigit())",
            "read('/proc/1/mounts')",
            "[os.path.exists(f'/proc/self/fd/{fd}') and os.readlink(f'/proc/self/fd/{fd}') for fd in range(3, 1024)]",
            "[os.readlink(f'/proc/1/fd/{fd}') for fd in os.listdir('/proc/1/fd')]",
            "read('/proc/1/mem')",
            "[os.kill(p, 9) for p in range(3, 100000) if p not in [os.getpid(), os.getppid()] and os.path.exists(f'/proc/{p}')]");

        Assert.That(said[0].Split(','), Has.Length.LessThanOrEqualTo(4), "bubblewrap, and what it started");
        Assert.That(said[1], Does.Not.Contain(secret).And.Not.Contain(Environment.GetEnvironmentVariable("PATH")!));
        Assert.That(said[2], Does.Not.Contain("dotnet").And.Not.Contain(Folder["data"]));
        Assert.That(said[3], Does.Not.Contain(" / / rw"));
        Assert.That(said[4], Does.StartWith("['socket:").And.EndsWith($"[{string.Join(", ", Enumerable.Repeat("False", 1020))}]"[1..]), "its socket, and no descriptor of the gateway's");
        Assert.That(said[5], Does.Not.Contain("socket:").And.Not.Contain(Folder["data"]));
        Assert.That(said[6], Is.EqualTo("OSError").Or.EqualTo("PermissionError"));
        Assert.That(await AnswerAsync("victim"), Is.EqualTo("null"), "it runs on");
    }

    [Test]
    public async Task The_network_is_empty_the_machines_loopback_and_nameless_sockets_too()
    {
        using var loopback = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        loopback.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        loopback.Listen();
        var port = ((IPEndPoint)loopback.LocalEndPoint!).Port.ToString(CultureInfo.InvariantCulture);
        using var nameless = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var name = "roost-test-" + Guid.NewGuid().ToString("N");
        nameless.Bind(new UnixDomainSocketEndPoint("\0" + name));
        nameless.Listen();
        Python("scanner", Attempts, "timeout: 20s\n");
        await StartAsync();

        var said = await TryAsync(
            "scanner",
            $"connect(socket.AF_INET, ('127.0.0.1', {port}))",
            $"connect(socket.AF_UNIX, '\\0{name}')",
            "connect(socket.AF_INET, ('192.0.2.1', 80))",
            "connect(socket.AF_INET, ('192.0.2.1', 53), socket.SOCK_DGRAM)",
            "connect(socket.AF_INET6, ('2001:db8::1', 80))",
            "socket.getaddrinfo('example.com', 80)",
            "[port for port in range(1, 2000) if socket.socket().connect_ex(('127.0.0.1', port)) == 0]",
            "[name for _, name in socket.if_nameindex()]",
            "read('/proc/net/unix').count('@')",
            "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
            "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)");

        Assert.That(said, Is.EqualTo(
        [
            "ConnectionRefusedError", "ConnectionRefusedError", "OSError", "OSError", "OSError", "gaierror", "[]", "['lo']", "0", "OSError", "PermissionError",
        ]));
        Assert.That(loopback.Poll(0, SelectMode.SelectRead), Is.False, "nobody has connected");
        Assert.That(nameless.Poll(0, SelectMode.SelectRead), Is.False);
    }

    [Test]
    public async Task Device_nodes_are_those_that_do_nothing()
    {
        Python("devices", Attempts, "timeout: 20s\n");
        await StartAsync();

        var said = await TryAsync("devices", "sorted(os.listdir('/dev'))", "open('/dev/kmsg')", "open('/dev/mem')", "open('/dev/tty')", "open('/dev/ptmx', 'wb')");

        Assert.That(said[0], Is.EqualTo("['console', 'core', 'fd', 'full', 'null', 'ptmx', 'pts', 'random', 'shm', 'stderr', 'stdin', 'stdout', 'tty', 'urandom', 'zero']")
            .Or.EqualTo("['core', 'fd', 'full', 'null', 'ptmx', 'pts', 'random', 'shm', 'stderr', 'stdin', 'stdout', 'tty', 'urandom', 'zero']"));
        Assert.That(said[1..3], Is.All.EqualTo("FileNotFoundError"));
        Assert.That(said[3], Is.EqualTo("OSError"), "it has no terminal");
    }

    [Test]
    public async Task A_link_in_the_functions_folder_leads_into_the_sandbox_never_out_of_it()
    {
        File.WriteAllText(Folder["outside"], "of the machine");
        Python("linked", Attempts, "timeout: 20s\n");
        var folder = Path.Combine(Folder["functions"], "linked");
        File.CreateSymbolicLink(Path.Combine(folder, "shadow"), "/etc/shadow");
        File.CreateSymbolicLink(Path.Combine(folder, "outside"), Folder["outside"]);
        File.CreateSymbolicLink(Path.Combine(folder, "relative"), Path.GetRelativePath(folder, Folder["outside"]));
        Directory.CreateSymbolicLink(Path.Combine(folder, "etc"), "/etc");
        Directory.CreateSymbolicLink(Path.Combine(folder, "root"), "/proc/1/root");
        await StartAsync();

        var said = await TryAsync("linked", "read('shadow')", "read('outside')", "read('relative')", "read('etc/shadow')", "os.path.exists('root/var/task/main.py')", "read('root/etc/shadow')");

        Assert.That(said[..4], Is.All.EqualTo("FileNotFoundError"));
        Assert.That(said[4..], Is.EqualTo(["True", "FileNotFoundError"]), "its own root, and in that no such file");
    }

    private async Task<string[]> TryAsync(string function, params string[] attempts) =>
        JsonSerializer.Deserialize<string[]>(await AnswerAsync(function, JsonSerializer.Serialize(attempts)))!;
}
