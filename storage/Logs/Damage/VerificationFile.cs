using System.Text;
using Roost.Storage.Files;

namespace Roost.Storage.Logs.Damage;

/// <summary>When the log was last verified, and what was found: so that a restart does not begin anew, nor forget damage. Layout: docs/formats/append-log.md.</summary>
internal static class VerificationFile
{
    private const string FileName = "verified";

    private static ReadOnlySpan<byte> Magic => "RVRF"u8;

    /// <returns>Nothing where there is no sound file: then the log was never verified.</returns>
    public static (DateTimeOffset? Ended, List<LogDamage> Damage) Read(string folder)
    {
        if (SmallFile.TryRead(Path.Combine(folder, FileName), Magic) is not { } bytes)
        {
            return (null, []);
        }

        using var reader = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
        var ended = reader.ReadInt64();
        var damage = new List<LogDamage>();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            damage.Add(new LogDamage(Path.Combine(folder, reader.ReadString()), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadString()));
        }

        return (ended == 0 ? null : new DateTimeOffset(ended, TimeSpan.Zero), damage);
    }

    /// <returns>Bytes written.</returns>
    /// <exception cref="IOException">It could not be written.</exception>
    public static int Write(string folder, DateTimeOffset? ended, IReadOnlyList<LogDamage> damage)
    {
        var content = new MemoryStream();
        using (var writer = new BinaryWriter(content, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(ended?.UtcTicks ?? 0);
            writer.Write(damage.Count);
            foreach (var one in damage)
            {
                writer.Write(Path.GetFileName(one.Segment));
                writer.Write(one.Position);
                writer.Write(one.FirstOffset);
                writer.Write(one.NextOffset);
                writer.Write(one.Reason);
            }
        }

        return SmallFile.Write(Path.Combine(folder, FileName), Magic, content.ToArray());
    }
}
