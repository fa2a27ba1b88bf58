using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Proofs.Soak;

/// <summary>
/// One of the crowd: it connects, subscribes, publishes when told, acknowledges what it gets, and leaves one way or another; half of them come back to
/// their session, the others are somebody new each time.
/// </summary>
internal sealed class SoakClient(int port, int number, int crowd)
{
    private readonly Random _random = new(number);
    private readonly MqttProtocolVersion _version = number % 3 == 0 ? MqttProtocolVersion.V311 : MqttProtocolVersion.V500;
    private readonly bool _isPersistent = number % 2 == 0;
    private readonly Lock _lock = new();
    private readonly byte[] _small = new byte[120];
    private readonly byte[] _large = new byte[10_000];
    private Socket? _socket;
    private ushort _identifier;
    private long _published;

    public static long Published;
    public static long Delivered;
    public static long Connects;
    public static long Refused;

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, stop);
                using var life = CancellationTokenSource.CreateLinkedTokenSource(stop);
                life.CancelAfter(TimeSpan.FromSeconds(5 + (_random.NextDouble() * 55)));
                await LiveAsync(socket, life.Token);
            }
            catch (SocketException) when (!stop.IsCancellationRequested)
            {
                Interlocked.Increment(ref Refused);
            }
            catch (OperationCanceledException)
            {
                Leave(socket);
            }
            finally
            {
                lock (_lock)
                {
                    _socket = null;
                }
            }

            Array.Clear(_small);
            await Task.Delay(TimeSpan.FromSeconds(_random.NextDouble() * 10), TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Sends one message, unless it is away.</summary>
    public void Publish(Random random)
    {
        lock (_lock)
        {
            if (_socket is not { } socket)
            {
                return;
            }

            var quality = (QualityOfService)(random.Next(10) switch { < 4 => 0, < 8 => 1, _ => 2 });
            var (topic, retain) = random.Next(100) switch
            {
                0 => ($"soak/{number}/alarm", false),
                < 3 => ($"soak/{number}/state", true),
                < 8 => ($"soak/{number}/log/{_published}", false), // a topic that nobody has seen, nor will again
                _ => ($"soak/{random.Next(crowd)}/in", false),
            };
            _published++;
            _identifier = (ushort)((_identifier % 65_535) + 1);
            var payload = random.Next(1000) == 0 ? _large : _small;
            try
            {
                socket.Send(WireClient.PublishBytes(topic, payload, quality, _identifier, retain, _version));
                Interlocked.Increment(ref Published);
            }
            catch (SocketException)
            {
                _socket = null; // the reading side ends this life
            }
        }
    }

    private async Task LiveAsync(Socket socket, CancellationToken life)
    {
        var connect = new ConnectPacket
        {
            Version = _version,
            ClientIdentifier = _isPersistent ? $"soak-{number}" : $"soak-{number}-{Guid.NewGuid():N}",
            CleanStart = !_isPersistent,
            KeepAliveSeconds = 60,
            SessionExpirySeconds = _version == MqttProtocolVersion.V500 && _isPersistent ? (number % 4 == 0 ? 5u : 3600u) : null,
            Will = number % 5 == 0 ? new MqttMessage { Topic = TopicName.Parse($"soak/{number}/alarm"), Payload = "gone"u8.ToArray() } : null,
        };
        Send(socket, connect.ToArray(_version));
        Send(socket, WireClient.SubscribeBytes(_version, (QualityOfService)(number % 3), $"soak/{number}/in"));
        Send(socket, WireClient.SubscribeBytes(_version, QualityOfService.AtLeastOnce, number % 10 == 0 ? "soak/+/alarm" : $"soak/{(number + 1) % crowd}/#"));
        Interlocked.Increment(ref Connects);
        lock (_lock)
        {
            _socket = socket;
        }

        var buffer = new byte[64 * 1024];
        var held = 0;
        while (true)
        {
            var count = await socket.ReceiveAsync(buffer.AsMemory(held), life);
            if (count == 0)
            {
                throw new SocketException((int)SocketError.ConnectionReset);
            }

            var used = Answer(socket, buffer.AsSpan(0, held + count));
            held += count - used;
            buffer.AsSpan(used, held).CopyTo(buffer);
        }
    }

    /// <returns>Bytes of the packets that were whole.</returns>
    private int Answer(Socket socket, ReadOnlySpan<byte> received)
    {
        var used = 0;
        Span<byte> answers = stackalloc byte[4 * 1024];
        var answered = 0;
        while (PacketFrame.TryRead(received[used..], int.MaxValue, out var frame, out _) == DecodeStatus.Complete)
        {
            used += frame.TotalBytes;
            var (kind, identifier) = AnswerTo(frame);
            if (kind != PacketType.None)
            {
                answers[answered] = (byte)((int)kind << 4 | (kind == PacketType.PubRel ? 2 : 0));
                answers[answered + 1] = 2;
                BinaryPrimitives.WriteUInt16BigEndian(answers[(answered + 2)..], identifier);
                answered += 4;
            }

            if (answered == answers.Length)
            {
                Send(socket, answers);
                answered = 0;
            }
        }

        Send(socket, answers[..answered]);
        return used;
    }

    private (PacketType Kind, ushort Identifier) AnswerTo(in PacketFrame frame)
    {
        switch (frame.Type)
        {
            case PacketType.Publish when PublishView.TryRead(frame, _version, PacketSender.Server, out var publish, out _):
                Interlocked.Increment(ref Delivered);
                return (publish.QualityOfService switch
                {
                    QualityOfService.AtMostOnce => PacketType.None,
                    QualityOfService.AtLeastOnce => PacketType.PubAck,
                    _ => PacketType.PubRec,
                }, publish.PacketIdentifier);
            case PacketType.PubRec:
                return (PacketType.PubRel, BinaryPrimitives.ReadUInt16BigEndian(frame.Body));
            case PacketType.PubRel:
                return (PacketType.PubComp, BinaryPrimitives.ReadUInt16BigEndian(frame.Body));
            default:
                return default;
        }
    }

    private void Send(Socket socket, ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[socket.Send(bytes)..];
            }
        }
    }

    /// <summary>With DISCONNECT, with a plain close, or with a reset.</summary>
    private void Leave(Socket socket)
    {
        var way = _random.Next(3);
        if (way == 0)
        {
            socket.Send([0xE0, 0]);
        }
        else if (way == 1)
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
    }
}
