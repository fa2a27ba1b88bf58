using System.Text;
using System.Text.Json;
using Roost.LocalLambda.Definitions;
using Roost.LocalLambda.Inside;

namespace Roost.LocalLambda.Isolation;

/// <summary>
/// Writes the command line of a worker: a shell that sets the limits of the process, joins the function's control group and becomes
/// bubblewrap, which makes the namespaces and becomes the runtime. Pure: it starts nothing.
/// </summary>
/// <param name="filterFile">The filter of system calls, as <see cref="Seccomp.SystemCallFilter"/> builds it.</param>
internal sealed class Sandbox(IsolationMode isolation, int maxProcesses, string runtimesFolder, string filterFile, DeviceGrants devices, InnerListeners listeners)
{
    public const string Bubblewrap = "/usr/bin/bwrap";

    /// <summary>The function's code, as AWS places it.</summary>
    public const string TaskRoot = "/var/task";

    private const string Perl = "/usr/bin/perl";
    private const long ProbeMemoryBytes = 16 * 1024 * 1024;
    private const string RuntimeRoot = "/var/runtime";
    private const string SocketInside = "/run/roost.sock";
    private const string EndpointInside = "/run/roost-endpoint.sock";

    /// <summary>
    /// $1 data limit in KiB or "", $2 stack of a thread in KiB or "", $3 control group or "", $4 the filter of system calls, which bubblewrap reads on descriptor 4. Its own arguments
    /// come on descriptor 3, the former standard input: there they are not shown by ps, which any user of the machine may run, and they hold the
    /// function's environment. It closes both before the function starts.
    /// </summary>
    private const string Script =
        """ulimit -c 0; ulimit -n 1024; [ -z "$1" ] || ulimit -d "$1"; [ -z "$2" ] || ulimit -S -s "$2"; [ -z "$3" ] || echo $$ >"$3/cgroup.procs" || exit 126; exec 3<&0 4<"$4" </dev/null; shift 4; exec "$@" """;

    /// <summary>
    /// Runs inside the sandbox. The kernel counts a user's processes by user namespace, and compares those outside with the limit that stood when
    /// the namespace was made. Set before bubblewrap, the limit would count every thread of the daemon's user, the daemon's own
    /// and all other workers' included; set behind it, it counts this sandbox alone.
    /// </summary>
    /// <remarks>dash calls the limit -p; where sh is bash it is -u.</remarks>
    private const string ProcessLimitScript = """ulimit -p "$0" 2>/dev/null || ulimit -u "$0"; exec "$@" """;

    /// <summary>Without a sandbox: nothing to read on descriptor 3, death with the daemon comes from setpriv, and there is no namespace to count processes in.</summary>
    private const string PlainScript =
        """ulimit -c 0; ulimit -n 1024; [ -z "$1" ] || ulimit -d "$1"; [ -z "$2" ] || ulimit -S -s "$2"; [ -z "$3" ] || echo $$ >"$3/cgroup.procs" || exit 126; shift 3; exec "$@" </dev/null""";

    public LaunchPlan PlanFor(FunctionDefinition definition, string socketPath, string logStream, bool pinned, ControlGroup? group, InsideAccess? inside)
    {
        var limits = LimitsOf(definition, group);
        return Ranked(definition, isolation == IsolationMode.None
            ? Plain(definition, socketPath, logStream, pinned, limits, inside)
            : Isolated(definition, socketPath, FunctionEnvironment.Of(definition, TaskRoot, RuntimeRoot, SocketInside, logStream, pinned, inside?.Environment(definition, EndpointInside)), limits, inside));
    }

    /// <summary>Starts an interpreter that waits to be told which function it is.</summary>
    /// <param name="definition">What the sandbox is made for; nothing else of it counts.</param>
    /// <param name="stagingFolder">What it will find as the function's code: empty as yet.</param>
    public LaunchPlan PlanForSpare(FunctionDefinition definition, string stagingFolder, string socketPath, ControlGroup? group) =>
        Ranked(definition, Isolated(definition with { Folder = stagingFolder }, socketPath, FunctionEnvironment.OfSpare(SocketInside), LimitsOf(definition, group), inside: null));

