namespace Roost.LocalLambda.Bench;

/// <summary>One thing measured many times, in rounds.</summary>
internal sealed class Rounds(string name)
{
    private readonly List<double> _medians = [];
    private readonly List<double> _round = [];

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

    /// <summary>Round by round: what slows the machine down slows both.</summary>
    public string Over(Rounds other)
    {
        var ratios = _medians.Zip(other._medians, (mine, others) => mine / others).ToList();
        return $"{Middle(ratios):0.00} ({ratios.Min():0.00} to {ratios.Max():0.00}) x {other.Name}";
    }

    public override string ToString() => $"{Name,-30} {Middle(_medians),8:0.000} ({_medians.Min():0.000} to {_medians.Max():0.000})";

    private string Name { get; } = name;

    private static double Middle(List<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
