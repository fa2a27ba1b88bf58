using System.Globalization;

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
            return LimitsMemory && File.ReadLines(FileOf("memory.events")).Any(line => line.StartsWith("oom_kill ", StringComparison.Ordinal) && line != "oom_kill 0");
        }
        catch (IOException)
        {
            return false; // the group has gone
        }
    }

    /// <summary>Most memory that the group has used at one time, in bytes; before Linux 5.19 what it uses now. 0 where the kernel does not count it.</summary>
    public long PeakMemory()
    {
        try
        {
            var file = FileOf("memory.peak");
            return LimitsMemory ? long.Parse(File.ReadAllText(File.Exists(file) ? file : FileOf("memory.current")), CultureInfo.InvariantCulture) : 0;
        }
        catch (IOException)
        {
            return 0; // the group has gone
        }
    }

    /// <summary>Ends every process of the group, whatever it did to escape.</summary>
    public void Kill()
    {
        try
        {
            File.WriteAllText(FileOf("cgroup.kill"), "1");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A kernel older than 5.14, or the group has gone: the end of the process namespace does it.
        }
    }

    /// <returns>False while a process is still on its way out: the kernel keeps the group until then.</returns>
    public bool TryRemove()
    {
        try
        {
            Directory.Delete(Path);
            return true;
        }
        catch (DirectoryNotFoundException)
        {
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private string FileOf(string name) => System.IO.Path.Combine(Path, name);
}