    /// <returns>Equal for two functions when the sandbox of one would do for the other; null where there are no sandboxes.</returns>
    public string? ShapeOf(FunctionDefinition definition)
    {
        if (isolation == IsolationMode.None)
        {
            return null;
        }

        var plan = Isolated(definition with { Folder = "" }, socketPath: "", [], LimitsOf(definition, group: null), inside: null);
        return $"{definition.MemoryBytes} {definition.CpuPercent} {definition.Class}\0{string.Join('\0', plan.Arguments)}\0{Encoding.UTF8.GetString(plan.Input)}"; // the first are the control group's
    }

    /// <summary>What a spare has to be told: the function's environment as a JSON object.</summary>
    public static byte[] AssignmentOf(FunctionDefinition definition, string logStream, bool pinned) =>
        JsonSerializer.SerializeToUtf8Bytes(FunctionEnvironment.Of(definition, TaskRoot, RuntimeRoot, SocketInside, logStream, pinned, endpoint: null));

    /// <summary>Starts a command in a sandbox like a function's, but without a function in it.</summary>
    public static LaunchPlan Probe(string filterFile, IReadOnlyList<string> command)
    {
        List<string> arguments = [.. Namespaces(FunctionNetwork.None), .. SystemFolders(), .. OwnFolders(ProbeMemoryBytes, []), "--chdir", "/", "--clearenv"];
        return new("/bin/sh", ["-c", Script, "sh", "", "", "", filterFile, Bubblewrap, "--args", "3", "--", .. command], OuterEnvironment, "/", Join(arguments));
    }

    private static Dictionary<string, string> OuterEnvironment { get; } = new() { ["PATH"] = "/usr/bin:/bin" };

    private static LaunchPlan Ranked(FunctionDefinition definition, LaunchPlan plan) =>
        definition.Class == ServiceClass.Background ? plan with { Program = "/usr/bin/nice", Arguments = ["-n", "10", plan.Program, .. plan.Arguments] } : plan;

    private static List<string> LimitsOf(FunctionDefinition definition, ControlGroup? group)
    {
        // Where no control group bounds the memory, each process of the function is bound by its data segment. Never the address space
        // (RLIMIT_AS): Node.js hangs under it.
        var dataLimit = group is { LimitsMemory: true } ? "" : (definition.MemoryBytes / 1024).ToString();
        var stackLimit = dataLimit.Length > 0 && definition.Runtime.Family == RuntimeFamily.Node ? NodeMemory.StackKibibytes.ToString() : "";
        return [dataLimit, stackLimit, group?.Path ?? ""];
    }

    private LaunchPlan Plain(FunctionDefinition definition, string socketPath, string logStream, bool pinned, List<string> limits, InsideAccess? inside)
    {
        var environment = FunctionEnvironment.Of(definition, definition.Folder, runtimesFolder, socketPath, logStream, pinned, inside?.Environment(definition, inside.SocketPath));
        return new(
            "/bin/sh",
            ["-c", PlainScript, "sh", .. limits, "/usr/bin/setpriv", "--pdeathsig", "KILL", "--", .. Command(definition, definition.Folder, runtimesFolder)],
            environment,
            definition.Folder,
            []);
    }

