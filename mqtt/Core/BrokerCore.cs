using Microsoft.Extensions.Logging;
using Roost.Mqtt.Connections;
using Roost.Mqtt.Journal;
using Roost.Mqtt.Loop;
using Roost.Mqtt.Protocol;
using Roost.Mqtt.Retained;
using Roost.Mqtt.Routing;
using Roost.Mqtt.Sessions;

namespace Roost.Mqtt.Core;

/// <summary>
/// The broker without its transports: sessions, routing, acknowledgements. All of it belongs to the loop's thread; no call blocks, and
/// none is made from elsewhere but through the mailbox. Each partial file holds one verb.
/// </summary>
internal sealed partial class BrokerCore
{
    private readonly LoopClock _clock;
    private readonly Mailbox _mailbox;
    private readonly ISessionJournal _journal;
    private readonly ILogger _logger;
    private readonly Router _router = new();
    private readonly RetainedMessages _retained = new();
    private readonly Dictionary<string, Session> _sessions = [];
    private readonly FanOut _fanOut;
    private List<Connection> _dirty = [];
    private List<Connection> _flushing = [];
    private List<Connection> _released = [];
    private List<Connection> _receiving = [];

    public BrokerCore(
        MqttLimitsOptions limits, ISessionJournal journal, LoopClock clock, TimerHeap timers, Mailbox mailbox, BrokerCounters counters, ILogger logger)
    {
        Limits = limits;
        Timers = timers;
        Counters = counters;
        _journal = journal;
        _clock = clock;
        _mailbox = mailbox;
        _logger = logger;
        _fanOut = new FanOut(Buffers);
        _queueLines = Budget("queues that are full");
        _expiryLines = Budget("sessions that have expired");
        _retainedLines = Budget("retained messages that were not kept");
    }

    public MqttLimitsOptions Limits { get; }

    public string? ResponseTopicPrefix { get; init; }

    /// <summary>Milliseconds on the loop's clock.</summary>
    public long Now => _clock.Now;

    public TimerHeap Timers { get; }

    public BufferPool Buffers { get; } = new();

    public BrokerCounters Counters { get; }

    /// <summary>Open connections, those without CONNECT included.</summary>
    public HashSet<Connection> Connections { get; } = [];

    public IReadOnlyCollection<Session> Sessions => _sessions.Values;

    public IReadOnlyCollection<ShareGroup> ShareGroups => _router.ShareGroups;

    public RetainedMessages Retained => _retained;

    /// <summary>What has to be kept is refused for now.</summary>
    public bool IsJournalBroken => _journal.IsBroken;

    /// <summary>A connection has output for the end of the turn.</summary>
    public void AddDirty(Connection connection) => _dirty.Add(connection);

    /// <summary>A connection that was held is to handle what it has already read.</summary>
    public void AddReleased(Connection connection)
    {
        _released.Add(connection);
        _mailbox.Wake(); // it may have been let go at the very end of a turn
    }

    /// <summary>Tells the journal what was settled, lets go what it has made durable, and sends everything.</summary>
    public void EndTurn()
    {
        ReceiveHeld();
        RecordSettled();
        TendJournal();
        ReleaseDurable();
        while (_dirty.Count > 0) // a flush may make room for more
        {
            (_dirty, _flushing) = (_flushing, _dirty);
            foreach (var connection in _flushing)
            {
                connection.FlushAtEndOfTurn();
            }

            _flushing.Clear();
        }

        EndPressure();
        ResumePublishers();
        SampleLoads();
    }

    private void ReceiveHeld()
    {
        (_released, _receiving) = (_receiving, _released);
        foreach (var connection in _receiving)
        {
            if (!connection.IsClosed && !connection.IsHeld)
            {
                connection.ReceiveHeld();
            }
        }

        _receiving.Clear();
    }

    /// <returns>False, and nothing is sent: larger than the client takes [MQTT-3.1.2-24].</returns>
    private static bool SendPacket(Connection connection, ControlPacket packet)
    {
        var size = packet.GetSize(connection.Version);
        if (size > connection.MaximumPacketSize)
        {
            return false;
        }

        packet.Write(connection.Extend(size), connection.Version);
        return true;
    }

    private static void SendAcknowledgement(
        Connection connection, PacketType type, ushort packetIdentifier, ReasonCode reasonCode = ReasonCode.Success)
    {
        var size = Acknowledgement.GetSize(connection.Version, reasonCode);
        Acknowledgement.Write(connection.Extend(size), type, packetIdentifier, connection.Version, reasonCode);
    }
}
