using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using Roost.Gateway.Configuration;
using Roost.Gateway.Rooms;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Configuration;

/// <summary>The audit keeps a hash of each value, so an upgrade must not give the same value another text. JSON's is the one that the first versions kept.</summary>
public sealed class EffectiveValuesTests
{
    private const string EveryKind = """
        log: { level: debug }
        mqtt:
          durability: crash
          listeners:
            - { address: 127.0.0.1, port: 1883, anonymous: true }
            - { address: 0.0.0.0, port: 8883, tls: {} }
        hardware:
          gpio:
            - { thing: lamp, property: on, chip: simulated, line: GPIO17, direction: out, initial: 0.25 }
        routes:
          - { from: "robots/+/télé<metry>", to: { stream: telemetry } }
        streams:
          telemetry: { retention: { bytes: 256MiB, age: 7d }, full: drop-oldest, priority: 5 }
        cloud:
          mqtt: { host: broker.example.com, client-id: "site \"17\"", tls: {} }
          bridge: [ { topics: ["site-17/commands/#"], direction: in } ]
        """;

    [TestCase("")]
    [TestCase(EveryKind)]
    public void Every_value_has_the_text_that_JSON_has_for_it(string yaml)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["roost.yaml"], yaml);
        var schema = RoomOptions.Schema();
        var faults = new List<ConfigurationFault>();
        var root = ConfigurationLoader.Load(folder["roost.yaml"], new Hashtable(), faults);
        new OptionsBinder(faults).Bind(schema, root);
        Assert.That(faults, Is.Empty);

        var values = EffectiveValues.Of(schema);

        Assert.That(Lines(values), Is.EqualTo(Lines(ByJson(schema))));
    }

    private static List<string> Lines(IEnumerable<KeyValuePair<string, string>> values) => [.. values.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal)];

    private static Dictionary<string, string> ByJson(ConfigurationSchema schema)
    {
        var values = new Dictionary<string, string>();
        foreach (var section in schema.Sections)
        {
            Add(string.Join('.', section.Path), JsonSerializer.SerializeToNode(section.Options, section.Options.GetType()));
        }

        return values;

        void Add(string key, JsonNode? node)
        {
            switch (node)
            {
                case JsonObject members:
                    foreach (var (name, member) in members)
                    {
                        Add(key.Length == 0 ? KeyName.Of(name) : $"{key}.{KeyName.Of(name)}", member);
                    }

                    break;
                case JsonArray items:
                    for (var i = 0; i < items.Count; i++)
                    {
                        Add($"{key}.{i}", items[i]);
                    }

                    break;
                default:
                    values[key] = node?.ToJsonString() ?? "null";
                    break;
            }
        }
    }
}
