using Microsoft.Extensions.Logging;

namespace Roost.LocalLambda.Deployment;

/// <summary>
/// Deploys what changes in the functions' folder, once it has come to rest. Each second the kernel is asked what has changed; a folder with a change is looked at until it
/// looks the same twice, a second apart, and then it is deployed. What the kernel gives no notice of (deep folders, other file systems) is found by looking at everything at times.
/// </summary>
internal sealed partial class FolderWatcher(FolderDeployer deployer, string folder, TimeProvider clock, ILogger logger) : IAsyncDisposable
{
    private const string Root = "";

    /// <summary>Between two looks at a folder that changes. A change is deployed after one to two of them.</summary>
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    /// <summary>A folder that is replaced is gone for a moment; with a function go its versions and aliases.</summary>
    private static readonly TimeSpan GoneFor = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan RestlessAfter = TimeSpan.FromMinutes(1);

    /// <summary>Between two looks at everything, and at least so many times what a look takes: looking costs a thousandth of a core at most.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(30);

    private const int LookShare = 1000;

    private readonly string _folder = Path.GetFullPath(folder);
    private readonly Dictionary<string, WatchedFolder> _folders = new(StringComparer.Ordinal);
    private readonly HashSet<(string Owner, string Name)> _changes = [];
    private readonly FolderNotices _notices = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;
    private long _lookDue;
    private string? _toldFault;

    /// <summary>Deploys all that is there. Changes that come later are deployed once <see cref="Watch"/> was called.</summary>
    public async Task DeployAllAsync()
    {
        LookAtRoot();
        foreach (var watched in _folders.Values)
        {
            _notices.Watch(watched.Path, watched.FoldersToWatch()); // before it is looked at: what changes after that is noticed
            (watched.Settled, watched.ChangingSince) = (watched.Sign(), null);
        }

        _lookDue = clock.GetTimestamp() + Ticks(LookEvery);
        await DeployAsync();
    }

    public void Watch() => _loop = Task.Run(RunAsync);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _notices.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                await Task.Delay(Beat, clock, _stop.Token);
                await BeatAsync();
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The daemon stops.
        }
        catch (FunctionUnavailableException)
        {
            // The daemon stops, and a change came too late for it.
        }
        catch (Exception exception)
        {
            LogEnded(_folder, exception);
        }
    }

    private async Task BeatAsync()
    {
        Notice();
        if (_notices.Fault is { } fault && fault != _toldFault)
        {
            LogNotNoticed(_folder, fault, LookEvery);
            _toldFault = fault;
        }

        if (clock.GetTimestamp() >= _lookDue)
        {
            Look();
        }

        var settled = false;
        foreach (var watched in _folders.Values.Where(watched => watched.ChangingSince is not null).ToList())
        {
            settled |= IsSettled(watched);
        }

        if (settled)
        {
            await DeployAsync();
        }
    }

    private void Notice()
    {
        _changes.Clear();
        if (!_notices.Read(_changes))
        {
            _lookDue = clock.GetTimestamp();
        }

        foreach (var (owner, name) in _changes)
        {
            if (owner != Root)
            {
                if (_folders.TryGetValue(owner, out var watched))
                {
                    Changed(watched);
                }
            }
            else if (_folders.TryGetValue(Path.Combine(_folder, name), out var replaced))
            {
                Changed(replaced); // removed, made anew, or a link that leads to another place now
            }
        }

        if (_changes.Any(change => change.Owner == Root))
        {
            LookAtRoot();
        }
    }

    /// <summary>Looks at everything, for changes that nobody gave notice of.</summary>
    private void Look()
    {
        var began = clock.GetTimestamp();
        LookAtRoot();
        foreach (var watched in _folders.Values.Where(watched => watched.ChangingSince is null && watched.Sign() != watched.Settled))
        {
            Changed(watched);
        }

        var now = clock.GetTimestamp();
        _lookDue = now + Math.Max(Ticks(LookEvery), LookShare * (now - began));
    }

    /// <summary>Finds new folders, and watches the functions' folder, or what is there of the way to it.</summary>
    private void LookAtRoot()
    {
        var there = _folder;
        while (!Directory.Exists(there) && Path.GetDirectoryName(there) is { } parent)
        {
            there = parent;
        }

        _notices.Watch(Root, [there]);
        if (there != _folder)
        {
            return;
        }

        try
        {
            foreach (var path in Directory.EnumerateDirectories(_folder).Where(path => !_folders.ContainsKey(path)))
            {
                var watched = new WatchedFolder(path);
                _folders.Add(path, watched);
                Changed(watched);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogUnreadable(_folder, exception.Message);
        }
    }

    private void Changed(WatchedFolder watched)
    {
        watched.ChangingSince ??= clock.GetTimestamp();
        watched.Candidate = null;
    }

    /// <returns>True when it looks as it did a beat ago, and not as it did when it was deployed.</returns>
    private bool IsSettled(WatchedFolder watched)
    {
        _notices.Watch(watched.Path, watched.FoldersToWatch());
        var signature = watched.Sign();
        var now = clock.GetTimestamp();
        if (signature != watched.Candidate)
        {
            (watched.Candidate, watched.CandidateSince) = (signature, now);
            if (!watched.ToldRestless && clock.GetElapsedTime(watched.ChangingSince!.Value, now) > RestlessAfter)
            {
                watched.ToldRestless = true;
                LogRestless(watched.Path, RestlessAfter);
            }

            return false;
        }

        if (signature == WatchedFolder.Gone && clock.GetElapsedTime(watched.CandidateSince, now) < GoneFor)
        {
            return false;
        }

        (watched.ChangingSince, watched.Candidate, watched.ToldRestless) = (null, null, false);
        if (signature == WatchedFolder.Gone)
        {
            _notices.Watch(watched.Path, []);
            _folders.Remove(watched.Path);
        }

        var isOther = signature != watched.Settled;
        watched.Settled = signature;
        return isOther;
    }

    private async Task DeployAsync()
    {
        var changed = await deployer.DeployAsync(_folders.Values.Where(watched => watched.ChangingSince is null).ToDictionary(watched => watched.Path, watched => watched.Settled!), _folders.ContainsKey);
        foreach (var watched in changed.Select(_folders.GetValueOrDefault).OfType<WatchedFolder>())
        {
            watched.Settled = null;
            Changed(watched);
        }
    }

    private long Ticks(TimeSpan time) => (long)(time.TotalSeconds * clock.TimestampFrequency);

    [LoggerMessage(3450, LogLevel.Error, "The functions' folder {Folder} is not watched any more; changes are deployed at the next start")]
    private partial void LogEnded(string folder, Exception exception);

    [LoggerMessage(3451, LogLevel.Warning, "Not every change in the functions' folder {Folder} is noticed at once, but all are found within {Interval} or so: {Reason}")]
    private partial void LogNotNoticed(string folder, string reason, TimeSpan interval);

    [LoggerMessage(3452, LogLevel.Warning, "{Folder} has been changing for more than {Time} and is deployed when nothing in it changes for a second; a function cannot write there, so see what else does")]
    private partial void LogRestless(string folder, TimeSpan time);

    [LoggerMessage(3453, LogLevel.Error, "The functions' folder {Folder} cannot be read: {Reason}")]
    private partial void LogUnreadable(string folder, string reason);
}
