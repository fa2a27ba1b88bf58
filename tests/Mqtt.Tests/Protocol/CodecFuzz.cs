using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Tests.Protocol;

/// <summary>
/// Throws mutated packets at the codec, both versions, both directions: whatever comes, reading is one of the three outcomes, without an exception
/// and without a byte read outside; and what was read is written as a packet that is read, and written, the same way again.
/// </summary>
internal sealed class CodecFuzz(int seed) : IDisposable
{
    private readonly Mutator _mutator = new(seed);
    private readonly GuardedPages _pages = new();
    private readonly byte[] _input = new byte[4096];
    private readonly List<byte[]> _corpus = [];

    /// <summary>How often each <see cref="DecodeStatus"/> came.</summary>
    public long[] Outcomes { get; } = new long[3];

    public long Count { get; private set; }

    /// <exception cref="CodecFaultException">The codec did what it must not do.</exception>
    public void Run(long count)
    {
        for (var i = 0L; i < count; i++)
        {
            Try();
        }
    }

    public void Dispose() => _pages.Dispose();

    private void Try()
    {
        var random = _mutator.Random;
        var packet = Seed(random);
        packet.CopyTo(_input, 0);
        var length = _mutator.Mutate(_input, packet.Length);
        var version = random.Next(2) == 0 ? MqttProtocolVersion.V311 : MqttProtocolVersion.V500;
        var sender = (PacketSender)random.Next(2);
        var input = _pages.Place(_input.AsSpan(0, length), atTheEnd: random.Next(4) > 0);
        Count++;
        try
        {
            var status = Reading.TryRead(input, version, sender, out var again, out _);
            Outcomes[(int)status]++;
            if (status == DecodeStatus.Complete)
            {
                ExpectStable(again, VersionOf(input, version), sender);
                Learn(input, random);
            }
        }
        catch (Exception exception) when (exception is not CodecFaultException)
        {
            throw new CodecFaultException(Describe(input, version, sender), exception);
        }
        catch (CodecFaultException fault)
        {
            throw new CodecFaultException($"{Describe(input, version, sender)}: {fault.Message}", fault);
        }
    }

    /// <summary>Real packets, made ones, and mutations that were sound themselves.</summary>
    private byte[] Seed(Random random)
    {
        switch (random.Next(4))
        {
            case 0:
                return Capture.All[random.Next(Capture.All.Count)].Bytes;
            case 1 when random.Next(8) == 0 || _corpus.Count == 0:
                var made = new Some(random.Next()).Packet(random.Next(2) == 0 ? MqttProtocolVersion.V311 : MqttProtocolVersion.V500).Bytes;
                Learn(made, random);
                return made;
            default:
                return _corpus.Count > 0 ? _corpus[random.Next(_corpus.Count)] : Capture.All[0].Bytes;
        }
    }

    private void Learn(ReadOnlySpan<byte> packet, Random random)
    {
        if (packet.Length > _input.Length / 4)
        {
            return;
        }

        if (_corpus.Count < 4096)
        {
            _corpus.Add(packet.ToArray());
        }
        else if (random.Next(64) == 0)
        {
            _corpus[random.Next(_corpus.Count)] = packet.ToArray();
        }
    }

    private static void ExpectStable(byte[] once, MqttProtocolVersion version, PacketSender sender)
    {
        if (Reading.TryRead(once, version, sender, out var twice, out var fault) != DecodeStatus.Complete)
        {
            throw new CodecFaultException($"what was written is not read: {Convert.ToHexString(once)}: {fault.Detail}");
        }

        if (!twice.AsSpan().SequenceEqual(once))
        {
            throw new CodecFaultException($"written {Convert.ToHexString(once)}, and then {Convert.ToHexString(twice)}");
        }
    }

    /// <summary>CONNECT says its version itself.</summary>
    private static MqttProtocolVersion VersionOf(ReadOnlySpan<byte> packet, MqttProtocolVersion version) =>
        packet[0] == 0x10 && PacketFrame.TryRead(packet, int.MaxValue, out var frame, out _) == DecodeStatus.Complete ? ConnectPacket.PeekVersion(frame) ?? version : version;

    private string Describe(ReadOnlySpan<byte> input, MqttProtocolVersion version, PacketSender sender) =>
        $"input {Count} of seed {seed}, {version} from {sender}: {Convert.ToHexString(input)}";
}
