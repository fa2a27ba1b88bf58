using System.Buffers;
using Roost.Mqtt;
using YamlDotNet.RepresentationModel;

namespace Roost.LocalLambda.Definitions;

/// <summary>Reads the key <c>grants</c> of a <c>function.yaml</c>. What is wrong goes to <paramref name="fault"/>: node, key, value, remedy.</summary>
internal sealed class GrantsReader(Action<YamlNode, string, string, string> fault)
{
    /// <summary>More than any function needs; each request is compared with all of them.</summary>
    public const int MaxGrants = 100;

    private const string Remedy =
        "write a list, each entry one of { publish: FILTER }, { retained: FILTER }, { shadow: THING, allow: [get, ...] }, { stream: NAME, allow: [append, read] }, { invoke: FUNCTION }";

    private static readonly Dictionary<string, string[]> KeysBySubject = new()
    {
        ["publish"] = ["retain"],
        ["retained"] = [],
        ["shadow"] = ["names", "allow"],
        ["stream"] = ["allow"],
        ["invoke"] = [],
    };

    private static readonly SearchValues<char> StreamCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");
    private static readonly string[] ShadowActions = ["get", "update", "delete", "list"];
    private static readonly string[] StreamActions = ["append", "read"];

    public IReadOnlyList<Grant> Read(YamlNode node)
    {
        if (node is not YamlSequenceNode sequence)
        {
            fault(node, "grants", Shown(node), Remedy);
            return [];
        }

        if (sequence.Children.Count > MaxGrants)
        {
            fault(node, "grants", $"{sequence.Children.Count} entries", $"use at most {MaxGrants}; a filter or a pattern with * covers many names");
            return [];
        }

        return [.. sequence.Select(ReadOne).OfType<Grant>()];
    }

    private Grant? ReadOne(YamlNode item)
    {
        var entries = item is YamlMappingNode mapping
            ? mapping.Children.Select(pair => (Key: (pair.Key as YamlScalarNode)?.Value ?? "", pair.Key as YamlNode, pair.Value)).ToList()
            : [];
        if (entries.Where(entry => KeysBySubject.ContainsKey(entry.Key)).ToList() is not [var (subject, _, subjectNode)])
        {
            fault(item, "grants", Shown(item), Remedy);
            return null;
        }

        var isSound = true;
        foreach (var (key, keyNode, _) in entries.Where(entry => entry.Key != subject && !KeysBySubject[subject].Contains(entry.Key)))
        {
            fault(keyNode!, $"grants.{subject}.{key}", "", KeysBySubject[subject] is { Length: > 0 } keys ? $"is not known; besides {subject} there are {string.Join(", ", keys)}" : $"is not known; {subject} stands alone");
            isSound = false;
        }

        var value = (subjectNode as YamlScalarNode)?.Value ?? "";
        if (FaultOf(subject, value) is { } wrong)
        {
            fault(subjectNode, $"grants.{subject}", value, wrong);
            return null;
        }

        YamlNode? Of(string key) => entries.FirstOrDefault(entry => entry.Key == key).Value;
        var grant = subject switch
        {
            "publish" => new Grant { Publish = value, Retain = Retain(Of("retain"), ref isSound) },
            "retained" => new Grant { Retained = value },
            "shadow" => new Grant { Shadow = value, Names = Names(Of("names"), ref isSound), Allow = Allow(item, Of("allow"), subject, ShadowActions, ref isSound) },
            "stream" => new Grant { Stream = value, Allow = Allow(item, Of("allow"), subject, StreamActions, ref isSound) },
            _ => new Grant { Invoke = value },
        };
        return isSound ? grant : null;
    }

    private static string? FaultOf(string subject, string value) => subject switch
    {
        "publish" or "retained" when !TopicFilter.TryParse(value, out _) => "is no topic filter; + and # stand alone in their level, and # is the last",
        "publish" when value[0] == '$' => "is reserved; shadows' topics come with { shadow: THING, allow: [update] }, and no function publishes on others that begin with $",
        "shadow" => NamePattern.FaultOf(value, NamePattern.ThingMarks, 128),
        "stream" when !StreamName(value) => "is no name of a stream; use 1 to 128 letters, digits, '_', '.' and '-', with $ before those of the gateway itself",
        "invoke" when !FunctionArn.IsName(value) => "is no name of a function; use 1 to 64 letters, digits, - and _",
        _ => null,
    };

    private static bool StreamName(string text)
    {
        var name = text.AsSpan(text.StartsWith('$') ? 1 : 0);
        return name.Length is > 0 and <= 128 && name[0] != '.' && !name.ContainsAnyExcept(StreamCharacters);
    }

    private bool? Retain(YamlNode? node, ref bool isSound)
    {
        switch (node)
        {
            case null or YamlScalarNode { Value: "false" }:
                return null;
            case YamlScalarNode { Value: "true" }:
                return true;
            default:
                fault(node, "grants.publish.retain", Shown(node), "use true or false");
                isSound = false;
                return null;
        }
    }

    private List<string>? Names(YamlNode? node, ref bool isSound)
    {
        if (node is null)
        {
            return null;
        }

        var names = Texts(node);
        if (names is not { Count: > 0 })
        {
            fault(node, "grants.shadow.names", Shown(node), "write a list of shadows' names, with * for any characters and classic for the classic shadow: names: [classic, \"cfg-*\"]");
            isSound = false;
            return null;
        }

        foreach (var name in names)
        {
            if (NamePattern.FaultOf(name, NamePattern.ShadowMarks, 64) is { } wrong)
            {
                fault(node, "grants.shadow.names", name, wrong);
                isSound = false;
            }
        }

        return names;
    }

    private List<string>? Allow(YamlNode item, YamlNode? node, string subject, string[] actions, ref bool isSound)
    {
        var key = $"grants.{subject}.allow";
        if (node is null)
        {
            fault(item, key, "", $"is missing; list what the function may do: allow: [{string.Join(", ", actions)}]");
            isSound = false;
            return null;
        }

        var allowed = Texts(node);
        if (allowed is not { Count: > 0 } || !allowed.TrueForAll(actions.Contains))
        {
            fault(node, key, allowed is null ? Shown(node) : string.Join(", ", allowed), $"list one or more of {string.Join(", ", actions)}");
            isSound = false;
            return null;
        }

        return [.. allowed.Distinct()];
    }

    /// <returns>Null for anything but a list of single values.</returns>
    private static List<string>? Texts(YamlNode node) => node is YamlSequenceNode sequence && sequence.All(item => item is YamlScalarNode { Value: not null })
        ? [.. sequence.Select(item => ((YamlScalarNode)item).Value!)]
        : null;

    private static string Shown(YamlNode node) => (node as YamlScalarNode)?.Value ?? "";
}
