using Roost.Storage.Logs;

namespace Roost.Streams;

/// <summary>
/// A log of another room that is shown as a stream: listed, read, followed and exported like any other, without a second copy. Its room
/// opens, appends to and closes it; here it is only read, and an export keeps its position beside it. Registered by <c>AddAdoptedStream</c>.
/// </summary>
/// <param name="name">Begins with <c>$</c>: nobody configures it, or appends to it from outside.</param>
/// <param name="log">Gives the open log when the streams start, which is after its room; null when there is none.</param>
public sealed class AdoptedStream(StreamName name, Func<AppendLog?> log)
{
    public StreamName Name { get; } = name.IsSystem ? name : throw new ArgumentException($"An adopted stream is the system's own: '{name}' does not begin with $.", nameof(name));

    internal AppendLog? Find() => log();
}
