namespace Roost.LocalLambda.Bench;

/// <summary>One thing measured many times, in rounds.</summary>
internal sealed class Rounds
{
    private readonly List<double> _medians = [];
    private readonly List<double> _round = [];

    /// <summary>In milliseconds.</summary>
    public double Median => Middle(_medians);

    public async Task MeasureAsync(Func<Task> action)
    {
        var began = TimeProvider.System.GetTimestamp();
        await action();
        _round.Add(TimeProvider.System.GetElapsedTime(began).TotalMilliseconds);
    }

    public void EndRound()
    {
        _medians.Add(Middle(_round));
        _round.Clear();
    }

    public override string ToString() => $"{Median:0.000} ({_medians.Min():0.000} to {_medians.Max():0.000})";

    private static double Middle(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
