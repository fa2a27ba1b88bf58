namespace Roost.Mqtt.Proofs.Hostile;

internal static class Report
{
    /// <param name="ascending">May be empty: then 0.</param>
    public static double Percentile(double[] ascending, double percent) =>
        ascending.Length == 0 ? 0 : ascending[Math.Min(ascending.Length - 1, (int)(ascending.Length * percent / 100))];
}
