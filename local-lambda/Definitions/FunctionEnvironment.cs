namespace Roost.LocalLambda.Definitions;

/// <summary>The environment of a function: its own variables, and those that Lambda promises.</summary>
internal static class FunctionEnvironment
{
    public const int MaxBytes = 4096;
    public const string RuntimeSocket = "ROOST_RUNTIME_SOCKET";

    private const string Spare = "ROOST_SPARE";

    private static readonly Dictionary<string, string> Common = new()
    {
        ["PATH"] = "/usr/local/bin:/usr/bin:/bin",
        ["LANG"] = "C.UTF-8",
        ["TZ"] = ":UTC",
        ["HOME"] = "/tmp",
        ["PYTHONDONTWRITEBYTECODE"] = "1", // the code is read-only
    };

    private static readonly string[] Reserved =
        ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", RuntimeSocket, Spare, "ROOST_ENDPOINT", "ROOST_ENDPOINT_SOCKET"];

    /// <returns>Null for a name that a function may set, else why not.</returns>
    public static string? FaultOfName(string name)
    {
        if (name.Length < 2 || !char.IsAsciiLetter(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            return "is no name of a variable; use a letter, then letters, digits and _";
        }

        return Reserved.Contains(name) || name.StartsWith("AWS_LAMBDA_", StringComparison.Ordinal) ? "is reserved for the runtime; choose another name" : null;
    }

    /// <summary>Of an interpreter that waits to be told which function it is. A function's own environment has all of these names too.</summary>
    public static Dictionary<string, string> OfSpare(string socket) => new(Common) { [RuntimeSocket] = socket, [Spare] = "1" };

    /// <param name="taskRoot">The function's folder as the function sees it.</param>
    /// <param name="runtimeFolder">The folder of the bootstraps as the function sees it.</param>
    /// <param name="endpoint">How the function reaches broker, shadows and streams; null when it does not. Its own word on where a service is holds.</param>
    public static Dictionary<string, string> Of(FunctionDefinition definition, string taskRoot, string runtimeFolder, string socket, string logStream, bool pinned, IEnumerable<(string Name, string Value)>? endpoint)
    {
        var environment = new Dictionary<string, string>(definition.Environment);
        foreach (var (name, value) in Common)
        {
            environment.TryAdd(name, value);
        }

        environment["_HANDLER"] = definition.Handler;
        environment["AWS_REGION"] = FunctionArn.Region;
        environment["AWS_DEFAULT_REGION"] = FunctionArn.Region;
        environment["AWS_LAMBDA_FUNCTION_NAME"] = definition.Name;
        environment["AWS_LAMBDA_FUNCTION_VERSION"] = definition.Version;
        environment["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] = definition.MemoryMebibytes.ToString();
        environment["AWS_LAMBDA_INITIALIZATION_TYPE"] = pinned ? "provisioned-concurrency" : "on-demand";
        environment["AWS_LAMBDA_LOG_GROUP_NAME"] = $"/aws/lambda/{definition.Name}";
        environment["AWS_LAMBDA_LOG_STREAM_NAME"] = logStream;
        environment["LAMBDA_TASK_ROOT"] = taskRoot;
        environment["LAMBDA_RUNTIME_DIR"] = runtimeFolder;
        environment[RuntimeSocket] = socket;
        if (definition.Runtime.Family != RuntimeFamily.Provided)
        {
            environment["AWS_EXECUTION_ENV"] = $"AWS_Lambda_{definition.Runtime.Name}";
        }

        foreach (var (name, value) in endpoint ?? [])
        {
            environment.TryAdd(name, value);
        }

        return environment;
    }
}
