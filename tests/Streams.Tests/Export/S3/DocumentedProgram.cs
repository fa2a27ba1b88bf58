using System.Diagnostics;
using Roost.Tests.Support;

namespace Roost.Streams.Tests.Export.S3;

/// <summary>A Python program out of docs/exports.md, run as a reader would.</summary>
internal static class DocumentedProgram
{
    private const string Python = "/usr/bin/python3";

    /// <param name="folder">Where the program is put.</param>
    /// <param name="mark">A line that begins with it is in the program meant.</param>
    /// <param name="arguments">For the program.</param>
    /// <param name="input">Its standard input.</param>
    /// <returns>Its standard output.</returns>
    public static async Task<byte[]> RunAsync(TemporaryFolder folder, string mark, string[] arguments, byte[] input)
    {
        if (await ExitCodeAsync("-c", "import cryptography") != 0)
        {
            Assert.Ignore("The Python package cryptography is not installed; this needs Debian's python3-cryptography.");
        }

        var page = await File.ReadAllTextAsync(Path.Combine(SourceTree.Root, "docs/exports.md"));
        var program = page.Split("```python\n").Skip(1).Select(part => part.Split("```")[0]).Single(part => part.Contains($"\n{mark}", StringComparison.Ordinal));
        await File.WriteAllTextAsync(folder["program.py"], program);
        using var process = Process.Start(new ProcessStartInfo(Python, ["-B", folder["program.py"], .. arguments]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        using var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        await process.StandardInput.BaseStream.WriteAsync(input);
        process.StandardInput.Close();
        await reading;
        await process.WaitForExitAsync();
        Assert.That(process.ExitCode, Is.Zero, await errors);
        return output.ToArray();
    }

    private static async Task<int> ExitCodeAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, arguments) { UseShellExecute = false, RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }
}
