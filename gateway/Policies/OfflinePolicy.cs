using System.Text.Json;
using Roost.Identity;

namespace Roost.Gateway.Policies;

/// <summary><c>roostd --check-policy</c>: a policy in a file, judged where no daemon runs.</summary>
internal static class OfflinePolicy
{
    private const long MostBytes = 1024 * 1024; // of a file that is looked at at all

    public static async Task<int> CheckAsync(string file, TextWriter output, TextWriter errors)
    {
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > MostBytes } large)
            {
                throw new IOException($"{file} has {large.Length} bytes, which is no policy");
            }

            var text = await File.ReadAllTextAsync(file);
            using var answer = new MemoryStream();
            bool isValid;
            await using (var json = new Utf8JsonWriter(answer))
            {
                isValid = PolicyValidation.Write(json, text);
            }

            await output.WriteLineAsync(System.Text.Encoding.UTF8.GetString(answer.GetBuffer().AsSpan(0, (int)answer.Length)));
            return isValid ? ExitCode.Stopped : ExitCode.Failed;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            await errors.WriteLineAsync($"roostd: {exception.Message}");
            return ExitCode.Failed;
        }
    }
}
