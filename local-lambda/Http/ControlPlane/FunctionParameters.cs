using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>The settings in CreateFunction and UpdateFunctionConfiguration. What Roost cannot do is refused and never silently left out; what changes nothing is kept and told again.</summary>
internal static partial class FunctionParameters
{
    public const int MaxDescription = 256;

    /// <summary>Smaller than AWS's least of 128: a Raspberry Pi has room for many small functions, not for many large ones.</summary>
    private const int MinMemory = 16;
    private const int MaxMemory = 10_240;
    private const int MaxTimeout = 900;
    private const int DefaultStorage = 512;
    private const int MaxStorage = 10_240;

    /// <summary>This machine's architecture in AWS's words.</summary>
    public static string Architecture => RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.Arm64 ? "arm64" : "x86_64";

    /// <param name="before">What is set already; what the request does not name stays.</param>
    public static LambdaSettings Read(RequestParameters request, LambdaSettings before)
    {
        RefuseWhatIsNotOffered(request);
        var settings = before with
        {
            Role = request.Text("Role", max: 2048) ?? before.Role,
            Runtime = Runtime(request) ?? before.Runtime,
            Handler = request.Text("Handler", max: 128, pattern: NoSpace()) ?? before.Handler,
            MemorySize = request.Number("MemorySize", MinMemory, MaxMemory) ?? before.MemorySize,
            Timeout = request.Number("Timeout", 1, MaxTimeout) ?? before.Timeout,
            Environment = Environment(request) ?? before.Environment,
            TracingMode = Inner(request, "TracingConfig", inner => inner.OneOf("Mode", "Active", "PassThrough")) ?? before.TracingMode,
            SnapStart = Inner(request, "SnapStart", inner => inner.OneOf("ApplyOn", "PublishedVersions", "None")) ?? before.SnapStart,
        };
        return WithStorage(request, WithArchitecture(request, settings));
    }

    /// <summary>An architecture that is not this machine's is told again for scripts, which run anywhere, and refused for programs.</summary>
    public static LambdaSettings WithArchitecture(RequestParameters request, LambdaSettings settings)
    {
        if (request.List("Architectures") is not { Count: > 0 } asked)
        {
            return settings;
        }

        if (asked.Count > 1 || asked[0] is not ("x86_64" or "arm64"))
        {
            throw request.Constraint("Architectures", $"[{string.Join(", ", asked)}]", "Member must satisfy constraint: [Member must satisfy enum value set: [x86_64, arm64]]");
        }

        return asked[0] != Architecture && settings.Runtime is { } name && FunctionRuntime.TryParse(name) is { Family: RuntimeFamily.Provided }
            ? throw RequestRefusedException.InvalidParameter($"architectures: this machine is {Architecture}, and a program for {asked[0]} does not run on it; build bootstrap for {Architecture}.")
            : settings with { Architecture = asked[0] };
    }

    public static IReadOnlyDictionary<string, string>? Tags(RequestParameters request)
    {
        const int MaxTags = 50;
        var tags = request.Texts("Tags");
        if (tags is null)
        {
            return null;
        }

        foreach (var (key, value) in tags)
        {
            if (key.Length is 0 or > 128 || value.Length > 256 || key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
            {
                throw RequestRefusedException.InvalidParameter($"tags: the key '{key}' must have 1 to 128 characters and not begin with aws:, its value at most 256.");
            }
        }

        return tags.Count > MaxTags ? throw RequestRefusedException.InvalidParameter($"tags: a function has at most {MaxTags}.") : tags;
    }

    private static void RefuseWhatIsNotOffered(RequestParameters request)
    {
        request.Refuse("VpcConfig", "there are no VPCs here; what a function may reach is set by network in a function.yaml in the zip.");
        request.Refuse("Layers", "layers are not offered; put their content into the zip.");
        request.Refuse("FileSystemConfigs", "file systems are not offered; a function writes to /tmp.");
        request.Refuse("ImageConfig", "images are not offered; send a zip.");
        request.Refuse("KMSKeyArn", "there are no keys here; the environment is kept as it is in the data folder.");
        request.Refuse("CodeSigningConfigArn", "signatures of code are not checked here; leave it out.");
        request.Refuse("DeadLetterConfig", "there are no SQS queues or SNS topics here; dead letters are kept by the gateway itself.");
        if (request.Object("LoggingConfig") is { } logging)
        {
            if (logging.OneOf("LogFormat", "Text", "JSON") == "JSON")
            {
                throw RequestRefusedException.InvalidParameter("loggingConfig.logFormat: logs are kept as text; leave it out, or print JSON.");
            }

            logging.Text("LogGroup", max: 512); // a log has the name of its function here, whatever group is named
            logging.RefuseOthers();
        }
    }

    private static string? Runtime(RequestParameters request) => request.Text("Runtime") is not { } name || FunctionRuntime.TryParse(name) is not null
        ? request.Text("Runtime")
        : throw RequestRefusedException.InvalidParameter($"Value {name} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [python3.x, python3.N, nodejsN.x, provided, provided.al2, provided.al2023] or be a valid ARN");

    private static IReadOnlyDictionary<string, string>? Environment(RequestParameters request)
    {
        if (request.Object("Environment") is not { } environment)
        {
            return null;
        }

        var variables = environment.Texts("Variables") ?? new Dictionary<string, string>();
        environment.RefuseOthers();
        foreach (var name in variables.Keys)
        {
            if (FunctionEnvironment.FaultOfName(name) is { } fault)
            {
                throw fault.StartsWith("is reserved", StringComparison.Ordinal)
                    ? RequestRefusedException.InvalidParameter($"Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: {name}")
                    : environment.Constraint("Variables", name, "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]");
            }
        }

        if (variables.Values.Any(value => value.Contains('\0')))
        {
            throw RequestRefusedException.InvalidParameter("environment.variables: a value holds a zero byte, which no environment can.");
        }

        return variables.Sum(pair => pair.Key.Length + Encoding.UTF8.GetByteCount(pair.Value)) > FunctionEnvironment.MaxBytes
            ? throw RequestRefusedException.InvalidParameter("Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.")
            : variables;
    }

    /// <summary><c>/tmp</c> is in memory, and as large as the function's memory: more of it cannot be promised. AWS's default is no promise, as everybody sends it.</summary>
    private static LambdaSettings WithStorage(RequestParameters request, LambdaSettings settings)
    {
        var size = request.Object("EphemeralStorage")?.Number("Size", DefaultStorage, MaxStorage);
        return size > DefaultStorage && size > (settings.MemorySize ?? 0)
            ? throw RequestRefusedException.InvalidParameter($"ephemeralStorage.size: /tmp is as large as the function's memory here; set memorySize to {size} or more, or leave it out.")
            : settings with { EphemeralStorage = size ?? settings.EphemeralStorage };
    }

    private static string? Inner(RequestParameters request, string name, Func<RequestParameters, string?> read)
    {
        if (request.Object(name) is not { } inner)
        {
            return null;
        }

        var value = read(inner);
        inner.RefuseOthers();
        return value;
    }

    [GeneratedRegex(@"^[^\s]*$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex NoSpace();
}
