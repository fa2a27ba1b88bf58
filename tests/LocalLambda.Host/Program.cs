using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Roost.LocalLambda;
using Roost.LocalLambda.Host;
using Roost.Mqtt;

// The functions alone in a process: to be killed, and to be measured.
// LocalLambda.Host FUNCTIONS DATA
// LocalLambda.Host FUNCTIONS DATA deployments: the function f is deployed, rolled out, promoted and rolled back for ever; a line is printed for each that is durable.
// LocalLambda.Host FUNCTIONS DATA http: the API is served, and its address follows "ready".
// Each line of the input, "NAME EVENT", is an asynchronous invocation; "kept" is printed once it is durable, and "answer ANSWER" when it has run.
await using var services = new ServiceCollection()
    .AddLogging(logging => logging.AddSimpleConsole().AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning))
    .AddSingleton<IMqttBroker, DeafBroker>()
    .AddFunctions()
    .Configure<FunctionOptions>(options => (options.Folder, options.DataFolder) = (args[0], args[1]))
    .BuildServiceProvider();
var host = services.GetRequiredService<FunctionHost>();
await host.StartAsync(default);
await using var server = args is [_, _, "http"] ? await Server.StartAsync(host) : null;
Console.WriteLine(server is null ? "ready" : $"ready {server.Urls.Single()}");
if (args is [_, _, "deployments"])
{
    await DeploymentLoop.RunAsync(host);
}

while (await Console.In.ReadLineAsync() is { } line)
{
    var space = line.IndexOf(' ', StringComparison.Ordinal);
    await host.EnqueueAsync(line[..space], Encoding.UTF8.GetBytes(line[(space + 1)..]), new InvocationContext { AnswerTopic = TopicName.Parse("answers") });
    Console.WriteLine("kept");
}

await host.StopAsync(default);
