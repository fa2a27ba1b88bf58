using Roost.LocalLambda.Code;
using Roost.LocalLambda.Definitions;

namespace Roost.LocalLambda.Isolation;

/// <summary>
/// Which device nodes a function gets: those that its own file asks for and the daemon's configuration allows. Whether a node is there, and what it is,
/// is looked at when a worker starts: a device may be plugged in later.
/// </summary>
internal sealed class DeviceGrants(IReadOnlyCollection<string> allowed)
{
    private static readonly string[] Never = ["/dev/mem", "/dev/kmem", "/dev/port", "/dev/kmsg", "/dev/ptmx", "/dev/console", "/dev/kvm", "/dev/fuse", "/dev/uinput"];

    public const string NotAllowed = "is not allowed for functions; add it to functions: devices in the daemon's configuration";

    /// <returns>Null for a name that may be asked for, else why not.</returns>
    public static string? FaultOfName(string device) =>
        !device.StartsWith("/dev/", StringComparison.Ordinal) || Path.GetFullPath(device) != device || device.EndsWith('/') ? "name a node below /dev by its full path: /dev/gpiochip0"
        : Never.Contains(device) ? "is more than a device of one kind: with it a function could leave its sandbox"
        : device.StartsWith("/dev/shm/", StringComparison.Ordinal) || device.StartsWith("/dev/pts/", StringComparison.Ordinal) ? "is no device node of the machine; name one below /dev itself"
        : null;

    /// <summary>bubblewrap's arguments for the devices of a function.</summary>
    /// <exception cref="IOException">One is not allowed, or not what it should be.</exception>
    public IEnumerable<string> ArgumentsFor(FunctionDefinition definition)
    {
        foreach (var device in definition.Devices)
        {
            if (!allowed.Contains(device))
            {
                throw new IOException($"{device} {NotAllowed}"); // it was when the function was deployed
            }

            // A link may lead to any file by the time it is bound, and a disk holds everybody's files.
            if (FaultOfName(device) is { } fault || (fault = FileKind.IsCharacterDevice(device) ? null : "is no character device that is there; links and disks are not handed out") is not null)
            {
                throw new IOException($"{device} {fault}");
            }

            yield return "--dev-bind";
            yield return device;
            yield return device;
        }
    }
}
