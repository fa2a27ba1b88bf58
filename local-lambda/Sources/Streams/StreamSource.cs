using System.Security.Cryptography;
using System.Text;

namespace Roost.LocalLambda.Sources.Streams;

/// <summary>The mapping that a trigger stands for.</summary>
internal sealed class StreamSource(string function, StreamTrigger trigger, StreamMappings mappings) : IEventSource
{
    private readonly EventSourceMapping _mapping = trigger.ToMapping(UuidOf(function, trigger.Stream), function);

    /// <summary>The same for ever, so that its checkpoint is found again.</summary>
    public static string UuidOf(string function, string stream) => new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{function} {stream}")).AsSpan(0, 16)).ToString("D");

    public Task StartAsync() => mappings.StartAsync(_mapping);

    public Task StopAsync(CancellationToken giveUp) => mappings.StopAsync(_mapping.UUID, giveUp);

    public async ValueTask DisposeAsync() => await mappings.StopAsync(_mapping.UUID);
}
