using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Roost.Shadow.Http;
using Roost.Tests.Support;

namespace Roost.Shadow.Tests.Http;

internal sealed class HttpPeerTests
{
    [Test]
    public async Task A_peer_is_a_user_on_the_unix_socket_and_an_address_elsewhere()
    {
        using var folder = new TemporaryFolder();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0", "http://unix:" + folder["http.sock"]);
        await using var web = builder.Build();
        web.Run(context => context.Response.WriteAsync(HttpPeer.Of(context)));
        await web.StartAsync();
        using var tcp = new HttpClient();
        using var unix = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(folder["http.sock"]), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        });
        using var id = Process.Start(new ProcessStartInfo("id", "-u") { RedirectStandardOutput = true, UseShellExecute = false })!;
        var user = (await id.StandardOutput.ReadToEndAsync()).Trim();

        Assert.That(await unix.GetStringAsync("http://localhost/"), Is.EqualTo($"user {user}"));
        Assert.That(await tcp.GetStringAsync(web.Urls.First(url => !url.Contains("unix", StringComparison.Ordinal))), Is.EqualTo("loopback"));
    }
}
