using System.Globalization;
using YamlDotNet.RepresentationModel;

namespace Roost.LocalLambda.Definitions;

/// <summary>The fields of one mapping within a function.yaml. What is wrong with them goes to the file's faults.</summary>
/// <param name="place">Where the mapping stands, such as <c>triggers[0]</c>.</param>
internal sealed class YamlFields(YamlMappingNode mapping, string place, YamlFaults faults)
{
    public bool Has(string key) => Find(key) is not null;

    /// <summary>Every key that is not one of <paramref name="known"/> is a fault.</summary>
    public void RefuseOthers(params string[] known)
    {
        foreach (var node in mapping.Children.Keys)
        {
            if ((node as YamlScalarNode)?.Value is not { } key || !known.Contains(key))
            {
                faults.Add(node, $"{place}.{(node as YamlScalarNode)?.Value}", "", $"is not known; the keys here are {string.Join(", ", known)}");
            }
        }
    }

    /// <returns>Null where the key is missing, or no single value, which is a fault.</returns>
    public string? Text(string key)
    {
        switch (Find(key))
        {
            case null:
                return null;
            case YamlScalarNode { Value: { } value } when !value.Contains('\0'):
                return value;
            default:
                Fault(key, "takes a single value");
                return null;
        }
    }

    public T Choice<T>(string key, T fallback, params (string Name, T Value)[] choices)
    {
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        foreach (var (name, value) in choices)
        {
            if (name == text)
            {
                return value;
            }
        }

        Fault(key, $"use {string.Join(" or ", choices.Select(choice => choice.Name))}");
        return fallback;
    }

    public bool Flag(string key, bool fallback) => Choice(key, fallback, ("true", true), ("false", false));

    public int Number(string key, int fallback, int least, int most)
    {
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Fault(key, $"use a whole number, {least} to {most}");
        return fallback;
    }

    /// <summary>A duration in whole seconds, written with its unit.</summary>
    public int Seconds(string key, int fallback, int least, int most)
    {
        if (Text(key) is not { } text)
        {
            return fallback;
        }

        if (Quantity.TryParseDuration(text, out var duration) && duration.Ticks % TimeSpan.TicksPerSecond == 0 && duration.TotalSeconds >= least && duration.TotalSeconds <= most)
        {
            return (int)duration.TotalSeconds;
        }

        Fault(key, $"use whole seconds with their unit, {least}s to {most}s");
        return fallback;
    }

    /// <returns>Empty where the key is missing, or no list of single values, which is a fault.</returns>
    public IReadOnlyList<string> Texts(string key, string remedy)
    {
        switch (Find(key))
        {
            case null:
                return [];
            case YamlSequenceNode sequence when sequence.All(item => item is YamlScalarNode { Value.Length: > 0 }):
                return [.. sequence.Select(item => ((YamlScalarNode)item).Value!)];
            default:
                Fault(key, remedy);
                return [];
        }
    }

    /// <returns>The fields of a mapping within this one; null where the key is missing, or no mapping, which is a fault.</returns>
    public YamlFields? Mapping(string key, string remedy)
    {
        switch (Find(key))
        {
            case null:
                return null;
            case YamlMappingNode node:
                return new YamlFields(node, $"{place}.{key}", faults);
            default:
                Fault(key, remedy);
                return null;
        }
    }

    /// <summary>Tells a fault of a field, or that it is missing.</summary>
    public void Fault(string key, string remedy)
    {
        var node = Find(key);
        faults.Add(node ?? mapping, $"{place}.{key}", (node as YamlScalarNode)?.Value ?? "", remedy);
    }

    private YamlNode? Find(string key) => mapping.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node : null;
}
