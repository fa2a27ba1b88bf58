using System.Diagnostics;
using System.Text;
using Roost.Cli.Qr;
using Roost.Tests.Support;

namespace Roost.Cli.Tests.Qr;

public sealed class QrCodeTests
{
    [TestCase(1, 17, Description = "the standard's capacities for level L and bytes")]
    [TestCase(2, 32)]
    [TestCase(9, 230)]
    [TestCase(10, 271)]
    [TestCase(27, 1465)]
    [TestCase(40, 2953)]
    public void A_version_is_taken_up_to_its_capacity_and_no_further(int version, int bytes)
    {
        Assert.That(QrCode.Encode(new byte[bytes]).Version, Is.EqualTo(version));
        Assert.That(QrCode.Encode(new byte[bytes]).Size, Is.EqualTo((version * 4) + 17));
        if (version < 40)
        {
            Assert.That(QrCode.Encode(new byte[bytes + 1]).Version, Is.EqualTo(version + 1));
        }
    }

    [Test]
    public void More_than_the_largest_code_holds_is_refused() => Assert.That(() => QrCode.Encode(new byte[2954]), Throws.ArgumentException);

    [TestCase(5)]
    [TestCase(100)]
    [TestCase(300)]
    [TestCase(900)]
    [TestCase(1171)]
    [TestCase(2000)]
    [TestCase(2953)]
    public async Task A_reader_that_is_not_ours_reads_it(int length)
    {
        if (!File.Exists("/usr/bin/zbarimg"))
        {
            Assert.Ignore("zbarimg is not installed (Debian: zbar-tools), which reads the codes");
        }

        using var folder = new TemporaryFolder();
        var text = string.Concat(Enumerable.Range(0, length).Select(static place => "roost:1?h=abcXYZ0189-_&"[place * 7 % 23]));
        await File.WriteAllTextAsync(folder["code.pbm"], Picture(QrCode.Encode(Encoding.ASCII.GetBytes(text))));
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/zbarimg", ["--quiet", "--raw", folder["code.pbm"]]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();

        Assert.That((await output).TrimEnd('\n'), Is.EqualTo(text), await error);
    }

    /// <summary>A portable bitmap, four dots for each module.</summary>
    private static string Picture(QrCode code)
    {
        const int Scale = 4;
        const int Quiet = 4;
        var side = (code.Size + (2 * Quiet)) * Scale;
        var picture = new StringBuilder($"P1\n{side} {side}\n");
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var (row, column) = ((y / Scale) - Quiet, (x / Scale) - Quiet);
                picture.Append(row >= 0 && column >= 0 && row < code.Size && column < code.Size && code[row, column] ? "1 " : "0 ");
            }

            picture.Append('\n');
        }

        return picture.ToString();
    }
}
