using Roost.Mqtt.Connections;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>A PUBACK or PUBREC, or the end of a publication from within the process, that waits for journal or readers. Reused.</summary>
internal sealed class PendingAcknowledgement
{
    /// <summary>Null when the connection has gone meanwhile, or for a publication from within.</summary>
    public Connection? Connection { get; set; }

    /// <summary>The publisher, while a QoS 2 message is not yet taken for good.</summary>
    public Session? Session { get; set; }

    /// <summary>Set for a publication, or another request, from within the process.</summary>
    public LocalRequest? Publication { get; set; }

    /// <summary>What the journal was asked to keep for it.</summary>
    public StoredMessage? Message { get; set; }

    public ushort PacketIdentifier { get; set; }

    public QualityOfService QualityOfService { get; set; }

    /// <summary>Readers and journal records that are not done.</summary>
    public int Waiting { get; set; }

    /// <summary>Those of <see cref="Waiting"/> that are readers.</summary>
    public int WaitingReaders { get; set; }

    /// <summary>The first failure.</summary>
    public Exception? Fault { get; set; }

    /// <summary>It has failed, and the journal was told that its QoS 2 identifier is free.</summary>
    public bool IsReleased { get; set; }

    public ReasonCode ReasonCode { get; set; }

    /// <summary>
    /// A restart may find the QoS 2 identifier taken. Not while it is open whether the readers get the message, and not when it is refused:
    /// the repetition would be acknowledged, and nobody would have it.
    /// </summary>
    public bool IsTaken => WaitingReaders == 0 && Fault is null && ReasonCode < ReasonCode.UnspecifiedError;
}
