using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Roost.Gateway.Audit;
using Roost.Gateway.Http.Access;
using Roost.Gateway.Http.Tls;
using Roost.Identity;

namespace Roost.Gateway.Http;

/// <summary>Kestrel with exactly the listeners of the configuration, and the steps that every request passes.</summary>
internal static class HttpHosting
{
    private const int MaxHeadersBytes = 32 * 1024; // a certificate's worth of token and signature, four times over
    private const int MaxHeaders = 100;

    public static void AddHttp(this WebApplicationBuilder builder, HttpOptions options)
    {
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseKestrelHttpsConfiguration();
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
            kestrel.Limits.RequestHeadersTimeout = options.HeadersTimeout;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeadersBytes;
            kestrel.Limits.MaxRequestHeaderCount = MaxHeaders;
            var perAddress = new AddressLimit(options.MaxConnectionsPerAddress);
            foreach (var listener in options.Listeners)
            {
                kestrel.Listen(IPAddress.Parse(listener.Address), listener.Port, endpoint =>
                {
                    if (listener.Tls is { } tls)
                    {
                        endpoint.UseTls(tls, perAddress);
                    }
                    else
                    {
                        endpoint.Use(MarkAsLocal);
                    }
                });
            }

            MakeFolder(Path.GetDirectoryName(options.Socket)!);
            kestrel.ListenUnixSocket(options.Socket, endpoint => endpoint.Use(AdmitByCredentials).Use(MarkAsLocal));
        });
    }

    public static void UseHttpSteps(this WebApplication app)
    {
        var services = app.Services;
        var errors = ActivatorUtilities.CreateInstance<HttpErrors>(services);
        var guard = ActivatorUtilities.CreateInstance<BrowserGuard>(services);
        app.Use(next => context => SecurityHeaders.InvokeAsync(context, next));
        app.Use(next => context => errors.InvokeAsync(context, next));
        app.Use(next => context => RequestGate.InvokeAsync(context, next));
        app.Use(next => context => guard.InvokeAsync(context, next));
        app.UseAccess(services);
        var audit = ActivatorUtilities.CreateInstance<AuditStep>(services);
        app.Use(next => context => audit.InvokeAsync(context, next));
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

    /// <summary>Who may do what. Where no listener has TLS, only this machine can ask.</summary>
    private static void UseAccess(this WebApplication app, IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<HttpOptions>>().Value;
        if (options.Listeners.All(static listener => listener.Tls is null))
        {
            app.Use(next => context =>
            {
                if (context.Features.Get<LocalConnection>() is null)
                {
                    return context.RefuseUnknownAsync();
                }

                context.Features.Set(HttpCaller.Local);
                return next(context);
            });
            return;
        }

        var time = services.GetRequiredService<TimeProvider>();
        var notes = new DenialNotes(services.GetRequiredService<IAuditTrail>(), time);
        var rights = new RightsCache(services.GetRequiredService<IPolicyAuthority>());
        var live = new LiveRequests(rights, services.GetRequiredService<IdentityChanges>(), services.GetRequiredService<IGatewayTls>(), time);
        var publicFunctions = new PublicFunctions(options.PublicFunctions);
        var signed = new SignedRequests(services.GetRequiredService<ISignatureChecks>(), options, time);
        var authentication = ActivatorUtilities.CreateInstance<RequestAuthentication>(services, signed, rights, live, notes, publicFunctions);
        var authorization = ActivatorUtilities.CreateInstance<RequestAuthorization>(services, live, notes, publicFunctions);
        app.Use(next => context => authentication.InvokeAsync(context, next));
        app.Use(next => context => authorization.InvokeAsync(context, next));
    }

    private static ConnectionDelegate MarkAsLocal(ConnectionDelegate next) => connection =>
    {
        connection.Features.Set(LocalConnection.Instance);
        return next(connection);
    };

    private static ConnectionDelegate AdmitByCredentials(ConnectionDelegate next) => connection =>
    {
        var socket = connection.Features.Get<IConnectionSocketFeature>()!.Socket;
        var peer = PeerCredentials.Of(socket);
        if (peer.MayControl())
        {
            connection.Features.Set(new LocalUser(peer.UserId));
            return next(connection);
        }

        connection.Abort(); // no answer: the peer has no business here, and the mode of the socket said so
        return Task.CompletedTask;
    };
}
