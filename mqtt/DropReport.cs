namespace Roost.Mqtt;

/// <summary>Where messages were lost since the start of the process.</summary>
/// <param name="Prefixes">The first two levels of the topics, most drops first. At most 256.</param>
/// <param name="OtherPrefixes">What was counted for prefixes that had to make room.</param>
/// <param name="Clients">Sessions there are now that lost messages, most drops first. At most 100.</param>
public sealed record DropReport(DropCounts Total, IReadOnlyList<DropReport.Row> Prefixes, DropCounts OtherPrefixes, IReadOnlyList<DropReport.Row> Clients)
{
    /// <param name="Name">Of a client, or the prefix; of levels that are very long, the beginning.</param>
    public sealed record Row(string Name, DropCounts Counts);
}
