using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;

namespace Roost.Mqtt.Proofs;

/// <summary>
/// Two well-behaved clients on threads of their own: 200 messages a second at QoS 1 from one to the other, each with the time it was due. What others
/// do to the broker shows here.
/// </summary>
internal sealed class GoodPair : IDisposable
{
    private const int MessagesPerSecond = 200;
    private const string Topic = "good/pair";

    private readonly WireClient _subscriber;
    private readonly WireClient _publisher;
    private readonly Thread _receiving;
    private readonly Thread _acknowledged;
    private readonly Thread _sending;
    private readonly Lock _lock = new();
    private List<double> _latencies = [];
    private long _sent;
    private long _received;
    private string? _fault;
    private volatile bool _isStopping;

    public GoodPair(int port)
    {
        _subscriber = WireClient.Connect(port, "good-subscriber", MqttProtocolVersion.V500);
        _subscriber.Send(WireClient.SubscribeBytes(MqttProtocolVersion.V500, QualityOfService.AtLeastOnce, Topic));
        _ = _subscriber.Receive();
        _publisher = WireClient.Connect(port, "good-publisher");
        _receiving = Start(Receive);
        _acknowledged = Start(ReadAcknowledgements);
        _sending = Start(Send);
    }

    /// <summary>Null while both are connected and everything arrives.</summary>
    public string? Fault => _fault;

    /// <summary>Milliseconds from due to received since the last call, ascending.</summary>
    public double[] TakeLatencies()
    {
        lock (_lock)
        {
            var taken = _latencies;
            _latencies = [];
            taken.Sort();
            return [.. taken];
        }
    }

    /// <summary>Stops sending and waits for what is on its way.</summary>
    /// <returns>How many were never received.</returns>
    public long Finish()
    {
        _isStopping = true;
        _sending.Join();
        SpinWait.SpinUntil(() => Interlocked.Read(ref _received) >= _sent || _fault is not null, TimeSpan.FromSeconds(20));
        return _sent - Interlocked.Read(ref _received);
    }

    public void Dispose()
    {
        _isStopping = true;
        _sending.Join();
        _publisher.Dispose();
        _subscriber.Dispose();
        _receiving.Join();
        _acknowledged.Join();
    }

    private Thread Start(Action work)
    {
        var thread = new Thread(() =>
        {
            try
            {
                work();
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                if (!_isStopping)
                {
                    _fault ??= $"{work.Method.Name}: {exception.Message}";
                }
            }
        });
        thread.Start();
        return thread;
    }

    private void Send()
    {
        var began = Stopwatch.GetTimestamp();
        Span<byte> payload = stackalloc byte[64];
        while (!_isStopping)
        {
            var due = began + (_sent * Stopwatch.Frequency / MessagesPerSecond);
            var wait = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), due);
            if (wait > TimeSpan.Zero)
            {
                Pause.For(wait);
            }

            BinaryPrimitives.WriteInt64LittleEndian(payload, due);
            _publisher.Send(WireClient.PublishBytes(Topic, payload, QualityOfService.AtLeastOnce, (ushort)((_sent % 65_535) + 1)));
            _sent++;
        }
    }

    private void ReadAcknowledgements()
    {
        while (_publisher.Receive().Length > 0)
        {
        }

        if (!_isStopping)
        {
            _fault ??= "the publisher was disconnected";
        }
    }

    private void Receive()
    {
        Span<byte> acknowledgement = [0x40, 2, 0, 0];
        while (_subscriber.Receive() is { Length: > 0 } packet)
        {
            if (packet[0] >> 4 != 3)
            {
                _fault ??= $"the subscriber got a packet of type {packet[0] >> 4}";
                return;
            }

            var now = Stopwatch.GetTimestamp();
            var due = BinaryPrimitives.ReadInt64LittleEndian(packet[^64..]);
            packet.Slice(packet.Length - 64 - 3, 2).CopyTo(acknowledgement[2..]); // before it: Packet Identifier and no properties
            _subscriber.Send(acknowledgement);
            lock (_lock)
            {
                _latencies.Add(Stopwatch.GetElapsedTime(due, now).TotalMilliseconds);
            }

            Interlocked.Increment(ref _received);
        }

        if (!_isStopping)
        {
            _fault ??= "the subscriber was disconnected";
        }
    }
}
