namespace Roost.LocalLambda;

/// <summary>Settings of all functions together; those of one function stand in its <c>function.yaml</c>.</summary>
public sealed class FunctionOptions
{
    public const string Section = "Functions";

    /// <summary>Each sub-folder with a <c>function.yaml</c> is a function. A folder that does not exist holds none. Default <c>functions</c>.</summary>
    public string Folder { get; set; } = "functions";

    /// <summary>Where queues, dead letters and logs are kept. The gateway sets it below its data folder. Default <c>data/functions</c>.</summary>
    public string DataFolder { get; set; } = "data/functions";

    /// <summary>What the code of one version may take unpacked, in bytes. Default 250 MiB, as AWS has it.</summary>
    public long MaxCodeBytes { get; set; } = 250 * 1024 * 1024;

    /// <summary>Default <see cref="IsolationMode.Required"/>.</summary>
    public IsolationMode Isolation { get; set; } = IsolationMode.Required;

    /// <summary>Device nodes that a function may ask for in its <c>function.yaml</c>: full paths below <c>/dev</c>. Default none.</summary>
    public List<string> Devices { get; set; } = [];

    /// <summary>How long a worker may take from its start to its first question for an event. Default 10 s.</summary>
    public TimeSpan InitTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a stop waits for running invocations before it ends their workers. Default 5 s.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Workers of all functions together. Where more are wanted, interactive functions go first and idle workers make room. Default 64.</summary>
    public int MaxWorkers { get; set; } = 64;

    /// <summary>
    /// Processes and threads of one worker. Default 128: Node.js alone has 11. Without a delegated control group it is not enforced for a
    /// daemon that runs as root, nor without isolation.
    /// </summary>
    public int MaxProcesses { get; set; } = 128;

    /// <summary>Interpreters of a family (Python, Node.js) that run ahead of need, while some function uses the family; 0 for none. Default 1.</summary>
    public int Spares { get; set; } = 1;

    /// <summary>Kept log of all functions on disk, in bytes; the oldest lines go first. Default 8 MiB.</summary>
    public long LogRetentionBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Lines that are older are given up too. Default 0: there is no such limit.</summary>
    public TimeSpan LogRetentionAge { get; set; }

    /// <summary>What a worker may print a second in the long run, in bytes; 1 MiB at once is always taken. More is counted and dropped. Default 64 KiB.</summary>
    public int LogRateBytes { get; set; } = 64 * 1024;

    /// <summary>What one function's queue of asynchronous invocations may hold on disk, in bytes; when it is full, more are refused. Default 64 MiB.</summary>
    public long QueueBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>What is kept of dead letters of all functions, in bytes; the oldest go first. Default 16 MiB.</summary>
    public long DeadLetterBytes { get; set; } = 16 * 1024 * 1024;

    /// <summary>Requests a second that the workers of one function together may make of the broker, shadows and streams; as many at once. Default 500.</summary>
    public int EndpointRequestsPerSecond { get; set; } = 500;

    /// <summary>Bytes of such requests' bodies that may be on their way at one time, by function. Default 16 MiB.</summary>
    public long EndpointBodyBytes { get; set; } = 16 * 1024 * 1024;
}
