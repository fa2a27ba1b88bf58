using Roost.Mqtt.Connections;
using Roost.Mqtt.Core;

namespace Roost.Mqtt.Tests.Journal;

/// <summary>A peer whose bytes lie on the wire until the test takes them, or lets them be lost.</summary>
internal sealed class WireConnection(BrokerCore core) : Connection(core, new Listener(new MqttListenerOptions(), core.Limits))
{
    private readonly List<byte> _sent = [];
    private byte[] _unread = [];
    private bool _isStuck;

    public override string RemoteEndPoint => "wire";

    protected override bool IsBlocked => _isStuck;

    /// <summary>What the broker has sent since the last call.</summary>
    public byte[] TakeSent()
    {
        var bytes = _sent.ToArray();
        _sent.Clear();
        return bytes;
    }

    /// <summary>The peer takes nothing until it is told to.</summary>
    public void Stick() => _isStuck = true;

    public void GoOn()
    {
        _isStuck = false;
        MarkDirty();
    }

    public void Say(byte[] packet)
    {
        _unread = [.. _unread, .. packet];
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
        _sent.AddRange(Unsent);
        Sent(UnsentBytes);
    }

    protected override void CloseTransport()
    {
    }

    protected override void PauseReading()
    {
    }

    protected override void ResumeReading()
    {
    }
}
