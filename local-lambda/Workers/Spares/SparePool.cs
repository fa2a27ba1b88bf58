using Microsoft.Extensions.Logging;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Isolation;

namespace Roost.LocalLambda.Workers.Spares;

/// <summary>
/// Interpreters that run already, each in a sandbox of its own and without any function's code: a worker that is made of one starts in the time that its
/// function takes to load. A spare becomes one function's worker, once, and ends as that. There are spares only of the families that some function uses,
/// in the sandbox that most of a family's functions have.
/// </summary>
internal sealed partial class SparePool : IDisposable
{
    /// <summary>The worker that has just taken a spare has the processor to itself for so long.</summary>
    private static readonly TimeSpan RefillDelay = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    // Read by the interpreter, the C library or OpenSSL when they start: too early for a spare.
    private static readonly string[] ReadAtStart = ["LD_", "PYTHON", "NODE_", "LC_", "LANG", "LOCPATH", "TZ", "MALLOC_", "GLIBC_", "OPENSSL_", "SSL_", "UV_"];

    private readonly Lock _gate = new();
    private readonly int _each;
    private readonly Sandbox _sandbox;
    private readonly Func<FunctionDefinition, Worker> _start;
    private readonly ILogger _logger;
    private readonly ITimer _refill;

    // Guarded by _gate.
    private readonly Dictionary<string, List<Worker>> _spares = new(StringComparer.Ordinal); // by the shape of their sandbox
    private readonly Dictionary<string, bool> _fits = new(StringComparer.Ordinal); // by the SHA-256 of the code
    private Dictionary<string, FunctionDefinition> _wanted = new(StringComparer.Ordinal);
    private TimeSpan _delay = RefillDelay;
    private bool _closed;

