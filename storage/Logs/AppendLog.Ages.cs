using Microsoft.Extensions.Logging;
using Roost.Storage.Logs.Ages;
using Roost.Storage.Logs.Segments;

namespace Roost.Storage.Logs;

/// <summary>Retention by age, by time that has surely passed.</summary>
public sealed partial class AppendLog
{
    /// <summary>A kill makes records younger by at most this part of the age; written down more often, idle logs would wear the card.</summary>
    private const int KeptPartsOfAge = 64;

    private static readonly TimeSpan s_leastKeptEvery = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_mostKeptEvery = TimeSpan.FromHours(6);

    // Set while there is an age to keep to; replaced never.
    private volatile LogAges? _ages;
    private bool _segmentBegins; // the committer's own: the next record written is the first of its segment, for the ages

    private void OpenAges()
    {
        if (_options.Retention.Age is not null)
        {
            _segmentBegins = _ages is null ? _writer.IsEmpty : _segmentBegins;
            _ages ??= LogAges.Open(Folder, _writer.Segment.NextOffset, _clock, _options.Machine);
        }
    }

    /// <summary>Committer only: records were written.</summary>
    private void NoteAge(long nextOffset)
    {
        if (_ages is { } ages)
        {
            ages.Mark(nextOffset, _segmentBegins);
            _segmentBegins = false;
        }
    }

    private bool IsTooOld(Segment segment) =>
        _options.Retention.Age is { } age && segment.NextOffset > segment.FirstOffset && _ages?.Of(segment.NextOffset) > age;

    private void KeepAges(bool isLast)
    {
        if (_ages is not { } ages || _options.Retention.Age is not { } age)
        {
            return;
        }

        var every = age / KeptPartsOfAge;
        every = every < s_leastKeptEvery ? s_leastKeptEvery : every > s_mostKeptEvery ? s_mostKeptEvery : every;
        try
        {
            _metrics.Replaced(ages.Keep(FirstOffset, isLast ? TimeSpan.Zero : every));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Log.AgesNotKept(_logger, Folder, exception);
        }
    }
}
