namespace Roost.Streams.Bench.Link;

/// <param name="Share">Of the link's bytes towards the cloud, all that MQTT adds included.</param>
/// <param name="RecordsPerSecond">Acknowledged.</param>
internal sealed record LinkUse(double Share, double RecordsPerSecond);
