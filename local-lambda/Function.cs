using Roost.LocalLambda.Code;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Output;
using Roost.LocalLambda.Queue;
using Roost.LocalLambda.Registry;
using Roost.LocalLambda.Rollouts;
using Roost.LocalLambda.Workers;

namespace Roost.LocalLambda;

/// <summary>
/// One function while the host runs: what is kept of it, the workers of those of its versions that somebody calls, its log and its queue.
/// <see cref="FunctionHost"/> changes it, one change at a time; anybody calls it.
/// </summary>
internal sealed class Function(string name, Engine engine, FunctionLog log)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (WorkerPool Pool, CodePackage Code)> _pools = new(StringComparer.Ordinal);
    private readonly Dictionary<WorkerPool, Task> _retiring = [];
    private readonly ReservedConcurrency _reserved = new();
    private volatile FunctionRecord? _record;
    private volatile InvocationQueue? _queue;
    private volatile RolloutFigures? _figures;
    private volatile List<string> _missing = [];
    private volatile bool _closed;

    public string Name { get; } = name;

    public FunctionLog Log { get; } = log;

    /// <summary>Null for a folder that never could be deployed: there are only faults.</summary>
    public FunctionRecord? Record => _record;

    /// <summary>Why the folder as it is now is not what runs, or why nothing runs.</summary>
    public IReadOnlyList<string> Faults { get; set; } = [];

    /// <summary>What is odd but no fault.</summary>
    public IReadOnlyList<string> Notes { get; set; } = [];

    /// <summary>Why this machine can run none of its versions; null when it can.</summary>
    public string? Obstacle { get; set; }

    /// <summary>Tells the streams that feed it and do not exist.</summary>
    public Func<IReadOnlyList<string>> MissingStreams { get; init; } = () => [];

    /// <summary>Tells what is wrong with the destinations of what is kept of it.</summary>
    public Func<FunctionRecord, IReadOnlyList<string>> MissingDestinations { get; init; } = _ => [];

    /// <summary>Why its event sources are not those that it is to have; null when they are.</summary>
    public string? SourceFault { get; set; }

    /// <summary>Null while the function cannot run.</summary>
    public InvocationQueue? Queue => _queue;

    public bool IsReady => _record is not null && Obstacle is null;

    /// <summary>True from the moment on in which it ends: what cannot run then runs after the next start.</summary>
    public bool IsClosed => _closed;

    /// <summary>How many asynchronous invocations run at a time.</summary>
    public int MaxConcurrency => _record is { } record ? Math.Min(record.Serving.MaxConcurrency, record.ReservedConcurrency ?? int.MaxValue) : 1;

    /// <summary>What is counted for the rollout that is in progress; null when there is none.</summary>
    public RolloutFigures? Figures => _figures;

    /// <summary>Most age of an asynchronous invocation of a version or alias.</summary>
    public TimeSpan MaxEventAge(string? qualifier) => (_record?.AsyncOf(qualifier) ?? AsyncSettings.Default).MaximumAgeOrDefault();

    /// <summary>
    /// Takes on what is kept from now on. Versions that were replaced or removed run what they have taken, and end. One whose code is missing is a fault that
    /// <see cref="Status"/> tells, and no reason to refuse what is durable: the code may come back.
    /// </summary>
    public void Apply(FunctionRecord record)
    {
        List<(WorkerPool, CodePackage)> replaced = [];
        lock (_gate)
        {
            _record = record;
            _figures = record.Rollout is not { IsInProgress: true } rollout ? null : _figures?.Id == rollout.Id ? _figures : new RolloutFigures(rollout, engine.Clock);
            foreach (var (version, pool) in _pools)
            {
                if (record.FindVersion(version) is not { } now || !FunctionRecord.IsSame(now, pool.Pool.Definition) || pool.Pool.Pinned != Pinned(record, now))
                {
                    replaced.Add(pool);
                }
            }

            replaced.ForEach(pool => _pools.Remove(pool.Item1.Definition.Version));
        }

        _reserved.Set(record.ReservedConcurrency);
        foreach (var (pool, code) in replaced)
        {
            Retire(pool, code);
        }

        if (Obstacle is not null)
        {
            return;
        }

        _queue ??= engine.OpenQueue(this);
        _queue.LimitChanged();
        List<string> missing = [];
        foreach (var definition in record.All)
        {
            try
            {
                if (Pinned(record, definition) > 0)
                {
                    PoolOf(definition)?.Start();
                }
                else if (!engine.Code.Has(definition.CodeSha256))
                {
                    throw MissingCode(definition);
                }
            }
            catch (FunctionUnavailableException exception)
            {
                missing.Add(exception.Message);
            }
        }

        _missing = missing;
    }

    /// <summary>Lets new workers take the place of those of some versions.</summary>
    public void Renew(Func<FunctionDefinition, bool> isConcerned)
    {
        List<(WorkerPool Pool, CodePackage Code)> replaced;
        lock (_gate)
        {
            replaced = [.. _pools.Values.Where(pool => isConcerned(pool.Pool.Definition))];
            replaced.ForEach(pool => _pools.Remove(pool.Pool.Definition.Version));
        }

        foreach (var (pool, code) in replaced)
        {
            Retire(pool, code);
        }

        if (replaced.Count > 0 && _record is { } record)
        {
            Apply(record);
        }
    }

    /// <summary>Code that was missing may have come back.</summary>
    public void Recheck()
    {
        if (_missing.Count > 0 && _record is { } record)
        {
            Apply(record);
        }
    }

    /// <summary>Hands the invocation to a worker, or puts it where it waits for one.</summary>
    /// <exception cref="FunctionNotFoundException">There is no such version or alias.</exception>
    /// <exception cref="FunctionThrottledException">All workers are busy and as many invocations wait as may.</exception>
    /// <exception cref="FunctionUnavailableException">The function cannot run, or the gateway is stopping.</exception>
    public void Submit(Invocation invocation, string? qualifier, bool bounded)
    {
        if (bounded && !_reserved.TryTake(invocation))
        {
            engine.Throttled(Name);
            throw new FunctionThrottledException(Name, $"its reserved concurrency of {_record?.ReservedConcurrency} is used up");
        }

        try
        {
            while (true)
            {
                // A pool may be retired between the look and the call: the next look finds the one in its place.
                var pool = PoolOf(Resolve(qualifier)) ?? throw new FunctionUnavailableException(Name, "the gateway is stopping");
                (invocation.Pool, invocation.Figures) = (pool, qualifier is null ? _figures : null);
                if (pool.TrySubmit(invocation, bounded))
                {
                    return;
                }
            }
        }
        catch
        {
            invocation.Abandon();
            throw;
        }
    }

    /// <summary>For an invocation that is submitted unbounded, which must follow.</summary>
    /// <returns>False while the function's reserved concurrency is used up.</returns>
    public bool TryReserve(Invocation invocation) => _reserved.TryTake(invocation);

    /// <summary>The version that an invocation runs.</summary>
    /// <exception cref="FunctionNotFoundException">There is no such version or alias.</exception>
    /// <exception cref="FunctionUnavailableException">The function cannot run.</exception>
    public FunctionDefinition Resolve(string? qualifier)
    {
        if (_record is not { } record || Obstacle is not null)
        {
            IReadOnlyList<string> faults = Obstacle is null ? Faults : [.. Faults, Obstacle];
            throw new FunctionUnavailableException(Name, string.Join(" ", faults)) { Faults = faults };
        }

        return record.Resolve(qualifier, Random.Shared.NextDouble()) ?? throw new FunctionNotFoundException(new FunctionArn(Name, qualifier).ToString());
    }

    public FunctionStatus Status()
    {
        var load = Load();
        var (invocations, errors, last) = Log.Outcomes.Read();
        var latest = _record?.Latest;
        var missing = MissingStreams();
        IReadOnlyList<string> notes = [.. Notes, .. missing.Select(stream => $"waits for the stream {stream}, which does not exist; add it under 'streams' in the configuration, or correct the name"), .. _record is { } kept ? MissingDestinations(kept) : []];
        return new FunctionStatus(
            Name,
            new FunctionArn(Name, null).ToString(),
            IsReady && _missing.Count == 0 ? "ready" : "failed",
            [.. Faults, .. _missing, .. new[] { SourceFault, Obstacle }.OfType<string>()],
            _record is { } record && RolloutView.NoteOn(record, _figures) is { } note ? [.. notes, note] : notes,
            latest?.Runtime.Name,
            latest?.Handler,
            latest?.MemoryBytes ?? 0,
            latest?.Timeout ?? TimeSpan.Zero,
            load.Starting + load.Busy + load.Idle,
            load.Busy,
            load.Waiting,
            _queue?.Count ?? 0)
        {
            Retrying = _queue?.Retrying ?? 0,
            MissingStreams = missing,
            Starting = load.Starting,
            Idle = load.Idle,
            PeakMemoryBytes = load.PeakMemoryBytes,
            RecentInvocations = invocations,
            RecentErrors = errors,
            LastErrors = last,
        };
    }

    /// <summary>Of the workers of all its versions, also of those that end.</summary>
    public WorkerLoad Load()
    {
        var load = default(WorkerLoad);
        lock (_gate)
        {
            foreach (var pool in _pools.Values.Select(pool => pool.Pool).Concat(_retiring.Keys))
            {
                load.Add(pool.Load());
            }
        }

        return load;
    }

    /// <summary>Runs what its workers have taken, ends them, and closes its queue. The bound is the caller's token.</summary>
    public async Task StopAsync(CancellationToken giveUp)
    {
        List<Task> ends = [];
        lock (_gate)
        {
            _closed = true;
            ends.AddRange(_pools.Values.Select(pool => pool.Pool.StopAsync(giveUp)));
            ends.AddRange(_retiring.Keys.Select(pool => pool.StopAsync(giveUp)));
            ends.AddRange(_retiring.Values);
        }

        await Task.WhenAll(ends);
        if (_queue is { } queue)
        {
            await queue.DisposeAsync();
        }

        foreach (var (_, code) in _pools.Values)
        {
            code.Dispose();
        }
    }

    /// <returns>Null when the function is closed.</returns>
    private WorkerPool? PoolOf(FunctionDefinition definition)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return null;
            }

            if (_pools.TryGetValue(definition.Version, out var known))
            {
                return known.Pool;
            }

            var code = engine.Code.Find(definition.CodeSha256, definition.CodeSize)
                ?? throw MissingCode(definition);
            var pool = engine.OpenPool(definition with { Folder = code.Folder }, Log, _record!.IsServing(definition.Version));
            _pools.Add(definition.Version, (pool, code));
            return pool;
        }
    }

    private FunctionUnavailableException MissingCode(FunctionDefinition definition) => new(
        Name,
        $"the code of its version {definition.Version} is missing from {engine.Code.PathOf(definition.CodeSha256)}; {(definition.Version == FunctionArn.Latest ? "deploy it again" : "put it back from a backup, or delete the version")}");

    private static int Pinned(FunctionRecord record, FunctionDefinition definition) => record.IsServing(definition.Version) ? definition.Pinned : 0;

    private void Retire(WorkerPool pool, CodePackage code)
    {
        lock (_gate)
        {
            _retiring.Add(pool, EndAsync());
        }

        async Task EndAsync()
        {
            await Task.Yield(); // until it stands in the list
            await pool.RetireAsync(CancellationToken.None);
            code.Dispose();
            lock (_gate)
            {
                _retiring.Remove(pool);
            }
        }
    }
}
