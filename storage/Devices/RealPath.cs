namespace Roost.Storage.Devices;

/// <summary>Where a path leads once all links in it are followed: what lies there is on the disk of that place.</summary>
internal static class RealPath
{
    private const int MostLinks = 40; // the kernel's own limit, against links in a circle

    public static string Of(string path)
    {
        var rest = new Stack<string>(Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        var (real, links) = ("/", 0);
        while (rest.TryPop(out var name))
        {
            var next = Path.Combine(real, name);
            if (links < MostLinks && LinkTarget(next) is { } target)
            {
                links++;
                foreach (var part in Path.GetFullPath(target, real).Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                {
                    rest.Push(part);
                }

                real = "/"; // every part of the target may be a link again
                continue;
            }

            real = next;
        }

        return real;
    }

    private static string? LinkTarget(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
