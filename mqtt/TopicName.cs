using System.Diagnostics.CodeAnalysis;

namespace Roost.Mqtt;

/// <summary>The topic of one message: 1 to 65,535 bytes of UTF-8, no wildcards, no U+0000 (section 4.7).</summary>
public readonly record struct TopicName
{
    private readonly string? _value;

    private TopicName(string value) => _value = value;

    /// <summary>The topic as text; empty only for <c>default</c>, which is no valid topic.</summary>
    public string Value => _value ?? "";

    /// <exception cref="FormatException">The text is no topic name; the message says why.</exception>
    public static TopicName Parse(string text) =>
        TryParse(text, out var topic) ? topic : throw new FormatException($"'{text}' is not a topic name: {TopicRules.FaultOfName(text)}.");

    public static bool TryParse([NotNullWhen(true)] string? text, out TopicName topic)
    {
        var valid = text is not null && TopicRules.FaultOfName(text) is null;
        topic = valid ? new TopicName(text!) : default;
        return valid;
    }

    public override string ToString() => Value;
}
