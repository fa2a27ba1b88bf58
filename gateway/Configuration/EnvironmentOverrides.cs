using System.Collections;
using System.Globalization;

namespace Roost.Gateway.Configuration;

/// <summary>
/// <c>ROOST__MQTT__LIMITS__MAX_PACKET=1MiB</c> overrides <c>mqtt.limits.max-packet</c>: two underscores part the levels, one stands for a
/// dash, case does not count. A number names an item of a list (<c>ROOST__MQTT__LISTENERS__0__PORT</c>); a value that begins with
/// <c>[</c> or <c>{</c> is YAML.
/// </summary>
internal static class EnvironmentOverrides
{
    public const string Prefix = "ROOST__";

    public static MapNode Apply(MapNode root, IDictionary environment, List<ConfigurationFault> faults)
    {
        foreach (var name in environment.Keys.Cast<string>().Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            var path = name[Prefix.Length..].Split("__");
            if (path.Any(segment => segment.Length == 0))
            {
                faults.Add(new(name, 0, "", "names no key; write it like ROOST__MQTT__LIMITS__MAX_PACKET"));
                continue;
            }

            var value = Value(name, (string?)environment[name] ?? "", faults);
            root = (MapNode)Set(root, path, value, name, faults);
        }

        return root;
    }

    private static ConfigurationNode Value(string name, string text, List<ConfigurationFault> faults) =>
        text.StartsWith('[') || text.StartsWith('{')
            ? new YamlReader(name, faults).Read(new StringReader(text)) ?? new ScalarNode(name, 0, null)
            : new ScalarNode(name, 0, text);

    private static ConfigurationNode Set(ConfigurationNode? node, ReadOnlySpan<string> path, ConfigurationNode value, string name, List<ConfigurationFault> faults)
    {
        if (path.IsEmpty)
        {
            return value;
        }

        if (node is not MapNode && int.TryParse(path[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            var list = node as ListNode ?? new ListNode(name, 0, []);
            var items = list.Items.ToList();
            if (index > items.Count)
            {
                faults.Add(new(name, 0, "", $"names item {index} of a list of {items.Count}; items count from 0, and the next new one is {items.Count}"));
                return list;
            }

            var item = Set(index < items.Count ? items[index] : null, path[1..], value, name, faults);
            items.RemoveRange(index, index < items.Count ? 1 : 0);
            items.Insert(index, item);
            return new ListNode(list.Source, list.Line, items);
        }

        var key = path[0].ToLowerInvariant().Replace('_', '-');
        var map = node as MapNode ?? new MapNode(name, 0);
        var existing = map.Entries.FirstOrDefault(entry => KeyName.Same(entry.Key, key));
        var below = Set(existing?.Value, path[1..], value, name, faults);

        // The place of a section stays where the file has it; the overridden key is the variable's.
        map.Set(existing is not null && path.Length > 1 ? existing with { Value = below } : new MapEntry(existing?.Key ?? key, below, name, 0));
        return map;
    }
}
