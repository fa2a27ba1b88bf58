using System.Net.Sockets;
using Roost.Mqtt.Tests.Broker;
using Roost.Tests.Support;

namespace Roost.Mqtt.Tests.Transport;

public sealed class UnixSocketTests
{
    private static readonly string s_connect = RawClient.Connect("c");
    private TemporaryFolder _folder = null!;

    private string SocketPath => _folder["run/mqtt.sock"];

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public async Task A_client_of_a_unix_socket_is_served_and_known_by_its_process()
    {
        await using var broker = await StartAsync();
        await using var client = await StreamClient.OpenUnixAsync(SocketPath);
        await client.SendAsync(s_connect);
        await client.ExpectAsync(StreamClient.ConnAck);

        var peer = await broker.Broker.InspectAsync(static core => core.Connections.Single().UnixPeer);

        Assert.That(peer!.ProcessId, Is.EqualTo(Environment.ProcessId));
        Assert.That((await broker.Broker.ListClientsAsync()).Single().Connection!.RemoteEndPoint, Does.StartWith($"unix: process {Environment.ProcessId} of user "));
        Assert.That(broker.Open[0].ToString(), Is.EqualTo($"mqtt unix:{SocketPath}"));
    }

    [Test]
    public async Task Its_file_is_for_owner_and_group_and_goes_with_the_listener()
    {
        await using (var broker = await StartAsync())
        {
            Assert.That(Convert.ToString((int)File.GetUnixFileMode(SocketPath), 8), Is.EqualTo("660"));
        }

        Assert.That(File.Exists(SocketPath), Is.False);
    }

    [Test]
    public async Task A_file_that_nobody_listens_on_is_taken_over()
    {
        LeaveStale();
        await using var broker = await StartAsync();
        await using var client = await StreamClient.OpenUnixAsync(SocketPath);
        await client.SendAsync(s_connect);
        await client.ExpectAsync(StreamClient.ConnAck);
    }

    [Test]
    public async Task A_socket_that_is_served_is_left_to_its_owner()
    {
        await using var first = await StartAsync();

        Assert.That(StartAsync, Throws.InstanceOf<MqttListenerException>().With.Message.Contains("another process listens there"));

        await using var client = await StreamClient.OpenUnixAsync(SocketPath);
        await client.SendAsync(s_connect);
        await client.ExpectAsync(StreamClient.ConnAck);
    }

    [Test]
    public void A_file_of_another_kind_is_never_removed()
    {
        Directory.CreateDirectory(_folder["run"]);
        File.WriteAllText(SocketPath, "precious");

        Assert.That(StartAsync, Throws.InstanceOf<MqttListenerException>());
        Assert.That(File.ReadAllText(SocketPath), Is.EqualTo("precious"));
    }

    [Test]
    public void A_path_that_is_too_long_is_a_fault_with_its_key()
    {
        var options = new MqttOptions { Listeners = [new MqttListenerOptions { Socket = $"/{new string('x', 107)}" }] };
        Assert.That(new MqttOptionsValidator().Validate(null, options).FailureMessage, Does.StartWith("Mqtt:Listeners:0:Socket is '/xxx"));
    }

    private void LeaveStale()
    {
        Directory.CreateDirectory(_folder["run"]);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(SocketPath));
        File.Move(SocketPath, SocketPath + ".kept"); // closing the socket removes its file by name
        socket.Dispose();
        File.Move(SocketPath + ".kept", SocketPath);
    }

    private Task<TestBroker> StartAsync() => TestBroker.StartAsync(options => options.Listeners[0].Socket = SocketPath);
}
