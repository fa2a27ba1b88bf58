using System.Diagnostics;
using System.Globalization;
using System.Threading.Channels;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.RealClients;

/// <summary>One of other people's clients in a process of its own; see <c>drivers/README.md</c>. None outlives its test.</summary>
internal sealed class DrivenClient : IDisposable
{
    private readonly DriverKind _kind;
    private readonly Process _process;
    private readonly Channel<string[]> _answers = Channel.CreateUnbounded<string[]>();
    private readonly Channel<DrivenMessage> _messages = Channel.CreateUnbounded<DrivenMessage>();

    private DrivenClient(DriverKind kind)
    {
        _kind = kind;
        var start = kind.Program();
        start.RedirectStandardInput = true;
        start.RedirectStandardOutput = true;
        _process = Process.Start(start)!;
        _ = ReadAsync();
    }

    /// <summary>Starts the program and connects. Without it installed the test is not run, and says so.</summary>
    /// <param name="version">4 or 5.</param>
    /// <param name="keep">A session that outlives the connection; with 5 for an hour.</param>
    /// <param name="will">Topic, QoS, RETAIN and payload with commas between them.</param>
    public static async Task<DrivenClient> ConnectAsync(
        DriverKind kind, string url, int version, string identifier, bool keep = false, bool sessionPresent = false, string will = "", string authority = "")
    {
        if (kind.Missing() is { } missing)
        {
            Assert.Ignore($"{kind} is not installed; this needs {missing}.");
        }

        var client = new DrivenClient(kind);
        try
        {
            await client.SayAsync("connect", url, identifier, version, keep ? 0 : 1, keep ? 3600 : 0, authority, will);
            Assert.That((await client.ExpectAsync("connected"))[1], Is.EqualTo(sessionPresent ? "1" : "0"), $"Session Present of {kind}");
            return client;
        }
        catch
        {
            client.Dispose();
            throw;
        }
    }

    public async Task SubscribeAsync(string filter, int quality)
    {
        await SayAsync("subscribe", filter, quality);
        Assert.That((await ExpectAsync("subscribed"))[1], Is.EqualTo($"{quality}"), $"QoS granted to {_kind}");
    }

    /// <summary>Returns when it is acknowledged.</summary>
    public async Task PublishAsync(string topic, int quality, string payload, bool retain = false, string properties = "")
    {
        await SayAsync("publish", topic, quality, retain ? 1 : 0, payload, properties);
        await ExpectAsync("published");
    }

    /// <summary>Publishes the numbers from <paramref name="first"/> on without waiting; see <see cref="BurstIsDoneAsync"/>.</summary>
    public Task BurstAsync(string topic, int quality, int first, int count) => SayAsync("burst", topic, quality, first, count);

    /// <summary>Each message of the burst has been acknowledged.</summary>
    public Task BurstIsDoneAsync() => ExpectAsync("published");

    public async Task DisconnectAsync()
    {
        await SayAsync("disconnect");
        await ExpectAsync("disconnected");
    }

    public async Task<DrivenMessage> NextMessageAsync(string waitedFor) =>
        await Eventually.CompletesAsync(_messages.Reader.ReadAsync().AsTask(), $"{waitedFor} at {_kind}");

    /// <summary>Messages whose payload is a number, up to that which is <paramref name="last"/>.</summary>
    public async Task<List<int>> ReadNumbersAsync(int last)
    {
        var numbers = new List<int>();
        while (numbers.Count == 0 || numbers[^1] != last)
        {
            var message = await NextMessageAsync($"{last} after {(numbers.Count == 0 ? "nothing" : $"{numbers.Count} messages, the last one {numbers[^1]}")}");
            numbers.Add(int.Parse(message.Payload, CultureInfo.InvariantCulture));
        }

        return numbers;
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private async Task SayAsync(params object[] fields)
    {
        await _process.StandardInput.WriteLineAsync(string.Join('\t', fields));
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Skips what tells of the connection: it may be lost and come back while something else is waited for.</summary>
    private Task<string[]> ExpectAsync(string answer)
    {
        return Eventually.CompletesAsync(FindAsync(), $"'{answer}' of {_kind}");

        async Task<string[]> FindAsync()
        {
            while (true)
            {
                var fields = await _answers.Reader.ReadAsync();
                if (fields[0] == answer)
                {
                    return fields;
                }

                Assert.That(fields[0], Is.AnyOf("lost", "connected", "refused"), $"instead of '{answer}' {_kind} said: {string.Join(' ', fields)}");
            }
        }
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            var fields = line.Split('\t');
            if (fields[0] == "message")
            {
                _messages.Writer.TryWrite(new DrivenMessage(fields[1], int.Parse(fields[2], CultureInfo.InvariantCulture), fields[3] == "1", fields[4], fields[5]));
            }
            else
            {
                _answers.Writer.TryWrite(fields);
            }
        }

        var end = new AssertionException($"The program of {_kind} has ended.");
        _messages.Writer.TryComplete(end);
        _answers.Writer.TryComplete(end);
    }
}
