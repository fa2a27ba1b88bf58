using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Roost.Gateway.Configuration;
using Roost.Gateway.Logging;
using Roost.Gateway.Rooms;
using Roost.Mqtt;
using Roost.Tests.Support;

namespace Roost.Gateway.Tests.Configuration;

/// <summary>The file that the package installs is the reference of all keys and defaults: it must not tell anything else than the code.</summary>
public sealed partial class DefaultFileTests
{
    private static readonly string _text = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "roost.yaml"));

    [Test]
    public void As_installed_it_changes_nothing() => Assert.That(Bound(_text), Is.EqualTo(Bound("")));

    [Test]
    public void With_every_key_in_force_it_changes_nothing() => Assert.That(Bound(CommentedKey().Replace(_text, "$1")), Is.EqualTo(Bound("")));

    [Test]
    public void Every_key_stands_in_it() => Assert.That(MissingIn(_text), Is.Empty);

    [Test]
    public void Every_key_stands_in_the_documentation() => Assert.That(MissingIn(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "configuration.md"))), Is.Empty);

    [Test]
    public void The_listeners_of_the_documentation_are_taken_but_for_their_certificates()
    {
        var examples = Example().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "mqtt.md"))).Select(match => match.Groups[1].Value).ToList();
        Assert.That(examples, Has.Count.EqualTo(2));
        foreach (var example in examples)
        {
            using var folder = new TemporaryFolder();
            File.WriteAllText(folder["roost.yaml"], example);
            RoostConfiguration.Load(new CommandLine { ConfigurationFile = folder["roost.yaml"] }, new Hashtable(), out var faults);
            Assert.That(faults.Where(fault => !fault.Problem.Contains("which does not exist", StringComparison.Ordinal)), Is.Empty, example);
        }
    }

    /// <summary>Every key that the table for mosquitto's users names is one of the configuration.</summary>
    [Test]
    public void Keys_that_stand_for_mosquittos_are_known()
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        AddKeys(typeof(MqttLimitsOptions), "limits.", known);
        AddKeys(typeof(MqttTlsOptions), "tls.", known);
        AddKeys(typeof(MqttOptions), "mqtt.", known);
        AddKeys(typeof(LogOptions), "log.", known);
        var named = DottedKey().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "mqtt.md"))).Select(match => match.Groups[1].Value).ToList();

        Assert.That(named, Has.Count.GreaterThan(20));
        Assert.That(named.Except(known), Is.Empty);
    }

    private static void AddKeys(Type type, string prefix, HashSet<string> known) =>
        known.UnionWith(type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => prefix + KeyName.Of(property.Name)));

    private static List<string> MissingIn(string text)
    {
        var missing = new List<string>();
        foreach (var section in RoomOptions.Schema().Sections)
        {
            AddMissing(section.Options.GetType(), string.Join('.', section.Path), text, missing);
        }

        return missing;
    }

    private static void AddMissing(Type type, string path, string text, List<string> missing)
    {
        var element = type.GetInterfaces().Append(type).Where(candidate => candidate.IsGenericType).Select(candidate => candidate.GetGenericArguments()[^1]).FirstOrDefault();
        if (typeof(IEnumerable).IsAssignableFrom(type) && element is not null)
        {
            AddMissing(element, path, text, missing);
            return;
        }

        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.GetIndexParameters().Length == 0 && property.CanWrite))
        {
            var key = KeyName.Of(property.Name);
            if (!Regex.IsMatch(text, $"(?m)(^|[^a-z-]){key}(`|:|\\.|\\[)", RegexOptions.None, TimeSpan.FromSeconds(10)))
            {
                missing.Add($"{path}.{key}");
            }

            if (!ScalarParser.Knows(property.PropertyType))
            {
                AddMissing(property.PropertyType, $"{path}.{key}", text, missing);
            }
        }
    }

    /// <summary>All options after binding, as text that can be compared.</summary>
    private static string Bound(string yaml)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["roost.yaml"], yaml);
        var faults = new List<ConfigurationFault>();
        var schema = RoomOptions.Schema();
        new OptionsBinder(faults).Bind(schema, ConfigurationLoader.Load(folder["roost.yaml"], new Hashtable(), faults));
        Assert.That(faults, Is.Empty);
        return string.Join('\n', schema.Sections.Select(section => $"{section.Options.GetType().Name} {JsonSerializer.Serialize(section.Options, section.Options.GetType())}"));
    }

    [GeneratedRegex(@"(?s)```yaml\n(mqtt:.*?)```", RegexOptions.None, 10_000)]
    private static partial Regex Example();

    [GeneratedRegex(@"`((?:limits|tls|mqtt|log)\.[a-z-]+)`", RegexOptions.None, 10_000)]
    private static partial Regex DottedKey();

    /// <summary>A key is commented out by a bare #; a # before a space is prose or an example.</summary>
    [GeneratedRegex(@"(?m)^( *)#(?=[a-z-])", RegexOptions.None, 10_000)]
    private static partial Regex CommentedKey();
}
