using System.Globalization;
using Roost.LocalLambda.Sources;
using Roost.LocalLambda.Sources.Urls;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Roost.LocalLambda.Definitions;

/// <summary>
/// Reads one <c>function.yaml</c>. Every fault of the file is found in one go and told with file, line, key, value and remedy; a key that
/// is not known is a fault, because a misspelt limit that silently does nothing is worse than a function that does not load.
/// </summary>
internal sealed partial class FunctionFile
{
    public const string Name = "function.yaml";

    private const int MaxBytes = 64 * 1024;
    private const int MaxDepth = 16;

    private static readonly string[] Keys =
        ["name", "runtime", "handler", "url", "memory", "timeout", "environment", "encoding", "network", "class", "start", "max-concurrency", "pinned", "idle", "queue", "triggers", "cpu", "devices", "grants"];

    private readonly string _path;
    private readonly IReadOnlyDictionary<string, YamlNode>? _given;
    private readonly string? _inherited;
    private readonly IReadOnlyCollection<string>? _allowedDevices;
    private readonly List<YamlFault> _faults = [];

    private FunctionFile(string path, IReadOnlyDictionary<string, YamlNode>? given, string? inherited, IReadOnlyCollection<string>? allowedDevices) =>
        (_path, _given, _inherited, _allowedDevices) = (path, given, inherited, allowedDevices);

    /// <param name="given">Values from elsewhere, by key, which stand above the file's; with them the file may be missing. Null for none.</param>
    /// <param name="inherited">What stands for the file where it is missing; null for nothing.</param>
    /// <param name="allowedDevices">What the daemon's configuration lets functions have; null for anything.</param>
    /// <returns>The definition, or null with at least one fault.</returns>
    public static FunctionDefinition? Read(
        string folder, out IReadOnlyList<string> faults, IReadOnlyDictionary<string, YamlNode>? given = null, string? inherited = null, IReadOnlyCollection<string>? allowedDevices = null)
    {
        var file = new FunctionFile(Path.Combine(folder, Name), given, File.Exists(Path.Combine(folder, Name)) ? null : inherited, allowedDevices);
        var definition = file.Read(folder);
        faults = [.. file._faults.OrderBy(fault => fault.Line).Select(fault => fault.Text)]; // as one reads the file
        return file._faults.Count == 0 ? definition : null;
    }

