using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Isolation;

/// <summary>
/// Makes control groups below the one that systemd delegated to the daemon (<c>Delegate=memory pids cpu</c>). Only controllers that the kernel
/// lists are used; without delegation there are none, and limits of the process stand in.
/// </summary>
internal sealed class ControlGroups
{
    private const string Mount = "/sys/fs/cgroup";
    private readonly string _root;
    private readonly bool _memory;
    private readonly bool _pids;
    private readonly int _maxProcesses;

    private ControlGroups(string root, bool memory, bool pids, int maxProcesses) => (_root, _memory, _pids, _maxProcesses) = (root, memory, pids, maxProcesses);

    public bool LimitsMemory => _memory;

    /// <returns>Null where no writable group with controllers is to be had; <paramref name="reason"/> says why.</returns>
    public static ControlGroups? TryOpen(int maxProcesses, out string reason)
    {
        try
        {
            if (!File.Exists(Path.Combine(Mount, "cgroup.controllers")))
            {
                reason = "this machine does not mount control groups of version 2 alone";
                return null;
            }

            var own = File.ReadLines("/proc/self/cgroup").FirstOrDefault(line => line.StartsWith("0::", StringComparison.Ordinal))?[3..] ?? "/";
            if (own == "/")
            {
                reason = "the daemon is in the root group; systemd starts it in one of its own with Delegate=memory pids cpu";
                return null;
            }

            var root = Mount + own;
            var controllers = File.ReadAllText(Path.Combine(root, "cgroup.controllers")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            string[] wanted = [.. controllers.Where(controller => controller is "memory" or "pids" or "cpu")];

            // A group with processes of its own cannot hand controllers down: the daemon moves into a child first.
            var main = Directory.CreateDirectory(Path.Combine(root, "main")).FullName;
            File.WriteAllText(Path.Combine(main, "cgroup.procs"), Environment.ProcessId.ToString());
            if (wanted.Length > 0)
            {
                File.WriteAllText(Path.Combine(root, "cgroup.subtree_control"), string.Join(' ', wanted.Select(controller => "+" + controller)));
            }

            var groups = new ControlGroups(root, wanted.Contains("memory"), wanted.Contains("pids"), maxProcesses);
            groups.RemoveLeftOvers();
            reason = groups._memory ? "" : "the kernel's memory controller is off; put cgroup_enable=memory into /boot/firmware/cmdline.txt and restart the machine";
            return groups;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            reason = $"the daemon's control group cannot be written ({exception.Message}); its unit needs Delegate=memory pids cpu";
            return null;
        }
    }

    public ControlGroup Create(FunctionDefinition definition, string worker)
    {
        var path = Directory.CreateDirectory(Path.Combine(_root, $"fn-{definition.Name}-{worker}")).FullName;
        if (_memory)
        {
            Write(path, "memory.max", definition.MemoryBytes.ToString());
            Write(path, "memory.swap.max", "0");
            Write(path, "memory.oom.group", "1");
        }

        if (_pids)
        {
            Write(path, "pids.max", _maxProcesses.ToString());
        }

        return new ControlGroup(path, _memory);
    }

    private static void Write(string group, string file, string value)
    {
        var path = Path.Combine(group, file);
        if (File.Exists(path)) // memory.swap.max is not there without swap accounting
        {
            File.WriteAllText(path, value);
        }
    }

    private void RemoveLeftOvers()
    {
        foreach (var path in Directory.EnumerateDirectories(_root, "fn-*"))
        {
            new ControlGroup(path, limitsMemory: false).Remove();
        }
    }
}
