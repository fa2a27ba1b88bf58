using Microsoft.Extensions.Logging;
using Roost.Storage.Logs;
using Roost.Streams.Export.Gates;
using Roost.Streams.Export.Progress;

namespace Roost.Streams.Export;

/// <summary>
/// Carries one stream to one target. The registry starts it once the streams are open, and ends it before they close. What fails here, and
/// not at the target, is tried again: a damaged stream may be repaired, one that was deleted be made again.
/// </summary>
internal abstract class Exporter(ExportContext context, IStreamCatalog catalog, ExportGate gate, ExportTuning tuning)
{
    private ExportProgress? _progress;
    private volatile bool _running;
    private string? _halted;

    public StreamName Stream => Context.Identity.Stream;

    /// <summary>Unique among the exports of its stream.</summary>
    public string Name => Context.Identity.Name;

    /// <summary>Everything below is exported, durably noted; 0 until the export has opened its position.</summary>
    public long CommittedOffset => _progress?.Cursor.Committed ?? 0;

    public ExportStatus Status => ExportLag.Describe(Context, catalog, _progress?.Floor, CommittedOffset, Gate, Obstacle);

    /// <summary>Why nothing can be sent at the moment that is nobody's fault, in words; null when something can.</summary>
    protected virtual string? Obstacle => null;

    protected ExportContext Context { get; } = context;

    protected ExportGate Gate { get; } = gate;

    protected ExportTuning Tuning { get; } = tuning;

    /// <summary>Pauses or resumes it, durably: also over restarts, whatever the configuration says.</summary>
    /// <exception cref="StreamRefusedException">The export does not run, as its stream is damaged or not there.</exception>
    /// <exception cref="IOException">It could not be noted.</exception>
    public async Task PauseAsync(bool paused)
    {
        var progress = _running
            ? _progress!
            : throw new StreamRefusedException(Stream, $"Export '{Name}' of stream '{Stream}' does not run: {Context.Fault ?? "the stream is not open"}", isFault: true);
        await progress.PauseAsync(paused);
        Gate.Pause(paused);
        Log.ExportPaused(Context.Logger, Name, Stream, paused ? "paused" : "resumed");
    }

    /// <summary>Runs until the token ends it, then drains what is in flight within a bound and notes its position. Never faults.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                var stream = catalog.Get(Stream);
                using var progress = new ExportProgress(stream, Name, Context.Options.From);
                Gate.Pause(progress.Paused);
                _progress = progress;
                _running = true;
                Context.Fault = null;
                Log.ExportStarted(Context.Logger, Name, Stream, progress.Floor);
                await RunAsync(stream, progress, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // the one ordinary end
            }
            catch (Exception exception)
            {
                // The outer edge: a damaged stream, one that was deleted, a disk that failed. The daemon and the other exports go on.
                await HaltAsync(exception, stoppingToken);
            }
            finally
            {
                _running = false;
            }
        }
    }

    /// <summary>Sends until the token ends it or something fails here.</summary>
    protected abstract Task RunAsync(RecordStream stream, ExportProgress progress, CancellationToken stoppingToken);

    private async Task HaltAsync(Exception exception, CancellationToken stoppingToken)
    {
        var fault = exception is CorruptLogException damage
            ? $"Stream '{Stream}' is damaged at record {damage.Offset}: `roost stream verify '{Stream}'` tells where, and `roost stream repair '{Stream}'` what going on behind it would cost."
            : exception.Message;
        Context.Fault = fault;
        if (_halted != fault)
        {
            _halted = fault;
            if (exception is UnknownStreamException)
            {
                Log.ExportWithoutStream(Context.Logger, Name, exception.Message);
            }
            else
            {
                Log.ExportHalted(Context.Logger, Name, Stream, _progress?.Floor ?? 0, Tuning.HaltPeriod, exception);
            }
        }

        var wait = exception is UnknownStreamException ? Tuning.MissingPeriod : Tuning.HaltPeriod;
        await Task.Delay(wait, Context.Clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
