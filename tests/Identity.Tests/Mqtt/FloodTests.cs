using System.Net.Security;
using System.Net.Sockets;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.Identity.Tests.Mqtt;

/// <summary>Floods at the door, counted by what a client that is inside gets done meanwhile.</summary>
public sealed class FloodTests
{
    private const int Messages = 100;

    private static readonly byte[] s_halfAHello = Convert.FromHexString("160301020001" + "0001FC0303" + "00000000000000000000000000000000");

    [Test]
    public async Task Handshakes_that_stop_half_way_keep_nobody_out_and_are_closed_in_time()
    {
        await using var rig = await MqttRig.StartAsync(static options => options.Limits.ConnectTimeout = TimeSpan.FromSeconds(2));
        using var certificate = await rig.AddThingAsync("vac-1");
        var sockets = new List<Socket>();
        for (var i = 0; i < 200; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync("127.0.0.1", rig.Port);
            await socket.SendAsync(s_halfAHello);
            sockets.Add(socket);
        }

        await using (var client = await rig.ConnectAsync("vac-1", certificate))
        {
            Assert.That(await AcknowledgedAsync(client), Is.EqualTo(Messages));
        }

        foreach (var socket in sockets)
        {
            Assert.That(await Eventually.CompletesAsync(EndAsync(socket), "the end of a handshake that stopped"), Is.True);
            socket.Dispose();
        }
    }

    [Test]
    public async Task A_flood_of_handshakes_holds_nobody_back_who_is_there()
    {
        await using var rig = await MqttRig.StartAsync();
        using var certificate = await rig.AddThingAsync("vac-1");
        await using var client = await rig.ConnectAsync("vac-1", certificate);
        using var stopping = new CancellationTokenSource();
        var options = rig.Options("flood").Tls!;
        options.TargetHost = "localhost";
        options.AllowTlsResume = false;
        var flood = Enumerable.Range(0, 8).Select(_ => ShakeHandsAsync(rig.Port, options, stopping.Token)).ToArray();

        var acknowledged = await AcknowledgedAsync(client);

        await stopping.CancelAsync();
        Assert.That(acknowledged, Is.EqualTo(Messages));
        Assert.That((await Task.WhenAll(flood)).Sum(), Is.Positive, "handshakes that were made meanwhile");
    }

    [Test]
    public async Task A_flood_of_wrong_passwords_holds_nobody_back_who_is_there()
    {
        await using var rig = await MqttRig.StartAsync();
        using var certificate = await rig.AddThingAsync("vac-1");
        await using var client = await rig.ConnectAsync("vac-1", certificate);

        var flood = Enumerable.Range(0, 40).Select(i => MqttRig.RefusalOfAsync(rig.Options($"guess-{i}", user: $"user-{i}", password: "a guess"))).ToArray();
        var acknowledged = await AcknowledgedAsync(client);

        Assert.That(acknowledged, Is.EqualTo(Messages));
        Assert.That(await Task.WhenAll(flood), Is.All.AnyOf(ReasonCode.BadUserNameOrPassword, ReasonCode.Banned, ReasonCode.ServerBusy));
    }

    private static async Task<int> AcknowledgedAsync(RigClient client)
    {
        var count = 0;
        for (var i = 0; i < Messages; i++)
        {
            count += await client.PublishAsync("robots/vac-1/x") == ReasonCode.Success ? 1 : 0;
        }

        return count;
    }

    private static async Task<int> ShakeHandsAsync(int port, SslClientAuthenticationOptions options, CancellationToken cancellationToken)
    {
        for (var count = 0; ; count++)
        {
            if (cancellationToken.IsCancellationRequested && count > 0)
            {
                return count;
            }

            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port, CancellationToken.None);
            await using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsClientAsync(options, CancellationToken.None);
        }
    }

    private static async Task<bool> EndAsync(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1]) == 0;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
