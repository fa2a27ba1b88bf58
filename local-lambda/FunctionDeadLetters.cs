using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.LocalLambda.DeadLetters;
using Roost.Storage.Logs;

namespace Roost.LocalLambda;

/// <summary>
/// Keeps the dead letters of all functions. A hosted service of its own, so that it can start before the streams, which show its log, and end after them;
/// where nobody starts it, <see cref="FunctionHost"/> opens it.
/// </summary>
public sealed class FunctionDeadLetters : IHostedService, IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly FunctionOptions _options;
    private readonly Metrics _metrics;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private DeadLetterLog? _letters;

    internal FunctionDeadLetters(IOptions<FunctionOptions> options, Metrics metrics, TimeProvider clock, ILoggerFactory loggers)
    {
        (_options, _metrics, _clock) = (options.Value, metrics, clock);
        _logger = loggers.CreateLogger<FunctionDeadLetters>();
    }

    /// <summary>The log with all letters, to be read only; null before the start.</summary>
    public AppendLog? Log => _letters?.Log;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        Open();
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

    internal DeadLetterLog Open()
    {
        lock (_gate)
        {
            return _letters ??= new DeadLetterLog(Path.Combine(_options.DataFolder, "dead-letters"), _options.DeadLetterBytes, _metrics, _clock, _logger);
        }
    }
}
