using Roost.Mqtt.Protocol;
using Roost.Mqtt.Transport.Proxy;
using Roost.Mqtt.Transport.WebSockets;

namespace Roost.Mqtt.Transport;

/// <summary>From the first byte to MQTT. The connect time-out runs over all of it.</summary>
internal sealed unsafe partial class SocketConnection
{
    private const byte TlsHandshakeRecord = 0x16;
    private const byte ConnectPacketByte = 0x10;

    private OpeningStage FirstStage() => Listener.Options.ProxyProtocol ? OpeningStage.ProxyHeader : StageAfterProxy();

    private OpeningStage StageAfterProxy() => Listener.Options.Tls is null ? StageAfterTls() : OpeningStage.TlsHandshake;

    private OpeningStage StageAfterTls() => Listener.Options.Websocket ? OpeningStage.HttpUpgrade : OpeningStage.FirstBytes;

    /// <summary>The header is taken to its last byte and not further: what follows may be OpenSSL's to read.</summary>
    private void ReadProxyHeader()
    {
        var have = _carriedLength;
        _carried.AsSpan(0, have).CopyTo(_receive.Bytes);
        var count = (int)Libc.Peek(_descriptor, _receive.Pointer + have, ProxyHeader.MaxBytes - have);
        if (count <= 0)
        {
            CloseIfEnded(count == 0 || Libc.LastError is not (Libc.ErrorAgain or Libc.ErrorInterrupted) ? 0 : -1);
            return;
        }

        var status = ProxyHeader.TryRead(new ReadOnlySpan<byte>(_receive.Pointer, have + count), out var length, out var client);
        if (status == DecodeStatus.Malformed)
        {
            Reject("it does not begin with a PROXY header, which this listener wants (proxy-protocol)");
            return;
        }

        var taken = status == DecodeStatus.NeedMore ? count : length - have;
        _ = Libc.Receive(_descriptor, _receive.Pointer + have, taken); // they were there a moment ago
        DropCarried();
        if (status == DecodeStatus.NeedMore)
        {
            Carry(new ReadOnlySpan<byte>(_receive.Pointer, have + taken), 0);
            return;
        }

        _remote = client ?? _remote;
        _stage = StageAfterProxy();
        UpdateInterest();
    }

    /// <param name="bytes">What has come; afterwards the MQTT in it.</param>
    /// <returns>False: more has to come first, or the connection was closed.</returns>
    private bool TakeOpening(ref Span<byte> bytes)
    {
        if (_stage == OpeningStage.HttpUpgrade)
        {
            return TakeUpgrade(ref bytes);
        }

        _stage = OpeningStage.Open;
        if (Misdirected(bytes) is { } reason)
        {
            Reject(reason);
            return false;
        }

        return true;
    }

    private bool TakeUpgrade(ref Span<byte> bytes)
    {
        if (bytes[0] is TlsHandshakeRecord or ConnectPacketByte)
        {
            Reject(bytes[0] == ConnectPacketByte ? "it speaks MQTT without WebSocket" : "it speaks TLS to a listener without");
            return false;
        }

        if (UpgradeRequest.Read(bytes, Listener.Options, out var length) is not { } request)
        {
            Carry(bytes, 0);
            return false;
        }

        AppendOutput(request.Answer);
        if (!request.IsAccepted)
        {
            Reject($"its WebSocket was refused: {request.Refusal}");
            return false;
        }

        _stage = OpeningStage.Open;
        BeginFrames();
        bytes = bytes[length..];
        bytes = bytes[..Unframe(bytes)];
        return true;
    }

    private static string? Misdirected(ReadOnlySpan<byte> bytes) => bytes[0] switch
    {
        TlsHandshakeRecord => "it is a TLS client on a listener without TLS",
        (byte)'\r' or (byte)'P' when ProxyHeader.IsLike(bytes) => "it begins with a PROXY header, which this listener does not take (proxy-protocol)",
        (byte)'G' or (byte)'P' or (byte)'O' or (byte)'D' when LooksLikeHttp(bytes) => "it is an HTTP or WebSocket client on a listener for plain MQTT",
        _ => null,
    };

    private static bool LooksLikeHttp(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith("GET "u8) || bytes.StartsWith("PUT "u8) || bytes.StartsWith("POST "u8) || bytes.StartsWith("PATCH "u8)
        || bytes.StartsWith("OPTIONS "u8) || bytes.StartsWith("DELETE "u8);

    /// <summary>Closes a connection that never got to MQTT, and tells the operator why.</summary>
    private void Reject(string reason)
    {
        Core.Counters.ConnectionsRejected++;
        Core.TellOfRejected(this, reason);
        Core.OnConnectionLost(this);
    }
}
