using System.Net;
using System.Net.Sockets;
using Roost.Mqtt.Client;
using Roost.Mqtt.Tests.Conformance;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Client;

/// <summary>A server that is the test itself: it says bytes, and hears them.</summary>
internal sealed class ScriptedServer : IDisposable
{
    /// <summary>A CONNACK of MQTT 5 without properties.</summary>
    public const string ConnAck = "20 03 00 00 00";

    /// <summary>The same, and the session is there.</summary>
    public const string ConnAckWithSession = "20 03 01 00 00";

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public ScriptedServer() => _listener.Start();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Takes a connection and answers its CONNECT.</summary>
    /// <param name="connAck">A connection's CONNACK.</param>
    public async Task<RawClient> AcceptAsync(string connAck = ConnAck)
    {
        var connection = await AcceptSilentlyAsync();
        await connection.ReadPacketAsync("CONNECT");
        await connection.SendAsync(connAck);
        return connection;
    }

    public async Task<RawClient> AcceptSilentlyAsync() =>
        new(await Eventually.CompletesAsync(_listener.AcceptTcpClientAsync(), "the client to connect"));

    /// <summary>Connects a client that is not started yet.</summary>
    public async Task<RawClient> ConnectAsync(MqttClient client, string connAck = ConnAck)
    {
        var connecting = client.ConnectAsync();
        var connection = await AcceptAsync(connAck);
        await connecting;
        return connection;
    }

    public void Dispose() => _listener.Dispose();
}
