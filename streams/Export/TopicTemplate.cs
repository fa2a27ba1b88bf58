using System.Diagnostics.CodeAnalysis;
using System.Text;
using Roost.Mqtt;

namespace Roost.Streams.Export;

/// <summary>The topic of an export: text with <c>{stream}</c>, <c>{key}</c> and <c>{topic}</c> in it, the last two being a record's key.</summary>
internal sealed class TopicTemplate
{
    private readonly string[] _parts; // text and placeholders in turn, text first
    private readonly TopicName? _fixed;

    private TopicTemplate(string text, string[] parts, TopicName? fixedTopic)
    {
        Text = text;
        _parts = parts;
        _fixed = fixedTopic;
    }

    public string Text { get; }

    /// <summary>Every record has the same topic.</summary>
    public bool IsFixed => _fixed is not null;

    /// <exception cref="FormatException">It is no topic; the options' validator has said so before.</exception>
    public static TopicTemplate Parse(string text, StreamName stream) =>
        TryParse(text, stream, out var template, out var fault) ? template : throw new FormatException($"The topic '{text}' of an export of stream '{stream}' is wrong: {fault}.");

    /// <param name="text">As configured.</param>
    /// <param name="stream">Stands for <c>{stream}</c>.</param>
    /// <param name="template">The template.</param>
    /// <param name="fault">What is wrong, as the end of a sentence; null when nothing is.</param>
    public static bool TryParse(string text, StreamName stream, [NotNullWhen(true)] out TopicTemplate? template, [NotNullWhen(false)] out string? fault)
    {
        template = null;
        fault = null;
        var parts = new List<string> { "" };
        var rest = text.Replace("{stream}", stream.Value, StringComparison.Ordinal);
        while (rest.IndexOfAny(['{', '}']) is var open and >= 0)
        {
            var close = rest.IndexOf('}', open);
            if (rest[open] == '}' || close < 0)
            {
                fault = "it has a brace without its pair; use {stream}, {key} or {topic}";
                return false;
            }

            var name = rest[(open + 1)..close];
            if (name is not ("key" or "topic"))
            {
                fault = $"{{{name}}} is no placeholder; use {{stream}}, {{key}} or {{topic}}";
                return false;
            }

            parts[^1] = rest[..open];
            parts.Add(name);
            parts.Add("");
            rest = rest[(close + 1)..];
        }

        parts[^1] = rest;
        var sample = string.Concat(parts);
        if (!TopicName.TryParse(sample, out var topic))
        {
            fault = "it makes no topic name; use 1 to 65,535 bytes without + and #";
            return false;
        }

        template = new TopicTemplate(text, [.. parts], parts.Count == 1 ? topic : null);
        return true;
    }

    /// <returns>False when the record's key makes no topic: it is empty where nothing else is, or holds a wildcard.</returns>
    public bool TryFill(in StreamRecord record, out TopicName topic)
    {
        if (_fixed is { } same)
        {
            topic = same;
            return true;
        }

        var text = new StringBuilder();
        for (var i = 0; i < _parts.Length; i++)
        {
            text.Append(i % 2 == 0 ? _parts[i] : record.Key);
        }

        return TopicName.TryParse(text.ToString(), out topic);
    }
}
