using System.Net;
using System.Net.Sockets;
using System.Text;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Proofs;

/// <summary>A blocking socket that sends packets, or anything else, and reads whole packets. One thread at a time.</summary>
internal sealed class WireClient : IDisposable
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    private WireClient(Socket socket) => Socket = socket;

    public Socket Socket { get; }

    /// <summary>Without CONNECT.</summary>
    /// <exception cref="SocketException">Nobody listens, or the listener's queue is full.</exception>
    public static WireClient Open(int port, int receiveBuffer = 0)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = 20_000, SendTimeout = 20_000 };
        if (receiveBuffer > 0)
        {
            socket.ReceiveBufferSize = receiveBuffer;
        }

        try
        {
            socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        return new WireClient(socket);
    }

    /// <summary>With CONNECT, and a CONNACK that says yes.</summary>
    public static WireClient Connect(int port, string identifier, MqttProtocolVersion version = MqttProtocolVersion.V311, bool clean = true, int receiveBuffer = 0)
    {
        var client = Open(port, receiveBuffer);
        client.Send(ConnectBytes(identifier, version, clean));
        var answer = client.Receive();
        if (answer.Length < 4 || answer[3] != 0)
        {
            client.Dispose();
            throw new SocketException((int)SocketError.ConnectionRefused);
        }

        return client;
    }

    public static byte[] ConnectBytes(string identifier, MqttProtocolVersion version = MqttProtocolVersion.V311, bool clean = true) => new ConnectPacket
    {
        Version = version,
        ClientIdentifier = identifier,
        CleanStart = clean,
        KeepAliveSeconds = 60,
        SessionExpirySeconds = version == MqttProtocolVersion.V500 && !clean ? 3600 : null,
    }.ToArray(version);

    public static byte[] SubscribeBytes(MqttProtocolVersion version, QualityOfService quality, params IEnumerable<string> filters) => new SubscribePacket
    {
        PacketIdentifier = 1,
        Subscriptions = [.. filters.Select(filter => new SubscriptionRequest(filter, quality))],
    }.ToArray(version);

    public static byte[] PublishBytes(
        string topic, ReadOnlySpan<byte> payload, QualityOfService quality = QualityOfService.AtMostOnce, ushort identifier = 0, bool retain = false, MqttProtocolVersion version = MqttProtocolVersion.V311)
    {
        var fields = new PublishFields
        {
            Topic = Encoding.UTF8.GetBytes(topic),
            Payload = payload,
            QualityOfService = quality,
            PacketIdentifier = identifier,
            Retain = retain,
        };
        var packet = new byte[PublishEncoder.GetSize(fields, version)];
        PublishEncoder.Write(packet, fields, version);
        return packet;
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            bytes = bytes[Socket.Send(bytes)..];
        }
    }

    /// <returns>One whole packet, valid until the next call; empty at the end of the stream.</returns>
    /// <exception cref="SocketException">Nothing came for 20 s, or the connection was reset.</exception>
    public ReadOnlySpan<byte> Receive()
    {
        while (true)
        {
            var status = PacketFrame.TryRead(_buffer.AsSpan(_start, _end - _start), int.MaxValue, out var frame, out var fault);
            switch (status)
            {
                case DecodeStatus.Complete:
                    var packet = _buffer.AsSpan(_start, frame.TotalBytes);
                    _start += frame.TotalBytes;
                    return packet;
                case DecodeStatus.Malformed:
                    throw new InvalidDataException($"The broker sent what is no packet: {fault.Detail}.");
            }

            MakeRoom(frame.TotalBytes);
            var count = Socket.Receive(_buffer.AsSpan(_end));
            if (count == 0)
            {
                return default;
            }

            _end += count;
        }
    }

    public void Dispose() => Socket.Dispose();

    private void MakeRoom(int packetBytes)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Max(packetBytes, _buffer.Length * 2));
        }
    }
}
