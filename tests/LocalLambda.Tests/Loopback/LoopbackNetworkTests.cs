using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests.Loopback;

/// <summary>Functions with <c>network: loopback</c>, in real sandboxes, against listeners that stand for the daemon's.</summary>
internal sealed class LoopbackNetworkTests : FunctionFixture
{
    private const string Settings = "network: loopback\ntimeout: 60s\nmax-concurrency: 1\n";

    private TcpListener _daemon = null!;
    private IPEndPoint _target = null!;

    private string Port => _target.Port.ToString(CultureInfo.InvariantCulture);

    [SetUp]
    public void Listen()
    {
        _daemon = SomeListeners.Open();
        _target = (IPEndPoint)_daemon.LocalEndpoint;
    }

    [TearDown]
    public void StopListening() => _daemon.Dispose();

    [Test]
    public async Task A_function_connects_to_the_broker_at_its_own_port()
    {
        await using var services = new ServiceCollection().AddLogging().AddMqttBroker()
            .Configure<MqttOptions>(options => options.Listeners = [new MqttListenerOptions { Port = 0 }])
            .BuildServiceProvider();
        var broker = services.GetRequiredService<MqttBroker>();
        await broker.StartAsync();
        var listener = (await broker.OpenListenersAsync())[0];
        Python("client", """
            import socket
            def handler(event, context):
                with socket.create_connection(('127.0.0.1', event), timeout=30) as broker:
                    broker.sendall(bytes.fromhex('100e00044d515454040200000002666e')) # CONNECT, MQTT 3.1.1, clean session, client identifier "fn"
                    connack = broker.recv(4, socket.MSG_WAITALL).hex()
                    broker.sendall(bytes.fromhex('c000')) # PINGREQ
                    return [connack, broker.recv(2, socket.MSG_WAITALL).hex()]
            """, Settings);
        await StartAsync(listeners: new SomeListeners((IPEndPoint)listener.EndPoint));

        Assert.That(await AnswerAsync("client", listener.Port.ToString(CultureInfo.InvariantCulture)), Is.EqualTo("""["20020000", "d000"]"""));
    }

    [Test]
    public async Task Nothing_else_of_the_machine_is_there_and_without_the_setting_nothing_at_all()
    {
        const string Scan = """
            import socket
            def handler(event, context):
                def tried(address):
                    with socket.socket() as s:
                        s.settimeout(10)
                        try:
                            s.connect((address[0], address[1]))
                            return 'connected'
                        except OSError as error:
                            return type(error).__name__
                return [tried(address) for address in event] + [[name for _, name in socket.if_nameindex()]]
            """;
        using var other = SomeListeners.Open();
        var otherPort = ((IPEndPoint)other.LocalEndpoint).Port;
        Python("spy", Scan, Settings);
        Python("alone", Scan, "timeout: 60s\n");
        await StartAsync(listeners: new SomeListeners(_target));
        var addresses = $"""[["127.0.0.1", {Port}], ["127.0.0.1", {otherPort}], ["192.0.2.1", 80]]""";

        Assert.That(await AnswerAsync("spy", addresses), Is.EqualTo("""["connected", "ConnectionRefusedError", "OSError", ["lo"]]"""));
        Assert.That(await AnswerAsync("alone", addresses), Is.EqualTo("""["ConnectionRefusedError", "ConnectionRefusedError", "OSError", ["lo"]]"""));
        Assert.That(other.Pending(), Is.False, "nobody has connected");
    }

    [Test]
    public async Task Each_direction_ends_by_itself_and_nothing_is_lost()
    {
        Python("talker", """
            import hashlib, socket
            def handler(event, context):
                with socket.create_connection(('127.0.0.1', event), timeout=60) as s:
                    s.sendall(bytes(range(256)) * 8192)
                    s.shutdown(socket.SHUT_WR)
                    got = hashlib.sha256()
                    while part := s.recv(65536):
                        got.update(part)
                    return got.hexdigest()
            """, Settings);
        await StartAsync(listeners: new SomeListeners(_target));

        var answer = AnswerAsync("talker", Port);
        using var connection = await AcceptAsync();
        using var received = new MemoryStream();
        await using var stream = connection.GetStream();
        await stream.CopyToAsync(received); // to its end, before anything is answered
        var answered = Enumerable.Range(0, 3_000_000).Select(i => (byte)(i * 31 >> 5)).ToArray();
        await stream.WriteAsync(answered);
        connection.Client.Shutdown(SocketShutdown.Send);

        Assert.That(received.ToArray().SequenceEqual(Enumerable.Range(0, 256 * 8192).Select(i => (byte)i)), "what the function sent, whole and in order");
        Assert.That(await answer, Is.EqualTo($"\"{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(answered))}\""));
    }

