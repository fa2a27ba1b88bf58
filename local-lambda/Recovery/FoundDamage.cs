using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Roost.LocalLambda.Recovery;

/// <summary>
/// What was found damaged since the daemon's start and set aside, so that everything else goes on. Health and the doctor tell it until the next start. Any thread may call.
/// </summary>
internal sealed partial class FoundDamage(TimeProvider clock, ILogger logger)
{
    /// <summary>Of a disk that is dying nobody reads more; the log has all.</summary>
    private const int Most = 32;

    private readonly Lock _gate = new();
    private readonly List<string> _found = [];

    /// <summary>Oldest first, each with what is lost and where the damaged files are.</summary>
    public IReadOnlyList<string> Found
    {
        get
        {
            lock (_gate)
            {
                return [.. _found];
            }
        }
    }

    /// <summary>A name beside <paramref name="path"/> that nothing has yet.</summary>
    public string AsideOf(string path)
    {
        var aside = string.Create(CultureInfo.InvariantCulture, $"{Path.TrimEndingDirectorySeparator(path)}.damaged-{clock.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}");
        var free = aside;
        for (var number = 2; Path.Exists(free); number++)
        {
            free = $"{aside}-{number}";
        }

        return free;
    }

    /// <summary>Renames a file or a folder, so that its owner begins an empty one.</summary>
    /// <returns>Its path from now on.</returns>
    public string SetAside(string path)
    {
        var aside = AsideOf(path);
        Directory.Move(path, aside); // files too: one rename
        return aside;
    }

    /// <param name="what">For an operator: what is damaged and lost, where it is kept, what to do.</param>
    public void Tell(string what)
    {
        LogDamage(what);
        lock (_gate)
        {
            if (_found.Count < Most)
            {
                _found.Add(what);
            }
        }
    }

    [LoggerMessage(3600, LogLevel.Error, "{What}")]
    private partial void LogDamage(string what);
}
