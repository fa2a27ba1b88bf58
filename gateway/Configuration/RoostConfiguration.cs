using System.Collections;
using Microsoft.Extensions.DependencyInjection;
using Roost.Gateway.Rooms;

namespace Roost.Gateway.Configuration;

/// <summary>The whole configuration of one start: the options of every room, and where each value was written.</summary>
internal sealed class RoostConfiguration
{
    private readonly string _source;
    private readonly MapNode _root;
    private readonly ConfigurationSchema _schema;

    private RoostConfiguration(string source, MapNode root, ConfigurationSchema schema, string? givenDataFolder)
    {
        (_source, _root, _schema) = (source, root, schema);
        var written = WrittenDataFolder(root, schema);
        DataFolder = givenDataFolder is null ? written : Path.GetFullPath(givenDataFolder);
        Overruled = root.Find("data") is { Value: ScalarNode { Text: { } text } } entry && Path.TrimEndingDirectorySeparator(written) != Path.TrimEndingDirectorySeparator(DataFolder)
            ? new ConfigurationFault(entry.Source, entry.Line, "data", $"is without effect ({text}), as the argument --data {givenDataFolder} wins; leave it out here, and mount another disk at that folder")
            : null;
    }

    /// <summary>Absolute path of the folder for everything that is kept.</summary>
    public string DataFolder { get; }

    /// <summary>Not wrong, and surely not what was meant: a data folder in the configuration beside another one in the arguments. Null where there is none.</summary>
    public ConfigurationFault? Overruled { get; }

    /// <summary>Reads, binds and validates; everything that is wrong ends up in <paramref name="faults"/>, sorted by file and line.</summary>
    public static RoostConfiguration Load(CommandLine commandLine, IDictionary environment, out IReadOnlyList<ConfigurationFault> faults)
    {
        var found = new List<ConfigurationFault>();
        var root = ConfigurationLoader.Load(commandLine.ConfigurationFile, environment, found);
        var schema = RoomOptions.Schema();
        new OptionsBinder(found).Bind(schema, root);

        var configuration = new RoostConfiguration(commandLine.ConfigurationFile ?? "default", root, schema, commandLine.DataFolder);
        configuration.Validate(found);
        faults = [.. found.OrderBy(fault => fault.Source, StringComparer.Ordinal).ThenBy(fault => fault.Line)];
        return configuration;
    }

    public T Get<T>() => _schema.Get<T>();

    public void AddTo(IServiceCollection services)
    {
        foreach (var section in _schema.Sections)
        {
            section.AddTo(services);
        }
    }

    /// <summary>Where an option was written, for a message about it: <c>file:line: key: problem</c>.</summary>
    /// <param name="validatorMessage">Begins like a validator's: <c>Http:Listeners:0:Port is ...</c>.</param>
    public ConfigurationFault Locate(string validatorMessage) => ValidatorMessage.Locate(validatorMessage, _root, _source);

    /// <summary>Every effective value as text, by its key as it is written in the file.</summary>
    public IReadOnlyDictionary<string, string> Flatten() => EffectiveValues.Of(_schema);

    private void Validate(List<ConfigurationFault> found)
    {
        // Values that could not be bound are still at their defaults: what validators then say may surprise, but is never wrong.
        RoomOptions.ResolvePaths(_schema, DataFolder, Path.GetDirectoryName(Path.GetFullPath(_source))!);
        var services = new ServiceCollection();
        RoomServices.AddRooms(services, this);
        using var provider = services.BuildServiceProvider();
        ListenerKeys.Check(_root, found);
        var alreadyTold = found.Select(fault => fault.Key).ToHashSet(StringComparer.Ordinal); // of a value that could not be read there is no more to say
        found.AddRange(_schema.Sections.SelectMany(section => section.Validate(provider)).Select(Locate).Where(fault => fault.Key.Length == 0 || !alreadyTold.Contains(fault.Key)));
    }

    private static string WrittenDataFolder(MapNode root, ConfigurationSchema schema)
    {
        // Relative to the file that says it, wherever the daemon was started from.
        var written = root.Find("data")?.Source is { } source && File.Exists(source) ? Path.GetDirectoryName(Path.GetFullPath(source))! : Environment.CurrentDirectory;
        return Path.GetFullPath(schema.Get<GatewayOptions>().Data, written);
    }
}