    [Test]
    public async Task A_daemon_that_does_not_read_holds_up_the_sender_and_not_the_memory()
    {
        Python("flood", """
            import socket
            def handler(event, context):
                sent = 0
                with socket.create_connection(('127.0.0.1', event)) as s:
                    s.settimeout(2)
                    try:
                        while sent < 256 << 20:
                            sent += s.send(b'x' * 65536)
                    except TimeoutError:
                        return sent
                return 'all of it'
            """, Settings);
        await StartAsync(listeners: new SomeListeners(_target));

        var answer = AnswerAsync("flood", Port);
        using var connection = await AcceptAsync();

        Assert.That(int.Parse(await answer, CultureInfo.InvariantCulture), Is.LessThan(64 << 20), "what the sockets of the kernel hold, and a buffer");
    }

    [Test]
    public async Task More_than_sixteen_connections_are_reset_until_one_is_closed()
    {
        Python("greedy", """
            import socket, time
            held = []
            def talk(s):
                try:
                    s.sendall(b'?')
                    return s.recv(1) == b'!'
                except ConnectionError:
                    return False
            def handler(event, context):
                def dial():
                    try:
                        s = socket.create_connection(('127.0.0.1', event), timeout=30)
                    except ConnectionResetError: # so early that it is the call's own result
                        return False
                    served = talk(s)
                    if served:
                        held.append(s)
                    else:
                        s.close()
                    return served
                served = [dial() for _ in range(20)]
                held.pop().close()
                until = time.monotonic() + 30
                while time.monotonic() < until: # the gateway has to see it first
                    if dial():
                        return served
                return 'never again'
            """, Settings);
        await StartAsync(listeners: new SomeListeners(_target));
        var echoes = EchoAsync();

        var served = JsonSerializer.Deserialize<bool[]>(await AnswerAsync("greedy", Port));

        Assert.That(served, Is.EqualTo(Enumerable.Range(0, 20).Select(i => i < 16)));
        _daemon.Stop();
        await echoes;
    }

    [Test]
    public async Task A_listener_that_is_not_open_resets_and_is_there_when_it_opens()
    {
        Python("early", """
            import socket
            def handler(event, context):
                try:
                    with socket.create_connection(('127.0.0.1', event), timeout=30) as s:
                        return s.recv(1).decode()
                except ConnectionResetError as error:
                    return type(error).__name__
            """, Settings);
        _daemon.Stop();
        await StartAsync(listeners: new SomeListeners(_target));

        Assert.That(await AnswerAsync("early", Port), Is.EqualTo("\"ConnectionResetError\""));

        _daemon = new TcpListener(_target);
        _daemon.Start();
        var answer = AnswerAsync("early", Port);
        using var connection = await AcceptAsync();
        await connection.GetStream().WriteAsync("!"u8.ToArray());
        Assert.That(await answer, Is.EqualTo("\"!\""));
    }

    [Test]
    public async Task Connections_end_with_the_worker()
    {
        Python("dying", """
            import os, socket, subprocess
            kept = None
            def handler(event, context):
                global kept
                kept = socket.create_connection(('127.0.0.1', event), timeout=30)
                os.set_inheritable(kept.fileno(), True)
                subprocess.Popen(['/usr/bin/sleep', '600'], close_fds=False)
                kept.sendall(b'?')
                kept.recv(1)
                os._exit(3)
            """, Settings);
        await StartAsync(listeners: new SomeListeners(_target));

        var answer = InvokeAsync("dying", Port);
        using var connection = await AcceptAsync();
        var stream = connection.GetStream();
        Assert.That(await stream.ReadAsync(new byte[1]), Is.EqualTo(1));
        await stream.WriteAsync("!"u8.ToArray());

        Assert.That(await Eventually.CompletesAsync(EndAsync(stream), "the connection to end"), Is.Zero);
        Assert.That((await answer).FunctionError, Is.EqualTo("Unhandled"));
    }

    private static async Task<int> EndAsync(NetworkStream stream)
    {
        try
        {
            return await stream.ReadAsync(new byte[1]);
        }
        catch (IOException)
        {
            return 0; // a reset is an end as well
        }
    }

    private Task<TcpClient> AcceptAsync() => Eventually.CompletesAsync(_daemon.AcceptTcpClientAsync(), "the function to connect", TimeSpan.FromSeconds(60));

    /// <summary>Answers each byte with an exclamation mark, on any number of connections, until the listener stops.</summary>
    private async Task EchoAsync()
    {
        List<Task> served = [];
        try
        {
            while (true)
            {
                served.Add(ServeAsync(await _daemon.AcceptTcpClientAsync()));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            await StopAsync(); // ends the connections
            await Task.WhenAll(served);
        }

        static async Task ServeAsync(TcpClient client)
        {
            using (client)
            {
                try
                {
                    var stream = client.GetStream();
                    while (await stream.ReadAsync(new byte[1]) > 0)
                    {
                        await stream.WriteAsync("!"u8.ToArray());
                    }
                }
                catch (IOException)
                {
                    // Reset with its worker.
                }
            }
        }
    }
}
