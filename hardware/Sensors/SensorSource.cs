using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Roost.Hardware.Reporting;
using Roost.Storage.Devices;

namespace Roost.Hardware.Sensors;

/// <summary>The configured sensors, as points.</summary>
internal sealed class SensorSource : IPointSource, ISensors
{
    private static readonly Deadband s_ofTemperature = new(0.5, IsPercent: false);
    private static readonly Deadband s_ofOthers = new(1, IsPercent: true);

    private readonly Dictionary<SensorKind, ISensorFamily> _families;
    private readonly HardwareOptions _options;
    private readonly TimeProvider _clock;
    private readonly HardwareMetrics _metrics;
    private readonly ILogger _logger;
    private readonly List<SensorPoint> _sensors = [];

    public SensorSource(IOptions<HardwareOptions> options, SystemFolders folders, TimeProvider clock, HardwareMetrics metrics, ILogger<SensorSource> logger)
    {
        (_options, _clock, _metrics, _logger) = (options.Value, clock, metrics, logger);
        ISensorFamily[] families = [new ThermalSensors(folders), new HwmonSensors(folders), new IioSensors(folders), new W1Sensors(folders), new ThrottlingSensors(folders), new CardSensors(folders)];
        _families = families.ToDictionary(static family => family.Kind);
    }

    public void Declare(PointReporter reporter)
    {
        foreach (var sensor in _options.Sensors)
        {
            var family = _families[sensor.Source!.Value]; // the validator has seen that it is there
            var rule = PointRules.Of(sensor, topic: true, sensor.Deadband ?? (family.IsTemperature(sensor.Channel) ? s_ofTemperature : s_ofOthers));
            _sensors.Add(new SensorPoint(sensor, family, reporter.Add(sensor.Thing, sensor.Property, NameOf(sensor), rule), _metrics));
        }
    }

    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(_sensors
        .GroupBy(static sensor => (sensor.Options.Source, sensor.Options.Device))
        .Select(device => new SensorLoop([.. device], _families[device.Key.Source!.Value].IsSlow, _clock, _logger).RunAsync(stopping)));

    public IReadOnlyList<FoundSensor> Find() => [.. _families.Values.SelectMany(static family => family.Find())];

    private static string NameOf(SensorOptions sensor) =>
        string.Join(' ', new[] { sensor.Source.ToString()!.ToLowerInvariant(), sensor.Device, sensor.Channel }.Where(static part => part is not null));
}
