using System.Collections.Concurrent;
using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Isolation;

/// <summary>
/// Makes control groups below the one that systemd delegated to the daemon (<c>Delegate=memory pids cpu</c>). Only controllers that the kernel
/// lists are used; without delegation there are none, and limits of the process stand in.
/// </summary>
internal sealed class ControlGroups
{
    private const string Mount = "/sys/fs/cgroup";
    private const string OwnName = "main";

    // Of all the processor's time while it is short, the daemon gets ten times what one worker gets: the broker goes on whatever functions do.
    private const int DaemonWeight = 1000;
    private const int InteractiveWeight = 100;
    private const int BackgroundWeight = 10;

    // The kernel keeps a group until its last process is torn down: mostly a few milliseconds.
    private const int RemovalTries = 20;
    private static readonly TimeSpan RemovalPause = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentQueue<ControlGroup> _ended = new();
    private readonly TimeProvider _clock;
    private readonly string _root;
    private readonly HashSet<string> _controllers;
    private readonly int _maxProcesses;

    private ControlGroups(string root, HashSet<string> controllers, int maxProcesses, TimeProvider clock) => (_root, _controllers, _maxProcesses, _clock) = (root, controllers, maxProcesses, clock);

    public bool LimitsMemory => _controllers.Contains("memory");

    public bool LimitsProcesses => _controllers.Contains("pids");

    public bool LimitsProcessor => _controllers.Contains("cpu");

    /// <returns>Null where no writable group is to be had; <paramref name="reason"/> says why, or which controller is missing.</returns>
    public static ControlGroups? TryOpen(int maxProcesses, TimeProvider clock, out string reason)
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

            // A group with processes of its own cannot hand controllers down: the daemon moves into a child first. One that was started again is there already.
            var root = Mount + (Path.GetFileName(own) == OwnName ? Path.GetDirectoryName(own) : own);
            var main = Directory.CreateDirectory(Path.Combine(root, OwnName)).FullName;
            File.WriteAllText(Path.Combine(main, "cgroup.procs"), Environment.ProcessId.ToString());
            var groups = new ControlGroups(root, Enable(root), maxProcesses, clock);
            if (groups.LimitsProcessor)
            {
                Write(main, "cpu.weight", DaemonWeight.ToString());
            }

            groups.RemoveLeftOvers();
            reason = groups.LimitsMemory ? "" : "the kernel's memory controller is off; put cgroup_enable=memory into /boot/firmware/cmdline.txt and restart the machine";
            return groups;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            reason = $"the daemon's control group cannot be written ({exception.Message}); its unit needs Delegate=memory pids cpu";
            return null;
        }
    }

    /// <param name="worker">Unlike that of any other worker of this daemon.</param>
    public ControlGroup Create(FunctionDefinition definition, string worker)
    {
        RemoveEnded();

        // The daemon's number: a group of one that was killed may still be there, on its way out.
        var path = Directory.CreateDirectory(Path.Combine(_root, $"fn-{definition.Name}-{Environment.ProcessId}-{worker}")).FullName;
        if (LimitsMemory)
        {
            Write(path, "memory.max", definition.MemoryBytes.ToString());
            Write(path, "memory.swap.max", "0");
            Write(path, "memory.oom.group", "1");
        }

        if (LimitsProcesses)
        {
            Write(path, "pids.max", _maxProcesses.ToString());
        }

        if (LimitsProcessor)
        {
            Write(path, "cpu.weight", (definition.Class == ServiceClass.Background ? BackgroundWeight : InteractiveWeight).ToString());
            if (definition.CpuPercent is { } percent)
            {
                Write(path, "cpu.max", $"{percent * 1000} 100000"); // microseconds of 100 ms
            }
        }

        return new ControlGroup(path, LimitsMemory);
    }

    /// <summary>The group's worker has ended: completes when the group has gone, or is left to the next that is made.</summary>
    public async Task RemoveAsync(ControlGroup group)
    {
        group.Kill(); // a process that its worker left behind dies with the namespace; this one does not wait for that
        for (var i = 0; i < RemovalTries; i++)
        {
            if (group.TryRemove())
            {
                return;
            }

            await Task.Delay(RemovalPause, _clock);
        }

        _ended.Enqueue(group);
    }

    private void Remove(ControlGroup group)
    {
        if (!group.TryRemove())
        {
            _ended.Enqueue(group);
        }
    }

    private void RemoveEnded()
    {
        for (var count = _ended.Count; count > 0 && _ended.TryDequeue(out var group); count--)
        {
            Remove(group);
        }
    }

    private static HashSet<string> Enable(string root)
    {
        var available = File.ReadAllText(Path.Combine(root, "cgroup.controllers")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        foreach (var controller in available.Where(controller => controller is "memory" or "pids" or "cpu"))
        {
            try
            {
                File.WriteAllText(Path.Combine(root, "cgroup.subtree_control"), "+" + controller);
            }
            catch (IOException)
            {
                // Busy or held back by the group above: what is enabled is read below.
            }
        }

        return [.. File.ReadAllText(Path.Combine(root, "cgroup.subtree_control")).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
    }

    private static void Write(string group, string file, string value)
    {
        var path = Path.Combine(group, file);
        if (File.Exists(path)) // memory.swap.max is not there without swap accounting
        {
            File.WriteAllText(path, value);
        }
    }

    /// <summary>Of a daemon that was killed: its workers die with it, their groups stay.</summary>
    private void RemoveLeftOvers()
    {
        foreach (var path in Directory.EnumerateDirectories(_root, "fn-*"))
        {
            var group = new ControlGroup(path, limitsMemory: false);
            group.Kill();
            Remove(group);
        }
    }
}
