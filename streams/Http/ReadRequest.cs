using System.Globalization;
using Microsoft.AspNetCore.Http;
using Roost.Streams.Cursors;

namespace Roost.Streams.Http;

/// <summary>The query of a request that reads: where from, how many, how long to wait.</summary>
internal static class ReadRequest
{
    public const int DefaultRecords = 100;
    public const int MostRecords = 10_000;

    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    /// <summary><c>from</c>: an offset, a time, <c>oldest</c> or <c>latest</c>; or <c>cursor</c>, whose position it is.</summary>
    /// <exception cref="RequestRefusedException">It is none of these, an offset beyond the end, or a time to come.</exception>
    /// <exception cref="UnknownCursorException">The stream has no such cursor.</exception>
    public static long From(HttpContext context, RecordStream stream, long otherwise, TimeProvider clock)
    {
        var text = context.Request.Query["from"].ToString();
        var cursor = context.Request.Query["cursor"].ToString();
        if (cursor.Length > 0)
        {
            return text.Length > 0 ? throw RequestRefusedException.BadRequest("'cursor' and 'from' are both given; use one of them.")
                : CursorName.TryParse(cursor, out var name) ? stream.Cursors.Get(name).Committed
                : throw RequestRefusedException.BadRequest($"cursor={cursor} is no cursor's name: {CursorName.Rule}.");
        }

        return text.Length == 0 ? otherwise : Place(stream, "from", text, clock);
    }

    /// <summary>An offset, a time, <c>oldest</c> or <c>latest</c>.</summary>
    /// <inheritdoc cref="From"/>
    public static long Place(RecordStream stream, string key, string text, TimeProvider clock)
    {
        if (text is "oldest" or "latest")
        {
            return text == "oldest" ? stream.FirstOffset : stream.DurableOffset;
        }

        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
        {
            return offset <= stream.NextOffset
                ? offset
                : throw RequestRefusedException.BadRequest($"Offset {offset} is beyond the end of stream '{stream.Name}': {Extent(stream)}, and the next record gets {stream.NextOffset}.");
        }

        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            throw RequestRefusedException.BadRequest($"{key}={text} is no place in stream '{stream.Name}'; use an offset from 0 on, a time like 2026-01-31T12:00:00Z, oldest or latest.");
        }

        var now = clock.GetUtcNow();
        return time <= now || time <= stream.Describe().Newest // whose clock may have been ahead
            ? stream.FindOffset(time)
            : throw RequestRefusedException.BadRequest(string.Create(
                CultureInfo.InvariantCulture, $"{key}={text} is a time to come: here it is {now.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}. Use latest for what comes next; if the clock is wrong, an offset is not."));
    }

    /// <summary>Says in a header how many records were asked for that the stream has no more.</summary>
    public static void NoteSkipped(HttpContext context, RecordStream stream, long from)
    {
        if (stream.FirstOffset - from is var skipped and > 0)
        {
            context.Response.Headers["Roost-Skipped-Records"] = skipped.ToString(CultureInfo.InvariantCulture);
        }
    }

    private static string Extent(RecordStream stream) => stream.NextOffset == stream.FirstOffset ? "it has no records" : $"it has {stream.FirstOffset} to {stream.NextOffset - 1}";

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
