using Roost.Mqtt.Transport.WebSockets;

namespace Roost.Mqtt.Transport;

/// <summary>
/// WebSocket: what comes is unframed where it lies; what goes out in one flush is one frame, whose header stands in front of it in the
/// same buffer, so that it is one write.
/// </summary>
internal sealed unsafe partial class SocketConnection
{
    private FrameDecoder? _web;
    private int _framedBytes; // at the start of the output, not yet sent, which need no header (any more)
    private byte[]? _pong; // goes out after the frame that is on its way

    private void BeginFrames(int answerBytes)
    {
        _web = new FrameDecoder();
        _framedBytes = answerBytes;
        MarkDirty();
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
                _source.Report(RemoteEndPoint, _web.End == CloseCode.UnsupportedData ? "it sent a text message, but MQTT is binary" : "it broke the WebSocket protocol");
            }

            Core.OnConnectionLost(this);
        }
    }

    protected override bool HasMoreOutput => _pong is not null;

    protected override void PrepareClose()
    {
        if (_web is null || _isBlocked)
        {
            return;
        }

        FlushFrames();
        if (!_isBlocked)
        {
            var close = FrameHeader.Close(_web.End == CloseCode.None ? CloseCode.Normal : _web.End);
            AppendOutput(close);
            _framedBytes = close.Length;
        }
    }

    private void FlushFrames()
    {
        while (true)
        {
            if (_framedBytes == 0 && !BeginFrame())
            {
                return;
            }

            if (!TrySend(_framedBytes, out var sent))
            {
                _framedBytes = UnsentBytes == 0 ? 0 : _framedBytes;
                return;
            }

            _framedBytes -= sent;
        }
    }

    /// <returns>False: there is nothing to send.</returns>
    private bool BeginFrame()
    {
        if (UnsentBytes > 0)
        {
            var payload = UnsentBytes;
            FrameHeader.Write(PrependOutput(FrameHeader.GetSize(payload)), Opcode.Binary, payload);
        }

        if (_pong is not null)
        {
            AppendOutput(_pong);
            _pong = null;
        }

        _framedBytes = UnsentBytes;
        return _framedBytes > 0;
    }
}
