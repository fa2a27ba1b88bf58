using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;

namespace Roost.Tests.Support;

/// <summary>As much of the NATS protocol as it takes to ask JetStream what it has stored, and to publish into it. Answers come in the order of the requests.</summary>
public sealed class NatsClient : IAsyncDisposable
{
    // Of this client alone: all that subscribe to a subject get what is sent to it.
    private readonly string _inbox = $"inbox.{Guid.NewGuid():N}";
    private readonly TcpClient _socket;
    private readonly Stream _stream;
    private readonly Channel<byte[]> _answers = Channel.CreateUnbounded<byte[]>();
    private readonly Task _reading;

    private NatsClient(TcpClient socket)
    {
        _socket = socket;
        _stream = socket.GetStream();
        _reading = ReadAsync();
    }

    public static async Task<NatsClient> ConnectAsync(int port)
    {
        var socket = new TcpClient { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var client = new NatsClient(socket);
        await client.WriteAsync($$"""CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true}{{"\r\n"}}SUB {{client._inbox}} 1{{"\r\n"}}""");
        return client;
    }

    /// <summary>Sends requests without waiting in between, and returns as many answers.</summary>
    /// <exception cref="IOException">The server hung up.</exception>
    public async Task<IReadOnlyList<byte[]>> RequestAsync(string subject, IReadOnlyList<byte[]> payloads)
    {
        var sending = SendAsync(subject, payloads);
        var answers = new List<byte[]>();
        while (answers.Count < payloads.Count)
        {
            answers.Add(await NextAnswerAsync());
        }

        await sending;
        return answers;
    }

    public async Task<JsonDocument> RequestAsync(string subject, string json) =>
        JsonDocument.Parse((await RequestAsync(subject, [Encoding.UTF8.GetBytes(json)]))[0]);

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _reading;
    }

    private async Task SendAsync(string subject, IReadOnlyList<byte[]> payloads)
    {
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var payload in payloads)
        {
            Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"PUB {subject} {_inbox} {payload.Length}\r\n"), buffer);
            buffer.Write(payload);
            buffer.Write("\r\n"u8);
        }

        await _stream.WriteAsync(buffer.WrittenMemory);
    }

    private async Task<byte[]> NextAnswerAsync()
    {
        try
        {
            return await _answers.Reader.ReadAsync();
        }
        catch (ChannelClosedException exception)
        {
            throw new IOException("nats-server ended the connection.", exception);
        }
    }

    private async Task WriteAsync(string text) => await _stream.WriteAsync(Encoding.ASCII.GetBytes(text));

    private async Task ReadAsync()
    {
        var reader = PipeReader.Create(_stream);
        try
        {
            while (true)
            {
                var read = await reader.ReadAsync();
                var rest = read.Buffer;
                while (TryTake(ref rest, out var ping))
                {
                    if (ping)
                    {
                        await WriteAsync("PONG\r\n");
                    }
                }

                reader.AdvanceTo(rest.Start, rest.End);
                if (read.IsCompleted)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // the server was killed, or the test is over
        }
        finally
        {
            _answers.Writer.TryComplete();
        }
    }

    /// <summary>One line, and with MSG and HMSG what follows it. Headers are left out of an answer.</summary>
    private bool TryTake(ref ReadOnlySequence<byte> rest, out bool ping)
    {
        ping = false;
        var reader = new SequenceReader<byte>(rest);
        if (!reader.TryReadTo(out ReadOnlySequence<byte> bytes, "\r\n"u8))
        {
            return false;
        }

        var words = Encoding.ASCII.GetString(bytes).Split(' ');
        if (words[0] is "MSG" or "HMSG")
        {
            var total = int.Parse(words[^1], CultureInfo.InvariantCulture);
            var headers = words[0] == "HMSG" ? int.Parse(words[^2], CultureInfo.InvariantCulture) : 0;
            if (reader.Remaining < total + 2)
            {
                return false;
            }

            _answers.Writer.TryWrite(rest.Slice(reader.Position).Slice(headers, total - headers).ToArray());
            reader.Advance(total + 2);
        }

        ping = words[0] == "PING";
        rest = rest.Slice(reader.Position);
        return true;
    }
}