    private FunctionDefinition? Read(string folder)
    {
        if ((_given is not null && _inherited is null && !File.Exists(_path) ? new YamlMappingNode() : Load()) is not { } root)
        {
            return null;
        }

        var values = new Dictionary<string, YamlNode>();
        foreach (var (keyNode, value) in root.Children)
        {
            var key = (keyNode as YamlScalarNode)?.Value ?? "";
            if (!AllKeys.Contains(key))
            {
                Fault(keyNode, key, "", $"is not known; the keys are {string.Join(", ", AllKeys)}");
                continue;
            }

            values[key] = value;
        }

        foreach (var (key, value) in _given ?? new Dictionary<string, YamlNode>())
        {
            values[key] = value;
        }

        var name = Text(values, "name", Path.GetFileName(folder), FunctionArn.IsName, "use 1 to 64 letters, digits, - and _");
        var runtime = Runtime(root, values);
        var handler = Handler(root, values, runtime, folder);
        var maxConcurrency = Number(values, "max-concurrency", 4, 1, 1000);
        return new FunctionDefinition
        {
            Name = name,
            Folder = Path.GetFullPath(folder),
            Runtime = runtime ?? new FunctionRuntime("", RuntimeFamily.Provided, null),
            Handler = handler,
            MemoryBytes = Memory(values, runtime),
            Timeout = Duration(values, "timeout", TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(900), "100ms to 900s, with its unit: 3s"),
            Environment = Environment(values),
            Encoding = Encoding(values),
            Network = Network(values),
            Class = Class(values),
            Start = Start(values),
            MaxConcurrency = maxConcurrency,
            Pinned = Number(values, "pinned", 0, 0, maxConcurrency),
            Idle = Duration(values, "idle", TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1), TimeSpan.FromHours(24), "1s to 24h, with its unit: 60s"),
            Queue = Number(values, "queue", 1000, 0, 100_000),
            Triggers = values.TryGetValue(TriggerList.Key, out var triggers) ? TriggerList.Read(triggers, new YamlFaults(_path, _faults)) : [],
            Url = values.TryGetValue(FunctionUrl.Key, out var url) ? FunctionUrl.Read(url, new YamlFaults(_path, _faults)) : null,
            Async = Async(values),
            Rollout = Rollout(values),
            CpuPercent = CpuPercent(values),
            Devices = Devices(values),
            Grants = values.TryGetValue("grants", out var grants) ? new GrantsReader(new YamlFaults(_path, _faults).Add).Read(grants) : [],
        };
    }

    private YamlMappingNode? Load()
    {
        try
        {
            if (_inherited is null && new FileInfo(_path).Length > MaxBytes)
            {
                _faults.Add(new(0, $"{_path}: has more than {MaxBytes} bytes; put large values in a file of the function"));
                return null;
            }

            var text = _inherited ?? File.ReadAllText(_path);
            if (FaultOfShape(text) is { } fault)
            {
                _faults.Add(new(0, $"{_path}, {fault}"));
                return null;
            }

            var yaml = new YamlStream();
            yaml.Load(new StringReader(text));
            if (yaml.Documents is [{ RootNode: YamlMappingNode root }])
            {
                return root;
            }

            _faults.Add(new(0, $"{_path}: is no mapping; write keys and values: name: my-function"));
        }
        catch (YamlException exception)
        {
            _faults.Add(new(0, $"{_path}, line {exception.Start.Line}: is no YAML: {exception.Message}"));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            _faults.Add(new(0, $"{_path}: cannot be read: {exception.Message}"));
        }

        return null;
    }

    /// <summary>
    /// Building the tree of nodes recurses, so a file that is nested without end would end the daemon with its stack; and aliases of aliases make
    /// a few lines as large as the memory.
    /// </summary>
    private static string? FaultOfShape(string text)
    {
        var parser = new Parser(new StringReader(text));
        for (var depth = 0; parser.MoveNext();)
        {
            depth += parser.Current!.NestingIncrease;
            if (depth > MaxDepth)
            {
                return $"line {parser.Current.Start.Line}: is nested deeper than {MaxDepth} levels; a function.yaml needs three";
            }

            if (parser.Current is AnchorAlias or NodeEvent { Anchor.IsEmpty: false })
            {
                return $"line {parser.Current.Start.Line}: anchors and aliases are not supported; write the value out";
            }
        }

        return null;
    }

    private FunctionRuntime? Runtime(YamlMappingNode root, Dictionary<string, YamlNode> values)
    {
        const string Remedy = "use python3.x (or python3.11 ...), nodejs20.x (or another even number) or provided";
        if (!values.TryGetValue("runtime", out var node))
        {
            Fault(root, "runtime", "", $"is missing; {Remedy}");
            return null;
        }

        var runtime = FunctionRuntime.TryParse(Scalar(node, "runtime") ?? "");
        if (runtime is null)
        {
            Fault(node, "runtime", Shown(node), Remedy);
        }
        else if (!File.Exists(runtime.Interpreter))
        {
            Fault(node, "runtime", runtime.Name, $"needs {runtime.Interpreter}, which this machine does not have; install it: apt install {runtime.Package}");
        }

        return runtime;
    }

    private string Handler(YamlMappingNode root, Dictionary<string, YamlNode> values, FunctionRuntime? runtime, string folder)
    {
        values.TryGetValue("handler", out var node);
        var handler = node is null ? "" : Scalar(node, "handler") ?? "";
        if (runtime is not null && HandlerFiles.FaultOf(runtime.Family, handler, folder) is { } fault)
        {
            Fault(node ?? root, "handler", handler, fault);
        }

        return handler;
    }

    private Dictionary<string, string> Environment(Dictionary<string, YamlNode> values)
    {
        var environment = new Dictionary<string, string>();
        if (!values.TryGetValue("environment", out var node))
        {
            return environment;
        }

        if (node is not YamlMappingNode mapping)
        {
            Fault(node, "environment", Shown(node), "write names and values: environment: { SITE: \"17\" }");
            return environment;
        }

        foreach (var (keyNode, valueNode) in mapping.Children)
        {
            var key = (keyNode as YamlScalarNode)?.Value ?? "";
            if (FunctionEnvironment.FaultOfName(key) is { } fault)
            {
                Fault(keyNode, $"environment.{key}", "", fault);
            }
            else if (Scalar(valueNode, $"environment.{key}") is { } value)
            {
                environment[key] = value;
            }
        }

        if (environment.Sum(pair => pair.Key.Length + System.Text.Encoding.UTF8.GetByteCount(pair.Value)) > FunctionEnvironment.MaxBytes)
        {
            Fault(node, "environment", $"{environment.Count} variables", $"names and values together take at most {FunctionEnvironment.MaxBytes} bytes; put large values in a file of the function");
        }

        return environment;
    }

    private PayloadEncoding Encoding(Dictionary<string, YamlNode> values)
    {
        if (!values.TryGetValue("encoding", out var node))
        {
            return PayloadEncoding.Json;
        }

        switch (Scalar(node, "encoding"))
        {
            case "json":
                return PayloadEncoding.Json;
            case "binary":
                return PayloadEncoding.Binary;
            case var other:
                Fault(node, "encoding", other ?? Shown(node), "use json or binary");
                return PayloadEncoding.Json;
        }
    }

    private FunctionNetwork Network(Dictionary<string, YamlNode> values)
    {
        if (!values.TryGetValue("network", out var node))
        {
            return FunctionNetwork.None;
        }

        switch (Scalar(node, "network"))
        {
            case "none":
                return FunctionNetwork.None;
            case "loopback":
                return FunctionNetwork.Loopback;
            case "full":
                return FunctionNetwork.Full;
            case var other:
                Fault(node, "network", other ?? Shown(node), "use none, loopback or full");
                return FunctionNetwork.None;
        }
    }

    private ServiceClass Class(Dictionary<string, YamlNode> values)
    {
        if (!values.TryGetValue("class", out var node))
        {
            return ServiceClass.Interactive;
        }

        switch (Scalar(node, "class"))
        {
            case "interactive":
                return ServiceClass.Interactive;
            case "background":
                return ServiceClass.Background;
            case var other:
                Fault(node, "class", other ?? Shown(node), "use interactive or background");
                return ServiceClass.Interactive;
        }
    }

    private StartMode Start(Dictionary<string, YamlNode> values)
    {
        if (!values.TryGetValue("start", out var node))
        {
            return StartMode.Normal;
        }

        switch (Scalar(node, "start"))
        {
            case "normal":
                return StartMode.Normal;
            case "hedged":
                return StartMode.Hedged;
            case var other:
                Fault(node, "start", other ?? Shown(node), "use normal or hedged");
                return StartMode.Normal;
        }
    }

    private string Text(Dictionary<string, YamlNode> values, string key, string fallback, Func<string, bool> isValid, string remedy)
    {
        values.TryGetValue(key, out var node);
        var text = node is null ? fallback : Scalar(node, key) ?? fallback;
        if (!isValid(text))
        {
            Fault(node, key, text, remedy);
        }

        return text;
    }

    private int Number(Dictionary<string, YamlNode> values, string key, int fallback, int least, int most)
    {
        if (!values.TryGetValue(key, out var node))
        {
            return fallback;
        }

        if (int.TryParse(Scalar(node, key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Fault(node, key, Shown(node), $"use a whole number, {least} to {most}");
        return fallback;
    }

    private long Bytes(Dictionary<string, YamlNode> values, string key, long fallback, long least, long most, string range)
    {
        if (!values.TryGetValue(key, out var node))
        {
            return fallback;
        }

        if (Quantity.TryParseBytes(Scalar(node, key) ?? "", out var bytes) && bytes >= least && bytes <= most)
        {
            return bytes;
        }

        Fault(node, key, Shown(node), $"use {range}");
        return fallback;
    }

    private TimeSpan Duration(Dictionary<string, YamlNode> values, string key, TimeSpan fallback, TimeSpan least, TimeSpan most, string range)
    {
        if (!values.TryGetValue(key, out var node))
        {
            return fallback;
        }

        if (Quantity.TryParseDuration(Scalar(node, key) ?? "", out var duration) && duration >= least && duration <= most)
        {
            return duration;
        }

        Fault(node, key, Shown(node), $"use {range}");
        return fallback;
    }

    private string? Scalar(YamlNode node, string key)
    {
        if (node is YamlScalarNode { Value: { } value })
        {
            if (!value.Contains('\0'))
            {
                return value;
            }

            Fault(node, key, "", "holds a zero byte, which neither an environment nor a path can; leave it out");
            return null;
        }

        Fault(node, key, "", "takes a single value");
        return null;
    }

    /// <summary>What a fault repeats of the file: a single value, nothing of a list or mapping.</summary>
    private static string Shown(YamlNode node) => (node as YamlScalarNode)?.Value ?? "";

    private void Fault(YamlNode? node, string key, string value, string remedy)
    {
        var place = node is null ? $"{_path}: " : $"{_path}, line {node.Start.Line}: ";
        if (node is not null && _given?.Values.Contains(node) is true)
        {
            place = ""; // it stands in no file
        }

        _faults.Add(new(place.Length == 0 ? 0 : (int)(node?.Start.Line ?? 0), value.Length == 0 ? $"{place}{key} {remedy}" : $"{place}{key} is '{value}'; {remedy}"));
    }
}
