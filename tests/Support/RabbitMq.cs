using NUnit.Framework;

namespace Roost.Tests.Support;

/// <summary>A real RabbitMQ with its MQTT plugin, all its files in a folder of its own; comes up again on the same ports.</summary>
public sealed class RabbitMq(string folder) : IAsyncDisposable
{
    // Debian's own script changes to the user rabbitmq and to /var/lib; this is the server's.
    private const string Program = "/usr/lib/rabbitmq/bin/rabbitmq-server";

    // An Erlang node needs a name and a register of names: ours, on a port of its own, knows no other.
    private readonly int _registerPort = FreePort.Next();
    private readonly int _nodePort = FreePort.Next();
    private RunningProcess? _process;

    public int MqttPort { get; } = FreePort.Next();

    /// <summary>Skips the test where it is not installed.</summary>
    public static void IgnoreWhereMissing()
    {
        if (!File.Exists(Program))
        {
            Assert.Ignore($"RabbitMQ is not installed: there is no {Program}; ROOST_TEST_RABBITMQ=1 ./test installs it.");
        }
    }

    /// <summary>Takes 5 to 15 s.</summary>
    public async Task StartAsync()
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "rabbitmq.conf"), $"""
            listeners.tcp = none
            mqtt.listeners.tcp.1 = 127.0.0.1:{MqttPort}
            mqtt.allow_anonymous = true
            mqtt.default_user = guest
            mqtt.default_pass = guest
            log.file = false
            log.console = true
            log.console.level = error

            """);
        await File.WriteAllTextAsync(Path.Combine(folder, "plugins"), "[rabbitmq_mqtt].");
        _process = RunningProcess.Start(Program, [], Environment());
        await Loopback.AcceptsAsync(MqttPort, "RabbitMQ", _process, TimeSpan.FromSeconds(120));
    }

    /// <summary>kill -9: it runs in a process of its own below the script that starts it.</summary>
    public Task KillAsync() => _process!.KillTreeAsync();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.KillTreeAsync();
            await using var register = RunningProcess.Start("epmd", ["-kill"], Environment());
            await register.WaitForExitAsync();
            await _process.DisposeAsync();
        }
    }

    private Dictionary<string, string> Environment() => new()
    {
        ["HOME"] = folder,
        ["RABBITMQ_NODENAME"] = $"roost{_nodePort}@localhost",
        ["RABBITMQ_DIST_PORT"] = $"{_nodePort}",
        ["RABBITMQ_CONFIG_FILE"] = Path.Combine(folder, "rabbitmq"),
        ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(folder, "plugins"),
        ["RABBITMQ_MNESIA_BASE"] = Path.Combine(folder, "data"),
        ["RABBITMQ_LOG_BASE"] = Path.Combine(folder, "log"),
        ["RABBITMQ_PID_FILE"] = Path.Combine(folder, "pid"),
        ["ERL_EPMD_PORT"] = $"{_registerPort}",
        ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
    };
}
