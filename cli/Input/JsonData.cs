using System.Text.Json;
using Roost.Cli.Daemon;

namespace Roost.Cli.Input;

/// <summary>Data that has to be JSON.</summary>
internal static class JsonData
{
    /// <summary>Nothing at all passes: the daemon takes it for an empty event. So does any depth: its limit is the daemon's.</summary>
    /// <exception cref="DaemonException">The data is not one JSON value.</exception>
    public static void Check(ReadOnlySpan<byte> data, string what)
    {
        if (FaultOf(data, what) is { } fault)
        {
            throw fault;
        }
    }

    /// <inheritdoc cref="Check" path="/summary"/>
    /// <returns>Null when the data is one JSON value.</returns>
    public static DaemonException? FaultOf(ReadOnlySpan<byte> data, string what)
    {
        if (data.IsEmpty)
        {
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(data, new JsonReaderOptions { MaxDepth = int.MaxValue });
            while (reader.Read())
            {
            }

            return null;
        }
        catch (JsonException exception)
        {
            // The library counts both from 0, the column in bytes.
            var place = $"line {exception.LineNumber + 1}, column {exception.BytePositionInLine + 1}";
            return new DaemonException($"{what}: the event is no JSON ({place}); a text needs quotes of its own: '\"text\"'", exception);
        }
    }
}
