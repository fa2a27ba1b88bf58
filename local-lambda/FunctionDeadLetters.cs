using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.LocalLambda.DeadLetters;
using Roost.LocalLambda.Recovery;
using Roost.Storage.Logs;

namespace Roost.LocalLambda;

/// <summary>
/// Keeps the dead letters of all functions. A hosted service of its own, so that it can start before the streams, which show its log, and end after them;
/// where nobody starts it, <see cref="FunctionHost"/> opens it.
/// </summary>
public sealed partial class FunctionDeadLetters : IHostedService, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly FunctionOptions _options;
    private readonly Metrics _metrics;
    private readonly FoundDamage _damage;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private DeadLetterLog? _letters;

    internal FunctionDeadLetters(IOptions<FunctionOptions> options, Metrics metrics, FoundDamage damage, TimeProvider clock, ILoggerFactory loggers)
    {
        (_options, _metrics, _damage, _clock) = (options.Value, metrics, damage, clock);
        _logger = loggers.CreateLogger<FunctionDeadLetters>();
    }

    /// <summary>The log with all letters, to be read only; null before the start.</summary>
    public AppendLog? Log => _letters?.Log;

    /// <summary>Of each function that has letters how many; those that are gone may have some too.</summary>
    public IReadOnlyList<(string Function, int Letters)> Counts => _letters?.Counts() ?? [];

    public Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            Open();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotOpened(exception); // no reason for anything but functions not to start; FunctionHost meets it again
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => DisposeAsync().AsTask();

    public async ValueTask DisposeAsync()
    {
        if (_letters is not null)
        {
            await _letters.DisposeAsync();
        }
    }

    internal int CountOf(string function) => _letters?.Count(function) ?? 0;

    internal DeadLetterLog Open()
    {
        lock (_gate)
        {
            return _letters ??= OpenSound(Path.Combine(_options.DataFolder, "dead-letters"));
        }
    }

    /// <summary>Events that were given up are no reason to give up what runs: damaged ones are set aside.</summary>
    private DeadLetterLog OpenSound(string folder)
    {
        try
        {
            return Make(folder);
        }
        catch (Exception exception) when (exception is CorruptLogException or JsonException)
        {
            var aside = _damage.SetAside(folder);
            _damage.Tell($"The dead letters are damaged and a new log of them begins empty ({Reason(exception)}). None can be listed or replayed any more; no event that waits is lost. The damaged log is kept in {aside}: remove it, or put it back from a backup while the daemon is stopped");
            return Make(folder);
        }
    }

    private DeadLetterLog Make(string folder) => new(folder, _options.DeadLetterBytes, _metrics, _clock, _logger);

    private static string Reason(Exception exception) => exception is CorruptLogException corrupt ? $"at record {corrupt.Offset}: {corrupt.Reason}" : exception.Message;

    [LoggerMessage(3601, LogLevel.Error, "The log of the dead letters cannot be opened, and no function will run")]
    private partial void LogNotOpened(Exception exception);
}
