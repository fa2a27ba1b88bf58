using Roost.Mqtt.Connections;
using Roost.Mqtt.Core;
using Roost.Mqtt.Journal;
using Roost.Mqtt.Loop;
using Roost.Mqtt.Policies;
using Roost.Mqtt.Retained;
using Roost.Mqtt.Routing;

namespace Roost.Mqtt.Sessions;

/// <summary>
/// What the broker knows of one client beyond its connection (section 4.1): subscriptions, messages on their way out, QoS 2 messages on
/// their way in. The loop's thread only.
/// </summary>
internal sealed class Session : JournalEntry
{
    public string ClientIdentifier { get; set; } = "";

    /// <summary>Names the session in the journal; never used again. The journal's.</summary>
    public long JournalNumber { get; set; }

    public MqttProtocolVersion Version { get; set; }

    /// <summary>Of the listener through which the client last came; the broker's own after a restart.</summary>
    public MqttLimitsOptions Limits { get; set; } = null!;

    /// <summary>Whose it is; null: an anonymous client's.</summary>
    public string? Identity { get; set; }

    /// <summary>Who last came for it; null: nobody since the process started.</summary>
    public ConnectedClient? Client { get; set; }

    /// <summary>False: the journal was written by a version that did not keep <see cref="Identity"/>, and no client has come since.</summary>
    public bool IsOwnerKnown { get; set; } = true;

    /// <summary>What it holds counts as that of anonymous clients; also of a share's backlog.</summary>
    public bool IsStranger { get; set; }

    /// <summary>Null: the client may do everything.</summary>
    public Permissions? Permissions { get; set; }

    /// <summary>A client that takes it up, while the journal writes that down.</summary>
    public Arrival? Arrival { get; set; }

    /// <summary>Null while the client is away.</summary>
    public Connection? Connection
    {
        get;
        set
        {
            field = value;
            TakenBefore = InboundIdentifiers?.Count ?? 0;
        }
    }

    /// <summary>How long the session outlives its connection, in seconds; 0 ends it with the connection.</summary>
    public uint ExpirySeconds { get; set; }

    /// <summary>It is over: whoever still holds it lets it go.</summary>
    public bool HasEnded { get; set; }

    /// <summary>Outlives its connection, and the process.</summary>
    public bool IsDurable => ExpirySeconds > 0;

    /// <summary>Where messages for it make sense.</summary>
    public bool KeepsMessages => IsDurable || Connection is not null;

    /// <summary>By the filter as the client sent it, <c>$share</c> included.</summary>
    public Dictionary<string, Subscription> Subscriptions { get; } = [];

    /// <summary>The shared subscriptions that it is a member of; made with the first.</summary>
    public List<ShareGroup>? Shares { get; set; }

    /// <summary>Messages in <see cref="Outbound"/> that it has as a member of a share, by sequence number; made with the first.</summary>
    public Dictionary<long, Lease>? Leases { get; set; }

    public OutboundQueue Outbound { get; set; } = new();

    /// <summary>Messages that its client publishes; lasts over connections, so that coming again earns nothing.</summary>
    public TokenBucket PublishRate;

    /// <summary>The same in bytes.</summary>
    public TokenBucket PublishVolume;

    /// <summary>QoS 2 messages taken whose PUBREL has not come; with the acknowledgement where PUBREC is still held back. Null: none ever.</summary>
    public Dictionary<ushort, PendingAcknowledgement?>? InboundIdentifiers { get; set; }

    /// <summary>
    /// How many of them earlier connections have left without PUBREL. They do not count in what the client may have in flight, which begins anew
    /// with each connection (MQTT 5 section 4.9).
    /// </summary>
    public int TakenBefore { get; private set; }

    /// <summary>To be published when the client goes without saying good-bye (section 3.1.2.5).</summary>
    public Will? Will { get; set; }

    /// <summary>Messages that did not get to it, or were not taken from it; made with the first.</summary>
    public DropCounts? Drops { get; set; }

    /// <summary>The last message was dropped because the queue is full: logged once per episode.</summary>
    public bool IsOverflowing { get; set; }

    /// <summary>Its queue passed its mark and has not drained yet, as far as has been noticed; null: no publisher has to care.</summary>
    public QueuePressure? Pressure { get; set; }

    /// <summary>Retained messages that are still to come into the queue, in this order; null: none.</summary>
    public List<RetainedCursor>? RetainedDue { get; set; }

    /// <summary>Messages were settled in this turn, to be told to the journal at its end.</summary>
    public bool HasSettled { get; set; }

    /// <summary>Settled in this turn, not at the head of the queue; made with the first.</summary>
    public List<long>? SettledBeyond { get; set; }

    /// <summary>When the client went away, on the loop's clock; null while it is here, or when it was here as the last process ended.</summary>
    public long? LeftAt { get; set; }

    /// <summary>It is the broker that went away, and has not seen the client since it came back.</summary>
    public bool IsAwaited { get; set; }

    /// <summary>Waits for the end of the session, or for the will's delay; made with the first.</summary>
    public SessionTimer? Timer { get; set; }

    /// <summary>A QoS 1 or 2 message can go out at once, without overtaking another.</summary>
    public bool CanSendNow =>
        Connection is { IsCongested: false } connection
        && Outbound.WaitingCount == 0 && Outbound.HasFreeIdentifier && Outbound.Unacknowledged < connection.ReceiveMaximum;
}
