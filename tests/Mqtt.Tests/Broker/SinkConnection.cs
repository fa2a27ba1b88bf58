using Roost.Mqtt.Connections;
using Roost.Mqtt.Core;

namespace Roost.Mqtt.Tests.Broker;

/// <summary>A peer that takes everything at once.</summary>
internal sealed class SinkConnection(BrokerCore core) : Connection(core, new Listener(new MqttListenerOptions(), core.Limits))
{
    private byte[] _unread = [];

    public long FlushedBytes { get; private set; }

    public override string RemoteEndPoint => "sink";

    protected override bool IsBlocked => false;

    public static SinkConnection Accept(BrokerCore core, string hex)
    {
        var connection = new SinkConnection(core);
        core.OnAccepted(connection);
        connection.Say(hex);
        SpinWait.SpinUntil(
            () =>
            {
                core.EndTurn();
                return connection.Arrival is null && !connection.IsHeld;
            },
            TimeSpan.FromSeconds(20)); // a session that is to last waits for the disk
        core.EndTurn();
        return connection;
    }

    /// <summary>The broker hears it within the turn, unless it has closed the connection.</summary>
    public void Say(string hex)
    {
        _unread = [.. _unread, .. Convert.FromHexString(hex)];
        ReceiveHeld();
    }

    public override void ReceiveHeld()
    {
        if (!IsClosed && !IsHeld)
        {
            var used = Core.OnReceived(this, _unread, out _);
            _unread = _unread[used..];
        }
    }

    protected override void Flush()
    {
        FlushedBytes += UnsentBytes;
        Sent(UnsentBytes);
    }

    protected override void CloseTransport()
    {
    }

    /// <summary>Nothing is read from it for now.</summary>
    public bool IsPaused { get; private set; }

    protected override void PauseReading() => IsPaused = true;

    protected override void ResumeReading() => IsPaused = false;
}
