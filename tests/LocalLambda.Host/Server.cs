using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Roost.LocalLambda.Host;

/// <summary>The functions' API on a free port of the loopback interface.</summary>
internal static class Server
{
    public static async Task<WebApplication> StartAsync(FunctionHost host)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(host);
        var server = builder.Build();
        server.MapFunctions();
        await server.StartAsync();
        return server;
    }
}
