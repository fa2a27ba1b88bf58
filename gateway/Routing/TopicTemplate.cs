using System.Globalization;
using System.Text;
using Roost.Mqtt;

namespace Roost.Gateway.Routing;

/// <summary>
/// A topic that a route publishes to: text, with <c>{topic}</c> for the topic of the message and <c>{1}</c>, <c>{2}</c> and so on for
/// what the route's wildcards stood for, in their order; a <c>#</c> stands for all levels it matched.
/// </summary>
internal sealed class TopicTemplate
{
    private const int WholeTopic = 0;

    /// <summary>Text at even places, placeholders' numbers at odd ones.</summary>
    private readonly List<string> _texts = [];
    private readonly List<int> _placeholders = [];
    private readonly string[] _filter;
    private readonly TopicName? _constant;

    private TopicTemplate(string text, TopicFilter from)
    {
        _filter = from.Value.Split('/');
        var position = 0;
        for (var open = text.IndexOf('{'); open >= 0; open = text.IndexOf('{', position))
        {
            var close = text.IndexOf('}', open);
            var name = close < 0 ? throw new FormatException("a { has no }") : text[(open + 1)..close];
            _texts.Add(text[position..open]);
            _placeholders.Add(NumberOf(name));
            position = close + 1;
        }

        _texts.Add(text[position..]);
        _constant = _placeholders.Count == 0 ? TopicName.Parse(text) : null;
    }

    /// <param name="from">The filter of the route, whose wildcards the numbers count.</param>
    /// <param name="fault">What is wrong, without a full stop; null when nothing is.</param>
    public static TopicTemplate? Parse(string text, TopicFilter from, out string? fault)
    {
        try
        {
            var template = new TopicTemplate(text, from);
            fault = template._texts.Exists(part => part.AsSpan().ContainsAny('+', '#')) ? "a topic to publish to holds no + or #" : null;
            return fault is null ? template : null;
        }
        catch (FormatException exception)
        {
            fault = exception.Message.TrimEnd('.');
            return null;
        }
    }

    /// <returns>False when what came out is no topic name: longer than a topic may be.</returns>
    public bool TryRender(TopicName topic, out TopicName rendered)
    {
        if (_constant is { } constant)
        {
            rendered = constant;
            return true;
        }

        var levels = topic.Value.Split('/');
        var text = new StringBuilder(_texts[0]);
        for (var i = 0; i < _placeholders.Count; i++)
        {
            text.Append(_placeholders[i] == WholeTopic ? topic.Value : Captured(levels, _placeholders[i])).Append(_texts[i + 1]);
        }

        return TopicName.TryParse(text.ToString(), out rendered);
    }

    private string Captured(string[] levels, int number)
    {
        for (var i = 0; i < _filter.Length; i++)
        {
            if (_filter[i] is "+" or "#" && --number == 0)
            {
                return _filter[i] == "+" ? levels[i] : string.Join('/', levels.Skip(i));
            }
        }

        return "";
    }

    private int NumberOf(string name)
    {
        if (name == "topic")
        {
            return WholeTopic;
        }

        var wildcards = _filter.Count(level => level is "+" or "#");
        return int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= wildcards
            ? number
            : throw new FormatException($"{{{name}}} stands for nothing: there are {{topic}} and a number for each of the {wildcards} wildcards of `from`");
    }
}
