using System.Runtime.CompilerServices;
using System.Text;

namespace Roost.Cli.Daemon;

/// <summary>An answer that is read line by line while it comes.</summary>
internal static class LineStream
{
    /// <exception cref="DaemonException">The daemon refused, or the connection broke within the answer.</exception>
    public static async IAsyncEnumerable<string> ReadAsync(DaemonClient daemon, string path, string what, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await daemon.SendAsync(HttpMethod.Get, path, content: null, what, cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
        while (true)
        {
            string? line;
            try
            {
                line = await reader.ReadLineAsync(cancellationToken);
            }
            catch (Exception exception) when (exception is IOException or HttpRequestException)
            {
                throw Ended(what, exception);
            }

            if (line is null)
            {
                yield break;
            }

            yield return line;
        }
    }

    /// <summary>For what should have gone on: the daemon stops, or the connection broke.</summary>
    public static DaemonException Ended(string what, Exception? innerException = null) =>
        new($"{what}: the daemon ended the connection; it may be stopping. 'roost status' tells", innerException);
}
