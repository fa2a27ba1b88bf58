using System.Globalization;
using System.Runtime.InteropServices;
using Roost.Mqtt.Protocol;

namespace Roost.Mqtt.Tests.Protocol;

/// <summary>
/// Sound packets with a few bytes changed, cut or put in: whatever comes, reading is one of the three outcomes, without an
/// exception. Each input stands at the very end of a readable page, so that reading one byte too many ends the test run.
/// <c>ROOST_FUZZ_COUNT</c> sets the number of inputs.
/// </summary>
public sealed class MutationTests
{
    private const int Seed = 20261121;
    private const int PageBytes = 4096;
    private const int BufferPages = 4;

    [Test]
    public unsafe void Mutated_packets_are_read_or_refused_without_an_exception()
    {
        var count = int.Parse(Environment.GetEnvironmentVariable("ROOST_FUZZ_COUNT") ?? "200000", CultureInfo.InvariantCulture);
        var random = new Random(Seed);
        var outcomes = new int[3];
        var pages = Map();
        try
        {
            for (var i = 0; i < count; i++)
            {
                var version = random.Next(2) == 0 ? MqttProtocolVersion.V311 : MqttProtocolVersion.V500;
                var sender = (PacketSender)random.Next(2);
                var input = Mutate(new Some(random.Next()).Packet(version).Bytes, random);
                var atTheEnd = new Span<byte>((byte*)pages + (BufferPages * PageBytes) - input.Length, input.Length);
                input.CopyTo(atTheEnd);
                try
                {
                    outcomes[(int)Reading.TryRead(atTheEnd, version, sender, out _, out _)]++;
                }
                catch (Exception exception)
                {
                    Assert.Fail($"Input {i}, {version} from {sender}: {Convert.ToHexString(input)}: {exception}");
                }
            }
        }
        finally
        {
            _ = Unmap(pages, (BufferPages + 1) * PageBytes);
        }

        TestContext.Out.WriteLine($"complete {outcomes[0]}, need more {outcomes[1]}, malformed {outcomes[2]}");
        Assert.That(outcomes, Has.All.GreaterThan(count / 50), "each outcome is met often, or the mutations are too wild or too tame");
    }

    private static byte[] Mutate(byte[] packet, Random random)
    {
        var bytes = packet.ToList();
        for (var changes = random.Next(1, 4); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(3) == 0 ? random.Next(Math.Min(bytes.Count, 12)) : random.Next(bytes.Count);
            switch (random.Next(6))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 3:
                    bytes.RemoveAt(at);
                    break;
                case 4:
                    bytes[at] = (byte)(random.Next(2) == 0 ? 0 : 0xFF);
                    break;
                default:
                    bytes.AddRange(bytes.Skip(at).Take(random.Next(16)).ToList());
                    break;
            }
        }

        if (bytes.Count > 1 && random.Next(2) == 0 && bytes.Count < 130)
        {
            bytes[1] = (byte)(bytes.Count - 2); // half of them with a length that fits, so that the body is what is tried
        }

        return [.. bytes];
    }

    /// <summary>Four pages to read and write, and behind them one that may not be touched.</summary>
    private static nint Map()
    {
        const int None = 0, Read = 1, Write = 2, Private = 2, Anonymous = 0x20;
        var pages = MapPages(0, (BufferPages + 1) * PageBytes, Read | Write, Private | Anonymous, -1, 0);
        Assert.That(pages, Is.Not.EqualTo((nint)(-1)));
        Assert.That(Protect(pages + (BufferPages * PageBytes), PageBytes, None), Is.Zero);
        return pages;
    }

    [DllImport("libc", EntryPoint = "mmap")]
    private static extern nint MapPages(nint address, nint length, int protection, int flags, int file, nint offset);

    [DllImport("libc", EntryPoint = "mprotect")]
    private static extern int Protect(nint address, nint length, int protection);

    [DllImport("libc", EntryPoint = "munmap")]
    private static extern int Unmap(nint address, nint length);
}
