using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Roost.Streams.Http;

/// <summary>The query of a request that reads: where from, how many, how long to wait.</summary>
internal static class ReadRequest
{
    public const int DefaultRecords = 100;
    public const int MostRecords = 10_000;

    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    /// <summary><c>from</c>: an offset, a time, <c>oldest</c> or <c>latest</c>.</summary>
    /// <exception cref="RequestRefusedException">It is none of these, or an offset beyond the end.</exception>
    public static long From(HttpContext context, RecordStream stream, long otherwise)
    {
        var text = context.Request.Query["from"].ToString();
        if (text.Length == 0)
        {
            return otherwise;
        }

        if (text is "oldest" or "latest")
        {
            return text == "oldest" ? stream.FirstOffset : stream.DurableOffset;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
        {
            return offset <= stream.NextOffset
                ? offset
                : throw RequestRefusedException.BadRequest($"Offset {offset} is beyond the end of stream '{stream.Name}': it has {stream.FirstOffset} to {stream.NextOffset - 1}, and the next record gets {stream.NextOffset}.");
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? stream.FindOffset(time)
            : throw RequestRefusedException.BadRequest($"from={text} is no place in stream '{stream.Name}'; use an offset from 0 on, a time like 2026-01-31T12:00:00Z, oldest or latest.");
    }

    /// <exception cref="RequestRefusedException">The value is no number within bounds.</exception>
    public static int Count(HttpContext context, string name, int otherwise, int most)
    {
        var text = context.Request.Query[name].ToString();
        if (text.Length == 0)
        {
            return otherwise;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1 && count <= most
            ? count
            : throw RequestRefusedException.BadRequest($"{name}={text} is out of bounds; use 1 to {most}.");
    }

    /// <summary><c>wait</c>: seconds to wait for a first record; none when it is not given.</summary>
    /// <exception cref="RequestRefusedException">It is no number of seconds within bounds.</exception>
    public static TimeSpan Wait(HttpContext context)
    {
        var text = context.Request.Query["wait"].ToString();
        if (text.Length == 0)
        {
            return TimeSpan.Zero;
        }

        return double.TryParse(text.TrimEnd('s'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) && seconds <= LongestWait.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw RequestRefusedException.BadRequest($"wait={text} is out of bounds; use 0 to {LongestWait.TotalSeconds} seconds.");
    }
}
