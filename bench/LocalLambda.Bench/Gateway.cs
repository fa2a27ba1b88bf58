using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Roost.Mqtt;

namespace Roost.LocalLambda.Bench;

/// <summary>The functions behind a Kestrel on the loopback interface, and a client that keeps its connection.</summary>
internal sealed class Gateway : IAsyncDisposable
{
    private static readonly byte[] Event = "{\"n\":1}"u8.ToArray();
    private readonly WebApplication _server;
    private readonly FunctionHost _host;
    private readonly HttpClient _client;

    private Gateway(string folder, WebApplication server)
    {
        (Folder, _server, _host) = (folder, server, server.Services.GetRequiredService<FunctionHost>());
        _client = new HttpClient { BaseAddress = new Uri(server.Urls.Single()) };
    }

    /// <summary>Of this run; removed at its end.</summary>
    public string Folder { get; }

    /// <param name="coldFunctions">How many functions of each language are made to be called once.</param>
    /// <param name="spares">Interpreters of each language that run ahead of need.</param>
    public static async Task<Gateway> StartAsync(int coldFunctions, int spares)
    {
        var folder = Directory.CreateTempSubdirectory("roost-bench-").FullName;
        foreach (var interpreter in Interpreter.All)
        {
            await WriteAsync(folder, interpreter, interpreter.Warm, idle: "1h");
            for (var i = 0; i < coldFunctions; i++)
            {
                await WriteAsync(folder, interpreter, interpreter.Cold(i), idle: "1s");
            }
        }

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<IMqttBroker, DeafBroker>();
        builder.Services.AddFunctions();
        builder.Services.Configure<FunctionOptions>(options => (options.Folder, options.DataFolder, options.Spares) = (Path.Combine(folder, "functions"), Path.Combine(folder, "data"), spares));
        var server = builder.Build();
        server.MapFunctions();
        await server.Services.GetRequiredService<FunctionHost>().StartAsync(default);
        await server.StartAsync();
        return new Gateway(folder, server);
    }

    public async Task InvokeAsync(string function)
    {
        var result = await _host.InvokeAsync(function, Event, InvocationContext.Default);
        if (result.FunctionError is not null)
        {
            throw new InvalidOperationException($"{function} failed.");
        }
    }

    public async Task PostAsync(string function)
    {
        using var content = new ByteArrayContent(Event);
        using var response = await _client.PostAsync($"/2015-03-31/functions/{function}/invocations", content);
        response.EnsureSuccessStatusCode();
        await response.Content.ReadAsByteArrayAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        await _host.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static async Task WriteAsync(string folder, Interpreter interpreter, string name, string idle)
    {
        var path = Directory.CreateDirectory(Path.Combine(folder, "functions", name)).FullName;
        await File.WriteAllTextAsync(Path.Combine(path, "function.yaml"), $"name: {name}\nruntime: {interpreter.Runtime}\nhandler: index.handler\nidle: {idle}\n");
        await File.WriteAllTextAsync(Path.Combine(path, interpreter.File), interpreter.Function);
    }
}
