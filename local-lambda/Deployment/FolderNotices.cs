using System.Runtime.InteropServices;
using System.Text;
using Roost.LocalLambda.Output;

namespace Roost.LocalLambda.Deployment;

/// <summary>
/// What the kernel has to tell of changes in folders: one inotify instance, whose notices wait in the kernel until they are asked for. .NET's
/// <c>FileSystemWatcher</c> takes an instance (128 for a user, usually) and a thread each, and with its sub-folders the watches of a whole <c>node_modules</c>.
/// One caller at a time.
/// </summary>
internal sealed unsafe class FolderNotices : IDisposable
{
    private const uint Mask = NotifyCalls.Attributes | NotifyCalls.Written | NotifyCalls.MovedFrom | NotifyCalls.MovedTo | NotifyCalls.Created | NotifyCalls.Deleted
        | NotifyCalls.SelfDeleted | NotifyCalls.SelfMoved | NotifyCalls.FoldersOnly;

    private const int HeaderBytes = 16; // struct inotify_event: watch, mask, cookie, length of the name
    private const int NoSpace = 28; // ENOSPC: fs.inotify.max_user_watches

    private readonly int _descriptor = NotifyCalls.Open(NotifyCalls.NonBlockingCloseOnExec);
    private readonly Dictionary<int, HashSet<string>> _owners = [];
    private readonly byte[] _buffer = new byte[64 * 1024];

    public FolderNotices()
    {
        if (_descriptor < 0)
        {
            Fault = $"the kernel gives no notices of changes: {Marshal.GetLastPInvokeErrorMessage()}; raise fs.inotify.max_user_instances";
        }
    }

    /// <summary>Why not every change is noticed; null while each is.</summary>
    public string? Fault { get; private set; }

    /// <summary>From now on the notices of these folders, and of no other, are <paramref name="owner"/>'s. One that does not exist is left out.</summary>
    public void Watch(string owner, IEnumerable<string> folders)
    {
        if (_descriptor < 0)
        {
            return;
        }

        HashSet<int> kept = [];
        foreach (var folder in folders)
        {
            // A folder that is watched already answers with the watch that it has.
            var watch = NotifyCalls.Add(_descriptor, folder, Mask);
            if (watch >= 0)
            {
                kept.Add(watch);
                if (!_owners.TryGetValue(watch, out var owners))
                {
                    _owners[watch] = owners = [];
                }

                owners.Add(owner);
            }
            else if (Marshal.GetLastPInvokeError() == NoSpace)
            {
                Fault = "the kernel gives notices of no more folders; raise fs.inotify.max_user_watches";
            }
        }

        foreach (var (watch, owners) in _owners.Where(pair => !kept.Contains(pair.Key) && pair.Value.Contains(owner)).ToList())
        {
            owners.Remove(owner);
            if (owners.Count == 0)
            {
                _owners.Remove(watch);
                _ = NotifyCalls.Remove(_descriptor, watch);
            }
        }
    }

    /// <summary>Adds to <paramref name="changes"/> what has changed since the last time, each once: the owner of a folder, and the name of what changed in it, empty for the folder itself.</summary>
    /// <returns>False when there were more notices than the kernel keeps: anything may have changed.</returns>
    public bool Read(HashSet<(string Owner, string Name)> changes)
    {
        var complete = true;
        while (_descriptor >= 0)
        {
            nint read;
            fixed (byte* buffer = _buffer)
            {
                read = LinuxCalls.Read(_descriptor, buffer, _buffer.Length);
            }

            if (read <= 0)
            {
                break;
            }

            for (var rest = _buffer.AsSpan(0, (int)read); rest.Length >= HeaderBytes;)
            {
                var (watch, mask, length) = (MemoryMarshal.Read<int>(rest), MemoryMarshal.Read<uint>(rest[4..]), MemoryMarshal.Read<int>(rest[12..]));
                complete &= (mask & NotifyCalls.Overflowed) == 0;
                if (_owners.TryGetValue(watch, out var owners))
                {
                    var name = Encoding.UTF8.GetString(rest.Slice(HeaderBytes, length)).TrimEnd('\0');
                    foreach (var owner in owners)
                    {
                        changes.Add((owner, name));
                    }
                }

                if ((mask & NotifyCalls.Ignored) != 0)
                {
                    _owners.Remove(watch);
                }

                rest = rest[(HeaderBytes + length)..];
            }
        }

        return complete;
    }

    public void Dispose()
    {
        if (_descriptor >= 0)
        {
            _ = LinuxCalls.Close(_descriptor);
        }
    }
}
