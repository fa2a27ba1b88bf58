using System.Diagnostics;
using System.Text;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Support;

/// <summary>The clients that everyone has: mosquitto_pub and mosquitto_sub.</summary>
internal sealed class Mosquitto : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _lines = new();

    private Mosquitto(Process process) => _process = process;

    /// <summary>Topic and payload of each message so far, one a line.</summary>
    public string Received
    {
        get
        {
            lock (_lines)
            {
                return _lines.ToString();
            }
        }
    }

    /// <summary>Publishes at QoS 1 and ends when the message is acknowledged.</summary>
    public static async Task PublishAsync(int port, string topic, string payload, params string[] more)
    {
        var (code, output) = await Shell.RunAsync("mosquitto_pub", ["-p", $"{port}", "-q", "1", "-t", topic, "-m", payload, .. more]);
        Assert.That(code, Is.Zero, output);
    }

    /// <summary>Subscribes, and returns when the subscription is in force.</summary>
    public static async Task<Mosquitto> SubscribeAsync(int port, params string[] filters)
    {
        var start = new ProcessStartInfo("stdbuf", ["-oL", "mosquitto_sub", "-d", "-p", $"{port}", "-q", "1", "-v", .. filters.SelectMany(filter => new[] { "-t", filter })])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        var subscriber = new Mosquitto(Process.Start(start)!);
        subscriber._process.OutputDataReceived += (_, line) =>
        {
            lock (subscriber._lines)
            {
                subscriber._lines.Append(line.Data).Append('\n');
            }
        };
        subscriber._process.BeginOutputReadLine();
        await Eventually.IsTrueAsync(() => subscriber.Received.Contains("Subscribed (mid"), "the subscription");
        return subscriber;
    }

    public Task ReceivesAsync(string line) => Eventually.IsTrueAsync(() => Received.Contains($"{line}\n"), $"'{line}'; so far:\n{Received}");

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
