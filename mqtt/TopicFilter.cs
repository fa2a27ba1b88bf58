using System.Diagnostics.CodeAnalysis;

namespace Roost.Mqtt;

/// <summary>What a subscription matches: 1 to 65,535 bytes of UTF-8; <c>+</c> and <c>#</c> fill whole levels (section 4.7.1).</summary>
public readonly record struct TopicFilter
{
    private readonly string? _value;

    private TopicFilter(string value) => _value = value;

    /// <summary>The filter as text; empty only for <c>default</c>, which is no valid filter.</summary>
    public string Value => _value ?? "";

    /// <exception cref="FormatException">The text is no topic filter; the message says why.</exception>
    public static TopicFilter Parse(string text) =>
        TryParse(text, out var filter) ? filter : throw new FormatException($"'{text}' is not a topic filter: {TopicRules.FaultOfFilter(text)}.");

    /// <summary>What stands against it as a filter, like <c># is the last level</c>; null: nothing.</summary>
    public static string? FaultOf(string text) => TopicRules.FaultOfFilter(text);

    public static bool TryParse([NotNullWhen(true)] string? text, out TopicFilter filter)
    {
        var valid = text is not null && TopicRules.FaultOfFilter(text) is null;
        filter = valid ? new TopicFilter(text!) : default;
        return valid;
    }

    /// <summary>The plain reading of section 4.7, level by level; the broker's index must agree with it.</summary>
    public bool Matches(TopicName topic)
    {
        var levels = topic.Value.Split('/');
        var filters = Value.Split('/');

        // [MQTT-4.7.2-1] A wildcard in the first level does not match topics that begin with $.
        if (topic.Value.StartsWith('$') && (filters[0] is "+" or "#"))
        {
            return false;
        }

        for (var i = 0; i < filters.Length; i++)
        {
            if (filters[i] == "#")
            {
                return true; // [MQTT-4.7.1-2] also the parent level itself
            }

            if (i == levels.Length || (filters[i] != "+" && filters[i] != levels[i]))
            {
                return false;
            }
        }

        return filters.Length == levels.Length;
    }

    /// <summary>Every topic that <paramref name="other"/> matches is matched by this one too.</summary>
    public bool Contains(TopicFilter other)
    {
        var allowed = Value.Split('/');
        var asked = other.Value switch
        {
            "#" => ["+", "#"], // every topic has a first level
            "/#" => ["", "+", "#"], // and its parent level would be the empty topic, which is none
            _ => other.Value.Split('/'),
        };
        if (asked[0].StartsWith('$') && (allowed[0] is "+" or "#"))
        {
            return false; // [MQTT-4.7.2-1]
        }

        for (var i = 0; i < allowed.Length; i++)
        {
            if (allowed[i] == "#")
            {
                return true;
            }

            var isWithin = i < asked.Length && asked[i] != "#" && (allowed[i] == "+" || allowed[i] == asked[i]);
            if (!isWithin)
            {
                return false;
            }
        }

        return allowed.Length == asked.Length;
    }

    public override string ToString() => Value;
}
