using Microsoft.Extensions.Options;
using Roost.Hardware.Reporting;
using Roost.Mqtt;

namespace Roost.Hardware;

/// <summary>What holds for every configured point, and the rule it is told by.</summary>
internal static class PointRules
{
    private const int LongestThing = 128;
    private const int LongestProperty = 64;

    /// <summary>The key under which values that were desired and refused are told.</summary>
    private const string Errors = "errors";

    private static readonly TimeSpan _mostMinInterval = TimeSpan.FromDays(1);
    private static readonly TimeSpan _leastBeat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _mostBeat = TimeSpan.FromDays(7);

    /// <param name="key">Of the point: <c>Hardware:Gpio:0</c>.</param>
    /// <param name="taken">All points so far, with the key of each; this one is added.</param>
    public static void Validate(string key, PointOptions point, Dictionary<(string Thing, string Property), string> taken, ValidateOptionsResultBuilder faults)
    {
        if (!IsWord(point.Thing, LongestThing, colon: true))
        {
            faults.AddError($"{key}:Thing is no thing's name ({point.Thing}); use 1 to {LongestThing} letters, digits, : _ and -");
        }

        if (!IsWord(point.Property, LongestProperty, colon: false) || point.Property == Errors)
        {
            faults.AddError($"{key}:Property is no name for a property ({point.Property}); use 1 to {LongestProperty} letters, digits, _ and -, and not {Errors}");
        }
        else if (!taken.TryAdd((point.Thing, point.Property), key))
        {
            faults.AddError($"{key}:Property is taken: {point.Thing}.{point.Property} is another line or sensor ({taken[(point.Thing, point.Property)]}); give each a property of its own");
        }

        if (point.Topic is { } topic && (!TopicName.TryParse(topic, out var name) || ReservedTopics.Contains(name) || topic.StartsWith("$aws/", StringComparison.Ordinal)))
        {
            faults.AddError($"{key}:Topic is no topic to publish to ({topic}); write one like robots/door/edge");
        }

        if (point.MinInterval < TimeSpan.Zero || point.MinInterval > _mostMinInterval)
        {
            faults.AddError($"{key}:MinInterval is {Storage.Duration.Format(point.MinInterval)}; use 0 to 1d");
        }

        if (point.AtLeastEvery is { } beat && (beat < _leastBeat || beat > _mostBeat || beat < point.MinInterval))
        {
            faults.AddError($"{key}:AtLeastEvery is {Storage.Duration.Format(beat)}; use 1s to 7d, and not less than min-interval");
        }
    }

    /// <param name="topic">Whether each value that is told goes to the point's topic too.</param>
    public static PointRule Of(PointOptions point, bool topic, Deadband deadband = default) => new()
    {
        Deadband = deadband,
        MinInterval = point.MinInterval,
        AtLeastEvery = point.AtLeastEvery,
        Topic = topic && point.Topic is { } text ? TopicName.Parse(text) : null,
    };

    private static bool IsWord(string text, int longest, bool colon) =>
        text.Length > 0 && text.Length <= longest && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' || (colon && c == ':'));
}
