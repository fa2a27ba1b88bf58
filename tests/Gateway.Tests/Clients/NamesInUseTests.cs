using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Roost.Gateway.Hosting;
using Roost.Gateway.Tests.Support;
using Roost.Identity;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Clients;

/// <summary>Names that a claim may not give.</summary>
public sealed class NamesInUseTests
{
    private const string Claim = "cert/aa";

    private TemporaryFolder _folder = null!;
    private SecureDaemon _daemon = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _folder = new TemporaryFolder();
        _daemon = await SecureDaemon.StartAsync(_folder, http: "hardware: { gpio: [ { thing: gate, property: open, chip: simulated, line: 5, direction: out } ] }");
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _daemon.DisposeAsync();
        _folder.Dispose();
    }

    [Test]
    public async Task Things_of_the_machine_have_theirs() => Assert.That(await FindAsync("gate"), Does.Contain("hardware"));

    [Test]
    public async Task Clients_that_are_here_have_theirs()
    {
        using var client = await ConnectAsync("nodered-2");

        Assert.That(await FindAsync("nodered-2"), Does.Contain("anonymous"));
        Assert.That(await FindAsync("nodered"), Is.Null, "it is another's that begins so");
        Assert.That(await FindAsync("vac-1"), Is.Null);
    }

    private async Task<TcpClient> ConnectAsync(string clientIdentifier)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _daemon.App.Services.GetRequiredService<ListenerHost>().Open[0].Port);
        var name = Encoding.UTF8.GetBytes(clientIdentifier);
        await client.GetStream().WriteAsync((byte[])[0x10, (byte)(12 + name.Length), 0, 4, .. "MQTT"u8, 4, 2, 0, 60, 0, (byte)name.Length, .. name]);
        var answer = new byte[4];
        await client.GetStream().ReadExactlyAsync(answer);
        Assert.That(answer, Is.EqualTo((byte[])[0x20, 2, 0, 0]));
        return client;
    }

    private ValueTask<string?> FindAsync(string name) => _daemon.App.Services.GetRequiredService<INamesInUse>().FindAsync(name, Claim);
}
