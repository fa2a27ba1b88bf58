using Roost.Mqtt.Transport.WebSockets;

namespace Roost.Mqtt.Transport;

/// <summary>
/// WebSocket: what comes is unframed where it lies; each packet goes out in a frame of its own, because there are clients that halt
/// at frames of several packets (Paho C 1.3.12, against [MQTT-6.0.0-2]). All frames of a flush are one write.
/// </summary>
internal sealed unsafe partial class SocketConnection
{
    private FrameDecoder? _web;
    private byte[]? _pong; // waits for the next flush: who pings and does not read gets one answer, and not a buffer full

    private void BeginFrames()
    {
        _web = new FrameDecoder();
        MarkDirty();
    }

    protected override Span<byte> ExtendOutput(int length)
    {
        if (_web is null)
        {
            return base.ExtendOutput(length);
        }

        var headerBytes = FrameHeader.GetSize(length);
        var frame = base.ExtendOutput(headerBytes + length);
        FrameHeader.Write(frame[..headerBytes], Opcode.Binary, length);
        return frame[headerBytes..];
    }

    /// <returns>Bytes of MQTT, left at the start.</returns>
    private int Unframe(Span<byte> bytes)
    {
        var length = _web!.Decode(bytes);
        if (_web.Ping is { } ping)
        {
            _pong = FrameHeader.Control(Opcode.Pong, ping);
            MarkDirty();
        }

        return length;
    }

    /// <summary>After what came before it was delivered: not while some of it is held.</summary>
    private void EndWebSocketIfAsked()
    {
        if (_web is not null && _web.End != CloseCode.None && !IsClosed && !IsHeld)
        {
            if (_web.End != CloseCode.Normal)
            {
                Core.TellOfRejected(this, _web.End == CloseCode.UnsupportedData ? "it sent a text message, but MQTT is binary" : "it broke the WebSocket protocol");
            }

            Core.OnConnectionLost(this);
        }
    }

    protected override bool HasMoreOutput => _pong is not null;

    protected override void PrepareClose()
    {
        if (_web is not null && !_isBlocked)
        {
            AppendPong();
            AppendOutput(FrameHeader.Close(_web.End == CloseCode.None ? CloseCode.Normal : _web.End));
        }
    }

    private void AppendPong()
    {
        if (_pong is not null)
        {
            AppendOutput(_pong);
            _pong = null;
        }
    }
}
