using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Isolation;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.LocalLambda.Tests;

/// <summary>A host with real functions in real sandboxes. A test writes its functions, then starts it.</summary>
internal abstract class FunctionFixture
{
    private ServiceProvider? _services;

    protected TemporaryFolder Folder { get; private set; } = null!;

    protected LoopbackBroker Broker { get; private set; } = null!;

    protected FunctionHost Host { get; private set; } = null!;

    /// <summary>Null for a gateway without streams.</summary>
    protected IFunctionStreams? Streams { get; set; }

    /// <summary>Null for a gateway without secrets.</summary>
    protected IFunctionSecrets? Secrets { get; set; }

    [SetUp]
    public async Task MakeFolder()
    {
        Folder = new TemporaryFolder();
        Broker = new LoopbackBroker();
        using var launcher = new ProcessLauncher();
        if (await SandboxProbe.FaultAsync(launcher, new SandboxMarks(Folder["data"]), default) is { } fault)
        {
            Assert.Ignore($"This machine cannot isolate functions, so nothing is shown here: {fault}");
        }
    }

    [TearDown]
    public async Task StopHost()
    {
        await StopAsync();
        Folder.Dispose();
    }

    protected async Task StartAsync(Action<FunctionOptions>? configure = null, TimeProvider? clock = null, IFunctionListeners? listeners = null)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        services.AddSingleton<IMqttBroker>(Broker);
        services.AddSingleton(clock ?? TimeProvider.System);
        if (listeners is not null)
        {
            services.AddSingleton(listeners);
        }

        if (Streams is { } streams)
        {
            services.AddSingleton(streams);
        }

        if (Secrets is { } secrets)
        {
            services.AddSingleton(secrets);
        }

        services.AddFunctions();
        services.Configure<FunctionOptions>(options =>
        {
            options.Folder = Folder["functions"];
            options.DataFolder = Folder["data"];
            options.Spares = 0; // most tests are not about them, and each would pay for two
            if (clock is not null)
            {
                options.InitTimeout = TimeSpan.FromMinutes(15); // a clock that is set by hand would time out whatever is starting just then
            }

            configure?.Invoke(options);
        });
        _services = services.BuildServiceProvider();
        Host = _services.GetRequiredService<FunctionHost>();
        await Host.StartAsync(default);
    }

    protected async Task StopAsync()
    {
        if (_services is { } services)
        {
            _services = null;
            await Host.StopAsync(default);
            await services.DisposeAsync();
        }
    }

    protected void Python(string name, string code, string yaml = "") => Function(name, "runtime: python3.x\nhandler: main.handler\n" + yaml, ("main.py", code));

    protected void Node(string name, string code, string yaml = "", string file = "index.mjs") => Function(name, "runtime: nodejs20.x\nhandler: index.handler\n" + yaml, (file, code));

    protected void Function(string name, string yaml, params (string File, string Text)[] files)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder["functions"], name)).FullName;
        File.WriteAllText(Path.Combine(folder, "function.yaml"), $"name: {name}\n{yaml}");
        foreach (var (file, text) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, file))!);
            File.WriteAllText(Path.Combine(folder, file), text);
        }
    }

    protected Task<InvocationResult> InvokeAsync(string name, string payload = "{}", InvocationContext? context = null) =>
        Host.InvokeAsync(name, Encoding.UTF8.GetBytes(payload), context ?? InvocationContext.Default);

    protected async Task<string> AnswerAsync(string name, string payload = "{}", InvocationContext? context = null)
    {
        var result = await InvokeAsync(name, payload, context);
        Assert.That(result.FunctionError, Is.Null, $"{Text(result)}\n{Log(name)}");
        return Text(result);
    }

    protected static string Text(InvocationResult result) => Encoding.UTF8.GetString(result.Payload.Span);

    protected static JsonElement Json(InvocationResult result) => JsonDocument.Parse(result.Payload).RootElement;

    /// <summary>The records of a function's dead letters, oldest first.</summary>
    protected IReadOnlyList<byte[]> DeadLetters(string name) => [.. Host.Letters.List(name, null, null, 1000).Letters.Reverse().Select(letter => letter.Record)];

    /// <summary>The function has nothing left in its queue.</summary>
    protected Task DoneAsync(string function) => Eventually.IsTrueAsync(() => QueuedAt(function) == 0, $"the queue of {function} to be empty");

    protected long QueuedAt(string function) => Host.Functions.Single(status => status.Name == function).Queued;

    protected string Log(string name) =>
        Host.TryFind(name, out var function) ? string.Join('\n', function.Log.Newest().Select(line => Encoding.UTF8.GetString(line.Text))) : "";
}
