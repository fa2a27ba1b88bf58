using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace Roost.Gateway.Http;

/// <summary>Kestrel with exactly the listeners of the configuration, and the steps that every request passes.</summary>
internal static class HttpHosting
{
    public static void AddHttp(this WebApplicationBuilder builder, HttpOptions options)
    {
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        var server = builder.Services.Single(service => service.ServiceType == typeof(IServer));
        builder.Services.Remove(server);
        builder.Services.AddSingleton<IServer>(services => new PromptServer(
            (IServer)ActivatorUtilities.CreateInstance(services, server.ImplementationType!), services.GetRequiredService<TimeProvider>()));
        builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = ListenSocket.Bind);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
            kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
            kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Protocols = HttpProtocols.Http1);
            foreach (var listener in options.Listeners)
            {
                kestrel.Listen(IPAddress.Parse(listener.Address), listener.Port);
            }

            MakeFolder(Path.GetDirectoryName(options.Socket)!);
            kestrel.ListenUnixSocket(options.Socket, endpoint => endpoint.Use(AdmitByCredentials));
        });
    }

    public static void UseHttpSteps(this WebApplication app)
    {
        var errors = ActivatorUtilities.CreateInstance<HttpErrors>(app.Services);
        var guard = ActivatorUtilities.CreateInstance<BrowserGuard>(app.Services);
        app.Use(next => context => errors.InvokeAsync(context, next));
        app.Use(next => context => guard.InvokeAsync(context, next));
        app.UseWebSockets();
    }

    /// <summary>The group passes through it to the socket; a folder that is there already stays as it is.</summary>
    private static void MakeFolder(string folder)
    {
        if (!Directory.Exists(folder))
        {
            Directory.CreateDirectory(folder);
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute);
        }
    }

    private static ConnectionDelegate AdmitByCredentials(ConnectionDelegate next) => connection =>
    {
        var socket = connection.Features.Get<IConnectionSocketFeature>()!.Socket;
        if (PeerCredentials.Of(socket).MayControl())
        {
            return next(connection);
        }

        connection.Abort(); // no answer: the peer has no business here, and the mode of the socket said so
        return Task.CompletedTask;
    };
}