    private LaunchPlan Isolated(FunctionDefinition definition, string socketPath, Dictionary<string, string> environment, List<string> limits, InsideAccess? inside)
    {
        List<string> arguments =
        [
            .. Namespaces(definition.Network), .. SystemFolders(),
            "--ro-bind", definition.Folder, TaskRoot,
            "--ro-bind", runtimesFolder, RuntimeRoot,
            "--bind", socketPath, SocketInside,
            .. inside is null ? Enumerable.Empty<string>() : ["--bind", inside.SocketPath, EndpointInside],
            .. OwnFolders(definition.MemoryBytes, devices.ArgumentsFor(definition)),
            "--chdir", TaskRoot, "--clearenv",
        ];
        foreach (var (name, value) in environment)
        {
            arguments.AddRange(["--setenv", name, value]);
        }

        return new(
            "/bin/sh",
            ["-c", Script, "sh", .. limits, filterFile, Bubblewrap, "--args", "3", "--", "/bin/sh", "-c", ProcessLimitScript, maxProcesses.ToString(), .. Command(definition, TaskRoot, RuntimeRoot)],
            OuterEnvironment,
            "/",
            Join(arguments));
    }

    private string[] Command(FunctionDefinition definition, string taskRoot, string runtimes)
    {
        string[] program = definition.Runtime.Family switch
        {
            RuntimeFamily.Python => [definition.Runtime.Interpreter, $"{runtimes}/python/bootstrap.py"],
            RuntimeFamily.Node => [definition.Runtime.Interpreter, .. NodeMemory.OptionsFor(definition), $"{runtimes}/nodejs/bootstrap.cjs"],
            _ => [$"{taskRoot}/bootstrap"],
        };
        var handedOver = listeners.Of(definition);
        return handedOver.Count == 0 ? program : [Perl, $"{runtimes}/launch.pl", .. handedOver.Select(listener => listener.Argument), "--", .. program];
    }

    private static List<string> Namespaces(FunctionNetwork network)
    {
        List<string> arguments =
        [
            "--unshare-user", "--unshare-pid", "--unshare-ipc", "--disable-userns", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--seccomp", "4",
            "--uid", "993", "--gid", "990", // those of Lambda's sbx_user
        ];
        if (network != FunctionNetwork.Full)
        {
            arguments.Add("--unshare-net");
        }
        else
        {
            arguments.AddRange(["--ro-bind-try", "/etc/resolv.conf", "/etc/resolv.conf", "--ro-bind-try", "/etc/hosts", "/etc/hosts", "--ro-bind-try", "/etc/nsswitch.conf", "/etc/nsswitch.conf"]);
        }

        return arguments;
    }

    private static IEnumerable<string> SystemFolders() =>
    [
        "--ro-bind", "/usr", "/usr", "--symlink", "usr/bin", "/bin", "--symlink", "usr/sbin", "/sbin", "--symlink", "usr/lib", "/lib", "--symlink", "usr/lib64", "/lib64",
        "--ro-bind-try", "/etc/alternatives", "/etc/alternatives", "--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", "--ro-bind-try", "/etc/ssl/certs", "/etc/ssl/certs",
    ];

    /// <summary>What every sandbox has for itself. Behind what is bound: afterwards nothing can be added.</summary>
    private static IEnumerable<string> OwnFolders(long memoryBytes, IEnumerable<string> devices) =>
    [
        "--proc", "/proc", "--dev", "/dev", .. devices,
        // Files in memory are memory: without a bound one function could take half of the machine's.
        "--size", memoryBytes.ToString(), "--tmpfs", "/dev/shm",
        "--size", memoryBytes.ToString(), "--tmpfs", "/tmp",
        // In /proc/sys the kernel asks for the machine's own user: the functions of a daemon that runs as root could write there.
        "--remount-ro", "/proc", "--remount-ro", "/dev", "--remount-ro", "/",
    ];

    /// <exception cref="ArgumentException">One of them holds a zero byte: behind it bubblewrap would read arguments that are not ours.</exception>
    private static byte[] Join(List<string> arguments) => arguments.Exists(argument => argument.Contains('\0'))
        ? throw new ArgumentException("An argument for the sandbox holds a zero byte.", nameof(arguments))
        : Encoding.UTF8.GetBytes(string.Concat(arguments.Select(argument => argument + '\0')));
}
