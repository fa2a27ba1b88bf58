namespace Roost.Mqtt.Proofs.Soak;

/// <summary>A straight line through samples: how fast they rise, and how sure that is.</summary>
internal sealed class Slope
{
    private readonly List<(double Hours, double Value)> _points = [];

    /// <summary>Means of a minute each: samples that follow closely repeat each other, and would feign certainty.</summary>
    /// <param name="samples">Times since the start, and what was measured.</param>
    public Slope(IEnumerable<(TimeSpan Time, double Value)> samples)
    {
        foreach (var minute in samples.GroupBy(static sample => (int)sample.Time.TotalMinutes))
        {
            _points.Add((minute.Average(static sample => sample.Time.TotalHours), minute.Average(static sample => sample.Value)));
        }

        if (_points.Count < 3)
        {
            throw new ArgumentException("A slope and its error need three minutes at least.", nameof(samples));
        }

        var (meanHours, meanValue) = (_points.Average(static point => point.Hours), _points.Average(static point => point.Value));
        var spread = _points.Sum(point => Math.Pow(point.Hours - meanHours, 2));
        PerHour = _points.Sum(point => (point.Hours - meanHours) * (point.Value - meanValue)) / spread;
        var rest = _points.Sum(point => Math.Pow(point.Value - meanValue - (PerHour * (point.Hours - meanHours)), 2));
        Error = Math.Sqrt(rest / (_points.Count - 2) / spread);
        Mean = meanValue;
    }

    public double PerHour { get; }

    /// <summary>One standard error of <see cref="PerHour"/>.</summary>
    public double Error { get; }

    public double Mean { get; }
}
