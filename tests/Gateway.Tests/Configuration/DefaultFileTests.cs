using System.Collections;
using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Roost.Gateway.Configuration;
using Roost.Gateway.Rooms;
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

    /// <summary>A key is commented out by a bare #; a # before a space is prose or an example.</summary>
    [GeneratedRegex(@"(?m)^( *)#(?=[a-z-])", RegexOptions.None, 10_000)]
    private static partial Regex CommentedKey();
}
