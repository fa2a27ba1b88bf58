namespace Roost.LocalLambda.Isolation;

/// <summary>The control group (version 2) of one worker.</summary>
internal sealed class ControlGroup(string path, bool limitsMemory)
{
    public string Path { get; } = path;

    /// <summary>False where the kernel has the memory controller switched off, as Raspberry Pi OS does by default.</summary>
    public bool LimitsMemory { get; } = limitsMemory;

    /// <summary>True once the kernel has ended a process of the group for want of memory.</summary>
    public bool RanOutOfMemory()
    {
        try
        {
            return LimitsMemory && File.ReadLines(System.IO.Path.Combine(Path, "memory.events")).Any(line => line.StartsWith("oom_kill ", StringComparison.Ordinal) && line != "oom_kill 0");
        }
        catch (IOException)
        {
            return false; // the group has gone
        }
    }

    /// <summary>Ends every process of the group, whatever it did to escape.</summary>
    public void Kill()
    {
        try
        {
            File.WriteAllText(System.IO.Path.Combine(Path, "cgroup.kill"), "1");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A kernel older than 5.14, or the group has gone: the end of the process namespace does it.
        }
    }

    /// <summary>Removes the group, which must be empty.</summary>
    public void Remove()
    {
        try
        {
            Directory.Delete(Path);
        }
        catch (IOException)
        {
            // A process is still on its way out; ControlGroups removes what is left at the next start.
        }
    }
}
