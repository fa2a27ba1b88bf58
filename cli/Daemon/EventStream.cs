using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;

namespace Roost.Cli.Daemon;

/// <summary>Server-sent events of the daemon, each as its type and its data, until the caller cancels.</summary>
internal static class EventStream
{
    /// <exception cref="DaemonException">The daemon refused, or ended the stream: it stops, or the connection broke.</exception>
    public static async IAsyncEnumerable<SseItem<byte[]>> ReadAsync(
        DaemonClient daemon, string path, string what, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await daemon.SendAsync(HttpMethod.Get, path, content: null, what, cancellationToken, ("Accept", "text/event-stream"));
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await using var events = SseParser.Create(body, static (_, data) => data.ToArray()).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await events.MoveNextAsync())
                {
                    break;
                }
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException)
            {
                throw LineStream.Ended(what, exception);
            }

            yield return events.Current;
        }

        throw LineStream.Ended(what);
    }
}
