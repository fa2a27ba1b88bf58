using System.Text;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Tests.Journal;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>A client that acknowledges when it is told to.</summary>
/// <param name="before">What it had got by an earlier connection.</param>
internal sealed class ShareMember(JournaledCore journaled, IReadOnlyList<string>? before = null)
{
    private readonly WireConnection _wire = new(journaled.Core);
    private readonly Queue<(PacketType Type, ushort Identifier)> _owed = new();
    private readonly List<string> _got = [.. before ?? []];

    /// <summary>All that has come.</summary>
    public IReadOnlyList<string> Got
    {
        get
        {
            Collect();
            return _got;
        }
    }

    public void Say(string hex) => _wire.Say(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));

    public void Connect(string hex)
    {
        journaled.Core.OnAccepted(_wire);
        Say(hex);
    }

    public void Lose() => journaled.Core.OnConnectionLost(_wire);

    /// <summary>The next step of up to <paramref name="count"/> exchanges.</summary>
    public void Acknowledge(int count = int.MaxValue)
    {
        Collect();
        for (; count > 0 && _owed.TryDequeue(out var owed); count--)
        {
            Say($"{(int)owed.Type << 4 | (owed.Type == PacketType.PubRel ? 2 : 0):X2}02{owed.Identifier:X4}");
        }
    }

    /// <summary>Turn by turn, so many times the next step of what is there.</summary>
    public void AcknowledgeTimes(int count)
    {
        for (; count > 0; count--)
        {
            Acknowledge(1);
            journaled.Settle();
        }
    }

    /// <summary>Until nothing more comes.</summary>
    public void AcknowledgeAll()
    {
        do
        {
            Acknowledge();
            journaled.Settle();
            Collect();
        }
        while (_owed.Count > 0);
    }

    private void Collect()
    {
        journaled.Turn();
        var rest = _wire.TakeSent().AsSpan();
        while (rest.Length > 0)
        {
            PacketFrame.TryRead(rest, int.MaxValue, out var frame, out _);
            if (frame.Type == PacketType.Publish)
            {
                PublishView.TryRead(frame, MqttProtocolVersion.V500, PacketSender.Server, out var publish, out _);
                _got.Add(Encoding.ASCII.GetString(publish.Payload));
                if (publish.QualityOfService != QualityOfService.AtMostOnce)
                {
                    _owed.Enqueue((publish.QualityOfService == QualityOfService.AtLeastOnce ? PacketType.PubAck : PacketType.PubRec, publish.PacketIdentifier));
                }
            }
            else if (frame.Type == PacketType.PubRel)
            {
                _owed.Enqueue((PacketType.PubComp, (ushort)((frame.Body[0] << 8) | frame.Body[1])));
            }

            rest = rest[frame.TotalBytes..];
        }
    }
}
