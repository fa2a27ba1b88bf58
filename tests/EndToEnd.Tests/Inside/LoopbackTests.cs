using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Roost.EndToEnd.Tests.Inside;

/// <summary>A function with <c>network: loopback</c> uses the daemon's own listeners, as a program beside the daemon does.</summary>
public sealed class LoopbackTests
{
    [Test]
    public async Task Broker_and_http_are_at_their_ports_beside_the_endpoint_and_the_rest_of_the_machine_is_not()
    {
        await using var daemon = new InsideDaemon();
        daemon.Python("neighbour", "network: loopback\ngrants: [ { publish: \"site/#\" } ]", """
            import os, socket, urllib.request
            def handler(event, context):
                with socket.create_connection(('127.0.0.1', event['mqtt']), timeout=60) as broker:
                    broker.sendall(bytes.fromhex('100e00044d515454040200000002666e')) # CONNECT, MQTT 3.1.1, clean session, client identifier "fn"
                    connack = broker.recv(4, socket.MSG_WAITALL).hex()
                health = urllib.request.urlopen(f"http://127.0.0.1:{event['http']}/api/v1/status", timeout=60).status
                granted = urllib.request.urlopen(os.environ['ROOST_ENDPOINT'] + '/topics/site%2Fstate', data=b'x', timeout=60).status
                with socket.socket() as other:
                    return [connack, health, granted, other.connect_ex(('127.0.0.1', event['other'])) != 0]
            """);
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        await daemon.StartAsync("");

        var said = await daemon.InvokeAsync("neighbour", new { mqtt = daemon.Roost.MqttPort, http = daemon.Roost.HttpPort, other = ((IPEndPoint)other.LocalEndpoint).Port });

        Assert.That(JsonSerializer.Serialize(said), Is.EqualTo("""["20020000",200,200,true]"""));
    }
}
