using System.Collections;
using System.Reflection;
using Roost.Mqtt;

namespace Roost.Gateway.Configuration;

/// <summary>Writes the values of a merged configuration into options objects, and collects everything that does not fit.</summary>
internal sealed class OptionsBinder(List<ConfigurationFault> faults)
{
    private static readonly IReadOnlyList<string> _ofWholeDaemon = [.. KeysOf(new MqttLimitsOptions()).Except(KeysOf(new MqttListenerLimitsOptions()))];

    private readonly ScalarParser _scalars = new(faults);

    public void Bind(ConfigurationSchema schema, MapNode root) => BindLevel(schema.Sections, depth: 0, root, "");

    /// <summary>One level of sections: a key is a property of an options object that is bound here, or the next part of a section's path.</summary>
    private void BindLevel(IReadOnlyList<BoundSection> sections, int depth, MapNode map, string path)
    {
        var here = sections.Where(section => section.Path.Count == depth).Select(section => section.Options).ToList();
        var below = sections.Where(section => section.Path.Count > depth).ToLookup(section => section.Path[depth]);
        foreach (var entry in map.Entries)
        {
            var key = Join(path, entry.Key);
            if (below.Contains(entry.Key))
            {
                if (AsMap(entry, key) is { } child)
                {
                    BindLevel([.. below[entry.Key]], depth + 1, child, key);
                }
            }
            else if (here.Find(options => PropertyOf(options, entry.Key) is not null) is { } options)
            {
                BindProperty(options, PropertyOf(options, entry.Key)!, entry, key);
            }
            else if (here.OfType<IDictionary>().FirstOrDefault() is { } dictionary)
            {
                BindEntry(dictionary, entry, key);
            }
            else
            {
                AddUnknown(entry, key, here.SelectMany(KeysOf).Concat(below.Select(group => group.Key)), elsewhere: []);
            }
        }
    }

    private void BindObject(object target, MapNode map, string path)
    {
        foreach (var entry in map.Entries)
        {
            var key = Join(path, entry.Key);
            if (PropertyOf(target, entry.Key) is { } property)
            {
                BindProperty(target, property, entry, key);
            }
            else
            {
                AddUnknown(entry, key, KeysOf(target), target is MqttListenerLimitsOptions ? _ofWholeDaemon : []);
            }
        }
    }

    private void BindProperty(object target, PropertyInfo property, MapEntry entry, string key)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (entry.Value is ScalarNode { Text: null })
        {
            if (ElementTypeOf(type) is not null && type != typeof(string) && property.GetValue(target) is null)
            {
                // Such a list restricts, and without it everything is allowed: whoever has deleted or commented out its items did not mean that.
                faults.Add(new(entry.Source, entry.Line, key, "has no value; write [] for nothing, or leave the key out for everything"));
            }

            return; // a key without a value leaves the default
        }

