using Microsoft.Extensions.Logging;
using Roost.Streams.Upstream;

namespace Roost.Streams.Export;

/// <summary>Carries one stream to the cloud over the uplink, from its durable position on, connection after connection.</summary>
internal sealed class MqttExporter : IExporter
{
    private readonly ExportOptions _options;
    private readonly RecordStream _stream;
    private readonly ExportIdentity _identity;
    private readonly Uplink _uplink;
    private readonly MqttExportContext _context;
    private readonly ExportCounters _counters;
    private readonly ILogger _logger;
    private ExportPosition? _position;
    private string? _fault;

    public MqttExporter(ExportOptions options, RecordStream stream, TopicTemplate topic, Uplink uplink, MqttExportServices services)
    {
        _options = options;
        _stream = stream;
        _identity = new ExportIdentity(stream.Name, options.EffectiveName);
        _uplink = uplink;
        _logger = services.Logger;
        _counters = new ExportCounters(services.Metrics, stream.Name.Value, _identity.Name);
        _context = new MqttExportContext(_identity, stream, topic, _counters, options.MaxInflight, fault => _fault = fault, services);
    }

    public StreamName Stream => _stream.Name;

    public long CommittedOffset => _position?.Cursor.Committed ?? 0;

    /// <summary>Called after each durable note of the position.</summary>
    public Action? Committed { get; set; }

    public ExportStatus Status => ExportLag.Describe(_stream, _position?.Next, _context.Services.Clock) with
    {
        Name = _identity.Name,
        Topic = _options.Topic,
        CommittedOffset = CommittedOffset,
        AcknowledgedRecords = _counters.AcknowledgedRecords,
        RetriedRecords = _counters.RetriedRecords,
        LostRecords = _counters.LostRecords,
        DeadRecords = _counters.DeadRecords,
        Fault = _fault,
    };

    public async Task RunAsync(CancellationToken stoppingToken)
    {
        try
        {
            var position = new ExportPosition(_stream, _identity, _options.From, _counters, _logger);
            _position = position;
            Log.ExportStarted(_logger, _identity.Name, _identity.Stream, position.Next);
            var suspect = new SuspectRecord(_context.Services.Tuning.MaxAttempts);
            while (true)
            {
                var connection = await _uplink.ConnectedAsync(stoppingToken);
                await using (var session = new MqttExportSession(_context, position, suspect, connection, Committed))
                {
                    await session.RunAsync(stoppingToken);
                }

                await connection.Released.WaitAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // the one ordinary end
        }
        catch (Exception exception)
        {
            // The outer edge: a damaged stream, a disk that failed. The daemon and the other exports go on.
            _fault = exception.Message;
            Log.ExportStopped(_logger, _identity.Name, _identity.Stream, _position?.Next ?? 0, exception);
        }
    }
}