    /// <param name="each">Spares of one family; 0 for none.</param>
    /// <param name="start">Starts a spare in the sandbox of the definition it is given. When it ends, <see cref="Leave"/> is called.</param>
    public SparePool(int each, Sandbox sandbox, Func<FunctionDefinition, Worker> start, TimeProvider clock, ILogger logger)
    {
        (_each, _sandbox, _start, _logger) = (each, sandbox, start, logger);
        _refill = clock.CreateTimer(static pool => ((SparePool)pool!).Refill(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many wait for a function.</summary>
    public int Ready
    {
        get
        {
            lock (_gate)
            {
                return _spares.Values.Sum(spares => spares.Count(spare => spare.Assignment!.IsAwaited));
            }
        }
    }

    /// <summary>Says which functions there are. Spares that none of them can use end.</summary>
    public void Want(IEnumerable<FunctionDefinition> functions)
    {
        if (_each == 0)
        {
            return;
        }

        var wanted = functions
            .Where(IsEligible)
            .Select(function => (Function: function, Shape: _sandbox.ShapeOf(function)))
            .Where(function => function.Shape is not null)
            .GroupBy(function => function.Function.Runtime.Family)
            .Select(family => family.GroupBy(function => function.Shape!, StringComparer.Ordinal).MaxBy(shape => shape.Count())!)
            .ToDictionary(shape => shape.Key, shape => Template(shape.First().Function), StringComparer.Ordinal);
        List<Worker> useless;
        lock (_gate)
        {
            _wanted = wanted;
            useless = [.. _spares.Where(shape => !wanted.ContainsKey(shape.Key)).SelectMany(shape => shape.Value)];
            foreach (var shape in _spares.Keys.Where(shape => !wanted.ContainsKey(shape)).ToList())
            {
                _spares.Remove(shape);
            }

            _delay = RefillDelay;
        }

        useless.ForEach(spare => spare.Kill());
        Refill();
    }

    /// <summary>Makes a spare the pool's worker, when there is one that fits. Its code and environment are still to be given.</summary>
    public Worker? TryTake(WorkerPool pool, Func<Worker, string> logStream)
    {
        var function = pool.Definition;
        lock (_gate)
        {
            if (_closed || _spares.Count == 0 || !IsEligible(function) || _sandbox.ShapeOf(function) is not { } shape || !_spares.TryGetValue(shape, out var spares)
                || spares.Find(static spare => spare.Assignment!.IsAwaited) is not { } spare || !Fits(function))
            {
                return null;
            }

            spares.Remove(spare);
            spare.Assign(pool, pinned: false, logStream(spare));
            _delay = RefillDelay;
            _refill.Change(RefillDelay, Timeout.InfiniteTimeSpan);
            return spare;
        }
    }

    /// <summary>The process of a spare has ended.</summary>
    /// <returns>False when it was taken before: then it is its pool's affair.</returns>
    public bool Leave(Worker spare, int exitCode)
    {
        TimeSpan delay;
        lock (_gate)
        {
            if (!spare.IsSpare)
            {
                return false;
            }

            if (!_spares.Values.Any(spares => spares.Remove(spare)) || _closed)
            {
                return true; // it was ended because nobody wants it any more
            }

            delay = _delay;
            _delay = _delay * 2 < LongestDelay ? _delay * 2 : LongestDelay;
            _refill.Change(delay, Timeout.InfiniteTimeSpan);
        }

        LogSpareEnded(spare.Id, exitCode, delay.TotalSeconds);
        return true;
    }

    /// <summary>Ends all of them. Those that were taken are their pools' affair.</summary>
    public void Dispose()
    {
        List<Worker> spares;
        lock (_gate)
        {
            _closed = true;
            spares = [.. _spares.Values.SelectMany(spares => spares)];
        }

        _refill.Dispose();
        spares.ForEach(spare => spare.Kill());
    }

    // Not those with devices: what was bound when a spare began is not what is there after the device was plugged in anew.
    private static bool IsEligible(FunctionDefinition function) =>
        function.Runtime.Family != RuntimeFamily.Provided && function.Devices.Count == 0 && function.Network == FunctionNetwork.None && function.Grants.Count == 0 && function.Pinned < function.MaxConcurrency
        && !function.Environment.Keys.Any(name => Array.Exists(ReadAtStart, prefix => name.StartsWith(prefix, StringComparison.Ordinal)));

    /// <summary>The settings that make the sandbox, and nothing else of the function.</summary>
    private static FunctionDefinition Template(FunctionDefinition function) => function with
    {
        Name = $"spare-{function.Runtime.Family.ToString().ToLowerInvariant()}",
        Version = FunctionArn.Latest,
        Handler = "",
        Environment = new Dictionary<string, string>(),
        Triggers = [],
        CodeSha256 = "",
        Folder = "",
    };

    private bool Fits(FunctionDefinition function)
    {
        if (!_fits.TryGetValue(function.CodeSha256, out var fits))
        {
            if (_fits.Count > 1000)
            {
                _fits.Clear();
            }

            _fits[function.CodeSha256] = fits = Staging.Fits(function.Folder);
        }

        return fits;
    }

    private void Refill()
    {
        lock (_gate)
        {
            if (_closed)
            {
                return;
            }

            foreach (var (shape, template) in _wanted)
            {
                if (!_spares.TryGetValue(shape, out var spares))
                {
                    _spares[shape] = spares = [];
                }

                while (spares.Count < _each)
                {
                    try
                    {
                        spares.Add(_start(template));
                    }
                    catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
                    {
                        LogNoSpare(template.Name, exception.Message);
                        _refill.Change(LongestDelay, Timeout.InfiniteTimeSpan);
                        return;
                    }
                }
            }
        }
    }

    [LoggerMessage(3100, LogLevel.Warning, "Spare worker {Worker} has ended with exit code {ExitCode} before a function needed it; the next one starts in {Seconds} s. Functions start all the same, slower")]
    private partial void LogSpareEnded(string worker, int exitCode, double seconds);

    [LoggerMessage(3101, LogLevel.Warning, "No spare worker {Name} can be started: {Reason}. Functions start all the same, slower")]
    private partial void LogNoSpare(string name, string reason);
}