        if (ScalarParser.Knows(type))
        {
            if (_scalars.TryParse(entry, key, property.PropertyType, KeyName.IsSize(property.Name), out var value))
            {
                property.SetValue(target, value);
            }
        }
        else if (typeof(IDictionary).IsAssignableFrom(type))
        {
            if (AsMap(entry, key) is { } map)
            {
                var dictionary = (IDictionary)(property.GetValue(target) ?? Activator.CreateInstance(type)!);
                foreach (var item in map.Entries)
                {
                    BindEntry(dictionary, item, Join(key, item.Key));
                }

                SetIfWritable(property, target, dictionary);
            }
        }
        else if (ElementTypeOf(type) is { } element)
        {
            if (AsList(entry, key) is { } list)
            {
                BindList(target, property, element, list, key);
            }
        }
        else if (AsMap(entry, key) is { } map)
        {
            var nested = property.GetValue(target) ?? Activator.CreateInstance(type)!;
            BindObject(nested, map, key);
            SetIfWritable(property, target, nested);
        }
    }

    private void BindList(object target, PropertyInfo property, Type element, ListNode node, string key)
    {
        var items = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
        for (var i = 0; i < node.Items.Count; i++)
        {
            var item = node.Items[i];
            if (TryBindItem(element, new MapEntry("", item, item.Source, item.Line), $"{key}[{i}]", existing: null, out var value))
            {
                items.Add(value);
            }
        }

        if (property.PropertyType.IsArray)
        {
            var array = Array.CreateInstance(element, items.Count);
            items.CopyTo(array, 0);
            property.SetValue(target, array);
        }
        else if (property.CanWrite)
        {
            property.SetValue(target, items);
        }
        else
        {
            var existing = (IList)property.GetValue(target)!;
            existing.Clear(); // lists replace
            foreach (var item in items)
            {
                existing.Add(item);
            }
        }
    }

    private void BindEntry(IDictionary dictionary, MapEntry entry, string key)
    {
        var valueType = DictionaryValueType(dictionary.GetType());
        var existing = dictionary.Contains(entry.Key) ? dictionary[entry.Key] : null;
        if (TryBindItem(valueType, entry, key, existing, out var value))
        {
            dictionary[entry.Key] = value;
        }
    }

    private bool TryBindItem(Type type, MapEntry entry, string key, object? existing, out object? value)
    {
        var isLongForm = entry.Value is MapNode && type.GetConstructor([]) is not null; // of a type that has a short form too: a single value
        if (ScalarParser.Knows(type) && !isLongForm)
        {
            return _scalars.TryParse(entry, key, type, isSize: false, out value);
        }

        value = existing ?? Activator.CreateInstance(type);
        if (entry.Value is ScalarNode { Text: null } && entry.Key.Length > 0)
        {
            return true; // `telemetry:` alone is a stream with every default
        }

        if (AsMap(entry, key) is not { } map)
        {
            return false;
        }

        BindObject(value!, map, key);
        return true;
    }

    private MapNode? AsMap(MapEntry entry, string key)
    {
        if (entry.Value is MapNode or ScalarNode { Text: null })
        {
            return entry.Value as MapNode;
        }

        var written = entry.Value is ScalarNode scalar ? $"a single value ({ScalarParser.Shown(key, scalar.Text)})" : "a list";
        faults.Add(new(entry.Source, entry.Line, key, $"is {written}; write keys below it, each with its value"));
        return null;
    }

    private ListNode? AsList(MapEntry entry, string key)
    {
        if (entry.Value is ListNode list)
        {
            return list;
        }

        var written = entry.Value is ScalarNode scalar ? $"a single value ({ScalarParser.Shown(key, scalar.Text)})" : "a map of keys";
        faults.Add(new(entry.Source, entry.Line, key, $"is {written}; write a list: lines that begin with a dash, or [ one, two ]"));
        return null;
    }

    /// <param name="elsewhere">Keys that are known, but not here: of <c>mqtt.limits</c>.</param>
    private void AddUnknown(MapEntry entry, string key, IEnumerable<string> known, IReadOnlyList<string> elsewhere)
    {
        if (elsewhere.Contains(entry.Key))
        {
            faults.Add(new(entry.Source, entry.Line, key, "belongs to mqtt.limits, for the whole daemon; move it there"));
            return;
        }

        var keys = known.Order(StringComparer.Ordinal).ToList();
        var remedy = KeyName.Nearest(entry.Key, [.. keys, .. elsewhere]) is { } nearest
            ? $"did you mean {nearest}?{(elsewhere.Contains(nearest) ? " It belongs to mqtt.limits, for the whole daemon." : "")}"
            : keys.Count == 0 ? "no key is known here" : $"known here: {string.Join(", ", keys)}";
        faults.Add(new(entry.Source, entry.Line, key, $"is not a known key; {remedy}"));
    }

    private static PropertyInfo? PropertyOf(object target, string key) =>
        Array.Find(Properties(target), property => KeyName.Of(property.Name) == key);

    private static IEnumerable<string> KeysOf(object target) => Properties(target).Select(property => KeyName.Of(property.Name));

    /// <summary>Properties that hold configuration: writable ones, and collections that are filled in place.</summary>
    private static PropertyInfo[] Properties(object target) => target is IDictionary ? [] :
    [
        .. target.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetIndexParameters().Length == 0)
            .Where(property => property.SetMethod is { IsPublic: true } || (property.PropertyType.IsClass && !ScalarParser.Knows(property.PropertyType))),
    ];

    private static void SetIfWritable(PropertyInfo property, object target, object value)
    {
        if (property.CanWrite)
        {
            property.SetValue(target, value);
        }
    }

    private static Type? ElementTypeOf(Type type) =>
        type.IsArray ? type.GetElementType()
        : type.IsGenericType && typeof(IEnumerable).IsAssignableFrom(type) ? type.GetGenericArguments()[0]
        : null;

    private static Type DictionaryValueType(Type type) =>
        type.GetInterfaces().First(candidate => candidate.IsGenericType && candidate.GetGenericTypeDefinition() == typeof(IDictionary<,>)).GetGenericArguments()[1];

    private static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";
}
